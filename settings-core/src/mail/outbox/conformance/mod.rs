//! Checks that a [`Store`] keeps its promises, for those who write another one.
//!
//! ```
//! use settings_core::mail::outbox::{SqliteStore, conformance};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let folder = std::env::temp_dir().join(format!("outbox-conformance-{}", std::process::id()));
//! std::fs::create_dir_all(&folder)?;
//! conformance::check(|place| SqliteStore::open(&folder.join(place)))?;
//! # std::fs::remove_dir_all(&folder)?;
//! # Ok(())
//! # }
//! ```

mod cases;

use std::{
    error::Error,
    fmt,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use super::{Limits, MailId, NewMail, Store, StoreError};
use crate::mail::{address::Mailbox, message::Message};

/// A promise that a store broke.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The promise, as the name of its case.
    pub promise: &'static str,
    /// What was seen.
    pub seen: String,
}

/// Opens stores: the same place gives the same mails again, also to a second store beside the first.
type Open<'a> = &'a dyn Fn() -> Result<Box<dyn Store>, StoreError>;
type Case = fn(Open<'_>) -> Result<(), Seen>;

/// Puts a store through every case; the first promise that it breaks is the error.
///
/// `open` opens the store at a place, a name that is used as a file's may be; it is empty at first. To open it again
/// stands for another process, or for the same one after a crash.
///
/// # Errors
/// Where the store breaks a promise, or fails.
pub fn check<S: Store>(open: impl Fn(&str) -> Result<S, StoreError>) -> Result<(), Broken> {
    for (promise, case) in cases::ALL {
        let place = promise.replace(' ', "-");
        let open = || open(&place).map(|store| Box::new(store) as Box<dyn Store>);
        case(&open).map_err(|Seen(seen)| Broken { promise, seen })?;
    }
    Ok(())
}

/// The promises that [`check`] looks at.
pub fn promises() -> impl Iterator<Item = &'static str> {
    cases::ALL.iter().map(|(promise, _)| *promise)
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a store does not keep its promise \"{}\": {}", self.promise, self.seen)
    }
}

impl Error for Broken {}

const HOUR: Duration = Duration::from_hours(1);

/// When every case begins.
fn start() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

/// An hour so many hours after the start.
fn hours(count: u32) -> SystemTime {
    start() + HOUR * count
}

/// A message to two recipients.
fn message(text: &str) -> Result<Message, Seen> {
    let address = |text: &str| text.parse::<Mailbox>().map_err(|error| error.to_string());
    Ok(Message::new(address("server@example.com")?)
        .to(address("a@example.com")?)
        .bcc(address("grüße@example.com")?)
        .subject("Private matter")
        .text(text))
}

fn notification(text: &str) -> Result<NewMail, Seen> {
    Ok(NewMail::notification(message(text)?.to_object().map_err(|error| error.to_string())?))
}

fn alert(text: &str) -> Result<NewMail, Seen> {
    Ok(NewMail::alert(message(text)?.to_object().map_err(|error| error.to_string())?))
}

/// Puts in a mail that must be taken.
fn put(store: &dyn Store, mail: &NewMail) -> Result<MailId, Seen> {
    let enqueued = store.enqueue(mail, &Limits::default(), start()).map_err(|error| error.to_string())?;
    if enqueued.is_new { Ok(enqueued.id) } else { Err("a new mail was taken for a known one".into()) }
}

fn same<T: PartialEq + fmt::Debug>(what: &str, found: T, expected: T) -> Result<(), Seen> {
    if found == expected { Ok(()) } else { Err(format!("{what}: {found:?}, expected {expected:?}").into()) }
}

/// What was seen in place of what was promised.
struct Seen(String);

impl From<StoreError> for Seen {
    fn from(error: StoreError) -> Self {
        Self(error.to_string())
    }
}

impl From<String> for Seen {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Seen {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}
