//! The entries of maps and lists of sections, and the names of members in them.

use std::borrow::Cow;

use crate::schema::{Kind, Member, Section};

/// The way in which a key names a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    /// By its key.
    Own,
    /// By its key in another letter case.
    OtherCase,
    /// By an alias.
    Alias,
}

/// The member that a key names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Match {
    /// Its index.
    pub(crate) member: usize,
    pub(crate) name: Name,
    /// Whether another key of the object is used for this member: a member's own name is stronger than its aliases, in
    /// any order, and otherwise the first one applies.
    pub(crate) is_shadowed: bool,
}

/// Finds the member that each key of an object names.
pub(crate) fn match_members<'k>(
    section: &Section,
    keys: impl Iterator<Item = Cow<'k, str>>,
) -> Vec<Option<Match>> {
    let named: Vec<_> = keys.map(|key| member_called(section, &key)).collect();
    // by member: whether one of its own names appears, and whether an earlier key is used for it
    let mut seen = vec![(false, false); section.members.len()];
    for (member, name) in named.iter().flatten() {
        if let Some((own, _)) = seen.get_mut(*member) {
            *own |= *name != Name::Alias;
        }
    }
    let matched = named.into_iter().map(|named| {
        let (member, name) = named?;
        let (own, used) = seen.get_mut(member)?;
        let is_shadowed = *used || *own && name == Name::Alias;
        *used |= !is_shadowed;
        Some(Match { member, name, is_shadowed })
    });
    matched.collect()
}

/// Returns the index of the member that `key` names.
pub(crate) fn member_called(section: &Section, key: &str) -> Option<(usize, Name)> {
    let position = |is: &dyn Fn(&Member) -> bool| section.members.iter().position(is);
    let by_alias = |member: &Member| match member {
        Member::Setting(setting) => setting.aliases().iter().any(|alias| alias.eq_ignore_ascii_case(key)),
        Member::Section { .. } => false,
    };
    position(&|member| member.key() == key)
        .map(|at| (at, Name::Own))
        .or_else(|| {
            position(&|member| member.key().eq_ignore_ascii_case(key)).map(|at| (at, Name::OtherCase))
        })
        .or_else(|| position(&by_alias).map(|at| (at, Name::Alias)))
}

/// Returns whether `null` removes an entry of this kind, because it is not a value of the kind.
pub(crate) const fn is_removable(kind: &Kind) -> bool {
    !matches!(kind, Kind::Optional(_) | Kind::Json | Kind::List(_) | Kind::Set(_) | Kind::Map { .. })
}
