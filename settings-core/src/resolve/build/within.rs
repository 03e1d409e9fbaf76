//! Places within the value of a setting that holds sections.

use super::element::Step;
use super::inputs::Inputs;
use crate::resolve::index::LeafId;
use crate::resolve::read::ValuePlace;
use crate::resolve::report::Place;
use crate::schema::{Kind, Member, Section};
use crate::value::json::Raw;
use crate::value::{Match, match_members};

impl Inputs<'_> {
    /// Returns the place in the strongest value of `leaf` that `route` leads to, if that value is in a file and has such a
    /// part.
    pub(crate) fn place_within<'s>(
        self,
        leaf: LeafId,
        route: impl Iterator<Item = &'s Step>,
        with_snippet: bool,
    ) -> Option<Place> {
        let (setting, candidate) = (self.index.setting(leaf)?, self.candidates.strongest(leaf)?);
        let ValuePlace::Source { .. } = candidate.place else { return None };
        let whole = self.raw(candidate)?;
        let (mut kind, mut raw) = (setting.kind, whole);
        for step in route {
            (kind, raw) = below(kind, raw, step)?;
        }
        let part = (raw.start - whole.start, raw.text.len());
        Some(match self.place(setting, candidate, Some(part)) {
            Place::File { name, line, column, .. } if !with_snippet => {
                Place::File { name, line, column, snippet: None }
            }
            place => place,
        })
    }
}

fn below<'r>(kind: Kind, raw: Raw<'r>, step: &Step) -> Option<(Kind, Raw<'r>)> {
    match (kind, step) {
        (Kind::Optional(of), _) => below(*of, raw, step),
        (Kind::List(of) | Kind::Set(of), Step::Element(number)) => {
            Some((*of, raw.elements()?.into_iter().nth(*number)?))
        }
        (Kind::Map(of), Step::Key(key)) => {
            let entries = raw.entries()?;
            entries.into_iter().find(|(name, _)| name.name() == key.as_str()).map(|(_, value)| (*of, value))
        }
        (Kind::Section(section), Step::Key(key)) => member(section, raw, key),
        _ => None,
    }
}

/// Returns the value of a member, by whatever name it is set.
fn member<'r>(section: &Section, raw: Raw<'r>, key: &str) -> Option<(Kind, Raw<'r>)> {
    let at = section.members.iter().position(|member| member.key() == key)?;
    let kind = match section.members.get(at)? {
        Member::Setting(setting) => setting.kind,
        Member::Section { section, .. } => Kind::Section(section),
    };
    let entries = raw.entries()?;
    let found = match_members(section, entries.iter().map(|(key, _)| key.name()));
    let is_used = |found: &Option<Match>| found.is_some_and(|found| found.member == at && !found.is_shadowed);
    let (_, value) = entries.get(found.iter().position(is_used)?)?;
    Some((kind, *value))
}
