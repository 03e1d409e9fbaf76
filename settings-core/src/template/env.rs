//! Templates of `NAME=value` lines.

use super::variables::{Variable, variables};
use crate::schema::Section;

/// Returns `NAME=value` lines with `#` comments, every setting at its default.
///
/// [`Environment::add_file`](crate::resolve::Environment::add_file) reads them back to the same values. Shells do too,
/// except for line breaks in a value, which are written as `\n`. A setting whose default a variable can't express
/// (absence, if text is accepted) is in a comment.
pub fn env(root: &'static Section) -> String {
    lines(root, |text| Some(quote(text)))
}

/// Returns an `EnvironmentFile` of systemd (systemd.exec(5)) with `#` comments, every setting at its default.
///
/// Shells read it to the same values. A setting whose default systemd can't read (because of a control character other
/// than a line break or a tab) is in a comment.
pub fn systemd_env(root: &'static Section) -> String {
    lines(root, systemd_quote)
}

fn lines(root: &'static Section, quote: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::new();
    for Variable { name, lead, text, is_mentioned, .. } in variables(root) {
        if !out.is_empty() {
            out.push('\n');
        }
        for line in lead {
            // older versions of systemd take a backslash at the end to continue the comment
            let end = if line.ends_with('\\') { " " } else { "" };
            out.push_str(&format!("# {line}{end}\n"));
        }
        match text.as_deref().and_then(&quote) {
            // a comment ends with its line
            Some(text) if is_mentioned && text.contains('\n') => out.push_str(&format!("# {name}=\n")),
            Some(text) if is_mentioned => out.push_str(&format!("# {name}={text}\n")),
            Some(text) => out.push_str(&format!("{name}={text}\n")),
            None => out.push_str(&format!("# {name}=\n")),
        }
    }
    out
}

fn is_plain(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || "_-./:@,+%=".contains(c))
}

/// Quotes a value as env files write it after `=`; shells read it the same, except for line breaks.
pub fn quote(text: &str) -> String {
    if is_plain(text) {
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

/// Quotes a value for systemd. In double quotes a backslash escapes only `"`, `\`, `$` and `` ` ``; a line break is
/// literal. Single quotes are not used, since older versions of systemd read escapes in them.
fn systemd_quote(text: &str) -> Option<String> {
    if is_plain(text) {
        return Some(text.to_owned());
    }
    if text.chars().any(|c| c.is_control() && !"\n\t".contains(c)) {
        return None;
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        if "\"\\$`".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    Some(out)
}
