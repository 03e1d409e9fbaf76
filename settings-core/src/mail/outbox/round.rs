//! One run: delivers mails until no more are due.

use std::sync::Arc;

use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use crate::mail::fingerprint::Fingerprint;
use crate::mail::mailer::Mailer;
use crate::mail::outbox::circuit::{Allowance, Circuit, Health};
use crate::mail::outbox::delivery::{Completed, Delivery, End};
use crate::mail::outbox::error::OutboxError;
use crate::mail::outbox::mail::MailId;
use crate::mail::outbox::runner::{RunReport, Turn, work};
use crate::mail::outbox::store::{DueMail, DueOrder, LeaseToken, OutboxStore};
use crate::mail::outbox::{Outbox, stopped};

/// The number of mails in a row whose transaction must fail before the server is assumed to fail for every mail.
const SUSPECTS: u32 = 3;

/// The part of a lease after which it is renewed.
const RENEWALS: u32 = 3;

/// The deliveries of one run.
pub(super) struct Round<'a> {
    outbox: &'a Outbox,
    mailer: &'a Mailer,
    turn: &'a Arc<Turn>,
    report: &'a mut RunReport,
    /// Dropped with the future of the run, which cancels the deliveries.
    deliveries: JoinSet<Result<Completed, OutboxError>>,
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
            let completed = match self.next_completed().await {
                None => return self.broken.map_or(Ok(()), Err),
                Some(Ok(completed)) => completed,
                Some(Err(error)) => {
                    // Deliveries in flight are completed: if they were cut off, their result would be unknown.
                    self.broken.get_or_insert(error);
                    continue;
                }
            };
            self.in_flight.retain(|(id, _)| *id != completed.id);
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

    /// Takes mails that are due, as many as may be delivered now.
    async fn start_deliveries(&mut self) -> Result<(), OutboxError> {
        while self.broken.is_none() {
            let allowance = self.allowance();
            let (allowed, order) = match allowance {
                Allowance::All => (self.outbox.concurrency, DueOrder::Urgent),
                // The mail at which the queue stopped may be the only one that the server refuses.
                Allowance::One => (1, DueOrder::LeastTried),
                Allowance::None => return Ok(()),
            };
            let room = allowed.saturating_sub(self.in_flight.len());
            if room == 0 {
                return Ok(());
            }
            let now = self.outbox.clock.now();
            let except: Vec<MailId> = self.in_flight.iter().map(|(id, _)| *id).collect();
            let due = self.work(move |store| store.due(now, order, room, &except)).await?;
            if allowance == Allowance::One && !due.is_empty() && !self.may_probe().await? {
                for due in due {
                    self.work(move |store| store.release(due.id, due.token)).await?;
                }
                // another program tries a mail, or has just done so: the queue is as it says
                continue;
            }
            due.into_iter().for_each(|due| self.start(due));
            return Ok(());
        }
        Ok(())
    }

    fn start(&mut self, due: DueMail) {
        self.in_flight.push((due.id, due.token));
        let delivery = Delivery {
            store: Arc::clone(&self.outbox.store),
            clock: Arc::clone(&self.outbox.clock),
            turn: Arc::clone(self.turn),
            mailer: self.mailer.clone(),
            due,
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

    /// Waits for the end of a delivery, and renews the leases of the others in the meantime.
    async fn next_completed(&mut self) -> Option<Result<Completed, OutboxError>> {
        loop {
            let joined = match self.renewal {
                None => self.deliveries.join_next().await,
                Some(at) => match timeout_at(at, self.deliveries.join_next()).await {
                    Ok(joined) => joined,
                    Err(_) => {
                        let leases = self.in_flight.clone();
                        if let Err(error) = self.work(move |store| store.renew(&leases)).await {
                            tracing::warn!(%error, "leases of mails are not renewed");
                        }
                        self.plan_renewal();
                        continue;
                    }
                },
            };
            return joined.map(|joined| joined.unwrap_or_else(|error| Err(stopped(error))));
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
