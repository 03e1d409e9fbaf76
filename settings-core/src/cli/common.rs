//! The flags that every command takes: where settings come from.

use std::fmt;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::Failure;
use crate::Settings;
use crate::resolve::{Environment, Layer, Layers, Resolution, Severity, resolve};
use crate::value::Wiped;

/// The file that is read where it exists and no other is named.
pub(crate) const DEFAULT_CONFIG: &str = "config.json";

/// Where settings come from.
#[derive(Args, Clone, Default)]
pub struct Common {
    /// The configuration file [default: config.json where it exists]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// A file of defaults that are weaker than the configuration file
    #[arg(long, global = true, value_name = "FILE")]
    pub custom_defaults: Option<PathBuf>,
    /// A file of NAME=value lines, weaker than the environment itself
    #[arg(long, global = true, value_name = "FILE")]
    pub env_file: Option<PathBuf>,
    /// A value above all layers, such as EmailSettings.SMTPPort=2525
    #[arg(long = "set", global = true, value_name = "PATH=VALUE")]
    pub overrides: Vec<String>,
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

impl fmt::Debug for Common {
    /// Leaves the values of `--set` out: they may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let paths = self.overrides.iter().map(|told| told.split('=').next().unwrap_or_default());
        f.debug_struct("Common")
            .field("config", &self.config)
            .field("custom_defaults", &self.custom_defaults)
            .field("env_file", &self.env_file)
            .field("overrides", &paths.collect::<Vec<_>>())
            .field("color", &self.color)
            .finish()
    }
}

impl Common {
    /// Reads all layers.
    ///
    /// # Errors
    /// Where a named file can't be read.
    pub fn layers(&self, environment: Environment) -> Result<Layers, Failure> {
        let mut layers = Layers::new().environment(self.environment(environment)?);
        if let Some(path) = &self.custom_defaults {
            layers = layers.read(Layer::CustomDefaults, path)?;
        }
        if let Some(path) = self.config_path() {
            layers = layers.read(Layer::File, path)?;
        }
        for told in &self.overrides {
            let (path, text) = told
                .split_once('=')
                .ok_or_else(|| Failure::Usage(format!("--set {told}: expected PATH=VALUE")))?;
            layers = layers.set(path, text, "--set");
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

    /// The file to read: the named one, or the usual one where it exists.
    pub fn config_path(&self) -> Option<&Path> {
        self.config.as_deref().or_else(|| Some(Path::new(DEFAULT_CONFIG)).filter(|path| path.exists()))
    }

    /// The environment with the env file's variables added.
    ///
    /// # Errors
    /// Where the env file can't be read.
    pub fn environment(&self, mut environment: Environment) -> Result<Environment, Failure> {
        if let Some(path) = &self.env_file {
            let name = path.display().to_string();
            let text: Wiped = std::fs::read_to_string(path)
                .map_err(|error| Failure::Usage(format!("{name}: {error}")))?
                .into();
            environment
                .add_file(&name, &text)
                .map_err(|(line, why)| Failure::Usage(format!("{name}:{line}: {why}")))?;
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
