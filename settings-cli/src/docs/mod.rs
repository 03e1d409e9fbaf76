//! `docs`: writes reference pages, finds and mends drift in them, takes pages over.

mod build;
mod check;
#[cfg(feature = "watch")]
mod follow;
mod import;
mod sync;
mod todo;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::{Context, Failure, Outcome, rst};
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
    /// Imports pages, as a model or as annotated Rust
    Import(import::Import),
    /// Lists what the annotations leave open
    Todo(todo::Todo),
}

impl Docs {
    pub(crate) fn run<T: Settings>(self, context: &mut Context<'_>) -> Outcome {
        match self.command {
            DocsCommand::Build(build) => build.run::<T>(context),
            DocsCommand::Check(check) => check.run::<T>(context),
            DocsCommand::Sync(sync) => sync.run::<T>(context),
            DocsCommand::Import(import) => import.run(context),
            DocsCommand::Todo(todo) => todo.run::<T>(context),
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
