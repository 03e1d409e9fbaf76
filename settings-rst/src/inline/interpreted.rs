//! Backquotes: literals, interpreted text with its role, and phrase references.

use super::Inliner;
use super::end::End;
use crate::chars::{byte, char_before, cut, is_word};
use crate::tag::Tag;
use crate::text::simple_name;

impl Inliner<'_, '_, '_> {
    pub(super) fn backquote(&mut self, at: usize) -> usize {
        let double = byte(self.s, at + 1) == b'`';
        if !double
            && !self.space_at(at + 1)
            && let Some(start) = self.role_start(at)
        {
            return self.interpreted_text(start, at);
        }
        if !self.may_start(at) {
            return at + 1;
        }
        if double {
            if self.space_at(at + 2) {
                return at + 1;
            }
            return self.wrapped(at, 2, End::Literal, Tag::Literal);
        }
        if self.space_at(at + 1) { at + 1 } else { self.interpreted_text(at, at) }
    }

    /// Returns the start of a `:role:` that ends before `at`.
    fn role_start(&self, at: usize) -> Option<usize> {
        let close = at.checked_sub(1).filter(|&close| byte(self.s, close) == b':' && close > self.rest)?;
        let mut start = close;
        let mut found = None;
        while start > self.rest {
            let c = char_before(self.s, start)?;
            if !is_word(c) && !matches!(c, '-' | '.' | '_' | '+' | ':') {
                break;
            }
            start -= c.len_utf8();
            if c == ':' {
                if start + 1 == close {
                    break;
                }
                if self.may_start(start) && matches!(simple_name(cut(self.s, start + 1, close)), Ok(("", _)))
                {
                    found = Some(start);
                    break;
                }
            }
        }
        found
    }

    /// Reads interpreted text or a phrase reference. It begins at `start`; its backquote is at `at`.
    fn interpreted_text(&mut self, start: usize, at: usize) -> usize {
        let from = at + 1;
        let prefix = if start < at { Some(cut(self.s, start + 1, at - 1)) } else { None };
        if prefix.is_none() && self.is_quoted(start, from) {
            self.rest = from;
            return from;
        }
        let found = self.search_end(End::Interpreted, from).filter(|&(text_end, _)| text_end > from);
        let Some((text_end, end)) = found else {
            let words = "Inline interpreted text or phrase reference start-string without end-string.";
            let message = self.p.warning(words, self.line);
            return self.problem_with(at, from, message);
        };
        let suffix = self.suffix(text_end + 1).unwrap_or_default();
        let role_suffix = (suffix.role > 0).then(|| cut(self.s, text_end + 2, text_end + suffix.role));
        if prefix.is_some() && role_suffix.is_some() {
            let words =
                "Multiple roles in interpreted text (both prefix and suffix present; only one allowed).";
            return self.problem(start, end, words);
        }
        if suffix.reference > 0 {
            let position = match (prefix, role_suffix) {
                (Some(_), _) => "prefix",
                (_, Some(_)) => "suffix",
                _ => return self.phrase_reference(at, text_end, end, suffix.reference),
            };
            let words = format!("Mismatch: both interpreted text role {position} and reference suffix.");
            return self.problem(start, end, &words);
        }
        self.flush(start);
        self.role(prefix.or(role_suffix).unwrap_or_default(), (start, end), (from, text_end));
        self.resume(end)
    }
}
