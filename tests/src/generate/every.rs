//! A program of 40 sections and 680 settings that has every kind in every form, for this repository's derive alone.
//!
//! Each section takes its 15 settings in turn from [`SHAPES`] and ends in `Limits`, one struct under 40 paths.

use std::fmt::Write as _;

use super::TOPICS;

/// Settings in a section in addition to the two of `Limits`.
pub const OWN: usize = 15;

/// One sort of setting with values for every layer.
#[derive(Debug)]
pub struct Shape {
    /// The end of the key and of the field's name.
    pub name: &'static str,
    /// The field's type.
    pub ty: &'static str,
    /// The text of `#[setting(...)]`; `-` if there is none, since the field is a section.
    attributes: &'static str,
    /// The value where no layer gives one, as JSON.
    pub default: &'static str,
    /// The value in the file, and how it is written there.
    pub file: (&'static str, &'static str),
    /// The value of the variable, and its text.
    pub variable: (&'static str, &'static str),
    /// A value that is refused, as JSON.
    pub bad: &'static str,
}

const fn shape(
    (name, ty, attributes): (&'static str, &'static str, &'static str),
    default: &'static str,
    file: (&'static str, &'static str),
    variable: (&'static str, &'static str),
    bad: &'static str,
) -> Shape {
    Shape { name, ty, attributes, default, file, variable, bad }
}

/// Every kind in every form.
pub const SHAPES: [Shape; 46] = [
    shape(("Enabled", "bool", "default = true"), "true", ("false", "false"), ("true", "T"), "\"yes\""),
    shape(("I8", "i8", "default = -5, range = -20..=100"), "-5", ("7", "\"7\""), ("-20", "-20"), "-21"),
    shape(("I16", "i16", "default = 5"), "5", ("-32768", "-32768"), ("32767", "32767"), "32768"),
    shape(("I32", "i32", "default = 5"), "5", ("-7", "-7"), ("8", "8"), "\"5x\""),
    shape(
        ("I64", "i64", "default = 5"),
        "5",
        ("-7", "-7"),
        ("9223372036854775807", "9223372036854775807"),
        "0.5",
    ),
    shape(("Isize", "isize", "default = 5"), "5", ("-7", "-7"), ("8", "8"), "[]"),
    shape(("U8", "u8", "default = 5, range = 1..=200"), "5", ("200", "200"), ("1", "1"), "0"),
    shape(
        ("U16", "u16", "default = 8065, range = 1..=65535"),
        "8065",
        ("1", "1"),
        ("65535", "65535"),
        "65536",
    ),
    shape(("U32", "u32", "default = 5"), "5", ("7", "7.0"), ("8", "8"), "-1"),
    shape(
        ("U64", "u64", "default = 5"),
        "5",
        ("7", "7"),
        ("18446744073709551615", "18446744073709551615"),
        "null",
    ),
    shape(("Usize", "usize", "default = 5"), "5", ("7", "7"), ("8", "8"), "{}"),
    shape(("F32", "f32", "default = 0.5"), "0.5", ("1.25", "1.25"), ("2", "2"), "\"a\""),
    shape(("F64", "f64", "default = 0.5"), "0.5", ("-0.001", "-1e-3"), ("2", "2"), "true"),
    shape(
        ("Text", "String", "default = \"a \\\"b\\\"\""),
        "\"a \\\"b\\\"\"",
        ("\"é\\n\"", "\"\\u00e9\\n\""),
        ("\" x \"", " x "),
        "[]",
    ),
    shape(
        ("Length", "String", "min_len = 2, max_len = 4, default = \"ab\""),
        "\"ab\"",
        ("\"äöü\"", "\"äöü\""),
        ("\"abcd\"", "abcd"),
        "\"abcde\"",
    ),
    shape(
        ("Pattern", "String", "pattern = \"[a-z]+-[0-9]+\", default = \"a-1\""),
        "\"a-1\"",
        ("\"b-2\"", "\"b-2\""),
        ("\"c-33\"", "c-33"),
        "\"C-3\"",
    ),
    shape(
        ("Url", "String", "format = \"url\""),
        "\"\"",
        ("\"https://a.example.com/x\"", "\"https://a.example.com/x\""),
        ("\"http://[::1]:80\"", "http://[::1]:80"),
        "\"example.com\"",
    ),
    shape(
        ("Email", "String", "format = \"email\", default = \"a@example.com\""),
        "\"a@example.com\"",
        ("\"b@example.com\"", "\"b@example.com\""),
        ("\"c@d.example\"", "c@d.example"),
        "\"b@\"",
    ),
    shape(
        ("Host", "String", "format = \"host\", default = \"localhost\""),
        "\"localhost\"",
        ("\"a.example.com\"", "\"a.example.com\""),
        ("\"127.0.0.1\"", "127.0.0.1"),
        "\"-a\"",
    ),
    shape(
        ("Port", "String", "format = \"port\", default = \"25\""),
        "\"25\"",
        ("\"587\"", "587"),
        ("\"1\"", "1"),
        "\"70000\"",
    ),
    shape(
        ("Path", "String", "format = \"path\", default = \"/srv\""),
        "\"/srv\"",
        ("\"./a b\"", "\"./a b\""),
        ("\"/é\"", "/é"),
        "\"\"",
    ),
    shape(
        ("PathBuf", "std::path::PathBuf", "default = \"/srv\""),
        "\"/srv\"",
        ("\"C:\\\\a\"", "\"C:\\\\a\""),
        ("\"/b\"", "/b"),
        "[]",
    ),
    shape(
        ("Address", "String", "format = \"socket address\", default = \":8065\""),
        "\":8065\"",
        ("\"[::1]:1\"", "\"[::1]:1\""),
        ("\"localhost:80\"", "localhost:80"),
        "\"localhost\"",
    ),
    shape(
        ("Level", "Level", "default = Level::Info"),
        "\"info\"",
        ("\"\"", "\"\""),
        ("\"error\"", "error"),
        "\"eror\"",
    ),
    shape(
        ("Seconds", "std::time::Duration", "unit = \"seconds\", range = 1..=600, default = 10"),
        "10",
        ("90", "\"1m30s\""),
        ("600", "10m"),
        "601",
    ),
    shape(
        ("Millis", "std::time::Duration", "unit = \"milliseconds\", default = 1500"),
        "1500",
        ("90", "90"),
        ("2000", "2s"),
        "-1",
    ),
    shape(
        ("Days", "std::time::Duration", "unit = \"days\", default = 30"),
        "30",
        ("2", "\"48h\""),
        ("7", "7"),
        "\"7 weeks\"",
    ),
    shape(
        ("Size", "settings_core::value::ByteSize", "range = 1..=1073741824, default = 1048576"),
        "1048576",
        ("10000000", "\"10MB\""),
        ("512", "512"),
        "0",
    ),
    shape(
        ("Secret", "settings_core::Secret", ""),
        "\"\"",
        ("\"s3cret\"", "\"s3cret\""),
        ("\"other\"", "other"),
        "[\"s3cret\"]",
    ),
    shape(
        ("Secrets", "Vec<settings_core::Secret>", ""),
        "[]",
        ("[\"s3cret\"]", "[\"s3cret\"]"),
        ("[\"a\",\"b\"]", "a b"),
        "[[\"s3cret\"]]",
    ),
    shape(
        ("Words", "Vec<String>", "default = [\"a\"]"),
        "[\"a\"]",
        ("[\"b c\",\"d\"]", "[\"b c\", \"d\"]"),
        ("[\"e\",\"f\"]", "e f"),
        "[{}]",
    ),
    shape(
        ("Ports", "Vec<u16>", "range = 1..=1000, default = [25]"),
        "[25]",
        ("[587,465]", "[587, 465]"),
        ("[1,2]", "[1, 2]"),
        "[25, 0]",
    ),
    shape(
        ("Set", "std::collections::BTreeSet<String>", "default = [\"a\"]"),
        "[\"a\"]",
        ("[\"b\"]", "[\"b\"]"),
        ("[\"c\",\"d\"]", "c d"),
        "[\"a\", \"a\"]",
    ),
    shape(
        ("Levels", "std::collections::BTreeSet<Level>", ""),
        "[]",
        ("[\"info\"]", "[\"info\"]"),
        ("[\"error\",\"info\"]", "[\"error\", \"info\"]"),
        "[\"eror\"]",
    ),
    shape(
        ("Map", "std::collections::BTreeMap<String, u16>", "range = 1..=9, default = {\"a\": 1}"),
        "{\"a\":1}",
        ("{\"b\":2,\"é.x\":3}", "{\"b\": 2, \"é.x\": 3}"),
        ("{\"c\":4}", "{\"c\": 4}"),
        "{\"a\": 10}",
    ),
    shape(
        ("Lists", "std::collections::HashMap<String, Vec<Level>>", ""),
        "{}",
        ("{\"b\":[\"info\"]}", "{\"b\": [\"info\"]}"),
        ("{\"c\":[]}", "{\"c\": []}"),
        "{\"b\": \"info\"}",
    ),
    shape(("MaybeText", "Option<String>", ""), "null", ("\"\"", "\"\""), ("\"x\"", "x"), "{}"),
    shape(
        ("MaybeNumber", "Option<u8>", "range = 1..=10, default = 5"),
        "5",
        ("null", "null"),
        ("10", "10"),
        "11",
    ),
    shape(
        ("MaybeLevel", "Option<Level>", ""),
        "null",
        ("\"error\"", "\"error\""),
        ("\"info\"", "info"),
        "\"INFO\"",
    ),
    shape(
        ("MaybeSecret", "Option<settings_core::Secret>", ""),
        "null",
        ("\"s3cret\"", "\"s3cret\""),
        ("\"other\"", "other"),
        "{}",
    ),
    shape(
        ("Colour", "Colour", "default = \"#2389D7\""),
        "\"#2389D7\"",
        ("\"#000000\"", "\"#000000\""),
        ("\"#FFFFFF\"", "#FFFFFF"),
        "\"red\"",
    ),
    shape(
        ("Any", "settings_core::value::Json", "default = {\"a\": 1}"),
        "{\"a\":1}",
        ("{\"a\":[1,null]}", "{\"a\": [1, null]}"),
        ("[1]", "[1]"),
        "",
    ),
    shape(
        ("Deprecated", "u8", "default = 1, alias = \"Renamed{topic}\", added = \"0.1\", hidden"),
        "1",
        ("2", "2"),
        ("3", "3"),
        "256",
    ),
    shape(
        (
            "Restart",
            "bool",
            "default = false, restart, scope = \"system\", console = \"Elsewhere > {topic}\"",
        ),
        "false",
        ("true", "true"),
        ("true", "1"),
        "2",
    ),
    shape(
        ("Relays", "Vec<Relay>", "-"),
        "[]",
        ("[{\"Host\":\"a\",\"Port\":1,\"Key\":\"\"}]", "[{\"Host\": \"a\", \"Port\": 1}]"),
        ("[{\"Host\":\"localhost\",\"Port\":25,\"Key\":\"\"}]", "[{}]"),
        "[{\"Port\": 0}]",
    ),
    shape(
        ("Named", "std::collections::BTreeMap<String, Relay>", "-"),
        "{}",
        ("{\"a\":{\"Host\":\"localhost\",\"Port\":25,\"Key\":\"\"}}", "{\"a\": {}}"),
        ("{\"b\":{\"Host\":\"c\",\"Port\":25,\"Key\":\"\"}}", "{\"b\": {\"Host\": \"c\"}}"),
        "{\"a\": {\"Port\": \"x\"}}",
    ),
];

/// The sections' names: `Account`.
pub fn topics() -> impl Iterator<Item = String> {
    TOPICS.iter().map(|topic| {
        let (first, rest) = topic.split_at(1);
        first.to_ascii_uppercase() + rest
    })
}

/// The settings of section `number`, `Limits` aside.
pub fn shapes_of(number: usize) -> impl Iterator<Item = &'static Shape> {
    (0..OWN).map(move |at| &SHAPES[(number * OWN + at) % SHAPES.len()])
}

