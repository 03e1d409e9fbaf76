//! An outbox with a store of another kind.

use std::cell::RefCell;
use std::collections::HashMap;
use std::future::ready;
use std::time::{Duration, SystemTime};

use settings_core::mail::catch::{CatchOptions, Catcher};
use settings_core::mail::outbox::{
    BeginOutcome, Circuit, Claim, DeliverySteps, DueMail, DueOrder, EnqueueError, Enqueued, KnownMail,
    LeaseToken, MailId, MailState, NewMail, Outbox, OutboxEntry, OutboxError, OutboxLimits, OutboxStore,
    OutboxSummary, RemoveOutcome, RetryOutcome, Settlement, Sharing, StepFuture, conformance,
};
use settings_core::mail::{Address, EmailSettings, MailObject, Mailer, MailerOptions, Message, ReversePath};
use settings_tests::memory_store::MemoryStore;

#[test]
fn memory_store_conforms() {
    let places = RefCell::new(HashMap::<String, MemoryStore>::new());
    conformance::check(|place| Ok(places.borrow_mut().entry(place.to_owned()).or_default().clone())).unwrap();
    assert_eq!(places.borrow().len(), conformance::case_names().count());
}

/// The length of leases: longer than a machine under load makes the suite wait between two steps.
const LEASE: Duration = Duration::from_secs(2);

#[test]
fn shared_memory_store_conforms() {
    let places = RefCell::new(HashMap::<String, MemoryStore>::new());
    let shared = || MemoryStore::shared(LEASE);
    conformance::check(|place| {
        Ok(places.borrow_mut().entry(place.to_owned()).or_insert_with(shared).clone())
    })
    .unwrap();
}

fn message() -> Message {
    Message::new("server@example.com".parse().unwrap())
        .to("admin@example.com".parse().unwrap())
        .text("Hello!\n")
}

#[tokio::test]
async fn outbox_delivers_from_a_memory_store() {
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
    assert_eq!((report.sent, outbox.summary().unwrap().count(MailState::Sent)), (1, 1));
    assert!(catcher.next().await.unwrap().text().contains("Hello!"));
}

/// A store with one fault, which [`conformance::check`] must find.
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
    ForgetsRenewals,
    SettlesLate,
    OverwritesCircuits,
    DropsSteps,
    AnswersWrongly,
}

macro_rules! delegated {
    ($(fn $name:ident(&self $(, $argument:ident: $ty:ty)*) -> $result:ty;)*) => {
        $(fn $name(&self $(, $argument: $ty)*) -> $result { self.store.$name($($argument),*) })*
    };
}

impl OutboxStore for Faulty {
    fn enqueue(
        &self,
        mail: &NewMail,
        limits: &OutboxLimits,
        now: SystemTime,
    ) -> Result<Enqueued, EnqueueError> {
        match self.fault {
            Fault::ForgetsKeys => {
                let mail = mail.clone().key(format!("{:?}", std::time::Instant::now()));
                self.store.enqueue(&mail, limits, now)
            }
            _ => self.store.enqueue(mail, limits, now),
        }
    }

    fn claim(&self) -> Result<Option<Claim>, OutboxError> {
        match self.fault {
            Fault::LetsTwoDeliver => Ok(Some(Claim::new(()))),
            _ => self.store.claim(),
        }
    }

    fn recover(&self, now: SystemTime) -> Result<u64, OutboxError> {
        let sending = self.store.list(&[MailState::Sending], usize::MAX)?;
        let recovered = self.store.recover(now)?;
        if let Fault::SendsTwice = self.fault {
            for mail in sending {
                let _ = self.store.retry(mail.id, now)?;
            }
        }
        Ok(recovered)
    }

    fn settle(
        &self,
        id: MailId,
        token: LeaseToken,
        settlement: &Settlement,
        now: SystemTime,
    ) -> Result<Option<MailState>, OutboxError> {
        let state = self.store.settle(id, token, settlement, now)?;
        match (self.fault, state) {
            (Fault::LosesMails, Some(MailState::Failed)) => self.store.remove(id).map(|_| state),
            (Fault::SettlesLate, None) => Ok(Some(MailState::Sent)),
            _ => Ok(state),
        }
    }

    fn renew(&self, leases: &[(MailId, LeaseToken)]) -> Result<(), OutboxError> {
        match self.fault {
            Fault::ForgetsRenewals => Ok(()),
            _ => self.store.renew(leases),
        }
    }

    fn swap_circuit(&self, known: &Circuit, circuit: &Circuit) -> Result<Circuit, OutboxError> {
        match self.fault {
            Fault::OverwritesCircuits => {
                self.store.set_circuit(circuit)?;
                Ok(circuit.clone())
            }
            _ => self.store.swap_circuit(known, circuit),
        }
    }

