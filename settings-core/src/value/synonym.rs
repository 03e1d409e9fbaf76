//! Words that other programs use for a choice.

use crate::schema::Choice;

/// Groups of words with one meaning, in lower case, without signs.
const GROUPS: &[&[&str]] = &[
    &["tls", "ssl", "ssltls", "tlsssl", "smtps", "implicittls", "sslv3", "implicit"],
    &["starttls", "explicittls", "tlsexplicit", "explicit", "starttlsrequired", "mandatorystarttls"],
    &["scramsha256", "scram"],
    &["xoauth2", "oauth2", "oauth", "xoauth"],
    &["crammd5", "cram"],
    &["12", "tls12", "tlsv12"],
    &["13", "tls13", "tlsv13"],
    &["warn", "warning"],
    &["error", "err"],
    &["info", "information", "informational"],
];

/// Words for the absence of something.
const NONE: &[&str] = &[
    "none",
    "no",
    "off",
    "plain",
    "plaintext",
    "clear",
    "cleartext",
    "unencrypted",
    "insecure",
    "disabled",
    "false",
];

fn folded(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Returns the choice for which `text` is another word.
pub(super) fn choice(choices: &[Choice], text: &str) -> Option<&'static str> {
    let meant = folded(text);
    let group = GROUPS.iter().find(|group| group.contains(&meant.as_str()))?;
    choices.iter().map(|choice| choice.text).find(|choice| group.contains(&folded(choice).as_str()))
}

/// Returns the label of the choice without text, if `text` is a word for it.
pub(super) fn empty(choices: &[Choice], text: &str) -> Option<&'static str> {
    let meant = folded(text);
    let empty = choices.iter().find(|choice| choice.text.is_empty())?;
    NONE.contains(&meant.as_str()).then_some(empty.label)
}
