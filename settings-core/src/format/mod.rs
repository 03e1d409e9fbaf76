//! The formats of configuration files.
//!
//! The resolver reads JSON. Other formats are parsed into a [`Tree`](tree::Tree) and formatted as JSON, together with the
//! place of every key and value, so that all findings point into the file as it is written.

#![cfg_attr(
    not(any(feature = "toml", feature = "yaml")),
    expect(dead_code, reason = "without them, only JSON is read, which needs no conversion")
)]

#[cfg(feature = "toml")]
pub(crate) mod toml;
#[cfg(any(feature = "toml", feature = "yaml"))]
pub(crate) mod tree;
#[cfg(feature = "yaml")]
pub(crate) mod yaml;

#[cfg(test)]
mod tests;

use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

use crate::value::ZeroizingString;

/// The format of a configuration file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FileFormat {
    /// JSON, with comments and trailing commas.
    #[default]
    Json,
    /// TOML.
    #[cfg(feature = "toml")]
    Toml,
    /// YAML.
    #[cfg(feature = "yaml")]
    Yaml,
}

impl FileFormat {
    /// Returns the format of a file by the ending of its name; JSON for other endings.
    pub fn from_path(path: impl AsRef<Path>) -> Self {
        Self::from_ending(path).unwrap_or_default()
    }

    /// Returns the format that the ending of a file's name stands for, if it stands for one.
    pub fn from_ending(path: impl AsRef<Path>) -> Option<Self> {
        path.as_ref().extension()?.to_str()?.parse().ok()
    }

    /// Returns the format that a text looks like by its first line, where that is certain and the program reads it.
    pub fn from_text(text: &str) -> Option<Self> {
        match guess(text)? {
            "TOML or INI" => "toml".parse().ok(),
            name => name.parse().ok(),
        }
    }

    /// Returns the name of the format in messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Json => "JSON",
            #[cfg(feature = "toml")]
            Self::Toml => "TOML",
            #[cfg(feature = "yaml")]
            Self::Yaml => "YAML",
        }
    }
}

impl FileFormat {
    /// Returns an example of the format in messages.
    const fn example(self) -> &'static str {
        match self {
            Self::Json => "JSON: `{\"Section\": {\"Key\": \"value\"}}`",
            #[cfg(feature = "toml")]
            Self::Toml => "TOML: `Section.Key = \"value\"`",
            #[cfg(feature = "yaml")]
            Self::Yaml => "YAML: `Section: {Key: value}`",
        }
    }
}

impl fmt::Display for FileFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Json => "json",
            #[cfg(feature = "toml")]
            Self::Toml => "toml",
            #[cfg(feature = "yaml")]
            Self::Yaml => "yaml",
        })
    }
}

/// An unknown name of a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownFormat;

impl fmt::Display for UnknownFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown file format; expected `json`")?;
        f.write_str(if cfg!(feature = "toml") { ", `toml`" } else { "" })?;
        f.write_str(if cfg!(feature = "yaml") { ", `yaml`" } else { "" })
    }
}

impl std::error::Error for UnknownFormat {}

impl FromStr for FileFormat {
    type Err = UnknownFormat;

    /// Parses the name of a format, or an ending of file names, in any letter case.
    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name.to_ascii_lowercase().as_str() {
            "json" | "jsonc" | "json5" => Ok(Self::Json),
            #[cfg(feature = "toml")]
            "toml" => Ok(Self::Toml),
            #[cfg(feature = "yaml")]
            "yaml" | "yml" => Ok(Self::Yaml),
            _ => Err(UnknownFormat),
        }
    }
}

/// The finding for a text in another format than that of its file.
pub(crate) struct OtherFormat {
    pub(crate) message: String,
    pub(crate) help: String,
}

/// Returns the finding for a text that looks like another format than that of its file.
pub(crate) fn other_format(text: &str, format: FileFormat) -> Option<OtherFormat> {
    let guess = guess(text).filter(|guess| guess.split(" or ").all(|name| name != format.name()))?;
    // `NAME="value"` is a line of TOML as well
    if guess == "an env file" && format.name() == "TOML" && !text.contains("export ") {
        return None;
    }
    let message = format!("the file looks like {guess}, but is read as {}", format.name());
    let ending = if guess == "TOML or INI" { "toml".to_owned() } else { guess.to_ascii_lowercase() };
    let help = match ending.parse::<FileFormat>() {
        Ok(_) => format!("give the file the ending `.{ending}`, or write {}", format.name()),
        Err(_) => format!("this program does not read {guess}: write {}", format.example()),
    };
    Some(OtherFormat { message, help })
}

/// Returns the name of the format that a text looks like, where that is certain.
///
/// Decides by the first line that is neither empty nor a comment.
fn guess(text: &str) -> Option<&'static str> {
    let lines = text.strip_prefix('\u{feff}').unwrap_or(text).lines().map(str::trim);
    let line = lines
        .filter(|line| !line.is_empty() && !line.starts_with(['#', ';']))
        .find(|line| !line.starts_with("//"))?;
    let is_name = |name: &str| {
        let is_part = |c: char| c.is_ascii_alphanumeric() || "_-.\"' ".contains(c);
        !name.is_empty()
            && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(is_part)
    };
    if line.starts_with('{') {
        return Some("JSON");
    }
    if line.starts_with("<?xml") || line.starts_with("<!--") {
        return Some("XML");
    }
    if line == "---" || line.starts_with("%YAML") {
        return Some("YAML");
    }
    if let Some(table) = line.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
        return (is_name(table.trim_start_matches('[')) && line.ends_with(']')).then_some("TOML or INI");
    }
    let assignment = line.split_once('=').filter(|(name, _)| is_name(name.trim_end()));
    if let Some((name, _)) = assignment {
        let is_variable = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        let is_env = name.strip_prefix("export ").is_some() || name.chars().all(is_variable);
        return Some(if is_env { "an env file" } else { "TOML" });
    }
    let entry = line.split_once(':').filter(|(name, _)| is_name(name));
    entry.filter(|(_, value)| value.is_empty() || value.starts_with(' ')).map(|_| "YAML")
}

