//! Draws a settings table by the rules of geometry.
//!
//! The left column is 65 wide or as wide as its longest line and two; the right one 63, or its longest line and four
//! where that doesn't fit. Borders show the inner `+` also above and below a note that spans the table.

use crate::docs::fill::fill;
use crate::docs::model::{Bullet, Content, Row, Table, TableLayout};
use settings_rst::width::column_width;

use super::words;

const LEFT: usize = 65;
const RIGHT: usize = 63;

/// The table, without a line end after its last border.
pub(super) fn table(table: &Table, keys_apart: bool) -> String {
    if table.rows.iter().any(|row| row.right.is_some()) {
        two_columns(table, keys_apart)
    } else {
        one_column(table)
    }
}

/// The columns that a left cell's text may fill.
pub(in crate::docs) fn left_columns(layout: &TableLayout) -> usize {
    let width = layout.left_width.unwrap_or(LEFT);
    layout.fill.unwrap_or(width.saturating_sub(layout.indent.unwrap_or(1) + 1))
}

/// The left column's width by the rules, for the longest line with its indent.
pub(in crate::docs) fn left_by_rule(longest: usize, has_right: bool) -> usize {
    if has_right { LEFT.max(longest + 1) } else { longest + 1 }
}

/// The right column's width by the rules, for the longest line with its indent.
pub(in crate::docs) fn right_by_rule(longest: usize) -> usize {
    if longest < RIGHT { RIGHT } else { longest + 3 }
}

/// The lines of a left and of a right cell.
type Pair = (Vec<String>, Vec<String>);

fn two_columns(table: &Table, keys_apart: bool) -> String {
    let layout = &table.layout;
    let indent = layout.indent.unwrap_or(1);
    let columns = left_columns(layout);
    let pairs: Vec<Option<Pair>> = table.rows.iter().map(|row| pair(row, columns, keys_apart)).collect();
    let longest = |side: fn(&Pair) -> &Vec<String>| {
        pairs.iter().flatten().flat_map(side).map(|line| column_width(line)).max().unwrap_or(0) + indent
    };
    let (longest_left, longest_right) = (longest(|pair| &pair.0), longest(|pair| &pair.1));
    let left = match layout.left_width {
        Some(width) => kept_or_grown(width, longest_left),
        None => left_by_rule(longest_left, true),
    };
    let mut right = match layout.right_width {
        Some(width) => kept_or_grown(width, longest_right),
        None => right_by_rule(longest_right),
    };
    let across = left + 1 + right;
    let notes: Vec<Option<Vec<String>>> = table
        .rows
        .iter()
        .map(|row| row.right.is_none().then(|| cell(&row.left, across.saturating_sub(indent + 1))))
        .collect();
    let longest_note =
        notes.iter().flatten().flatten().map(|line| column_width(line)).max().map_or(0, |note| note + indent);
    if longest_note > across {
        right += longest_note + 1 - across;
    }

    let margin = " ".repeat(indent);
    let border = format!("+{}+{}+", "-".repeat(left), "-".repeat(right));
    let mut out = border.clone();
    for (pair, note) in pairs.iter().zip(&notes) {
        out.push('\n');
        if let Some((left_lines, right_lines)) = pair {
            for i in 0..left_lines.len().max(right_lines.len()).max(1) {
                let (a, b) = (left_lines.get(i), right_lines.get(i));
                push_cell(&mut out, &margin, a, left);
                push_cell(&mut out, &margin, b, right);
                out.push_str("|\n");
            }
        }
        for line in note.iter().flatten() {
            push_cell(&mut out, &margin, Some(line), left + 1 + right);
            out.push_str("|\n");
        }
        out.push_str(&border);
    }
    let ends_in_note = table.rows.last().is_some_and(|row| row.right.is_none());
    if layout.plain_bottom && ends_in_note {
        out.truncate(out.len() - border.len());
        out.push_str(&format!("+{}+", "-".repeat(left + 1 + right)));
    }
    out
}

fn pair(row: &Row, columns: usize, keys_apart: bool) -> Option<Pair> {
    let right = row.right.as_ref()?;
    let bullets = right.iter().flat_map(|bullet| bullet_lines(bullet, keys_apart)).collect();
    Some((cell(&row.left, columns), bullets))
}

fn bullet_lines(bullet: &Bullet, keys_apart: bool) -> Vec<String> {
    let text = words::bullet(bullet, keys_apart);
    match bullet {
        Bullet::Verbatim(_) => text.split('\n').map(str::to_owned).collect(),
        _ => hanging(&text, usize::MAX),
    }
}

/// Keeps a width that an author chose as long as the text fits; else the width of the text and a blank.
fn kept_or_grown(width: usize, needed: usize) -> usize {
    if needed <= width { width } else { needed + 1 }
}

fn one_column(table: &Table) -> String {
    let layout = &table.layout;
    let indent = layout.indent.unwrap_or(1);
    let rows: Vec<Vec<String>> = table.rows.iter().map(|row| cell(&row.left, usize::MAX)).collect();
    let longest = rows.iter().flatten().map(|line| column_width(line)).max().unwrap_or(0) + indent;
    let width = layout.left_width.map_or(left_by_rule(longest, false), |width| kept_or_grown(width, longest));
    let border = format!("+{}+", "-".repeat(width));
    let margin = " ".repeat(indent);
    let mut out = border.clone();
    for row in &rows {
        out.push('\n');
        for line in row {
            push_cell(&mut out, &margin, Some(line), width);
            out.push_str("|\n");
        }
        out.push_str(&border);
    }
    out
}

fn push_cell(out: &mut String, margin: &str, line: Option<&String>, width: usize) {
    let line = line.map_or("", String::as_str);
    out.push('|');
    let mut used = 0;
    if !line.is_empty() {
        out.push_str(margin);
        out.push_str(line);
        used = column_width(margin) + column_width(line);
    }
    out.extend(std::iter::repeat_n(' ', width.saturating_sub(used)));
}

/// The lines of a cell, at most `columns` long unless a word is longer.
fn cell(contents: &[Content], columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for content in contents {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.extend(content_lines(content, columns));
    }
    lines
}

/// One block's lines.
pub(in crate::docs) fn content_lines(content: &Content, columns: usize) -> Vec<String> {
    match content {
        Content::Text(text) => fill(&text.value, columns),
        Content::Hint(hint) => fill(&words::hint_text(hint), columns),
        Content::Values(items) => items
            .iter()
            // A value without a meaning ends in its colon.
            .flat_map(|item| {
                let line = format!("{}{}", words::item_lead(item), item.text.value);
                hanging(if item.text.value.is_empty() { line.trim_end() } else { &line }, columns)
            })
            .collect(),
        Content::Statement(statement) => fill(&words::sentence(statement), columns),
        Content::Verbatim(text) => text.value.split('\n').map(str::to_owned).collect(),
    }
}

/// A bullet with its other lines indented by two.
fn hanging(text: &str, columns: usize) -> Vec<String> {
    let lines = fill(text, columns.saturating_sub(2));
    lines
        .into_iter()
        .enumerate()
        .map(|(i, line)| match (i, line.is_empty()) {
            (0, _) => format!("- {line}"),
            (_, true) => line,
            _ => format!("  {line}"),
        })
        .collect()
}
