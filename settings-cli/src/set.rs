//! `set` and `unset`: changing settings in the configuration file.

use std::fmt;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::user::user;
use crate::{Context, Failure, Outcome, Verdict};
use settings_core::Settings;
use settings_core::resolve::{Environment, read_stdin};
use settings_core::store::{
    Assignment, Difference, EditOutcome, FileError, SaveOutcome, StorageError, Store, StoreError,
    VersionStatus, WriteError, WriteMode,
};

/// Sets settings in the configuration file.
#[derive(Args)]
pub struct Set {
    /// The path of the setting, as `show` lists it, or the address of an entry or field; or PATH=VALUE, several of which
    /// are checked and written as one change
    #[arg(value_name = "SETTING", required_unless_present = "from", conflicts_with = "from")]
    path: Option<String>,
    /// The value; several are the elements of a list. After `--`, it may start with a hyphen
    #[arg(allow_negative_numbers = true)]
    values: Vec<String>,
    /// Read the value from standard input, without its last line break, since others can see arguments
    #[arg(long, conflicts_with = "values")]
    stdin: bool,
    /// Make the changes of a file of PATH=VALUE lines as one change; `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with = "stdin")]
    from: Option<PathBuf>,
    #[command(flatten)]
    writing: Writing,
}

/// Removes one setting, an entry or field of one, or an optional section, from the configuration file, so that a weaker
/// layer or the default applies.
#[derive(Args, Debug)]
pub struct Unset {
    /// The path of the setting, as `show` lists it
    #[arg(value_name = "SETTING")]
    path: String,
    #[command(flatten)]
    writing: Writing,
}

/// The options of commands that change one or more settings.
#[derive(Args, Debug)]
struct Writing {
    /// Change the setting although the environment hides it
    #[arg(long)]
    shadowed: bool,
    #[command(flatten)]
    recording: Recording,
}

impl fmt::Debug for Set {
    /// Omits the values, which may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Set").field("writing", &self.writing).finish_non_exhaustive()
    }
}

impl Set {
    pub(crate) fn run<T: Settings>(self, context: &mut Context<'_>) -> Outcome {
        let writing = self.writing;
        let Some(path) = self.path else {
            return writing.change_from::<T>(&self.from.unwrap_or_default(), context);
        };
        if self.stdin {
            let unreadable = |error| Failure::Usage(format!("can't read standard input: {error}"));
            let value = read_stdin().map_err(unreadable)?.ok_or_else(empty_stdin)?;
            return writing.change::<T>(context, |store| store.set(&path, &[value.expose()]));
        }
        if path.contains('=') {
            let arguments = std::iter::once(&path).chain(&self.values);
            let pairs =
                arguments.map(|argument| argument.split_once('=').ok_or_else(|| no_assignment(argument)));
            return writing.change_all::<T>(context, &pairs.collect::<Result<Vec<_>, _>>()?);
        }
        match self.values.as_slice() {
            [] => Err(Failure::Usage(format!(
                "no value for `{path}`: give it as `{path} VALUE` or `{path}=VALUE`"
            ))),
            [hyphen] if hyphen == "-" => Err(Failure::Usage(format!(
                "`-` does not read standard input: use `--stdin`, or `{path}=-` to set a hyphen"
            ))),
            values => writing.change::<T>(context, |store| store.set(&path, values)),
        }
    }
}

fn empty_stdin() -> Failure {
    let help = "nothing is written; for an empty value, send a line break";
    Failure::Failed(format!("standard input is empty: {help}"))
}

/// The argument may be secret, since a value can come in its place.
fn no_assignment(_: &str) -> Failure {
    Failure::Usage("expected SETTING=VALUE for each of several changes".to_owned())
}

impl Unset {
    pub(crate) fn run<T: Settings>(self, context: &mut Context<'_>) -> Outcome {
        self.writing.change::<T>(context, |store| store.unset(&self.path))
    }
}

impl Writing {
    /// Makes the changes of a file, which has the syntax of an env file.
    fn change_from<T: Settings>(self, file: &Path, context: &mut Context<'_>) -> Outcome {
        let mut changes = Environment::default();
        if file.as_os_str() == "-" {
            let unreadable = |error| Failure::Usage(format!("can't read standard input: {error}"));
            let text = read_stdin().map_err(unreadable)?.ok_or_else(empty_stdin)?;
            changes.add_file("standard input", text.expose());
        } else {
            changes.read_file(file)?;
        }
        let report = changes.report();
        if !report.diagnostics().is_empty() {
            // a doubtful line must not change half of the settings
            context.report(&report)?;
            return Err(Failure::Usage(format!("{}: nothing is written", file.display())));
        }
        let pairs: Vec<_> =
            changes.variables().map(|change| (change.name, change.value.unwrap_or_default())).collect();
        if pairs.is_empty() {
            return Err(Failure::Usage(format!("{}: no lines of PATH=VALUE", file.display())));
        }
        self.change_all::<T>(context, &pairs)
    }

