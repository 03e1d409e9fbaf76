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
    found.extend(unknown(document, &all).into_iter().map(|(node, text)| (at(node), Level::Error, text)));
    found.extend(footnotes(&all).into_iter().map(|(node, text)| (at(node), Level::Error, text)));
    found.extend(anonymous(&all).map(|(node, text)| (at(node), Level::Error, text)));
    let transitions = all.iter().filter(|node| node.tag() == Tag::Transition);
    found.extend(
        transitions
            .flat_map(|node| transition(*node).into_iter().map(|text| (at(*node), Level::Warning, text))),
    );
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

/// References to names that no element of the page has, or that several have.
fn unknown<'d>(document: &'d Document, all: &[NodeRef<'d>]) -> Vec<(NodeRef<'d>, String)> {
    let named = || all.iter().filter(|node| node.tag() != Tag::SubstitutionDefinition);
    let mut names: HashSet<String> =
        named().flat_map(|node| node.list(AttrName::Names)).map(str::to_owned).collect();
    // Footnotes without a label get the numbers that are free.
    let numbered = all.iter().filter(|node| node.tag() == Tag::Footnote && is_numbered(**node)).count();
    let free = (1..).map(|number: usize| number.to_string()).filter(|label| !names.contains(label));
    let labels: Vec<String> = free.take(numbered).collect();
    names.extend(labels);
    let duplicates: HashSet<&str> = named().flat_map(|node| node.list(AttrName::Dupnames)).collect();
    let includes = document.source().contains(".. include::");
    let mut found = Vec::new();
    for node in all {
        let Some(name) = node.attr(AttrName::Refname).filter(|name| !names.contains(*name)) else { continue };
        let is_duplicate = duplicates.contains(name);
        if includes && !is_duplicate {
            continue;
        }
        match node.tag() {
            Tag::Reference if is_duplicate => found.push((
                *node,
                format!("Duplicate target name, cannot be used as a unique reference: \"{name}\"."),
            )),
            Tag::FootnoteReference if has(*node, AttrName::Auto) => {}
            Tag::Reference | Tag::FootnoteReference => {
                found.push((*node, format!("Unknown target name: \"{name}\".")));
            }
            Tag::Target if !is_duplicate => {
                let own = node.list(AttrName::Names).next().unwrap_or_default();
                found.push((
                    *node,
                    format!("Indirect hyperlink target \"{own}\" refers to target \"{name}\", which does not exist."),
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
fn footnotes<'d>(all: &[NodeRef<'d>]) -> Vec<(NodeRef<'d>, String)> {
    let references = |symbol: bool| {
        all.iter().copied().filter(move |node| {
            node.tag() == Tag::FootnoteReference
                && has(*node, AttrName::Auto)
                && is_symbol(*node) == symbol
                && node.attr(AttrName::Refname).is_none()
        })
    };
    let notes = || all.iter().copied().filter(|node| node.tag() == Tag::Footnote);
    let numbered = notes().filter(|node| is_numbered(*node)).count();
    let symbols = notes().filter(|node| has(*node, AttrName::Auto) && is_symbol(*node)).count();
    let message = |kind: &str, count: usize| {
        format!("Too many {kind} footnote references: only {count} corresponding footnotes available.")
    };
    // One message names them all.
    let first = |node: NodeRef<'d>, kind: &str, count: usize| (node, message(kind, count));
    let mut found = Vec::new();
    found.extend(references(false).nth(numbered).map(|node| first(node, "autonumbered", numbered)));
    found.extend(references(true).nth(symbols).map(|node| first(node, "symbol", symbols)));
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

/// A transition without a body element on each side.
fn transition(node: NodeRef<'_>) -> Vec<String> {
    let mut found = Vec::new();
    let mut at = node;
    let mut is_last = true;
    while let Some(parent) = at.parent() {
        is_last &= at.next().is_none();
        at = parent;
    }
    if is_last {
        found.push("Transition at the end of the document.".to_owned());
    }
    let Some(parent) = node.parent() else { return found };
    let before = parent.children().take_while(|child| child.id() != node.id());
    let before = before.filter(|child| {
        !matches!(child.tag(), Tag::Comment | Tag::Target | Tag::SubstitutionDefinition | Tag::Pending)
    });
    match before.last().map(NodeRef::tag) {
        Some(Tag::Transition) => {
            found.push("At least one body element should separate transitions.".to_owned());
        }
        None => found.push("Transition at the start of the document.".to_owned()),
        Some(Tag::Title) => found.push("Transition at the start of the section.".to_owned()),
        Some(_) => {}
    }
    found
}
