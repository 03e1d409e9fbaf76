//! Directives about the whole page: contents, numbering, header and footer, metadata, title.

use super::convert::{Converted, quote};
use super::{Outcome, Refusal, Run};
use crate::block::Cut;
use crate::chars::{byte, cut, tail, trim, trim_start, words};
use crate::markers;
use crate::messages::{About, Level};
use crate::parser::{Machine, Parser};
use crate::source::LineNo;
use crate::tag::{AttrName, Tag};
use crate::text::{escape, normalize, unescape};
use crate::tree::{Key, NodeId, Value};

impl Parser<'_> {
    /// Adds a node that a transform would replace. `details` are printed below it.
    pub(super) fn pending(&mut self, run: &Run<'_>, transform: &str, details: Vec<String>) -> NodeId {
        let node = self.page.tree.add(Tag::Pending, run.span.clone(), LineNo::NONE);
        let mut lines = vec![
            ".. internal attributes:".to_owned(),
            format!("     .transform: {transform}"),
            "     .details:".to_owned(),
        ];
        lines.extend(details.into_iter().map(|detail| format!("       {detail}")));
        self.page.pending.insert(node, lines);
        node
    }

    fn option_details(run: &Run<'_>) -> Vec<String> {
        let mut values: Vec<&(&str, Converted)> =
            run.parts.values.iter().filter(|(name, _)| *name != "name").collect();
        values.sort_by_key(|(name, _)| *name);
        values.iter().map(|(name, value)| format!("{name}: {}", value.repr())).collect()
    }

    pub(super) fn contents(&mut self, m: &mut Machine, run: &Run<'_>) -> Outcome {
        self.assert_structural(m, run)?;
        let local = run.parts.has("local");
        let mut messages = Vec::new();
        let title = if run.argument().is_some() {
            let (title, about) = self.title_node(m, run);
            messages = about;
            Some(title)
        } else if local {
            None
        } else {
            let title = self.page.tree.add(Tag::Title, run.span.clone(), LineNo::NONE);
            let text = self.page.tree.make("Contents");
            self.text_child(title, text, run.span.clone());
            Some(title)
        };
        let topic = self.page.tree.add(Tag::Topic, run.span.clone(), run.number);
        self.add_item(topic, AttrName::Classes, "contents");
        self.add_classes(topic, run.parts.words("class"));
        if local {
            self.add_item(topic, AttrName::Classes, "local");
        }
        let mut name = "contents".to_owned();
        if let Some(title) = title {
            name = normalize(&self.plain_text(title));
            self.append(topic, title);
        }
        if !self.has_name(&name) {
            self.add_item(topic, AttrName::Names, &name);
        }
        self.note_implicit_target(topic, None);
        let pending = self.pending(run, "docutils.transforms.parts.Contents", Self::option_details(run));
        self.append(topic, pending);
        let mut nodes = vec![topic];
        nodes.extend(messages);
        Ok(nodes)
    }

    pub(super) fn sectnum(&mut self, run: &Run<'_>) -> Vec<NodeId> {
        vec![self.pending(run, "docutils.transforms.parts.SectNum", Self::option_details(run))]
    }

    pub(super) fn target_notes(&mut self, run: &Run<'_>) -> Vec<NodeId> {
        vec![self.pending(run, "docutils.transforms.references.TargetNotes", Self::option_details(run))]
    }

    pub(super) fn page_title(&mut self, run: &Run<'_>) -> Vec<NodeId> {
        let title = self.page.tree.make(run.argument().unwrap_or_default());
        self.page.tree.set(NodeId::ROOT, AttrName::Title, Value::Str(title));
        Vec::new()
    }

    /// Returns the last metadata node at the start of the page.
    fn last_meta(&mut self) -> Option<NodeId> {
        let mut last = self.page.decoration.meta;
        loop {
            let next =
                last.map_or_else(|| self.page.tree.first(NodeId::ROOT), |last| self.page.tree.next(last));
            match next.filter(|&next| self.page.tree.tag(next) == Tag::Meta) {
                Some(next) => last = Some(next),
                None => break,
            }
        }
        self.page.decoration.meta = last;
        last
    }

    /// Inserts metadata after the metadata at the start of the page, or before everything if there is nothing else.
    fn insert_meta(&mut self, nodes: &[NodeId]) {
        let last = self.last_meta();
        let place = last.filter(|&last| self.page.tree.next(last).is_some());
        self.page.tree.insert_after(NodeId::ROOT, place, nodes);
        let is_meta = |node: &&NodeId| self.page.tree.tag(**node) == Tag::Meta;
        if !nodes.iter().all(|node| is_meta(&node)) {
            let leading = nodes.iter().take_while(is_meta).last().copied();
            self.page.decoration.meta = leading.or(place);
        }
    }

    /// Reads `header` and `footer`.
    pub(super) fn page_part(&mut self, run: &Run<'_>, tag: Tag) -> Outcome {
        self.assert_content(run)?;
        let decoration = match self.page.decoration.node {
            Some(node) => node,
            None => {
                let node = self.page.tree.add(Tag::Decoration, run.span.clone(), LineNo::NONE);
                let place = self.last_meta();
                self.page.tree.insert_after(NodeId::ROOT, place, &[node]);
                self.page.decoration.node = Some(node);
                node
            }
        };
        let known =
            if tag == Tag::Header { self.page.decoration.header } else { self.page.decoration.footer };
        let part = match known {
            Some(part) => part,
            None => {
                let part = self.page.tree.add(tag, run.span.clone(), LineNo::NONE);
                if tag == Tag::Header {
                    self.page.tree.insert(decoration, 0, &[part]);
                    self.page.decoration.header = Some(part);
                } else {
                    self.append(decoration, part);
                    self.page.decoration.footer = Some(part);
                }
                part
            }
        };
        self.nested(run.parts.content, part);
        Ok(Vec::new())
    }

    /// Reads `meta`. Metadata goes to the start of the page.
    pub(super) fn meta(&mut self, run: &Run<'_>) -> Outcome {
        self.assert_content(run)?;
        let mut m = Machine::new(run.parts.content, NodeId::ROOT);
        let mut nodes = Vec::new();
        let mut complete = true;
        while m.at + 1 < m.view.len() as isize {
            m.at += 1;
            let line = self.here_text(&m);
            if line.is_empty() {
                continue;
            }
            let Some(marker) = markers::field(line) else {
                complete = false;
                break;
            };
            let node = self.meta_tag(&mut m, marker);
            nodes.push(node);
        }
        if !complete {
            nodes.push(self.refusal(run, Refusal::error("Invalid meta directive.")));
        }
        self.insert_meta(&nodes);
        Ok(Vec::new())
    }

    fn meta_tag(&mut self, m: &mut Machine, marker: usize) -> NodeId {
        let Some(here) = self.here(m) else { return NodeId::ROOT };
        let name = self.field_name_line(here, marker);
        let name = unescape(&escape(self.slice(name)));
        let mark = self.lines.len();
        let block = self.cut_block(m, Cut { first: Some(marker), ..Cut::default() });
        let last = self.here_text(m);
        let content: Vec<&str> = (0..block.view.len()).map(|i| self.line_text(block.view, i)).collect();
        let empty = content.is_empty();
        let content = unescape(&escape(&content.join(" ")));
        self.lines.truncate(mark);
        let source = self.page.tree.make(last);
        if empty {
            let words = format!("No content for meta tag \"{name}\".");
            return self.message_about(Level::Info, &words, source, About::Reader);
        }
        let node = self.page.tree.add(Tag::Meta, here.start..here.end, here.number);
        self.set_str(node, AttrName::Content, &content);
        for (i, token) in words(&name).enumerate() {
            match name_value(token) {
                Ok((name, value)) => {
                    let name = self.page.tree.make(&name);
                    let value = self.page.tree.make(value);
                    self.page.tree.push_attr(node, Key::Free(name), Value::Str(value));
                }
                Err(_) if i == 0 => self.set_str(node, AttrName::Name, token),
                Err(problem) => {
                    let words = format!("Error parsing meta tag attribute \"{token}\": {problem}.");
                    return self.message_about(Level::Error, &words, source, About::Reader);
                }
            }
        }
        node
    }

    pub(super) fn test_directive(&mut self, run: &Run<'_>) -> Vec<NodeId> {
        let arguments = Converted::Words(run.parts.arguments.clone()).repr();
        let options: Vec<String> = run
            .parts
            .values
            .iter()
            .map(|(name, value)| format!("{}: {}", quote(name), value.repr()))
            .collect();
        let head = format!(
            "Directive processed. Type=\"{}\", arguments={arguments}, options={{{}}}, content:",
            run.name,
            options.join(", ")
        );
        let message = if run.parts.content.is_empty() {
            self.message(Level::Info, &format!("{head} None"), About::Line(run.line))
        } else {
            let text = self.join(run.parts.content);
            self.message_about(Level::Info, &head, text, About::Line(run.line))
        };
        vec![message]
    }
}

/// Splits `name=value`. The value may be quoted.
fn name_value(text: &str) -> Result<(String, &str), String> {
    let equals = text.find('=').ok_or("missing \"=\"")?;
    let name = trim(cut(text, 0, equals));
    if name.is_empty() {
        return Err("missing attribute name before \"=\"".into());
    }
    let value = trim_start(tail(text, equals + 1));
    if value.is_empty() {
        return Err(format!("missing value after \"{name}=\""));
    }
    let mark = byte(value, 0);
    if mark == b'"' || mark == b'\'' {
        let shown = char::from(mark);
        let inner = tail(value, 1);
        let end =
            inner.find(shown).ok_or_else(|| format!("attribute \"{name}\" missing end quote ({shown})"))?;
        if !tail(inner, end + 1).is_empty() {
            return Err(format!("attribute \"{name}\" end quote ({shown}) not followed by whitespace"));
        }
        return Ok((name.to_lowercase(), cut(inner, 0, end)));
    }
    Ok((name.to_lowercase(), value))
}
