//! Directives: their parts, and the nodes that docutils builds from its own ones.

mod body;
pub(super) mod convert;
mod csv;
mod document;
mod generic;
mod image;
mod inline;
mod parts;
mod record;
mod role;
mod spec;
mod table;

use std::ops::Range;

pub(crate) use record::DirectiveRecord;
pub use record::{Directive, DirectiveOption};

use crate::block::Cut;
use crate::messages::{About, Level};
use crate::parser::{Machine, Parser, View};
use crate::source::{Line, LineNo};
use crate::tag::{AttrName, Tag};
use crate::text::normalize;
use crate::tree::{NodeId, Str};
use parts::Parts;
use spec::{Kind, Spec};

/// A directive that is being read.
pub(super) struct Run<'a> {
    /// The name as written.
    name: &'a str,
    parts: Parts,
    /// Its first line, as docutils counts it.
    line: i64,
    number: LineNo,
    /// The name of the substitution that the directive defines.
    substitution: Option<&'a str>,
    /// The source of the directive.
    block: Str,
    span: Range<u32>,
}

impl Run<'_> {
    fn argument(&self) -> Option<&str> {
        self.parts.arguments.first().map(String::as_str)
    }
}

/// The nodes that a directive makes, or the message instead of them.
type Outcome = Result<Vec<NodeId>, Refusal>;

/// A message instead of a directive.
struct Refusal {
    level: Level,
    words: String,
    /// Show the source of the directive in the message.
    shows_source: bool,
}

impl Refusal {
    fn error(words: impl Into<String>) -> Self {
        Refusal { level: Level::Error, words: words.into(), shows_source: true }
    }

    fn warning(words: impl Into<String>) -> Self {
        Refusal { level: Level::Warning, words: words.into(), shows_source: true }
    }
}

impl<'s> Parser<'s> {
    /// Reads a directive and appends its nodes. Returns true if a blank line follows.
    pub(super) fn directive(
        &mut self,
        m: &mut Machine,
        name: &str,
        marker: usize,
        alt: Option<&str>,
    ) -> bool {
        let Some(spec) = self.directive_spec(name) else { return self.unknown_directive(m, name) };
        let line = m.abs_line();
        let number = self.page.current_line;
        let first = m.index();
        let start = self.here(m).map_or(0, |line| line.start);
        let mark = self.lines.len();
        let block = self.cut_block(m, Cut { first: Some(marker), keep_top: true, ..Cut::default() });
        let whole = self.range(m.view, first, m.index() + 1);
        let text = self.join(whole);
        let span = start..self.span(self.trimmed_end(whole)).end;
        match self.directive_parts(block.view, &spec) {
            Ok(mut parts) => {
                if let Some(alt) = alt
                    && matches!(spec.kind, Kind::Image | Kind::Figure)
                    && !parts.has("alt")
                {
                    parts.values.push(("alt", convert::Converted::Text(alt.to_owned())));
                }
                let run = Run { name, parts, line, number, substitution: alt, block: text, span };
                let record = self.record_directive(&run);
                let nodes = match self.run(m, &run, spec.kind) {
                    Ok(nodes) => nodes,
                    Err(refusal) => vec![self.refusal(&run, refusal)],
                };
                self.record_made(record, run.parts.options, nodes.first().copied());
                self.append_all(m.node, nodes);
            }
            Err(problem) => {
                let words = format!("Error in \"{name}\" directive:\n{problem}.");
                let message = self.message_about(Level::Error, &words, text, About::Line(line));
                self.append(m.node, message);
            }
        }
        self.lines.truncate(mark);
        block.blank_finish || self.is_next_blank(m)
    }

    fn directive_spec(&self, name: &str) -> Option<Spec> {
        let name = name.to_lowercase();
        let kept =
            matches!(name.as_str(), "include" | "code-block" | "sourcecode" | "code" | "highlight" | "only");
        if self.is_sphinx() && kept {
            return Some(Spec::GENERIC);
        }
        Spec::find(&name).or_else(|| self.is_sphinx().then_some(Spec::GENERIC))
    }

    fn unknown_directive(&mut self, m: &mut Machine, name: &str) -> bool {
        let line = m.abs_line();
        let words = format!(
            "No directive entry for \"{name}\" in module \"docutils.parsers.rst.languages.en\".\n\
             Trying \"{name}\" as canonical directive name."
        );
        let number = self.page.current_line.count();
        let info = self.info(&words, number);
        self.append(m.node, info);
        let mark = self.lines.len();
        let block = self.cut_block(m, Cut { keep_indent: true, first: Some(0), ..Cut::default() });
        let text = self.join(block.view);
        self.lines.truncate(mark);
        let words = format!("Unknown directive type \"{name}\".");
        let message = self.message_about(Level::Error, &words, text, About::Line(line));
        self.append(m.node, message);
        block.blank_finish
    }

