//! Env-file templates.

use super::{comments, written};
use crate::schema::{Kind, Section, Setting};
use crate::value::{Value, from_text, to_text};

/// `NAME=value` lines with `#` comments, every setting at its default.
///
/// [`Environment::add_file`](crate::resolve::Environment::add_file) reads it back to the same values, and so do shells
/// and systemd. A setting whose default no variable can give (nothing at all, where text is accepted) stands in a
/// comment.
pub fn env(root: &'static Section) -> String {
    let prefix = root.env_prefix.unwrap_or_default();
    let mut out = String::new();
    for leaf in root.leaves().filter(|leaf| super::is_named(leaf.setting)) {
        if !out.is_empty() {
            out.push('\n');
        }
        for line in comments::of_setting(leaf.setting, None) {
            out.push_str(&format!("# {line}\n"));
        }
        let name = leaf.path.env_name(prefix);
        match text(leaf.setting) {
            // one variable of a section that is absent would call it into being
            Some(text) if leaf.optional => out.push_str(&format!("# {name}={}\n", quote(&text))),
            Some(text) => out.push_str(&format!("{name}={}\n", quote(&text))),
            None => out.push_str(&format!("# {name}=\n")),
        }
    }
    out
}

/// The default as a variable's text; `None` where no text reads back as it.
fn text(setting: &Setting) -> Option<String> {
    let value = written(setting)?;
    let text = match (&setting.kind, &value) {
        (Kind::Optional(_), Value::Null) => "null".to_owned(),
        (kind, value) => to_text(kind, value),
    };
    (from_text(&setting.kind, &text).is_ok_and(|read| read == value)).then_some(text)
}

/// Quotes that shells, systemd and we read alike.
fn quote(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./:@,+%=".contains(c);
    if text.chars().all(is_plain) {
        return text.to_owned();
    }
    if !text.contains(['\'', '\n']) {
        return format!("'{text}'");
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '"' | '\\' | '$' | '`' => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
