//! Deadlines: one for the whole delivery, and one for each step.

use std::future::Future;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use crate::mail::failure::Cause;

/// The timeout if the setting is zero.
const DEFAULT: Duration = Duration::from_secs(10);
/// The maximum timeout. Anything longer is a mistake, and must not overflow an instant.
const LIMIT: Duration = Duration::from_secs(24 * 60 * 60);
/// The maximum duration of a delivery, in timeouts.
const STEPS_A_DELIVERY: u32 = 6;
/// The minimum time for the reply to a complete message: the server may have to scan it (RFC 5321, 4.5.3.2.6).
const FINAL_REPLY: Duration = Duration::from_secs(5 * 60);
/// The minimum rate in bytes per second at which a server has to accept a message.
const LOWEST_RATE: u64 = 10_000;

/// The clock of one attempt.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    started: Instant,
    step: Duration,
    delivery: Duration,
    body: Duration,
    final_reply: Duration,
    /// True if the program has set `final_reply`.
    is_set: bool,
}

/// The end of the time for a step.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline {
    at: Instant,
    expiry: Expiry,
}

#[derive(Clone, Copy, Debug)]
enum Expiry {
    Step(Duration),
    Delivery(Duration),
}

impl Clock {
    /// Starts a clock: `step` is the timeout of a step, `size` the size of the message in bytes.
    pub(crate) fn start(step: Duration, size: usize) -> Self {
        let step = if step.is_zero() { DEFAULT } else { step.min(LIMIT) };
        let bytes = u64::try_from(size).unwrap_or(u64::MAX);
        let body = Duration::from_millis(bytes.saturating_mul(1000) / LOWEST_RATE).min(LIMIT);
        let steps = step * STEPS_A_DELIVERY;
        Self {
            started: Instant::now(),
            step,
            delivery: steps + body,
            body,
            final_reply: steps.max(FINAL_REPLY),
            is_set: false,
        }
    }

    /// Returns a clock that starts now, with the same time for the reply to a complete message if it was set.
    pub(crate) fn restarted(&self, step: Duration, size: usize) -> Self {
        let fresh = Self::start(step, size);
        if self.is_set { Self { final_reply: self.final_reply, is_set: true, ..fresh } } else { fresh }
    }

    /// Sets the time for the reply to a complete message.
    pub(crate) fn with_final_reply(mut self, limit: Option<Duration>) -> Self {
        if let Some(limit) = limit {
            self.final_reply = limit.min(LIMIT);
            self.is_set = true;
        }
        self
    }

    /// Returns the time since the start.
    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Returns the deadline of a step that begins now.
    pub(crate) fn step(&self) -> Deadline {
        self.within(self.step)
    }

    /// Returns the deadline of the step in which the message is sent.
    pub(crate) fn body(&self) -> Deadline {
        self.within(self.step + self.body)
    }

    /// Returns the deadline of the reply to the complete message.
    ///
    /// It does not depend on the deadline of the delivery: a mail whose reply is missed may be delivered twice.
    pub(crate) fn final_reply(&self) -> Deadline {
        Deadline { at: Instant::now() + self.final_reply, expiry: Expiry::Step(self.final_reply) }
    }

    fn within(&self, limit: Duration) -> Deadline {
        let step = Instant::now() + limit;
        let delivery = self.started + self.delivery;
        if step <= delivery {
            Deadline { at: step, expiry: Expiry::Step(limit) }
        } else {
            Deadline { at: delivery, expiry: Expiry::Delivery(self.delivery) }
        }
    }
}

impl Deadline {
    /// Runs `work` until the deadline.
    pub(crate) async fn bound<T>(self, work: impl Future<Output = Result<T, Cause>>) -> Result<T, Cause> {
        timeout_at(self.at, work).await.unwrap_or_else(|_| Err(self.expired()))
    }

    fn expired(self) -> Cause {
        match self.expiry {
            Expiry::Step(limit) => Cause::TimedOut(limit),
            Expiry::Delivery(limit) => Cause::DeliveryTimedOut(limit),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_step_ends_at_its_own_or_at_the_deliverys_deadline() {
        let clock = Clock::start(Duration::from_secs(2), 0);
        let endless = || async { std::future::pending::<Result<(), Cause>>().await };
        for _ in 0..6 {
            assert_eq!(clock.step().bound(endless()).await, Err(Cause::TimedOut(Duration::from_secs(2))));
        }
        assert_eq!(clock.elapsed().as_secs(), 12);
        assert_eq!(
            clock.step().bound(endless()).await,
            Err(Cause::DeliveryTimedOut(Duration::from_secs(12)))
        );
        assert_eq!(clock.elapsed().as_secs(), 12);
    }

    #[tokio::test(start_paused = true)]
    async fn a_large_message_gets_the_time_it_needs() {
        let clock = Clock::start(Duration::from_secs(2), 100_000);
        let endless = std::future::pending::<Result<(), Cause>>();
        assert_eq!(clock.body().bound(endless).await, Err(Cause::TimedOut(Duration::from_secs(12))));
    }

    #[tokio::test(start_paused = true)]
    async fn the_final_reply_has_minutes() {
        for (step, limit, expected) in [(10, None, 300), (120, None, 720), (10, Some(3), 3)] {
            let clock = Clock::start(Duration::from_secs(step), 0);
            let clock = clock.with_final_reply(limit.map(Duration::from_secs));
            tokio::time::sleep(Duration::from_secs(step * 6)).await;
            let endless = std::future::pending::<Result<(), Cause>>();
            let expired = clock.final_reply().bound(endless).await;
            assert_eq!(expired, Err(Cause::TimedOut(Duration::from_secs(expected))));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn odd_timeouts() {
        assert_eq!(Clock::start(Duration::ZERO, 0).step, DEFAULT);
        let longest = Clock::start(Duration::MAX, usize::MAX);
        assert!(longest.step().bound(async { Ok(()) }).await.is_ok());
    }
}
