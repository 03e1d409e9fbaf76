//! Editing the text of a file in place.

#[cfg(any(feature = "toml", feature = "yaml"))]
mod document;
#[cfg(feature = "release")]
mod entry;
mod insert;
mod locate;
mod merge;
#[cfg(any(feature = "toml", feature = "yaml"))]
mod parts;
mod remove;
mod style;
#[cfg(feature = "toml")]
mod toml;
mod trivia;
#[cfg(feature = "yaml")]
mod yaml;

#[cfg(all(test, feature = "toml", feature = "yaml"))]
mod parts_tests;
#[cfg(test)]
mod tests;

use std::fmt;

use crate::format::FileFormat;
use crate::line_index::line_column;
#[cfg(feature = "release")]
use crate::schema::Segment;
use crate::value::json::{self, Raw, Shape, SyntaxError};
use crate::value::{ZeroizingString, wipe};
use locate::{Match, matches};
use style::Style;

/// The number of copies of one setting that an edit can merge.
const MAX_COPIES: usize = 100;

/// A setting to write or to remove.
#[derive(Clone, PartialEq, Eq)]
pub struct Change {
    /// The keys from the outermost section to the setting.
    pub path: Vec<String>,
    /// The paths of the setting's aliases.
    pub old_names: Vec<Vec<String>>,
    /// The edit.
    pub action: Action,
}

/// The edit of a [`Change`]. Its text is wiped from memory on drop.
#[derive(Clone, PartialEq, Eq)]
pub enum Action {
    /// Writes this JSON value.
    Set(String),
    /// Removes the key.
    Unset,
}

impl fmt::Debug for Change {
    /// Omits the value, which may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Change")
            .field("path", &self.path)
            .field("action", &self.action)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Action {
    /// Omits the value, which may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Set(_) => "Set(..)",
            Self::Unset => "Unset",
        })
    }
}

impl Drop for Action {
    fn drop(&mut self) {
        if let Self::Set(json) = self {
            wipe(std::mem::take(json).into_bytes());
        }
    }
}

impl Change {
    /// Writes `json` at a path of keys.
    pub fn set<K: Into<String>>(path: impl IntoIterator<Item = K>, json: impl Into<String>) -> Self {
        let path = path.into_iter().map(Into::into).collect();
        Self { path, old_names: Vec::new(), action: Action::Set(json.into()) }
    }

    /// Removes the value at a path of keys.
    pub fn unset<K: Into<String>>(path: impl IntoIterator<Item = K>) -> Self {
        let path = path.into_iter().map(Into::into).collect();
        Self { path, old_names: Vec::new(), action: Action::Unset }
    }
}

/// An error of editing a text. Shows nothing of the text except single characters of broken syntax.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EditError {
    /// The text is not JSON, or nests too deeply after the edit.
    Syntax {
        /// The syntax error, with its offset in the text.
        error: SyntaxError,
        /// The line, counted from 1.
        line: usize,
        /// The column in characters, counted from 1.
        column: usize,
    },
    /// The text is empty, without even `{}`.
    Empty,
    /// A section is not an object.
    NotObject {
        /// The keys of the section; none for the whole text.
        path: Vec<String>,
        /// The type of value that was found: `a string`.
        found: &'static str,
        /// The line, counted from 1.
        line: usize,
        /// The column in characters, counted from 1.
        column: usize,
    },
    /// A setting is in the text too often to merge the copies.
    Copies {
        /// The setting's keys.
        path: Vec<String>,
    },
    /// The value of a setting can't be changed without touching more than it, such as comments within.
    Unsupported {
        /// The setting's keys.
        path: Vec<String>,
        /// The line, counted from 1.
        line: usize,
    },
    /// The value of a change is null, which the format of the file does not have.
    NoNull {
        /// The setting's keys.
        path: Vec<String>,
    },
    /// The path of a change has no keys.
    NoPath,
    /// The value of a change is not JSON.
    NoValue,
}

