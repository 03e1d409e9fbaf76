//! Structs with one field as types of settings, with and without a check.

use std::collections::BTreeMap;
use std::num::NonZeroI8;

use settings_core::resolve::{Environment, Layers, Resolution, check_defaults, resolve};
use settings_core::value::{Secret, Value};
use settings_core::{SettingValue, Settings};

/// An even port.
#[derive(SettingValue, Debug, PartialEq)]
#[value(check = is_even)]
struct EvenPort(u16);

fn is_even(port: &u16) -> Result<(), String> {
    if port.is_multiple_of(2) { Ok(()) } else { Err(format!("the port {port} is odd")) }
}

/// A name in small letters.
#[derive(SettingValue, Debug, PartialEq)]
#[value(check = |name: &String| match name.chars().any(char::is_uppercase) {
    true => Err("use small letters"),
    false => Ok(()),
})]
struct Name {
    text: String,
}

/// A token with a prefix, of which reports show nothing.
#[derive(SettingValue, Debug, PartialEq)]
#[value(check = begins_right)]
struct Token(Secret);

fn begins_right(token: &Secret) -> Result<(), &'static str> {
    if token.is_empty() || token.expose().starts_with("tk-") {
        Ok(())
    } else {
        Err("a token begins with `tk-`")
    }
}

/// Names, of which there are at most two.
#[derive(SettingValue, Debug, PartialEq)]
#[value(check = few)]
struct Names(Vec<Name>);

fn few(names: &[Name]) -> Result<(), String> {
    if names.len() < 3 { Ok(()) } else { Err(format!("{} names are too many", names.len())) }
}

/// A step, which is not zero by its field's type.
#[derive(SettingValue, Debug, PartialEq)]
struct Step(NonZeroI8);

/// A server.
#[derive(Settings, Debug)]
#[settings(env_prefix = "NT")]
struct Server {
    /// The port.
    #[setting(default = 80)]
    port: EvenPort,
    /// The name.
    #[setting(default = "chat")]
    name: Name,
    /// The token.
    #[setting]
    token: Option<Token>,
    /// The names.
    #[setting(default = ["a"])]
    names: Names,
    /// Ports.
    #[setting(default = [2, 4])]
    ports: Vec<EvenPort>,
    /// Another port.
    #[setting]
    other: Option<EvenPort>,
    /// Ports by name.
    #[setting(default = {})]
    by_name: BTreeMap<String, EvenPort>,
    /// The step.
    #[setting(default = 1)]
    step: Step,
    workers: Vec<Worker>,
}

/// A worker.
#[derive(Settings, Debug)]
struct Worker {
    /// The port.
    #[setting(default = 8)]
    port: EvenPort,
}

/// A server with wrong defaults.
#[derive(Settings)]
#[settings(root)]
#[allow(dead_code)] // only resolved
struct Wrong {
    /// The port.
    #[setting(default = 81)]
    port: EvenPort,
    /// Ports.
    #[setting(default = [2, 5])]
    ports: Vec<EvenPort>,
    workers: Vec<WrongWorker>,
}

/// A worker.
#[derive(Settings)]
#[allow(dead_code)] // only resolved
struct WrongWorker {
    /// The name.
    #[setting(default = "A")]
    name: Name,
}

fn lines<T>(resolution: &Resolution<T>) -> Vec<String> {
    resolution.report().to_lines().lines().map(str::to_owned).collect()
}

#[test]
fn values_that_pass_are_taken() {
    assert_eq!(check_defaults::<Server>().to_lines(), "");
    let file = r#"{"Port": 8080, "Token": "tk-1", "Names": ["a", "b"], "Other": 4, "ByName": {"x": 6}, "Workers": [{}]}"#;
    let resolution = resolve::<Server>(Layers::new().file("config.json", file));
    assert_eq!(lines(&resolution), [""; 0]);
    let server = resolution.into_result().unwrap();
    assert_eq!((server.port, server.other, server.workers[0].port.0), (EvenPort(8080), Some(EvenPort(4)), 8));
    assert_eq!((server.name.text.as_str(), server.step.0.get()), ("chat", 1));
    assert_eq!(server.names.0.len(), 2);
    assert_eq!((server.token.unwrap().0.expose(), server.by_name["x"].0), ("tk-1", 6));
    assert_eq!(server.ports, [EvenPort(2), EvenPort(4)]);
}

