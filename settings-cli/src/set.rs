//! `set` and `unset`: writes the configuration file back in place.

use std::fmt;
use std::io::Write;

use clap::Args;

use super::{Failure, Outcome, Sources};
use settings_core::Settings;
use settings_core::resolve::{Environment, read_stdin};
use settings_core::store::{Kept, Saved, Store, StoreError};

/// Sets one setting in the configuration file.
#[derive(Args)]
pub struct Set {
    /// The setting, such as EmailSettings.SMTPPort
    #[arg(value_name = "SETTING")]
    path: String,
    /// Its value; several are the elements of a list. Behind `--` it may start with a hyphen
    #[arg(required_unless_present = "stdin", allow_negative_numbers = true)]
    values: Vec<String>,
    /// Read the value from the standard input, without its last line break: a secret as an argument is seen by others
    #[arg(long, conflicts_with = "values")]
    stdin: bool,
    /// Set it although the environment hides it
    #[arg(long)]
    shadowed: bool,
    #[command(flatten)]
    recording: Recording,
}

/// Removes one setting, or an optional section, from the configuration file, so that its default applies.
#[derive(Args, Debug)]
pub struct Unset {
    /// The setting, such as EmailSettings.SMTPPort
    #[arg(value_name = "SETTING")]
    path: String,
    /// Remove it although the environment hides it
    #[arg(long)]
    shadowed: bool,
    #[command(flatten)]
    recording: Recording,
}

impl fmt::Debug for Set {
    /// Leaves the values out: they may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Set")
            .field("path", &self.path)
            .field("shadowed", &self.shadowed)
            .finish_non_exhaustive()
    }
}

impl Set {
    pub(super) fn run<T: Settings>(
        self,
        sources: &Sources,
        environment: Environment,
        out: &mut dyn Write,
    ) -> Outcome {
        let told = (self.shadowed, self.recording);
        if !self.stdin {
            return change::<T>(sources, environment, told, out, |store| store.set(&self.path, &self.values));
        }
        let unreadable = |error| Failure::Usage(format!("the standard input can't be read: {error}"));
        let value = read_stdin().map_err(unreadable)?;
        change::<T>(sources, environment, told, out, |store| store.set(&self.path, &[value.expose()]))
    }
}

impl Unset {
    pub(super) fn run<T: Settings>(
        self,
        sources: &Sources,
        environment: Environment,
        out: &mut dyn Write,
    ) -> Outcome {
        let told = (self.shadowed, self.recording);
        change::<T>(sources, environment, told, out, |store| store.unset(&self.path))
    }
}

fn change<T: Settings>(
    sources: &Sources,
    environment: Environment,
    (shadowed, recording): (bool, Recording),
    out: &mut dyn Write,
    edit: impl FnOnce(&mut Store<T>) -> Result<bool, StoreError>,
) -> Outcome {
    let mut store = recording.open(sources, environment)?.shadowed(shadowed);
    edit(&mut store).map_err(failure)?;
    save(&mut store, sources, out)
}

/// Who changes the file, and how many versions of it are kept.
#[derive(Args, Debug)]
pub(super) struct Recording {
    /// Who makes the change, for the history [default: the user who runs the program]
    #[arg(long, value_name = "NAME")]
    author: Option<String>,
    /// How many versions the history keeps; with 0 it is removed
    #[arg(long, value_name = "VERSIONS", default_value_t = 10)]
    keep: usize,
}

impl Recording {
    pub(super) fn open<T: Settings>(
        self,
        sources: &Sources,
        environment: Environment,
    ) -> Result<Store<T>, Failure> {
        let others = sources.layers_beside(environment)?;
        let store = Store::<T>::open(sources.config_path(), others).map_err(failure)?;
        Ok(store.keep(self.keep).author(self.author.or_else(user)))
    }
}

/// Who runs the program; behind `sudo`, who called it.
fn user() -> Option<String> {
    let caller = std::env::var("SUDO_USER").ok().filter(|name| !name.is_empty());
    caller.or_else(|| whoami::username().ok())
}

/// Writes the file, and says which, what has no effect, and what of the history failed.
pub(super) fn save<T: Settings>(store: &mut Store<T>, sources: &Sources, out: &mut dyn Write) -> Outcome {
    let changes = store.changes();
    let path = sources.config_path().display();
    match store.save().map_err(failure)? {
        Saved::Unchanged => {
            writeln!(out, "{path} stays as it is")?;
            return Ok(true);
        }
        Saved::Written(Kept::Version(number)) => writeln!(out, "wrote {path} (version {number})")?,
        Saved::Written(Kept::Off) => writeln!(out, "wrote {path}")?,
        Saved::Written(Kept::Failed(error)) => {
            writeln!(out, "wrote {path}")?;
            eprintln!("warning: the change is written, but the history could not be: {error}");
        }
    }
    for (difference, shadow) in changes {
        if let Some(origin) = shadow {
            let path = difference.path;
            writeln!(
                out,
                "`{path}` is set by {origin}, so that the change has no effect while that is there"
            )?;
        }
    }
    Ok(true)
}

pub(super) fn failure(error: StoreError) -> Failure {
    match error {
        StoreError::Unknown(_) | StoreError::NoList { .. } | StoreError::NoVersion { .. } => {
            Failure::Usage(error.to_string())
        }
        _ => Failure::Failed(error.to_string()),
    }
}
