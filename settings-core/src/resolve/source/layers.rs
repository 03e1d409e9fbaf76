//! All layers above the defaults.

use std::io;
use std::path::{Path, PathBuf};

use super::environment::Environment;
use super::extras::Extras;
use super::folder::{self, Folder};
use super::layer::Layer;
use super::overrides::Override;
use super::places::usual_files;
use super::reading::{Unreadable, read_text};
use super::references::References;
use super::secrets;
use super::text::Source;
use crate::format::FileFormat;
use crate::schema::{EmptyVariables, Unknown};
use crate::value::ZeroizingString;

/// All layers above the defaults, as text.
///
/// Files are read here. Resolving does no I/O, except that it reads the files that `NAME_FILE` variables name.
#[derive(Clone, Debug, Default)]
pub struct Layers {
    pub(crate) sources: Vec<Source>,
    pub(crate) environment: Environment,
    /// Boxed, so that the layers of most programs are cheap to move.
    extras: Option<Box<Extras>>,
}

impl Layers {
    /// Creates layers with nothing above the defaults.
    #[inline]
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns whether the program sets more than files and an environment.
    #[inline]
    pub(crate) fn has_extras(&self) -> bool {
        self.extras.is_some()
    }

    /// Returns the parts that few programs set.
    #[inline]
    pub(crate) fn extras(&self) -> &Extras {
        self.extras.as_deref().unwrap_or(Extras::NONE)
    }

    #[inline]
    pub(crate) fn extras_mut(&mut self) -> &mut Extras {
        self.extras.get_or_insert_default()
    }

    /// Adds the text of a configuration file, in the format that the ending of its name stands for. A file added later is
    /// stronger.
    #[must_use]
    pub fn file(self, name: impl Into<String>, text: impl Into<String>) -> Self {
        let name = name.into();
        let format = FileFormat::from_path(&name);
        self.source(Layer::File, name, text.into(), format)
    }

    /// Adds the text of a file in a format, whatever its name.
    #[must_use]
    #[inline]
    pub fn file_in(self, format: FileFormat, name: impl Into<String>, text: impl Into<String>) -> Self {
        self.source(Layer::File, name.into(), text.into(), format)
    }

    /// Adds the text of a file of custom defaults, which is weaker than every configuration file.
    #[must_use]
    pub fn custom_defaults(self, name: impl Into<String>, text: impl Into<String>) -> Self {
        let name = name.into();
        let format = FileFormat::from_path(&name);
        self.source(Layer::CustomDefaults, name, text.into(), format)
    }

    /// Reads a configuration file, in the format that the ending of its name stands for.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read or is not UTF-8.
    pub fn read_file(self, path: impl AsRef<Path>) -> Result<Self, Unreadable> {
        let path = path.as_ref();
        self.read_file_in(FileFormat::from_path(path), path)
    }

    /// Reads a configuration file in a format, whatever its name.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read or is not UTF-8.
    pub fn read_file_in(self, format: FileFormat, path: impl AsRef<Path>) -> Result<Self, Unreadable> {
        self.read(Layer::File, path.as_ref(), format)
    }

