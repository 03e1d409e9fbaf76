//! Changing a list or map part by part, so that unchanged parts keep their layout, and all comments stay.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::locate::end;
use super::style::{Style, line_indent};
use super::trivia;
use crate::value::ZeroizingString;
use crate::value::json::{self, Raw, Shape};

/// The largest product of two lists' lengths for which the whole lists are compared, not only their ends.
const MAX_COMPARED: usize = 40_000;

/// Formats `json` in the layout and with the comments of `old`, a value of `text`.
pub(super) fn merged(text: &str, style: Style<'_>, old: Raw<'_>, json: &str) -> ZeroizingString {
    let Ok(new) = json::parse_value(json) else { return json.to_owned().into() };
    if is_same(old, new) {
        return old.text.to_owned().into();
    }
    if let Some(merged) = parts_merged(text, style, old, new)
        && json::parse_value(&merged).is_ok_and(|merged| is_same(merged, new))
    {
        return merged;
    }
    match old.text.contains('\n') {
        true => style.spread(text, old.start, json),
        false => json.to_owned().into(),
    }
}

/// Returns `None` unless both are lists or both are maps, and `old` has a layout to keep.
fn parts_merged(text: &str, style: Style<'_>, old: Raw<'_>, new: Raw<'_>) -> Option<ZeroizingString> {
    let (parts, others) = (Parts::parse(text, old)?, entries(new)?);
    if old.shape != new.shape || parts.is_empty() {
        return None;
    }
    let steps = match old.shape {
        Shape::Object => by_key(&parts.all, &others)?,
        _ => aligned(parts.all.len(), others.len(), |old, at| {
            let both = parts.all.get(old).zip(others.get(at));
            both.is_some_and(|(part, (_, value))| is_same(part.value, *value))
        }),
    };
    let mut writer = Writer::new(text, style, old, &parts);
    let last = steps.iter().rposition(|step| step.new.is_some());
    for (at, step) in steps.iter().enumerate() {
        let new = step.new.and_then(|new| others.get(new));
        let part = step.old.and_then(|old| Some((old, parts.all.get(old)?)));
        let comma = Some(at) != last || parts.comma;
        match (part, new) {
            (Some((_, part)), None) => writer.remove(part),
            (Some((number, part)), Some((_, new))) => writer.keep(number, part, *new, comma),
            (None, Some((key, new))) => writer.add(key, *new, comma),
            (None, None) => {}
        }
    }
    Some(writer.finish())
}

/// Splits a value into its parts, each with its key as it is written (empty in a list).
fn entries(raw: Raw<'_>) -> Option<Vec<(&str, Raw<'_>)>> {
    match raw.shape {
        Shape::Array => Some(raw.elements()?.into_iter().map(|element| ("", element)).collect()),
        Shape::Object => Some(raw.entries()?.into_iter().map(|(key, value)| (key.raw, value)).collect()),
        _ => None,
    }
}

/// An element or entry with the text around it.
struct Part<'a> {
    /// Space and comments after the bracket or the part before.
    lead: &'a str,
    /// The key with its colon; empty in a list.
    head: &'a str,
    key: &'a str,
    value: Raw<'a>,
    /// Space and comments before the comma, or on the line of a value without a comma.
    before_comma: &'a str,
    /// Comments after the comma, if nothing else follows on the line.
    after_comma: &'a str,
}

struct Parts<'a> {
    all: Vec<Part<'a>>,
    /// Space and comments before the closing bracket.
    tail: &'a str,
    /// Whether the last part has a comma.
    comma: bool,
}

impl<'a> Parts<'a> {
    fn parse(text: &'a str, whole: Raw<'a>) -> Option<Self> {
        let mut at = whole.start + 1;
        let (mut all, mut comma) = (Vec::new(), false);
        let starts: Vec<_> = match whole.shape {
            Shape::Object => whole.entries()?.into_iter().map(|(key, _)| key.start).collect(),
            _ => whole.elements()?.into_iter().map(|element| element.start).collect(),
        };
        for (start, (key, value)) in starts.into_iter().zip(entries(whole)?) {
            let lead = text.get(at..start)?;
            let (value_end, next) = (end(value), trivia::skip(text, end(value)));
            comma = text.as_bytes().get(next) == Some(&b',');
            let before_end = if comma { next } else { trivia::end_of_line_comments(text, value_end) };
            at = before_end + usize::from(comma);
            let after_end = trivia::end_of_line_comments(text, at);
            let is_line_end = text.get(after_end..)?.trim_start_matches([' ', '\t', '\r']).starts_with('\n');
            let after_comma = if comma && is_line_end { text.get(at..after_end)? } else { "" };
            at += after_comma.len();
            let (head, before_comma) = (text.get(start..value.start)?, text.get(value_end..before_end)?);
            all.push(Part { lead, head, key, value, before_comma, after_comma });
        }
        let tail = text.get(at..end(whole).checked_sub(1)?)?;
        Some(Self { all, tail, comma })
    }

