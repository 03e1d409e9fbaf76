//! `added = "1.2"`, `deprecated(since = "…", until = "…", reason = "…", replacement = "…")`, `removed(…)`,
//! `allow_change(…)` and `todo = "…"`.

use super::entry::names;
use super::slot::attributes;
use super::{Entry, Spanned};
use crate::ctxt::Ctxt;

attributes! {
    /// A deprecation: the reason, and the version since when.
    pub(crate) struct Deprecated, DEPRECATED {
        "since" => since: Spanned<String> = Entry::any_version,
        "until" => until: Spanned<String> = Entry::release,
        "reason" => reason: Spanned<String> = Entry::string,
        "replacement" => replacement: Spanned<String> = Entry::string,
    }
}

attributes! {
    /// The record of a removed setting.
    pub(crate) struct Removed, REMOVED {
        "path" => path: Spanned<String> = Entry::path_of_setting,
        "since" => since: Spanned<String> = Entry::release,
        "reason" => reason: Spanned<String> = Entry::string,
        "replacement" => replacement: Spanned<String> = Entry::string,
        many {
            allowed: AllowedChange = { "allow_change" => |entry: &Entry, cx| [entry.allow_change(cx)] }
        }
    }
}

attributes! {
    /// A rule of the gate of releases that a setting may break.
    pub(crate) struct AllowedChange, ALLOWED_CHANGE {
        "name" => rule: Spanned<String> = Entry::gate_rule,
        "reason" => reason: Spanned<String> = Entry::string,
    }
}

/// The rules of the gate of releases.
const GATE_RULES: [&str; 15] = [
    "alias-removed",
    "default-changed",
    "kind-changed",
    "newly-required",
    "prefix-changed",
    "range-narrowed",
    "removal-before-until",
    "removal-in-minor",
    "removal-unannounced",
    "removal-unrecorded",
    "required-added",
    "secret-exposed",
    "unit-changed",
    "until-brought-forward",
    "values-narrowed",
];

impl Entry {
    /// Reads the text between the parentheses of `deprecated(...)`.
    pub(super) fn deprecated(&self, cx: &Ctxt) -> Deprecated {
        let entries = self.entries(cx, DEPRECATED);
        let mut given = names(&entries);
        let deprecated = Deprecated::read(cx, &entries, |entry| {
            given.extend(entry.unknown(cx, "deprecated", DEPRECATED, &[]).map(str::to_owned));
        });
        for (name, form) in [("since", "since = \"1.2\""), ("reason", "reason = \"...\"")] {
            if !given.iter().any(|given| given == name) {
                cx.error_at(self.name.span(), format!("the deprecation has no `{name}`: add `{form}`"));
            }
        }
        deprecated
    }

    /// Reads the text between the parentheses of `removed(...)`.
    pub(super) fn removed(&self, cx: &Ctxt) -> Removed {
        let entries = self.entries(cx, REMOVED);
        let mut given = names(&entries);
        let removed = Removed::read(cx, &entries, |entry| {
            given.extend(entry.unknown(cx, "removed", REMOVED, &[]).map(str::to_owned));
        });
        let forms = [("path", "path = \"Key\""), ("since", "since = \"12\""), ("reason", "reason = \"...\"")];
        for (name, form) in forms {
            if !given.iter().any(|given| given == name) {
                cx.error_at(self.name.span(), format!("the removal has no `{name}`: add `{form}`"));
            }
        }
        removed
    }

    /// Reads the text between the parentheses of `allow_change(...)`.
    pub(super) fn allow_change(&self, cx: &Ctxt) -> AllowedChange {
        let entries = self.entries(cx, ALLOWED_CHANGE);
        let mut given = names(&entries);
        let allowed = AllowedChange::read(cx, &entries, |entry| {
            given.extend(entry.unknown(cx, "allow_change", ALLOWED_CHANGE, &[]).map(str::to_owned));
        });
        for (name, form) in [("name", "name = \"default-changed\""), ("reason", "reason = \"...\"")] {
            if !given.iter().any(|given| given == name) {
                cx.error_at(self.name.span(), format!("the allowed change has no `{name}`: add `{form}`"));
            }
        }
        allowed
    }

