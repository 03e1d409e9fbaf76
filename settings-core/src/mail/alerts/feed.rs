//! The format of the feed, and its signatures.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use ring::signature::{ED25519, UnparsedPublicKey};
use semver::{Version, VersionReq};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::mail::alerts::affected::covers;
use crate::mail::alerts::plain_text::{one_line, plain_text};

const FORMAT: u64 = 1;
/// The prefix of the signed text. It keeps a signature of another kind of document from being valid for an alert.
const CONTEXT: &[u8] = b"security-alert\n";
const ALERTS: usize = 1000;
const RANGES: usize = 50;
const TITLE_CHARS: usize = 200;
const TEXT_CHARS: usize = 20_000;

/// An Ed25519 public key that verifies alerts: 32 bytes, written in base64 or hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicKey([u8; 32]);

/// The error for a text that is not a public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicKeyError;

/// The severity of an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AlertSeverity {
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
    /// Critical.
    Critical,
}

/// An alert that was signed by one of the keys. Its texts have no control characters and no characters that reorder or
/// hide text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Alert {
    /// The identifier.
    pub id: String,
    /// The severity.
    pub severity: AlertSeverity,
    /// The affected versions.
    #[serde(serialize_with = "as_texts")]
    pub affected: Vec<VersionReq>,
    /// A summary in one line.
    pub title: String,
    /// The description, with lines that end in LF.
    pub text: String,
}

/// An alert of the feed that is not trusted or not understood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RejectedAlert {
    /// The identifier, as far as it can be shown.
    pub id: String,
    /// The reason.
    pub why: String,
}

/// The reason that a document is not a feed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FeedError {
    /// It is not JSON.
    NotJson(String),
    /// It is JSON of another format.
    NotAFeed(String),
}

impl Alert {
    /// Returns true if the alert concerns this version.
    pub fn affects(&self, version: &Version) -> bool {
        self.affected.iter().any(|range| covers(range, version))
    }
}

/// Reads a feed. Returns the alerts that one of `keys` signed, and those that are rejected.
pub(super) fn read(bytes: &[u8], keys: &[PublicKey]) -> Result<(Vec<Alert>, Vec<RejectedAlert>), FeedError> {
    let document: Value =
        serde_json::from_slice(bytes).map_err(|error| FeedError::NotJson(error.to_string()))?;
    let not_a_feed = |text: &str| FeedError::NotAFeed(text.to_owned());
    match document.get("format").map(Value::as_u64) {
        Some(Some(FORMAT)) => {}
        Some(_) => {
            return Err(not_a_feed("`format` is not 1; a newer version of this program may support it"));
        }
        None => return Err(not_a_feed("`format` is missing")),
    }
    let entries = document.get("alerts").and_then(Value::as_array);
    let entries = entries.ok_or_else(|| not_a_feed("the list `alerts` is missing"))?;
    if entries.len() > ALERTS {
        return Err(FeedError::NotAFeed(format!("it has {} alerts, more than {ALERTS}", entries.len())));
    }
    let (mut alerts, mut rejected) = (Vec::new(), Vec::new());
    for entry in entries {
        match alert(entry, keys) {
            Ok(alert) => alerts.push(alert),
            Err(why) => {
                let id = entry.get("id").and_then(Value::as_str).unwrap_or("(none)");
                rejected.push(RejectedAlert { id: one_line(id, 64), why });
            }
        }
    }
    Ok((alerts, rejected))
}

