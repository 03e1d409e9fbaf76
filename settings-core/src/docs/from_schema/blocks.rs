//! Converts the blocks of a doc comment's Markdown to the content of a cell or page.

use crate::docs::inline::markdown_to_rst;
use crate::docs::model::{Content, Value};
use settings_rst::writer::keep_paragraph;

/// Reads paragraphs, lists and code; a table keeps its lines as code, and a heading becomes a paragraph, since cells
/// don't have headings.
pub(super) fn blocks(markdown: &str) -> Vec<Content> {
    let mut blocks = Blocks::default();
    let mut lines = markdown.lines();
    while let Some(line) = lines.next() {
        match fence(line) {
            Some((mark, language)) => {
                let code: Vec<_> = lines.by_ref().take_while(|line| !line.trim().starts_with(mark)).collect();
                blocks.end();
                blocks.done.push(code_block(language, &code));
            }
            None => blocks.line(line),
        }
    }
    blocks.end();
    blocks.done
}

/// Converts a paragraph to one line that stays a paragraph, however it begins.
pub(super) fn paragraph(markdown: &str) -> String {
    keep_paragraph(&markdown_to_rst(&one_line(markdown)))
}

pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[derive(Default)]
struct Blocks<'m> {
    done: Vec<Content>,
    /// The lines of the current block.
    open: Vec<&'m str>,
    kind: Kind,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Kind {
    #[default]
    Paragraph,
    Bullets,
    Ordered,
    Quote,
    Table,
    Heading,
}

impl<'m> Blocks<'m> {
    fn line(&mut self, line: &'m str) {
        let kind = Kind::of(line);
        let goes_on = match kind {
            Kind::Heading => false,
            Kind::Paragraph => !matches!(self.kind, Kind::Table | Kind::Heading),
            _ => kind == self.kind,
        };
        if line.trim().is_empty() || !goes_on {
            self.end();
        }
        if line.trim().is_empty() {
            return;
        }
        if self.open.is_empty() {
            self.kind = kind;
        }
        self.open.push(line);
    }

    fn end(&mut self) {
        let lines = std::mem::take(&mut self.open);
        if lines.is_empty() {
            return;
        }
        let texts = |begins: fn(&str) -> Option<&str>| items(&lines, begins).into_iter();
        match self.kind {
            Kind::Bullets => {
                let value = |text: String| Value { text: paragraph(&text).into(), ..Value::default() };
                self.done.push(Content::Values(texts(bullet).map(value).collect()));
            }
            Kind::Ordered => {
                self.done.extend(texts(numbered).map(|text| Content::Text(paragraph(&text).into())));
            }
            Kind::Table => self.done.push(code_block("", &lines)),
            Kind::Quote | Kind::Heading | Kind::Paragraph => {
                let bare = |line: &&str| line.trim_start().trim_start_matches(['>', '#']).to_owned();
                let text: Vec<String> = match self.kind {
                    Kind::Paragraph => lines.iter().map(ToString::to_string).collect(),
                    _ => lines.iter().map(bare).collect(),
                };
                self.done.push(Content::Text(paragraph(&text.join(" ")).into()));
            }
        }
        self.kind = Kind::Paragraph;
    }
}

impl Kind {
    fn of(line: &str) -> Self {
        let text = line.trim_start();
        match text.chars().next() {
            Some('>') => Self::Quote,
            Some('|') => Self::Table,
            Some('#') if text.trim_start_matches('#').starts_with(' ') => Self::Heading,
            _ if bullet(line).is_some() => Self::Bullets,
            _ if ordered(line).is_some() => Self::Ordered,
            _ => Self::Paragraph,
        }
    }
}

/// The text after a bullet.
fn bullet(line: &str) -> Option<&str> {
    ["- ", "* ", "+ "].iter().find_map(|mark| line.strip_prefix(mark))
}

/// The text after a number with a dot or a bracket.
fn ordered(line: &str) -> Option<&str> {
    let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let number = line.len() - rest.len();
    (1..=9).contains(&number).then(|| rest.strip_prefix(". ").or_else(|| rest.strip_prefix(") "))).flatten()
}

