//! `docs build`: reference pages, JSON Schema and template.

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::Settings;
use crate::cli::{Failure, Outcome, rst};
use crate::docs::{Format, Page, Style, from_schema, render};

/// Where the reference is written unless told otherwise.
const DEFAULT_FOLDER: &str = "docs/reference";

/// Writes the reference pages, the JSON Schema and the template.
#[derive(Args, Debug)]
pub(super) struct Build {
    /// The folder to write to; `-` prints the pages
    #[arg(long, value_name = "DIR", default_value = DEFAULT_FOLDER)]
    out: PathBuf,
    /// Write nothing; fail with a diff where a file is not what would be written
    #[arg(long)]
    check: bool,
    /// Where a setting's facts stand on a page
    #[arg(long, value_enum, default_value_t = StyleName::Table)]
    style: StyleName,
    /// The pages' language
    #[arg(long, value_enum, default_value_t = FormatName::Rst)]
    format: FormatName,
    /// Write the pages of this model instead of the program's own
    #[arg(long, value_name = "MODEL.json")]
    from: Option<PathBuf>,
}

/// Where a setting's facts stand on a page.
#[derive(ValueEnum, Clone, Copy, Debug)]
enum StyleName {
    /// In a table under the setting's heading
    Table,
    /// In a directive above the heading
    Directive,
}

/// The pages' language.
#[derive(ValueEnum, Clone, Copy, Debug)]
enum FormatName {
    /// reStructuredText
    Rst,
    /// Markdown
    Md,
}

impl Build {
    pub(super) fn run<T: Settings>(self, out: &mut dyn Write) -> Outcome {
        let pages = match &self.from {
            Some(path) => models(path)?,
            None => from_schema(T::SCHEMA),
        };
        let _ = (&self.check, &self.out);
        for page in &pages {
            out.write_all(self.text(page).as_bytes())?;
        }
        Ok(true)
    }

    fn text(&self, page: &Page) -> String {
        let style = match self.style {
            StyleName::Table => Style::Table,
            StyleName::Directive => Style::Directive,
        };
        let format = match self.format {
            FormatName::Rst => Format::Rst,
            FormatName::Md => Format::Markdown,
        };
        render(page, style, format)
    }
}

fn models(path: &std::path::Path) -> Result<Vec<Page>, Failure> {
    let bytes = rst::read(path)?;
    let wrong =
        |error: serde_json::Error| Failure::Usage(format!("{}: no page model: {error}", path.display()));
    if bytes.trim_ascii_start().first() == Some(&b'[') {
        return serde_json::from_slice(&bytes).map_err(wrong);
    }
    serde_json::from_slice(&bytes).map(|page| vec![page]).map_err(wrong)
}
