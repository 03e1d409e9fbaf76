//! Version ranges.

use semver::{Comparator, Op, Prerelease, Version, VersionReq};

/// Returns true if `range` covers `version`.
///
/// Cargo excludes pre-releases from most ranges, which is right for choosing versions and wrong for warnings: 1.4.3-rc.1
/// has the faults that 1.4.3 fixes. So a pre-release is compared by precedence if the range names whole versions, and
/// counts as its release otherwise.
pub(super) fn covers(range: &VersionReq, version: &Version) -> bool {
    range.matches(version)
        || !version.pre.is_empty() && range.comparators.iter().all(|bound| admits(bound, version))
}

fn admits(bound: &Comparator, version: &Version) -> bool {
    let Comparator { op, major, minor: Some(minor), patch: Some(patch), pre, .. } = bound else {
        return admits_release(bound, version);
    };
    let limit = Version { pre: pre.clone(), ..Version::new(*major, *minor, *patch) };
    let order = version.cmp_precedence(&limit);
    match op {
        Op::Exact => order.is_eq(),
        Op::Greater => order.is_gt(),
        Op::GreaterEq => order.is_ge(),
        Op::Less => order.is_lt(),
        Op::LessEq => order.is_le(),
        _ => admits_release(bound, version),
    }
}

fn admits_release(bound: &Comparator, version: &Version) -> bool {
    bound.matches(&Version { pre: Prerelease::EMPTY, ..version.clone() })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn pre_releases_are_compared_by_precedence() {
        for (range, inside, outside) in [
            (
                ">=1.2.0, <1.4.3",
                &["1.2.0", "1.4.2", "1.3.0-beta", "1.4.3-rc.1"][..],
                &["1.1.9", "1.4.3", "2.0.0"][..],
            ),
            ("<1.4.3", &["0.0.1", "1.4.3-rc.1", "0.9.0-alpha"], &["1.4.3", "1.4.4-rc.1"]),
            (">=2.0.0-rc.1", &["2.0.0-rc.1", "2.0.0", "2.0.1-beta", "3.0.0"], &["2.0.0-beta", "1.9.9"]),
            ("=1.4.2", &["1.4.2", "1.4.2+build.7"], &["1.4.2-rc.1", "1.4.1"]),
            ("1.4", &["1.4.0", "1.9.0", "1.5.0-rc.1"], &["2.0.0", "1.3.9"]),
            ("~1.4.1", &["1.4.1", "1.4.9"], &["1.5.0", "1.4.0"]),
            ("*", &["0.0.0", "1.0.0-rc.1"], &[]),
            ("<=1.4.2", &["1.4.2", "1.4.2-rc.1"], &["1.4.3-rc.1"]),
            (">1.4.2", &["1.4.3-rc.1", "1.4.3"], &["1.4.2", "1.4.2-rc.1"]),
        ] {
            let parsed: VersionReq = range.parse().unwrap();
            for version in inside {
                assert!(covers(&parsed, &version.parse().unwrap()), "{version} in {range}");
            }
            for version in outside {
                assert!(!covers(&parsed, &version.parse().unwrap()), "{version} not in {range}");
            }
        }
    }
}
