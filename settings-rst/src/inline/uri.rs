//! Standalone URIs and mail addresses.

use super::Inliner;
use crate::chars::{byte, char_at, char_before, cut, may_follow, may_precede, tail};
use crate::schemes::is_known;
use crate::tag::{AttrName, Tag};
use crate::text::unescape;
use crate::uri::{host_end, is_dotted, is_mail, is_scheme, part_end};

impl Inliner<'_, '_, '_> {
    /// Adds plain text from `start` to `end`, with references for the URIs in it.
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

    /// Adds the text before a URI. It ends at the URI, so another may be found in it.
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
        self.p.page.tree.append(self.parent, node);
    }

    /// Finds the first URI or mail address of a text. A URI with an unknown scheme hides all that follow.
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

    /// Returns the URI whose scheme ends with the colon at `at`.
    fn uri_at(&self, text: &str, at: usize) -> Option<Uri> {
        let run = cut(text, 0, at).bytes().rev().take_while(|&b| is_scheme(b)).count();
        let start =
            (at - run..at).find(|&i| byte(text, i).is_ascii_alphabetic() && self.may_begin(text, i))?;
        let end = self.uri_end(text, at + 1)?;
        Some(Uri { start, end, email: false })
    }

    /// Returns the mail address around the `@` at `at`.
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
        match char_before(text, at) {
            None => true,
            Some(before) if self.p.page.options.character_level => before != '\0',
            Some(before) => may_precede(before),
        }
    }

    fn ends(&self, text: &str, at: usize) -> bool {
        self.p.page.options.character_level || char_at(text, at).is_none_or(may_follow)
    }

    /// Returns the end of a URI whose scheme and colon end at `from`: slashes, path, query, fragment.
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
