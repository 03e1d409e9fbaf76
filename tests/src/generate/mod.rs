//! A program of 40 sections and 680 settings, and one of nine, whose kinds all libraries have: their sources, inputs and
//! expected values; and one of 680 settings of [`every`] kind.
//!
//! Needs nothing but the standard library, since the build script uses it too.

mod conf;
mod confique;
pub mod every;
mod input;
mod ours;
mod plain;

use std::fmt::Write as _;

/// The topics of a server's sections.
const TOPICS: [&str; 40] = [
    "account",
    "analytics",
    "archive",
    "audit",
    "backup",
    "cache",
    "channel",
    "cluster",
    "compliance",
    "cookie",
    "database",
    "directory",
    "email",
    "emoji",
    "export",
    "federation",
    "file",
    "gateway",
    "guest",
    "image",
    "index",
    "invite",
    "job",
    "license",
    "locale",
    "log",
    "message",
    "metric",
    "notice",
    "oauth",
    "plugin",
    "privacy",
    "push",
    "rate",
    "search",
    "session",
    "storage",
    "team",
    "theme",
    "webhook",
];

/// The texts of every one-of setting.
pub const LEVELS: [&str; 4] = ["debug", "info", "warn", "error"];

/// A program to generate.
#[derive(Debug)]
pub struct Program {
    /// The root struct.
    pub ident: &'static str,
    /// In the order of the fields; the only one of a flat program has no key.
    pub sections: Vec<Section>,
    /// The number of settings in the file.
    pub in_file: usize,
    /// The number of settings in the environment.
    pub in_environment: usize,
}

/// A section to generate.
#[derive(Debug)]
pub struct Section {
    /// Its key and its field's name.
    pub key: String,
    /// Its struct.
    pub ident: String,
    /// In the order of the fields.
    pub settings: Vec<Setting>,
}

/// A setting to generate. Keys are lower case without underscores, which every library can split a variable into.
#[derive(Debug)]
pub struct Setting {
    /// Its key and its field's name.
    pub key: String,
    /// Its kind.
    pub sort: Sort,
    number: usize,
}

/// A setting's kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// `bool`.
    Bool,
    /// `u16` from 1 on.
    Port,
    /// `i64`.
    Integer,
    /// `u32` up to 100.
    Count,
    /// `f64`.
    Float,
    /// `String`.
    Text,
    /// An enum of [`LEVELS`].
    OneOf,
    /// A duration; for other libraries a number of seconds.
    Seconds,
    /// A secret; for other libraries a `String`.
    Secret,
    /// `Vec<String>`.
    List,
    /// `BTreeMap<String, String>`.
    Map,
    /// `Option<String>`.
    Optional,
}

/// A setting's value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Of an optional setting.
    Null,
    /// Of a bool.
    Bool(bool),
    /// Of every whole number.
    Integer(i64),
    /// Of a float.
    Float(f64),
    /// Of text, a secret, a one-of, an optional setting.
    Text(String),
    /// Of a list.
    List(Vec<String>),
    /// Of a map.
    Map(Vec<(String, String)>),
}

/// Which layer a value is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// The annotation.
    Default,
    /// The JSON file.
    File,
    /// The environment.
    Environment,
}

impl Program {
    /// Nine settings in one flat struct: five set by the file, three by the environment.
    pub fn nine() -> Self {
        let settings = [
            ("smtpserver", Sort::Text),
            ("smtpport", Sort::Port),
            ("enablesmtpauth", Sort::Bool),
            ("smtpusername", Sort::Text),
            ("smtppassword", Sort::Secret),
            ("connectionsecurity", Sort::OneOf),
            ("skipservercertificateverification", Sort::Bool),
            ("enablesecurityfixalert", Sort::Bool),
            ("smtpservertimeout", Sort::Seconds),
        ];
        let settings = (1..)
            .zip(settings)
            .map(|(number, (key, sort))| Setting { key: key.to_owned(), sort, number })
            .collect();
        let section = Section { key: String::new(), ident: "Nine".to_owned(), settings };
        Self { ident: "Nine", sections: vec![section], in_file: 5, in_environment: 3 }
    }

