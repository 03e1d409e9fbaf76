//! The annotations of a struct that repeats, in a list or a map.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, dead_code)]

use std::collections::BTreeMap;
use std::time::Duration;

use settings_core::Settings;
use settings_core::resolve::{Environment, Layers, Resolution, resolve};

/// A program.
#[derive(Settings)]
#[settings(env_prefix = "X")]
struct Program {
    replicas: Vec<Replica>,
    named: BTreeMap<String, Replica>,
    warning: Vec<Warning>,
    allowing: Vec<Allowing>,
}

/// Unknown keys are reported.
#[derive(Settings)]
#[settings(unknown = "warn")]
struct Warning {
    /// A port.
    #[setting(default = 1)]
    port: u16,
}

/// Unknown keys are ignored.
#[derive(Settings)]
#[settings(unknown = "allow")]
struct Allowing {
    /// A port.
    #[setting(default = 1)]
    port: u16,
}

/// A copy of the database.
#[derive(Settings)]
#[settings(rule(check = |replica| replica.port != replica.most, message = "they are equal", fields("Port", "Most")))]
struct Replica {
    /// Its port.
    #[setting(default = 5432, aliases = ["Door", "Gate"])]
    port: u16,
    /// Its old port.
    #[setting(default = 1, deprecated(since = "0.1", reason = "a port has one name.", replacement = "Port"))]
    old_port: u16,
    /// The largest number of connections.
    #[setting(default = 8)]
    most: u16,
    /// The time that an idle one stays open.
    #[setting(
        unit = "seconds",
        range = 0..=600,
        default_from = |most| Duration::from_secs(u64::from(*most) * 10),
        default_rule = "ten seconds for each of `Most`"
    )]
    idle: Duration,
    #[settings(section = "Own")]
    inner: Inner,
}

/// A section in it.
#[derive(Settings)]
#[settings(rule(check = |inner| inner.low < 5, message = "it is not low", fields("Low")))]
struct Inner {
    /// A number.
    #[setting(default = 1, alias = "Deep")]
    low: u16,
}

fn lines(file: &str) -> (Resolution<Program>, Vec<String>) {
    let resolution = resolve::<Program>(Layers::new().file("c.json", file));
    let lines = resolution.report().to_lines().lines().map(str::to_owned).collect();
    (resolution, lines)
}

#[test]
fn old_names_and_other_letter_cases_work_and_warn_at_their_place() {
    let (resolution, lines) = lines(
        "{\"Replicas\": [{\"Door\": 1},\n{\"port\": 2, \"Own\": {\"Deep\": 3}}],\n\"Named\": {\"a\": {\"Port\": 4, \"GATE\": 5}}}",
    );
    assert_eq!(
        lines,
        [
            "c.json:1:16: warning[alias]: `Replicas[0].Door` is an old name of `Replicas[0].Port` (write it as `Port`)",
            "c.json:2:2: warning[letter-case]: `port` is read as `Replicas[1].Port`: the letter case differs \
             (write it as `Port`)",
            "c.json:2:21: warning[alias]: `Replicas[1].Own.Deep` is an old name of `Replicas[1].Own.Low` (write it as \
             `Low`)",
            "c.json:3:28: warning[alias]: `Named.a.GATE` is ignored: `Named.a.Port` is set too (remove it)",
        ]
    );
    let program = resolution.into_result().unwrap();
    assert_eq!((program.replicas[0].port, program.replicas[1].port), (1, 2));
    assert_eq!((program.replicas[1].inner.low, program.named["a"].port), (3, 4));
}

