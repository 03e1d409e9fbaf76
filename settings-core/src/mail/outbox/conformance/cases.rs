//! The test cases.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::{Case, Mismatch, Open, alert, hours, notification, outlive, put, result, same, start};
use crate::mail::address::Address;
use crate::mail::outbox::{
    BeginOutcome, Circuit, Claim, DueMail, DueOrder, EnqueueError, KnownMail, LeaseToken, MailId, MailState,
    OutboxLimits, OutboxStore, Pending, Progress, RemoveOutcome, RetryOutcome, Settlement,
};
use crate::mail::reverse_path::ReversePath;

pub(super) const ALL: [(&str, Case); 27] = [
    ("a mail comes back unchanged", comes_back),
    ("a key rejects a second mail", keys),
    ("alerts go first and then the least tried", order),
    ("after a crash only alerts are sent again and at most three times", crash),
    ("recipients are settled one by one", recipients),
    ("an expired mail becomes a dead letter", expiry),
    ("a mail that may have been delivered is not called failed", unknown_expires),
    ("notifications make room for alerts", room),
    ("a mail that is being sent makes no room", no_room),
    ("dead letters are bounded", dead_letters),
    ("a sent mail keeps no content", sent),
    ("a removed mail is not sent and frees its key", removed),
    ("a sent mail keeps its key", sent_key),
    ("a mail is replaced and due again", replaced),
    ("mails of the configured sender follow the settings", followers),
    ("the queue is probed with the least tried mail", probe_order),
    ("a clock that was ahead stops no mail", clock_ahead),
    ("deferred mails can be made due", make_due),
    ("one process delivers at a time", claims),
    ("a mail is leased to one program", leases),
    ("a program that lost its lease changes nothing", lost_leases),
    ("a mail whose lease ended while it was sent is unknown", ended_leases),
    ("a step runs to its end without its caller", steps),
    ("a step has the result that its caller waits for", step_results),
    ("the circuit survives the program", circuit),
    ("recurring tasks are remembered", moments),
    ("lists and the summary are complete", listing),
];

/// The time that a step takes at most.
const LONGEST_STEP: Duration = Duration::from_secs(30);

type CaseResult = Result<(), Mismatch>;

fn settlement(due: &DueMail, progress: [Progress; 2], pending: Pending) -> Settlement {
    let marks = due.object.recipients().iter().cloned().zip(progress);
    Settlement {
        marks: marks.map(|(address, progress)| (address, progress, "words".to_owned())).collect(),
        reply: "250 2.0.0 words".to_owned(),
        queue_id: Some("Q1".to_owned()),
        ..Settlement::new(due.attempts.saturating_add(1), pending)
    }
}

/// Takes the only mail that is due.
fn only_due(store: &dyn OutboxStore, hour: u32) -> Result<DueMail, Mismatch> {
    let mut due = store.due(hours(hour), DueOrder::Urgent, 10, &[])?;
    match (due.pop(), due.len()) {
        (Some(mail), 0) => Ok(mail),
        (_, more) => Err(format!("{} mails are due, expected one", more).into()),
    }
}

/// Returns the only mail that is due, which stays due.
fn peek(store: &dyn OutboxStore, hour: u32) -> Result<DueMail, Mismatch> {
    let due = only_due(store, hour)?;
    store.release(due.id, due.token)?;
    Ok(due)
}

/// Returns the mails that are due, which stay due.
fn peek_all(store: &dyn OutboxStore, hour: u32) -> Result<Vec<MailId>, Mismatch> {
    peek_some(store, hour, DueOrder::Urgent, 10, &[])
}

fn peek_some(
    store: &dyn OutboxStore,
    hour: u32,
    order: DueOrder,
    limit: usize,
    except: &[MailId],
) -> Result<Vec<MailId>, Mismatch> {
    let due = store.due(hours(hour), order, limit, except)?;
    due.iter().try_for_each(|due| store.release(due.id, due.token))?;
    Ok(due.iter().map(|due| due.id).collect())
}

