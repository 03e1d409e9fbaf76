//! Reads a table of the page as a settings table.

use crate::docs::encoding;
use crate::docs::grid::{self, GridLine};
use crate::docs::layout::{self, left_by_rule, left_columns, right_by_rule};
use crate::docs::model::{Bullet, Content, Part, Row, Span, Table, TableLayout};
use settings_rst as rst;
use settings_rst::width::column_width;

use super::cell::{bullets, contents};
use super::grid::Grid;

/// A settings table, and its text if the layout doesn't reproduce it.
pub(super) struct FoundTable {
    pub(super) table: Table,
    pub(super) source: Option<String>,
    /// The lines of the repaired table, if it has to be repaired to be understood.
    pub(super) repaired: Option<Vec<String>>,
}

/// Reads a grid table of the page `text`. Returns `None` if it isn't a settings table.
///
/// A table whose columns are off, or whose cells are fused, is repaired before it is read.
pub(super) fn table(text: &str, table: rst::Table<'_>, span: Span, keys_apart: bool) -> Option<FoundTable> {
    let raw = text.get(span.range())?;
    let whole = Grid::of(table, |at| at);
    if let Some(grid) = &whole
        && !may_be_fused(grid, raw)
    {
        let (table, source) = laid_out(grid, raw, keys_apart)?;
        return Some(FoundTable { table, source, repaired: None });
    }
    let lines = lines_of(raw, span.start);
    let repaired = repaired(&lines)?;
    // Most often a table of another shape.
    if table.error().is_none() && whole.is_none() && !has_cut_row(&lines) {
        return None;
    }
    let joined = repaired.join("\n");
    let document = rst::parse(&joined, rst::Dialect::Sphinx);
    let starts = lines_of(&joined, 0);
    // A repaired line agrees with the page's up to its first changed padding.
    let moved = |at: usize| {
        let row = starts.partition_point(|line| line.start <= at).saturating_sub(1);
        match (starts.get(row), lines.get(row)) {
            (Some(repaired), Some(line)) => line.start + (at - repaired.start).min(line.text.len()),
            _ => span.start,
        }
    };
    let grid = Grid::of(document.tables().next()?, moved)?;
    if let Some(whole) = &whole
        && grid.pairs() <= whole.pairs()
    {
        let (table, source) = laid_out(whole, raw, keys_apart)?;
        return Some(FoundTable { table, source, repaired: None });
    }
    let (table, _) = laid_out(&grid, &joined, keys_apart)?;
    Some(FoundTable { table, source: Some(raw.to_owned()), repaired: Some(repaired) })
}

