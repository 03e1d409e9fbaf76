//! The blocks of a cell, of a directive's body, of a list.

use crate::docs::grammar::{self, StatementKind};
use crate::docs::grid::GridLine;
use crate::docs::layout::{item_lead, statement_rule};
use crate::docs::model::{Bullet, Content, Fact, Hint, Span, Statement, Value};
use crate::schema::env_name;

use super::joined::Joined;

/// Removes blanks at line ends and the common indent of all lines. Returns the lines and the indent.
pub(super) fn dedented<'t>(lines: &[GridLine<'t>]) -> (Vec<GridLine<'t>>, usize) {
    let indent =
        lines.iter().filter(|line| !is_blank(line)).map(|line| leading(line.text)).min().unwrap_or(0);
    let lines = lines
        .iter()
        .map(|line| {
            let text = line.text.trim_end();
            GridLine { start: line.start + indent, text: text.get(indent..).unwrap_or_default() }
        })
        .collect();
    (lines, indent)
}

fn is_blank(line: &GridLine<'_>) -> bool {
    line.text.trim().is_empty()
}

fn leading(text: &str) -> usize {
    text.len() - text.trim_start_matches(' ').len()
}

/// The blocks of dedented lines, whose paragraphs are filled to `columns`.
pub(super) fn contents(lines: &[GridLine<'_>], columns: usize) -> Vec<Content> {
    blocks(lines).into_iter().map(|block| content(block, columns)).collect()
}

/// Runs of lines that belong together: up to a blank line, and on over indented lines that follow it.
fn blocks<'l, 't>(lines: &'l [GridLine<'t>]) -> Vec<&'l [GridLine<'t>]> {
    let mut blocks = Vec::new();
    let mut at = 0;
    while let Some(skip) = lines.get(at..).and_then(|rest| rest.iter().position(|line| !is_blank(line))) {
        let start = at + skip;
        let mut end = paragraph_end(lines, start);
        // What follows indented belongs to the item, the directive or the literal block above it.
        while let Some(next) = lines.get(end..).and_then(|rest| rest.iter().position(|line| !is_blank(line)))
        {
            let next = end + next;
            if lines.get(next).is_none_or(|line| leading(line.text) == 0) {
                break;
            }
            end = paragraph_end(lines, next);
        }
        blocks.push(lines.get(start..end).unwrap_or_default());
        at = end;
    }
    blocks
}

fn paragraph_end(lines: &[GridLine<'_>], start: usize) -> usize {
    let rest = lines.get(start..).unwrap_or_default();
    rest.iter().position(is_blank).map_or(lines.len(), |length| start + length)
}

fn content(block: &[GridLine<'_>], columns: usize) -> Content {
    if let Some(items) = items(block) {
        return Content::Values(items.iter().map(|item| value(item, columns.saturating_sub(2))).collect());
    }
    let plain = block.iter().all(|line| leading(line.text) == 0 && !is_blank(line));
    let first = block.first().map_or("", |line| line.text);
    if !plain || begins_other_block(first) {
        return Content::Verbatim(verbatim(block));
    }
    let joined = Joined::new(block, columns);
    paragraph(&joined)
}

fn verbatim(block: &[GridLine<'_>]) -> Fact<String> {
    // A width at which the rules never break keeps every line end.
    Joined::new(block, usize::MAX).whole()
}

/// A paragraph: the sentence that names a setting, a hint, or text.
fn paragraph(joined: &Joined) -> Content {
    if let Some(said) = grammar::feature_sentence(&joined.text) {
        return Content::Statement(Statement {
            name: said.name.as_ref().map(|name| joined.fact(name)),
            default: said.default.as_ref().map(|default| joined.fact(default)),
            text: Some(joined.whole()),
            span: joined.whole().span,
        });
    }
    if grammar::hint(&joined.text).is_some() {
        return Content::Hint(self::hint(joined));
    }
    Content::Text(joined.whole())
}

pub(super) fn hint(joined: &Joined) -> Hint {
    Hint {
        text: joined.whole(),
        default: grammar::stated_default(&joined.text).map(|piece| joined.fact(&piece)),
    }
}

/// Returns true if a line begins a block other than a paragraph.
fn begins_other_block(line: &str) -> bool {
    let explicit = line.starts_with(".. ") || line.starts_with("..\n") || line == "..";
    let bullet = line.starts_with(['*', '+', '•']) && line.get(1..2) == Some(" ");
    let numbered = line.split_once(['.', ')']).is_some_and(|(number, rest)| {
        rest.starts_with(' ')
            && (number == "#" || !number.is_empty() && number.chars().all(|c| c.is_ascii_digit()))
    });
    let other =
        line.starts_with("+-") || line.starts_with("| ") || line.starts_with(">>> ") || line.starts_with(':');
    // `:doc:`text`` begins a paragraph, `:field: value` doesn't.
    let role = line
        .strip_prefix(':')
        .and_then(|rest| rest.split_once(':'))
        .is_some_and(|(_, rest)| rest.starts_with('`'));
    explicit || bullet || numbered || other && !role
}

/// The items of a flat list whose bullets are dashes, each without its bullet. `None` for anything else.
pub(super) fn items<'t>(block: &[GridLine<'t>]) -> Option<Vec<Vec<GridLine<'t>>>> {
    let mut items: Vec<Vec<GridLine<'t>>> = Vec::new();
    for line in block {
        if let Some(text) = line.text.strip_prefix("- ") {
            let blanks = leading(text);
            items.push(vec![GridLine { start: line.start + 2 + blanks, text: text.get(blanks..)? }]);
        } else {
            let text = line.text.strip_prefix("  ")?;
            if text.starts_with(' ') || text.is_empty() || text.starts_with("- ") {
                return None;
            }
            items.last_mut()?.push(GridLine { start: line.start + 2, text });
        }
    }
    (!items.is_empty()).then_some(items)
}

