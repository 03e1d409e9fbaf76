//! The environment, as an argument.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError};

use super::env_file::{Mistake, assignment, is_comment};
use super::reading::{Unreadable, is_pipe, read_text, read_value};
use crate::resolve::index::LeafId;
use crate::resolve::report::{Code, Diagnostic, Place, Report};
use crate::schema::Section;
use crate::value::{ZeroizingString, wipe};

/// The expected length of a variable, in bytes.
const TYPICAL_LEN: usize = 64;

/// Environment variables to resolve from.
///
/// Only [`Environment::from_process`] reads the environment of the process. Clones share the texts; the last one that
/// is dropped wipes them from memory.
#[derive(Clone, Default)]
pub struct Environment(Option<Arc<Variables>>);

/// The variables of an environment without any, which is made for all layers and soon replaced in most.
static NONE: LazyLock<Variables> = LazyLock::new(Variables::default);

#[derive(Clone, Default)]
struct Variables {
    /// All names and values, one after the other.
    text: ZeroizingString,
    entries: Vec<Entry>,
    files: Vec<String>,
    faults: Vec<Fault>,
    /// The values read from pipes so far: a pipe gives its text only once.
    pipes: Arc<Mutex<BTreeMap<PathBuf, Result<ZeroizingString, String>>>>,
    /// The variables with the prefix of the root that was resolved first.
    found: OnceLock<(&'static Section, Vec<Prefixed>)>,
}

/// A variable with the prefix of a root.
#[derive(Clone, Copy)]
pub(crate) struct Prefixed {
    pub(crate) number: u32,
    /// The setting whose own variable it is.
    pub(crate) leaf: Option<LeafId>,
    /// Its text needs a closer look.
    pub(crate) is_odd: bool,
}

/// A doubtful line of an env file.
#[derive(Clone, PartialEq, Eq)]
struct Fault {
    /// The number of the file, and the line.
    file: (usize, usize),
    finding: Finding,
}

#[derive(Clone, PartialEq, Eq)]
enum Finding {
    Mistake(Mistake),
    /// A name that an earlier line sets as well.
    Repeated {
        name: String,
        first: usize,
    },
    /// A quoted value with a line that looks like an assignment.
    Suspect {
        name: String,
    },
}

/// One environment variable.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Variable<'e> {
    /// The name.
    pub name: &'e str,
    /// The text; `None` if it is not Unicode.
    pub value: Option<&'e str>,
    /// The env file and the line that set it; `None` for a variable of the environment itself.
    pub file: Option<(&'e str, usize)>,
}

/// The place of a variable in the text: its name, then its value.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Entry {
    /// The first byte of the name in lower case.
    initial: u8,
    start: usize,
    name: usize,
    value: Option<usize>,
    /// The number of the file, and the line.
    file: Option<(usize, usize)>,
}

impl fmt::Debug for Environment {
    /// Omits the values: they may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.variables()).finish()
    }
}

