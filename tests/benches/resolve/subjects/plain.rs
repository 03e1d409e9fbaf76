//! The bare parse of the file: no environment, no origins, the first mistake only.

#![allow(clippy::clone_on_copy)] // the generator does not look at what it clones

use serde::{Deserialize, Serialize};
use serde_json::{from_str, to_value};

use super::{Input, Visitor};

pub const NAME: &str = "serde_json, file only";

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
    let run = || from_str::<nine::Nine>(&input.file).expect("the file fits the struct");
    visitor.subject(NAME, run, |nine| to_value(nine).expect("it is JSON"), &input.expected_of_file);
}

pub fn full(input: &Input, visitor: &mut impl Visitor) {
    let run = || from_str::<full::Full>(&input.file).expect("the file fits the struct");
    visitor.subject(NAME, run, |full| to_value(full).expect("it is JSON"), &input.expected_of_file);
}
