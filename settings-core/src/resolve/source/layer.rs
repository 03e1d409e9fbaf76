//! The sources of values, from weak to strong.

use std::fmt;

/// A source of values. Later variants are stronger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Layer {
    /// The defaults of the annotated struct.
    Defaults,
    /// A file with the defaults of an installation.
    CustomDefaults,
    /// A document of an external source, such as a database.
    External,
    /// A configuration file such as `config.json`.
    File,
    /// A directory of secrets, one file each, or a document of a store of secrets.
    Secrets,
    /// The environment.
    Environment,
    /// Explicit values, from the command line for instance.
    Overrides,
}

impl Layer {
    /// Returns its name in reports: `custom defaults`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Defaults => "defaults",
            Self::CustomDefaults => "custom defaults",
            Self::External => "external source",
            Self::File => "file",
            Self::Secrets => "secrets directory",
            Self::Environment => "environment",
            Self::Overrides => "overrides",
        }
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
