//! The settings of a program without their values.

use settings_core::resolve::Effective;
use settings_core::schema::Setting;

use crate::gate::Subject;

/// A setting and its place in the console, which are the same for every request.
pub(crate) struct Place {
    pub(crate) path: String,
    pub(crate) setting: &'static Setting,
    console: Option<&'static str>,
    /// The name of its page, such as `Environment > SMTP`.
    pub(crate) page: String,
    /// All texts that a search looks at, in lower case, one on a line.
    searched: String,
}

impl Place {
    pub(crate) fn new(effective: &Effective<'_>) -> Self {
        let (path, console) = (effective.path.to_string(), effective.console());
        let (page, searched) = (page_name(&path, console), searched(&path, effective));
        Self { path, setting: effective.setting, console, page, searched }
    }

    /// Returns what a host's rights are asked for.
    pub(crate) fn subject(&self) -> Subject<'_> {
        Subject { path: &self.path, console: self.console, setting: self.setting }
    }

    /// Returns whether `path` is the setting's or leads into its value.
    pub(crate) fn holds(&self, path: &str) -> bool {
        path.strip_prefix(self.path.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    }

    /// Returns whether a text of the setting contains a word, which is in lower case.
    pub(crate) fn contains(&self, word: &str) -> bool {
        self.searched.contains(word)
    }
}

/// Returns the name of the page of a setting: its console path, else the path of its section.
fn page_name(path: &str, console: Option<&str>) -> String {
    match (console, path.rsplit_once('.')) {
        (Some(console), _) => console.split('>').map(str::trim).collect::<Vec<_>>().join(" > "),
        (None, Some((section, _))) => section.replace('.', " > "),
        (None, None) => "General".to_owned(),
    }
}

fn searched(path: &str, effective: &Effective<'_>) -> String {
    let setting = effective.setting;
    let mut texts = vec![path, setting.title, &effective.env_name, setting.description, setting.note()];
    texts.extend(effective.console());
    texts.extend(setting.aliases());
    texts.extend(setting.documented_values().iter().flat_map(|value| [value.label, value.text]));
    texts.join("\n").to_lowercase()
}