/// Settles a mail that was taken at the start.
fn settle(
    store: &dyn OutboxStore,
    due: &DueMail,
    settlement: &Settlement,
) -> Result<Option<MailState>, Mismatch> {
    Ok(store.settle(due.id, due.token, settlement, start())?)
}

fn state(store: &dyn OutboxStore, id: MailId) -> Result<Option<MailState>, Mismatch> {
    Ok(store.get(id)?.map(|entry| entry.state))
}

fn comes_back(open: Open<'_>) -> CaseResult {
    let mail = notification("Hello\n.\nGrüße 🎉")?;
    let id = put(&*open()?, &mail)?;
    let due = only_due(&*open()?, 0)?;
    same("the number and the attempts", (due.id, due.attempts), (id, 0))?;
    same("when it is given up", due.expires, hours(24))?;
    same("the content", due.object.content(), mail.object().content())?;
    same("the mail", &due.object, mail.object())
}

fn keys(open: Open<'_>) -> CaseResult {
    let (store, limits) = (open()?, OutboxLimits::default());
    let mail = notification("Hello")?.key("event:1");
    put(&*store, &mail)?;
    let due = only_due(&*store, 0)?;
    settle(&*store, &due, &settlement(&due, [Progress::Sent; 2], Pending::Deferred(start())))?;
    same(
        "a sent mail by its key",
        store.find("event:1")?.and_then(|known| known.state),
        Some(MailState::Sent),
    )?;
    for (days, is_new) in [(0, false), (6, false), (8, true)] {
        let now = hours(24 * days);
        store.sweep(&limits, now)?;
        let again = store.enqueue(&mail, &limits, now).map_err(|error| error.to_string())?;
        same(&format!("whether it is taken again after {days} days"), again.is_new, is_new)?;
    }
    same("an unknown key", store.find("event:2")?, None)
}

fn order(open: Open<'_>) -> CaseResult {
    let store = open()?;
    let tried = put(&*store, &notification("tried")?)?;
    let fresh = put(&*store, &notification("fresh")?)?;
    let urgent = put(&*store, &alert("urgent")?)?;
    let due = store.due(start(), DueOrder::Urgent, 10, &[urgent, fresh])?;
    same("what is due without two", due.iter().map(|due| due.id).collect(), vec![tried])?;
    for due in &due {
        let again = settlement(due, [Progress::Pending; 2], Pending::Deferred(start()));
        same("a mail to be tried again", settle(&*store, due, &again)?, Some(MailState::Deferred))?;
    }
    same("the order", peek_all(&*store, 0)?, vec![urgent, fresh, tried])?;
    same("the first without the alert", peek_some(&*store, 0, DueOrder::Urgent, 1, &[urgent])?, vec![fresh])
}

fn crash(open: Open<'_>) -> CaseResult {
    let (quiet, loud) = {
        let store = open()?;
        let ids = (put(&*store, &notification("quiet")?)?, put(&*store, &alert("loud")?)?);
        for due in store.due(start(), DueOrder::Urgent, 10, &[])? {
            let begin = |attempt| store.begin(due.id, due.token, attempt, start());
            same("the first begin", begin(1)?, BeginOutcome::Started)?;
            same("a begun mail", state(&*store, due.id)?, Some(MailState::Sending))?;
            same("the second begin", begin(2)?, BeginOutcome::NotPending)?;
            same("a retry", store.retry(due.id, start())?, RetryOutcome::Sending)?;
        }
        same(
            "what is due while they are being sent",
            store.due(start(), DueOrder::Urgent, 10, &[])?.len(),
            0,
        )?;
        ids
    };
    let store = open()?;
    outlive(&*store);
    same("how many were interrupted", store.recover(start())?, 2)?;
    for id in [quiet, loud] {
        same("an interrupted mail", state(&*store, id)?, Some(MailState::Unknown))?;
    }
    same("the mails to send again", peek_all(&*store, 0)?, vec![loud])?;
    for (attempt, may_resend) in [(2, true), (3, true), (4, false)] {
        let due = only_due(&*store, 0)?;
        same("another copy after that", due.may_resend, may_resend)?;
        let begun = store.begin(loud, due.token, attempt, start())?;
        same("the begin of a copy", begun, BeginOutcome::Started)?;
        outlive(&*store);
        same("how many were interrupted", store.recover(start())?, 1)?;
    }
    same("what is due then", store.due(start(), DueOrder::Urgent, 10, &[])?.len(), 0)?;
    let entry = store.get(loud)?.ok_or("the alert is gone")?;
    let progress: Vec<Progress> = entry.recipients.iter().map(|one| one.progress).collect();
    same("its recipients", progress, vec![Progress::Unknown; 2])?;
    same("its content and its copies", (entry.has_content, entry.resends), (true, 3))
}

