//! `rst`: pages as the parser reads them.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};

use crate::{Context, Failure, Outcome, Verdict};
use settings_rst::{self as rst, Dialect};

/// Shows how the reStructuredText parser reads a page.
#[derive(Args, Debug)]
pub struct Rst {
    #[command(subcommand)]
    command: RstCommand,
}

#[derive(Subcommand, Debug)]
enum RstCommand {
    /// Prints the document tree as docutils' pformat() does, before transforms
    Tree(Tree),
    /// Prints every table with its cells as JSON
    Tables(Tables),
}

#[derive(Args, Debug)]
struct Tree {
    /// The page
    file: PathBuf,
    /// The directives and roles that are known
    #[arg(long, value_enum, default_value_t = DialectName::Docutils)]
    dialect: DialectName,
}

#[derive(Args, Debug)]
struct Tables {
    /// The page
    file: PathBuf,
}

/// The directives and roles that are known.
#[derive(ValueEnum, Clone, Copy, Debug)]
enum DialectName {
    /// Docutils' own; others are reported as docutils does
    Docutils,
    /// Others are kept unchanged
    Sphinx,
}

impl Rst {
    pub(crate) fn run(self, context: &mut Context<'_>) -> Outcome {
        let out = &mut *context.out;
        match self.command {
            RstCommand::Tree(tree) => {
                let dialect = match tree.dialect {
                    DialectName::Docutils => Dialect::Docutils,
                    DialectName::Sphinx => Dialect::Sphinx,
                };
                let document = rst::parse(&text(&tree.file)?, dialect);
                out.write_all(rst::pformat(&document).as_bytes())?;
            }
            RstCommand::Tables(tables) => {
                let document = rst::parse(&text(&tables.file)?, Dialect::Sphinx);
                writeln!(out, "{:#}", rst::tables_json(&document))?;
            }
        }
        Ok(Verdict::Good)
    }
}

fn text(path: &Path) -> Result<String, Failure> {
    let bytes = read(path)?;
    let whole = String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        Failure::Usage(format!(
            "{}: not UTF-8: the byte at offset {offset} belongs to no character",
            path.display()
        ))
    })?;
    Ok(whole.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(whole))
}

/// Reads a file.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| Failure::Usage(format!("{}: {error}", path.display())))
}
