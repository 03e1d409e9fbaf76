//! A section of a list or map, on its way to a struct.

use crate::resolve::index::LeafId;
use crate::schema::Member;
use crate::value::Value;

/// A section of a list or map, on its way to a struct.
pub(crate) struct Element<'r> {
    pub(crate) values: std::vec::IntoIter<Value<'r>>,
    pub(crate) members: std::slice::Iter<'static, Member>,
    /// The setting whose value it is a part of.
    pub(crate) leaf: LeafId,
    /// Where in the setting's value it stands: `[2]`.
    pub(crate) within: String,
    /// The way there.
    pub(crate) route: Vec<Step>,
}

impl<'r> Element<'r> {
    /// The next member and its value.
    pub(crate) fn next(&mut self) -> Option<(&'static Member, Value<'r>)> {
        Some((self.members.next()?, self.values.next()?))
    }
}

/// One step into a value.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// To a list's element.
    Element(usize),
    /// To the entry of a map, or to a section's member.
    Key(String),
}
