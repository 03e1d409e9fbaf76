//! JSON text, changed in place by span.

mod insert;
mod locate;
mod merge;
mod remove;
mod style;
mod trivia;

#[cfg(test)]
mod tests;

use std::fmt;

use crate::line_index::line_column;
use crate::value::json::{self, Raw, Shape, SyntaxError};
use crate::value::{Wiped, wipe};
use locate::{Match, matches};
use style::Style;

/// How often one setting may stand in a text that is edited.
const MAX_COPIES: usize = 100;

/// One setting to write or to remove.
#[derive(Clone, PartialEq, Eq)]
pub struct Change {
    /// The keys from the outermost section to the setting.
    pub path: Vec<String>,
    /// Where the setting may stand under an old name.
    pub old_names: Vec<Vec<String>>,
    /// What to do.
    pub action: Action,
}

/// What a [`Change`] does. Its text is wiped from memory on drop.
#[derive(Clone, PartialEq, Eq)]
pub enum Action {
    /// Writes this JSON value.
    Set(String),
    /// Removes the key.
    Unset,
}

impl fmt::Debug for Change {
    /// Leaves the value out: it may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Change")
            .field("path", &self.path)
            .field("action", &self.action)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Action {
    /// Leaves the value out: it may be secret.
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

    /// Removes what stands at a path of keys.
    pub fn unset<K: Into<String>>(path: impl IntoIterator<Item = K>) -> Self {
        let path = path.into_iter().map(Into::into).collect();
        Self { path, old_names: Vec::new(), action: Action::Unset }
    }
}

/// Why a text can't be edited. Shows nothing of the text but single characters of broken syntax.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EditError {
    /// The text is no JSON, or nests too deeply once it is edited.
    Syntax {
        /// What is wrong, its offset in the text.
        error: SyntaxError,
        /// The line, counted from 1.
        line: usize,
        /// The column in characters, counted from 1.
        column: usize,
    },
    /// The text holds nothing, not even `{}`.
    Empty,
    /// Something else stands where an object must.
    NotObject {
        /// The keys of what should be an object; none for the whole text.
        path: Vec<String>,
        /// What stands there: `a string`.
        found: &'static str,
        /// The line, counted from 1.
        line: usize,
        /// The column in characters, counted from 1.
        column: usize,
    },
    /// A setting stands in the text more often than anybody can have meant.
    Copies {
        /// The setting's keys.
        path: Vec<String>,
    },
    /// A change's path has no keys.
    NoPath,
    /// A change's value is no JSON.
    NoValue,
}

impl fmt::Display for EditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax { error, line, column } => {
                write!(f, "line {line}, column {column}: {} ({})", error.message, error.help)
            }
            Self::Empty => f.write_str("the file holds nothing; write `{}` into it to use every default"),
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
                write!(f, "`{}` stands more than {MAX_COPIES} times; remove all but one", path.join("."))
            }
            Self::NoPath => f.write_str("a setting's path has at least one key"),
            Self::NoValue => f.write_str("the value to write is no JSON"),
        }
    }
}

impl std::error::Error for EditError {}

/// `text` with all `changes` made, one after the other.
///
/// Comments, order, indentation, line ends, a byte-order mark and whatever else a change does not concern stay as
/// they are. What is added follows the style of its neighbours. Keys are found as the resolver finds them: letter
/// case aside, and under old names; a value that is set ends up once, under its own name and letter case. Where a
/// section or key stands twice, the last counts, and the others are removed. A list or map that takes the place of
/// another keeps what is the same in both as it is written, and all comments.
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
/// Where the text is no JSON object, or no object stands where a section must.
pub fn edit(text: &str, changes: &[Change]) -> Result<String, EditError> {
    edited(text, changes).map(Wiped::into_string)
}

/// As [`edit()`], the text wiped when it is dropped.
pub(super) fn edited(text: &str, changes: &[Change]) -> Result<Wiped, EditError> {
    changes.iter().try_fold(text.to_owned().into(), apply)
}

fn apply(mut text: Wiped, change: &Change) -> Result<Wiped, EditError> {
    if change.path.is_empty() {
        return Err(EditError::NoPath);
    }
    if let Action::Set(json) = &change.action
        && json::parse_value(json).is_err()
    {
        return Err(EditError::NoValue);
    }
    // each round but the last removes one copy
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

/// Whether an old name stands in the very section that its setting belongs to, so that the key alone has changed.
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
    let with = merge::merged(text, Style::of(text, root), value, json);
    if *with != *value.text {
        edits.push(Edit { start: value.start, end: locate::end(value), with });
    }
    edits
}

/// A part of the text with what takes its place.
#[derive(Debug)]
struct Edit {
    start: usize,
    end: usize,
    with: Wiped,
}

/// `edits` are in the order of the text and do not overlap.
fn applied(text: &str, edits: &[Edit]) -> Wiped {
    let mut out = Wiped::with_capacity(text.len() + edits.iter().map(|edit| edit.with.len()).sum::<usize>());
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

/// An edit can make the text nest too deeply, but breaks nothing else.
fn within_depth(text: Wiped) -> Result<Wiped, EditError> {
    root(&text)?;
    Ok(text)
}

fn syntax(text: &str, error: SyntaxError) -> EditError {
    let (line, column) = line_column(text, error.offset);
    EditError::Syntax { error, line, column }
}
