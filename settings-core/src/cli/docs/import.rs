//! `docs import`: takes pages over.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::pages;
use crate::cli::Outcome;

/// Takes pages over, as a model or as annotated Rust.
#[derive(Args, Debug)]
pub(super) struct Import {
    /// The pages
    #[arg(required = true, value_name = "PAGE")]
    pages: Vec<PathBuf>,
    /// What they become
    #[arg(long, value_enum)]
    to: Target,
}

/// What pages become.
#[derive(ValueEnum, Clone, Copy, Debug)]
enum Target {
    /// Their models: an object for one page, an array for several
    Json,
}

impl Import {
    pub(super) fn run(self, out: &mut dyn Write) -> Outcome {
        let models: Vec<_> = pages(&self.pages)?.into_iter().map(|read| read.page).collect();
        match (self.to, models.as_slice()) {
            (Target::Json, [only]) => {
                serde_json::to_writer_pretty(&mut *out, only).map_err(io::Error::from)?
            }
            (Target::Json, several) => {
                serde_json::to_writer_pretty(&mut *out, several).map_err(io::Error::from)?
            }
        }
        writeln!(out)?;
        Ok(true)
    }
}
