//! The counts of a mailer.

use std::error::Error;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use std::{array, fmt};

use super::outcome::Outcome;

/// The counts of a mailer and its clones since it was created, across replaced settings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Mails that the server accepted for every recipient.
    pub delivered: u64,
    /// Mails that the server accepted for some recipients.
    pub delivered_in_part: u64,
    /// Mails that may be delivered later.
    pub deferred: u64,
    /// Mails that the server refused permanently.
    pub refused: u64,
    /// Mails without a reply to the final dot.
    pub unknown: u64,
    /// Mails that were not sent because of a problem on this side.
    pub not_attempted: u64,
    /// Sends that the caller cancelled.
    pub cancelled: u64,
    /// Connections that were opened, greeted and authenticated.
    pub opened: u64,
    /// Mails sent over reused connections.
    pub reused: u64,
    /// Connections that were closed, by reason.
    pub closed: [u64; CloseReason::ALL.len()],
    /// Connections that are idle now.
    pub idle: u64,
    /// The total duration of all sends.
    pub took: Duration,
    /// The distribution of the durations of sends.
    pub latency: Latency,
}

/// The reason for closing a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum CloseReason {
    /// It was idle for too long.
    Idle,
    /// It had been open for too long.
    Age,
    /// It had carried the maximum number of mails.
    Mails,
    /// It no longer worked when it was about to be reused.
    Stale,
    /// A mail failed on it, and it could not be reused.
    Failed,
    /// The caller cancelled the mail that it carried.
    Cancelled,
    /// The settings changed.
    Replaced,
    /// The mailer was closed or dropped.
    Closed,
}

/// A histogram of the durations of sends, including the time spent waiting for a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Latency {
    counts: [u64; BOUNDS.len() + 1],
}

/// The upper bounds of the buckets in milliseconds; there is one more without a bound.
const BOUNDS: [u64; 12] = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 60_000];

#[derive(Debug, Default)]
pub(crate) struct Metrics {
    delivered: AtomicU64,
    delivered_in_part: AtomicU64,
    deferred: AtomicU64,
    refused: AtomicU64,
    unknown: AtomicU64,
    not_attempted: AtomicU64,
    cancelled: AtomicU64,
    opened: AtomicU64,
    reused: AtomicU64,
    closed: [AtomicU64; CloseReason::ALL.len()],
    microseconds: AtomicU64,
    latency: [AtomicU64; BOUNDS.len() + 1],
}

/// A send in progress. If it is dropped before it finished, it was cancelled.
pub(crate) struct SendTimer<'m> {
    metrics: &'m Metrics,
    started: Instant,
    finished: bool,
}

/// Counts a connection as open until it is dropped.
#[derive(Debug)]
pub(crate) struct ConnectionGuard {
    metrics: Arc<Metrics>,
    reason: CloseReason,
}

impl CloseReason {
    /// Every reason, in the order of [`Counts::closed`].
    pub const ALL: [Self; 8] = [
        Self::Idle,
        Self::Age,
        Self::Mails,
        Self::Stale,
        Self::Failed,
        Self::Cancelled,
        Self::Replaced,
        Self::Closed,
    ];

    /// Returns the name of the reason, for example `cancelled`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Age => "age",
            Self::Mails => "mails",
            Self::Stale => "stale",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Replaced => "replaced",
            Self::Closed => "closed",
        }
    }
}

impl fmt::Display for CloseReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An unknown name of a [`CloseReason`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseCloseReasonError(String);

impl fmt::Display for ParseCloseReasonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown reason {:?} for closing a connection", self.0)
    }
}

impl Error for ParseCloseReasonError {}

impl FromStr for CloseReason {
    type Err = ParseCloseReasonError;

    fn from_str(text: &str) -> Result<Self, ParseCloseReasonError> {
        let named = Self::ALL.into_iter().find(|reason| reason.as_str() == text);
        named.ok_or_else(|| ParseCloseReasonError(text.to_owned()))
    }
}

impl Counts {
    /// Returns the number of connections that were closed for this reason.
    pub fn closed_for(&self, reason: CloseReason) -> u64 {
        let counted = CloseReason::ALL.iter().zip(self.closed).find(|(one, _)| **one == reason);
        counted.map_or(0, |(_, count)| count)
    }

    /// Returns the number of connections that are open now, including idle ones.
    pub fn open(&self) -> u64 {
        self.opened.saturating_sub(self.closed.iter().sum())
    }
}

impl Latency {
    /// Returns the upper bound and the count of each bucket; the last bucket has no bound.
    pub fn buckets(&self) -> impl Iterator<Item = (Option<Duration>, u64)> {
        let bounds = BOUNDS.iter().map(|bound| Some(Duration::from_millis(*bound))).chain([None]);
        bounds.zip(self.counts)
    }

    /// Returns the number of sends.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Returns a quantile of the durations, for example the median for 0.5, rounded up to the bound of its bucket.
    ///
    /// Returns `None` if there were no sends, or if the quantile lies beyond the last bound.
    pub fn quantile(&self, share: f64) -> Option<Duration> {
        let wanted = (self.count() as f64 * share.clamp(0.0, 1.0)).ceil().max(1.0);
        let mut so_far = 0;
        self.buckets().find_map(|(bound, count)| {
            so_far += count;
            (so_far as f64 >= wanted).then_some(bound)
        })?
    }
}