fn recipients(open: Open<'_>) -> CaseResult {
    let store = open()?;
    let id = put(&*store, &notification("Hello")?)?;
    let due = only_due(&*store, 0)?;
    let half = settlement(&due, [Progress::Sent, Progress::Pending], Pending::Deferred(hours(1)));
    same("with one recipient left", settle(&*store, &due, &half)?, Some(MailState::Deferred))?;
    same("when it is tried next", store.next_due()?, Some(hours(1)))?;
    same("what is due before that", store.due(start(), DueOrder::Urgent, 10, &[])?.len(), 0)?;
    let due = only_due(&*store, 1)?;
    let left: Vec<&str> = due.object.recipients().iter().map(|to| to.as_str()).collect();
    same("who is left", left, vec!["grüße@example.com"])?;
    let rest = settlement(&due, [Progress::Failed; 2], Pending::Deferred(start()));
    same("with one recipient failed", settle(&*store, &due, &rest)?, Some(MailState::Failed))?;
    let entry = store.get(id)?.ok_or("the mail is gone")?;
    let listed: Vec<(Progress, Option<&str>)> =
        entry.recipients.iter().map(|one| (one.progress, one.reply.as_deref())).collect();
    same("its recipients", listed, vec![(Progress::Sent, Some("words")), (Progress::Failed, Some("words"))])?;
    same("its attempts and reply", (entry.attempts, entry.reply.as_deref()), (2, Some("250 2.0.0 words")))?;
    same("when it is tried next", (entry.next, store.next_due()?), (None, None))?;
    same("a retry", store.retry(id, start())?, RetryOutcome::Queued)?;
    let due = only_due(&*store, 0)?;
    same("who is tried again, and as which attempt", (due.object.recipients().len(), due.attempts), (1, 0))
}

fn expiry(open: Open<'_>) -> CaseResult {
    let (store, limits) = (open()?, OutboxLimits::default());
    let (day, three) = (put(&*store, &notification("day")?.key("day"))?, put(&*store, &alert("three")?)?);
    same("given up after 23 hours", store.sweep(&limits, hours(23))?, 0)?;
    same("given up after 25 hours", store.sweep(&limits, hours(25))?, 1)?;
    same("the notification", state(&*store, day)?, Some(MailState::Failed))?;
    same("the alert", state(&*store, three)?, Some(MailState::Queued))?;
    same("given up after three days", store.sweep(&limits, hours(73))?, 1)?;
    same("a retry", store.retry(three, hours(73))?, RetryOutcome::Queued)?;
    same("what is due then", peek_all(&*store, 73)?, vec![three])?;
    same("another retry", store.retry(day, hours(73))?, RetryOutcome::Queued)?;
    let retries = store.find("day")?.map(|known| known.retries);
    same("how many times it was made due again", retries, Some(1))?;
    same("given up again", store.sweep(&limits, hours(73 + 25))?, 1)?;
    same("given up in the end", store.sweep(&limits, hours(73 * 2 + 1))?, 1)?;
    store.sweep(&limits, hours(24 * 60))?;
    same("a dead letter after two months", store.get(day)?, None)
}

