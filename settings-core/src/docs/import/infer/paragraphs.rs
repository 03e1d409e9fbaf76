//! The paragraphs of a setting.

use crate::docs::drift::{Normal, normal};
use crate::docs::facts::Documented;
use crate::docs::grammar;
use crate::docs::model::{Content, Part};

/// Returns the paragraphs of a setting: of its directive, its tables and the text around them.
pub(super) fn paragraphs(setting: &Documented<'_>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let of = |content: &Content, found: &mut Vec<String>| match content {
        Content::Text(text) | Content::Verbatim(text) => found.extend(blocks(text.as_str())),
        Content::Hint(hint) => found.push(hint.text.value.clone()),
        Content::Values(_) | Content::Statement(_) => {}
    };
    if let Some(directive) = setting.directive {
        found.extend(directive.option("description").map(|text| text.value.clone()));
        directive.body.iter().for_each(|content| of(content, &mut found));
    }
    for table in &setting.tables {
        table.contents.iter().for_each(|content| of(content, &mut found));
    }
    for part in &setting.body {
        match part {
            Part::Text(text) | Part::Badge(text) => found.push(text.value.clone()),
            Part::Hint(hint) => found.push(hint.text.value.clone()),
            Part::Verbatim(text) => found.extend(blocks(text)),
            _ => {}
        }
    }
    found
}

/// Splits a verbatim block (a note, a list) into paragraphs without bullets and directive lines.
fn blocks(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut open = false;
    for line in text.lines() {
        let line = line.trim();
        if line.is_empty() || line.starts_with("..") || line.starts_with(':') && line.ends_with(':') {
            open = false;
            continue;
        }
        let item = line.strip_prefix("- ").or_else(|| line.strip_prefix("* "));
        match (item, found.last_mut()) {
            (None, Some(last)) if open => {
                last.push(' ');
                last.push_str(line);
            }
            _ => found.push(item.unwrap_or(line).to_owned()),
        }
        open = true;
    }
    found
}

/// One paragraph of the form `**True**: …`.
#[derive(Clone, Debug)]
pub(super) struct PairItem {
    pub(super) value: String,
    pub(super) text: String,
    pub(super) default: bool,
}

/// Returns two paragraphs that explain `true` and `false`.
pub(super) fn paragraph_pair(setting: &Documented<'_>) -> Option<Vec<PairItem>> {
    let texts = setting
        .tables
        .iter()
        .flat_map(|table| table.contents.iter().copied())
        .chain(setting.directive.iter().flat_map(|directive| &directive.body))
        .filter_map(|content| match content {
            Content::Text(text) => Some(text.as_str()),
            _ => None,
        })
        .chain(setting.body.iter().filter_map(|part| match part {
            Part::Text(text) => Some(text.as_str()),
            _ => None,
        }));
    let items: Vec<PairItem> = texts.filter_map(bool_paragraph).collect();
    match items.as_slice() {
        [a, b] if normal(&a.value) != normal(&b.value) => Some(items),
        _ => None,
    }
}

fn bool_paragraph(text: &str) -> Option<PairItem> {
    let lead = grammar::value_item(text)?;
    let is_bool = matches!(normal(&lead.value.text), Normal::Bool(_));
    let rest = text.get(lead.end..)?.trim();
    is_bool.then(|| PairItem { value: lead.value.text, text: rest.to_owned(), default: lead.default })
}

/// Returns true for a paragraph that explains one of `values`.
pub(in crate::docs::import) fn is_pair_paragraph(text: &str, values: &[(String, String)]) -> bool {
    bool_paragraph(text)
        .is_some_and(|item| values.iter().any(|(value, text)| *value == item.value && *text == item.text))
}