fn add(counter: &AtomicU64, count: u64) {
    counter.fetch_add(count, Ordering::Relaxed);
}

fn read(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}

impl Metrics {
    pub(crate) fn start(&self) -> SendTimer<'_> {
        SendTimer { metrics: self, started: Instant::now(), finished: false }
    }

    /// Counts a connection as open until the guard is dropped.
    pub(crate) fn opened(self: &Arc<Self>) -> ConnectionGuard {
        add(&self.opened, 1);
        tracing::debug!("connection opened");
        ConnectionGuard { metrics: Arc::clone(self), reason: CloseReason::Cancelled }
    }

    pub(crate) fn reused(&self) {
        add(&self.reused, 1);
    }

    pub(crate) fn counts(&self, idle: usize) -> Counts {
        Counts {
            delivered: read(&self.delivered),
            delivered_in_part: read(&self.delivered_in_part),
            deferred: read(&self.deferred),
            refused: read(&self.refused),
            unknown: read(&self.unknown),
            not_attempted: read(&self.not_attempted),
            cancelled: read(&self.cancelled),
            // Read before `opened`, so that a connection closed in between is not counted as negative.
            closed: array::from_fn(|at| self.closed.get(at).map_or(0, read)),
            opened: read(&self.opened),
            reused: read(&self.reused),
            idle: u64::try_from(idle).unwrap_or(u64::MAX),
            took: Duration::from_micros(read(&self.microseconds)),
            latency: Latency { counts: array::from_fn(|at| self.latency.get(at).map_or(0, read)) },
        }
    }
}

impl ConnectionGuard {
    /// Sets the reason that is counted when the guard is dropped.
    pub(crate) fn set_reason(&mut self, reason: CloseReason) {
        self.reason = reason;
    }
}

impl Drop for ConnectionGuard {
    fn drop(&mut self) {
        let counter = CloseReason::ALL.iter().position(|one| *one == self.reason);
        if let Some(counter) = counter.and_then(|at| self.metrics.closed.get(at)) {
            add(counter, 1);
        }
        tracing::debug!(reason = self.reason.as_str(), "connection closed");
    }
}

impl SendTimer<'_> {
    pub(crate) fn finish(mut self, outcome: &Outcome, server: &dyn fmt::Display) {
        self.finished = true;
        let metrics = self.metrics;
        let counter = match outcome {
            Outcome::Delivered { .. } if outcome.is_delivered_to_all() => &metrics.delivered,
            Outcome::Delivered { .. } => &metrics.delivered_in_part,
            Outcome::Deferred { .. } => &metrics.deferred,
            Outcome::Refused { .. } => &metrics.refused,
            Outcome::Unknown { .. } => &metrics.unknown,
            Outcome::NotAttempted { .. } => &metrics.not_attempted,
        };
        add(counter, 1);
        let milliseconds = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let name = outcome.name();
        match outcome.failure().map(|failure| failure.step.id()) {
            None => tracing::debug!(%server, milliseconds, "mail {name}"),
            Some(step) => {
                let code = outcome.failure().and_then(|failure| failure.reply()).map(|reply| reply.code());
                tracing::info!(%server, step, code, milliseconds, "mail {name}");
            }
        }
    }
}

impl Drop for SendTimer<'_> {
    fn drop(&mut self) {
        let took = self.started.elapsed();
        add(&self.metrics.microseconds, u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
        let class = BOUNDS.iter().position(|bound| took <= Duration::from_millis(*bound));
        if let Some(class) = self.metrics.latency.get(class.unwrap_or(BOUNDS.len())) {
            add(class, 1);
        }
        if !self.finished {
            add(&self.metrics.cancelled, 1);
            tracing::info!("a mail was cancelled while it was being sent");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_bounds_of_buckets() {
        let mut latency = Latency::default();
        assert_eq!(latency.quantile(0.5), None);
        for (class, count) in latency.counts.iter_mut().zip([0, 98, 1]) {
            *class = count;
        }
        assert_eq!((latency.count(), latency.quantile(0.5)), (99, Some(Duration::from_millis(10))));
        assert_eq!(latency.quantile(1.0), Some(Duration::from_millis(25)));
        if let Some(open) = latency.counts.last_mut() {
            *open = 1;
        }
        assert_eq!((latency.quantile(1.0), latency.quantile(0.0)), (None, Some(Duration::from_millis(10))));
    }

    #[test]
    fn each_connection_is_closed_for_one_reason() {
        let metrics = Arc::<Metrics>::default();
        let mut guards: Vec<ConnectionGuard> = CloseReason::ALL.iter().map(|_| metrics.opened()).collect();
        assert_eq!(metrics.counts(3).open(), 8);
        guards.iter_mut().zip(CloseReason::ALL).for_each(|(guard, reason)| guard.set_reason(reason));
        drop(guards);
        let counts = metrics.counts(0);
        assert_eq!((counts.open(), counts.closed), (0, [1; CloseReason::ALL.len()]));
        assert_eq!(counts.closed_for(CloseReason::Stale), 1);
        for reason in CloseReason::ALL {
            assert_eq!(reason.to_string().parse(), Ok(reason));
        }
    }
}
