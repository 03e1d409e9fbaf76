//! The settings of a release as data: kept, compared, and judged for one configuration.
//!
//! A [`Release`] holds everything that is known of a program's settings. Its JSON form is kept next to the code, one file
//! for each release, and any newer program reads it. [`compare`] returns the [`Change`]s between two releases, an
//! [`Upgrade`] judges them for the layers of one installation and fixes its files, [`gate`] refuses breaking changes
//! that were not announced, and [`since_last_run`] reports once at start. With the feature `docs`,
//! `docs::release_notes` writes the page for operators.
//!
//! ```
//! use settings_core::Settings;
//! use settings_core::release::{Release, compare};
//!
//! /// A server.
//! #[derive(Settings)]
//! #[settings(env_prefix = "CHAT")]
//! struct Server {
//!     /// The number of connections to the database.
//!     #[setting(default = 100)]
//!     max_connections: u32,
//! }
//!
//! let kept = r#"{"format": "settings-release", "format_version": 1, "program_version": "1.0", "env_prefix": "CHAT",
//!     "settings": [{"path": "MaxConnections", "kind": "text", "default": "many"}]}"#;
//! let old = Release::parse(kept)?;
//! let new = Release::of::<Server>().with_version("2.0");
//! let changes: Vec<String> = compare(&old, &new).iter().map(ToString::to_string).collect();
//! assert_eq!(changes, [
//!     "`MaxConnections`: takes a whole number from 0 to 4294967295, no longer text",
//!     "`MaxConnections`: the default is 100, was \"many\"",
//! ]);
//! # Ok::<(), settings_core::release::ReleaseError>(())
//! ```

mod change;
mod compare;
mod finding;
mod fix;
mod from_schema;
mod gate;
mod history;
mod instance;
mod judge;
mod kind;
mod narrowed;
mod read;
mod report;
mod schema;
mod start;
mod upgrade;
mod version;
mod write;

#[cfg(test)]
mod tests;

pub use change::{Change, ChangeKind, Narrowing};
pub use compare::compare;
pub use finding::{At, Finding, Fix, Judgement, Weight};
pub use fix::Fixes;
pub use gate::{GateReport, GateRule, Violation, gate, gate_since};
pub use history::default_history;
pub use kind::ValueKind;
pub use read::ReleaseError;
pub use start::{LastRunError, since, since_last_run};
pub use upgrade::{OfRelease, Upgrade};

use crate::value::json::Tree;

/// The settings of one release of a program.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Release {
    /// The release: `11.0`.
    pub version: Option<String>,
    /// The prefix of all variables; `None` if no variable sets anything.
    pub env_prefix: Option<String>,
    /// The paths of sections that may be absent as a whole.
    pub optional_sections: Vec<String>,
    /// The settings, sorted by path.
    pub settings: Vec<ReleaseSetting>,
    /// The records of removed settings, sorted by path.
    pub removed: Vec<Removal>,
}

/// One setting of a [`Release`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ReleaseSetting {
    /// The path: `EmailSettings.SMTPServer`.
    pub path: String,
    /// The variable that sets it.
    pub variable: Option<String>,
    /// The values that it accepts.
    pub kind: ValueKind,
    /// The value where no layer gives one.
    pub default: ReleaseDefault,
    /// Old names that still work, as whole paths.
    pub aliases: Vec<String>,
    /// The release that added it.
    pub added: Option<String>,
    /// The deprecation, if it should no longer be set.
    pub deprecated: Option<Deprecation>,
    /// Whether a layer must give a value.
    pub required: bool,
    /// Whether a change takes effect only after a restart.
    pub restart: bool,
    /// The reference page, if it has one.
    pub page: Option<String>,
    /// The breaking changes that the gate lets pass.
    pub allowed: Vec<Allowance>,
    /// Whether the section is not known, since an imported page has the bare key.
    pub section_unknown: bool,
}

/// The value of a setting where no layer gives one.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum ReleaseDefault {
    /// Not known, or secret.
    #[default]
    Unstated,
    /// The value as `config.json` writes it; `null` for none.
    Value(Tree),
    /// Computed at run time, by this rule in words.
    Computed(String),
}

/// A deprecation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Deprecation {
    /// The release that deprecated the setting.
    pub since: Option<String>,
    /// The release that removes it.
    pub until: Option<String>,
    /// The reason, as a sentence.
    pub reason: String,
    /// The path of the setting to use instead.
    pub replacement: Option<String>,
}

/// The record of a removed setting.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Removal {
    /// The path that it had.
    pub path: String,
    /// The release that removed it.
    pub since: Option<String>,
    /// The reason, as a sentence.
    pub reason: String,
    /// The path of the setting to use instead.
    pub replacement: Option<String>,
    /// The rules of the gate that the removal may break.
    pub allowed: Vec<Allowance>,
}

/// A rule of the gate that a setting may break.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Allowance {
    /// The rule: `default-changed`.
    pub rule: String,
    /// The reason, as a sentence.
    pub reason: String,
}

impl Release {
    /// Sets the release's version.
    #[must_use]
    pub fn with_version(mut self, version: impl Into<String>) -> Self {
        self.version = Some(version.into());
        self
    }

    /// Sorts releases by their versions, the oldest first. Those without a version keep their place at the end.
    pub fn sort_by_version(releases: &mut [Self]) {
        releases.sort_by(|a, b| match (a.version.as_deref(), b.version.as_deref()) {
            (Some(a), Some(b)) => version::compare(a, b).unwrap_or_else(|| a.cmp(b)),
            (a, b) => b.is_some().cmp(&a.is_some()),
        });
    }

    /// Returns the setting with this path.
    #[must_use]
    pub fn setting(&self, path: &str) -> Option<&ReleaseSetting> {
        let at = self.settings.binary_search_by(|setting| setting.path.as_str().cmp(path)).ok()?;
        self.settings.get(at)
    }

    /// Returns the record of a removed setting, or of a section above it.
    #[must_use]
    pub fn removal(&self, path: &str) -> Option<&Removal> {
        self.removed.iter().find(|removal| is_at_or_below(path, &removal.path))
    }

    /// Sorts settings and removals by path, each path once.
    pub(crate) fn sort(&mut self) {
        self.settings.sort_by(|a, b| a.path.cmp(&b.path));
        self.settings.dedup_by(|later, first| later.path == first.path);
        self.removed.sort_by(|a, b| a.path.cmp(&b.path));
        self.optional_sections.sort();
    }
}

impl ReleaseSetting {
    /// Creates a setting with a path and a kind, and nothing else that is known.
    #[must_use]
    pub fn new(path: impl Into<String>, kind: ValueKind) -> Self {
        Self {
            path: path.into(),
            variable: None,
            kind,
            default: ReleaseDefault::Unstated,
            aliases: Vec::new(),
            added: None,
            deprecated: None,
            required: false,
            restart: false,
            page: None,
            allowed: Vec::new(),
            section_unknown: false,
        }
    }

    /// Returns the key, without its sections.
    #[must_use]
    pub fn key(&self) -> &str {
        self.path.rsplit('.').next().unwrap_or_default()
    }

    /// Returns the path of its section; empty at the root.
    #[must_use]
    pub fn section(&self) -> &str {
        self.path.rsplit_once('.').map_or("", |(section, _)| section)
    }
}

/// Returns whether `path` is `above` or a path below it, letter case aside.
pub(crate) fn is_at_or_below(path: &str, above: &str) -> bool {
    path.get(..above.len()).is_some_and(|start| start.eq_ignore_ascii_case(above))
        && matches!(path.as_bytes().get(above.len()), None | Some(b'.'))
}
