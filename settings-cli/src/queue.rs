//! `mail queue`: lists, retries and drops the mails of an outbox.

use std::ffi::OsString;
use std::fmt;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;

use crate::{Context, Failure, Outcome, Verdict};
use settings_core::mail::outbox::{
    Circuit, MailId, MailState, Outbox, OutboxEntry, OutboxSummary, Progress, RemoveOutcome, RetryOutcome,
};
use settings_core::resolve::Environment;
use settings_core::timestamp::rfc3339;

/// The default of `--outbox`.
pub(crate) const DEFAULT_OUTBOX: &str = "outbox.sqlite";

/// Lists, retries or drops the mails of an outbox
#[derive(Args, Debug)]
pub(crate) struct Queue {
    /// The outbox's file, or the URL of its database
    #[arg(long, global = true, value_name = "FILE", default_value = DEFAULT_OUTBOX)]
    outbox: OutboxPlace,
    #[command(subcommand)]
    command: QueueCommand,
}

#[derive(Subcommand, Debug)]
enum QueueCommand {
    /// Shows the mails, the newest first
    List(List),
    /// Makes mails due now, dead letters too, and restarts a stopped queue
    Retry(Retry),
    /// Removes mails, whatever their state
    Drop(Drop),
}

#[derive(Args, Debug)]
struct List {
    /// Only mails in this state; may be repeated [default: all except sent]
    #[arg(long, value_enum, value_name = "STATE")]
    state: Vec<ListedState>,
    /// The greatest number of mails to show
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    limit: usize,
    /// The format of the list
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Args, Debug)]
struct Retry {
    /// The mails' numbers, as `list` shows them
    #[arg(value_name = "ID", required_unless_present = "all")]
    ids: Vec<MailId>,
    /// All mails that wait or failed, except those that may have arrived
    #[arg(long, conflicts_with = "ids")]
    all: bool,
}

#[derive(Args, Debug)]
struct Drop {
    /// The mails' numbers, as `list` shows them
    #[arg(value_name = "ID", required = true)]
    ids: Vec<MailId>,
}

/// A state, as it is given on the command line.
#[derive(ValueEnum, Clone, Copy, Debug)]
enum ListedState {
    /// Not tried yet
    Queued,
    /// On its way
    Sending,
    /// To be tried again
    Deferred,
    /// Taken by the server
    Sent,
    /// Given up
    Failed,
    /// Sent, but it is unknown whether it arrived
    Unknown,
    /// Given up or unknown
    Dead,
    /// Every state
    All,
}

/// The format of the list.
#[derive(ValueEnum, Clone, Copy, Debug)]
enum Format {
    /// Text
    Human,
    /// One object
    Json,
}

#[derive(Serialize)]
struct Listing<'a> {
    summary: &'a OutboxSummary,
    mails: &'a [OutboxEntry],
}

/// A file, or the URL of a database, which may hold a password.
#[derive(Clone)]
pub(crate) struct OutboxPlace(PathBuf);

impl fmt::Debug for OutboxPlace {
    /// Omits a URL, which may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.url() {
            Some(_) => f.write_str("OutboxPlace"),
            None => f.debug_tuple("OutboxPlace").field(&self.0).finish(),
        }
    }
}

impl From<OsString> for OutboxPlace {
    fn from(text: OsString) -> Self {
        Self(text.into())
    }
}

impl OutboxPlace {
    fn url(&self) -> Option<&str> {
        self.0.to_str().filter(|text| text.contains("://"))
    }

    /// Opens the outbox, and creates it if it does not exist.
    ///
    /// # Errors
    /// If the file can't be opened, or the URL can't be used.
    pub(crate) fn open(&self, environment: &Environment) -> Result<Outbox, Failure> {
        match self.url() {
            Some(url) => database(url, environment, false),
            None => Ok(Outbox::open(&self.0)?),
        }
    }

    /// Opens an outbox that exists; listing must create neither a file nor tables.
    fn existing(&self, environment: &Environment) -> Result<Outbox, Failure> {
        match self.url() {
            Some(url) => database(url, environment, true),
            None if self.0.exists() => Ok(Outbox::open(&self.0)?),
            None => Err(no_outbox(self.0.display())),
        }
    }
}

fn no_outbox(place: impl fmt::Display) -> Failure {
    Failure::Usage(format!("{place}: there is no outbox; name it with --outbox"))
}

#[cfg(feature = "postgres")]
fn database(url: &str, environment: &Environment, must_exist: bool) -> Result<Outbox, Failure> {
    use settings_postgres::{PostgresConfig, PostgresOutbox};

    let config: Result<PostgresConfig, _> = url.parse();
    let mut config = config.map_err(|error| Failure::Usage(format!("--outbox: {error}")))?;
    if let Some(password) = environment.text("PGPASSWORD") {
        config = config.password(&settings_core::Secret::new(password));
    }
    let name = config.name().to_owned();
    let outbox = PostgresOutbox::new(config)?;
    if must_exist && !outbox.exists()? {
        return Err(no_outbox(name));
    }
    Ok(Outbox::new(outbox))
}

#[cfg(not(feature = "postgres"))]
fn database(_: &str, _: &Environment, _: bool) -> Result<Outbox, Failure> {
    Err(Failure::Usage("--outbox: this program is built without databases; expected a file".to_owned()))
}

