//! Phrase references: `` `text`_ ``, with or without a destination in angle brackets.

use super::Inliner;
use crate::chars::{byte, char_at, char_before, is_space};
use crate::tag::{AttrName, Tag};
use crate::text::{normalize, normalize_whitespace, restore, unescape, uri_text};
use crate::uri::{is_email, starts_with_uri};

/// The destination in the angle brackets of a reference.
enum Place {
    Name(String),
    Uri(String),
}

impl Inliner<'_, '_, '_> {
    /// Adds a phrase reference. Its backquote is at `at`, its text ends at `text_end`, and `underscores` follow the
    /// closing backquote.
    pub(super) fn phrase_reference(
        &mut self,
        at: usize,
        text_end: usize,
        end: usize,
        underscores: usize,
    ) -> usize {
        self.flush(at);
        let from = at + 1;
        let link = self.embedded_link(from, text_end);
        let node = self.node(Tag::Reference, at, end);
        let (shown_end, place) = match link {
            None => (text_end, None),
            Some((before, open)) => (before, Some(self.place_of(open + 1, text_end - 1))),
        };
        let mut shown = unescape(self.raw(from, shown_end));
        let replaced = place.is_some() && shown_end == from;
        if replaced && let Some(Place::Name(place) | Place::Uri(place)) = &place {
            shown.clone_from(place);
        }
        self.attr(node, AttrName::Name, &normalize_whitespace(&shown));
        if replaced {
            let text = self.p.page.tree.make(&shown);
            self.text_node(node, text, from, text_end);
        } else {
            self.text(node, from, shown_end);
        }
        self.p.page.tree.append(self.parent, node);
        match (&place, underscores) {
            (None, 2) => self.flag(node, AttrName::Anonymous),
            (None, _) => self.attr(node, AttrName::Refname, &normalize(&shown)),
            (Some(Place::Name(name)), _) => self.attr(node, AttrName::Refname, name),
            (Some(Place::Uri(uri)), _) => self.attr(node, AttrName::Refuri, uri),
        }
        if let (Some(place), 1) = (&place, underscores) {
            let target = self.node(Tag::Target, shown_end, text_end);
            self.p.add_item(target, AttrName::Names, &normalize(&shown));
            match place {
                Place::Name(name) => self.attr(target, AttrName::Refname, name),
                Place::Uri(uri) => self.attr(target, AttrName::Refuri, uri),
            }
            self.p.note_implicit_target(target, Some(self.place));
            self.p.page.tree.append(self.parent, target);
        }
        self.resume(end)
    }

    /// Finds ` <place>` at the end of the text. Returns the start of its blanks, and the opening bracket.
    fn embedded_link(&self, from: usize, end: usize) -> Option<(usize, usize)> {
        let close = end.checked_sub(1).filter(|&close| close > from && byte(self.s, close) == b'>')?;
        if char_before(self.s, close).is_none_or(|c| c == '\0' || is_space(c)) {
            return None;
        }
        let text = self.raw(from, close);
        let open = memchr::memrchr2_iter(b'<', b'>', text.as_bytes())
            .map(|i| from + i)
            .find(|&i| i == from || byte(self.s, i - 1) != 0)
            .filter(|&open| byte(self.s, open) == b'<')?;
        if open + 1 >= close || char_at(self.s, open + 1).is_some_and(is_space) {
            return None;
        }
        let before = self.raw(from, open).trim_end_matches([' ', '\n']).len() + from;
        (open == from || before < open).then_some((before, open))
    }

    fn place_of(&self, start: usize, end: usize) -> Place {
        let place = self.raw(start, end);
        let escaped = restore(place).ends_with("\\_");
        if place.ends_with('_') && !escaped && !starts_with_uri(place) {
            let name = place.strip_suffix('_').unwrap_or(place);
            return Place::Name(normalize(&unescape(name)));
        }
        let mut uri = uri_text(place);
        if is_email(&uri) {
            uri.insert_str(0, "mailto:");
        }
        if let Some(base) = uri.strip_suffix("\\_") {
            uri = format!("{base}_");
        }
        Place::Uri(uri)
    }
}
