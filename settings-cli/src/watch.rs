//! `watch`: prints the settings that change while their files are edited.

use std::io::{self, Write};
use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::{Context, Failure, Outcome, difference};
use settings_core::Settings;
#[cfg(feature = "postgres")]
use settings_core::external::External;
use settings_core::resolve::Report;
use settings_core::store::watch::{Debounce, Event, Refusal, Watch as Follow, WatchError};
use settings_core::value::json::{Object, Tree};

/// Prints the settings that change while their files are edited.
#[derive(Args, Debug)]
pub struct Watch {
    /// The format of the events
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Report a change when the files have not changed again for this time
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 100)]
    quiet: u64,
    /// Read the files at this interval, for file systems without events (network shares)
    #[arg(long, value_name = "MILLISECONDS", value_parser = clap::value_parser!(u64).range(10..))]
    poll: Option<u64>,
}

/// The format of the events.
#[derive(ValueEnum, Clone, Copy, Debug)]
enum Format {
    /// A few lines for each event
    Human,
    /// One object on each line
    Json,
}

impl Watch {
    pub(crate) fn run<T: Settings + Send + Sync + 'static>(self, context: &mut Context<'_>) -> Outcome {
        let debounce = Debounce {
            quiet: Duration::from_millis(self.quiet),
            poll: self.poll.map(Duration::from_millis),
            ..Debounce::default()
        };
        let follow = Follow::<T>::start(context.reader::<T>(), debounce);
        let follow = follow.map_err(|error| match error {
            WatchError::Refused(Refusal::Unreadable { .. }) => Failure::Usage(error.to_string()),
            _ => Failure::Failed(error.to_string()),
        })?;
        #[cfg(feature = "postgres")]
        let followed = follow_store(context, &follow)?;
        // before the first line is printed, so that its reader misses no event
        let events = follow.subscribe();
        let files = follow.files().into_iter().map(|file| file.display().to_string());
        #[cfg(feature = "postgres")]
        let files = followed.iter().map(|external| external.name().to_owned()).chain(files);
        let files: Vec<_> = files.collect();
        let Ok(first) = events.recv() else {
            return Err(Failure::Failed("the files are not watched".to_owned()));
        };
        let report = match &*first {
            Event::Current(current) => current.report.clone(),
            _ => follow.report(),
        };
        let colours = context.colours_out();
        let out = &mut *context.out;
        match self.format {
            Format::Human => {
                writeln!(out, "watching {}", files.join(", "))?;
                out.write_all(report.to_human(colours).as_bytes())?;
            }
            Format::Json => {
                let files = files.into_iter().collect();
                let event = [("event", "watching".into()), ("files", files), ("findings", findings(&report))];
                writeln!(out, "{}", Tree::from(Object::from(event)))?;
            }
        }
        out.flush()?;
        for event in events {
            match self.format {
                Format::Human => human(&event, colours, out)?,
                Format::Json => writeln!(out, "{}", Tree::from(to_json(&event)))?,
            }
            out.flush()?;
        }
        Err(Failure::Failed("the files are no longer watched".to_owned()))
    }
}

/// Makes a watch read all layers when the settings in the database change.
#[cfg(feature = "postgres")]
fn follow_store<T>(context: &Context<'_>, follow: &Follow<T>) -> Result<Option<External>, Failure> {
    let Some(store) = &context.sources.store else { return Ok(None) };
    let external = store.follow(context.sources.keys(), &context.environment)?;
    let trigger = follow.trigger();
    external.on_change(move || trigger.read_now());
    follow.read_now();
    Ok(Some(external))
}

fn human<T>(event: &Event<T>, colour: bool, out: &mut dyn Write) -> io::Result<()> {
    match event {
        Event::Changed(changed) => {
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
        Event::Refused(refusal) => {
            writeln!(out, "refused: the values stay as they are")?;
            match refusal {
                Refusal::Invalid(report) => out.write_all(report.to_human(colour).as_bytes()),
                _ => writeln!(out, "{refusal}"),
            }
        }
        Event::Recovered => writeln!(out, "recovered: the values are as they were"),
        _ => Ok(()),
    }
}

fn to_json<T>(event: &Event<T>) -> Object {
    match event {
        Event::Changed(changed) => Object::from([
            ("event", "changed".into()),
            ("settings", changed.settings.iter().map(difference::json).collect()),
            ("restart", changed.needs_restart().into()),
            ("pending_restart", changed.pending_restart.iter().collect()),
            ("findings", findings(&changed.report)),
        ]),
        Event::Refused(Refusal::Invalid(report)) => {
            Object::from([("event", "refused".into()), ("findings", findings(report))])
        }
        Event::Refused(refusal) => {
            Object::from([("event", "refused".into()), ("message", refusal.to_string().into())])
        }
        Event::Recovered => Object::from([("event", "recovered".into())]),
        _ => Object::from([("event", "other".into())]),
    }
}

fn findings(report: &Report) -> Tree {
    Tree::parse(&report.to_json()).unwrap_or_default()
}
