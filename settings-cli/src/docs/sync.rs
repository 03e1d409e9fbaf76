//! `docs sync`: mends what drifted and has one answer.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use crate::{Failure, Outcome, rst};
use settings_core::Settings;
use settings_core::docs::generate::unified_diff;
use settings_core::docs::{FindingFormat, Synced, format_findings, sync};

/// Mends what drifted and has one answer; every other byte stays.
#[derive(Args, Debug)]
pub(super) struct Sync {
    /// The pages
    #[arg(required = true, value_name = "PAGE")]
    pages: Vec<PathBuf>,
    /// Write nothing, print what would change
    #[arg(long)]
    dry_run: bool,
}

impl Sync {
    pub(super) fn run<T: Settings>(self, out: &mut dyn Write) -> Outcome {
        let mut good = true;
        for path in &self.pages {
            let before = rst::read(path)?;
            let name = path.display().to_string();
            let synced =
                sync(&name, &before, Some(T::SCHEMA)).map_err(|error| Failure::Usage(error.to_string()))?;
            if self.dry_run {
                let (old, new) = (String::from_utf8_lossy(&before), String::from_utf8_lossy(&synced.bytes));
                out.write_all(unified_diff(&name, &old, &new).as_bytes())?;
            } else {
                replace(path, &synced, out)?;
            }
            if !synced.remaining.is_empty() {
                good = false;
                eprint!("{}", format_findings(&synced.remaining, FindingFormat::Human));
            }
        }
        Ok(good)
    }
}

fn replace(path: &Path, synced: &Synced, out: &mut dyn Write) -> Result<(), Failure> {
    if !synced.is_changed() {
        writeln!(out, "{}: nothing to mend", path.display())?;
        return Ok(());
    }
    overwrite(path, &synced.bytes)
        .map_err(|error| Failure::Failed(format!("{}: {error}", path.display())))?;
    writeln!(out, "{}: {} mended", path.display(), synced.mended.len())?;
    Ok(())
}

/// Replaces a file as a whole, its permissions kept, so that nobody ever sees half of it.
fn overwrite(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let path = fs::canonicalize(path)?;
    // a file that may not be written must not be replaced either
    let permissions = fs::OpenOptions::new().write(true).open(&path)?.metadata()?.permissions();
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let beside = path.with_file_name(name);
    let written = fs::write(&beside, bytes)
        .and_then(|()| fs::set_permissions(&beside, permissions))
        .and_then(|()| fs::rename(&beside, &path));
    if written.is_err() {
        // best effort: the file beside is of no use to anyone
        let _ = fs::remove_file(&beside);
    }
    written
}
