//! Delivers the mails that are due.

use std::sync::{Arc, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

use serde::Serialize;
use tokio::sync::OwnedMutexGuard;
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::timeout;

use crate::mail::fingerprint::Fingerprint;
use crate::mail::mailer::Mailer;
use crate::mail::outbox::circuit::{Allowance, Circuit, Health};
use crate::mail::outbox::clock::Clock;
use crate::mail::outbox::entry::MailState;
use crate::mail::outbox::error::OutboxError;
use crate::mail::outbox::mail::MailId;
use crate::mail::outbox::schedule::is_due;
use crate::mail::outbox::sender::ConfiguredSender;
use crate::mail::outbox::store::{BeginOutcome, Claim, DueMail, DueOrder, OutboxStore};
use crate::mail::outbox::verdict::{Verdict, judge};
use crate::mail::outbox::{Outbox, stopped};
use crate::mail::outcome::Outcome;
use crate::mail::session::Gate;

/// The longest time between two looks at the store: another process may have added a mail.
const POLL_INTERVAL: Duration = Duration::from_secs(30);

/// The result of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RunReport {
    /// Mails sent to their last recipient.
    pub sent: u64,
    /// Mails to be tried again.
    pub deferred: u64,
    /// Mails given up for at least one recipient.
    pub failed: u64,
    /// Mails whose delivery is unknown.
    pub unknown: u64,
    /// Mails that an earlier run was sending when it ended.
    pub recovered: u64,
    /// Mails given up because they had expired.
    pub expired: u64,
    /// True if nothing was done because another process delivers from this outbox.
    pub busy: bool,
    /// The state of the queue.
    pub circuit: Circuit,
    /// The time at which a mail is due next, as far as is known now.
    #[serde(skip)]
    pub next: Option<SystemTime>,
}

/// The number of mails in a row whose transaction must fail before the server is assumed to fail for every mail.
const SUSPECTS: u32 = 3;

/// The settings that were used, as far as this process knows.
#[derive(Debug, Default)]
pub(super) struct UsedSettings {
    /// Those with which the queue stopped.
    failed: Option<Fingerprint>,
    /// Those of the last run.
    last: Option<Fingerprint>,
}

/// The right to deliver, within this process and among processes. Every operation on the store holds a clone, so that
/// operations that outlive a cancelled run have ended before the next run begins.
struct Lease {
    _claim: Claim,
    _turn: OwnedMutexGuard<()>,
}

/// One attempt to deliver a mail.
struct Delivery {
    store: Arc<dyn OutboxStore>,
    clock: Arc<dyn Clock>,
    lease: Arc<Lease>,
    mailer: Mailer,
    due: DueMail,
}

/// The result of an attempt.
struct Completed {
    id: MailId,
    health: Health,
    /// The settings that were used.
    settings: Fingerprint,
    /// The new state of the mail; `None` if the attempt did not concern the mail itself.
    state: Option<MailState>,
}

impl Outbox {
    /// Delivers every mail that is due, and returns when no more are.
    ///
    /// The future may be dropped at any point. Mails that were being sent then count as `unknown` in the next run.
    ///
    /// # Errors
    /// Returns an error if the store fails. Results that were not recorded are treated as after a crash.
    pub async fn run_once(&self, mailer: &Mailer) -> Result<RunReport, OutboxError> {
        let mut report = RunReport::default();
        let Some(lease) = self.lease().await? else {
            report.busy = true;
            return Ok(report);
        };
        let (now, limits) = (self.clock.now(), self.limits);
        let sender = ConfiguredSender::from_settings(&mailer.settings());
        let has_changed = self.has_changed_since_last_run(mailer);
        (report.recovered, report.expired, report.circuit) = work(&self.store, &lease, move |store| {
            if let Some(sender) = sender {
                store.adopt_sender(sender.address(), sender.envelope())?;
            }
            if has_changed {
                store.make_due(now)?;
            }
            Ok((store.recover(now)?, store.sweep(&limits, now)?, store.circuit()?))
        })
        .await?;
        if report.recovered > 0 {
            tracing::warn!(mails = report.recovered, "the last run ended while mails were being sent");
        }
        self.deliver(mailer, &lease, &mut report).await?;
        let next_due = work(&self.store, &lease, |store| store.next_due()).await?;
        let now = self.clock.now();
        report.next = next_due
            .into_iter()
            .chain(report.circuit.until().filter(|_| next_due.is_some()))
            .map(|time| if is_due(time, now) { now } else { time })
            .max();
        Ok(report)
    }

