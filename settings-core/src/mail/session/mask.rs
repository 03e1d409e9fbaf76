//! Hides secrets in the text of a server.
//!
//! Some servers repeat what a client sent with AUTH, for example in an error. Such a reply appears in errors, logs and
//! transcripts, so the secret and its encoded forms are replaced as soon as a line is read.

use std::fmt;
use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

/// Replaces a secret.
pub(super) const REDACTED: &str = "***";
/// A needle that is shorter than this is hidden only as a whole word, since it may be part of any word.
const SHORT: usize = 4;

/// The secrets of a conversation.
#[derive(Default)]
pub(super) struct Mask {
    /// Complete forms of secrets.
    needles: Vec<Zeroizing<Vec<u8>>>,
    /// Parts of Base64 that contain a secret at any offset; the whole run of Base64 is hidden.
    cores: Vec<Zeroizing<Vec<u8>>>,
}

impl Mask {
    /// Hides a secret, and its forms in Base64 and hexadecimal digits, alone or inside a longer encoded text.
    pub(super) fn hide(&mut self, secret: &[u8]) {
        if secret.is_empty() {
            return;
        }
        self.add(secret.to_vec());
        let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
        self.add(hex.to_ascii_uppercase().into_bytes());
        self.add(hex.into_bytes());
        let quoted: String = secret.iter().map(|byte| format!("%{byte:02X}")).collect();
        self.add(quoted.into_bytes());
        for offset in 0..3 {
            let padded = Zeroizing::new([vec![0; offset], secret.to_vec()].concat());
            // Characters that depend on the bytes before or after the secret.
            let before = (offset * 8).div_ceil(6);
            let after = padded.len() * 8 / 6;
            for encoded in
                [STANDARD_NO_PAD.encode(padded.as_slice()), URL_SAFE_NO_PAD.encode(padded.as_slice())]
            {
                let encoded = Zeroizing::new(encoded);
                let core = encoded.as_bytes().get(before..after).unwrap_or_default();
                if core.len() >= SHORT {
                    self.cores.push(Zeroizing::new(core.to_vec()));
                }
            }
        }
    }

    /// Hides a text exactly as it was sent; padding of Base64 does not matter.
    pub(super) fn hide_sent(&mut self, text: &str) {
        self.add(text.trim_end_matches('=').as_bytes().to_vec());
    }

    fn add(&mut self, needle: Vec<u8>) {
        if !needle.is_empty() && !self.needles.iter().any(|known| **known == needle) {
            self.needles.push(Zeroizing::new(needle));
        }
    }

    /// Returns the line of a reply with its secrets replaced. The code at its start is kept.
    pub(super) fn apply(&self, line: Vec<u8>) -> Vec<u8> {
        let code = line.iter().take(3).filter(|byte| byte.is_ascii_digit()).count();
        let start = if code == 3 { line.len().min(4) } else { 0 };
        let mut found: Vec<Range<usize>> = Vec::new();
        for needle in &self.needles {
            found.extend(
                matches(&line, needle, start).filter(|range| needle.len() >= SHORT || is_word(&line, range)),
            );
        }
        for core in &self.cores {
            found.extend(matches(&line, core, start).map(|range| base64_run(&line, range, start)));
        }
        if found.is_empty() {
            return line;
        }
        found.sort_by_key(|range| range.start);
        let mut masked = Vec::with_capacity(line.len());
        let mut at = 0;
        for range in found {
            if range.end <= at {
                continue;
            }
            if range.start >= at {
                masked.extend_from_slice(line.get(at..range.start).unwrap_or_default());
                masked.extend_from_slice(REDACTED.as_bytes());
            }
            at = range.end;
        }
        masked.extend_from_slice(line.get(at..).unwrap_or_default());
        masked
    }
}

fn matches<'l>(line: &'l [u8], needle: &'l [u8], start: usize) -> impl Iterator<Item = Range<usize>> + 'l {
    let windows = line.get(start..).unwrap_or_default().windows(needle.len().max(1));
    windows
        .enumerate()
        .filter(move |(_, window)| *window == needle)
        .map(move |(at, _)| start + at..start + at + needle.len())
}

fn is_word(line: &[u8], range: &Range<usize>) -> bool {
    let is_part = |at: Option<usize>| at.and_then(|at| line.get(at)).is_some_and(u8::is_ascii_alphanumeric);
    !is_part(range.start.checked_sub(1)) && !is_part(Some(range.end))
}

/// Extends a range to the whole run of Base64 characters around it.
fn base64_run(line: &[u8], range: Range<usize>, start: usize) -> Range<usize> {
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_=".contains(byte);
    let before = line.get(start..range.start).unwrap_or_default().iter().rev();
    let after = line.get(range.end..).unwrap_or_default().iter();
    range.start - before.take_while(|byte| is_base64(byte)).count()
        ..range.end + after.take_while(|byte| is_base64(byte)).count()
}

impl fmt::Debug for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mask")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    fn masked(mask: &Mask, text: &str) -> String {
        String::from_utf8(mask.apply(text.as_bytes().to_vec())).unwrap()
    }

    #[test]
    fn a_secret_is_hidden_in_every_form() {
        let secret = "correct horse";
        let mut mask = Mask::default();
        mask.hide(secret.as_bytes());
        let hex: String = secret.bytes().map(|byte| format!("{byte:02X}")).collect();
        for form in [
            secret.to_owned(),
            STANDARD.encode(secret),
            STANDARD.encode(format!("\0rig\0{secret}")),
            STANDARD.encode(format!("rig\0rig\0{secret}")),
            STANDARD.encode(format!("r:{secret}")),
            STANDARD.encode(format!("user=rig\x01auth=Bearer {secret}\x01\x01")),
            URL_SAFE_NO_PAD.encode(format!("rig:{secret}!")),
            hex.clone(),
            hex.to_lowercase(),
        ] {
            let text = masked(&mask, &format!("535 5.7.8 bad: {form} (try again)"));
            assert_eq!(text, "535 5.7.8 bad: *** (try again)", "{form}");
        }
    }

    #[test]
    fn other_words_and_the_code_stay() {
        let mut mask = Mask::default();
        mask.hide(b"235");
        mask.hide(b"a");
        mask.hide_sent("dGlt");
        assert_eq!(masked(&mask, "235 2.7.0 a banana 2350 dGlt="), "235 2.7.0 *** banana 2350 ***=");
        assert_eq!(masked(&Mask::default(), "250 ok"), "250 ok");
    }
}
