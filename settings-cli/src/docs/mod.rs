//! `docs`: writes reference pages, finds and fixes drift in them, imports pages.

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

/// Writes reference pages, finds and fixes drift in them, imports pages.
#[derive(Args, Debug)]
pub struct Docs {
    #[command(subcommand)]
    command: DocsCommand,
}

#[derive(Subcommand, Debug)]
enum DocsCommand {
    /// Writes the reference pages, the JSON Schema and the template
    Build(build::Build),
    /// Finds contradictions between pages and settings, or within pages
    Check(check::Check),
    /// Fixes drift that has a single answer, and keeps every other byte
    Sync(sync::Sync),
    /// Imports pages, as a model or as annotated Rust
    Import(import::Import),
    /// Lists the questions that annotations leave open
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

/// Reads pages.
///
/// # Errors
/// If one can't be read.
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
