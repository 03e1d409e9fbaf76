//! References in values of files: `${NAME}`, `${NAME:-default}` and `${file:PATH}`.

use std::borrow::Cow;
use std::fs::{self, File};
use std::path::{Component, Path, PathBuf};

use super::environment::Environment;
use super::reading::read_value_of;
use crate::nearest::nearest;
use crate::value::ZeroizingString;

/// The start of a reference.
pub(crate) const START: &str = "${";

/// The start of `${` as a text.
const ESCAPED: &str = "$${";

/// The references that values of configuration files may have. Without it `${` is a text like any other.
///
/// `${NAME}` is the text of a variable, `${NAME:-default}` has a default for a variable that is unset or empty, and
/// `$${` is a plain `${`. `${file:PATH}` is the text of a file, only in a folder that the program names. The texts are
/// not searched for references, and become values as the texts of variables do: `"${PORT}"` can be a number.
///
/// A person who writes the configuration can read every variable of the process, and the regular files below the folder.
/// Links, `..` and files above 1 MiB are refused. A person who may create files in the folder is trusted.
///
/// ```
/// use settings_core::Settings;
/// use settings_core::resolve::{Environment, Layers, References, resolve};
///
/// /// A server.
/// #[derive(Settings)]
/// #[settings(env_prefix = "SERVER")]
/// struct Server {
///     /// The port.
///     #[setting(default = 80)]
///     port: u16,
///     /// The name.
///     #[setting(default = "")]
///     name: String,
/// }
///
/// let layers = Layers::new()
///     .file("server.json", r#"{"Port": "${PORT}", "Name": "chat in ${REGION:-eu}"}"#)
///     .environment(Environment::from_iter([("PORT", "8080")]))
///     .expand(References::new());
/// let resolution = resolve::<Server>(layers);
/// assert_eq!(resolution.setting("Port")?.origin.to_string(), "server.json:1:10 (${PORT})");
/// let server = resolution.into_result()?;
/// assert_eq!((server.port, server.name.as_str()), (8080, "chat in eu"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct References {
    folder: Option<PathBuf>,
    environment: Option<Environment>,
}

impl References {
    /// Creates references to variables; none to files.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Allows `${file:PATH}` for the regular files in a folder and below. A relative path starts in the folder.
    #[must_use]
    pub fn files_in(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// Takes variables from this environment, not from that of the layers: for a file that is resolved alone.
    #[must_use]
    pub fn environment(mut self, environment: Environment) -> Self {
        self.environment = Some(environment);
        self
    }

    /// Returns the references with an environment, which is `environment` unless they have their own.
    pub(crate) fn with_environment(&self, environment: &Environment) -> Self {
        let own = self.environment.clone().unwrap_or_else(|| environment.clone());
        Self { folder: self.folder.clone(), environment: Some(own) }
    }

    /// Returns whether references to files are allowed.
    pub(crate) fn may_read_files(&self) -> bool {
        self.folder.is_some()
    }

    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let is_same_environment = match (&self.environment, &other.environment) {
            (None, None) => true,
            (Some(own), Some(other)) => own.is_same(other),
            _ => false,
        };
        is_same_environment && self.folder == other.folder
    }

    /// Returns the text of a reference, and the file that it is in.
    pub(crate) fn text(&self, reference: Reference<'_>) -> Result<(Text<'_>, Option<PathBuf>), Refusal> {
        match reference {
            Reference::Variable { name, default } => {
                let environment = self.environment.as_ref();
                let variable = environment
                    .and_then(|environment| environment.variables().find(|variable| variable.name == name));
                match (variable.map(|variable| variable.value), default) {
                    (Some(Some(text)), None) => Ok((Text::Borrowed(text), None)),
                    (Some(Some(text)), Some(_)) if !text.is_empty() => Ok((Text::Borrowed(text), None)),
                    (Some(None), _) => Err(Refusal::new(
                        format!("the variable `{name}` is not UTF-8"),
                        "correct the variable",
                    )),
                    (_, Some(default)) => Ok((Text::Owned(ZeroizingString::from(default.to_owned())), None)),
                    (None, None) => Err(self.unset(name)),
                }
            }
            Reference::File(path) => {
                let (path, text) = self.read(path)?;
                Ok((Text::Owned(text), Some(path)))
            }
        }
    }

