//! Tests of the gate: each rule with a pair that fails and one that passes.

use super::{release, with_removed};
use crate::release::{GateRule, Release, gate, gate_since};

/// The rules that the way from `old` to `new` breaks.
fn broken(old: &Release, new: &Release) -> Vec<&'static str> {
    gate(old, new).refused().map(|violation| violation.rule.name()).collect()
}

fn setting(more: &str) -> String {
    format!(r#"{{"path": "A", {more}}}"#)
}

fn integer(max: u32) -> String {
    setting(&format!(r#""kind": {{"type": "integer", "min": 0, "max": {max}}}, "default": 1"#))
}

/// For each rule: old settings, new settings, new version that fails, and what passes: settings and version.
#[test]
fn each_rule_fails_and_passes() {
    let duration = |unit: &str| setting(&format!(r#""kind": {{"type": "duration", "unit": "{unit}"}}"#));
    let values = |values: &str| setting(&format!(r#""kind": {{"type": "one-of", "values": [{values}]}}"#));
    let bool = |more: &str| setting(&format!(r#""kind": "bool"{more}"#));
    let none = String::new();
    let deprecated = |until: &str| {
        bool(&format!(r#", "deprecated": {{"since": "1.0", "until": "{until}", "reason": "Old."}}"#))
    };
    let record = r#"{"path": "A", "since": "2.0", "reason": "Old."}"#;
    let mut covered = Vec::new();
    // (the rule, the old settings, the new settings and records and version that fail, those that pass)
    #[allow(clippy::type_complexity)] // a table
    let pairs: Vec<(GateRule, String, (String, &str, &str), (String, &str, &str))> = vec![
        (
            GateRule::RemovalUnrecorded,
            deprecated("2.0"),
            (none.clone(), "", "2.0"),
            (none.clone(), record, "2.0"),
        ),
        (
            GateRule::RemovalUnannounced,
            bool(""),
            (none.clone(), record, "2.0"),
            (deprecated("3.0"), "", "2.0"),
        ),
        (
            GateRule::RemovalInMinor,
            deprecated("1.1"),
            (none.clone(), record, "1.1"),
            (none.clone(), record, "2.0"),
        ),
        (
            GateRule::RemovalBeforeUntil,
            deprecated("3.0"),
            (none.clone(), record, "2.0"),
            (none.clone(), record, "3.0"),
        ),
        (
            GateRule::UntilBroughtForward,
            deprecated("3.0"),
            (deprecated("2.0"), "", "1.1"),
            (deprecated("4.0"), "", "1.1"),
        ),
        (GateRule::AliasRemoved, bool(r#", "aliases": ["B"]"#), (bool(""), "", "1.1"), (bool(""), "", "2.0")),
        (
            GateRule::DefaultChanged,
            bool(r#", "default": true"#),
            (bool(r#", "default": false"#), "", "1.1"),
            (bool(r#", "default": false"#), "", "2.0"),
        ),
        (
            GateRule::KindChanged,
            bool(""),
            (setting(r#""kind": "text""#), "", "1.1"),
            (setting(r#""kind": "json""#), "", "1.1"),
        ),
        (
            GateRule::SecretExposed,
            setting(r#""kind": "secret""#),
            (setting(r#""kind": "text""#), "", "2.0"),
            (setting(r#""kind": "secret""#), "", "2.0"),
        ),
        (
            GateRule::UnitChanged,
            duration("seconds"),
            (duration("milliseconds"), "", "1.1"),
            (duration("milliseconds"), "", "2.0"),
        ),
        (GateRule::RangeNarrowed, integer(9), (integer(8), "", "1.1"), (integer(10), "", "1.1")),
        (
            GateRule::ValuesNarrowed,
            values(r#""a", "b""#),
            (values(r#""a""#), "", "1.1"),
            (values(r#""a", "b", "c""#), "", "1.1"),
        ),
        (
            GateRule::NewlyRequired,
            bool(""),
            (bool(r#", "required": true"#), "", "1.1"),
            (bool(r#", "required": true"#), "", "2.0"),
        ),
        (
            GateRule::RequiredAdded,
            none.clone(),
            (bool(r#", "required": true"#), "", "1.1"),
            (bool(r#", "default": true"#), "", "1.1"),
        ),
    ];
    for (rule, old, (fails, records, version), (passes, other_records, other_version)) in pairs {
        let old = release("1.0", &old);
        let found = broken(&old, &with_removed(version, &fails, records));
        assert_eq!(found, [rule.name()], "{} fails", rule.name());
        assert_eq!(
            broken(&old, &with_removed(other_version, &passes, other_records)),
            Vec::<&str>::new(),
            "{} passes",
            rule.name()
        );
        covered.push(rule);
    }
    let prefix = |version: &str, prefix: &str| Release {
        env_prefix: Some(prefix.to_owned()),
        ..release(version, &bool(""))
    };
    assert_eq!(broken(&prefix("1.0", "A"), &prefix("1.1", "B")), ["prefix-changed"]);
    assert_eq!(broken(&prefix("1.0", "A"), &prefix("2.0", "B")), Vec::<&str>::new());
    covered.push(GateRule::PrefixChanged);
    for rule in GateRule::ALL {
        assert!(covered.contains(rule), "{} has no pair", rule.name());
    }
}

#[test]
fn a_setting_allows_a_rule_with_a_reason() {
    let allowed =
        r#""kind": "bool", "default": false, "allowed": [{"rule": "default-changed", "reason": "A leak."}]"#;
    let old = release("1.0", &setting(r#""kind": "bool", "default": true"#));
    let report = gate(&old, &release("1.1", &setting(allowed)));
    assert!(report.passes());
    assert_eq!(
        report.to_string(),
        "allowed[default-changed]: `A`: the default is false, was true\n  = reason: A leak.\n\n1.0 -> 1.1: no change breaks what the old release promised\n"
    );
    let other = gate(&old, &release("1.1", &setting(&allowed.replace("default-changed", "kind-changed"))));
    assert!(!other.passes());
}

#[test]
fn a_refusal_names_the_rule_and_the_way_out() {
    let report = gate(&release("1.0", &integer(9)), &release("1.1", &integer(8)));
    assert_eq!(
        report.to_string(),
        "error[range-narrowed]: `A`: accepts 0 to 8, no longer 0 to 9\n  \
         = help: keep accepting the old range until the next major version\n  \
         = help: or allow it: `allow_change(name = \"range-narrowed\", reason = \"...\")`\n\n\
         1.0 -> 1.1: 1 breaking change\n"
    );
}

#[test]
fn a_deprecation_in_any_kept_release_announces_a_removal() {
    let deprecated = |version: &str, until: &str| {
        let deprecation =
            format!(r#""deprecated": {{"since": "1.0", "until": "{until}", "reason": "Old."}}"#);
        release(version, &setting(&format!(r#""kind": "bool", {deprecation}"#)))
    };
    let plain = |version: &str| release(version, &setting(r#""kind": "bool""#));
    let gone =
        |version: &str| with_removed(version, "", r#"{"path": "A", "since": "3.0", "reason": "Old."}"#);
    let rules = |kept: &[Release], new: &Release| -> Vec<&str> {
        gate_since(kept, new).refused().map(|violation| violation.rule.name()).collect()
    };
    assert_eq!(rules(&[plain("1.0"), plain("2.0")], &gone("3.0")), ["removal-unannounced"]);
    // the branch of the last release did not have the deprecation
    assert_eq!(rules(&[deprecated("1.0", "3.0"), plain("2.0")], &gone("3.0")), Vec::<&str>::new());
    // the latest release that was named holds
    let kept = [deprecated("1.0", "4.0"), deprecated("1.1", "2.5")];
    assert_eq!(rules(&kept, &gone("3.0")), ["removal-before-until"]);
    assert_eq!(rules(&kept, &gone("4.0")), Vec::<&str>::new());
    assert_eq!(rules(&kept, &deprecated("1.2", "3.0")), ["until-brought-forward"]);
    assert_eq!(rules(&[], &gone("3.0")), Vec::<&str>::new());
    // under an old name
    let renamed = setting(r#""kind": "bool", "deprecated": {"reason": "Old."}"#).replace("\"A\"", "\"B\"");
    let renamed = renamed.replace("\"kind\"", "\"aliases\": [\"A\"], \"kind\"");
    assert_eq!(rules(&[release("1.0", &renamed), plain("2.0")], &gone("3.0")), Vec::<&str>::new());
}

#[test]
fn a_required_field_of_entries_breaks_them() {
    let map = |fields: &str| {
        setting(&format!(
            r#""kind": {{"type": "map", "of": {{"type": "section", "settings": [{{"path": "Id", "kind": "text"}}{fields}]}}}}"#
        ))
    };
    let required = r#", {"path": "Key", "kind": "text", "required": true}"#;
    let old = release("1.0", &map(""));
    assert_eq!(broken(&old, &release("1.1", &map(required))), ["required-added"]);
    assert_eq!(broken(&old, &release("2.0", &map(required))), Vec::<&str>::new());
}
