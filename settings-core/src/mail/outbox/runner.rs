//! Delivering what is due.

use std::{
    sync::{Arc, Mutex as StdMutex, OnceLock, PoisonError},
    time::{Duration, SystemTime},
};

use serde::Serialize;
use tokio::{
    sync::OwnedMutexGuard,
    task::{JoinSet, spawn_blocking},
    time::timeout,
};

use super::{
    Outbox,
    circuit::{Allowance, Circuit, Health},
    clock::Clock,
    entry::State,
    mail::MailId,
    stopped,
    store::{Claim, Due, Store, StoreError},
    verdict::{Verdict, judge},
};
use crate::mail::{mailer::Mailer, outcome::Outcome, session::Gate, settings::EmailSettings};

/// How long the loop sleeps at most: another process may have put something in.
const NAP: Duration = Duration::from_secs(30);

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// Mails sent to their last recipient.
    pub sent: u64,
    /// Mails to be tried again.
    pub deferred: u64,
    /// Mails given up for at least one recipient.
    pub failed: u64,
    /// Mails of which nobody knows whether they arrived.
    pub unknown: u64,
    /// Mails that a run before this one left behind in the middle of sending.
    pub recovered: u64,
    /// Mails given up unsent because they had become too old.
    pub expired: u64,
    /// Whether nothing was done because another process delivers from this outbox.
    pub busy: bool,
    /// Whether the queue runs.
    pub circuit: Circuit,
    /// When there is something to do next, as far as is known now.
    #[serde(skip)]
    pub next: Option<SystemTime>,
}

/// The settings with which the queue was stopped, as long as this program runs.
pub(super) type Halt = Arc<StdMutex<Option<EmailSettings>>>;

/// The right to deliver, in this process and among processes. Work on the store holds a share of it, so that work that
/// outlives a cancelled run has ended before the next run begins.
struct Lease {
    _claim: Claim,
    _turn: OwnedMutexGuard<()>,
}

/// One mail's way to the server and back.
struct Flight {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    lease: Arc<Lease>,
    mailer: Mailer,
    due: Due,
}

/// A mail that has come back.
struct Landed {
    id: MailId,
    health: Health,
    /// The settings that were obeyed.
    obeyed: EmailSettings,
    /// Where the mail stands; none where the attempt said nothing of it.
    state: Option<State>,
}

impl Outbox {
    /// Delivers everything that is due, and returns when nothing is.
    ///
    /// May be dropped at any point: what was on its way then counts as `unknown` in the next run.
    ///
    /// # Errors
    /// Where the store fails; what was not written down is treated like after a crash.
    pub async fn run_once(&self, mailer: &Mailer) -> Result<Report, StoreError> {
        let mut report = Report::default();
        let Some(lease) = self.lease().await? else {
            report.busy = true;
            return Ok(report);
        };
        let (now, limits) = (self.clock.now(), self.limits);
        (report.recovered, report.expired, report.circuit) = work(&self.store, &lease, move |store| {
            Ok((store.recover(now)?, store.sweep(&limits, now)?, store.circuit()?))
        })
        .await?;
        if report.recovered > 0 {
            tracing::warn!(mails = report.recovered, "the last run ended while mails were on their way");
        }
        self.deliver(mailer, &lease, &mut report).await?;
        let next_due = work(&self.store, &lease, |store| store.next_due()).await?;
        report.next = match &report.circuit {
            Circuit::Closed => next_due,
            Circuit::Open { until, .. } => next_due.map(|next| next.max(*until)),
            Circuit::Halted { .. } => None,
        };
        Ok(report)
    }

    /// Delivers for ever: whatever is due, when it is due. `mailer` gives the sender of the present settings.
    ///
    /// May be dropped at any point, like [`Outbox::run_once`].
    pub async fn run(&self, mut mailer: impl FnMut() -> Mailer) {
        loop {
            let nap = match self.run_once(&mailer()).await {
                Ok(report) => report.next.map_or(NAP, |next| {
                    next.duration_since(self.clock.now())
                        .unwrap_or_default()
                        .clamp(Duration::from_millis(10), NAP)
                }),
                Err(error) => {
                    tracing::error!(%error, "mail cannot be delivered");
                    NAP
                }
            };
            let _ = timeout(nap, self.bell.notified()).await;
        }
    }

    async fn lease(&self) -> Result<Option<Arc<Lease>>, StoreError> {
        let turn = Arc::clone(&self.turn).lock_owned().await;
        let store = Arc::clone(&self.store);
        let claim = spawn_blocking(move || store.claim()).await.map_err(|error| stopped(&error))??;
        Ok(claim.map(|claim| Arc::new(Lease { _claim: claim, _turn: turn })))
    }

    async fn deliver(
        &self,
        mailer: &Mailer,
        lease: &Arc<Lease>,
        report: &mut Report,
    ) -> Result<(), StoreError> {
        // Dropped with this future, the flights are cancelled.
        let mut flights = JoinSet::new();
        let mut aloft: Vec<MailId> = Vec::new();
        let mut broken = None;
        loop {
            let allowed = match report.circuit.allows(self.clock.now(), self.settings_changed(mailer)) {
                Allowance::All => self.concurrency,
                Allowance::One => 1,
                Allowance::None => 0,
            };
            let allowed = if broken.is_some() { 0 } else { allowed };
            let room = allowed.saturating_sub(aloft.len());
            if room > 0 {
                let (now, except) = (self.clock.now(), aloft.clone());
                match work(&self.store, lease, move |store| store.due(now, room, &except)).await {
                    Ok(due) => due.into_iter().for_each(|due| {
                        aloft.push(due.id);
                        flights.spawn(self.flight(mailer, lease, due).fly());
                    }),
                    Err(error) => broken = Some(error),
                }
            }
            let landed = match flights.join_next().await {
                None => return broken.map_or(Ok(()), Err),
                Some(landed) => landed.unwrap_or_else(|error| Err(stopped(&error))),
            };
            let landed = match landed {
                Ok(landed) => landed,
                Err(error) => {
                    // Whatever is on its way still lands: cut off, nobody would know what became of it.
                    broken.get_or_insert(error);
                    continue;
                }
            };
            aloft.retain(|id| *id != landed.id);
            report.count(landed.state);
            if let Err(error) = self.turn_circuit(mailer, lease, report, &landed).await {
                broken.get_or_insert(error);
            }
        }
    }

