//! A section of a list or map that is being built.

use crate::resolve::index::LeafId;
use crate::resolve::read::Step;
use crate::schema::Member;
use crate::value::Value;

/// A section of a list or map that is being built.
pub(crate) struct Element<'r> {
    pub(crate) values: std::vec::IntoIter<Value<'r>>,
    pub(crate) members: std::slice::Iter<'static, Member>,
    /// The setting whose value it is a part of.
    pub(crate) leaf: LeafId,
    /// Its place in the setting's value, as text: `[2]`.
    pub(crate) within: String,
    /// The steps to its place.
    pub(crate) route: Vec<Step>,
}

impl<'r> Element<'r> {
    /// Returns the next member and its value.
    pub(crate) fn next(&mut self) -> Option<(&'static Member, Value<'r>)> {
        Some((self.members.next()?, self.values.next()?))
    }
}