    fn run(&mut self, m: &mut Machine, run: &Run<'_>, kind: Kind) -> Outcome {
        match kind {
            Kind::Admonition => self.admonition(m, run),
            Kind::BlockQuote => self.quote_directive(m, run),
            Kind::Class => self.class_directive(run),
            Kind::Code => self.code(run),
            Kind::Compound => self.compound(run),
            Kind::Container => self.container(run),
            Kind::Contents => self.contents(m, run),
            Kind::CsvTable => self.csv_table(m, run),
            Kind::Date => self.date(m, run),
            Kind::DefaultRole => self.default_role(run),
            Kind::Figure => self.figure(m, run),
            Kind::Footer => self.page_part(run, Tag::Footer),
            Kind::Generic => self.generic(m, run),
            Kind::Header => self.page_part(run, Tag::Header),
            Kind::Image => self.image(m, run),
            Kind::LineBlock => self.line_block_directive(m, run),
            Kind::ListTable => self.list_table(m, run),
            Kind::Math => self.math_block(run),
            Kind::Meta => self.meta(run),
            Kind::ParsedLiteral => self.parsed_literal(m, run),
            Kind::Raw => self.raw(run),
            Kind::Replace => self.replace(m, run),
            Kind::Role => self.role_directive(run),
            Kind::Rubric => self.rubric(m, run),
            Kind::Sectnum => Ok(self.sectnum(run)),
            Kind::Sidebar => self.sidebar(m, run),
            Kind::Table => self.table_directive(m, run),
            Kind::TargetNotes => Ok(self.target_notes(run)),
            Kind::Test => Ok(self.test_directive(run)),
            Kind::Title => Ok(self.page_title(run)),
            Kind::Topic => self.topic(m, run, Tag::Topic),
            Kind::Unicode => self.unicode(m, run),
        }
    }

    fn refusal(&mut self, run: &Run<'_>, refusal: Refusal) -> NodeId {
        let Refusal { level, words, shows_source } = refusal;
        if shows_source {
            self.message_about(level, &words, run.block, About::Line(run.line))
        } else {
            self.message(level, &words, About::Line(run.line))
        }
    }

    fn assert_content(&self, run: &Run<'_>) -> Result<(), Refusal> {
        if run.parts.content.is_empty() {
            let name = run.name;
            return Err(Refusal::error(format!(
                "Content block expected for the \"{name}\" directive; none found."
            )));
        }
        Ok(())
    }

    /// Adds the element of a directive.
    fn made(&mut self, run: &Run<'_>, tag: Tag) -> NodeId {
        self.page.tree.add(tag, run.span.clone(), run.number)
    }

    /// Gives the element the name in the option `name`, if there is one.
    fn add_name(&mut self, run: &Run<'_>, node: NodeId) {
        if let Some(name) = run.parts.text("name") {
            let name = normalize(name);
            self.add_item(node, AttrName::Names, &name);
            self.note_explicit_target(node, node);
        }
    }

    fn add_classes(&mut self, node: NodeId, classes: &[String]) {
        for class in classes {
            self.add_item(node, AttrName::Classes, class);
        }
    }

    /// Reads the argument as inline markup into `node`. Returns the messages about it.
    fn inline_argument(&mut self, m: &Machine, run: &Run<'_>, node: NodeId) -> Vec<NodeId> {
        let lines: Vec<Line> = (0..run.parts.argument_lines.len())
            .filter_map(|i| self.line(run.parts.argument_lines, i))
            .enumerate()
            .map(|(i, line)| if i == 0 { self.trim_line(line) } else { line })
            .collect();
        let mark = self.lines.len();
        let view = self.push_view(lines, run.line - 1);
        let messages = self.inline(view, run.line, node, m.node);
        self.lines.truncate(mark);
        messages
    }

    fn title_node(&mut self, m: &Machine, run: &Run<'_>) -> (NodeId, Vec<NodeId>) {
        let span = self.span(run.parts.argument_lines);
        let title = self.page.tree.add(Tag::Title, span, run.number);
        let messages = self.inline_argument(m, run, title);
        (title, messages)
    }
}
