//! Generated files, written only if they differ, by a command or from a build script.

mod manifest;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use similar::TextDiff;

use crate::FileFormat;
use crate::atomic::replace;
use crate::schema::{Section, file_stem};
use crate::template;

use super::{Dialect, Format, Page, Style, from_schema_in, render};

pub use manifest::MANIFEST;

/// The action on a file that is out of date.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Writes the file.
    #[default]
    Write,
    /// Reports the file, as a failure.
    Check,
    /// Reports the file.
    DryRun,
}

/// A generated file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Artefact {
    /// The path below the output folder.
    pub name: PathBuf,
    /// The content.
    pub content: String,
}

impl Artefact {
    /// Creates an artefact from a name and a content.
    pub fn new(name: impl Into<PathBuf>, content: impl Into<String>) -> Self {
        Self { name: name.into(), content: content.into() }
    }
}

/// A file that was, or would be, changed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// The file.
    pub path: PathBuf,
    /// True if the file did not exist.
    pub is_new: bool,
    /// True if the file is no longer generated.
    pub is_removed: bool,
    /// A unified diff from the old content to the new one.
    pub diff: String,
}

/// The result of [`run`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outcome {
    /// The files that were out of date.
    pub changes: Vec<Change>,
    /// The number of files that were up to date.
    pub unchanged: usize,
}

impl Outcome {
    /// Returns true if every file was up to date.
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
/// `Display` includes the cause, so there is no `source()`.
#[derive(Debug)]
#[non_exhaustive]
pub struct GenerateError {
    /// The operation that failed: `read`, `write`, `create`.
    pub action: &'static str,
    /// The file or folder.
    pub path: PathBuf,
    /// The cause.
    pub cause: io::Error,
}

impl fmt::Display for GenerateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot {} {}: {}", self.action, self.path.display(), self.cause)
    }
}

impl std::error::Error for GenerateError {}

/// Writes the artefacts into `dir`, or reports those that differ from the files there.
///
/// A file that is up to date is not touched. Files are replaced atomically: a reader never sees a partial file.
///
/// # Errors
/// Fails if a file can't be read or written. Files written before that stay written.
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
            is_removed: false,
            path,
        });
    }
    Ok(outcome)
}

/// Writes everything that is generated for a program into `dir`, like [`run`], and removes what an earlier run wrote
/// and this one does not, such as the page of a section that has been renamed.
///
/// The file [`MANIFEST`] in `dir` lists what was written. A file that it does not list is never removed.
///
/// # Errors
/// Fails if a file can't be read, written or removed.
pub fn update(dir: &Path, artefacts: &[Artefact], mode: Mode) -> Result<Outcome, GenerateError> {
    let before = read(&dir.join(MANIFEST))?.unwrap_or_default();
    let listed = manifest::names(&String::from_utf8_lossy(&before));
    let mut all = artefacts.to_vec();
    all.push(Artefact::new(MANIFEST, manifest::text(artefacts)));
    let mut outcome = Outcome::default();
    // First, so that the list names them as long as they are there.
    for name in listed.iter().filter(|name| !artefacts.iter().any(|artefact| artefact.name == **name)) {
        let path = dir.join(name);
        let Some(there) = read(&path)? else { continue };
        if mode == Mode::Write {
            let failed = |cause| GenerateError { action: "remove", path: path.clone(), cause };
            std::fs::remove_file(&path).map_err(failed)?;
        }
        let name = path.display().to_string();
        let diff = unified_diff(&name, &String::from_utf8_lossy(&there), "");
        outcome.changes.push(Change { diff, is_new: false, is_removed: true, path });
    }
    let written = run(dir, &all, mode)?;
    outcome.changes.extend(written.changes);
    outcome.unchanged = written.unchanged;
    Ok(outcome)
}

/// Returns a unified diff with three lines of context; it is empty if nothing differs.
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
        Err(cause) => Err(GenerateError { action: "read", path: path.to_owned(), cause }),
    }
}

fn write(path: &Path, content: &str) -> Result<(), GenerateError> {
    let failed = |action, path: &Path| {
        let path = path.to_owned();
        move |cause| GenerateError { action, path, cause }
    };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed("create", folder))?;
    }
    replace(path, content.as_bytes()).map_err(io::Error::from).map_err(failed("write", path))
}

/// Returns everything that is generated for a program in its own dialect ([`Dialect::of`]): the reference pages,
/// `config.default.json`, and with the feature `json-schema` also `config.schema.json`.
pub fn artefacts(root: &'static Section, style: Style, format: Format) -> Vec<Artefact> {
    artefacts_in(root, &Dialect::of(root).style(style).format(format))
}

/// Returns everything that is generated for a program in a dialect. The default configuration is in the format of the
/// program's file: `config.default.toml`.
pub fn artefacts_in(root: &'static Section, dialect: &Dialect) -> Vec<Artefact> {
    let (style, format) = (dialect.page_style(), dialect.page_format());
    with_files(root, dialect, pages(&from_schema_in(root, dialect), style, format))
}

