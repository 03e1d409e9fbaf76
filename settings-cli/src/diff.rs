//! `diff`: which settings two files say otherwise, or a file and what is in effect.

use std::fmt;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::{Args, ValueEnum};

use super::{Failure, Outcome, Sources, difference};
use settings_core::Settings;
use settings_core::resolve::{Code, Environment, Layer, Layers, Resolution, resolve};
use settings_core::store::{differences, history};

/// Shows which settings differ between two files, or between a file and what is in effect.
#[derive(Args, Debug)]
pub struct Diff {
    /// A file, or a version of the history such as @3 [default: the configuration file]
    #[arg(value_name = "FILE|@VERSION")]
    from: Option<Source>,
    /// A file, or a version of the history [default: what is in effect, from all layers]
    #[arg(value_name = "FILE|@VERSION")]
    to: Option<Source>,
    /// The listing's form
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

/// The listing's form.
#[derive(ValueEnum, Clone, Copy, Debug)]
enum Format {
    /// A line a setting
    Human,
    /// An array of objects
    Json,
}

/// What is compared.
#[derive(Clone, Debug)]
enum Source {
    File(PathBuf),
    Version(u64),
    /// The configuration file, which need not be there where it isn't named.
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
            Self::Effective => f.write_str("what is in effect"),
        }
    }
}

impl Diff {
    pub(super) fn run<T: Settings>(
        self,
        sources: &Sources,
        environment: Environment,
        out: &mut dyn Write,
    ) -> Outcome {
        let from = self.from.unwrap_or(Source::Usual);
        let to = self.to.unwrap_or(Source::Effective);
        let before = resolved::<T>(&from, sources, &environment)?;
        let after = resolved::<T>(&to, sources, &environment)?;
        let report = before.report().and(after.report());
        if report.has_errors() {
            eprint!("{}", report.to_human(sources.colours(&io::stderr())));
        }
        for (source, side) in [(&from, &before), (&to, &after)] {
            let is_broken = |code| matches!(code, Code::Syntax | Code::EmptyFile);
            if side.report().diagnostics().iter().any(|diagnostic| is_broken(diagnostic.code)) {
                return Err(Failure::Usage(format!("{source} can't be compared")));
            }
        }
        let differences = differences(&before, &after);
        match self.format {
            Format::Json => {
                let listed: Vec<_> = differences.iter().map(difference::json).collect();
                serde_json::to_writer_pretty(&mut *out, &listed).map_err(io::Error::from)?;
                writeln!(out)?;
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
        Ok(differences.is_empty())
    }
}

/// The settings of one side.
fn resolved<T: Settings>(
    source: &Source,
    sources: &Sources,
    environment: &Environment,
) -> Result<Resolution<T>, Failure> {
    let layers = match source {
        Source::File(path) => Layers::new().read(Layer::File, path)?,
        Source::Version(number) => version(*number, sources)?,
        Source::Usual if sources.config.is_empty() && !sources.config_path().exists() => Layers::new(),
        Source::Usual => Layers::new().read(Layer::File, sources.config_path())?,
        Source::Effective => sources.layers(environment.clone())?,
    };
    Ok(resolve::<T>(layers))
}

fn version(number: u64, sources: &Sources) -> Result<Layers, Failure> {
    let path: &Path = sources.config_path();
    let versions = history(path).map_err(|error| Failure::Usage(error.to_string()))?;
    let Some(version) = versions.iter().find(|version| version.number == number) else {
        return Err(Failure::Usage(format!("no version {number} of {} is kept", path.display())));
    };
    Ok(Layers::new().file(format!("version {number}"), version.text()))
}
