//! A `config:setting` directive.

use crate::docs::model::{Directive, DirectiveOption, Fact, Span};
use settings_rst as rst;

use super::cell::{contents, dedented};
use super::table::lines_of;

/// The name of the directive.
pub(in crate::docs) const NAME: &str = "config:setting";

/// Reads the directive of the page `text`.
pub(super) fn directive(text: &str, directive: rst::Directive<'_>) -> Directive {
    let id = directive.argument_span().map(|range| {
        let id = text.get(range.clone()).unwrap_or_default().trim_end();
        Fact::at(id.to_owned(), Span::new(range.start, range.start + id.len()))
    });
    let first = directive.options().next().map(|option| option.span().start);
    let content = directive.content_span();
    let indent = first.or(content.as_ref().map(|range| range.start)).map(|at| column(text, at));
    let body = content.map(|range| {
        let start = range.start - column(text, range.start);
        let lines = lines_of(text.get(start..range.end).unwrap_or_default(), start);
        contents(&dedented(&lines).0, usize::MAX)
    });
    Directive {
        id: id.unwrap_or_default(),
        options: directive.options().map(|option| read_option(text, option)).collect(),
        body: body.unwrap_or_default(),
        indent: indent.filter(|indent| *indent != 2),
    }
}

fn read_option(text: &str, option: rst::DirectiveOption<'_>) -> DirectiveOption {
    // The name begins after the colon.
    let name_at = option.span().start + 1;
    let name = text.get(name_at..name_at + option.name().len()).unwrap_or_default();
    let range = option.value_span();
    let written = text.get(range.clone()).unwrap_or_default().trim_end();
    let lines: Vec<&str> = written.split('\n').map(str::trim).collect();
    DirectiveOption {
        name: Fact::at(name.to_owned(), Span::new(name_at, name_at + name.len())),
        value: Fact::at(lines.join("\n"), Span::new(range.start, range.start + written.len())),
    }
}

/// The offset of a position within its line, in bytes.
fn column(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default();
    at - before.rfind('\n').map_or(0, |end| end + 1)
}
