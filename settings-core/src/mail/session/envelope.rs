//! Sender and recipients as SMTP commands.

use super::Capabilities;
use crate::mail::address::Address;
use crate::mail::failure::Cause;
use crate::mail::reverse_path::ReversePath;

/// The sender, the recipients and the properties of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Envelope {
    pub(crate) sender: ReversePath,
    pub(crate) recipients: Vec<Address>,
    /// The size of the message in bytes.
    pub(crate) size: usize,
    /// True if the message contains bytes outside ASCII.
    pub(crate) eight_bit: bool,
    /// True if a header of the message requires SMTPUTF8.
    pub(crate) international: bool,
}

impl Envelope {
    /// Returns the MAIL command for a server with these extensions, or the reason why it cannot accept the mail.
    pub(crate) fn mail_command(&self, offered: &Capabilities) -> Result<String, Cause> {
        if let Some(limit) =
            offered.size_limit().filter(|limit| u64::try_from(self.size).is_ok_and(|s| s > *limit))
        {
            return Err(Cause::TooLarge { size: self.size, limit });
        }
        let mut addresses = self.sender.address().into_iter().chain(&self.recipients);
        let foreign = addresses.find(|address| address.is_international());
        let international = self.international || foreign.is_some();
        if international && !offered.smtp_utf8 {
            let address = foreign.map_or("in a header of the message", Address::as_str);
            return Err(Cause::NeedsSmtpUtf8(address.to_owned()));
        }
        let mut line = format!("MAIL FROM:<{}>", self.sender.on_the_wire());
        if offered.size.is_some() {
            line.push_str(&format!(" SIZE={}", self.size));
        }
        if (self.eight_bit || international) && offered.eight_bit_mime {
            line.push_str(" BODY=8BITMIME");
        } else if self.eight_bit {
            return Err(Cause::Message(
                "the message contains bytes outside ASCII, and the server does not offer 8BITMIME".into(),
            ));
        }
        if international {
            line.push_str(" SMTPUTF8");
        }
        Ok(line)
    }
}

/// Returns the RCPT command for one recipient.
pub(crate) fn rcpt_command(recipient: &Address) -> String {
    format!("RCPT TO:<{}>", recipient.on_the_wire())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn envelope(recipient: &str) -> Envelope {
        Envelope {
            sender: "server@example.com".parse().unwrap(),
            recipients: vec![recipient.parse().unwrap()],
            size: 1000,
            eight_bit: false,
            international: false,
        }
    }

    #[test]
    fn only_what_is_offered_is_used() {
        let plain = envelope("a@b");
        assert_eq!(plain.mail_command(&Capabilities::default()).unwrap(), "MAIL FROM:<server@example.com>");
        let null = Envelope { sender: ReversePath::Null, ..plain.clone() };
        assert_eq!(null.mail_command(&Capabilities::default()).unwrap(), "MAIL FROM:<>");
        let offered =
            Capabilities { size: Some(None), eight_bit_mime: true, smtp_utf8: true, ..Default::default() };
        assert_eq!(plain.mail_command(&offered).unwrap(), "MAIL FROM:<server@example.com> SIZE=1000");
        assert_eq!(
            envelope("ü@b").mail_command(&offered).unwrap(),
            "MAIL FROM:<server@example.com> SIZE=1000 BODY=8BITMIME SMTPUTF8"
        );
    }

    #[test]
    fn what_the_server_cannot_take_is_not_sent() {
        let small = Capabilities { size: Some(Some(999)), ..Default::default() };
        assert_eq!(envelope("a@b").mail_command(&small), Err(Cause::TooLarge { size: 1000, limit: 999 }));
        let none = Capabilities::default();
        assert_eq!(envelope("ü@b").mail_command(&none), Err(Cause::NeedsSmtpUtf8("ü@b".into())));
        let eight_bit = Envelope { eight_bit: true, ..envelope("a@b") };
        assert!(matches!(eight_bit.mail_command(&none), Err(Cause::Message(_))));
    }
}
