//! The sender in the settings.

use std::error::Error;
use std::fmt;

use super::EmailSettings;
use crate::mail::address::{AddressError, Mailbox};

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
        let address = address.map_err(|error| SenderError::Malformed("FeedbackEmail", error))?;
        Mailbox::new(self.feedback_name.as_str(), address)
            .map_err(|error| SenderError::Malformed("FeedbackName", error))
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
        let address = address.map_err(|error| SenderError::Malformed("ReplyToAddress", error))?;
        Mailbox::new(self.feedback_name.as_str(), address)
            .map(Some)
            .map_err(|error| SenderError::Malformed("FeedbackName", error))
    }
}

/// The reason why the settings do not name a sender.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SenderError {
    /// The sender address is empty.
    Blank,
    /// This setting is malformed.
    Malformed(&'static str, AddressError),
}

impl fmt::Display for SenderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Blank => f.write_str(
                "EmailSettings.FeedbackEmail is empty: set it to an address that the SMTP server accepts as the \
                 sender",
            ),
            Self::Malformed(setting, error) => write!(f, "EmailSettings.{setting}: {error}"),
        }
    }
}

impl Error for SenderError {}
