//! A store of an outbox in memory, written with the public API.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant, SystemTime};

use settings_core::mail::outbox::{
    BeginOutcome, Circuit, Claim, DueMail, DueOrder, EnqueueError, Enqueued, KnownMail, LAST_CHANCE,
    LONGEST_WAIT, LeaseToken, MAX_RESENDS, MailId, MailKind, MailState, NewMail, OutboxEntry, OutboxError,
    OutboxLimits, OutboxStore, OutboxSummary, Pending, Progress, RecipientEntry, RemoveOutcome, RetryOutcome,
    Settlement, Sharing, SystemClock,
};
use settings_core::mail::{Address, MailObject, ReversePath};

/// A store in memory. Clones share it.
#[derive(Clone, Default)]
pub struct MemoryStore {
    tables: Arc<Mutex<Tables>>,
    turn: Arc<()>,
    /// The length of leases, if several users deliver at the same time.
    lease: Option<Duration>,
    /// The number of times that mails to be delivered were looked for.
    looks: Arc<AtomicUsize>,
    /// Is called with the number of each look before it.
    on_look: Option<Arc<dyn Fn(usize) + Send + Sync>>,
    /// Is called before a result is recorded.
    on_settle: Option<Arc<dyn Fn() + Send + Sync>>,
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
    entry: OutboxEntry,
    object: Option<MailObject>,
    from: Option<Address>,
    may_resend: bool,
    follows_settings: bool,
    had_last_chance: bool,
    lifetime: Duration,
    token: i64,
    /// The end of the lease.
    leased: Option<Instant>,
}

struct Key {
    mail: MailId,
    until: Option<SystemTime>,
    sent: bool,
    retries: u32,
}

impl Mail {
    fn is_waiting(&self) -> bool {
        self.entry.next.is_some() || self.entry.state == MailState::Sending
    }

    fn is_leased(&self) -> bool {
        self.leased.is_some_and(|end| end > Instant::now())
    }

    /// Ends the lease: its token is that of no lease any more.
    fn fence(&mut self) {
        if self.leased.take().is_some() {
            self.token += 1;
        }
    }

    fn is_dead(&self) -> bool {
        let state = self.entry.state;
        state == MailState::Failed || state == MailState::Unknown && self.entry.next.is_none()
    }

    /// Enters a state. The next attempt is at `next`.
    fn enter(&mut self, state: MailState, now: SystemTime, next: Option<SystemTime>) {
        (self.entry.state, self.entry.since, self.entry.next) = (state, now, next);
    }

    fn pending(&mut self) -> impl Iterator<Item = &mut RecipientEntry> {
        self.entry.recipients.iter_mut().filter(|one| one.progress == Progress::Pending)
    }

    /// Settles every pending recipient.
    fn settle_pending(&mut self, progress: Progress, why: &str) {
        for recipient in self.pending() {
            recipient.progress = progress;
            recipient.reply = Some(with(why, recipient.reply.take()));
        }
        self.entry.reply = Some(with(why, self.entry.reply.take()));
    }

    fn drop_content(&mut self) {
        self.object = None;
        self.entry.has_content = false;
    }
}

fn with(why: &str, before: Option<String>) -> String {
    before.map_or_else(|| why.to_owned(), |before| format!("{why}; last result: {before}"))
}

impl Tables {
    fn waiting(&self) -> (u64, u64) {
        let waiting = self.mails.values().filter(|mail| mail.is_waiting());
        waiting.fold((0, 0), |(mails, bytes), mail| (mails + 1, bytes + mail.entry.size))
    }

    fn make_room(
        &mut self,
        mail: &NewMail,
        limits: &OutboxLimits,
        now: SystemTime,
    ) -> Result<(), EnqueueError> {
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
                mail.kind() == MailKind::Alert
                    && other.entry.kind == MailKind::Notification
                    && other.entry.next.is_some()
            });
            let Some(pushed) = pushed else { return Err(EnqueueError::Full { mails, bytes }) };
            pushed.enter(MailState::Failed, now, None);
            pushed.settle_pending(Progress::Failed, "given up to make room");
        }
    }

    fn insert(&mut self, mail: &NewMail, now: SystemTime) -> MailId {
        self.last += 1;
        let id = MailId::new(self.last);
        let entry = OutboxEntry::new(id, mail, now);
        let mail = Mail {
            entry,
            object: Some(mail.object().clone()),
            from: mail.from_address(),
            may_resend: mail.may_resend(),
            follows_settings: false,
            had_last_chance: false,
            lifetime: mail.time_to_live(),
            token: 0,
            leased: None,
        };
        self.mails.insert(id, mail);
        id
    }
}

