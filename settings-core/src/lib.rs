//! Configuration whose single source of truth is code.
//!
//! One annotated struct declares all settings of a server: their names in files and in the environment, their kinds,
//! bounds, defaults and documentation. From it, this crate resolves values with their origins, explains mistakes,
//! writes reference pages and a JSON Schema, finds the pages that no longer agree with the code, edits the settings file
//! in place, and sends mail by the settings.
//!
//! # Annotate
//!
//! A section is a struct with `#[derive(Settings)]`, and a field with `#[setting(…)]` is a setting. Doc comments are the
//! documentation. The derive's [table of attributes](derive@Settings) lists everything that can be written.
//!
//! ```
//! use std::time::Duration;
//!
//! use settings_core::{Secret, Settings};
//!
//! /// The chat server.
//! #[derive(Settings, Debug)]
//! #[settings(env_prefix = "CHAT")]
//! struct Server {
//!     /// The port on which the server listens.
//!     #[setting(default = 8065, range = 1..=65535)]
//!     port: u16,
//!     database: Database,
//! }
//!
//! /// The database.
//! #[derive(Settings, Debug)]
//! #[settings(section = "Database")]
//! struct Database {
//!     /// The address of the database.
//!     #[setting(format = "url", default = "postgres://localhost/chat")]
//!     url: String,
//!     /// The password for the database.
//!     #[setting]
//!     password: Secret,
//!     /// The time to wait for an answer.
//!     #[setting(unit = "seconds", default = 10, range = 1..=600)]
//!     timeout: Duration,
//! }
//! ```
//!
//! Wrong annotations (a default out of range, two settings with one variable, a missing doc comment) are compile errors
//! at the wrong token, all of a struct's at once.
//!
//! # Resolve
//!
//! Layers from weak to strong: defaults, files, the environment, overrides. Every value keeps its origin.
//!
//! ```
//! # use settings_core::{Secret, Settings};
//! # /// The chat server.
//! # #[derive(Settings, Debug)]
//! # #[settings(env_prefix = "CHAT")]
//! # struct Server {
//! #     /// The port on which the server listens.
//! #     #[setting(default = 8065, range = 1..=65535)]
//! #     port: u16,
//! #     database: Database,
//! # }
//! # /// The database.
//! # #[derive(Settings, Debug)]
//! # #[settings(section = "Database")]
//! # struct Database {
//! #     /// The password for the database.
//! #     #[setting]
//! #     password: Secret,
//! # }
//! use settings_core::resolve::{Environment, Layers, resolve};
//!
//! let layers = Layers::new()
//!     .file("config.json", r#"{"Port": 8080, "Database": {"Password": "s3cret"}}"#)
//!     .environment(Environment::from_iter([("CHAT_PORT", "9000")]));
//! let resolution = resolve::<Server>(layers);
//! assert_eq!(resolution.setting(Server::PORT.path().to_string().as_str()).unwrap().shown(), "9000");
//! let server = resolution.into_result()?;
//! assert_eq!((server.port, server.database.password.expose()), (9000, "s3cret"));
//! # Ok::<(), settings_core::resolve::Report>(())
//! ```
//!
//! # Explain mistakes
//!
//! All mistakes of all layers are one [`Report`](resolve::Report), with the line, a caret, and the nearest right name.
//! [`resolve::Resolution::into_result`] returns it as an error:
//!
//! ```text
//! error[out-of-range]: `Port`: expected a whole number from 1 to 65535, found 80650
//!   --> config.json:1:10
//!    |
//!  1 | {"Port": 80650}
//!    |          ^^^^^
//! ```
//!
//! # Build the documentation, and check it
//!
//! With the feature `docs`, [`docs::build`] in a build script writes the reference pages, the JSON Schema and a
//! configuration with all defaults, or fails with a diff if a file is not up to date. `docs::check` compares a page that
//! people have edited with the code, and reports each difference.
//!
//! # Operate
//!
//! [`store::Store`] changes a setting in its file and keeps comments and formatting; with the feature `watch`, a running
//! server follows its files. The crate `settings-cli` has subcommands for all of it, which a server mounts in its own
//! program.
//!
//! # Send mail
//!
//! With the feature `mail`, `mail::Mailer` sends mail by the settings of an `EmailSettings` section, and explains failures
//! in terms of those settings.
//!
//! # Names in code
//!
//! The derive adds a constant for each setting, such as `Server::PORT`. [`schema::Key`] describes it, and
//! [`schema::Names`] finds its path and variable in a program. No code needs to repeat a path as a string.
//!
//! # Features
//!
//! None is on by default: without features, the crate has ten dependencies and no I/O but files.
//!
//! | feature | adds |
//! |---|---|
//! | `docs` | reference pages: rendering, reading, comparing, importing; build scripts |
//! | `json-schema` | the JSON Schema of a program's settings |
//! | `mail` | sending mail by the settings, with TLS and all common ways to log in |
//! | `mail-oauth` | logging in to mail servers with OAuth 2.0 tokens |
//! | `mail-catch` | an SMTP server on loopback that shows what arrives, for tests and demonstrations |
//! | `mail-outbox` | mail that survives a crash: an outbox in one SQLite file |
//! | `mail-outbox-store` | the same without SQLite, for a store in another database |
//! | `alerts` | security alerts from a signed feed, mailed to the administrators |
//! | `attributes` | keeps access lists and extended attributes when a settings file is replaced (Linux) |
//! | `toml` | configuration files in TOML next to JSON |
//! | `yaml` | configuration files in YAML next to JSON |
//! | `external` | documents that are fetched, with a last known good copy on disk |
//! | `tokio` | settings as a tokio channel and as a stream; external sources in asynchronous code |
//! | `watch` | settings that follow their files while the server runs |
//! | `serde` | settings of any type with `Deserialize`; serde's traits for the types of this crate; `Serialize` for reports |
//! | `bytesize`, `camino`, `ipnet`, `jiff`, `regex`, `secrecy`, `url`, `uuid` | types of these crates as types of settings |
//! | `release` | the settings of a release as data: comparing two, judging and fixing a configuration, notes |
//! | `reference` | the settings of the reference server, with which this project documents itself |
//!
//! # Where to go on
//!
//! The guides in `docs/guides` of the repository: a start in fifteen lines, annotating, resolving, secrets, testing,
//! deploying, operating, and mail.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod atomic;
#[cfg(feature = "docs")]
pub mod docs;
#[cfg(feature = "external")]
pub mod external;
mod format;
#[cfg(feature = "json-schema")]
pub mod json_schema;
mod line_index;
pub mod listing;
pub mod mail;
pub mod markdown;
mod nearest;
mod private;
#[cfg(feature = "reference")]
pub mod reference;
#[cfg(feature = "release")]
pub mod release;
pub mod resolve;
#[cfg(test)]
mod sample;
pub mod schema;
pub mod store;
pub mod template;
pub mod timestamp;
pub mod value;
mod workflow;

