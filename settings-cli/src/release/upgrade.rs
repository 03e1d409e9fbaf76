//! `upgrade`: the changes between two releases, judged for this configuration.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::{load, load_all};
use crate::set::{Recording, failure};
use crate::{Context, Failure, Outcome, Verdict};
use settings_core::Settings;
use settings_core::release::{Fixes, Judgement, Release, Upgrade as Way, gate_since};
use settings_core::store::{SaveOutcome, Store, StoreError, VersionStatus};

/// Reports what a new release changes for this configuration.
#[derive(Args, Debug)]
pub struct Upgrade {
    /// The release file of the old program, as its `schema --release` printed it, or a folder of release files, of which
    /// the newest counts
    #[arg(long, value_name = "OLD")]
    from: PathBuf,
    /// The release file of the new program [default: this program]
    #[arg(long, value_name = "NEW")]
    to: Option<PathBuf>,
    /// The version of this program
    #[arg(long, value_name = "VERSION", conflicts_with = "to")]
    program_version: Option<String>,
    /// Make the changes that have one answer in the configuration files: write new names and units, and remove settings that
    /// are recorded as removed
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
        let mut kept = load_all(&self.from, context.err)?;
        let to = self.to.as_ref().map(|path| load(path, context.err)).transpose()?;
        let version = to.as_ref().map_or(&self.program_version, |to| &to.version);
        // the folder may have the new release already
        while kept.len() > 1 && version.is_some() && kept.last().is_some_and(|last| last.version == *version)
        {
            kept.pop();
        }
        if self.gate {
            let new = to.unwrap_or_else(|| {
                let mut own = Release::of::<T>();
                own.version.clone_from(&self.program_version);
                own
            });
            return self.gate(&kept, &new, context);
        }
        let Some(old) = kept.pop() else { return Ok(Verdict::Good) };
        match to {
            Some(new) => self.judge(&Way::between(old, new), context),
            None => {
                let way = Way::to_program::<T>(old, self.program_version.as_deref());
                self.judge(&way, context)
            }
        }
    }

    fn judge<T: Settings>(self, way: &Way<T>, context: &mut Context<'_>) -> Outcome {
        let mut judgement = way.judge(context.layers()?);
        if self.fix {
            self.fix(way, &judgement, context)?;
            judgement = way.judge(context.layers()?);
        }
        self.print(&judgement, context)?;
        Ok(Verdict::good_if(!judgement.needs_a_hand()))
    }

    /// Writes the fixes into the files, each as one change. Nothing is written if one of them can't be.
    fn fix<T: Settings>(
        &self,
        way: &Way<T>,
        judgement: &Judgement,
        context: &mut Context<'_>,
    ) -> Result<(), Failure> {
        let strongest = context.config_path();
        let mut paths = context.sources.files()?;
        if self.pin_defaults && !paths.contains(&strongest) {
            paths.push(strongest.clone());
        }
        if paths.iter().any(|path| path.as_os_str() == "-") {
            let why = "standard input can't be changed: name the file instead of `-`";
            return Err(Failure::Usage(why.to_owned()));
        }
        let mut stores = Vec::new();
        for path in paths {
            let others = context.sources.layers_without(&path, context.environment.clone())?;
            let mut store = self.recording.prepared(way.open(&path, others).map_err(failure)?);
            // an old default goes into the strongest file
            let pins = self.pin_defaults && path == strongest;
            let fixes = if pins { Fixes::NamesAndDefaults } else { Fixes::Names };
            way.fix(judgement, fixes, &mut store);
            store.check().map_err(failure)?;
            stores.push((path, fixes, store));
        }
        for (path, fixes, store) in &mut stores {
            let edit = |store: &mut Store<T>| Ok::<_, StoreError>(way.fix(judgement, *fixes, store));
            let (_, saved) = store.update(edit).map_err(failure)?;
            report_written(path, &saved, context)?;
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

    fn gate(&self, kept: &[Release], new: &Release, context: &mut Context<'_>) -> Outcome {
        let report = gate_since(kept, new);
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

fn report_written(path: &Path, saved: &SaveOutcome, context: &mut Context<'_>) -> Result<(), Failure> {
    let SaveOutcome::Written { version, .. } = saved else { return Ok(()) };
    let path = path.display();
    match version {
        VersionStatus::Added(number) => writeln!(context.err, "wrote {path} (version {number})")?,
        VersionStatus::Failed(error) => {
            writeln!(context.err, "wrote {path}")?;
            writeln!(context.err, "warning: the change is written, but the history could not be: {error}")?;
        }
        _ => writeln!(context.err, "wrote {path}")?,
    }
    Ok(())
}
