//! `history` and `rollback`: the last versions of the configuration file.

use std::io::{self, Write};

use clap::{Args, ValueEnum};
use serde_json::{Value as Json, json};

use super::set::{Recording, update};
use super::{Failure, Outcome, Sources, difference};
use settings_core::Settings;
use settings_core::resolve::{Environment, Layers, Resolution, resolve};
use settings_core::store::{Difference, Version, differences, history, read};
use settings_core::timestamp::rfc3339;

/// Lists the versions of the configuration file that are kept, the newest first.
#[derive(Args, Debug)]
pub struct History {
    /// The listing's form
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

/// The listing's form.
#[derive(ValueEnum, Clone, Copy, Debug)]
enum Format {
    /// A line a version, and one for each setting that it changed
    Human,
    /// An array of objects
    Json,
}

/// Takes a version of the configuration file back.
#[derive(Args, Debug)]
pub struct Rollback {
    /// The version's number, as `history` lists it
    #[arg(value_name = "VERSION")]
    number: u64,
    #[command(flatten)]
    recording: Recording,
}

/// A version with what it changed; nothing of the oldest, whose forerunner is not kept.
struct Listed {
    version: Version,
    changes: Option<Vec<Difference>>,
    is_current: bool,
}

impl History {
    pub(super) fn run<T: Settings>(self, sources: &Sources, out: &mut dyn Write) -> Outcome {
        let path = sources.config_path();
        let unreadable = |error: settings_core::store::WriteError| Failure::Usage(error.to_string());
        let versions = history(path).map_err(unreadable)?;
        let current = read(path).map_err(unreadable)?;
        let is_newest = versions.last().is_none_or(|newest| Some(newest.text()) == current.text());
        let listed = listed::<T>(versions, current.text());
        match self.format {
            Format::Json => {
                serde_json::to_writer_pretty(&mut *out, &listed.iter().map(to_json).collect::<Vec<_>>())
                    .map_err(io::Error::from)?;
                writeln!(out)?;
            }
            Format::Human => {
                let name = path.display();
                if listed.is_empty() {
                    writeln!(out, "no versions of {name} are kept yet")?;
                } else if !is_newest {
                    writeln!(out, "{name} was changed since the newest version, otherwise than with `set`")?;
                }
                for listed in &listed {
                    human(listed, out)?;
                }
            }
        }
        Ok(true)
    }
}

/// The newest first.
fn listed<T: Settings>(versions: Vec<Version>, current: Option<&str>) -> Vec<Listed> {
    let mut listed = Vec::with_capacity(versions.len());
    let mut before: Option<Resolution<T>> = None;
    for version in versions {
        let after = resolve::<T>(Layers::new().file(format!("version {}", version.number), version.text()));
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
    let author = version.author.as_deref().unwrap_or("changed otherwise than with `set`");
    // a name is nobody's way to write to the terminal
    let author: String = author.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    write!(out, "{:>4}  {}  {author}", version.number, rfc3339(version.time))?;
    if let Some(restored) = version.restored {
        write!(out, ", took back version {restored}")?;
    }
    writeln!(out, "{}", if *is_current { "  <- the file now" } else { "" })?;
    match changes.as_deref() {
        None => writeln!(out, "      the oldest that is kept"),
        Some([]) => writeln!(out, "      no setting changed"),
        Some(changes) => changes.iter().try_for_each(|Difference { path, before, after, .. }| {
            writeln!(out, "      {path}: {} -> {}", before.shown, after.shown)
        }),
    }
}

fn to_json(listed: &Listed) -> Json {
    let Listed { version, changes, is_current } = listed;
    json!({
        "version": version.number,
        "time": rfc3339(version.time),
        "author": version.author,
        "restored": version.restored,
        "current": is_current,
        "settings": changes.as_ref().map(|changes| changes.iter().map(difference::json).collect::<Vec<_>>()),
    })
}

impl Rollback {
    pub(super) fn run<T: Settings>(
        self,
        sources: &Sources,
        environment: Environment,
        out: &mut dyn Write,
    ) -> Outcome {
        let mut store = self.recording.open::<T>(sources, environment)?;
        let changes = update(&mut store, sources, out, |store| store.restore(self.number))?;
        difference::human(&changes, out)?;
        Ok(true)
    }
}
