//! A message made ready to be handed over: its envelope and its bytes.

use std::fmt;

use super::{Message, MessageError, MessageId, Stuffed, dot_stuffed, stuffing::check};
use crate::mail::address::Address;

/// A mail object (RFC 5321, 2.3.1): an envelope, and the content as it is sent.
///
/// Made once from a [`Message`], it can be kept and sent again, byte for byte the same. `Debug` shows neither
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
    sender: Address,
    recipients: Vec<Address>,
    message_id: MessageId,
    content: Vec<u8>,
    international: bool,
}

impl Message {
    /// Builds the message, and checks that its bytes can be sent.
    pub fn to_object(&self) -> Result<MailObject, MessageError> {
        MailObject::new(
            self.from().address().clone(),
            self.recipients().cloned().collect(),
            self.message_id().clone(),
            self.to_bytes()?,
            self.is_international(),
        )
    }
}

impl MailObject {
    /// An envelope and a content that were kept. `international` says whether a header needs SMTPUTF8.
    pub fn new(
        sender: Address,
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

    /// The sender of the envelope.
    pub fn sender(&self) -> &Address {
        &self.sender
    }

    /// The recipients of the envelope.
    pub fn recipients(&self) -> &[Address] {
        &self.recipients
    }

    /// The Message-ID.
    pub fn message_id(&self) -> &MessageId {
        &self.message_id
    }

    /// The content (RFC 5322), lines ended by CR LF.
    pub fn content(&self) -> &[u8] {
        &self.content
    }

    /// Whether a header needs SMTPUTF8 (RFC 6531).
    pub fn is_international(&self) -> bool {
        self.international
    }

    /// The content as it goes through DATA.
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
