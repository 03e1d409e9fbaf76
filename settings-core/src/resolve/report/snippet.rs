//! A line of a file with a caret under the place, secrets masked.

use std::borrow::Cow;

use super::screen::{columns, is_terminal_control};
use super::tokens::{Fault, Sort, Token, Tokens};
use crate::value::passwords;

/// The number of columns of a long line that are shown around the place.
const WINDOW: usize = 96;

/// The number of bytes of a long line that are examined before and after the place.
const REACH: usize = 512;

/// The text shown for a masked value.
const MASK: &str = "***";

/// The longest word at a fault that is shown.
const WORD: usize = 40;

/// One line of a source, or the relevant part of a long line, with the place marked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Snippet {
    /// The line. All string values are masked, except the one that the diagnostic is about.
    pub line: String,
    /// The column of the mark, in a terminal's columns from the start of the line.
    pub start: usize,
    /// The length of the mark, in columns; at least one.
    pub len: usize,
}

/// The schema's answer about a path in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PathClass {
    /// A section; whether it has secrets.
    Section { secret: bool },
    /// A setting.
    Setting { secret: bool },
    /// The entry of a map.
    Entry { secret: bool },
    /// A key below a value that should not have keys.
    Below { secret: bool },
    /// An unknown name; whether it may be meant as that of a secret.
    Unknown { secret: bool },
}

impl PathClass {
    pub(crate) const fn is_secret(self) -> bool {
        match self {
            Self::Section { secret }
            | Self::Setting { secret }
            | Self::Entry { secret }
            | Self::Below { secret }
            | Self::Unknown { secret } => secret,
        }
    }

    const fn is_known(self) -> bool {
        matches!(self, Self::Section { .. } | Self::Setting { .. })
    }

    /// Whether this is the path of a value that the schema knows.
    const fn is_value(self) -> bool {
        matches!(self, Self::Setting { .. } | Self::Entry { .. } | Self::Below { .. })
    }

    /// Whether text next to a value of this path may be shown.
    pub(crate) const fn is_open(self) -> bool {
        matches!(self, Self::Section { .. } | Self::Setting { secret: false })
    }
}

/// The names of a program, which decide what a snippet may show.
pub(crate) trait Names {
    /// Classifies the path of a value or key.
    fn classify(&self, path: &[Cow<'_, str>]) -> PathClass;

    /// Whether a word is the name of a section or setting.
    fn is_name(&self, word: &str) -> bool;
}

/// Cuts out the line that contains `start`, with `len` bytes marked.
///
/// `show_marked` allows to show the marked value. `tokens` are those of the whole text.
pub(crate) fn snippet(
    text: &str,
    tokens: &Tokens,
    (start, len): (usize, usize),
    show_marked: bool,
    names: &dyn Names,
) -> Option<Snippet> {
    // a line may be as long as the text: only the part that is shown is examined
    let reach = (
        floor_char_boundary(text, start.saturating_sub(REACH)),
        floor_char_boundary(text, start.saturating_add(REACH)),
    );
    let line_start = text.get(reach.0..start)?.rfind('\n').map(|at| reach.0 + at + 1);
    let line_end = text.get(start..reach.1)?.find('\n').map(|at| start + at);
    let line = (line_start.unwrap_or(reach.0), line_end.unwrap_or(reach.1));
    let is_cut = (line_start.is_none() && reach.0 > 0, line_end.is_none() && reach.1 < text.len());
    let marked = (start, (start + len).min(line_end.unwrap_or(text.len())));
    let masking = Masking { text, tokens, marked, show_marked, names };
    let mut snippet = cut(text, line, marked, &masking.masks(line));
    if is_cut.0 && !snippet.line.starts_with('…') {
        snippet.line.insert(0, '…');
        snippet.start += 1;
    }
    if is_cut.1 && !snippet.line.ends_with('…') {
        snippet.line.push('…');
    }
    Some(snippet)
}

/// Returns whether the text at the fault may be shown.
pub(crate) fn is_fault_open(text: &str, tokens: &Tokens, names: &dyn Names) -> bool {
    tokens.fault().is_none_or(|fault| names.classify(&tokens.path_of_fault(text, fault)).is_open())
}

struct Masking<'t> {
    text: &'t str,
    tokens: &'t Tokens,
    marked: (usize, usize),
    show_marked: bool,
    names: &'t dyn Names,
}

impl Masking<'_> {
    /// Returns the parts of a line that are masked, in order.
    fn masks(&self, line: (usize, usize)) -> Vec<(usize, usize)> {
        let fault = self.tokens.fault();
        let end = fault.map_or(line.1, |fault| fault.at.clamp(line.0, line.1));
        let mut masks = Vec::new();
        let mut gap = line.0;
        for token in self.tokens.within(line.0, end) {
            self.mask_gap((gap, token.start), &mut masks);
            gap = token.end;
            if self.is_hidden(token) {
                masks.push((token.start.max(line.0), token.end.min(line.1)));
            } else if token.sort == Sort::Text {
                let within = passwords(self.text.get(token.start..token.end).unwrap_or_default()).into_iter();
                let within = within.map(|(start, end)| (token.start + start, token.start + end));
                masks.extend(within.filter(|(start, end)| line.0 < *end && *start < line.1));
            }
        }
        match fault {
            Some(fault) => self.mask_rest(fault, (end, line.1), &mut masks),
            None => self.mask_gap((gap, line.1), &mut masks),
        }
        masks
    }

