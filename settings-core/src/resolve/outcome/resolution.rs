//! The outcome: a typed value, every setting's origin, and the report.

use std::borrow::Cow;
use std::fmt;
use std::sync::OnceLock;

use super::copies::Copies;
use super::effective::Effective;
use super::origin::Origin;
use crate::resolve::build::{Builder, Computed, Inputs, Settings};
use crate::resolve::index::{Index, LeafId, Slot, Target};
use crate::resolve::read::{Candidate, Candidates, ValuePlace, by_path, file, overrides, secrets, variables};
use crate::resolve::report::{Code, Diagnostic, Place, Report, Severity};
use crate::resolve::source::Layers;
use crate::schema::Section;
use crate::value::{Value, ZeroizingString};

/// What became of all layers.
pub struct Resolution<T> {
    value: Option<T>,
    report: Report,
    index: Index,
    layers: Layers,
    texts: Vec<ZeroizingString>,
    candidates: Candidates,
    computed: Computed,
    copies: OnceLock<Copies>,
}

impl<T: fmt::Debug> fmt::Debug for Resolution<T> {
    /// Leaves the metadata and all texts out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resolution")
            .field("value", &self.value)
            .field("report", &self.report)
            .field("layers", &self.layers)
            .finish_non_exhaustive()
    }
}

/// A path that no setting has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownPath {
    /// The path.
    pub path: String,
    /// The nearest right one.
    pub nearest: Option<String>,
}

