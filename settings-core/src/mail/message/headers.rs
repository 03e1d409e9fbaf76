//! Headers that a program adds to a message.

use std::borrow::Cow;

use super::words::unstructured;
use super::{Message, MessageError};

/// The maximum number of added headers.
const COUNT_LIMIT: usize = 50;
/// The maximum length of a name (RFC 5322, 2.1.1: a line has at most 78 characters).
const NAME_LIMIT: usize = 76;
/// The maximum length of a value, so that the line has at most 998 bytes.
const VALUE_LIMIT: usize = 900;

/// Headers that the message writes itself, or that only servers may add.
const RESERVED: &[&str] = &[
    "from",
    "sender",
    "to",
    "cc",
    "bcc",
    "reply-to",
    "subject",
    "date",
    "message-id",
    "in-reply-to",
    "references",
    "auto-submitted",
    "mime-version",
    "return-path",
    "received",
    "received-spf",
    "delivered-to",
    "envelope-to",
    "authentication-results",
    "dkim-signature",
];
/// Groups of such headers.
const RESERVED_PREFIXES: &[&str] = &["content-", "resent-", "arc-"];

/// A header that a program adds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header {
    name: String,
    value: String,
}

impl Header {
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Returns the value as it is written.
    pub(super) fn value(&self) -> Cow<'_, str> {
        // Encoded words would break the URLs of structured headers, which are ASCII.
        if self.value.is_ascii() { Cow::Borrowed(&self.value) } else { unstructured(&self.value) }
    }
}

impl Message {
    /// Adds a header, for example `List-Unsubscribe` or `X-Auto-Response-Suppress`.
    ///
    /// The same header can be added more than once.
    ///
    /// ```
    /// use settings_core::mail::Message;
    ///
    /// let message = Message::new("news@example.com".parse()?)
    ///     .header("List-Unsubscribe", "<https://example.com/unsubscribe?id=7>")?
    ///     .header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")?;
    /// assert!(message.clone().header("Bcc", "other@example.com").is_err());
    /// assert!(message.header("X-Tag", "a\r\nBcc: other@example.com").is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// If the name is malformed or reserved for the message itself, or the value is too long, contains a line break or
    /// another control character, or is not ASCII in a header of a mailing list, where URLs have to be percent-encoded.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Result<Self, MessageError> {
        let (name, value) = (name.into(), value.into());
        let is_name = !name.is_empty()
            && name.len() <= NAME_LIMIT
            && name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':');
        if !is_name {
            return Err(MessageError::HeaderName(
                name.chars().filter(|c| !c.is_control()).take(80).collect(),
            ));
        }
        let folded = name.to_ascii_lowercase();
        if RESERVED.contains(&folded.as_str())
            || RESERVED_PREFIXES.iter().any(|prefix| folded.starts_with(prefix))
        {
            return Err(MessageError::ReservedHeader(name));
        }
        let is_list = folded.starts_with("list-");
        if value.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'))
            || is_list && !value.is_ascii()
        {
            return Err(MessageError::HeaderValue(name));
        }
        if value.len() > VALUE_LIMIT || self.headers.len() >= COUNT_LIMIT {
            return Err(MessageError::HeaderTooLong(name));
        }
        let value = value.trim().to_owned();
        self.headers.push(Header { name, value });
        Ok(self)
    }
}
