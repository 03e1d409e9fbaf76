//! Versions of programs: numbers with dots, and what may follow them.

use std::cmp::Ordering;

/// Returns the numbers of a version: `v11.2.0-rc1` has 11, 2 and 0. `None` if it begins with no number.
fn numbers(version: &str) -> Option<Vec<u64>> {
    let version = version.trim().trim_start_matches('v');
    let end = version.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(version.len());
    let numbers: Option<Vec<u64>> =
        version.get(..end)?.trim_end_matches('.').split('.').map(|part| part.parse().ok()).collect();
    numbers.filter(|numbers| !numbers.is_empty())
}

/// Compares two versions by their numbers; `None` if one has none.
pub(super) fn compare(a: &str, b: &str) -> Option<Ordering> {
    let (a, b) = (numbers(a)?, numbers(b)?);
    let longest = a.len().max(b.len());
    let padded = |numbers: &[u64]| -> Vec<u64> {
        numbers.iter().copied().chain(std::iter::repeat(0)).take(longest).collect()
    };
    Some(padded(&a).cmp(&padded(&b)))
}

/// Returns whether `new` may break what `old` promises: its first number that is not 0 is greater.
pub(super) fn is_major(old: Option<&str>, new: Option<&str>) -> bool {
    let (Some(old), Some(new)) = (old.and_then(numbers), new.and_then(numbers)) else { return false };
    let significant = |numbers: &[u64]| numbers.iter().position(|number| *number > 0).unwrap_or(2);
    let at = significant(&old).min(significant(&new)).min(2);
    let number = |numbers: &[u64], at: usize| numbers.get(at).copied().unwrap_or(0);
    number(&new, at) > number(&old, at)
}

#[cfg(test)]
mod tests {
    use super::{compare, is_major};
    use std::cmp::Ordering;

    #[test]
    fn versions_are_compared_by_number() {
        assert_eq!(compare("9.11", "10.0.0"), Some(Ordering::Less));
        assert_eq!(compare("v11", "11.0.0-rc1"), Some(Ordering::Equal));
        assert_eq!(compare("2022-06", "2026"), Some(Ordering::Less));
        assert_eq!(compare("next", "1.0"), None);
    }

    #[test]
    fn the_first_number_that_is_not_zero_is_the_major_one() {
        for (old, new, major) in [
            ("1.9", "2.0", true),
            ("1.2", "1.3", false),
            ("0.3.1", "0.4.0", true),
            ("0.3.1", "0.3.2", false),
            ("0.9", "1.0", true),
            ("2.0", "1.0", false),
        ] {
            assert_eq!(is_major(Some(old), Some(new)), major, "{old} {new}");
        }
        assert!(!is_major(None, Some("2.0")));
    }
}
