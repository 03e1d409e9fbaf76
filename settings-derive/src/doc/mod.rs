//! A doc comment → description, value list and note.
//!
//! ```text
//! comment     = description [value list note]
//! value list  = bullet+                     the first list whose bullets all have this form
//! bullet      = marker "`" value "`:" text  continuation lines may be indented or not
//! ```

mod lines;

use proc_macro2::Span;
use syn::Attribute;

use self::lines::{Line, lines};
use crate::ctxt::Ctxt;

/// The parts of a doc comment.
pub(crate) struct Doc {
    /// Markdown, one line a paragraph.
    pub(crate) description: String,
    pub(crate) values: Vec<Value>,
    /// Markdown, one line a paragraph.
    pub(crate) note: String,
    /// In the list that holds a value, the first bullet that names none.
    pub(crate) loose_bullet: Option<Span>,
}

/// One bullet of the value list.
pub(crate) struct Value {
    pub(crate) value: String,
    pub(crate) text: String,
    pub(crate) span: Span,
}

impl Doc {
    /// Reads the doc attributes of a field.
    pub(crate) fn of_setting(cx: &Ctxt, attrs: &[Attribute]) -> Self {
        let lines = lines(cx, attrs);
        let (doc, mistakes) = parse(&lines);
        for (span, message) in mistakes {
            cx.error_at(span, message);
        }
        doc
    }

    /// Reads the doc attributes of a struct or variant, where a list is part of the description.
    pub(crate) fn of_item(cx: &Ctxt, attrs: &[Attribute]) -> Self {
        let description = reflow(&lines(cx, attrs));
        Self { description, values: Vec::new(), note: String::new(), loose_bullet: None }
    }

    /// Returns whether there is no comment at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.description.is_empty() && self.values.is_empty()
    }
}

type Mistakes = Vec<(Span, String)>;

fn parse(lines: &[Line]) -> (Doc, Mistakes) {
    let mut mistakes = typed_marks(lines);
    let mut loose_bullet = None;
    for (start, end) in lists(lines) {
        let (Some(before), Some(list), Some(after)) =
            (lines.get(..start), lines.get(start..end), lines.get(end..))
        else {
            continue;
        };
        let bullets = bullets(list);
        let values: Vec<Value> = bullets.iter().filter_map(|bullet| value(bullet)).collect();
        if values.len() < bullets.len() {
            if !values.is_empty() && loose_bullet.is_none() {
                loose_bullet = bullets.iter().find(|bullet| value(bullet).is_none()).and_then(|b| span(b));
            }
            continue;
        }
        for value in values.iter().filter(|value| value.text.is_empty()) {
            mistakes.push((
                value.span,
                format!("`{}` has no meaning: write `- `{}`: text`", value.value, value.value),
            ));
        }
        let doc = Doc { description: reflow(before), values, note: reflow(after), loose_bullet: None };
        return (doc, mistakes);
    }
    (Doc { description: reflow(lines), values: Vec::new(), note: String::new(), loose_bullet }, mistakes)
}

/// Finds typed marks of the default, which documents place from the real default.
fn typed_marks(lines: &[Line]) -> Mistakes {
    let is_typed = |line: &&Line| {
        let text = line.text.to_ascii_lowercase();
        line.text.contains("(Default)") || (marker(&line.text).is_some() && text.contains("(default)"))
    };
    lines
        .iter()
        .filter(is_typed)
        .map(|line| {
            let message = "the `(Default)` mark follows from `default = ...`: remove it here";
            (line.span, message.to_owned())
        })
        .collect()
}

/// The top-level bullet lists: index of the first line, index after the last.
fn lists(lines: &[Line]) -> Vec<(usize, usize)> {
    let mut lists: Vec<(usize, usize)> = Vec::new();
    let mut open: Option<(usize, usize)> = None;
    let mut fenced = false;
    let mut blank_before = false;
    for (i, line) in lines.iter().enumerate() {
        let is_fence = is_fence(&line.text);
        let starts = !fenced && marker(&line.text).is_some();
        let blank = line.text.is_empty();
        match &mut open {
            // A bullet, an indented line, or text that goes on without a blank line.
            Some((_, end))
                if !blank && (fenced || starts || line.text.starts_with("  ") || !blank_before) =>
            {
                *end = i + 1;
            }
            Some(_) if blank => {}
            Some(list) => {
                lists.push(*list);
                open = None;
            }
            None if starts => open = Some((i, i + 1)),
            None => {}
        }
        fenced ^= is_fence;
        blank_before = blank;
    }
    lists.extend(open);
    lists
}

/// Cuts a list at its markers.
fn bullets(list: &[Line]) -> Vec<&[Line]> {
    let starts: Vec<usize> =
        list.iter().enumerate().filter(|(_, line)| marker(&line.text).is_some()).map(|(i, _)| i).collect();
    let ends = starts.iter().skip(1).copied().chain([list.len()]);
    starts.iter().zip(ends).filter_map(|(start, end)| list.get(*start..end)).collect()
}

/// `` - `value`: text `` and what continues it.
fn value(bullet: &[Line]) -> Option<Value> {
    let (first, rest) = bullet.split_first()?;
    let (value, text) = marker(&first.text)?.strip_prefix('`')?.split_once('`')?;
    let text = text.strip_prefix(':')?;
    if !text.is_empty() && !text.starts_with(' ') {
        return None;
    }
    // Markdown has no empty code span; the JSON form of the empty text can be written.
    let value = if value == "\"\"" { "" } else { value };
    let mut continued = vec![Line { text: text.trim().to_owned(), span: first.span }];
    continued.extend(rest.iter().map(|line| Line { text: outdent(&line.text).to_owned(), span: line.span }));
    Some(Value { value: value.to_owned(), text: reflow(&continued), span: first.span })
}

fn outdent(text: &str) -> &str {
    text.strip_prefix("  ").unwrap_or(text)
}

/// Returns the text after a bullet's marker.
fn marker(text: &str) -> Option<&str> {
    ["- ", "* ", "+ "].iter().find_map(|marker| text.strip_prefix(marker)).map(str::trim_start)
}

fn is_fence(text: &str) -> bool {
    let text = text.trim_start();
    text.starts_with("```") || text.starts_with("~~~")
}

fn span(lines: &[Line]) -> Option<Span> {
    lines.first().map(|line| line.span)
}

/// Joins the lines of each paragraph, and keeps all other line breaks.
fn reflow(lines: &[Line]) -> String {
    let mut text = String::new();
    let mut fenced = false;
    let mut in_paragraph = false;
    for line in lines {
        let is_fence = is_fence(&line.text);
        let joins = in_paragraph && !fenced && !is_fence && !starts_block(&line.text);
        if joins && !line.text.is_empty() {
            text.push(' ');
            text.push_str(line.text.trim_start());
        } else {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&line.text);
        }
        let hard_break = line.text.ends_with('\\');
        in_paragraph = !line.text.is_empty() && !fenced && !is_fence && !is_alone(&line.text) && !hard_break;
        fenced ^= is_fence;
    }
    text.trim_matches('\n').to_owned()
}

/// Returns whether the line starts a block of its own.
fn starts_block(text: &str) -> bool {
    let text = text.trim_start();
    let number = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_ordered = number.len() < text.len() && (number.starts_with(". ") || number.starts_with(") "));
    marker(text).is_some() || is_ordered || text.starts_with(['>', '|', '#'])
}

/// Returns whether the line is a whole block.
fn is_alone(text: &str) -> bool {
    text.trim_start().starts_with(['|', '#'])
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
