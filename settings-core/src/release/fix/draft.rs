//! A text to which edits are made one after the other, those that are refused left out.

use std::collections::BTreeSet;

use crate::format::{Document, FileFormat};
use crate::schema::Segment;
use crate::store::{Action, Change, edit_at, edit_in};
use crate::value::ZeroizingString;
use crate::value::json::{self, Raw, Shape};

/// The text of a file while it is edited.
pub(super) struct Draft {
    format: FileFormat,
    text: ZeroizingString,
    /// The sections from which a setting was removed.
    left: BTreeSet<Vec<String>>,
}

impl Draft {
    pub(super) fn new(format: FileFormat, text: &str) -> Self {
        Self { format, text: text.to_owned().into(), left: BTreeSet::new() }
    }

    pub(super) fn into_text(self) -> ZeroizingString {
        self.text
    }

    /// Calls `read` with the text as JSON; `None` if it is none.
    pub(super) fn with_root<R>(&self, read: impl FnOnce(Raw<'_>) -> R) -> Option<R> {
        let document = Document::new(self.text.clone(), self.format);
        json::parse_value(document.json()).ok().map(read)
    }

    /// Makes an edit, unless it would touch more than its setting.
    pub(super) fn attempt(&mut self, change: Change) -> bool {
        match edit_in(self.format, &self.text, std::slice::from_ref(&change)) {
            Ok(edited) => {
                self.text = edited.into();
                true
            }
            Err(_) => false,
        }
    }

    /// Makes an edit of a field in a list, unless it would touch more.
    fn attempt_at(&mut self, address: &[Segment], change: &Change) -> bool {
        match edit_at(self.format, &self.text, address, change) {
            Ok(Some(edited)) => {
                self.text = edited;
                true
            }
            Ok(None) | Err(_) => false,
        }
    }

    /// Returns the JSON of the value at an address, letter case aside. The last of several applies.
    pub(super) fn value(&self, address: &[Segment]) -> Option<ZeroizingString> {
        let found = self.with_root(|root| {
            let raw = find(root, address)?;
            // a bare key that is null may as well be absent
            let is_value = raw.shape != Shape::Null || address.len() > 1;
            is_value.then(|| ZeroizingString::from(raw.text.to_owned()))
        });
        found.flatten()
    }

    /// Writes a value, and removes its other names.
    pub(super) fn set(&mut self, address: &[Segment], others: &[Vec<Segment>], json: &str) {
        let Some(path) = keys(address) else {
            return self.set_in_list(address, others, json);
        };
        let old_names: Vec<Vec<String>> = others.iter().filter_map(|name| keys(name)).collect();
        let left: Vec<_> = old_names.iter().flat_map(|name| sections(name)).collect();
        if self.attempt(Change { path, old_names, action: Action::Set(json.to_owned()) }) {
            self.left.extend(left);
        }
    }

    /// Removes the setting with these names.
    pub(super) fn remove(&mut self, names: &[Vec<Segment>]) {
        let Some(names) = names.iter().map(|name| keys(name)).collect::<Option<Vec<_>>>() else {
            for name in names {
                let Some(Segment::Key(key)) = name.last() else { continue };
                while self.attempt_at(name, &Change::unset([key])) {}
            }
            return;
        };
        let left: Vec<_> = names.iter().flat_map(|name| sections(name)).collect();
        let mut names = names.into_iter();
        let Some(path) = names.next() else { return };
        let (old_names, action) = (names.collect(), Action::Unset);
        if self.attempt(Change { path, old_names, action }) {
            self.left.extend(left);
        }
    }

    /// Writes a value in an entry of a list that has it under one of these names.
    fn set_in_list(&mut self, address: &[Segment], others: &[Vec<Segment>], json: &str) {
        let Some(Segment::Key(name)) = address.last() else { return };
        let mut names = std::iter::once(address).chain(others.iter().map(Vec::as_slice));
        let Some(found) = names.find(|name| self.value(name).is_some()) else { return };
        if self.attempt_at(found, &Change::set([name], json)) {
            others
                .iter()
                .filter(|other| *other != found)
                .for_each(|other| self.remove(std::slice::from_ref(other)));
        }
    }

    /// Removes the sections that have become empty and that `is_kept` does not keep, the innermost first.
    pub(super) fn remove_emptied(&mut self, is_kept: impl Fn(&str) -> bool) {
        let mut sections: Vec<_> = std::mem::take(&mut self.left).into_iter().collect();
        sections.sort_by_key(|section| std::cmp::Reverse(section.len()));
        for section in sections {
            let is_empty = self.with_root(|root| {
                let all = all_at(root, &section);
                !all.is_empty()
                    && all.iter().all(|raw| raw.entries().is_some_and(|entries| entries.is_empty()))
            });
            if is_empty == Some(true) && !is_kept(&section.join(".")) {
                self.attempt(Change::unset(section));
            }
        }
    }
}

/// Returns the keys of an address that has no entry of a list.
fn keys(address: &[Segment]) -> Option<Vec<String>> {
    let key = |segment: &Segment| match segment {
        Segment::Key(key) => Some(key.clone()),
        Segment::Index(_) => None,
    };
    address.iter().map(key).collect()
}

/// Returns the sections around a setting.
fn sections(path: &[String]) -> impl Iterator<Item = Vec<String>> {
    (1..path.len()).filter_map(|end| path.get(..end).map(<[String]>::to_vec))
}

/// Returns the value at an address, letter case aside. The last of several applies.
fn find<'a>(root: Raw<'a>, address: &[Segment]) -> Option<Raw<'a>> {
    let mut raw = root;
    for segment in address {
        raw = match segment {
            Segment::Index(number) => raw.elements()?.get(*number).copied()?,
            Segment::Key(key) => {
                let entries = raw.entries()?;
                let exact = entries.iter().rfind(|(found, _)| found.name() == *key);
                let folded = || entries.iter().rfind(|(found, _)| found.name().eq_ignore_ascii_case(key));
                exact.or_else(folded)?.1
            }
        };
    }
    Some(raw)
}

/// Returns all values at a path, letter case aside.
pub(super) fn all_at<'a>(root: Raw<'a>, path: &[String]) -> Vec<Raw<'a>> {
    path.iter().fold(vec![root], |values, key| {
        let entries = values.into_iter().flat_map(|value| value.entries().unwrap_or_default());
        entries.filter(|(found, _)| found.name().eq_ignore_ascii_case(key)).map(|(_, value)| value).collect()
    })
}
