//! Explicit values, above all other layers.

use super::candidates::{Candidates, ValuePlace};
use super::lookup::{by_path, is_own};
use crate::resolve::index::{Index, LeafId};
use crate::resolve::report::{Code, Diagnostic, Place, Severity};
use crate::resolve::source::Override;

/// Puts each explicit value on top of its setting's others.
pub(crate) fn read(
    index: &Index,
    overrides: &[Override],
    candidates: &mut Candidates,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for (number, told) in (0..).zip(overrides) {
        match by_path(index, &told.path) {
            Ok(leaf) => {
                diagnostics.extend(old_name(index, &told.path, leaf, told.place()));
                candidates.push(leaf, ValuePlace::Override(number));
            }
            Err(near) => diagnostics.push(Diagnostic {
                severity: Severity::Error,
                code: Code::UnknownPath,
                message: format!("`{}` is no setting of this program", told.path),
                setting: None,
                place: told.place(),
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

/// That the path by which a setting was found is an old one.
pub(crate) fn old_name(index: &Index, path: &str, leaf: LeafId, place: Place) -> Option<Diagnostic> {
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
