//! The result of resolving: a typed value, the origin of every setting, and the report.

use std::borrow::Cow;
use std::fmt;
use std::sync::OnceLock;

use super::effective::Effective;
use super::origin::Origin;
use super::unescaped::UnescapedSecrets;
use crate::resolve::build::{Builder, Computed, Inputs, Settings};
use crate::resolve::index::{Index, LeafId, Slot, Target};
use crate::resolve::known::index_of;
use crate::resolve::read::{
    Candidate, Candidates, Sink, ValuePlace, by_path, expand, file, overrides, secrets, variables,
};
use crate::resolve::report::{Code, Diagnostic, Place, Report, Severity};
use crate::resolve::source::Layers;
use crate::schema::Section;
use crate::value::{Value, ZeroizingString};

/// The result of resolving all layers.
pub struct Resolution<T> {
    value: Option<T>,
    report: Report,
    pub(super) index: &'static Index,
    pub(super) layers: Layers,
    pub(super) candidates: Candidates,
    /// Boxed, so that the results of most programs are cheap to move.
    own: Option<Box<OwnValues>>,
    /// Whether files were read that are in no layer: those that variables and references name.
    pub(crate) reads_files: bool,
    copies: OnceLock<Box<UnescapedSecrets>>,
}

impl<T: fmt::Debug> fmt::Debug for Resolution<T> {
    /// Omits the metadata and all texts.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resolution")
            .field("value", &self.value)
            .field("report", &self.report)
            .field("layers", &self.layers)
            .finish_non_exhaustive()
    }
}

/// Values that are in no layer as they are.
struct OwnValues {
    texts: Vec<ZeroizingString>,
    computed: Computed,
}

/// A path that belongs to no setting.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownPath {
    /// The path.
    pub path: String,
    /// The nearest valid path.
    pub nearest: Option<String>,
}

