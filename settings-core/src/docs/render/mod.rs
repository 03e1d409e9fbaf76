//! From model to page: reStructuredText by the rules of layout, or Markdown.

mod markdown;
mod rst;
mod style;
mod table;
mod words;

use super::model::Page;

pub(super) use rst::part as rst_part;
pub(super) use words::{hint_text, item_lead, reworded, statement_rule};

/// Where a setting's facts stand on a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// As the model has it: a table under each heading.
    #[default]
    Table,
    /// In a `config:setting` directive above each heading, its texts below it, no table.
    Directive,
}

/// The language of a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// reStructuredText.
    #[default]
    Rst,
    /// Markdown, as CommonMark and GitHub read it.
    Markdown,
}

/// Writes the page.
///
/// In reStructuredText and [`Style::Table`] it is the inverse of [`read`](super::read()).
pub fn render(page: &Page, style: Style, format: Format) -> String {
    let restyled;
    let page = match style {
        Style::Table => page,
        Style::Directive => {
            restyled = style::directives(page);
            &restyled
        }
    };
    match format {
        Format::Rst => rst::page(page),
        Format::Markdown => markdown::page(page),
    }
}
