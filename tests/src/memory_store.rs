//! A store of an outbox that lives in memory: a second one, made of what the library shows to everybody.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, SystemTime};

use settings_core::mail::MailObject;
use settings_core::mail::outbox::{
    Circuit, Claim, Due, EnqueueError, Enqueued, Entry, Kind, Known, Limits, MailId, NewMail, NoRetry,
    Pending, Progress, RecipientEntry, Settlement, State, Store, StoreError, Summary,
};

/// A store in memory. Clones are further users of the same one.
#[derive(Clone, Default)]
pub struct MemoryStore {
    tables: Arc<Mutex<Tables>>,
    turn: Arc<()>,
}

#[derive(Default)]
struct Tables {
    mails: BTreeMap<MailId, Mail>,
    keys: BTreeMap<String, Key>,
    moments: BTreeMap<String, SystemTime>,
    circuit: Circuit,
    last: i64,
}

struct Mail {
    entry: Entry,
    object: Option<MailObject>,
    may_resend: bool,
    lifetime: Duration,
}

struct Key {
    mail: MailId,
    until: Option<SystemTime>,
    sent: bool,
    retries: u32,
}

impl Mail {
    fn is_waiting(&self) -> bool {
        self.entry.next.is_some() || self.entry.state == State::Sending
    }

    fn is_dead(&self) -> bool {
        let state = self.entry.state;
        state == State::Failed || state == State::Unknown && self.entry.next.is_none()
    }

    /// The state begins, and nothing is tried before `next`.
    fn turn(&mut self, state: State, now: SystemTime, next: Option<SystemTime>) {
        (self.entry.state, self.entry.since, self.entry.next) = (state, now, next);
    }

    fn pending(&mut self) -> impl Iterator<Item = &mut RecipientEntry> {
        self.entry.recipients.iter_mut().filter(|one| one.progress == Progress::Pending)
    }

    /// Ends every recipient that is pending.
    fn end(&mut self, progress: Progress, why: &str) {
        for recipient in self.pending() {
            recipient.progress = progress;
            recipient.reply = Some(with(why, recipient.reply.take()));
        }
        self.entry.reply = Some(with(why, self.entry.reply.take()));
    }

    fn forget_content(&mut self) {
        self.object = None;
        self.entry.has_content = false;
    }
}

fn with(why: &str, before: Option<String>) -> String {
    before.map_or_else(|| why.to_owned(), |before| format!("{why}; last seen: {before}"))
}

impl Tables {
    fn waiting(&self) -> (u64, u64) {
        let waiting = self.mails.values().filter(|mail| mail.is_waiting());
        waiting.fold((0, 0), |(mails, bytes), mail| (mails + 1, bytes + mail.entry.size))
    }

    fn make_room(&mut self, mail: &NewMail, limits: &Limits, now: SystemTime) -> Result<(), EnqueueError> {
        let size = mail.object().content().len() as u64;
        if size > limits.bytes || limits.mails == 0 {
            return Err(EnqueueError::TooLarge { size, limit: limits.bytes });
        }
        loop {
            let (mails, bytes) = self.waiting();
            if mails < limits.mails && bytes + size <= limits.bytes {
                return Ok(());
            }
            let pushed = self.mails.values_mut().find(|other| {
                mail.kind() == Kind::Alert
                    && other.entry.kind == Kind::Notification
                    && other.entry.next.is_some()
            });
            let Some(pushed) = pushed else { return Err(EnqueueError::Full { mails, bytes }) };
            pushed.turn(State::Failed, now, None);
            pushed.end(Progress::Failed, "given up to make room");
        }
    }

    fn insert(&mut self, mail: &NewMail, now: SystemTime) -> MailId {
        self.last += 1;
        let (id, object) = (MailId::new(self.last), mail.object());
        let recipient = |address: &settings_core::mail::Address| RecipientEntry {
            address: address.to_string(),
            progress: Progress::Pending,
            reply: None,
        };
        let entry = Entry {
            id,
            message_id: object.message_id().as_str().to_owned(),
            kind: mail.kind(),
            state: State::Queued,
            since: now,
            next: Some(now),
            attempts: 0,
            resent: false,
            created: now,
            expires: now + mail.lives(),
            size: object.content().len() as u64,
            has_content: true,
            queue_id: None,
            reply: None,
            recipients: object.recipients().iter().map(recipient).collect(),
        };
        let object = Some(object.clone());
        self.mails.insert(id, Mail { entry, object, may_resend: mail.may_resend(), lifetime: mail.lives() });
        id
    }
}

impl MemoryStore {
    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().expect("no user of the store panics")
    }
}