/// Returns true if a row has no bar where most rows have one.
fn has_cut_row(lines: &[GridLine<'_>]) -> bool {
    let Some(at) = grid::bar_column(lines) else { return false };
    let has_bar = |line: &&GridLine<'_>| line.text.as_bytes().get(at) == Some(&b'|');
    let rows = || lines.iter().filter(|line| line.text.starts_with('|'));
    let with_bar = rows().filter(has_bar).count();
    with_bar < rows().count() && with_bar * 2 > rows().count()
}

/// Repairs the lines of a table. Encoding damage is undone first, since it widens lines.
///
/// A repair is accepted only if docutils reads it as one table, and if every line keeps its characters.
pub(in crate::docs) fn repaired(lines: &[GridLine<'_>]) -> Option<Vec<String>> {
    let restored: Vec<String> = lines.iter().map(|line| encoding::restored(line.text)).collect();
    let restored: Vec<GridLine<'_>> =
        restored.iter().zip(lines).map(|(text, line)| GridLine { start: line.start, text }).collect();
    let repaired = grid::repair(&restored)?;
    let keeps_text =
        restored.iter().zip(&repaired).all(|(line, repaired)| inked(line.text).eq(inked(repaired)));
    (keeps_text && parses(&repaired)).then_some(repaired)
}

/// The characters of a line other than blanks and those that draw a grid.
fn inked(line: &str) -> impl Iterator<Item = char> {
    line.chars().filter(|c| !c.is_whitespace() && !matches!(c, '|' | '+' | '-' | '='))
}

/// Returns true if docutils reads the lines as one well-formed table.
fn parses(lines: &[String]) -> bool {
    let document = rst::parse(&lines.join("\n"), rst::Dialect::Sphinx);
    let mut tables = document.tables();
    let is_table =
        tables.next().is_some_and(|table| table.error().is_none() && table.kind() == rst::TableKind::Grid);
    is_table && document.root().children().filter(|node| node.tag() != rst::Tag::SystemMessage).count() == 1
}

/// The first line of a table that the repair changes.
pub(super) fn first_change(raw: &str, start: usize, repaired: &[String]) -> Option<Span> {
    let lines = lines_of(raw, start);
    let changed = lines.iter().zip(repaired).find(|(line, repaired)| line.text != repaired.as_str())?;
    Some(Span::new(changed.0.start, changed.0.start + changed.0.text.len()))
}

/// A table's text cut into lines, without the blanks after their last bars.
pub(in crate::docs) fn lines_of(raw: &str, start: usize) -> Vec<GridLine<'_>> {
    let mut at = start;
    raw.split_inclusive('\n')
        .map(|line| {
            let found = GridLine { start: at, text: line.trim_end() };
            at += line.len();
            found
        })
        .collect()
}

/// Returns true if a row of a table with two columns spans both although its text has a bar.
fn may_be_fused(grid: &Grid<'_>, raw: &str) -> bool {
    let with_bar = |line: &GridLine<'_>| line.text.contains('|');
    let fused = grid.rows.iter().any(|row| row.right.is_none() && row.left.iter().any(with_bar));
    // Where every row is fused, only the borders still show two columns.
    fused && (grid.widths.len() == 2 || grid::bar_column(&lines_of(raw, 0)).is_some())
}

/// The table with the smallest layout that reproduces `raw`, or with the whole layout and `raw` itself.
fn laid_out(grid: &Grid<'_>, raw: &str, keys_apart: bool) -> Option<(Table, Option<String>)> {
    if !names_a_setting(grid, keys_apart) {
        return None;
    }
    let (left, right) = (grid.widths.first().copied()?, grid.widths.get(1).copied());
    let indent = indent_of(raw);
    let bottom = raw.trim_end().rsplit('\n').next().unwrap_or_default();
    let base = TableLayout {
        indent: (indent != 1).then_some(indent),
        plain_bottom: right.is_some() && bottom.get(left + 1..left + 2) != Some("+"),
        ..TableLayout::default()
    };
    let longest_left =
        longest(grid.rows.iter().filter(|row| right.is_none() || row.right.is_some()).map(|row| &row.left));
    let longest_right = longest(grid.rows.iter().filter_map(|row| row.right.as_ref()));
    let right_width = right.filter(|right| *right != right_by_rule(longest_right + indent));
    let by_rule = TableLayout { right_width, ..base };
    let roomy = left.saturating_sub(indent + 1);
    let fill = (right.is_some() && longest_left > roomy).then_some(longest_left);
    let chosen = TableLayout { left_width: Some(left), fill, ..by_rule.clone() };
    let is_by_rule = left == left_by_rule(longest_left + indent, right.is_some());
    let mut table = Table::default();
    // A width that the rules would give too may hold text that was not broken by them.
    for layout in is_by_rule.then_some(by_rule).into_iter().chain([chosen]) {
        let part = Part::Table(Table { rows: read_rows(grid, &layout, keys_apart), layout });
        let same = layout::part(&part, keys_apart) == raw;
        let Part::Table(read) = part else { return None };
        if same {
            return Some((read, None));
        }
        table = read;
    }
    Some((table, Some(raw.to_owned())))
}

fn longest<'l, 't: 'l>(cells: impl Iterator<Item = &'l Vec<GridLine<'t>>>) -> usize {
    cells.flatten().map(|line| column_width(line.text)).max().unwrap_or(0)
}

/// Blanks between the first bar and the first text.
fn indent_of(raw: &str) -> usize {
    let inside = raw.split('\n').filter_map(|line| line.strip_prefix('|'));
    let blanks = inside.map(|line| line.len() - line.trim_start_matches(' ').len());
    blanks.min().unwrap_or(1)
}

fn names_a_setting(grid: &Grid<'_>, keys_apart: bool) -> bool {
    let statement =
        |bullet: &Bullet| matches!(bullet, Bullet::Console(_) | Bullet::Config(_) | Bullet::Env(_));
    grid.rows.iter().any(|row| match &row.right {
        Some(right) => bullets(right, keys_apart).iter().any(statement),
        None => {
            contents(&row.left, usize::MAX).iter().any(|content| matches!(content, Content::Statement(_)))
        }
    })
}

fn read_rows(grid: &Grid<'_>, layout: &TableLayout, keys_apart: bool) -> Vec<Row> {
    let indent = layout.indent.unwrap_or(1);
    let columns = left_columns(layout);
    let across = (grid.widths.iter().sum::<usize>() + 1).saturating_sub(indent + 1);
    let single = grid.widths.len() == 1;
    grid.rows
        .iter()
        .map(|row| match &row.right {
            Some(right) => {
                Row { left: contents(&row.left, columns), right: Some(bullets(right, keys_apart)) }
            }
            None => Row { left: contents(&row.left, if single { usize::MAX } else { across }), right: None },
        })
        .collect()
}
