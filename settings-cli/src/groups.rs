//! The groups of subcommands.
//!
//! Each is a `clap::Subcommand` that a server flattens into its own subcommands.

use clap::Subcommand;
use settings_core::Settings;
#[cfg(feature = "mail")]
use settings_core::mail::EmailSettings;

use crate::{Context, Outcome};
#[cfg(feature = "core")]
use crate::{completion, diff, explain, history, set, show, template, validate};

/// Implements a group's `run`. Every group takes the files and profiles that the program's variables name.
macro_rules! group {
    ($(#[$doc:meta])+ $group:ident, [$($bounds:tt)+], $context:ident => { $($arms:tt)+ }) => {
        impl $group {
            $(#[$doc])+
            pub fn run<T: $($bounds)+>(self, $context: &mut Context<'_>) -> Outcome {
                $context.adopt::<T>();
                match self { $($arms)+ }
            }
        }
    };
}

/// Shows, checks and changes settings.
#[cfg(feature = "core")]
#[derive(Subcommand, Debug)]
#[non_exhaustive]
pub enum CoreCommand {
    /// Shows every setting's effective value
    Show(show::Show),
    /// Shows one setting's documentation and names, and every layer's value
    Explain(explain::Explain),
    /// Prints one setting's effective value
    Get(show::Get),
    /// Reports every mistake of every layer
    Validate(validate::Validate),
    /// Sets settings in the configuration file, in place
    Set(set::Set),
    /// Removes one setting, or an optional section, from the configuration file, so that its default applies
    Unset(set::Unset),
    /// Shows the settings that differ between two files, or between a file and the effective settings
    Diff(diff::Diff),
    /// Lists the versions of the configuration file that are kept, and the changes of each
    History(history::History),
    /// Restores a version of the configuration file
    Rollback(history::Rollback),
    /// Prints the JSON Schema of the configuration file, or the settings of this release as data
    Schema(template::Schema),
    /// Prints a starting configuration
    Template(template::Template),
    /// Prints the lines that make a shell complete commands, options and the paths of settings
    Completion(completion::Completion),
}

#[cfg(feature = "core")]
group! {
    /// Runs the command over the settings of `T`.
    ///
    /// # Errors
    /// If the command is used wrongly, its input can't be read, or it fails.
    CoreCommand, [Settings], context => {
        Self::Show(command) => command.run::<T>(context),
        Self::Explain(command) => command.run::<T>(context),
        Self::Get(command) => command.run::<T>(context),
        Self::Validate(command) => command.run::<T>(context),
        Self::Set(command) => command.run::<T>(context),
        Self::Unset(command) => command.run::<T>(context),
        Self::Diff(command) => command.run::<T>(context),
        Self::History(command) => command.run::<T>(context),
        Self::Rollback(command) => command.run::<T>(context),
        Self::Schema(command) => command.run::<T>(context),
        Self::Template(command) => command.run::<T>(context),
        Self::Completion(command) => command.run(context),
    }
}

/// Writes, checks, fixes and imports reference pages.
#[cfg(feature = "docs")]
#[derive(Subcommand, Debug)]
#[non_exhaustive]
pub enum DocsCommand {
    /// Writes reference pages, finds and fixes drift in them, imports pages
    Docs(crate::docs::Docs),
    /// Shows how the reStructuredText parser reads a page
    Rst(crate::rst::Rst),
}

#[cfg(feature = "docs")]
group! {
    /// Runs the command over the settings of `T`.
    ///
    /// # Errors
    /// If the command is used wrongly, its input can't be read, or it fails.
    DocsCommand, [Settings], context => {
        Self::Docs(command) => command.run::<T>(context),
        Self::Rst(command) => command.run(context),
    }
}

/// Judges the changes between releases.
#[cfg(feature = "release")]
#[derive(Subcommand, Debug)]
#[non_exhaustive]
pub enum ReleaseCommand {
    /// Reports what a new release changes for this configuration, and fixes what has one answer
    Upgrade(crate::release::Upgrade),
}

#[cfg(feature = "release")]
group! {
    /// Runs the command over the settings of `T`.
    ///
    /// # Errors
    /// If the command is used wrongly, a file can't be read, or a fix can't be written.
    ReleaseCommand, [Settings], context => {
        Self::Upgrade(command) => command.run::<T>(context),
    }
}

/// Follows the files of settings.
#[cfg(feature = "watch")]
#[derive(Subcommand, Debug)]
#[non_exhaustive]
pub enum WatchCommand {
    /// Prints the settings that change while their files are edited
    Watch(crate::watch::Watch),
}

#[cfg(feature = "watch")]
group! {
    /// Runs the command over the settings of `T`.
    ///
    /// # Errors
    /// If the files can't be read or followed.
    WatchCommand, [Settings + Send + Sync + 'static], context => {
        Self::Watch(command) => command.run::<T>(context),
    }
}

/// Sends and catches mail.
#[cfg(feature = "mail")]
#[derive(Subcommand, Debug)]
#[non_exhaustive]
pub enum MailCommand {
    /// Sends a test mail, examines the way to the server, or catches mail locally
    Mail(crate::mail::Mail),
}

#[cfg(feature = "mail")]
group! {
    /// Runs the command with the mail settings of `T`.
    ///
    /// # Errors
    /// If the command is used wrongly, the settings have errors, or the operation fails.
    MailCommand, [Settings + AsRef<EmailSettings>], context => {
        Self::Mail(command) => command.run::<T>(context),
    }
}

/// Looks for security alerts.
#[cfg(feature = "alerts")]
#[derive(Subcommand, Debug)]
#[non_exhaustive]
pub enum AlertsCommand {
    /// Looks for security alerts and mails the administrators
    Alerts(crate::alerts::Alerts),
}

#[cfg(feature = "alerts")]
group! {
    /// Runs the command with the mail settings of `T`.
    ///
    /// # Errors
    /// If the settings have errors, the feed can't be fetched, or the outbox fails.
    AlertsCommand, [Settings + AsRef<EmailSettings>], context => {
        Self::Alerts(command) => command.run::<T>(context),
    }
}

/// Serves the System Console.
#[cfg(feature = "console")]
#[derive(Subcommand, Debug)]
#[non_exhaustive]
pub enum ConsoleCommand {
    /// Serves the System Console on loopback, and opens it in a browser
    Console(crate::console::Console),
}

#[cfg(feature = "console")]
group! {
    /// Runs the command over the settings of `T`. It serves until the process ends.
    ///
    /// # Errors
    /// If the address can't be listened on, or the settings can't be read.
    ConsoleCommand, [Settings + AsRef<EmailSettings> + Send + Sync + 'static], context => {
        Self::Console(command) => command.run::<T>(context),
    }
}

/// Shows the main job.
#[cfg(feature = "demo")]
#[derive(Subcommand, Debug)]
#[non_exhaustive]
pub enum DemoCommand {
    /// Does the main job on embedded parts: documents, resolves, sends a mail, shows it as it arrives
    Demo(crate::demo::Demo),
}

#[cfg(feature = "demo")]
group! {
    /// Runs the command over the settings of `T`.
    ///
    /// # Errors
    /// If a part of the demonstration fails.
    DemoCommand, [Settings + AsRef<EmailSettings>], context => {
        Self::Demo(command) => command.run::<T>(context),
    }
}
