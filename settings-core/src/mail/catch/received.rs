//! A received mail.

use std::fmt;
use std::net::SocketAddr;
use std::time::SystemTime;

use mail_parser::{MessageParser, MimeHeaders};

use crate::mail::reply::printable;

/// A received mail with its envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Caught {
    /// The identifier in the reply to the client.
    pub id: String,
    /// The time at which it was complete.
    pub at: SystemTime,
    /// The address of the client.
    pub peer: SocketAddr,
    /// The name of the client in EHLO.
    pub client_name: String,
    /// True if it was received over TLS.
    pub encrypted: bool,
    /// The user name of the login.
    pub login: Option<String>,
    /// The sender of the envelope. Empty for a bounce.
    pub sender: String,
    /// The recipients of the envelope.
    pub recipients: Vec<String>,
    /// The message, with lines that end in CR LF.
    pub bytes: Vec<u8>,
}

/// The decoded content of a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Readable {
    /// The subject.
    pub subject: String,
    /// The plain text, or the HTML if there is none.
    pub text: String,
    /// The names and sizes of the attachments.
    pub attachments: Vec<(String, usize)>,
}

impl Caught {
    /// Returns the message as printable text: lines end in LF, and control characters are replaced.
    pub fn text(&self) -> String {
        printable_lines(&self.bytes)
    }

    /// Returns the first header of this name, unfolded and not decoded.
    pub fn header(&self, name: &str) -> Option<String> {
        let text = self.text();
        let head = text.split("\n\n").next().unwrap_or_default();
        let is_named =
            |line: &&str| line.split_once(':').is_some_and(|(field, _)| field.eq_ignore_ascii_case(name));
        let mut lines = head.lines().skip_while(|line| !is_named(line));
        let (_, first) = lines.next()?.split_once(':')?;
        let folded = lines.take_while(|line| line.starts_with([' ', '\t']));
        Some(std::iter::once(first).chain(folded).map(str::trim).collect::<Vec<_>>().join(" "))
    }

    /// Returns the decoded content as printable text.
    pub fn readable(&self) -> Readable {
        let Some(message) = MessageParser::default().parse(&self.bytes) else { return Readable::default() };
        let attachments = message.attachments().map(|part| {
            let name = part.attachment_name().unwrap_or("unnamed");
            (printable(name.as_bytes()), part.contents().len())
        });
        Readable {
            subject: printable(message.subject().unwrap_or_default().as_bytes()),
            text: printable_lines(message.body_text(0).unwrap_or_default().as_bytes()),
            attachments: attachments.collect(),
        }
    }
}

/// Writes the envelope, the message as received, and the decoded content if it differs.
impl fmt::Display for Caught {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let link = if self.encrypted { "encrypted" } else { "not encrypted" };
        let login = self.login.as_deref().map(|name| format!(", logged in as {name}")).unwrap_or_default();
        writeln!(f, "mail {} from {} ({}), {link}{login}", self.id, self.peer, self.client_name)?;
        writeln!(f, "  sender     <{}>", self.sender)?;
        for recipient in &self.recipients {
            writeln!(f, "  recipient  <{recipient}>")?;
        }
        let text = self.text();
        writeln!(f)?;
        indented(f, &text)?;
        let Readable { subject, text: read, attachments } = self.readable();
        let hidden = !text.contains(&format!("Subject: {subject}\n")) || !text.contains(read.trim_end());
        if !subject.is_empty() && hidden {
            writeln!(f, "\n  decoded:\n\n  {subject}\n")?;
            indented(f, &read)?;
        }
        attachments.iter().try_for_each(|(name, size)| writeln!(f, "  attached: {name}, {size} bytes"))
    }
}

fn indented(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    text.trim_end().lines().try_for_each(|line| writeln!(f, "{}", format!("  {line}").trim_end()))
}

fn printable_lines(bytes: &[u8]) -> String {
    let line = |line: &[u8]| printable(line.strip_suffix(b"\r").unwrap_or(line));
    bytes.split(|&b| b == b'\n').map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caught(bytes: &str) -> Caught {
        Caught {
            id: "C1".into(),
            at: SystemTime::UNIX_EPOCH,
            peer: SocketAddr::from(([127, 0, 0, 1], 9)),
            client_name: "client".into(),
            encrypted: true,
            login: None,
            sender: "a@b".into(),
            recipients: vec!["c@d".into()],
            bytes: bytes.replace('\n', "\r\n").into_bytes(),
        }
    }

    #[test]
    fn encoded_content_is_also_shown_decoded() {
        let plain = caught("Subject: Plain\n\nText.\n").to_string();
        assert!(plain.contains("  Subject: Plain\n\n  Text.\n") && !plain.contains("decoded"), "{plain}");
        let hidden = caught(
            "Subject: =?utf-8?B?R3LDvMOfZQ==?=\nContent-Transfer-Encoding: quoted-printable\n\
             Content-Type: text/plain; charset=utf-8\n\nGr=C3=BC=C3=9Fe=1B[31m\n",
        );
        assert_eq!(hidden.readable().subject, "Grüße");
        let shown = hidden.to_string();
        assert!(shown.contains("decoded:\n\n  Grüße\n\n  Grüße\u{fffd}[31m\n"), "{shown}");
    }

    #[test]
    fn headers_are_unfolded() {
        let caught = caught("From: a\nX-Long: one\n two\n\tthree\nTo: b\n\nx-body: no\n");
        assert_eq!(caught.header("x-long").as_deref(), Some("one two three"));
        assert_eq!(caught.header("x-body"), None);
    }

    #[test]
    fn any_message_can_be_displayed() {
        for bytes in
            ["", "\n", "no header", "Subject:", "Content-Type: multipart/mixed; boundary=x\n\n--x\n--x--\n"]
        {
            let _ = caught(bytes).to_string();
        }
    }
}
