//! Tests of the judgement for one configuration, and of fixes.

use super::{release, with_removed};
use crate::format::FileFormat;
use crate::release::{Fixes, Judgement, Upgrade, Weight};
use crate::resolve::{Environment, Layers};

/// Judges the way between two releases that have these settings.
fn judged(old: &str, new: &str, layers: Layers) -> Judgement {
    Upgrade::between(release("1.0", old), release("2.0", new)).judge(layers)
}

fn lines(judgement: &Judgement) -> Vec<String> {
    judgement.to_lines().lines().map(str::to_owned).collect()
}

fn file(text: &str) -> Layers {
    Layers::new().file("config.json", text)
}

fn variables(name: &str, value: &str) -> Layers {
    Layers::new().environment(Environment::from_iter([(name, value)]))
}

const TEXT: &str = r#"{"path": "A.Old", "kind": "text", "default": ""}"#;
const OTHER: &str = r#"{"path": "A.New", "kind": "text", "default": ""}"#;

#[test]
fn a_setting_that_is_set_and_gone_is_named_at_each_place() {
    let layers =
        file("{\n  \"A\": {\"Old\": \"x\"}\n}").environment(Environment::from_iter([("APP_A_OLD", "y")]));
    let judgement = judged(TEXT, OTHER, layers);
    assert_eq!(
        lines(&judgement),
        [
            "variable APP_A_OLD: broken[removed]: `APP_A_OLD` sets nothing any more: `A.Old` is removed in 2.0 (unset the variable)",
            "config.json:2:16: broken[removed]: `A.Old` is removed in 2.0 (remove it)",
        ]
    );
    assert!(judgement.needs_a_hand());
    assert!(!judged(TEXT, OTHER, file("{}")).needs_a_hand());
}

#[test]
fn a_removal_has_its_reason_and_replacement() {
    let removed = r#"{"path": "A.Old", "since": "1.5", "reason": "No one used it.", "replacement": "A.New"}"#;
    let new = with_removed("2.0", OTHER, removed);
    let upgrade = Upgrade::between(release("1.0", TEXT), new);
    assert_eq!(
        lines(&upgrade.judge(variables("APP_A_OLD", "y"))),
        [
            "variable APP_A_OLD: broken[removed]: `APP_A_OLD` sets nothing any more: `A.Old` is removed in 1.5: No one used it (set `A.New` instead (`APP_A_NEW`))",
        ]
    );
}