impl MemoryStore {
    /// Creates a store from which several users deliver, with leases of this length.
    pub fn shared(lease: Duration) -> Self {
        Self { lease: Some(lease), ..Self::default() }
    }

    /// Calls a function before each result is recorded.
    #[must_use]
    pub fn on_settle(mut self, call: impl Fn() + Send + Sync + 'static) -> Self {
        self.on_settle = Some(Arc::new(call));
        self
    }

    /// Calls a function with the number of each look for mails to be delivered, before it.
    #[must_use]
    pub fn on_look(mut self, call: impl Fn(usize) + Send + Sync + 'static) -> Self {
        self.on_look = Some(Arc::new(call));
        self
    }

    /// Returns how often mails to be delivered were looked for.
    pub fn looks(&self) -> usize {
        self.looks.load(Ordering::SeqCst)
    }

    fn lease_end(&self) -> Option<Instant> {
        self.lease.map(|lease| Instant::now() + lease)
    }

    /// Returns true if a lease with this token has not ended. Without leases, everyone has one.
    fn holds(&self, mail: &Mail, token: LeaseToken) -> bool {
        self.lease.is_none() || mail.leased.is_some() && mail.token == token.as_i64()
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().expect("no user of the store panics")
    }
}

impl OutboxStore for MemoryStore {
    fn enqueue(
        &self,
        mail: &NewMail,
        limits: &OutboxLimits,
        now: SystemTime,
    ) -> Result<Enqueued, EnqueueError> {
        let mut tables = self.tables();
        if let Some((name, _)) = mail.event()
            && let Some(key) = tables.keys.get(name)
            && key.until.is_none_or(|until| until > now)
            && (key.sent || tables.mails.contains_key(&key.mail))
        {
            return Ok(Enqueued::known(key.mail));
        }
        tables.make_room(mail, limits, now)?;
        let id = tables.insert(mail, now);
        if let Some((name, life)) = mail.event() {
            let retries = tables.keys.get(name).map_or(0, |key| key.retries);
            let key = Key { mail: id, until: life.map(|life| now + life), sent: false, retries };
            tables.keys.insert(name.to_owned(), key);
        }
        Ok(Enqueued::added(id))
    }

    fn find(&self, key: &str) -> Result<Option<KnownMail>, OutboxError> {
        let tables = self.tables();
        Ok(tables.keys.get(key).map(|key| {
            let state = tables.mails.get(&key.mail).map(|mail| mail.entry.state);
            let state = if key.sent { Some(MailState::Sent) } else { state };
            KnownMail::new(key.mail, state, key.retries)
        }))
    }

    fn sharing(&self) -> Option<Sharing> {
        let terms = |lease| Sharing::new(lease, Duration::from_millis(50), Arc::new(SystemClock));
        self.lease.map(terms)
    }

    fn claim(&self) -> Result<Option<Claim>, OutboxError> {
        if self.lease.is_some() {
            return Ok(Some(Claim::new(())));
        }
        // The claim holds the only weak reference.
        let _tables = self.tables();
        let is_free = Arc::weak_count(&self.turn) == 0;
        Ok(is_free.then(|| Claim::new(Arc::downgrade(&self.turn))))
    }

    fn recover(&self, now: SystemTime) -> Result<u64, OutboxError> {
        let mut tables = self.tables();
        let mut left = 0;
        let sending = |mail: &&mut Mail| mail.entry.state == MailState::Sending && !mail.is_leased();
        for mail in tables.mails.values_mut().filter(sending) {
            left += 1;
            mail.fence();
            let again = mail.may_resend && mail.entry.resends < MAX_RESENDS;
            mail.enter(MailState::Unknown, now, again.then_some(now));
            mail.entry.resends += u32::from(again);
            if !again {
                mail.settle_pending(Progress::Unknown, "the program ended");
            }
        }
        Ok(left)
    }

