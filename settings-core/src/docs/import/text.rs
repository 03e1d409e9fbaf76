//! What a page says of a setting in words: what a doc comment can hold, and what stays on the page as it is.

use crate::docs::facts::Documented;
use crate::docs::grammar;
use crate::docs::inline::rst_to_doc;
use crate::docs::layout::content_lines;
use crate::docs::model::{Bullet, Content, Directive, Heading, Hint, Part, Placed, Table, Value};
use crate::docs::read::PageRead;

use super::infer::{Inferred, is_pair_paragraph};

/// The words of one entry.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts {
    /// Paragraphs in Markdown.
    pub(super) description: Vec<String>,
    /// Paragraphs in Markdown that follow the values.
    pub(super) note: Vec<String>,
    /// Blocks of the page above the heading (or directive).
    pub(super) above: Vec<String>,
    /// Blocks between the heading and the table.
    pub(super) between: Vec<String>,
    /// Blocks below the table, and those in it that a doc comment has no words for.
    pub(super) below: Vec<String>,
    /// True if a table documents the setting.
    pub(super) has_table: bool,
    /// The heading's underline where it isn't the settings' own.
    pub(super) mark: Option<char>,
    pub(super) directive: Option<DirectiveWords>,
}

/// What a directive says in its own words.
#[derive(Clone, Debug)]
pub(super) struct DirectiveWords {
    pub(super) id: String,
    pub(super) displayname: Option<String>,
    pub(super) description: Option<String>,
    pub(super) body: Body,
}

/// What stands in a directive's body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Body {
    Nothing,
    /// The value list and nothing else, in the table's words.
    Values,
    /// Blocks of its own.
    Own(Vec<String>),
}

/// Sorts the words of an entry; `values` are those that become the setting's value list.
pub(super) fn texts(
    page: &PageRead,
    parts: &[Placed],
    setting: &Documented<'_>,
    inferred: &Inferred,
) -> Texts {
    let values = inferred.values.as_slice();
    let mut texts = Texts { has_table: !setting.tables.is_empty(), ..Texts::default() };
    let raw = |placed: &Placed| page.text.get(placed.span.range()).unwrap_or_default().to_owned();
    let has_table = !setting.tables.is_empty();
    // A table that only names the setting: the paragraphs above it are the description.
    let is_described = setting
        .tables
        .iter()
        .any(|table| table.contents.iter().any(|content| matches!(content, Content::Text(_))));
    let takes_text = has_table && !is_described;
    let (mut begun, mut below_table) = (false, false);
    for placed in parts {
        match &placed.part {
            Part::Heading(heading) => {
                begun = true;
                texts.mark = (heading.mark != Heading::SETTING).then_some(heading.mark);
            }
            Part::Directive(directive) => {
                begun = true;
                texts.directive = Some(words_of(directive, values));
            }
            Part::Table(table) => {
                below_table = true;
                texts.table(table, values);
            }
            Part::Values(items) if is_taken(items, values) => {}
            Part::Text(text) if is_pair_paragraph(text.as_str(), values) => {}
            Part::Text(text) if !has_table => texts.description.push(markdown(text.as_str())),
            Part::Hint(hint) if !has_table => texts.note.extend(beyond(hint)),
            _ if !begun => texts.above.push(raw(placed)),
            Part::Text(text)
                if takes_text
                    && begun
                    && !below_table
                    && texts.between.is_empty()
                    && !text.as_str().ends_with(':') =>
            {
                texts.description.push(markdown(text.as_str()));
            }
            _ if !below_table && has_table => texts.between.push(raw(placed)),
            _ => texts.below.push(raw(placed)),
        }
    }
    let described = setting.directive.and_then(|directive| directive.option("description"));
    if texts.description.is_empty()
        && let Some(description) = described.filter(|description| !description.as_str().is_empty())
    {
        texts.description.push(markdown(description.as_str()));
    }
    if inferred.contradictory {
        texts.drop_defaults();
    }
    texts
}

impl Texts {
    /// Removes marks and sentences that state a default. The page contradicts itself, and the `todo` has all of them.
    fn drop_defaults(&mut self) {
        let description = self.directive.iter_mut().filter_map(|words| words.description.as_mut());
        for text in self.description.iter_mut().chain(&mut self.note).chain(description) {
            *text = without_default(text);
        }
        if let Some(Body::Own(blocks)) = self.directive.as_mut().map(|words| &mut words.body) {
            blocks.iter_mut().for_each(|block| *block = block.replace("**(Default)** ", ""));
        }
        self.description.retain(|text| !text.is_empty());
        self.note.retain(|text| !text.is_empty());
    }

