//! From layers to typed values: merging, origins and diagnostics.
//!
//! Defaults < custom defaults < files < environment < overrides. Each value keeps its [`Origin`] and all that it
//! overrides; every mistake of every layer is one [`Diagnostic`] of one [`Report`].
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

mod builder;
mod candidates;
mod computed;
mod copies;
mod diagnostic;
mod effective;
mod elements;
mod entries;
mod environment;
mod file;
mod index;
mod layers;
mod origin;
mod overrides;
mod policy;
mod reading;
mod refused;
mod registry;
mod renamed;
mod render;
mod resolution;
mod rules;
mod screen;
mod secrets;
mod settings;
mod snippet;
mod suggestion;
mod variables;
mod within;

#[cfg(test)]
mod tests;

pub use builder::Builder;
#[doc(hidden)]
pub use computed::Given;
pub use diagnostic::{Code, Diagnostic, Place, Report, Severity};
pub use effective::Effective;
pub use environment::{Environment, Variable};
pub use layers::{Layer, Layers, Unreadable};
pub use origin::Origin;
pub(crate) use reading::read_bytes;
#[cfg(feature = "cli")]
pub(crate) use reading::read_stdin;
pub use registry::{Refused, Registry};
pub use resolution::{Resolution, UnknownPath, defaults, resolve};
pub use rules::Mark;
pub use settings::Settings;
pub use snippet::Snippet;
