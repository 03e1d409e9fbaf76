//! The options of every command that say where settings come from.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use clap::{Args, ValueEnum};
use settings_core::resolve::{Environment, Layers, References, Unreadable, read_stdin, usual_files};
use settings_core::schema::{Section, Unknown};
use settings_core::{FileFormat, Secret, Settings};

use crate::flags::Given;
use crate::places::{Defaults, Place, places};
#[cfg(feature = "postgres")]
use crate::store::StoreKeys;

/// The file that is read if it exists and no other is named.
const DEFAULT_FILE: &str = "config.json";

/// The options that say where settings come from.
///
/// A server flattens them into its own arguments, and can also read its layers by them when it serves:
///
/// ```no_run
/// use std::error::Error;
///
/// use clap::Parser;
/// use settings_cli::Sources;
/// use settings_core::resolve::{Environment, resolve};
/// # use settings_core::Settings;
/// # /// A server.
/// # #[derive(Settings)]
/// # #[settings(env_prefix = "CHAT")]
/// # struct ServerSettings {
/// #     /// The port.
/// #     #[setting(default = 80)]
/// #     port: u16,
/// # }
///
/// #[derive(Parser)]
/// struct Cli {
///     #[command(flatten)]
///     sources: Sources,
/// }
///
/// fn main() -> Result<(), Box<dyn Error>> {
///     let sources = Cli::parse().sources.with_default_file("/etc/chat/config.json");
///     let layers = sources.layers(Environment::from_process())?;
///     let settings = resolve::<ServerSettings>(layers).into_result()?;
///     println!("listening on port {}", settings.port);
///     Ok(())
/// }
/// ```
#[derive(Args, Clone, Debug, Default)]
#[non_exhaustive]
pub struct Sources {
    /// A configuration file, a folder of files in the order of their names, or `-` for standard input; later ones are
    /// stronger [default: the program's own file, if it exists]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Vec<PathBuf>,
    /// Read FILE.NAME.json above each FILE.json, and so on; later profiles are stronger
    #[arg(long, global = true, value_name = "NAME", value_parser = profile)]
    pub profile: Vec<String>,
    /// A PostgreSQL database with the settings, postgres://USER@HOST/DATABASE, to which changes are written; files that are
    /// named are stronger. A password can come from the variable PGPASSWORD, since others can see arguments
    #[cfg(feature = "postgres")]
    #[arg(long, global = true, value_name = "URL")]
    pub store: Option<crate::Database>,
    /// A file with the keys that the settings in the database are encrypted with, the one for new versions first
    #[cfg(feature = "postgres")]
    #[arg(long, global = true, value_name = "FILE")]
    pub store_keys: Option<PathBuf>,
    /// A file of defaults that are weaker than the configuration file
    #[arg(long, global = true, value_name = "FILE")]
    pub custom_defaults: Option<PathBuf>,
    /// A directory of secrets, one file for each setting, stronger than files; later directories are stronger
    #[arg(long, global = true, value_name = "DIR")]
    pub secrets_dir: Vec<PathBuf>,
    /// A file of NAME=value lines, weaker than the environment itself
    #[arg(long, global = true, value_name = "FILE")]
    pub env_file: Option<PathBuf>,
    /// A value above all layers; PATH is a setting as `show` lists it
    #[arg(long = "set", global = true, value_name = "PATH=VALUE", value_parser = Override::parse)]
    pub overrides: Vec<Override>,
    /// Allow, warn of or deny keys and variables that match no setting, everywhere or in a section
    #[arg(long, global = true, value_name = "[SECTION=]POLICY", value_parser = Policy::parse)]
    pub unknown: Vec<Policy>,
    /// The use of colours
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto, value_name = "WHEN")]
    pub color: Colour,
    #[arg(skip)]
    default_file: Option<PathBuf>,
    /// The files in the folders of the system and of the user.
    #[arg(skip)]
    usual: Vec<PathBuf>,
    /// The keys in the variable `PREFIX_STORE_KEY`.
    #[cfg(feature = "postgres")]
    #[arg(skip)]
    store_key: Option<Arc<Secret>>,
    /// The variables that are options and not settings.
    #[arg(skip)]
    variables: Vec<String>,
    /// The values of the program's own flags.
    #[arg(skip)]
    given: Vec<Given>,
    /// The references that values of files may have.
    #[arg(skip)]
    references: Option<References>,
    /// Standard input, which can be read only once.
    #[arg(skip)]
    stdin: Arc<OnceLock<Secret>>,
    /// The environment with the variables of an env file that is a pipe, which can be read only once.
    #[arg(skip)]
    piped: Arc<OnceLock<Environment>>,
}

