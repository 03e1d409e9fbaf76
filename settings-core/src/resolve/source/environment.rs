//! The environment, as an argument.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use super::reading::{Unreadable, read_text};
use crate::resolve::report::{Code, Diagnostic, Place, Severity};
use crate::value::{ZeroizingString, wipe};

const NOT_CLOSED: &str = "the quote is not closed";
const TEXT_FOLLOWS: &str = "text follows the closing quote";

/// What a variable's name and text take together, in bytes.
const TYPICAL_LEN: usize = 64;

/// Variables to resolve from. Nothing here reads the process's environment but [`Environment::of_process`].
///
/// A clone shares the texts; the last one that goes wipes them from memory.
#[derive(Clone, Default)]
pub struct Environment(Arc<Variables>);

#[derive(Clone, Default)]
struct Variables {
    /// All names and texts, one behind the other.
    text: ZeroizingString,
    entries: Vec<Entry>,
    files: Vec<String>,
    faults: Vec<Fault>,
}

/// A line of an env file that sets nothing.
#[derive(Clone, Copy)]
struct Fault {
    /// The file's number and the line.
    file: (usize, usize),
    why: &'static str,
}

/// One variable.
#[derive(Clone, Copy)]
pub struct Variable<'e> {
    /// Its name.
    pub name: &'e str,
    /// Its text; `None` where it isn't Unicode.
    pub value: Option<&'e str>,
    /// The file and line it was read from; `None` for the process's own.
    pub file: Option<(&'e str, usize)>,
}

/// Where a variable stands in the text: its name, then its value.
#[derive(Clone, Copy)]
struct Entry {
    start: usize,
    name: usize,
    value: Option<usize>,
    /// The file's number and the line.
    file: Option<(usize, usize)>,
}

impl fmt::Debug for Environment {
    /// Leaves the texts out: they may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.all()).finish()
    }
}

impl fmt::Debug for Variable<'_> {
    /// Leaves the text out: it may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Variable").field("name", &self.name).field("file", &self.file).finish_non_exhaustive()
    }
}

impl Variable<'_> {
    pub(crate) fn place(self) -> Place {
        Place::Variable { name: self.name.to_owned(), file: self.owned_file() }
    }

    pub(crate) fn owned_file(&self) -> Option<(String, usize)> {
        self.file.map(|(name, line)| (name.to_owned(), line))
    }
}

impl Environment {
    /// A copy of the process's environment as it is now.
    pub fn of_process() -> Self {
        let all = std::env::vars_os();
        let mut variables = Variables::with_room(all.size_hint().0);
        for (name, value) in all {
            if let Some(name) = name.to_str() {
                variables.push(name, value.to_str(), None);
            }
            wipe(value.into_encoded_bytes());
        }
        Self(Arc::new(variables))
    }

    /// How many variables there are; they are numbered from 0.
    pub(crate) fn len(&self) -> u32 {
        self.0.entries.len() as u32
    }

    /// The variable with what follows `prefix` and an underscore in its name; `None` where another prefix stands there.
    #[inline]
    pub(crate) fn behind_prefix(&self, number: u32, prefix: &str) -> Option<(Variable<'_>, &str)> {
        let Variables { text, entries, .. } = &*self.0;
        let entry = entries.get(number as usize)?;
        if let (Some(first), Some(wanted)) = (text.as_bytes().get(entry.start), prefix.as_bytes().first())
            && (first ^ wanted) & !0x20 != 0
        {
            // most variables are told apart by their first letter
            return None;
        }
        let variable = self.0.variable(entry);
        let rest = match variable.name.split_at_checked(prefix.len())? {
            ("", name) => name,
            (start, rest) if start.eq_ignore_ascii_case(prefix) => rest.strip_prefix('_')?,
            _ => return None,
        };
        Some((variable, rest))
    }

    pub(crate) fn get(&self, number: u32) -> Option<Variable<'_>> {
        self.0.entries.get(number as usize).map(|entry| self.0.variable(entry))
    }

    /// Adds the variables of an env file (`NAME=value` lines) that are not set yet.
    ///
    /// Empty lines and lines that start with `#` are passed over, `export ` is dropped, and quotes around a value
    /// are removed: in double quotes `\n`, `\"` and `\\` are escapes, in single quotes nothing is. A line that is none
    /// of these is an error of the report in which the environment is resolved.
    pub fn add_file(&mut self, name: &str, text: &str) {
        Arc::make_mut(&mut self.0).add_file(name, text);
    }

    /// Reads an env file and adds its variables as [`add_file`](Self::add_file) does.
    ///
    /// # Errors
    /// Where it can't be read or isn't UTF-8.
    pub fn read_file(&mut self, path: &Path) -> Result<(), Unreadable> {
        self.add_file(&path.display().to_string(), &read_text(path)?);
        Ok(())
    }

    /// What is wrong with the lines of env files.
    pub(crate) fn faults(&self) -> impl Iterator<Item = Diagnostic> {
        let Variables { files, faults, .. } = &*self.0;
        faults.iter().map(|Fault { file: (number, line), why }| Diagnostic {
            severity: Severity::Error,
            code: Code::Syntax,
            message: (*why).to_owned(),
            setting: None,
            place: Place::File {
                name: files.get(*number).cloned().unwrap_or_default(),
                line: *line,
                column: 1,
                snippet: None,
            },
            related: Vec::new(),
            help: match *why {
                NOT_CLOSED | TEXT_FOLLOWS => {
                    "put the whole value in one pair of quotes, on one line".to_owned()
                }
                _ => "write `NAME=value`, or start the line with `#`".to_owned(),
            },
        })
    }
}

