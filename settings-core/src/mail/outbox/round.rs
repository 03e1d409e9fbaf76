//! One run: delivers mails until no more are due.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use crate::mail::fingerprint::Fingerprint;
use crate::mail::mailer::Mailer;
use crate::mail::outbox::circuit::{Allowance, Circuit, Health};
use crate::mail::outbox::delivery::{Completed, Delivery, End};
use crate::mail::outbox::error::OutboxError;
use crate::mail::outbox::look::{Found, Look};
use crate::mail::outbox::mail::MailId;
use crate::mail::outbox::run_report::RunReport;
use crate::mail::outbox::store::{DueMail, DueOrder, LeaseToken, OutboxStore};
use crate::mail::outbox::turn::{Turn, work};
use crate::mail::outbox::{Outbox, stopped};

/// The number of mails in a row whose transaction must fail before the server is assumed to fail for every mail.
const SUSPECTS: u32 = 3;

/// The part of a lease after which it is renewed.
const RENEWALS: u32 = 3;

/// The number of deliveries for each mail that may be sent at the same time: the others are being recorded. A store that
/// records several at once is asked less often.
const MOST_IN_FLIGHT: usize = 3;

/// The number of mails that are taken ahead from a shared store, for each mail that may be sent at the same time. More are
/// taken when half of them are left.
const AHEAD: usize = 2;

/// The next event of a run.
enum Next {
    Completed(Box<Result<Completed, OutboxError>>),
    /// A mail was delivered and is being recorded: another may be sent.
    Slot,
    /// More mails were taken ahead.
    Taken(Found),
    /// No delivery is left.
    Nothing,
}

/// The deliveries of one run.
pub(super) struct Round<'a> {
    outbox: &'a Outbox,
    mailer: &'a Mailer,
    turn: &'a Arc<Turn>,
    report: &'a mut RunReport,
    /// Dropped with the future of the run, which cancels the deliveries.
    deliveries: JoinSet<Result<Completed, OutboxError>>,
    /// One permit for each mail that may be sent at the same time. A mail that is delivered gives its permit back before
    /// the result is recorded, so that the next one need not wait for the store.
    slots: Arc<Semaphore>,
    /// The mails of a shared store that were taken ahead, so that not each needs a look at the store.
    ahead: VecDeque<DueMail>,
    /// The look at the store that is under way. Deliveries go on in the meantime.
    look: Option<Look>,
    /// True if the last look at the store found fewer mails than could be taken.
    is_drained: bool,
    /// The mails that were taken, those ahead included.
    in_flight: Vec<(MailId, LeaseToken)>,
    /// The time at which leases are renewed.
    renewal: Option<Instant>,
    /// The first failure of the store, after which no more mails are taken.
    broken: Option<OutboxError>,
    suspects: u32,
    /// True if this program is the one that tries a mail while the queue waits.
    is_probing: bool,
}

impl<'a> Round<'a> {
    pub(super) fn new(
        outbox: &'a Outbox,
        mailer: &'a Mailer,
        turn: &'a Arc<Turn>,
        report: &'a mut RunReport,
    ) -> Self {
        let mut round = Self {
            outbox,
            mailer,
            turn,
            report,
            deliveries: JoinSet::new(),
            slots: Arc::new(Semaphore::new(outbox.concurrency)),
            ahead: VecDeque::new(),
            look: None,
            is_drained: false,
            in_flight: Vec::new(),
            renewal: None,
            broken: None,
            suspects: 0,
            is_probing: false,
        };
        round.plan_renewal();
        round
    }

    pub(super) async fn deliver(mut self) -> Result<(), OutboxError> {
        loop {
            if let Err(error) = self.start_deliveries().await {
                self.broken.get_or_insert(error);
            }
            let completed = match self.next().await {
                Next::Slot => continue,
                Next::Taken(found) => {
                    if let Err(error) = self.taken(found) {
                        self.broken.get_or_insert(error);
                    }
                    continue;
                }
                Next::Nothing => {
                    self.release_ahead().await;
                    return self.broken.take().map_or(Ok(()), Err);
                }
                Next::Completed(completed) => *completed,
            };
            let completed = match completed {
                Ok(completed) => completed,
                Err(error) => {
                    // Deliveries in flight are completed: if they were cut off, their result would be unknown.
                    self.broken.get_or_insert(error);
                    continue;
                }
            };
            self.in_flight.retain(|(id, _)| *id != completed.id);
            // this mail may be due again, and others may have been added
            self.is_drained = false;
            self.report.count(completed.end);
            let health = match completed.health {
                Health::Untested => continue,
                Health::Suspect { .. } => {
                    self.suspects += 1;
                    if self.suspects < SUSPECTS {
                        continue;
                    }
                    completed.health.confirmed()
                }
                health => health,
            };
            self.suspects = 0;
            if let Err(error) = self.update_circuit(&health, completed.settings).await {
                self.broken.get_or_insert(error);
            }
        }
    }