    /// 40 sections of 17 settings: 424 set by the file, 64 by the environment.
    pub fn full() -> Self {
        let sections = (0..).zip(TOPICS).map(|(number, topic)| Section::about(topic, number * 17)).collect();
        Self { ident: "Full", sections, in_file: 424, in_environment: 64 }
    }

    /// Returns whether its settings are in the root struct itself.
    pub fn is_flat(&self) -> bool {
        self.sections.iter().all(|section| section.key.is_empty())
    }

    /// All settings with their sections, in the order of the fields.
    pub fn settings(&self) -> impl Iterator<Item = (&Section, &Setting)> {
        self.sections
            .iter()
            .flat_map(|section| section.settings.iter().map(move |setting| (section, setting)))
    }
}

impl Section {
    fn about(topic: &str, first: usize) -> Self {
        let settings = [
            (format!("enable{topic}"), Sort::Bool),
            (format!("{topic}url"), Sort::Text),
            (format!("{topic}port"), Sort::Port),
            (format!("require{topic}login"), Sort::Bool),
            (format!("{topic}loglevel"), Sort::OneOf),
            (format!("{topic}timeout"), Sort::Seconds),
            (format!("maximum{topic}size"), Sort::Integer),
            (format!("{topic}retries"), Sort::Count),
            (format!("{topic}hosts"), Sort::List),
            (format!("enable{topic}logs"), Sort::Bool),
            (format!("{topic}directory"), Sort::Text),
            (format!("{topic}token"), Sort::Secret),
            (format!("{topic}sampleratio"), Sort::Float),
            (format!("{topic}labels"), Sort::Map),
            (format!("allow{topic}guests"), Sort::Bool),
            (format!("{topic}displayname"), Sort::Text),
            (format!("{topic}proxy"), Sort::Optional),
        ];
        let ident = topic.chars().next().map(|first| first.to_ascii_uppercase());
        let ident = ident.into_iter().chain(topic.chars().skip(1)).collect::<String>() + "Settings";
        let settings =
            (first..).zip(settings).map(|(number, (key, sort))| Setting { key, sort, number }).collect();
        Self { key: format!("{topic}settings"), ident, settings }
    }
}

impl Setting {
    /// The value that `layer` gives; one layer's differs from another's.
    pub fn value(&self, layer: Layer) -> Value {
        let (number, key) = (self.number, &self.key);
        let step = match layer {
            Layer::Default => 0,
            Layer::File => 1,
            Layer::Environment => 2,
        };
        let count = (number % 40 + step) as i64;
        match self.sort {
            Sort::Bool => Value::Bool((number / 3 + step) % 2 == 0),
            Sort::Port => Value::Integer(8000 + count),
            Sort::Integer => Value::Integer(count * 1_048_576),
            Sort::Count | Sort::Seconds => Value::Integer(count),
            Sort::Float => Value::Float(count as f64 + 0.25),
            Sort::OneOf => Value::Text(LEVELS[(number + step) % LEVELS.len()].to_owned()),
            Sort::Optional if layer == Layer::Default => Value::Null,
            Sort::Text | Sort::Secret | Sort::Optional => Value::Text(match layer {
                Layer::Default if number % 3 == 0 || self.sort == Sort::Secret => String::new(),
                Layer::Default => format!("{key}.example.com"),
                Layer::File if number % 8 == 5 => format!("C:\\data\\{key}"),
                Layer::File => format!("https://{key}.example.org/{number}"),
                Layer::Environment => format!("{key}-of-the-environment"),
            }),
            Sort::List => Value::List((0..=step).map(|item| format!("{key}-{item}")).collect()),
            Sort::Map => Value::Map(
                (0..=step).map(|item| (format!("key{item}"), format!("{key} no. {item}"))).collect(),
            ),
        }
    }

