//! The syntax of env files: `NAME=value` lines, as shells, systemd and Docker Compose read them.

use crate::value::ZeroizingString;

/// A line that sets a variable.
pub(crate) struct Assignment<'t> {
    pub(crate) name: &'t str,
    pub(crate) value: ZeroizingString,
    /// The number of lines that it covers.
    pub(crate) lines: usize,
    /// Whether a further line of a quoted value looks like an assignment, as after a forgotten quote.
    pub(crate) is_suspect: bool,
}

/// A mistake in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mistake {
    NoAssignment,
    NoName,
    NotClosed,
    TextFollows,
    Continued,
}

impl Mistake {
    pub(crate) const fn message(self) -> &'static str {
        match self {
            Self::NoAssignment => "expected `NAME=value`",
            Self::NoName => "expected the name of a variable before `=`",
            Self::NotClosed => "the quote is not closed",
            Self::TextFollows => "text follows the closing quote",
            Self::Continued => {
                "the backslash at the end joins this line with one that is not a part of the value"
            }
        }
    }

    pub(crate) const fn help(self) -> &'static str {
        match self {
            Self::NoAssignment | Self::NoName => "write `NAME=value`, or start the line with `#`",
            Self::NotClosed | Self::TextFollows => "put the whole value in one pair of quotes",
            Self::Continued => "put the value in single quotes, or remove the backslash",
        }
    }
}

/// Reads the assignment at the start of `text`, whose first line is neither empty nor a comment.
pub(crate) fn assignment(text: &str) -> Result<Assignment<'_>, Mistake> {
    let first = text.lines().next().unwrap_or_default();
    let start = without_export(first);
    let (name, unquoted) = start.split_once('=').ok_or(Mistake::NoAssignment)?;
    let name = name.trim();
    if name.is_empty() || name.contains(char::is_whitespace) {
        return Err(Mistake::NoName);
    }
    if !unquoted.trim_start().starts_with(['\'', '"']) {
        let value_start = first.len() - unquoted.len();
        let (value, lines, is_suspect) = continued(text.get(value_start..).unwrap_or_default())?;
        return Ok(Assignment { name, value, lines, is_suspect });
    }
    let value_start = first.len() - unquoted.trim_start().len();
    let rest = text.get(value_start..).unwrap_or_default();
    let one_line = first.get(value_start..).unwrap_or_default();
    let (value, len) = match quoted(one_line) {
        Err(Mistake::NotClosed) => quoted(rest).map_err(|_| Mistake::NotClosed)?,
        other => other?,
    };
    let further = rest.get(..len).unwrap_or_default().lines().skip(1);
    let (lines, suspects) = further.fold((1, 0), |(lines, suspects), line| {
        (lines + 1, suspects + usize::from(looks_like_assignment(line)))
    });
    Ok(Assignment { name, value, lines, is_suspect: suspects > 0 })
}

/// Returns whether a line has no assignment: it is empty or a comment.
pub(crate) fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    line.is_empty() || line.starts_with(['#', ';'])
}

/// Reads an unquoted value, which goes on in the next line after a backslash at the end of a line. Returns it with the
/// number of its lines, and whether one of them looks like an assignment.
fn continued(text: &str) -> Result<(ZeroizingString, usize, bool), Mistake> {
    let mut value = ZeroizingString::default();
    let (mut count, mut is_suspect) = (0, false);
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        count += 1;
        is_suspect |= count > 1 && looks_like_assignment(line);
        // the space before a further line does not belong to the value
        let line = if count > 1 { line.trim_start() } else { line };
        let start = line.strip_suffix('\\').filter(|start| !start.ends_with('\\'));
        match start.filter(|_| lines.peek().is_some() && before_comment(line) == line.trim()) {
            Some(start) => {
                if lines.peek().is_some_and(|next| is_comment(next) || starts_assignment(next)) {
                    return Err(Mistake::Continued);
                }
                value.push_str(if count > 1 { start } else { start.trim_start() });
            }
            None => {
                value.push_str(before_comment(line));
                break;
            }
        }
    }
    let is_last_space = value.ends_with([' ', '\t']);
    if is_last_space {
        let end = value.trim_end().len();
        let trimmed = value.get(..end).unwrap_or_default().to_owned();
        value = trimmed.into();
    }
    Ok((value, count.max(1), is_suspect))
}

/// Returns whether a line has a name of any letter case at its start, and `=` after it.
fn starts_assignment(line: &str) -> bool {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let line = line.strip_prefix("export ").unwrap_or(line);
    line.split_once('=').is_some_and(|(name, _)| !name.is_empty() && name.chars().all(is_name))
}

fn without_export(line: &str) -> &str {
    let line = line.trim_start();
    match line.strip_prefix("export") {
        Some(rest) if rest.starts_with([' ', '\t']) => rest.trim_start(),
        _ => line,
    }
}

/// Returns the text up to a `#` that follows a blank, without blanks around it.
fn before_comment(value: &str) -> &str {
    let mut after_blank = false;
    let comment = value.char_indices().find(|(_, c)| {
        let is_comment = *c == '#' && after_blank;
        after_blank = c.is_whitespace();
        is_comment
    });
    comment.map_or(value, |(at, _)| value.get(..at).unwrap_or_default()).trim()
}

