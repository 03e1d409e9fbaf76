//! The environment, as an argument.

use std::fmt;
use std::sync::Arc;

use crate::value::{Wiped, wipe};

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
    text: Wiped,
    entries: Vec<Entry>,
    files: Vec<String>,
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
    pub(super) fn owned_file(&self) -> Option<(String, usize)> {
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
    pub(super) fn len(&self) -> u32 {
        self.0.entries.len() as u32
    }

    /// The variable with what follows `prefix` and an underscore in its name; `None` where another prefix stands there.
    #[inline]
    pub(super) fn behind_prefix(&self, number: u32, prefix: &str) -> Option<(Variable<'_>, &str)> {
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

    pub(super) fn get(&self, number: u32) -> Option<Variable<'_>> {
        self.0.entries.get(number as usize).map(|entry| self.0.variable(entry))
    }

    /// Adds the variables of an env file (`NAME=value` lines) that are not set yet.
    ///
    /// Empty lines and lines that start with `#` are passed over, `export ` is dropped, and quotes around a value
    /// are removed: in double quotes `\n`, `\"` and `\\` are escapes, in single quotes nothing is.
    ///
    /// # Errors
    /// The number of the first line that is none of these, and why.
    pub fn add_file(&mut self, name: &str, text: &str) -> Result<(), (usize, String)> {
        Arc::make_mut(&mut self.0).add_file(name, text)
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
        let text = Wiped::with_capacity(variables * TYPICAL_LEN);
        Self { text, entries: Vec::with_capacity(variables), files: Vec::new() }
    }

    fn push(&mut self, name: &str, value: Option<&str>, file: Option<(usize, usize)>) {
        let start = self.text.len();
        self.text.push_str(name);
        self.text.push_str(value.unwrap_or_default());
        self.entries.push(Entry { start, name: name.len(), value: value.map(str::len), file });
    }

    fn add_file(&mut self, name: &str, text: &str) -> Result<(), (usize, String)> {
        let file = self.files.len();
        self.files.push(name.to_owned());
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let line = line.strip_prefix("export ").unwrap_or(line).trim_start();
            let Some((variable, value)) = line.split_once('=') else {
                return Err((index + 1, "expected `NAME=value`".to_owned()));
            };
            let variable = variable.trim_end();
            if variable.is_empty() || variable.contains(char::is_whitespace) {
                return Err((index + 1, "expected a variable's name before `=`".to_owned()));
            }
            let value = unquote(value.trim()).map_err(|why| (index + 1, why))?;
            if !self.all().any(|other| other.name == variable && other.file.is_none()) {
                let Self { text, entries, .. } = self;
                let is_other =
                    |entry: &Entry| text.get(entry.start..entry.start + entry.name) != Some(variable);
                entries.retain(is_other);
                self.push(variable, Some(&value), Some((file, index + 1)));
            }
        }
        Ok(())
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

fn unquote(value: &str) -> Result<Wiped, String> {
    if let Some(inner) = value.strip_prefix('\'') {
        return inner
            .strip_suffix('\'')
            .map(|inner| inner.to_owned().into())
            .ok_or_else(|| "the quote is not closed".to_owned());
    }
    let Some(inner) = value.strip_prefix('"') else {
        return Ok(value.split(" #").next().unwrap_or(value).trim_end().to_owned().into());
    };
    let mut text = Wiped::default();
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' if chars.as_str().is_empty() => return Ok(text),
            '"' => return Err("text follows the closing quote".to_owned()),
            '\\' => match chars.next() {
                Some('n') => text.push('\n'),
                Some(c) => text.push(c),
                None => {}
            },
            c => text.push(c),
        }
    }
    Err("the quote is not closed".to_owned())
}
