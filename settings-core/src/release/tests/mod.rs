//! Tests of releases: the file, and the comparison.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod gate;
mod judge;
mod laws;

use super::{Release, ReleaseDefault, compare};
use crate::reference::ServerSettings;
use crate::resolve::{Layers, resolve};
use crate::schema::Section;

/// Parses the settings of a release that are written without the head of the file.
pub(super) fn release(version: &str, settings: &str) -> Release {
    with_removed(version, settings, "")
}

pub(super) fn with_removed(version: &str, settings: &str, removed: &str) -> Release {
    let text = format!(
        r#"{{"format": "settings-release", "format_version": 1, "program_version": "{version}", "env_prefix": "APP",
        "settings": [{settings}], "removed": [{removed}]}}"#
    );
    Release::parse(&text).unwrap()
}

fn changes(old: &str, new: &str) -> Vec<String> {
    compare(&release("1.0", old), &release("2.0", new)).iter().map(ToString::to_string).collect()
}

#[test]
fn the_file_of_a_program_is_read_back() {
    let release = Release::of::<ServerSettings>().with_version("11.0");
    let text = release.to_text();
    assert_eq!(Release::parse(&text).unwrap(), release);
    assert_eq!(Release::parse(&text).unwrap().to_text(), text);
    assert!(Release::is_release(&text));
    let port = text.lines().find(|line| line.contains("\"EmailSettings.SMTPPort\"")).unwrap();
    assert!(port.contains(r#""variable":"MM_EMAILSETTINGS_SMTPPORT""#), "{port}");
    let paths: Vec<&str> = release.settings.iter().map(|setting| setting.path.as_str()).collect();
    assert!(paths.is_sorted());
    assert!(compare(&release, &release).is_empty());
}

#[test]
fn secrets_have_no_default_in_the_file() {
    let text = r#"{"format": "settings-release", "format_version": 1, "settings": [
        {"path": "A", "kind": "secret", "default": "hunter2"}, {"path": "B", "kind": "secret", "default": ""}]}"#;
    let release = Release::parse(text).unwrap();
    assert_eq!(release.setting("A").unwrap().default, ReleaseDefault::Unstated);
    assert!(!release.to_text().contains("hunter2"));
    assert_ne!(release.setting("B").unwrap().default, ReleaseDefault::Unstated);
}

#[test]
fn unknown_fields_and_kinds_are_read() {
    let text = r#"{"format": "settings-release", "format_version": 1, "new": {"a": [1]}, "settings": [
        {"path": "A", "kind": {"type": "colour", "depth": 8}, "default": "red", "mood": "good"}]}"#;
    let release = Release::parse(text).unwrap();
    assert_eq!(release.setting("A").unwrap().kind.to_string(), "a value of the kind `colour`");
}