/// Returns whether the `Limits` of the section are optional.
pub const fn has_optional_limits(number: usize) -> bool {
    number % 4 == 3
}

/// The program's structs.
pub fn source() -> String {
    let mut out = String::from(TYPES);
    let mut root = String::new();
    for (number, topic) in topics().enumerate() {
        let _ = writeln!(
            out,
            "/// What the section `{topic}` decides.\n#[derive(settings_core::Settings, Debug)]"
        );
        let _ = writeln!(
            out,
            "#[settings(section = \"{topic}\", page = \"{topic}\", console = \"Every > {topic}\")]"
        );
        let _ = writeln!(out, "pub struct {topic} {{");
        for shape in shapes_of(number) {
            let _ =
                writeln!(out, "    /// Decides what the server does about `{}` of `{topic}`.", shape.name);
            if shape.ty == "bool" {
                out.push_str("    ///\n    /// - `true`: The server does it.\n    /// - `false`: The server does not.\n");
            }
            if shape.attributes == "-" {
                let _ = writeln!(out, "    #[settings(section = \"{topic}{}\")]", shape.name);
            } else {
                let attributes = shape.attributes.replace("{topic}", &topic);
                let comma = if attributes.is_empty() { "" } else { ", " };
                let _ = writeln!(out, "    #[setting(key = \"{topic}{}\"{comma}{attributes})]", shape.name);
            }
            let _ = writeln!(out, "    pub {}: {},", field(&topic, shape.name), shape.ty);
        }
        let limits = if has_optional_limits(number) { "Option<Limits>" } else { "Limits" };
        let _ = writeln!(out, "    /// Its bounds.\n    pub limits: {limits},\n}}\n");
        let _ = writeln!(
            root,
            "    /// The section `{topic}`.\n    pub {}: {topic},",
            topic.to_ascii_lowercase()
        );
    }
    let _ = write!(
        out,
        "/// All settings of the program.\n#[derive(settings_core::Settings, Debug)]\n\
         #[settings(env_prefix = \"EV\", list_separator = \" \")]\npub struct Every {{\n{root}}}\n"
    );
    out
}

