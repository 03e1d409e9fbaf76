//! `docs`: writes reference pages, finds and mends drift in them, takes pages over.

mod build;
mod check;
mod follow;
mod import;
mod sync;
mod todo;

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Failure, Outcome, rst};
use settings_core::Settings;
use settings_core::docs::PageRead;

/// Writes reference pages, finds and mends drift in them, takes pages over.
#[derive(Args, Debug)]
pub struct Docs {
    #[command(subcommand)]
    command: DocsCommand,
}

#[derive(Subcommand, Debug)]
enum DocsCommand {
    /// Writes the reference pages, the JSON Schema and the template
    Build(build::Build),
    /// Finds where pages contradict the settings or themselves
    Check(check::Check),
    /// Mends what drifted and has one answer; every other byte stays
    Sync(sync::Sync),
    /// Takes pages over, as a model or as annotated Rust
    Import(import::Import),
    /// Lists what the annotations leave open
    Todo(todo::Todo),
}

impl Docs {
    pub(super) fn run<T: Settings>(self, out: &mut dyn Write) -> Outcome {
        match self.command {
            DocsCommand::Build(build) => build.run::<T>(out),
            DocsCommand::Check(check) => check.run::<T>(out),
            DocsCommand::Sync(sync) => sync.run::<T>(out),
            DocsCommand::Import(import) => import.run(out),
            DocsCommand::Todo(todo) => todo.run::<T>(out),
        }
    }
}

/// Reads every page, or says which can't be read.
fn pages(paths: &[PathBuf]) -> Result<Vec<PageRead>, Failure> {
    paths
        .iter()
        .map(|path| {
            let bytes = rst::read(path)?;
            settings_core::docs::read(&path.display().to_string(), &bytes)
                .map_err(|error| Failure::Usage(error.to_string()))
        })
        .collect()
}
