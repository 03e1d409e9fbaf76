//! Searching in settings: words, and filters that are words too.

use settings_core::resolve::Severity;

use crate::view::{Entry, Item, View};

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

    /// Returns the settings that match, with their values.
    pub(crate) fn find<'r>(&self, view: &View<'r>, with_history: &[String]) -> Vec<Item<'r>> {
        let has_words = |entry: &&Entry<'_>| self.words.iter().all(|word| entry.place.contains(word));
        let items = view.entries.iter().filter(has_words).filter_map(|entry| view.with_values(entry));
        items.filter(|item| self.passes(view, item, with_history)).collect()
    }

    fn passes(&self, view: &View<'_>, item: &Item<'_>, with_history: &[String]) -> bool {
        let passes = |filter: &String| match filter.as_str() {
            "is:set" => item.is_in_file(),
            "is:different" => item.is_different(),
            "is:locked" => item.lock().is_some(),
            "is:secret" => item.kind().is_secret(),
            "is:restart" => item.effective.setting.restart(),
            "is:deprecated" => item.effective.setting.deprecated().is_some(),
            "is:invalid" => view.findings_of(item).any(|found| found.severity == Severity::Error),
            _ => with_history.iter().any(|path| path == item.path),
        };
        self.filters.iter().all(passes)
    }
}
