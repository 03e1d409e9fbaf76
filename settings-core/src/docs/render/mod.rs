//! Writes a model as a page: reStructuredText by the rules of layout, or Markdown.

mod blocks;
mod flat;
mod markdown;
mod rst;
mod style;

use super::form::{Format, Style};
use super::model::Page;

pub(super) use style::{directive_of, part_of};

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