    fn unset(&self, name: &str) -> Refusal {
        let environment = self.environment.as_ref();
        let names = environment.into_iter().flat_map(Environment::variables).map(|variable| variable.name);
        let help = match nearest(name, names) {
            Some(near) => format!("did you mean `${{{near}}}`?"),
            None => format!("set it, or give a default: `${{{name}:-…}}`"),
        };
        Refusal::new(format!("the variable `{name}` is not set"), help)
    }

    /// Reads a file in the folder.
    fn read(&self, path: &str) -> Result<(PathBuf, ZeroizingString), Refusal> {
        let Some(folder) = &self.folder else {
            let message = "this program reads no files by `${file:…}`";
            return Err(Refusal::new(message, "write the value, or the name of a variable"));
        };
        let place = folder.display();
        let outside = || {
            let message = format!("`{path}` is not a path in the folder `{place}`");
            Refusal::new(message, "write a path below it, without `..`")
        };
        let below = Path::new(path);
        let below = if below.is_absolute() { below.strip_prefix(folder).ok() } else { Some(below) };
        let below = below.filter(|below| !below.as_os_str().is_empty()).ok_or_else(outside)?;
        if !below.components().all(|part| matches!(part, Component::Normal(_))) {
            return Err(outside());
        }
        let unreadable = |why: &dyn std::fmt::Display| {
            Refusal::new(format!("`{path}` in the folder `{place}`: {why}"), "correct the path or the file")
        };
        let mut full = folder.clone();
        let mut found = None;
        for part in below.components() {
            full.push(part);
            let metadata = fs::symlink_metadata(&full).map_err(|error| unreadable(&error))?;
            if metadata.is_symlink() {
                return Err(unreadable(&"a link, which could lead out of the folder"));
            }
            found = Some(metadata);
        }
        // opening a pipe would wait for its writer
        if !found.as_ref().is_some_and(fs::Metadata::is_file) {
            return Err(unreadable(&"not a regular file"));
        }
        let file = File::open(&full).map_err(|error| unreadable(&error))?;
        let opened = file.metadata().map_err(|error| unreadable(&error))?;
        if !found.is_some_and(|found| is_same(&found, &opened)) {
            return Err(unreadable(&"replaced while it was opened"));
        }
        let text = read_value_of(file, &opened).map_err(|why| unreadable(&why))?;
        Ok((full, text))
    }
}

/// The text of a reference. A file's is wiped on drop.
pub(crate) enum Text<'t> {
    Borrowed(&'t str),
    Owned(ZeroizingString),
}

impl std::ops::Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Borrowed(text) => text,
            Self::Owned(text) => text,
        }
    }
}

/// The reason why a reference has no text.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) message: String,
    pub(crate) help: String,
}

impl Refusal {
    fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into() }
    }
}

/// A part of a text with references.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Part<'t> {
    /// A text that stays as it is.
    Literal(&'t str),
    /// A reference that starts at an offset.
    Reference { at: usize, written: &'t str, reference: Reference<'t> },
    /// A text that starts as a reference but is none.
    Malformed { at: usize, written: &'t str, fault: Fault },
}

/// A reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reference<'t> {
    Variable { name: &'t str, default: Option<&'t str> },
    File(&'t str),
}

/// The reason why a text is not a reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Unclosed,
    Nested,
    Form,
}

impl Reference<'_> {
    /// Returns the reference without its default, which can be a secret.
    pub(crate) fn name(self) -> Cow<'static, str> {
        match self {
            Self::Variable { name, .. } => format!("${{{name}}}").into(),
            Self::File(path) => format!("${{file:{path}}}").into(),
        }
    }
}

