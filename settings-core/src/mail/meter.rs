//! What a mailer has done so far, in numbers.

use std::{
    array, fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use super::outcome::Outcome;

/// What a mailer and its clones have done since it was made, replaced settings included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Mails that the server took for every recipient.
    pub delivered: u64,
    /// Mails that the server took for some recipients.
    pub delivered_in_part: u64,
    /// Mails that may be delivered later.
    pub deferred: u64,
    /// Mails that the server refused for good.
    pub refused: u64,
    /// Mails whose final dot was not answered.
    pub unknown: u64,
    /// Mails that were not handed over for a reason on this side.
    pub not_attempted: u64,
    /// Sends that their caller gave up.
    pub given_up: u64,
    /// Connections that were opened, greeted and logged in to.
    pub opened: u64,
    /// Mails over connections of earlier mails.
    pub reused: u64,
    /// Connections that were closed, by reason.
    pub closed: [u64; CloseReason::ALL.len()],
    /// Connections that wait for a mail at this moment.
    pub idle: u64,
    /// The time that all sends took together.
    pub took: Duration,
    /// How many sends took how long.
    pub latency: Latency,
}

/// Why a connection was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum CloseReason {
    /// No mail came for too long.
    Idle,
    /// It had been open for too long.
    Age,
    /// It had carried its mails.
    Mails,
    /// It no longer worked when it was to be used again.
    Stale,
    /// A mail failed on it so that nothing can follow.
    Failed,
    /// The caller gave up the mail that it carried.
    GivenUp,
    /// The settings changed.
    Replaced,
    /// The mailer was closed or dropped.
    Closed,
}

/// How many sends took how long, as a histogram: what a send waits for its turn is part of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Latency {
    counts: [u64; BOUNDS.len() + 1],
}

/// The upper bounds of the histogram's classes in milliseconds; one more is open.
const BOUNDS: [u64; 12] = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 60_000];

#[derive(Debug, Default)]
pub(crate) struct Meter {
    delivered: AtomicU64,
    delivered_in_part: AtomicU64,
    deferred: AtomicU64,
    refused: AtomicU64,
    unknown: AtomicU64,
    not_attempted: AtomicU64,
    given_up: AtomicU64,
    opened: AtomicU64,
    reused: AtomicU64,
    closed: [AtomicU64; CloseReason::ALL.len()],
    microseconds: AtomicU64,
    latency: [AtomicU64; BOUNDS.len() + 1],
}

/// A send that is under way. Dropped without an end, it was given up.
pub(crate) struct Measured<'m> {
    meter: &'m Meter,
    started: Instant,
    ended: bool,
}

/// An open connection's place in the counts. Dropped, the connection is closed.
#[derive(Debug)]
pub(crate) struct Tally {
    meter: Arc<Meter>,
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
        Self::GivenUp,
        Self::Replaced,
        Self::Closed,
    ];

    /// The reason's name: `given-up` for example.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Age => "age",
            Self::Mails => "mails",
            Self::Stale => "stale",
            Self::Failed => "failed",
            Self::GivenUp => "given-up",
            Self::Replaced => "replaced",
            Self::Closed => "closed",
        }
    }
}

impl Counts {
    /// How many connections were closed for this reason.
    pub fn closed_for(&self, reason: CloseReason) -> u64 {
        let counted = CloseReason::ALL.iter().zip(self.closed).find(|(one, _)| **one == reason);
        counted.map_or(0, |(_, count)| count)
    }

    /// Connections that are open at this moment, those that wait included.
    pub fn open(&self) -> u64 {
        self.opened.saturating_sub(self.closed.iter().sum())
    }
}

impl Latency {
    /// Each class's upper bound, and how many sends took at most that long and longer than the bound before; the last
    /// class has no bound.
    pub fn classes(&self) -> impl Iterator<Item = (Option<Duration>, u64)> {
        let bounds = BOUNDS.iter().map(|bound| Some(Duration::from_millis(*bound))).chain([None]);
        bounds.zip(self.counts)
    }