impl fmt::Debug for Variable<'_> {
    /// Omits the value: it may be secret.
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
    /// Reads the file that a variable names.
    pub(crate) fn value_of_file(&self, path: &Path) -> Result<ZeroizingString, String> {
        let is_pipe = std::fs::metadata(path).is_ok_and(|metadata| is_pipe(&metadata));
        let Some(variables) = self.0.as_ref().filter(|_| is_pipe) else { return read_value(path) };
        let mut pipes = variables.pipes.lock().unwrap_or_else(PoisonError::into_inner);
        pipes.entry(path.to_owned()).or_insert_with(|| read_value(path)).clone()
    }

    /// Copies the current environment of the process.
    pub fn from_process() -> Self {
        let all = std::env::vars_os();
        let mut variables = Variables::with_capacity(all.size_hint().0);
        for (name, value) in all {
            if let Some(name) = name.to_str() {
                variables.push(name, value.to_str(), None);
            }
            wipe(value.into_encoded_bytes());
        }
        Self(Some(Arc::new(variables)))
    }

    /// Returns whether another environment has the same variables, in the same order and from the same files.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        // what was read and found is no part of it
        let Variables { text, entries, files, faults, pipes: _, found: _ } = self.get_all();
        let other = other.get_all();
        std::ptr::eq(self.get_all(), other)
            || *text == other.text
                && *entries == other.entries
                && *files == other.files
                && *faults == other.faults
    }

    /// Returns the number of variables, which are numbered from 0.
    pub(crate) fn len(&self) -> u32 {
        self.get_all().entries.len() as u32
    }

    /// Returns whether variables of env files were added.
    pub(crate) fn has_files(&self) -> bool {
        !self.get_all().files.is_empty()
    }

    /// Returns the variables with the prefix of a root. `describe` is given the number of each, and its name after the
    /// prefix.
    ///
    /// They are remembered for one root, because a program resolves one environment again whenever a file changes.
    pub(crate) fn of_root(
        &self,
        root: &'static Section,
        describe: impl Fn(u32, &str) -> Prefixed,
    ) -> Cow<'_, [Prefixed]> {
        let variables = self.get_all();
        let Some(prefix) = root.variable_prefix().filter(|_| !variables.entries.is_empty()) else {
            return Cow::Borrowed(&[]);
        };
        let find = || variables.with_prefix(prefix, &describe);
        let (known, found) = variables.found.get_or_init(|| (root, find()));
        if std::ptr::eq(*known, root) { Cow::Borrowed(found) } else { Cow::Owned(find()) }
    }

    /// Returns the part of a variable's name after a prefix and an underscore.
    pub(crate) fn after_prefix(&self, number: u32, prefix: &str) -> Option<&str> {
        after_prefix(self.get(number)?.name, prefix)
    }

    pub(crate) fn get(&self, number: u32) -> Option<Variable<'_>> {
        self.get_all().entries.get(number as usize).map(|entry| self.get_all().variable(entry))
    }

    /// Returns the text of a variable.
    pub(crate) fn value(&self, number: u32) -> Option<&str> {
        let variables = self.get_all();
        variables.value(variables.entries.get(number as usize)?)
    }

    /// Returns all variables, those of env files included.
    pub fn variables(&self) -> impl Iterator<Item = Variable<'_>> {
        self.get_all().all()
    }

    fn get_all(&self) -> &Variables {
        self.0.as_deref().unwrap_or_else(|| &NONE)
    }

    fn get_all_mut(&mut self) -> &mut Variables {
        let variables = Arc::make_mut(self.0.get_or_insert_default());
        variables.found = OnceLock::new();
        variables
    }

    /// Returns the environment without the variables with these names.
    #[must_use]
    pub fn without<N: AsRef<str>>(mut self, names: &[N]) -> Self {
        let is_named = |variable: Variable<'_>| names.iter().any(|name| name.as_ref() == variable.name);
        if self.variables().any(is_named) {
            let variables = self.get_all_mut();
            let entries = std::mem::take(&mut variables.entries);
            let is_kept = |entry: &Entry| !is_named(variables.variable(entry));
            variables.entries = entries.into_iter().filter(is_kept).collect();
        }
        self
    }

    /// Returns the mistakes in the env files.
    pub fn report(&self) -> Report {
        Report::new(self.faults("").collect())
    }

    /// Returns the text of the variable with exactly this name.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.variables().find(|variable| variable.name == name)?.value
    }

    /// Returns how strong a variable is among all: a later env file is stronger, and the environment itself most.
    pub(crate) fn rank(&self, number: u32) -> usize {
        let entry = self.get_all().entries.get(number as usize);
        entry.and_then(|entry| entry.file).map_or(usize::MAX, |(file, _)| file)
    }

    /// Adds the variables of an env file, which is weaker than the environment itself. A file added later is stronger.
    ///
    /// A file consists of `NAME=value` lines. Empty lines, and lines that start with `#` or `;`, are ignored; `export`
    /// before a name is dropped. An unquoted value ends at a `#` that follows a blank; after a backslash at the end of a
    /// line, it goes on in the next line. A quoted value may have several lines; nothing is an escape in single quotes, and `\n`, `\"` and `\\` are the only escapes in double quotes. Any other
    /// line is an error in the report of the resolution.
    pub fn add_file(&mut self, name: &str, text: &str) {
        self.get_all_mut().add_file(name, text);
    }

    /// Reads an env file and adds its variables as [`add_file`](Self::add_file) does.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read or is not UTF-8.
    pub fn read_file(&mut self, path: impl AsRef<Path>) -> Result<(), Unreadable> {
        let path = path.as_ref();
        self.add_file(&path.display().to_string(), &read_text(path)?);
        Ok(())
    }

    /// Returns the diagnostics of env files: mistakes in any line, and doubtful variables with this prefix.
    pub(crate) fn faults(&self, prefix: &str) -> impl Iterator<Item = Diagnostic> {
        let Variables { files, faults, .. } = self.get_all();
        let has_prefix = move |name: &str| {
            name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        };
        faults.iter().filter_map(move |Fault { file: (number, line), finding }| {
            let name = files.get(*number).cloned().unwrap_or_default();
            let place = |line| Place::File { name: name.clone(), line, column: 1, snippet: None };
            let diagnostic = match finding {
                Finding::Mistake(mistake) => {
                    Diagnostic::error(Code::Syntax, mistake.message()).help(mistake.help())
                }
                Finding::Repeated { name, first } if has_prefix(name) => {
                    let message = format!("`{name}` is set twice in one file: the last line applies");
                    Diagnostic::warning(Code::DuplicateVariable, message)
                        .related(place(*first), "first set here")
                        .help("remove one of the two lines")
                }
                Finding::Suspect { name } if has_prefix(name) => {
                    let message =
                        format!("the value of `{name}` contains a line that looks like another variable");
                    Diagnostic::warning(Code::Syntax, message)
                        .help("check that every quote is closed on its line")
                }
                Finding::Repeated { .. } | Finding::Suspect { .. } => return None,
            };
            Some(diagnostic.at(place(*line)))
        })
    }
}

