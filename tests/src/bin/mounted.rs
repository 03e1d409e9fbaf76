//! A server's own clap program that mounts the subcommands below one of its own.

use std::process::ExitCode;

use clap::{Args, CommandFactory, Parser, Subcommand};
use settings_cli::{Command, Sources, complete};
use settings_tests::program::Program;

/// A server.
#[derive(Parser)]
#[command(name = "mounted", version = "7.8.9")]
struct Server {
    #[command(subcommand)]
    command: ServerCommand,
}

#[derive(Subcommand)]
enum ServerCommand {
    /// Serves
    Serve {
        /// The address that the server listens on
        path: Option<String>,
    },
    /// Manages the settings
    Config(Box<Config>),
}

#[derive(Args)]
struct Config {
    #[command(flatten)]
    sources: Sources,
    #[command(subcommand)]
    command: Command,
}

fn main() -> ExitCode {
    complete::<Program>(Server::command);
    match Server::parse().command {
        ServerCommand::Serve { .. } => ExitCode::SUCCESS,
        ServerCommand::Config(config) => {
            let Config { sources, command } = *config;
            let sources = sources.with_default_file("mounted.json");
            settings_cli::run(sources, |context| command.run::<Program>(context))
        }
    }
}
