//! Looking for alerts, and seeing to it that every administrator is told.

use std::{
    collections::HashSet,
    error::Error,
    fmt,
    path::PathBuf,
    time::{Duration, SystemTime},
};

use semver::Version;
use serde::Serialize;
use tokio::task::spawn_blocking;

use super::{
    feed::{self, Alert, FeedError, PublicKey, Rejected},
    fetch::{FetchError, Source},
    notice,
    present::Present,
};
use crate::mail::{
    address::Mailbox,
    outbox::{EnqueueError, Entry, Known, NewMail, NoRetry, Outbox, State, StoreError},
};

/// How many times a mail that was given up is taken up again, once for each check.
const RETRIES: u32 = 5;
/// From one check to the next.
const DAY: Duration = Duration::from_hours(24);
/// From a check that failed to the next.
const HOUR: Duration = Duration::from_hours(1);
/// After the start: a server that restarts again and again does not trouble the feed.
const START: Duration = Duration::from_mins(1);

/// Looks for alerts that concern one version. See the [module](super) for the feed's format.
#[derive(Clone, Debug)]
pub struct AlertWatch {
    source: Source,
    keys: Vec<PublicKey>,
    version: Version,
}

/// What a check found and did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// Whether alerts are looked for at all.
    pub enabled: bool,
    /// The version that was compared.
    #[serde(serialize_with = "as_text")]
    pub version: Version,
    /// How many signed alerts the feed has.
    pub alerts: usize,
    /// Those that concern this version.
    pub findings: Vec<Finding>,
    /// Those that are not believed or not understood.
    pub rejected: Vec<Rejected>,
}

/// An alert that concerns this version, and who was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// The alert.
    #[serde(flatten)]
    pub alert: Alert,
    /// One for each administrator.
    pub notices: Vec<Notice>,
}

/// How far an administrator has been told of an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Notice {
    /// The administrator's address.
    pub administrator: String,
    /// How far.
    pub state: NoticeState,
    /// Whether this check put the mail into the outbox.
    pub is_new: bool,
    /// What stands in the way.
    pub why: Option<String>,
}

/// How far an administrator has been told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeState {
    /// The mail server has taken the mail.
    Delivered,
    /// The outbox goes on trying.
    Waiting,
    /// The mail went out, but nobody knows whether it arrived.
    Unknown,
    /// The mail was given up; the next check takes it up again, a few times.
    Failed,
    /// An administrator removed the mail from the outbox.
    Removed,
    /// The outbox did not take the mail; the next check tries again.
    NotTaken,
}

/// Why a check could not be made.
#[derive(Debug)]
#[non_exhaustive]
pub enum AlertError {
    /// The feed could not be fetched.
    Fetch(FetchError),
    /// What was fetched is not a feed.
    Feed(FeedError),
    /// The outbox failed.
    Store(StoreError),
}

impl AlertWatch {
    /// Watches the feed at this https address for alerts that are signed by one of `keys` and concern `version`.
    pub fn new(url: &str, keys: Vec<PublicKey>, version: Version) -> Result<Self, FetchError> {
        Ok(Self { source: Source::new(url)?, keys, version })
    }

