//! The steps of a delivery, for stores that work asynchronously.

use std::pin::Pin;
use std::time::SystemTime;

use crate::mail::outbox::entry::MailState;
use crate::mail::outbox::error::OutboxError;
use crate::mail::outbox::mail::MailId;
use crate::mail::outbox::store::{BeginOutcome, Claim, LeaseToken, Settlement};

/// The future result of a step that was started.
pub type StepFuture<T> = Pin<Box<dyn Future<Output = Result<T, OutboxError>> + Send>>;

/// The steps of a delivery, for a store that waits for its answers without blocking a thread
/// ([`OutboxStore::steps`](super::OutboxStore::steps)).
///
/// A step is started when its method is called, and runs to its end even if the future is dropped. It holds the claim until
/// then.
pub trait DeliverySteps: Send + Sync {
    /// Does the same as [`OutboxStore::begin`](super::OutboxStore::begin).
    fn begin(
        &self,
        id: MailId,
        token: LeaseToken,
        attempt: u32,
        now: SystemTime,
        claim: Claim,
    ) -> StepFuture<BeginOutcome>;

    /// Does the same as [`OutboxStore::settle`](super::OutboxStore::settle).
    fn settle(
        &self,
        id: MailId,
        token: LeaseToken,
        settlement: Settlement,
        now: SystemTime,
        claim: Claim,
    ) -> StepFuture<Option<MailState>>;
}