    /// How many sends were counted.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// A time within which `share` of the sends ended, 0.5 for the median: the bound of the class in which that one
    /// lies. None where there were no sends, or it lies beyond the last bound.
    pub fn within(&self, share: f64) -> Option<Duration> {
        let wanted = (self.count() as f64 * share.clamp(0.0, 1.0)).ceil().max(1.0);
        let mut so_far = 0;
        self.classes().find_map(|(bound, count)| {
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

impl Meter {
    pub(crate) fn begin(&self) -> Measured<'_> {
        Measured { meter: self, started: Instant::now(), ended: false }
    }

    /// Counts a connection, until the tally is dropped.
    pub(crate) fn opened(self: &Arc<Self>) -> Tally {
        add(&self.opened, 1);
        tracing::debug!("connection opened");
        Tally { meter: Arc::clone(self), reason: CloseReason::GivenUp }
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
            given_up: read(&self.given_up),
            // Before the opened ones: what is closed in between must not be missing there.
            closed: array::from_fn(|at| self.closed.get(at).map_or(0, read)),
            opened: read(&self.opened),
            reused: read(&self.reused),
            idle: u64::try_from(idle).unwrap_or(u64::MAX),
            took: Duration::from_micros(read(&self.microseconds)),
            latency: Latency { counts: array::from_fn(|at| self.latency.get(at).map_or(0, read)) },
        }
    }
}

impl Tally {
    /// Says why the connection will be closed, if nothing else comes.
    pub(crate) fn because(&mut self, reason: CloseReason) {
        self.reason = reason;
    }
}

impl Drop for Tally {
    fn drop(&mut self) {
        let counter = CloseReason::ALL.iter().position(|one| *one == self.reason);
        if let Some(counter) = counter.and_then(|at| self.meter.closed.get(at)) {
            add(counter, 1);
        }
        tracing::debug!(reason = self.reason.name(), "connection closed");
    }
}

impl Measured<'_> {
    pub(crate) fn end(mut self, outcome: &Outcome, server: &dyn fmt::Display) {
        self.ended = true;
        let meter = self.meter;
        let counter = match outcome {
            Outcome::Delivered { .. } if outcome.is_delivered_to_all() => &meter.delivered,
            Outcome::Delivered { .. } => &meter.delivered_in_part,
            Outcome::Deferred { .. } => &meter.deferred,
            Outcome::Refused { .. } => &meter.refused,
            Outcome::Unknown { .. } => &meter.unknown,
            Outcome::NotAttempted { .. } => &meter.not_attempted,
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

impl Drop for Measured<'_> {
    fn drop(&mut self) {
        let took = self.started.elapsed();
        add(&self.meter.microseconds, u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
        let class = BOUNDS.iter().position(|bound| took <= Duration::from_millis(*bound));
        if let Some(class) = self.meter.latency.get(class.unwrap_or(BOUNDS.len())) {
            add(class, 1);
        }
        if !self.ended {
            add(&self.meter.given_up, 1);
            tracing::info!("a mail was given up while it was being sent");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_of_the_sends_lie_within_a_bound() {
        let mut latency = Latency::default();
        assert_eq!(latency.within(0.5), None);
        for (class, count) in latency.counts.iter_mut().zip([0, 98, 1]) {
            *class = count;
        }
        assert_eq!((latency.count(), latency.within(0.5)), (99, Some(Duration::from_millis(10))));
        assert_eq!(latency.within(1.0), Some(Duration::from_millis(25)));
        if let Some(open) = latency.counts.last_mut() {
            *open = 1;
        }
        assert_eq!((latency.within(1.0), latency.within(0.0)), (None, Some(Duration::from_millis(10))));
    }

    #[test]
    fn every_connection_is_closed_for_one_reason() {
        let meter = Arc::<Meter>::default();
        let mut tallies: Vec<Tally> = CloseReason::ALL.iter().map(|_| meter.opened()).collect();
        assert_eq!(meter.counts(3).open(), 8);
        tallies.iter_mut().zip(CloseReason::ALL).for_each(|(tally, reason)| tally.because(reason));
        drop(tallies);
        let counts = meter.counts(0);
        assert_eq!((counts.open(), counts.closed), (0, [1; CloseReason::ALL.len()]));
        assert_eq!(counts.closed_for(CloseReason::Stale), 1);
    }
}
