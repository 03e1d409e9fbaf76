//! The forms of a report: for people, programs, logs and reviews.

use std::fmt::Write as _;

use super::diagnostic::{Diagnostic, Place, Report, Severity};
use super::screen::escape_control;
use crate::value::json::write_string;
use crate::workflow::annotation;

impl Report {
    /// Formats the report for people: each diagnostic with its source line and a caret, and a count at the end.
    pub fn to_human(&self, colour: bool) -> String {
        let mut out = String::new();
        for diagnostic in self.diagnostics() {
            human(&mut out, diagnostic, Paint { colour });
            out.push('\n');
        }
        let counts: Vec<_> = [Severity::Error, Severity::Warning, Severity::Note]
            .into_iter()
            .map(|severity| (self.count(severity), severity.name()))
            .filter(|(count, _)| *count > 0)
            .map(|(count, name)| format!("{count} {name}{}", if count == 1 { "" } else { "s" }))
            .collect();
        if !counts.is_empty() {
            let _ = writeln!(out, "{}", counts.join(", "));
        }
        out
    }

    /// Formats each diagnostic as one line, as its `Display` does: `config.json:3:5: error[unknown-key]: … (did you mean …?)`.
    pub fn to_lines(&self) -> String {
        let mut out = String::new();
        for diagnostic in self.diagnostics() {
            let _ = writeln!(out, "{diagnostic}");
        }
        out
    }

    /// Formats the report as a JSON array with one object for each diagnostic.
    ///
    /// Each has `severity`, `code`, `message`, `setting`, `help` and its place: `file`, `line` and `column`, or
    /// `variable` (with `file` and `line` of an env file), or `override` and `path`. Other places are in `related`.
    pub fn to_json(&self) -> String {
        let mut out = String::from("[");
        for (i, diagnostic) in self.diagnostics().iter().enumerate() {
            out.push_str(if i > 0 { ",\n " } else { "\n " });
            json(&mut out, diagnostic);
        }
        out.push_str(if self.diagnostics().is_empty() { "]\n" } else { "\n]\n" });
        out
    }

    /// Formats each diagnostic as a workflow command of GitHub, which annotates a file's line, or the run if there is no
    /// file. Other places and the help are part of the annotation's text.
    pub fn to_github(&self) -> String {
        self.diagnostics().iter().map(github).collect()
    }
}

#[derive(Clone, Copy)]
struct Paint {
    colour: bool,
}

impl Paint {
    fn paint(self, style: &str, text: &str) -> String {
        if self.colour { format!("\u{1b}[{style}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    fn severity(self, severity: Severity, text: &str) -> String {
        let style = match severity {
            Severity::Error => "1;31",
            Severity::Warning => "1;33",
            Severity::Note => "1;36",
        };
        self.paint(style, text)
    }

    fn gutter(self, text: &str) -> String {
        self.paint("1;34", text)
    }
}

fn human(out: &mut String, diagnostic: &Diagnostic, paint: Paint) {
    let Diagnostic { severity, code, message, place, related, help, .. } = diagnostic;
    let title = format!("{}[{}]", severity.name(), code.name());
    let _ = writeln!(
        out,
        "{}: {}",
        paint.severity(*severity, &title),
        paint.paint("1", &escape_control(message))
    );
    let shown = place.to_string();
    let shown = escape_control(&shown);
    let mut margin = 2;
    if let Place::File { line, snippet: Some(snippet), .. } = place {
        let number = line.to_string();
        margin = number.len() + 1;
        let blank = " ".repeat(number.len());
        let _ = writeln!(out, "{blank}{} {shown}", paint.gutter("-->"));
        let _ = writeln!(out, "{blank} {}", paint.gutter("|"));
        let _ = writeln!(out, "{} {} {}", paint.gutter(&number), paint.gutter("|"), snippet.line);
        let carets = paint.severity(*severity, &"^".repeat(snippet.len));
        let _ = writeln!(out, "{blank} {} {}{carets}", paint.gutter("|"), " ".repeat(snippet.start));
    } else {
        let _ = writeln!(out, " {} {shown}", paint.gutter("-->"));
    }
    let indent = " ".repeat(margin);
    for (place, what) in related {
        let _ = writeln!(out, "{indent}{} {}", paint.gutter("="), escape_control(&related_line(place, what)));
    }
    let title = paint.paint("1;32", "help");
    let _ = writeln!(out, "{indent}{} {title}: {}", paint.gutter("="), escape_control(help));
}

/// Returns the label of a related place, with the place.
fn related_line(place: &Place, what: &str) -> String {
    match place {
        Place::Program => what.to_owned(),
        _ => format!("{what}: {place}"),
    }
}

fn github(diagnostic: &Diagnostic) -> String {
    let Diagnostic { severity, code, message, place, related, help, .. } = diagnostic;
    let level = match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let (at, mut text) = match place {
        Place::File { name, line, column, .. } => {
            (Some((name.as_str(), *line, Some(*column))), escape_control(message).into_owned())
        }
        Place::Variable { name, file: Some((file, line)) } => (
            Some((file.as_str(), *line, None)),
            escape_control(&format!("variable {name}: {message}")).into_owned(),
        ),
        Place::Program => (None, escape_control(message).into_owned()),
        _ => (None, escape_control(&format!("{place}: {message}")).into_owned()),
    };
    for (place, what) in related {
        let _ = write!(text, "\n{}", escape_control(&related_line(place, what)));
    }
    let _ = write!(text, "\nhelp: {}", escape_control(help));
    annotation(level, at, code.name(), &text)
}

fn json(out: &mut String, diagnostic: &Diagnostic) {
    let Diagnostic { severity, code, message, setting, place, related, help } = diagnostic;
    out.push('{');
    field(out, "severity", Some(severity.name()));
    field(out, "code", Some(code.name()));
    field(out, "message", Some(message));
    field(out, "setting", setting.as_deref());
    json_place(out, place);
    if !related.is_empty() {
        out.push_str("\"related\": [");
        for (i, (place, what)) in related.iter().enumerate() {
            out.push_str(if i > 0 { ", {" } else { "{" });
            field(out, "message", Some(what));
            json_place(out, place);
            close(out);
        }
        out.push_str("], ");
    }
    field(out, "help", Some(help));
    close(out);
}

fn json_place(out: &mut String, place: &Place) {
    let file = |out: &mut String, name: &str, line: usize| {
        field(out, "file", Some(name));
        let _ = write!(out, "\"line\": {line}, ");
    };
    match place {
        Place::File { name, line, column, .. } => {
            file(out, name, *line);
            let _ = write!(out, "\"column\": {column}, ");
        }
        Place::Variable { name, file: env_file } => {
            field(out, "variable", Some(name));
            if let Some((name, line)) = env_file {
                file(out, name, *line);
            }
        }
        Place::SecretFile { path } => field(out, "secret_file", Some(path)),
        Place::Override { origin, path } => {
            field(out, "override", Some(origin));
            field(out, "path", Some(path));
        }
        Place::Program => {}
    }
}

fn field(out: &mut String, name: &str, value: Option<&str>) {
    let _ = write!(out, "\"{name}\": ");
    match value {
        Some(value) => write_string(out, value),
        None => out.push_str("null"),
    }
    out.push_str(", ");
}

/// Closes an object and removes the comma after its last field.
fn close(out: &mut String) {
    if out.ends_with(", ") {
        out.truncate(out.len() - 2);
    }
    out.push('}');
}
