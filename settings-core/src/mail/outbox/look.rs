//! A look at the store for mails that are due.

use std::sync::Arc;
use std::time::SystemTime;

use tokio::task::JoinHandle;

use crate::mail::outbox::error::OutboxError;
use crate::mail::outbox::mail::MailId;
use crate::mail::outbox::stopped;
use crate::mail::outbox::store::{DueMail, DueOrder, OutboxStore};
use crate::mail::outbox::turn::{Turn, start_work};

/// The mails that a look took.
pub(super) type Found = Result<Vec<DueMail>, OutboxError>;

/// A look that is under way. It runs to its end even if this is dropped.
pub(super) struct Look {
    found: JoinHandle<Found>,
    /// The most mails that it takes.
    pub(super) limit: usize,
}

impl Look {
    /// Starts a look, which takes none of the mails that are being delivered.
    pub(super) fn start(
        store: &Arc<dyn OutboxStore>,
        turn: &Arc<Turn>,
        now: SystemTime,
        order: DueOrder,
        limit: usize,
        except: Vec<MailId>,
    ) -> Self {
        let found = start_work(store, turn, move |store| store.due(now, order, limit, &except));
        Self { found, limit }
    }

    /// Waits for the end of the look. The future may be dropped and made again.
    pub(super) async fn end(&mut self) -> Found {
        (&mut self.found).await.map_err(stopped)?
    }
}
