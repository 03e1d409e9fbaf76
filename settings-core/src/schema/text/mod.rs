//! Rules for texts. The checks are `const`, so that rustc checks defaults.

mod address;
mod pattern;

#[cfg(test)]
mod tests;

pub use pattern::Pattern;

use address::{is_email, is_host, is_port, is_socket_address, is_url};

/// The requirements of a [`Kind::TextOf`](super::Kind::TextOf).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TextRules {
    /// The format of the text.
    pub format: Option<Format>,
    /// The shortest accepted text, in characters.
    pub min_len: u32,
    /// The longest accepted text, in characters.
    pub max_len: u32,
    /// The regular expression for the whole text.
    pub pattern: Option<Pattern>,
    /// True if the empty text is accepted despite the other rules: it is the default, and means "not set".
    pub or_empty: bool,
}

/// The format of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A URL with a scheme and a host: `https://example.com/path`.
    Url,
    /// An address as HTML's e-mail input takes it: `chat@example.com`.
    Email,
    /// A host name in ASCII, or an IP address.
    Host,
    /// A port number from 1 to 65535.
    Port,
    /// A path: any text but the empty one, and no null character.
    Path,
    /// A host and a port: `localhost:8065`, `[::1]:8065`, or `:8065` for every address of the machine.
    SocketAddress,
}

/// The reason why [`TextRules`] refuse a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextFault {
    /// The text is not of the format.
    Format(Format),
    /// The text has fewer characters than this.
    Short(u32),
    /// The text has more characters than this.
    Long(u32),
}

impl Format {
    /// A description with an example: `` a URL such as `https://example.com` ``.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Url => "a URL such as `https://example.com`",
            Self::Email => "an e-mail address such as `chat@example.com`",
            Self::Host => "a host name or an IP address",
            Self::Port => "a port from 1 to 65535",
            Self::Path => "a path",
            Self::SocketAddress => "a host and a port such as `localhost:8065`",
        }
    }

    /// The name that annotations and JSON listings use: `socket address`.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Url => "url",
            Self::Email => "email",
            Self::Host => "host",
            Self::Port => "port",
            Self::Path => "path",
            Self::SocketAddress => "socket address",
        }
    }

    /// Returns whether the text is of this format.
    pub const fn accepts(self, text: &str) -> bool {
        let text = text.as_bytes();
        match self {
            Self::Url => is_url(text),
            Self::Email => is_email(text),
            Self::Host => is_host(text),
            Self::Port => is_port(text),
            Self::Path => !text.is_empty() && !contains(text, 0),
            Self::SocketAddress => is_socket_address(text),
        }
    }
}

impl TextRules {
    /// Rules that accept every text: a base for other rules.
    pub const ANY: Self =
        Self { format: None, min_len: 0, max_len: u32::MAX, pattern: None, or_empty: false };

    /// Sets the format.
    #[must_use]
    pub const fn format(mut self, format: Format) -> Self {
        self.format = Some(format);
        self
    }

    /// Sets the shortest accepted text, in characters.
    #[must_use]
    pub const fn min_len(mut self, min: u32) -> Self {
        self.min_len = min;
        self
    }

    /// Sets the longest accepted text, in characters.
    #[must_use]
    pub const fn max_len(mut self, max: u32) -> Self {
        self.max_len = max;
        self
    }

    /// Sets the regular expression for the whole text.
    #[must_use]
    pub const fn pattern(mut self, pattern: &'static str) -> Self {
        self.pattern = Some(Pattern::new(pattern));
        self
    }

    /// Accepts the empty text despite the other rules.
    #[must_use]
    pub const fn or_empty(mut self) -> Self {
        self.or_empty = true;
        self
    }

    /// Returns what is wrong with the text, without a look at the pattern.
    pub const fn fault(&self, text: &str) -> Option<TextFault> {
        if self.or_empty && text.is_empty() {
            return None;
        }
        let len = characters(text.as_bytes());
        if len < self.min_len as usize {
            return Some(TextFault::Short(self.min_len));
        }
        if len > self.max_len as usize {
            return Some(TextFault::Long(self.max_len));
        }
        match self.format {
            Some(format) if !format.accepts(text) => Some(TextFault::Format(format)),
            _ => None,
        }
    }
}

/// Counts the characters of UTF-8 text.
const fn characters(mut text: &[u8]) -> usize {
    let mut count = 0;
    while let [byte, rest @ ..] = text {
        if *byte & 0xc0 != 0x80 {
            count += 1;
        }
        text = rest;
    }
    count
}

const fn contains(mut text: &[u8], wanted: u8) -> bool {
    while let [byte, rest @ ..] = text {
        if *byte == wanted {
            return true;
        }
        text = rest;
    }
    false
}
