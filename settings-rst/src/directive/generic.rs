//! Directives that docutils does not know, kept with their parts.

use super::{Outcome, Run};
use crate::parser::{Machine, Parser};
use crate::source::LineNo;
use crate::tag::{AttrName, Tag};
use crate::tree::{Key, Value};

/// Directives whose content is not reStructuredText.
const OPAQUE: &[&str] = &[
    "autoclass",
    "autofunction",
    "automodule",
    "code-block",
    "csv-filter",
    "cssclass",
    "currentmodule",
    "datatemplate",
    "digraph",
    "doctest",
    "flat-table",
    "graph",
    "graphviz",
    "highlight",
    "include",
    "index",
    "inheritance-diagram",
    "ipython",
    "jinja",
    "kernel-doc",
    "kernel-figure",
    "kernel-include",
    "kernel-render",
    "literalinclude",
    "math",
    "mermaid",
    "meta",
    "module",
    "openapi",
    "parsed-literal-x",
    "plantuml",
    "plot",
    "productionlist",
    "program-output",
    "prompt",
    "raw-html",
    "sourcecode",
    "swaggerv2doc",
    "tabularcolumns",
    "testcode",
    "testoutput",
    "toctree",
    "uml",
    "youtube",
];

impl Parser<'_> {
    /// Adds a node with the name, arguments, options and content of a directive.
    pub(super) fn generic(&mut self, m: &mut Machine, run: &Run<'_>) -> Outcome {
        let node = self.page.tree.add(Tag::GenericDirective, run.span.clone(), run.number);
        self.set_str(node, AttrName::Name, run.name);
        if let Some(argument) = run.parts.arguments.first() {
            self.set_str(node, AttrName::Arguments, argument);
        }
        for option in &run.parts.options {
            let name = self.page.tree.make(&option.name);
            let value = self.page.tree.make(option.value.as_deref().unwrap_or_default());
            self.page.tree.push_attr(node, Key::Option(name), Value::Str(value));
        }
        // Docutils presets the option `alt` of a substitution's directive.
        if let Some(alt) =
            run.substitution.filter(|_| run.parts.options.iter().all(|option| option.name != "alt"))
        {
            let name = self.page.tree.make("alt");
            let value = self.page.tree.make(alt);
            self.page.tree.push_attr(node, Key::Option(name), Value::Str(value));
        }
        let content = run.parts.content;
        if content.is_empty() {
            return Ok(vec![node]);
        }
        if OPAQUE.contains(&run.name.to_lowercase().as_str()) {
            let text = self.join(content);
            let span = self.span(content);
            let text = self.fixed(Tag::GenericText, text, span, LineNo::NONE);
            self.append(node, text);
        } else {
            // The node is not in the tree while it is filled, so its sections count from the section around it.
            let level = self.section_depth(m).min(self.page.styles.len()) as i64;
            self.nested_with(content, node, |inner| {
                inner.titles = true;
                inner.level_offset = level;
            });
        }
        Ok(vec![node])
    }
}