/// A part of a text, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Span {
    pub(crate) const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    pub(crate) const fn len(self) -> usize {
        self.end.saturating_sub(self.start)
    }
}

/// A syntax error of a document. Shows nothing of its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) span: Span,
    pub(crate) message: String,
    pub(crate) help: String,
}

/// A lexical part of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lexeme {
    pub(crate) kind: LexemeKind,
    pub(crate) span: Span,
    /// The key that the value belongs to.
    pub(crate) key: Option<Span>,
}

/// The sort of a [`Lexeme`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LexemeKind {
    /// A key.
    Key,
    /// A text, which can be secret whatever its key.
    Text,
    /// A number, a bool or another word.
    Word,
    /// A comment.
    Comment,
}

/// The text of a file in any format, with its JSON.
#[derive(Clone)]
pub(crate) struct Document {
    text: ZeroizingString,
    format: FileFormat,
    /// `None` for a text that is JSON itself.
    converted: Option<Arc<Converted>>,
}

/// The text of another format as JSON.
struct Converted {
    json: ZeroizingString,
    places: Places,
    problems: Vec<Problem>,
    lexemes: Vec<Lexeme>,
}

#[cfg(any(feature = "toml", feature = "yaml"))]
type Places = Vec<tree::Place>;
#[cfg(not(any(feature = "toml", feature = "yaml")))]
type Places = ();

impl Document {
    pub(crate) fn new(text: ZeroizingString, format: FileFormat) -> Self {
        let converted = match format {
            FileFormat::Json => None,
            #[cfg(feature = "toml")]
            FileFormat::Toml => Some(Arc::new(Converted::new(&text, toml::parse(&text)))),
            #[cfg(feature = "yaml")]
            FileFormat::Yaml => Some(Arc::new(Converted::new(&text, yaml::parse(&text)))),
        };
        Self { text, format, converted }
    }

    /// Returns the text of the file.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn format(&self) -> FileFormat {
        self.format
    }

    /// Returns the text as JSON, or an empty object if it has syntax errors.
    pub(crate) fn json(&self) -> &str {
        self.converted.as_ref().map_or(&*self.text, |converted| &*converted.json)
    }

    /// Translates a part of the JSON text to the part of the file, as start and length.
    pub(crate) fn part(&self, start: usize, len: usize) -> (usize, usize) {
        match &self.converted {
            None => (start, len),
            Some(converted) => converted.part(start, len),
        }
    }

    /// Returns the syntax errors of a format other than JSON, whose errors the reader finds.
    pub(crate) fn problems(&self) -> &[Problem] {
        self.converted.as_ref().map_or(&[], |converted| &converted.problems)
    }

    /// Returns the lexical parts of a format other than JSON.
    pub(crate) fn lexemes(&self) -> Option<&[Lexeme]> {
        self.converted.as_ref().map(|converted| converted.lexemes.as_slice())
    }
}

impl fmt::Debug for Document {
    /// Omits the text, which may hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document")
            .field("format", &self.format)
            .field("bytes", &self.text.len())
            .finish_non_exhaustive()
    }
}

/// A parsed document of a format other than JSON.
#[cfg(any(feature = "toml", feature = "yaml"))]
pub(crate) struct Parsed {
    pub(crate) tree: tree::Tree,
    pub(crate) problems: Vec<Problem>,
    pub(crate) lexemes: Vec<Lexeme>,
}

impl Converted {
    #[cfg(any(feature = "toml", feature = "yaml"))]
    fn new(text: &str, parsed: Parsed) -> Self {
        let Parsed { tree, mut problems, mut lexemes } = parsed;
        let (mut json, mut places) = (ZeroizingString::default(), Places::new());
        if problems.is_empty() {
            match tree.to_json() {
                Ok(converted) => (json, places) = converted,
                Err(span) => problems.push(Problem {
                    span,
                    message: format!("nested deeper than {} levels", crate::value::json::MAX_DEPTH),
                    help: "no setting is that deep: remove the inner values".to_owned(),
                }),
            }
        }
        if let Some(first) = problems.iter().map(|problem| problem.span.start).min() {
            json = "{}".to_owned().into();
            // after an error, a value can't be distinguished from a key; the parser can have skipped the value before it
            let is_before = |lexeme: &Lexeme| lexeme.kind != LexemeKind::Comment && lexeme.span.end <= first;
            let known = lexemes.iter().filter(|lexeme| is_before(lexeme)).map(|lexeme| lexeme.span.end).max();
            let rest = Span::new(known.unwrap_or_default(), text.len());
            lexemes.retain(|lexeme| lexeme.span.end <= rest.start);
            lexemes.push(Lexeme { kind: LexemeKind::Text, span: rest, key: None });
        }
        Self { json, places, problems, lexemes }
    }

    #[cfg(any(feature = "toml", feature = "yaml"))]
    fn part(&self, start: usize, len: usize) -> (usize, usize) {
        let span = tree::place_of(&self.places, start);
        // a list or table is marked at its start alone, as in JSON
        (span.start, if len == 1 { span.len().min(1) } else { span.len() })
    }

    #[cfg(not(any(feature = "toml", feature = "yaml")))]
    fn part(&self, start: usize, len: usize) -> (usize, usize) {
        let () = self.places;
        (start, len)
    }
}
