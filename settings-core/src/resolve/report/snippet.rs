//! A line of a file with a caret under the place, secrets masked.

use super::screen::{columns, steers};
use crate::format::{Lexeme, LexemeKind};
use crate::value::passwords;

/// How many columns of a long line are shown around the place.
const WINDOW: usize = 96;

/// How many bytes of a long line are looked at before and behind the place.
const REACH: usize = 512;

/// What stands in a masked value's place.
const MASK: &str = "***";

/// One line of a source, or the part of a long line that matters, with the place marked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Snippet {
    /// The line; every string value but the one that is spoken of is masked.
    pub line: String,
    /// Where the mark starts, in a terminal's columns from the line's start.
    pub start: usize,
    /// How long the mark is, in columns; at least one.
    pub len: usize,
}

/// What a snippet may show.
pub(crate) struct Showing<'k> {
    /// Whether the marked value itself may be shown.
    pub(crate) marked: bool,
    /// Whether a key's value must be masked whatever it is.
    pub(crate) is_secret_key: &'k dyn Fn(&str) -> bool,
}

/// The line that holds `start` with `len` bytes marked.
/// `tokens` are those of the whole text.
pub(crate) fn snippet(
    text: &str,
    tokens: &[Token],
    (start, len): (usize, usize),
    showing: &Showing<'_>,
) -> Option<Snippet> {
    // a line may be as long as the text: no more of it is looked at than is shown
    let reach = (
        text.floor_char_boundary(start.saturating_sub(REACH)),
        text.floor_char_boundary(start.saturating_add(REACH)),
    );
    let line_start = text.get(reach.0..start)?.rfind('\n').map(|at| reach.0 + at + 1);
    let line_end = text.get(start..reach.1)?.find('\n').map(|at| start + at);
    let part = (line_start.unwrap_or(reach.0), line_end.unwrap_or(reach.1));
    let is_cut = (line_start.is_none() && reach.0 > 0, line_end.is_none() && reach.1 < text.len());
    let marked = (start, (start + len).min(line_end.unwrap_or(text.len())));
    let mut masks = Vec::new();
    let first = tokens.partition_point(|token| token.end <= part.0);
    for token in tokens.iter().skip(first).take_while(|token| token.start < part.1) {
        let key = token.key.and_then(|(start, end)| text.get(start..end));
        let secret = key.is_some_and(|key| (showing.is_secret_key)(key));
        let spoken_of = token.start < marked.1 && marked.0 < token.end;
        let hidden = match token.sort {
            Sort::Key => false,
            _ if spoken_of && showing.marked => secret,
            Sort::Text | Sort::Comment => true,
            Sort::Word => secret || spoken_of,
        };
        if hidden {
            masks.push((token.start.max(part.0), token.end.min(part.1)));
        } else if token.sort == Sort::Text {
            let within = passwords(text.get(token.start..token.end).unwrap_or_default()).into_iter();
            let within = within.map(|(start, end)| (token.start + start, token.start + end));
            masks.extend(within.filter(|(start, end)| part.0 < *end && *start < part.1));
        }
    }
    let mut snippet = cut(text, part, marked, &masks);
    if is_cut.0 && !snippet.line.starts_with('…') {
        snippet.line.insert(0, '…');
        snippet.start += 1;
    }
    if is_cut.1 && !snippet.line.ends_with('…') {
        snippet.line.push('…');
    }
    Some(snippet)
}

/// Writes the line with its masks, keeps track of where the mark comes to stand, and cuts a long line.
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
                let c = if steers(c) { ' ' } else { c };
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
    // a wide character may stand across the edge
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

/// A lexical part of a text that may be no JSON at all.
#[derive(Clone, Copy)]
pub(crate) struct Token {
    sort: Sort,
    start: usize,
    end: usize,
    /// Where the key stands whose value it is.
    key: Option<(usize, usize)>,
}

impl Token {
    /// Converts a lexical part of a document in a format other than JSON.
    pub(crate) fn from_lexeme(text: &str, lexeme: Lexeme) -> Self {
        let Lexeme { kind, span, key } = lexeme;
        let sort = match kind {
            LexemeKind::Key => Sort::Key,
            LexemeKind::Text => Sort::Text,
            LexemeKind::Word => Sort::Word,
            LexemeKind::Comment => Sort::Comment,
        };
        let key = key.map(|key| unquoted(text, key.start, key.end));
        Self { sort, start: span.start, end: span.end, key }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Key,
    Text,
    Word,
    Comment,
}

/// All keys, strings, words and comments, as far as they can be told apart in broken JSON.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut key = None;
    let mut at = 0;
    while at < text.len() {
        let rest = text.get(at..).unwrap_or_default();
        let Some(c) = rest.chars().next() else { break };
        let (sort, len) = match c {
            '"' | '\'' => (Sort::Text, quoted_len(rest, c)),
            '/' if rest.starts_with("//") => (Sort::Comment, rest.find('\n').unwrap_or(rest.len())),
            '/' if rest.starts_with("/*") => {
                (Sort::Comment, rest.find("*/").map_or(rest.len(), |close| close + 2))
            }
            c if c.is_whitespace() || matches!(c, ',' | ':' | '{' | '}' | '[' | ']' | '/') => {
                at += c.len_utf8();
                continue;
            }
            _ => {
                let ends = |c: char| c.is_whitespace() || matches!(c, ',' | '}' | ']' | ':' | '"' | '\'');
                (Sort::Word, rest.find(ends).unwrap_or(rest.len()).max(c.len_utf8()))
            }
        };
        let (start, stop) = (at, at + len);
        at = stop;
        let is_key =
            sort != Sort::Comment && text.get(stop..).unwrap_or_default().trim_start().starts_with(':');
        if is_key {
            key = Some(unquoted(text, start, stop));
            tokens.push(Token { sort: Sort::Key, start, end: stop, key: None });
        } else {
            tokens.push(Token { sort, start, end: stop, key });
        }
    }
    tokens
}

/// Where a key stands without its quotes.
fn unquoted(text: &str, start: usize, stop: usize) -> (usize, usize) {
    let raw = text.get(start..stop).unwrap_or_default();
    let name = raw.trim_start_matches(['"', '\'']);
    let start = start + raw.len() - name.len();
    (start, start + name.trim_end_matches(['"', '\'']).len())
}

/// How long a quoted text is, its quotes included; up to its line's end where it isn't closed.
fn quoted_len(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '\n' => return at,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}
