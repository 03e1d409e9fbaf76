//! The sender in the settings.

use std::error::Error;
use std::fmt;

use super::EmailSettings;
use crate::mail::address::{AddressError, Mailbox};
use crate::mail::reverse_path::ReversePath;
use crate::schema::Key;

impl EmailSettings {
    /// Returns the sender of mails: `FeedbackName` and `FeedbackEmail`.
    ///
    /// # Errors
    /// If `FeedbackEmail` is empty, or either is malformed; the text names the setting and what to do.
    pub fn sender(&self) -> Result<Mailbox, SenderError> {
        if self.feedback_email.is_empty() {
            return Err(SenderError::Blank);
        }
        let address = self.feedback_email.parse();
        let address = address.map_err(|error| SenderError::Malformed(Self::FEEDBACK_EMAIL, error))?;
        Mailbox::new(self.feedback_name.as_str(), address)
            .map_err(|error| SenderError::Malformed(Self::FEEDBACK_NAME, error))
    }

    /// Returns the sender of the envelope: `EnvelopeSender`; `None` if it is empty, so that bounces go to the sender.
    ///
    /// # Errors
    /// If it is malformed.
    pub fn envelope_sender(&self) -> Result<Option<ReversePath>, SenderError> {
        if self.envelope_sender.is_empty() {
            return Ok(None);
        }
        let path = self.envelope_sender.parse();
        path.map(Some).map_err(|error| SenderError::Malformed(Self::ENVELOPE_SENDER, error))
    }

    /// Returns the reply address: `ReplyToAddress` with `FeedbackName`; `None` if it is empty.
    ///
    /// # Errors
    /// If either is malformed.
    pub fn reply_to(&self) -> Result<Option<Mailbox>, SenderError> {
        if self.reply_to_address.is_empty() {
            return Ok(None);
        }
        let address = self.reply_to_address.parse();
        let address = address.map_err(|error| SenderError::Malformed(Self::REPLY_TO_ADDRESS, error))?;
        Mailbox::new(self.feedback_name.as_str(), address)
            .map(Some)
            .map_err(|error| SenderError::Malformed(Self::FEEDBACK_NAME, error))
    }
}

/// The reason why the settings do not name a sender.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SenderError {
    /// The sender address is empty.
    Blank,
    /// This setting is malformed.
    Malformed(Key, AddressError),
}

impl SenderError {
    /// Returns the text of the error, with names for the settings.
    pub(crate) fn describe(&self, name: impl Fn(Key) -> String) -> String {
        match self {
            Self::Blank => format!(
                "{} is empty: set it to an address that the SMTP server accepts as the sender",
                name(EmailSettings::FEEDBACK_EMAIL)
            ),
            Self::Malformed(setting, error) => format!("{}: {error}", name(*setting)),
        }
    }
}

impl fmt::Display for SenderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.describe(|key| key.to_string()))
    }
}

impl Error for SenderError {}
