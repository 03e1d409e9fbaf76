//! `table`, `list-table` and `csv-table`.

use crate::source::LineNo;
use std::ops::Range;

use super::convert::Converted;
use super::csv::{self, Dialect};
use super::{Outcome, Refusal, Run};
use crate::parser::{Machine, Parser};
use crate::table::{CellRecord, TableKind, TableRecord};
use crate::tag::{AttrName, Tag};
use crate::tree::{NodeId, Value};

impl Parser<'_> {
    fn table_title(&mut self, m: &Machine, run: &Run<'_>) -> (Option<NodeId>, Vec<NodeId>) {
        if run.argument().is_none() {
            return (None, Vec::new());
        }
        let (title, messages) = self.title_node(m, run);
        (Some(title), messages)
    }

    /// Reads the `table` directive: one drawn table.
    pub(super) fn table_directive(&mut self, m: &mut Machine, run: &Run<'_>) -> Outcome {
        if run.parts.content.is_empty() {
            let words = format!("Content block expected for the \"{}\" directive; none found.", run.name);
            return Err(Refusal::warning(words));
        }
        let (title, messages) = self.table_title(m, run);
        let holder = self.page.tree.add(Tag::Element, run.span.clone(), LineNo::NONE);
        self.nested(run.parts.content, holder);
        let children = self.page.tree.take_children(holder);
        let table = match children.as_slice() {
            &[table] if self.page.tree.tag(table) == Tag::Table => table,
            _ => {
                let name = run.name;
                let words = format!(
                    "Error parsing content block for the \"{name}\" directive: exactly one table expected."
                );
                return Err(Refusal::error(words));
            }
        };
        self.page.tree.set_line(table, run.number);
        self.page.tree.set_span(table, run.span.clone());
        self.add_classes(table, run.parts.words("class"));
        self.table_attributes(run, table);
        if let Some(Converted::Ints(widths)) = run.parts.get("widths") {
            let columns: Vec<NodeId> = self
                .page
                .tree
                .first(table)
                .map(|group| {
                    self.page
                        .tree
                        .children(group)
                        .filter(|&child| self.page.tree.tag(child) == Tag::Colspec)
                        .collect()
                })
                .unwrap_or_default();
            check_widths(run, widths, columns.len())?;
            for (column, &width) in columns.into_iter().zip(widths) {
                self.page.tree.set(column, AttrName::Colwidth, Value::Int(width));
            }
        }
        self.width_class(run, table);
        self.finish_table(run, table, title, messages)
    }

    fn table_attributes(&mut self, run: &Run<'_>, table: NodeId) {
        if let Some(align) = run.parts.text("align") {
            self.set_str(table, AttrName::Align, align);
        }
        if let Some(width) = run.parts.text("width") {
            self.set_str(table, AttrName::Width, width);
        }
    }

    fn width_class(&mut self, run: &Run<'_>, table: NodeId) {
        let class = match run.parts.get("widths") {
            Some(Converted::Text(text)) if text == "auto" => "colwidths-auto",
            Some(_) => "colwidths-given",
            None => return,
        };
        self.add_item(table, AttrName::Classes, class);
    }

    fn finish_table(
        &mut self,
        run: &Run<'_>,
        table: NodeId,
        title: Option<NodeId>,
        messages: Vec<NodeId>,
    ) -> Outcome {
        self.add_name(run, table);
        if let Some(title) = title {
            self.page.tree.insert(table, 0, &[title]);
        }
        let mut nodes = vec![table];
        nodes.extend(messages);
        Ok(nodes)
    }

    /// Builds a table from a bullet list of two levels.
    pub(super) fn list_table(&mut self, m: &mut Machine, run: &Run<'_>) -> Outcome {
        if run.parts.content.is_empty() {
            let words = format!("The \"{}\" directive is empty; content required.", run.name);
            return Err(Refusal::error(words));
        }
        let (title, messages) = self.table_title(m, run);
        let holder = self.page.tree.add(Tag::Element, run.span.clone(), LineNo::NONE);
        let outer = self.records.item_lines.replace(std::collections::HashMap::new());
        self.nested(run.parts.content, holder);
        let items = std::mem::replace(&mut self.records.item_lines, outer).unwrap_or_default();
        let rows = self.list_rows(run, holder)?;
        let columns = rows.first().map_or(0, Vec::len);
        let widths = column_widths(run, columns)?;
        let (heads, stubs) = check_dimensions(run, &rows)?;
        let table = self.page.tree.add(Tag::Table, run.span.clone(), run.number);
        self.width_class(run, table);
        let group = self.table_group(table, &widths, run.span.clone(), stubs);
        let mut cells = Vec::new();
        self.table_rows(run, group, (rows.len(), heads), |parser, node, i| {
            for (col, &item) in rows.get(i).into_iter().flatten().enumerate() {
                let entry = parser.child(node, Tag::Entry, parser.page.tree.span(item), LineNo::NONE);
                let children = parser.page.tree.take_children(item);
                parser.append_all(entry, children);
                cells.push(cell(i, col, items.get(&item).cloned(), entry));
            }
        });
        self.record_list(run, TableKind::List, widths, (rows.len(), heads), cells, table);
        self.add_classes(table, run.parts.words("class"));
        self.table_attributes(run, table);
        self.finish_table(run, table, title, messages)
    }

    /// Adds head, body and rows below a `tgroup`; `fill` adds the cells of each row.
    fn table_rows(
        &mut self,
        run: &Run<'_>,
        group: NodeId,
        (rows, heads): (usize, usize),
        mut fill: impl FnMut(&mut Self, NodeId, usize),
    ) {
        let span = run.span.start..run.span.start;
        let mut part = group;
        for i in 0..rows {
            if i == 0 || i == heads {
                let tag = if i < heads { Tag::Thead } else { Tag::Tbody };
                part = self.child(group, tag, span.clone(), LineNo::NONE);
            }
            let row = self.child(part, Tag::Row, span.clone(), LineNo::NONE);
            fill(self, row, i);
        }
    }

    /// Returns the items of each row.
    fn list_rows(&self, run: &Run<'_>, holder: NodeId) -> Result<Vec<Vec<NodeId>>, Refusal> {
        let problem = |words: &str| {
            Refusal::error(format!("Error parsing content block for the \"{}\" directive: {words}", run.name))
        };
        let only = |node: NodeId| {
            let mut children = self.page.tree.children(node);
            let first = children.next().filter(|_| children.next().is_none())?;
            (self.page.tree.tag(first) == Tag::BulletList).then_some(first)
        };
        let list = only(holder).ok_or_else(|| problem("exactly one bullet list expected."))?;
        let mut rows: Vec<Vec<NodeId>> = Vec::new();
        for (i, item) in self.page.tree.children(list).enumerate() {
            let inner = only(item).ok_or_else(|| {
                problem(&format!(
                    "two-level bullet list expected, but row {} does not contain a second-level bullet list.",
                    i + 1
                ))
            })?;
            let cells: Vec<NodeId> = self.page.tree.children(inner).collect();
            if let Some(first) = rows.first().map(Vec::len).filter(|&first| first != cells.len()) {
                return Err(problem(&format!(
                    "uniform two-level bullet list expected, but row {} does not contain the same number of items \
                     as row 1 ({} vs {first}).",
                    i + 1,
                    cells.len()
                )));
            }
            rows.push(cells);
        }
        Ok(rows)
    }

    fn record_list(
        &mut self,
        run: &Run<'_>,
        kind: TableKind,
        colwidths: Vec<i64>,
        (rows, heads): (usize, usize),
        cells: Vec<CellRecord>,
        table: NodeId,
    ) {
        self.records.tables.push(TableRecord {
            kind,
            line: run.number,
            start_line: run.number,
            span: run.span.clone(),
            colwidths,
            head_rows: heads as u32,
            rows: rows as u32,
            cells,
            error: None,
            node: Some(table),
        });
    }

    /// Builds a table from comma-separated values, each parsed as markup.
    pub(super) fn csv_table(&mut self, m: &mut Machine, run: &Run<'_>) -> Outcome {
        if run.parts.has("file") || run.parts.has("url") {
            let words = format!("File and URL access deactivated; ignoring \"{}\" directive.", run.name);
            return Err(self.external_conflict(run).unwrap_or_else(|| Refusal::warning(words)));
        }
        let (title, messages) = self.table_title(m, run);
        if run.parts.content.is_empty() {
            let words = format!("The \"{}\" directive requires content; none supplied.", run.name);
            return Err(Refusal::warning(words));
        }
        let wrong = |problem: String| {
            Refusal::error(format!("Error with CSV data in \"{}\" directive:\n{problem}", run.name))
        };
        let dialect = Dialect::of(&run.parts).map_err(wrong)?;
        let mut rows = match run.parts.text("header") {
            Some(header) => csv::read(header, &dialect).map_err(wrong)?,
            None => Vec::new(),
        };
        let own_heads = rows.len();
        let body = csv::read(&self.joined(run.parts.content), &dialect).map_err(wrong)?;
        let columns = rows.iter().chain(&body).map(Vec::len).max().unwrap_or(0);
        let (heads, stubs) = check_dimensions(run, &body)?;
        let heads = heads + own_heads;
        let widths = column_widths(run, columns)?;
        rows.extend(body);
        let table = self.page.tree.add(Tag::Table, run.span.clone(), run.number);
        self.width_class(run, table);
        let group = self.table_group(table, &widths, run.span.clone(), stubs);
        let mut cells = Vec::new();
        self.table_rows(run, group, (rows.len(), heads), |parser, node, i| {
            for col in 0..columns {
                let entry = parser.child(node, Tag::Entry, run.span.start..run.span.start, LineNo::NONE);
                if let Some(text) = rows.get(i).and_then(|row| row.get(col)) {
                    parser.csv_cell(run, text, entry);
                }
                cells.push(cell(i, col, None, entry));
            }
        });
        if rows.len() <= heads {
            self.child(group, Tag::Tbody, run.span.end..run.span.end, LineNo::NONE);
        }
        self.record_list(run, TableKind::Csv, widths, (rows.len(), heads), cells, table);
        self.add_classes(table, run.parts.words("class"));
        self.table_attributes(run, table);
        self.finish_table(run, table, title, messages)
    }

    fn csv_cell(&mut self, run: &Run<'_>, text: &str, entry: NodeId) {
        if text.trim_matches('\n').is_empty() {
            return;
        }
        let span = self.span(run.parts.content);
        let offset = run.parts.content.offset - 1;
        self.with_text(text, span, |parser, view| {
            parser.nested(super::View { offset, ..view }, entry);
        });
    }
}

