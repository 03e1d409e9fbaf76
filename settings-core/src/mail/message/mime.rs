//! The parts of a message, as a tree (RFC 2046).

use std::borrow::Cow;

use base64::{Engine, engine::general_purpose::STANDARD};
use mail_builder::{
    headers::{content_type::ContentType, raw::Raw},
    mime::{BodyPart, MimePart},
};
use memchr::memchr3;
use ring::digest::{Context, SHA256};

use super::{Message, MessageError, MessageId, words::disposition};

/// Characters of a file name.
const FILE_NAME_LIMIT: usize = 255;
/// Bytes of a line of Base64 (RFC 2045, 6.8), before encoding.
const LINE: usize = 57;

/// A file that goes with a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    content_type: String,
    name: Option<String>,
    content_id: Option<MessageId>,
    bytes: Vec<u8>,
}

impl Attachment {
    /// A file to keep: its name, its type (`application/pdf`) and its bytes.
    pub fn file(
        name: impl Into<String>,
        content_type: impl Into<String>,
        bytes: impl Into<Vec<u8>>,
    ) -> Result<Self, MessageError> {
        let name = name.into();
        if name.chars().any(char::is_control) {
            return Err(MessageError::ControlCharacter("Content-Disposition"));
        }
        if name.chars().count() > FILE_NAME_LIMIT {
            return Err(MessageError::TooLong("Content-Disposition"));
        }
        let content_type = checked_type(content_type.into())?;
        Ok(Self { content_type, name: Some(name), content_id: None, bytes: bytes.into() })
    }

    /// A file that the HTML text shows by `<img src="cid:…">` with this Content-ID.
    pub fn inline(
        content_id: MessageId,
        content_type: impl Into<String>,
        bytes: impl Into<Vec<u8>>,
    ) -> Result<Self, MessageError> {
        let content_type = checked_type(content_type.into())?;
        Ok(Self { content_type, name: None, content_id: Some(content_id), bytes: bytes.into() })
    }

    fn part(&self) -> MimePart<'_> {
        let part = MimePart::new(
            self.content_type.as_str(),
            BodyPart::Binary(Cow::Owned(base64_lines(&self.bytes))),
        )
        .transfer_encoding("base64");
        match (&self.name, &self.content_id) {
            (Some(name), _) => match disposition(name) {
                Some(disposition) => part.header("Content-Disposition", Raw::new(disposition)),
                None => part.attachment(name.as_str()),
            },
            (None, Some(id)) => part.inline().cid(id.as_str()),
            (None, None) => part.inline(),
        }
    }
}

/// A type and a subtype of letters, digits and a few signs, without parameters.
fn checked_type(text: String) -> Result<String, MessageError> {
    let is_token = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&b))
    };
    match text.split_once('/') {
        Some((kind, subtype)) if is_token(kind) && is_token(subtype) && text.len() <= 127 => Ok(text),
        _ => Err(MessageError::ContentType(text.chars().filter(|c| !c.is_control()).take(80).collect())),
    }
}

fn base64_lines(bytes: &[u8]) -> Vec<u8> {
    let mut lines = Vec::with_capacity(bytes.len() / 3 * 4 + bytes.len() / LINE * 2 + 8);
    for line in bytes.chunks(LINE) {
        lines.extend_from_slice(STANDARD.encode(line).as_bytes());
        lines.extend_from_slice(b"\r\n");
    }
    lines
}

impl Message {
    /// Texts, what the HTML shows, files: `mixed(related(alternative(text, html), shown…), files…)`,
    /// each level only where it is needed.
    pub(super) fn body(&self) -> MimePart<'_> {
        let mut boundaries = Boundaries::of(self);
        let plain = || MimePart::new("text/plain", body_text(self.text.as_deref().unwrap_or_default()));
        let texts = match &self.html {
            None => vec![plain()],
            Some(html) => {
                let html = MimePart::new("text/html", body_text(html));
                if self.text.is_some() { vec![plain(), html] } else { vec![html] }
            }
        };
        let (shown, files): (Vec<&Attachment>, Vec<&Attachment>) =
            self.attachments.iter().partition(|attachment| attachment.content_id.is_some());
        let texts = boundaries.multipart("multipart/alternative", texts);
        let related = boundaries.multipart("multipart/related", parts(texts, &shown));
        boundaries.multipart("multipart/mixed", parts(related, &files))
    }
}

fn parts<'m>(first: MimePart<'m>, more: &[&'m Attachment]) -> Vec<MimePart<'m>> {
    std::iter::once(first).chain(more.iter().map(|attachment| attachment.part())).collect()
}

/// Separators of parts. They depend on the content alone, so that a second attempt sends the same
/// bytes, and on all of it, so that no content can hold its own separator.
struct Boundaries<'m> {
    message: &'m Message,
    seed: Option<String>,
    used: usize,
}

impl<'m> Boundaries<'m> {
    fn of(message: &'m Message) -> Self {
        Self { message, seed: None, used: 0 }
    }

    fn next(&mut self) -> String {
        self.used += 1;
        let seed = self.seed.get_or_insert_with(|| seed(self.message));
        format!("=_{}_{seed}", self.used)
    }

    /// The parts under one roof; a single part needs none.
    fn multipart(&mut self, kind: &'static str, mut parts: Vec<MimePart<'m>>) -> MimePart<'m> {
        if parts.len() == 1
            && let Some(only) = parts.pop()
        {
            return only;
        }
        MimePart::new(ContentType::new(kind).attribute("boundary", self.next()), parts)
    }
}

fn seed(message: &Message) -> String {
    let mut context = Context::new(&SHA256);
    context.update(message.message_id.as_str().as_bytes());
    for text in [&message.text, &message.html].into_iter().flatten() {
        context.update(text.as_bytes());
    }
    context.finish().as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// Text with every line end made CR LF and without what mail cannot carry: NUL.
fn body_text(text: &str) -> String {
    let mut lines = String::with_capacity(text.len() + text.len() / 32 + 2);
    let mut rest = text;
    while let Some(at) = memchr3(b'\r', b'\n', 0, rest.as_bytes()) {
        let (line, end) = rest.split_at_checked(at).unwrap_or((rest, ""));
        lines.push_str(line);
        if let Some(behind) = end.strip_prefix('\0') {
            lines.push(char::REPLACEMENT_CHARACTER);
            rest = behind;
        } else {
            lines.push_str("\r\n");
            rest = end.strip_prefix("\r\n").unwrap_or_else(|| end.get(1..).unwrap_or_default());
        }
    }
    lines.push_str(rest);
    lines
}