impl Queue {
    /// Runs the command; it needs no settings.
    ///
    /// # Errors
    /// If the outbox does not exist, or it can't be read.
    pub(crate) fn run(self, context: &mut Context<'_>) -> Outcome {
        let outbox = self.outbox.existing(&context.environment)?;
        let out = &mut *context.out;
        match self.command {
            QueueCommand::List(list) => list.run(&outbox, out),
            QueueCommand::Retry(retry) => retry.run(&outbox, out),
            QueueCommand::Drop(drop) => drop.run(&outbox, out),
        }
    }
}

impl List {
    fn run(self, outbox: &Outbox, out: &mut dyn Write) -> Outcome {
        let states: Vec<MailState> = match self.state.as_slice() {
            [] => MailState::ALL.into_iter().filter(|state| *state != MailState::Sent).collect(),
            named => named.iter().flat_map(|state| state.states().iter().copied()).collect(),
        };
        let (summary, mails) = (outbox.summary()?, outbox.list(&states, self.limit)?);
        match self.format {
            Format::Json => {
                let listing = Listing { summary: &summary, mails: &mails };
                serde_json::to_writer_pretty(&mut *out, &listing).map_err(io::Error::from)?;
                writeln!(out)?;
            }
            Format::Human => human(&summary, &mails, out)?,
        }
        Ok(Verdict::Good)
    }
}

fn human(summary: &OutboxSummary, mails: &[OutboxEntry], out: &mut dyn Write) -> io::Result<()> {
    let counts: Vec<String> = MailState::ALL
        .into_iter()
        .map(|state| (state, summary.count(state)))
        .filter(|(_, count)| *count > 0)
        .map(|(state, count)| format!("{count} {state}"))
        .collect();
    writeln!(
        out,
        "{}",
        if counts.is_empty() { "the outbox is empty".to_owned() } else { counts.join(", ") }
    )?;
    match &summary.circuit {
        Circuit::Closed => {}
        Circuit::Open { until, why, .. } => {
            writeln!(out, "waits for the mail server until {}: {why}", rfc3339(*until))?;
        }
        Circuit::Halted { since, until, why } => {
            writeln!(
                out,
                "halted by the settings since {}, next attempt {}: {why}",
                rfc3339(*since),
                rfc3339(*until)
            )?;
        }
    }
    mails.iter().try_for_each(|mail| entry(mail, out))
}

fn entry(mail: &OutboxEntry, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "\n{:>6}  {:8}  {}, since {}, {} {}, {} bytes, <{}>",
        mail.id,
        mail.state,
        mail.kind,
        rfc3339(mail.since),
        mail.attempts,
        if mail.attempts == 1 { "attempt" } else { "attempts" },
        mail.size,
        mail.message_id,
    )?;
    if let Some(next) = mail.next.filter(|_| mail.attempts > 0) {
        writeln!(out, "        next attempt {}, given up {}", rfc3339(next), rfc3339(mail.expires))?;
    }
    for recipient in &mail.recipients {
        let progress = match recipient.progress {
            Progress::Pending => "",
            other => other.name(),
        };
        let reply = recipient.reply.as_deref().unwrap_or_default();
        writeln!(out, "{}", format!("        {}  {progress}  {reply}", recipient.address).trim_end())?;
    }
    Ok(())
}

impl Retry {
    fn run(self, outbox: &Outbox, out: &mut dyn Write) -> Outcome {
        let ids = if self.all {
            let states = [MailState::Queued, MailState::Deferred, MailState::Failed];
            outbox.list(&states, usize::MAX)?.iter().map(|mail| mail.id).collect()
        } else {
            self.ids
        };
        let (mut due, mut good) = (0_u64, true);
        for id in ids {
            match outbox.retry(id)? {
                RetryOutcome::Queued => due += 1,
                outcome => {
                    good = self.all && good;
                    writeln!(out, "{id}: {outcome}")?;
                }
            }
        }
        outbox.resume()?;
        writeln!(out, "{due} due now; the server's program sends them")?;
        Ok(Verdict::good_if(good))
    }
}

impl Drop {
    fn run(self, outbox: &Outbox, out: &mut dyn Write) -> Outcome {
        let (mut dropped, mut good) = (0_u64, true);
        for id in self.ids {
            match outbox.remove(id)? {
                RemoveOutcome::Removed => dropped += 1,
                RemoveOutcome::NotFound => {
                    good = false;
                    writeln!(out, "{id}: no such mail")?;
                }
            }
        }
        writeln!(out, "{dropped} dropped")?;
        Ok(Verdict::good_if(good))
    }
}

impl ListedState {
    fn states(self) -> &'static [MailState] {
        match self {
            Self::Queued => &[MailState::Queued],
            Self::Sending => &[MailState::Sending],
            Self::Deferred => &[MailState::Deferred],
            Self::Sent => &[MailState::Sent],
            Self::Failed => &[MailState::Failed],
            Self::Unknown => &[MailState::Unknown],
            Self::Dead => &[MailState::Failed, MailState::Unknown],
            Self::All => &MailState::ALL,
        }
    }
}

impl From<settings_core::mail::outbox::OutboxError> for Failure {
    fn from(error: settings_core::mail::outbox::OutboxError) -> Self {
        Self::Failed(error.to_string())
    }
}
