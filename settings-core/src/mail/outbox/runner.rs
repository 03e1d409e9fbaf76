//! Delivers the mails that are due.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use serde::Serialize;
use tokio::sync::OwnedMutexGuard;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::mail::fingerprint::Fingerprint;
use crate::mail::mailer::Mailer;
use crate::mail::outbox::circuit::Circuit;
use crate::mail::outbox::error::OutboxError;
use crate::mail::outbox::round::Round;
use crate::mail::outbox::schedule::is_due;
use crate::mail::outbox::sender::ConfiguredSender;
use crate::mail::outbox::store::{Claim, OutboxStore};
use crate::mail::outbox::{Outbox, stopped};

/// The longest time between two looks at an exclusive store: another process may have added a mail.
const POLL_INTERVAL: Duration = Duration::from_secs(30);

/// The time between two looks for mails of a shared store that have expired or are no longer kept.
const SWEEP_INTERVAL: Duration = Duration::from_secs(15);

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
    /// Mails whose lease was lost while they were sent, so that the result is not recorded. The program that took them
    /// over counts them.
    pub lost: u64,
    /// Mails that an earlier run, or another program, was sending when it ended.
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

/// The facts of earlier runs, as far as this process knows.
#[derive(Debug, Default)]
pub(super) struct Remembered {
    /// The settings with which the queue stopped.
    failed: Option<Fingerprint>,
    /// The settings of the last run.
    last: Option<Fingerprint>,
    /// The time of the last sweep.
    swept: Option<Instant>,
}

/// The right to deliver, within this process and among processes. Every operation on the store holds a clone, so that
/// operations that outlive a cancelled run have ended before the next run begins.
pub(super) struct Turn {
    _claim: Claim,
    _turn: OwnedMutexGuard<()>,
}

impl Outbox {
    /// Delivers every mail that is due, and returns when no more are.
    ///
    /// The future may be dropped at any point. Mails that were being sent then count as `unknown` in the next run; with a
    /// store that several programs share, after their lease.
    ///
    /// # Errors
    /// Returns an error if the store fails. Results that were not recorded are treated as after a crash.
    pub async fn run_once(&self, mailer: &Mailer) -> Result<RunReport, OutboxError> {
        let mut report = RunReport::default();
        let Some(turn) = self.turn().await? else {
            report.busy = true;
            return Ok(report);
        };
        self.prepare(mailer, &turn, &mut report).await?;
        Round::new(self, mailer, &turn, &mut report).deliver().await?;
        let next_due = work(&self.store, &turn, |store| store.next_due()).await?;
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
            let longest = self.longest_pause();
            let pause = match self.run_once(&mailer()).await {
                Ok(report) => report.next.map_or(longest, |next| {
                    let wait = next.duration_since(self.clock.now()).unwrap_or_default();
                    wait.max(Duration::from_millis(10)).min(longest)
                }),
                Err(error) => {
                    tracing::error!(%error, "mail cannot be delivered");
                    POLL_INTERVAL
                }
            };
            let _ = timeout(pause, self.wakeup.notified()).await;
        }
    }

    /// Returns the time until the next look at the store, varied so that programs do not look at the same moment.
    fn longest_pause(&self) -> Duration {
        let Some(sharing) = &self.sharing else { return POLL_INTERVAL };
        // a new state of a hash map is random
        let random = u32::try_from(RandomState::new().hash_one(0) >> 32).unwrap_or_default();
        sharing.poll.mul_f64(0.75 + 0.5 * f64::from(random) / f64::from(u32::MAX))
    }

    async fn turn(&self) -> Result<Option<Arc<Turn>>, OutboxError> {
        let turn = Arc::clone(&self.delivery_lock).lock_owned().await;
        let store = Arc::clone(&self.store);
        let claim = spawn_blocking(move || store.claim()).await.map_err(stopped)??;
        Ok(claim.map(|claim| Arc::new(Turn { _claim: claim, _turn: turn })))
    }

    /// Recovers mails of programs that ended, and tidies up.
    async fn prepare(
        &self,
        mailer: &Mailer,
        turn: &Arc<Turn>,
        report: &mut RunReport,
    ) -> Result<(), OutboxError> {
        let (now, limits) = (self.clock.now(), self.limits);
        let sender = ConfiguredSender::from_settings(&mailer.settings());
        let has_changed = self.has_changed_since_last_run(mailer);
        let sweeps = self.sweeps_now() || has_changed;
        (report.recovered, report.expired, report.circuit) = work(&self.store, turn, move |store| {
            if let Some(sender) = sender.filter(|_| sweeps) {
                store.adopt_sender(sender.address(), sender.envelope())?;
            }
            if has_changed {
                store.make_due(now)?;
            }
            let recovered = store.recover(now)?;
            let expired = if sweeps { store.sweep(&limits, now)? } else { 0 };
            Ok((recovered, expired, store.circuit()?))
        })
        .await?;
        if report.recovered > 0 {
            tracing::warn!(mails = report.recovered, "a program ended while mails were being sent");
        }
        Ok(())
    }

    /// Returns true if it is time to sweep: always with an exclusive store, which no other program looks at.
    fn sweeps_now(&self) -> bool {
        let mut remembered = self.remembered();
        let is_time = remembered.swept.is_none_or(|swept| swept.elapsed() >= SWEEP_INTERVAL);
        if is_time {
            remembered.swept = Some(Instant::now());
        }
        is_time || self.sharing.is_none()
    }

    fn remembered(&self) -> MutexGuard<'_, Remembered> {
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn remember_failed_settings(&self, circuit: &Circuit, settings: Fingerprint) {
        self.remembered().failed = (*circuit != Circuit::Closed).then_some(settings);
    }

    /// Returns true if the settings differ from those of the last run, as far as this process knows.
    fn has_changed_since_last_run(&self, mailer: &Mailer) -> bool {
        let fingerprint = mailer.fingerprint();
        let last = self.remembered().last.replace(fingerprint.clone());
        last.is_some_and(|last| last != fingerprint)
    }

    /// Returns true if the settings differ from those with which the queue stopped, as far as this process knows.
    pub(super) fn settings_changed(&self, mailer: &Mailer) -> bool {
        self.remembered().failed.as_ref().is_none_or(|settings| mailer.fingerprint() != *settings)
    }
}

/// Runs an operation on the store on a thread that may block. It runs to its end even if this future is dropped.
pub(super) async fn work<T: Send + 'static>(
    store: &Arc<dyn OutboxStore>,
    turn: &Arc<Turn>,
    work: impl FnOnce(&dyn OutboxStore) -> Result<T, OutboxError> + Send + 'static,
) -> Result<T, OutboxError> {
    let (store, turn) = (Arc::clone(store), Arc::clone(turn));
    let done = spawn_blocking(move || {
        let result = work(&*store);
        drop(turn);
        result
    });
    done.await.map_err(stopped)?
}