/// A file of all sections; `value` gives each setting's text, if any, and `limits` that of a section's `Limits`.
pub fn file(
    value: impl Fn(&Shape) -> Option<String>,
    limits: impl Fn(usize) -> Option<&'static str>,
) -> String {
    let mut out = String::from("{");
    for (number, topic) in topics().enumerate() {
        let mut members = Vec::new();
        for shape in shapes_of(number) {
            members.extend(value(shape).map(|text| format!("    \"{topic}{}\": {text}", shape.name)));
        }
        members.extend(limits(number).map(|text| format!("    \"Limits\": {text}")));
        let comma = if number > 0 { "," } else { "" };
        let _ = write!(out, "{comma}\n  \"{topic}\": {{\n{}\n  }}", members.join(",\n"));
    }
    out.push_str("\n}\n");
    out
}

fn field(topic: &str, name: &str) -> String {
    format!("{}_{}", topic.to_ascii_lowercase(), name.to_ascii_lowercase())
}

/// The types that all sections share.
const TYPES: &str = r##"
/// Bounds, which every section has.
#[derive(settings_core::Settings, Debug)]
#[settings(
    section = "Limits",
    rule(check = |limits| limits.least <= limits.most, message = "more than the most", fields("Most", "Least"))
)]
pub struct Limits {
    /// The most that there may be.
    #[setting(default = 8, range = 1..=1000)]
    pub most: u16,
    /// The least that there must be.
    #[setting(default_from = |most| *most / 2, default_rule = "half of `Most`")]
    pub least: u16,
}

