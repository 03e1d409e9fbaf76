//! Lines and replies, within limits.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::Poll;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio_rustls::rustls::{self, AlertDescription};

use super::mask::Mask;
use super::run::{Protection, Trace};
use crate::mail::failure::{Cause, ProtocolFault, TlsFault};
use crate::mail::reply::{Reply, printable};

/// The maximum length of a line of a reply in bytes, including its end.
const LINE_LIMIT: usize = 2048;
/// The maximum length of a reply in bytes.
const REPLY_LIMIT: usize = 64 * 1024;
/// The maximum number of lines of a reply.
const LINES_LIMIT: usize = 500;
/// Bytes read at once.
const CHUNK: usize = 4096;
/// Bytes of the server's text that an error shows.
const SHOWN: usize = 120;

/// A byte stream that may be encrypted.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin {
    fn protection(&self) -> Protection;
}

/// A byte stream read as lines. At most one chunk more than a line is held in memory.
#[derive(Debug)]
pub(crate) struct Wire<S> {
    stream: S,
    buffer: Vec<u8>,
    mask: Mask,
}

impl<S: Stream> Wire<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self { stream, buffer: Vec::new(), mask: Mask::default() }
    }

    pub(crate) fn stream(&self) -> &S {
        &self.stream
    }

    /// Returns the secrets to hide in what the server sends.
    pub(super) fn mask(&mut self) -> &mut Mask {
        &mut self.mask
    }

    /// Records a line from the client; the caller has replaced secrets.
    pub(crate) fn record(&self, line: &str, trace: &mut Trace) {
        trace.client(line, self.stream.protection());
    }

    /// Sends one command and waits for its reply. Anything the server sent before the command is an error.
    pub(crate) async fn command(&mut self, line: &str, trace: &mut Trace) -> Result<Reply, Cause> {
        self.secret_command(line, line, trace).await
    }

    /// Like [`Wire::command`], but records `shown` in the transcript instead of the line.
    pub(crate) async fn secret_command(
        &mut self,
        line: &str,
        shown: &str,
        trace: &mut Trace,
    ) -> Result<Reply, Cause> {
        self.ensure_in_sync(trace).await?;
        self.record(shown, trace);
        self.send(format!("{line}\r\n").as_bytes()).await?;
        self.reply(trace).await
    }

    /// Sends bytes in one write.
    pub(crate) async fn send(&mut self, bytes: &[u8]) -> Result<(), Cause> {
        self.stream.write_all(bytes).await.map_err(|error| io_cause(&error))?;
        self.flush().await
    }

    /// Writes bytes without a flush.
    pub(crate) async fn write(&mut self, bytes: &[u8]) -> Result<(), Cause> {
        self.stream.write_all(bytes).await.map_err(|error| io_cause(&error))
    }

    /// Flushes bytes that TLS may still hold.
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
            let line = self.mask.apply(line);
            trace.server(&line, self.stream.protection());
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

    /// Returns an error if the server has sent unsolicited bytes.
    ///
    /// The only unsolicited reply a server may send is a 421 (RFC 5321, 3.8), which is returned as a reply.
    pub(crate) async fn ensure_in_sync(&mut self, trace: &mut Trace) -> Result<(), Cause> {
        self.read_available().await;
        if self.buffer.is_empty() {
            return Ok(());
        }
        if self.buffer.starts_with(b"421") {
            return Err(Cause::Reply(self.reply(trace).await?));
        }
        Err(Cause::Protocol(ProtocolFault::OutOfSync(self.surplus())))
    }

    /// Returns the stream, or the bytes that follow the last reply, if there are any.
    pub(crate) async fn into_stream(mut self) -> Result<S, String> {
        self.read_available().await;
        if self.buffer.is_empty() { Ok(self.stream) } else { Err(self.surplus()) }
    }

    fn surplus(&self) -> String {
        shown(&self.mask.apply(self.buffer.clone()))
    }

    /// Returns true if the connection is open and the server has sent nothing since its last reply.
    pub(crate) async fn is_quiet(&mut self) -> bool {
        self.read_available().await && self.buffer.is_empty()
    }

    /// Reads available bytes without waiting and returns true if the connection is still open.
    ///
    /// An error or the end of the stream appears again at the next read.
    async fn read_available(&mut self) -> bool {
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

    /// Reads one line, without its CR LF or LF.
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

/// Returns the code, a flag for further lines, and the text.
fn parse_line(line: &[u8]) -> Result<(u16, bool, &[u8]), Cause> {
    let not_a_reply = || Cause::Protocol(ProtocolFault::NotAReply(shown(line)));
    let (digits, rest) = line.split_at_checked(3).ok_or_else(not_a_reply)?;
    if !digits.iter().all(u8::is_ascii_digit) {
        return Err(not_a_reply());
    }
    let code = digits.iter().fold(0, |code, digit| code * 10 + u16::from(digit - b'0'));
    if !(200..=599).contains(&code) {
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

/// Converts an I/O error. A stream that ends without a TLS close notification counts as closed.
pub(crate) fn io_cause(error: &io::Error) -> Cause {
    if let Some(fault) = client_certificate_fault(error) {
        return Cause::Tls(fault);
    }
    match error.kind() {
        io::ErrorKind::UnexpectedEof | io::ErrorKind::WriteZero => Cause::Closed,
        kind => Cause::Io { kind, text: error.to_string() },
    }
}

/// Recognizes the alerts by which a server refuses the missing client certificate.
///
/// With TLS 1.3 they arrive after the handshake.
fn client_certificate_fault(error: &io::Error) -> Option<TlsFault> {
    let error = error.get_ref()?.downcast_ref::<rustls::Error>()?;
    match error {
        rustls::Error::AlertReceived(
            AlertDescription::CertificateRequired | AlertDescription::NoCertificate,
        ) => Some(TlsFault::ClientCertificateRequired),
        rustls::Error::AlertReceived(
            alert @ (AlertDescription::BadCertificate
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnknownCA
            | AlertDescription::AccessDenied),
        ) => Some(TlsFault::Alert(format!("{alert:?}"))),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