/// Returns everything that is generated for a program in a dialect, with the history of its settings on the pages, and a
/// page of upgrade notes. The last of `releases` is the program's own.
#[cfg(feature = "release")]
pub fn artefacts_with_releases(
    root: &'static Section,
    dialect: &Dialect,
    releases: &[crate::release::Release],
) -> Vec<Artefact> {
    let mut all = super::from_schema_with_releases(root, dialect, releases);
    all.push(super::release_notes(releases));
    with_files(root, dialect, pages(&all, dialect.page_style(), dialect.page_format()))
}

fn with_files(root: &'static Section, dialect: &Dialect, mut artefacts: Vec<Artefact>) -> Vec<Artefact> {
    let file = dialect.config_format();
    let is_plain = file == FileFormat::Json;
    artefacts.push(Artefact::new(format!("config.default.{file}"), template::config(file, root, !is_plain)));
    #[cfg(feature = "json-schema")]
    artefacts.push(Artefact::new(
        "config.schema.json",
        crate::json_schema::to_text(&crate::json_schema::json_schema(root)),
    ));
    artefacts
}

/// Renders pages, one file each: `smtp.rst`.
pub fn pages(pages: &[Page], style: Style, format: Format) -> Vec<Artefact> {
    let ending = match format {
        Format::Rst => "rst",
        Format::Markdown => "md",
    };
    let file = |page: &Page| {
        Artefact::new(format!("{}.{ending}", file_stem(&page.name)), render(page, style, format))
    };
    pages.iter().map(file).collect()
}

/// The variable that makes [`build`] check instead of write, if it is set to anything but the empty text or `0`.
pub const CHECK_VARIABLE: &str = "SETTINGS_DOCS_CHECK";

/// The error of [`build`].
///
/// `Debug` prints the same as `Display`, since a `main` that returns the error shows its `Debug` form.
#[non_exhaustive]
pub enum BuildError {
    /// A file can't be read or written.
    Generate(GenerateError),
    /// Files are out of date, and [`CHECK_VARIABLE`] is set.
    Stale(Outcome),
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Generate(error) => error.fmt(f),
            Self::Stale(outcome) => {
                let count = outcome.changes.len();
                let files = if count == 1 { "1 file is".to_owned() } else { format!("{count} files are") };
                write!(f, "{files} out of date:\n{outcome}")?;
                write!(f, "to update, run `cargo build` without {CHECK_VARIABLE}, and commit the result")
            }
        }
    }
}

impl fmt::Debug for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for BuildError {}

/// Writes the reference pages of `S` in its own dialect ([`Dialect::of`]), and `more` artefacts, into `dir`: the body of
/// a `build.rs`. It also makes cargo run the script again when a file changes. Files that are up to date are not
/// written, and pages that are no longer written are removed ([`generate::update`](update)).
///
/// If the variable [`CHECK_VARIABLE`] is set, it writes nothing and fails if a file is out of date.
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
/// Fails if a file can't be read or written, or if a checked file is out of date.
pub fn build<S: crate::Settings>(dir: impl AsRef<Path>, more: Vec<Artefact>) -> Result<(), BuildError> {
    build_in::<S>(&Dialect::of(S::SCHEMA), dir, more)
}

/// Does what [`build`] does, in a dialect.
///
/// ```no_run
/// use settings_core::docs::{self, Dialect, Style};
/// # use settings_core::reference::ServerSettings;
///
/// fn main() -> Result<(), docs::BuildError> {
///     let dialect = Dialect::new("chat.toml").style(Style::Heading);
///     docs::build_in::<ServerSettings>(&dialect, "reference", Vec::new())
/// }
/// ```
///
/// # Errors
/// Fails if a file can't be read or written, or if a checked file is out of date.
pub fn build_in<S: crate::Settings>(
    dialect: &Dialect,
    dir: impl AsRef<Path>,
    more: Vec<Artefact>,
) -> Result<(), BuildError> {
    let dir = dir.as_ref();
    let mut artefacts = artefacts_in(S::SCHEMA, dialect);
    artefacts.extend(more);
    let checks = std::env::var_os(CHECK_VARIABLE).is_some_and(|value| !value.is_empty() && value != "0");
    let mode = if checks { Mode::Check } else { Mode::Write };
    let outcome = update(dir, &artefacts, mode).map_err(BuildError::Generate)?;
    println!("cargo:rerun-if-env-changed={CHECK_VARIABLE}");
    println!("cargo:rerun-if-changed=build.rs");
    for name in artefacts.iter().map(|artefact| artefact.name.as_path()).chain([Path::new(MANIFEST)]) {
        println!("cargo:rerun-if-changed={}", dir.join(name).display());
    }
    if checks && !outcome.is_current() { Err(BuildError::Stale(outcome)) } else { Ok(()) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests;
