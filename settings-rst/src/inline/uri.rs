//! URIs and mail addresses that stand in the text by themselves.

use super::super::chars::{byte, cut, tail};
use super::super::tag::{AttrName, Tag};
use super::schemes::is_known;
use super::{Inliner, unescape};

impl Inliner<'_, '_, '_> {
    /// Plain text from `start` to `end`, the URIs in it made references.
    pub(super) fn implicit(&mut self, start: usize, end: usize) {
        let mut from = start;
        let text = self.raw(start, end);
        if memchr::memchr2(b':', b'@', text.as_bytes()).is_some() {
            while let Some(found) = self.find_uri(self.raw(from, end)) {
                self.implicit_before(from, from + found.start);
                self.uri(from + found.start, from + found.end, found.email);
                from += found.end;
            }
        }
        self.plain(from, end);
    }

    /// The text before a URI: it ends where the URI begins, so that one more may be found in it.
    fn implicit_before(&mut self, start: usize, end: usize) {
        let Some(found) = self.find_uri(self.raw(start, end)) else { return self.plain(start, end) };
        self.plain(start, start + found.start);
        self.uri(start + found.start, start + found.end, found.email);
        self.plain(start + found.end, end);
    }

    fn uri(&mut self, start: usize, end: usize, email: bool) {
        let node = self.node(Tag::Reference, start, end);
        let mut uri = unescape(self.raw(start, end));
        if email {
            uri.insert_str(0, "mailto:");
        }
        self.attr(node, AttrName::Refuri, &uri);
        self.text(node, start, end);
        self.p.tree.append(self.parent, node);
    }

    /// The first URI or mail address of a text. One of an unknown scheme hides all that follow.
    fn find_uri(&self, text: &str) -> Option<Uri> {
        for at in memchr::memchr2_iter(b':', b'@', text.as_bytes()) {
            let is_scheme_end = byte(text, at) == b':';
            let found = if is_scheme_end { self.uri_at(text, at) } else { self.email_at(text, at) };
            if found.is_some() {
                return found.filter(|found| found.email || is_known(cut(text, found.start, at)));
            }
        }
        None
    }

    /// The URI whose scheme ends at the colon at `at`.
    fn uri_at(&self, text: &str, at: usize) -> Option<Uri> {
        let run = cut(text, 0, at).bytes().rev().take_while(|&b| is_scheme(b)).count();
        let start =
            (at - run..at).find(|&i| byte(text, i).is_ascii_alphabetic() && self.may_begin(text, i))?;
        let end = self.uri_end(text, at + 1)?;
        Some(Uri { start, end, email: false })
    }

    /// The mail address around the `@` at `at`.
    fn email_at(&self, text: &str, at: usize) -> Option<Uri> {
        if byte(text, at.wrapping_sub(1)) == 0 {
            return None;
        }
        let run = cut(text, 0, at).bytes().rev().take_while(|&b| is_mail(b) || b == b'.').count();
        let low = cut(text, at - run, at).rfind("..").map_or(at - run, |dots| at - run + dots + 2);
        let start = (low..at).find(|&i| is_mail(byte(text, i)) && self.may_begin(text, i))?;
        if !is_dotted(cut(text, start, at)) {
            return None;
        }
        let end = host_end(text, at + 1, |end| self.ends(text, end))?;
        Some(Uri { start, end, email: true })
    }

    fn may_begin(&self, text: &str, at: usize) -> bool {
        match super::char_before(text, at) {
            None => true,
            Some(before) if self.p.options.character_level => before != '\0',
            Some(before) => super::may_precede(before),
        }
    }

    fn ends(&self, text: &str, at: usize) -> bool {
        self.p.options.character_level || super::char_at(text, at).is_none_or(super::may_follow)
    }

    /// Where a URI ends whose scheme's colon stands before `from`: slashes, path, query, fragment.
    fn uri_end(&self, text: &str, from: usize) -> Option<usize> {
        let slashes = tail(text, from).bytes().take(2).take_while(|&b| b == b'/').count();
        (0..=slashes).rev().find_map(|slashes| {
            part_end(text, from + slashes, &|end| {
                let query = if byte(text, end) == b'?' {
                    part_end(text, end + 1, &|end| self.fragment_end(text, end))
                } else {
                    None
                };
                query.or_else(|| self.fragment_end(text, end))
            })
        })
    }

    fn fragment_end(&self, text: &str, at: usize) -> Option<usize> {
        let fragment = if byte(text, at) == b'#' {
            part_end(text, at + 1, &|end| self.ends(text, end).then_some(end))
        } else {
            None
        };
        fragment.or_else(|| self.ends(text, at).then_some(at))
    }
}

