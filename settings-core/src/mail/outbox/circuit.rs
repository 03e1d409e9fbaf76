//! The circuit breaker of the queue.
//!
//! A server that fails, fails every mail, so the queue as a whole waits. After a pause one mail is tried, and the others
//! follow only if the server accepts it. Settings that cannot work halt the queue until they change, with one attempt an
//! hour in case the reason was elsewhere.

use std::time::{Duration, SystemTime};

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::mail::outbox::schedule::{is_due, wait_after};
use crate::timestamp::rfc3339;

/// The interval between the attempts of a halted queue.
const HALTED_INTERVAL: Duration = Duration::from_secs(60 * 60);

/// The state of the queue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Circuit {
    /// It runs.
    #[default]
    Closed,
    /// The server fails. One mail is tried at `until`.
    Open {
        /// The time at which one mail is tried.
        until: SystemTime,
        /// The number of consecutive failures.
        failures: u32,
        /// The last failure.
        why: String,
    },
    /// The settings cannot work: one mail is tried when they change, when an administrator resumes the queue, or at
    /// `until`.
    Halted {
        /// The time at which the queue was halted.
        since: SystemTime,
        /// The time at which one mail is tried.
        until: SystemTime,
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
    Failing { why: String, not_before: SystemTime },
    /// It failed within the transaction of this mail. That may concern this mail only.
    Suspect { why: String, not_before: SystemTime, misconfigured: bool },
    /// It cannot work with these settings.
    Misconfigured { why: String },
    /// It was not contacted.
    Untested,
}

/// The number of mails that may be delivered at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Allowance {
    All,
    One,
    None,
}

impl Health {
    /// Returns the condition of a server at which several mails in a row were suspect.
    pub(super) fn confirmed(self) -> Self {
        match self {
            Self::Suspect { why, misconfigured: true, .. } => Self::Misconfigured { why },
            Self::Suspect { why, not_before, misconfigured: false } => Self::Failing { why, not_before },
            other => other,
        }
    }
}

impl Circuit {
    /// Returns the time at which one mail is tried, or `None` if the queue runs.
    pub fn until(&self) -> Option<SystemTime> {
        match self {
            Self::Closed => None,
            Self::Open { until, .. } | Self::Halted { until, .. } => Some(*until),
        }
    }

    /// Returns the failure for which the queue waits or is halted.
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::Closed => None,
            Self::Open { why, .. } | Self::Halted { why, .. } => Some(why),
        }
    }

    /// Returns the circuit with another time at which one mail is tried.
    pub(super) fn tried_at(&self, time: SystemTime) -> Self {
        let mut circuit = self.clone();
        match &mut circuit {
            Self::Closed => {}
            Self::Open { until, .. } | Self::Halted { until, .. } => *until = time,
        }
        circuit
    }

    /// Returns how many mails may be tried now. `changed` is true if the settings differ from those that failed.
    pub(super) fn allows(&self, now: SystemTime, changed: bool) -> Allowance {
        match self.until() {
            None => Allowance::All,
            Some(until) if changed || is_due(until, now) => Allowance::One,
            Some(_) => Allowance::None,
        }
    }

    /// Returns the circuit after one more delivery.
    pub(super) fn after(&self, health: &Health, now: SystemTime) -> Self {
        match health {
            Health::Fine => Self::Closed,
            Health::Suspect { .. } | Health::Untested => self.clone(),
            Health::Misconfigured { why } => {
                let since = match self {
                    Self::Halted { since, .. } if *since <= now => *since,
                    _ => now,
                };
                let until = now.checked_add(HALTED_INTERVAL).unwrap_or(now);
                Self::Halted { since, until, why: why.clone() }
            }
            Health::Failing { why, not_before } => {
                let failures = match self {
                    Self::Open { failures, .. } => failures.saturating_add(1),
                    Self::Closed | Self::Halted { .. } => 1,
                };
                let wait = wait_after(failures, why);
                let until = now.checked_add(wait).unwrap_or(now).max(*not_before);
                Self::Open { until, failures, why: why.clone() }
            }
        }
    }
}

impl Serialize for Circuit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (state, since, why) = match self {
            Self::Closed => ("running", None, None),
            Self::Open { why, .. } => ("waiting", None, Some(why)),
            Self::Halted { since, why, .. } => ("halted", Some(rfc3339(*since)), Some(why)),
        };
        let mut object = serializer.serialize_struct("Circuit", 4)?;
        object.serialize_field("state", state)?;
        object.serialize_field("until", &self.until().map(rfc3339))?;
        object.serialize_field("since", &since)?;
        object.serialize_field("why", &why)?;
        object.end()
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    const HOUR: Duration = Duration::from_secs(60 * 60);

    fn start() -> SystemTime {
        UNIX_EPOCH + HOUR * 500_000
    }

    fn failing() -> Health {
        Health::Failing { why: "refused".to_owned(), not_before: UNIX_EPOCH }
    }

    fn misconfigured() -> Health {
        Health::Misconfigured { why: "no login".to_owned() }
    }

    #[test]
    fn failing_server_is_probed_with_growing_pauses() {
        let mut now = start();
        let mut circuit = Circuit::Closed;
        let mut pauses = Vec::new();
        for _ in 0..7 {
            circuit = circuit.after(&failing(), now);
            assert_eq!(circuit.allows(now, false), Allowance::None);
            let until = circuit.until().unwrap_or(now);
            pauses.push(until.duration_since(now).map_or(0, |pause| pause.as_secs()).div_ceil(60));
            now = until;
            assert_eq!(circuit.allows(now, false), Allowance::One);
        }
        assert!(pauses.is_sorted() || pauses.iter().rev().take(3).all(|pause| *pause >= 48), "{pauses:?}");
        assert_eq!(circuit.after(&Health::Fine, now), Circuit::Closed);
    }

    #[test]
    fn requested_wait_is_honoured() {
        let health = Health::Failing { why: String::new(), not_before: start() + HOUR * 3 };
        assert_eq!(Circuit::Closed.after(&health, start()).until(), Some(start() + HOUR * 3));
    }

    /// Whatever happened, the queue tries again within the hour and a fifth, or immediately with other settings.
    #[test]
    fn no_queue_waits_for_ever() {
        let mut circuits = vec![Circuit::Closed];
        for _ in 0..4 {
            let next = |circuit: &Circuit| {
                [failing(), misconfigured(), Health::Untested, failing()]
                    .map(|health| circuit.after(&health, start()))
            };
            circuits.extend(circuits.clone().iter().flat_map(next));
        }
        for circuit in circuits {
            assert_ne!(circuit.allows(start() + HOUR * 2, false), Allowance::None, "{circuit:?}");
            assert_ne!(circuit.allows(start(), true), Allowance::None, "{circuit:?}");
            for years in 1..20 {
                let past = start() - HOUR * 24 * 365 * years;
                assert_ne!(circuit.allows(past, false), Allowance::None, "the clock was ahead: {circuit:?}");
            }
        }
    }

    #[test]
    fn halted_queue_keeps_its_start() {
        let halted = Circuit::Closed.after(&misconfigured(), start());
        let again = halted.after(&misconfigured(), start() + HOUR);
        assert!(matches!(again, Circuit::Halted { since, until, .. }
            if since == start() && until == start() + HOUR * 2));
    }
}
