//! Rules that return words, secrets with rules, defaults against their checks.

#![allow(dead_code, clippy::unwrap_used)]

use settings_core::resolve::{Code, Environment, Layers, Resolution, RuleError, check_defaults, resolve};
use settings_core::{Secret, Settings};

/// A server.
#[derive(Settings)]
#[settings(
    env_prefix = "JU",
    rule(check = names_differ, message = "the names of upstreams differ", fields("Upstreams")),
    rule(check = in_words, message = "the size is even", fields("Size"))
)]
struct Server {
    upstreams: Vec<Upstream>,
    /// The size.
    #[setting(default = 2)]
    size: u32,
    /// The key of sessions.
    #[setting(required, min_len = 8, pattern = "[a-z0-9]+")]
    session_key: Secret,
    /// The key of cookies.
    #[setting(max_len = 4, min_len = 2)]
    cookie_key: Secret,
    /// The key of an upstream, if it has one.
    #[setting(min_len = 3)]
    other_key: Option<Secret>,
}

/// An upstream.
#[derive(Settings)]
#[settings(rule(check = |upstream| match upstream.port { 0 => Err("the port is 0"), _ => Ok(()) }, message = "a port", fields("Port")))]
struct Upstream {
    /// The name.
    #[setting(required)]
    name: String,
    /// The port.
    #[setting(default = 80)]
    port: u16,
}

fn names_differ(server: &Server) -> Result<(), RuleError> {
    for (number, upstream) in server.upstreams.iter().enumerate() {
        if server.upstreams.iter().take(number).any(|other| other.name == upstream.name) {
            let words = format!("the name {:?} is taken", upstream.name);
            return Err(RuleError::new(words).at(format!("Upstreams[{number}].Name")));
        }
    }
    Ok(())
}

fn in_words(server: &Server) -> Result<(), String> {
    if server.size % 2 == 0 { Ok(()) } else { Err(format!("{} is odd", server.size)) }
}

fn server(file: &str) -> Resolution<Server> {
    let key = Environment::from_iter([("JU_SESSIONKEY", "abcdefgh1")]);
    resolve(Layers::new().file("config.json", file).environment(key))
}

#[test]
fn a_rule_says_what_is_wrong_and_where() {
    for (file, place, setting, words) in [
        (
            r#"{"Upstreams": [{"Name": "a"}, {"Name": "a"}]}"#,
            "config.json:1:40",
            "Upstreams[1].Name",
            "the name \"a\" is taken",
        ),
        (r#"{"Size": 3}"#, "config.json:1:10", "Size", "3 is odd"),
        (
            r#"{"Upstreams": [{"Name": "a", "Port": 0}]}"#,
            "config.json:1:38",
            "Upstreams[0]",
            "`Upstreams[0]`: the port is 0",
        ),
    ] {
        let resolution = server(file);
        let lines = resolution.report().to_lines();
        let [broken] = resolution.report().diagnostics() else { panic!("{lines}") };
        assert_eq!((broken.code, broken.message.as_str()), (Code::Rule, words), "{lines}");
        assert!(lines.starts_with(place), "{lines}");
        assert_eq!(broken.setting.as_deref(), Some(setting), "{lines}");
    }
    assert!(server(r#"{"Upstreams": [{"Name": "a"}, {"Name": "b"}]}"#).into_result().is_ok());
}

#[test]
fn a_secret_is_held_to_rules_without_being_shown() {
    for (file, words) in [
        (r#"{"CookieKey": "k"}"#, "`CookieKey`: expected text of at least 2 characters"),
        (r#"{"CookieKey": "k4n4ry"}"#, "`CookieKey`: expected text of at most 4 characters"),
        (r#"{"CookieKey": 12345}"#, "`CookieKey`: expected text of at most 4 characters"),
        (r#"{"OtherKey": "ry"}"#, "`OtherKey`: expected text of at least 3 characters"),
    ] {
        let resolution = server(file);
        let lines = resolution.report().to_lines();
        let [found] = resolution.report().diagnostics() else { panic!("{lines}") };
        assert!(found.code == Code::Malformed && found.message == words, "{lines}");
        let all = format!("{lines}{}{:?}", resolution.report().to_human(false), resolution.report());
        assert!(!all.contains("k4n4ry") && !all.contains("12345"), "{all}");
    }
    let with = |key: &str| {
        let layers = Layers::new().environment([("JU_SESSIONKEY", key)].into_iter().collect());
        resolve::<Server>(layers).report().to_lines()
    };
    assert!(with("short").contains("expected text of at least 8 characters"));
    assert!(with("K4N4RY-K4N4RY").contains("expected text that matches `[a-z0-9]+`"));
    assert!(!with("K4N4RY-K4N4RY").contains("K4N4RY"));
    assert_eq!(with("abcdefgh1"), "");
    let server = server("{}").into_result().unwrap();
    assert_eq!((server.cookie_key.expose(), server.other_key.is_some()), ("", false));
    assert_eq!(server.session_key.expose(), "abcdefgh1");
}

/// A server with defaults that its own checks refuse.
#[derive(Settings)]
#[settings(root)]
struct Wrong {
    /// An even number.
    #[setting(default = 3, check = is_even)]
    odd: u8,
    optional: Option<Nested>,
    list: Vec<Listed>,
}

/// A server with a default that cannot be parsed.
#[derive(Settings)]
#[settings(root)]
struct Unparsable {
    /// A version.
    #[setting(text = "a number", default = "x")]
    version: Parsed,
}

/// A number.
struct Parsed;

impl std::str::FromStr for Parsed {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse::<u8>().map(|_| Self)
    }
}

/// A section that repeats.
#[derive(Settings)]
struct Listed {
    /// An even number.
    #[setting(default = 5, check = is_even)]
    inner: u8,
}

/// A nested section.
#[derive(Settings)]
struct Nested {
    /// An even number.
    #[setting(default = 5, check = is_even)]
    inner: u8,
    /// A required one.
    #[setting(required)]
    name: String,
}

fn is_even(number: &u8) -> Result<(), String> {
    if number % 2 == 0 { Ok(()) } else { Err(format!("{number} is odd")) }
}

#[test]
fn defaults_are_held_against_checks() {
    let report = check_defaults::<Wrong>();
    let lines = report.to_lines();
    for words in ["`Odd`: 3 is odd", "`Optional.Inner`: 5 is odd", "`List[0].Inner`: 5 is odd"] {
        assert!(lines.contains(words), "{words}: {lines}");
    }
    assert_eq!(report.diagnostics().len(), 3, "{lines}");
    let report = check_defaults::<Unparsable>();
    let [only] = report.diagnostics() else { panic!("{report}") };
    assert!(only.message.contains("`Version`") && only.message.contains("`x`"), "{report}");
}

settings_core::test_defaults!(good_defaults: Upstreams);

/// Upstreams.
#[derive(Settings)]
#[settings(root)]
struct Upstreams {
    upstreams: Vec<Upstream>,
}
