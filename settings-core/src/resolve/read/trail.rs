//! The way to a part of a value, as a walk over the value goes.

use super::route::Step;
use crate::schema::{Address, Segment};

/// The way to a part of a value. Each step refers to the one before it on the stack, so that a walk without findings
/// allocates nothing.
#[derive(Clone, Copy)]
pub(crate) struct Trail<'t> {
    last: Option<(&'t Trail<'t>, Mark<'t>)>,
}

#[derive(Clone, Copy)]
enum Mark<'t> {
    Key(&'t str),
    Index(usize),
}

impl<'t> Trail<'t> {
    /// The way to the whole value.
    pub(crate) const WHOLE: Self = Self { last: None };

    /// Returns the way to an entry of a map, or to a member of a section.
    pub(crate) const fn key(&'t self, key: &'t str) -> Self {
        Self { last: Some((self, Mark::Key(key))) }
    }

    /// Returns the way to an entry of a list.
    pub(crate) const fn index(&'t self, number: usize) -> Self {
        Self { last: Some((self, Mark::Index(number))) }
    }

    pub(super) const fn step(&'t self, step: &'t Step) -> Self {
        match step {
            Step::Key(key) => self.key(key.as_str()),
            Step::Element(number) => self.index(*number),
        }
    }

    /// Returns the way as an address relative to the value.
    pub(crate) fn address(&self) -> Address {
        let marks = std::iter::successors(self.last, |(before, _)| before.last);
        let mut segments: Vec<_> = marks.map(|(_, mark)| mark.segment()).collect();
        segments.reverse();
        Address::new(segments)
    }
}

impl Mark<'_> {
    fn segment(self) -> Segment {
        match self {
            Self::Key(key) => Segment::Key(key.to_owned()),
            Self::Index(number) => Segment::Index(number),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Trail;

    #[test]
    fn the_address_starts_with_the_first_step() {
        let whole = Trail::WHOLE;
        let provider = whole.key("google");
        let scopes = provider.key("Scopes");
        assert_eq!(scopes.index(2).address().to_string(), "google.Scopes[2]");
        assert!(whole.address().segments().is_empty());
    }
}