fn unknown_expires(open: Open<'_>) -> CaseResult {
    let store = open()?;
    let id = put(&*store, &alert("Hello")?)?;
    let due = only_due(&*store, 0)?;
    let lost = settlement(&due, [Progress::Pending; 2], Pending::Unknown(hours(1)));
    same("with its answer lost", settle(&*store, &due, &lost)?, Some(MailState::Unknown))?;
    same("its copies", store.get(id)?.map(|entry| entry.resends), Some(1))?;
    same("given up", store.sweep(&OutboxLimits::default(), hours(73))?, 1)?;
    let entry = store.get(id)?.ok_or("the mail is gone")?;
    same("its state", (entry.state, entry.next), (MailState::Unknown, None))?;
    let progress: Vec<Progress> = entry.recipients.iter().map(|one| one.progress).collect();
    same("its recipients", progress, vec![Progress::Unknown; 2])
}

fn room(open: Open<'_>) -> CaseResult {
    let store = open()?;
    let limits = OutboxLimits::default().waiting(2, 1024 * 1024);
    let put = |mail| -> Result<Option<MailId>, Mismatch> {
        match store.enqueue(&mail, &limits, start()) {
            Ok(enqueued) => Ok(Some(enqueued.id)),
            Err(EnqueueError::Full { mails: 2, .. }) => Ok(None),
            Err(error) => Err(error.to_string().into()),
        }
    };
    let oldest = put(notification("1")?)?.ok_or("the first mail found no room")?;
    let newer = put(notification("2")?)?.ok_or("the second mail found no room")?;
    same("a notification without room", put(notification("3")?)?, None)?;
    same("whether an alert finds room", put(alert("4")?)?.is_some(), true)?;
    same("the oldest notification", state(&*store, oldest)?, Some(MailState::Failed))?;
    same("the newer one", state(&*store, newer)?, Some(MailState::Queued))?;
    same("whether another alert finds room", put(alert("5")?)?.is_some(), true)?;
    same("a third alert", put(alert("6")?)?, None)?;
    same("a notification", put(notification("7")?)?, None)?;
    same("a retry of the mail that made room", store.retry(oldest, start())?, RetryOutcome::Queued)?;
    let small = OutboxLimits::default().waiting(100, 10);
    match store.enqueue(&alert("too large")?, &small, start()) {
        Err(EnqueueError::TooLarge { limit: 10, .. }) => Ok(()),
        other => Err(format!("a mail larger than the outbox: {other:?}").into()),
    }
}

fn no_room(open: Open<'_>) -> CaseResult {
    let store = open()?;
    let limits = OutboxLimits::default().waiting(1, 1024 * 1024);
    let id = put(&*store, &notification("1")?)?;
    let due = only_due(&*store, 0)?;
    same("the begin", store.begin(id, due.token, 1, start())?, BeginOutcome::Started)?;
    match store.enqueue(&alert("2")?, &limits, start()) {
        Err(EnqueueError::Full { .. }) => same("the mail", state(&*store, id)?, Some(MailState::Sending)),
        other => Err(format!("an alert while it is sent: {other:?}").into()),
    }
}

fn dead_letters(open: Open<'_>) -> CaseResult {
    let store = open()?;
    let mut put_in = Vec::new();
    for number in 0..5 {
        put_in.push(put(&*store, &notification(&number.to_string())?)?);
    }
    let first = put_in.first().copied().ok_or("no mail")?;
    let size = store.get(first)?.ok_or("the mail is gone")?.size;
    store.sweep(&OutboxLimits::default().dead(3, 2 * size + size / 2), hours(25))?;
    let left: Vec<(MailId, bool)> =
        store.list(&[MailState::Failed], 10)?.iter().map(|entry| (entry.id, entry.has_content)).collect();
    let expected: Vec<(MailId, bool)> = put_in.iter().rev().copied().zip([true, true, false]).collect();
    same("the newest three, the newest two with their content", &left, &expected)?;
    let emptied = expected.last().map(|(id, _)| *id).ok_or("no mail")?;
    same("a retry without content", store.retry(emptied, start())?, RetryOutcome::NoContent)
}

fn sent(open: Open<'_>) -> CaseResult {
    let store = open()?;
    let id = put(&*store, &notification("the reset link is 8c1f2a")?)?;
    let due = only_due(&*store, 0)?;
    let done = settlement(&due, [Progress::Sent; 2], Pending::Deferred(start()));
    same("with all recipients sent", settle(&*store, &due, &done)?, Some(MailState::Sent))?;
    let entry = store.get(id)?.ok_or("the mail is gone")?;
    same("what is kept", (entry.has_content, entry.queue_id.as_deref()), (false, Some("Q1")))?;
    same("a retry", store.retry(id, start())?, RetryOutcome::AlreadySent)?;
    store.sweep(&OutboxLimits::default(), hours(24 * 8))?;
    same("after a week", store.get(id)?, None)
}

