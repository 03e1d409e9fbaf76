//! The mail about an alert.

use ring::digest::{SHA256, digest};
use semver::Version;

use crate::mail::address::Mailbox;
use crate::mail::alerts::context::AlertContext;
use crate::mail::alerts::feed::Alert;
use crate::mail::message::{MailObject, Message, MessageError, MessageId};
use crate::mail::settings::EmailSettings;

/// Creates the mail that notifies one administrator of an alert: plain text, always with the same Message-ID.
pub(super) fn mail(
    alert: &Alert,
    version: &Version,
    context: &AlertContext,
    to: &Mailbox,
) -> Result<MailObject, MessageError> {
    let affected: Vec<String> = alert.affected.iter().map(ToString::to_string).collect();
    let text = format!(
        "A security alert concerns the version of this server.\n\n\
         Alert:        {}\n\
         AlertSeverity:     {}\n\
         Affected:     {}\n\
         This server:  {version}\n\n\
         {}\n\n\
         {}\n\n\
         -- \n\
         Administrators receive this mail because {} is true.\n",
        alert.id,
        alert.severity,
        affected.join(" or "),
        alert.title,
        alert.text.trim_end(),
        EmailSettings::ENABLE_SECURITY_FIX_ALERT,
    );
    let message = Message::new(context.from.clone())
        .to(to.clone())
        .subject(format!("Security alert {} ({}): {}", alert.id, alert.severity, alert.title))
        .text(text)
        .with_message_id(message_id(alert, &context.from, to)?);
    context.reply_to.iter().cloned().fold(message, Message::reply_to).to_object()
}

/// Returns the key by which the outbox recognizes the notice of an alert to an administrator.
pub(super) fn key(alert: &Alert, to: &Mailbox) -> String {
    format!("security-alert:{}:{}", alert.id, to.address().as_str().to_lowercase())
}

fn message_id(alert: &Alert, from: &Mailbox, to: &Mailbox) -> Result<MessageId, MessageError> {
    let hash = digest(&SHA256, key(alert, to).as_bytes());
    let name: String = hash.as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let wire = from.address().on_the_wire();
    let domain = wire.rsplit_once('@').map_or("localhost", |(_, domain)| domain);
    let in_domain = format!("{name}.security-alert@{domain}").parse();
    in_domain.or_else(|_| format!("{name}.security-alert@localhost").parse())
}
