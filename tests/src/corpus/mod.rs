//! Mails that are hard to carry, and what an independent reader must find in each.

mod cases;
mod generated;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use settings_core::mail::{Attachment, Mailbox, Message};

pub use self::cases::written;
pub use self::generated::{at_fold_boundaries, random};

/// A display name, which may be empty, and an address.
pub type Person = (String, String);

/// The content of a mail.
#[derive(Clone, Debug)]
pub struct Mail {
    /// The difficulty that the case covers.
    pub name: String,
    /// The sender.
    pub from: Person,
    /// Recipients.
    pub to: Vec<Person>,
    /// Recipients of a copy.
    pub cc: Vec<Person>,
    /// Hidden recipients (Bcc).
    pub bcc: Vec<Person>,
    /// For answers.
    pub reply_to: Vec<Person>,
    /// The subject.
    pub subject: String,
    /// The plain text.
    pub text: Option<String>,
    /// The HTML text.
    pub html: Option<String>,
    /// Names, types and bytes of files.
    pub files: Vec<(String, String, Vec<u8>)>,
    /// Content-IDs, types and bytes of what the HTML text shows.
    pub shown: Vec<(String, String, Vec<u8>)>,
    /// The mails that it answers.
    pub in_reply_to: Vec<String>,
    /// The mails of its thread.
    pub references: Vec<String>,
}

impl Mail {
    /// A mail with nothing hard about it.
    pub fn new(name: impl Into<String>) -> Self {
        let name = name.into();
        Self {
            subject: name.clone(),
            name,
            from: person("Server", "server@example.test"),
            to: vec![person("Admin", "admin@example.test")],
            cc: Vec::new(),
            bcc: Vec::new(),
            reply_to: Vec::new(),
            text: Some("One line.\n".to_owned()),
            html: None,
            files: Vec::new(),
            shown: Vec::new(),
            in_reply_to: Vec::new(),
            references: Vec::new(),
        }
    }

    /// The message that says it.
    pub fn message(&self) -> Message {
        let all = |people: &[Person]| people.iter().map(mailbox).collect::<Vec<_>>();
        let mut message = Message::new(mailbox(&self.from)).subject(&*self.subject);
        message = all(&self.to).into_iter().fold(message, Message::to);
        message = all(&self.cc).into_iter().fold(message, Message::cc);
        message = all(&self.bcc).into_iter().fold(message, Message::bcc);
        message = all(&self.reply_to).into_iter().fold(message, Message::reply_to);
        if let Some(text) = &self.text {
            message = message.text(&**text);
        }
        if let Some(html) = &self.html {
            message = message.html(&**html);
        }
        for (id, kind, bytes) in &self.shown {
            let id = id.parse().expect("a Content-ID");
            message = message.attach(Attachment::inline(id, &**kind, &**bytes).expect("something to show"));
        }
        for (name, kind, bytes) in &self.files {
            message = message.attach(Attachment::file(&**name, &**kind, &**bytes).expect("a file"));
        }
        for id in &self.in_reply_to {
            message = message.in_reply_to(id.parse().expect("a Message-ID"));
        }
        for id in &self.references {
            message = message.references(id.parse().expect("a Message-ID"));
        }
        message
    }

    /// Everyone who gets it.
    pub fn recipients(&self) -> Vec<&str> {
        let all = self.to.iter().chain(&self.cc).chain(&self.bcc);
        let mut addresses: Vec<&str> = all.map(|(_, address)| address.as_str()).collect();
        addresses.sort_unstable();
        addresses.dedup();
        addresses
    }

    /// The result that `read_mails.py` must print, except for the ids and the names of the headers.
    pub fn expected(&self) -> Value {
        json!({
            "from": [self.from],
            "to": self.to,
            "cc": self.cc,
            "reply-to": self.reply_to,
            "subject": self.subject,
            "in-reply-to": bracketed(&self.in_reply_to),
            "references": bracketed(&self.references),
            "auto-submitted": "auto-generated",
            "defects": [],
            "shape": self.shape(),
            "parts": self.parts(),
        })
    }

    fn shape(&self) -> String {
        let texts = match (&self.text, &self.html) {
            (Some(_), Some(_)) => "multipart/alternative(text/plain, text/html)".to_owned(),
            (_, None) => "text/plain".to_owned(),
            (None, Some(_)) => "text/html".to_owned(),
        };
        let around = |kind: &str, first: String, more: &[(String, String, Vec<u8>)]| {
            let kinds = std::iter::once(first).chain(more.iter().map(|(_, kind, _)| kind.clone()));
            if more.is_empty() {
                kinds.collect()
            } else {
                format!("{kind}({})", kinds.collect::<Vec<_>>().join(", "))
            }
        };
        around("multipart/mixed", around("multipart/related", texts, &self.shown), &self.files)
    }

    fn parts(&self) -> Vec<Value> {
        let mut parts = Vec::new();
        if self.text.is_some() || self.html.is_none() {
            parts.push(text_part("text/plain", self.text.as_deref().unwrap_or_default()));
        }
        if let Some(html) = &self.html {
            parts.push(text_part("text/html", html));
        }
        for (id, kind, bytes) in &self.shown {
            parts.push(file_part(kind, "inline", None, Some(&format!("<{id}>")), bytes));
        }
        for (name, kind, bytes) in &self.files {
            parts.push(file_part(kind, "attachment", Some(name), None, bytes));
        }
        parts
    }
}

fn text_part(kind: &str, text: &str) -> Value {
    // Mail knows one line end, and no NUL.
    let text = text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "\u{fffd}");
    json!({ "type": kind, "disposition": null, "name": null, "id": null, "text": text })
}

fn file_part(kind: &str, disposition: &str, name: Option<&str>, id: Option<&str>, bytes: &[u8]) -> Value {
    json!({ "type": kind, "disposition": disposition, "name": name, "id": id, "bytes": STANDARD.encode(bytes) })
}

fn bracketed(ids: &[String]) -> Vec<String> {
    ids.iter().map(|id| format!("<{id}>")).collect()
}

/// A display name and an address.
pub fn person(name: impl Into<String>, address: impl Into<String>) -> Person {
    (name.into(), address.into())
}

fn mailbox((name, address): &Person) -> Mailbox {
    Mailbox::new(&**name, address.parse().expect("an address")).expect("a display name")
}
