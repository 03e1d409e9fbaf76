//! Finding keys.

use std::rc::Rc;

use crate::value::json::{Key, Raw, Shape};

/// An entry of an object with the wanted key.
#[derive(Debug)]
pub(super) struct Match<'a> {
    /// The object.
    pub(super) object: Raw<'a>,
    /// All of its entries.
    pub(super) entries: Rc<[(Key<'a>, Raw<'a>)]>,
    /// The number of the entry.
    pub(super) at: usize,
}

impl<'a> Match<'a> {
    pub(super) fn entry(&self) -> Option<(Key<'a>, Raw<'a>)> {
        self.entries.get(self.at).copied()
    }

    pub(super) fn is_same(&self, other: &Match<'_>) -> bool {
        self.object.start == other.object.start && self.at == other.at
    }
}

/// Returns every entry at `path`, in any letter case, in the order of the text.
pub(super) fn matches<'a>(root: Raw<'a>, path: &[String]) -> Vec<Match<'a>> {
    let Some((last, sections)) = path.split_last() else { return Vec::new() };
    let mut objects = vec![root];
    for key in sections {
        objects = objects
            .into_iter()
            .flat_map(|object| object.entries().unwrap_or_default())
            .filter(|(found, value)| is(*found, key) && value.shape == Shape::Object)
            .map(|(_, value)| value)
            .collect();
    }
    let mut matches = Vec::new();
    for object in objects {
        let entries: Rc<[_]> = object.entries().unwrap_or_default().into();
        for at in 0..entries.len() {
            if entries.get(at).is_some_and(|(found, _)| is(*found, last)) {
                matches.push(Match { object, entries: Rc::clone(&entries), at });
            }
        }
    }
    matches
}

/// The innermost section of a path that the text has.
#[derive(Debug)]
pub(super) struct Section<'a> {
    /// The section; the last one if it appears twice.
    pub(super) object: Raw<'a>,
    /// The number of the path's keys that lead to it.
    pub(super) depth: usize,
}

/// Follows `path` as far as its sections exist.
///
/// # Errors
/// Returns the value that is not a section, and the number of keys that lead to it.
pub(super) fn section<'a>(root: Raw<'a>, path: &[String]) -> Result<Section<'a>, (Raw<'a>, usize)> {
    let mut found = Section { object: root, depth: 0 };
    for key in path {
        let entries = found.object.entries().unwrap_or_default();
        let mut named = entries.into_iter().filter(|(other, _)| is(*other, key)).map(|(_, value)| value);
        let Some(first) = named.next() else { break };
        let mut objects = std::iter::once(first).chain(named).filter(|value| value.shape == Shape::Object);
        let Some(object) = objects.next_back() else { return Err((first, found.depth + 1)) };
        found = Section { object, depth: found.depth + 1 };
    }
    Ok(found)
}

/// The offset after a value.
pub(super) fn end(value: Raw<'_>) -> usize {
    value.start + value.text.len()
}

fn is(key: Key<'_>, name: &str) -> bool {
    key.name().eq_ignore_ascii_case(name)
}
