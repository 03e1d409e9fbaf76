//! Where values come from.

use std::path::{Path, PathBuf};

use super::environment::{Environment, Variable};
use super::layer::Layer;
use super::overrides::Override;
use super::policy::Policies;
use super::reading::{Unreadable, read_text};
use super::secrets::{self, SecretFile};
use super::text::Source;
use crate::format::FileFormat;
use crate::schema::Unknown;
use crate::value::ZeroizingString;

/// All layers above the defaults, as text. Reading files happens here; nothing else does I/O but the look at a
/// secret's file that a `NAME_FILE` variable names.
#[derive(Clone, Debug, Default)]
pub struct Layers {
    pub(crate) sources: Vec<Source>,
    pub(crate) secrets: Vec<SecretFile>,
    pub(crate) environment: Environment,
    pub(crate) overrides: Vec<Override>,
    pub(crate) policies: Policies,
    files: Vec<PathBuf>,
}

impl Layers {
    /// No layer but the defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the text of a file, in the format that the ending of its name stands for. Later files override earlier ones.
    #[must_use]
    pub fn file(self, name: impl Into<String>, text: impl Into<String>) -> Self {
        let name = name.into();
        let format = FileFormat::from_path(&name);
        self.source(Layer::File, name, text.into(), format)
    }

    /// Adds the text of a file in a format, whatever its name.
    #[must_use]
    pub fn file_in(self, format: FileFormat, name: impl Into<String>, text: impl Into<String>) -> Self {
        self.source(Layer::File, name.into(), text.into(), format)
    }

    /// Adds a text of custom defaults, weaker than every file.
    #[must_use]
    pub fn custom_defaults(self, name: impl Into<String>, text: impl Into<String>) -> Self {
        let name = name.into();
        let format = FileFormat::from_path(&name);
        self.source(Layer::CustomDefaults, name, text.into(), format)
    }

    /// Reads a file into `layer` ([`Layer::File`] or [`Layer::CustomDefaults`]), in the format that the ending of its name
    /// stands for.
    ///
    /// # Errors
    /// If it can't be read or isn't UTF-8.
    pub fn read(self, layer: Layer, path: &Path) -> Result<Self, Unreadable> {
        self.read_in(FileFormat::from_path(path), layer, path)
    }

    /// Reads a file in a format into `layer` ([`Layer::File`] or [`Layer::CustomDefaults`]).
    ///
    /// # Errors
    /// If it can't be read or isn't UTF-8.
    pub fn read_in(self, format: FileFormat, layer: Layer, path: &Path) -> Result<Self, Unreadable> {
        let name = path.display().to_string();
        let layers = self.depends_on(path);
        Ok(layers.source(layer, name, read_text(path)?, format))
    }

    /// Sets the environment. The process's own is [`Environment::of_process`].
    #[must_use]
    pub fn environment(mut self, environment: Environment) -> Self {
        self.environment = environment;
        self
    }

    /// Reads a directory of secrets, as container runtimes and systemd make them: stronger than files, weaker than the
    /// environment. A file's name is a setting's variable or path, in any letter case; its text, without the last line
    /// break, is the value. Names that start with a dot are passed over.
    ///
    /// # Errors
    /// Where the directory can't be read. A file that can't be is a diagnostic, if a setting has its name.
    pub fn secrets_dir(mut self, path: &Path) -> Result<Self, Unreadable> {
        self.secrets.extend(secrets::read_dir(path)?);
        Ok(self.depends_on(path))
    }

    /// Notes that the layers change with a file, whether or not it is there. Those that are read here are noted
    /// already; an env file is not.
    #[must_use]
    pub fn depends_on(mut self, path: impl Into<PathBuf>) -> Self {
        self.files.push(path.into());
        self
    }

    /// The files and directories that the layers change with, as far as they are noted.
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// Reads systemd's credentials: the secrets directory that `CREDENTIALS_DIRECTORY` of the environment names, if it
    /// is set. The environment must have been set before.
    ///
    /// # Errors
    /// Where the directory can't be read.
    pub fn credentials(self) -> Result<Self, Unreadable> {
        let named = |variable: &Variable<'_>| variable.name == "CREDENTIALS_DIRECTORY";
        let path = (0..self.environment.len()).filter_map(|number| self.environment.get(number)).find(named);
        match path.and_then(|variable| variable.value.map(PathBuf::from)) {
            Some(path) => self.secrets_dir(&path),
            None => Ok(self),
        }
    }

    /// What to say of keys and variables that no setting has, wherever no section says otherwise of its own.
    #[must_use]
    pub fn unknown(mut self, unknown: Unknown) -> Self {
        self.policies.all = Some(unknown);
        self
    }

    /// What to say of keys and variables below `section`, such as `EmailSettings`; stronger than what the struct says.
    #[must_use]
    pub fn unknown_in(mut self, section: impl Into<String>, unknown: Unknown) -> Self {
        self.policies.sections.push((section.into(), unknown));
        self
    }

    /// Sets one setting above all other layers, if it is given at all: an argument that is absent is no value.
    #[must_use]
    pub fn set_given(self, path: &str, value: Option<impl ToString>, origin: &str) -> Self {
        match value {
            Some(value) => self.set(path, value.to_string(), origin),
            None => self,
        }
    }

    /// Sets one setting above all other layers; `origin` says who did: `--set`.
    #[must_use]
    pub fn set(
        mut self,
        path: impl Into<String>,
        text: impl Into<String>,
        origin: impl Into<String>,
    ) -> Self {
        self.overrides.push(Override { path: path.into(), text: text.into().into(), origin: origin.into() });
        self
    }

    fn source(
        mut self,
        layer: Layer,
        name: String,
        text: impl Into<ZeroizingString>,
        format: FileFormat,
    ) -> Self {
        let at = self.sources.partition_point(|source| source.layer <= layer);
        self.sources.insert(at, Source::new(layer, name, text.into(), format));
        self
    }
}