pub use format::{FileFormat, UnknownFormat};
pub use resolve::Settings;
/// The crate of the traits that `#[setting(serde)]` needs.
#[cfg(feature = "serde")]
pub use serde;
pub use settings_derive::{SettingValue, Settings};
pub use value::{Secret, SettingValue};

#[doc(hidden)]
pub mod __private_0_1_0 {
    pub use crate::private::*;
}

// The derives name this crate by its outside name, and its own structs use them.
extern crate self as settings_core;

/// Fails to compile if two programs have an environment variable in common.
///
/// The derive checks each program on its own. Use this macro for programs that run in one environment.
///
/// ```
/// use settings_core::{Settings, separate_programs};
///
/// /// A server.
/// #[derive(Settings)]
/// #[settings(env_prefix = "CHAT")]
/// struct Server {
///     /// The port.
///     #[setting(default = 80)]
///     port: u16,
/// }
///
/// /// Its worker.
/// #[derive(Settings)]
/// #[settings(env_prefix = "CHATWORKER")]
/// struct Worker {
///     /// How many.
///     #[setting(default = 4)]
///     threads: u16,
/// }
///
/// separate_programs!(Server, Worker);
/// ```
#[macro_export]
macro_rules! separate_programs {
    ($($program:ty),+ $(,)?) => {
        const _: () = {
            const PROGRAMS: &[&$crate::schema::Section] = &[$(<$program as $crate::Settings>::SCHEMA),+];
            const SLOTS: usize = $crate::__private_0_1_0::assert::slots_of_all(PROGRAMS);
            if let ::core::option::Option::Some(message) = $crate::__private_0_1_0::assert::separate_programs::<SLOTS>(PROGRAMS) {
                ::core::panic!("{}", message.as_str())
            }
        };
    };
}

/// Makes a test that holds the defaults of a program against their kinds and checks.
///
/// The compiler checks most defaults; [`resolve::check_defaults`] names the others.
///
/// ```
/// # use settings_core::Settings;
/// # /// A server.
/// # #[derive(Settings)]
/// # #[settings(env_prefix = "CHAT")]
/// # struct Server {}
/// settings_core::test_defaults!(defaults_of_the_server: Server);
/// ```
#[macro_export]
macro_rules! test_defaults {
    ($name:ident: $program:ty) => {
        #[cfg(test)]
        #[test]
        fn $name() {
            let report = $crate::resolve::check_defaults::<$program>();
            ::core::assert!(report.diagnostics().is_empty(), "{report}");
        }
    };
}
