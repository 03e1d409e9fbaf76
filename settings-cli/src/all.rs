//! Every group, as one clap program.

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};
use settings_core::Settings;
use settings_core::mail::EmailSettings;

use crate::{
    AlertsCommand, ConsoleCommand, Context, CoreCommand, DemoCommand, DocsCommand, MailCommand, Outcome,
    ReleaseCommand, Sources, WatchCommand, complete,
};

/// Settings whose single source of truth is an annotated struct.
///
/// A server that wants its own name, version or choice of groups derives a parser of its own; see the
/// [crate's documentation](crate).
#[derive(Parser, Debug)]
#[command(
    name = "settings",
    version,
    long_about = None,
    max_term_width = 100,
    mut_arg("config", |config| config
        .help(
            "A configuration file, a folder of files, or `-` for standard input; later ones are stronger [default: \
             config.json, if it exists]"
        ))
)]
pub struct Cli {
    /// The options that say where settings come from.
    #[command(flatten)]
    pub sources: Sources,
    /// The subcommand.
    #[command(subcommand)]
    pub command: Command,
}

/// A subcommand of any group.
#[derive(Subcommand, Debug)]
#[non_exhaustive]
pub enum Command {
    /// The whole, on embedded parts.
    #[command(flatten)]
    Demo(DemoCommand),
    /// Settings.
    #[command(flatten)]
    Core(CoreCommand),
    /// Following files.
    #[command(flatten)]
    Watch(WatchCommand),
    /// Settings in PostgreSQL.
    #[cfg(feature = "postgres")]
    #[command(flatten)]
    Store(crate::StoreCommand),
    /// The System Console.
    #[command(flatten)]
    Console(ConsoleCommand),
    /// The changes between releases.
    #[command(flatten)]
    Release(ReleaseCommand),
    /// Reference pages.
    #[command(flatten)]
    Docs(DocsCommand),
    /// Mail.
    #[command(flatten)]
    Mail(MailCommand),
    /// Security alerts.
    #[command(flatten)]
    Alerts(AlertsCommand),
}

impl Cli {
    /// Runs a whole program over the settings of `T`, with the process's arguments, environment and streams.
    pub fn main<T: Settings + AsRef<EmailSettings> + Send + Sync + 'static>() -> ExitCode {
        complete::<T>(Self::command);
        let cli = Self::parse();
        crate::run(cli.sources, |context| cli.command.run::<T>(context))
    }
}

impl Command {
    /// Runs the command over the settings of `T`.
    ///
    /// # Errors
    /// If the command is used wrongly, its input can't be read, or it fails.
    pub fn run<T: Settings + AsRef<EmailSettings> + Send + Sync + 'static>(
        self,
        context: &mut Context<'_>,
    ) -> Outcome {
        match self {
            Self::Demo(command) => command.run::<T>(context),
            Self::Core(command) => command.run::<T>(context),
            Self::Watch(command) => command.run::<T>(context),
            #[cfg(feature = "postgres")]
            Self::Store(command) => command.run::<T>(context),
            Self::Console(command) => command.run::<T>(context),
            Self::Release(command) => command.run::<T>(context),
            Self::Docs(command) => command.run::<T>(context),
            Self::Mail(command) => command.run::<T>(context),
            Self::Alerts(command) => command.run::<T>(context),
        }
    }
}
