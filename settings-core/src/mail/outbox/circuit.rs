//! Whether the server is worth trying at all.
//!
//! One failing server fails every mail, so the queue as a whole waits: after a pause one mail is tried, and only
//! when the server answers it do the others follow. Settings that cannot work stop the queue until somebody acts.

use std::time::SystemTime;

use serde::{Serialize, Serializer, ser::SerializeStruct};

use super::schedule::wait_after;
use crate::timestamp::rfc3339;

/// Whether the queue runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Circuit {
    /// It runs.
    #[default]
    Closed,
    /// The server fails; at `until` one mail is tried.
    Open {
        /// When one mail is tried.
        until: SystemTime,
        /// Failures in a row.
        failures: u32,
        /// What was seen.
        why: String,
        /// Whether it was that the server's name has no address.
        name_not_found: bool,
    },
    /// The settings cannot work: nothing is tried until they change or an administrator says so.
    Halted {
        /// Since when.
        since: SystemTime,
        /// What was seen.
        why: String,
    },
}

/// What one delivery told of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Health {
    /// It works, whatever it said to this mail.
    Fine,
    /// It fails for every mail.
    Failing { why: String, not_before: SystemTime, name_not_found: bool },
    /// It cannot work with these settings.
    Misconfigured { why: String },
}

/// How many mails may be on their way at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Allowance {
    All,
    One,
    None,
}

impl Circuit {
    /// How many mails may be tried at this moment. `changed`: the settings are others than those that failed.
    pub(super) fn allows(&self, now: SystemTime, changed: bool) -> Allowance {
        match self {
            Self::Closed => Allowance::All,
            Self::Open { until, .. } if *until <= now => Allowance::One,
            Self::Halted { .. } if changed => Allowance::One,
            Self::Open { .. } | Self::Halted { .. } => Allowance::None,
        }
    }

    /// The circuit after one more delivery.
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
                    // A name without an address is a typing mistake unless it heals at once.
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
    fn a_failing_server_is_tried_by_one_mail_after_longer_and_longer_pauses() {
        let mut now = UNIX_EPOCH + Duration::from_hours(1);
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
    fn what_the_server_asks_for_is_waited() {
        let asked = UNIX_EPOCH + Duration::from_hours(3);
        let health = Health::Failing { why: String::new(), not_before: asked, name_not_found: false };
        assert_eq!(reopens(&Circuit::Closed.after(&health, UNIX_EPOCH)), Some(asked));
    }

    #[test]
    fn only_changed_settings_set_a_halted_queue_going() {
        let halted = Circuit::Closed.after(&Health::Misconfigured { why: "no login".to_owned() }, UNIX_EPOCH);
        let later = UNIX_EPOCH + Duration::from_hours(1000);
        assert_eq!(halted.allows(later, false), Allowance::None);
        assert_eq!(halted.allows(later, true), Allowance::One);
        assert_eq!(halted.after(&Health::Fine, later), Circuit::Closed);
    }

    #[test]
    fn a_name_not_found_twice_in_a_row_halts() {
        let once = Circuit::Closed.after(&failing(true), UNIX_EPOCH);
        assert!(matches!(once, Circuit::Open { .. }));
        assert!(matches!(once.after(&failing(true), UNIX_EPOCH), Circuit::Halted { .. }));
        assert!(matches!(once.after(&failing(false), UNIX_EPOCH), Circuit::Open { failures: 2, .. }));
    }
}
