//! Character classes of the inline markup rules, and slices that cannot panic.

use crate::unicode;

const SPACE: u8 = 1;
const WORD: u8 = 2;
const OPENER: u8 = 4;
const DELIMITER: u8 = 8;
const CLOSER: u8 = 16;
const CLOSING: u8 = 32;

const ASCII: [u8; 128] = ascii_classes();

const fn ascii_classes() -> [u8; 128] {
    let mut table = [0u8; 128];
    let mut i = 0;
    while i < 128 {
        let b = i as u8;
        let class = match b {
            b'\t'..=b'\r' | 0x1C..=0x20 => SPACE,
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => WORD,
            b'"' | b'\'' => OPENER | CLOSER,
            b'(' | b'<' | b'[' | b'{' => OPENER,
            b')' | b'>' | b']' | b'}' => CLOSER,
            b'-' | b'/' | b':' => DELIMITER,
            b'!' | b',' | b'.' | b';' | b'?' | b'\\' => CLOSING,
            _ => 0,
        };
        #[allow(clippy::indexing_slicing)] // constant evaluation: an error here is a compile error
        {
            table[i] = class;
        }
        i += 1;
    }
    table
}

fn class(c: char) -> Option<u8> {
    ASCII.get(c as usize).copied()
}

fn within(ranges: &[(u32, u32)], c: char) -> bool {
    let c = c as u32;
    ranges
        .binary_search_by(|&(low, high)| {
            if high < c {
                std::cmp::Ordering::Less
            } else if low > c {
                std::cmp::Ordering::Greater
            } else {
                std::cmp::Ordering::Equal
            }
        })
        .is_ok()
}

/// Returns true for Unicode whitespace and the four ASCII separators.
pub(crate) fn is_space(c: char) -> bool {
    match class(c) {
        Some(class) => class & SPACE != 0,
        None => matches!(
            c,
            '\u{85}' | '\u{A0}' | '\u{1680}' | '\u{2000}'
                ..='\u{200A}' | '\u{2028}' | '\u{2029}' | '\u{202F}' | '\u{205F}' | '\u{3000}'
        ),
    }
}

/// Returns true for a letter or digit. The underscore is neither.
pub(crate) fn is_word(c: char) -> bool {
    class(c).map_or_else(|| within(unicode::WORD, c), |class| class & WORD != 0)
}

/// Returns true for a character that may precede an inline start-string.
pub(crate) fn may_precede(c: char) -> bool {
    match class(c) {
        Some(class) => class & (SPACE | OPENER | DELIMITER) != 0,
        None => is_space(c) || within(unicode::OPENERS, c) || within(unicode::DELIMITERS, c),
    }
}

/// Returns true for a character that may follow an inline end-string. Escapes (NUL) count.
pub(crate) fn may_follow(c: char) -> bool {
    match class(c) {
        Some(class) => c == '\0' || class & (SPACE | CLOSING | DELIMITER | CLOSER) != 0,
        None => is_space(c) || within(unicode::DELIMITERS, c) || within(unicode::CLOSERS, c),
    }
}

/// Returns true if the two characters are a pair of quotes or brackets.
pub(crate) fn is_pair(open: char, close: char) -> bool {
    match open {
        '"' => close == '"',
        '\'' => close == '\'',
        '(' => close == ')',
        '<' => close == '>',
        '[' => close == ']',
        '{' => close == '}',
        '\\' => close == '\\',
        c if c.is_ascii() => false,
        c => unicode::PAIRS
            .binary_search_by_key(&c, |&(open, _)| open)
            .ok()
            .and_then(|i| unicode::PAIRS.get(i))
            .is_some_and(|(_, closers)| closers.contains(&close)),
    }
}

/// Returns the number of columns of a character: 2 for a wide one, 0 for a combining one, otherwise 1.
pub(crate) fn columns(c: char) -> usize {
    if c.is_ascii() {
        1
    } else if within(unicode::COMBINING, c) {
        usize::from(within(unicode::WIDE, c))
    } else {
        1 + usize::from(within(unicode::WIDE, c))
    }
}

/// Returns true if the character takes two columns.
pub(crate) fn is_wide(c: char) -> bool {
    !c.is_ascii() && within(unicode::WIDE, c)
}

/// Returns `s[a..b]`, or an empty string if the range is not valid.
pub(crate) fn cut(s: &str, a: usize, b: usize) -> &str {
    s.get(a..b).unwrap_or_default()
}

/// Returns `s[a..]`, or an empty string if the range is not valid.
pub(crate) fn tail(s: &str, a: usize) -> &str {
    s.get(a..).unwrap_or_default()
}

/// The first `length` bytes of `s`, or fewer where a character reaches over the end.
pub(crate) fn prefix(s: &str, length: usize) -> &str {
    if s.len() <= length {
        return s;
    }
    (0..4).find_map(|less| s.get(..length.saturating_sub(less))).unwrap_or_default()
}

/// The byte at `i`; NUL past the end.
pub(crate) fn byte(s: &str, i: usize) -> u8 {
    s.as_bytes().get(i).copied().unwrap_or(0)
}

/// The character that starts at byte `i`.
pub(crate) fn char_at(s: &str, i: usize) -> Option<char> {
    match s.as_bytes().get(i) {
        Some(&b) if b < 0x80 => Some(b as char),
        Some(_) => tail(s, i).chars().next(),
        None => None,
    }
}

/// The character that ends at byte `i`.
pub(crate) fn char_before(s: &str, i: usize) -> Option<char> {
    match i.checked_sub(1).and_then(|i| s.as_bytes().get(i)) {
        Some(&b) if b < 0x80 => Some(b as char),
        Some(_) => cut(s, 0, i).chars().next_back(),
        None => None,
    }
}

/// Returns the index of the first byte for which `of` is true. `of` runs on whole chunks, so it should be a few
/// comparisons without branches.
pub(crate) fn find_byte(bytes: &[u8], of: impl Fn(u8) -> bool) -> Option<usize> {
    const CHUNK: usize = 32;
    let mut at = 0;
    let mut chunks = bytes.chunks_exact(CHUNK);
    for chunk in chunks.by_ref() {
        if chunk.iter().fold(false, |found, &b| found | of(b)) {
            return chunk.iter().position(|&b| of(b)).map(|i| at + i);
        }
        at += CHUNK;
    }
    chunks.remainder().iter().position(|&b| of(b)).map(|i| at + i)
}

/// Removes whitespace at both ends.
pub(crate) fn trim(s: &str) -> &str {
    s.trim_matches(is_space)
}

/// Removes whitespace at the start.
pub(crate) fn trim_start(s: &str) -> &str {
    s.trim_start_matches(is_space)
}

/// Removes whitespace at the end.
pub(crate) fn trim_end(s: &str) -> &str {
    match s.as_bytes().last() {
        Some(&b) if b > b' ' && b < 0x80 => s,
        _ => s.trim_end_matches(is_space),
    }
}

/// Splits a text into words.
pub(crate) fn words(s: &str) -> impl Iterator<Item = &str> {
    s.split(is_space).filter(|word| !word.is_empty())
}

/// Returns true for ASCII punctuation, the characters of adornments and quotes.
pub(crate) fn is_punctuation(b: u8) -> bool {
    b.is_ascii_punctuation()
}
