//! The result of a command, and the exit code that it means.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use settings_core::resolve::Environment;

use crate::{Context, Failure, Sources};

/// The result of a command that did its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Verdict {
    /// There is nothing to act on.
    Good,
    /// The command reported findings: errors in settings, drift in pages, a mail that was not accepted.
    Findings,
}

impl Verdict {
    /// Returns [`Verdict::Good`] for `true`, else [`Verdict::Findings`].
    pub const fn good_if(good: bool) -> Self {
        if good { Self::Good } else { Self::Findings }
    }
}

/// The result of a command.
pub type Outcome = Result<Verdict, Failure>;

/// Returns the exit code of an outcome; see [`run`].
#[must_use]
pub const fn exit_code(outcome: &Outcome) -> u8 {
    match outcome {
        Ok(Verdict::Good) | Err(Failure::ClosedPipe) => 0,
        Ok(Verdict::Findings) | Err(Failure::Failed(_)) => 1,
        Err(Failure::Usage(_)) => 2,
    }
}

/// Runs a command with the process's environment, standard output and standard error, and returns its exit code.
///
/// | code | meaning |
/// |---|---|
/// | 0 | good, or the reader of standard output has closed it |
/// | 1 | findings ([`Verdict::Findings`]), or a failed operation ([`Failure::Failed`]) |
/// | 2 | wrong use, or unreadable input ([`Failure::Usage`]); also clap's own code for wrong arguments |
///
/// The text of a failure goes to standard error.
///
/// ```no_run
/// use std::process::ExitCode;
///
/// use clap::Parser;
/// use settings_cli::{CoreCommand, Sources};
/// # use settings_core::Settings;
/// # /// A server.
/// # #[derive(Settings)]
/// # #[settings(env_prefix = "CHAT")]
/// # struct ServerSettings {
/// #     /// The port.
/// #     #[setting(default = 80)]
/// #     port: u16,
/// # }
///
/// #[derive(Parser)]
/// struct Cli {
///     #[command(flatten)]
///     sources: Sources,
///     #[command(subcommand)]
///     command: CoreCommand,
/// }
///
/// fn main() -> ExitCode {
///     let cli = Cli::parse();
///     settings_cli::run(cli.sources, |context| cli.command.run::<ServerSettings>(context))
/// }
/// ```
pub fn run(sources: Sources, command: impl FnOnce(&mut Context<'_>) -> Outcome) -> ExitCode {
    // not locked: other threads of the host may print
    let (mut out, mut err) = (io::stdout(), io::stderr());
    let mut context = Context::new(sources, Environment::from_process(), &mut out, &mut err)
        .for_process()
        .program(program());
    let mut outcome = command(&mut context);
    if let (Ok(_), Err(error)) = (&outcome, context.out.flush()) {
        outcome = Err(error.into());
    }
    if let Err(failure @ (Failure::Usage(_) | Failure::Failed(_))) = &outcome {
        // there is nowhere else to report it
        let _ = writeln!(context.err, "{failure}");
    }
    ExitCode::from(exit_code(&outcome))
}

/// Returns the file name by which the process was called.
fn program() -> String {
    let called = std::env::args_os().next().map(PathBuf::from).unwrap_or_default();
    called.file_name().map_or_else(|| "settings".to_owned(), |name| name.to_string_lossy().into_owned())
}
