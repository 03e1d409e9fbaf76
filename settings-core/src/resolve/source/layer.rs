//! The sources of values, from weak to strong.

/// A source of values; the later, the stronger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// The defaults of the annotated struct.
    Defaults,
    /// A file of defaults that an installation sets.
    CustomDefaults,
    /// `config.json`.
    File,
    /// A directory of secrets, one file each.
    Secrets,
    /// The environment.
    Environment,
    /// What the program was told explicitly, on its command line for instance.
    Overrides,
}

impl Layer {
    /// Its name in reports: `custom defaults`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Defaults => "defaults",
            Self::CustomDefaults => "custom defaults",
            Self::File => "file",
            Self::Secrets => "secrets directory",
            Self::Environment => "environment",
            Self::Overrides => "overrides",
        }
    }
}
