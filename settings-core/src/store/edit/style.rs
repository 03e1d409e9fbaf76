//! The layout of a text.

use super::trivia;
use crate::value::ZeroizingString;
use crate::value::json::{self, Key, Raw};

const DEFAULT_INDENT: &str = "    ";

/// The layout of a whole text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style<'a> {
    /// One level of indentation.
    pub(super) indent: &'a str,
    /// The line break.
    pub(super) newline: &'static str,
    /// Whether the whole text is one line.
    pub(super) one_line: bool,
}

impl<'a> Style<'a> {
    pub(super) fn detect(text: &'a str, root: Raw<'_>) -> Self {
        let entries = root.entries().unwrap_or_default();
        let newline = match text.find('\n') {
            Some(at) if at > 0 && text.as_bytes().get(at - 1) == Some(&b'\r') => "\r\n",
            _ => "\n",
        };
        let indents = entries.iter().find_map(|(key, _)| own_line(text, key.start));
        Self {
            indent: indents.filter(|indent| !indent.is_empty()).unwrap_or(DEFAULT_INDENT),
            newline,
            one_line: !entries.is_empty() && !root.text.contains('\n'),
        }
    }

    /// Formats a list or map with a line for each element, below the line of `at`; returns other values as they are.
    pub(super) fn spread(&self, text: &str, at: usize, json: &str) -> ZeroizingString {
        let Ok(raw) = json::parse_value(json) else { return json.to_owned().into() };
        let (brackets, parts): (_, Vec<_>) = match (raw.elements(), raw.entries()) {
            (Some(elements), _) => (['[', ']'], elements.iter().map(|element| (None, *element)).collect()),
            (_, Some(entries)) => {
                (['{', '}'], entries.iter().map(|(key, value)| (Some(key.raw), *value)).collect())
            }
            _ => return json.to_owned().into(),
        };
        if parts.is_empty() {
            return json.to_owned().into();
        }
        let outer = format!("{}{}", self.newline, line_indent(text, at));
        let mut out = ZeroizingString::with_capacity(2 * json.len());
        out.push(brackets[0]);
        for (number, (key, value)) in parts.into_iter().enumerate() {
            out.push_str(if number > 0 { "," } else { "" });
            out.push_str(&outer);
            out.push_str(self.indent);
            if let Some(key) = key {
                out.push_str(key);
                out.push_str(": ");
            }
            out.push_str(value.text);
        }
        out.push_str(&outer);
        out.push(brackets[1]);
        out
    }
}

/// Returns the space before `at`, if nothing else is before it on its line.
pub(super) fn own_line(text: &str, at: usize) -> Option<&str> {
    let before = text.get(..at)?;
    let line = before.get(before.rfind('\n')? + 1..)?;
    trivia::is_space(line).then_some(line)
}

/// Returns the indentation of the line of `at`.
pub(super) fn line_indent(text: &str, at: usize) -> &str {
    let before = text.get(..at).unwrap_or_default();
    let line = before.get(before.rfind('\n').map_or(0, |newline| newline + 1)..).unwrap_or_default();
    let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
    line.get(..indent).unwrap_or_default()
}

/// Returns the text between a neighbour's key and value, if it is only a colon and space.
pub(super) fn colon<'a>(text: &'a str, (key, value): (Key<'_>, Raw<'_>)) -> &'a str {
    let between = text.get(key.start + key.raw.len()..value.start).unwrap_or_default();
    if between.bytes().all(|byte| matches!(byte, b':' | b' ' | b'\t')) { between } else { ": " }
}