    fn sweep(&self, limits: &OutboxLimits, now: SystemTime) -> Result<u64, OutboxError> {
        let tables = &mut *self.tables();
        let mut expired = 0;
        for mail in tables.mails.values_mut().filter(|mail| !mail.is_leased()) {
            let entry = &mut mail.entry;
            entry.expires = entry.expires.min(now + mail.lifetime);
            if entry.next.is_some() && entry.expires + LAST_CHANCE < now && !mail.had_last_chance {
                entry.expires = now + LAST_CHANCE;
                mail.had_last_chance = true;
            }
            if mail.entry.next.is_none() || mail.entry.expires > now {
                continue;
            }
            expired += 1;
            let is_unknown = mail.entry.state == MailState::Unknown;
            mail.settle_pending(
                if is_unknown { Progress::Unknown } else { Progress::Failed },
                "given up, too old",
            );
            mail.enter(if is_unknown { MailState::Unknown } else { MailState::Failed }, now, None);
        }
        let kept = |mail: &Mail, life: Duration| mail.entry.since + life >= now;
        tables.mails.retain(|_, mail| mail.entry.state != MailState::Sent || kept(mail, limits.keep_sent));
        tables.mails.retain(|_, mail| !mail.is_dead() || kept(mail, limits.keep_dead));
        let mut dead: Vec<&mut Mail> = tables.mails.values_mut().filter(|mail| mail.is_dead()).collect();
        dead.sort_by_key(|mail| Reverse((mail.entry.since, mail.entry.id)));
        let (mut bytes, mut over) = (0, Vec::new());
        for (count, mail) in (1..).zip(dead) {
            bytes += mail.entry.size;
            if count > limits.dead_mails {
                over.push(mail.entry.id);
            } else if bytes > limits.dead_bytes {
                mail.drop_content();
            }
        }
        tables.mails.retain(|id, _| !over.contains(id));
        let mails = &tables.mails;
        tables.keys.retain(|_, key| {
            key.until.is_none_or(|until| until > now) || mails.get(&key.mail).is_some_and(Mail::is_waiting)
        });
        Ok(expired)
    }

    fn due(
        &self,
        now: SystemTime,
        order: DueOrder,
        limit: usize,
        except: &[MailId],
    ) -> Result<Vec<DueMail>, OutboxError> {
        let number = self.looks.fetch_add(1, Ordering::SeqCst) + 1;
        if let Some(call) = &self.on_look {
            call(number);
        }
        let mut tables = self.tables();
        let mut due: Vec<&mut Mail> = tables
            .mails
            .values_mut()
            .filter(|mail| {
                mail.entry.next.is_some_and(|next| next <= now || next > now + LONGEST_WAIT)
                    && !mail.is_leased()
                    && !except.contains(&mail.entry.id)
            })
            .collect();
        due.sort_by_key(|Mail { entry, .. }| {
            let kind = u32::from(entry.kind != MailKind::Alert);
            let (first, second) = match order {
                DueOrder::Urgent => (kind, entry.attempts),
                DueOrder::LeastTried => (entry.attempts, kind),
            };
            (first, second, entry.next, entry.id)
        });
        let ready = |mail: &mut Mail| {
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
            let object = MailObject::new(sender, recipients, id, content, object.is_international()).ok()?;
            let mut due = DueMail::new(mail.entry.id, object, mail.entry.expires);
            (due.attempts, due.may_resend) =
                (mail.entry.attempts, mail.may_resend && mail.entry.resends < MAX_RESENDS);
            due.follows_settings = mail.follows_settings;
            if self.lease.is_some() {
                (mail.token, mail.leased) = (mail.token + 1, self.lease_end());
                due.token = LeaseToken::new(mail.token);
            }
            Some(due)
        };
        Ok(due.into_iter().take(limit).filter_map(ready).collect())
    }

