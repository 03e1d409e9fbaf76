//! Directives for substitution definitions: replacement text, characters, the date.

use crate::source::LineNo;
use std::time::{SystemTime, UNIX_EPOCH};

use super::convert::unicode_code;
use super::{Outcome, Refusal, Run};
use crate::chars::{byte, cut, trim, words};
use crate::parser::{Machine, Parser};
use crate::tag::{AttrName, Tag};
use crate::tree::Value;

impl Parser<'_> {
    fn assert_substitution(m: &Machine, run: &Run<'_>) -> Result<(), Refusal> {
        if m.substitution {
            return Ok(());
        }
        let name = run.name;
        Err(Refusal::error(format!(
            "Invalid context: the \"{name}\" directive can only be used within a substitution definition."
        )))
    }

    pub(super) fn replace(&mut self, m: &mut Machine, run: &Run<'_>) -> Outcome {
        Self::assert_substitution(m, run)?;
        self.assert_content(run)?;
        let holder = self.page.tree.add(Tag::Element, run.span.clone(), LineNo::NONE);
        self.nested(run.parts.content, holder);
        let mut paragraph = None;
        let mut nodes = Vec::new();
        for child in self.page.tree.take_children(holder) {
            match self.page.tree.tag(child) {
                Tag::Paragraph if paragraph.is_none() => paragraph = Some(child),
                Tag::SystemMessage => {
                    self.page.tree.remove(child, AttrName::Backrefs);
                    nodes.push(child);
                }
                _ => {
                    let words =
                        format!("Error in \"{}\" directive: may contain a single paragraph only.", run.name);
                    return Err(Refusal { shows_source: false, ..Refusal::error(words) });
                }
            }
        }
        if let Some(paragraph) = paragraph {
            nodes.extend(self.page.tree.take_children(paragraph));
        }
        Ok(nodes)
    }

    pub(super) fn unicode(&mut self, m: &mut Machine, run: &Run<'_>) -> Outcome {
        Self::assert_substitution(m, run)?;
        let trims = |side| run.parts.has("trim") || run.parts.has(side);
        for (side, attr) in [("ltrim", AttrName::Ltrim), ("rtrim", AttrName::Rtrim)] {
            if trims(side) {
                self.page.tree.set(m.node, attr, Value::Int(1));
            }
        }
        let argument = run.argument().unwrap_or_default();
        let codes = before_comment(argument);
        let mut nodes = Vec::new();
        for code in words(codes) {
            let decoded = unicode_code(code).map_err(|problem| {
                Refusal::error(format!("Invalid character code: {code}\nValueError: {problem}"))
            })?;
            let node = self.page.tree.add(Tag::Text, run.span.clone(), LineNo::NONE);
            let text = self.page.tree.make(&decoded);
            self.page.tree.set_text(node, text);
            nodes.push(node);
        }
        Ok(nodes)
    }

    /// Reads `date`: the date of the parse in UTC.
    pub(super) fn date(&mut self, m: &mut Machine, run: &Run<'_>) -> Outcome {
        Self::assert_substitution(m, run)?;
        let given = self.joined(run.parts.content);
        let format = if trim(&given).is_empty() { "%Y-%m-%d" } else { &given };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let node = self.page.tree.add(Tag::Text, run.span.clone(), LineNo::NONE);
        let text = self.page.tree.make(&format_date(format, now));
        self.page.tree.set_text(node, text);
        Ok(vec![node])
    }
}

/// Returns the text before ` .. `.
fn before_comment(text: &str) -> &str {
    let end = text
        .match_indices(".. ")
        .map(|(at, _)| at)
        .find(|&at| at == 0 || matches!(byte(text, at - 1), b' ' | b'\n'));
    cut(text, 0, end.unwrap_or(text.len()))
}

const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Formats a date with the common codes of `strftime`; other codes are kept.
fn format_date(format: &str, seconds: u64) -> String {
    let days = seconds / 86_400;
    let (year, month, day) = civil(days);
    let clock = |unit: u64, most: u64| format!("{:02}", seconds / unit % most);
    let name = |names: &[&str], at: u64| names.get(at as usize).copied().unwrap_or_default().to_owned();
    let short = |name: String| name.chars().take(3).collect::<String>();
    let mut out = String::new();
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        out.push_str(&match chars.next() {
            Some('Y') => year.to_string(),
            Some('y') => format!("{:02}", year % 100),
            Some('m') => format!("{month:02}"),
            Some('d') => format!("{day:02}"),
            Some('H') => clock(3600, 24),
            Some('M') => clock(60, 60),
            Some('S') => clock(1, 60),
            Some('A') => name(&DAYS, (days + 4) % 7),
            Some('a') => short(name(&DAYS, (days + 4) % 7)),
            Some('B') => name(&MONTHS, month - 1),
            Some('b') => short(name(&MONTHS, month - 1)),
            Some('%') => "%".to_owned(),
            Some(other) => format!("%{other}"),
            None => "%".to_owned(),
        });
    }
    out
}

/// Returns year, month and day of a day counted from 1970.
fn civil(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let of_era = shifted % 146_097;
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let day_of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + u64::from(month <= 2), month, day_of_year - (153 * shifted_month + 2) / 5 + 1)
}
