//! `docs todo`: what the settings' authors left open.

use std::io::Write;

use clap::Args;

use crate::Outcome;
use settings_core::Settings;

/// Lists the settings whose annotation says `todo`, and what it says; exits 1 where there are any.
#[derive(Args, Debug)]
pub(super) struct Todo {}

impl Todo {
    #[expect(clippy::unused_self, reason = "as every subcommand")]
    pub(super) fn run<T: Settings>(self, out: &mut dyn Write) -> Outcome {
        let mut open = 0_usize;
        for leaf in T::SCHEMA.leaves() {
            if let Some(todo) = leaf.setting.todo() {
                writeln!(out, "{}: {todo}", leaf.path)?;
                open += 1;
            }
        }
        writeln!(out, "{open} {} open", if open == 1 { "setting is" } else { "settings are" })?;
        Ok(open == 0)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// A server.
    #[derive(Settings)]
    #[expect(dead_code, reason = "only the metadata is looked at")]
    struct Open {
        /// The port.
        #[setting(default = 25, todo = "which range?")]
        port: u16,
        /// The host.
        #[setting]
        host: String,
    }

    /// A server.
    #[derive(Settings)]
    #[expect(dead_code, reason = "only the metadata is looked at")]
    struct Done {
        /// The host.
        #[setting]
        host: String,
    }

    fn run<T: Settings>() -> (bool, String) {
        let mut out = Vec::new();
        let good = Todo {}.run::<T>(&mut out).unwrap();
        (good, String::from_utf8(out).unwrap())
    }

    #[test]
    fn what_is_open_is_listed() {
        assert_eq!(run::<Open>(), (false, "Open.Port: which range?\n1 setting is open\n".to_owned()));
        assert_eq!(run::<Done>(), (true, "0 settings are open\n".to_owned()));
    }
}
