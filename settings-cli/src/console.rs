//! `console`: the System Console on loopback.

use std::fs;
use std::io::{self, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use clap::Args;
use settings_console::Console as Service;
use settings_console::local::{Local, LocalError, LocalOptions};
use settings_core::mail::EmailSettings;
use settings_core::resolve::Layers;
use settings_core::{Secret, Settings};

use crate::mail::wait;
use crate::user::user;
use crate::{Context, Failure, Outcome, Verdict};

/// The least number of characters of a token.
const MIN_TOKEN: usize = 16;

/// Serves the System Console on loopback.
#[derive(Args, Debug)]
pub struct Console {
    /// The address to listen on; loopback only, port 0 takes a free port
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Print the link, and open no browser
    #[arg(long)]
    no_open: bool,
    /// Refuse every change
    #[arg(long)]
    read_only: bool,
    /// A file with the token for programs, which only its owner may read
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
}

impl Console {
    pub(crate) fn run<T>(self, context: &mut Context<'_>) -> Outcome
    where
        T: Settings + AsRef<EmailSettings> + Send + Sync + 'static,
    {
        let mut options = LocalOptions::default().listen(self.listen);
        options = options.author(user().unwrap_or_else(|| "console".to_owned()));
        if let Some(path) = &self.token_file {
            options = options.token(token(path)?);
        }
        let (sources, environment) = (context.sources.clone(), context.environment.clone());
        // reported here, and not only to a browser
        let _: Layers = sources.layers_without_target(environment.clone())?;
        let storage = context.storage()?;
        let path = context.config_path();
        if storage.is_none() && path.as_os_str() == "-" {
            return Err(Failure::Usage(
                "the console needs a file to write to: give one with `--config FILE`".to_owned(),
            ));
        }
        let (read_only, words) = (self.read_only, context.program_words().to_owned());
        wait(async {
            let local = Local::bind(options).await.map_err(failure)?;
            let others = move || sources.layers_without_target(environment.clone());
            let console = match storage {
                Some(storage) => Service::<T>::over_storage(storage, others, local.gate()),
                None => Service::<T>::new(&path, others, local.gate()),
            };
            let mut console = console.title("System Console").command(words).mail(T::as_ref);
            if read_only {
                console = console.read_only();
            }
            writeln!(context.out, "{}", local.link())?;
            context.out.flush()?;
            writeln!(
                context.err,
                "The link works once, within ten minutes. Press Ctrl-C to stop the console."
            )?;
            if !self.no_open && !open(local.link()) {
                writeln!(context.err, "No browser could be opened: open the link yourself.")?;
            }
            local.serve(console.into_service()).await?;
            Ok(Verdict::Good)
        })
    }
}

fn failure(error: LocalError) -> Failure {
    match error {
        LocalError::NotLoopback(_) => Failure::Usage(format!("--listen: {error}")),
        _ => Failure::Failed(error.to_string()),
    }
}

/// Reads a token from a file that only its owner may read.
fn token(path: &Path) -> Result<Secret, Failure> {
    let unusable =
        |why: &dyn std::fmt::Display| Failure::Usage(format!("--token-file {}: {why}", path.display()));
    let file = fs::File::open(path).map_err(|error| unusable(&error))?;
    let facts = file.metadata().map_err(|error| unusable(&error))?;
    if !facts.is_file() {
        return Err(unusable(&"expected a file"));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;

        let mode = facts.mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(unusable(&format_args!(
                "others may read it (mode {mode:04o}): run `chmod 600` on it"
            )));
        }
    }
    let mut text = String::new();
    file.take(4096).read_to_string(&mut text).map_err(|error| unusable(&error))?;
    let token = Secret::new(text);
    let trimmed = token.expose().trim();
    if trimmed.len() < MIN_TOKEN || !trimmed.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(unusable(&format_args!("expected a token of at least {MIN_TOKEN} printable characters")));
    }
    Ok(Secret::new(trimmed))
}

/// Opens a browser, and returns whether that could be tried.
fn open(link: &str) -> bool {
    let (program, arguments): (_, &[&str]) = match () {
        () if cfg!(target_os = "macos") => ("open", &[]),
        () if cfg!(windows) => ("rundll32", &["url.dll,FileProtocolHandler"]),
        () => ("xdg-open", &[]),
    };
    let mut command = Command::new(program);
    command.args(arguments).arg(link).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let started: io::Result<_> = command.spawn();
    started.is_ok()
}
