//! End-strings of inline markup.

use super::Inliner;
use crate::chars::{byte, char_before, is_space, tail};
use crate::text::simple_name;

/// The end-string that a search looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Emphasis,
    Strong,
    Literal,
    Target,
    Substitution,
    Interpreted,
}

/// The end-strings that do not occur in the rest of the text, so that no text is searched twice in vain.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ends {
    none: [bool; 6],
}

/// The role and underscores after the closing backquote of interpreted text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Suffix {
    /// The length of the role with its colons.
    pub(super) role: usize,
    /// The number of underscores.
    pub(super) reference: usize,
}

impl Inliner<'_, '_, '_> {
    /// Returns start and end of the first end-string at or after `from`.
    pub(super) fn search_end(&mut self, end: End, from: usize) -> Option<(usize, usize)> {
        if self.ends.none.get(end as usize).copied().unwrap_or(true) {
            return None;
        }
        let delimiter = match end {
            End::Emphasis | End::Strong => b'*',
            End::Literal | End::Target | End::Interpreted => b'`',
            End::Substitution => b'|',
        };
        let rest = tail(self.s, from);
        let mut positions = memchr::memchr_iter(delimiter, rest.as_bytes()).map(|i| from + i);
        let found = positions.find_map(|at| self.end_at(end, at, from).map(|next| (at, next)));
        if found.is_none()
            && let Some(none) = self.ends.none.get_mut(end as usize)
        {
            *none = true;
        }
        found
    }

    fn end_at(&self, end: End, at: usize, from: usize) -> Option<usize> {
        let before = if at == from { None } else { char_before(self.s, at) };
        let spaced = before.is_some_and(is_space);
        let escaped = before == Some('\0');
        match end {
            End::Emphasis | End::Target => (!spaced && !escaped && self.may_end(at + 1)).then_some(at + 1),
            End::Strong => {
                let ends = byte(self.s, at + 1) == b'*' && !spaced && !escaped && self.may_end(at + 2);
                ends.then_some(at + 2)
            }
            End::Literal => {
                (byte(self.s, at + 1) == b'`' && !spaced && self.may_end(at + 2)).then_some(at + 2)
            }
            End::Substitution if spaced || escaped => None,
            End::Substitution => self.reference_suffix(at + 1).map(|len| at + 1 + len),
            End::Interpreted => {
                let width = before.map_or(0, char::len_utf8);
                if (spaced || escaped) && (at - width == from || byte(self.s, at - width - 1) != 0) {
                    return None;
                }
                self.suffix(at + 1).map(|suffix| at + 1 + suffix.role + suffix.reference)
            }
        }
    }

    /// Returns the length of `__`, `_` or nothing: the longest after which markup may end.
    fn reference_suffix(&self, at: usize) -> Option<usize> {
        let underscores = tail(self.s, at).bytes().take(2).take_while(|&b| b == b'_').count();
        (0..=underscores).rev().find(|&len| self.may_end(at + len))
    }

    /// Returns the role and underscores after the closing backquote before `at`, or `None` if markup may not end
    /// there.
    pub(super) fn suffix(&self, at: usize) -> Option<Suffix> {
        if let Some(role) = role_length(tail(self.s, at))
            && let Some(reference) = self.reference_suffix(at + role)
        {
            return Some(Suffix { role, reference });
        }
        self.reference_suffix(at).map(|reference| Suffix { role: 0, reference })
    }
}

/// Returns the length of a `:role:` at the start of the text.
fn role_length(text: &str) -> Option<usize> {
    let (rest, name) = simple_name(text.strip_prefix(':')?).ok()?;
    rest.starts_with(':').then_some(name.len() + 2)
}