    fn adopt_sender(&self, from: &Address, envelope: &ReversePath) -> Result<(), OutboxError> {
        for mail in self.tables().mails.values_mut() {
            let is_sender = mail.object.as_ref().is_some_and(|object| object.sender() == envelope);
            mail.follows_settings |= is_sender && mail.from.as_ref() == Some(from);
        }
        Ok(())
    }

    fn make_due(&self, now: SystemTime) -> Result<(), OutboxError> {
        for mail in self.tables().mails.values_mut().filter(|mail| mail.entry.state == MailState::Deferred) {
            mail.entry.next = Some(now);
        }
        Ok(())
    }

    fn next_due(&self) -> Result<Option<SystemTime>, OutboxError> {
        let tables = self.tables();
        Ok(tables.mails.values().filter(|mail| !mail.is_leased()).filter_map(|mail| mail.entry.next).min())
    }

    fn renew(&self, leases: &[(MailId, LeaseToken)]) -> Result<(), OutboxError> {
        let mut tables = self.tables();
        for (id, token) in leases {
            if let Some(mail) = tables.mails.get_mut(id).filter(|mail| self.holds(mail, *token)) {
                mail.leased = self.lease_end();
            }
        }
        Ok(())
    }

    fn release(&self, id: MailId, token: LeaseToken) -> Result<(), OutboxError> {
        let mut tables = self.tables();
        if let Some(mail) = tables.mails.get_mut(&id).filter(|mail| self.holds(mail, token)) {
            mail.fence();
        }
        Ok(())
    }

    fn begin(
        &self,
        id: MailId,
        token: LeaseToken,
        attempt: u32,
        now: SystemTime,
    ) -> Result<BeginOutcome, OutboxError> {
        let mut tables = self.tables();
        let is_pending = |mail: &&mut Mail| mail.entry.next.is_some() && self.holds(mail, token);
        let Some(mail) = tables.mails.get_mut(&id).filter(is_pending) else {
            return Ok(BeginOutcome::NotPending);
        };
        mail.enter(MailState::Sending, now, None);
        (mail.entry.attempts, mail.leased) = (attempt, self.lease_end());
        Ok(BeginOutcome::Started)
    }

    fn settle(
        &self,
        id: MailId,
        token: LeaseToken,
        settlement: &Settlement,
        now: SystemTime,
    ) -> Result<Option<MailState>, OutboxError> {
        if let Some(call) = &self.on_settle {
            call();
        }
        let tables = &mut *self.tables();
        let Some(mail) = tables.mails.get_mut(&id).filter(|mail| self.holds(mail, token)) else {
            return Ok(None);
        };
        mail.fence();
        for (address, progress, reply) in &settlement.marks {
            for recipient in mail.pending().filter(|one| one.address == address.as_str()) {
                (recipient.progress, recipient.reply) = (*progress, Some(reply.clone()));
            }
        }
        let left = |progress| mail.entry.recipients.iter().any(|one| one.progress == progress);
        let (state, next) = match settlement.pending {
            Pending::Deferred(next) if left(Progress::Pending) => (MailState::Deferred, Some(next)),
            Pending::Unknown(next) if left(Progress::Pending) => (MailState::Unknown, Some(next)),
            _ if left(Progress::Unknown) => (MailState::Unknown, None),
            _ if left(Progress::Failed) => (MailState::Failed, None),
            _ => (MailState::Sent, None),
        };
        mail.enter(state, now, next);
        mail.entry.resends += u32::from(state == MailState::Unknown && next.is_some());
        mail.entry.attempts = settlement.attempts;
        mail.entry.reply = Some(settlement.reply.clone());
        mail.entry.queue_id.clone_from(&settlement.queue_id);
        if state == MailState::Sent {
            mail.drop_content();
            tables.keys.values_mut().filter(|key| key.mail == id).for_each(|key| key.sent = true);
        }
        Ok(Some(state))
    }

    fn circuit(&self) -> Result<Circuit, OutboxError> {
        Ok(self.tables().circuit.clone())
    }

    fn set_circuit(&self, circuit: &Circuit) -> Result<(), OutboxError> {
        self.tables().circuit = circuit.clone();
        Ok(())
    }

