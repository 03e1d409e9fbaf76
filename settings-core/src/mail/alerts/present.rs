//! What of a server counts when alerts are looked for.

use crate::mail::{address::Mailbox, mailer::Mailer, settings::SenderError};

/// The present state of a server, for [`AlertWatch::run`](super::AlertWatch::run).
#[derive(Clone, Debug)]
pub struct Present {
    /// Whether `EmailSettings.EnableSecurityFixAlert` is true.
    pub enabled: bool,
    /// Who is told: every administrator whose account is active.
    pub administrators: Vec<Mailbox>,
    /// Who the mail comes from.
    pub from: Mailbox,
    /// Where answers go, where that is elsewhere.
    pub reply_to: Option<Mailbox>,
    /// The sender of the present settings; none where they cannot be obeyed, so that mails wait.
    pub mailer: Option<Mailer>,
}

impl Present {
    /// The state that a mailer's settings give: whether alerts are wanted, and who they come from.
    ///
    /// # Errors
    /// Where `FeedbackEmail` is empty, or malformed.
    pub fn of_mailer(mailer: Mailer, administrators: Vec<Mailbox>) -> Result<Self, SenderError> {
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