    /// Masks words that are no part of a faulty document: its parser stopped before them.
    fn mask_gap(&self, (start, end): (usize, usize), masks: &mut Vec<(usize, usize)>) {
        if !self.tokens.is_faulty() || self.tokens.fault().is_some() {
            return;
        }
        let gap = self.text.get(start..end).unwrap_or_default();
        let mut at = 0;
        for word in gap.split_inclusive(char::is_whitespace) {
            let from = start + at;
            at += word.len();
            let word = word.trim_end();
            let name = word.trim_matches(|c: char| !c.is_alphanumeric());
            if !name.is_empty() && !self.names.is_name(name) {
                masks.push((from, from + word.len()));
            }
        }
    }

    fn is_hidden(&self, token: Token) -> bool {
        let path = self.tokens.path(self.text, token);
        let class = self.names.classify(&path);
        let is_marked = token.start < self.marked.1 && self.marked.0 < token.end;
        match token.sort {
            // the key may be a part of a secret around which a quote is missing
            Sort::Key if self.tokens.fault().is_some() => !class.is_known(),
            Sort::Key if self.tokens.is_faulty() => !path.last().is_some_and(|name| self.names.is_name(name)),
            Sort::Key => matches!(class, PathClass::Below { secret: true }),
            Sort::Text => !(is_marked && self.show_marked && class.is_value()) || class.is_secret(),
            Sort::Number => class.is_secret() || matches!(class, PathClass::Unknown { .. }),
            Sort::Word => false,
            Sort::Comment => true,
        }
    }

    /// Masks everything from the fault on, except the few bytes at the fault itself and the names of settings.
    fn mask_rest(&self, fault: Fault, (start, end): (usize, usize), masks: &mut Vec<(usize, usize)>) {
        let mut shown = Vec::new();
        let mut at = start;
        if start == fault.at && start == self.marked.0 {
            at += self.shown_at(fault).min(end - start);
            shown.push((start, at));
        }
        let rest = self.text.get(at..end).unwrap_or_default();
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let mut offset = 0;
        while let Some(word) =
            rest.get(offset..).and_then(|rest| rest.find(is_part)).map(|word| offset + word)
        {
            let tail = rest.get(word..).unwrap_or_default();
            let len = tail.find(|c: char| !is_part(c)).unwrap_or(tail.len());
            if self.names.is_name(tail.get(..len).unwrap_or_default()) {
                shown.push((at + word, at + word + len));
            }
            offset = word + len;
        }
        let mut from = start;
        for (start, stop) in shown.into_iter().chain([(end, end)]) {
            let gap = self.text.get(from..start).unwrap_or_default();
            if !gap.trim().is_empty() {
                let lead = gap.len() - gap.trim_start().len();
                masks.push((from + lead, from + gap.trim_end().len()));
            }
            from = stop;
        }
    }

