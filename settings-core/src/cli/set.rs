//! `set` and `unset`: writes the configuration file back in place.

use std::io::Write;

use clap::Args;

use super::{Common, Failure, Outcome};
use crate::Settings;
use crate::resolve::Environment;
use crate::store::{Saved, Store, StoreError};

/// Sets one setting in the configuration file.
#[derive(Args, Debug)]
pub struct Set {
    /// The setting, such as EmailSettings.SMTPPort
    path: String,
    /// Its value; several are the elements of a list
    #[arg(required = true, allow_hyphen_values = true)]
    values: Vec<String>,
    /// Set it although the environment hides it
    #[arg(long)]
    shadowed: bool,
}

/// Removes one setting from the configuration file, so that its default applies.
#[derive(Args, Debug)]
pub struct Unset {
    /// The setting, such as EmailSettings.SMTPPort
    path: String,
    /// Remove it although the environment hides it
    #[arg(long)]
    shadowed: bool,
}

impl Set {
    pub(super) fn run<T: Settings>(
        self,
        common: &Common,
        environment: Environment,
        out: &mut dyn Write,
    ) -> Outcome {
        change::<T>(common, environment, self.shadowed, out, |store| store.set(&self.path, &self.values))
    }
}

impl Unset {
    pub(super) fn run<T: Settings>(
        self,
        common: &Common,
        environment: Environment,
        out: &mut dyn Write,
    ) -> Outcome {
        change::<T>(common, environment, self.shadowed, out, |store| store.unset(&self.path))
    }
}

fn change<T: Settings>(
    common: &Common,
    environment: Environment,
    shadowed: bool,
    out: &mut dyn Write,
    edit: impl FnOnce(&mut Store<T>) -> Result<bool, StoreError>,
) -> Outcome {
    let path = common.config_path();
    let others = common.layers_beside(environment)?;
    let mut store = Store::<T>::open(path, others).map_err(failure)?.shadowed(shadowed);
    edit(&mut store).map_err(failure)?;
    match store.save().map_err(failure)? {
        Saved::Unchanged => writeln!(out, "{} stays as it is", path.display())?,
        Saved::Written => writeln!(out, "wrote {}", path.display())?,
    }
    Ok(true)
}

fn failure(error: StoreError) -> Failure {
    match error {
        StoreError::Unknown(_) | StoreError::NoList { .. } => Failure::Usage(error.to_string()),
        _ => Failure::Failed(error.to_string()),
    }
}
