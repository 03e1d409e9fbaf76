//! The subcommands, mountable in a server's own clap program.
//!
//! A server that wants them flattens [`Cli`] or nests [`Command`] and calls [`Cli::run`] with its own root struct:
//!
//! ```no_run
//! use std::process::ExitCode;
//!
//! use settings_cli::Cli;
//! use settings_core::reference::ServerSettings;
//!
//! fn main() -> ExitCode {
//!     Cli::main::<ServerSettings>()
//! }
//! ```
//!
//! Exit codes: 0 good, 1 findings or a failed operation, 2 wrong use or unreadable input.

mod alerts;
mod arguments;
mod completion;
mod demo;
mod diff;
mod difference;
mod docs;
mod explain;
mod failure;
mod history;
mod listing;
mod mail;
mod queue;
mod rst;
mod set;
mod show;
mod sources;
mod template;
mod validate;
mod watch;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

pub use arguments::with_arguments;
pub use completion::{complete, with_settings};
pub use failure::Failure;
pub use listing::listing;
pub use sources::{Colour, Override, Policy, Sources};

use settings_core::Settings;
use settings_core::mail::EmailSettings;
use settings_core::resolve::Environment;

/// Settings whose single source of truth is an annotated struct.
#[derive(Parser, Debug)]
#[command(name = "settings", version, about, max_term_width = 100)]
pub struct Cli {
    /// Where settings come from.
    #[command(flatten)]
    pub sources: Sources,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Does the main job end to end on embedded parts: document, resolve, send, show what arrived
    Demo(demo::Demo),
    /// Shows every setting's effective value
    Show(show::Show),
    /// Shows all that is known of one setting: its documentation, names, and every layer's value
    Explain(explain::Explain),
    /// Prints one setting's effective value
    Get(show::Get),
    /// Reports every mistake of every layer
    Validate(validate::Validate),
    /// Sets one setting in the configuration file, in place
    Set(set::Set),
    /// Removes one setting, or an optional section, from the configuration file, so that its default applies
    Unset(set::Unset),
    /// Shows which settings differ between two files, or between a file and what is in effect
    Diff(diff::Diff),
    /// Lists the versions of the configuration file that are kept, and what each changed
    History(history::History),
    /// Takes a version of the configuration file back
    Rollback(history::Rollback),
    /// Prints which settings change while their files are edited
    Watch(watch::Watch),
    /// Writes reference pages, finds and mends drift in them, takes pages over
    Docs(docs::Docs),
    /// Shows what the reStructuredText parser sees
    Rst(rst::Rst),
    /// Prints the JSON Schema of the configuration file
    Schema(template::Schema),
    /// Prints a starting configuration
    Template(template::Template),
    /// Prints the lines that make a shell complete commands, options and the paths of settings
    Completion(completion::Completion),
    /// Sends a test mail, examines the way to the server, or catches mail locally
    Mail(mail::Mail),
    /// Looks for security alerts and mails the administrators
    Alerts(alerts::Alerts),
}

/// What a command's run came to: `Ok(true)` is good, `Ok(false)` found something.
pub type Outcome = Result<bool, Failure>;

impl Cli {
    /// Runs a whole program over the settings of `T`: arguments, environment and streams are the process's own.
    pub fn main<T: Settings + AsRef<EmailSettings> + Send + Sync + 'static>() -> ExitCode {
        complete::<T>(Self::command);
        let cli = Self::parse();
        let mut out = io::stdout().lock();
        let outcome = cli.run::<T>(Environment::of_process(), &mut out);
        let outcome = outcome.and_then(|good| out.flush().map(|()| good).map_err(Failure::from));
        match outcome {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::from(1),
            Err(Failure::ClosedPipe) => ExitCode::SUCCESS,
            Err(failure) => {
                eprintln!("{failure}");
                ExitCode::from(failure.exit_code())
            }
        }
    }

    /// Runs the command over the settings of `T`.
    ///
    /// # Errors
    /// Where the command is used wrongly, its input can't be read, or it fails.
    pub fn run<T: Settings + AsRef<EmailSettings> + Send + Sync + 'static>(
        self,
        environment: Environment,
        out: &mut dyn Write,
    ) -> Outcome {
        let sources = &self.sources;
        match self.command {
            Command::Demo(command) => command.run::<T>(out),
            Command::Show(command) => command.run::<T>(sources, environment, out),
            Command::Explain(command) => command.run::<T>(sources, environment, out),
            Command::Get(command) => command.run::<T>(sources, environment, out),
            Command::Validate(command) => command.run::<T>(sources, environment, out),
            Command::Set(command) => command.run::<T>(sources, environment, out),
            Command::Unset(command) => command.run::<T>(sources, environment, out),
            Command::Diff(command) => command.run::<T>(sources, environment, out),
            Command::History(command) => command.run::<T>(sources, out),
            Command::Rollback(command) => command.run::<T>(sources, environment, out),
            Command::Watch(command) => command.run::<T>(sources, environment, out),
            Command::Docs(command) => command.run::<T>(out),
            Command::Rst(command) => command.run(out),
            Command::Schema(command) => command.run::<T>(out),
            Command::Template(command) => command.run::<T>(out),
            Command::Completion(command) => command.run(out),
            Command::Mail(command) => command.run::<T>(sources, environment, out),
            Command::Alerts(command) => command.run::<T>(sources, environment, out),
        }
    }
}
