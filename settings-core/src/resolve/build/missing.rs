//! Required settings that no layer gives.

use super::builder::Builder;
use crate::resolve::index::LeafId;
use crate::resolve::read::Candidate;
use crate::resolve::report::{Code, Diagnostic, Place, Severity};
use crate::resolve::source::Layer;
use crate::schema::Setting;

impl Builder<'_> {
    /// Reports a required setting of the selected variant in a section that repeats.
    #[cold]
    pub(crate) fn note_missing_in_variant(&mut self, setting: &Setting) {
        let Some(element) = &self.element else { return };
        let whole = self.inputs.index.leaf_path(element.leaf);
        let path = format!("{whole}{}.{}", element.within, setting.key);
        let found = Diagnostic::error(Code::Missing, format!("`{path}` is required, and no layer sets it"));
        let place = self.inputs.element_place(Some(element));
        self.diagnostics.push(found.at(place).setting(path).help(format!("add `{}`", setting.key)));
    }

    /// Reports a required setting without a value, or with the empty text as its `value`. A section that is absent as a
    /// whole has no required settings.
    #[cold]
    pub(crate) fn note_missing(&mut self, leaf: LeafId, setting: &Setting, value: Option<&Candidate>) {
        let inputs = self.inputs;
        if inputs.is_broken {
            return;
        }
        let is_absent = |(first, count)| !inputs.candidates.holds(first, count);
        if value.is_none() && inputs.index.optional_around(leaf).any(is_absent) {
            return;
        }
        let path = inputs.index.leaf_path(leaf).to_string();
        let file = inputs.layers.sources.iter().rev().find(|source| source.layer == Layer::File);
        let variable = Some(inputs.index.env_name(leaf)).filter(|name| !name.is_empty());
        let place = match (value, file, &variable) {
            (Some(candidate), ..) => inputs.place(setting, candidate, None),
            (None, Some(file), _) => {
                Place::File { name: file.name.clone(), line: 1, column: 1, snippet: None }
            }
            (None, None, Some(variable)) => Place::Variable { name: variable.clone(), file: None },
            (None, None, None) => Place::Program,
        };
        let in_file = file.map(|file| format!("set `{path}` in {}", file.name));
        let by_variable = variable.map(|name| {
            format!("set the variable {name}, or {name}_FILE to the path of a file with the value")
        });
        let ways: Vec<String> = in_file.into_iter().chain(by_variable).collect();
        self.diagnostics.push(Diagnostic {
            severity: Severity::Error,
            code: Code::Missing,
            message: match value {
                Some(_) => format!("`{path}` is required, and its value is empty"),
                None => format!("`{path}` is required, and no layer sets it"),
            },
            setting: Some(path.clone()),
            place,
            related: Vec::new(),
            help: match ways.is_empty() {
                true => format!("set `{path}`"),
                false => ways.join("; or "),
            },
        });
    }
}