    fn flight(&self, mailer: &Mailer, lease: &Arc<Lease>, due: Due) -> Flight {
        Flight {
            store: Arc::clone(&self.store),
            clock: Arc::clone(&self.clock),
            lease: Arc::clone(lease),
            mailer: mailer.clone(),
            due,
        }
    }

    async fn turn_circuit(
        &self,
        mailer: &Mailer,
        lease: &Arc<Lease>,
        report: &mut Report,
        landed: &Landed,
    ) -> Result<(), StoreError> {
        let health = &landed.health;
        let now = self.clock.now();
        let stands = report.circuit.allows(now, self.settings_changed(mailer)) == Allowance::None;
        if stands && *health != Health::Fine {
            // One of several that were on their way when the first failed: it tells nothing new.
            return Ok(());
        }
        let circuit = report.circuit.after(health, now);
        self.remember_halt(&circuit, &landed.obeyed);
        if circuit == report.circuit {
            return Ok(());
        }
        match &circuit {
            Circuit::Closed => tracing::info!("the mail server works, the queue runs"),
            Circuit::Open { failures, .. } => {
                tracing::warn!(failures, "the mail server fails, the queue waits")
            }
            Circuit::Halted { .. } => tracing::error!("the mail settings cannot work, the queue is stopped"),
        }
        report.circuit = circuit.clone();
        work(&self.store, lease, move |store| store.set_circuit(&circuit)).await
    }

    fn remember_halt(&self, circuit: &Circuit, obeyed: &EmailSettings) {
        let mut halt = self.halt.lock().unwrap_or_else(PoisonError::into_inner);
        *halt = matches!(circuit, Circuit::Halted { .. }).then(|| obeyed.clone());
    }

    /// Whether the settings are others than those that stopped the queue, as far as this program knows.
    fn settings_changed(&self, mailer: &Mailer) -> bool {
        let halt = self.halt.lock().unwrap_or_else(PoisonError::into_inner);
        halt.as_ref().is_none_or(|settings| !mailer.uses(settings))
    }
}

impl Flight {
    async fn fly(self) -> Result<Landed, StoreError> {
        let id = self.due.id;
        let attempts = self.due.attempts.saturating_add(1);
        let gate = Arc::new(OnceLock::new());
        let (outcome, obeyed) = self.mailer.send_gated(self.gate(attempts, &gate), &self.due.object).await;
        match gate.get() {
            Some(Hold::Store(error)) => return Err(error.clone()),
            Some(Hold::Removed) => return Ok(Landed { id, health: Health::Fine, obeyed, state: None }),
            None => {}
        }
        let now = self.clock.now();
        let Verdict { settlement, health } = judge(&outcome, &self.due, now);
        log(id, attempts, &outcome);
        let state = match settlement {
            Some(settlement) => {
                Some(work(&self.store, &self.lease, move |store| store.settle(id, &settlement, now)).await?)
            }
            None => None,
        };
        Ok(Landed { id, health, obeyed, state })
    }

    /// Marks the mail as `sending` before its content goes out.
    fn gate(&self, attempt: u32, hold: &Arc<OnceLock<Hold>>) -> Gate {
        let (store, lease, clock) =
            (Arc::clone(&self.store), Arc::clone(&self.lease), Arc::clone(&self.clock));
        let (id, hold) = (self.due.id, Arc::clone(hold));
        Gate::new(async move {
            let why = match work(&store, &lease, move |store| store.begin(id, attempt, clock.now())).await {
                Ok(true) => return Ok(()),
                Ok(false) => Hold::Removed,
                Err(error) => Hold::Store(error),
            };
            let text = match &why {
                Hold::Removed => "the mail was removed from the outbox".to_owned(),
                Hold::Store(error) => error.to_string(),
            };
            let _ = hold.set(why);
            Err(text)
        })
    }
}

/// Why a mail was held back right before its content went out.
enum Hold {
    Removed,
    Store(StoreError),
}

impl Report {
    fn count(&mut self, state: Option<State>) {
        match state {
            Some(State::Sent) => self.sent += 1,
            Some(State::Failed) => self.failed += 1,
            Some(State::Unknown) => self.unknown += 1,
            Some(State::Deferred | State::Queued | State::Sending) => self.deferred += 1,
            None => {}
        }
    }
}

/// Does work on the store where that may block. It goes on to its end even if nobody waits for it any more.
async fn work<T: Send + 'static>(
    store: &Arc<dyn Store>,
    lease: &Arc<Lease>,
    work: impl FnOnce(&dyn Store) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let (store, lease) = (Arc::clone(store), Arc::clone(lease));
    let done = spawn_blocking(move || {
        let result = work(&*store);
        drop(lease);
        result
    });
    done.await.map_err(|error| stopped(&error))?
}

/// What came of an attempt, without a word of the mail or the server.
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
