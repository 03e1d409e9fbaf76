//! Which layer gave a value, and where in it.

use std::fmt;

use crate::resolve::source::Layer;

/// Which layer gave a value, and where in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The annotated struct.
    Default,
    /// A file, [`Layer::File`] or [`Layer::CustomDefaults`].
    File {
        /// Which of the two.
        layer: Layer,
        /// The file as it was named.
        name: String,
        /// The line, counted from 1.
        line: usize,
        /// The column in characters, counted from 1.
        column: usize,
    },
    /// A variable.
    Variable {
        /// Its name as it is set.
        name: String,
        /// The env file and line that set it.
        env_file: Option<(String, usize)>,
        /// The file that holds the value, where the variable is a `NAME_FILE`.
        value_file: Option<String>,
    },
    /// A file of a secrets directory.
    SecretFile {
        /// The file with its directory.
        path: String,
    },
    /// An explicit value.
    Override {
        /// Who gave it.
        origin: String,
    },
}

impl Origin {
    /// The layer.
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
            Self::File { layer: Layer::CustomDefaults, name, line, column } => {
                write!(f, "custom default {name}:{line}:{column}")
            }
            Self::File { name, line, column, .. } => write!(f, "{name}:{line}:{column}"),
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