fn removed(open: Open<'_>) -> CaseResult {
    let (store, limits) = (open()?, OutboxLimits::default());
    let mail = alert("Hello")?.lasting_key("alert:1");
    let id = put(&*store, &mail)?;
    same("the first removal", store.remove(id)?, RemoveOutcome::Removed)?;
    same("the second", store.remove(id)?, RemoveOutcome::NotFound)?;
    same("a begin", store.begin(id, LeaseToken::default(), 1, start())?, BeginOutcome::NotPending)?;
    same("a retry", store.retry(id, start())?, RetryOutcome::NotFound)?;
    same("its key", store.find("alert:1")?.and_then(|known| known.state), None)?;
    let again = store.enqueue(&mail, &limits, start()).map_err(|error| error.to_string())?;
    same("a second mail with the key", again.is_new, true)?;
    same("whether the key names the second mail", again.id == id, false)
}

fn sent_key(open: Open<'_>) -> CaseResult {
    let (store, limits) = (open()?, OutboxLimits::default());
    let mail = alert("Hello")?.lasting_key("alert:1");
    let id = put(&*store, &mail)?;
    let due = only_due(&*store, 0)?;
    let done = settlement(&due, [Progress::Sent; 2], Pending::Deferred(start()));
    same("with all recipients sent", settle(&*store, &due, &done)?, Some(MailState::Sent))?;
    same("a removal", store.remove(id)?, RemoveOutcome::Removed)?;
    let year = hours(365 * 24);
    store.sweep(&limits, year)?;
    let again = store.enqueue(&mail, &limits, year).map_err(|error| error.to_string())?;
    same("a second mail with the key", again.is_new, false)?;
    same("the key", store.find("alert:1")?, Some(KnownMail::new(id, Some(MailState::Sent), 0)))
}

fn replaced(open: Open<'_>) -> CaseResult {
    let store = open()?;
    let old = alert("old")?.lasting_key("alert:1");
    let new = alert("a new text")?;
    same(
        "a mail that does not exist",
        store.replace(MailId::new(7), new.object(), start())?,
        RetryOutcome::NotFound,
    )?;
    let id = put(&*store, &old)?;
    for progress in [Progress::Failed, Progress::Pending] {
        let due = only_due(&*store, 0)?;
        settle(&*store, &due, &settlement(&due, [progress; 2], Pending::Deferred(hours(1))))?;
        same("what is due", store.due(start(), DueOrder::Urgent, 9, &[])?.len(), 0)?;
        same("a replacement", store.replace(id, new.object(), start())?, RetryOutcome::Queued)?;
        let due = peek(&*store, 0)?;
        same("the mail", (due.id, due.attempts, due.object.content()), (id, 0, new.object().content()))?;
        same("its Message-ID", due.object.message_id(), new.object().message_id())?;
    }
    same(
        "its size",
        store.get(id)?.map(|entry| entry.size),
        u64::try_from(new.object().content().len()).ok(),
    )?;
    same("its retries", store.find("alert:1")?.map(|known| known.retries), Some(2))?;
    let due = only_due(&*store, 0)?;
    same("the begin", store.begin(id, due.token, 1, start())?, BeginOutcome::Started)?;
    same("while it is sent", store.replace(id, old.object(), start())?, RetryOutcome::Sending)?;
    settle(&*store, &due, &settlement(&due, [Progress::Sent; 2], Pending::Deferred(start())))?;
    same("after it was sent", store.replace(id, old.object(), start())?, RetryOutcome::AlreadySent)
}

