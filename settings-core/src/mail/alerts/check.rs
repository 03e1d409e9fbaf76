//! Checks for alerts, and notifies every administrator.

use std::collections::HashSet;
use std::error::Error;
use std::fmt;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use semver::Version;
use serde::Serialize;
use tokio::task::spawn_blocking;

use crate::mail::address::Mailbox;
use crate::mail::alerts::context::AlertContext;
use crate::mail::alerts::feed::{self, Alert, FeedError, PublicKey, RejectedAlert};
use crate::mail::alerts::fetch::{FetchError, Source};
use crate::mail::alerts::notice;
use crate::mail::outbox::{
    Circuit, EnqueueError, KnownMail, MailState, NewMail, Outbox, OutboxEntry, OutboxError,
};

/// The number of retries of a mail that was given up, one for each scheduled check with the same settings.
const RETRIES: u32 = 5;
/// The interval between checks.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// The interval after a check that failed.
const HOUR: Duration = Duration::from_secs(60 * 60);
/// The pause after the start, so that a server that restarts repeatedly does not load the feed.
const START: Duration = Duration::from_secs(60);

/// Checks for alerts that concern one version. See the [module](super) for the feed's format.
#[derive(Clone, Debug)]
pub struct AlertWatch {
    source: Source,
    keys: Vec<PublicKey>,
    version: Version,
}

/// The result of a check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AlertReport {
    /// True if checks are enabled.
    pub enabled: bool,
    /// The version that was compared.
    #[serde(serialize_with = "as_text")]
    pub version: Version,
    /// The number of signed alerts in the feed.
    pub alerts: usize,
    /// The alerts that concern this version.
    pub findings: Vec<AlertFinding>,
    /// The alerts that are not trusted or not understood.
    pub rejected: Vec<RejectedAlert>,
}

/// An alert that concerns this version, and its notices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AlertFinding {
    /// The alert.
    #[serde(flatten)]
    pub alert: Alert,
    /// One notice for each administrator.
    pub notices: Vec<AlertNotice>,
}

/// The notice of an alert to one administrator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AlertNotice {
    /// The administrator's address.
    pub administrator: String,
    /// The state of the notice.
    pub state: NoticeState,
    /// True if this check added the mail to the outbox.
    pub is_new: bool,
    /// The reason that it was not delivered.
    pub why: Option<String>,
}

/// The state of a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeState {
    /// The mail server accepted the mail.
    Delivered,
    /// The outbox continues to try.
    Waiting,
    /// The mail was sent, but its delivery is unknown.
    Unknown,
    /// The mail was given up. The next check retries it, a few times.
    Failed,
    /// An administrator removed the mail from the outbox.
    Removed,
    /// The outbox did not accept the mail. The next check tries again.
    NotTaken,
}

/// The reason that a check failed.
#[derive(Debug)]
#[non_exhaustive]
pub enum AlertError {
    /// The feed could not be fetched.
    Fetch(FetchError),
    /// The document is not a feed.
    Feed(FeedError),
    /// The outbox failed.
    Store(OutboxError),
}

impl AlertWatch {
    /// Creates a watch on the feed at an https URL, for alerts that are signed by one of `keys` and concern `version`.
    ///
    /// # Errors
    /// Returns an error if `url` is not an https URL.
    pub fn new(url: &str, keys: Vec<PublicKey>, version: Version) -> Result<Self, FetchError> {
        Ok(Self { source: Source::new(url)?, keys, version })
    }

