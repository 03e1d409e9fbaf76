//! `docs sync`: fixes drift that has a single answer.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::{Context, Failure, Outcome, Verdict, rst};
use settings_core::Settings;
use settings_core::docs::generate::unified_diff;
use settings_core::docs::{FindingFormat, Synced, format_findings, sync};
use settings_core::store;

/// Fixes drift that has a single answer, and keeps every other byte.
#[derive(Args, Debug)]
pub(crate) struct Sync {
    /// The pages
    #[arg(required = true, value_name = "PAGE")]
    pages: Vec<PathBuf>,
    /// Write nothing; print the changes
    #[arg(long)]
    dry_run: bool,
}

impl Sync {
    pub(crate) fn run<T: Settings>(self, context: &mut Context<'_>) -> Outcome {
        let mut good = true;
        for path in &self.pages {
            let before = rst::read(path)?;
            let name = path.display().to_string();
            let synced =
                sync(&name, &before, Some(T::SCHEMA)).map_err(|error| Failure::Usage(error.to_string()))?;
            if self.dry_run {
                let (old, new) = (String::from_utf8_lossy(&before), String::from_utf8_lossy(&synced.bytes));
                context.out.write_all(unified_diff(&name, &old, &new).as_bytes())?;
            } else {
                replace(path, &synced, context.out)?;
            }
            if !synced.remaining.is_empty() {
                good = false;
                let findings = format_findings(&synced.remaining, FindingFormat::Human);
                context.err.write_all(findings.as_bytes())?;
            }
        }
        Ok(Verdict::good_if(good))
    }
}

fn replace(path: &Path, synced: &Synced, out: &mut dyn Write) -> Result<(), Failure> {
    if !synced.is_changed() {
        writeln!(out, "{}: nothing to fix", path.display())?;
        return Ok(());
    }
    store::replace(path, &synced.bytes).map_err(|error| Failure::Failed(error.to_string()))?;
    writeln!(out, "{}: {} fixed", path.display(), synced.fixed.len())?;
    Ok(())
}