    /// Returns whether every library reads the kind from a variable in the same way.
    fn is_scalar(&self) -> bool {
        !matches!(self.sort, Sort::List | Sort::Map)
    }

    /// The type of the field where only the standard library's types are at hand.
    fn plain_type(&self) -> &'static str {
        match self.sort {
            Sort::Bool => "bool",
            Sort::Port => "u16",
            Sort::Integer => "i64",
            Sort::Count => "u32",
            Sort::Seconds => "u64",
            Sort::Float => "f64",
            Sort::Text | Sort::Secret => "String",
            Sort::OneOf => "Level",
            Sort::List => "Vec<String>",
            Sort::Map => "std::collections::BTreeMap<String, String>",
            Sort::Optional => "Option<String>",
        }
    }
}

impl Value {
    /// As JSON, which is a Rust literal too but for maps and `null`.
    pub fn json(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Bool(bool) => bool.to_string(),
            Self::Integer(integer) => integer.to_string(),
            Self::Float(float) => float.to_string(),
            Self::Text(text) => format!("{text:?}"),
            Self::List(items) => format!("{items:?}"),
            Self::Map(entries) => {
                let entries: Vec<_> =
                    entries.iter().map(|(key, value)| format!("{key:?}: {value:?}")).collect();
                format!("{{{}}}", entries.join(", "))
            }
        }
    }

    /// As an expression of the type that [`Setting::plain_type`] gives.
    fn rust(&self, sort: Sort) -> String {
        match self {
            Self::Null => "None".to_owned(),
            Self::Text(text) if sort == Sort::OneOf => format!("Level::{}", variant(text)),
            Self::Text(text) => format!("String::from({text:?})"),
            Self::List(items) => format!("Vec::from({items:?}.map(String::from))"),
            Self::Map(entries) => {
                format!("{entries:?}.map(|(key, value)| (key.to_owned(), value.to_owned())).into()")
            }
            _ => self.json(),
        }
    }
}

/// A program's sources for one library.
#[derive(Clone, Copy, Debug)]
pub enum Library {
    /// This repository's.
    Ours,
    /// serde's derives alone; figment and config use these structs too.
    Plain,
    /// confique.
    Confique,
    /// conf.
    Conf,
    /// serde's derives alone.
    Serde,
    /// serde's derives and that of schemars.
    Schemars,
}

impl Library {
    /// Those that the benches resolve, with the names of their files.
    pub const ALL: [(Self, &'static str); 4] =
        [(Self::Ours, "ours"), (Self::Plain, "plain"), (Self::Confique, "confique"), (Self::Conf, "conf")];

    /// The program's structs, as Rust.
    pub fn source(self, program: &Program) -> String {
        let mut out = String::new();
        match self {
            Self::Serde => plain::alone(&mut out, program, ""),
            Self::Schemars => plain::alone(&mut out, program, ", schemars::JsonSchema"),
            _ => self.sections(&mut out, program),
        }
        out
    }

    fn sections(self, out: &mut String, program: &Program) {
        for section in &program.sections {
            match self {
                Self::Ours => ours::section(out, section),
                Self::Plain => plain::section(out, section),
                Self::Confique => confique::section(out, section),
                Self::Conf => conf::section(out, section),
                Self::Serde | Self::Schemars => {}
            }
        }
        if !program.is_flat() {
            match self {
                Self::Ours => ours::root(out, program),
                Self::Plain => plain::root(out, program),
                Self::Confique => confique::root(out, program),
                Self::Conf => conf::root(out, program),
                Self::Serde | Self::Schemars => {}
            }
        }
    }
}

/// `name` as an enum's variant.
fn variant(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + chars.as_str())
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    let _ = writeln!(out, "{text}");
}
