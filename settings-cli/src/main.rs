//! The `settings` program: every subcommand over the reference server's settings.

use std::process::ExitCode;

use settings_cli::Cli;
use settings_core::reference::ServerSettings;

fn main() -> ExitCode {
    Cli::main::<ServerSettings>()
}