    /// Makes several changes as one.
    fn change_all<T: Settings>(self, context: &mut Context<'_>, pairs: &[(&str, &str)]) -> Outcome {
        let pairs: Vec<_> = pairs.iter().map(|(path, value)| (path, [value])).collect();
        let assignments: Vec<_> = pairs.iter().map(|(path, values)| Assignment { path, values }).collect();
        self.change::<T>(context, |store| store.set_all(&assignments))
    }

    /// Edits and writes the file, as one step that other writers wait for.
    fn change<T: Settings>(
        self,
        context: &mut Context<'_>,
        edit: impl Fn(&mut Store<T>) -> Result<EditOutcome, StoreError>,
    ) -> Outcome {
        let mut store = self.recording.open(context)?.shadowed(self.shadowed);
        update(&mut store, context, edit).map(|_| Verdict::Good)
    }
}

/// The options of commands that write the file.
#[derive(Args, Debug)]
pub(crate) struct Recording {
    /// The author of the change, for the history [default: the user who runs the program]
    #[arg(long, value_name = "NAME")]
    author: Option<String>,
    /// The number of versions that the history keeps; with 0 it is removed
    #[arg(long, value_name = "VERSIONS", default_value_t = 10)]
    keep: usize,
    /// Overwrite the file instead of replacing it, if its folder can't be written or the file is mounted alone. A crash
    /// can leave it half written
    #[arg(long)]
    in_place: bool,
}

impl Recording {
    pub(crate) fn open<T: Settings>(self, context: &Context<'_>) -> Result<Store<T>, Failure> {
        if let Some(storage) = context.storage()? {
            if self.in_place {
                return Err(Failure::Usage("`--in-place` is for files, not for `--store`".to_owned()));
            }
            let others = context.sources.layers_without_target(context.environment.clone())?;
            return Ok(self.prepared(Store::<T>::open_storage(storage, others).map_err(failure)?));
        }
        let path = context.config_path();
        if path.as_os_str() == "-" {
            let why = "standard input can't be changed: name the file as the last `--config`";
            return Err(Failure::Usage(why.to_owned()));
        }
        let others = context.sources.layers_without_target(context.environment.clone())?;
        Ok(self.prepared(Store::<T>::open(path, others).map_err(failure)?))
    }

    /// Sets the options of an open file.
    pub(crate) fn prepared<T: Settings>(&self, store: Store<T>) -> Store<T> {
        let mode = if self.in_place { WriteMode::InPlace } else { WriteMode::Replace };
        store.max_versions(self.keep).author(self.author.clone().or_else(user)).write_mode(mode)
    }
}

/// Edits and writes the file, and prints its name, changes without effect, and new warnings. Returns the changes.
pub(crate) fn update<T: Settings>(
    store: &mut Store<T>,
    context: &mut Context<'_>,
    edit: impl Fn(&mut Store<T>) -> Result<EditOutcome, StoreError>,
) -> Result<Vec<Difference>, Failure> {
    let edit = |store: &mut Store<T>| edit(store).map(|_| store.changes());
    let (changes, outcome) = store.update(edit).map_err(failure)?;
    let path = context.target_name();
    match outcome {
        SaveOutcome::Written { version, warnings, .. } => {
            match version {
                VersionStatus::Added(number) => writeln!(context.out, "wrote {path} (version {number})")?,
                VersionStatus::Failed(error) => {
                    writeln!(context.out, "wrote {path}")?;
                    writeln!(
                        context.err,
                        "warning: the change is written, but the history could not be: {error}"
                    )?;
                }
                _ => writeln!(context.out, "wrote {path}")?,
            }
            context.report(&warnings)?;
        }
        _ => writeln!(context.out, "{path} stays as it is")?,
    }
    for (difference, shadow) in &changes {
        if let Some(origin) = shadow {
            let path = &difference.path;
            writeln!(
                context.out,
                "`{path}` is set by {origin}, so that the change has no effect while that is there"
            )?;
        }
    }
    Ok(changes.into_iter().map(|(difference, _)| difference).collect())
}

pub(crate) fn failure(error: StoreError) -> Failure {
    match error {
        StoreError::Unknown(_)
        | StoreError::NotAList { .. }
        | StoreError::Repeated { .. }
        | StoreError::UnknownVersion { .. }
        | StoreError::Storage { error: StorageError::Refused(_), .. } => Failure::Usage(error.to_string()),
        StoreError::Write(WriteError::File(FileError::Folder { .. } | FileError::Mounted { .. })) => {
            Failure::Failed(format!("{error} (`--in-place`)"))
        }
        _ => Failure::Failed(error.to_string()),
    }
}
