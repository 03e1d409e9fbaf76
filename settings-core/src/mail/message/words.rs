//! Text that looks encoded already.

use std::borrow::Cow;

use base64::{Engine, engine::general_purpose::STANDARD};

/// Bytes of text in one encoded word, which has at most 75 characters (RFC 2047, 2).
const WORD: usize = 45;

/// A header text that readers will show as it is written here.
///
/// The builder encodes what is not ASCII. What is ASCII but has the form of an encoded word would
/// be decoded by readers into something that nobody wrote, so it is encoded here.
pub(super) fn literal(text: &str) -> Cow<'_, str> {
    if !text.contains("=?") {
        return Cow::Borrowed(text);
    }
    let mut words = Vec::new();
    let mut word = String::new();
    for c in text.chars() {
        if word.len() + c.len_utf8() > WORD {
            words.push(encoded(&word));
            word.clear();
        }
        word.push(c);
    }
    words.push(encoded(&word));
    Cow::Owned(words.join(" "))
}

fn encoded(word: &str) -> String {
    format!("=?utf-8?B?{}?=", STANDARD.encode(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_looks_encoded_is_encoded() {
        assert_eq!(literal("Grüße = ?"), "Grüße = ?");
        assert_eq!(literal("=?utf-8?q?x?="), "=?utf-8?B?PT91dGYtOD9xP3g/PQ==?=");
        let long = literal(&"=?ü".repeat(40)).into_owned();
        assert!(long.split(' ').count() > 2 && long.split(' ').all(|word| word.len() <= 75), "{long}");
    }
}