#[test]
fn a_default_that_moves_concerns_who_does_not_set_it() {
    let old = r#"{"path": "Conns", "kind": "integer", "default": 300}"#;
    let new = r#"{"path": "Conns", "kind": "integer", "default": 100}"#;
    let judgement = judged(old, new, Layers::new());
    assert_eq!(
        lines(&judgement),
        [
            "changed[default-changed]: `Conns` is not set, and its default is 100, was 300 (to keep the old default, set `Conns` to 300)",
        ]
    );
    for layers in [
        file(r#"{"Conns": 100}"#),
        file(r#"{"conns": 7}"#),
        variables("APP_CONNS", "1"),
        Layers::new().set("Conns", "1", "--set"),
    ] {
        assert_eq!(lines(&judged(old, new, layers)), Vec::<String>::new());
    }
    let custom = Layers::new().custom_defaults("defaults.json", r#"{"Conns": 50}"#);
    assert!(!judged(old, new, custom).needs_a_hand());
}

#[test]
fn renamed_settings_work_and_are_named() {
    let new = r#"{"path": "B.New", "kind": "text", "default": "", "aliases": ["A.Old"]}"#;
    assert_eq!(
        lines(&judged(TEXT, new, file(r#"{"A": {"Old": "x"}}"#))),
        [
            "config.json:1:15: changed[renamed]: `A.Old` is called `B.New` now (write it as `B.New`; the old name still works)",
        ]
    );
    assert_eq!(
        lines(&judged(TEXT, new, variables("APP_A_OLD", "x"))),
        [
            "variable APP_A_OLD: changed[renamed]: `APP_A_OLD` sets `A.Old`, which is called `B.New` now (rename the variable to `APP_B_NEW`; the old one still works)",
        ]
    );
}

#[test]
fn old_names_that_end_are_named_where_they_are_used() {
    let old = r#"{"path": "B.New", "kind": "text", "default": "", "aliases": ["A.Old"]}"#;
    let new = r#"{"path": "B.New", "kind": "text", "default": ""}"#;
    assert_eq!(
        lines(&judged(old, new, file(r#"{"A": {"Old": "x"}}"#))),
        [
            "config.json:1:8: broken[alias-removed]: `A.Old`, an old name of `B.New`, works no longer (write it as `B.New`)",
        ]
    );
    assert!(judged(old, new, file(r#"{"B": {"New": "x"}}"#)).findings.is_empty());
    assert_eq!(judged(old, new, variables("APP_A_OLD", "x")).count(Weight::Broken), 1);
}

#[test]
fn values_that_no_longer_fit_are_found_in_every_layer() {
    let kind = |max: u32| {
        format!(r#"{{"path": "N", "kind": {{"type": "integer", "min": 0, "max": {max}}}, "default": 1}}"#)
    };
    let layers = file(r#"{"N": 50}"#).environment(Environment::from_iter([("APP_N", "60")]));
    let found = lines(&judged(&kind(100), &kind(10), layers));
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].contains("broken[range-narrowed]"), "{found:?}");
    assert!(judged(&kind(100), &kind(10), file(r#"{"N": 5}"#)).findings.is_empty());
    // the old release refuses it too
    assert!(judged(&kind(100), &kind(10), file(r#"{"N": "x"}"#)).findings.is_empty());
}

#[test]
fn a_unit_that_changes_is_found_where_a_number_is_bare() {
    let kind = |unit: &str, default: u32| {
        format!(r#"{{"path": "T", "kind": {{"type": "duration", "unit": "{unit}"}}, "default": {default}}}"#)
    };
    let (old, new) = (kind("seconds", 10), kind("milliseconds", 10_000));
    assert_eq!(
        lines(&judged(&old, &new, file(r#"{"T": 30}"#))),
        [
            "config.json:1:7: broken[unit-changed]: `T` was 30 s, and is read as 30 ms (write it with its unit: \"30s\")",
        ]
    );
    for layers in [Layers::new(), file(r#"{"T": "30s"}"#)] {
        assert!(judged(&old, &new, layers).findings.is_empty());
    }
}

#[test]
fn settings_that_must_be_set_are_named_once() {
    let new = r#"{"path": "Key", "kind": "text", "required": true}"#;
    let judgement = judged(TEXT, new, Layers::new());
    assert_eq!(
        lines(&judgement),
        [
            "broken[added]: `Key` must be set, and no layer sets it (set it in the configuration file, or set the variable APP_KEY)",
        ]
    );
    assert!(judged(TEXT, new, variables("APP_KEY", "x")).findings.is_empty());
}

#[test]
fn a_new_prefix_concerns_each_variable() {
    let new = super::Release { env_prefix: Some("NEW".to_owned()), ..release("2.0", TEXT) };
    let upgrade = Upgrade::between(release("1.0", TEXT), new);
    let found = lines(&upgrade.judge(variables("APP_A_OLD", "x")));
    assert_eq!(
        found,
        [
            "variable APP_A_OLD: broken[prefix-changed]: `APP_A_OLD` sets nothing any more: variables have another prefix (rename it to `NEW_A_OLD`)"
        ]
    );
}

#[test]
fn keys_of_objects_that_are_gone_are_found() {
    let kind = |settings: &str| {
        format!(
            r#"{{"path": "P", "kind": {{"type": "map", "of": {{"type": "section", "settings": [{settings}]}}}}, "default": {{}}}}"#
        )
    };
    let old = kind(
        r#"{"path": "Id", "kind": "text", "default": ""}, {"path": "Old", "kind": "text", "default": ""}"#,
    );
    let new = kind(r#"{"path": "Id", "kind": "text", "default": ""}"#);
    let found = lines(&judged(&old, &new, file(r#"{"P": {"x": {"Id": "1", "Old": "2"}}}"#)));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("broken[unknown-key]: unknown setting `P.x.Old`"), "{found:?}");
}

#[test]
fn secrets_are_not_shown() {
    let old = r#"{"path": "Key", "kind": "secret", "default": ""}, {"path": "Old", "kind": "secret", "default": ""}"#;
    let new = r#"{"path": "Key", "kind": {"type": "integer", "min": 0, "max": 9}, "default": 1}, {"path": "New", "kind": "secret", "aliases": ["Old"], "default": ""}"#;
    let judgement = judged(old, new, file(r#"{"Key": "hunter2", "Old": "hunter3"}"#));
    let shown = format!(
        "{}{}{:?}",
        judgement.to_human(true),
        judgement.to_json().into_iter().map(|(_, v)| v.to_string()).collect::<String>(),
        judgement
    );
    assert!(judgement.findings.len() == 2 && !shown.contains("hunter"), "{shown}");
}

fn fixed(old: &str, new: super::Release, fixes: Fixes, format: FileFormat, text: &str) -> String {
    let upgrade = Upgrade::between(release("1.0", old), new);
    let name = if format == FileFormat::Json { "config.json" } else { "config" };
    let judgement = upgrade.judge(Layers::new().file_in(format, name, text));
    upgrade.fixed(&judgement, fixes, format, text).unwrap()
}

#[test]
fn fixes_keep_comments() {
    let old = r#"{"path": "A.Old", "kind": "text", "default": ""}, {"path": "A.Gone", "kind": "bool", "default": false},
        {"path": "Conns", "kind": "integer", "default": 300}, {"path": "T", "kind": {"type": "duration", "unit": "seconds"}, "default": 1}"#;
    let new = r#"{"path": "A.New", "kind": "text", "default": "", "aliases": ["A.Old"]}, {"path": "Conns", "kind": "integer", "default": 100},
        {"path": "T", "kind": {"type": "duration", "unit": "milliseconds"}, "default": 1000}"#;
    let new = || with_removed("2.0", new, r#"{"path": "A.Gone", "since": "2.0", "reason": "Unused."}"#);
    let text = "{\n  // names\n  \"A\": {\n    \"Old\": \"x\", // the name\n    \"Gone\": true\n  },\n  \"T\": 30\n}\n";
    let wanted = "{\n  // names\n  \"A\": {\n    \"New\": \"x\" // the name\n  },\n  \"T\": \"30s\"\n}\n";
    assert_eq!(fixed(old, new(), Fixes::Names, FileFormat::Json, text), wanted);
    let pinned = fixed(old, new(), Fixes::NamesAndDefaults, FileFormat::Json, text);
    assert!(pinned.contains("\"Conns\": 300"), "{pinned}");
    assert_eq!(fixed(old, new(), Fixes::Names, FileFormat::Json, wanted), wanted);
}

#[cfg(all(feature = "toml", feature = "yaml"))]
#[test]
fn fixes_are_written_in_other_formats() {
    let new = || release("2.0", r#"{"path": "B.New", "kind": "text", "default": "", "aliases": ["A.Old"]}"#);
    let toml = fixed(TEXT, new(), Fixes::Names, FileFormat::Toml, "# names\n[A]\nOld = \"x\" # here\n");
    assert!(toml.contains("# names") && toml.contains("New = \"x\"") && !toml.contains("Old"), "{toml}");
    let yaml = fixed(TEXT, new(), Fixes::Names, FileFormat::Yaml, "# names\nA:\n  Old: x # here\n");
    assert!(yaml.contains("# names") && yaml.contains("New: ") && !yaml.contains("Old"), "{yaml}");
}
