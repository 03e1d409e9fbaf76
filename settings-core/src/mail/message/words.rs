//! Encodes header texts: plain where that is safe, otherwise as encoded words.
//!
//! The results contain spaces only where a line may be folded.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::mail::address::Mailbox;

/// The maximum length of an encoded word (RFC 2047, 2).
const WORD_LIMIT: usize = 75;
/// The length of an encoded word without its text.
const FRAME: usize = "=?utf-8?B??=".len();
/// The maximum length of a run without a space; a longer one could not be folded.
const RUN_LIMIT: usize = 60;
/// The length of one section of a parameter (RFC 2231, 3).
const SECTION: usize = 50;

/// Encodes an unstructured text, for example a subject.
pub(super) fn unstructured(text: &str) -> Cow<'_, str> {
    if is_plain(text) { Cow::Borrowed(text) } else { Cow::Owned(encoded_words(text)) }
}

/// Encodes a list of mailboxes (RFC 5322, 3.4).
pub(super) fn mailboxes<'m>(mailboxes: impl IntoIterator<Item = &'m Mailbox>) -> String {
    mailboxes.into_iter().map(mailbox).collect::<Vec<_>>().join(", ")
}

fn mailbox(mailbox: &Mailbox) -> String {
    let address = mailbox.address().on_the_wire();
    match mailbox.name() {
        None => format!("<{address}>"),
        Some(name) if is_plain(name) => format!("{} <{address}>", quoted(name)),
        // Encoded words mean nothing within quotes (RFC 2047, 5).
        Some(name) => format!("{} <{address}>", encoded_words(name)),
    }
}

/// Returns the disposition for a file name that is not safe in a quoted string: readers decode encoded words there, trim
/// spaces, and differ in their handling of escapes. Returns `None` if the builder handles the name correctly.
pub(super) fn disposition(name: &str) -> Option<String> {
    if !name.contains("=?") && !name.contains(['"', '\\']) && name.trim() == name {
        return None;
    }
    let mut sections = vec![String::new()];
    for c in name.chars() {
        let piece: String = c.encode_utf8(&mut [0; 4]).bytes().map(percent_encoded).collect();
        match sections.last_mut() {
            Some(last) if last.len() + piece.len() <= SECTION => last.push_str(&piece),
            _ => sections.push(piece),
        }
    }
    if let [only] = sections.as_slice() {
        return Some(format!("attachment; filename*=UTF-8''{only}"));
    }
    let mut text = "attachment".to_owned();
    for (at, section) in sections.iter().enumerate() {
        let charset = if at == 0 { "UTF-8''" } else { "" };
        text.push_str(&format!("; filename*{at}*={charset}{section}"));
    }
    Some(text)
}

