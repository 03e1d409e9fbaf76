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
    assert_eq!(found, ["config.json:1:32: broken[removed]: `P.x.Old` is removed in 2.0 (remove it)"]);
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
    upgrade.fixed(&judgement, fixes, format, text)
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

/// A map or list of objects with these fields.
fn entries(kind: &str, fields: &str) -> String {
    let of = format!(r#"{{"type": "section", "settings": [{fields}]}}"#);
    let empty = if kind == "map" { "{}" } else { "[]" };
    format!(r#"{{"path": "P", "kind": {{"type": "{kind}", "of": {of}}}, "default": {empty}}}"#)
}

#[test]
fn changes_of_entries_are_judged_for_each_entry() {
    let duration = |unit: &str, default: u32| {
        format!(r#"{{"path": "T", "kind": {{"type": "duration", "unit": "{unit}"}}, "default": {default}}}"#)
    };
    let old = duration("seconds", 1) + r#", {"path": "Old", "kind": "text", "default": ""}"#;
    let new = duration("milliseconds", 2000)
        + r#", {"path": "New", "kind": "text", "default": "", "aliases": ["Old"]}"#;
    let judged =
        |kind: &str, text: &str| lines(&judged(&entries(kind, &old), &entries(kind, &new), file(text)));
    assert_eq!(
        judged("map", r#"{"P": {"x": {"Old": "a"}, "y.z": {"T": 30}}}"#),
        [
            r#"config.json:1:40: broken[unit-changed]: `P["y.z"].T` was 30 s, and is read as 30 ms (write it with its unit: "30s")"#,
            "config.json:1:21: changed[renamed]: `P.x.Old` is called `P.x.New` now (write it as `P.x.New`; the old name still works)",
            "changed[default-changed]: `P.x.T` is not set, and its default is 2000, was 1 (to keep the old default, set `P.x.T` to \"1s\")",
        ]
    );
    assert_eq!(
        judged("list", r#"{"P": [{"Old": "a", "T": "1s"}]}"#),
        [
            "config.json:1:16: changed[renamed]: `P[0].Old` is called `P[0].New` now (write it as `P[0].New`; the old name still works)",
        ]
    );
    assert_eq!(judged("map", "{}"), Vec::<String>::new());
}

#[test]
fn entries_are_fixed() {
    let old = r#"{"path": "T", "kind": {"type": "duration", "unit": "seconds"}, "default": 1}, {"path": "Old", "kind": "text", "default": ""}"#;
    let new = r#"{"path": "T", "kind": {"type": "duration", "unit": "milliseconds"}, "default": 1000}, {"path": "New", "kind": "text", "default": "", "aliases": ["Old"]}"#;
    let fixed = |kind: &str, format, text: &str| {
        fixed(&entries(kind, old), release("2.0", &entries(kind, new)), Fixes::Names, format, text)
    };
    assert_eq!(
        fixed(
            "map",
            FileFormat::Json,
            "{\"P\": {\n  // one\n  \"a.b\": {\"Old\": \"x\", \"T\": 30} // end\n}}"
        ),
        "{\"P\": {\n  // one\n  \"a.b\": {\"New\": \"x\", \"T\": \"30s\"} // end\n}}"
    );
    assert_eq!(
        fixed(
            "list",
            FileFormat::Json,
            "{\"P\": [\n  // one\n  {\"Old\": \"x\", \"T\": 30}, // end\n  {\"T\": 5}\n]}"
        ),
        "{\"P\": [\n  // one\n  {\"New\": \"x\", \"T\": \"30s\"}, // end\n  {\"T\": \"5s\"}\n]}"
    );
}

#[test]
fn a_file_on_one_line_has_all_findings() {
    let kind = |max: u32| {
        format!(r#"{{"path": "N", "kind": {{"type": "integer", "min": 0, "max": {max}}}, "default": 1}}"#)
    };
    let judgement =
        judged(&format!("{TEXT}, {}", kind(100)), &kind(10), file(r#"{"A": {"Old": "x"}, "N": 50}"#));
    let codes: Vec<_> = judgement.findings.iter().map(|found| (found.code, found.path.as_str())).collect();
    assert_eq!(codes, [("removed", "A.Old"), ("range-narrowed", "N")]);
}

#[test]
fn settings_that_become_one_are_renamed() {
    let new = r#"{"path": "A.New", "kind": "text", "default": "", "aliases": ["A.Old"]}"#;
    let both = format!("{TEXT}, {OTHER}");
    let found = judged(&both, new, file(r#"{"A": {"Old": "x"}}"#));
    let codes: Vec<_> = found.findings.iter().map(|found| found.code).collect();
    assert_eq!(codes, ["renamed"]);
    // the value that applies is the one under the own name
    let text = r#"{"A": {"Old": "x", "New": "y"}}"#;
    assert_eq!(
        fixed(&both, release("2.0", new), Fixes::Names, FileFormat::Json, text),
        r#"{"A": {"New": "y"}}"#
    );
}

#[test]
fn names_that_are_swapped_are_no_renames() {
    let setting = |path: &str, kind: &str, alias: &str| {
        format!(r#"{{"path": "{path}", "kind": "{kind}", "aliases": [{alias}]}}"#)
    };
    let old = format!("{}, {}", setting("A", "text", ""), setting("B", "bool", ""));
    let new = format!("{}, {}", setting("A", "bool", "\"B\""), setting("B", "text", "\"A\""));
    let text = r#"{"A": "x", "B": true}"#;
    let judgement = judged(&old, &new, file(text));
    let codes: Vec<_> = judgement.findings.iter().map(|found| (found.code, found.path.as_str())).collect();
    assert_eq!(codes, [("kind-changed", "A"), ("kind-changed", "B")]);
    assert_eq!(fixed(&old, release("2.0", &new), Fixes::Names, FileFormat::Json, text), text);
}

#[test]
fn a_file_that_no_release_can_read_is_no_all_clear() {
    let judgement = judged(TEXT, TEXT, file("{\"A\": {\"Old\": "));
    assert!(judgement.needs_a_hand());
    assert_eq!(judgement.findings[0].code, "syntax");
    assert!(judgement.findings[0].message.starts_with("nothing in the file is judged"), "{judgement:?}");
    let refused = judged(TEXT, TEXT, file(r#"{"A": {"Old": [1]}}"#));
    assert_eq!((refused.findings.len(), refused.refused_before), (0, 1));
    assert!(
        refused.to_human(false).contains("note: the old release has 1 error"),
        "{}",
        refused.to_human(false)
    );
}

#[test]
fn a_section_that_is_renamed_keeps_its_comments() {
    let settings = |section: &str, alias: &str| {
        let setting = |key: &str| {
            let alias = if alias.is_empty() { String::new() } else { format!("\"{alias}.{key}\"") };
            format!(r#"{{"path": "{section}.{key}", "kind": "text", "default": "", "aliases": [{alias}]}}"#)
        };
        format!("{}, {}", setting("Host"), setting("User"))
    };
    let fixed = |format, text: &str| {
        fixed(&settings("Mail", ""), release("2.0", &settings("Email", "Mail")), Fixes::Names, format, text)
    };
    let json = "{\n  // out\n  \"Mail\": { // here\n    // the host\n    \"Host\": \"a\", /* b */\n    \"User\": \"u\"\n  }\n}\n";
    assert_eq!(fixed(FileFormat::Json, json), json.replace("Mail", "Email"));
    #[cfg(feature = "toml")]
    for toml in [
        "# out\n[Mail] # here\n# the host\nHost = \"a\" # b\nUser = \"u\"\n",
        "Mail.Host = \"a\" # b\n# user\nMail.User = \"u\"\n",
        "Mail = { Host = \"a\" } # b\n",
    ] {
        assert_eq!(fixed(FileFormat::Toml, toml), toml.replace("Mail", "Email"));
    }
    #[cfg(feature = "yaml")]
    {
        let yaml = "# out\nMail: # here\n  # the host\n  Host: a # b\n  User: u\n";
        assert_eq!(fixed(FileFormat::Yaml, yaml), yaml.replace("Mail", "Email"));
    }
    // another setting stays where it is, and so does the section
    let old = settings("Mail", "") + r#", {"path": "Mail.Port", "kind": "integer", "default": 25}"#;
    let new = settings("Email", "Mail") + r#", {"path": "Mail.Port", "kind": "integer", "default": 25}"#;
    assert_eq!(
        self::fixed(
            &old,
            release("2.0", &new),
            Fixes::Names,
            FileFormat::Json,
            r#"{"Mail": {"Port": 1, "Host": "a"}}"#
        ),
        r#"{"Mail": {"Port": 1}, "Email": {"Host": "a"}}"#
    );
}

#[test]
fn sections_that_a_fix_empties_are_removed() {
    let new = || release("2.0", r#"{"path": "B.New", "kind": "text", "default": "", "aliases": ["A.Old"]}"#);
    let fixed = |format, text: &str| fixed(TEXT, new(), Fixes::Names, format, text);
    for (text, wanted) in [
        (r#"{"A": {"Old": "x"}}"#, r#"{"B": {"New": "x"}}"#),
        (r#"{"Z": 1, "a": {"old": "x"}}"#, r#"{"Z": 1, "B": {"New": "x"}}"#),
        // the comments stay
        (
            "{\n  \"A\": { // one\n    // two\n    \"Old\": \"x\" // three\n  }, // four\n  \"B\": {}\n}\n",
            "{\n  // one\n    // two\n    // three\n  // four\n  \"B\": {\n    \"New\": \"x\"\n  }\n}\n",
        ),
        (
            "{\n  \"B\": {}, // zero\n  \"A\": {\n    // two\n    \"Old\": \"x\"\n  }\n}\n",
            "{\n  \"B\": {\n    \"New\": \"x\"\n  } // zero\n    // two\n}\n",
        ),
        // another copy of the section is not empty
        (r#"{"A": {"Other": 1}, "A": {"Old": "x"}}"#, r#"{"A": {"Other": 1}, "A": {}, "B": {"New": "x"}}"#),
    ] {
        assert_eq!(fixed(FileFormat::Json, text), wanted);
    }
    #[cfg(feature = "toml")]
    for (text, wanted) in [
        ("# a\n[A] # b\n# c\nOld = \"x\" # d\n", "# a\n# b\n# c\n# d\n\n[B]\nNew = \"x\"\n"),
        ("A.Old = \"x\"\n", "[B]\nNew = \"x\"\n"),
        ("A = { Old = \"x\" } # e\n", "# e\n\n[B]\nNew = \"x\"\n"),
    ] {
        assert_eq!(fixed(FileFormat::Toml, text), wanted);
    }
    #[cfg(feature = "yaml")]
    for (text, wanted) in [
        ("# a\nA: # b\n  # c\n  Old: x # d\n", "# a\n# b\nB:\n  New: \"x\"\n  # c\n  # d\n"),
        ("A: {Old: x}\nZ: 1\n", "Z: 1\nB:\n  New: \"x\"\n"),
    ] {
        assert_eq!(fixed(FileFormat::Yaml, text), wanted);
    }
}

#[test]
fn a_chain_of_names_is_one_move() {
    let new = r#"{"path": "C.Host", "kind": "text", "default": "", "aliases": ["B.Host", "A.Old"]}"#;
    let fixed = |text: &str| fixed(TEXT, release("3.0", new), Fixes::Names, FileFormat::Json, text);
    assert_eq!(fixed(r#"{"A": {"Old": "x"}}"#), r#"{"C": {"Host": "x"}}"#);
    // the first name is gone: the author kept only the last one
    let second = r#"{"path": "C.Host", "kind": "text", "default": "", "aliases": ["B.Host"]}"#;
    let judgement = judged(TEXT, second, file(r#"{"A": {"Old": "x"}}"#));
    assert_eq!((judgement.findings.len(), judgement.findings[0].code), (1, "removed"));
}

#[test]
fn a_value_that_no_longer_fits_is_not_moved() {
    let old = format!(r#"{TEXT}, {{"path": "A.Host", "kind": "text", "default": ""}}"#);
    let new = |alias: &str| {
        format!(
            r#"{{"path": "B.Port", "kind": "integer", "default": 1, "aliases": [{alias}]}},
            {{"path": "B.Host", "kind": "text", "default": "", "aliases": ["A.Host"]}}"#
        )
    };
    let kept = release("2.0", &new(r#""A.Old""#));
    let fixed = |text: &str| fixed(&old, kept.clone(), Fixes::Names, FileFormat::Json, text);
    assert_eq!(fixed(r#"{"A": {"Old": "x", "Host": "h"}}"#), r#"{"A": {"Old": "x"}, "B": {"Host": "h"}}"#);
    // a number that was text
    assert_eq!(fixed(r#"{"A": {"Old": "25"}}"#), r#"{"B": {"Port": "25"}}"#);
    let judgement = judged(&old, &new(r#""A.Old""#), file(r#"{"A": {"Old": "x"}}"#));
    let codes: Vec<_> = judgement.findings.iter().map(|found| found.code).collect();
    assert_eq!(codes, ["kind-changed", "renamed"]);
}

#[cfg(all(feature = "toml", feature = "yaml"))]
#[test]
fn entries_are_fixed_in_other_formats() {
    let old =
        r#"{"path": "Old", "kind": "text", "default": ""}, {"path": "Id", "kind": "text", "default": ""}"#;
    let new = r#"{"path": "New", "kind": "text", "default": "", "aliases": ["Old"]}, {"path": "Id", "kind": "text", "default": ""}"#;
    let fixed = |kind: &str, format, text: &str| {
        fixed(&entries(kind, old), release("2.0", &entries(kind, new)), Fixes::Names, format, text)
    };
    assert_eq!(
        fixed("map", FileFormat::Toml, "[P.x] # one\nOld = \"a\" # two\n\n[P.\"y.z\"]\nOld = \"b\"\n"),
        "[P.x] # one\nNew = \"a\" # two\n\n[P.\"y.z\"]\nNew = \"b\"\n"
    );
    assert_eq!(
        fixed("map", FileFormat::Yaml, "P:\n  x: # one\n    Old: a # two\n  y.z: {Old: b}\n"),
        "P:\n  x: # one\n    New: a # two\n  y.z: {New: b}\n"
    );
    assert_eq!(
        fixed("list", FileFormat::Toml, "[[P]] # one\nOld = \"a\" # two\n[[P]]\nId = \"b\"\nOld = \"c\"\n"),
        "[[P]] # one\nNew = \"a\" # two\n[[P]]\nId = \"b\"\nNew = \"c\"\n"
    );
    assert_eq!(
        fixed("list", FileFormat::Yaml, "P:\n  - Old: a # two\n    Id: b\n  - {Old: c}\n"),
        "P:\n  - New: a # two\n    Id: b\n  - {New: c}\n"
    );
    assert_eq!(fixed("list", FileFormat::Yaml, "P: [{Old: a}] # all\n"), "P: [{New: a}] # all\n");
}

#[test]
fn numbers_keep_their_unit_wherever_they_move() {
    let duration = |path: &str, unit: &str, alias: &str| {
        format!(
            r#"{{"path": "{path}", "kind": {{"type": "duration", "unit": "{unit}"}}, "default": 1, "aliases": [{alias}]}}"#
        )
    };
    let old = duration("A.Wait", "seconds", "");
    let moved = || release("2.0", &duration("B.Wait", "minutes", "\"A.Wait\""));
    let fixed = |new, text: &str| fixed(&old, new, Fixes::Names, FileFormat::Json, text);
    // the section moves as a whole
    assert_eq!(fixed(moved(), r#"{"A": {"Wait": 90}}"#), r#"{"B": {"Wait": "90s"}}"#);
    // only the new release can have written the new name
    assert_eq!(fixed(moved(), r#"{"A": {"Wait": 90}, "B": {"Wait": 2}}"#), r#"{"B": {"Wait": 2}}"#);
    let same = || release("2.0", &duration("A.Wait", "minutes", ""));
    assert_eq!(fixed(same(), r#"{"A": {"Wait": 90}}"#), r#"{"A": {"Wait": "90s"}}"#);
}
