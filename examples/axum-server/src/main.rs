//! An axum server with the settings commands mounted, and a greeting that follows its file without a restart.
//!
//! ```text
//! cargo run -p example-axum-server -- serve
//! cargo run -p example-axum-server -- set Greeting 'Good evening'
//! cargo run -p example-axum-server -- show --origin
//! ```

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use clap::{CommandFactory, Parser, Subcommand};
use settings_cli::{Context, CoreCommand, Failure, Sources, Verdict};
use settings_core::Settings;
use settings_core::store::watch::{Debounce, Watch};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// Settings of the server.
#[derive(Settings)]
#[settings(env_prefix = "HELLO")]
struct HelloSettings {
    /// The address and the port that the server listens on. Port 0 takes a free one.
    #[setting(default = "127.0.0.1:8065", restart)]
    listen: SocketAddr,
    /// The text on the front page.
    #[setting(default = "Welcome!")]
    greeting: String,
}

/// A server that greets.
#[derive(Parser)]
#[command(name = "axum-server", version)]
struct Cli {
    #[command(flatten)]
    sources: Sources,
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
    settings_cli::complete::<HelloSettings>(Cli::command);
    let cli = Cli::parse();
    let sources = cli.sources.with_default_file("hello.json");
    settings_cli::run(sources, |context| match cli.command {
        Command::Serve => {
            serve(context).map_err(|error| Failure::Failed(error.to_string()))?;
            Ok(Verdict::Good)
        }
        Command::Settings(command) => command.run::<HelloSettings>(context),
    })
}

fn serve(context: &mut Context<'_>) -> Result<(), Box<dyn std::error::Error>> {
    let (sources, environment) = (context.sources.clone(), context.environment.clone());
    let watch =
        Watch::<HelloSettings>::start(move || sources.layers(environment.clone()), Debounce::default())?;
    // warnings, such as those of unknown keys
    write!(context.err, "{}", watch.report())?;
    let listen = watch.current().listen;
    let app = Router::new().route("/", get(greeting)).with_state(Arc::new(watch));
    Runtime::new()?.block_on(async {
        let listener = TcpListener::bind(listen).await?;
        writeln!(context.out, "listening on {}", listener.local_addr()?)?;
        context.out.flush()?;
        axum::serve(listener, app).await
    })?;
    Ok(())
}

/// The greeting as the file has it now.
async fn greeting(State(watch): State<Arc<Watch<HelloSettings>>>) -> String {
    watch.current().greeting.clone()
}
