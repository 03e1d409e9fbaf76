//! `watch`: prints which settings change while their files are edited.

use std::io::{self, Write};
use std::time::Duration;

use clap::{Args, ValueEnum};
use serde_json::{Value as Json, json};

use super::{Failure, Outcome, Sources, difference};
use settings_core::Settings;
use settings_core::resolve::Environment;
use settings_core::store::watch::{Changed, Notice, Pace, Refusal, Watch as Follow, WatchError};

/// Prints which settings change while their files are edited.
#[derive(Args, Debug)]
pub struct Watch {
    /// The notices' form
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Tell a change once the files have been left alone for so long
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 100)]
    quiet: u64,
    /// Look at the files so often, where the file system brings no news (network shares)
    #[arg(long, value_name = "MILLISECONDS", value_parser = clap::value_parser!(u64).range(10..))]
    poll: Option<u64>,
}

/// The notices' form.
#[derive(ValueEnum, Clone, Copy, Debug)]
enum Format {
    /// A few lines a notice
    Human,
    /// One object a line
    Json,
}

impl Watch {
    pub(super) fn run<T: Settings + Send + Sync + 'static>(
        self,
        sources: &Sources,
        environment: Environment,
        out: &mut dyn Write,
    ) -> Outcome {
        let pace = Pace {
            quiet: Duration::from_millis(self.quiet),
            poll: self.poll.map(Duration::from_millis),
            ..Pace::default()
        };
        let read = {
            let sources = sources.clone();
            move || sources.layers(environment.clone())
        };
        let follow = Follow::<T>::start(read, pace);
        let follow = follow.map_err(|error| match error {
            WatchError::Refused(Refusal::Unreadable { .. }) => Failure::Usage(error.to_string()),
            _ => Failure::Failed(error.to_string()),
        })?;
        // subscribed before the first line, so that whoever reads it misses nothing
        let notices = follow.subscribe();
        let files: Vec<_> = follow.files().iter().map(|file| file.display().to_string()).collect();
        match self.format {
            Format::Human => writeln!(out, "watching {}", files.join(", "))?,
            Format::Json => writeln!(out, "{}", json!({ "event": "watching", "files": files }))?,
        }
        out.flush()?;
        for notice in notices {
            match self.format {
                Format::Human => human(&notice, sources.colours(&io::stdout()), out)?,
                Format::Json => writeln!(out, "{}", to_json(&notice))?,
            }
            out.flush()?;
        }
        Err(Failure::Failed("the files are no longer watched".to_owned()))
    }
}

fn human<T>(notice: &Notice<T>, colour: bool, out: &mut dyn Write) -> io::Result<()> {
    match notice {
        Notice::Changed(changed) => {
            match changed.settings.len() {
                1 => writeln!(out, "changed: 1 setting")?,
                count => writeln!(out, "changed: {count} settings")?,
            }
            difference::human(&changed.settings, out)?;
            if !changed.pending_restart.is_empty() {
                writeln!(out, "  a restart is pending for {}", changed.pending_restart.join(", "))?;
            }
            out.write_all(changed.report.to_human(colour).as_bytes())
        }
        Notice::Refused(refusal) => {
            writeln!(out, "refused: the values stay as they are")?;
            match refusal {
                Refusal::Invalid(report) => out.write_all(report.to_human(colour).as_bytes()),
                Refusal::Unreadable { .. } => writeln!(out, "{refusal}"),
            }
        }
        Notice::Mended => writeln!(out, "mended: the values are what they were"),
    }
}

fn to_json<T>(notice: &Notice<T>) -> Json {
    match notice {
        Notice::Changed(changed) => json!({
            "event": "changed",
            "settings": changed.settings.iter().map(difference::json).collect::<Vec<_>>(),
            "restart": Changed::needs_restart(changed),
            "pending_restart": changed.pending_restart,
            "findings": findings(&changed.report),
        }),
        Notice::Refused(Refusal::Invalid(report)) => {
            json!({ "event": "refused", "findings": findings(report) })
        }
        Notice::Refused(refusal @ Refusal::Unreadable { .. }) => {
            json!({ "event": "refused", "message": refusal.to_string() })
        }
        Notice::Mended => json!({ "event": "mended" }),
    }
}

fn findings(report: &settings_core::resolve::Report) -> Json {
    serde_json::from_str(&report.to_json()).unwrap_or(Json::Null)
}
