//! `docs check`: drift findings.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::pages;
use crate::{Context, Outcome, Verdict};
use settings_core::Settings;
use settings_core::docs::{Against, FindingFormat, check, format_findings};

/// Finds contradictions between pages and settings, or within pages.
#[derive(Args, Debug)]
pub(crate) struct Check {
    /// The pages
    #[arg(required = true, value_name = "PAGE")]
    pages: Vec<PathBuf>,
    /// The format of the report
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// The other side of the comparison
    #[arg(long, value_enum, default_value_t = With::Both)]
    against: With,
}

/// The format of the report.
#[derive(ValueEnum, Clone, Copy, Debug)]
enum Format {
    /// Lines with help
    Human,
    /// An array of objects
    Json,
    /// Workflow annotations
    Github,
}

/// The other side of the comparison.
#[derive(ValueEnum, Clone, Copy, Debug)]
enum With {
    /// The program's settings
    Schema,
    /// Each page itself
    #[value(name = "self")]
    Itself,
    /// Both
    Both,
}

impl Check {
    pub(crate) fn run<T: Settings>(self, context: &mut Context<'_>) -> Outcome {
        let against = match self.against {
            With::Schema => Against::Schema,
            With::Itself => Against::Itself,
            With::Both => Against::Both,
        };
        let format = match self.format {
            Format::Human => FindingFormat::Human,
            Format::Json => FindingFormat::Json,
            Format::Github => FindingFormat::Github,
        };
        let read = pages(&self.pages)?;
        let findings: Vec<_> = read.iter().flat_map(|page| check(page, Some(T::SCHEMA), against)).collect();
        context.out.write_all(format_findings(&findings, format).as_bytes())?;
        Ok(Verdict::good_if(findings.is_empty()))
    }
}
