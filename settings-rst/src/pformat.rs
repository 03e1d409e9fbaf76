//! Printing the tree as docutils does (`pformat()`).

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::document::Document;
use crate::tag::Tag;
use crate::text::split_lines;
use crate::tree::{Key, NodeId, Value};

/// Returns the tree as indented pseudo-XML, exactly as docutils prints it before transforms.
///
/// ```
/// # use settings_rst::{self as rst, Dialect};
/// let page = rst::parse("*text*\n", Dialect::Docutils);
/// let tree = "<document source=\"test data\">\n    <paragraph>\n        <emphasis>\n            text\n";
/// assert_eq!(rst::pformat(&page), tree);
/// ```
#[must_use]
pub fn pformat(document: &Document) -> String {
    let mut out = String::with_capacity(document.source().len() * 2);
    element(document, NodeId::ROOT, 0, &mut out);
    out
}

fn indent(out: &mut String, level: usize) {
    for _ in 0..level {
        out.push_str("    ");
    }
}

fn element(document: &Document, id: NodeId, level: usize, out: &mut String) {
    let tree = &document.tree;
    if tree.tag(id) == Tag::Text {
        for line in split_lines(document.str(tree.text(id))) {
            indent(out, level);
            out.push_str(line);
            out.push('\n');
        }
        return;
    }
    indent(out, level);
    out.push('<');
    out.push_str(tree.tag(id).as_str());
    attributes(document, id, out);
    out.push_str(">\n");
    for child in tree.children(id) {
        element(document, child, level + 1, out);
    }
    if tree.tag(id) == Tag::Pending {
        for line in document.pending_details(id) {
            indent(out, level + 1);
            out.push_str(line);
            out.push('\n');
        }
    }
}

fn attributes(document: &Document, id: NodeId, out: &mut String) {
    let mut attrs: Vec<(Cow<'_, str>, Value)> =
        document.tree.attrs(id).map(|(key, value)| (key_name(document, key), value)).collect();
    attrs.sort_by(|a, b| a.0.cmp(&b.0));
    let mut last: Option<&str> = None;
    for (name, value) in &attrs {
        match value {
            Value::Str(text) => {
                let _ = write!(out, " {name}=\"{}\"", document.str(*text));
            }
            Value::Int(number) => {
                let _ = write!(out, " {name}=\"{number}\"");
            }
            Value::Item(item) => {
                if last == Some(name) {
                    out.pop();
                    out.push(' ');
                } else {
                    let _ = write!(out, " {name}=\"");
                }
                for c in document.str(*item).chars() {
                    if c == '\\' || c == ' ' {
                        out.push('\\');
                    }
                    out.push(c);
                }
                out.push('"');
            }
        }
        last = Some(name);
    }
}

fn key_name(document: &Document, key: Key) -> Cow<'_, str> {
    match key {
        Key::Known(name) => name.as_str().into(),
        Key::Option(name) => format!("opt-{}", document.str(name)).into(),
        Key::Free(name) => document.str(name).into(),
    }
}