#[test]
fn the_words_of_the_check_are_the_message() {
    for (file, message) in [
        (r#"{"Port": 81}"#, "config.json:1:10: error[malformed]: `Port`: the port 81 is odd (change `Port`)"),
        (r#"{"Port": 70000}"#, "expected a whole number from 0 to 65535"),
        (r#"{"Name": "Chat"}"#, "`Name`: use small letters"),
        (r#"{"Names": ["a", "b", "c"]}"#, "`Names`: 3 names are too many"),
        (r#"{"Names": ["a", "B"]}"#, "`Names`: use small letters"),
        (r#"{"Ports": [2, 3]}"#, "`Ports`: the port 3 is odd"),
        (r#"{"Other": 5}"#, "`Other`: the port 5 is odd"),
        (r#"{"ByName": {"a": 7}}"#, "`ByName`: the port 7 is odd"),
        (r#"{"Step": 0}"#, "`Step`: expected a whole number other than 0"),
        (r#"{"Workers": [{}, {"Port": 9}]}"#, "`Workers[1].Port`: the port 9 is odd"),
        (r#"{"Token": "k4n4ry"}"#, "`Token`: a token begins with `tk-`"),
    ] {
        let resolution = resolve::<Server>(Layers::new().file("config.json", file));
        let lines = lines(&resolution);
        assert!(lines.len() == 1 && lines[0].contains(message), "{file}: {lines:?}");
        assert!(!resolution.report().to_string().contains("k4n4ry"), "{}", resolution.report());
        assert!(resolution.value().is_none());
    }
    let resolution =
        resolve::<Server>(Layers::new().environment(Environment::from_iter([("NT_PORT", "83")])));
    assert!(lines(&resolution)[0].contains("NT_PORT"), "{:?}", lines(&resolution));
}

#[test]
fn defaults_are_held_against_the_check() {
    let report = check_defaults::<Wrong>().to_lines();
    for message in
        ["`Port`: the port 81 is odd", "`Ports`: the port 5 is odd", "`Workers[0].Name`: use small letters"]
    {
        assert!(report.contains(message), "{message}: {report}");
    }
    assert_eq!(report.lines().count(), 3, "{report}");
}

#[test]
fn the_check_changes_neither_the_kind_nor_the_way_back() {
    assert_eq!((EvenPort::KIND, Name::KIND), (u16::KIND, String::KIND));
    assert_eq!(EvenPort::from_value(Value::Integer(3)), None);
    assert_eq!(EvenPort::from_value(EvenPort(4).to_value()), Some(EvenPort(4)));
}

/// A program without defaults.
#[derive(Settings, Debug)]
#[settings(root)]
#[allow(dead_code)] // only resolved
struct Strict {
    /// The port.
    #[setting(required)]
    port: LargePort,
    /// The name.
    #[setting(required)]
    name: Name,
    /// The address.
    #[setting(required)]
    address: std::net::IpAddr,
    /// The last one.
    #[setting(required)]
    last: String,
}

/// A large port, so that no stand-in passes.
#[derive(SettingValue, Debug, PartialEq)]
#[value(check = |port: &u16| if *port > 1024 { Ok(()) } else { Err("the port is privileged") })]
struct LargePort(u16);

/// One report has the mistakes of all settings, also after one that a check refuses, as far as a stand-in for it passes.
#[test]
fn every_mistake_is_reported_at_once() {
    for (file, count) in [
        ("{}", 4),
        (r#"{"Port": 5000, "Name": "A", "Address": "x"}"#, 3),
        (r#"{"Port": 5000, "Name": "A", "Address": "::1"}"#, 2),
        (r#"{"Port": 5, "Name": "a", "Address": "::1"}"#, 2),
    ] {
        let resolution = resolve::<Strict>(Layers::new().file("config.json", file));
        assert_eq!(lines(&resolution).len(), count, "{file}: {:?}", lines(&resolution));
        assert!(resolution.value().is_none());
    }
}
