//! The origin of a value: its layer, and its place in it.

use std::fmt;

use crate::resolve::report::is_url;
use crate::resolve::source::Layer;

/// The origin of a value: its layer, and its place in it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// The default in the annotated struct.
    Default,
    /// A file or another document: [`Layer::File`], [`Layer::CustomDefaults`], [`Layer::External`] or
    /// [`Layer::Secrets`].
    File {
        /// The layer.
        layer: Layer,
        /// The file as it was named.
        name: String,
        /// The line, counted from 1.
        line: usize,
        /// The column in characters, counted from 1.
        column: usize,
        /// The references that the value was expanded from, without their defaults: `${NAME}`.
        references: Vec<String>,
    },
    /// A variable.
    Variable {
        /// The name as it is set.
        name: String,
        /// The env file and line that set it.
        env_file: Option<(String, usize)>,
        /// The file with the value, if the variable is a `NAME_FILE`.
        value_file: Option<String>,
    },
    /// A file of a secrets directory.
    SecretFile {
        /// The file with its directory.
        path: String,
    },
    /// An explicit value.
    Override {
        /// The name of the origin: `--set`.
        origin: String,
    },
}

impl Origin {
    /// Returns the layer.
    pub const fn layer(&self) -> Layer {
        match self {
            Self::Default => Layer::Defaults,
            Self::File { layer, .. } => *layer,
            Self::Variable { .. } => Layer::Environment,
            Self::SecretFile { .. } => Layer::Secrets,
            Self::Override { .. } => Layer::Overrides,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { name, line, .. } if is_url(name) => write!(f, "{name}, line {line}"),
            Self::File { layer, name, line, column, references } => {
                let layer = if *layer == Layer::CustomDefaults { "custom default " } else { "" };
                write!(f, "{layer}{name}:{line}:{column}")?;
                if !references.is_empty() {
                    write!(f, " ({})", references.join(", "))?;
                }
                Ok(())
            }
            Self::Variable { name, env_file, value_file } => {
                write!(f, "variable {name}")?;
                if let Some((file, line)) = env_file {
                    write!(f, " ({file}:{line})")?;
                }
                if let Some(file) = value_file {
                    write!(f, " -> {file}")?;
                }
                Ok(())
            }
            Self::SecretFile { path } => write!(f, "secret {path}"),
            Self::Override { origin } => f.write_str(origin),
        }
    }
}