impl Store for MemoryStore {
    fn enqueue(&self, mail: &NewMail, limits: &Limits, now: SystemTime) -> Result<Enqueued, EnqueueError> {
        let mut tables = self.tables();
        if let Some((name, _)) = mail.event()
            && let Some(key) = tables.keys.get(name)
            && key.until.is_none_or(|until| until > now)
        {
            return Ok(Enqueued { id: key.mail, is_new: false });
        }
        tables.make_room(mail, limits, now)?;
        let id = tables.insert(mail, now);
        if let Some((name, life)) = mail.event() {
            let retries = tables.keys.get(name).map_or(0, |key| key.retries);
            let key = Key { mail: id, until: life.map(|life| now + life), sent: false, retries };
            tables.keys.insert(name.to_owned(), key);
        }
        Ok(Enqueued { id, is_new: true })
    }

    fn find(&self, key: &str) -> Result<Option<Known>, StoreError> {
        let tables = self.tables();
        Ok(tables.keys.get(key).map(|key| {
            let state = tables.mails.get(&key.mail).map(|mail| mail.entry.state);
            let state = if key.sent { Some(State::Sent) } else { state };
            Known { id: key.mail, state, retries: key.retries }
        }))
    }

    fn claim(&self) -> Result<Option<Claim>, StoreError> {
        // The claim holds the only weak reference.
        let _tables = self.tables();
        let is_free = Arc::weak_count(&self.turn) == 0;
        Ok(is_free.then(|| Claim::new(Arc::downgrade(&self.turn))))
    }

    fn recover(&self, now: SystemTime) -> Result<u64, StoreError> {
        let mut tables = self.tables();
        let mut left = 0;
        for mail in tables.mails.values_mut().filter(|mail| mail.entry.state == State::Sending) {
            left += 1;
            let again = mail.may_resend && !mail.entry.resent;
            mail.turn(State::Unknown, now, again.then_some(now));
            mail.entry.resent |= again;
            if !again {
                mail.end(Progress::Unknown, "the program ended");
            }
        }
        Ok(left)
    }

    fn sweep(&self, limits: &Limits, now: SystemTime) -> Result<u64, StoreError> {
        let tables = &mut *self.tables();
        let mut expired = 0;
        for mail in tables.mails.values_mut() {
            if mail.entry.next.is_none() || mail.entry.expires > now {
                continue;
            }
            expired += 1;
            let is_unknown = mail.entry.state == State::Unknown;
            mail.end(if is_unknown { Progress::Unknown } else { Progress::Failed }, "given up, too old");
            mail.turn(if is_unknown { State::Unknown } else { State::Failed }, now, None);
        }
        let kept = |mail: &Mail, life: Duration| mail.entry.since + life >= now;
        tables.mails.retain(|_, mail| mail.entry.state != State::Sent || kept(mail, limits.keep_sent));
        tables.mails.retain(|_, mail| !mail.is_dead() || kept(mail, limits.keep_dead));
        let mut dead: Vec<&mut Mail> = tables.mails.values_mut().filter(|mail| mail.is_dead()).collect();
        dead.sort_by_key(|mail| Reverse((mail.entry.since, mail.entry.id)));
        let (mut bytes, mut over) = (0, Vec::new());
        for (count, mail) in (1..).zip(dead) {
            bytes += mail.entry.size;
            if count > limits.dead_mails {
                over.push(mail.entry.id);
            } else if bytes > limits.dead_bytes {
                mail.forget_content();
            }
        }
        tables.mails.retain(|id, _| !over.contains(id));
        let mails = &tables.mails;
        tables.keys.retain(|_, key| {
            key.until.is_none_or(|until| until > now) || mails.get(&key.mail).is_some_and(Mail::is_waiting)
        });
        Ok(expired)
    }

    fn due(&self, now: SystemTime, limit: usize, except: &[MailId]) -> Result<Vec<Due>, StoreError> {
        let tables = self.tables();
        let mut due: Vec<&Mail> = tables
            .mails
            .values()
            .filter(|mail| {
                mail.entry.next.is_some_and(|next| next <= now) && !except.contains(&mail.entry.id)
            })
            .collect();
        due.sort_by_key(|Mail { entry, .. }| {
            (entry.kind != Kind::Alert, entry.attempts, entry.next, entry.id)
        });
        let ready = |mail: &Mail| {
            let object = mail.object.as_ref()?;
            let pending: Vec<&str> = mail
                .entry
                .recipients
                .iter()
                .filter(|one| one.progress == Progress::Pending)
                .map(|one| one.address.as_str())
                .collect();
            let recipients =
                object.recipients().iter().filter(|to| pending.contains(&to.as_str())).cloned().collect();
            let (sender, id) = (object.sender().clone(), object.message_id().clone());
            let content = object.content().to_vec();
            Some(Due {
                id: mail.entry.id,
                attempts: mail.entry.attempts,
                may_resend: mail.may_resend && !mail.entry.resent,
                expires: mail.entry.expires,
                object: MailObject::new(sender, recipients, id, content, object.is_international()).ok()?,
            })
        };
        Ok(due.into_iter().take(limit).filter_map(ready).collect())
    }

    fn next_due(&self) -> Result<Option<SystemTime>, StoreError> {
        Ok(self.tables().mails.values().filter_map(|mail| mail.entry.next).min())
    }

