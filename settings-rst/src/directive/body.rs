//! Admonitions, topics, quotes and other directives around body text.

use super::convert::class_names;
use super::{Outcome, Refusal, Run};
use crate::block::{BlockLine, indent_of};
use crate::chars::trim;
use crate::names::make_id;
use crate::parser::{Machine, Parser};
use crate::source::LineNo;
use crate::tag::{AttrName, Tag};
use crate::text::normalize_whitespace;
use crate::tree::NodeId;

fn admonition_tag(name: &str) -> Tag {
    match name.to_lowercase().as_str() {
        "attention" => Tag::Attention,
        "caution" => Tag::Caution,
        "danger" => Tag::Danger,
        "error" => Tag::Error,
        "hint" => Tag::Hint,
        "important" => Tag::Important,
        "note" => Tag::Note,
        "tip" => Tag::Tip,
        "warning" => Tag::Warning,
        _ => Tag::Admonition,
    }
}

/// Returns true for elements that must not contain a topic or a table of contents.
fn is_body(tag: Tag) -> bool {
    !matches!(tag, Tag::Document | Tag::Section | Tag::Sidebar | Tag::Element)
}

impl Parser<'_> {
    pub(super) fn admonition(&mut self, m: &mut Machine, run: &Run<'_>) -> Outcome {
        self.assert_content(run)?;
        let tag = admonition_tag(run.name);
        let node = self.page.tree.add(tag, run.span.clone(), LineNo::NONE);
        self.add_classes(node, run.parts.words("class"));
        self.add_name(run, node);
        self.page.tree.set_line(node, run.number);
        if tag == Tag::Admonition {
            let (title, messages) = self.title_node(m, run);
            self.append(node, title);
            self.append_all(node, messages);
            if !run.parts.has("class") {
                let class = format!("admonition-{}", make_id(run.argument().unwrap_or_default()));
                self.add_item(node, AttrName::Classes, &class);
            }
        }
        self.nested(run.parts.content, node);
        Ok(vec![node])
    }

    /// Refuses a directive that is only allowed in documents, sections and sidebars.
    pub(super) fn assert_structural(&self, m: &Machine, run: &Run<'_>) -> Result<(), Refusal> {
        if is_body(self.page.tree.tag(m.node)) && self.page.tree.tag(m.node) != Tag::GenericDirective {
            let name = run.name;
            let words = format!("The \"{name}\" directive may not be used within topics or body elements.");
            return Err(Refusal::error(words));
        }
        Ok(())
    }

    pub(super) fn topic(&mut self, m: &mut Machine, run: &Run<'_>, tag: Tag) -> Outcome {
        self.assert_structural(m, run)?;
        self.assert_content(run)?;
        let mut titles = Vec::new();
        let mut messages = Vec::new();
        if run.argument().is_some() {
            let (title, mut about) = self.title_node(m, run);
            titles.push(title);
            messages.append(&mut about);
            if let Some(subtitle) = run.parts.text("subtitle") {
                let node = self.page.tree.add(Tag::Subtitle, run.span.clone(), run.number);
                let place = m.node;
                messages.append(&mut self.with_text(subtitle, run.span.clone(), |parser, view| {
                    parser.inline(view, run.line, node, place)
                }));
                titles.push(node);
            }
        }
        let node = self.made(run, tag);
        self.append_all(node, titles);
        self.append_all(node, messages);
        self.add_classes(node, run.parts.words("class"));
        self.add_name(run, node);
        self.nested(run.parts.content, node);
        Ok(vec![node])
    }

    pub(super) fn sidebar(&mut self, m: &mut Machine, run: &Run<'_>) -> Outcome {
        if self.page.tree.tag(m.node) == Tag::Sidebar {
            let name = run.name;
            let words = format!("The \"{name}\" directive may not be used within a sidebar element.");
            return Err(Refusal::error(words));
        }
        if run.parts.has("subtitle") && run.argument().is_none() {
            return Err(Refusal::error("The \"subtitle\" option may not be used without a title."));
        }
        self.topic(m, run, Tag::Sidebar)
    }

    pub(super) fn rubric(&mut self, m: &mut Machine, run: &Run<'_>) -> Outcome {
        let node = self.made(run, Tag::Rubric);
        let messages = self.inline_argument(m, run, node);
        self.add_classes(node, run.parts.words("class"));
        self.add_name(run, node);
        let mut nodes = vec![node];
        nodes.extend(messages);
        Ok(nodes)
    }

    pub(super) fn quote_directive(&mut self, m: &mut Machine, run: &Run<'_>) -> Outcome {
        self.assert_content(run)?;
        let elements = self.block_quotes(run.parts.content, m.node);
        for &element in &elements {
            if self.page.tree.tag(element) == Tag::BlockQuote {
                self.add_item(element, AttrName::Classes, &run.name.to_lowercase());
            }
        }
        Ok(elements)
    }

    pub(super) fn compound(&mut self, run: &Run<'_>) -> Outcome {
        self.assert_content(run)?;
        let node = self.made(run, Tag::Compound);
        self.add_classes(node, run.parts.words("class"));
        self.add_name(run, node);
        self.nested(run.parts.content, node);
        Ok(vec![node])
    }

    pub(super) fn container(&mut self, run: &Run<'_>) -> Outcome {
        self.assert_content(run)?;
        let classes = self.class_argument(run)?;
        let node = self.made(run, Tag::Container);
        self.add_classes(node, &classes);
        self.add_name(run, node);
        self.nested(run.parts.content, node);
        Ok(vec![node])
    }

    fn class_argument(&self, run: &Run<'_>) -> Result<Vec<String>, Refusal> {
        let argument = run.argument().unwrap_or_default();
        class_names(argument).map_err(|_| {
            let name = run.name;
            Refusal::error(format!("Invalid class attribute value for \"{name}\" directive: \"{argument}\"."))
        })
    }

    pub(super) fn class_directive(&mut self, run: &Run<'_>) -> Outcome {
        let classes = self.class_argument(run)?;
        if run.parts.content.is_empty() {
            let shown = super::convert::Converted::Words(classes).repr();
            let details =
                vec![format!("class: {shown}"), format!("directive: {}", super::convert::quote(run.name))];
            return Ok(vec![self.pending(run, "docutils.transforms.misc.ClassAttribute", details)]);
        }
        let holder = self.page.tree.add(Tag::Element, run.span.clone(), LineNo::NONE);
        self.nested(run.parts.content, holder);
        let nodes = self.page.tree.take_children(holder);
        for &node in &nodes {
            self.add_classes(node, &classes);
        }
        Ok(nodes)
    }

    pub(super) fn line_block_directive(&mut self, m: &mut Machine, run: &Run<'_>) -> Outcome {
        self.assert_content(run)?;
        let block = self.made(run, Tag::LineBlock);
        self.add_classes(block, run.parts.words("class"));
        self.add_name(run, block);
        let mut lines = Vec::new();
        let mut nodes = vec![block];
        for i in 0..run.parts.content.len() {
            let Some(line) = self.line(run.parts.content, i) else { break };
            let trimmed = self.trim_line(line);
            let node = self.page.tree.add(Tag::Line, line.start..line.end, line.number);
            let line_number = run.line + run.parts.content.offset + i as i64;
            nodes.extend(self.inline_line(trimmed, line_number, node, m.node));
            let indent = (!line.is_blank()).then(|| indent_of(self.slice(line)));
            lines.push(BlockLine { node, indent });
        }
        self.nest_lines(block, lines);
        Ok(nodes)
    }

    pub(super) fn parsed_literal(&mut self, m: &mut Machine, run: &Run<'_>) -> Outcome {
        self.assert_content(run)?;
        let node = self.page.tree.add(Tag::LiteralBlock, run.span.clone(), self.number(run.parts.content, 0));
        let messages = self.inline(run.parts.content, run.line, node, m.node);
        self.add_classes(node, run.parts.words("class"));
        self.preserve_space(node);
        self.add_name(run, node);
        let mut nodes = vec![node];
        nodes.extend(messages);
        Ok(nodes)
    }

    pub(super) fn math_block(&mut self, run: &Run<'_>) -> Outcome {
        self.assert_content(run)?;
        let text = self.joined(run.parts.content);
        let mut nodes = Vec::new();
        for block in text.split("\n\n").filter(|block| !block.is_empty()) {
            let kept = self.page.tree.make(block);
            let node = self.fixed(Tag::MathBlock, kept, run.span.clone(), run.number);
            self.add_classes(node, run.parts.words("class"));
            match run.parts.text("name") {
                Some(name) if !nodes.is_empty() => self.set_str(node, AttrName::Name, name),
                _ => self.add_name(run, node),
            }
            nodes.push(node);
        }
        Ok(nodes)
    }

    /// Keeps code as one text: there is no syntax highlighting.
    pub(super) fn code(&mut self, run: &Run<'_>) -> Outcome {
        self.assert_content(run)?;
        let node = self.page.tree.add(Tag::LiteralBlock, run.span.clone(), LineNo::NONE);
        self.add_item(node, AttrName::Classes, "code");
        if let Some(language) = run.argument() {
            let language = language.to_owned();
            self.add_item(node, AttrName::Classes, &language);
        }
        self.add_classes(node, run.parts.words("class"));
        self.preserve_space(node);
        self.add_name(run, node);
        if run.parts.has("number-lines") {
            self.number_lines(run, node);
        } else {
            let text = self.join(run.parts.content);
            let span = self.span(run.parts.content);
            self.text_child(node, text, span);
        }
        Ok(vec![node])
    }

    fn number_lines(&mut self, run: &Run<'_>, node: NodeId) {
        let first = run.parts.int("number-lines").unwrap_or(1);
        let count = run.parts.content.len();
        let width = (first + count as i64).to_string().len();
        for i in 0..count {
            let Some(line) = self.line(run.parts.content, i) else { break };
            let span = line.start..line.end;
            let number = self.page.tree.add(Tag::Inline, span.clone(), LineNo::NONE);
            self.add_item(number, AttrName::Classes, "ln");
            let label = self.page.tree.make(&format!("{:>width$} ", first + i as i64));
            self.text_child(number, label, span.clone());
            self.append(node, number);
            let end = if i + 1 < count { "\n" } else { "" };
            let text = self.slice(line);
            let text = self.page.tree.make_all([text, end]);
            self.text_child(node, text, span);
        }
    }

    /// Returns the fault of a directive that names a file or a URL. Neither is ever read.
    pub(super) fn external_conflict(&self, run: &Run<'_>) -> Option<Refusal> {
        let name = run.name;
        if self.is_sphinx() {
            return None;
        }
        if !run.parts.content.is_empty() {
            let words =
                format!("\"{name}\" directive may not both specify an external file and have content.");
            return Some(Refusal::error(words));
        }
        (run.parts.has("file") && run.parts.has("url")).then(|| {
            let words = "The \"file\" and \"url\" options may not be simultaneously specified for the";
            Refusal::error(format!("{words} \"{name}\" directive."))
        })
    }

    pub(super) fn raw(&mut self, run: &Run<'_>) -> Outcome {
        let external = run.parts.has("file") || run.parts.has("url");
        if external {
            let disabled = || Refusal::warning(format!("\"{}\" directive disabled.", run.name));
            return Err(self.external_conflict(run).unwrap_or_else(disabled));
        }
        self.assert_content(run)?;
        let text = self.join(run.parts.content);
        let span = self.span(run.parts.content);
        let node = self.fixed(Tag::Raw, text, span, run.number);
        self.page.tree.set_span(node, run.span.clone());
        self.add_classes(node, run.parts.words("class"));
        let format = trim(run.argument().unwrap_or_default()).to_lowercase();
        let format = normalize_whitespace(&format);
        self.set_str(node, AttrName::Format, &format);
        Ok(vec![node])
    }
}
