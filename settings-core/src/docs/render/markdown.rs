//! A page in Markdown: the same facts in the same order, tables as lists.

use crate::docs::dialect::WORDS;
use crate::docs::inline::{code, rst_to_markdown};
use crate::docs::model::{Bullet, Content, Entry, Page, Part, Statement, Value};

use crate::docs::layout;

use super::blocks::{self, anchor, fence};

/// The whole page.
pub(super) fn page(page: &Page) -> String {
    let marks = heading_marks(page);
    let mut blocks = Vec::new();
    let mut before_code = false;
    for entry in &page.entries {
        let setting = matches!(entry, Entry::Setting(_));
        for placed in entry.parts() {
            match &placed.part {
                Part::Verbatim(code) if before_code && code.starts_with(' ') => blocks.push(literal(code)),
                other => part(other, setting, &marks, &mut blocks),
            }
            before_code = matches!(&placed.part, Part::Text(text) if text.value.ends_with("::"));
        }
    }
    blocks.retain(|block| !block.is_empty());
    let mut out = blocks.join("\n\n");
    out.push('\n');
    out
}

/// The page's underline characters, outermost first.
fn heading_marks(page: &Page) -> Vec<char> {
    let mut marks = Vec::new();
    for placed in page.entries.iter().flat_map(Entry::parts) {
        if let Part::Heading(heading) = &placed.part
            && !marks.contains(&heading.mark)
        {
            marks.push(heading.mark);
        }
    }
    marks
}

fn part(part: &Part, setting: bool, marks: &[char], blocks: &mut Vec<String>) {
    match part {
        Part::Heading(heading) => {
            let level = marks.iter().position(|mark| *mark == heading.mark).unwrap_or(0) + 1;
            // A page whose headings are all settings' has no title of its own.
            let level = if setting { level.max(2) } else { level };
            blocks.push(format!("{} {}", "#".repeat(level.min(6)), rst_to_markdown(&heading.title.value)));
        }
        Part::Badge(text) => blocks.push(format!("*{}*", rst_to_markdown(&text.value))),
        Part::Directive(directive) => {
            let lines = directive.options.iter().filter_map(|option| {
                let label = match option.name.as_str() {
                    "systemconsole" => WORDS.console.to_owned(),
                    "configjson" => format!("`{}` {}", WORDS.file, WORDS.file_label),
                    "environment" => WORDS.env.to_owned(),
                    "default" => "Default".to_owned(),
                    _ => return None,
                };
                let value = option.value.value.trim_start_matches('.');
                Some(match option.name.as_str() {
                    "systemconsole" => format!("- {label}: **{}**", rst_to_markdown(value)),
                    _ => format!("- {label}: {}", code_or_absent(value)),
                })
            });
            blocks.push(anchor(&directive.id.value));
            blocks.push(lines.collect::<Vec<_>>().join("\n"));
            blocks.extend(directive.body.iter().map(content));
        }
        Part::Table(table) => {
            for row in &table.rows {
                blocks.extend(row.left.iter().map(content));
                let bullets: Vec<String> = row.right.iter().flatten().map(bullet).collect();
                blocks.push(bullets.join("\n"));
            }
        }
        Part::Hint(hint) => blocks.push(one_line(&layout::hint_text(hint))),
        Part::Values(items) => blocks.push(values(items)),
        // Two colons announce code, and one of them is shown.
        Part::Text(text) => match text.value.strip_suffix("::") {
            Some(words) if words.trim().is_empty() => {}
            Some(words) if words.ends_with(char::is_whitespace) => blocks.push(one_line(words.trim_end())),
            Some(words) => blocks.push(one_line(&format!("{words}:"))),
            None => blocks.push(one_line(&text.value)),
        },
        Part::Verbatim(text) => blocks.push(verbatim(text)),
    }
}

fn content(content: &Content) -> String {
    match content {
        Content::Text(text) => one_line(&text.value),
        Content::Hint(hint) => one_line(&layout::hint_text(hint)),
        Content::Values(items) => values(items),
        Content::Statement(statement) => one_line(&layout::sentence(statement)),
        Content::Verbatim(text) => verbatim(&text.value),
    }
}

