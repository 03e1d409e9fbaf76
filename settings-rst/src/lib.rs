//! A reStructuredText parser that builds docutils' document tree, and a writer.
//!
//! The parser reads a page as [docutils] does before its transforms: block structure first, inline markup second.
//! Every node keeps the bytes of the source that it was made from, so that a program can edit the text in place.
//!
//! ```
//! use settings_rst::{self as rst, Dialect, Tag};
//!
//! let page = rst::parse("Port\n----\n\nThe *port*.\n", Dialect::Docutils);
//! let section = page.root().child(Tag::Section).unwrap();
//! assert_eq!(section.title().as_deref(), Some("Port"));
//! let emphasis = page.descendants().find(|node| node.tag() == Tag::Emphasis).unwrap();
//! assert_eq!(emphasis.source(), "*port*");
//! ```
//!
//! # Contents
//!
//! - [`parse`] and [`parse_with`] build a [`Document`]; [`pformat`] prints its tree as docutils' `pformat()` does.
//! - [`Document::directives`] and [`Document::tables`] give the parts of directives and the cells of tables, each
//!   with its bytes of the source.
//! - [`Document::messages`] gives the system messages, with docutils' levels, lines and texts.
//! - [`writer`] writes headings, grid tables, fields, directives, and text that must not turn into markup.
//! - [`width`] counts columns as docutils does.
//!
//! # Dialects
//!
//! A [`Dialect`] decides about directives and roles that docutils does not know. [`Dialect::Docutils`] reports them
//! as errors. [`Dialect::Sphinx`] keeps them: a directive becomes a [`Tag::GenericDirective`] with its argument,
//! options and parsed content, a role becomes a [`Tag::GenericRole`]. The content of directives that hold other
//! languages (`code-block`, `toctree`, `mermaid`, …) stays text.
//!
//! # Limits
//!
//! - No transforms: references are not resolved, footnotes are not numbered, `contents` stays a `pending` node.
//! - No files: `include` and the `file` and `url` options are never followed.
//! - No syntax highlighting: the content of `code` is one text.
//! - English names of directives and roles only.
//! - A source longer than 1 GiB is cut there. Blocks nested more than 100 deep are kept as literal text, under a
//!   message of [`Level::Severe`].
//!
//! The parser never panics and reads no file. Its time and memory are linear in the length of the source.
//!
//! # Features
//!
//! - `json`: `tables_json`, the tables of a page as JSON.
//!
//! [docutils]: https://docutils.sourceforge.io/

#![cfg_attr(docsrs, feature(doc_cfg))]

mod block;
mod chars;
mod directive;
mod document;
mod inline;
mod markers;
mod messages;
mod names;
mod parser;
mod pformat;
mod roles;
mod schemes;
mod source;
mod table;
mod tag;
#[cfg(test)]
mod tests;
mod text;
mod tree;
mod unicode;
mod uri;
pub mod width;
pub mod writer;

pub use directive::{Directive, DirectiveOption};
pub use document::{Document, Message, NodeRef};
pub use messages::Level;
pub use names::make_id;
pub use pformat::pformat;
#[cfg(feature = "json")]
pub use table::tables_json;
pub use table::{Cell, CellLine, Table, TableKind};
pub use tag::{AttrName, Tag};
pub use tree::NodeId;

use std::borrow::Cow;

use parser::Parser;

/// The directives and roles that a parse knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Dialect {
    /// Docutils' own directives and roles; others are errors.
    #[default]
    Docutils,
    /// Docutils' own directives and roles; others are kept as `generic_directive` and `generic_role`.
    Sphinx,
}

/// The settings of a parse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// The directives and roles that are known.
    pub dialect: Dialect,
    /// Give ids to sections and other implicit targets (docutils' `legacy_ids`).
    pub legacy_ids: bool,
    /// Allow inline markup to begin and end inside words (docutils' `character_level_inline_markup`).
    pub character_level: bool,
    /// The length of the longest line in characters; a longer one stops the parse (docutils' `line_length_limit`).
    pub line_length_limit: Option<usize>,
}

impl Options {
    /// Returns the defaults of a dialect.
    ///
    /// Docutils refuses lines of more than 10,000 characters. The Sphinx dialect has no limit.
    #[must_use]
    pub fn new(dialect: Dialect) -> Self {
        let line_length_limit = (dialect == Dialect::Docutils).then_some(10_000);
        Options { dialect, legacy_ids: true, character_level: false, line_length_limit }
    }
}

impl Default for Options {
    fn default() -> Self {
        Options::new(Dialect::default())
    }
}

/// The longest source in bytes: positions have 31 bits.
const MAX_SOURCE: usize = 1 << 30;

/// Parses a page.
///
/// Faults of the page are system messages in the tree; see [`Document::messages`]. A source of more than 1 GiB is cut
/// there.
#[must_use]
pub fn parse(source: &str, dialect: Dialect) -> Document {
    parse_with(source, Options::new(dialect))
}

/// Parses a page with docutils' settings; see [`parse`].
#[must_use]
pub fn parse_with(source: &str, options: Options) -> Document {
    let expanded = source::expand(chars::prefix(source, MAX_SOURCE));
    let mut parser = Parser::new(&expanded.text, options);
    parser.page();
    let Parser { mut page, records, .. } = parser;
    page.tree.finish(&expanded.map);
    Document {
        source: source.into(),
        map: expanded.map,
        expanded: match expanded.text {
            Cow::Borrowed(_) => None,
            Cow::Owned(text) => Some(text.into()),
        },
        tree: page.tree,
        directives: records.directives,
        tables: records.tables,
        cell_lines: records.cell_lines,
        pending: page.pending,
    }
}

const _: () = {
    const fn is_send_and_sync<T: Send + Sync>() {}
    is_send_and_sync::<Document>();
    is_send_and_sync::<NodeRef<'_>>();
    is_send_and_sync::<writer::GridError>();
};
