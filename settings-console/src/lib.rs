//! The System Console: a settings page and an HTTP API for every server, generated from its settings.
//!
//! [`Console`] makes a [`tower_service::Service`] over the types of `http`, which a server nests at any path. It shows
//! every setting with its documentation, the value of every layer and what is wrong with it; it reviews changes and
//! writes them to the settings file as one, with comments and order kept; it never shows a secret. The pages are plain
//! HTML and work without script.
//!
//! Who may see and change what is the server's own decision: its [`Gate`].
//!
//! ```no_run
//! use settings_console::{Console, Refusal, Visitor};
//! use settings_core::Settings;
//! use settings_core::resolve::{Environment, Layers};
//!
//! /// A chat server.
//! #[derive(Settings)]
//! #[settings(env_prefix = "CHAT")]
//! struct ChatSettings {
//!     /// The greeting.
//!     #[setting(default = "Welcome!")]
//!     greeting: String,
//! }
//!
//! let console = Console::<ChatSettings>::new(
//!     "chat.json",
//!     || Ok(Layers::new().environment(Environment::from_process())),
//!     |_: &http::request::Parts| Err::<Visitor, _>(Refusal::Unauthorized), // look the session up here
//! );
//! let app: axum::Router = axum::Router::new().nest_service("/admin/settings", console.into_service());
//! ```
//!
//! # Features
//!
//! | feature | adds |
//! |---|---|
//! | `mail` | the test of the connection to the mail server: [`Console::mail`] |
//! | `local` | a server on loopback with a one-time link: [`local`] |
//!
//! # The API
//!
//! Below the same path and with the same checks: `GET api/settings`, `api/settings/PATH`, `api/schema`, `api/findings`,
//! `api/history`, `PATCH api/settings`, `POST api/rollback` and `api/tests/mail`. `GET api/openapi.json` describes it.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod api;
mod app;
mod assets;
mod backend;
mod catalogue;
mod change;
mod console;
mod drafts;
mod error;
mod form;
mod gate;
mod guard;
mod html;
mod keys;
mod limit;
#[cfg(feature = "local")]
pub mod local;
#[cfg(feature = "mail")]
mod mail;
mod pages;
mod reply;
mod request;
mod routes;
mod search;
#[cfg(feature = "mail")]
mod secrets;
mod view;

pub use console::{Console, ConsoleBody, ConsoleService};
pub use gate::{Access, Gate, Peer, Refusal, Subject, Visitor};