impl fmt::Display for EditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax { error, line, column } => {
                write!(f, "line {line}, column {column}: {} ({})", error.message, error.help)
            }
            Self::Empty => f.write_str(
                "the file is empty; write `{}` (a comment in TOML or YAML) into it to use every default",
            ),
            Self::NotObject { path, found, line, column } if path.is_empty() => {
                write!(f, "line {line}, column {column}: expected an object of sections, found {found}")
            }
            Self::NotObject { path, found, line, column } => {
                let path = path.join(".");
                write!(
                    f,
                    "line {line}, column {column}: `{path}` is a section: expected an object, found {found}"
                )
            }
            Self::Copies { path } => {
                write!(f, "`{}` appears more than {MAX_COPIES} times; remove all but one", path.join("."))
            }
            Self::Unsupported { path, line } => {
                let path = path.join(".");
                write!(
                    f,
                    "line {line}: `{path}` can't be changed without touching more than its value; edit the file"
                )
            }
            Self::NoNull { path } => {
                write!(f, "`{}` can't be null in this format; remove the setting instead", path.join("."))
            }
            Self::NoPath => f.write_str("a setting's path has at least one key"),
            Self::NoValue => f.write_str("the value to write is not JSON"),
        }
    }
}

impl std::error::Error for EditError {}

/// Makes all `changes` to `text`, one after the other.
///
/// Comments, order, indentation, line ends, a byte-order mark and everything else that a change does not concern stay as
/// they are. Additions follow the style of their neighbours. Keys are found as the resolver finds them: in any letter
/// case, and under aliases; a value that is set ends up once, under its own name and letter case. If a section or key
/// appears twice, the last one counts, and the others are removed. When a list or map replaces another, the parts that
/// both have keep their layout, and all comments stay.
///
/// ```
/// use settings_core::store::{Change, edit};
///
/// let text = "{\n  // outgoing\n  \"Mail\": {\"Port\": 25}\n}\n";
/// let changes = [Change::set(["Mail", "Port"], "587"), Change::set(["Mail", "Auth"], "true")];
/// assert_eq!(edit(text, &changes)?, "{\n  // outgoing\n  \"Mail\": {\"Port\": 587, \"Auth\": true}\n}\n");
/// # Ok::<(), settings_core::store::EditError>(())
/// ```
///
/// # Errors
/// If the text is not a JSON object, or a section in it is not an object.
pub fn edit(text: &str, changes: &[Change]) -> Result<String, EditError> {
    edit_in(FileFormat::Json, text, changes)
}

/// Makes all `changes` to a text in any format, as [`edit()`] does. Values of changes are JSON, whatever the format.
///
/// # Errors
/// As [`edit()`], and if a format can't express an edit without touching more than the setting.
pub fn edit_in(format: FileFormat, text: &str, changes: &[Change]) -> Result<String, EditError> {
    edited(format, text, changes).map(ZeroizingString::into_string)
}

/// Makes the changes as [`edit_in`] does, with a text that is wiped on drop.
pub(super) fn edited(
    format: FileFormat,
    text: &str,
    changes: &[Change],
) -> Result<ZeroizingString, EditError> {
    let apply = match format {
        FileFormat::Json => apply,
        #[cfg(feature = "toml")]
        FileFormat::Toml => toml::apply,
        #[cfg(feature = "yaml")]
        FileFormat::Yaml => yaml::apply,
    };
    // blank by accident, as after a crash of an editor: the settings that were in it must not be replaced by one
    if format != FileFormat::Json && text.trim_start_matches('\u{feff}').trim().is_empty() {
        return Err(EditError::Empty);
    }
    changes.iter().try_fold(text.to_owned().into(), apply)
}

/// Changes the field at an address, if it is there: in a list, where no path of keys leads. The last key of the change is the
/// field's name afterwards.
#[cfg(feature = "release")]
pub(crate) fn edit_at(
    format: FileFormat,
    text: &str,
    address: &[Segment],
    change: &Change,
) -> Result<Option<ZeroizingString>, EditError> {
    match format {
        FileFormat::Json => entry::apply(text, address, change),
        #[cfg(feature = "toml")]
        FileFormat::Toml => toml::apply_at(text, address, change),
        #[cfg(feature = "yaml")]
        FileFormat::Yaml => yaml::apply_at(text, address, change),
    }
}

