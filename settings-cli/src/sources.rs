//! The flags that every command takes: where settings come from.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::Failure;
use settings_core::Settings;
use settings_core::resolve::{Environment, Layer, Layers, Resolution, Severity, Unreadable, resolve};
use settings_core::schema::Unknown;

/// The file that is read where it exists and no other is named.
pub(crate) const DEFAULT_CONFIG: &str = "config.json";

/// Where settings come from.
#[derive(Args, Clone, Debug, Default)]
pub struct Sources {
    /// A configuration file; of several, the later is the stronger [default: config.json where it exists]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Vec<PathBuf>,
    /// A file of defaults that are weaker than the configuration file
    #[arg(long, global = true, value_name = "FILE")]
    pub custom_defaults: Option<PathBuf>,
    /// A directory of secrets, one file a setting, stronger than files; of several, the later is the stronger
    #[arg(long, global = true, value_name = "DIR")]
    pub secrets_dir: Vec<PathBuf>,
    /// A file of NAME=value lines, weaker than the environment itself
    #[arg(long, global = true, value_name = "FILE")]
    pub env_file: Option<PathBuf>,
    /// A value above all layers, such as EmailSettings.SMTPPort=2525
    #[arg(long = "set", global = true, value_name = "PATH=VALUE", value_parser = Override::parse)]
    pub overrides: Vec<Override>,
    /// What to do with keys and variables that no setting has: allow, warn or deny, everywhere or below a section
    #[arg(long, global = true, value_name = "[SECTION=]POLICY", value_parser = Policy::parse)]
    pub unknown: Vec<Policy>,
    /// When to colour
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto, value_name = "WHEN")]
    pub color: Colour,
}

/// When to colour.
#[derive(ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Colour {
    /// On a terminal.
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
    /// Leaves the text out: it may be secret.
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
    /// The section; `None` for all that say nothing of their own.
    pub section: Option<String>,
    /// What to say of unknown names.
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
    /// Reads all layers.
    ///
    /// # Errors
    /// Where a named file can't be read.
    pub fn layers(&self, environment: Environment) -> Result<Layers, Unreadable> {
        let mut layers = self.layers_but_files(environment)?;
        for path in &self.config {
            layers = layers.read(Layer::File, path)?;
        }
        if self.config.is_empty() {
            let usual = Path::new(DEFAULT_CONFIG);
            layers = match usual.exists() {
                true => layers.read(Layer::File, usual)?,
                false => layers.depends_on(usual),
            };
        }
        Ok(layers)
    }

    /// Reads all layers but the file that changes are written to, which is the strongest file.
    ///
    /// # Errors
    /// Where a named file can't be read.
    pub fn layers_beside(&self, environment: Environment) -> Result<Layers, Unreadable> {
        let weaker = self.config.split_last().map_or(&[][..], |(_, weaker)| weaker);
        weaker
            .iter()
            .try_fold(self.layers_but_files(environment)?, |layers, path| layers.read(Layer::File, path))
    }

    fn layers_but_files(&self, environment: Environment) -> Result<Layers, Unreadable> {
        let mut layers = Layers::new().environment(self.environment(environment)?);
        if let Some(path) = &self.env_file {
            layers = layers.depends_on(path);
        }
        if let Some(path) = &self.custom_defaults {
            layers = layers.read(Layer::CustomDefaults, path)?;
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
        for told in &self.overrides {
            layers = layers.set(&told.path, &told.text, "--set");
        }
        Ok(layers)
    }

    /// Reads and resolves all layers; errors and warnings go to standard error.
    ///
    /// # Errors
    /// Where a named file can't be read.
    pub fn resolve<T: Settings>(&self, environment: Environment) -> Result<Resolution<T>, Failure> {
        let resolution = resolve::<T>(self.layers(environment)?);
        let report = resolution.report();
        if report.count(Severity::Error) + report.count(Severity::Warning) > 0 {
            eprint!("{}", report.to_human(self.colours(&std::io::stderr())));
        }
        Ok(resolution)
    }

    /// The file that changes are written to: the strongest, whether or not it exists.
    pub fn config_path(&self) -> &Path {
        self.config.last().map_or(Path::new(DEFAULT_CONFIG), PathBuf::as_path)
    }

    /// The environment with the env file's variables added.
    ///
    /// # Errors
    /// Where the env file can't be read.
    pub fn environment(&self, mut environment: Environment) -> Result<Environment, Unreadable> {
        if let Some(path) = &self.env_file {
            environment.read_file(path)?;
        }
        Ok(environment)
    }

    /// Whether to colour what goes to `stream`.
    pub fn colours(&self, stream: &impl IsTerminal) -> bool {
        match self.color {
            Colour::Auto => stream.is_terminal(),
            Colour::Always => true,
            Colour::Never => false,
        }
    }
}
