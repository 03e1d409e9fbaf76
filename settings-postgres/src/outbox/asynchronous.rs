//! The interface of a store, for asynchronous code: the steps of a delivery.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use settings_core::mail::outbox::{
    BeginOutcome, Claim, DeliverySteps, LeaseToken, MailId, MailState, OutboxError, OutboxErrorKind,
    Settlement, StepFuture,
};

use super::clock::millis;
use super::pool::Patience;
use super::step::{Change, Step};
use super::{PostgresOutbox, delivery, steps};
use crate::connection::Connection;
use crate::storage::ended;

impl DeliverySteps for PostgresOutbox {
    /// Refuses to begin if the answer of the database was late: the lease may have ended, and the content must be sent
    /// within it.
    fn begin(
        &self,
        id: MailId,
        token: LeaseToken,
        attempt: u32,
        now: SystemTime,
        claim: Claim,
    ) -> StepFuture<BeginOutcome> {
        let (outbox, now, lease) = (self.clone(), millis(now), self.lease);
        let step = Step { id, token, now, change: Change::Begin { attempt, lease } };
        let answer = steps::start(&self.shared, step, claim);
        Box::pin(async move {
            match answer.await {
                Err(failure) => Err(outbox.failed(failure)),
                Ok((None, _)) => Ok(BeginOutcome::NotPending),
                Ok((Some(_), asked)) if is_late(asked, lease) => {
                    Err(outbox.take_back((id, token), now).await)
                }
                Ok((Some(_), _)) => Ok(BeginOutcome::Started),
            }
        })
    }

    fn settle(
        &self,
        id: MailId,
        token: LeaseToken,
        settlement: Settlement,
        now: SystemTime,
        claim: Claim,
    ) -> StepFuture<Option<MailState>> {
        let step = Step { id, token, now: millis(now), change: Change::Settle(settlement) };
        let (outbox, answer) = (self.clone(), steps::start(&self.shared, step, claim));
        Box::pin(async move {
            let (state, _) = answer.await.map_err(|failure| outbox.failed(failure))?;
            Ok(state)
        })
    }
}

/// Returns whether so much of a lease has passed since the database was asked that its rest may be too short.
fn is_late(asked: Instant, lease: Duration) -> bool {
    asked.elapsed() >= lease / 2
}

impl PostgresOutbox {
    /// Takes back the mark of a mail that was begun late. Returns the reason why it is not sent.
    async fn take_back(&self, (id, token): (MailId, LeaseToken), now: i64) -> OutboxError {
        let shared = Arc::clone(&self.shared);
        let taken_back = self.shared.runtime.start_task(async move {
            let take_back = |connection: Arc<Connection>, _| async move {
                delivery::take_back(&connection.client, (id, token), now).await
            };
            shared.pool.run(Patience::Long, take_back).await
        });
        if let Err(failure) = taken_back.await.unwrap_or_else(|_| Err(ended())) {
            return self.failed(failure);
        }
        let why = "the database answered so late that the lease of a mail may have ended; it is not sent";
        OutboxError::new(why).with_kind(OutboxErrorKind::Unavailable)
    }
}
