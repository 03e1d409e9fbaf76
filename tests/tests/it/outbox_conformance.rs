//! An outbox over another store than the one that comes along.

use std::cell::RefCell;
use std::collections::HashMap;
use std::time::SystemTime;

use settings_core::mail::catch::{CatchOptions, Catcher};
use settings_core::mail::outbox::{
    Circuit, Claim, Due, EnqueueError, Enqueued, Entry, Known, Limits, MailId, NewMail, NoRetry, Outbox,
    Settlement, State, Store, StoreError, Summary, conformance,
};
use settings_core::mail::{EmailSettings, Mailer, MailerOptions, Message};
use settings_tests::memory_store::MemoryStore;

#[test]
fn a_store_in_memory_keeps_every_promise() {
    let places = RefCell::new(HashMap::<String, MemoryStore>::new());
    conformance::check(|place| Ok(places.borrow_mut().entry(place.to_owned()).or_default().clone())).unwrap();
    assert_eq!(places.borrow().len(), conformance::promises().count());
}

fn message() -> Message {
    Message::new("server@example.com".parse().unwrap())
        .to("admin@example.com".parse().unwrap())
        .text("Hello!\n")
}

#[tokio::test]
async fn an_outbox_delivers_from_it() {
    let mut catcher = Catcher::start(CatchOptions::default()).await.unwrap();
    let settings = EmailSettings {
        smtp_server: catcher.address().ip().to_string(),
        smtp_port: catcher.address().port(),
        ..EmailSettings::default()
    };
    let mailer = Mailer::new(&settings, MailerOptions::default()).unwrap();
    let outbox = Outbox::new(MemoryStore::default());
    for _ in 0..3 {
        let mail = NewMail::notification(message().to_object().unwrap()).key("once");
        outbox.enqueue(mail).await.unwrap();
    }
    let report = outbox.run_once(&mailer).await.unwrap();
    assert_eq!((report.sent, outbox.summary().unwrap().count(State::Sent)), (1, 1));
    assert!(catcher.next().await.unwrap().text().contains("Hello!"));
}

/// A store with one fault, as [`conformance::check`] has to find it.
struct Faulty {
    store: MemoryStore,
    fault: Fault,
}

#[derive(Clone, Copy, Debug)]
enum Fault {
    LosesMails,
    SendsTwice,
    ForgetsKeys,
    LetsTwoDeliver,
}

macro_rules! delegated {
    ($(fn $name:ident(&self $(, $argument:ident: $ty:ty)*) -> $result:ty;)*) => {
        $(fn $name(&self $(, $argument: $ty)*) -> $result { self.store.$name($($argument),*) })*
    };
}

impl Store for Faulty {
    fn enqueue(&self, mail: &NewMail, limits: &Limits, now: SystemTime) -> Result<Enqueued, EnqueueError> {
        match self.fault {
            Fault::ForgetsKeys => {
                let mail = mail.clone().key(format!("{:?}", std::time::Instant::now()));
                self.store.enqueue(&mail, limits, now)
            }
            _ => self.store.enqueue(mail, limits, now),
        }
    }

    fn claim(&self) -> Result<Option<Claim>, StoreError> {
        match self.fault {
            Fault::LetsTwoDeliver => Ok(Some(Claim::new(()))),
            _ => self.store.claim(),
        }
    }

    fn recover(&self, now: SystemTime) -> Result<u64, StoreError> {
        let sending = self.store.list(&[State::Sending], usize::MAX)?;
        let recovered = self.store.recover(now)?;
        if let Fault::SendsTwice = self.fault {
            for mail in sending {
                let _ = self.store.retry(mail.id, now)?;
            }
        }
        Ok(recovered)
    }

    fn settle(&self, id: MailId, settlement: &Settlement, now: SystemTime) -> Result<State, StoreError> {
        let state = self.store.settle(id, settlement, now)?;
        if let (Fault::LosesMails, State::Failed) = (self.fault, state) {
            self.store.remove(id)?;
        }
        Ok(state)
    }

    delegated! {
        fn find(&self, key: &str) -> Result<Option<Known>, StoreError>;
        fn sweep(&self, limits: &Limits, now: SystemTime) -> Result<u64, StoreError>;
        fn due(&self, now: SystemTime, limit: usize, except: &[MailId]) -> Result<Vec<Due>, StoreError>;
        fn next_due(&self) -> Result<Option<SystemTime>, StoreError>;
        fn begin(&self, id: MailId, attempt: u32, now: SystemTime) -> Result<bool, StoreError>;
        fn circuit(&self) -> Result<Circuit, StoreError>;
        fn set_circuit(&self, circuit: &Circuit) -> Result<(), StoreError>;
        fn last_done(&self, what: &str) -> Result<Option<SystemTime>, StoreError>;
        fn set_done(&self, what: &str, at: SystemTime) -> Result<(), StoreError>;
        fn summary(&self) -> Result<Summary, StoreError>;
        fn list(&self, states: &[State], limit: usize) -> Result<Vec<Entry>, StoreError>;
        fn get(&self, id: MailId) -> Result<Option<Entry>, StoreError>;
        fn retry(&self, id: MailId, now: SystemTime) -> Result<Result<(), NoRetry>, StoreError>;
        fn remove(&self, id: MailId) -> Result<bool, StoreError>;
    }
}

#[test]
fn a_store_that_breaks_a_promise_is_found_out() {
    for (fault, promise) in [
        (Fault::LosesMails, "recipients end one by one"),
        (Fault::SendsTwice, "after a crash only alerts are sent again and only once"),
        (Fault::ForgetsKeys, "a key keeps a second mail out"),
        (Fault::LetsTwoDeliver, "one process delivers at a time"),
    ] {
        let places = RefCell::new(HashMap::<String, MemoryStore>::new());
        let broken = conformance::check(|place| {
            let store = places.borrow_mut().entry(place.to_owned()).or_default().clone();
            Ok(Faulty { store, fault })
        });
        let broken = broken.unwrap_err();
        assert_eq!(broken.promise, promise, "{fault:?}: {broken}");
    }
}