fn followers(open: Open<'_>) -> CaseResult {
    let store = open()?;
    let mail = notification("Hello")?;
    let id = put(&*store, &mail)?;
    let parse = |text: &str| text.parse::<Address>().map_err(|error| error.to_string());
    let (from, other) = (parse("server@example.com")?, parse("other@example.com")?);
    let envelope = mail.object().sender().clone();
    same("at first", peek(&*store, 0)?.follows_settings, false)?;
    store.adopt_sender(&other, &envelope)?;
    store.adopt_sender(&from, &other.clone().into())?;
    store.adopt_sender(&from, &ReversePath::Null)?;
    same("with other senders", peek(&*store, 0)?.follows_settings, false)?;
    store.adopt_sender(&from, &envelope)?;
    store.adopt_sender(&other, &other.clone().into())?;
    same("with its own", peek(&*open()?, 0)?.follows_settings, true)?;
    store.replace(id, mail.object(), start())?;
    same("after a replacement", peek(&*store, 0)?.follows_settings, false)
}

fn probe_order(open: Open<'_>) -> CaseResult {
    let store = open()?;
    let urgent = put(&*store, &alert("urgent")?)?;
    let plain = put(&*store, &notification("plain")?)?;
    let due = store.due(start(), DueOrder::Urgent, 1, &[])?;
    same("the first", due.iter().map(|due| due.id).collect(), vec![urgent])?;
    for due in &due {
        settle(&*store, due, &settlement(due, [Progress::Pending; 2], Pending::Deferred(start())))?;
    }
    let first = |order| peek_some(&*store, 0, order, 1, &[]);
    same("the first then", first(DueOrder::Urgent)?, vec![urgent])?;
    same("the least tried", first(DueOrder::LeastTried)?, vec![plain])
}

fn make_due(open: Open<'_>) -> CaseResult {
    let store = open()?;
    let deferred = put(&*store, &notification("deferred")?)?;
    let unknown = put(&*store, &alert("unknown")?)?;
    for due in store.due(start(), DueOrder::Urgent, 9, &[])? {
        let pending =
            if due.id == deferred { Pending::Deferred(hours(1)) } else { Pending::Unknown(hours(1)) };
        settle(&*store, &due, &settlement(&due, [Progress::Pending; 2], pending))?;
    }
    same("what is due", store.due(start(), DueOrder::Urgent, 9, &[])?.len(), 0)?;
    store.make_due(start())?;
    same("what is due then", peek_all(&*store, 0)?, vec![deferred])?;
    same("the other mail", state(&*store, unknown)?, Some(MailState::Unknown))
}

fn clock_ahead(open: Open<'_>) -> CaseResult {
    let (store, limits) = (open()?, OutboxLimits::default());
    let year = hours(24 * 365);
    // A mail that was tried, and one that was added, while the clock was a year ahead.
    let tried = put(&*store, &notification("tried")?)?;
    let due = only_due(&*store, 0)?;
    let again = settlement(&due, [Progress::Pending; 2], Pending::Deferred(year));
    store.settle(tried, due.token, &again, year)?;
    let added = store.enqueue(&notification("added")?, &limits, year).map_err(|error| error.to_string())?;
    store.sweep(&limits, start())?;
    same("what is due", peek_some(&*store, 0, DueOrder::LeastTried, 9, &[])?, vec![added.id, tried])?;
    for id in [tried, added.id] {
        let expires = store.get(id)?.map(|entry| entry.expires <= hours(24));
        same("whether it expires within its lifetime", expires, Some(true))?;
    }
    // Mails that were not tried when they expired get one more chance.
    same("given up ten years ahead", store.sweep(&limits, hours(24 * 3650))?, 0)?;
    same("what is due then", peek_all(&*store, 24 * 3650)?.len(), 2)?;
    same("given up soon after", store.sweep(&limits, hours(24 * 3650 + 1))?, 0)?;
    same("given up later", store.sweep(&limits, hours(24 * 3650 + 2))?, 2)
}

fn claims(open: Open<'_>) -> CaseResult {
    let (first, second) = (open()?, open()?);
    let claim = first.claim()?;
    same("whether the first has it", claim.is_some(), true)?;
    same("whether the second has it too", second.claim()?.is_some(), first.sharing().is_some())?;
    drop(claim);
    same("whether the second has it then", second.claim()?.is_some(), true)
}

