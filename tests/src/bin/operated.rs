//! A server's own program with the subcommands: what the operator's tests run.

use std::process::ExitCode;

use settings_cli::Cli;
use settings_tests::program::Program;

fn main() -> ExitCode {
    Cli::main::<Program>()
}