impl fmt::Display for UnknownPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown setting `{}`", self.path)?;
        match &self.nearest {
            Some(nearest) => write!(f, "; did you mean `{nearest}`?"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for UnknownPath {}

/// Resolves all layers into a `T`.
///
/// This call never fails: mistakes are in the report of the [`Resolution`]. A setting without a usable value falls back
/// to the next weaker layer, so that everything else can still be shown.
///
/// `T` is a program's root: a struct with `env_prefix`, or with `root`. Any other is a compile error.
pub fn resolve<T: Settings>(layers: Layers) -> Resolution<T> {
    const {
        assert!(
            T::SCHEMA.env_prefix.is_some(),
            "this struct is resolved but is not a program's root: add `#[settings(env_prefix = \"...\")]` to it, \
             `env_prefix = none` for variables without a prefix, or `root` for no variables"
        );
    }
    resolve_in(T::SCHEMA, layers, usize::MAX)
}

/// Resolves all layers over `root`, whose first `own` settings are those of `T`.
pub(crate) fn resolve_in<T: Settings>(
    root: &'static Section,
    mut layers: Layers,
    own: usize,
) -> Resolution<T> {
    let index = index_of(root);
    let mut sink = Sink::new(index.leaves.len());
    read(index, &mut layers, &mut sink);
    let Sink { candidates, texts, reads_files, mut diagnostics } = sink;
    let is_broken = diagnostics.iter().any(|diagnostic| diagnostic.code == Code::Syntax);
    let inputs = Inputs { index, layers: &layers, texts: &texts, candidates: &candidates, is_broken };
    let mut builder = Builder::new(inputs);
    let value = T::build(&mut builder);
    // a required setting of a type without an empty value ends the build, and the rest has not been read
    let unread = builder.next as usize..own.min(index.leaves.len());
    for leaf in unread.filter(|_| value.is_none()).chain(own..index.leaves.len()) {
        builder.value(leaf as LeafId);
    }
    let Builder { computed, diagnostics: found, .. } = builder;
    diagnostics.extend(found);
    if diagnostics.len() > 1 {
        diagnostics.sort_by_cached_key(|diagnostic| order(&layers, diagnostic));
    }
    let report = Report::new(diagnostics);
    let has_own = !texts.is_empty() || !computed.is_empty();
    let own = has_own.then(|| Box::new(OwnValues { texts, computed }));
    Resolution { value, report, index, layers, candidates, own, reads_files, copies: OnceLock::new() }
}

/// Finds the values of all layers, the weakest layer first.
fn read(index: &Index, layers: &mut Layers, sink: &mut Sink) {
    sink.diagnostics = expand::expand(index, layers);
    let layers = &*layers;
    for (number, source) in (0..).zip(&layers.sources) {
        file::read(index, &layers.extras().policies, number, source, sink);
    }
    if layers.has_extras() {
        secrets::read(index, layers, sink);
    }
    variables::read(index, layers, sink);
    if layers.has_extras() {
        sink.diagnostics.extend(layers.extras().policies.unknown_sections(index));
        overrides::read(index, layers, sink);
        sink.diagnostics.extend(layers.extras().findings.iter().cloned());
        sink.reads_files |= layers.may_read_files();
    }
}

/// The struct with every setting at its default.
///
/// # Panics
/// Where a default is refused by its own kind, which is a mistake in the struct.
#[expect(clippy::panic, reason = "a mistake in the program's own struct, no input")]
pub fn defaults<T>(schema: &'static Section, build: fn(&mut Builder<'_>) -> Option<T>) -> T {
    let index = Index::new(schema);
    let (layers, candidates) = (Layers::new(), Candidates::new(index.leaves.len()));
    let inputs =
        Inputs { index: &index, layers: &layers, texts: &[], candidates: &candidates, is_broken: true };
    let mut builder = Builder::new(inputs);
    match build(&mut builder) {
        Some(settings) => settings,
        None => match builder.diagnostics.first() {
            Some(diagnostic) => panic!("{}", diagnostic.message),
            None => panic!("a setting's default is not of its kind"),
        },
    }
}

/// Returns the sort key of a diagnostic: by layer, by place within a file, and by name of variables; notes are last.
fn order(layers: &Layers, diagnostic: &Diagnostic) -> (bool, usize, usize, usize, String) {
    let (layer, line, column, name) = match &diagnostic.place {
        Place::File { name, line, column, .. } => {
            let source = layers.sources.iter().position(|source| source.name == *name);
            (source.unwrap_or(0), *line, *column, String::new())
        }
        Place::SecretFile { .. } => (usize::MAX - 3, 0, 0, String::new()),
        // env files after the environment itself
        Place::Variable { name, file } => {
            (usize::MAX - 2, file.as_ref().map_or(0, |(_, line)| *line), 0, name.clone())
        }
        Place::Override { .. } => (usize::MAX - 1, 0, 0, String::new()),
        Place::Program => (usize::MAX, 0, 0, String::new()),
    };
    (diagnostic.severity == Severity::Note, layer, line, column, name)
}

impl<T> Resolution<T> {
    /// Returns the typed value, unless there are errors.
    pub fn value(&self) -> Option<&T> {
        if self.report.has_errors() { None } else { self.value.as_ref() }
    }

    /// Returns the typed value, or the report if it has errors.
    ///
    /// Warnings are lost; [`into_parts`](Self::into_parts) returns them as well.
    ///
    /// # Errors
    /// Returns the report if it has errors.
    pub fn into_result(self) -> Result<T, Report> {
        match self.value {
            Some(value) if !self.report.has_errors() => Ok(value),
            _ => Err(self.report),
        }
    }

    /// Returns the typed value, unless there are errors, and the report with its warnings and notes.
    ///
    /// ```
    /// use settings_core::Settings;
    /// use settings_core::resolve::{Layers, resolve};
    ///
    /// /// A server.
    /// #[derive(Settings)]
    /// #[settings(env_prefix = "SERVER")]
    /// struct Server {
    ///     /// The port.
    ///     #[setting(default = 80)]
    ///     port: u16,
    /// }
    ///
    /// let layers = Layers::new().file("server.json", r#"{"Port": 8080}"#);
    /// let (server, report) = resolve::<Server>(layers).into_parts();
    /// eprint!("{report}");
    /// assert_eq!(server.map(|server| server.port), Some(8080));
    /// ```
    pub fn into_parts(self) -> (Option<T>, Report) {
        let value = if self.report.has_errors() { None } else { self.value };
        (value, self.report)
    }

    /// Takes the typed value out, unless there are errors.
    #[cfg(feature = "watch")]
    pub(crate) fn take_value(&mut self) -> Option<T> {
        if self.report.has_errors() { None } else { self.value.take() }
    }

    /// Returns the layers that were resolved.
    pub fn layers(&self) -> &Layers {
        &self.layers
    }

    /// Returns all diagnostics of all layers.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// Returns every setting with its value and origin, in the order of the structs.
    pub fn settings(&self) -> impl Iterator<Item = Effective<'_>> {
        self.leaves().filter_map(|leaf| self.effective(leaf))
    }

    /// Returns a setting with its value and origin. `path` may be an alias, in any letter case.
    ///
    /// # Errors
    /// Returns the nearest valid path if no setting has this one.
    pub fn setting(&self, path: &str) -> Result<Effective<'_>, UnknownPath> {
        match by_path(self.index, path) {
            Ok(leaf) => {
                self.effective(leaf).ok_or_else(|| UnknownPath { path: path.to_owned(), nearest: None })
            }
            Err(nearest) => Err(UnknownPath { path: path.to_owned(), nearest }),
        }
    }

    /// Returns the effective values of a section: a map from keys to values and to the maps of sections below it.
    ///
    /// The values may contain secrets. Returns `None` if no section has this path.
    pub fn section(&self, path: &str) -> Option<Value<'_>> {
        let wanted = |id: &u32| self.index.section_keys(*id).join(".") == path;
        let section = (0..self.index.sections.len() as u32).find(wanted)?;
        Some(self.section_value(section))
    }

    /// Returns the keys of an optional section, letter case aside.
    pub(crate) fn optional_section(&self, path: &str) -> Option<Vec<&'static str>> {
        let sections = (0_u32..).zip(&self.index.sections).filter(|(_, section)| section.optional.is_some());
        let mut keys = sections.map(|(id, _)| self.index.section_keys(id));
        keys.find(|keys| keys.join(".").eq_ignore_ascii_case(path))
    }

    /// Recursion is as deep as the sections nest.
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

    /// Returns the inputs, for what is read again to be shown.
    pub(super) fn inputs(&self) -> Inputs<'_> {
        Inputs {
            index: self.index,
            layers: &self.layers,
            texts: self.texts(),
            candidates: &self.candidates,
            is_broken: false,
        }
    }

    /// Returns the texts that no layer holds.
    pub(super) fn texts(&self) -> &[ZeroizingString] {
        self.own.as_ref().map_or(&[], |own| &own.texts)
    }

    /// Returns the default of a setting that was computed from others.
    fn computed(&self, leaf: LeafId) -> Option<Value<'_>> {
        self.own.as_ref()?.computed.get(leaf).map(Value::borrowed)
    }

    /// Returns the copies of secrets, for a value that is secret.
    pub(super) fn copies(&self, is_secret: bool) -> Option<&UnescapedSecrets> {
        let made = || Box::new(UnescapedSecrets::from_inputs(self.inputs()));
        is_secret.then(|| &**self.copies.get_or_init(made))
    }

    /// Returns the numbers of all settings.
    pub(crate) fn leaves(&self) -> std::ops::Range<LeafId> {
        0..self.index.leaves.len() as LeafId
    }

    /// Returns the value of [`effective`](Self::effective) alone.
    pub(crate) fn value_of(&self, leaf: LeafId) -> Option<Value<'_>> {
        let setting = self.index.setting(leaf)?;
        let inputs = self.inputs();
        let copies = self.copies(setting.kind.is_secret());
        let copy = |number| copies.and_then(|copies| copies.get(leaf, number));
        let mut chain = (0..).zip(self.candidates.chain(leaf));
        let set = chain
            .find_map(|(number, candidate)| copy(number).or_else(|| inputs.read(setting, candidate).ok()));
        let default = || {
            let copy = || copy(self.candidates.chain(leaf).count());
            self.computed(leaf).or_else(copy).unwrap_or_else(|| setting.default_value())
        };
        Some(set.unwrap_or_else(default))
    }

    pub(crate) fn effective(&self, leaf: LeafId) -> Option<Effective<'_>> {
        let setting = self.index.setting(leaf)?;
        let inputs = self.inputs();
        let copies = self.copies(setting.kind.is_secret());
        let copy = |number| copies.and_then(|copies| copies.get(leaf, number));
        let mut chain: Vec<_> = (0..)
            .zip(self.candidates.chain(leaf))
            .map(|(number, candidate)| {
                let value = copy(number).or_else(|| inputs.read(setting, candidate).ok());
                (self.origin(candidate, None), value)
            })
            .collect();
        let default =
            self.computed(leaf).or_else(|| copy(chain.len())).unwrap_or_else(|| setting.default_value());
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
            parts: self.parts(leaf, setting),
            absent: self
                .index
                .optional_around(leaf)
                .any(|(first, count)| !self.candidates.holds(first, count)),
        })
    }

    /// Returns the origin of a candidate, or of the part of it that starts at an offset within.
    pub(super) fn origin(&self, candidate: &Candidate, part: Option<(usize, usize)>) -> Origin {
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
            ValuePlace::Source { source, start, len, .. } => {
                let Some(source) = self.layers.sources.get(usize::from(source)) else {
                    return Origin::Default;
                };
                let (offset, len) = part.unwrap_or((0, len as usize));
                let start = start as usize + offset;
                let (line, column) = source.line_column(start);
                let references = source.references(start, len).unwrap_or_default();
                Origin::File { layer: source.layer, name: source.name.clone(), line, column, references }
            }
            ValuePlace::SecretFile(number) => {
                let file = self.layers.extras().secrets.get(number as usize);
                Origin::SecretFile { path: file.map(|file| file.path().to_owned()).unwrap_or_default() }
            }
            ValuePlace::Variable(number) => variable(number, false),
            ValuePlace::VariableFile { variable: number, .. } => variable(number, true),
            ValuePlace::Override(number) => {
                let origin =
                    self.layers.extras().overrides.get(number as usize).map(|value| value.origin.clone());
                Origin::Override { origin: origin.unwrap_or_default() }
            }
        }
    }
}
