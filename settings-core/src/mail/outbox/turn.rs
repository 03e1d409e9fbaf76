//! The right to deliver, and the operations on the store that hold it.

use std::sync::Arc;
use std::time::SystemTime;

use tokio::sync::OwnedMutexGuard;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::mail::outbox::entry::MailState;
use crate::mail::outbox::error::OutboxError;
use crate::mail::outbox::mail::MailId;
use crate::mail::outbox::store::{BeginOutcome, Claim, LeaseToken, OutboxStore, Settlement};
use crate::mail::outbox::{Outbox, stopped};

/// The right to deliver, within this process and among processes. Every operation on the store holds a clone, so that
/// operations that outlive a cancelled run have ended before the next run begins.
pub(super) struct Turn {
    _claim: Claim,
    _turn: OwnedMutexGuard<()>,
}

impl Outbox {
    pub(super) async fn turn(&self) -> Result<Option<Arc<Turn>>, OutboxError> {
        let turn = Arc::clone(&self.delivery_lock).lock_owned().await;
        let store = Arc::clone(&self.store);
        let claim = spawn_blocking(move || store.claim()).await.map_err(stopped)??;
        Ok(claim.map(|claim| Arc::new(Turn { _claim: claim, _turn: turn })))
    }
}

/// Runs an operation on the store on a thread that may block. It runs to its end even if this future is dropped.
pub(super) async fn work<T: Send + 'static>(
    store: &Arc<dyn OutboxStore>,
    turn: &Arc<Turn>,
    work: impl FnOnce(&dyn OutboxStore) -> Result<T, OutboxError> + Send + 'static,
) -> Result<T, OutboxError> {
    start_work(store, turn, work).await.map_err(stopped)?
}

/// Starts an operation on the store, as [`work`] does.
pub(super) fn start_work<T: Send + 'static>(
    store: &Arc<dyn OutboxStore>,
    turn: &Arc<Turn>,
    work: impl FnOnce(&dyn OutboxStore) -> Result<T, OutboxError> + Send + 'static,
) -> JoinHandle<Result<T, OutboxError>> {
    let (store, turn) = (Arc::clone(store), Arc::clone(turn));
    spawn_blocking(move || {
        let result = work(&*store);
        drop(turn);
        result
    })
}

/// Marks a mail as `sending`. Runs to its end even if this future is dropped.
pub(super) async fn begin(
    store: &Arc<dyn OutboxStore>,
    turn: &Arc<Turn>,
    (id, token): (MailId, LeaseToken),
    attempt: u32,
    now: SystemTime,
) -> Result<BeginOutcome, OutboxError> {
    match store.steps() {
        Some(steps) => steps.begin(id, token, attempt, now, Claim::new(Arc::clone(turn))).await,
        None => work(store, turn, move |store| store.begin(id, token, attempt, now)).await,
    }
}

/// Records the result of an attempt. Runs to its end even if this future is dropped.
pub(super) async fn settle(
    store: &Arc<dyn OutboxStore>,
    turn: &Arc<Turn>,
    (id, token): (MailId, LeaseToken),
    settlement: Settlement,
    now: SystemTime,
) -> Result<Option<MailState>, OutboxError> {
    match store.steps() {
        Some(steps) => steps.settle(id, token, settlement, now, Claim::new(Arc::clone(turn))).await,
        None => work(store, turn, move |store| store.settle(id, token, &settlement, now)).await,
    }
}