fn leases(open: Open<'_>) -> CaseResult {
    let (first, second) = (open()?, open()?);
    let Some(sharing) = first.sharing() else { return Ok(()) };
    let id = put(&*first, &notification("Hello")?)?;
    let due = only_due(&*first, 0)?;
    // one and a half leases, in steps that leave time to a busy machine
    for _ in 0..6 {
        same("what is due for the second", peek_all(&*second, 0)?, vec![])?;
        std::thread::sleep(sharing.lease / 4);
        first.renew(&[(id, due.token)])?;
    }
    same("when it is due", second.next_due()?, None)?;
    first.release(id, due.token)?;
    let again = only_due(&*second, 0)?;
    same("whether the leases have the same token", again.token == due.token, false)?;
    same("the attempts", again.attempts, 0)
}

fn lost_leases(open: Open<'_>) -> CaseResult {
    let (first, second) = (open()?, open()?);
    if first.sharing().is_none() {
        return Ok(());
    }
    let id = put(&*first, &alert("Hello")?)?;
    let lost = only_due(&*first, 0)?;
    outlive(&*first);
    let due = only_due(&*second, 0)?;
    same("the mail of the second", due.id, id)?;
    let done = settlement(&due, [Progress::Sent; 2], Pending::Deferred(start()));
    for is_begun in [false, true] {
        first.renew(&[(id, lost.token)])?;
        first.release(id, lost.token)?;
        let begun = first.begin(id, lost.token, 1, start())?;
        same("the begin of the first", begun, BeginOutcome::NotPending)?;
        same("the result of the first", settle(&*first, &lost, &done)?, None)?;
        let expected = if is_begun { MailState::Sending } else { MailState::Queued };
        same("the mail", state(&*first, id)?, Some(expected))?;
        if !is_begun {
            let begun = second.begin(id, due.token, 1, start())?;
            same("the begin of the second", begun, BeginOutcome::Started)?;
        }
    }
    same("the result of the second", settle(&*second, &due, &done)?, Some(MailState::Sent))?;
    same("the result of the first then", settle(&*first, &lost, &done)?, None)
}

fn ended_leases(open: Open<'_>) -> CaseResult {
    let (first, second) = (open()?, open()?);
    if first.sharing().is_none() {
        return Ok(());
    }
    let id = put(&*first, &alert("Hello")?)?;
    let lost = only_due(&*first, 0)?;
    same("the begin", first.begin(id, lost.token, 1, start())?, BeginOutcome::Started)?;
    same("how many were interrupted", second.recover(start())?, 0)?;
    outlive(&*first);
    same("what is due", peek_all(&*second, 0)?, vec![])?;
    same("how many were interrupted then", second.recover(start())?, 1)?;
    let done = settlement(&lost, [Progress::Sent; 2], Pending::Deferred(start()));
    same("the result of the first", settle(&*first, &lost, &done)?, None)?;
    same("the mail", state(&*first, id)?, Some(MailState::Unknown))?;
    let due = only_due(&*second, 0)?;
    same("its attempts", due.attempts, 1)?;
    same("the result of the second", settle(&*second, &due, &done)?, Some(MailState::Sent))
}

fn steps(open: Open<'_>) -> CaseResult {
    let store = open()?;
    let Some(steps) = store.steps() else { return Ok(()) };
    let held = Arc::new(());
    let claim = || Claim::new(Arc::clone(&held));
    let id = put(&*store, &notification("Hello")?)?;
    let due = only_due(&*store, 0)?;
    let done = settlement(&due, [Progress::Sent; 2], Pending::Deferred(start()));
    drop(steps.begin(due.id, due.token, 1, start(), claim()));
    wait_for_end(&held)?;
    same("a mail that was begun", state(&*store, id)?, Some(MailState::Sending))?;
    drop(steps.settle(due.id, due.token, done, start(), claim()));
    wait_for_end(&held)?;
    same("a mail that was settled", state(&*store, id)?, Some(MailState::Sent))
}