fn cell(row: usize, col: usize, lines: Option<Range<u32>>, entry: NodeId) -> CellRecord {
    CellRecord {
        row: row as u32,
        col: col as u32,
        rowspan: 1,
        colspan: 1,
        line: LineNo::NONE,
        lines,
        node: Some(entry),
    }
}

fn check_widths(run: &Run<'_>, widths: &[i64], columns: usize) -> Result<(), Refusal> {
    if widths.len() == columns {
        return Ok(());
    }
    let name = run.name;
    Err(Refusal::error(format!("\"{name}\" widths do not match the number of columns in table ({columns}).")))
}

fn column_widths(run: &Run<'_>, columns: usize) -> Result<Vec<i64>, Refusal> {
    match run.parts.get("widths") {
        Some(Converted::Ints(widths)) => {
            check_widths(run, widths, columns)?;
            Ok(widths.clone())
        }
        _ if columns > 0 => Ok(vec![100 / columns as i64; columns]),
        _ => Err(Refusal::error("No table data detected in CSV file.")),
    }
}

/// Returns the number of head rows and of stub columns. Both must leave rows or columns for the body.
fn check_dimensions<T>(run: &Run<'_>, rows: &[Vec<T>]) -> Result<(usize, i64), Refusal> {
    let heads = run.parts.int("header-rows").unwrap_or(0);
    let stubs = run.parts.int("stub-columns").unwrap_or(0);
    let (count, name) = (rows.len() as i64, run.name);
    if count < heads {
        return Err(Refusal::error(format!(
            "{heads} header row(s) specified but only {count} row(s) of data supplied (\"{name}\" directive)."
        )));
    }
    if count == heads && heads > 0 {
        return Err(Refusal::error(format!(
            "Insufficient data supplied ({count} row(s)); no data remaining for table body, required by \"{name}\" \
             directive."
        )));
    }
    for row in rows {
        let columns = row.len() as i64;
        if columns < stubs {
            return Err(Refusal::error(format!(
                "{stubs} stub column(s) specified but only {columns} columns(s) of data supplied (\"{name}\" \
                 directive)."
            )));
        }
        if columns == stubs && stubs > 0 {
            return Err(Refusal::error(format!(
                "Insufficient data supplied ({columns} columns(s)); no data remaining for table body, required by \
                 \"{name}\" directive."
            )));
        }
    }
    Ok((heads as usize, stubs))
}
