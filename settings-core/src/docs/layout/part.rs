//! One part of a page in reStructuredText.

use crate::docs::model::{Content, Directive, Heading, Part};
use settings_rst::width::column_width;

use super::table::{content_lines, table};
use super::words;

/// One part by the rules, without a line end after it.
pub(in crate::docs) fn part(part: &Part, keys_apart: bool) -> String {
    match part {
        Part::Heading(heading) => self::heading(heading),
        Part::Badge(text) => format!("*{}*", text.value),
        Part::Directive(directive) => self::directive(directive),
        Part::Table(found) => table(found, keys_apart),
        Part::Hint(hint) => words::hint_text(hint),
        Part::Values(items) => content_lines(&Content::Values(items.clone()), usize::MAX).join("\n"),
        Part::Text(text) => text.value.clone(),
        Part::Verbatim(text) => text.clone(),
    }
}

fn heading(heading: &Heading) -> String {
    let length = heading.length.unwrap_or_else(|| column_width(&heading.title.value));
    let underline: String = std::iter::repeat_n(heading.mark, length).collect();
    format!("{}\n{underline}", heading.title.value)
}

fn directive(directive: &Directive) -> String {
    let margin = " ".repeat(directive.indent.unwrap_or(2));
    let mut out = format!(".. config:setting:: {}", directive.id.value);
    for option in &directive.options {
        out.push_str(&format!("\n{margin}:{}:", option.name.value));
        for (i, line) in option.value.value.split('\n').enumerate() {
            match (i, line) {
                (0, "") => {}
                (0, line) => out.push_str(&format!(" {line}")),
                (_, line) => out.push_str(&format!("\n{margin}  {line}")),
            }
        }
    }
    for content in &directive.body {
        out.push('\n');
        for line in content_lines(content, usize::MAX) {
            out.push('\n');
            if !line.is_empty() {
                out.push_str(&margin);
                out.push_str(&line);
            }
        }
    }
    out
}
