#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
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

#[test]
fn the_same_message_is_the_same_bytes() {
    let message = message().text("plain").html("<p>shown</p>");
    assert_eq!(message.to_bytes(), message.to_bytes());
    let other = message.clone().with_message_id("other@example.com".parse().unwrap());
    assert_ne!(message.to_bytes(), other.to_bytes());
}

#[test]
fn attachments_need_sound_names_and_types() {
    assert!(Attachment::file("a\r\nX: y", "text/plain", b"").is_err());
    for wrong in ["text", "text/", "/plain", "text/plain; x=y", "text/pl\r\nain", "a b/c"] {
        assert!(Attachment::file("a", wrong, b"").is_err(), "{wrong:?}");
    }
    let shown = "shown@example.com".parse().unwrap();
    let text = text_of(
        &message()
            .text("t")
            .html("<img src=\"cid:shown@example.com\">")
            .attach(Attachment::inline(shown, "image/png", [0, 159, 146, 150]).unwrap())
            .attach(Attachment::file("Größe.csv", "text/csv", b"a\rb\n\0".repeat(100)).unwrap()),
    );
    for part in [
        "multipart/mixed",
        "multipart/related",
        "multipart/alternative",
        "Content-ID: <shown@example.com>",
        "filename*=UTF-8''Gr%C3%B6%C3%9Fe.csv",
        "AJ+Slg==",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(dot_stuffed(text.as_bytes()).is_ok());
}

/// Texts made of what injections are made of.
struct Texts(u64);

impl Texts {
    fn number(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }

    fn next(&mut self) -> String {
        const PIECES: [&str; 24] = [
            "\r",
            "\n",
            "\r\n",
            "\0",
            "\r\n.\r\n",
            ".",
            ":",
            "Bcc: ",
            "<",
            ">",
            "\"",
            "\\",
            "=?utf-8?q?",
            "?=",
            "@",
            "a@b",
            ",",
            ";",
            " ",
            "\t",
            "ü",
            "\u{2028}",
            "x",
            "--",
        ];
        let length = self.number(8);
        (0..length).map(|_| PIECES[usize::try_from(self.number(24)).unwrap()]).collect()
    }
}

#[test]
fn no_value_makes_a_header_or_an_end() {
    const HEADERS: [&str; 14] = [
        "From",
        "To",
        "Cc",
        "Reply-To",
        "Subject",
        "Message-ID",
        "In-Reply-To",
        "References",
        "Date",
        "Auto-Submitted",
        "MIME-Version",
        "Content-Type",
        "Content-Transfer-Encoding",
        "Content-Disposition",
    ];
    let mut texts = Texts(1);
    let mut built = 0;
    for _ in 0..20_000 {
        let mut message = message().subject(texts.next()).text(texts.next()).html(texts.next());
        if let Ok(mailbox) = Mailbox::new(texts.next(), "a@b".parse().unwrap()) {
            message = message.cc(mailbox);
        }
        if let Ok(mailbox) = texts.next().parse::<Mailbox>() {
            message = message.reply_to(mailbox);
        }
        if let Ok(id) = texts.next().parse::<MessageId>() {
            message = message.in_reply_to(id);
        }
        if let Ok(file) = Attachment::file(texts.next(), "text/plain", texts.next()) {
            message = message.attach(file);
        }
        let Ok(bytes) = message.to_bytes() else { continue };
        built += 1;
        let text = String::from_utf8(bytes).unwrap();
        let head = text.split("\r\n\r\n").next().unwrap();
        for line in head.split("\r\n").filter(|line| !line.starts_with([' ', '\t'])) {
            let name = line.split(':').next().unwrap();
            assert!(HEADERS.contains(&name), "{line:?} in {head}");
        }
        let wire = message.to_object().unwrap().to_wire().unwrap();
        assert_eq!(wire.bytes().windows(5).filter(|window| window == b"\r\n.\r\n").count(), 1, "{text}");
    }
    assert!(built > 2000, "only {built} messages were built");
}
