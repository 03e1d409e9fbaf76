//! Checks and dot-stuffs a message.

use memchr::{memchr, memchr3};

use super::MessageError;

/// The maximum length of a line without its end (RFC 5321, 4.5.3.1.6).
const LINE_LIMIT: usize = 998;
/// The maximum size of a message: as much as most servers accept, and a bound on the memory of a mailer.
const MESSAGE_LIMIT: usize = 20_000_000;

/// A message as sent after DATA, including its final dot. Only [`dot_stuffed`] creates it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stuffed {
    bytes: Vec<u8>,
    size: usize,
    eight_bit: bool,
}

impl Stuffed {
    /// Returns the bytes to write, including the final dot.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the size of the message as defined by SIZE (RFC 1870): without stuffing and final dot.
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// Returns true if any byte is outside ASCII.
    pub(crate) fn is_eight_bit(&self) -> bool {
        self.eight_bit
    }
}

/// Checks a message and prepares it for DATA.
///
/// Lines end in CR LF: a lone CR or LF, a NUL, and a line of more than 998 bytes are refused, so that no two servers can
/// disagree about the end of the message. A dot at the start of a
/// line is doubled (RFC 5321, 4.5.2). No empty line is added before the final dot.
pub(crate) fn dot_stuffed(message: &[u8]) -> Result<Stuffed, MessageError> {
    let mut bytes = Vec::with_capacity(message.len() + message.len() / 64 + 5);
    each_line(message, |line| {
        if line.starts_with(b".") {
            bytes.push(b'.');
        }
        bytes.extend_from_slice(line);
    })?;
    let mut size = message.len();
    if !message.ends_with(b"\n") {
        bytes.extend_from_slice(b"\r\n");
        size += 2;
    }
    bytes.extend_from_slice(b".\r\n");
    Ok(Stuffed { bytes, size, eight_bit: !message.is_ascii() })
}

/// Checks if [`dot_stuffed`] would accept a message.
pub(super) fn check(message: &[u8]) -> Result<(), MessageError> {
    each_line(message, |_| {})
}

fn each_line(message: &[u8], mut take: impl FnMut(&[u8])) -> Result<(), MessageError> {
    if message.len() > MESSAGE_LIMIT {
        return Err(MessageError::TooLarge { size: message.len(), limit: MESSAGE_LIMIT });
    }
    let mut start = 0;
    while let Some(rest) = message.get(start..).filter(|rest| !rest.is_empty()) {
        let length = memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
        let line = rest.get(..length).unwrap_or(rest);
        check_line(line, start)?;
        take(line);
        start += length;
    }
    Ok(())
}

/// Checks one line, including its end; `start` is its offset.
fn check_line(line: &[u8], start: usize) -> Result<(), MessageError> {
    let malformed = |what, at| Err(MessageError::Malformed { what, at: start + at });
    let text = line.strip_suffix(b"\r\n").unwrap_or(line);
    match memchr3(0, b'\r', b'\n', text) {
        Some(at) if at > LINE_LIMIT => malformed("a line of more than 998 bytes", LINE_LIMIT),
        Some(at) => match text.get(at) {
            Some(0) => malformed("a NUL", at),
            Some(b'\r') => malformed("a carriage return without a line feed", at + 1),
            _ => malformed("a line feed without a carriage return", at),
        },
        None if text.len() > LINE_LIMIT => malformed("a line of more than 998 bytes", LINE_LIMIT),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    #[test]
    fn dots_and_the_end() {
        for (message, wire) in [
            ("a\r\n", "a\r\n.\r\n"),
            ("a", "a\r\n.\r\n"),
            ("", "\r\n.\r\n"),
            (".\r\n", "..\r\n.\r\n"),
            ("..a\r\nb.c\r\n.d\r\n", "...a\r\nb.c\r\n..d\r\n.\r\n"),
            ("a\r\n\r\n", "a\r\n\r\n.\r\n"),
        ] {
            assert_eq!(dot_stuffed(message.as_bytes()).unwrap().bytes(), wire.as_bytes(), "{message:?}");
        }
    }

    #[test]
    fn bytes_that_could_end_a_message_early_are_refused() {
        for message in
            ["a\n.\n", "a\n.\r\n", "a\r.\r\n", "a\r\n.\r", "a\r\r\n", "a\0b\r\n", "\n", "\r", "a\r\n.\n\r\n"]
        {
            assert!(dot_stuffed(message.as_bytes()).is_err(), "{message:?}");
        }
    }

    #[test]
    fn errors_name_the_offset() {
        let long = format!("a\r\n{}\r\n", "x".repeat(999));
        let late = format!("a\r\n{}\0\r\n", "x".repeat(1200));
        for (message, expected) in [
            ("ab\r\nc\0\r\n", 5),
            ("ab\r\nc\rd\r\n", 6),
            ("ab\r\nc\n", 5),
            ("ab\r\nc\r", 6),
            (long.as_str(), 3 + 998),
            (late.as_str(), 3 + 998),
        ] {
            let Err(MessageError::Malformed { at, .. }) = dot_stuffed(message.as_bytes()) else {
                panic!("{message:?}")
            };
            assert_eq!(at, expected, "{message:?}");
        }
    }

    #[test]
    fn long_lines_are_refused_at_998() {
        let line = |len: usize| format!("{}\r\n", "x".repeat(len));
        assert!(dot_stuffed(line(998).as_bytes()).is_ok());
        assert!(dot_stuffed(line(999).as_bytes()).is_err());
    }

    #[test]
    fn messages_have_a_limit() {
        let line = [b'x'; 98].into_iter().chain(*b"\r\n").collect::<Vec<u8>>();
        let message = line.repeat(MESSAGE_LIMIT / line.len());
        assert!(dot_stuffed(&message).is_ok());
        let larger = [message.as_slice(), b"."].concat();
        assert_eq!(
            dot_stuffed(&larger),
            Err(MessageError::TooLarge { size: MESSAGE_LIMIT + 1, limit: MESSAGE_LIMIT })
        );
    }

    #[test]
    fn size_excludes_stuffing_and_the_final_dot() {
        let stuffed = dot_stuffed("..\r\n.ü\r\n".as_bytes()).unwrap();
        assert_eq!((stuffed.size(), stuffed.is_eight_bit()), (9, true));
    }
}
