//! The defaults that a setting had, from the releases that are kept.

use super::{Release, ReleaseDefault};

/// Returns the defaults that a setting had, each with the first of the releases that has it. The releases are in order, the
/// oldest first; old names of the setting are followed.
///
/// ```
/// use settings_core::release::{Release, default_history};
///
/// let release = |version: &str, path: &str, default: u32| {
///     Release::parse(&format!(
///         r#"{{"format": "settings-release", "format_version": 1, "program_version": "{version}",
///         "settings": [{{"path": "{path}", "kind": "integer", "default": {default}, "aliases": ["Conns"]}}]}}"#
///     ))
/// };
/// let kept = [release("9", "Conns", 300)?, release("10", "Conns", 300)?, release("11", "MaxConns", 100)?];
/// let history = default_history(&kept, "MaxConns");
/// let shown: Vec<_> = history.iter().map(|(since, default)| format!("{} {default}", since.unwrap_or("?"))).collect();
/// assert_eq!(shown, ["9 300", "11 100"]);
/// # Ok::<(), settings_core::release::ReleaseError>(())
/// ```
#[must_use]
pub fn default_history<'r>(kept: &'r [Release], path: &str) -> Vec<(Option<&'r str>, &'r ReleaseDefault)> {
    let mut names = vec![path.to_owned()];
    let mut found: Vec<(Option<&str>, &ReleaseDefault)> = Vec::new();
    for release in kept.iter().rev() {
        let Some(setting) = names.iter().find_map(|name| release.with_pattern(name)) else { continue };
        names.extend(setting.aliases.iter().cloned());
        let version = release.version.as_deref();
        match found.last_mut() {
            Some((since, default)) if **default == setting.default => *since = version,
            _ => found.push((version, &setting.default)),
        }
    }
    found.reverse();
    found
}