fn apply(mut text: ZeroizingString, change: &Change) -> Result<ZeroizingString, EditError> {
    if change.path.is_empty() {
        return Err(EditError::NoPath);
    }
    if let Action::Set(json) = &change.action
        && json::parse_value(json).is_err()
    {
        return Err(EditError::NoValue);
    }
    // each round except the last removes one copy
    for _ in 0..=MAX_COPIES {
        let root = root(&text)?;
        let own = matches(root, &change.path);
        let old: Vec<_> = change.old_names.iter().flat_map(|path| matches(root, path)).collect();
        if own.len() + old.len() > MAX_COPIES {
            break;
        }
        let kept = match change.action {
            Action::Set(_) => {
                own.last().or_else(|| old.iter().rfind(|old| in_own_section(change, root, old)))
            }
            Action::Unset => None,
        };
        let surplus = own.iter().chain(&old).find(|found| kept.is_none_or(|kept| !found.is_same(kept)));
        let edits = match (surplus, kept, &change.action) {
            (Some(surplus), ..) => remove::entry(&text, surplus),
            (None, Some(kept), Action::Set(json)) => replace(&text, root, kept, change, json),
            (None, None, Action::Set(json)) => insert::entry(&text, root, &change.path, json)?,
            (None, _, Action::Unset) => return Ok(text),
        };
        let is_last = surplus.is_none();
        text = applied(&text, &edits);
        if is_last {
            return within_depth(text);
        }
    }
    Err(EditError::Copies { path: change.path.clone() })
}

/// Splits a change of a map into changes of its entries, so that what is the same stays as it is written. Returns `None`
/// unless both values are maps.
#[cfg(any(feature = "toml", feature = "yaml"))]
fn entry_changes(change: &Change, old: &str, new: &str) -> Option<Vec<Change>> {
    let (old, new) = (json::parse_value(old).ok()?.entries()?, json::parse_value(new).ok()?.entries()?);
    let path = |key: &json::Key<'_>| change.path.iter().cloned().chain([key.name().into_owned()]);
    let is_gone = |key: &json::Key<'_>| !new.iter().any(|(other, _)| other.name() == key.name());
    let removed = old.iter().filter(|(key, _)| is_gone(key)).map(|(key, _)| Change::unset(path(key)));
    let set = new.iter().map(|(key, value)| Change::set(path(key), value.text));
    Some(removed.chain(set).collect())
}

/// Returns whether an alias is in the section of its setting, so that only the key differs.
fn in_own_section(change: &Change, root: Raw<'_>, old: &Match<'_>) -> bool {
    let sections = change.path.split_last().map_or(&[][..], |(_, sections)| sections);
    locate::section(root, sections)
        .is_ok_and(|found| found.depth == sections.len() && found.object.start == old.object.start)
}

fn replace(text: &str, root: Raw<'_>, found: &Match<'_>, change: &Change, json: &str) -> Vec<Edit> {
    let Some((key, value)) = found.entry() else { return Vec::new() };
    let mut edits = Vec::new();
    if change.path.last().is_some_and(|name| *name != key.name()) {
        let name = change.path.last().map(|name| json::escape(name)).unwrap_or_default();
        edits.push(Edit { start: key.start, end: key.start + key.raw.len(), with: name.into() });
    }
    let with = merge::merged(text, Style::detect(text, root), value, json);
    if *with != *value.text {
        edits.push(Edit { start: value.start, end: locate::end(value), with });
    }
    edits
}

/// A part of the text, and its replacement.
#[derive(Debug)]
struct Edit {
    start: usize,
    end: usize,
    with: ZeroizingString,
}

/// Applies `edits`, which are in the order of the text and do not overlap.
fn applied(text: &str, edits: &[Edit]) -> ZeroizingString {
    let mut out =
        ZeroizingString::with_capacity(text.len() + edits.iter().map(|edit| edit.with.len()).sum::<usize>());
    let mut from = 0;
    for edit in edits {
        out.push_str(text.get(from..edit.start).unwrap_or_default());
        out.push_str(&edit.with);
        from = edit.end;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out
}

fn root(text: &str) -> Result<Raw<'_>, EditError> {
    let root = json::parse_value(text).map_err(|error| {
        let is_empty = json::Scanner::new(text).peek() == Ok(None);
        if is_empty { EditError::Empty } else { syntax(text, error) }
    })?;
    if root.shape != Shape::Object {
        let (line, column) = line_column(text, root.start);
        return Err(EditError::NotObject { path: Vec::new(), found: root.shape.name(), line, column });
    }
    Ok(root)
}

/// Checks the depth of an edited text, the only rule that an edit can break.
fn within_depth(text: ZeroizingString) -> Result<ZeroizingString, EditError> {
    root(&text)?;
    Ok(text)
}

fn syntax(text: &str, error: SyntaxError) -> EditError {
    let (line, column) = line_column(text, error.offset);
    EditError::Syntax { error, line, column }
}
