//! `validate`: every diagnostic of every layer.

use std::io::{self, Write};

use clap::{Args, ValueEnum};

use super::{Outcome, Sources};
use settings_core::Settings;
use settings_core::resolve::{Environment, resolve};

/// Reports every mistake of every layer.
#[derive(Args, Debug)]
pub struct Validate {
    /// Treat warnings as errors
    #[arg(long)]
    strict: bool,
    /// The report's form
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

/// The report's form.
#[derive(ValueEnum, Clone, Copy, Debug)]
enum Format {
    /// With source lines and carets
    Human,
    /// An array of objects
    Json,
    /// One line a finding
    Lines,
    /// Workflow annotations
    Github,
}

impl Validate {
    pub(super) fn run<T: Settings>(
        self,
        sources: &Sources,
        environment: Environment,
        out: &mut dyn Write,
    ) -> Outcome {
        let resolution = resolve::<T>(sources.layers(environment)?);
        let report = resolution.report().clone();
        let report = if self.strict { report.strict() } else { report };
        match self.format {
            Format::Json => out.write_all(report.to_json().as_bytes())?,
            Format::Lines => out.write_all(report.to_lines().as_bytes())?,
            Format::Github => out.write_all(report.to_github().as_bytes())?,
            Format::Human => {
                out.write_all(report.to_human(sources.colours(&io::stdout())).as_bytes())?;
                if !report.has_errors() {
                    writeln!(out, "{} settings are in order", resolution.settings().count())?;
                }
            }
        }
        Ok(!report.has_errors())
    }
}
