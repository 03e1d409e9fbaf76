//! Explicit values, above all other layers.

use super::candidates::ValuePlace;
use super::lookup::{by_path, is_own};
use super::parts::{Outlines, by_path_below, locate, push};
use super::removed::{by_path as removed_by_path, removed};
use super::sink::Sink;
use super::spelling::{Below, Form};
use crate::resolve::index::{Index, LeafId};
use crate::resolve::report::{Code, Diagnostic, Place};
use crate::resolve::source::Layers;
use crate::schema::Address;

/// Puts each explicit value on top of the other values of its setting, entry or field.
pub(crate) fn read(index: &Index, layers: &Layers, sink: &mut Sink) {
    if layers.extras().overrides.is_empty() {
        return;
    }
    let mut outlines = Outlines::default();
    for (number, value) in (0..).zip(&layers.extras().overrides) {
        let near = match by_path(index, &value.path) {
            Ok(leaf) => {
                sink.diagnostics.extend(old_name(index, &value.path, leaf, value.place()));
                sink.push(leaf, ValuePlace::Override(number));
                outlines.forget(leaf);
                continue;
            }
            Err(near) => near,
        };
        let address: Option<Address> = value.path.parse().ok();
        if let Some((leaf, below)) = address.as_ref().and_then(|address| by_path_below(index, address)) {
            let node = outlines.of(index, layers, sink, leaf);
            let form = Form::of(&value.text);
            match locate(index, node, leaf, Below::Path(below), form, &value.path) {
                Ok(route) => {
                    let value = (ValuePlace::Override(number), &*value.text);
                    push(index, sink, &mut outlines, leaf, route, value);
                }
                Err(mistake) => {
                    let code = if mistake.is_unknown { Code::UnknownPath } else { mistake.diagnostic.code };
                    sink.report(Diagnostic { code, ..mistake.diagnostic.at(value.place()) });
                }
            }
            continue;
        }
        if let Some(removal) = removed_by_path(index, &value.path) {
            sink.report(removed(&value.path, &removal).at(value.place()));
            continue;
        }
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "write the full path of a setting: its sections and its key, joined by dots".to_owned(),
        };
        let found = Diagnostic::error(Code::UnknownPath, format!("unknown setting `{}`", value.path));
        sink.report(found.at(value.place()).help(help));
    }
}

/// Warns of a path that is an alias.
fn old_name(index: &Index, path: &str, leaf: LeafId, place: Place) -> Option<Diagnostic> {
    (!is_own(index, path)).then(|| {
        let right = index.leaf_path(leaf);
        Diagnostic::warning(Code::Alias, format!("`{path}` is an old name of `{right}`"))
            .at(place)
            .help(format!("write it as `{right}`"))
            .setting(right)
    })
}
