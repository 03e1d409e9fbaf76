//! Explicit values, above all other layers.

use super::candidates::{Candidates, ValuePlace};
use super::diagnostic::{Code, Diagnostic, Place, Severity};
use super::index::{Index, LeafId, ROOT, Target};
use super::layers::Override;
use crate::nearest::nearest;

/// Puts each explicit value on top of its setting's others.
pub(super) fn read(
    index: &Index,
    overrides: &[Override],
    candidates: &mut Candidates,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for (number, told) in (0..).zip(overrides) {
        match find(index, &told.path) {
            Ok(leaf) => {
                diagnostics.extend(old_name(index, &told.path, leaf, place(told)));
                candidates.push(leaf, ValuePlace::Override(number));
            }
            Err(near) => diagnostics.push(Diagnostic {
                severity: Severity::Error,
                code: Code::UnknownPath,
                message: format!("`{}` is no setting of this program", told.path),
                setting: None,
                place: place(told),
                related: Vec::new(),
                help: match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => {
                        "write a setting's whole path: its sections and its key with dots between".to_owned()
                    }
                },
            }),
        }
    }
}

pub(super) fn place(told: &Override) -> Place {
    Place::Override { origin: told.origin.clone(), path: told.path.clone() }
}

/// The setting of a dotted path (letter case aside, old names too), else the nearest right path.
pub(super) fn find(index: &Index, path: &str) -> Result<LeafId, Option<String>> {
    if let Some(leaf) = own(index, path) {
        return Ok(leaf);
    }
    if let Some((_, leaf)) = index.aliases().iter().find(|(alias, _)| alias.eq_ignore_ascii_case(path)) {
        return Ok(*leaf);
    }
    let paths: Vec<_> = index.paths().map(|(leaf, path)| (leaf, path.to_string())).collect();
    let near = nearest(path, paths.iter().map(|(_, known)| known.as_str())).map(str::to_owned);
    // a bare key is most often meant as the setting of that key
    let by_key = || index.leaf_of_key(path).map(|leaf| index.leaf_path(leaf).to_string());
    Err(near.or_else(by_key))
}

/// The setting of which a dotted path is no old name.
fn own(index: &Index, path: &str) -> Option<LeafId> {
    let folded = || walk(index, path, |key, part| key.eq_ignore_ascii_case(part));
    walk(index, path, |key, part| key == part).or_else(folded)
}

/// Whether a path that finds a setting is its own.
pub(super) fn is_own(index: &Index, path: &str) -> bool {
    own(index, path).is_some()
}

/// That the path by which a setting was found is an old one.
pub(super) fn old_name(index: &Index, path: &str, leaf: LeafId, place: Place) -> Option<Diagnostic> {
    (!is_own(index, path)).then(|| {
        let right = index.leaf_path(leaf).to_string();
        Diagnostic {
            severity: Severity::Warning,
            code: Code::Alias,
            message: format!("`{path}` is an old name of `{right}`"),
            help: format!("write it as `{right}`"),
            setting: Some(right),
            place,
            related: Vec::new(),
        }
    })
}

/// Follows a dotted path from the root.
fn walk(index: &Index, path: &str, is_key: impl Fn(&str, &str) -> bool) -> Option<LeafId> {
    let mut section = ROOT;
    let mut parts = path.split('.').peekable();
    while let Some(part) = parts.next() {
        let slot = index.slots(section).iter().find(|slot| is_key(slot.key, part))?;
        match slot.target {
            Target::Leaf(leaf) => return parts.peek().is_none().then_some(leaf),
            Target::Section(below) => section = below,
        }
    }
    None
}
