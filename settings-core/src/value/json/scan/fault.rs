//! Syntax errors, and advice to correct them.

use std::borrow::Cow;

use super::Scanner;

pub(super) const KEY: &str = "write a key as `\"Key\": value`, and close the object with `}`";
pub(super) const VALUE: &str = "write a value: `\"text\"`, a number, `true`, `false`, `null`, `[…]` or `{…}`";
pub(super) const WORDS: &str =
    "JSON knows the words `true`, `false` and `null`; put other text in double quotes";

/// A syntax error in a JSON text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SyntaxError {
    /// The offset in the whole text, in bytes.
    pub offset: usize,
    /// The number of wrong bytes (at least one, but 0 at the end of the text).
    pub len: usize,
    /// The message.
    pub message: String,
    /// The advice.
    pub help: Cow<'static, str>,
}

/// Returns whether a text starts with a line that version control writes around a conflict.
fn is_conflict_marker(text: &str) -> bool {
    ["<<<<<<<", "=======", ">>>>>>>"].iter().any(|marker| text.starts_with(marker))
}

impl Scanner<'_> {
    pub(super) fn missing_comma(&self, next: Option<u8>) -> &'static str {
        match next {
            Some(b'"' | b'{' | b'[' | b'-' | b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9') => {
                "a comma is missing before it"
            }
            _ => "write a comma before the next one, or close the bracket",
        }
    }

    #[cold]
    pub(super) fn unterminated(&self) -> Box<SyntaxError> {
        let rest = self.text.get(self.pos..).unwrap_or_default();
        let len = rest.lines().next().unwrap_or_default().len();
        self.error(
            len,
            "the string has no closing quote on its line".to_owned(),
            "close it with `\"`; a line break within it is written `\\n`",
        )
    }

    #[cold]
    pub(super) fn unexpected(&self, expected: &str, help: &'static str) -> Box<SyntaxError> {
        let rest = self.text.get(self.pos..).unwrap_or_default();
        let Some(found) = rest.chars().next() else {
            return self.error(0, format!("expected {expected}, but the text ends"), help);
        };
        let word = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
        let len = word.max(found.len_utf8());
        let help = match found {
            '\'' => "JSON writes strings in double quotes",
            '#' => "a comment begins with `//` or `/*`",
            '<' | '=' | '>' if is_conflict_marker(rest) => "resolve the merge conflict",
            _ => help,
        };
        let found = match found {
            _ if word > 0 => "a bare word".to_owned(),
            '"' | '\'' => format!("`{found}`"),
            _ => format!("`{}`", found.escape_debug()),
        };
        self.error(len, format!("expected {expected}, found {found}"), help)
    }

    #[cold]
    pub(super) fn error(&self, len: usize, message: String, help: &'static str) -> Box<SyntaxError> {
        Box::new(SyntaxError { offset: self.base + self.pos, len, message, help: help.into() })
    }
}
