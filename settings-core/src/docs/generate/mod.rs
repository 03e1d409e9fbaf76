//! Files that are generated, written only where they differ; and the same from a build script.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use similar::TextDiff;

use crate::atomic::replace;
use crate::schema::Section;
use crate::template;

use super::{Format, Page, Style, from_schema, render};

/// What to do where a file is not what it should be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Write it.
    #[default]
    Write,
    /// Leave it and report it, as a failure.
    Check,
    /// Leave it and report it.
    DryRun,
}

/// A file as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artefact {
    /// Its path below the output folder.
    pub name: PathBuf,
    /// Its content.
    pub content: String,
}

impl Artefact {
    /// A file of this name and content.
    pub fn new(name: impl Into<PathBuf>, content: impl Into<String>) -> Self {
        Self { name: name.into(), content: content.into() }
    }
}

/// What became of one artefact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The file.
    pub path: PathBuf,
    /// Whether it did not exist before.
    pub is_new: bool,
    /// What differs, as a unified diff from what stands there to what should.
    pub diff: String,
}

/// The files that were (or would be) changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// One for each file that was not as it should be.
    pub changes: Vec<Change>,
    /// How many were.
    pub unchanged: usize,
}

impl Outcome {
    /// Whether every file was as it should be.
    pub fn is_current(&self) -> bool {
        self.changes.is_empty()
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.changes.iter().try_for_each(|change| f.write_str(&change.diff))
    }
}

/// A file that could not be read or written.
#[derive(Debug)]
pub struct GenerateError {
    /// What was tried: `read`, `write`, `create`.
    pub action: &'static str,
    /// The file or folder.
    pub path: PathBuf,
    /// Why it failed.
    pub source: io::Error,
}

impl fmt::Display for GenerateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot {} {}: {}", self.action, self.path.display(), self.source)
    }
}

impl std::error::Error for GenerateError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

/// Brings the artefacts into `dir`, or reports where they differ from what is there.
///
/// A file that is as it should be is not touched. One that is written is replaced as a whole: nobody sees half of it.
///
/// # Errors
/// Where a file can't be read or written; files before it stay written.
pub fn run(dir: &Path, artefacts: &[Artefact], mode: Mode) -> Result<Outcome, GenerateError> {
    let mut outcome = Outcome::default();
    for artefact in artefacts {
        let path = dir.join(&artefact.name);
        let there = read(&path)?;
        if there.as_deref() == Some(artefact.content.as_bytes()) {
            outcome.unchanged += 1;
            continue;
        }
        if mode == Mode::Write {
            write(&path, &artefact.content)?;
        }
        let before = there.as_deref().map(String::from_utf8_lossy);
        outcome.changes.push(Change {
            diff: unified_diff(
                &path.display().to_string(),
                before.as_deref().unwrap_or_default(),
                &artefact.content,
            ),
            is_new: there.is_none(),
            path,
        });
    }
    Ok(outcome)
}

/// A unified diff with three lines of context; empty where nothing differs.
pub fn unified_diff(name: &str, before: &str, after: &str) -> String {
    if before == after {
        return String::new();
    }
    let diff = TextDiff::from_lines(before, after);
    diff.unified_diff().context_radius(3).header(&format!("a/{name}"), &format!("b/{name}")).to_string()
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, GenerateError> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(GenerateError { action: "read", path: path.to_owned(), source }),
    }
}

fn write(path: &Path, content: &str) -> Result<(), GenerateError> {
    let failed = |action, path: &Path| {
        let path = path.to_owned();
        move |source| GenerateError { action, path, source }
    };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed("create", folder))?;
    }
    replace(path, content.as_bytes()).map_err(io::Error::from).map_err(failed("write", path))
}

/// All that is generated of a program: its reference pages, `config.default.json`, and with the feature `json-schema`
/// `config.schema.json`.
pub fn artefacts(root: &'static Section, style: Style, format: Format) -> Vec<Artefact> {
    let mut artefacts = pages(&from_schema(root), style, format);
    artefacts.push(Artefact::new("config.default.json", template::default_json(root)));
    #[cfg(feature = "json-schema")]
    artefacts.push(Artefact::new(
        "config.schema.json",
        crate::json_schema::to_text(&crate::json_schema::json_schema(root)),
    ));
    artefacts
}

/// Pages, one file each: `smtp.rst`.
pub fn pages(pages: &[Page], style: Style, format: Format) -> Vec<Artefact> {
    let ending = match format {
        Format::Rst => "rst",
        Format::Markdown => "md",
    };
    let file =
        |page: &Page| Artefact::new(format!("{}.{ending}", slug(&page.name)), render(page, style, format));
    pages.iter().map(file).collect()
}

/// A page's name as a file's: lower case, other characters than letters and digits as `-`.
fn slug(name: &str) -> String {
    let words: Vec<String> = name
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    if words.is_empty() { "settings".to_owned() } else { words.join("-") }
}

/// The variable that makes [`build`] check instead of write, where it is set and neither empty nor `0`.
pub const CHECK_VARIABLE: &str = "SETTINGS_DOCS_CHECK";

/// Why a build script should fail.
#[derive(Debug)]
pub enum BuildError {
    /// A file can't be read or written.
    Generate(GenerateError),
    /// Checked, and files are not what they should be.
    Stale(Outcome),
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Generate(error) => error.fmt(f),
            Self::Stale(outcome) => {
                let count = outcome.changes.len();
                let files = if count == 1 { "1 file is".to_owned() } else { format!("{count} files are") };
                write!(f, "{files} not what the settings say:\n{outcome}")?;
                write!(f, "to repair it, build once without {CHECK_VARIABLE} and commit the result")
            }
        }
    }
}

impl std::error::Error for BuildError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Generate(error) => Some(error),
            Self::Stale(_) => None,
        }
    }
}

/// For a `build.rs`: writes the reference pages of `root`, and `more` artefacts, into `dir`, and tells cargo when to
/// run again. Writes nothing where nothing changed.
///
/// Where the variable [`CHECK_VARIABLE`] is set it writes nothing at all and fails where a file is stale.
///
/// ```no_run
/// use settings_core::docs;
/// # use settings_core::reference::ServerSettings;
///
/// fn main() -> Result<(), docs::BuildError> {
///     docs::build::<ServerSettings>("reference", Vec::new())
/// }
/// ```
///
/// # Errors
/// Where a file can't be read or written, and in checking where one is stale.
pub fn build<S: crate::Settings>(dir: impl AsRef<Path>, more: Vec<Artefact>) -> Result<(), BuildError> {
    let dir = dir.as_ref();
    let mut artefacts = artefacts(S::SCHEMA, Style::default(), Format::default());
    artefacts.extend(more);
    let checks = std::env::var_os(CHECK_VARIABLE).is_some_and(|value| !value.is_empty() && value != "0");
    let outcome =
        run(dir, &artefacts, if checks { Mode::Check } else { Mode::Write }).map_err(BuildError::Generate)?;
    println!("cargo:rerun-if-env-changed={CHECK_VARIABLE}");
    println!("cargo:rerun-if-changed=build.rs");
    for artefact in &artefacts {
        println!("cargo:rerun-if-changed={}", dir.join(&artefact.name).display());
    }
    if checks && !outcome.is_current() { Err(BuildError::Stale(outcome)) } else { Ok(()) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests;
