//! The edits of configuration files that have one answer.

mod draft;
mod sections;

use super::finding::{Fix, Judgement};
use super::{Upgrade, ValueKind, is_at_or_below};
use crate::format::FileFormat;
use crate::resolve::Settings;
use crate::schema::{Address, Segment};
use crate::store::{EditOutcome, Store};
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
    /// A fix that would touch more than its setting is not made, and neither is one of a value that no longer fits, so that
    /// another judgement has the finding again. A section that the fixes empty is removed, unless the new release has it.
    #[must_use]
    pub fn fixed(&self, judgement: &Judgement, fixes: Fixes, format: FileFormat, text: &str) -> String {
        self.draft(judgement, fixes, format, text).into_string()
    }

    /// Makes the fixes of a judgement in an open file, in memory, as [`fixed`](Self::fixed) does.
    pub fn fix(&self, judgement: &Judgement, fixes: Fixes, store: &mut Store<T>) -> EditOutcome {
        let text = self.draft(judgement, fixes, store.format(), store.text());
        store.rewrite(text)
    }

    fn draft(&self, judgement: &Judgement, fixes: Fixes, format: FileFormat, text: &str) -> ZeroizingString {
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
        draft.into_text()
    }

    /// Writes the value of an old setting under its new name, as the new release reads it.
    fn rename(&self, from: &str, to: &str, draft: &mut Draft) {
        let (names, own) = (self.names(from), segments(to));
        let names: Vec<_> = names.into_iter().filter(|name| *name != own).collect();
        // in one file a setting's own name is stronger, and the new release has written it if the old one has none
        let value = match draft.value(&own) {
            Some(value) if self.old.at(to).is_none() => value,
            found => {
                let found = found.or_else(|| names.iter().find_map(|name| draft.value(name)));
                let converted = found.and_then(|value| self.converted(value, from, to));
                let Some(value) = converted else { return };
                value
            }
        };
        // a value that no longer fits is for the operator, as the old name is
        if self.new.at(to).is_some_and(|at| at.setting.kind.accepts(&value)) {
            draft.set(&own, &names, &value);
        }
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

    /// Returns a value of the file as the new release writes it; `None` if there is no such value.
    fn converted(&self, raw: ZeroizingString, from: &str, to: &str) -> Option<ZeroizingString> {
        if self.has_same_unit(from, to) {
            return Some(raw);
        }
        let (old, new) = (self.old.at(from)?, self.new.at(to)?);
        let value = converted(&old.setting.kind, &new.setting.kind, &Tree::parse(&raw).ok()?)?;
        Some(value.to_string().into())
    }
}

impl<T> Upgrade<T> {
    /// Returns whether a number of one setting means the same as the value of another.
    fn has_same_unit(&self, from: &str, to: &str) -> bool {
        let units = [self.old.at(from), self.new.at(to)].map(|at| at.and_then(|at| unit(&at.setting.kind)));
        let [old, new] = units;
        old == new
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
