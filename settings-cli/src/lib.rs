//! Subcommands over a program's settings, to mount in a server's own clap program.
//!
//! The subcommands come in groups. Each is a [`clap::Subcommand`] that a server flattens into its own, under its own
//! name, version and default file, and each has a feature:
//!
//! | group | feature | subcommands |
//! |---|---|---|
//! | [`CoreCommand`] | `core` | `show`, `explain`, `get`, `validate`, `set`, `unset`, `diff`, `history`, `rollback`, `schema`, `template`, `completion` |
//! | [`DocsCommand`] | `docs` | `docs build`, `check`, `sync`, `import`, `todo`; `rst` |
//! | [`WatchCommand`] | `watch` | `watch`; `docs build --watch` |
//! | [`MailCommand`] | `mail` | `mail test`, `doctor`, `catch`, `queue` |
//! | [`ReleaseCommand`] | `release` | `upgrade`; `schema --release` |
//! | [`AlertsCommand`] | `alerts` | `alerts check` |
//! | [`ConsoleCommand`] | `console` | `console` |
//! | `StoreCommand` | `postgres` | `nodes`; `store copy`, `schema`, `rotate`, `key`; the option `--store` of all commands |
//! | [`DemoCommand`] | `demo` | `demo` |
//! | [`Cli`] | `all` | a program with all of these |
//!
//! Further features: `attributes` keeps extended attributes of a file that is replaced, `color` colours clap's help,
//! `toml` and `yaml` read and write configuration files in these formats, `reference` brings the settings of the program
//! `settings`. All are on by default; a server turns them off:
//!
//! ```toml
//! settings-cli = { version = "0.1", default-features = false, features = ["core"] }
//! ```
//!
//! A server with the core group:
//!
//! ```no_run
//! use std::process::ExitCode;
//!
//! use clap::{CommandFactory, Parser, Subcommand};
//! use settings_cli::{CoreCommand, Sources, Verdict};
//! use settings_core::Settings;
//!
//! /// Settings of the server.
//! #[derive(Settings)]
//! #[settings(env_prefix = "CHAT")]
//! struct ServerSettings {
//!     /// The port that the server listens on.
//!     #[setting(default = 8065)]
//!     port: u16,
//! }
//!
//! /// A chat server.
//! #[derive(Parser)]
//! #[command(version)]
//! struct Cli {
//!     #[command(flatten)]
//!     sources: Sources,
//!     #[command(subcommand)]
//!     command: Command,
//! }
//!
//! #[derive(Subcommand)]
//! enum Command {
//!     /// Serves
//!     Serve,
//!     #[command(flatten)]
//!     Settings(CoreCommand),
//! }
//!
//! fn main() -> ExitCode {
//!     settings_cli::complete::<ServerSettings>(Cli::command);
//!     let cli = Cli::parse();
//!     let sources = cli.sources.with_default_file("/etc/chat/config.json");
//!     settings_cli::run(sources, |context| match cli.command {
//!         Command::Serve => {
//!             let settings: ServerSettings = context.settings()?;
//!             println!("listening on port {}", settings.port);
//!             Ok(Verdict::Good)
//!         }
//!         Command::Settings(command) => command.run::<ServerSettings>(context),
//!     })
//! }
//! ```
//!
//! [`run`] has the exit codes, [`Context`] shows how a host captures the output.

#[cfg(feature = "alerts")]
mod alerts;
#[cfg(feature = "all")]
mod all;
mod arguments;
#[cfg(feature = "core")]
mod completion;
#[cfg(feature = "console")]
mod console;
mod context;
#[cfg(feature = "demo")]
mod demo;
#[cfg(feature = "core")]
mod diff;
#[cfg(any(feature = "core", feature = "watch"))]
mod difference;
#[cfg(feature = "docs")]
mod docs;
#[cfg(feature = "core")]
mod explain;
mod failure;
mod flags;
#[cfg(any(
    feature = "core",
    feature = "docs",
    feature = "watch",
    feature = "mail",
    feature = "alerts",
    feature = "console",
    feature = "demo"
))]
mod groups;
#[cfg(feature = "core")]
mod history;
#[cfg(feature = "mail")]
mod mail;
mod outcome;
mod places;
#[cfg(feature = "mail")]
mod queue;
#[cfg(feature = "release")]
mod release;
#[cfg(feature = "docs")]
mod rst;
#[cfg(feature = "core")]
mod set;
#[cfg(feature = "core")]
mod show;
mod sources;
#[cfg(feature = "postgres")]
mod store;
#[cfg(feature = "core")]
mod template;
#[cfg(any(feature = "core", feature = "console"))]
mod user;
#[cfg(feature = "core")]
mod validate;
#[cfg(feature = "watch")]
mod watch;

#[cfg(feature = "all")]
pub use all::{Cli, Command};
pub use arguments::with_arguments;
#[cfg(feature = "core")]
pub use completion::{complete, with_settings};
pub use context::Context;
pub use failure::Failure;
pub use flags::{All, Flags, Marked, Selection};
#[cfg(feature = "alerts")]
pub use groups::AlertsCommand;
#[cfg(feature = "console")]
pub use groups::ConsoleCommand;
#[cfg(feature = "core")]
pub use groups::CoreCommand;
#[cfg(feature = "demo")]
pub use groups::DemoCommand;
#[cfg(feature = "docs")]
pub use groups::DocsCommand;
#[cfg(feature = "mail")]
pub use groups::MailCommand;
#[cfg(feature = "release")]
pub use groups::ReleaseCommand;
#[cfg(feature = "watch")]
pub use groups::WatchCommand;
pub use outcome::{Outcome, Verdict, exit_code, run};
pub use sources::{Colour, Override, Policy, Sources};
#[cfg(feature = "postgres")]
pub use store::{Database, StoreCommand, StoreKeys};
