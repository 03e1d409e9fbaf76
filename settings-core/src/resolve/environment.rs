//! The environment, as an argument.

use std::fmt;

/// Variables to resolve from. Nothing here reads the process's environment but [`Environment::of_process`].
#[derive(Clone, Debug, Default)]
pub struct Environment {
    pub(super) variables: Vec<Variable>,
}

/// One variable.
#[derive(Clone)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its text; `None` where it isn't Unicode.
    pub value: Option<String>,
    /// The file and line it was read from; `None` for the process's own.
    pub file: Option<(String, usize)>,
}

impl fmt::Debug for Variable {
    /// Leaves the text out: it may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Variable").field("name", &self.name).field("file", &self.file).finish_non_exhaustive()
    }
}

impl Environment {
    /// A copy of the process's environment as it is now.
    pub fn of_process() -> Self {
        let variables = std::env::vars_os().filter_map(|(name, value)| {
            Some(Variable { name: name.into_string().ok()?, value: value.into_string().ok(), file: None })
        });
        Self { variables: variables.collect() }
    }

    /// Adds the variables of an env file (`NAME=value` lines) that are not set yet.
    ///
    /// Empty lines and lines that start with `#` are passed over, `export ` is dropped, and quotes around a value
    /// are removed: in double quotes `\n`, `\"` and `\\` are escapes, in single quotes nothing is.
    ///
    /// # Errors
    /// The number of the first line that is none of these, and why.
    pub fn add_file(&mut self, name: &str, text: &str) -> Result<(), (usize, String)> {
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
            if !self.variables.iter().any(|other| other.name == variable && other.file.is_none()) {
                self.variables.retain(|other| other.name != variable);
                let file = Some((name.to_owned(), index + 1));
                self.variables.push(Variable { name: variable.to_owned(), value: Some(value), file });
            }
        }
        Ok(())
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Self {
        let variables = variables.into_iter();
        Self {
            variables: variables
                .map(|(name, value)| Variable { name: name.into(), value: Some(value.into()), file: None })
                .collect(),
        }
    }
}

fn unquote(value: &str) -> Result<String, String> {
    if let Some(inner) = value.strip_prefix('\'') {
        return inner
            .strip_suffix('\'')
            .map(str::to_owned)
            .ok_or_else(|| "the quote is not closed".to_owned());
    }
    let Some(inner) = value.strip_prefix('"') else {
        return Ok(value.split(" #").next().unwrap_or(value).trim_end().to_owned());
    };
    let mut text = String::new();
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