fn value(item: &[GridLine<'_>], columns: usize) -> Value {
    let joined = Joined::new(item, columns);
    let Some(lead) = grammar::value_item(&joined.text) else {
        return Value { text: joined.whole(), ..Value::default() };
    };
    let mut value = Value {
        value: Some(joined.fact(&lead.value)),
        default: lead.default,
        default_if: lead.default_if.as_ref().map(|condition| joined.fact(condition)),
        text: joined.tail(lead.end),
        lead: None,
    };
    let own = joined.text.get(..lead.end).unwrap_or_default();
    if item_lead(&value) != own {
        value.lead = Some(joined.fact(&grammar::Piece { text: own.to_owned(), range: 0..lead.end }));
    }
    value
}

/// The bullets of a right cell; other lines are kept among them.
pub(super) fn bullets(lines: &[GridLine<'_>], keys_apart: bool) -> Vec<Bullet> {
    let mut groups: Vec<(bool, Vec<GridLine<'_>>)> = Vec::new();
    let mut open = false;
    for line in lines {
        if is_blank(line) {
            open = false;
        } else if let Some(text) = line.text.strip_prefix("- ") {
            let blanks = leading(text);
            let text = text.get(blanks..).unwrap_or_default();
            groups.push((true, vec![GridLine { start: line.start + 2 + blanks, text }]));
            open = true;
        } else {
            let blanks = leading(line.text).min(2);
            let rest =
                GridLine { start: line.start + blanks, text: line.text.get(blanks..).unwrap_or_default() };
            match groups.last_mut() {
                Some((true, group)) if open && blanks > 0 => group.push(rest),
                Some((false, group)) if open && blanks == 0 => group.push(rest),
                _ => {
                    groups.push((false, vec![rest]));
                    open = true;
                }
            }
        }
    }
    let mut bullets: Vec<Bullet> = groups.iter().map(|(dash, group)| bullet(*dash, group)).collect();
    lengthen_path(&mut bullets);
    for bullet in &mut bullets {
        drop_rule_words(bullet, keys_apart);
    }
    bullets
}

/// Appends a key that was read as a default to the path, if the variable next to it spells both.
fn lengthen_path(bullets: &mut [Bullet]) {
    let env = bullets.iter().find_map(|bullet| match bullet {
        Bullet::Env(env) => env.name.as_ref().map(|name| name.value.clone()),
        _ => None,
    });
    let Some(env) = env else { return };
    for bullet in bullets {
        let Bullet::Config(config) = bullet else { continue };
        let (Some(name), Some(default)) = (&config.name, &config.default) else { continue };
        let is_key = default.value.starts_with(|c: char| c.is_ascii_uppercase())
            && default.value.chars().all(|c| c.is_ascii_alphanumeric())
            && config
                .text
                .as_ref()
                .is_some_and(|text| text.value.contains(&format!("``{}``", default.value)));
        let longer = format!("{}.{}", name.value, default.value);
        if is_key && env.ends_with(&format!("_{}", env_name("", &longer))) {
            let span = Span::new(name.span.start, default.span.end + 2);
            config.name = Some(Fact::at(longer, span));
            config.default = None;
        }
    }
}

/// Drops the words of a bullet if they are the rule's.
fn drop_rule_words(bullet: &mut Bullet, keys_apart: bool) {
    let (kind, statement) = match bullet {
        Bullet::Console(statement) => (StatementKind::Console, statement),
        Bullet::Config(statement) => (StatementKind::Config, statement),
        Bullet::Env(statement) => (StatementKind::Env, statement),
        Bullet::Text(_) | Bullet::Verbatim(_) => return,
    };
    let rule = statement_rule(kind, statement, keys_apart);
    if statement.text.as_ref().is_some_and(|text| text.value == rule) {
        statement.text = None;
    }
}

fn bullet(dash: bool, lines: &[GridLine<'_>]) -> Bullet {
    let joined = Joined::new(lines, usize::MAX);
    if !dash {
        return Bullet::Verbatim(joined.whole());
    }
    let Some((kind, said)) = grammar::statement(&joined.text) else { return Bullet::Text(joined.whole()) };
    let statement = Statement {
        name: said.name.as_ref().map(|name| joined.fact(name)),
        default: said.default.as_ref().map(|default| joined.fact(default)),
        text: Some(joined.whole()),
        span: joined.whole().span,
    };
    match kind {
        StatementKind::Console => Bullet::Console(statement),
        StatementKind::Config => Bullet::Config(statement),
        StatementKind::Env => Bullet::Env(statement),
    }
}