/// The language and the lines of a directive that holds code and nothing else.
fn code_block(text: &str) -> Option<(&str, String)> {
    let (language, body) = text.strip_prefix(".. code-block:: ")?.split_once("\n\n")?;
    let lines: Option<Vec<&str>> =
        body.lines().map(|line| if line.is_empty() { Some("") } else { line.strip_prefix("   ") }).collect();
    (!language.contains(char::is_whitespace)).then_some((language, lines?.join("\n")))
}

/// Converts every block that Markdown has a form for; shows everything else as reStructuredText.
fn verbatim(text: &str) -> String {
    if let Some(name) = text.strip_prefix(".. _").and_then(|rest| rest.trim_end().strip_suffix(':'))
        && !name.contains('\n')
    {
        return anchor(name.trim_matches('`'));
    }
    if text.chars().all(|c| c == '-') && text.len() >= 4 {
        return "---".to_owned();
    }
    if text.starts_with("- ") && !text.contains("\n\n") && !text.contains(".. ") {
        let lines = text.split('\n').map(|line| match line.trim_start().strip_prefix("- ") {
            Some(words) => {
                let indent = line.len() - line.trim_start().len();
                format!("{}- {}", " ".repeat(indent), rst_to_markdown(words))
            }
            None => rst_to_markdown(line),
        });
        return lines.collect::<Vec<_>>().join("\n");
    }
    if let Some((language, code)) = code_block(text) {
        let fence = fence(&code);
        let language = if language.contains('`') { "" } else { language };
        return format!("{fence}{language}\n{code}\n{fence}");
    }
    if let Some(markdown) = blocks::markdown(text) {
        return markdown;
    }
    let fence = fence(text);
    format!("{fence}rst\n{text}\n{fence}")
}

/// The indented lines below two colons.
fn literal(text: &str) -> String {
    let indent =
        text.lines().filter(|line| !line.trim().is_empty()).map(|line| line.len() - line.trim_start().len());
    let indent = indent.min().unwrap_or_default();
    let lines: Vec<&str> = text.lines().map(|line| line.get(indent..).unwrap_or_default()).collect();
    let code = lines.join("\n");
    let fence = fence(&code);
    format!("{fence}\n{code}\n{fence}")
}

fn values(items: &[Value]) -> String {
    let lines: Vec<String> = items
        .iter()
        .map(|item| format!("- {}", one_line(&format!("{}{}", layout::item_lead(item), item.text.value))))
        .collect();
    lines.join("\n")
}

fn bullet(bullet: &Bullet) -> String {
    let name = |name: &Option<crate::docs::model::Fact<String>>| {
        name.as_ref().map_or(WORDS.absent, |name| name.as_str()).to_owned()
    };
    match bullet {
        Bullet::Console(console) => match &console.name {
            Some(path) => format!("- {}: **{}**", WORDS.console, rst_to_markdown(&path.value)),
            None => format!("- {}: {}", WORDS.console, WORDS.absent),
        },
        Bullet::Config(Statement { text: Some(words), .. }) => format!("- {}", one_line(&words.value)),
        Bullet::Config(config) => {
            let (file, word) = (WORDS.file, WORDS.file_label);
            let mut line = format!("- `{file}` {word}: {}", code_or_absent(&name(&config.name)));
            if let Some(default) = &config.default {
                line.push_str(&format!(", default {}", code(&default.value)));
            }
            line
        }
        Bullet::Env(env) => format!("- {}: {}", WORDS.env, code_or_absent(&name(&env.name))),
        Bullet::Text(text) => format!("- {}", one_line(&text.value)),
        Bullet::Verbatim(text) => one_line(&text.value),
    }
}

fn code_or_absent(text: &str) -> String {
    if WORDS.is_absent(text) { WORDS.absent.to_owned() } else { code(text) }
}

fn one_line(text: &str) -> String {
    rst_to_markdown(&text.replace('\n', " "))
}
