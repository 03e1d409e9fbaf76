//! `docs todo`: the questions that annotations leave open.

use clap::Args;

use crate::{Context, Outcome, Verdict};
use settings_core::Settings;

/// Lists the settings with a `todo` in their annotation, and its text; exits 1 if there are any.
#[derive(Args, Debug)]
pub(crate) struct Todo {}

impl Todo {
    #[expect(clippy::unused_self, reason = "as every subcommand")]
    pub(crate) fn run<T: Settings>(self, context: &mut Context<'_>) -> Outcome {
        let mut open = 0_usize;
        for leaf in T::SCHEMA.leaves() {
            if let Some(todo) = leaf.setting.todo() {
                writeln!(context.out, "{}: {todo}", leaf.path)?;
                open += 1;
            }
        }
        writeln!(context.out, "{open} {} open", if open == 1 { "setting is" } else { "settings are" })?;
        Ok(Verdict::good_if(open == 0))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use settings_core::resolve::Environment;

    use super::*;
    use crate::Sources;

    /// A server.
    #[derive(Settings)]
    #[settings(section = "Open")]
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

    fn run<T: Settings>() -> (Verdict, String) {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let mut context = Context::new(Sources::default(), Environment::default(), &mut out, &mut err);
        let verdict = Todo {}.run::<T>(&mut context).unwrap();
        (verdict, String::from_utf8(out).unwrap())
    }

    #[test]
    fn open_questions_are_listed() {
        assert_eq!(
            run::<Open>(),
            (Verdict::Findings, "Open.Port: which range?\n1 setting is open\n".to_owned())
        );
        assert_eq!(run::<Done>(), (Verdict::Good, "0 settings are open\n".to_owned()));
    }
}
