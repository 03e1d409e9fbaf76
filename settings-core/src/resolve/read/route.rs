//! The ways from a setting to the parts of its value.

use crate::schema::{Kind, Member, Section, Segment};
use crate::value::is_removable;

/// One step into a value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Step {
    /// To an entry of a list.
    Element(usize),
    /// To an entry of a map, or to a member of a section.
    Key(String),
}

impl Step {
    pub(crate) fn segment(&self) -> Segment {
        match self {
            Self::Element(number) => Segment::Index(*number),
            Self::Key(key) => Segment::Key(key.clone()),
        }
    }
}

/// Returns the kind of a member.
pub(crate) fn member_kind(member: &Member) -> Kind {
    match member {
        Member::Setting(setting) => setting.kind,
        Member::Section { section, .. } => Kind::Section(section),
    }
}

/// Returns the member of a section with this key.
pub(crate) fn member<'s>(section: &'s Section, key: &str) -> Option<(usize, &'s Member)> {
    section.members.iter().enumerate().find(|(_, member)| member.key() == key)
}

/// Returns the kind of the value after one step.
pub(crate) fn below(kind: &Kind, step: &Step) -> Option<Kind> {
    match (kind, step) {
        (Kind::Optional(of), _) => below(of, step),
        (Kind::List(of) | Kind::Set(of), Step::Element(_)) => Some(**of),
        (Kind::Tuple(kinds), Step::Element(number)) => kinds.get(*number).copied(),
        (Kind::Map { of, .. }, Step::Key(_)) => Some(**of),
        (Kind::Section(section), Step::Key(key)) => {
            member(section, key).map(|(_, member)| member_kind(member))
        }
        _ => None,
    }
}

/// Returns the kind of the value at the end of a route.
pub(crate) fn kind_at(kind: &Kind, route: &[Step]) -> Option<Kind> {
    route.iter().try_fold(*kind, |kind, step| below(&kind, step))
}

/// Returns whether the text `null` removes an entry of this kind, because it is not a value of the kind.
pub(crate) fn is_removable_by_text(kind: &Kind) -> bool {
    match kind {
        Kind::Text | Kind::TextOf(_) | Kind::Secret | Kind::SecretOf(_) | Kind::Custom(_) => false,
        Kind::OneOf(choices) => choices.iter().all(|choice| !choice.is("null")),
        kind => is_removable(kind),
    }
}