    /// Delivers forever: every mail when it is due. `mailer` returns the mailer of the current settings.
    ///
    /// The future may be dropped at any point, like [`Outbox::run_once`].
    pub async fn run(&self, mut mailer: impl FnMut() -> Mailer) {
        loop {
            let pause = match self.run_once(&mailer()).await {
                Ok(report) => report.next.map_or(POLL_INTERVAL, |next| {
                    next.duration_since(self.clock.now())
                        .unwrap_or_default()
                        .clamp(Duration::from_millis(10), POLL_INTERVAL)
                }),
                Err(error) => {
                    tracing::error!(%error, "mail cannot be delivered");
                    POLL_INTERVAL
                }
            };
            let _ = timeout(pause, self.wakeup.notified()).await;
        }
    }

    async fn lease(&self) -> Result<Option<Arc<Lease>>, OutboxError> {
        let turn = Arc::clone(&self.delivery_lock).lock_owned().await;
        let store = Arc::clone(&self.store);
        let claim = spawn_blocking(move || store.claim()).await.map_err(stopped)??;
        Ok(claim.map(|claim| Arc::new(Lease { _claim: claim, _turn: turn })))
    }

    async fn deliver(
        &self,
        mailer: &Mailer,
        lease: &Arc<Lease>,
        report: &mut RunReport,
    ) -> Result<(), OutboxError> {
        // Dropped with this future, which cancels the deliveries.
        let mut deliveries = JoinSet::new();
        let mut in_flight: Vec<MailId> = Vec::new();
        let mut broken = None;
        let mut suspects = 0;
        loop {
            let allowance = report.circuit.allows(self.clock.now(), self.settings_changed(mailer));
            let (allowed, order) = match allowance {
                Allowance::All => (self.concurrency, DueOrder::Urgent),
                // The mail at which the queue stopped may be the only one that the server refuses.
                Allowance::One => (1, DueOrder::LeastTried),
                Allowance::None => (0, DueOrder::Urgent),
            };
            let allowed = if broken.is_some() { 0 } else { allowed };
            let room = allowed.saturating_sub(in_flight.len());
            if room > 0 {
                let (now, except) = (self.clock.now(), in_flight.clone());
                match work(&self.store, lease, move |store| store.due(now, order, room, &except)).await {
                    Ok(due) => due.into_iter().for_each(|due| {
                        in_flight.push(due.id);
                        deliveries.spawn(self.delivery(mailer, lease, due).run());
                    }),
                    Err(error) => broken = Some(error),
                }
            }
            let completed = match deliveries.join_next().await {
                None => return broken.map_or(Ok(()), Err),
                Some(joined) => joined.unwrap_or_else(|error| Err(stopped(error))),
            };
            let completed = match completed {
                Ok(completed) => completed,
                Err(error) => {
                    // Deliveries in flight are completed: if they were cut off, their result would be unknown.
                    broken.get_or_insert(error);
                    continue;
                }
            };
            in_flight.retain(|id| *id != completed.id);
            report.count(completed.state);
            let health = match completed.health {
                Health::Untested => continue,
                Health::Suspect { .. } => {
                    suspects += 1;
                    if suspects < SUSPECTS {
                        continue;
                    }
                    completed.health.confirmed()
                }
                health => health,
            };
            suspects = 0;
            let failed_settings = completed.settings;
            if let Err(error) = self.update_circuit(mailer, lease, report, &health, failed_settings).await {
                broken.get_or_insert(error);
            }
        }
    }

    fn delivery(&self, mailer: &Mailer, lease: &Arc<Lease>, due: DueMail) -> Delivery {
        Delivery {
            store: Arc::clone(&self.store),
            clock: Arc::clone(&self.clock),
            lease: Arc::clone(lease),
            mailer: mailer.clone(),
            due,
        }
    }

    async fn update_circuit(
        &self,
        mailer: &Mailer,
        lease: &Arc<Lease>,
        report: &mut RunReport,
        health: &Health,
        settings: Fingerprint,
    ) -> Result<(), OutboxError> {
        let now = self.clock.now();
        let is_open = report.circuit.allows(now, self.settings_changed(mailer)) == Allowance::None;
        if is_open && *health != Health::Fine {
            // One of several deliveries that were in flight when the first failed: no news.
            return Ok(());
        }
        let circuit = report.circuit.after(health, now);
        self.remember_failed_settings(&circuit, settings);
        if circuit == report.circuit {
            return Ok(());
        }
        match &circuit {
            Circuit::Closed => tracing::info!("the mail server works; the queue runs"),
            Circuit::Open { failures, .. } => {
                tracing::warn!(failures, "the mail server fails; the queue waits")
            }
            Circuit::Halted { .. } => tracing::error!("the mail settings cannot work; the queue is halted"),
        }
        report.circuit = circuit.clone();
        work(&self.store, lease, move |store| store.set_circuit(&circuit)).await
    }

    fn used_settings(&self) -> MutexGuard<'_, UsedSettings> {
        self.used_settings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remember_failed_settings(&self, circuit: &Circuit, settings: Fingerprint) {
        self.used_settings().failed = (*circuit != Circuit::Closed).then_some(settings);
    }