/// The whole line, number included.
fn numbered(line: &str) -> Option<&str> {
    ordered(line).map(|_| line)
}

/// The items of a list; lines that begin none continue the one before.
fn items(lines: &[&str], begins: fn(&str) -> Option<&str>) -> Vec<String> {
    let mut items: Vec<String> = Vec::new();
    for line in lines {
        match (begins(line), items.last_mut()) {
            (Some(text), _) => items.push(text.trim().to_owned()),
            (None, Some(last)) => {
                last.push(' ');
                last.push_str(line.trim());
            }
            (None, None) => {}
        }
    }
    items
}

/// The mark that ends the code, and its language.
fn fence(line: &str) -> Option<(&'static str, &str)> {
    let line = line.trim();
    ["```", "~~~"].into_iter().find_map(|mark| {
        let language = line.strip_prefix(mark)?.trim_start_matches(['`', '~']).trim();
        (!language.contains('`')).then_some((mark, language.split([',', ' ']).next().unwrap_or_default()))
    })
}

fn code_block(language: &str, lines: &[&str]) -> Content {
    let language = if language.is_empty() { "text" } else { language };
    let mut text = format!(".. code-block:: {language}\n");
    for line in lines {
        text.push('\n');
        if !line.trim().is_empty() {
            text.push_str("   ");
            text.push_str(line.trim_end());
        }
    }
    Content::Verbatim(text.trim_end().to_owned().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each block, after a letter for its kind.
    fn read(markdown: &str) -> Vec<String> {
        let items = |values: Vec<Value>| values.into_iter().map(|value| value.text.value).collect::<Vec<_>>();
        blocks(markdown)
            .into_iter()
            .map(|content| match content {
                Content::Text(text) => format!("P {}", text.value),
                Content::Values(values) => format!("L {}", items(values).join(" / ")),
                Content::Verbatim(text) => format!("V {}", text.value),
                _ => "other".to_owned(),
            })
            .collect()
    }

    #[test]
    fn distinguishes_blocks_with_and_without_a_blank_line_between_them() {
        assert_eq!(read("One\nline.\n\nAnother *one*."), ["P One line.", "P Another *one*."]);
        assert_eq!(
            read("A list:\n- `a`\n  goes on\n* b\n\nEnd."),
            ["P A list:", "L ``a`` goes on / b", "P End."]
        );
        assert_eq!(read("# Heading\nText.\n> quote\n> on"), ["P Heading", "P Text.", "P quote on"]);
        assert_eq!(read("1. first\n   goes on\n2) second"), ["P \\1. first goes on", "P \\2) second"]);
        assert_eq!(
            read("| a | b |\n|---|---|\nAfter."),
            ["V .. code-block:: text\n\n   | a | b |\n   |---|---|", "P After."]
        );
    }

    #[test]
    fn keeps_code_verbatim() {
        assert_eq!(
            read("So:\n```toml\n[a]\n\n- `x` = *1*\n  b\n```\nEnd."),
            ["P So:", "V .. code-block:: toml\n\n   [a]\n\n   - `x` = *1*\n     b", "P End."]
        );
        assert_eq!(read("~~~\nnever ends"), ["V .. code-block:: text\n\n   never ends"]);
        assert_eq!(read("```inline``` is not a fence"), ["P ``inline`` is not a fence"]);
    }

    #[test]
    fn a_paragraph_stays_a_paragraph_however_it_begins() {
        assert_eq!(read(".. warning:: not a directive"), ["P \\.. warning:: not a directive"]);
        assert_eq!(read("e. g. this"), ["P \\e. g. this"]);
        assert_eq!(read("Such as::"), ["P Such as:\\:"]);
        assert_eq!(read(":field: text"), ["P \\:field: text"]);
        assert_eq!(read("- .. note::"), ["L \\.. note:\\:"]);
        assert_eq!(read("..."), ["P \\..."]);
        assert_eq!(read("`a` and **b**"), ["P ``a`` and **b**"]);
    }
}