    fn begin(&self, id: MailId, attempt: u32, now: SystemTime) -> Result<bool, StoreError> {
        let mut tables = self.tables();
        let Some(mail) = tables.mails.get_mut(&id).filter(|mail| mail.entry.next.is_some()) else {
            return Ok(false);
        };
        mail.turn(State::Sending, now, None);
        mail.entry.attempts = attempt;
        Ok(true)
    }

    fn settle(&self, id: MailId, settlement: &Settlement, now: SystemTime) -> Result<State, StoreError> {
        let tables = &mut *self.tables();
        let Some(mail) = tables.mails.get_mut(&id) else { return Ok(State::Sent) };
        for (address, progress, reply) in &settlement.marks {
            for recipient in mail.pending().filter(|one| one.address == address.as_str()) {
                (recipient.progress, recipient.reply) = (*progress, Some(reply.clone()));
            }
        }
        let left = |progress| mail.entry.recipients.iter().any(|one| one.progress == progress);
        let (state, next) = match settlement.pending {
            Pending::Deferred(next) if left(Progress::Pending) => (State::Deferred, Some(next)),
            Pending::Unknown(next) if left(Progress::Pending) => (State::Unknown, Some(next)),
            _ if left(Progress::Unknown) => (State::Unknown, None),
            _ if left(Progress::Failed) => (State::Failed, None),
            _ => (State::Sent, None),
        };
        mail.turn(state, now, next);
        mail.entry.resent |= state == State::Unknown && next.is_some();
        mail.entry.attempts = settlement.attempts;
        mail.entry.reply = Some(settlement.reply.clone());
        mail.entry.queue_id.clone_from(&settlement.queue_id);
        if state == State::Sent {
            mail.forget_content();
            tables.keys.values_mut().filter(|key| key.mail == id).for_each(|key| key.sent = true);
        }
        Ok(state)
    }

    fn circuit(&self) -> Result<Circuit, StoreError> {
        Ok(self.tables().circuit.clone())
    }

    fn set_circuit(&self, circuit: &Circuit) -> Result<(), StoreError> {
        self.tables().circuit = circuit.clone();
        Ok(())
    }

    fn last_done(&self, what: &str) -> Result<Option<SystemTime>, StoreError> {
        Ok(self.tables().moments.get(what).copied())
    }

    fn set_done(&self, what: &str, at: SystemTime) -> Result<(), StoreError> {
        self.tables().moments.insert(what.to_owned(), at);
        Ok(())
    }

    fn summary(&self) -> Result<Summary, StoreError> {
        let tables = self.tables();
        let mut summary = Summary::default();
        for (state, count) in State::ALL.iter().zip(&mut summary.counts) {
            *count = tables.mails.values().filter(|mail| mail.entry.state == *state).count() as u64;
        }
        let waiting = || tables.mails.values().filter(|mail| mail.is_waiting());
        let sent = tables.mails.values().filter(|mail| mail.entry.state == State::Sent);
        (_, summary.waiting_bytes) = tables.waiting();
        summary.oldest_waiting = waiting().map(|mail| mail.entry.created).min();
        summary.last_sent = sent.map(|mail| mail.entry.since).max();
        summary.circuit = tables.circuit.clone();
        Ok(summary)
    }

    fn list(&self, states: &[State], limit: usize) -> Result<Vec<Entry>, StoreError> {
        let tables = self.tables();
        let newest = tables.mails.values().rev().map(|mail| &mail.entry);
        let wanted = newest.filter(|entry| states.is_empty() || states.contains(&entry.state));
        Ok(wanted.take(limit).cloned().collect())
    }

    fn get(&self, id: MailId) -> Result<Option<Entry>, StoreError> {
        Ok(self.tables().mails.get(&id).map(|mail| mail.entry.clone()))
    }

    fn retry(&self, id: MailId, now: SystemTime) -> Result<Result<(), NoRetry>, StoreError> {
        let tables = &mut *self.tables();
        let Some(mail) = tables.mails.get_mut(&id) else { return Ok(Err(NoRetry::NotFound)) };
        match mail.entry.state {
            State::Sent => return Ok(Err(NoRetry::Sent)),
            State::Sending => return Ok(Err(NoRetry::Sending)),
            _ if mail.object.is_none() => return Ok(Err(NoRetry::NoContent)),
            _ => {}
        }
        mail.turn(State::Queued, now, Some(now));
        (mail.entry.expires, mail.entry.attempts, mail.entry.resent) = (now + mail.lifetime, 0, false);
        for recipient in &mut mail.entry.recipients {
            if recipient.progress != Progress::Sent {
                recipient.progress = Progress::Pending;
            }
        }
        tables.keys.values_mut().filter(|key| key.mail == id).for_each(|key| key.retries += 1);
        Ok(Ok(()))
    }

    fn remove(&self, id: MailId) -> Result<bool, StoreError> {
        Ok(self.tables().mails.remove(&id).is_some())
    }
}