    /// Returns how many bytes at the fault are shown: punctuation, and a word where no secret can be.
    fn shown_at(&self, fault: Fault) -> usize {
        let rest = self.text.get(fault.at..).unwrap_or_default();
        let Some(first) = rest.chars().next() else { return 0 };
        if matches!(first, '"' | '{' | '}' | '[' | ']' | ':' | ',') {
            return 1;
        }
        let class = self.names.classify(&self.tokens.path_of_fault(self.text, fault));
        if !class.is_open() {
            return 0;
        }
        let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '+' | '.');
        if is_word(first) {
            let word = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
            let is_value = fault.is_value && matches!(class, PathClass::Setting { .. }) && word <= WORD;
            let name = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
            return match is_value {
                true => word,
                false if self.names.is_name(rest.get(..name).unwrap_or_default()) => name,
                false => 0,
            };
        }
        match first.is_ascii_punctuation() {
            true => rest.chars().take_while(|c| *c == first).take(8).count(),
            false => 0,
        }
    }
}

/// Returns the last character boundary at or before `at`.
fn floor_char_boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// Writes the line with its masks, keeps track of the mark's columns, and cuts a long line.
fn cut(text: &str, line: (usize, usize), marked: (usize, usize), masks: &[(usize, usize)]) -> Snippet {
    let mut shown = String::new();
    let (mut start, mut end) = (None, None);
    let mut masks = masks.iter().peekable();
    let mut at = line.0;
    let mut count = 0;
    for (offset, c) in text.get(line.0..line.1).unwrap_or_default().char_indices() {
        let offset = line.0 + offset;
        if offset < at {
            continue;
        }
        if offset >= marked.0 && start.is_none() {
            start = Some(count);
        }
        if offset >= marked.1 && end.is_none() {
            end = Some(count);
        }
        match masks.next_if(|mask| mask.0 <= offset) {
            Some(mask) => {
                shown.push_str(MASK);
                if mask.0 <= marked.0 && marked.0 < mask.1 {
                    start = Some(count);
                }
                count += MASK.len();
                at = mask.1;
            }
            None if c == '\r' || c == '\u{feff}' => {}
            None => {
                let c = if is_terminal_control(c) { ' ' } else { c };
                shown.push(c);
                count += columns(c);
            }
        }
    }
    let total = count;
    let start = start.unwrap_or(total);
    let len = end.unwrap_or(total).saturating_sub(start).max(1);
    if total <= WINDOW {
        return Snippet { line: shown.trim_end().to_owned(), start, len };
    }
    let wanted = start.saturating_sub(WINDOW / 2);
    let mut ends = 0;
    let placed = shown.chars().map(|c| {
        let column = ends;
        ends += columns(c);
        (column, c)
    });
    let part: Vec<_> = placed
        .skip_while(|(at, _)| *at < wanted)
        .take_while(|(at, c)| at + columns(*c) <= wanted + WINDOW)
        .collect();
    // a wide character may lie across the edge
    let first = part.first().map_or(wanted, |(at, _)| *at);
    let last = part.last().map_or(first, |(at, c)| at + columns(*c));
    let part: String = part.into_iter().map(|(_, c)| c).collect();
    let lead = if first > 0 { "…" } else { "" };
    let tail = if last < total { "…" } else { "" };
    let start = start.saturating_sub(first) + lead.chars().count();
    Snippet {
        line: format!("{lead}{part}{tail}"),
        start,
        len: len.min((WINDOW + 1).saturating_sub(start).max(1)),
    }
}
