//! From layers to typed values: merging, origins and diagnostics.
//!
//! Layers from weak to strong: defaults, custom defaults, files, secrets directories, environment, overrides. Each value
//! keeps its [`Origin`] and the values that it overrides. Every mistake in any layer is one [`Diagnostic`] of one
//! [`Report`].
//!
//! ```
//! use settings_core::reference::ServerSettings;
//! use settings_core::resolve::{Environment, Layers, resolve};
//!
//! let layers = Layers::new()
//!     .file("config.json", r#"{"EmailSettings": {"SMTPServer": "mail.example.com", "SMTPPort": "587"}}"#)
//!     .environment(Environment::from_iter([("MM_EMAILSETTINGS_SMTPPORT", "2525")]));
//! let settings = resolve::<ServerSettings>(layers).into_result()?;
//! assert_eq!(settings.email.smtp_server, "mail.example.com");
//! assert_eq!(settings.email.smtp_port, 2525);
//! # Ok::<(), settings_core::resolve::Report>(())
//! ```

pub(crate) mod build;
mod index;
mod known;
pub(crate) mod outcome;
mod read;
mod report;
mod source;

#[cfg(test)]
mod tests;

pub use build::{RuleError, RuleOutcome, Settings};
pub(crate) use index::LeafId;
pub(crate) use outcome::is_value;
pub use outcome::{
    Effective, Found, Idle, Origin, Part, Refused, Registry, Resolution, UnknownPath, check_defaults, resolve,
};
pub(crate) use read::{Form, Step, address, kind_at};
pub use report::{Code, Diagnostic, Place, Report, Severity, Snippet};
#[cfg(feature = "external")]
pub(crate) use source::Kept;
pub(crate) use source::read_bytes;
pub use source::{Environment, Layer, Layers, References, Unreadable, Variable, read_stdin, usual_files};
