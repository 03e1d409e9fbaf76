//! A message ready to send: its envelope and its bytes.

use std::fmt;

use super::stuffing::check;
use super::{Message, MessageError, MessageId, Stuffed, dot_stuffed};
use crate::mail::address::Address;
use crate::mail::reverse_path::ReversePath;

/// A mail object (RFC 5321, 2.3.1): an envelope and the content to send.
///
/// It is built once from a [`Message`] and can be stored and sent again, byte for byte the same. `Debug` shows neither
/// addresses nor content.
///
/// ```
/// use settings_core::mail::Message;
///
/// let message = Message::new("server@example.com".parse()?).to("admin@example.com".parse()?).text("Hello!");
/// let mail = message.to_object()?;
/// assert_eq!(mail.message_id(), message.message_id());
/// assert!(!format!("{mail:?}").contains("example.com"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct MailObject {
    sender: ReversePath,
    recipients: Vec<Address>,
    message_id: MessageId,
    content: Vec<u8>,
    international: bool,
}

impl Message {
    /// Builds the message and checks that its bytes can be sent.
    ///
    /// # Errors
    /// If the message has no recipient, or contains something that mail cannot carry.
    pub fn to_object(&self) -> Result<MailObject, MessageError> {
        MailObject::new(
            self.reverse_path(),
            self.recipients().cloned().collect(),
            self.message_id().clone(),
            self.to_bytes()?,
            self.is_international(),
        )
    }
}

impl MailObject {
    /// Creates a mail object from a stored envelope and content. `international` is true if a header requires SMTPUTF8.
    ///
    /// # Errors
    /// If there is no recipient, or the content contains something that mail cannot carry.
    pub fn new(
        sender: ReversePath,
        recipients: Vec<Address>,
        message_id: MessageId,
        content: Vec<u8>,
        international: bool,
    ) -> Result<Self, MessageError> {
        if recipients.is_empty() {
            return Err(MessageError::NoRecipient);
        }
        check(&content)?;
        Ok(Self { sender, recipients, message_id, content, international })
    }

    /// Returns the sender of the envelope.
    pub fn sender(&self) -> &ReversePath {
        &self.sender
    }

    /// Returns the recipients of the envelope.
    pub fn recipients(&self) -> &[Address] {
        &self.recipients
    }

    /// Returns the Message-ID.
    pub fn message_id(&self) -> &MessageId {
        &self.message_id
    }

    /// Returns the content (RFC 5322), with CR LF line ends.
    pub fn content(&self) -> &[u8] {
        &self.content
    }

    /// Returns true if a header requires SMTPUTF8 (RFC 6531).
    pub fn is_international(&self) -> bool {
        self.international
    }

    /// Returns the content as it is sent after DATA.
    pub(crate) fn to_wire(&self) -> Result<Stuffed, MessageError> {
        dot_stuffed(&self.content)
    }
}

impl fmt::Debug for MailObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MailObject")
            .field("recipients", &self.recipients.len())
            .field("content", &self.content.len())
            .finish_non_exhaustive()
    }
}
