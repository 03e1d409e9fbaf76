//! The lengths of runs of bytes.

/// Counts the bytes of space at the start, indentation four at a time.
#[inline]
pub(super) fn blank_len(bytes: &[u8]) -> usize {
    const SPACES: u32 = u32::from_ne_bytes(*b"    ");
    let mut rest = bytes;
    while let [b' ' | b'\n' | b'\r' | b'\t', after @ ..] = rest {
        rest = after;
        while let Some((four, after)) = rest.split_first_chunk::<4>()
            && u32::from_ne_bytes(*four) == SPACES
        {
            rest = after;
        }
    }
    bytes.len() - rest.len()
}

/// Counts the bytes at the start that are not a quote, a backslash or a control character, eight at a time.
#[inline]
pub(super) fn plain_len(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGH_BITS: u64 = ONES << 7;
    let mut rest = bytes;
    while let Some((word, after)) = rest.split_first_chunk::<8>() {
        let word = u64::from_le_bytes(*word);
        // with this bit flipped, a quote comes right after the control characters
        let control_or_quote = (word ^ (ONES * 0x02)).wrapping_sub(ONES * 0x21);
        let backslash = (word ^ (ONES * u64::from(b'\\'))).wrapping_sub(ONES);
        // a wanted byte has its high bit set here; a borrow can only reach bytes after the first of them
        let ends = (control_or_quote | backslash) & !word & HIGH_BITS;
        if ends != 0 {
            return bytes.len() - rest.len() + (ends.trailing_zeros() / 8) as usize;
        }
        rest = after;
    }
    let is_end = |&byte: &u8| byte == b'"' || byte == b'\\' || byte < 0x20;
    bytes.len() - rest.len() + rest.iter().position(is_end).unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::{blank_len, plain_len};

    /// Returns each pair of bytes at each place among others.
    fn texts(others: u8) -> impl Iterator<Item = Vec<u8>> {
        let pairs =
            (0..=u8::MAX).flat_map(|one| [b' ', b'"', b'\\', 0, 0x1f, 0x80, b'!'].map(|two| [one, two]));
        pairs.flat_map(move |pair| {
            (0..18).map(move |at| [&vec![others; at][..], &pair, &[others; 9]].concat())
        })
    }

    #[test]
    fn lengths_are_those_of_a_look_at_each_byte() {
        let is_plain = |byte: &&u8| **byte >= 0x20 && !matches!(**byte, b'"' | b'\\');
        for text in [b'x', 0xc3].into_iter().flat_map(texts) {
            assert_eq!(plain_len(&text), text.iter().take_while(is_plain).count(), "{text:?}");
        }
        let is_blank = |byte: &&u8| matches!(**byte, b' ' | b'\n' | b'\r' | b'\t');
        for text in texts(b' ').map(|text| [b"\n", &text[..]].concat()) {
            assert_eq!(blank_len(&text), text.iter().take_while(is_blank).count(), "{text:?}");
        }
    }
}