/// Reads quoted parts that follow each other without a blank, and returns how many bytes they and a comment after them
/// take. As in a shell, `'it'\''s'` is `it's`.
fn quoted(text: &str) -> Result<(ZeroizingString, usize), Mistake> {
    let mut value = ZeroizingString::default();
    let mut rest = text;
    loop {
        rest = if let Some(inner) = rest.strip_prefix('\'') {
            let (inner, rest) = inner.split_once('\'').ok_or(Mistake::NotClosed)?;
            value.push_str(inner);
            rest
        } else if let Some(inner) = rest.strip_prefix('"') {
            double_quoted(inner, &mut value)?
        } else if let Some(rest) = rest.strip_prefix("\\'") {
            value.push('\'');
            rest
        } else {
            break;
        };
    }
    let tail = rest.lines().next().unwrap_or_default();
    let is_comment =
        tail.trim().is_empty() || tail.starts_with(char::is_whitespace) && tail.trim_start().starts_with('#');
    // a line break right after the quote belongs to this line
    let is_end = rest.starts_with(['\n', '\r']) || is_comment;
    if is_end { Ok((value, text.len() - rest.len())) } else { Err(Mistake::TextFollows) }
}

/// Reads up to the closing quote and returns the text after it. `\n`, `\"` and `\\` are escapes; any other backslash
/// is an ordinary character.
fn double_quoted<'t>(text: &'t str, value: &mut ZeroizingString) -> Result<&'t str, Mistake> {
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => return Ok(chars.as_str()),
            '\\' => {
                let mut next = chars.clone();
                let escaped = match next.next() {
                    Some('n') => '\n',
                    Some(c @ ('"' | '\\')) => c,
                    _ => {
                        value.push('\\');
                        continue;
                    }
                };
                value.push(escaped);
                chars = next;
            }
            c => value.push(c),
        }
    }
    Err(Mistake::NotClosed)
}

fn looks_like_assignment(line: &str) -> bool {
    let Some((name, _)) = without_export(line).split_once('=') else { return false };
    let is_name = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    name.starts_with(|c: char| c.is_ascii_uppercase()) && name.chars().all(is_name)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn value(text: &str) -> Result<String, Mistake> {
        assignment(text).map(|found| found.value.to_string())
    }

    #[test]
    fn a_backslash_at_the_end_never_swallows_another_line() {
        for text in
            ["X=C:\\dir\\\n\nY=1", "X=C:\\dir\\\n# c\n", "X=C:\\dir\\\nY=1\n", "X=C:\\dir\\\nsome_name=1\n"]
        {
            assert_eq!(value(text), Err(Mistake::Continued), "{text}");
        }
        assert_eq!(value("X=one \\\n  two"), Ok("one two".to_owned()));
        assert_eq!(value("X='C:\\dir\\'\nY=1"), Ok("C:\\dir\\".to_owned()));
    }

    #[test]
    fn values_are_those_of_a_shell() {
        for (line, expected) in [
            (r#"X="corp\svc""#, r"corp\svc"),
            (r#"X="C:\Users\me""#, r"C:\Users\me"),
            (r#"X="a\tb""#, r"a\tb"),
            (r#"X="a\nb\"c\\d""#, "a\nb\"c\\d"),
            (r"X=C:\Users\new", r"C:\Users\new"),
            (r"X='a\nb'", r"a\nb"),
            (r"X='it'\''s'", "it's"),
            (r#"X='a'"b""#, "ab"),
            ("X= # not used", ""),
            ("X=\t# c", ""),
            ("X=# c", "# c"),
            ("X=a # c", "a"),
            ("X=a\t# c", "a"),
            ("X=a#c", "a#c"),
            ("X='a' # c", "a"),
            ("export\tX=a", "a"),
            ("export  X = a ", "a"),
            ("exported=a", "a"),
            ("X=\"two\nlines\"", "two\nlines"),
            ("X='two\r\nlines' # c", "two\r\nlines"),
            ("X=one \\\n  two", "one two"),
            ("X=one\\\ntwo # c", "onetwo"),
            ("X=a \\\n b \\\r\n c\nY=1", "a b c"),
            ("X=C:\\dir\\\\\nY=1", "C:\\dir\\\\"),
            ("X=a # c \\\nY=1", "a"),
            ("X=last\\", "last\\"),
        ] {
            assert_eq!(value(line).unwrap(), expected, "{line}");
        }
    }

    #[test]
    fn a_continued_value_covers_its_lines() {
        let found = assignment("X=a \\\n b \\\n c\nY=1").unwrap();
        assert_eq!((found.lines, found.is_suspect), (3, false));
        assert_eq!(assignment("X=C:\\dir\\\nY=1").err(), Some(Mistake::Continued));
        for line in ["", "  ", "# c", " ; c", ";"] {
            assert!(is_comment(line), "{line}");
        }
        assert!(!is_comment("X=1"));
    }

    #[test]
    fn mistakes_are_named() {
        for (line, mistake) in [
            ("X", Mistake::NoAssignment),
            ("=a", Mistake::NoName),
            ("A B=a", Mistake::NoName),
            ("X='a' b", Mistake::TextFollows),
            ("X=\"a\nY=\"b\"", Mistake::NotClosed),
            ("X='a", Mistake::NotClosed),
        ] {
            assert_eq!(value(line), Err(mistake), "{line}");
        }
        assert!(assignment("X=\"9\nY=\"").unwrap().is_suspect);
    }
}