impl Variables {
    fn all(&self) -> impl Iterator<Item = Variable<'_>> {
        self.entries.iter().map(|entry| self.variable(entry))
    }

    /// Returns the variables whose names begin with a prefix and an underscore.
    fn with_prefix(&self, prefix: &str, describe: impl Fn(u32, &str) -> Prefixed) -> Vec<Prefixed> {
        let initial = initial(prefix);
        let prefixed = |(number, entry): (u32, &Entry)| {
            // most variables differ in their first letter
            if initial.is_some_and(|initial| entry.initial != initial) {
                return None;
            }
            after_prefix(self.name(entry), prefix).map(|rest| describe(number, rest))
        };
        (0..).zip(&self.entries).filter_map(prefixed).collect()
    }

    fn name(&self, entry: &Entry) -> &str {
        self.text.get(entry.start..entry.start + entry.name).unwrap_or_default()
    }

    fn value(&self, entry: &Entry) -> Option<&str> {
        let start = entry.start + entry.name;
        self.text.get(start..start + entry.value?)
    }

    fn variable(&self, entry: &Entry) -> Variable<'_> {
        Variable {
            name: self.name(entry),
            value: self.value(entry),
            file: entry.file.map(|(number, line)| (self.files.get(number).map_or("", String::as_str), line)),
        }
    }

    fn with_capacity(variables: usize) -> Self {
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
        let initial = initial(name).unwrap_or_default();
        Entry { initial, start, name: name.len(), value: value.map(str::len), file }
    }

    fn add_file(&mut self, name: &str, text: &str) {
        let file = self.files.len();
        self.files.push(name.to_owned());
        let mut numbers: HashMap<_, _> =
            self.all().map(|variable| variable.name.to_owned()).zip(0..self.entries.len()).collect();
        // by name: the first line that sets it, and the last
        let mut lines: HashMap<&str, (usize, usize)> = HashMap::new();
        let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut line = 0;
        while let Some(first) = rest.lines().next() {
            line += 1;
            let here = (file, line);
            let mut covered = 1;
            if !is_comment(first) {
                match assignment(rest) {
                    Ok(found) => {
                        covered = found.lines;
                        if found.is_suspect {
                            let finding = Finding::Suspect { name: found.name.to_owned() };
                            self.faults.push(Fault { file: here, finding });
                        }
                        lines.entry(found.name).and_modify(|(_, last)| *last = line).or_insert((line, line));
                        self.set(&mut numbers, found.name, &found.value, here);
                    }
                    Err(mistake) => {
                        self.faults.push(Fault { file: here, finding: Finding::Mistake(mistake) })
                    }
                }
            }
            line += covered - 1;
            for _ in 0..covered {
                rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
            }
        }
        let repeated = lines.into_iter().filter(|(_, (first, last))| first < last);
        let mut repeated: Vec<_> = repeated
            .map(|(name, (first, last))| Fault {
                file: (file, last),
                finding: Finding::Repeated { name: name.to_owned(), first },
            })
            .collect();
        repeated.sort_by_key(|fault| fault.file);
        self.faults.append(&mut repeated);
    }

    /// Sets a variable of a file, unless the environment itself has it.
    fn set(&mut self, numbers: &mut HashMap<String, usize>, name: &str, value: &str, place: (usize, usize)) {
        let number = *numbers.entry(name.to_owned()).or_insert(self.entries.len());
        if self.entries.get(number).is_some_and(|entry| entry.file.is_none()) {
            return;
        }
        let entry = self.entry(name, Some(value), Some(place));
        match self.entries.get_mut(number) {
            Some(earlier) => *earlier = entry,
            None => self.entries.push(entry),
        }
    }
}

impl<N: AsRef<str>, V: AsRef<str>> FromIterator<(N, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Self {
        let given = variables.into_iter();
        let mut variables = Variables::with_capacity(given.size_hint().0);
        for (name, value) in given {
            variables.push(name.as_ref(), Some(value.as_ref()), None);
        }
        Self(Some(Arc::new(variables)))
    }
}

/// Returns the first byte of a name in lower case.
fn initial(name: &str) -> Option<u8> {
    name.as_bytes().first().map(u8::to_ascii_lowercase)
}

/// Returns the rest of a name after a prefix and an underscore. All of a name is after the empty prefix.
fn after_prefix<'n>(name: &'n str, prefix: &str) -> Option<&'n str> {
    match name.split_at_checked(prefix.len())? {
        ("", name) => Some(name),
        (start, rest) if start.eq_ignore_ascii_case(prefix) => rest.strip_prefix('_'),
        _ => None,
    }
}
