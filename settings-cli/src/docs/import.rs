//! `docs import`: imports pages.

use std::io;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::pages;
use crate::{Context, Failure, Outcome, Verdict};
use settings_core::docs::import;

/// Imports pages, as a model or as annotated Rust.
#[derive(Args, Debug)]
pub(crate) struct Import {
    /// The pages
    #[arg(required = true, value_name = "PAGE")]
    pages: Vec<PathBuf>,
    /// The format of the result
    #[arg(long, value_enum)]
    to: Target,
}

/// The format of the result.
#[derive(ValueEnum, Clone, Copy, Debug)]
enum Target {
    /// Their models: an object for one page, an array for several
    Json,
    /// Structs with their annotations; open questions become todos
    Rust,
}

impl Import {
    pub(crate) fn run(self, context: &mut Context<'_>) -> Outcome {
        let read = pages(&self.pages)?;
        let out = &mut *context.out;
        match self.to {
            Target::Rust => {
                if !read.iter().any(import::has_settings) {
                    let names: Vec<&str> = read.iter().map(|page| page.path.as_str()).collect();
                    return Err(Failure::Usage(format!("no settings found on {}", names.join(", "))));
                }
                out.write_all(import::to_rust(&read).as_bytes())?;
            }
            Target::Json => {
                let models: Vec<_> = read.into_iter().map(|read| read.page).collect();
                match models.as_slice() {
                    [only] => serde_json::to_writer_pretty(&mut *out, only).map_err(io::Error::from)?,
                    several => serde_json::to_writer_pretty(&mut *out, several).map_err(io::Error::from)?,
                }
                writeln!(out)?;
            }
        }
        Ok(Verdict::Good)
    }
}
