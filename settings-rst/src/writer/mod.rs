//! Writing reStructuredText: headings, grid tables, fields, directives, and escaped text.
//!
//! Blocks end with a newline and have no trailing blanks.

mod escape;
mod grid;
#[cfg(test)]
mod tests;

pub use escape::{escape, escape_paragraph, keep_paragraph};
pub use grid::{GridCell, GridError, GridTable};

use crate::width::column_width;

/// Returns a title with an underline of its width in columns.
///
/// ```
/// # use settings_rst::writer::heading;
/// assert_eq!(heading("SMTP port", '~'), "SMTP port\n~~~~~~~~~\n");
/// ```
#[must_use]
pub fn heading(title: &str, adornment: char) -> String {
    let mut out = format!("{title}\n");
    out.extend(std::iter::repeat_n(adornment, column_width(title)));
    out.push('\n');
    out
}

/// Returns a title between an overline and an underline.
#[must_use]
pub fn overlined_heading(title: &str, adornment: char) -> String {
    let line: String = std::iter::repeat_n(adornment, column_width(title)).collect();
    format!("{line}\n{title}\n{line}\n")
}

/// Adds `indent` blanks before every line that is not blank.
#[must_use]
pub fn indent(text: &str, indent: usize) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for line in text.lines() {
        if !line.is_empty() {
            out.extend(std::iter::repeat_n(' ', indent));
            out.push_str(line);
        }
        out.push('\n');
    }
    out
}

/// Returns a field: `:name: body`. Further lines of the body are indented by `hanging`.
///
/// ```
/// # use settings_rst::writer::field;
/// assert_eq!(field("range", "1 to 65535", 2), ":range: 1 to 65535\n");
/// assert_eq!(field("note", "one\ntwo", 2), ":note: one\n  two\n");
/// assert_eq!(field("flag", "", 2), ":flag:\n");
/// ```
#[must_use]
pub fn field(name: &str, body: &str, hanging: usize) -> String {
    let name = name.replace('\\', "\\\\").replace(':', "\\:");
    let mut lines = body.lines();
    match lines.next() {
        None | Some("") => format!(":{name}:\n"),
        Some(first) => {
            let rest: Vec<&str> = lines.collect();
            format!(":{name}: {first}\n{}", indent(&rest.join("\n"), hanging))
        }
    }
}

/// Returns a directive: the argument on the first line, options and body indented by three blanks.
///
/// ```
/// # use settings_rst::writer::directive;
/// let written = directive("config:setting", "port", &[("default", "25")], "The port.\n");
/// assert_eq!(written, ".. config:setting:: port\n   :default: 25\n\n   The port.\n");
/// ```
#[must_use]
pub fn directive(name: &str, argument: &str, options: &[(&str, &str)], body: &str) -> String {
    let mut lines = argument.lines();
    let mut out = match lines.next() {
        None | Some("") => format!(".. {name}::\n"),
        Some(first) => format!(".. {name}:: {first}\n"),
    };
    for line in lines {
        out.push_str(&indent(line, 3));
    }
    for (name, value) in options {
        out.push_str(&indent(&field(name, value, 2), 3));
    }
    if !body.is_empty() {
        out.push('\n');
        out.push_str(&indent(body, 3));
    }
    out
}
