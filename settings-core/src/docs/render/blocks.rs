//! Blocks of reStructuredText in Markdown: lists of all kinds, definitions, fields, admonitions, images, tables.
//!
//! A block with a part that Markdown has no form for is not converted, so that nothing of it is lost.

use settings_rst::{self as rst, AttrName, Document, NodeRef, Table, TableKind, Tag};

use crate::docs::inline::rst_to_markdown;

/// Returns a block in Markdown, or `None` if a part of it has no form in Markdown.
pub(super) fn markdown(text: &str) -> Option<String> {
    Some(parsed(text)?.join("\n\n"))
}

/// The blocks of a text, or `None` for one with a mistake.
fn parsed(text: &str) -> Option<Vec<String>> {
    let document = rst::parse(text, rst::Dialect::Sphinx);
    let is_good = document.messages().all(|message| message.level() <= rst::Level::Info);
    is_good.then(|| blocks(&document, document.root())).flatten()
}

/// Converts the children of a node.
fn blocks(document: &Document, node: NodeRef<'_>) -> Option<Vec<String>> {
    let mut found = Vec::new();
    for child in node.children() {
        found.extend(block(document, child)?);
    }
    found.retain(|block| !block.is_empty());
    Some(found)
}

fn block(document: &Document, node: NodeRef<'_>) -> Option<Vec<String>> {
    let one = |text: String| Some(vec![text]);
    let label = |words: &str| quoted(document, node, Some(words.to_owned()));
    match node.tag() {
        Tag::Paragraph => one(inline(node)),
        Tag::BulletList => one(items(document, node, |_| "- ".to_owned())?),
        Tag::EnumeratedList => {
            let is_arabic = node.attr(AttrName::Enumtype) == Some("arabic");
            let first = usize::try_from(node.int(AttrName::Start).unwrap_or(1)).ok().filter(|_| is_arabic)?;
            one(items(document, node, |at| format!("{}. ", first + at))?)
        }
        Tag::DefinitionList => one(pairs(document, node, Tag::Term, Tag::Definition)?),
        Tag::FieldList => one(pairs(document, node, Tag::FieldName, Tag::FieldBody)?),
        Tag::BlockQuote => quoted(document, node, None),
        Tag::Note => label("Note"),
        Tag::Tip => label("Tip"),
        Tag::Hint => label("Hint"),
        Tag::Important => label("Important"),
        Tag::Warning => label("Warning"),
        Tag::Attention => label("Attention"),
        Tag::Caution => label("Caution"),
        Tag::Danger => label("Danger"),
        Tag::Error => label("Error"),
        Tag::Admonition => label(&inline(node.child(Tag::Title)?)),
        Tag::Title | Tag::Comment | Tag::SystemMessage => Some(Vec::new()),
        Tag::Rubric => one(format!("**{}**", inline(node))),
        Tag::Transition => one("---".to_owned()),
        Tag::Image => one(image(node)?),
        Tag::Reference => {
            one(format!("[{}]({})", image(node.child(Tag::Image)?)?, address(node, AttrName::Refuri)?))
        }
        Tag::Figure | Tag::Legend => blocks(document, node),
        Tag::Caption => one(inline(node)),
        Tag::LiteralBlock => {
            let code = node.text();
            let fence = fence(&code);
            one(format!("{fence}\n{}\n{fence}", code.trim_end()))
        }
        Tag::Target if node.attr(AttrName::Refuri).is_none() && node.attr(AttrName::Refname).is_none() => {
            let names: Vec<&str> = node.list(AttrName::Names).collect();
            (!names.is_empty()).then(|| names.into_iter().map(anchor).collect())
        }
        Tag::Table => table(document, node),
        _ => None,
    }
}

/// The text of a paragraph, a title or a term, on one line.
fn inline(node: NodeRef<'_>) -> String {
    rst_to_markdown(&node.source().split_whitespace().collect::<Vec<_>>().join(" "))
}

fn items(document: &Document, list: NodeRef<'_>, marker: impl Fn(usize) -> String) -> Option<String> {
    let mut found = Vec::new();
    for (at, item) in list.children().filter(|child| child.tag() == Tag::ListItem).enumerate() {
        found.push(item_of(&marker(at), &blocks(document, item)?));
    }
    Some(found.join("\n"))
}

/// The blocks of an item after its marker, all lines but the first indented.
fn item_of(marker: &str, blocks: &[String]) -> String {
    let indent = " ".repeat(marker.len());
    let text = blocks.join("\n\n");
    let mut lines = text.lines();
    let mut out = format!("{marker}{}", lines.next().unwrap_or_default());
    for line in lines {
        out.push('\n');
        if !line.is_empty() {
            out.push_str(&indent);
            out.push_str(line);
        }
    }
    out
}

