//! The MIME parts of a message (RFC 2046).

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::raw::Raw;
use mail_builder::mime::{BodyPart, MimePart};
use memchr::memchr3;
use ring::digest::{Context, SHA256};

use super::words::disposition;
use super::{Message, MessageError, MessageId};

/// The maximum length of a file name in characters.
const FILE_NAME_LIMIT: usize = 255;
/// Bytes per line of Base64 (RFC 2045, 6.8), before encoding.
const LINE: usize = 57;

/// An attachment of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    content_type: String,
    name: Option<String>,
    content_id: Option<MessageId>,
    bytes: Vec<u8>,
}

impl Attachment {
    /// Creates an attachment from a file name, a content type (`application/pdf`) and bytes.
    ///
    /// # Errors
    /// If the name is too long or contains control characters, or the content type is malformed.
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

    /// Creates an attachment that the HTML text embeds with `<img src="cid:…">` and this Content-ID.
    ///
    /// # Errors
    /// If the content type is malformed.
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

/// Checks a content type: type and subtype of letters, digits and a few signs, without parameters.
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
    /// Builds the body: `mixed(related(alternative(text, html), inline…), files…)`, each level only if needed.
    pub(super) fn body(&self) -> MimePart<'_> {
        let mut boundaries = Boundaries::new(self);
        let plain = || MimePart::new("text/plain", body_text(self.text.as_deref().unwrap_or_default()));
        let texts = match &self.html {
            None => vec![plain()],
            Some(html) => {
                let html = MimePart::new("text/html", body_text(html));
                if self.text.is_some() { vec![plain(), html] } else { vec![html] }
            }
        };
        let (inline, files): (Vec<&Attachment>, Vec<&Attachment>) =
            self.attachments.iter().partition(|attachment| attachment.content_id.is_some());
        let texts = boundaries.multipart("multipart/alternative", texts);
        let related = boundaries.multipart("multipart/related", parts(texts, &inline));
        boundaries.multipart("multipart/mixed", parts(related, &files))
    }
}

fn parts<'m>(first: MimePart<'m>, more: &[&'m Attachment]) -> Vec<MimePart<'m>> {
    std::iter::once(first).chain(more.iter().map(|attachment| attachment.part())).collect()
}

/// Boundaries of parts. They depend only on the content, so that a second attempt sends the same bytes, and on all of
/// it, so that no content can contain its own boundary.
struct Boundaries<'m> {
    message: &'m Message,
    seed: Option<String>,
    used: usize,
}

impl<'m> Boundaries<'m> {
    fn new(message: &'m Message) -> Self {
        Self { message, seed: None, used: 0 }
    }

    fn next(&mut self) -> String {
        self.used += 1;
        let seed = self.seed.get_or_insert_with(|| seed(self.message));
        format!("=_{}_{seed}", self.used)
    }

    /// Combines the parts; a single part is returned as it is.
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

/// Converts line ends to CR LF and replaces NUL, which mail cannot carry.
fn body_text(text: &str) -> String {
    let mut lines = String::with_capacity(text.len() + text.len() / 32 + 2);
    let mut rest = text;
    while let Some(at) = memchr3(b'\r', b'\n', 0, rest.as_bytes()) {
        let (line, end) = rest.split_at_checked(at).unwrap_or((rest, ""));
        lines.push_str(line);
        if let Some(after) = end.strip_prefix('\0') {
            lines.push(char::REPLACEMENT_CHARACTER);
            rest = after;
        } else {
            lines.push_str("\r\n");
            rest = end.strip_prefix("\r\n").unwrap_or_else(|| end.get(1..).unwrap_or_default());
        }
    }
    lines.push_str(rest);
    lines
}
