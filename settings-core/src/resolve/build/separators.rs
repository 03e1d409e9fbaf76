//! Warnings about lists of words with other separators than the program's.

use super::builder::Builder;
use crate::resolve::index::LeafId;
use crate::resolve::read::{ValuePlace, text_at};
use crate::resolve::report::{Code, Diagnostic};
use crate::schema::{Kind, Setting};
use crate::value::json::escape;

impl Builder<'_> {
    /// Warns of a list that is written as text with commas where blanks separate, or the reverse: it is one element.
    pub(crate) fn note_separators(&mut self, leaf: LeafId, setting: &'static Setting) {
        let (Kind::List(of) | Kind::Set(of)) = setting.kind else { return };
        let separator = self.inputs.index.root.list_separator;
        for candidate in self.inputs.candidates.chain(leaf) {
            if matches!(candidate.place, ValuePlace::Source { .. }) {
                continue;
            }
            let text = text_at(self.inputs.layers, self.inputs.texts, candidate.place).trim();
            let is_other = |c: char| matches!(c, ',' | ';') && c != separator;
            let has_other = match separator {
                ' ' => text.contains(is_other),
                _ => {
                    !text.contains(separator)
                        && text.contains(|c: char| is_other(c) || c.is_ascii_whitespace())
                }
            };
            let has_quotes = text.split(separator).any(|part| is_quoted(part.trim()));
            if !(has_other || has_quotes)
                || text.starts_with(['[', '{'])
                || self.inputs.read(setting, candidate).is_err()
            {
                continue;
            }
            if !has_other {
                let help = quotes(text, separator, of.is_secret());
                let place = self.inputs.place(setting, candidate, None);
                let path = self.inputs.index.leaf_path(leaf);
                let message =
                    format!("`{path}`: the quotes and brackets belong to the elements of this list");
                let diagnostic = Diagnostic::warning(Code::ListSeparator, message).at(place).setting(&path);
                self.diagnostics.push(diagnostic.help(help));
                continue;
            }
            let other = if text.contains(is_other) { "a comma" } else { "a blank" };
            let other = if text.contains(';') && !text.contains(',') { "a semicolon" } else { other };
            let path = self.inputs.index.leaf_path(leaf);
            let own = name(separator);
            let message =
                format!("`{path}`: {other} does not separate the elements of this list, {own} does");
            let help = match of.is_secret() {
                true => "write the list as JSON".to_owned(),
                false => {
                    let is_separator =
                        |c: char| matches!(c, ',' | ';') || c.is_ascii_whitespace() && other == "a blank";
                    let parts = text.split(is_separator).map(str::trim).filter(|part| !part.is_empty());
                    let parts: Vec<_> = parts.map(escape).collect();
                    let words: Vec<_> = match separator {
                        ' ' => text.split_ascii_whitespace().map(escape).collect(),
                        _ => vec![escape(text)],
                    };
                    format!("did you mean `[{}]`? Otherwise write `[{}]`", parts.join(", "), words.join(", "))
                }
            };
            let place = self.inputs.place(setting, candidate, None);
            let found = Diagnostic::warning(Code::ListSeparator, message).at(place).setting(&path);
            self.diagnostics.push(found.help(short(help)));
        }
    }
}

/// Returns whether an element has a quote at one end, or the last bracket of a JSON list.
fn is_quoted(element: &str) -> bool {
    element.starts_with('"') || element.ends_with('"') || element.ends_with(']') && !element.contains('[')
}

/// Returns the help for a list whose elements have quotes.
fn quotes(text: &str, separator: char, is_secret: bool) -> String {
    if is_secret {
        return "write the list as JSON".to_owned();
    }
    let parts = text.split(separator).map(|part| escape(part.trim().trim_matches(['"', '\'', '[', ']'])));
    short(format!("did you mean `[{}]`?", parts.collect::<Vec<_>>().join(", ")))
}

/// Returns the name of a separator in messages.
fn name(separator: char) -> String {
    match separator {
        ',' => "a comma".to_owned(),
        ' ' => "a blank".to_owned(),
        ';' => "a semicolon".to_owned(),
        other => format!("`{other}`"),
    }
}

/// Replaces a suggestion that is too long to read.
fn short(help: String) -> String {
    if help.len() <= 200 { help } else { "write the list as JSON".to_owned() }
}
