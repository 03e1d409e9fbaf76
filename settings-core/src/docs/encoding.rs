//! Text that was decoded twice: UTF-8 read as Windows-1252 and saved again.

use std::ops::Range;

/// One damaged place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Damage {
    /// The damaged bytes.
    pub(super) range: Range<usize>,
    /// The original text; `None` if it is lost.
    pub(super) meant: Option<String>,
}

/// The damaged places of a text, in order.
pub(super) fn damage(text: &str) -> Vec<Damage> {
    let mut found = Vec::new();
    if text.is_ascii() {
        return found;
    }
    let mut at = 0;
    while let Some(rest) = text.get(at..) {
        let Some(skip) = rest.find(|c: char| !c.is_ascii()) else { break };
        at += skip;
        let rest = text.get(at..).unwrap_or_default();
        let Some(c) = rest.chars().next() else { break };
        if c == char::REPLACEMENT_CHARACTER {
            found.push(Damage { range: at..at + c.len_utf8(), meant: None });
            at += c.len_utf8();
        } else if let Some((length, meant)) = decoded_twice(rest) {
            found.push(Damage { range: at..at + length, meant: Some(meant) });
            at += length;
        } else {
            at += c.len_utf8();
        }
    }
    found
}

/// The text with all recoverable damage undone.
pub(super) fn restored(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for damage in damage(text) {
        if let Some(meant) = damage.meant {
            out.push_str(text.get(from..damage.range.start).unwrap_or_default());
            out.push_str(&meant);
            from = damage.range.end;
        }
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out
}

/// The length in bytes of a doubly decoded character at the start of `text`, and the original character.
fn decoded_twice(text: &str) -> Option<(usize, String)> {
    let lead = text.chars().next().and_then(windows_1252)?;
    let length = match lead {
        0xC2 | 0xC3 => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        // Other letters begin two-byte sequences too, but precede quotation marks in undamaged text.
        _ => return None,
    };
    let mut bytes = Vec::with_capacity(length);
    let mut end = 0;
    for (at, c) in text.char_indices().take(length) {
        bytes.push(windows_1252(c)?);
        end = at + c.len_utf8();
    }
    let meant = std::str::from_utf8(&bytes).ok()?;
    (meant.chars().count() == 1).then(|| (end, meant.to_owned()))
}

/// The byte that Windows-1252 decodes to `c`; the five bytes it leaves undefined map to themselves.
fn windows_1252(c: char) -> Option<u8> {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8D}', 'Ž', '\u{8F}',
        '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9D}', 'ž', 'Ÿ',
    ];
    match c {
        '\u{A0}'..='\u{FF}' => u8::try_from(u32::from(c)).ok(),
        _ => HIGH.iter().position(|high| *high == c).and_then(|at| u8::try_from(0x80 + at).ok()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn undoes_a_second_decoding() {
        assert_eq!(restored("itâ€™s â€œsoâ€\u{9d} â€“ cafÃ©"), "it’s “so” – café");
        assert_eq!(restored("ðŸ™‚"), "🙂");
        let found = damage("aâ€™b");
        assert_eq!(found, [Damage { range: 1..9, meant: Some("’".to_owned()) }]);
    }

    #[test]
    fn leaves_honest_text() {
        for text in ["it’s “so”", "CAFÉ»", "€5 – 10", "naïve Ångström", "São", "日本語 é €", "â", "Ã"]
        {
            assert_eq!(damage(text), [], "{text}");
            assert_eq!(restored(text), text);
        }
    }

    #[test]
    fn says_where_a_character_is_lost() {
        assert_eq!(damage("a\u{FFFD}"), [Damage { range: 1..4, meant: None }]);
    }
}
