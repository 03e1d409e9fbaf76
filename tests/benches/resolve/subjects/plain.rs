//! The bare parse of the file: no environment, no origins, the first mistake only.

#![allow(clippy::clone_on_copy)] // the generator does not look at what it clones

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::to_value;
use settings_core::FileFormat;

use super::{Input, Visitor};

pub mod nine {
    use settings_tests::generated::nine as ours;

    use super::Level;

    include!(concat!(env!("OUT_DIR"), "/nine_plain.rs"));
}

pub mod full {
    use settings_tests::generated::full as ours;

    use super::Level;

    include!(concat!(env!("OUT_DIR"), "/full_plain.rs"));
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Debug,
    Info,
    Warn,
    Error,
}

pub fn nine(input: &Input, visitor: &mut impl Visitor) {
    let run = || parse::<nine::Nine>(input);
    visitor.subject(name(input), run, |nine| to_value(nine).expect("it is JSON"), &input.expected_of_file);
}

pub fn full(input: &Input, visitor: &mut impl Visitor) {
    let run = || parse::<full::Full>(input);
    visitor.subject(name(input), run, |full| to_value(full).expect("it is JSON"), &input.expected_of_file);
}

fn name(input: &Input) -> &'static str {
    match input.format {
        FileFormat::Toml => "toml, file only",
        FileFormat::Yaml => "serde-saphyr, file only",
        _ => "serde_json, file only",
    }
}

/// The typed parse of a library of the format.
fn parse<T: DeserializeOwned>(input: &Input) -> T {
    match input.format {
        FileFormat::Toml => toml::from_str(&input.file).expect("the file fits the struct"),
        FileFormat::Yaml => serde_saphyr::from_str(&input.file).expect("the file fits the struct"),
        _ => serde_json::from_str(&input.file).expect("the file fits the struct"),
    }
}
