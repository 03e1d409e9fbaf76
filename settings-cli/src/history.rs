//! `history` and `rollback`: the last versions of the configuration file.

use std::io::{self, Write};

use clap::{Args, ValueEnum};

use crate::set::{Recording, update};
use crate::{Context, Failure, Outcome, Verdict, difference};
use settings_core::resolve::{Layers, Resolution, resolve};
use settings_core::store::{
    Difference, Snapshot, StorageError, Version, WriteError, differences, history, read,
};
use settings_core::timestamp::rfc3339;
use settings_core::value::json::{Object, Tree};
use settings_core::{FileFormat, Settings};

/// The number of versions of a database that are listed.
const MAX_LISTED: usize = 100;

/// Lists the versions of the configuration file that are kept, the newest first.
#[derive(Args, Debug)]
pub struct History {
    /// The format of the listing
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

/// The format of the listing.
#[derive(ValueEnum, Clone, Copy, Debug)]
enum Format {
    /// One line for each version, and one for each setting that it changed
    Human,
    /// An array of objects
    Json,
}

/// Restores a version of the configuration file.
#[derive(Args, Debug)]
pub struct Rollback {
    /// The version's number, as `history` lists it
    #[arg(value_name = "VERSION")]
    number: u64,
    #[command(flatten)]
    recording: Recording,
}

/// A version with its changes; `None` for the oldest, whose predecessor is not kept.
struct Listed {
    version: Version,
    changes: Option<Vec<Difference>>,
    is_current: bool,
}

impl History {
    pub(crate) fn run<T: Settings>(self, context: &mut Context<'_>) -> Outcome {
        let name = context.target_name();
        let (format, versions, current) = versions(context)?;
        let is_newest = versions.last().is_none_or(|newest| Some(newest.text()) == current.text());
        let alone = context.alone()?;
        let listed = listed::<T>(&alone, format, versions, current.text());
        let out = &mut *context.out;
        match self.format {
            Format::Json => {
                writeln!(out, "{:#}", listed.iter().map(to_json).collect::<Tree>())?;
            }
            Format::Human => {
                if listed.is_empty() {
                    writeln!(out, "no versions of {name} are kept yet")?;
                } else if !is_newest {
                    writeln!(out, "{name} was changed without `set` since the newest version")?;
                }
                for listed in &listed {
                    human(listed, out)?;
                }
            }
        }
        Ok(Verdict::Good)
    }
}

/// Returns the versions of the file or the database, the oldest first, their format, and the text now.
pub(crate) fn versions(context: &Context<'_>) -> Result<(FileFormat, Vec<Version>, Snapshot), Failure> {
    if let Some(storage) = context.storage()? {
        let unreadable = |error: StorageError| Failure::Usage(format!("{}: {error}", storage.name()));
        let now = storage.read().map_err(unreadable)?;
        let versions = storage.history(MAX_LISTED).map_err(unreadable)?;
        return Ok((now.format(), versions, now.text().map_or_else(Snapshot::absent, Snapshot::new)));
    }
    let path = context.config_path();
    let unreadable = |error: WriteError| Failure::Usage(error.to_string());
    let versions = history(&path).map_err(unreadable)?;
    Ok((FileFormat::from_path(&path), versions, read(&path).map_err(unreadable)?))
}

/// Returns the versions with their changes, the newest first.
fn listed<T: Settings>(
    alone: &Layers,
    format: FileFormat,
    versions: Vec<Version>,
    current: Option<&str>,
) -> Vec<Listed> {
    let mut listed = Vec::with_capacity(versions.len());
    let mut before: Option<Resolution<T>> = None;
    for version in versions {
        let after = resolve::<T>(alone.clone().file_in(
            format,
            format!("version {}", version.number),
            version.text(),
        ));
        let changes = before.as_ref().map(|before| differences(before, &after));
        let is_current = current == Some(version.text());
        listed.push(Listed { version, changes, is_current });
        before = Some(after);
    }
    listed.reverse();
    listed
}

fn human(listed: &Listed, out: &mut dyn Write) -> io::Result<()> {
    let Listed { version, changes, is_current } = listed;
    let author = version.author.as_deref().unwrap_or("changed without `set`");
    // a name must not control the terminal
    let author: String = author.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    write!(out, "{:>4}  {}  {author}", version.number, rfc3339(version.time))?;
    if let Some(restored) = version.restored {
        write!(out, ", restored version {restored}")?;
    }
    writeln!(out, "{}", if *is_current { "  <- the file now" } else { "" })?;
    match changes.as_deref() {
        None => writeln!(out, "      the oldest version kept"),
        Some([]) => writeln!(out, "      no setting changed"),
        Some(changes) => changes.iter().try_for_each(|Difference { path, before, after, .. }| {
            writeln!(out, "      {path}: {} -> {}", before.shown, after.shown)
        }),
    }
}

fn to_json(listed: &Listed) -> Object {
    let Listed { version, changes, is_current } = listed;
    let settings = changes.as_ref().map(|changes| changes.iter().map(difference::json).collect::<Tree>());
    Object::from([
        ("version", version.number.into()),
        ("time", rfc3339(version.time).into()),
        ("author", version.author.clone().into()),
        ("restored", version.restored.into()),
        ("current", (*is_current).into()),
        ("settings", settings.unwrap_or_default()),
    ])
}

impl Rollback {
    pub(crate) fn run<T: Settings>(self, context: &mut Context<'_>) -> Outcome {
        let mut store = self.recording.open::<T>(context)?;
        let changes = update(&mut store, context, |store| store.restore(self.number))?;
        difference::human(&changes, context.out)?;
        Ok(Verdict::Good)
    }
}