fn alert(entry: &Value, keys: &[PublicKey]) -> Result<Alert, String> {
    let object = entry.as_object().ok_or("it is not an object")?;
    verify(object, keys)?;
    let text = |name: &str| {
        object.get(name).and_then(Value::as_str).ok_or_else(|| format!("the text `{name}` is missing"))
    };
    let id = text("id")?;
    if id.is_empty() || id.len() > 64 || !id.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
    {
        return Err("`id` must have 1 to 64 letters, digits, `.`, `_` or `-`".to_owned());
    }
    let (title, body) = (text("title")?, text("text")?);
    if title.chars().count() > TITLE_CHARS || body.chars().count() > TEXT_CHARS {
        return Err(format!(
            "`title` has more than {TITLE_CHARS} characters, or `text` more than {TEXT_CHARS}"
        ));
    }
    Ok(Alert {
        id: id.to_owned(),
        severity: text("severity")?.parse()?,
        affected: ranges(object.get("affected"))?,
        title: one_line(title, TITLE_CHARS),
        text: plain_text(body),
    })
}

fn ranges(value: Option<&Value>) -> Result<Vec<VersionReq>, String> {
    let ranges = value.and_then(Value::as_array).ok_or("the list `affected` is missing")?;
    if ranges.is_empty() || ranges.len() > RANGES {
        return Err(format!("`affected` must have 1 to {RANGES} ranges"));
    }
    let parse = |range: &Value| {
        let text = range.as_str().ok_or("a range in `affected` is not a string")?;
        text.parse::<VersionReq>()
            .map_err(|error| format!("`{}` in `affected` is not a range: {error}", one_line(text, 80)))
    };
    ranges.iter().map(parse).collect()
}

fn verify(object: &Map<String, Value>, keys: &[PublicKey]) -> Result<(), String> {
    let signature = object.get("signature").and_then(Value::as_str).ok_or("it is not signed")?;
    let signature = BASE64.decode(signature).map_err(|_| "the signature is not base64")?;
    let signed = [CONTEXT, &canonical(object)?].concat();
    let by = |key: &&PublicKey| UnparsedPublicKey::new(&ED25519, key.0).verify(&signed, &signature).is_ok();
    keys.iter().find(by).map(drop).ok_or_else(|| "it is not signed by a trusted key".to_owned())
}

/// Returns the canonical form (RFC 8785) of an alert without its signature. For an object of strings this is compact JSON
/// with sorted members.
fn canonical(object: &Map<String, Value>) -> Result<Vec<u8>, String> {
    let mut members = BTreeMap::new();
    for (name, value) in object.iter().filter(|(name, _)| *name != "signature") {
        let texts = |value: &Value| value.as_array().is_some_and(|list| list.iter().all(Value::is_string));
        if !name.is_ascii() || !(value.is_string() || texts(value)) {
            return Err("it has a member that is neither a string nor a list of strings".to_owned());
        }
        members.insert(name, value);
    }
    serde_json::to_vec(&members).map_err(|error| error.to_string())
}

fn as_texts<S: Serializer>(ranges: &[VersionReq], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(ranges.iter().map(VersionReq::to_string))
}

impl FromStr for PublicKey {
    type Err = PublicKeyError;

    fn from_str(text: &str) -> Result<Self, PublicKeyError> {
        let bytes = if text.len() == 64 { from_hex(text) } else { BASE64.decode(text.trim()).ok() };
        bytes.and_then(|bytes| bytes.try_into().ok()).map(Self).ok_or(PublicKeyError)
    }
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text
        .chars()
        .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect::<Option<_>>()?;
    digits
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => Some(high << 4 | low),
            _ => None,
        })
        .collect()
}

impl AlertSeverity {
    /// Every severity, the lowest first.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Critical];

    /// Returns the name, such as `low`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl FromStr for AlertSeverity {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|severity| severity.name() == text);
        found.ok_or_else(|| "`severity` must be low, medium, high or critical".to_owned())
    }
}

impl fmt::Display for AlertSeverity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for AlertSeverity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl fmt::Display for PublicKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an Ed25519 public key is 32 bytes in base64 (44 characters) or hexadecimal digits (64)")
    }
}

impl fmt::Display for FeedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotJson(why) => write!(f, "the feed of security alerts is not valid JSON: {why}"),
            Self::NotAFeed(why) => write!(f, "the document is not a feed of security alerts: {why}"),
        }
    }
}

impl Error for PublicKeyError {}
impl Error for FeedError {}
