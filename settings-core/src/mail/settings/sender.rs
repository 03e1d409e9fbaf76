//! Who mails come from.

use std::error::Error;
use std::fmt;

use super::EmailSettings;
use crate::mail::address::{AddressError, Mailbox};

impl EmailSettings {
    /// Who mails come from: `FeedbackName` and `FeedbackEmail`.
    ///
    /// # Errors
    /// Where `FeedbackEmail` is blank, or either is none of its kind; the text names the setting and what to do.
    pub fn sender(&self) -> Result<Mailbox, SenderError> {
        if self.feedback_email.is_empty() {
            return Err(SenderError::Blank);
        }
        let address = self.feedback_email.parse();
        let address = address.map_err(|error| SenderError::Malformed("FeedbackEmail", error))?;
        Mailbox::new(self.feedback_name.as_str(), address)
            .map_err(|error| SenderError::Malformed("FeedbackName", error))
    }

    /// Where answers go: `ReplyToAddress`, with `FeedbackName`; none where it is blank.
    ///
    /// # Errors
    /// Where either is none of its kind.
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

/// Why the settings name no sender.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SenderError {
    /// No address to send from is set.
    Blank,
    /// This setting is not what it should be.
    Malformed(&'static str, AddressError),
}

impl fmt::Display for SenderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Blank => f.write_str(
                "EmailSettings.FeedbackEmail is empty, so there is no address to send from; set it to an address \
                 that the SMTP server takes mail from",
            ),
            Self::Malformed(setting, error) => write!(f, "EmailSettings.{setting}: {error}"),
        }
    }
}

impl Error for SenderError {}
