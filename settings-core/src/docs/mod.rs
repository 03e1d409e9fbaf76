//! Reference pages: written from the schema, read back, compared, fixed and imported.
//!
//! ```
//! use settings_core::Settings;
//! use settings_core::docs::{self, Against, Format, Style};
//! use settings_core::reference::ServerSettings;
//!
//! let pages = docs::from_schema(ServerSettings::SCHEMA);
//! let text = docs::render(&pages[0], Style::Table, Format::Rst);
//! let read = docs::read("smtp.rst", text.as_bytes())?;
//! assert_eq!(docs::render(&read.page, Style::Table, Format::Rst), text);
//! assert_eq!(docs::check(&read, Some(ServerSettings::SCHEMA), Against::Both), []);
//! # Ok::<(), docs::ReadError>(())
//! ```

mod dialect;
mod drift;
mod encoding;
mod facts;
mod fill;
mod form;
mod from_schema;
pub mod generate;
mod grammar;
mod grid;
pub mod import;
mod inline;
mod layout;
pub mod model;
#[cfg(feature = "release")]
mod notes;
mod read;
mod render;
mod sync;

pub use dialect::Dialect;
pub use drift::{Against, Finding, FindingFormat, Rule, Severity, UnknownRule, check, format_findings};
pub use form::{Format, Style};
pub use from_schema::{from_schema, from_schema_in};
pub use generate::{BuildError, build, build_in};
pub use model::Page;
#[cfg(feature = "release")]
pub use notes::{from_schema_with_releases, release_notes};
pub use read::{PageRead, ReadError, read};
pub use render::render;
pub use sync::{Synced, sync};
