//! The place of a setting in the reference pages.

use std::fmt;

use super::{Path, Setting};

/// The name of a page without words.
const UNNAMED: &str = "settings";

/// The place of a setting in the reference pages that `docs build` writes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PagePlace {
    /// The name of the page: `SMTP`.
    pub page: &'static str,
    /// The file of the page without its ending: `smtp`.
    pub file: String,
    /// The anchor of the setting on it: `emailsettings-smtpserver`.
    pub anchor: String,
}

impl PagePlace {
    /// Returns the place of a setting. `page` is the page that its attributes name, or those of its sections.
    pub(crate) fn new(path: &Path, setting: &Setting, page: Option<&'static str>) -> Self {
        let page = page_name(path, setting, page);
        Self { page, file: file_stem(page), anchor: anchor(&path.to_string()) }
    }
}

impl fmt::Display for PagePlace {
    /// Writes the address as Sphinx makes it: `smtp.html#emailsettings-smtpserver`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.html#{}", self.file, self.anchor)
    }
}

/// Returns the name of a setting's page: the one that attributes name, or that of the outermost section.
pub(crate) fn page_name(path: &Path, setting: &Setting, page: Option<&'static str>) -> &'static str {
    match (page, path.keys()) {
        (Some(page), _) => page,
        (None, [_]) if !setting.kind.contains_sections() => "General",
        (None, keys) => keys.first().copied().unwrap_or_default(),
    }
}

/// Converts a page name to a file name: lower case, with `-` for everything but letters and digits.
pub(crate) fn file_stem(page: &str) -> String {
    let words: Vec<String> = page
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    if words.is_empty() { UNNAMED.to_owned() } else { words.join("-") }
}

/// Returns the label of a setting's heading, to refer to it by `:ref:`.
pub(crate) fn anchor(path: &str) -> String {
    let entry = path.replace('[', ".").replace([']', '<', '>'], "");
    entry.to_ascii_lowercase().replace('.', "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_names_become_file_names() {
        assert_eq!(file_stem("SMTP"), "smtp");
        assert_eq!(file_stem("Web server / TLS"), "web-server-tls");
        assert_eq!(file_stem("../.."), "settings");
    }
}