    /// Reads a configuration file that may be missing.
    ///
    /// Only a name that does not exist counts as missing: a link to nowhere, or a file that cannot be opened, is an
    /// error.
    ///
    /// # Errors
    /// Returns an error if something has this name, but cannot be read or is not UTF-8.
    pub fn read_file_if_exists(self, path: impl AsRef<Path>) -> Result<Self, Unreadable> {
        let path = path.as_ref();
        match std::fs::symlink_metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(self.depends_on(path)),
            _ => self.read_file(path),
        }
    }

    /// Reads the configuration files of a folder (`conf.d`) in the order of their names; a later one is stronger.
    ///
    /// Each file is read in the format that the ending of its name stands for. Hidden files, folders and files with
    /// other endings are ignored; the ending of another configuration format is a warning.
    ///
    /// # Errors
    /// Returns an error if the folder or one of its files cannot be read.
    pub fn read_folder(self, path: impl AsRef<Path>) -> Result<Self, Unreadable> {
        let path = path.as_ref();
        let Folder { files, findings } = folder::list(path)?;
        let mut layers = self.depends_on(path);
        layers.extras_mut().findings.extend(findings);
        files.iter().try_fold(layers, |layers, file| layers.read_file(file))
    }

    /// Returns the files that [`read_folder`](Self::read_folder) reads, in their order.
    ///
    /// # Errors
    /// Returns an error if the folder cannot be read.
    pub fn files_in_folder(path: impl AsRef<Path>) -> Result<Vec<PathBuf>, Unreadable> {
        Ok(folder::list(path.as_ref())?.files)
    }

    /// Reads the configuration files of a program in the usual folders of the system and of the user, all of which may
    /// be missing: see [`usual_files`](crate::resolve::usual_files).
    ///
    /// # Errors
    /// Returns an error if one of them exists and cannot be read.
    pub fn read_usual(self, program: &str, environment: &Environment) -> Result<Self, Unreadable> {
        let files = usual_files(program, environment);
        files.iter().try_fold(self, |layers, path| {
            if path.is_dir() { layers.read_folder(path) } else { layers.read_file_if_exists(path) }
        })
    }

    /// Reads a file of custom defaults.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read or is not UTF-8.
    pub fn read_custom_defaults(self, path: impl AsRef<Path>) -> Result<Self, Unreadable> {
        let path = path.as_ref();
        self.read(Layer::CustomDefaults, path, FileFormat::from_path(path))
    }

    fn read(self, layer: Layer, path: &Path, format: FileFormat) -> Result<Self, Unreadable> {
        let name = path.display().to_string();
        Ok(self.depends_on(path).source(layer, name, read_text(path)?, format))
    }

    /// Sets the environment. [`Environment::from_process`] returns that of the process.
    #[must_use]
    #[inline]
    pub fn environment(mut self, environment: Environment) -> Self {
        self.environment = environment;
        self
    }

    /// Sets the meaning of empty variables. It replaces that of the program's root.
    #[must_use]
    pub fn empty_variables(mut self, meaning: EmptyVariables) -> Self {
        self.extras_mut().empty_variables = Some(meaning);
        self
    }

    /// Expands references such as `${NAME}` in the values of configuration files and custom defaults. Changes that are
    /// written keep them as they are.
    #[must_use]
    pub fn expand(mut self, references: References) -> Self {
        self.extras_mut().references = Some(references);
        self
    }

    /// Returns the references that values of files may have, with the environment that their variables are from.
    #[must_use]
    pub fn references(&self) -> Option<References> {
        Some(self.extras().references.as_ref()?.with_environment(&self.environment))
    }

    /// Allows the references that other layers allow, if any: for one file of them that is resolved alone.
    #[must_use]
    pub fn expand_as(mut self, other: &Self) -> Self {
        if let Some(references) = other.references() {
            self.extras_mut().references = Some(references);
        } else if let Some(extras) = &mut self.extras {
            extras.references = None;
        }
        self
    }

    /// Returns whether resolving may read files that references name.
    pub(crate) fn may_read_files(&self) -> bool {
        self.extras().references.as_ref().is_some_and(References::may_read_files)
    }

    /// Returns whether other layers have the same texts and the same rules, so that they resolve to the same settings.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let Self { sources, environment, extras: _ } = self;
        sources.len() == other.sources.len()
            && sources.iter().zip(&other.sources).all(|(own, other)| own.is_same(other))
            && environment.is_same(&other.environment)
            && self.extras().is_same(other.extras())
    }

    pub(crate) fn add_file(&mut self, path: PathBuf) {
        let files = &mut self.extras_mut().files;
        if !files.contains(&path) {
            files.push(path);
        }
    }

    /// Reads a directory of secrets, as container runtimes and systemd provide them.
    ///
    /// The layer is stronger than files and weaker than the environment; a directory added later is stronger. The name
    /// of a file is the variable or the path of a setting, in any letter case, or of an entry or field of one; the path
    /// can be folders, too: `Providers/google/ClientSecret`. Its text, without byte-order mark and last line break, is
    /// the value. Names that start with a dot are ignored.
    ///
    /// # Errors
    /// Returns an error if the directory cannot be read. A file that cannot be read is a diagnostic, if a setting has
    /// its name.
    pub fn secrets_dir(mut self, path: impl AsRef<Path>) -> Result<Self, Unreadable> {
        let (files, folders) = secrets::read_dir(path.as_ref())?;
        let extras = self.extras_mut();
        extras.secrets.extend(files);
        extras.files.extend(folders);
        Ok(self)
    }

    /// Records that the layers depend on a file, whether or not it exists.
    ///
    /// The files that these methods read are recorded already; an env file is not.
    #[must_use]
    pub fn depends_on(mut self, path: impl AsRef<Path>) -> Self {
        self.extras_mut().files.push(path.as_ref().to_owned());
        self
    }

    /// Returns the recorded files and directories that the layers depend on.
    pub fn files(&self) -> &[PathBuf] {
        &self.extras().files
    }

    /// Reads the credentials of systemd: the secrets directory that `CREDENTIALS_DIRECTORY` of `environment` names, if
    /// that variable is set.
    ///
    /// # Errors
    /// Returns an error if the directory cannot be read.
    pub fn credentials(self, environment: &Environment) -> Result<Self, Unreadable> {
        match environment.text("CREDENTIALS_DIRECTORY").filter(|path| !path.is_empty()) {
            Some(path) => self.secrets_dir(path),
            None => Ok(self),
        }
    }

    /// Sets the policy for unknown keys and variables in sections that have no policy of their own.
    #[must_use]
    pub fn unknown(mut self, unknown: Unknown) -> Self {
        self.extras_mut().policies.all = Some(unknown);
        self
    }

    /// Sets the policy for unknown keys and variables below `section`, such as `EmailSettings`. It replaces the policy
    /// of the struct.
    #[must_use]
    pub fn unknown_in(mut self, section: impl Into<String>, unknown: Unknown) -> Self {
        self.extras_mut().policies.sections.push((section.into(), unknown));
        self
    }

    /// Sets one setting above all other layers, if `value` is given.
    #[must_use]
    pub fn set_given(self, path: &str, value: Option<impl ToString>, origin: &str) -> Self {
        match value {
            Some(value) => self.set(path, value.to_string(), origin),
            None => self,
        }
    }

    /// Sets one setting above all other layers. Reports show `origin` as the place of the value: `--set`.
    #[must_use]
    pub fn set(
        mut self,
        path: impl Into<String>,
        text: impl Into<String>,
        origin: impl Into<String>,
    ) -> Self {
        let value = Override { path: path.into(), text: text.into().into(), origin: origin.into() };
        self.extras_mut().overrides.push(value);
        self
    }

    #[inline]
    pub(crate) fn source(
        mut self,
        layer: Layer,
        name: String,
        text: impl Into<ZeroizingString>,
        format: FileFormat,
    ) -> Self {
        self.add_source(layer, name, text.into(), format);
        self
    }

    fn add_source(&mut self, layer: Layer, name: String, text: ZeroizingString, format: FileFormat) {
        let source = Source::new(layer, name, text, format);
        if self.sources.is_empty() {
            // most programs have one file
            self.sources = vec![source];
            return;
        }
        let at = self.sources.partition_point(|source| source.layer <= layer);
        self.sources.insert(at, source);
    }
}
