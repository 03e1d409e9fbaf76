//! Deprecations.

use super::sentence::sentences;
use crate::docs::grammar;

/// A deprecation: the version, if one is named, the sentence, and the setting to use instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::docs::import) struct Deprecation {
    pub(in crate::docs::import) since: Option<String>,
    pub(in crate::docs::import) reason: String,
    pub(in crate::docs::import) replacement: Option<String>,
}

/// Reads a deprecation of the setting `key` in a paragraph or a badge.
pub(in crate::docs::import) fn deprecation(text: &str, key: &str) -> Option<Deprecation> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = text.replace("**Note**:", "").replace("**Deprecated**:", "");
    let bare = text.trim().trim_matches('*').trim();
    for sentence in sentences(bare) {
        let lower = sentence.to_lowercase();
        let lower = lower.trim_start_matches(['*', ' ', ':', '-']);
        let begins = ["deprecated", "removed", "not used", "no longer used", "obsolete"]
            .iter()
            .any(|words| lower.starts_with(words));
        let states = [
            "is deprecated",
            "was deprecated",
            "has been deprecated",
            "was removed",
            "has been removed",
            "is removed",
            "is no longer used",
        ]
        .iter()
        .any(|words| lower.contains(words));
        if !(begins || states) || lower.starts_with("deprecated configuration settings") {
            continue;
        }
        // A sentence that names another setting is about that one.
        let literals = grammar::literals(sentence);
        let is_key = |literal: &&&str| {
            literal.chars().all(|c| c.is_ascii_alphanumeric() || c == '.')
                && literal.starts_with(|c: char| c.is_ascii_uppercase())
        };
        let keys: Vec<&str> = literals.iter().filter(is_key).copied().collect();
        let own = |name: &&str| name.rsplit('.').next() == Some(key);
        let speaks_of_this = lower.contains("this setting")
            || lower.contains("this feature")
            || lower.contains("this configuration setting");
        if states && !begins && !speaks_of_this && keys.first().is_none_or(|first| !own(first)) {
            continue;
        }
        let replacement = keys.iter().find(|name| !own(name)).copied();
        let instead = ["in favor of", "in favour of", "replaced by", "superseded by", "use ", "instead"];
        let replacement = replacement.filter(|_| instead.iter().any(|words| lower.contains(words)));
        return Some(Deprecation {
            since: version(sentence),
            reason: sentence.replace('*', ""),
            replacement: replacement.map(str::to_owned),
        });
    }
    None
}

/// Returns the first version in a text: `5.26` of `Deprecated since v5.26`.
fn version(text: &str) -> Option<String> {
    let is_number =
        |part: &str| !part.is_empty() && part.len() < 6 && part.chars().all(|c| c.is_ascii_digit());
    text.split(|c: char| c.is_whitespace() || matches!(c, ',' | '(' | ')' | '*' | '`' | ';' | '_')).find_map(
        |word| {
            let word = word.trim_end_matches(['.', ':']);
            let had_v = word.starts_with(['v', 'V']);
            let word = word.trim_start_matches(['v', 'V']);
            let word = word.strip_suffix(".x").unwrap_or(word);
            let parts: Vec<&str> = word.split('.').collect();
            match parts.as_slice() {
                [major] if had_v && is_number(major) => Some(format!("{major}.0")),
                [major, minor] | [major, minor, _] if is_number(major) && is_number(minor) => {
                    parts.iter().all(|part| is_number(part)).then(|| word.to_owned())
                }
                _ => None,
            }
        },
    )
}
