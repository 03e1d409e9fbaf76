//! The program, run inside the test: arguments and environment in, exit code and output out.

use std::sync::atomic::{AtomicU64, Ordering};

use clap::Parser;
use settings_cli::Cli;
use settings_core::reference::ServerSettings;

/// The result of a run.
#[derive(Debug)]
pub struct Run {
    /// The process's exit code.
    pub code: u8,
    /// The standard output.
    pub out: String,
    /// The error message; empty on success.
    pub error: String,
}

/// Runs `settings` with these arguments and this environment alone.
pub fn settings(arguments: &[&str], environment: &[(&str, &str)]) -> Run {
    let cli = match Cli::try_parse_from(["settings"].iter().chain(arguments)) {
        Ok(cli) => cli,
        Err(error) => return Run { code: 2, out: String::new(), error: error.to_string() },
    };
    let mut out = Vec::new();
    let outcome = cli.run::<ServerSettings>(environment.iter().copied().collect(), &mut out);
    let out = String::from_utf8(out).expect("output is UTF-8");
    match outcome {
        Ok(good) => Run { code: u8::from(!good), out, error: String::new() },
        Err(failure) => Run { code: failure.exit_code(), out, error: failure.to_string() },
    }
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
