//! Writes a model as a page: reStructuredText by the rules of layout, or Markdown.

mod blocks;
mod flat;
mod markdown;
mod rst;
mod style;

use super::model::Page;

pub(super) use style::{directive_of, part_of};

/// The place of a setting's facts on a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Style {
    /// As in the model: a table under each heading.
    #[default]
    Table,
    /// In a `config:setting` directive above each heading, its texts below it, no table.
    Directive,
    /// In a `confval` directive, which Sphinx has from version 7.4 on, no heading.
    Confval,
    /// Below each heading: the texts, then a list of the places where the setting can be set.
    Heading,
}

/// The language of a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
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
    match (format, style) {
        (Format::Rst, Style::Table) => rst::page(page),
        (Format::Rst, Style::Directive) => rst::page(&style::directives(page)),
        (Format::Rst, Style::Confval) => rst::page(&flat::confvals(page)),
        (Format::Rst, Style::Heading) => rst::page(&flat::headings(page)),
        // Markdown has neither tables of this kind nor directives.
        (Format::Markdown, _) => markdown::page(page),
    }
}
