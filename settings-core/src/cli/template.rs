//! `schema` and `template`: a program's settings for editors and for a first start.

use std::io::Write;

use clap::{Args, ValueEnum};

use super::Outcome;
use crate::Settings;
use crate::{json_schema, template};

/// Prints the JSON Schema of the configuration file.
#[derive(Args, Debug)]
pub struct Schema {
    /// Refuse keys that no setting has, instead of passing them over
    #[arg(long)]
    strict: bool,
}

/// Prints a starting configuration.
#[derive(Args, Debug)]
pub struct Template {
    /// The template's form
    #[arg(long, value_enum, default_value_t = Format::Json)]
    format: Format,
    /// Say in comments what each setting does
    #[arg(long)]
    commented: bool,
}

/// The template's form.
#[derive(ValueEnum, Clone, Copy, Debug)]
enum Format {
    /// A configuration file
    Json,
    /// NAME=value lines, each with a comment
    Env,
}

impl Schema {
    pub(super) fn run<T: Settings>(self, out: &mut dyn Write) -> Outcome {
        let schema = if self.strict {
            json_schema::strict_json_schema(T::SCHEMA)
        } else {
            json_schema::json_schema(T::SCHEMA)
        };
        out.write_all(json_schema::to_text(&schema).as_bytes())?;
        Ok(true)
    }
}

impl Template {
    pub(super) fn run<T: Settings>(self, out: &mut dyn Write) -> Outcome {
        let text = match (self.format, self.commented) {
            (Format::Json, false) => template::default_json(T::SCHEMA),
            (Format::Json, true) => template::commented_json(T::SCHEMA),
            (Format::Env, _) => template::env(T::SCHEMA),
        };
        out.write_all(text.as_bytes())?;
        Ok(true)
    }
}
