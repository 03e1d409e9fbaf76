//! `diff`: the settings that differ between two files, or between a file and the effective settings.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, ValueEnum};

use crate::history::versions;
use crate::sources::is_absent;
use crate::{Context, Failure, Outcome, Verdict, difference};
use settings_core::Settings;
use settings_core::resolve::{Code, Layers, Resolution, resolve};
use settings_core::store::{Storage, differences};
use settings_core::value::json::Tree;

/// Shows the settings that differ between two files, or between a file and the effective settings.
#[derive(Args, Debug)]
pub struct Diff {
    /// A file, or a version of the history such as @3 [default: the configuration file]
    #[arg(value_name = "FILE|@VERSION")]
    from: Option<Source>,
    /// A file, or a version of the history [default: the effective settings, from all layers]
    #[arg(value_name = "FILE|@VERSION")]
    to: Option<Source>,
    /// The format of the listing
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

/// The format of the listing.
#[derive(ValueEnum, Clone, Copy, Debug)]
enum Format {
    /// One line for each setting
    Human,
    /// An array of objects
    Json,
}

/// One side of the comparison.
#[derive(Clone, Debug)]
enum Source {
    File(PathBuf),
    Version(u64),
    /// The configuration file; it may be absent if it isn't named.
    Usual,
    Effective,
}

impl FromStr for Source {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let version = text.strip_prefix('@').and_then(|number| number.parse().ok());
        Ok(version.map_or_else(|| Self::File(text.into()), Self::Version))
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Version(number) => write!(f, "version {number}"),
            Self::Usual => f.write_str("the configuration file"),
            Self::Effective => f.write_str("the effective settings"),
        }
    }
}

impl Diff {
    pub(crate) fn run<T: Settings>(self, context: &mut Context<'_>) -> Outcome {
        let from = self.from.unwrap_or(Source::Usual);
        let to = self.to.unwrap_or(Source::Effective);
        let before = resolved::<T>(&from, context)?;
        let after = resolved::<T>(&to, context)?;
        let report = before.report().and(after.report());
        if report.has_errors() {
            context.report(&report)?;
        }
        for (source, side) in [(&from, &before), (&to, &after)] {
            let is_broken = |code| matches!(code, Code::Syntax | Code::EmptyFile);
            if side.report().diagnostics().iter().any(|diagnostic| is_broken(diagnostic.code)) {
                return Err(Failure::Usage(format!("{source} can't be compared")));
            }
        }
        let differences = differences(&before, &after);
        let out = &mut *context.out;
        match self.format {
            Format::Json => {
                writeln!(out, "{:#}", differences.iter().map(difference::json).collect::<Tree>())?;
            }
            Format::Human => {
                match differences.len() {
                    0 => writeln!(out, "{from} -> {to}: no setting differs")?,
                    1 => writeln!(out, "{from} -> {to}: 1 setting differs")?,
                    count => writeln!(out, "{from} -> {to}: {count} settings differ")?,
                }
                difference::human(&differences, out)?;
            }
        }
        Ok(Verdict::good_if(differences.is_empty()))
    }
}

/// Resolves the settings of one side.
fn resolved<T: Settings>(source: &Source, context: &Context<'_>) -> Result<Resolution<T>, Failure> {
    let alone = context.alone()?;
    let layers = match source {
        Source::File(path) => alone.read_file(path)?,
        Source::Version(number) => version(alone, *number, context)?,
        Source::Usual if context.sources.has_store() => match context.storage()? {
            Some(storage) => stored(alone, &*storage)?,
            None => alone,
        },
        Source::Usual if context.sources.config.is_empty() && is_absent(&context.config_path()) => alone,
        Source::Usual => alone.read_file(context.config_path())?,
        Source::Effective => context.layers()?,
    };
    Ok(resolve::<T>(layers))
}

fn version(alone: Layers, number: u64, context: &Context<'_>) -> Result<Layers, Failure> {
    let (format, versions, _) = versions(context)?;
    let Some(version) = versions.iter().find(|version| version.number == number) else {
        return Err(Failure::Usage(format!("no version {number} of {} is kept", context.target_name())));
    };
    Ok(alone.file_in(format, format!("version {number}"), version.text()))
}

/// Returns the newest version of a database as the only layer.
fn stored(alone: Layers, storage: &dyn Storage) -> Result<Layers, Failure> {
    let read = storage.read().map_err(|error| Failure::Usage(format!("{}: {error}", storage.name())))?;
    let text = read.text().unwrap_or("{}");
    Ok(alone.file_in(read.format(), read.origin(), text))
}