    /// Trusts the authorities in this PEM file in addition to the system's.
    #[must_use]
    pub fn extra_ca_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.source = self.source.extra_ca_file(path.into());
        self
    }

    /// Sets the time limit for fetching the feed as a whole. The default is 30 seconds.
    #[must_use]
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.source = self.source.time_limit(limit);
        self
    }

    /// Checks for alerts, adds a mail to the outbox for each administrator who was not notified yet, delivers the mails
    /// that are due, and returns the state of every notice.
    ///
    /// A check that is requested like this is a reason to try: mails that wait or were given up are created again with
    /// the current sender and are tried immediately, even if the queue waits for the mail server or is halted.
    ///
    /// # Errors
    /// Returns an error if the feed cannot be fetched or read, or the outbox fails.
    pub async fn check(&self, outbox: &Outbox, context: &AlertContext) -> Result<AlertReport, AlertError> {
        self.check_with(outbox, context, Retries::All).await
    }

    async fn check_with(
        &self,
        outbox: &Outbox,
        context: &AlertContext,
        retries: Retries,
    ) -> Result<AlertReport, AlertError> {
        let mut report = AlertReport {
            enabled: context.enabled,
            version: self.version.clone(),
            alerts: 0,
            findings: Vec::new(),
            rejected: Vec::new(),
        };
        if !context.enabled {
            return Ok(report);
        }
        let (alerts, rejected) = self.fetch().await?;
        (report.alerts, report.rejected) = (alerts.len(), rejected);
        for rejected in &report.rejected {
            tracing::warn!(id = rejected.id, why = rejected.why, "security alert rejected");
        }
        for alert in alerts.into_iter().filter(|alert| alert.affects(&self.version)) {
            tracing::warn!(id = alert.id, severity = %alert.severity, "security alert for this version");
            report.findings.push(self.notify(alert, outbox, context, retries).await?);
        }
        let mut queue = Circuit::Closed;
        if let Some(mailer) = context.mailer.as_ref().filter(|_| !report.findings.is_empty()) {
            if retries == Retries::All && report.is_waiting() {
                let outbox = outbox.clone();
                blocking(move || outbox.resume()).await?;
            }
            queue = outbox.run_once(mailer).await?.circuit;
        }
        for finding in &mut report.findings {
            for notice in &mut finding.notices {
                notice.update(&finding.alert, outbox, queue.why()).await?;
            }
        }
        if report.next() == DAY {
            let (outbox, task) = (outbox.clone(), self.task());
            blocking(move || outbox.set_done(&task)).await?;
        }
        Ok(report)
    }

    /// Checks forever: once a day, counted across restarts, or after an hour if a check failed or the outbox did not
    /// accept a mail. The future may be dropped at any point.
    ///
    /// Mails that were given up are tried again, five times, and whenever the settings have changed or the program has
    /// started.
    ///
    /// The outbox remembers the last check that succeeded, so that a program that restarts often does not load the feed,
    /// and a program that was stopped for days checks soon after its start.
    pub async fn run(&self, outbox: &Outbox, mut context: impl FnMut() -> AlertContext) {
        let last = {
            let (outbox, task) = (outbox.clone(), self.task());
            blocking(move || outbox.last_done(&task)).await
        };
        let last = last.unwrap_or_else(|error| {
            tracing::warn!(%error, "cannot read when security alerts were last checked");
            None
        });
        let mut pause = first_pause(last, outbox.now());
        let mut tried: Option<AlertContext> = None;
        loop {
            tokio::time::sleep(pause.mul_f64(0.9 + 0.2 * chance())).await;
            let context = context();
            let is_same = tried.as_ref().is_some_and(|tried| tried.has_same_sender(&context));
            let retries = if is_same { Retries::Limited } else { Retries::All };
            let checked = self.check_with(outbox, &context, retries).await;
            tried = Some(context);
            pause = match checked {
                Ok(report) => report.next(),
                Err(error) => {
                    tracing::error!(%error, "the check for security alerts failed");
                    HOUR
                }
            };
        }
    }

    /// Returns the name under which the outbox remembers the last check of this feed.
    fn task(&self) -> String {
        format!("security-alerts {}", self.source.url())
    }

    async fn fetch(&self) -> Result<(Vec<Alert>, Vec<RejectedAlert>), AlertError> {
        let (source, keys) = (self.source.clone(), self.keys.clone());
        let fetched = spawn_blocking(move || Ok(feed::read(&source.fetch()?, &keys)?)).await;
        fetched.unwrap_or_else(|error| Err(FetchError::Failed(Box::new(error)).into()))
    }

    async fn notify(
        &self,
        alert: Alert,
        outbox: &Outbox,
        context: &AlertContext,
        retries: Retries,
    ) -> Result<AlertFinding, AlertError> {
        let mut notices: Vec<AlertNotice> = Vec::new();
        let mut seen = HashSet::new();
        for administrator in &context.administrators {
            let key = notice::key(&alert, administrator);
            if seen.insert(key.clone()) {
                notices.push(self.notify_one(&alert, administrator, key, outbox, context, retries).await?);
            }
        }
        Ok(AlertFinding { alert, notices })
    }

    async fn notify_one(
        &self,
        alert: &Alert,
        administrator: &Mailbox,
        key: String,
        outbox: &Outbox,
        context: &AlertContext,
        retries: Retries,
    ) -> Result<AlertNotice, AlertError> {
        let mut notice = AlertNotice {
            administrator: administrator.address().to_string(),
            state: NoticeState::Waiting,
            is_new: false,
            why: None,
        };
        let known = {
            let (outbox, key) = (outbox.clone(), key.clone());
            blocking(move || outbox.find(&key)).await?
        };
        // A mail that was removed before it was sent is not known: it is created again.
        let known = known.and_then(|known| Some((known, known.state?)));
        if known.is_some_and(|(known, state)| !retries.allow(state, known.retries)) {
            return Ok(notice);
        }
        let object = match notice::mail(alert, &self.version, context, administrator) {
            Ok(object) => object,
            Err(error) => {
                (notice.state, notice.why) = (NoticeState::NotTaken, Some(error.to_string()));
                return Ok(notice);
            }
        };
        if let Some((KnownMail { id, .. }, _)) = known {
            let outbox = outbox.clone();
            let outcome = blocking(move || outbox.replace(id, &object)).await?;
            tracing::info!(%id, %outcome, "security alert retried");
            return Ok(notice);
        }
        match outbox.enqueue(NewMail::alert(object).lasting_key(key)).await {
            Ok(enqueued) => notice.is_new = enqueued.is_new,
            Err(EnqueueError::Store(error)) => return Err(error.into()),
            Err(error) => (notice.state, notice.why) = (NoticeState::NotTaken, Some(error.to_string())),
        }
        Ok(notice)
    }
}

