//! The configured sender, and mails that follow it.

use crate::mail::address::{Address, Mailbox};
use crate::mail::message::{MailObject, Message, MessageError};
use crate::mail::reverse_path::ReversePath;
use crate::mail::settings::EmailSettings;

/// The sender that the settings name: the From header, and the sender of the envelope.
#[derive(Clone, Debug)]
pub(super) struct ConfiguredSender {
    from: Mailbox,
    envelope: ReversePath,
}

impl ConfiguredSender {
    /// Returns the sender of the settings, if they name a valid one.
    pub(super) fn from_settings(settings: &EmailSettings) -> Option<Self> {
        let from = settings.sender().ok()?;
        let envelope = settings.envelope_sender().ok()?.unwrap_or_else(|| from.address().clone().into());
        Some(Self { from, envelope })
    }

    /// Returns the address of the From header.
    pub(super) fn address(&self) -> &Address {
        self.from.address()
    }

    /// Returns the sender of the envelope.
    pub(super) fn envelope(&self) -> &ReversePath {
        &self.envelope
    }

    /// Returns true if the mail has this sender.
    pub(super) fn is_sender_of(&self, mail: &MailObject) -> bool {
        *mail.sender() == self.envelope && from_address(mail).as_ref() == Some(self.address())
    }

    /// Returns the mail with this sender in place of its own.
    ///
    /// # Errors
    /// Returns an error if the From header cannot be written.
    pub(super) fn apply_to(&self, mail: &MailObject) -> Result<MailObject, MessageError> {
        let template = Message::new(self.from.clone()).to(self.from.clone()).to_bytes()?;
        let header = header_lines(&template, "From").unwrap_or_default();
        let content = mail.content();
        let content = match header_range(content, "From") {
            Some((start, end)) => {
                [content.get(..start).unwrap_or_default(), header, content.get(end..).unwrap_or_default()]
                    .concat()
            }
            None => [header, content].concat(),
        };
        let is_international = mail.is_international()
            || self.address().is_international()
            || self.envelope.address().is_some_and(Address::is_international);
        MailObject::new(
            self.envelope.clone(),
            mail.recipients().to_vec(),
            mail.message_id().clone(),
            content,
            is_international,
        )
    }
}

/// Returns the address in the From header of a mail.
pub(super) fn from_address(mail: &MailObject) -> Option<Address> {
    let lines = header_lines(mail.content(), "From")?;
    let text = String::from_utf8_lossy(lines).replace("\r\n", "");
    let (_, value) = text.split_once(':')?;
    let address = match (value.rfind('<'), value.rfind('>')) {
        (Some(start), Some(end)) => value.get(start + 1..end)?,
        _ => value,
    };
    address.trim().parse().ok()
}

/// Returns the lines of a header, including the line end.
fn header_lines<'c>(content: &'c [u8], name: &str) -> Option<&'c [u8]> {
    let (start, end) = header_range(content, name)?;
    content.get(start..end)
}

/// Returns the byte range of a header in a message, with the lines that continue it.
fn header_range(content: &[u8], name: &str) -> Option<(usize, usize)> {
    let mut offset = 0;
    let mut found = None;
    for line in content.split_inclusive(|&b| b == b'\n') {
        let is_continuation = line.starts_with(b" ") || line.starts_with(b"\t");
        if let (Some(start), false) = (found, is_continuation) {
            return Some((start, offset));
        }
        if matches!(line, b"\r\n" | b"\n") {
            return None;
        }
        let field = line.split(|&b| b == b':').next().unwrap_or_default();
        if found.is_none() && field.trim_ascii_end().eq_ignore_ascii_case(name.as_bytes()) {
            found = Some(offset);
        }
        offset += line.len();
    }
    found.map(|start| (start, offset))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn sender(email: &str, name: &str, envelope: &str) -> ConfiguredSender {
        let settings = EmailSettings {
            feedback_email: email.to_owned(),
            feedback_name: name.to_owned(),
            envelope_sender: envelope.to_owned(),
            ..EmailSettings::default()
        };
        ConfiguredSender::from_settings(&settings).unwrap()
    }

    fn mail(from: &str) -> MailObject {
        let message = Message::new(from.parse().unwrap()).to("admin@example.com".parse().unwrap());
        message.subject("News").text("From: the editor\n\nHello.\n.\n").to_object().unwrap()
    }

    /// Every kind of old sender with every kind of new one: only the sender changes.
    #[test]
    fn only_the_sender_changes() {
        let long = format!("{} <old@example.com>", "A very long name of a server ".repeat(8).trim());
        for old in ["old@example.com", "Old <old@example.com>", "Grüße <old@example.com>", &long] {
            for (email, name, envelope) in [
                ("new@example.com", "", ""),
                ("new@example.com", "New, Name", "<>"),
                ("new@example.org", "Überschrift", "bounces@example.com"),
            ] {
                let old_mail = mail(old);
                let sender = sender(email, name, envelope);
                assert!(!sender.is_sender_of(&old_mail), "{old} {email}");
                let new_mail = sender.apply_to(&old_mail).unwrap();
                assert!(sender.is_sender_of(&new_mail), "{old} {email} {envelope}");
                let rest = |mail: &MailObject| {
                    let (start, end) = header_range(mail.content(), "From").unwrap();
                    [mail.content().get(..start), mail.content().get(end..)]
                        .map(Option::unwrap_or_default)
                        .concat()
                };
                assert_eq!(rest(&old_mail), rest(&new_mail), "{old} {email}");
                assert_eq!(new_mail.message_id(), old_mail.message_id());
                assert_eq!(from_address(&new_mail), Some(email.parse().unwrap()));
            }
        }
    }

    #[test]
    fn text_of_the_body_is_not_a_header() {
        let content = b"To: a@example.com\r\n\r\nFrom: b@example.com\r\n";
        assert_eq!(header_range(content, "From"), None);
        assert_eq!(header_range(b"From: a\r\n b\r\nTo: c\r\n\r\n", "from"), Some((0, 13)));
        assert_eq!(header_range(b"From: a\r\n", "From"), Some((0, 9)));
    }
}