    fn steps(&self) -> Option<&dyn DeliverySteps> {
        matches!(self.fault, Fault::DropsSteps | Fault::AnswersWrongly).then_some(self)
    }

    delegated! {
        fn find(&self, key: &str) -> Result<Option<KnownMail>, OutboxError>;
        fn sweep(&self, limits: &OutboxLimits, now: SystemTime) -> Result<u64, OutboxError>;
        fn due(&self, now: SystemTime, order: DueOrder, limit: usize, except: &[MailId]) -> Result<Vec<DueMail>, OutboxError>;
        fn adopt_sender(&self, from: &Address, envelope: &ReversePath) -> Result<(), OutboxError>;
        fn replace(&self, id: MailId, mail: &MailObject, now: SystemTime) -> Result<RetryOutcome, OutboxError>;
        fn make_due(&self, now: SystemTime) -> Result<(), OutboxError>;
        fn next_due(&self) -> Result<Option<SystemTime>, OutboxError>;
        fn sharing(&self) -> Option<Sharing>;
        fn release(&self, id: MailId, token: LeaseToken) -> Result<(), OutboxError>;
        fn begin(&self, id: MailId, token: LeaseToken, attempt: u32, now: SystemTime) -> Result<BeginOutcome, OutboxError>;
        fn circuit(&self) -> Result<Circuit, OutboxError>;
        fn set_circuit(&self, circuit: &Circuit) -> Result<(), OutboxError>;
        fn last_done(&self, task: &str) -> Result<Option<SystemTime>, OutboxError>;
        fn set_done(&self, task: &str, at: SystemTime) -> Result<(), OutboxError>;
        fn summary(&self) -> Result<OutboxSummary, OutboxError>;
        fn list(&self, states: &[MailState], limit: usize) -> Result<Vec<OutboxEntry>, OutboxError>;
        fn get(&self, id: MailId) -> Result<Option<OutboxEntry>, OutboxError>;
        fn retry(&self, id: MailId, now: SystemTime) -> Result<RetryOutcome, OutboxError>;
        fn remove(&self, id: MailId) -> Result<RemoveOutcome, OutboxError>;
    }
}

/// Steps that are taken only while somebody waits for them, or that answer as if every lease were held.
impl DeliverySteps for Faulty {
    fn begin(
        &self,
        id: MailId,
        token: LeaseToken,
        attempt: u32,
        now: SystemTime,
        _claim: Claim,
    ) -> StepFuture<BeginOutcome> {
        let store = self.store.clone();
        let begin = move || store.begin(id, token, attempt, now);
        match self.fault {
            Fault::AnswersWrongly => Box::pin(ready(begin())),
            _ => Box::pin(async move { begin() }),
        }
    }

    fn settle(
        &self,
        id: MailId,
        token: LeaseToken,
        settlement: Settlement,
        now: SystemTime,
        _claim: Claim,
    ) -> StepFuture<Option<MailState>> {
        let store = self.store.clone();
        let settle = move || store.settle(id, token, &settlement, now);
        match self.fault {
            Fault::AnswersWrongly => Box::pin(ready(settle().map(|state| state.or(Some(MailState::Sent))))),
            _ => Box::pin(async move { settle() }),
        }
    }
}

#[test]
fn faulty_stores_are_detected() {
    for (fault, lease, case) in [
        (Fault::LosesMails, None, "recipients are settled one by one"),
        (Fault::SendsTwice, None, "after a crash only alerts are sent again and at most three times"),
        (Fault::ForgetsKeys, None, "a key rejects a second mail"),
        (Fault::LetsTwoDeliver, None, "one process delivers at a time"),
        (Fault::ForgetsRenewals, Some(LEASE), "a mail is leased to one program"),
        (Fault::SettlesLate, Some(LEASE), "a program that lost its lease changes nothing"),
        (Fault::OverwritesCircuits, Some(LEASE), "the circuit survives the program"),
        (Fault::DropsSteps, Some(LEASE), "a step runs to its end without its caller"),
        (Fault::AnswersWrongly, Some(LEASE), "a step has the result that its caller waits for"),
    ] {
        let places = RefCell::new(HashMap::<String, MemoryStore>::new());
        let checked = conformance::check(|place| {
            let new = || lease.map_or_else(MemoryStore::default, MemoryStore::shared);
            let store = places.borrow_mut().entry(place.to_owned()).or_insert_with(new).clone();
            Ok(Faulty { store, fault })
        });
        let error = checked.unwrap_err();
        assert_eq!(error.case, case, "{fault:?}: {error}");
    }
}