    fn is_empty(&self) -> bool {
        self.all.is_empty() && trivia::is_space(self.tail)
    }
}

/// A part of the old value, of the new one, or of both.
pub(super) struct Step {
    pub(super) old: Option<usize>,
    pub(super) new: Option<usize>,
}

/// Keeps the order of old entries and adds new ones at the end; `None` if a key appears twice.
fn by_key(parts: &[Part<'_>], new: &[(&str, Raw<'_>)]) -> Option<Vec<Step>> {
    let mut added = named(new)?;
    let mut steps = Vec::with_capacity(parts.len() + new.len());
    let mut seen = HashSet::new();
    for (old, part) in parts.iter().enumerate() {
        let name = unescaped(part.key);
        steps.push(Step { old: Some(old), new: added.remove(&name) });
        if !seen.insert(name) {
            return None;
        }
    }
    let is_added: HashSet<_> = added.into_values().collect();
    let added = (0..new.len()).filter(|new| is_added.contains(new));
    steps.extend(added.map(|new| Step { old: None, new: Some(new) }));
    Some(steps)
}

/// Maps each key to the number of its entry; `None` if a key appears twice.
fn named<'a>(entries: &[(&'a str, Raw<'_>)]) -> Option<HashMap<Cow<'a, str>, usize>> {
    let mut named = HashMap::with_capacity(entries.len());
    let mut all = entries.iter().enumerate();
    all.all(|(number, (key, _))| named.insert(unescaped(key), number).is_none()).then_some(named)
}

/// Returns the text of a key.
fn unescaped(key: &str) -> Cow<'_, str> {
    json::parse_value(key).ok().and_then(|raw| raw.string()).unwrap_or(Cow::Borrowed(key))
}

/// Keeps elements that both lists have. Between them, new elements replace old ones in pairs.
pub(super) fn aligned(parts: usize, new: usize, same: impl Fn(usize, usize) -> bool) -> Vec<Step> {
    let shorter = parts.min(new);
    let start = (0..shorter).take_while(|at| same(*at, *at)).count();
    let tail = |count: &usize| same(parts - count, new - count);
    let end = (1..=shorter - start).take_while(tail).count();
    let (old_end, new_end) = (parts - end, new - end);
    let mut anchors: Vec<_> = (0..start).map(|at| (at, at)).collect();
    anchors.extend(common(start..old_end, start..new_end, &same));
    anchors.extend((0..end).map(|at| (old_end + at, new_end + at)));
    anchors.push((parts, new));

    let mut steps = Vec::with_capacity(parts.max(new));
    let (mut old, mut at) = (0, 0);
    for (old_anchor, new_anchor) in anchors {
        while old < old_anchor || at < new_anchor {
            let step = Step { old: (old < old_anchor).then_some(old), new: (at < new_anchor).then_some(at) };
            (old, at) = (old + usize::from(step.old.is_some()), at + usize::from(step.new.is_some()));
            steps.push(step);
        }
        if old < parts {
            steps.push(Step { old: Some(old), new: Some(at) });
        }
        (old, at) = (old + 1, at + 1);
    }
    steps
}

/// Returns the longest common subsequence of two ranges, or nothing if the comparison would take too long.
fn common(
    old: std::ops::Range<usize>,
    new: std::ops::Range<usize>,
    same: &impl Fn(usize, usize) -> bool,
) -> Vec<(usize, usize)> {
    let width = new.len() + 1;
    if old.is_empty() || new.is_empty() || old.len().saturating_mul(new.len()) > MAX_COMPARED {
        return Vec::new();
    }
    // the length of the subsequence from each pair of places on
    let mut lengths = vec![0_usize; (old.len() + 1) * width];
    let length = |lengths: &[usize], row: usize, column: usize| {
        lengths.get(row * width + column).copied().unwrap_or_default()
    };
    for row in (0..old.len()).rev() {
        for column in (0..new.len()).rev() {
            let longest = match same(old.start + row, new.start + column) {
                true => length(&lengths, row + 1, column + 1) + 1,
                false => length(&lengths, row + 1, column).max(length(&lengths, row, column + 1)),
            };
            if let Some(slot) = lengths.get_mut(row * width + column) {
                *slot = longest;
            }
        }
    }
    let (mut row, mut column, mut pairs) = (0, 0, Vec::new());
    while row < old.len() && column < new.len() {
        let (below, right) = (length(&lengths, row + 1, column), length(&lengths, row, column + 1));
        if same(old.start + row, new.start + column) {
            pairs.push((old.start + row, new.start + column));
            (row, column) = (row + 1, column + 1);
        } else if below >= right {
            row += 1;
        } else {
            column += 1;
        }
    }
    pairs
}