impl Variables {
    fn all(&self) -> impl Iterator<Item = Variable<'_>> {
        self.entries.iter().map(|entry| self.variable(entry))
    }

    fn variable(&self, entry: &Entry) -> Variable<'_> {
        let text = |start: usize, len: usize| self.text.get(start..start + len).unwrap_or_default();
        Variable {
            name: text(entry.start, entry.name),
            value: entry.value.map(|len| text(entry.start + entry.name, len)),
            file: entry.file.map(|(number, line)| (self.files.get(number).map_or("", String::as_str), line)),
        }
    }

    fn with_room(variables: usize) -> Self {
        let text = ZeroizingString::with_capacity(variables * TYPICAL_LEN);
        Self { text, entries: Vec::with_capacity(variables), ..Self::default() }
    }

    fn push(&mut self, name: &str, value: Option<&str>, file: Option<(usize, usize)>) {
        let entry = self.entry(name, value, file);
        self.entries.push(entry);
    }

    fn entry(&mut self, name: &str, value: Option<&str>, file: Option<(usize, usize)>) -> Entry {
        let start = self.text.len();
        self.text.push_str(name);
        self.text.push_str(value.unwrap_or_default());
        Entry { start, name: name.len(), value: value.map(str::len), file }
    }

    fn add_file(&mut self, name: &str, text: &str) {
        let file = self.files.len();
        self.files.push(name.to_owned());
        let mut numbers: HashMap<_, _> =
            self.all().map(|variable| variable.name.to_owned()).zip(0..self.entries.len()).collect();
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let place = (file, number);
            let (variable, value) = match assignment(line) {
                Ok(assignment) => assignment,
                Err(why) => {
                    self.faults.push(Fault { file: place, why });
                    continue;
                }
            };
            let number = *numbers.entry(variable.to_owned()).or_insert(self.entries.len());
            let is_own = self.entries.get(number).is_some_and(|entry| entry.file.is_none());
            if is_own {
                continue;
            }
            let entry = self.entry(variable, Some(&value), Some(place));
            match self.entries.get_mut(number) {
                Some(earlier) => *earlier = entry,
                None => self.entries.push(entry),
            }
        }
    }
}

impl<N: AsRef<str>, V: AsRef<str>> FromIterator<(N, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Self {
        let given = variables.into_iter();
        let mut variables = Variables::with_room(given.size_hint().0);
        for (name, value) in given {
            variables.push(name.as_ref(), Some(value.as_ref()), None);
        }
        Self(Arc::new(variables))
    }
}

/// The name and the value of a line that is neither empty nor a comment, or why it has none.
fn assignment(line: &str) -> Result<(&str, ZeroizingString), &'static str> {
    let line = line.strip_prefix("export ").unwrap_or(line).trim_start();
    let (variable, value) = line.split_once('=').ok_or("expected `NAME=value`")?;
    let variable = variable.trim_end();
    if variable.is_empty() || variable.contains(char::is_whitespace) {
        return Err("expected a variable's name before `=`");
    }
    Ok((variable, unquote(value.trim())?))
}

/// What stands in quotes, or ahead of a comment.
fn unquote(value: &str) -> Result<ZeroizingString, &'static str> {
    if let Some(inner) = value.strip_prefix('\'') {
        let (inner, rest) = inner.split_once('\'').ok_or(NOT_CLOSED)?;
        return if is_comment(rest) { Ok(inner.to_owned().into()) } else { Err(TEXT_FOLLOWS) };
    }
    let Some(inner) = value.strip_prefix('"') else {
        return Ok(value.split(" #").next().unwrap_or(value).trim_end().to_owned().into());
    };
    let mut text = ZeroizingString::default();
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' if is_comment(chars.as_str()) => return Ok(text),
            '"' => return Err(TEXT_FOLLOWS),
            '\\' => match chars.next() {
                Some('n') => text.push('\n'),
                Some(c) => text.push(c),
                None => {}
            },
            c => text.push(c),
        }
    }
    Err(NOT_CLOSED)
}

/// Whether what follows a closing quote is none of the value.
fn is_comment(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with(char::is_whitespace) && rest.trim_start().starts_with('#')
}