/// The mails that a check tries again.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Retries {
    /// Mails that were given up, a few times.
    Limited,
    /// All mails that were not sent.
    All,
}

impl Retries {
    fn allow(self, state: MailState, retries: u32) -> bool {
        match (self, state) {
            (Self::All, MailState::Queued | MailState::Deferred | MailState::Failed) => true,
            (Self::Limited, MailState::Failed) => retries < RETRIES,
            _ => false,
        }
    }
}

impl AlertNotice {
    /// Updates the state from the outbox. `queue` is the reason for which the whole queue waits.
    async fn update(
        &mut self,
        alert: &Alert,
        outbox: &Outbox,
        queue: Option<&str>,
    ) -> Result<(), AlertError> {
        if self.state == NoticeState::NotTaken {
            return Ok(());
        }
        let Ok(administrator) = self.administrator.parse::<Mailbox>() else { return Ok(()) };
        let (key, outbox) = (notice::key(alert, &administrator), outbox.clone());
        let found = blocking(move || {
            let known = outbox.find(&key)?;
            let entry = known.map(|known| outbox.get(known.id)).transpose()?.flatten();
            Ok((known, entry))
        });
        let (known, entry) = found.await?;
        self.state = match known.and_then(|known| known.state) {
            Some(MailState::Sent) => NoticeState::Delivered,
            Some(MailState::Failed) => NoticeState::Failed,
            Some(MailState::Unknown) if entry.as_ref().is_none_or(|entry| entry.next.is_none()) => {
                NoticeState::Unknown
            }
            Some(_) => NoticeState::Waiting,
            None => NoticeState::Removed,
        };
        if self.state != NoticeState::Delivered {
            self.why = self
                .why
                .take()
                .or_else(|| entry.and_then(|entry: OutboxEntry| entry.reply))
                .or_else(|| queue.map(str::to_owned));
        }
        Ok(())
    }
}