fn step_results(open: Open<'_>) -> CaseResult {
    let store = open()?;
    let Some(steps) = store.steps() else { return Ok(()) };
    let begin = |due: &DueMail, token| result(steps.begin(due.id, token, 1, start(), Claim::new(())));
    put(&*store, &notification("Hello")?)?;
    let due = only_due(&*store, 0)?;
    let done = settlement(&due, [Progress::Sent; 2], Pending::Deferred(start()));
    let settle = |token| result(steps.settle(due.id, token, done.clone(), start(), Claim::new(())));
    let lost = LeaseToken::new(due.token.as_i64().wrapping_add(1));
    if store.sharing().is_some() {
        same("beginning without the lease", begin(&due, lost)?, BeginOutcome::NotPending)?;
    }
    same("beginning", begin(&due, due.token)?, BeginOutcome::Started)?;
    if store.sharing().is_some() {
        same("the result without the lease", settle(lost)?, None)?;
    }
    same("the result", settle(due.token)?, Some(MailState::Sent))
}

/// Waits until the step that holds a clone has ended.
fn wait_for_end(held: &Arc<()>) -> CaseResult {
    let end = Instant::now() + LONGEST_STEP;
    while Arc::strong_count(held) > 1 {
        if Instant::now() >= end {
            return Err("a step whose future was dropped keeps its claim".into());
        }
        thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

fn circuit(open: Open<'_>) -> CaseResult {
    same("at first", open()?.circuit()?, Circuit::Closed)?;
    for circuit in [
        Circuit::Open { until: start(), failures: 3, why: "refused".to_owned() },
        Circuit::Halted { since: start(), until: hours(1), why: "535".to_owned() },
        Circuit::Closed,
    ] {
        open()?.set_circuit(&circuit)?;
        same("as written down", open()?.circuit()?, circuit)?;
    }
    let (store, other) = (open()?, Circuit::Open { until: hours(1), failures: 1, why: "421".to_owned() });
    same("after a swap", store.swap_circuit(&Circuit::Closed, &other)?, other.clone())?;
    if store.sharing().is_some() {
        let late = Circuit::Open { until: hours(2), failures: 1, why: "late".to_owned() };
        same("after a late swap", store.swap_circuit(&Circuit::Closed, &late)?, other.clone())?;
    }
    same("a swap to the same state", store.swap_circuit(&other, &Circuit::Closed)?, Circuit::Closed)?;
    same("at the end", open()?.circuit()?, Circuit::Closed)
}

fn moments(open: Open<'_>) -> CaseResult {
    same("at first", open()?.last_done("a check")?, None)?;
    for hour in [1, 3, 2] {
        open()?.set_done("a check", hours(hour))?;
        same("as written down last", open()?.last_done("a check")?, Some(hours(hour)))?;
    }
    same("of something else", open()?.last_done("another check")?, None)
}

fn listing(open: Open<'_>) -> CaseResult {
    let store = open()?;
    let done = put(&*store, &notification("1")?)?;
    let due = only_due(&*store, 0)?;
    let waits = put(&*store, &alert("2")?)?;
    let sent = settlement(&due, [Progress::Sent; 2], Pending::Deferred(start()));
    store.settle(done, due.token, &sent, hours(1))?;
    let listed = |states: &[MailState], limit| -> Result<Vec<MailId>, Mismatch> {
        Ok(store.list(states, limit)?.iter().map(|entry| entry.id).collect())
    };
    same("all", listed(&[], 10)?, vec![waits, done])?;
    same("the newest", listed(&[], 1)?, vec![waits])?;
    same("those that are sent", listed(&[MailState::Sent, MailState::Failed], 10)?, vec![done])?;
    same("none", listed(&[MailState::Failed], 10)?, vec![])?;
    let summary = store.summary()?;
    let counts = (summary.count(MailState::Sent), summary.count(MailState::Queued), summary.waiting());
    same("the counts", counts, (1, 1, 1))?;
    let moments = (summary.last_sent, summary.oldest_waiting);
    same("the moments", moments, (Some(hours(1)), Some(start())))?;
    let size = store.get(waits)?.map(|entry| entry.size);
    same("the bytes that wait", Some(summary.waiting_bytes), size)
}
