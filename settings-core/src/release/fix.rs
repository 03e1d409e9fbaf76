//! The edits of configuration files that have one answer.

use super::finding::{Fix, Judgement};
use super::{Upgrade, ValueKind};
use crate::format::{Document, FileFormat};
use crate::resolve::Settings;
use crate::store::{Action, Change, EditError, EditOutcome, Store, StoreError, edit_in};
use crate::value::json::{self, Raw, Shape, Tree};

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
    /// # Errors
    /// If the text can't be edited without touching more than the settings.
    pub fn fixed(
        &self,
        judgement: &Judgement,
        fixes: Fixes,
        format: FileFormat,
        text: &str,
    ) -> Result<String, EditError> {
        edit_in(format, text, &self.edits(judgement, fixes, format, text))
    }

    /// Makes the fixes of a judgement in an open file, in memory.
    ///
    /// # Errors
    /// If the text can't be edited without touching more than the settings.
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
        let document = Document::new(text.to_owned().into(), format);
        let Ok(root) = json::parse_value(document.json()) else { return Vec::new() };
        let mut edits: Vec<Change> = Vec::new();
        let mut add = |edit: Change| {
            if !edits.contains(&edit) {
                edits.push(edit);
            }
        };
        for finding in &judgement.findings {
            let path = finding.path.as_str();
            match &finding.fix {
                Some(Fix::Move { from, to }) => {
                    let names = self.old_names(from);
                    let Some(old) = names.iter().find_map(|name| find(root, name)) else { continue };
                    // in one file a setting's own name is stronger
                    let value = find(root, to).unwrap_or_else(|| self.value(old, from, to));
                    let old_names = names.iter().filter(|name| **name != to).map(|name| keys(name)).collect();
                    add(Change { path: keys(to), old_names, action: Action::Set(value) });
                }
                Some(Fix::Convert) => {
                    let from = self.old_path(path);
                    let names = self.old_names(from);
                    let own = find(root, path).or_else(|| names.iter().find_map(|name| find(root, name)));
                    let Some(value) = own.map(|old| self.value(old, from, path)) else { continue };
                    let old_names =
                        names.iter().filter(|name| **name != path).map(|name| keys(name)).collect();
                    add(Change { path: keys(path), old_names, action: Action::Set(value) });
                }
                Some(Fix::Remove) => {
                    let names = self.old_names(path);
                    if names.iter().any(|name| find(root, name).is_some()) {
                        let old_names = names.iter().skip(1).map(|name| keys(name)).collect();
                        add(Change { path: keys(path), old_names, action: Action::Unset });
                    }
                }
                Some(Fix::Pin(value)) if fixes == Fixes::NamesAndDefaults => {
                    add(Change::set(keys(path), value.to_string()));
                }
                _ => {}
            }
        }
        edits
    }

    /// Returns a path of the old release, and the other names of its setting.
    fn old_names<'p>(&'p self, path: &'p str) -> Vec<&'p str> {
        let aliases = self.old.setting(path).map_or(&[][..], |setting| &setting.aliases);
        std::iter::once(path).chain(aliases.iter().map(String::as_str)).collect()
    }

    /// Returns the path in the old release.
    fn old_path<'p>(&'p self, path: &'p str) -> &'p str {
        let mut changes = self.changes.iter().filter(|change| change.path == path);
        changes.find_map(|change| change.old_path.as_deref()).unwrap_or(path)
    }

    /// Returns a value of the file as the new release writes it.
    fn value(&self, raw: String, from: &str, to: &str) -> String {
        let kinds = (self.old.setting(from), self.new.setting(to));
        let (Some(old), Some(new)) = kinds else { return raw };
        let value = Tree::parse(&raw).ok().filter(|_| unit(&old.kind) != unit(&new.kind));
        value.and_then(|value| converted(&old.kind, &new.kind, &value)).map_or(raw, |value| value.to_string())
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

fn keys(path: &str) -> Vec<String> {
    path.split('.').map(str::to_owned).collect()
}

/// Returns the text of a setting in a file, letter case aside. The last of several applies.
fn find(root: Raw<'_>, path: &str) -> Option<String> {
    let mut raw = root;
    for key in path.split('.') {
        let entries = raw.entries()?;
        let exact = entries.iter().rfind(|(found, _)| found.name() == key);
        let folded = || entries.iter().rfind(|(found, _)| found.name().eq_ignore_ascii_case(key));
        raw = exact.or_else(folded)?.1;
    }
    (raw.shape != Shape::Null || path.contains('.')).then(|| raw.text.to_owned())
}