#[test]
fn deprecated_settings_warn_in_every_layer() {
    let environment =
        Environment::from_iter([("X_REPLICAS", r#"[{"OldPort": 2}]"#), ("X_NAMED_b", r#"{"Door": 3}"#)]);
    let layers = Layers::new().file("c.json", r#"{"Replicas": [{"OldPort": 1}]}"#).environment(environment);
    let resolution = resolve::<Program>(layers);
    let told = resolution.report().to_lines();
    let told: Vec<_> = told.lines().map(|line| line.split(" (").next().unwrap_or_default()).collect();
    assert_eq!(
        told,
        [
            "c.json:1:16: warning[deprecated]: `Replicas[0].OldPort` is deprecated since 0.1: a port has one name.",
            "variable X_NAMED_b: warning[alias]: `Named.b.Door` is an old name of `Named.b.Port`",
            "variable X_REPLICAS: warning[deprecated]: `Replicas[0].OldPort` is deprecated since 0.1: a port has one name.",
        ]
    );
    assert_eq!(resolution.value().unwrap().named["b"].port, 3);
}

#[test]
fn one_key_in_two_letter_cases_is_set_twice() {
    let (_, lines) = lines(r#"{"Replicas": [{"Port": 1, "port": 2}]}"#);
    assert!(lines[1].contains("error[duplicate-element]: `Replicas[0]`"), "{lines:?}");
}

#[test]
fn a_computed_default_is_checked_in_each_element() {
    let (resolution, lines) = lines(r#"{"Replicas": [{"Most": 61}, {"Most": 61, "Idle": 1}]}"#);
    assert!(resolution.value().is_none() || resolution.report().has_errors());
    assert_eq!(
        lines[0].split(", found").next().unwrap(),
        "c.json:1:15: error[out-of-range]: `Replicas[0].Idle`: its default, ten seconds for each of `Most`, is refused: \
         expected from 0 to 600 seconds"
    );
    assert_eq!(lines.len(), 1);
}

#[test]
fn a_broken_rule_names_the_key_of_the_field() {
    let (_, lines) = lines(r#"{"Replicas": [{}, {"own": {"Deep": 7}}]}"#);
    assert_eq!(
        lines.last().unwrap(),
        "c.json:1:36: error[rule]: `Replicas[1].Own`: it is not low (change `Low`)"
    );
}

#[test]
fn a_rule_over_several_settings_points_into_its_own_section() {
    let (resolution, lines) =
        lines("{\"Named\": {\"a\": {}, \"b.c\": {\"Most\":\n7, \"Port\": 7}, \"d\": {\"Port\": 8}}}");
    assert_eq!(
        lines,
        [
            "c.json:2:12: error[rule]: `Named[\"b.c\"]`: they are equal (change `Port` or `Most`)",
            "c.json:2:30: error[rule]: `Named.d`: they are equal (change `Port` or `Most`)",
        ]
    );
    let human = resolution.report().to_human(false);
    assert!(human.contains("= `Named[\"b.c\"].Most` is set here: c.json:2:1\n"), "{human}");
    assert!(human.contains("= `Named.d.Most` has its default\n"), "{human}");
}

#[test]
fn a_section_has_its_own_policy_for_unknown_keys() {
    let (resolution, lines) =
        lines(r#"{"Warning": [{"Prot": 1, "Port": 2}], "Allowing": [{"Prot": 1, "Port": 3}]}"#);
    assert_eq!(
        lines,
        ["c.json:1:15: warning[unknown-key]: unknown setting `Warning[0].Prot` (did you mean `Port`?)"]
    );
    let program = resolution.into_result().unwrap();
    assert_eq!((program.warning[0].port, program.allowing[0].port), (2, 3));
    let (_, refused) = self::lines(r#"{"Replicas": [{"Prot": 1}]}"#);
    assert!(refused[0].contains("warning[unknown-key]"), "{refused:?}");
}

#[test]
fn the_first_of_two_old_names_wins() {
    let (resolution, lines) = lines(r#"{"Replicas": [{"Door": 1, "Gate": 2}]}"#);
    assert!(lines[1].contains("`Replicas[0].Gate` is ignored: `Replicas[0].Port` is set too"), "{lines:?}");
    assert_eq!(resolution.value().unwrap().replicas[0].port, 1);
}