impl Fault {
    pub(crate) const fn message(self) -> &'static str {
        match self {
            Self::Unclosed => "`${` has no `}`",
            Self::Nested => "a reference can't contain another one",
            Self::Form => "expected `${NAME}`, `${NAME:-default}` or `${file:PATH}`",
        }
    }
}

/// Splits a text at its references.
pub(crate) fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let (mut at, mut literal) = (0, 0);
    while let Some(rest) = text.get(at..) {
        let Some(dollar) = rest.find('$') else { break };
        at += dollar;
        let rest = text.get(at..).unwrap_or_default();
        let before = text.get(literal..at).unwrap_or_default();
        if rest.starts_with(ESCAPED) {
            parts.push(Part::Literal(before));
            // the second `$` starts the literal
            literal = at + 1;
            at += ESCAPED.len();
        } else if let Some(inner) = rest.strip_prefix(START) {
            parts.push(Part::Literal(before));
            let end = inner.find('}');
            let written = end.and_then(|end| rest.get(..START.len() + end + 1)).unwrap_or(rest);
            parts.push(match end.and_then(|end| inner.get(..end)) {
                None => Part::Malformed { at, written: START, fault: Fault::Unclosed },
                Some(inner) => match reference(inner) {
                    Ok(reference) => Part::Reference { at, written, reference },
                    Err(fault) => Part::Malformed { at, written, fault },
                },
            });
            at += written.len();
            literal = at;
        } else {
            at += 1;
        }
    }
    parts.push(Part::Literal(text.get(literal..).unwrap_or_default()));
    parts
}

fn reference(inner: &str) -> Result<Reference<'_>, Fault> {
    if inner.contains(START) {
        return Err(Fault::Nested);
    }
    if let Some(path) = inner.strip_prefix("file:") {
        return if path.is_empty() { Err(Fault::Form) } else { Ok(Reference::File(path)) };
    }
    let (name, default) = match inner.split_once(":-") {
        Some((name, default)) => (name, Some(default)),
        None => (inner, None),
    };
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let is_name = name.chars().all(is_part) && name.starts_with(|c: char| !c.is_ascii_digit());
    if is_name { Ok(Reference::Variable { name, default }) } else { Err(Fault::Form) }
}

#[cfg(unix)]
fn is_same(found: &fs::Metadata, opened: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (found.dev(), found.ino()) == (opened.dev(), opened.ino())
}

#[cfg(not(unix))]
fn is_same(_: &fs::Metadata, opened: &fs::Metadata) -> bool {
    opened.is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> Vec<String> {
        let shown = |part: Part<'_>| match part {
            Part::Literal(text) => text.to_owned(),
            Part::Reference { at, written, reference } => format!("{at}:{written}:{}", reference.name()),
            Part::Malformed { at, fault, .. } => format!("{at}:{fault:?}"),
        };
        parts(text).into_iter().map(shown).filter(|part| !part.is_empty()).collect()
    }

    #[test]
    fn splits_a_text_at_its_references() {
        assert_eq!(written("a ${B} c"), ["a ", "2:${B}:${B}", " c"]);
        assert_eq!(written("${A:-x:-y}${file:d/e}"), ["0:${A:-x:-y}:${A}", "10:${file:d/e}:${file:d/e}"]);
        assert_eq!(written("${A:-}"), ["0:${A:-}:${A}"]);
    }

    #[test]
    fn other_dollars_are_text() {
        assert_eq!(written("$${A} costs $5, $A, $$, $"), ["${A} costs $5, $A, $$, $"]);
        assert_eq!(written("ä$${ö}$$${B}"), ["ä", "${ö}$", "${B}"]);
    }

    #[test]
    fn reports_what_is_no_reference() {
        assert_eq!(written("a${B"), ["a", "1:Unclosed"]);
        assert_eq!(written("${A:-${B}}"), ["0:Nested", "}"]);
        for text in ["${}", "${1A}", "${A-b}", "${A B}", "${file:}", "${ä}", "${env:A}"] {
            assert_eq!(written(text), ["0:Form"], "{text}");
        }
    }
}
