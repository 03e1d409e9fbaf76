//! The schedule of retries.

use std::time::{Duration, SystemTime};

use ring::digest::{SHA256, digest};

const MINUTE: Duration = Duration::from_secs(60);
/// The waits after the first attempts. The last one is repeated.
const WAITS: [Duration; 5] =
    [MINUTE, MINUTE.saturating_mul(5), MINUTE.saturating_mul(15), MINUTE.saturating_mul(30), HOUR];
const HOUR: Duration = Duration::from_secs(60 * 60);

/// The longest time until the next attempt. A time that is further away was recorded by a clock that was wrong, and is not
/// trusted.
pub(super) const LONGEST_WAIT: Duration = HOUR.saturating_mul(6);

/// Returns true if the time of an attempt has come, or cannot be trusted.
pub(super) fn is_due(at: SystemTime, now: SystemTime) -> bool {
    at <= now || now.checked_add(LONGEST_WAIT).is_some_and(|latest| at > latest)
}

/// Returns the wait after this many attempts: 1, 5, 15, 30, 60 minutes, then hourly, each varied by up to 20 %, so that
/// mails deferred together are not retried together. `seed` selects the variation.
pub(super) fn wait_after(attempts: u32, seed: &str) -> Duration {
    let index = usize::try_from(attempts.saturating_sub(1)).unwrap_or(usize::MAX);
    let wait = WAITS.get(index).copied().unwrap_or(HOUR);
    wait.mul_f64(0.8 + 0.4 * fraction(seed, attempts))
}

/// Returns a pseudorandom number from 0 to 1 that depends on the input only.
fn fraction(seed: &str, attempts: u32) -> f64 {
    let hash = digest(&SHA256, format!("{attempts} {seed}").as_bytes());
    let number = hash.as_ref().iter().take(4).fold(0_u32, |number, &byte| (number << 8) | u32::from(byte));
    f64::from(number) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    #[test]
    fn times_in_the_far_future_are_not_trusted() {
        let now = UNIX_EPOCH + HOUR * 500_000;
        for (at, expected) in [
            (now - HOUR, true),
            (now, true),
            (now + HOUR, false),
            (now + LONGEST_WAIT, false),
            (now + LONGEST_WAIT + MINUTE, true),
            (now + HOUR * 24 * 365 * 10, true),
        ] {
            assert_eq!(is_due(at, now), expected, "{at:?}");
        }
    }

    #[test]
    fn waits_grow_to_an_hour_and_vary_by_a_fifth() {
        for (attempts, minutes) in
            [(0, 1), (1, 1), (2, 5), (3, 15), (4, 30), (5, 60), (6, 60), (u32::MAX, 60)]
        {
            let plain = (MINUTE * minutes).as_secs_f64();
            let waits: Vec<f64> =
                (0..200).map(|seed| wait_after(attempts, &seed.to_string()).as_secs_f64() / plain).collect();
            assert!(waits.iter().all(|wait| (0.8..=1.2).contains(wait)), "{attempts}: {waits:?}");
            assert!(
                waits.iter().any(|wait| *wait < 0.9) && waits.iter().any(|wait| *wait > 1.1),
                "{attempts}"
            );
        }
        assert_eq!(wait_after(3, "a"), wait_after(3, "a"));
    }
}