/// Parses the name of a profile, which becomes a part of a file's name.
fn profile(name: &str) -> Result<String, &'static str> {
    let is_part = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    let is_name = !name.is_empty() && name.chars().all(is_part);
    if is_name { Ok(name.to_owned()) } else { Err("expected letters, digits, `-` and `_`") }
}

/// The use of colours.
#[derive(ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Colour {
    /// If the output is a terminal.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// An argument of `--set`.
#[derive(Clone, PartialEq, Eq)]
pub struct Override {
    /// The setting.
    pub path: String,
    /// Its value; may be secret.
    pub text: String,
}

impl std::fmt::Debug for Override {
    /// Omits the text, which may be secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Override").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Override {
    fn parse(text: &str) -> Result<Self, &'static str> {
        let (path, text) = text.split_once('=').ok_or("expected PATH=VALUE")?;
        Ok(Self { path: path.to_owned(), text: text.to_owned() })
    }
}

/// An argument of `--unknown`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The section; `None` for all sections without a policy of their own.
    pub section: Option<String>,
    /// The policy.
    pub unknown: Unknown,
}

impl Policy {
    fn parse(text: &str) -> Result<Self, String> {
        let (section, name) = match text.rsplit_once('=') {
            Some((section, name)) => (Some(section.to_owned()), name),
            None => (None, text),
        };
        let unknown = match name {
            "allow" => Unknown::Allow,
            "warn" => Unknown::Warn,
            "deny" => Unknown::Deny,
            other => return Err(format!("expected `allow`, `warn` or `deny`, found `{other}`")),
        };
        Ok(Self { section, unknown })
    }
}

