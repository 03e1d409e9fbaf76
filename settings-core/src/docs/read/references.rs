//! The messages of docutils about references and transitions, which it checks after it has parsed the whole page.
//!
//! Citations and substitutions are left out: Sphinx takes them from other pages and from its configuration. So are
//! unknown targets of a page that includes another one.

use std::collections::HashSet;

use settings_rst::{AttrName, Document, Level, NodeRef, Tag};

use super::Warning;
use crate::line_index::LineIndex;

/// Returns the messages of a page, in no order.
pub(super) fn messages(document: &Document, lines: &LineIndex) -> Vec<Warning> {
    let all: Vec<NodeRef<'_>> = document.descendants().collect();
    let text = document.source();
    let at = |node: NodeRef<'_>| lines.line(text, place(node));
    let mut found: Vec<(usize, Level, String)> = Vec::new();
    let names = Names::of(document, &all);
    let errors = unknown(&names, &all).into_iter().chain(footnotes(&names, &all)).chain(anonymous(&all));
    found.extend(errors.map(|(node, text)| (at(node), Level::Error, text)));
    let mut reported = false;
    for node in all.iter().filter(|node| node.tag() == Tag::Transition) {
        let texts = transition(*node, reported);
        reported = !texts.is_empty();
        found.extend(texts.into_iter().map(|text| (at(*node), Level::Warning, text)));
    }
    found.into_iter().map(|(line, level, text)| Warning { line, level, text }).collect()
}

/// The offset of a node, or of the nearest one around it that has a place.
fn place(node: NodeRef<'_>) -> usize {
    let mut node = node;
    while node.span().is_empty() {
        match node.parent() {
            Some(parent) => node = parent,
            None => break,
        }
    }
    node.span().start
}

fn has(node: NodeRef<'_>, name: AttrName) -> bool {
    node.attr(name).is_some() || node.int(name).is_some()
}

/// The names of a page's elements.
struct Names<'d> {
    unique: HashSet<String>,
    duplicates: HashSet<&'d str>,
    /// An included page may have any other.
    is_open: bool,
}

impl<'d> Names<'d> {
    fn of(document: &'d Document, all: &[NodeRef<'d>]) -> Self {
        let named = || all.iter().filter(|node| node.tag() != Tag::SubstitutionDefinition);
        let mut unique: HashSet<String> =
            named().flat_map(|node| node.list(AttrName::Names)).map(str::to_owned).collect();
        let duplicates: HashSet<&str> = named().flat_map(|node| node.list(AttrName::Dupnames)).collect();
        // Footnotes get the numbers that are free; those without a label of their own are named by them.
        let is_auto = |node: &&NodeRef<'_>| {
            node.tag() == Tag::Footnote && has(**node, AttrName::Auto) && !is_symbol(**node)
        };
        let mut next = 1_usize;
        for footnote in all.iter().filter(is_auto) {
            while unique.contains(&next.to_string()) || duplicates.contains(next.to_string().as_str()) {
                next += 1;
            }
            if is_numbered(*footnote) {
                unique.insert(next.to_string());
            }
            next += 1;
        }
        Self { unique, duplicates, is_open: document.source().contains(".. include::") }
    }

    /// The message about a reference to a name; `None` if it has one target, or may have one.
    fn unknown(&self, name: &str) -> Option<String> {
        if self.unique.contains(name) {
            return None;
        }
        if self.duplicates.contains(name) {
            return Some(format!("Duplicate target name, cannot be used as a unique reference: \"{name}\"."));
        }
        (!self.is_open).then(|| format!("Unknown target name: \"{name}\"."))
    }
}

/// References to names that no element of the page has, or that several have.
fn unknown<'d>(names: &Names<'d>, all: &[NodeRef<'d>]) -> Vec<(NodeRef<'d>, String)> {
    let mut found = Vec::new();
    for node in all {
        let Some(name) = node.attr(AttrName::Refname) else { continue };
        let Some(message) = names.unknown(name) else { continue };
        match node.tag() {
            Tag::FootnoteReference if has(*node, AttrName::Auto) => {}
            Tag::Reference | Tag::FootnoteReference => found.push((*node, message)),
            Tag::Target if !names.duplicates.contains(name) => {
                let own = node.list(AttrName::Names).next().map(|own| format!("\"{own}\" "));
                let id = node.list(AttrName::Ids).next().map(|id| format!("(id=\"{id}\") "));
                found.push((
                    *node,
                    format!(
                        "Indirect hyperlink target {}{}refers to target \"{name}\", which does not exist.",
                        own.unwrap_or_default(),
                        id.unwrap_or_default()
                    ),
                ));
            }
            _ => {}
        }
    }
    found
}

