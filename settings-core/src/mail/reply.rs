//! Replies of an SMTP server.

use std::fmt;

/// A complete reply of a server (RFC 5321, 4.2): a code and one or more lines of text.
///
/// Invalid UTF-8 and control characters are replaced, so a reply is safe to print.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    code: u16,
    enhanced: Option<EnhancedCode>,
    lines: Vec<String>,
}

/// An enhanced status code (RFC 3463), `5.7.8` for example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EnhancedCode {
    /// 2 success, 4 persistent transient failure, 5 permanent failure.
    pub class: u16,
    /// The subject: 1 address, 2 mailbox, 3 system, 4 network, 5 protocol, 6 content, 7 policy.
    pub subject: u16,
    /// The status within the subject.
    pub detail: u16,
}

impl Reply {
    /// Creates a reply from its code and the text of each line.
    pub fn new(code: u16, lines: Vec<String>) -> Self {
        let enhanced = lines.first().and_then(|line| EnhancedCode::at_start_of(line));
        Self { code, enhanced, lines }
    }

    /// Returns the three-digit code.
    pub fn code(&self) -> u16 {
        self.code
    }

    /// Returns the enhanced status code at the start of the text, if there is one.
    pub fn enhanced(&self) -> Option<EnhancedCode> {
        self.enhanced
    }

    /// Returns the text of each line, without the code.
    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    /// Returns true for a positive reply (2xx).
    pub fn is_positive(&self) -> bool {
        (200..300).contains(&self.code)
    }

    /// Returns true if the same request may succeed later (4xx).
    pub fn is_transient(&self) -> bool {
        (400..500).contains(&self.code)
    }

    /// Returns true if the same request will fail again (5xx).
    pub fn is_permanent(&self) -> bool {
        (500..600).contains(&self.code)
    }

    /// Returns true if the code or the enhanced code equals `wanted`, for example `"535"` or `"5.7.9"`.
    pub fn says(&self, wanted: &str) -> bool {
        self.code.to_string() == wanted || self.enhanced.is_some_and(|code| code.to_string() == wanted)
    }

    /// Returns the server's queue id, if the final reply has a known form.
    pub fn queue_id(&self) -> Option<&str> {
        let words: Vec<&str> = self.lines.first()?.split_ascii_whitespace().collect();
        let after = |first: &str, second: &str| {
            words.windows(3).find_map(|w| match w {
                [a, b, id] if a.eq_ignore_ascii_case(first) && b.eq_ignore_ascii_case(second) => Some(*id),
                _ => None,
            })
        };
        let before = || {
            words.windows(3).find_map(|w| match w {
                [id, a, b] if *a == "Message" && *b == "accepted" => Some(*id),
                _ => None,
            })
        };
        after("queued", "as")
            .or_else(|| words.iter().find_map(|word| word.strip_prefix("id=")))
            .or_else(before)
            .map(|id| id.trim_end_matches(['.', ',', ';']))
            .filter(|id| !id.is_empty())
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        for (index, line) in self.lines.iter().enumerate() {
            let gap = if index == 0 { " " } else { " / " };
            if !line.is_empty() {
                write!(f, "{gap}{line}")?;
            }
        }
        Ok(())
    }
}

impl EnhancedCode {
    fn at_start_of(line: &str) -> Option<Self> {
        let word = line.split_ascii_whitespace().next()?;
        let mut parts = word.split('.');
        let mut part = || {
            let digits = parts.next()?;
            let plain = (1..=3).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
            plain.then(|| digits.parse::<u16>().ok()).flatten()
        };
        let code = Self { class: part()?, subject: part()?, detail: part()? };
        (matches!(code.class, 2 | 4 | 5) && parts.next().is_none()).then_some(code)
    }
}

impl fmt::Display for EnhancedCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

/// Converts text from a peer for printing: replaces invalid UTF-8 and control characters.
pub(crate) fn printable(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes)
        .chars()
        .map(|c| if c.is_control() && c != '\t' { char::REPLACEMENT_CHARACTER } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(code: u16, text: &str) -> Reply {
        Reply::new(code, text.split('|').map(str::to_owned).collect())
    }

    #[test]
    fn enhanced_codes_are_not_cut_to_a_byte() {
        let code = reply(550, "5.7.509 access denied").enhanced().map(|code| code.to_string());
        assert_eq!(code.as_deref(), Some("5.7.509"));
        for other in ["5.7", "5.7.8.9 no", "1.2.3 no", "5.7.x", "hello", "5.7.1234", ""] {
            assert_eq!(reply(550, other).enhanced(), None, "{other}");
        }
    }

    #[test]
    fn queue_ids_of_known_forms() {
        for (text, id) in [
            ("2.0.0 Ok: queued as 4dXk2y", Some("4dXk2y")),
            ("OK id=1vMx3s-000001-2A", Some("1vMx3s-000001-2A")),
            ("2.0.0 5AMBZx4o012345 Message accepted for delivery", Some("5AMBZx4o012345")),
            ("OK: message queued", None),
            ("queued as", None),
        ] {
            assert_eq!(reply(250, text).queue_id(), id, "{text}");
        }
    }

    #[test]
    fn shown_on_one_line() {
        assert_eq!(reply(554, "5.7.1 no|really no").to_string(), "554 5.7.1 no / really no");
        assert_eq!(reply(250, "").to_string(), "250");
        assert_eq!(printable(b"a\x1b[1mb\xffc\t"), "a\u{fffd}[1mb\u{fffd}c\t");
    }
}
