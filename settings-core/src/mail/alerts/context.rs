//! The server's side of a check.

use crate::mail::address::Mailbox;
use crate::mail::mailer::Mailer;
use crate::mail::settings::SenderError;

/// The current state of a server, for [`AlertWatch::run`](super::AlertWatch::run).
#[derive(Clone, Debug)]
pub struct AlertContext {
    /// True if `EmailSettings.EnableSecurityFixAlert` is true.
    pub enabled: bool,
    /// The recipients: every administrator whose account is active.
    pub administrators: Vec<Mailbox>,
    /// The sender of the mails.
    pub from: Mailbox,
    /// The address for replies, if it is not the sender.
    pub reply_to: Option<Mailbox>,
    /// The mailer of the current settings, or `None` if they cannot be used, so that mails wait.
    pub mailer: Option<Mailer>,
}

impl AlertContext {
    /// Returns true if mails are sent in the same way: by the same sender and the same settings.
    pub(super) fn has_same_sender(&self, other: &Self) -> bool {
        let fingerprint = |context: &Self| context.mailer.as_ref().map(Mailer::fingerprint);
        self.from == other.from && self.reply_to == other.reply_to && fingerprint(self) == fingerprint(other)
    }

    /// Creates the context from a mailer's settings: whether alerts are enabled, and the sender.
    ///
    /// # Errors
    /// Returns an error if `FeedbackEmail` is empty or malformed.
    pub fn from_mailer(mailer: Mailer, administrators: Vec<Mailbox>) -> Result<Self, SenderError> {
        let settings = mailer.settings();
        Ok(Self {
            enabled: settings.enable_security_fix_alert,
            administrators,
            from: settings.sender()?,
            reply_to: settings.reply_to()?,
            mailer: Some(mailer),
        })
    }
}