#[test]
fn wrong_files_are_errors_with_a_place() {
    let head = r#"{"format": "settings-release", "format_version": 1, "#;
    for (text, wanted) in [
        (String::new(), "line 1"),
        ("[]".to_owned(), "expected a release file"),
        (r#"{"settings": []}"#.to_owned(), "not a release file"),
        (head.replace('1', "2") + r#""settings": []}"#, "use a newer program"),
        (head.to_owned() + r#""settings": 1}"#, "expected a list of settings, found a number"),
        (
            head.to_owned() + "\"settings\": [\n{\"kind\": \"bool\"}]}",
            "line 2, column 1: the field `path` is missing",
        ),
        (head.to_owned() + r#""settings": [{"path": "A..B", "kind": "bool"}]}"#, "expected a path"),
        (
            head.to_owned()
                + r#""settings": [{"path": "A", "kind": "bool"}, {"path": "A", "kind": "bool"}]}"#,
            "twice",
        ),
        (
            head.to_owned()
                + r#""settings": [{"path": "A", "kind": "bool"}, {"path": "A.B", "kind": "bool"}]}"#,
            "`A` is a setting",
        ),
        (
            head.to_owned() + r#""settings": [{"path": "A", "kind": {"type": "duration", "unit": "ages"}}]}"#,
            "a unit",
        ),
        (
            head.to_owned() + r#""settings": [{"path": "A", "kind": {"type": "size", "min": -1}}]}"#,
            "a number",
        ),
    ] {
        let error = Release::parse(&text).unwrap_err().to_string();
        assert!(error.contains(wanted), "{text}: {error}");
    }
}

#[test]
fn hostile_files_are_bounded() {
    let head = r#"{"format": "settings-release", "format_version": 1, "settings": ["#;
    let deep = format!("{}\"bool\"{}", r#"{"type": "list", "of": "#.repeat(60), "}".repeat(60));
    let error = Release::parse(&format!(r#"{head}{{"path": "A", "kind": {deep}}}]}}"#)).unwrap_err();
    assert!(error.message.contains("nest deeper"), "{error}");
    let many: Vec<String> = (0..100_001).map(|n| format!(r#"{{"path":"A{n}","kind":"bool"}}"#)).collect();
    let error = Release::parse(&format!("{head}{}]}}", many.join(","))).unwrap_err();
    assert!(error.message.contains("more than 100000"), "{error}");
    let long = format!(r#"{head}{{"path": "{}", "kind": "bool"}}]}}"#, ["A"; 100].join("."));
    assert!(Release::parse(&long).is_err());
    let control = format!(r#"{head}{{"path": "A", "kind": "bool", "added": "\u001b[2J1.0"}}]}}"#);
    assert_eq!(Release::parse(&control).unwrap().settings[0].added.as_deref(), Some(" [2J1.0"));
}

#[test]
fn the_schema_of_a_release_resolves_as_the_program_does() {
    let release = Release::of::<ServerSettings>();
    let root: &'static Section = release.to_schema();
    assert_eq!(root.leaf_count(), release.settings.len());
    let again = Release::from_schema(root);
    for setting in &release.settings {
        let other = again.setting(&setting.path).unwrap();
        assert_eq!(other.aliases, setting.aliases);
        assert_eq!(other.variable, setting.variable);
        if !matches!(setting.default, ReleaseDefault::Value(_)) {
            continue;
        }
        assert_eq!((&other.default, other.kind.is_secret()), (&setting.default, setting.kind.is_secret()));
    }
    assert!(!resolve::<ServerSettings>(Layers::new().file("a.json", "{}")).report().has_errors());
}

#[test]
fn settings_come_and_go() {
    assert_eq!(
        changes(r#"{"path": "A.B", "kind": "bool"}"#, r#"{"path": "A.C", "kind": "bool"}"#),
        ["`A.B`: removed", "`A.C`: added",]
    );
    let new = r#"{"path": "A.C", "kind": "bool", "aliases": ["A.B"]}"#;
    assert_eq!(changes(r#"{"path": "A.B", "kind": "bool"}"#, new), ["`A.C`: renamed, was `A.B`"]);
    assert_eq!(
        changes(new, r#"{"path": "A.C", "kind": "bool"}"#),
        ["`A.C`: the old name `A.B` works no longer"]
    );
    let moved = r#"{"path": "X.B", "kind": "bool", "required": true}"#;
    assert_eq!(
        changes(r#"{"path": "A.B", "kind": "bool"}"#, moved),
        ["`A.B`: removed; `X.B` is similar", "`X.B`: added, and a layer must set it",]
    );
    let removed = r#"{"path": "A", "since": "2.0", "reason": "Unused.", "replacement": "X.B"}"#;
    let new = with_removed("2.0", moved, removed);
    let found = compare(&release("1.0", r#"{"path": "A.B", "kind": "bool"}"#), &new);
    assert_eq!(found[0].to_string(), "`A.B`: removed in 2.0: Unused.; set `X.B` instead");
}

#[test]
fn kinds_change() {
    let one = |old: &str, new: &str| {
        let setting = |kind: &str| format!(r#"{{"path": "A", "kind": {kind}}}"#);
        changes(&setting(old), &setting(new)).join("; ").replace("`A`: ", "")
    };
    let integer = |min: i32, max: i32| format!(r#"{{"type": "integer", "min": {min}, "max": {max}}}"#);
    assert_eq!(one(&integer(1, 100), &integer(1, 50)), "accepts 1 to 50, no longer 1 to 100");
    assert_eq!(one(&integer(1, 100), &integer(0, 200)), "accepts more: a whole number from 0 to 200");
    assert_eq!(one(&integer(1, 9), r#""text""#), "takes text, no longer a whole number from 1 to 9");
    let values = |values: &str| format!(r#"{{"type": "one-of", "values": [{values}]}}"#);
    assert_eq!(one(&values(r#""a", "b""#), &values(r#""b", "c""#)), "no longer accepts \"a\"");
    assert_eq!(one(&values(r#""a""#), &values(r#""a", "c""#)), "accepts more: one of \"a\", \"c\"");
    let optional = r#"{"type": "optional", "of": "bool"}"#;
    assert_eq!(one(optional, r#""bool""#), "no longer accepts null");
    assert_eq!(one(r#""bool""#, optional), "accepts more: true or false, or null");
    let list = r#"{"type": "list", "of": "text"}"#;
    assert_eq!(one(list, &list.replace("list", "set")), "no longer accepts an element twice");
    let duration = |unit: &str| format!(r#"{{"type": "duration", "unit": "{unit}"}}"#);
    assert_eq!(
        one(&duration("seconds"), &duration("milliseconds")),
        "a bare number counts milliseconds, no longer seconds"
    );
    assert_eq!(
        one(r#""text""#, r#"{"type": "text", "format": "url"}"#),
        "accepts only text of the format url"
    );
    assert_eq!(one(r#"{"type": "text", "format": "url"}"#, r#""text""#), "accepts more: text");
    let url = r#"{"type": "text", "format": "url", "or_empty": true}"#;
    assert_eq!(one(url, r#"{"type": "text", "format": "url"}"#), "no longer accepts the empty text");
}

#[test]
fn defaults_are_compared_by_meaning() {
    let duration = |unit: &str, default: u32| {
        format!(r#"{{"path": "A", "kind": {{"type": "duration", "unit": "{unit}"}}, "default": {default}}}"#)
    };
    assert_eq!(changes(&duration("seconds", 10), &duration("milliseconds", 10_000)).len(), 1);
    assert_eq!(
        changes(&duration("seconds", 10), &duration("seconds", 20)),
        ["`A`: the default is 20, was 10"]
    );
    let unstated = r#"{"path": "A", "kind": {"type": "duration", "unit": "seconds"}}"#;
    assert!(changes(&duration("seconds", 10), unstated).is_empty());
    let number = r#"{"path": "A", "kind": "integer", "default": 25}"#;
    assert_eq!(changes(number, r#"{"path": "A", "kind": "text", "default": "25"}"#).len(), 1);
}

#[test]
fn bare_keys_find_their_section() {
    let old = r#"{"path": "MaxOpenConns", "kind": "integer", "default": 300, "section_unknown": true}"#;
    let new = r#"{"path": "Sql.MaxOpenConns", "kind": "integer", "default": 100}"#;
    assert_eq!(changes(old, new), ["`Sql.MaxOpenConns`: the default is 100, was 300"]);
    let two = format!(r#"{new}, {{"path": "Other.MaxOpenConns", "kind": "integer"}}"#);
    assert_eq!(changes(old, &two).len(), 3);
}

#[test]
fn objects_in_maps_are_compared() {
    let old = r#"{"path": "P", "kind": {"type": "map", "of": {"type": "section", "settings": [
        {"path": "Id", "kind": "text"}, {"path": "Old", "kind": "text"}]}}}"#;
    let new = r#"{"path": "P", "kind": {"type": "map", "of": {"type": "section", "settings": [
        {"path": "Id", "kind": "integer"}]}}}"#;
    assert_eq!(changes(old, new), ["`P.*.Id`: takes a whole number, no longer text", "`P.*.Old`: removed"]);
}
