//! The edits of configuration files that have one answer.

mod draft;
mod sections;

use super::finding::{Fix, Judgement};
use super::{Upgrade, ValueKind, is_at_or_below};
use crate::format::FileFormat;
use crate::resolve::Settings;
use crate::schema::{Address, Segment};
use crate::store::{Change, EditError, EditOutcome, Store, StoreError, edit_in};
use crate::value::ZeroizingString;
use crate::value::json::Tree;
use draft::Draft;

/// The fixes that are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fixes {
    /// Names, units, and settings that are gone without a replacement.
    #[default]
    Names,
    /// These, and the old defaults of settings that nothing sets.
    NamesAndDefaults,
}

impl<T: Settings> Upgrade<T> {
    /// Returns a file's text with the fixes of a judgement: comments, order and everything else is kept.
    ///
    /// A fix that would touch more than its setting is not made, so that another judgement has its finding again. A
    /// section that the fixes empty is removed, unless the new release has it.
    ///
    /// # Errors
    /// If the text can't be edited.
    pub fn fixed(
        &self,
        judgement: &Judgement,
        fixes: Fixes,
        format: FileFormat,
        text: &str,
    ) -> Result<String, EditError> {
        edit_in(format, text, &self.edits(judgement, fixes, format, text))
    }

    /// Makes the fixes of a judgement in an open file, in memory, as [`fixed`](Self::fixed) does.
    ///
    /// # Errors
    /// If the text can't be edited.
    pub fn fix(
        &self,
        judgement: &Judgement,
        fixes: Fixes,
        store: &mut Store<T>,
    ) -> Result<EditOutcome, StoreError> {
        let edits = self.edits(judgement, fixes, store.format(), store.text());
        store.edit(&edits)
    }

    fn edits(&self, judgement: &Judgement, fixes: Fixes, format: FileFormat, text: &str) -> Vec<Change> {
        let mut draft = Draft::new(format, text);
        self.move_sections(judgement, &mut draft);
        for finding in &judgement.findings {
            let address = finding.path.as_str();
            match &finding.fix {
                Some(Fix::Move { from, to }) => self.rename(from, to, &mut draft),
                Some(Fix::Convert) => {
                    let from = self.old_address(address);
                    self.rename(&from, address, &mut draft);
                }
                Some(Fix::Remove) => draft.remove(&self.names(address)),
                Some(Fix::Pin(value)) if fixes == Fixes::NamesAndDefaults => {
                    draft.set(&segments(address), &[], &value.to_string());
                }
                _ => {}
            }
        }
        draft.remove_emptied(|section| self.knows(section));
        draft.into_edits()
    }

    /// Writes the value of an old setting under its new name, as the new release reads it.
    fn rename(&self, from: &str, to: &str, draft: &mut Draft) {
        let (names, own) = (self.names(from), segments(to));
        let names: Vec<_> = names.into_iter().filter(|name| *name != own).collect();
        // in one file a setting's own name is stronger
        let found = draft.value(&own).or_else(|| names.iter().find_map(|name| draft.value(name)));
        let Some(value) = found else { return };
        let value = self.converted(value, from, to);
        draft.set(&own, &names, &value);
    }

    /// Returns an address of the old release, and the other names of its setting.
    fn names(&self, address: &str) -> Vec<Vec<Segment>> {
        let names = self.old.at(address).into_iter().flat_map(|at| at.names().collect::<Vec<_>>());
        let own = segments(address);
        let others: Vec<_> = names.filter(|name| *name != own).collect();
        std::iter::once(own).chain(others).collect()
    }

    /// Returns the address in the old release.
    fn old_address(&self, address: &str) -> String {
        let old_path = self.new.at(address).and_then(|at| {
            let mut changes = self.changes.iter().filter(|change| change.path == at.pattern);
            at.translated(changes.find_map(|change| change.old_path.as_deref())?)
        });
        old_path.unwrap_or_else(|| address.to_owned())
    }

    /// Returns whether the new release has a setting in a section.
    fn knows(&self, section: &str) -> bool {
        self.new.settings.iter().any(|setting| is_at_or_below(&setting.path, section))
    }

    /// Returns a value of the file as the new release writes it.
    fn converted(&self, raw: ZeroizingString, from: &str, to: &str) -> ZeroizingString {
        let (Some(old), Some(new)) = (self.old.at(from), self.new.at(to)) else { return raw };
        let (old, new) = (&old.setting.kind, &new.setting.kind);
        let value = Tree::parse(&raw).ok().filter(|_| unit(old) != unit(new));
        value.and_then(|value| converted(old, new, &value)).map_or(raw, |value| value.to_string().into())
    }
}

fn unit(kind: &ValueKind) -> Option<crate::schema::Unit> {
    match kind.required() {
        ValueKind::Duration { unit, .. } => Some(*unit),
        _ => None,
    }
}

/// Returns a value of the old kind as the new kind writes it: a bare number of a duration with its old unit, which both
/// releases read alike.
pub(super) fn converted(old: &ValueKind, new: &ValueKind, value: &Tree) -> Option<Tree> {
    let (Some(old), Some(new)) = (unit(old), unit(new)) else { return Some(value.clone()) };
    let Tree::Number(number) = value else { return Some(value.clone()) };
    if old == new {
        return Some(value.clone());
    }
    let millis = number.as_str().parse::<u64>().ok()?.checked_mul(old.millis())?;
    Some(with_unit(millis.into()))
}

/// Returns a duration as text with a unit.
pub(super) fn with_unit(millis: u128) -> Tree {
    if millis.is_multiple_of(1000) {
        format!("{}s", millis / 1000).into()
    } else {
        format!("{millis}ms").into()
    }
}

fn segments(address: &str) -> Vec<Segment> {
    address.parse().map(|address: Address| address.segments().to_vec()).unwrap_or_default()
}
