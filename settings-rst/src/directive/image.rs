//! Images and figures.

use super::{Outcome, Refusal, Run};
use crate::block::{TargetType, target_type};
use crate::messages::{About, Level};
use crate::parser::{Machine, Parser};
use crate::source::LineNo;
use crate::tag::{AttrName, Tag};
use crate::text::{escape, normalize, normalize_whitespace, split_lines, uri_text};
use crate::tree::NodeId;

const VERTICAL: [&str; 3] = ["top", "middle", "bottom"];
const HORIZONTAL: [&str; 3] = ["left", "center", "right"];

impl Parser<'_> {
    pub(super) fn image(&mut self, m: &mut Machine, run: &Run<'_>) -> Outcome {
        if let Some(align) = run.parts.text("align") {
            let name = run.name;
            if m.substitution && !VERTICAL.contains(&align) {
                return Err(Refusal::error(format!(
                    "Error in \"{name}\" directive: \"{align}\" is not a valid value for the \"align\" option within \
                     a substitution definition.  Valid values for \"align\" are: \"{}\".",
                    VERTICAL.join("\", \"")
                )));
            }
            if !m.substitution && !HORIZONTAL.contains(&align) {
                return Err(Refusal::error(format!(
                    "Error in \"{name}\" directive: \"{align}\" is not a valid value for the \"align\" option.  \
                     Valid values for \"align\" are: \"{}\".",
                    HORIZONTAL.join("\", \"")
                )));
            }
        }
        let node = self.image_node(run, run.parts.text("align"));
        Ok(vec![node])
    }

    /// Adds an image, inside a reference if it has a target.
    fn image_node(&mut self, run: &Run<'_>, align: Option<&str>) -> NodeId {
        let reference = run.parts.text("target").map(|target| {
            let escaped = escape(target);
            let lines: Vec<&str> = split_lines(&escaped).collect();
            let reference = self.page.tree.add(Tag::Reference, run.span.clone(), LineNo::NONE);
            match target_type(&lines) {
                TargetType::Uri(uri) => self.set_str(reference, AttrName::Refuri, &uri),
                TargetType::Name(name) => {
                    self.set_str(reference, AttrName::Refname, &normalize(&name));
                    self.set_str(reference, AttrName::Name, &normalize_whitespace(&name));
                }
            }
            reference
        });
        let image = self.made(run, Tag::Image);
        let uri = uri_text(&escape(run.argument().unwrap_or_default()));
        self.set_str(image, AttrName::Uri, &uri);
        for (name, attr) in [
            ("alt", AttrName::Alt),
            ("height", AttrName::Height),
            ("width", AttrName::Width),
            ("loading", AttrName::Loading),
        ] {
            if let Some(value) = run.parts.text(name) {
                self.set_str(image, attr, value);
            }
        }
        if let Some(scale) = run.parts.int("scale") {
            self.set_int(image, AttrName::Scale, scale);
        }
        if let Some(align) = align {
            self.set_str(image, AttrName::Align, align);
        }
        self.add_classes(image, run.parts.words("class"));
        self.add_name(run, image);
        match reference {
            Some(reference) => {
                self.append(reference, image);
                reference
            }
            None => image,
        }
    }

    pub(super) fn figure(&mut self, m: &mut Machine, run: &Run<'_>) -> Outcome {
        let image = self.image_node(run, None);
        let figure = self.made(run, Tag::Figure);
        self.append(figure, image);
        if let Some(width) = run.parts.text("figwidth").filter(|&width| width != "image") {
            self.set_str(figure, AttrName::Width, width);
        }
        self.add_classes(figure, run.parts.words("figclass"));
        if let Some(name) = run.parts.text("figname") {
            self.add_item(figure, AttrName::Names, &normalize(name));
            self.note_explicit_target(figure, figure);
        }
        if let Some(align) = run.parts.text("align") {
            self.set_str(figure, AttrName::Align, align);
        }
        let mut nodes = vec![figure];
        if !run.parts.content.is_empty() {
            nodes.extend(self.caption(run, figure));
        }
        self.goto(m, m.at);
        Ok(nodes)
    }

    /// Reads a caption (a paragraph, or an empty comment for none) and a legend.
    fn caption(&mut self, run: &Run<'_>, figure: NodeId) -> Option<NodeId> {
        let holder = self.page.tree.add(Tag::Element, run.span.clone(), LineNo::NONE);
        self.nested(run.parts.content, holder);
        let mut children = self.page.tree.take_children(holder).into_iter();
        for child in children.by_ref() {
            match self.page.tree.tag(child) {
                Tag::Target | Tag::Pending => self.append(figure, child),
                Tag::Paragraph => {
                    // Docutils makes a new element, without the classes of the paragraph.
                    self.page.tree.remove(child, AttrName::Classes);
                    self.page.tree.set_tag(child, Tag::Caption);
                    self.append(figure, child);
                    break;
                }
                Tag::Comment if self.page.tree.first(child).is_none() => break,
                _ => {
                    let words = "Figure caption must be a paragraph or empty comment.";
                    return Some(self.message_about(Level::Error, words, run.block, About::Line(run.line)));
                }
            }
        }
        let rest: Vec<NodeId> = children.collect();
        if let Some(&first) = rest.first() {
            let span = self.page.tree.span(first);
            let legend = self.child(figure, Tag::Legend, span, LineNo::NONE);
            self.append_all(legend, rest);
        }
        None
    }
}
