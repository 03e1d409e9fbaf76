//! The options of every command that say where settings come from.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use settings_core::resolve::{Environment, Layers, Unreadable};
use settings_core::schema::Unknown;

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
    /// A configuration file; later files are stronger [default: the program's own file, if it exists]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Vec<PathBuf>,
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

    /// Reads all layers.
    ///
    /// # Errors
    /// If a named file, or the default file that exists, can't be read.
    pub fn layers(&self, environment: Environment) -> Result<Layers, Unreadable> {
        let mut layers = self.layers_but_files(environment)?;
        for path in &self.config {
            layers = layers.read_file(path)?;
        }
        if self.config.is_empty() {
            let path = self.config_path();
            layers = if is_absent(path) { layers.depends_on(path) } else { layers.read_file(path)? };
        }
        Ok(layers)
    }

    /// Reads all layers except the file that changes are written to, which is the strongest file.
    ///
    /// # Errors
    /// If a named file can't be read.
    pub fn layers_without_target(&self, environment: Environment) -> Result<Layers, Unreadable> {
        let weaker = self.config.split_last().map_or(&[][..], |(_, weaker)| weaker);
        weaker.iter().try_fold(self.layers_but_files(environment)?, |layers, path| layers.read_file(path))
    }

    fn layers_but_files(&self, environment: Environment) -> Result<Layers, Unreadable> {
        let mut layers = Layers::new().environment(self.environment(environment)?);
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
        Ok(layers)
    }

    /// Returns the file that changes are written to: the strongest, whether or not it exists.
    #[must_use]
    pub fn config_path(&self) -> &Path {
        let default = self.default_file.as_deref().unwrap_or(Path::new(DEFAULT_FILE));
        self.config.last().map_or(default, PathBuf::as_path)
    }

    /// Returns the name of the configuration file that is read without `--config`.
    #[cfg(feature = "docs")]
    pub(crate) fn default_file_name(&self) -> &str {
        let name = self.default_file.as_deref().and_then(|path| path.file_name()?.to_str());
        name.unwrap_or(DEFAULT_FILE)
    }

    /// Returns the environment with the env file's variables added.
    ///
    /// # Errors
    /// If the env file can't be read.
    pub fn environment(&self, mut environment: Environment) -> Result<Environment, Unreadable> {
        if let Some(path) = &self.env_file {
            environment.read_file(path)?;
        }
        Ok(environment)
    }
}

/// Returns whether nothing has this name: a link that leads nowhere or a folder that can't be entered is there.
pub(crate) fn is_absent(path: &Path) -> bool {
    fs::symlink_metadata(path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
}