    /// Returns true if the settings differ from those of the last run, as far as this process knows.
    fn has_changed_since_last_run(&self, mailer: &Mailer) -> bool {
        let fingerprint = mailer.fingerprint();
        let last = self.used_settings().last.replace(fingerprint.clone());
        last.is_some_and(|last| last != fingerprint)
    }

    /// Returns true if the settings differ from those with which the queue stopped, as far as this process knows.
    fn settings_changed(&self, mailer: &Mailer) -> bool {
        self.used_settings().failed.as_ref().is_none_or(|settings| mailer.fingerprint() != *settings)
    }
}

impl Delivery {
    async fn run(mut self) -> Result<Completed, OutboxError> {
        let id = self.due.id;
        let attempts = self.due.attempts.saturating_add(1);
        let sender = ConfiguredSender::from_settings(&self.mailer.settings());
        if let Some(sender) = sender.as_ref().filter(|_| self.due.follows_settings)
            && !sender.is_sender_of(&self.due.object)
        {
            match sender.apply_to(&self.due.object) {
                Ok(object) => self.due.object = object,
                Err(error) => tracing::warn!(%id, %error, "the mail keeps its old sender"),
            }
        }
        let is_configured_sender = sender.is_some_and(|sender| sender.is_sender_of(&self.due.object));
        let gate = Arc::new(OnceLock::new());
        let (outcome, settings) = self.mailer.send_gated(self.gate(attempts, &gate), &self.due.object).await;
        match gate.get() {
            Some(GateFailure::Store(error)) => return Err(error.clone()),
            Some(GateFailure::Removed) => {
                return Ok(Completed { id, health: Health::Fine, settings, state: None });
            }
            None => {}
        }
        let now = self.clock.now();
        let Verdict { settlement, health } = judge(&outcome, &self.due, is_configured_sender, now);
        log(id, attempts, &outcome);
        let state = match settlement {
            Some(settlement) => {
                Some(work(&self.store, &self.lease, move |store| store.settle(id, &settlement, now)).await?)
            }
            None => None,
        };
        Ok(Completed { id, health, settings, state })
    }

    /// Marks the mail as `sending` before its content is sent.
    fn gate(&self, attempt: u32, failure: &Arc<OnceLock<GateFailure>>) -> Gate {
        let (store, lease, clock) =
            (Arc::clone(&self.store), Arc::clone(&self.lease), Arc::clone(&self.clock));
        let (id, failure) = (self.due.id, Arc::clone(failure));
        Gate::new(async move {
            let why = match work(&store, &lease, move |store| store.begin(id, attempt, clock.now())).await {
                Ok(BeginOutcome::Started) => return Ok(()),
                Ok(BeginOutcome::NotPending) => GateFailure::Removed,
                Err(error) => GateFailure::Store(error),
            };
            let text = match &why {
                GateFailure::Removed => "the mail was removed from the outbox".to_owned(),
                GateFailure::Store(error) => error.to_string(),
            };
            let _ = failure.set(why);
            Err(text)
        })
    }
}

/// The reason that a mail was held back right before its content was sent.
enum GateFailure {
    Removed,
    Store(OutboxError),
}

impl RunReport {
    fn count(&mut self, state: Option<MailState>) {
        match state {
            Some(MailState::Sent) => self.sent += 1,
            Some(MailState::Failed) => self.failed += 1,
            Some(MailState::Unknown) => self.unknown += 1,
            Some(MailState::Deferred | MailState::Queued | MailState::Sending) => self.deferred += 1,
            None => {}
        }
    }
}

/// Runs an operation on the store on a thread that may block. It runs to its end even if this future is dropped.
async fn work<T: Send + 'static>(
    store: &Arc<dyn OutboxStore>,
    lease: &Arc<Lease>,
    work: impl FnOnce(&dyn OutboxStore) -> Result<T, OutboxError> + Send + 'static,
) -> Result<T, OutboxError> {
    let (store, lease) = (Arc::clone(store), Arc::clone(lease));
    let done = spawn_blocking(move || {
        let result = work(&*store);
        drop(lease);
        result
    });
    done.await.map_err(stopped)?
}

/// Logs the outcome of an attempt without quoting the mail or the server.
fn log(id: MailId, attempts: u32, outcome: &Outcome) {
    let name = outcome.name();
    let code = match outcome {
        Outcome::Delivered { reply, .. } => Some(reply.code()),
        _ => outcome.failure().and_then(|failure| failure.reply()).map(|reply| reply.code()),
    };
    match outcome.failure() {
        None => tracing::info!(%id, attempts, code, "mail {name}"),
        Some(failure) => tracing::warn!(%id, attempts, code, step = failure.step.id(), "mail {name}"),
    }
}
