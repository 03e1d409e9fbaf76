//! The mail about an alert.

use ring::digest::{SHA256, digest};
use semver::Version;

use super::{check::Present, feed::Alert};
use crate::mail::{
    address::Mailbox,
    message::{MailObject, Message, MessageError, MessageId},
};

/// The mail that tells one administrator of an alert: plain text, and the same Message-ID whenever it is made.
pub(super) fn mail(
    alert: &Alert,
    version: &Version,
    present: &Present,
    to: &Mailbox,
) -> Result<MailObject, MessageError> {
    let affected: Vec<String> = alert.affected.iter().map(ToString::to_string).collect();
    let text = format!(
        "A security alert concerns the version of this server.\n\n\
         Alert:        {}\n\
         Severity:     {}\n\
         Affected:     {}\n\
         This server:  {version}\n\n\
         {}\n\n\
         {}\n\n\
         -- \n\
         Administrators get this mail because EmailSettings.EnableSecurityFixAlert is true.\n",
        alert.id,
        alert.severity,
        affected.join(" or "),
        alert.title,
        alert.text.trim_end(),
    );
    let message = Message::new(present.from.clone())
        .to(to.clone())
        .subject(format!("Security alert {} ({}): {}", alert.id, alert.severity, alert.title))
        .text(text)
        .with_message_id(message_id(alert, &present.from, to)?);
    present.reply_to.iter().cloned().fold(message, Message::reply_to).to_object()
}

/// By this key the outbox knows that an administrator has been told of an alert.
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

/// Text without what could mislead whoever reads it: line ends as LF, no control characters, nothing that reorders
/// text or is invisible, except what joins letters.
pub(super) fn plain_text(text: &str) -> String {
    text.replace("\r\n", "\n")
        .chars()
        .map(|c| if matches!(c, '\r' | '\u{85}' | '\u{2028}' | '\u{2029}') { '\n' } else { c })
        .filter(|&c| matches!(c, '\n' | '\t') || !(c.is_control() || misleads(c)))
        .collect()
}

/// Plain text on one line, of at most `limit` characters.
pub(super) fn one_line(text: &str, limit: usize) -> String {
    let text = plain_text(text);
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().take(limit).collect()
}

/// Characters that reorder text (UAX 9), or show nothing.
fn misleads(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_misleads_is_left_out() {
        assert_eq!(plain_text("a\r\nb\rc\u{2028}d\x1b[31m\0\x07\u{9b}e\tf"), "a\nb\nc\nd[31me\tf");
        assert_eq!(plain_text("pay\u{202e}gnp.exe\u{200b}\u{feff}\u{e0041}"), "paygnp.exe");
        assert_eq!(plain_text("<b>5 < 6</b> Grüße 👩\u{200d}💻"), "<b>5 < 6</b> Grüße 👩\u{200d}💻");
        assert_eq!(one_line("a\r\nBcc: b\n\n c", 9), "a Bcc: b ");
    }
}