impl fmt::Display for UnknownPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no setting of this program", self.path)?;
        match &self.nearest {
            Some(nearest) => write!(f, "; did you mean `{nearest}`?"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for UnknownPath {}

/// Resolves all layers into a `T`.
///
/// Never fails as a call: what is wrong stands in the [`Resolution`]'s report, and a setting without a usable value
/// falls back to the next weaker layer, so that everything else can still be shown.
pub fn resolve<T: Settings>(layers: Layers) -> Resolution<T> {
    resolve_in(T::SCHEMA, layers, usize::MAX)
}

/// Resolves all layers over `root`, whose first `own` settings are those of `T`.
pub(crate) fn resolve_in<T: Settings>(root: &'static Section, layers: Layers, own: usize) -> Resolution<T> {
    let index = Index::new(root);
    let mut candidates = Candidates::new(index.leaves.len());
    let mut texts = Vec::new();
    let mut diagnostics = Vec::new();
    for (number, source) in (0..).zip(&layers.sources) {
        file::read(&index, &layers.policies, number, source, &mut candidates, &mut diagnostics);
    }
    secrets::read(&index, &layers.secrets, &mut candidates, &mut diagnostics);
    variables::read(
        &index,
        &layers.policies,
        &layers.environment,
        &mut candidates,
        &mut texts,
        &mut diagnostics,
    );
    diagnostics.extend(layers.policies.strangers(&index));
    overrides::read(&index, &layers.overrides, &mut candidates, &mut diagnostics);
    let is_broken = diagnostics.iter().any(|diagnostic| diagnostic.code == Code::Syntax);
    let inputs = Inputs { index: &index, layers: &layers, texts: &texts, candidates: &candidates, is_broken };
    let mut builder = Builder::new(inputs);
    let value = T::build(&mut builder);
    // a required setting of a type without an empty value ends the build, and the rest has not been read
    let unread = builder.next as usize..own.min(index.leaves.len());
    for leaf in unread.filter(|_| value.is_none()).chain(own..index.leaves.len()) {
        builder.value(leaf as LeafId);
    }
    let computed = std::mem::take(&mut builder.computed);
    diagnostics.append(&mut builder.diagnostics);
    if diagnostics.len() > 1 {
        diagnostics.sort_by_cached_key(|diagnostic| order(&layers, diagnostic));
    }
    let report = Report::new(diagnostics);
    Resolution { value, report, index, layers, texts, candidates, computed, copies: OnceLock::new() }
}

/// The struct with every setting at its default.
///
/// # Panics
/// Where a default is refused by its own kind, which is a mistake in the struct.
#[expect(clippy::panic, reason = "a mistake in the program's own struct, no input")]
pub fn defaults<T: Settings>() -> T {
    let index = Index::new(T::SCHEMA);
    let (layers, candidates) = (Layers::new(), Candidates::new(index.leaves.len()));
    let inputs =
        Inputs { index: &index, layers: &layers, texts: &[], candidates: &candidates, is_broken: true };
    let mut builder = Builder::new(inputs);
    match T::build(&mut builder) {
        Some(settings) => settings,
        None => match builder.diagnostics.first() {
            Some(told) => panic!("{}", told.message),
            None => panic!("a setting's default is not of its kind"),
        },
    }
}

/// Layer by layer, within a file by place, variables by name; notes after what must be mended.
fn order(layers: &Layers, diagnostic: &Diagnostic) -> (bool, usize, usize, usize, String) {
    let (layer, line, column, name) = match &diagnostic.place {
        Place::File { name, line, column, .. } => {
            let source = layers.sources.iter().position(|source| source.name == *name);
            (source.unwrap_or(0), *line, *column, String::new())
        }
        Place::SecretFile { .. } => (usize::MAX - 3, 0, 0, String::new()),
        // env files behind the environment itself
        Place::Variable { name, file } => {
            (usize::MAX - 2, file.as_ref().map_or(0, |(_, line)| *line), 0, name.clone())
        }
        Place::Override { .. } => (usize::MAX - 1, 0, 0, String::new()),
        Place::Program => (usize::MAX, 0, 0, String::new()),
    };
    (diagnostic.severity == Severity::Note, layer, line, column, name)
}

impl<T> Resolution<T> {
    /// The typed value, if nothing stands against it.
    pub fn value(&self) -> Option<&T> {
        if self.report.has_errors() { None } else { self.value.as_ref() }
    }

    /// The typed value, or all that stands against it.
    ///
    /// # Errors
    /// The report, where it has errors.
    pub fn into_result(self) -> Result<T, Report> {
        match self.value {
            Some(value) if !self.report.has_errors() => Ok(value),
            _ => Err(self.report),
        }
    }

    /// Takes the typed value out, if nothing stands against it.
    #[cfg(feature = "watch")]
    pub(crate) fn take_value(&mut self) -> Option<T> {
        if self.report.has_errors() { None } else { self.value.take() }
    }

    /// The layers that were resolved.
    pub fn layers(&self) -> &Layers {
        &self.layers
    }

    /// Every diagnostic of every layer.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// Every setting with its value and origin, in the order of the structs.
    pub fn settings(&self) -> impl Iterator<Item = Effective<'_>> {
        (0..self.index.leaves.len() as u32).filter_map(|leaf| self.effective(leaf))
    }

    /// One setting with its value and origin; old names and other letter cases are understood.
    ///
    /// # Errors
    /// The nearest right path, where no setting has this one.
    pub fn setting(&self, path: &str) -> Result<Effective<'_>, UnknownPath> {
        match by_path(&self.index, path) {
            Ok(leaf) => {
                self.effective(leaf).ok_or_else(|| UnknownPath { path: path.to_owned(), nearest: None })
            }
            Err(nearest) => Err(UnknownPath { path: path.to_owned(), nearest }),
        }
    }

    /// All values of a section, as they are in effect: a map from keys to values and to the maps of sections below.
    /// They may hold secrets. `None` where no section has this path.
    pub fn section(&self, path: &str) -> Option<Value<'_>> {
        let wanted = |id: &u32| self.index.section_keys(*id).join(".") == path;
        let section = (0..self.index.sections.len() as u32).find(wanted)?;
        Some(self.section_value(section))
    }

    /// The keys of an optional section, letter case aside.
    pub(crate) fn optional_section(&self, path: &str) -> Option<Vec<&'static str>> {
        let sections = (0_u32..).zip(&self.index.sections).filter(|(_, section)| section.optional.is_some());
        let mut keys = sections.map(|(id, _)| self.index.section_keys(id));
        keys.find(|keys| keys.join(".").eq_ignore_ascii_case(path))
    }

    /// As deep as the sections nest.
    fn section_value(&self, section: u32) -> Value<'_> {
        let entry = |slot: &Slot| {
            let value = match slot.target {
                Target::Leaf(leaf) => self.effective(leaf)?.value,
                Target::Section(below) => self.section_value(below),
            };
            Some((Cow::Borrowed(slot.key), value))
        };
        Value::Map(self.index.slots(section).iter().filter_map(entry).collect())
    }

    fn effective(&self, leaf: LeafId) -> Option<Effective<'_>> {
        let setting = self.index.setting(leaf)?;
        let inputs = Inputs {
            index: &self.index,
            layers: &self.layers,
            texts: &self.texts,
            candidates: &self.candidates,
            is_broken: false,
        };
        let copies = setting.kind.is_secret().then(|| self.copies.get_or_init(|| Copies::of_all(inputs)));
        let copy = |number| copies.and_then(|copies| copies.get(leaf, number));
        let mut chain: Vec<_> = (0..)
            .zip(self.candidates.chain(leaf))
            .map(|(number, candidate)| {
                let value = copy(number).or_else(|| inputs.read(setting, candidate).ok());
                (self.origin(candidate), value)
            })
            .collect();
        let computed = self.computed.of(leaf).map(Value::borrowed);
        let default = computed.or_else(|| copy(chain.len())).unwrap_or_else(|| setting.default_value());
        chain.push((Origin::Default, Some(default)));
        let winner = chain.iter().position(|(_, value)| value.is_some())?;
        let (origin, value) = chain.remove(winner);
        Some(Effective {
            path: self.index.leaf_path(leaf),
            env_name: self.index.env_name(leaf),
            setting,
            sections: self.index.sections_of(leaf),
            value: value?,
            origin,
            overridden: chain,
            absent: self
                .index
                .optional_around(leaf)
                .any(|(first, count)| !self.candidates.holds(first, count)),
        })
    }

    fn origin(&self, candidate: &Candidate) -> Origin {
        let variable = |number: u32, text: bool| {
            let variable = self.layers.environment.get(number);
            let value = variable.filter(|_| text).and_then(|variable| variable.value);
            Origin::Variable {
                name: variable.map(|variable| variable.name.to_owned()).unwrap_or_default(),
                env_file: variable.and_then(|variable| variable.owned_file()),
                value_file: value.map(str::to_owned),
            }
        };
        match candidate.place {
            ValuePlace::Source { source, start, .. } => {
                let Some(source) = self.layers.sources.get(usize::from(source)) else {
                    return Origin::Default;
                };
                let (line, column) = source.line_column(start as usize);
                Origin::File { layer: source.layer, name: source.name.clone(), line, column }
            }
            ValuePlace::SecretFile(number) => {
                let file = self.layers.secrets.get(number as usize);
                Origin::SecretFile { path: file.map(|file| file.path().to_owned()).unwrap_or_default() }
            }
            ValuePlace::Variable(number) | ValuePlace::MapEntry { variable: number, .. } => {
                variable(number, false)
            }
            ValuePlace::VariableFile { variable: number, .. } => variable(number, true),
            ValuePlace::Override(number) => {
                let origin = self.layers.overrides.get(number as usize).map(|told| told.origin.clone());
                Origin::Override { origin: origin.unwrap_or_default() }
            }
        }
    }
}