/// Terms and definitions, or fields and their texts, as a list.
fn pairs(document: &Document, list: NodeRef<'_>, name: Tag, body: Tag) -> Option<String> {
    let mut found = Vec::new();
    for pair in list.children() {
        let name = strong(&inline(pair.child(name)?));
        let mut blocks = blocks(document, pair.child(body)?)?;
        match blocks.first_mut() {
            // A list or a table does not follow on the same line.
            Some(first) if !first.contains('\n') && !first.starts_with(['-', '>', '|', '<']) => {
                *first = format!("{name}: {first}");
            }
            _ => blocks.insert(0, name),
        }
        found.push(item_of("- ", &blocks));
    }
    Some(found.join("\n"))
}

fn strong(text: &str) -> String {
    if text.contains('*') { text.to_owned() } else { format!("**{text}**") }
}

fn quoted(document: &Document, node: NodeRef<'_>, label: Option<String>) -> Option<Vec<String>> {
    let mut blocks = blocks(document, node)?;
    if let Some(label) = label {
        blocks.insert(0, strong(&label));
    }
    let text = blocks.join("\n\n");
    let lines = text.lines().map(|line| if line.is_empty() { ">".to_owned() } else { format!("> {line}") });
    Some(vec![lines.collect::<Vec<_>>().join("\n")])
}

fn image(node: NodeRef<'_>) -> Option<String> {
    let alt = node.attr(AttrName::Alt).unwrap_or_default();
    let alt: String = alt
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .flat_map(|c| if c.is_ascii_punctuation() { vec!['\\', c] } else { vec![c] })
        .collect();
    Some(format!("![{alt}]({})", address(node, AttrName::Uri)?))
}

/// An address as Markdown takes it, or `None` if it can't be one.
fn address(node: NodeRef<'_>, name: AttrName) -> Option<String> {
    let address = node.attr(name)?;
    let is_plain =
        !address.is_empty() && !address.contains(|c: char| c.is_whitespace() || "()<>\\".contains(c));
    is_plain.then(|| address.to_owned())
}

/// A table with bars. A cell over several columns or rows is in the first of them.
fn table(document: &Document, node: NodeRef<'_>) -> Option<Vec<String>> {
    let drawn = document.tables().find(|table| table.node().is_some_and(|found| found.id() == node.id()));
    let (head, rows) = match drawn {
        Some(table) if matches!(table.kind(), TableKind::Grid | TableKind::Simple) => drawn_rows(table)?,
        _ => rows_of(document, node)?,
    };
    let columns = rows.first()?.len();
    let line = |cells: &[String]| format!("| {} |", cells.join(" | "));
    let mut lines: Vec<String> = Vec::new();
    // Markdown has no table without a head.
    let body = match rows.split_first() {
        Some((first, rest)) if head > 0 => {
            lines.push(line(first));
            rest
        }
        _ => {
            lines.push(line(&vec![String::new(); columns]));
            &rows[..]
        }
    };
    lines.push(format!("|{}", " --- |".repeat(columns)));
    lines.extend(body.iter().map(|row| line(row)));
    let mut found: Vec<String> =
        node.child(Tag::Title).map(|title| strong(&inline(title))).into_iter().collect();
    found.push(lines.join("\n"));
    Some(found)
}

/// The cells of a table that is drawn, and the number of rows in its head. A cell's lines are apart from its neighbours'.
fn drawn_rows(table: Table<'_>) -> Option<(usize, Vec<Vec<String>>)> {
    let mut rows = vec![vec![String::new(); table.colwidths().len()]; table.rows()];
    for cell in table.cells() {
        let text: Vec<&str> = cell.lines().map(|line| line.text().trim_end()).collect();
        let place = rows.get_mut(cell.row())?.get_mut(cell.col())?;
        *place = cell_text(&parsed(&text.join("\n"))?)?;
    }
    Some((table.head_rows(), rows))
}

/// The cells of a table that a directive makes.
fn rows_of(document: &Document, node: NodeRef<'_>) -> Option<(usize, Vec<Vec<String>>)> {
    let group = node.child(Tag::Tgroup)?;
    let (mut head, mut rows) = (0, Vec::new());
    for part in group.children() {
        for row in part.children().filter(|child| child.tag() == Tag::Row) {
            let cells: Option<Vec<String>> =
                row.children().map(|cell| cell_text(&blocks(document, cell)?)).collect();
            rows.push(cells?);
            head += usize::from(part.tag() == Tag::Thead);
        }
    }
    Some((head, rows))
}

/// The blocks of a cell on one line, or `None` for code, in which a line break counts.
fn cell_text(blocks: &[String]) -> Option<String> {
    if blocks.iter().any(|block| block.contains("```")) {
        return None;
    }
    let lines = blocks.iter().flat_map(|block| block.lines()).filter(|line| !line.trim().is_empty());
    Some(lines.map(|line| line.trim().replace('|', "\\|")).collect::<Vec<_>>().join("<br>"))
}

/// The fence of a block of code: longer than any run of backticks in it.
pub(super) fn fence(code: &str) -> String {
    let runs = code.split(|c| c != '`').map(str::len);
    "`".repeat(runs.max().unwrap_or_default().max(3) + 1)
}

pub(super) fn anchor(id: &str) -> String {
    let id: String = id.chars().filter(|c| !matches!(c, '"' | '<' | '>' | '&')).collect();
    format!("<a id=\"{id}\"></a>")
}
