//! `docs todo`: what the settings' authors left open.

use std::io::Write;

use clap::Args;

use crate::Settings;
use crate::cli::Outcome;

/// Lists the settings whose annotation says `todo`, and what it says; exits 1 where there are any.
#[derive(Args, Debug)]
pub(super) struct Todo {}

impl Todo {
    #[expect(clippy::unused_self, reason = "as every subcommand")]
    pub(super) fn run<T: Settings>(self, out: &mut dyn Write) -> Outcome {
        let mut open = 0_usize;
        for leaf in T::SCHEMA.leaves() {
            if let Some(todo) = leaf.setting.todo {
                writeln!(out, "{}: {todo}", leaf.path)?;
                open += 1;
            }
        }
        writeln!(out, "{open} {} open", if open == 1 { "setting is" } else { "settings are" })?;
        Ok(open == 0)
    }
}
