//! The parts of the layers that few programs set.

#[cfg(feature = "external")]
use std::fmt;
#[cfg(feature = "external")]
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::path::PathBuf;
#[cfg(feature = "external")]
use std::sync::Arc;

use super::overrides::Override;
use super::policy::Policies;
use super::references::References;
use super::secrets::SecretFile;
use crate::resolve::report::Diagnostic;
use crate::schema::EmptyVariables;

/// A source whose text is kept for a start without it.
#[cfg(feature = "external")]
pub(crate) trait Kept: fmt::Debug + Send + Sync + UnwindSafe + RefUnwindSafe {
    /// Writes the copy. Settings with the text are in use.
    fn keep(&self);
}

/// The parts of the layers that few programs set.
#[derive(Clone, Debug, Default)]
pub(crate) struct Extras {
    pub(crate) secrets: Vec<SecretFile>,
    pub(crate) overrides: Vec<Override>,
    pub(crate) policies: Policies,
    pub(crate) empty_variables: Option<EmptyVariables>,
    pub(crate) references: Option<References>,
    /// The findings of reading the layers, such as files of a folder that are ignored.
    pub(crate) findings: Vec<Diagnostic>,
    pub(crate) files: Vec<PathBuf>,
    #[cfg(feature = "external")]
    pub(crate) kept: Vec<Arc<dyn Kept>>,
}

impl Extras {
    /// The extras of layers that have none.
    pub(super) const NONE: &'static Self = &Self {
        secrets: Vec::new(),
        overrides: Vec::new(),
        policies: Policies { all: None, sections: Vec::new() },
        empty_variables: None,
        references: None,
        findings: Vec::new(),
        files: Vec::new(),
        #[cfg(feature = "external")]
        kept: Vec::new(),
    };

    /// Returns whether others resolve to the same settings.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let Self {
            secrets,
            overrides,
            policies,
            empty_variables,
            references,
            findings,
            files,
            #[cfg(feature = "external")]
                kept: _,
        } = self;
        *secrets == other.secrets
            && *overrides == other.overrides
            && *policies == other.policies
            && *empty_variables == other.empty_variables
            && match (references, &other.references) {
                (None, None) => true,
                (Some(own), Some(other)) => own.is_same(other),
                _ => false,
            }
            && *findings == other.findings
            && *files == other.files
    }
}
