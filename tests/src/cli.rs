//! The program, run inside the test: arguments and environment in, exit code and output out.

use std::sync::atomic::{AtomicU64, Ordering};

use clap::Parser;
use settings_cli::{Cli, Context, exit_code};
use settings_core::Settings;
use settings_core::mail::EmailSettings;
use settings_core::reference::ServerSettings;

/// The result of a run.
#[derive(Debug)]
pub struct Run {
    /// The process's exit code.
    pub code: u8,
    /// The text on standard output.
    pub out: String,
    /// The text on standard error, without `error`.
    pub warnings: String,
    /// The failure; empty if there is none.
    pub error: String,
}

/// Runs `settings` with these arguments and this environment alone.
pub fn settings(arguments: &[&str], environment: &[(&str, &str)]) -> Run {
    run::<ServerSettings>(arguments, environment)
}

/// Runs the commands over the settings of `T`, with these arguments and this environment alone.
pub fn run<T>(arguments: &[&str], environment: &[(&str, &str)]) -> Run
where
    T: Settings + AsRef<EmailSettings> + Send + Sync + 'static,
{
    let cli = match Cli::try_parse_from(["settings"].iter().chain(arguments)) {
        Ok(cli) => cli,
        Err(error) => {
            return Run { code: 2, out: String::new(), warnings: String::new(), error: error.to_string() };
        }
    };
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let environment = environment.iter().copied().collect();
    let mut context = Context::new(cli.sources, environment, &mut out, &mut err);
    let outcome = cli.command.run::<T>(&mut context);
    let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
    let error = outcome.as_ref().err().map(ToString::to_string).unwrap_or_default();
    Run { code: exit_code(&outcome), out: text(out), warnings: text(err), error }
}

/// A folder of the test's own, removed at the end.
pub struct Folder(std::path::PathBuf);

impl Folder {
    /// Makes a folder that no other test uses.
    pub fn new(name: &str) -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("settings-{name}-{}-{count}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).expect("a folder can be made");
        Self(path)
    }

    /// The path of a file in it, as text.
    pub fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().expect("the path is UTF-8").to_owned()
    }

    /// Writes a file and returns its path.
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        std::fs::write(&path, text).expect("a file can be written");
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
