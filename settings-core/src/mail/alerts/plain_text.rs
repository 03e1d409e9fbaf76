//! Sanitizing of text from the feed.

/// Removes characters that could mislead a reader: control characters, and characters that reorder text or are invisible,
/// except those that join letters. Line ends become LF.
pub(super) fn plain_text(text: &str) -> String {
    text.replace("\r\n", "\n")
        .chars()
        .map(|c| if matches!(c, '\r' | '\u{85}' | '\u{2028}' | '\u{2029}') { '\n' } else { c })
        .filter(|&c| matches!(c, '\n' | '\t') || !(c.is_control() || misleads(c)))
        .collect()
}

/// Sanitizes a text, and shortens it to one line of at most `limit` characters.
pub(super) fn one_line(text: &str, limit: usize) -> String {
    let text = plain_text(text);
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().take(limit).collect()
}

/// Returns true for characters that reorder text (UAX 9) or are invisible.
fn misleads(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misleading_characters_are_removed() {
        assert_eq!(plain_text("a\r\nb\rc\u{2028}d\x1b[31m\0\x07\u{9b}e\tf"), "a\nb\nc\nd[31me\tf");
        assert_eq!(plain_text("pay\u{202e}gnp.exe\u{200b}\u{feff}\u{e0041}"), "paygnp.exe");
        assert_eq!(plain_text("<b>5 < 6</b> Grüße 👩\u{200d}💻"), "<b>5 < 6</b> Grüße 👩\u{200d}💻");
        assert_eq!(one_line("a\r\nBcc: b\n\n c", 9), "a Bcc: b ");
    }
}
