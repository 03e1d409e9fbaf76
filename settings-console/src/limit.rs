//! Limits on how often a visitor or an address may act.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The number of names that are counted at a time. Older ones are forgotten, as they are idle.
const MAX_NAMES: usize = 10_000;

/// A number of actions in a period, for each name.
pub(crate) struct Limit {
    actions: usize,
    period: Duration,
    seen: Mutex<HashMap<String, VecDeque<Instant>>>,
}

impl Limit {
    pub(crate) fn per_minute(actions: usize) -> Self {
        Self { actions, period: Duration::from_secs(60), seen: Mutex::default() }
    }

    /// Counts an action for all names, unless one of them has used up its number.
    ///
    /// # Errors
    /// Returns the time to wait.
    pub(crate) fn count(&self, names: &[String], now: Instant) -> Result<(), Duration> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() > MAX_NAMES {
            seen.retain(|_, times| times.back().is_some_and(|last| now.duration_since(*last) < self.period));
        }
        for name in names {
            let times = seen.entry(name.clone()).or_default();
            while times.front().is_some_and(|first| now.duration_since(*first) >= self.period) {
                times.pop_front();
            }
            if let Some(first) = times.front().filter(|_| times.len() >= self.actions) {
                return Err(self.period.saturating_sub(now.duration_since(*first)));
            }
        }
        for name in names {
            seen.entry(name.clone()).or_default().push_back(now);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_has_its_own_number() {
        let (limit, start) = (Limit::per_minute(2), Instant::now());
        let (ann, bob) = (vec!["ann".to_owned()], vec!["bob".to_owned()]);
        assert!(limit.count(&ann, start).is_ok() && limit.count(&ann, start).is_ok());
        assert_eq!(limit.count(&ann, start), Err(Duration::from_secs(60)));
        assert!(limit.count(&bob, start).is_ok());
        let both = [ann.clone(), bob.clone()].concat();
        assert!(limit.count(&both, start).is_err());
        assert!(limit.count(&bob, start).is_ok(), "a refused action is not counted");
        assert!(limit.count(&ann, start + Duration::from_secs(60)).is_ok());
    }
}
