//! Character classes of the inline markup rules, and slices that cannot panic.

use super::unicode;

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

/// Whitespace as Unicode and the four ASCII separators define it.
pub(super) fn is_space(c: char) -> bool {
    match class(c) {
        Some(class) => class & SPACE != 0,
        None => matches!(
            c,
            '\u{85}' | '\u{A0}' | '\u{1680}' | '\u{2000}'
                ..='\u{200A}' | '\u{2028}' | '\u{2029}' | '\u{202F}' | '\u{205F}' | '\u{3000}'
        ),
    }
}

/// A letter or digit; the underscore is not one.
pub(super) fn is_word(c: char) -> bool {
    class(c).map_or_else(|| within(unicode::WORD, c), |class| class & WORD != 0)
}

/// May stand before an inline start-string.
pub(super) fn may_precede(c: char) -> bool {
    match class(c) {
        Some(class) => class & (SPACE | OPENER | DELIMITER) != 0,
        None => is_space(c) || within(unicode::OPENERS, c) || within(unicode::DELIMITERS, c),
    }
}

/// May stand after an inline end-string. Escapes (NUL) count.
pub(super) fn may_follow(c: char) -> bool {
    match class(c) {
        Some(class) => c == '\0' || class & (SPACE | CLOSING | DELIMITER | CLOSER) != 0,
        None => is_space(c) || within(unicode::DELIMITERS, c) || within(unicode::CLOSERS, c),
    }
}

/// Whether the two characters enclose what stands between them.
pub(super) fn is_pair(open: char, close: char) -> bool {
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

/// Columns of one character: wide 2, combining 0, else 1.
pub(super) fn columns(c: char) -> usize {
    if c.is_ascii() {
        1
    } else if within(unicode::COMBINING, c) {
        usize::from(within(unicode::WIDE, c))
    } else {
        1 + usize::from(within(unicode::WIDE, c))
    }
}

/// Whether the character takes two columns.
pub(super) fn is_wide(c: char) -> bool {
    !c.is_ascii() && within(unicode::WIDE, c)
}

/// `s[a..b]`, or nothing where that is no slice.
pub(super) fn cut(s: &str, a: usize, b: usize) -> &str {
    s.get(a..b).unwrap_or_default()
}

/// `s[a..]`, or nothing where that is no slice.
pub(super) fn tail(s: &str, a: usize) -> &str {
    s.get(a..).unwrap_or_default()
}

/// The byte at `i`, NUL past the end.
pub(super) fn byte(s: &str, i: usize) -> u8 {
    s.as_bytes().get(i).copied().unwrap_or(0)
}

/// The character that starts at byte `i`.
pub(super) fn char_at(s: &str, i: usize) -> Option<char> {
    match s.as_bytes().get(i) {
        Some(&b) if b < 0x80 => Some(b as char),
        Some(_) => tail(s, i).chars().next(),
        None => None,
    }
}

/// The character that ends at byte `i`.
pub(super) fn char_before(s: &str, i: usize) -> Option<char> {
    match i.checked_sub(1).and_then(|i| s.as_bytes().get(i)) {
        Some(&b) if b < 0x80 => Some(b as char),
        Some(_) => cut(s, 0, i).chars().next_back(),
        None => None,
    }
}

/// The first byte of a kind. Whole chunks are passed over at once, so `of` should be a few comparisons.
pub(super) fn find_byte(bytes: &[u8], of: impl Fn(u8) -> bool) -> Option<usize> {
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

/// Without whitespace at both ends.
pub(super) fn trim(s: &str) -> &str {
    s.trim_matches(is_space)
}

/// Without whitespace at the start.
pub(super) fn trim_start(s: &str) -> &str {
    s.trim_start_matches(is_space)
}

/// Without whitespace at the end.
pub(super) fn trim_end(s: &str) -> &str {
    match s.as_bytes().last() {
        Some(&b) if b > b' ' && b < 0x80 => s,
        _ => s.trim_end_matches(is_space),
    }
}

/// The words of a text.
pub(super) fn words(s: &str) -> impl Iterator<Item = &str> {
    s.split(is_space).filter(|word| !word.is_empty())
}

/// Printable ASCII punctuation: what adornments, quotes and bullets are made of.
pub(super) fn is_punctuation(b: u8) -> bool {
    b.is_ascii_punctuation()
}
