//! Message-IDs.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use super::MessageError;

/// The maximum length of a Message-ID in bytes; it must fit a header line without folding.
const LIMIT: usize = 250;

/// A Message-ID (RFC 5322, 3.6.4), without the angle brackets.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MessageId(String);

impl MessageId {
    /// Creates a unique id from 128 random bits and the time, at `domain`.
    pub fn fresh(domain: &str) -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let mut random = [0; 16];
        if getrandom::fill(&mut random).is_err() {
            let process = u128::from(std::process::id()) << 64;
            random = (process | u128::from(COUNT.fetch_add(1, Ordering::Relaxed))).to_be_bytes();
        }
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let fits =
            domain.is_ascii() && !domain.is_empty() && domain.len() <= 200 && domain.bytes().all(is_id_byte);
        let domain = if fits { domain } else { "localhost" };
        Self(format!("{:032x}.{:x}@{domain}", u128::from_be_bytes(random), since.as_micros()))
    }

    /// Returns the id without its angle brackets.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Parses an id with or without its angle brackets.
impl FromStr for MessageId {
    type Err = MessageError;

    fn from_str(text: &str) -> Result<Self, MessageError> {
        let id = text.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).unwrap_or(text);
        if id.len() > LIMIT {
            return Err(MessageError::TooLong("Message-ID"));
        }
        let well_formed =
            id.split_once('@').is_some_and(|(left, right)| !left.is_empty() && !right.is_empty());
        if !well_formed || !id.bytes().all(|b| is_id_byte(b) || b == b'@') {
            return Err(MessageError::Malformed {
                what: "a Message-ID that is not of the form name@domain",
                at: 0,
            });
        }
        Ok(Self(id.to_owned()))
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}>", self.0)
    }
}

fn is_id_byte(b: u8) -> bool {
    b.is_ascii_graphic() && !matches!(b, b'<' | b'>' | b'@' | b'"' | b'\\' | b'(' | b')' | b',' | b';')
}
