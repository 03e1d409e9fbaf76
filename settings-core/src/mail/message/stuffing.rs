//! The one way of a message's bytes to the socket.

use super::MessageError;

/// Bytes of a line without its end (RFC 5321, 4.5.3.1.6).
const LINE_LIMIT: usize = 998;
/// Bytes of a message: as many as most servers take, and a bound for what a mailer holds in memory.
const MESSAGE_LIMIT: usize = 20_000_000;

/// A message as it goes through DATA, its final dot included. Made by [`dot_stuffed`] only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stuffed {
    bytes: Vec<u8>,
    size: usize,
    eight_bit: bool,
}

impl Stuffed {
    /// What is written, the final dot with it.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Bytes of the message as SIZE counts them (RFC 1870): without stuffing, without the final dot.
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// Whether any byte is outside ASCII.
    pub(crate) fn is_eight_bit(&self) -> bool {
        self.eight_bit
    }
}

/// Checks a message and makes it ready for DATA.
///
/// Lines end in CR LF and nothing else: a lone CR or LF, a NUL, and a line of more than 998 bytes
/// are refused, so no two servers can disagree on where the message ends. A dot at the start of a
/// line is doubled (RFC 5321, 4.5.2). No empty line is added before the final dot.
pub(crate) fn dot_stuffed(message: &[u8]) -> Result<Stuffed, MessageError> {
    if message.len() > MESSAGE_LIMIT {
        return Err(MessageError::TooLarge { size: message.len(), limit: MESSAGE_LIMIT });
    }
    let mut bytes = Vec::with_capacity(message.len() + message.len() / 64 + 5);
    let mut eight_bit = false;
    let mut line = 0;
    let mut previous = b'\n';
    for (at, &byte) in message.iter().enumerate() {
        let malformed = |what| Err(MessageError::Malformed { what, at });
        match byte {
            0 => return malformed("a NUL"),
            b'\n' if previous != b'\r' => return malformed("a line feed without a carriage return"),
            _ if previous == b'\r' && byte != b'\n' => {
                return malformed("a carriage return without a line feed");
            }
            b'.' if line == 0 => bytes.push(b'.'),
            _ => {}
        }
        bytes.push(byte);
        eight_bit |= !byte.is_ascii();
        line = match byte {
            b'\n' => 0,
            b'\r' => line,
            _ => line + 1,
        };
        if line > LINE_LIMIT {
            return malformed("a line of more than 998 bytes");
        }
        previous = byte;
    }
    if previous == b'\r' {
        return Err(MessageError::Malformed {
            what: "a carriage return without a line feed",
            at: message.len(),
        });
    }
    let mut size = message.len();
    if previous != b'\n' || message.is_empty() {
        bytes.extend_from_slice(b"\r\n");
        size += 2;
    }
    bytes.extend_from_slice(b".\r\n");
    Ok(Stuffed { bytes, size, eight_bit })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
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
    fn what_could_end_a_message_early_is_refused() {
        for message in
            ["a\n.\n", "a\n.\r\n", "a\r.\r\n", "a\r\n.\r", "a\r\r\n", "a\0b\r\n", "\n", "\r", "a\r\n.\n\r\n"]
        {
            assert!(dot_stuffed(message.as_bytes()).is_err(), "{message:?}");
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
    fn size_leaves_out_stuffing_and_the_final_dot() {
        let stuffed = dot_stuffed("..\r\n.ü\r\n".as_bytes()).unwrap();
        assert_eq!((stuffed.size(), stuffed.is_eight_bit()), (9, true));
    }
}