/// Returns true for a footnote `[#]`.
fn is_numbered(node: NodeRef<'_>) -> bool {
    let is_unnamed = node.list(AttrName::Names).chain(node.list(AttrName::Dupnames)).next().is_none();
    is_unnamed && has(node, AttrName::Auto) && !is_symbol(node)
}

fn is_symbol(node: NodeRef<'_>) -> bool {
    node.attr(AttrName::Auto) == Some("*")
}

/// References to numbered footnotes, or to those with symbols, of which there are fewer.
fn footnotes<'d>(names: &Names<'d>, all: &[NodeRef<'d>]) -> Vec<(NodeRef<'d>, String)> {
    let references = |symbol: bool| {
        all.iter().copied().filter(move |node| {
            node.tag() == Tag::FootnoteReference
                && has(*node, AttrName::Auto)
                && is_symbol(*node) == symbol
                && node.attr(AttrName::Refname).is_none_or(|name| names.unknown(name).is_some())
        })
    };
    let notes = || all.iter().copied().filter(|node| node.tag() == Tag::Footnote);
    let numbered = notes().filter(|node| is_numbered(*node)).count();
    let symbols = notes().filter(|node| has(*node, AttrName::Auto) && is_symbol(*node)).count();
    let mut found = Vec::new();
    // One message is about all of them.
    let mut left = references(false).skip(numbered).peekable();
    if let Some(first) = left.peek() {
        let s = if numbered > 1 { "s" } else { "" };
        let text = format!(
            "Too many autonumbered footnote references: only {numbered} corresponding footnote{s} available."
        );
        found.push((*first, text));
    }
    let unknown = |node: NodeRef<'d>| Some((node, names.unknown(node.attr(AttrName::Refname)?)?));
    found.extend(left.filter_map(unknown));
    found.extend(references(true).nth(symbols).map(|node| {
        (
            node,
            format!("Too many symbol footnote references: only {symbols} corresponding footnotes available."),
        )
    }));
    found
}

/// Anonymous references and targets that don't pair up.
fn anonymous<'d>(all: &[NodeRef<'d>]) -> Option<(NodeRef<'d>, String)> {
    let of = |tag: Tag| {
        all.iter().copied().filter(move |node| node.tag() == tag && has(*node, AttrName::Anonymous))
    };
    let (references, targets) = (of(Tag::Reference).count(), of(Tag::Target).count());
    if references == targets {
        return None;
    }
    let first = of(Tag::Reference).next().or_else(|| of(Tag::Target).next())?;
    Some((first, format!("Anonymous hyperlink mismatch: {references} references but {targets} targets.")))
}

/// A transition without a body element on each side. `reported` is true if the one before it has a message, which is then
/// between the two.
fn transition(node: NodeRef<'_>, reported: bool) -> Vec<String> {
    let Some(parent) = node.parent() else { return Vec::new() };
    // A message of the parser is between two elements too.
    let is_body = |other: &NodeRef<'_>| {
        !matches!(
            other.tag(),
            Tag::Decoration
                | Tag::Meta
                | Tag::Pending
                | Tag::SubstitutionDefinition
                | Tag::Target
                | Tag::Title
        )
    };
    let mut found = Vec::new();
    let mut after = std::iter::successors(node.next(), |next| next.next());
    // At the end of a section it moves after it, unless that is the end of the document.
    if !after.any(|next| is_body(&next)) {
        let mut around = std::iter::successors(Some(parent), |node| node.parent());
        if around.all(|section| section.next().is_none()) {
            found.push("Transition at the end of the document.".to_owned());
        }
    }
    let before: Vec<NodeRef<'_>> = parent.children().take_while(|child| child.id() != node.id()).collect();
    if !before.iter().any(is_body) {
        let place = if parent.tag() == Tag::Section { "section" } else { "document" };
        found.push(format!("Transition at the start of the {place}."));
    } else if before.last().is_some_and(|last| last.tag() == Tag::Transition) && !reported {
        found.push("At least one body element should separate transitions.".to_owned());
    }
    found
}