impl Sources {
    /// Sets the configuration file that is read if it exists and no other is named, `config.json` by default.
    #[must_use]
    pub fn with_default_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.default_file = Some(path.into());
        self
    }

    /// Reads the files of the usual folders if no other is named: those of `/etc/NAME`, `~/.config/NAME` and others, see
    /// [`usual_files`]. They take the place of `config.json`; a default file that is set is stronger than all of them.
    #[must_use]
    pub fn with_usual_files(mut self, program: &str, environment: &Environment) -> Self {
        self.usual = usual_files(program, environment);
        self
    }

    /// Takes the files and the profile from variables where no option names them: `PREFIX_CONFIG` holds paths, separated
    /// as those of `PATH`, and `PREFIX_PROFILE` names of profiles, separated by commas.
    ///
    /// The commands do this by themselves; a server that calls [`layers`](Self::layers) on its own does it first. A
    /// setting that has one of these variables keeps it.
    #[must_use]
    pub fn with_variables<T: Settings>(mut self, environment: &Environment) -> Self {
        self.adopt(T::SCHEMA, environment);
        self
    }

    pub(crate) fn adopt(&mut self, root: &'static Section, environment: &Environment) {
        let Some(prefix) = root.env_prefix.filter(|prefix| !prefix.is_empty()) else { return };
        let [config, profile] = ["CONFIG", "PROFILE"].map(|name| {
            let variable = format!("{prefix}_{name}");
            let is_setting =
                root.leaves().any(|leaf| root.variables(&leaf.path, leaf.setting).contains(&variable));
            (!is_setting).then_some(variable)
        });
        // a file that can't be read is an error of the layers
        let environment = self.environment(environment.clone()).unwrap_or_else(|_| environment.clone());
        let text = |name: &Option<String>| {
            let text = name.as_ref().and_then(|name| environment.text(name));
            text.unwrap_or_default().to_owned()
        };
        if self.config.is_empty() {
            self.config =
                std::env::split_paths(&text(&config)).filter(|path| !path.as_os_str().is_empty()).collect();
        }
        if self.profile.is_empty() {
            let names = text(&profile);
            self.profile =
                names.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect();
        }
        self.variables = config.into_iter().chain(profile).collect();
        #[cfg(feature = "postgres")]
        self.adopt_store(root, prefix, &environment);
    }

    /// Takes the database from the variables `PREFIX_STORE`, `PREFIX_STORE_KEYS` (a file) and `PREFIX_STORE_KEY` (the text of
    /// such a file), where no option names it.
    #[cfg(feature = "postgres")]
    fn adopt_store(&mut self, root: &'static Section, prefix: &str, environment: &Environment) {
        for option in ["STORE", "STORE_KEYS", "STORE_KEY"] {
            let name = format!("{prefix}_{option}");
            if root.leaves().any(|leaf| leaf.path.env_name(prefix) == name) {
                continue;
            }
            let text = environment.text(&name).filter(|text| !text.is_empty());
            match option {
                "STORE" => self.store = self.store.take().or_else(|| text?.parse().ok()),
                "STORE_KEYS" => self.store_keys = self.store_keys.take().or_else(|| text.map(PathBuf::from)),
                _ => {
                    let new = || text.map(|text| Arc::new(Secret::new(text)));
                    self.store_key = self.store_key.take().or_else(new);
                }
            }
            self.variables.push(name);
        }
    }

    /// Returns the keys that the settings in the database are encrypted with, if there are any.
    #[cfg(feature = "postgres")]
    pub(crate) fn keys(&self) -> Option<StoreKeys<'_>> {
        let file = self.store_keys.as_deref().map(StoreKeys::File);
        file.or_else(|| self.store_key.as_deref().map(StoreKeys::Text))
    }

    /// Returns the database that the settings are in, if one is named.
    ///
    /// # Errors
    /// If its URL or its keys can't be used.
    #[cfg(feature = "postgres")]
    pub fn storage(
        &self,
        environment: &Environment,
    ) -> Result<Option<Arc<settings_postgres::PostgresStorage>>, Unreadable> {
        let Some(store) = &self.store else { return Ok(None) };
        store.storage(self.keys(), environment).map(Some)
    }

    /// Returns whether the settings are in a database.
    pub(crate) const fn has_store(&self) -> bool {
        #[cfg(feature = "postgres")]
        return self.store.is_some();
        #[cfg(not(feature = "postgres"))]
        false
    }

    /// Adds the layer of the database.
    #[cfg(feature = "postgres")]
    fn read_store(&self, layers: Layers, environment: &Environment) -> Result<Layers, Unreadable> {
        let Some(storage) = self.storage(environment)? else { return Ok(layers) };
        let document = storage.document().map_err(crate::store::unreadable(&storage))?;
        Ok(layers.external_document(&document))
    }

    /// Adds the values of the program's own flags: see [`Flags`](crate::Flags).
    #[must_use]
    pub fn with_flags<T, S>(mut self, flags: &crate::Flags<T, S>) -> Self {
        self.given.extend(flags.given().iter().cloned());
        self
    }

    /// Expands references such as `${NAME}` in the values of files: see [`References`].
    #[must_use]
    pub fn with_references(mut self, references: References) -> Self {
        self.references = Some(references);
        self
    }

    /// Returns layers without any file, for one that is resolved alone, with its references expanded.
    ///
    /// # Errors
    /// If the env file can't be read.
    pub fn alone(&self, environment: Environment) -> Result<Layers, Unreadable> {
        Ok(match &self.references {
            Some(references) => {
                Layers::new().expand(references.clone().environment(self.environment(environment)?))
            }
            None => Layers::new(),
        })
    }

    /// Reads all layers.
    ///
    /// # Errors
    /// If a named file, or the default file that exists, can't be read, or a profile has no file.
    pub fn layers(&self, environment: Environment) -> Result<Layers, Unreadable> {
        self.check_profile_names()?;
        #[cfg(feature = "postgres")]
        let of_store = environment.clone();
        let layers = self.layers_but_files(environment)?;
        #[cfg(feature = "postgres")]
        let layers = self.read_store(layers, &of_store)?;
        let layers = self.places().iter().try_fold(layers, |layers, place| self.read(layers, place))?;
        self.check_profiles()?;
        Ok(layers)
    }

    /// Reads all layers except the one that changes are written to: the strongest file, or the database.
    ///
    /// # Errors
    /// If a named file can't be read.
    pub fn layers_without_target(&self, environment: Environment) -> Result<Layers, Unreadable> {
        match self.has_store() {
            // every file is another layer
            true => self.layers_without(Path::new(""), environment),
            false => self.layers_without(&self.config_path(), environment),
        }
    }

    /// Reads all layers except one file.
    pub(crate) fn layers_without(
        &self,
        left_out: &Path,
        environment: Environment,
    ) -> Result<Layers, Unreadable> {
        self.check_profile_names()?;
        let mut layers = self.layers_but_files(environment)?;
        for place in self.places() {
            match &place {
                Place::Folder(folder) => {
                    let files = Layers::files_in_folder(folder)?;
                    let mut others = files.iter().filter(|file| **file != left_out);
                    layers = others.try_fold(layers, |layers, file| layers.read_file(file))?;
                }
                place if place.file() == Some(left_out) => {}
                _ => layers = self.read(layers, &place)?,
            }
        }
        Ok(layers)
    }

    /// Returns the files that are read, weak to strong: those of folders and profiles too. Standard input is `-`.
    #[cfg(feature = "release")]
    pub(crate) fn files(&self) -> Result<Vec<PathBuf>, Unreadable> {
        let mut files = Vec::new();
        for place in self.places() {
            match &place {
                Place::Folder(folder) => files.extend(Layers::files_in_folder(folder)?),
                Place::Stdin => files.push(PathBuf::from("-")),
                place => files.extend(place.file().filter(|file| !is_absent(file)).map(Path::to_owned)),
            }
        }
        Ok(files)
    }

    /// Returns the places of files, weak to strong.
    fn places(&self) -> Vec<Place> {
        if self.has_store() && self.config.is_empty() {
            return Vec::new();
        }
        places(&self.config, &self.defaults(), &self.profile)
    }

    /// Returns the files that are read if none is named.
    fn defaults(&self) -> Defaults<'_> {
        let file = self.default_file.as_deref();
        let file = file.or_else(|| self.usual.is_empty().then_some(Path::new(DEFAULT_FILE)));
        Defaults { usual: &self.usual, file }
    }

    fn read(&self, layers: Layers, place: &Place) -> Result<Layers, Unreadable> {
        match place {
            Place::File(path) => layers.read_file(path),
            Place::Optional(path) | Place::Profile(path) => layers.read_file_if_exists(path),
            Place::Folder(path) => layers.read_folder(path),
            Place::Stdin => {
                let text = self.stdin()?.expose();
                let format = FileFormat::from_text(text).unwrap_or_default();
                Ok(layers.file_in(format, "standard input", text))
            }
        }
    }

    /// Returns the text of standard input, which is read once.
    fn stdin(&self) -> Result<&Secret, Unreadable> {
        if let Some(text) = self.stdin.get() {
            return Ok(text);
        }
        let unreadable =
            |error: io::Error| Unreadable::new("standard input", error.to_string(), error.kind());
        let text = read_stdin().map_err(unreadable)?.unwrap_or_default();
        Ok(self.stdin.get_or_init(|| text))
    }

    /// Checks that each profile has a file: a misspelt one would silently be none.
    fn check_profiles(&self) -> Result<(), Unreadable> {
        for name in &self.profile {
            let files = places(&self.config, &self.defaults(), std::slice::from_ref(name));
            let files: Vec<_> = files.iter().filter_map(Place::of_profile).collect();
            if files.iter().all(|file| is_absent(file)) {
                let file =
                    files.last().map_or_else(|| "--profile".to_owned(), |file| file.display().to_string());
                let why = format!("the profile `{name}` has no file");
                return Err(Unreadable::new(file, why, io::ErrorKind::NotFound));
            }
        }
        Ok(())
    }

    /// Checks the names of a variable; those of the option are checked when it is parsed.
    fn check_profile_names(&self) -> Result<(), Unreadable> {
        let refused = self.profile.iter().find_map(|name| Some((name, profile(name).err()?)));
        refused.map_or(Ok(()), |(name, why)| {
            Err(Unreadable::new(format!("profile `{name}`"), why, io::ErrorKind::InvalidInput))
        })
    }

    fn layers_but_files(&self, environment: Environment) -> Result<Layers, Unreadable> {
        let mut layers = Layers::new().environment(self.environment(environment)?);
        if let Some(references) = &self.references {
            layers = layers.expand(references.clone());
        }
        if let Some(path) = &self.env_file {
            layers = layers.depends_on(path);
        }
        if let Some(path) = &self.custom_defaults {
            layers = layers.read_custom_defaults(path)?;
        }
        for path in &self.secrets_dir {
            layers = layers.secrets_dir(path)?;
        }
        for Policy { section, unknown } in &self.unknown {
            layers = match section {
                Some(section) => layers.unknown_in(section, *unknown),
                None => layers.unknown(*unknown),
            };
        }
        for Override { path, text } in &self.overrides {
            layers = layers.set(path, text, "--set");
        }
        Ok(self.given.iter().fold(layers, |layers, given| given.add_to(layers)))
    }

    /// Returns the file that changes are written to: the strongest, whether or not it exists; `-` for standard input.
    ///
    /// In a folder this is the last file, and the default file's name if the folder has none. Of the usual files it is
    /// the strongest that exists, and that of the user if there is none.
    #[must_use]
    pub fn config_path(&self) -> PathBuf {
        let places = self.places();
        let file_of = |place: &Place| match place {
            Place::File(path) | Place::Optional(path) | Place::Profile(path) => Some(path.clone()),
            Place::Stdin => Some(PathBuf::from("-")),
            Place::Folder(folder) => Layers::files_in_folder(folder).ok().and_then(|mut files| files.pop()),
        };
        if let (true, None, Some(last)) = (self.config.is_empty(), &self.default_file, self.usual.last()) {
            let files = places.iter().rev().filter_map(file_of);
            return files
                .into_iter()
                .find(|file| !is_absent(file))
                .unwrap_or_else(|| last.with_file_name(DEFAULT_FILE));
        }
        let name = self.default_file.as_deref().and_then(Path::file_name).unwrap_or(DEFAULT_FILE.as_ref());
        match places.last() {
            Some(Place::Folder(folder)) => {
                places.last().and_then(file_of).unwrap_or_else(|| folder.join(name))
            }
            last => last.and_then(file_of).unwrap_or_else(|| name.into()),
        }
    }

    /// Returns the name of the configuration file that is read without `--config`.
    #[cfg(feature = "docs")]
    pub(crate) fn default_file_name(&self) -> &str {
        let name = self.default_file.as_deref().and_then(|path| path.file_name()?.to_str());
        name.unwrap_or(DEFAULT_FILE)
    }

    /// Returns the environment with the env file's variables added, without those that are options.
    ///
    /// # Errors
    /// If the env file can't be read.
    pub fn environment(&self, mut environment: Environment) -> Result<Environment, Unreadable> {
        let Some(path) = &self.env_file else { return Ok(environment.without(&self.variables)) };
        let is_once = fs::metadata(path).is_ok_and(|metadata| !metadata.is_file());
        if let Some(read) = self.piped.get().filter(|_| is_once) {
            return Ok(read.clone().without(&self.variables));
        }
        environment.read_file(path)?;
        if is_once {
            self.piped.get_or_init(|| environment.clone());
        }
        Ok(environment.without(&self.variables))
    }
}

/// Returns whether nothing has this name: a link that leads nowhere or a folder that can't be entered is there.
pub(crate) fn is_absent(path: &Path) -> bool {
    fs::symlink_metadata(path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
}
