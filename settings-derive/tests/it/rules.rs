//! Rules over several settings, and the reports of broken ones.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use settings_core::resolve::{Code, Environment, Layers, Resolution, Severity, resolve};
use settings_core::schema::Strength;
use settings_core::{Secret, Settings};

/// The address of a server.
#[derive(Settings, Debug)]
#[settings(
    section = "Listen",
    rule(
        check = |listen| listen.low <= listen.high,
        message = "the lowest port is above the highest",
        help = "swap them",
        fields("Low", "High")
    ),
    rule(check = has_key, message = "encryption needs a key", fields("Encrypt", "Key"), severity = "warning")
)]
struct Listen {
    /// The lowest port.
    #[setting(default = 1)]
    low: u16,
    /// The highest port.
    #[setting(default = 9)]
    high: u16,
    /// Turns encryption on or off.
    #[setting(default = false)]
    encrypt: bool,
    /// The key.
    #[setting]
    key: Secret,
}

fn has_key(listen: &Listen) -> bool {
    !listen.encrypt || !listen.key.is_empty()
}

/// All of it.
#[derive(Settings, Debug)]
#[settings(
    env_prefix = "X",
    rule(
        check = |all| all.first.low != all.second.low,
        message = "both listen on one port",
        fields("First.Low", "Second.Low")
    )
)]
struct Program {
    #[settings(section = "First")]
    first: Listen,
    #[settings(section = "Second")]
    second: Listen,
}

fn told(file: &str, variables: &[(&str, &str)]) -> Resolution<Program> {
    let environment = Environment::from_iter(variables.iter().copied());
    resolve(Layers::new().file("config.json", file).environment(environment))
}

#[test]
fn a_broken_rule_points_at_all_its_settings() {
    let resolution = told("{\"First\": {\"Low\": 5},\n \"Second\": {\"High\": 0}}", &[("X_FIRST_HIGH", "4")]);
    let found: Vec<_> = resolution.report().to_lines().lines().map(str::to_owned).collect();
    assert_eq!(
        found,
        [
            "config.json:1:19: error[rule]: the lowest port is above the highest (swap them)",
            "config.json:2:21: error[rule]: the lowest port is above the highest (swap them)",
        ]
    );
    let [first, second] = resolution.report().diagnostics() else { unreachable!() };
    assert_eq!(
        (first.setting.as_deref(), second.setting.as_deref()),
        (Some("First.Low"), Some("Second.High"))
    );
    let human = resolution.report().to_human(false);
    assert!(human.contains("= `First.High` is set here: variable X_FIRST_HIGH\n"), "{human}");
    assert!(human.contains("= `Second.Low` has its default\n"), "{human}");
    assert!(human.contains("1 | {\"First\": {\"Low\": 5},\n  |                   ^\n"), "{human}");
}

#[test]
fn a_rule_over_sections_names_their_paths() {
    let resolution = told("{\"First\": {\"Low\": 2}, \"Second\": {\"Low\": 2}}", &[]);
    let [only] = resolution.report().diagnostics() else { unreachable!("{}", resolution.report()) };
    assert_eq!((only.code, only.severity), (Code::Rule, Severity::Error));
    assert_eq!(only.related.len(), 1);
    assert!(
        resolution.report().to_json().contains("\"related\": [{\"message\": \"`Second.Low` is set here\"")
    );
}

#[test]
fn a_warning_lets_the_value_pass_and_shows_no_secret() {
    let resolution = told("{\"First\": {\"Encrypt\": true, \"Low\": 2}}", &[("X_FIRST_KEY", "")]);
    let [only] = resolution.report().diagnostics() else { unreachable!("{}", resolution.report()) };
    assert_eq!((only.code, only.severity), (Code::Rule, Severity::Warning));
    assert!(resolution.value().is_some());
    assert!(resolution.report().clone().strict().has_errors());
}

#[test]
fn a_refused_value_or_a_broken_file_silences_rules() {
    for file in
        ["{\"First\": {\"Low\": 70000, \"High\": 0}, \"Second\": {\"Low\": 2}}", "{\"First\": {\"Low\": 10"]
    {
        let resolution = told(file, &[]);
        assert!(resolution.report().has_errors());
        let is_rule = |code: Code| code == Code::Rule;
        assert!(
            !resolution.report().diagnostics().iter().any(|told| is_rule(told.code)),
            "{}",
            resolution.report()
        );
    }
}

#[test]
fn defaults_are_built_without_rules() {
    let program = Program::default();
    assert_eq!((program.first.low, program.second.low), (1, 1));
}

#[test]
fn documents_know_the_rules() {
    let [ports, key] = Listen::SCHEMA.rules else { unreachable!() };
    assert_eq!((ports.message, ports.help), ("the lowest port is above the highest", "swap them"));
    assert_eq!((ports.fields, ports.strength), (&["Low", "High"][..], Strength::Error));
    assert_eq!((key.help, key.strength), ("", Strength::Warning));
}
