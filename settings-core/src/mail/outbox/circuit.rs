//! The circuit breaker of the queue.
//!
//! A server that fails, fails every mail, so the queue as a whole waits. After a pause one mail is tried, and the others
//! follow only if the server accepts it. Settings that cannot work halt the queue until they change.

use std::time::SystemTime;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::mail::outbox::schedule::wait_after;
use crate::timestamp::rfc3339;

/// The state of the queue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Circuit {
    /// It runs.
    #[default]
    Closed,
    /// The server fails; at `until` one mail is tried.
    Open {
        /// The time at which one mail is tried.
        until: SystemTime,
        /// The number of consecutive failures.
        failures: u32,
        /// The last failure.
        why: String,
        /// True if the failure was that the server's name has no address.
        name_not_found: bool,
    },
    /// The settings cannot work: nothing is tried until they change or an administrator resumes the queue.
    Halted {
        /// The time at which the queue was halted.
        since: SystemTime,
        /// The failure.
        why: String,
    },
}

/// The condition of the server, as one delivery showed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Health {
    /// It works, whatever it replied to this mail.
    Fine,
    /// It fails for every mail.
    Failing { why: String, not_before: SystemTime, name_not_found: bool },
    /// It cannot work with these settings.
    Misconfigured { why: String },
}

/// The number of mails that may be delivered at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Allowance {
    All,
    One,
    None,
}

impl Circuit {
    /// Returns how many mails may be tried now. `changed` is true if the settings differ from those that failed.
    pub(super) fn allows(&self, now: SystemTime, changed: bool) -> Allowance {
        match self {
            Self::Closed => Allowance::All,
            Self::Open { until, .. } if *until <= now => Allowance::One,
            Self::Halted { .. } if changed => Allowance::One,
            Self::Open { .. } | Self::Halted { .. } => Allowance::None,
        }
    }

    /// Returns the circuit after one more delivery.
    pub(super) fn after(&self, health: &Health, now: SystemTime) -> Self {
        match health {
            Health::Fine => Self::Closed,
            Health::Misconfigured { why } => Self::Halted { since: now, why: why.clone() },
            Health::Failing { why, not_before, name_not_found } => {
                let (failures, twice) = match self {
                    Self::Open { failures, name_not_found: before, .. } => {
                        (failures.saturating_add(1), *before && *name_not_found)
                    }
                    Self::Closed | Self::Halted { .. } => (1, false),
                };
                if twice {
                    // A name without an address is a typing mistake, unless the next attempt succeeds.
                    return Self::Halted { since: now, why: why.clone() };
                }
                let wait = wait_after(failures, why);
                let until = now.checked_add(wait).unwrap_or(now).max(*not_before);
                Self::Open { until, failures, why: why.clone(), name_not_found: *name_not_found }
            }
        }
    }
}

impl Serialize for Circuit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (state, until, since, why) = match self {
            Self::Closed => ("running", None, None, None),
            Self::Open { until, why, .. } => ("waiting", Some(rfc3339(*until)), None, Some(why)),
            Self::Halted { since, why } => ("halted", None, Some(rfc3339(*since)), Some(why)),
        };
        let mut object = serializer.serialize_struct("Circuit", 4)?;
        object.serialize_field("state", state)?;
        object.serialize_field("until", &until)?;
        object.serialize_field("since", &since)?;
        object.serialize_field("why", &why)?;
        object.end()
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    fn reopens(circuit: &Circuit) -> Option<SystemTime> {
        match circuit {
            Circuit::Open { until, .. } => Some(*until),
            Circuit::Closed | Circuit::Halted { .. } => None,
        }
    }

    fn failing(name_not_found: bool) -> Health {
        Health::Failing { why: "refused".to_owned(), not_before: UNIX_EPOCH, name_not_found }
    }

    #[test]
    fn failing_server_is_probed_with_growing_pauses() {
        let mut now = UNIX_EPOCH + Duration::from_secs(3600);
        let mut circuit = Circuit::Closed;
        let mut pauses = Vec::new();
        for _ in 0..7 {
            circuit = circuit.after(&failing(false), now);
            assert_eq!(circuit.allows(now, true), Allowance::None);
            let until = reopens(&circuit).unwrap_or(now);
            pauses.push(until.duration_since(now).map_or(0, |pause| pause.as_secs()).div_ceil(60));
            now = until;
            assert_eq!(circuit.allows(now, false), Allowance::One);
        }
        assert!(pauses.is_sorted() || pauses.iter().rev().take(3).all(|pause| *pause >= 48), "{pauses:?}");
        assert_eq!(circuit.after(&Health::Fine, now), Circuit::Closed);
    }

    #[test]
    fn requested_wait_is_honoured() {
        let asked = UNIX_EPOCH + Duration::from_secs(3 * 3600);
        let health = Health::Failing { why: String::new(), not_before: asked, name_not_found: false };
        assert_eq!(reopens(&Circuit::Closed.after(&health, UNIX_EPOCH)), Some(asked));
    }

    #[test]
    fn halted_queue_resumes_with_changed_settings_only() {
        let halted = Circuit::Closed.after(&Health::Misconfigured { why: "no login".to_owned() }, UNIX_EPOCH);
        let later = UNIX_EPOCH + Duration::from_secs(1000 * 3600);
        assert_eq!(halted.allows(later, false), Allowance::None);
        assert_eq!(halted.allows(later, true), Allowance::One);
        assert_eq!(halted.after(&Health::Fine, later), Circuit::Closed);
    }

    #[test]
    fn name_not_found_twice_in_a_row_halts() {
        let once = Circuit::Closed.after(&failing(true), UNIX_EPOCH);
        assert!(matches!(once, Circuit::Open { .. }));
        assert!(matches!(once.after(&failing(true), UNIX_EPOCH), Circuit::Halted { .. }));
        assert!(matches!(once.after(&failing(false), UNIX_EPOCH), Circuit::Open { failures: 2, .. }));
    }
}