    /// Starts as many deliveries as may run now.
    async fn start_deliveries(&mut self) -> Result<(), OutboxError> {
        while self.broken.is_none() {
            let is_probe = match self.allowance() {
                Allowance::All => false,
                Allowance::One => true,
                Allowance::None => {
                    self.release_ahead().await;
                    return Ok(());
                }
            };
            if is_probe {
                self.release_ahead().await;
            }
            let room = if is_probe { 1 } else { MOST_IN_FLIGHT * self.outbox.concurrency };
            if self.deliveries.len() >= room {
                return Ok(());
            }
            let takes_ahead = self.outbox.sharing.is_some() && !is_probe;
            if takes_ahead && self.ahead.len() <= AHEAD * self.outbox.concurrency / 2 {
                self.take_ahead();
                if self.ahead.is_empty() {
                    return Ok(());
                }
            }
            let Ok(slot) = Arc::clone(&self.slots).try_acquire_owned() else { return Ok(()) };
            if self.ahead.is_empty() && !self.take(is_probe).await? {
                // another program tries a mail, or has just done so: the queue is as it says
                continue;
            }
            let Some(due) = self.ahead.pop_front() else { return Ok(()) };
            self.start(due, slot);
            if self.ahead.is_empty() && self.is_drained {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Takes mails that are due. Returns false if one was to be tried, and another program tries one.
    async fn take(&mut self, is_probe: bool) -> Result<bool, OutboxError> {
        // this delivery's own permit is taken already
        let limit = if is_probe { 1 } else { 1 + self.slots.available_permits() };
        let found = self.start_look(is_probe, limit).end().await;
        self.taken(found)?;
        if is_probe && !self.ahead.is_empty() && !self.may_probe().await? {
            self.release_ahead().await;
            return Ok(false);
        }
        Ok(true)
    }

    /// Starts to take mails ahead, unless that is under way or the store has no more.
    fn take_ahead(&mut self) {
        if self.look.is_none() && !self.is_drained {
            self.start_look(false, self.slots.available_permits() + AHEAD * self.outbox.concurrency);
        }
    }

    fn start_look(&mut self, is_probe: bool, limit: usize) -> &mut Look {
        // The mail at which the queue stopped may be the only one that the server refuses.
        let order = if is_probe { DueOrder::LeastTried } else { DueOrder::Urgent };
        let now = self.outbox.clock.now();
        let except: Vec<MailId> = self.in_flight.iter().map(|(id, _)| *id).collect();
        self.look.insert(Look::start(&self.outbox.store, self.turn, now, order, limit, except))
    }

    /// Adds the mails that the look has taken, which has ended.
    fn taken(&mut self, found: Found) -> Result<(), OutboxError> {
        let limit = self.look.take().map_or(0, |look| look.limit);
        let due = found?;
        self.is_drained = due.len() < limit;
        self.in_flight.extend(due.iter().map(|due| (due.id, due.token)));
        self.ahead.extend(due);
        Ok(())
    }

    /// Ends the leases of the mails that were taken and are not started. Those that remain run out.
    async fn release_ahead(&mut self) {
        if let Some(look) = &mut self.look {
            let found = look.end().await;
            if let Err(error) = self.taken(found) {
                self.broken.get_or_insert(error);
            }
        }
        for due in std::mem::take(&mut self.ahead) {
            self.in_flight.retain(|(id, _)| *id != due.id);
            if let Err(error) = self.work(move |store| store.release(due.id, due.token)).await {
                tracing::warn!(%error, "the lease of a mail is not released");
            }
        }
    }

    fn start(&mut self, due: DueMail, slot: OwnedSemaphorePermit) {
        let delivery = Delivery {
            store: Arc::clone(&self.outbox.store),
            clock: Arc::clone(&self.outbox.clock),
            turn: Arc::clone(self.turn),
            mailer: self.mailer.clone(),
            due,
            slot: Some(slot),
        };
        self.deliveries.spawn(delivery.run());
    }

    fn allowance(&self) -> Allowance {
        match self.report.circuit {
            Circuit::Open { .. } | Circuit::Halted { .. } if self.is_probing => Allowance::One,
            _ => {
                self.report.circuit.allows(self.outbox.clock.now(), self.outbox.settings_changed(self.mailer))
            }
        }
    }

    /// Returns true if this program is the only one that tries a mail while the queue waits.
    async fn may_probe(&mut self) -> Result<bool, OutboxError> {
        let Some(sharing) = self.outbox.sharing.as_ref().filter(|_| !self.is_probing) else {
            return Ok(true);
        };
        let known = self.report.circuit.clone();
        let now = self.outbox.clock.now();
        let claimed = known.tried_at(now.checked_add(sharing.lease).unwrap_or(now));
        let wanted = claimed.clone();
        self.report.circuit = self.work(move |store| store.swap_circuit(&known, &wanted)).await?;
        self.is_probing = self.report.circuit == claimed;
        Ok(self.is_probing)
    }

    /// Waits for the end of a delivery or for a free slot, and renews the leases of the others in the meantime.
    async fn next(&mut self) -> Next {
        let is_waiting = self.ahead.is_empty() && (self.is_drained || self.look.is_some());
        let wants_slot = self.broken.is_none()
            && !is_waiting
            && !self.deliveries.is_empty()
            && self.deliveries.len() < MOST_IN_FLIGHT * self.outbox.concurrency
            && self.allowance() == Allowance::All;
        loop {
            let (deliveries, slots, look) = (&mut self.deliveries, &self.slots, &mut self.look);
            let found = async {
                match look {
                    Some(look) => Some(look.end().await),
                    None => None,
                }
            };
            let next = async {
                tokio::select! {
                    biased;
                    Some(joined) = deliveries.join_next() => {
                        Next::Completed(Box::new(joined.unwrap_or_else(|error| Err(stopped(error)))))
                    }
                    Some(found) = found => Next::Taken(found),
                    _ = slots.acquire(), if wants_slot => Next::Slot,
                    else => Next::Nothing,
                }
            };
            let Some(at) = self.renewal else { return next.await };
            if let Ok(next) = timeout_at(at, next).await {
                return next;
            }
            let leases = self.in_flight.clone();
            if let Err(error) = self.work(move |store| store.renew(&leases)).await {
                tracing::warn!(%error, "leases of mails are not renewed");
            }
            self.plan_renewal();
        }
    }

    fn plan_renewal(&mut self) {
        let sharing = self.outbox.sharing.as_ref();
        self.renewal = sharing.and_then(|sharing| Instant::now().checked_add(sharing.lease / RENEWALS));
    }

    async fn update_circuit(&mut self, health: &Health, settings: Fingerprint) -> Result<(), OutboxError> {
        let now = self.outbox.clock.now();
        if self.allowance() == Allowance::None && *health != Health::Fine {
            // One of several deliveries that were in flight when the first failed: no news.
            return Ok(());
        }
        let known = self.report.circuit.clone();
        let circuit = known.after(health, now);
        self.outbox.remember_failed_settings(&circuit, settings);
        self.is_probing = false;
        if circuit == known {
            return Ok(());
        }
        match &circuit {
            Circuit::Closed => tracing::info!("the mail server works; the queue runs"),
            Circuit::Open { failures, .. } => {
                tracing::warn!(failures, "the mail server fails; the queue waits")
            }
            Circuit::Halted { .. } => tracing::error!("the mail settings cannot work; the queue is halted"),
        }
        // known before the store confirms it, which it may fail to do
        self.report.circuit = circuit.clone();
        self.report.circuit = self.work(move |store| store.swap_circuit(&known, &circuit)).await?;
        Ok(())
    }

    async fn work<T: Send + 'static>(
        &self,
        operation: impl FnOnce(&dyn OutboxStore) -> Result<T, OutboxError> + Send + 'static,
    ) -> Result<T, OutboxError> {
        work(&self.outbox.store, self.turn, operation).await
    }
}

impl Drop for Round<'_> {
    /// Ends the leases of mails that were taken ahead by a run that was dropped.
    fn drop(&mut self) {
        let (ahead, look) = (std::mem::take(&mut self.ahead), self.look.take());
        let has_some = !ahead.is_empty() || look.is_some();
        let Some(runtime) = Handle::try_current().ok().filter(|_| has_some) else { return };
        let (store, turn) = (Arc::clone(&self.outbox.store), Arc::clone(self.turn));
        runtime.clone().spawn_blocking(move || {
            let found = look.map(|mut look| runtime.block_on(look.end()).unwrap_or_default());
            // what fails runs out with its lease
            let ahead = ahead.into_iter().chain(found.into_iter().flatten());
            ahead.for_each(|due| drop(store.release(due.id, due.token)));
            drop(turn);
        });
    }
}

impl RunReport {
    fn count(&mut self, end: End) {
        use crate::mail::outbox::entry::MailState;

        match end {
            End::Settled(MailState::Sent) => self.sent += 1,
            End::Settled(MailState::Failed) => self.failed += 1,
            End::Settled(MailState::Unknown) => self.unknown += 1,
            End::Settled(MailState::Deferred | MailState::Queued | MailState::Sending) => self.deferred += 1,
            End::Lost => self.lost += 1,
            End::Untouched => {}
        }
    }
}
