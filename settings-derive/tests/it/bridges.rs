//! Checks of fields, types that are parsed, and structs with one field.

#![allow(dead_code)] // some fields are only resolved
#![allow(clippy::unwrap_used)]

use std::fmt;
use std::net::SocketAddr;
use std::num::NonZeroU16;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use settings_core::resolve::{Environment, Layers, Resolution, resolve};
use settings_core::schema::{DefaultValue, Kind};
use settings_core::{SettingValue, Settings};

/// A server.
#[derive(Settings, Debug)]
#[settings(env_prefix = "BR")]
struct Server {
    /// The address.
    #[setting(default = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// The number of workers.
    #[setting(default = 4, range = 1..=64)]
    workers: NonZeroU16,
    /// The separator.
    #[setting(default = ';')]
    separator: char,
    /// The name.
    #[setting]
    name: Arc<str>,
    /// The color.
    #[setting(text = "a color such as #2389D7", default = "#2389D7")]
    color: Color,
    /// Another color.
    #[setting(text = "a color such as #2389D7")]
    other: Option<Color>,
    /// The size of a page.
    #[setting(default = 8, check = is_even)]
    page: Even,
    /// The title.
    #[setting(default = "A title", check = |title: &String| match title.trim() == title {
        true => Ok(()),
        false => Err("the title has spaces at an end"),
    })]
    title: String,
    /// The subtitle.
    #[setting(default = "A subtitle", check = is_short)]
    subtitle: String,
    /// The folder.
    #[setting(default = "/srv", check = is_absolute)]
    folder: PathBuf,
    /// The words.
    #[setting(default = ["a"], check = are_few)]
    words: Vec<String>,
    /// The signature, which is the title by default.
    #[setting(default_from = |title| title.clone(), default_rule = "the title", check = is_short)]
    signature: String,
    relays: Vec<Relay>,
}

/// Another server.
#[derive(Settings, Debug)]
struct Relay {
    /// The size of a page.
    #[setting(default = 8, check = is_even)]
    page: Even,
}

fn is_short(text: &str) -> Result<(), &'static str> {
    if text.len() < 12 { Ok(()) } else { Err("at most 11 bytes, please") }
}

fn is_absolute(path: &Path) -> Result<(), String> {
    if path.is_absolute() { Ok(()) } else { Err(format!("{} is relative", path.display())) }
}

fn are_few<T>(values: &[T]) -> Result<(), String> {
    if values.len() < 3 { Ok(()) } else { Err(format!("{} are too many", values.len())) }
}

fn is_even(page: &Even) -> Result<(), String> {
    if page.0.is_multiple_of(2) { Ok(()) } else { Err(format!("{} is odd", page.0)) }
}

/// A number with a name of its own.
#[derive(SettingValue, Clone, Copy, Debug, PartialEq)]
struct Even(u8);

/// A type of another crate, as it were.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Color(u32);

impl FromStr for Color {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.strip_prefix('#').ok_or("it has no #")?;
        u32::from_str_radix(digits, 16).map(Self).map_err(|error| error.to_string())
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:06X}", self.0)
    }
}

fn resolved(file: &str) -> Resolution<Server> {
    resolve(Layers::new().file("config.json", file))
}

#[test]
fn defaults_are_read_as_values_are() {
    let server = Server::default();
    assert_eq!(server.listen, SocketAddr::from(([127, 0, 0, 1], 8080)));
    assert_eq!((server.workers.get(), server.separator, &*server.name), (4, ';', ""));
    assert_eq!((server.color, server.other, server.page), (Color(0x2389D7), None, Even(8)));
    assert_eq!(server.title, "A title");
    assert!(resolved("{}").report().diagnostics().is_empty());
}

#[test]
fn values_come_from_every_layer() {
    let file = r##"{"Listen": "[::1]:1", "Workers": 64, "Separator": "é", "Name": "n", "Other": "#000001", "Page": 2}"##;
    let environment = Environment::from_iter([("BR_COLOR", "#000002"), ("BR_OTHER", "#000003")]);
    let layers = Layers::new().file("config.json", file).environment(environment);
    let server = resolve::<Server>(layers).into_result().unwrap();
    assert_eq!((server.listen.port(), server.workers.get(), server.separator), (1, 64, 'é'));
    assert_eq!((server.color, server.other, server.page), (Color(2), Some(Color(3)), Even(2)));
    assert_eq!(resolved(r#"{"Other": null}"#).into_result().unwrap().other, None);
}

#[test]
fn refused_values_are_reported_with_their_form() {
    let report = resolved(r#"{"Listen": "localhost", "Workers": 0, "Color": "red", "Separator": "ab"}"#);
    let report = report.report().to_lines();
    for part in [
        "`Listen`: expected an IP address and a port",
        "`Workers`: expected a whole number from 1 to 64",
        "`Color`: expected a color such as #2389D7",
        "it has no #",
        "`Separator`",
    ] {
        assert!(report.contains(part), "{part}: {report}");
    }
}

#[test]
fn a_check_refuses_a_value_at_its_place() {
    let resolution = resolved("{\"Page\": 3,\n\"Title\": \" x\", \"Relays\": [{}, {\"Page\": 5}]}");
    let report = resolution.report().to_lines();
    for part in [
        "config.json:1:10",
        "`Page`: 3 is odd",
        "`Title`: the title has spaces at an end",
        "`Relays[1].Page`: 5 is odd",
    ] {
        assert!(report.contains(part), "{part}: {report}");
    }
    assert_eq!(resolution.report().diagnostics().len(), 3, "{report}");
    assert!(report.contains("[check]") || report.contains("check"), "{report}");
}

#[test]
fn a_named_check_may_take_what_the_value_derefs_to() {
    let file =
        r#"{"Subtitle": "far too long", "Folder": "srv", "Words": ["a", "b", "c"], "Title": "A long title"}"#;
    let report = resolved(file).report().to_lines();
    for part in [
        "config.json:1:14: error[check]: `Subtitle`: at most 11 bytes, please",
        "`Folder`: srv is relative",
        "`Words`: 3 are too many",
        "`Signature`: at most 11 bytes, please",
    ] {
        assert!(report.contains(part), "{part}: {report}");
    }
}

#[test]
fn the_kind_is_that_of_the_field() {
    assert_eq!(Even::KIND, Kind::Integer { min: 0, max: 255 });
    assert!(matches!(Server::COLOR.setting().default, DefaultValue::Text("#2389D7")));
    assert!(matches!(Server::OTHER.setting().kind, Kind::Optional(Kind::Custom(_))));
}