/// Writes the parts of the merged value.
struct Writer<'w> {
    text: &'w str,
    style: Style<'w>,
    whole: Raw<'w>,
    parts: &'w Parts<'w>,
    /// A line break with the indentation of a part.
    line: String,
    /// The separator of two parts, after the comma.
    separator: String,
    out: ZeroizingString,
    /// Comments of removed parts, with the space before them.
    carried: Vec<&'w str>,
    is_first: bool,
    /// Whether the last text was a line comment without its line break.
    is_open: bool,
}

impl<'w> Writer<'w> {
    fn new(text: &'w str, style: Style<'w>, whole: Raw<'w>, parts: &'w Parts<'w>) -> Self {
        let mut out = ZeroizingString::with_capacity(whole.text.len());
        out.push_str(whole.text.get(..1).unwrap_or_default());
        let line = line(text, style, whole, parts);
        let has_own_lines = parts.all.iter().any(|part| part.lead.contains('\n')) || parts.all.is_empty();
        let second = parts.all.get(1).map(|part| part.lead).filter(|lead| trivia::is_space(lead));
        let separator = if has_own_lines { line.clone() } else { second.unwrap_or(" ").to_owned() };
        let carried = if parts.all.is_empty() { vec![parts.tail.trim_end()] } else { Vec::new() };
        Self { text, style, whole, parts, line, separator, out, carried, is_first: true, is_open: false }
    }

    /// Removes a part. The comments around it stay.
    fn remove(&mut self, part: &Part<'w>) {
        if [part.lead, part.before_comma, part.after_comma].iter().all(|trivia| trivia::is_space(trivia)) {
            return;
        }
        let (before, blank) = (part.before_comma.trim_end(), [' ', '\t']);
        let is_alone = before.is_empty() && part.after_comma.is_empty();
        let lead = if is_alone { part.lead.trim_end() } else { part.lead };
        let is_indented = lead.ends_with([' ', '\t', '\n']);
        let trimmed = |trivia: &'w str| if is_indented { trivia.trim_start_matches(blank) } else { trivia };
        let after = if before.is_empty() { trimmed(part.after_comma) } else { part.after_comma };
        self.carried.extend([lead, trimmed(before), after].into_iter().filter(|trivia| !trivia.is_empty()));
    }

    fn keep(&mut self, number: usize, part: &Part<'_>, new: Raw<'_>, comma: bool) {
        let plain_first =
            self.parts.all.first().map(|first| first.lead).filter(|lead| trivia::is_space(lead));
        let lead = match (self.is_first, number) {
            (true, 1..) if trivia::is_space(part.lead) && self.carried.is_empty() => plain_first,
            (false, 0) if trivia::is_space(part.lead) => None,
            _ => Some(part.lead),
        };
        match lead {
            Some(lead) => self.lead(lead),
            None => {
                let separator = self.separator_or_line().to_owned();
                self.lead(&separator);
            }
        }
        self.out.push_str(part.head);
        self.out.push_str(&merged(self.text, self.style, part.value, new.text));
        let had_comma = number + 1 < self.parts.all.len() || self.parts.comma;
        if comma && !had_comma {
            self.out.push(',');
        }
        self.trivia(part.before_comma);
        if comma && had_comma {
            self.out.push(',');
        }
        self.trivia(part.after_comma);
    }

    fn add(&mut self, key: &str, new: Raw<'_>, comma: bool) {
        let lead = match self.parts.all.first() {
            Some(first) if self.is_first && trivia::is_space(first.lead) => first.lead.to_owned(),
            _ => self.separator_or_line().to_owned(),
        };
        self.lead(&lead);
        if !key.is_empty() {
            self.out.push_str(key);
            let last = self.parts.all.last().and_then(|last| last.head.get(last.key.len()..));
            let is_plain = |colon: &&str| colon.bytes().all(|byte| matches!(byte, b':' | b' ' | b'\t'));
            self.out.push_str(last.filter(is_plain).unwrap_or(": "));
        }
        self.out.push_str(new.text);
        if comma {
            self.out.push(',');
        }
    }

    fn finish(mut self) -> ZeroizingString {
        let outer = format!("{}{}", self.style.newline, line_indent(self.text, self.whole.start));
        let tail = if self.parts.all.is_empty() { &outer } else { self.parts.tail };
        let is_bare = self.is_first && self.carried.is_empty() && trivia::is_space(tail);
        if !is_bare {
            self.line.clone_from(&outer);
            self.lead(tail);
        }
        self.out.push_str(self.whole.text.get(self.whole.text.len().saturating_sub(1)..).unwrap_or_default());
        self.out
    }