/// Returns the pause between the start of the program and its first check.
fn first_pause(last: Option<SystemTime>, now: SystemTime) -> Duration {
    // A time in the future was recorded by a clock that was wrong.
    let since = last.and_then(|last| now.duration_since(last).ok());
    since.map_or(START, |since| DAY.saturating_sub(since).max(START))
}

impl AlertReport {
    /// Returns true if a notice is not settled.
    fn is_waiting(&self) -> bool {
        self.findings
            .iter()
            .flat_map(|finding| &finding.notices)
            .any(|notice| notice.state == NoticeState::Waiting)
    }

    /// Returns the pause before the next check.
    fn next(&self) -> Duration {
        let is_accepted = |notice: &AlertNotice| notice.state != NoticeState::NotTaken;
        let all = self.enabled && self.findings.iter().all(|finding| finding.notices.iter().all(is_accepted));
        if all { DAY } else { HOUR }
    }

    /// Returns true if every administrator was notified of every alert that concerns this version, and every alert of the
    /// feed is trusted.
    pub fn is_complete(&self) -> bool {
        let delivered = |notice: &AlertNotice| notice.state == NoticeState::Delivered;
        self.rejected.is_empty() && self.findings.iter().all(|finding| finding.notices.iter().all(delivered))
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, OutboxError> + Send + 'static,
) -> Result<T, OutboxError> {
    spawn_blocking(work)
        .await
        .unwrap_or_else(|error| Err(OutboxError::with_source("the blocking task was stopped", error)))
}

/// Returns a random number from 0 to 1.
fn chance() -> f64 {
    let mut byte = [128];
    let _ = getrandom::fill(&mut byte);
    f64::from(u8::from_be_bytes(byte)) / 255.0
}

fn as_text<S: serde::Serializer>(version: &Version, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(version)
}

impl fmt::Display for NoticeState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Delivered => "delivered",
            Self::Waiting => "waiting",
            Self::Unknown => "unknown whether it arrived",
            Self::Failed => "failed",
            Self::Removed => "removed from the outbox",
            Self::NotTaken => "not taken by the outbox",
        })
    }
}

impl fmt::Display for AlertError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fetch(error) => error.fmt(f),
            Self::Feed(error) => error.fmt(f),
            Self::Store(error) => error.fmt(f),
        }
    }
}

impl Error for AlertError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Fetch(error) => error.source(),
            Self::Store(error) => error.source(),
            Self::Feed(_) => None,
        }
    }
}

impl From<FetchError> for AlertError {
    fn from(error: FetchError) -> Self {
        Self::Fetch(error)
    }
}

impl From<FeedError> for AlertError {
    fn from(error: FeedError) -> Self {
        Self::Feed(error)
    }
}

impl From<OutboxError> for AlertError {
    fn from(error: OutboxError) -> Self {
        Self::Store(error)
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    #[test]
    fn interval_between_checks_spans_restarts() {
        let now = UNIX_EPOCH + DAY * 1000;
        for (last, pause) in [
            (None, START),
            (Some(now - DAY * 30), START),
            (Some(now - HOUR * 20), HOUR * 4),
            (Some(now), DAY),
            (Some(now + HOUR), START),
        ] {
            assert_eq!(first_pause(last, now), pause, "{last:?}");
        }
    }
}
