//! A server's own clap program that mounts the subcommands below one of its own.

use std::io;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};
use settings_cli::{Cli, complete};
use settings_core::resolve::Environment;
use settings_tests::program::Program;

#[derive(Parser)]
#[command(name = "mounted")]
struct Server {
    #[command(subcommand)]
    command: ServerCommand,
}

#[derive(Subcommand)]
enum ServerCommand {
    /// Serves
    Serve {
        /// Where the server listens
        path: Option<String>,
    },
    /// Looks after the settings
    Config(Box<Cli>),
}

fn main() -> ExitCode {
    complete::<Program>(Server::command);
    let ServerCommand::Config(cli) = Server::parse().command else { return ExitCode::SUCCESS };
    match cli.run::<Program>(Environment::of_process(), &mut io::stdout()) {
        Ok(good) => ExitCode::from(u8::from(!good)),
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}
