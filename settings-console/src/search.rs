//! Searching in settings: words, and filters that are words too.

use settings_core::resolve::Severity;

use crate::view::{Item, View};

/// Each filter with its meaning.
pub(crate) const FILTERS: [(&str, &str); 8] = [
    ("is:set", "in the file"),
    ("is:different", "not the default"),
    ("is:locked", "set by a layer above the file"),
    ("is:secret", "secret"),
    ("is:restart", "takes effect after a restart"),
    ("is:deprecated", "deprecated"),
    ("is:invalid", "with an error"),
    ("has:history", "changed in a version that is kept"),
];

/// The words and filters of a search. Every word and every filter must match.
pub(crate) struct Query {
    words: Vec<String>,
    filters: Vec<String>,
}

impl Query {
    pub(crate) fn parse(text: &str) -> Self {
        let is_filter = |word: &String| FILTERS.iter().any(|(filter, _)| filter == word);
        let words = text.split_whitespace().map(str::to_lowercase);
        let (filters, words) = words.partition(is_filter);
        Self { words, filters }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.words.is_empty() && self.filters.is_empty()
    }

    pub(crate) fn needs_history(&self) -> bool {
        self.filters.iter().any(|filter| filter == "has:history")
    }

    pub(crate) fn matches(&self, view: &View<'_>, item: &Item<'_>, with_history: &[String]) -> bool {
        let passes = |filter: &String| match filter.as_str() {
            "is:set" => item.is_in_file(),
            "is:different" => item.is_different(),
            "is:locked" => item.lock().is_some(),
            "is:secret" => item.kind().is_secret(),
            "is:restart" => item.effective.setting.restart(),
            "is:deprecated" => item.effective.setting.deprecated().is_some(),
            "is:invalid" => view.findings_of(item).any(|found| found.severity == Severity::Error),
            _ => with_history.contains(&item.path),
        };
        self.filters.iter().all(passes) && (self.words.is_empty() || self.has_words(item))
    }

    fn has_words(&self, item: &Item<'_>) -> bool {
        let (effective, setting) = (&item.effective, item.effective.setting);
        let mut texts = vec![
            item.path.to_lowercase(),
            setting.title.to_lowercase(),
            effective.env_name.to_lowercase(),
            setting.description.to_lowercase(),
            setting.note().to_lowercase(),
        ];
        texts.extend(effective.console().map(str::to_lowercase));
        texts.extend(setting.aliases().iter().map(|alias| alias.to_lowercase()));
        for value in setting.documented_values() {
            texts.extend([value.label.to_lowercase(), value.text.to_lowercase()]);
        }
        self.words.iter().all(|word| texts.iter().any(|text| text.contains(word.as_str())))
    }
}
