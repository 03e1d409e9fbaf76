//! Lines and messages from a client, within limits.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};

use crate::mail::catch::memory::{SMALL, Share};
use crate::mail::catch::room::Room;

/// The length limit of a command line in bytes. AUTH may need the most (RFC 4954, 4).
const LINE_LIMIT: usize = 12 * 1024;
const CHUNK: usize = 16 * 1024;

/// Bytes that were read but not used yet.
#[derive(Debug, Default)]
pub(super) struct Lines {
    buffer: Vec<u8>,
}

/// A message that was received with DATA.
#[derive(Debug)]
pub(super) enum Body {
    /// The bytes of the message, with dot-stuffing removed, and their share of the memory unless they are few.
    Whole(Vec<u8>, Option<Share>),
    /// The message exceeds the size limit.
    TooLarge,
    /// There was no memory for the message.
    NoMemory,
    /// A line ends in a lone CR or LF, so that servers could disagree on the end of the message.
    BareLineEnd,
}

impl Lines {
    /// Returns true if nothing was received after the last line.
    pub(super) fn is_empty(&self) -> bool {
        self.buffer.is_empty()
    }

    /// Reads one line without its end. Returns `None` at the end of the stream.
    pub(super) async fn next(&mut self, stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<String>> {
        let mut searched = 0;
        loop {
            let end = self.buffer.iter().skip(searched).position(|&b| b == b'\n').map(|at| searched + at);
            if let Some(end) = end {
                let line: Vec<u8> = self.buffer.drain(..=end).collect();
                let line = line.strip_suffix(b"\n").unwrap_or(&line);
                let line = line.strip_suffix(b"\r").unwrap_or(line);
                return Ok(Some(String::from_utf8_lossy(line).into_owned()));
            }
            searched = self.buffer.len();
            if searched > LINE_LIMIT {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "the line is too long"));
            }
            if !self.fill(stream).await? {
                return Ok(None);
            }
        }
    }

    /// Reads the message up to its final dot (RFC 5321, 4.5.2). Returns `None` if the stream ends earlier.
    pub(super) async fn body(
        &mut self,
        stream: &mut (impl AsyncRead + Unpin),
        limit: usize,
        room: Room<'_>,
    ) -> io::Result<Option<Body>> {
        let mut reader = BodyReader::new(limit);
        loop {
            if reader.needs_room(self.buffer.len()) {
                reader.set_room(room.reserve(limit).await);
            }
            let used = reader.take(&self.buffer);
            let ended = used.is_some();
            let used = used.unwrap_or(self.buffer.len());
            self.buffer.drain(..used);
            if ended {
                return Ok(Some(reader.into_body()));
            }
            if !self.fill(stream).await? {
                return Ok(None);
            }
        }
    }

    async fn fill(&mut self, stream: &mut (impl AsyncRead + Unpin)) -> io::Result<bool> {
        let mut chunk = [0; CHUNK];
        let count = stream.read(&mut chunk).await?;
        self.buffer.extend_from_slice(chunk.get(..count).unwrap_or_default());
        Ok(count > 0)
    }
}

struct BodyReader {
    bytes: Vec<u8>,
    /// The line that is being read, or the end of a very long one.
    line: Vec<u8>,
    limit: usize,
    /// The size for which there is memory.
    room: usize,
    share: Option<Share>,
    dropped: Option<Body>,
    bare: bool,
}

impl BodyReader {
    fn new(limit: usize) -> Self {
        let room = SMALL.min(limit);
        Self { bytes: Vec::new(), line: Vec::new(), limit, room, share: None, dropped: None, bare: false }
    }

    /// Returns true if the message may become larger than the memory that it has, with so many more bytes.
    fn needs_room(&self, more: usize) -> bool {
        self.share.is_none() && self.dropped.is_none() && self.room < self.limit && {
            self.bytes.len() + self.line.len() + more > self.room
        }
    }

    /// Uses memory that was reserved for the message, if there is some.
    fn set_room(&mut self, reserved: Option<(usize, Share)>) {
        match reserved {
            Some((room, share)) => {
                self.bytes.reserve_exact(room.saturating_sub(self.bytes.len()));
                (self.room, self.share) = (room.max(self.bytes.len()), Some(share));
            }
            None => self.drop_message(Body::NoMemory),
        }
    }

    /// Reads the rest without keeping it.
    fn drop_message(&mut self, why: Body) {
        (self.bytes, self.share, self.dropped) = (Vec::new(), None, Some(why));
    }