struct Uri {
    start: usize,
    end: usize,
    email: bool,
}

fn is_scheme(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'.' | b'+' | b'-')
}

fn is_uri(b: u8) -> bool {
    b.is_ascii_alphanumeric()
        || matches!(
            b,
            0 | b'-'
                | b'_'
                | b'.'
                | b'!'
                | b'~'
                | b'*'
                | b'\''
                | b'('
                | b')'
                | b'['
                | b']'
                | b';'
                | b'/'
                | b':'
                | b'@'
                | b'&'
                | b'='
                | b'+'
                | b'$'
                | b','
                | b'%'
        )
}

/// May be the last of a URI: no punctuation, unless a closing angle bracket follows.
fn may_be_last(text: &str, at: usize) -> bool {
    let b = byte(text, at);
    b.is_ascii_alphanumeric()
        || matches!(b, b'_' | b'~' | b'*' | b'/' | b'=' | b'+')
        || (is_uri(b) && at < text.len() && byte(text, at + 1) == b'>')
}

fn is_mail(b: u8) -> bool {
    b.is_ascii_alphanumeric()
        || matches!(
            b,
            0 | b'-'
                | b'_'
                | b'!'
                | b'~'
                | b'*'
                | b'\''
                | b'{'
                | b'|'
                | b'}'
                | b'/'
                | b'#'
                | b'?'
                | b'^'
                | b'`'
                | b'&'
                | b'='
                | b'+'
                | b'$'
                | b'%'
        )
}

/// Words of mail characters with single dots between.
fn is_dotted(name: &str) -> bool {
    !name.is_empty() && name.split('.').all(|word| !word.is_empty() && word.bytes().all(is_mail))
}

/// The longest run of URI characters from `from` on, cut so that `accept` takes what is left.
fn part_end(text: &str, from: usize, accept: &dyn Fn(usize) -> Option<usize>) -> Option<usize> {
    let run = tail(text, from).bytes().take_while(|&b| is_uri(b)).count();
    (from + 1..=from + run).rev().filter(|&end| may_be_last(text, end - 1)).find_map(accept)
}

/// Where a mail host ends that begins at `from`.
fn host_end(text: &str, from: usize, accept: impl Fn(usize) -> bool) -> Option<usize> {
    let first = tail(text, from).bytes().take_while(|&b| is_mail(b)).count();
    if first == 0 {
        return None;
    }
    let run = tail(text, from).bytes().take_while(|&b| is_mail(b) || b == b'.').count();
    let extra = usize::from(is_uri(byte(text, from + run)) && from + run < text.len());
    (from + 2..=from + run + extra).rev().find(|&end| may_be_last(text, end - 1) && accept(end))
}

/// Whether the whole text is a mail address.
pub(crate) fn is_email(text: &str) -> bool {
    let Some(at) = text.find('@') else { return false };
    is_dotted(cut(text, 0, at))
        && byte(text, at.wrapping_sub(1)) != 0
        && host_end(text, at + 1, |end| end == text.len()).is_some()
}

/// Whether the text begins like a URI or a mail address.
pub(super) fn starts_with_uri(text: &str) -> bool {
    let scheme = text.bytes().take_while(|&b| is_scheme(b)).count();
    let follows = |end: usize| super::char_at(text, end).is_none_or(super::may_follow);
    if scheme > 0 && byte(text, 0).is_ascii_alphabetic() && byte(text, scheme) == b':' {
        return part_end(text, scheme + 1, &|end| follows(end).then_some(end)).is_some();
    }
    text.find('@').is_some_and(|at| is_dotted(cut(text, 0, at)) && host_end(text, at + 1, follows).is_some())
}
