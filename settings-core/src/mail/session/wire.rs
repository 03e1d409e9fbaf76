//! Lines and replies, within limits.

use std::{future::poll_fn, io, pin::Pin, task::Poll};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};

use super::run::Trace;
use crate::mail::{
    failure::{Cause, ProtocolFault},
    reply::{Reply, printable},
};

/// Bytes of a line of a reply, its end included.
const LINE_LIMIT: usize = 2048;
/// Bytes of a reply.
const REPLY_LIMIT: usize = 64 * 1024;
/// Lines of a reply.
const LINES_LIMIT: usize = 500;
/// Bytes read at once.
const CHUNK: usize = 4096;
/// Characters of a peer's text that an error shows.
const SHOWN: usize = 120;

/// A byte stream that speaks in lines. At most one chunk more than a line is held in memory.
#[derive(Debug)]
pub(crate) struct Wire<S> {
    stream: S,
    buffer: Vec<u8>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Wire<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self { stream, buffer: Vec::new() }
    }

    pub(crate) fn stream(&self) -> &S {
        &self.stream
    }

    /// Sends one command and waits for its reply; what the server said before the command is an error.
    pub(crate) async fn command(&mut self, line: &str, trace: &mut Trace) -> Result<Reply, Cause> {
        self.secret_command(line, line, trace).await
    }

    /// Like [`Wire::command`], with `shown` in the transcript instead of the line.
    pub(crate) async fn secret_command(
        &mut self,
        line: &str,
        shown: &str,
        trace: &mut Trace,
    ) -> Result<Reply, Cause> {
        self.in_step(trace).await?;
        trace.client(shown);
        self.send(format!("{line}\r\n").as_bytes()).await?;
        self.reply(trace).await
    }

    /// Sends bytes in one write.
    pub(crate) async fn send(&mut self, bytes: &[u8]) -> Result<(), Cause> {
        self.stream.write_all(bytes).await.map_err(|error| io_cause(&error))?;
        self.flush().await
    }

    /// Hands bytes to the stream without a flush.
    pub(crate) async fn write(&mut self, bytes: &[u8]) -> Result<(), Cause> {
        self.stream.write_all(bytes).await.map_err(|error| io_cause(&error))
    }

    /// Pushes out what TLS may still hold.
    pub(crate) async fn flush(&mut self) -> Result<(), Cause> {
        self.stream.flush().await.map_err(|error| io_cause(&error))
    }

    /// Reads one reply.
    pub(crate) async fn reply(&mut self, trace: &mut Trace) -> Result<Reply, Cause> {
        let mut code = None;
        let mut lines = Vec::new();
        let mut bytes = 0;
        loop {
            let line = self.line().await?;
            trace.server(&line);
            bytes += line.len();
            let (this_code, more, text) = parse_line(&line)?;
            if let Some(first) = code.filter(|first| *first != this_code) {
                return Err(Cause::Protocol(ProtocolFault::MixedCodes(first, this_code)));
            }
            code = Some(this_code);
            lines.push(printable(text));
            if !more {
                return Ok(Reply::new(this_code, lines));
            }
            if lines.len() >= LINES_LIMIT {
                return Err(Cause::Protocol(ProtocolFault::TooManyLines(LINES_LIMIT)));
            }
            if bytes > REPLY_LIMIT {
                return Err(Cause::Protocol(ProtocolFault::ReplyTooLong(REPLY_LIMIT)));
            }
        }
    }

    /// Makes sure that the server has said nothing that we did not ask for.
    ///
    /// A 421 is the one thing a server may say unasked (RFC 5321, 3.8); it is returned as the reply it is.
    pub(crate) async fn in_step(&mut self, trace: &mut Trace) -> Result<(), Cause> {
        self.read_what_is_there().await;
        if self.buffer.is_empty() {
            return Ok(());
        }
        if self.buffer.starts_with(b"421") {
            return Err(Cause::Reply(self.reply(trace).await?));
        }
        Err(Cause::Protocol(ProtocolFault::OutOfStep(self.surplus())))
    }

    /// The stream, provided that nothing was read beyond the last reply; else what was.
    pub(crate) async fn into_stream(mut self) -> Result<S, String> {
        self.read_what_is_there().await;
        if self.buffer.is_empty() { Ok(self.stream) } else { Err(self.surplus()) }
    }

    fn surplus(&self) -> String {
        shown(&self.buffer)
    }

    /// Whether the connection is open and the server has said nothing since its last reply.
    pub(crate) async fn is_quiet(&mut self) -> bool {
        self.read_what_is_there().await && self.buffer.is_empty()
    }

    /// One read that never waits; whether the connection is still open. An error or the end shows
    /// itself again at the next read that is waited for.
    async fn read_what_is_there(&mut self) -> bool {
        let mut chunk = [0; 256];
        let mut chunk = ReadBuf::new(&mut chunk);
        let open = poll_fn(|cx| match Pin::new(&mut self.stream).poll_read(cx, &mut chunk) {
            Poll::Pending => Poll::Ready(true),
            Poll::Ready(Ok(())) => Poll::Ready(!chunk.filled().is_empty()),
            Poll::Ready(Err(_)) => Poll::Ready(false),
        })
        .await;
        self.buffer.extend_from_slice(chunk.filled());
        open
    }

    /// One line without its end, which is CR LF or LF alone.
    async fn line(&mut self) -> Result<Vec<u8>, Cause> {
        let mut searched = 0;
        loop {
            let end = self.buffer.iter().skip(searched).position(|&b| b == b'\n').map(|at| searched + at);
            let length = end.unwrap_or(self.buffer.len());
            if length >= LINE_LIMIT {
                return Err(Cause::Protocol(ProtocolFault::LineTooLong(LINE_LIMIT)));
            }
            if let Some(end) = end {
                let mut line: Vec<u8> = self.buffer.drain(..=end).collect();
                line.pop();
                if line.last() == Some(&b'\r') {
                    line.pop();
                }
                return Ok(line);
            }
            searched = length;
            self.fill().await?;
        }
    }

    async fn fill(&mut self) -> Result<(), Cause> {
        let mut chunk = [0; CHUNK];
        let count = self.stream.read(&mut chunk).await.map_err(|error| io_cause(&error))?;
        match chunk.get(..count) {
            Some(bytes) if !bytes.is_empty() => {
                self.buffer.extend_from_slice(bytes);
                Ok(())
            }
            _ => Err(Cause::Closed),
        }
    }
}

