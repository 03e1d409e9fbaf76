//! From candidates to the fields of a struct.

use std::fmt;

use super::Settings;
use super::candidates::{Candidate, Candidates, ValuePlace};
use super::computed::Computed;
use super::diagnostic::{Code, Diagnostic, Place, Severity};
use super::elements::Element;
use super::index::{Index, LeafId};
use super::layers::Layers;
use super::refused::Field;
use super::renamed::holds_sections;
use super::secrets::SecretFile;
use super::suggestion::suggestion;
use super::{file, overrides, variables};
use crate::schema::{Deprecated, Member, Setting};
use crate::value::json::Raw;
use crate::value::{Mismatch, Reason, SettingValue, Value, Wiped, from_json, from_text};

/// Hands out one setting's value after the other, in the order of the structs' fields.
///
/// Only the derive's code calls it.
pub struct Builder<'r> {
    pub(super) inputs: Inputs<'r>,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) next: LeafId,
    /// The section of a list or map that is built instead of the program's own.
    pub(super) element: Option<Element<'r>>,
    /// The defaults that were computed from other settings.
    pub(super) computed: Computed,
}

impl fmt::Debug for Builder<'_> {
    /// Leaves all values out: they may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("next", &self.next).finish_non_exhaustive()
    }
}

/// All that values are read from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Inputs<'r> {
    pub(super) index: &'r Index,
    pub(super) layers: &'r Layers,
    pub(super) texts: &'r [Wiped],
    pub(super) candidates: &'r Candidates,
    /// Whether a file could not be read to its end, so that settings may be missing.
    pub(super) is_broken: bool,
}

impl<'r> Builder<'r> {
    pub(super) fn new(inputs: Inputs<'r>) -> Self {
        Self { inputs, diagnostics: Vec::new(), next: 0, element: None, computed: Computed::default() }
    }

    /// The next setting's value.
    pub fn take<T: SettingValue>(&mut self) -> Option<T> {
        let (field, value) = self.next_field()?;
        let taken = T::from_value(value);
        if taken.is_none() {
            self.not_taken(field);
        }
        taken
    }

    /// The next setting and its value.
    #[inline]
    pub(super) fn next_field(&mut self) -> Option<(Field, Value<'r>)> {
        if let Some(element) = &mut self.element {
            let (member, value) = element.next()?;
            let Member::Setting(setting) = member else { return None };
            return Some((Field { setting, leaf: None }, value));
        }
        let leaf = self.next;
        self.next += 1;
        let setting = self.inputs.index.setting(leaf)?;
        Some((Field { setting, leaf: Some(leaf) }, self.value(leaf)?))
    }

    /// A nested section, whose settings come next.
    pub fn section<S: Settings>(&mut self) -> Option<S> {
        match &mut self.element {
            None => S::build(self),
            Some(element) => {
                let (member, value) = element.next()?;
                self.element_section(value, member.key())
            }
        }
    }

    /// The strongest value that its kind accepts, else the default. Weaker values are checked too, so that every
    /// mistake of every layer is told at once.
    #[inline]
    pub(super) fn value(&mut self, leaf: LeafId) -> Option<Value<'r>> {
        let setting = self.inputs.index.setting(leaf)?;
        let Some(strongest) = self.inputs.candidates.strongest(leaf) else {
            return Some(setting.default_value());
        };
        if let Some(deprecated) = setting.deprecated() {
            self.note_deprecated(leaf, setting, deprecated);
        }
        if holds_sections(&setting.kind) {
            self.note_names(leaf, setting);
        }
        if strongest.is_alone()
            && let Ok(value) = self.inputs.read(setting, strongest)
        {
            return Some(value);
        }
        Some(self.first_readable(leaf, setting))
    }

    #[inline(never)]
    fn first_readable(&mut self, leaf: LeafId, setting: &'static Setting) -> Value<'r> {
        let mut winner = None;
        let mut faults = None;
        for candidate in self.inputs.candidates.chain(leaf) {
            let read = match candidate.place {
                // a map's entries stand one behind the other, and are looked at all at once
                ValuePlace::MapEntry { .. } => {
                    let all = || self.inputs.faults(setting, candidate).into_iter();
                    match faults.get_or_insert_with(all).next().flatten() {
                        Some(fault) => Err(fault),
                        None if winner.is_some() => Ok(Value::Null),
                        None => self.inputs.read(setting, candidate),
                    }
                }
                _ => self.inputs.read(setting, candidate),
            };
            match read {
                Ok(value) if winner.is_none() => winner = Some(value),
                Ok(value) if setting.kind.is_secret() => value.wipe(),
                Ok(_) => {}
                Err(mismatch) => {
                    self.inputs.diagnose(leaf, setting, candidate, mismatch, &mut self.diagnostics)
                }
            }
        }
        winner.unwrap_or_else(|| setting.default_value())
    }

    fn note_deprecated(&mut self, leaf: LeafId, setting: &Setting, deprecated: &Deprecated) {
        let path = self.inputs.index.leaf_path(leaf);
        let sections = path.keys().split_last().map_or(&[][..], |(_, sections)| sections);
        let replacement = deprecated.replacement.map(|name| match name.contains('.') {
            true => name.to_owned(),
            false => sections.iter().copied().chain([name]).collect::<Vec<_>>().join("."),
        });
        for candidate in self.inputs.candidates.chain(leaf) {
            self.diagnostics.push(Diagnostic {
                severity: Severity::Warning,
                code: Code::Deprecated,
                message: deprecation(&path.to_string(), deprecated),
                setting: Some(path.to_string()),
                place: self.inputs.place(setting, candidate, None),
                related: Vec::new(),
                help: match &replacement {
                    Some(path) => format!("set `{path}` instead"),
                    None if deprecated.since == "next" => "remove it before then".to_owned(),
                    None => "remove it".to_owned(),
                },
            });
        }
    }
}

