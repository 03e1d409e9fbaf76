//! The clock of the database.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use settings_core::mail::outbox::Clock;

/// The clock of the database, which all programs have in common: its time when it was last asked, and what has passed since
/// then by the monotonic clock of this machine. Before that, the clock of this machine.
#[derive(Debug, Default)]
pub(crate) struct DatabaseClock(Mutex<Option<(SystemTime, Instant)>>);

impl DatabaseClock {
    /// Remembers the time of the database, as an answer to a question that was asked at this moment.
    pub(crate) fn set(&self, millis: i64, asked: Instant) {
        // the database looked at its clock halfway, as good as is known
        let now = time(millis).checked_add(asked.elapsed() / 2);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *known = now.map(|now| (now, Instant::now()));
    }
}

impl Clock for DatabaseClock {
    fn now(&self) -> SystemTime {
        let known = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.and_then(|(time, at)| time.checked_add(at.elapsed())).unwrap_or_else(SystemTime::now)
    }
}

/// Returns milliseconds since 1970.
pub(crate) fn millis(time: SystemTime) -> i64 {
    time.duration_since(UNIX_EPOCH).map_or(0, length)
}

/// Returns a duration in milliseconds. A longer one than a thousand years is as good as that, and cannot overflow.
pub(crate) fn length(duration: Duration) -> i64 {
    const LONGEST: i64 = 1000 * 366 * 24 * 60 * 60 * 1000;
    i64::try_from(duration.as_millis()).unwrap_or(LONGEST).min(LONGEST)
}

/// Returns the time of milliseconds since 1970.
pub(crate) fn time(millis: i64) -> SystemTime {
    let since = Duration::from_millis(u64::try_from(millis).unwrap_or_default());
    UNIX_EPOCH.checked_add(since).unwrap_or(UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The clock of this machine plays no part once the database has answered.
    #[test]
    fn clock_follows_the_database() {
        let clock = DatabaseClock::default();
        assert!(clock.now() >= SystemTime::now() - Duration::from_secs(1));
        for millis in [1_000, 4_000_000_000_000, 2_000] {
            clock.set(millis, Instant::now());
            let ahead = clock.now().duration_since(time(millis));
            assert!(ahead.is_ok_and(|ahead| ahead < Duration::from_secs(60)), "{millis}");
        }
    }
}