/// Another server.
#[derive(settings_core::Settings, Debug)]
pub struct Relay {
    /// Its name.
    #[setting(format = "host", default = "localhost")]
    pub host: String,
    /// Its port.
    #[setting(default = 25, range = 1..=65535)]
    pub port: u16,
    /// Its key.
    #[setting]
    pub key: settings_core::Secret,
}

/// The verbosity.
#[derive(settings_core::SettingValue, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Nothing.
    #[value(text = "", label = "Not specified")]
    None,
    /// Errors.
    #[value(text = "error")]
    Error,
    /// All.
    #[value(text = "info")]
    Info,
}

/// A colour.
#[derive(Debug, PartialEq)]
pub struct Colour(u32);

impl settings_core::SettingValue for Colour {
    const KIND: settings_core::schema::Kind = settings_core::schema::Kind::Custom(&settings_core::schema::CustomKind::new("a colour such as #2389D7", |text| match text.strip_prefix('#').map(|digits| u32::from_str_radix(digits, 16)) {
            Some(Ok(_)) => Ok(()),
            _ => Err("not six hexadecimal digits after a #".to_owned()),
        }));

    fn from_value(value: settings_core::value::Value<'_>) -> Option<Self> {
        u32::from_str_radix(value.as_text()?.strip_prefix('#')?, 16).ok().map(Self)
    }

    fn to_value(&self) -> settings_core::value::Value<'_> {
        settings_core::value::Value::Text(format!("#{:06X}", self.0).into())
    }
}

"##;
