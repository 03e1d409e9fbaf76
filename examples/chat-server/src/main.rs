//! A chat server: settings from a file and the environment, commands over them, and changes without a restart.
//!
//! ```text
//! export CHAT_AUTH_SESSIONKEY=$(openssl rand -hex 32)
//! cargo run -p example-chat-server -- serve
//! cargo run -p example-chat-server -- set HTTP.Greeting 'Good evening'
//! cargo run -p example-chat-server -- show --origin
//! ```

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};
use settings_cli::{CoreCommand, Failure, Flags, Marked, Sources, Verdict};

use chat_server::server;
use chat_server::settings::ChatSettings;

/// A chat server.
#[derive(Parser)]
#[command(name = "chat-server", version, mut_arg("config", |config| config
    .help("A configuration file; later files are stronger [default: chat.toml, if it exists]")))]
struct Cli {
    #[command(flatten)]
    sources: Sources,
    /// The settings that are marked with `flag`, such as `--http-listen`.
    #[command(flatten)]
    flags: Flags<ChatSettings, Marked>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serves until the process ends
    Serve,
    #[command(flatten)]
    Settings(CoreCommand),
}

fn main() -> ExitCode {
    settings_cli::complete::<ChatSettings>(Cli::command);
    let cli = Cli::parse();
    let sources = cli.sources.with_default_file("chat.toml").with_flags(&cli.flags);
    settings_cli::run(sources, |context| match cli.command {
        Command::Serve => {
            server::serve(context).map_err(|error| Failure::Failed(error.to_string()))?;
            Ok(Verdict::Good)
        }
        Command::Settings(command) => command.run::<ChatSettings>(context),
    })
}
