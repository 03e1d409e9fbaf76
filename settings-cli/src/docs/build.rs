//! `docs build`: reference pages, JSON Schema and template.

use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

#[cfg(feature = "watch")]
use super::follow::Follow;
use crate::{Context, Failure, Outcome, Verdict, rst};
use settings_core::Settings;
use settings_core::docs::generate::{self, Artefact, Mode};
use settings_core::docs::{Dialect, Format, Page, Style, from_schema_in, render};
use settings_core::resolve::check_defaults;

/// The default of `--out`.
const DEFAULT_FOLDER: &str = "docs/reference";

/// Writes the reference pages, the JSON Schema and the template.
#[derive(Args, Debug)]
pub(crate) struct Build {
    /// The folder to write to; `-` prints the pages
    #[arg(long, value_name = "DIR", default_value = DEFAULT_FOLDER)]
    out: PathBuf,
    /// Write nothing; fail with a diff if a file differs from what would be written
    #[arg(long)]
    check: bool,
    /// The place of a setting's facts on a page
    #[arg(long, value_enum, default_value_t = StyleName::Table)]
    style: StyleName,
    /// The format of the pages
    #[arg(long, value_enum, default_value_t = FormatName::Rst)]
    format: FormatName,
    /// The name of the configuration file on the pages [default: the program's]
    #[arg(long, value_name = "NAME", conflicts_with = "from")]
    file: Option<String>,
    /// The address of the System Console, to which each setting links
    #[arg(long, value_name = "URL", conflicts_with = "from", value_parser = address)]
    console: Option<String>,
    /// Write the pages of this model instead of the program's own
    #[arg(long, value_name = "MODEL.json")]
    from: Option<PathBuf>,
    /// A folder of kept release files: the pages show what each changed, and upgrade notes are added
    #[cfg(feature = "release")]
    #[arg(long, value_name = "DIR", conflicts_with = "from")]
    releases: Option<PathBuf>,
    #[cfg(feature = "watch")]
    #[command(flatten)]
    follow: Follow,
}

/// The place of a setting's facts on a page.
#[derive(ValueEnum, Clone, Copy, Debug)]
enum StyleName {
    /// In a table under the setting's heading
    Table,
    /// In a directive above the heading
    Directive,
    /// In Sphinx's confval directive
    Confval,
    /// In a list below the setting's heading
    Heading,
}

/// The format of the pages.
#[derive(ValueEnum, Clone, Copy, Debug)]
enum FormatName {
    /// reStructuredText
    Rst,
    /// Markdown
    Md,
}

impl Build {
    pub(crate) fn run<T: Settings>(self, context: &mut Context<'_>) -> Outcome {
        let file = self.file.as_deref().unwrap_or_else(|| context.sources.default_file_name());
        let mut dialect = Dialect::of(T::SCHEMA)
            .file(file.to_owned())
            .style(self.style.style())
            .format(self.format.format());
        if let Some(address) = &self.console {
            dialect = dialect.console_address(address);
        }
        if self.out.as_os_str() == "-" {
            return self.print::<T>(&dialect, context.out);
        }
        let program = context.program_words().to_owned();
        let program = program.as_str();
        #[cfg(feature = "watch")]
        if self.follow.is_wanted() {
            let verdict = self.write::<T>(&dialect, program, context.out)?;
            let again = |out: &mut dyn Write| self.write::<T>(&dialect, program, out);
            let model = self.from.as_deref();
            self.follow.run(model, self.arguments(), &self.out, context.out, again)?;
            return Ok(verdict);
        }
        self.write::<T>(&dialect, program, context.out)
    }

    /// Writes (or checks) everything once.
    fn write<T: Settings>(&self, dialect: &Dialect, program: &str, out: &mut dyn Write) -> Outcome {
        let mode = if self.check { Mode::Check } else { Mode::Write };
        let outcome = match &self.from {
            // The pages of a model are not all that the folder has.
            Some(path) => generate::run(&self.out, &self.pages(path)?, mode),
            None => generate::update(&self.out, &self.artefacts::<T>(dialect)?, mode),
        };
        let outcome = outcome.map_err(|error| Failure::Failed(error.to_string()))?;
        if self.check && !outcome.is_current() {
            write!(out, "{outcome}")?;
            writeln!(out, "\nto repair it: {}", self.repairing_command(program))?;
            return Ok(Verdict::Findings);
        }
        let defaults = check_defaults::<T>();
        if self.check && !defaults.diagnostics().is_empty() {
            write!(out, "{defaults}")?;
            return Ok(Verdict::Findings);
        }
        for change in &outcome.changes {
            let done = if change.is_removed { "removed" } else { "wrote" };
            writeln!(out, "{done} {}", change.path.display())?;
        }
        let written = outcome.changes.iter().filter(|change| !change.is_removed).count();
        writeln!(out, "{} files are current", outcome.unchanged + written)?;
        Ok(Verdict::Good)
    }

