//! `validate`: every diagnostic of every layer.

use clap::{Args, ValueEnum};

use crate::{Context, Outcome, Verdict};
use settings_core::Settings;
use settings_core::resolve::resolve;

/// Reports every mistake of every layer.
#[derive(Args, Debug)]
pub struct Validate {
    /// Treat warnings as errors
    #[arg(long)]
    strict: bool,
    /// The format of the report
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

/// The format of the report.
#[derive(ValueEnum, Clone, Copy, Debug)]
enum Format {
    /// With source lines and carets
    Human,
    /// An array of objects
    Json,
    /// One line for each finding
    Lines,
    /// Workflow annotations
    Github,
}

impl Validate {
    pub(crate) fn run<T: Settings>(self, context: &mut Context<'_>) -> Outcome {
        let resolution = resolve::<T>(context.layers()?);
        let report = resolution.report().clone();
        #[cfg(feature = "postgres")]
        let report = match (&context.sources.store, context.sources.keys()) {
            (Some(_), None) => report.and(&resolution.secrets_in_clear()),
            _ => report,
        };
        let report = if self.strict { report.strict() } else { report };
        let colours = context.colours_out();
        let out = &mut *context.out;
        match self.format {
            Format::Json => out.write_all(report.to_json().as_bytes())?,
            Format::Lines => out.write_all(report.to_lines().as_bytes())?,
            Format::Github => out.write_all(report.to_github().as_bytes())?,
            Format::Human => {
                out.write_all(report.to_human(colours).as_bytes())?;
                if !report.has_errors() {
                    writeln!(out, "{} settings are in order", resolution.settings().count())?;
                }
            }
        }
        Ok(Verdict::good_if(!report.has_errors()))
    }
}
