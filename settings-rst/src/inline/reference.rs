//! References by name, to footnotes, citations and substitutions, and internal targets.

use super::Inliner;
use super::end::End;
use crate::chars::{byte, char_before, is_word, tail};
use crate::tag::{AttrName, Tag};
use crate::text::{normalize, normalize_whitespace, simple_name};

impl Inliner<'_, '_, '_> {
    /// Reads an underscore: the end of a reference, or the start of an internal target.
    pub(super) fn underscore(&mut self, at: usize) -> usize {
        if at > self.rest {
            let anonymous = byte(self.s, at + 1) == b'_' && self.may_end(at + 2);
            if anonymous || self.may_end(at + 1) {
                let end = at + 1 + usize::from(anonymous);
                match char_before(self.s, at) {
                    Some(c) if is_word(c) => {
                        if let Some(start) = self.name_start(at) {
                            return self.reference(start, at, end, anonymous);
                        }
                    }
                    Some(']') if end == at + 1 => {
                        if let Some(next) = self.footnote_reference(at) {
                            return next;
                        }
                    }
                    _ => {}
                }
            }
        }
        if byte(self.s, at + 1) == b'`' && self.may_start(at) && !self.space_at(at + 2) {
            return self.internal_target(at);
        }
        at + 1
    }

    /// Returns the first position from which a simple name reaches to `end`.
    fn name_start(&self, end: usize) -> Option<usize> {
        let mut start = end;
        let mut best = None;
        let mut in_word = false;
        while start > self.rest {
            let Some(c) = char_before(self.s, start) else { break };
            let word = is_word(c);
            if !word && (!in_word || !matches!(c, '-' | '.' | '_' | '+' | ':')) {
                break;
            }
            in_word = word;
            start -= c.len_utf8();
            if word && self.may_start(start) {
                best = Some(start);
            }
        }
        best
    }

    fn reference(&mut self, start: usize, name_end: usize, end: usize, anonymous: bool) -> usize {
        self.flush(start);
        let name = self.raw(start, name_end);
        let node = self.node(Tag::Reference, start, end);
        self.attr(node, AttrName::Name, &normalize_whitespace(name));
        if anonymous {
            self.flag(node, AttrName::Anonymous);
        } else {
            self.attr(node, AttrName::Refname, &normalize(name));
        }
        self.text(node, start, name_end);
        self.p.page.tree.append(self.parent, node);
        self.resume(end)
    }

    /// Reads `[label]_`, whose underscore is at `at`.
    pub(super) fn footnote_reference(&mut self, at: usize) -> Option<usize> {
        let label_end = at - 1;
        let mut start = label_end;
        while start > self.rest {
            let c = char_before(self.s, start)?;
            start -= c.len_utf8();
            if c == '[' {
                break;
            }
            if !is_word(c) && !matches!(c, '-' | '.' | '_' | '+' | ':' | '#' | '*') {
                return None;
            }
        }
        if byte(self.s, start) != b'[' || !self.may_start(start) {
            return None;
        }
        let label = self.raw(start + 1, label_end);
        let name = label.strip_prefix('#').unwrap_or(label);
        let named = matches!(simple_name(name), Ok(("", _)));
        if !(named || label == "#" || label == "*") {
            return None;
        }
        self.flush(start);
        let is_footnote = label.starts_with(['#', '*']) || label.bytes().all(|b| b.is_ascii_digit());
        let tag = if is_footnote { Tag::FootnoteReference } else { Tag::CitationReference };
        let node = self.node(tag, start, at + 1);
        if label.starts_with('#') {
            self.flag(node, AttrName::Auto);
        } else if label == "*" {
            self.attr(node, AttrName::Auto, "*");
        } else {
            self.text(node, start + 1, label_end);
        }
        if named {
            self.attr(node, AttrName::Refname, &normalize(name));
        }
        self.p.set_id(node);
        self.p.page.tree.append(self.parent, node);
        Some(self.resume(at + 1))
    }

    fn internal_target(&mut self, at: usize) -> usize {
        let (node, end) = match self.simple(at, 2, End::Target, Tag::Target) {
            Ok(found) => found,
            Err(next) => return next,
        };
        let name = normalize(&self.p.plain_text(node));
        self.p.add_item(node, AttrName::Names, &name);
        self.p.note_explicit_target(node, self.place);
        self.p.page.tree.append(self.parent, node);
        end
    }

    pub(super) fn substitution_reference(&mut self, at: usize) -> usize {
        let found = self.find_end(at, 1, End::Substitution, Tag::SubstitutionReference.as_str());
        let (text_end, end) = match found {
            Ok(found) => found,
            Err(next) => return next,
        };
        self.flush(at);
        let node = self.node(Tag::SubstitutionReference, at, text_end + 1);
        self.text(node, at + 1, text_end);
        let name = normalize_whitespace(&self.p.plain_text(node));
        self.attr(node, AttrName::Refname, &name);
        let suffix = tail(self.raw(text_end, end), 1);
        let shown = if suffix.is_empty() {
            node
        } else {
            let reference = self.node(Tag::Reference, at, end);
            if suffix == "__" {
                self.flag(reference, AttrName::Anonymous);
            } else {
                let name = normalize(&self.p.plain_text(node));
                self.attr(reference, AttrName::Refname, &name);
            }
            self.p.page.tree.append(reference, node);
            reference
        };
        self.p.page.tree.append(self.parent, shown);
        self.resume(end)
    }
}