    /// Prints the pages, one after the other.
    fn print<T: Settings>(&self, dialect: &Dialect, out: &mut dyn Write) -> Outcome {
        #[cfg(feature = "watch")]
        if self.follow.is_wanted() {
            return Err(Failure::Usage("--watch writes files: name a folder with --out".to_owned()));
        }
        if self.check {
            return Err(Failure::Usage("--check compares with files: name a folder with --out".to_owned()));
        }
        #[cfg_attr(not(feature = "release"), expect(unused_mut, reason = "releases change the pages"))]
        let mut pages = match &self.from {
            Some(path) => models(path)?,
            None => from_schema_in(T::SCHEMA, dialect),
        };
        #[cfg(feature = "release")]
        if let Some(folder) = &self.releases {
            let releases = crate::release::kept::<T>(folder)?;
            pages = settings_core::docs::from_schema_with_releases(T::SCHEMA, dialect, &releases);
            pages.push(settings_core::docs::release_notes(&releases));
        }
        for page in &pages {
            out.write_all(render(page, self.style.style(), self.format.format()).as_bytes())?;
        }
        Ok(Verdict::Good)
    }

    fn artefacts<T: Settings>(&self, dialect: &Dialect) -> Result<Vec<Artefact>, Failure> {
        #[cfg(feature = "release")]
        if let Some(folder) = &self.releases {
            let releases = crate::release::kept::<T>(folder)?;
            return Ok(generate::artefacts_with_releases(T::SCHEMA, dialect, &releases));
        }
        Ok(generate::artefacts_in(T::SCHEMA, dialect))
    }

    fn pages(&self, model: &std::path::Path) -> Result<Vec<Artefact>, Failure> {
        Ok(generate::pages(&models(model)?, self.style.style(), self.format.format()))
    }

    /// Returns the same command without `--check`.
    fn repairing_command(&self, program: &str) -> String {
        let words = self.arguments().into_iter().map(|word| format!(" {}", word.display()));
        format!("{program} docs build{}", words.collect::<String>())
    }

    /// Returns the arguments of this call that are not defaults.
    fn arguments(&self) -> Vec<OsString> {
        let mut arguments: Vec<OsString> = Vec::new();
        if self.out.as_os_str() != DEFAULT_FOLDER {
            arguments.extend(["--out".into(), self.out.clone().into()]);
        }
        let style = match self.style {
            StyleName::Table => None,
            StyleName::Directive => Some("directive"),
            StyleName::Confval => Some("confval"),
            StyleName::Heading => Some("heading"),
        };
        if let Some(style) = style {
            arguments.extend(["--style".into(), style.into()]);
        }
        if let Some(file) = &self.file {
            arguments.extend(["--file".into(), file.into()]);
        }
        if let Some(address) = &self.console {
            arguments.extend(["--console".into(), address.into()]);
        }
        if matches!(self.format, FormatName::Md) {
            arguments.extend(["--format".into(), "md".into()]);
        }
        if let Some(model) = &self.from {
            arguments.extend(["--from".into(), model.clone().into()]);
        }
        #[cfg(feature = "release")]
        if let Some(folder) = &self.releases {
            arguments.extend(["--releases".into(), folder.clone().into()]);
        }
        arguments
    }
}

impl StyleName {
    const fn style(self) -> Style {
        match self {
            Self::Table => Style::Table,
            Self::Directive => Style::Directive,
            Self::Confval => Style::Confval,
            Self::Heading => Style::Heading,
        }
    }
}

impl FormatName {
    const fn format(self) -> Format {
        match self {
            Self::Rst => Format::Rst,
            Self::Md => Format::Markdown,
        }
    }
}

/// Reads the address of a console, which must fit into a link of every page format.
fn address(text: &str) -> Result<String, String> {
    let is_web = text.starts_with("https://") || text.starts_with("http://");
    let is_plain = text.chars().all(|c| c.is_ascii_graphic() && !"<>`\"\\()[]|".contains(c));
    match is_web && is_plain {
        true => Ok(text.to_owned()),
        false => Err("expected an address such as https://chat.example.com/admin/console".to_owned()),
    }
}

fn models(path: &std::path::Path) -> Result<Vec<Page>, Failure> {
    let bytes = rst::read(path)?;
    let wrong =
        |error: serde_json::Error| Failure::Usage(format!("{}: not a page model: {error}", path.display()));
    if bytes.trim_ascii_start().first() == Some(&b'[') {
        return serde_json::from_slice(&bytes).map_err(wrong);
    }
    serde_json::from_slice(&bytes).map(|page| vec![page]).map_err(wrong)
}
