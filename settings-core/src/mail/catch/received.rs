//! A mail that arrived.

use std::{fmt, net::SocketAddr, time::SystemTime};

use crate::mail::reply::printable;

/// A mail that arrived, with its envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caught {
    /// The name under which it was confirmed to the client.
    pub id: String,
    /// When it was complete.
    pub at: SystemTime,
    /// Where the client is.
    pub peer: SocketAddr,
    /// The name by which the client introduced itself.
    pub client_name: String,
    /// Whether it came through TLS.
    pub encrypted: bool,
    /// The name that the client logged in by.
    pub login: Option<String>,
    /// The sender of the envelope; empty for a bounce.
    pub sender: String,
    /// The recipients of the envelope.
    pub recipients: Vec<String>,
    /// The message, lines ended by CR LF.
    pub bytes: Vec<u8>,
}

impl Caught {
    /// The message as text, fit to print: line ends as LF, control characters replaced.
    pub fn text(&self) -> String {
        let text: Vec<String> = self
            .bytes
            .split(|&b| b == b'\n')
            .map(|line| printable(line.strip_suffix(b"\r").unwrap_or(line)))
            .collect();
        text.join("\n")
    }

    /// The first header of this name, unfolded, as it was sent.
    pub fn header(&self, name: &str) -> Option<String> {
        let text = self.text();
        let head = text.split("\n\n").next().unwrap_or_default();
        let mut lines = head.lines().skip_while(|line| {
            !line.split_once(':').is_some_and(|(field, _)| field.eq_ignore_ascii_case(name))
        });
        let (_, first) = lines.next()?.split_once(':')?;
        let mut value = first.trim().to_owned();
        for more in lines.take_while(|line| line.starts_with([' ', '\t'])) {
            value.push(' ');
            value.push_str(more.trim());
        }
        Some(value)
    }
}

impl fmt::Display for Caught {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let link = if self.encrypted { "encrypted" } else { "in clear" };
        let login = self.login.as_deref().map(|name| format!(", logged in as {name}")).unwrap_or_default();
        writeln!(f, "mail {} from {} ({}), {link}{login}", self.id, self.peer, self.client_name)?;
        writeln!(f, "  sender     <{}>", self.sender)?;
        for recipient in &self.recipients {
            writeln!(f, "  recipient  <{recipient}>")?;
        }
        writeln!(f)?;
        self.text().trim_end().lines().try_for_each(|line| writeln!(f, "  {line}"))
    }
}