    fn swap_circuit(&self, known: &Circuit, circuit: &Circuit) -> Result<Circuit, OutboxError> {
        let mut tables = self.tables();
        if tables.circuit == *known {
            tables.circuit = circuit.clone();
        }
        Ok(tables.circuit.clone())
    }

    fn last_done(&self, task: &str) -> Result<Option<SystemTime>, OutboxError> {
        Ok(self.tables().moments.get(task).copied())
    }

    fn set_done(&self, task: &str, at: SystemTime) -> Result<(), OutboxError> {
        self.tables().moments.insert(task.to_owned(), at);
        Ok(())
    }

    fn summary(&self) -> Result<OutboxSummary, OutboxError> {
        let tables = self.tables();
        let mut summary = OutboxSummary::default();
        for (state, count) in MailState::ALL.iter().zip(&mut summary.counts) {
            *count = tables.mails.values().filter(|mail| mail.entry.state == *state).count() as u64;
        }
        let waiting = || tables.mails.values().filter(|mail| mail.is_waiting());
        let sent = tables.mails.values().filter(|mail| mail.entry.state == MailState::Sent);
        (_, summary.waiting_bytes) = tables.waiting();
        summary.oldest_waiting = waiting().map(|mail| mail.entry.created).min();
        summary.last_sent = sent.map(|mail| mail.entry.since).max();
        summary.circuit = tables.circuit.clone();
        Ok(summary)
    }

    fn list(&self, states: &[MailState], limit: usize) -> Result<Vec<OutboxEntry>, OutboxError> {
        let tables = self.tables();
        let newest = tables.mails.values().rev().map(|mail| &mail.entry);
        let wanted = newest.filter(|entry| states.is_empty() || states.contains(&entry.state));
        Ok(wanted.take(limit).cloned().collect())
    }

    fn get(&self, id: MailId) -> Result<Option<OutboxEntry>, OutboxError> {
        Ok(self.tables().mails.get(&id).map(|mail| mail.entry.clone()))
    }

    fn retry(&self, id: MailId, now: SystemTime) -> Result<RetryOutcome, OutboxError> {
        let tables = &mut *self.tables();
        let Some(mail) = tables.mails.get_mut(&id) else { return Ok(RetryOutcome::NotFound) };
        match mail.entry.state {
            MailState::Sent => return Ok(RetryOutcome::AlreadySent),
            MailState::Sending => return Ok(RetryOutcome::Sending),
            _ if mail.object.is_none() => return Ok(RetryOutcome::NoContent),
            _ => {}
        }
        mail.fence();
        mail.enter(MailState::Queued, now, Some(now));
        (mail.entry.expires, mail.entry.attempts, mail.entry.resends) = (now + mail.lifetime, 0, 0);
        mail.had_last_chance = false;
        for recipient in &mut mail.entry.recipients {
            if recipient.progress != Progress::Sent {
                recipient.progress = Progress::Pending;
            }
        }
        tables.keys.values_mut().filter(|key| key.mail == id).for_each(|key| key.retries += 1);
        Ok(RetryOutcome::Queued)
    }

    fn replace(&self, id: MailId, object: &MailObject, now: SystemTime) -> Result<RetryOutcome, OutboxError> {
        if let Some(mail) = self.tables().mails.get_mut(&id)
            && !matches!(mail.entry.state, MailState::Sent | MailState::Sending)
        {
            mail.entry.message_id = object.message_id().as_str().to_owned();
            mail.entry.size = object.content().len() as u64;
            mail.entry.has_content = true;
            mail.from = NewMail::alert(object.clone()).from_address();
            mail.follows_settings = false;
            mail.object = Some(object.clone());
        }
        self.retry(id, now)
    }

    fn remove(&self, id: MailId) -> Result<RemoveOutcome, OutboxError> {
        let tables = &mut *self.tables();
        let removed = tables.mails.remove(&id);
        let is_sending = removed.as_ref().is_some_and(|mail| mail.entry.state == MailState::Sending);
        tables.keys.retain(|_, key| key.mail != id || key.sent || is_sending);
        Ok(removed.map_or(RemoveOutcome::NotFound, |_| RemoveOutcome::Removed))
    }
}
