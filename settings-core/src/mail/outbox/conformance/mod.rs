//! A test suite for implementations of [`OutboxStore`].
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

use std::error::Error;
use std::fmt;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::runtime::Builder;

use crate::mail::address::Mailbox;
use crate::mail::blocking::block_on;
use crate::mail::message::Message;
use crate::mail::outbox::{MailId, NewMail, OutboxError, OutboxLimits, OutboxStore, StepFuture};

/// A test case that a store did not pass.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConformanceError {
    /// The name of the test case.
    pub case: &'static str,
    /// The difference from the expected behavior.
    pub message: String,
}

/// Opens stores. The same place has the same mails every time, also for a second store that is open at the same time.
type Open<'a> = &'a dyn Fn() -> Result<Box<dyn OutboxStore>, OutboxError>;
type Case = fn(Open<'_>) -> Result<(), Mismatch>;

/// Runs every test case with a store, up to the first that fails.
///
/// `open` opens the store at a place, which is a name that can be used as a file name. The store is empty at first.
/// Opening it again represents another process, or the same process after a crash. With a store that several programs
/// share, the suite waits for leases to run out: a length of two or three seconds is enough for a machine under load.
///
/// # Errors
/// Returns an error if the store does not pass a test case.
pub fn check<S: OutboxStore>(open: impl Fn(&str) -> Result<S, OutboxError>) -> Result<(), ConformanceError> {
    for (name, case) in cases::ALL {
        let place = name.replace(' ', "-");
        let open = || open(&place).map(|store| Box::new(store) as Box<dyn OutboxStore>);
        case(&open).map_err(|Mismatch(message)| ConformanceError { case: name, message })?;
    }
    Ok(())
}

/// Returns the names of the test cases of [`check`].
pub fn case_names() -> impl Iterator<Item = &'static str> {
    cases::ALL.iter().map(|(name, _)| *name)
}

impl fmt::Display for ConformanceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the store does not pass \"{}\": {}", self.case, self.message)
    }
}

impl Error for ConformanceError {}

const HOUR: Duration = Duration::from_secs(60 * 60);

/// Returns the time at which every case begins.
fn start() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

/// Returns the time `count` hours after the start.
fn hours(count: u32) -> SystemTime {
    start() + HOUR * count
}

/// Creates a message to two recipients.
fn message(text: &str) -> Result<Message, Mismatch> {
    let address = |text: &str| text.parse::<Mailbox>().map_err(|error| error.to_string());
    Ok(Message::new(address("server@example.com")?)
        .to(address("a@example.com")?)
        .bcc(address("grüße@example.com")?)
        .subject("Private matter")
        .text(text))
}

fn notification(text: &str) -> Result<NewMail, Mismatch> {
    Ok(NewMail::notification(message(text)?.to_object().map_err(|error| error.to_string())?))
}

fn alert(text: &str) -> Result<NewMail, Mismatch> {
    Ok(NewMail::alert(message(text)?.to_object().map_err(|error| error.to_string())?))
}

/// Adds a mail that must be accepted.
fn put(store: &dyn OutboxStore, mail: &NewMail) -> Result<MailId, Mismatch> {
    let enqueued =
        store.enqueue(mail, &OutboxLimits::default(), start()).map_err(|error| error.to_string())?;
    if enqueued.is_new { Ok(enqueued.id) } else { Err("a new mail was treated as known".into()) }
}

/// Waits until the leases of a store that several programs share have run out.
fn outlive(store: &dyn OutboxStore) {
    if let Some(sharing) = store.sharing() {
        thread::sleep(sharing.lease + sharing.lease / 4);
    }
}

/// Waits for the result of a step.
fn result<T: Send>(step: StepFuture<T>) -> Result<T, Mismatch> {
    let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
    Ok(block_on(&runtime, step)?)
}

fn same<T: PartialEq + fmt::Debug>(what: &str, found: T, expected: T) -> Result<(), Mismatch> {
    if found == expected { Ok(()) } else { Err(format!("{what}: {found:?}, expected {expected:?}").into()) }
}

/// The difference from the expected behavior.
struct Mismatch(String);

impl From<OutboxError> for Mismatch {
    fn from(error: OutboxError) -> Self {
        Self(error.to_string())
    }
}

impl From<String> for Mismatch {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Mismatch {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}
