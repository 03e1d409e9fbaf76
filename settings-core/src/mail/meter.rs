//! What a sender has done, in numbers and in events. Neither holds an address, a text or a secret.

use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use super::outcome::Outcome;

/// What a mailer and its clones have done since it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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
    /// Connections that were opened.
    pub opened: u64,
    /// Mails over connections of earlier mails.
    pub reused: u64,
    /// The time that all sends took together.
    pub took: Duration,
}

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
    microseconds: AtomicU64,
}

/// A send that is under way. Dropped without an end, it was given up.
pub(crate) struct Measured<'m> {
    meter: &'m Meter,
    started: Instant,
    ended: bool,
}

fn add(counter: &AtomicU64, count: u64) {
    counter.fetch_add(count, Ordering::Relaxed);
}

impl Meter {
    pub(crate) fn begin(&self) -> Measured<'_> {
        Measured { meter: self, started: Instant::now(), ended: false }
    }

    pub(crate) fn opened(&self) {
        add(&self.opened, 1);
    }

    pub(crate) fn reused(&self) {
        add(&self.reused, 1);
    }

    pub(crate) fn counts(&self) -> Counts {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counts {
            delivered: read(&self.delivered),
            delivered_in_part: read(&self.delivered_in_part),
            deferred: read(&self.deferred),
            refused: read(&self.refused),
            unknown: read(&self.unknown),
            not_attempted: read(&self.not_attempted),
            given_up: read(&self.given_up),
            opened: read(&self.opened),
            reused: read(&self.reused),
            took: Duration::from_micros(read(&self.microseconds)),
        }
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
        let took = u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX);
        add(&self.meter.microseconds, took);
        if !self.ended {
            add(&self.meter.given_up, 1);
            tracing::info!("a mail was given up while it was being sent");
        }
    }
}
