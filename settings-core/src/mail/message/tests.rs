#![allow(clippy::unwrap_used)]
use std::time::Duration;

use super::*;

fn message() -> Message {
    Message::new("Server <server@example.com>".parse().unwrap()).to("admin@example.com".parse().unwrap())
}

fn text_of(message: &Message) -> String {
    String::from_utf8(message.to_bytes().unwrap()).unwrap()
}

#[test]
fn headers_of_a_plain_message() {
    let id = "made.once@example.com".parse::<MessageId>().unwrap();
    let text = text_of(
        &message()
            .cc("Copy <copy@example.com>".parse().unwrap())
            .bcc("hidden@example.com".parse().unwrap())
            .reply_to("answers@example.com".parse().unwrap())
            .subject("Backup")
            .text("line\n.dot\r\nend")
            .with_message_id(id.clone())
            .in_reply_to(id.clone())
            .date(UNIX_EPOCH + Duration::from_secs(1_800_000_000)),
    );
    for header in [
        "From: \"Server\" <server@example.com>\r\n",
        "To: <admin@example.com>\r\n",
        "Cc: \"Copy\" <copy@example.com>\r\n",
        "Reply-To: <answers@example.com>\r\n",
        "Subject: Backup\r\n",
        "Message-ID: <made.once@example.com>\r\n",
        "In-Reply-To: <made.once@example.com>\r\n",
        "Date: Fri, 15 Jan 2027 08:00:00 +0000\r\n",
        "Auto-Submitted: auto-generated\r\n",
        "MIME-Version: 1.0\r\n",
    ] {
        assert!(
            text.replace("Server <", "\"Server\" <").replace("Copy <", "\"Copy\" <").contains(header),
            "{header} in {text}"
        );
    }
    assert!(!text.contains("hidden"), "{text}");
    assert!(text.ends_with("\r\n\r\nline\r\n.dot\r\nend"), "{text}");
}

#[test]
fn every_recipient_once() {
    let message = message()
        .to("b@example.com".parse().unwrap())
        .cc("admin@example.com".parse().unwrap())
        .bcc("c@example.com".parse().unwrap());
    let all: Vec<&str> = message.recipients().map(Address::as_str).collect();
    assert_eq!(all, ["admin@example.com", "b@example.com", "c@example.com"]);
}

#[test]
fn hostile_values_make_no_header() {
    for subject in ["a\r\nBcc: evil@example.com", "a\nb", "a\rb", "a\0b", "\x1b[1m"] {
        assert_eq!(
            message().subject(subject).to_bytes(),
            Err(MessageError::ControlCharacter("Subject")),
            "{subject:?}"
        );
    }
    assert!("a@b>\r\nX: <y@z".parse::<MessageId>().is_err());
    assert!("a b@c".parse::<MessageId>().is_err());
    assert_eq!(Message::new("a@b".parse().unwrap()).to_bytes(), Err(MessageError::NoRecipient));
}

#[test]
fn hostile_texts_end_nothing() {
    for text in [
        "a\n.\nMAIL FROM:<evil@example.com>",
        "a\r\n.\r\nb",
        "a\r.\rb",
        "\n.\r\n",
        "a\0b",
        ".",
        "",
        "\r",
        "x".repeat(5000).as_str(),
        "ü".repeat(3000).as_str(),
        "trailing \nwhite\t\n",
    ] {
        for message in [message().text(text), message().html(text), message().text(text).html(text)] {
            let wire = message.to_object().unwrap().to_wire().unwrap();
            let ends = wire.bytes().windows(5).filter(|window| window == b"\r\n.\r\n").count();
            assert_eq!(ends, 1, "{text:?}");
            assert!(!wire.is_eight_bit(), "{text:?}");
        }
    }
}

#[test]
fn names_and_subjects_outside_ascii_are_encoded() {
    let text = text_of(&message().cc("Jürgen Größe <j@example.com>".parse().unwrap()).subject("Grüße 🎉"));
    assert!(text.is_ascii(), "{text}");
    assert!(text.contains("=?utf-8?"), "{text}");
}

#[test]
fn fresh_ids_differ_and_are_ids() {
    let (one, two) = (MessageId::fresh("example.com"), MessageId::fresh("example.com"));
    assert_ne!(one, two);
    assert_eq!(one.to_string().parse::<MessageId>().unwrap(), one);
    assert!(MessageId::fresh("bücher.example").as_str().ends_with("@localhost"));
}
