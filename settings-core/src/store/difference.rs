//! The differences between two resolutions.

use crate::resolve::{LeafId, Origin, Resolution, is_value};
use crate::schema::{Path, Setting};

/// One setting whose value differs. Shows no secret.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Difference {
    /// The setting's path.
    pub path: Path,
    /// The setting.
    pub setting: &'static Setting,
    /// The value before.
    pub before: Side,
    /// The value after.
    pub after: Side,
}

/// One of a [`Difference`]'s values.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Side {
    /// The value as JSON, a secret as `"***"` (an empty one as `""`).
    pub shown: String,
    /// The origin of the value.
    pub origin: Origin,
}

impl Difference {
    /// Returns the text with which the new value must be confirmed, if it is dangerous.
    pub fn danger(&self) -> Option<&'static str> {
        let danger = self.setting.danger()?;
        danger.when.is_none_or(|value| is_value(&self.after.shown, value)).then_some(danger.text)
    }

    /// Returns whether the setting takes effect only after a restart.
    pub const fn needs_restart(&self) -> bool {
        self.setting.restart()
    }
}

/// Returns every setting whose value differs, in the order of the structs. Origins are not compared.
///
/// Secrets are compared unmasked, and shown as `"***"` on both sides.
pub fn differences<A, B>(before: &Resolution<A>, after: &Resolution<B>) -> Vec<Difference> {
    let differs = |leaf: &LeafId| before.value_of(*leaf) != after.value_of(*leaf);
    let difference = |leaf| {
        let (old, new) = (before.effective(leaf)?, after.effective(leaf)?);
        Some(Difference {
            path: new.path.clone(),
            setting: new.setting,
            before: Side { shown: old.shown(), origin: old.origin },
            after: Side { shown: new.shown(), origin: new.origin },
        })
    };
    before.leaves().filter(differs).filter_map(difference).collect()
}

#[cfg(test)]
mod tests {
    use super::differences;
    use crate::resolve::{Layers, Resolution, resolve};
    use crate::sample::Program;

    /// Resolutions of files and variables, wrong ones included, that give values of every form.
    fn all() -> Vec<Resolution<Program>> {
        let files = [
            "{}",
            r#"{"Mail": {"Port": 26, "Password": "a\u0062"}, "Limits": {"Hosts": ["a", "b"], "Quotas": {"x": 1}}}"#,
            r#"{"Mail": {"Port": 26, "Password": "ab"}, "Limits": {"Hosts": ["b"], "Quotas": {"x": 1, "y": 2}}}"#,
            r#"{"Mail": {"Port": "no", "Password": 5}, "Limits": {"Workers": null, "Quotas": 3}}"#,
        ];
        let variables =
            ["", "MM_MAIL_PORT=27", "MM_MAIL_PORT=x", "MM_LIMITS_QUOTAS={\"y\": 2}", "MM_MAIL_PASSWORD=ab"];
        let layers = files.iter().flat_map(|file| variables.iter().map(move |variable| (*file, *variable)));
        layers
            .map(|(file, variable)| {
                let environment = variable.split_once('=').into_iter().collect();
                resolve(Layers::new().file("config.json", file).environment(environment))
            })
            .collect()
    }

    #[test]
    fn settings_differ_exactly_if_their_effective_values_do() {
        let all = all();
        let mut found = 0;
        for (before, after) in all.iter().flat_map(|before| all.iter().map(move |after| (before, after))) {
            let expected =
                before.settings().zip(after.settings()).filter(|(old, new)| old.value != new.value);
            let expected: Vec<_> = expected
                .map(|(old, new)| (new.path.to_string(), old.shown(), old.origin, new.shown(), new.origin))
                .collect();
            let differing: Vec<_> = differences(before, after)
                .into_iter()
                .map(|it| {
                    let (before, after) = (it.before, it.after);
                    (it.path.to_string(), before.shown, before.origin, after.shown, after.origin)
                })
                .collect();
            found += differing.len();
            assert_eq!(differing, expected);
        }
        assert!(found > 100, "{found}");
    }
}