    /// Writes the carried comments, and the space and comments before a part or the bracket. A line comment gets its
    /// line break.
    fn lead(&mut self, lead: &str) {
        let carried = std::mem::take(&mut self.carried);
        for trivia in carried.into_iter().chain([lead]) {
            let breaks = trivia.trim_start_matches([' ', '\t', '\r']).starts_with('\n');
            if self.is_open && !breaks && !trivia.is_empty() {
                self.out.push_str(&self.line);
            }
            self.trivia(trivia);
        }
        if self.is_open {
            self.out.push_str(&self.line);
        }
        (self.is_first, self.is_open) = (false, false);
    }

    fn trivia(&mut self, trivia: &str) {
        self.out.push_str(trivia);
        self.is_open = trivia::ends_open(trivia) || (trivia.is_empty() && self.is_open);
    }

    /// Returns the text before a part that is not the first.
    fn separator_or_line(&self) -> &str {
        if self.is_open { &self.line } else { &self.separator }
    }
}

/// Returns a line break with the indentation of a part.
fn line(text: &str, style: Style<'_>, whole: Raw<'_>, parts: &Parts<'_>) -> String {
    let indent = parts.all.iter().rev().find_map(|part| {
        let (_, indent) = part.lead.rsplit_once('\n')?;
        trivia::is_space(indent).then(|| indent.to_owned())
    });
    let separator = || format!("{}{}", line_indent(text, whole.start), style.indent);
    format!("{}{}", style.newline, indent.unwrap_or_else(separator))
}

/// Returns whether two JSON texts have the same values; `false` if one of them is not JSON.
#[cfg(any(feature = "yaml", all(feature = "toml", feature = "release")))]
pub(super) fn is_same_json(a: &str, b: &str) -> bool {
    let both = json::parse_value(a).ok().zip(json::parse_value(b).ok());
    both.is_some_and(|(a, b)| is_same(a, b))
}

/// Returns whether two values are equal, apart from layout, comments, the order of keys, and escapes.
pub(super) fn is_same(a: Raw<'_>, b: Raw<'_>) -> bool {
    match (a.shape, b.shape) {
        (Shape::String { .. }, Shape::String { .. }) => is_same_text(a.text, b.text),
        (Shape::Array, Shape::Array) => {
            let (a, b) = (a.elements().unwrap_or_default(), b.elements().unwrap_or_default());
            a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| is_same(*a, *b))
        }
        (Shape::Object, Shape::Object) => {
            let (a, b) = (entries(a).unwrap_or_default(), entries(b).unwrap_or_default());
            let (Some(mut left), true) = (named(&b), a.len() == b.len()) else { return false };
            a.iter().all(|(key, value)| {
                let other = left.remove(&unescaped(key)).and_then(|number| b.get(number));
                other.is_some_and(|(_, other)| is_same(*value, *other))
            })
        }
        (a_shape, b_shape) => a_shape == b_shape && a.text == b.text,
    }
}

/// Returns whether two values are equal as [`is_same`] compares them, but for objects of `a` that have no values and are
/// missing in `b`. Recursion is as deep as the text nests.
#[cfg(feature = "toml")]
pub(super) fn is_same_without_empty(a: Raw<'_>, b: Raw<'_>) -> bool {
    let objects = (a.shape, b.shape) == (Shape::Object, Shape::Object);
    let (Some(a_entries), Some(b_entries), true) = (entries(a), entries(b), objects) else {
        return is_same(a, b);
    };
    let Some(mut left) = named(&b_entries) else { return false };
    let is_found = a_entries.iter().all(|(key, value)| {
        match left.remove(&unescaped(key)).and_then(|number| b_entries.get(number)) {
            Some((_, other)) => is_same_without_empty(*value, *other),
            None => is_empty(*value),
        }
    });
    is_found && left.is_empty()
}

/// Returns whether a value is an object without values. Recursion is as deep as the text nests.
#[cfg(feature = "toml")]
fn is_empty(value: Raw<'_>) -> bool {
    value.shape == Shape::Object
        && entries(value).is_some_and(|entries| entries.iter().all(|(_, value)| is_empty(*value)))
}

/// Returns whether two JSON strings have the same text.
fn is_same_text(a: &str, b: &str) -> bool {
    if a == b || !(a.contains('\\') || b.contains('\\')) {
        return a == b;
    }
    let text = |json: &str| {
        let raw = json::parse_value(json).ok()?;
        Some(ZeroizingString::from(raw.string()?.into_owned()))
    };
    text(a).is_some_and(|a| text(b) == Some(a))
}