    fn gate_rule(&self, cx: &Ctxt) -> Option<Spanned<String>> {
        let rule = self.string(cx)?;
        if GATE_RULES.contains(&rule.value.as_str()) {
            return Some(rule);
        }
        let hint = crate::nearest::nearest(&rule.value, &GATE_RULES);
        let hint = hint.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        cx.error_at(rule.span, format!("`{}` is not a rule of the gate of releases{hint}", rule.value));
        None
    }

    fn path_of_setting(&self, cx: &Ctxt) -> Option<Spanned<String>> {
        let path = self.string(cx)?;
        if path.value.split('.').any(|key| key.is_empty() || key.contains(char::is_whitespace)) {
            cx.error_at(path.span, format!("`{}` is not a path: write `Key` or `Section.Key`", path.value));
            return None;
        }
        Some(path)
    }

    /// Reads the version of a release, which may be one number: `13`.
    fn release(&self, cx: &Ctxt) -> Option<Spanned<String>> {
        let version = self.string(cx)?;
        let text = version.value.as_str();
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if is_number || fault(text, "").is_none() {
            return Some(version);
        }
        let message = format!("`{text}` is not a release: write \"13\", \"1.2\", \"1.2.3\" or \"next\"");
        cx.error_at(version.span, message);
        None
    }

    /// Reads the open question, in words.
    pub(super) fn todo(&self, cx: &Ctxt) -> Option<Spanned<String>> {
        let todo = self.string(cx)?;
        if todo.value.trim().is_empty() {
            cx.error_at(
                todo.span,
                "`todo` is empty: write the open question, such as `todo = \"which kind is it?\"`",
            );
            return None;
        }
        Some(todo)
    }

    /// Reads a well-formed version. A deprecation may name a version of the product, which need not be the crate's.
    fn any_version(&self, cx: &Ctxt) -> Option<Spanned<String>> {
        let version = self.string(cx)?;
        match fault(&version.value, "") {
            None => return Some(version),
            Some(fault) => cx.error_at(version.span, fault),
        }
        None
    }

    /// Reads a version of the compiled crate up to the current one, or `next` for the one to come.
    pub(super) fn version(&self, cx: &Ctxt) -> Option<Spanned<String>> {
        let version = self.string(cx)?;
        let own = std::env::var("CARGO_PKG_VERSION").unwrap_or_default();
        match fault(&version.value, &own) {
            None => return Some(version),
            Some(fault) => cx.error_at(version.span, fault),
        }
        None
    }
}

/// Returns why `version` is not a version, or not one of a crate that is at version `own`.
fn fault(version: &str, own: &str) -> Option<String> {
    if version == "next" {
        return None;
    }
    let Some(numbers) = numbers(version) else {
        return Some(format!("`{version}` is not a version: write \"1.2\", \"1.2.3\" or \"next\""));
    };
    // Without cargo, the crate's own version is unknown.
    let own_numbers = self::numbers(own.split(['-', '+']).next().unwrap_or_default())?;
    (numbers > own_numbers).then(|| {
        format!(
            "this crate is at version {own}, and {version} is a later one: write \"next\" until its release"
        )
    })
}

fn numbers(version: &str) -> Option<[u64; 3]> {
    let mut numbers = [0; 3];
    let mut parts = version.split('.');
    for (number, part) in numbers.iter_mut().zip(&mut parts) {
        let is_number = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        *number = if is_number { part.parse().ok()? } else { return None };
    }
    parts.next().is_none().then_some(numbers).filter(|_| version.contains('.'))
}

#[cfg(test)]
mod tests {
    use super::fault;

    #[test]
    fn versions_up_to_the_crates_own_are_good() {
        for version in ["0.1", "1.2", "1.2.0", "1.2.3", "next"] {
            assert_eq!(fault(version, "1.2.3"), None, "{version}");
        }
        assert_eq!(fault("1.3.0", "1.3.0-rc.1"), None);
        assert_eq!(fault("9.9", ""), None);
        for version in ["1.2.4", "1.3", "2.0"] {
            assert!(fault(version, "1.2.3").is_some_and(|fault| fault.contains("next")), "{version}");
        }
        for version in ["", "1", "v1.2", "1.2.3.4", "1.+2", "1..2", "99999999999999999999.0"] {
            assert!(
                fault(version, "1.2.3").is_some_and(|fault| fault.contains("not a version")),
                "{version}"
            );
        }
    }
}
