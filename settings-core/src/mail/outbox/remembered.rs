//! What this process remembers of earlier runs.

use std::sync::{MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::mail::fingerprint::Fingerprint;
use crate::mail::mailer::Mailer;
use crate::mail::outbox::Outbox;
use crate::mail::outbox::circuit::Circuit;

/// The time between two looks for mails of a shared store that have expired or are no longer kept.
const SWEEP_INTERVAL: Duration = Duration::from_secs(15);

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

impl Outbox {
    /// Returns true if it is time to sweep: always with an exclusive store, which no other program looks at.
    pub(super) fn sweeps_now(&self) -> bool {
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
    pub(super) fn has_changed_since_last_run(&self, mailer: &Mailer) -> bool {
        let fingerprint = mailer.fingerprint();
        let last = self.remembered().last.replace(fingerprint.clone());
        last.is_some_and(|last| last != fingerprint)
    }

    /// Returns true if the settings differ from those with which the queue stopped, as far as this process knows.
    pub(super) fn settings_changed(&self, mailer: &Mailer) -> bool {
        self.remembered().failed.as_ref().is_none_or(|settings| mailer.fingerprint() != *settings)
    }
}