/// Returns true if a text needs no encoding: printable ASCII in words between which lines can be folded, without anything
/// that looks like an encoded word, and without spaces that folding could remove.
fn is_plain(text: &str) -> bool {
    let printable = text.bytes().all(|b| b.is_ascii_graphic() || b == b' ');
    printable
        && !text.contains("=?")
        && text.trim() == text
        && text.split(' ').all(|run| run.len() <= RUN_LIMIT)
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Encodes a text as encoded words (RFC 2047), each of whole characters, in the shorter of the two encodings.
fn encoded_words(text: &str) -> String {
    let quoted: usize = text.bytes().map(|b| quoted_printable(b).len()).sum();
    if quoted <= text.len().div_ceil(3) * 4 {
        words(text, 'Q', |word| word.bytes().map(quoted_printable).collect())
    } else {
        words(text, 'B', |word| STANDARD.encode(word))
    }
}

fn words(text: &str, name: char, encode: impl Fn(&str) -> String) -> String {
    let mut words = Vec::new();
    let mut word = String::new();
    for c in text.chars() {
        word.push(c);
        if encode(&word).len() + FRAME > WORD_LIMIT {
            word.pop();
            words.push(format!("=?utf-8?{name}?{}?=", encode(&word)));
            word = c.to_string();
        }
    }
    if !word.is_empty() {
        words.push(format!("=?utf-8?{name}?{}?=", encode(&word)));
    }
    words.join(" ")
}

/// Encodes one byte of an encoded word in a display name (RFC 2047, 5 (3)).
fn quoted_printable(byte: u8) -> String {
    match byte {
        b' ' => "_".to_owned(),
        b if b.is_ascii_alphanumeric() || b"!*+-/".contains(&b) => char::from(b).to_string(),
        b => format!("={b:02X}"),
    }
}

/// Encodes one byte of an extended parameter (RFC 2231, 7).
fn percent_encoded(byte: u8) -> String {
    match byte {
        b if b.is_ascii_alphanumeric() || b"!#$&+-.^_`{}~".contains(&b) => char::from(b).to_string(),
        b => format!("%{b:02X}"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn plain_text_stays_plain() {
        for text in ["", "Backup finished", "a  b", "a = b ? c", "\"x\", y <z>"] {
            assert_eq!(unstructured(text), text);
        }
    }

    #[test]
    fn text_that_readers_would_change_is_encoded() {
        assert_eq!(unstructured("A mail for Zoë"), "=?utf-8?Q?A_mail_for_Zo=C3=AB?=");
        assert_eq!(unstructured("Grüße"), "=?utf-8?B?R3LDvMOfZQ==?=");
        assert_eq!(unstructured("=?utf-8?q?x?="), "=?utf-8?B?PT91dGYtOD9xP3g/PQ==?=");
        assert_eq!(unstructured(" a"), "=?utf-8?Q?_a?=");
        assert_eq!(unstructured("a\tb"), "=?utf-8?B?YQli?=");
    }

    #[test]
    fn encoded_words_are_short_and_hold_whole_characters() {
        for text in ["ü".repeat(100), "🎉".repeat(100), "x".repeat(500), "=?🎉x ".repeat(40)] {
            let encoded = unstructured(&text);
            let words: Vec<&str> = encoded.split(' ').collect();
            assert!(words.len() > 3 && words.iter().all(|word| word.len() <= WORD_LIMIT), "{encoded}");
            let decoded = words.iter().filter_map(|word| word.strip_prefix("=?utf-8?B?")?.strip_suffix("?="));
            for word in decoded {
                assert!(String::from_utf8(STANDARD.decode(word).unwrap()).is_ok(), "{word}");
            }
        }
    }

    #[test]
    fn names_are_quoted_or_encoded_but_never_both() {
        for (text, shown) in [
            ("a@b", "<a@b>"),
            ("Admin <a@b>", "\"Admin\" <a@b>"),
            ("\"A, \\\"b\\\" \\\\\" <a@b>", "\"A, \\\"b\\\" \\\\\" <a@b>"),
            ("Jürgen <a@b>", "=?utf-8?Q?J=C3=BCrgen?= <a@b>"),
            ("=?x <a@b>", "=?utf-8?B?PT94?= <a@b>"),
        ] {
            assert_eq!(mailboxes([&text.parse().unwrap()]), shown);
        }
    }

    #[test]
    fn unsafe_file_names_become_extended_parameters() {
        assert_eq!(disposition("report 2026.pdf"), None);
        assert_eq!(disposition(""), None);
        assert_eq!(disposition("a\"b\\c").unwrap(), "attachment; filename*=UTF-8''a%22b%5Cc");
        assert_eq!(disposition(" ü").unwrap(), "attachment; filename*=UTF-8''%20%C3%BC");
        let long = disposition(&"\"ü".repeat(20)).unwrap();
        assert!(
            long.starts_with("attachment; filename*0*=UTF-8''%22%C3%BC") && long.contains("; filename*2*=")
        );
        assert!(long.split("; ").all(|section| section.len() < 78), "{long}");
    }
}