/// What is told of a deprecated setting that is set.
pub(super) fn deprecation(path: &str, deprecated: &Deprecated) -> String {
    match deprecated.since {
        "next" => format!("`{path}` will be deprecated: {}", deprecated.reason),
        since => format!("`{path}` is deprecated since {since}: {}", deprecated.reason),
    }
}

impl Reason {
    /// How a report calls it.
    pub(super) const fn code(self, in_file: bool) -> Code {
        match self {
            Self::Range => Code::OutOfRange,
            Self::Choice => Code::NotInList,
            Self::Form => Code::Malformed,
            Self::Duplicate => Code::DuplicateElement,
            Self::Key => Code::UnknownKey,
            Self::Type if in_file => Code::WrongType,
            Self::Type => Code::Unparsable,
        }
    }
}

impl<'r> Inputs<'r> {
    /// Reads a candidate by its setting's kind.
    #[inline]
    pub(super) fn read(self, setting: &Setting, candidate: &Candidate) -> Result<Value<'r>, Mismatch> {
        match candidate.place {
            ValuePlace::Source { source, start, len, shape } => {
                let text = self.layers.sources.get(usize::from(source)).map_or("", |source| &*source.text);
                let start = start as usize;
                let text = text.get(start..start + len as usize).unwrap_or_default();
                from_json(&setting.kind, Raw { text, start, shape })
            }
            ValuePlace::Variable(number) => {
                let variable = self.layers.environment.get(number);
                from_text(&setting.kind, variable.and_then(|variable| variable.value).unwrap_or_default())
            }
            ValuePlace::VariableFile { text, .. } => {
                from_text(&setting.kind, self.texts.get(text as usize).map_or("", |text| text))
            }
            ValuePlace::SecretFile(number) => from_text(
                &setting.kind,
                self.layers.secrets.get(number as usize).map_or("", SecretFile::text),
            ),
            ValuePlace::MapEntry { .. } => self.merged(setting, candidate),
            ValuePlace::Override(number) => from_text(
                &setting.kind,
                self.layers.overrides.get(number as usize).map_or("", |told| &told.text),
            ),
        }
    }

    /// Tells all that is wrong with one value.
    fn diagnose(
        self,
        leaf: LeafId,
        setting: &Setting,
        candidate: &Candidate,
        mut mismatch: Mismatch,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let whole = self.index.leaf_path(leaf).to_string();
        let in_file = matches!(candidate.place, ValuePlace::Source { .. });
        let others = std::mem::take(&mut mismatch.others);
        for mismatch in std::iter::once(mismatch).chain(others) {
            let path = format!("{whole}{}", mismatch.within);
            let found =
                if mismatch.found.is_empty() { String::new() } else { format!(", found {}", mismatch.found) };
            diagnostics.push(Diagnostic {
                severity: Severity::Error,
                code: mismatch.reason.code(in_file),
                message: format!("`{path}`: expected {}{found}", mismatch.expected),
                setting: Some(path),
                place: self.place(setting, candidate, mismatch.part),
                related: Vec::new(),
                help: suggestion(setting, &mismatch),
            });
        }
    }

    /// Where a section that is part of a list or map stands; [`Place::Program`] for sections of the program.
    pub(super) fn element_place(self, element: Option<&Element<'_>>) -> Place {
        let place = |element: &Element<'_>| {
            let within = self.place_within(element.leaf, element.route.iter(), true);
            within.unwrap_or_else(|| self.place_of(element.leaf, true))
        };
        element.map_or(Place::Program, place)
    }

    /// Where a setting's strongest value stands; [`Place::Program`] where it has its default.
    pub(super) fn place_of(self, leaf: LeafId, with_snippet: bool) -> Place {
        let (Some(setting), Some(candidate)) = (self.index.setting(leaf), self.candidates.strongest(leaf))
        else {
            return Place::Program;
        };
        match self.place(setting, candidate, None) {
            Place::File { name, line, column, .. } if !with_snippet => {
                Place::File { name, line, column, snippet: None }
            }
            place => place,
        }
    }

    pub(super) fn place(
        self,
        setting: &Setting,
        candidate: &Candidate,
        part: Option<(usize, usize)>,
    ) -> Place {
        match candidate.place {
            ValuePlace::Source { source, start, len, .. } => {
                match self.layers.sources.get(usize::from(source)) {
                    Some(source) => {
                        let (offset, len) = part.unwrap_or((0, len as usize));
                        let shown = !setting.kind.is_secret();
                        file::place(self.index, source, (start as usize + offset, len), true, shown)
                    }
                    None => Place::Program,
                }
            }
            ValuePlace::SecretFile(number) => {
                self.layers.secrets.get(number as usize).map_or(Place::Program, SecretFile::place)
            }
            ValuePlace::Variable(number)
            | ValuePlace::VariableFile { variable: number, .. }
            | ValuePlace::MapEntry { variable: number, .. } => {
                self.layers.environment.get(number).map_or(Place::Program, variables::place)
            }
            ValuePlace::Override(number) => {
                self.layers.overrides.get(number as usize).map_or(Place::Program, overrides::place)
            }
        }
    }
}
