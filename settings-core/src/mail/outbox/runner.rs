//! Delivers the mails that are due.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use crate::mail::mailer::Mailer;
use crate::mail::outbox::Outbox;
use crate::mail::outbox::error::OutboxError;
use crate::mail::outbox::round::Round;
use crate::mail::outbox::run_report::RunReport;
use crate::mail::outbox::schedule::is_due;
use crate::mail::outbox::sender::ConfiguredSender;
use crate::mail::outbox::turn::{Turn, work};

/// The longest time between two looks at an exclusive store: another process may have added a mail.
const POLL_INTERVAL: Duration = Duration::from_secs(30);

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
}
