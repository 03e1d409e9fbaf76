//! reStructuredText: parser and writer; knows nothing of settings.
//!
//! The parser reads a page as docutils does, before its transforms: block structure first, inline markup second.
//! Every node keeps the bytes of the source it was made from, so that others can edit the text in place. It is
//! linear in its input, its nesting is bounded, and no input makes it panic.
//!
//! ```
//! use settings_rst::{self as rst, Dialect, Tag};
//!
//! let page = rst::parse("Port\n----\n\nThe *port*.\n", Dialect::Docutils);
//! let section = page.root().child(Tag::Section).unwrap();
//! assert_eq!(section.title().as_deref(), Some("Port"));
//! ```

mod block;
mod chars;
mod directive;
mod document;
mod inline;
mod messages;
mod names;
mod parser;
mod pformat;
mod roles;
mod source;
mod table;
mod tag;
#[cfg(test)]
mod tests;
mod tree;
mod unicode;
pub mod width;
pub mod writer;

pub use directive::{Directive, DirectiveOption};
pub use document::{Document, Message, NodeRef};
pub use messages::Level;
pub use names::make_id;
pub use pformat::pformat;
pub use table::{Cell, CellLine, Table, TableKind, tables_json};
pub use tag::{AttrName, Tag};
pub use tree::NodeId;

use std::borrow::Cow;

use parser::Parser;

/// Which directives and roles are known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// Docutils' own; others are errors.
    #[default]
    Docutils,
    /// Docutils' own are built as docutils does; others are kept as `generic_directive` and `generic_role`.
    Sphinx,
}

/// What a parse can be told.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Options {
    /// Which directives and roles are known.
    pub dialect: Dialect,
    /// Whether sections and other implicit targets get ids from the parser (docutils' `legacy_ids`).
    pub legacy_ids: bool,
    /// Whether inline markup may begin and end inside of words (docutils' `character_level_inline_markup`).
    pub character_level: bool,
    /// Longest line in characters; a longer one stops the parse (docutils' `line_length_limit`).
    pub line_length_limit: Option<usize>,
}

impl Options {
    /// The defaults of a dialect. Docutils refuses lines over 10,000 characters; settings pages may have them.
    #[must_use]
    pub fn new(dialect: Dialect) -> Self {
        let line_length_limit = (dialect == Dialect::Docutils).then_some(10_000);
        Options { dialect, legacy_ids: true, character_level: false, line_length_limit }
    }
}

/// Longest source in bytes: positions are kept in 31 bits.
const MAX_SOURCE: usize = 1 << 30;

/// Parses a page. What is wrong with it stands in the tree as system messages.
///
/// A source of more than 1 GiB is cut there.
#[must_use]
pub fn parse(source: &str, dialect: Dialect) -> Document {
    parse_with(source, Options::new(dialect))
}

/// Parses a page with docutils' settings.
#[must_use]
pub fn parse_with(source: &str, options: Options) -> Document {
    let cut = chars::cut(source, 0, source.floor_char_boundary(MAX_SOURCE.min(source.len())));
    let expanded = source::expand(cut);
    let lines = source::lines(&expanded.text);
    let mut parser = Parser::new(&expanded.text, lines, options);
    parser.page();
    let Parser { mut tree, directives, tables, cell_lines, pending, .. } = parser;
    tree.finish(&expanded.map);
    Document {
        source: source.into(),
        map: expanded.map,
        expanded: match expanded.text {
            Cow::Borrowed(_) => None,
            Cow::Owned(text) => Some(text.into()),
        },
        tree,
        directives,
        tables,
        cell_lines,
        pending,
    }
}