    /// Trusts the authorities in this PEM file beside the system's.
    #[must_use]
    pub fn extra_ca_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.source = self.source.extra_ca_file(path.into());
        self
    }

    /// Sets how long fetching may take as a whole; 30 seconds by default.
    #[must_use]
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.source = self.source.time_limit(limit);
        self
    }

    /// Looks for alerts, puts a mail into the outbox for each administrator who has not been told yet, delivers what
    /// is due, and tells how far it came.
    pub async fn check(&self, outbox: &Outbox, present: &Present) -> Result<Report, AlertError> {
        let mut report = Report {
            enabled: present.enabled,
            version: self.version.clone(),
            alerts: 0,
            findings: Vec::new(),
            rejected: Vec::new(),
        };
        if !present.enabled {
            return Ok(report);
        }
        let (alerts, rejected) = self.fetch().await?;
        (report.alerts, report.rejected) = (alerts.len(), rejected);
        for rejected in &report.rejected {
            tracing::warn!(id = rejected.id, why = rejected.why, "security alert rejected");
        }
        for alert in alerts.into_iter().filter(|alert| alert.affects(&self.version)) {
            tracing::warn!(id = alert.id, severity = %alert.severity, "security alert for this version");
            report.findings.push(self.tell(alert, outbox, present).await?);
        }
        if let Some(mailer) = present.mailer.as_ref().filter(|_| !report.findings.is_empty()) {
            outbox.run_once(mailer).await?;
        }
        for finding in &mut report.findings {
            for notice in &mut finding.notices {
                notice.look(&finding.alert, outbox).await?;
            }
        }
        if report.next() == DAY {
            let (outbox, what) = (outbox.clone(), self.what());
            blocking(move || outbox.set_done(&what)).await?;
        }
        Ok(report)
    }

    /// Checks for ever: once a day, counted across restarts; an hour after a check that failed, or that left an
    /// administrator whom the outbox could not take the mail for. May be dropped at any point.
    ///
    /// The outbox remembers the last check that succeeded, so a program that starts often does not trouble the feed, and
    /// one that was away does not wait for a day.
    pub async fn run(&self, outbox: &Outbox, mut present: impl FnMut() -> Present) {
        let last = {
            let (outbox, what) = (outbox.clone(), self.what());
            blocking(move || outbox.last_done(&what)).await
        };
        let last = last.unwrap_or_else(|error| {
            tracing::warn!(%error, "it is not known when security alerts were last checked");
            None
        });
        let mut pause = first_pause(last, outbox.now());
        loop {
            tokio::time::sleep(pause.mul_f64(0.9 + 0.2 * chance())).await;
            pause = match self.check(outbox, &present()).await {
                Ok(report) => report.next(),
                Err(error) => {
                    tracing::error!(%error, "security alerts cannot be checked");
                    HOUR
                }
            };
        }
    }

    /// The name by which the outbox remembers when this feed was checked.
    fn what(&self) -> String {
        format!("security-alerts {}", self.source.url())
    }

    async fn fetch(&self) -> Result<(Vec<Alert>, Vec<Rejected>), AlertError> {
        let (source, keys) = (self.source.clone(), self.keys.clone());
        let fetched = spawn_blocking(move || Ok(feed::read(&source.fetch()?, &keys)?)).await;
        fetched.unwrap_or_else(|error| Err(FetchError::Failed(error.to_string()).into()))
    }

    async fn tell(&self, alert: Alert, outbox: &Outbox, present: &Present) -> Result<Finding, AlertError> {
        let mut notices: Vec<Notice> = Vec::new();
        let mut seen = HashSet::new();
        for administrator in &present.administrators {
            let key = notice::key(&alert, administrator);
            if seen.insert(key.clone()) {
                notices.push(self.tell_one(&alert, administrator, key, outbox, present).await?);
            }
        }
        Ok(Finding { alert, notices })
    }

    async fn tell_one(
        &self,
        alert: &Alert,
        administrator: &Mailbox,
        key: String,
        outbox: &Outbox,
        present: &Present,
    ) -> Result<Notice, AlertError> {
        let mut told = Notice {
            administrator: administrator.address().to_string(),
            state: NoticeState::Waiting,
            is_new: false,
            why: None,
        };
        let known = {
            let (outbox, key) = (outbox.clone(), key.clone());
            blocking(move || outbox.find(&key)).await?
        };
        if let Some(Known { id, state: Some(State::Failed), retries: 0..RETRIES }) = known {
            let outbox = outbox.clone();
            if let Err(why @ NoRetry::NoContent) = blocking(move || outbox.retry(id)).await? {
                told.why = Some(why.to_string());
            }
        }
        if known.is_some() {
            return Ok(told);
        }
        let object = match notice::mail(alert, &self.version, present, administrator) {
            Ok(object) => object,
            Err(error) => {
                (told.state, told.why) = (NoticeState::NotTaken, Some(error.to_string()));
                return Ok(told);
            }
        };
        match outbox.enqueue(NewMail::alert(object).lasting_key(key)).await {
            Ok(enqueued) => told.is_new = enqueued.is_new,
            Err(EnqueueError::Store(error)) => return Err(error.into()),
            Err(error) => (told.state, told.why) = (NoticeState::NotTaken, Some(error.to_string())),
        }
        Ok(told)
    }
}

impl Notice {
    /// Sees how far the mail has come.
    async fn look(&mut self, alert: &Alert, outbox: &Outbox) -> Result<(), AlertError> {
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
            Some(State::Sent) => NoticeState::Delivered,
            Some(State::Failed) => NoticeState::Failed,
            Some(State::Unknown) if entry.as_ref().is_none_or(|entry| entry.next.is_none()) => {
                NoticeState::Unknown
            }
            Some(_) => NoticeState::Waiting,
            None => NoticeState::Removed,
        };
        if self.state != NoticeState::Delivered {
            self.why = self.why.take().or_else(|| entry.and_then(|entry: Entry| entry.reply));
        }
        Ok(())
    }
}

/// How long a program that starts waits for its first check.
fn first_pause(last: Option<SystemTime>, now: SystemTime) -> Duration {
    // A check in the future is one by a clock that was wrong.
    let since = last.and_then(|last| now.duration_since(last).ok());
    since.map_or(START, |since| DAY.saturating_sub(since).max(START))
}

impl Report {
    /// How long until the next check.
    fn next(&self) -> Duration {
        let is_taken = |notice: &Notice| notice.state != NoticeState::NotTaken;
        let all = self.enabled && self.findings.iter().all(|finding| finding.notices.iter().all(is_taken));
        if all { DAY } else { HOUR }
    }

    /// Whether every administrator has been told of every alert that concerns this version, and every alert of the feed
    /// was believed.
    pub fn is_complete(&self) -> bool {
        let delivered = |notice: &Notice| notice.state == NoticeState::Delivered;
        self.rejected.is_empty() && self.findings.iter().all(|finding| finding.notices.iter().all(delivered))
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    spawn_blocking(work).await.unwrap_or_else(|error| Err(StoreError::new(error.to_string())))
}

/// A number from 0 to 1.
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

impl Error for AlertError {}

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

impl From<StoreError> for AlertError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    #[test]
    fn the_day_between_checks_counts_across_restarts() {
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
