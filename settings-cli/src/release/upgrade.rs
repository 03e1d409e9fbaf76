//! `upgrade`: the changes between two releases, judged for this configuration.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::load;
use crate::set::{Recording, failure};
use crate::sources::is_absent;
use crate::{Context, Failure, Outcome, Verdict};
use settings_core::Settings;
use settings_core::release::{Fixes, Judgement, Release, Upgrade as Way, gate};
use settings_core::resolve::Layers;
use settings_core::store::{SaveOutcome, Store, StoreError, VersionStatus};

/// Reports what a new release changes for this configuration.
#[derive(Args, Debug)]
pub struct Upgrade {
    /// The release file of the old program, as its `schema --release` printed it
    #[arg(long, value_name = "OLD")]
    from: PathBuf,
    /// The release file of the new program [default: this program]
    #[arg(long, value_name = "NEW")]
    to: Option<PathBuf>,
    /// The version of this program
    #[arg(long, value_name = "VERSION", conflicts_with = "to")]
    program_version: Option<String>,
    /// Write what has one answer into the configuration files: new names, new units, settings that nothing replaces
    #[arg(long)]
    fix: bool,
    /// Also write the old defaults of settings that nothing sets
    #[arg(long, requires = "fix")]
    pin_defaults: bool,
    /// Fail if the changes break what the old release promised, whatever the configuration
    #[arg(long, conflicts_with_all = ["fix", "all"])]
    gate: bool,
    /// List the changes that do not concern this configuration too
    #[arg(long)]
    all: bool,
    /// The format of the report
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    #[command(flatten)]
    recording: Recording,
}

/// The format of the report.
#[derive(ValueEnum, Clone, Copy, Debug)]
enum Format {
    /// For people
    Human,
    /// An object with the findings and all changes
    Json,
    /// One line for each finding
    Lines,
}

impl Upgrade {
    pub(crate) fn run<T: Settings>(self, context: &mut Context<'_>) -> Outcome {
        let old = load(&self.from, context.err)?;
        if self.gate {
            let new = match &self.to {
                Some(path) => load(path, context.err)?,
                None => {
                    let mut own = Release::of::<T>();
                    own.version.clone_from(&self.program_version);
                    own
                }
            };
            return self.gate(&old, &new, context);
        }
        match &self.to {
            Some(path) => {
                let new = load(path, context.err)?;
                self.judge(&Way::between(old, new), context)
            }
            None => {
                let way = Way::to_program::<T>(old, self.program_version.as_deref());
                self.judge(&way, context)
            }
        }
    }

    fn judge<T: Settings>(self, way: &Way<T>, context: &mut Context<'_>) -> Outcome {
        let mut judgement = way.judge(context.layers()?);
        if self.fix {
            let paths = context.sources.config.clone();
            let paths = if paths.is_empty() { vec![context.config_path().to_owned()] } else { paths };
            for (at, path) in paths.iter().enumerate() {
                // an old default goes into the strongest file
                let pins = self.pin_defaults && at + 1 == paths.len();
                let fixes = if pins { Fixes::NamesAndDefaults } else { Fixes::Names };
                self.fix(way, &judgement, fixes, path, context)?;
            }
            judgement = way.judge(context.layers()?);
        }
        self.print(&judgement, context)?;
        Ok(Verdict::good_if(!judgement.needs_a_hand()))
    }

    /// Writes the fixes into one file, as one change.
    fn fix<T: Settings>(
        &self,
        way: &Way<T>,
        judgement: &Judgement,
        fixes: Fixes,
        path: &Path,
        context: &mut Context<'_>,
    ) -> Result<(), Failure> {
        if is_absent(path) && fixes == Fixes::Names {
            return Ok(());
        }
        let others = others(context, path)?;
        let mut store = self.recording.prepared(way.open(path, others).map_err(failure)?);
        let edit = |store: &mut Store<T>| way.fix(judgement, fixes, store);
        let (_, saved) = store.update::<_, StoreError>(edit).map_err(failure)?;
        if let SaveOutcome::Written { version, .. } = saved {
            let version = match version {
                VersionStatus::Added(number) => format!(" (version {number})"),
                _ => String::new(),
            };
            writeln!(context.err, "wrote {}{version}", path.display())?;
        }
        Ok(())
    }

    fn print(&self, judgement: &Judgement, context: &mut Context<'_>) -> Result<(), Failure> {
        let out = &mut *context.out;
        match self.format {
            Format::Human => out.write_all(judgement.to_human(self.all).as_bytes())?,
            Format::Lines => out.write_all(judgement.to_lines().as_bytes())?,
            Format::Json => {
                writeln!(out, "{:#}", settings_core::value::json::Tree::from(judgement.to_json()))?
            }
        }
        Ok(())
    }

    fn gate(&self, old: &Release, new: &Release, context: &mut Context<'_>) -> Outcome {
        let report = gate(old, new);
        let out = &mut *context.out;
        match self.format {
            Format::Json => {
                writeln!(out, "{:#}", settings_core::value::json::Tree::from(report.to_json()))?;
            }
            Format::Human => write!(out, "{report}")?,
            Format::Lines => out.write_all(report.to_lines().as_bytes())?,
        }
        Ok(Verdict::good_if(report.passes()))
    }
}

/// Reads all layers except one configuration file.
fn others(context: &Context<'_>, path: &Path) -> Result<Layers, Failure> {
    let mut sources = context.sources.clone();
    sources.config.retain(|other| other != path);
    let layers = match sources.config.is_empty() {
        // the default file is the one that is left out
        true => sources.layers_without_target(context.environment.clone())?,
        false => sources.layers(context.environment.clone())?,
    };
    Ok(layers)
}