/// The code, whether more lines follow, and the text.
fn parse_line(line: &[u8]) -> Result<(u16, bool, &[u8]), Cause> {
    let not_a_reply = || Cause::Protocol(ProtocolFault::NotAReply(shown(line)));
    let (digits, rest) = line.split_at_checked(3).ok_or_else(not_a_reply)?;
    if !digits.iter().all(u8::is_ascii_digit) {
        return Err(not_a_reply());
    }
    let code = digits.iter().fold(0, |code, digit| code * 10 + u16::from(digit - b'0'));
    if !(200..=559).contains(&code) {
        return Err(Cause::Protocol(ProtocolFault::Code(shown(line))));
    }
    match rest.split_first() {
        None => Ok((code, false, rest)),
        Some((b' ', text)) => Ok((code, false, text)),
        Some((b'-', text)) => Ok((code, true, text)),
        Some(_) => Err(not_a_reply()),
    }
}

fn shown(bytes: &[u8]) -> String {
    let text = printable(bytes.get(..SHOWN).unwrap_or(bytes));
    let text = text.trim_end_matches(['\u{fffd}', ' ']);
    if bytes.len() > SHOWN { format!("{text}…") } else { text.to_owned() }
}

/// An error of the connection as a cause. Ends without farewell are ends.
pub(crate) fn io_cause(error: &io::Error) -> Cause {
    match error.kind() {
        io::ErrorKind::UnexpectedEof | io::ErrorKind::WriteZero => Cause::Closed,
        kind => Cause::Io { kind, text: error.to_string() },
    }
}

#[cfg(test)]
mod tests;