    fn table(&mut self, table: &Table, values: &[(String, String)]) {
        let mut after_values = false;
        for row in &table.rows {
            for content in &row.left {
                match content {
                    // The derive states the default itself.
                    Content::Text(text)
                        if grammar::stated_default(text.as_str()).is_some_and(|stated| {
                            stated.range.start < 24 && is_all(text.as_str(), &stated)
                        }) => {}
                    Content::Text(text) if is_pair_paragraph(text.as_str(), values) => after_values = true,
                    Content::Text(text) if after_values => self.note.push(markdown(text.as_str())),
                    Content::Text(text) => self.description.push(markdown(text.as_str())),
                    Content::Hint(hint) => self.note.extend(beyond(hint)),
                    Content::Values(items) if is_taken(items, values) => after_values = true,
                    Content::Values(_) | Content::Verbatim(_) => {
                        self.below.push(content_lines(content, usize::MAX).join("\n"));
                    }
                    Content::Statement(_) => {}
                }
            }
            for bullet in row.right.iter().flatten() {
                match bullet {
                    Bullet::Text(text) => self.below.push(format!("- {}", text.value.replace('\n', "\n  "))),
                    Bullet::Verbatim(text) => self.below.push(text.value.clone()),
                    Bullet::Console(_) | Bullet::Config(_) | Bullet::Env(_) => {}
                }
            }
        }
    }
}

/// Returns a text without the sentences that state a default.
fn without_default(text: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(". ").map_or(rest.len(), |at| at + 1);
        let (sentence, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        if grammar::stated_default(&sentence.replace('`', "``")).is_none()
            && grammar::stated_default(sentence).is_none()
        {
            kept.push(sentence.trim());
        }
        rest = after.trim_start();
    }
    kept.join(" ")
}

/// Whether a list is the value list itself: each of its items is one of `values`, in the same words.
fn is_taken(items: &[Value], values: &[(String, String)]) -> bool {
    !items.is_empty() && items.iter().all(|item| is_one_of(item, values))
}

fn is_one_of(item: &Value, values: &[(String, String)]) -> bool {
    let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    item.value.as_ref().is_some_and(|value| {
        let same = |(known, text): &(String, String)| {
            // The words may carry a condition of the default before them.
            *known == value.value && one_line(text).ends_with(&one_line(item.text.as_str()))
        };
        values.iter().any(same)
    })
}

fn words_of(directive: &Directive, values: &[(String, String)]) -> DirectiveWords {
    let option = |name: &str| directive.option(name).map(|value| value.value.replace('\n', " "));
    DirectiveWords {
        id: directive.id.value.clone(),
        displayname: option("displayname"),
        description: option("description"),
        body: body(directive, values),
    }
}

fn body(directive: &Directive, values: &[(String, String)]) -> Body {
    match directive.body.as_slice() {
        [] => Body::Nothing,
        [Content::Values(items)] if items.len() == values.len() && is_taken(items, values) => Body::Values,
        blocks => {
            Body::Own(blocks.iter().map(|content| content_lines(content, usize::MAX).join("\n")).collect())
        }
    }
}

/// Whether a text says its default and nothing else.
fn is_all(text: &str, stated: &grammar::Piece) -> bool {
    let rest = text.get(stated.range.end..).unwrap_or_default();
    rest.chars().all(|c| matches!(c, '.' | '*' | '`') || c.is_whitespace())
}

/// What a hint says beside kind, unit and default.
fn beyond(hint: &Hint) -> Option<String> {
    let text = hint.text.value.split_whitespace().collect::<Vec<_>>().join(" ");
    let (first, rest) = match text.find(". ") {
        Some(at) => (text.get(..at + 1)?, text.get(at + 2..)?),
        None => (text.as_str(), ""),
    };
    let plain = ["input", "value", "seconds", "minutes", "hours", "days", "milliseconds"];
    let is_plain = first.split(' ').count() <= 4
        && first.trim_end_matches('.').rsplit(' ').next().is_some_and(|last| plain.contains(&last));
    let mut kept = if is_plain { String::new() } else { first.to_owned() };
    let mut after = rest;
    while !after.is_empty() {
        let end = after.find(". ").map_or(after.len(), |at| at + 1);
        let sentence = after.get(..end)?;
        after = after.get(end..)?.trim_start();
        let states = grammar::stated_default(sentence).is_some_and(|stated| is_all(sentence, &stated));
        let is_default = states || sentence.starts_with("Default is empty");
        if !is_default || sentence.contains('(') {
            kept.push_str(if kept.is_empty() { "" } else { " " });
            kept.push_str(sentence);
        }
    }
    (!kept.is_empty()).then(|| markdown(&kept))
}

/// One line of Markdown that the derive takes for text.
pub(super) fn markdown(rst: &str) -> String {
    let text = rst_to_doc(&rst.split_whitespace().collect::<Vec<_>>().join(" "));
    // The mark of the default is the derive's to place.
    let text = text.replace("**(Default)**", "").replace("(Default)", "").replace("(default)", "");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