    /// Takes bytes. If the message ends within them, returns how many belong to it.
    fn take(&mut self, bytes: &[u8]) -> Option<usize> {
        for (at, &byte) in bytes.iter().enumerate() {
            let after_cr = self.line.last() == Some(&b'\r');
            if (byte == b'\n') != after_cr {
                self.bare = true;
            }
            self.line.push(byte);
            if byte == b'\n' && after_cr {
                if self.line == b".\r\n" {
                    return Some(at + 1);
                }
                self.keep_line();
            } else if self.line.len() >= CHUNK {
                self.keep_part();
            }
        }
        None
    }

    fn keep_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        self.keep(line.strip_prefix(b".").unwrap_or(&line));
    }

    /// Moves all but the last byte of a very long line.
    fn keep_part(&mut self) {
        let line = std::mem::take(&mut self.line);
        if let Some((last, part)) = line.split_last() {
            self.keep(part.strip_prefix(b".").unwrap_or(part));
            self.line.push(*last);
        }
    }

    fn keep(&mut self, bytes: &[u8]) {
        if self.dropped.is_some() {
            return;
        }
        let size = self.bytes.len() + bytes.len();
        if size > self.limit {
            self.drop_message(Body::TooLarge);
        } else if size > self.room {
            // The client declared a smaller size.
            self.drop_message(Body::NoMemory);
        } else {
            self.bytes.extend_from_slice(bytes);
        }
    }

    fn into_body(self) -> Body {
        let Self { mut bytes, mut share, dropped, bare, .. } = self;
        match (dropped, bare) {
            (Some(dropped), _) => dropped,
            (None, true) => Body::BareLineEnd,
            (None, false) => {
                bytes.shrink_to_fit();
                if let Some(share) = &mut share {
                    share.shrink(bytes.len());
                }
                Body::Whole(bytes, share)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::mail::catch::Shared;

    /// The message as text, or the reason that it was refused.
    async fn body(wire: &[u8], limit: usize) -> Option<Result<Vec<u8>, String>> {
        let shared = Shared::for_tests(limit);
        let body = Lines::default().body(&mut &wire[..], limit, Room::new(&shared, None)).await.unwrap()?;
        Some(match body {
            Body::Whole(bytes, _) => Ok(bytes),
            refused => Err(format!("{refused:?}")),
        })
    }

    fn whole(text: &str) -> Option<Result<Vec<u8>, String>> {
        Some(Ok(text.as_bytes().to_vec()))
    }

    fn refused(why: &str) -> Option<Result<Vec<u8>, String>> {
        Some(Err(why.to_owned()))
    }

    #[tokio::test]
    async fn message_ends_at_crlf_dot_crlf_only() {
        assert_eq!(body(b"a\r\n..b\r\n.\r\nQUIT\r\n", 99).await, whole("a\r\n.b\r\n"));
        assert_eq!(body(b".\r\n", 99).await, whole(""));
        for early in
            [&b"a\n.\nMAIL\r\n.\r\n"[..], b"a\r\n.\nb\r\n.\r\n", b"a\r.\r\r\n.\r\n", b"a\n.\r\n.\r\n"]
        {
            assert_eq!(body(early, 99).await, refused("BareLineEnd"), "{early:?}");
        }
        assert_eq!(body(b"a\r\n.", 99).await, None);
    }

    #[tokio::test]
    async fn oversized_message_is_read_and_dropped() {
        assert_eq!(body(b"123456789\r\n.\r\n", 10).await, refused("TooLarge"));
        assert_eq!(body(b"12345678\r\n.\r\n", 10).await, whole("12345678\r\n"));
        for size in [100_000, 300_000, 1_000_000] {
            let long = [b"x".repeat(size), b"\r\n.\r\n".to_vec()].concat();
            assert!(matches!(body(&long, 1_100_000).await, Some(Ok(bytes)) if bytes.len() == size + 2));
            assert_eq!(body(&long, size).await, refused("TooLarge"));
        }
    }

    #[tokio::test]
    async fn line_length_is_limited() {
        let mut lines = Lines::default();
        let mut stream = &b"EHLO x\r\nQUIT\n"[..];
        assert_eq!(lines.next(&mut stream).await.unwrap().as_deref(), Some("EHLO x"));
        assert!(!lines.is_empty());
        assert_eq!(lines.next(&mut stream).await.unwrap().as_deref(), Some("QUIT"));
        assert_eq!(lines.next(&mut stream).await.unwrap(), None);
        let endless = b"x".repeat(100_000);
        assert!(Lines::default().next(&mut &endless[..]).await.is_err());
    }
}
