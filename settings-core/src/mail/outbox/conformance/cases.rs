//! The test cases.

use super::{Case, Mismatch, Open, alert, hours, notification, put, same, start};
use crate::mail::outbox::{
    BeginOutcome, Circuit, DueMail, EnqueueError, KnownMail, MailId, MailState, OutboxLimits, OutboxStore,
    Pending, Progress, RemoveOutcome, RetryOutcome, Settlement,
};

pub(super) const ALL: [(&str, Case); 16] = [
    ("a mail comes back unchanged", comes_back),
    ("a key rejects a second mail", keys),
    ("alerts go first and then the least tried", order),
    ("after a crash only alerts are sent again and only once", crash),
    ("recipients are settled one by one", recipients),
    ("an expired mail becomes a dead letter", expiry),
    ("a mail that may have been delivered is not called failed", unknown_expires),
    ("notifications make room for alerts", room),
    ("a mail that is being sent makes no room", no_room),
    ("dead letters are bounded", dead_letters),
    ("a sent mail keeps no content", sent),
    ("a removed mail is not sent and its key remains", removed),
    ("one process delivers at a time", claims),
    ("the circuit survives the program", circuit),
    ("recurring tasks are remembered", moments),
    ("lists and the summary are complete", listing),
];

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

/// Returns the only mail that is due.
fn only_due(store: &dyn OutboxStore, hour: u32) -> Result<DueMail, Mismatch> {
    let mut due = store.due(hours(hour), 10, &[])?;
    match (due.pop(), due.len()) {
        (Some(mail), 0) => Ok(mail),
        (_, more) => Err(format!("{} mails are due, expected one", more).into()),
    }
}

fn ids(due: &[DueMail]) -> Vec<MailId> {
    due.iter().map(|due| due.id).collect()
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
    let id = put(&*store, &mail)?;
    let due = only_due(&*store, 0)?;
    store.settle(id, &settlement(&due, [Progress::Sent; 2], Pending::Deferred(start())), start())?;
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
    let due = store.due(start(), 10, &[urgent, fresh])?;
    same("what is due without two", ids(&due), vec![tried])?;
    for due in &due {
        let again = settlement(due, [Progress::Pending; 2], Pending::Deferred(start()));
        same("a mail to be tried again", store.settle(due.id, &again, start())?, MailState::Deferred)?;
    }
    same("the order", ids(&store.due(start(), 10, &[])?), vec![urgent, fresh, tried])?;
    same("the first without the alert", ids(&store.due(start(), 1, &[urgent])?), vec![fresh])
}

fn crash(open: Open<'_>) -> CaseResult {
    let (quiet, loud) = {
        let store = open()?;
        let ids = (put(&*store, &notification("quiet")?)?, put(&*store, &alert("loud")?)?);
        for due in store.due(start(), 10, &[])? {
            same("the first begin", store.begin(due.id, 1, start())?, BeginOutcome::Started)?;
            same("a begun mail", state(&*store, due.id)?, Some(MailState::Sending))?;
            same("the second begin", store.begin(due.id, 2, start())?, BeginOutcome::NotPending)?;
            same("a retry", store.retry(due.id, start())?, RetryOutcome::Sending)?;
        }
        same("what is due while they are being sent", store.due(start(), 10, &[])?.len(), 0)?;
        ids
    };
    let store = open()?;
    same("how many were interrupted", store.recover(start())?, 2)?;
    for id in [quiet, loud] {
        same("an interrupted mail", state(&*store, id)?, Some(MailState::Unknown))?;
    }
    let due = store.due(start(), 10, &[])?;
    let again: Vec<(MailId, bool)> = due.iter().map(|due| (due.id, due.may_resend)).collect();
    same("what is sent again, and whether once more", again, vec![(loud, false)])?;
    same("the begin of the second copy", store.begin(loud, 2, start())?, BeginOutcome::Started)?;
    same("how many were interrupted the second time", store.recover(start())?, 1)?;
    same("what is due then", store.due(start(), 10, &[])?.len(), 0)?;
    let entry = store.get(loud)?.ok_or("the alert is gone")?;
    let progress: Vec<Progress> = entry.recipients.iter().map(|one| one.progress).collect();
    same("its recipients", progress, vec![Progress::Unknown; 2])?;
    same("whether its content is kept", (entry.has_content, entry.resent), (true, true))
}

fn recipients(open: Open<'_>) -> CaseResult {
    let store = open()?;
    let id = put(&*store, &notification("Hello")?)?;
    let due = only_due(&*store, 0)?;
    let half = settlement(&due, [Progress::Sent, Progress::Pending], Pending::Deferred(hours(1)));
    same("with one recipient left", store.settle(id, &half, start())?, MailState::Deferred)?;
    same("when it is tried next", store.next_due()?, Some(hours(1)))?;
    same("what is due before that", store.due(start(), 10, &[])?.len(), 0)?;
    let due = only_due(&*store, 1)?;
    let left: Vec<&str> = due.object.recipients().iter().map(|to| to.as_str()).collect();
    same("who is left", left, vec!["grüße@example.com"])?;
    let rest = settlement(&due, [Progress::Failed; 2], Pending::Deferred(start()));
    same("with one recipient failed", store.settle(id, &rest, start())?, MailState::Failed)?;
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
    same("what is due then", ids(&store.due(hours(73), 9, &[])?), vec![three])?;
    same("another retry", store.retry(day, hours(73))?, RetryOutcome::Queued)?;
    let retries = store.find("day")?.map(|known| known.retries);
    same("how many times it was made due again", retries, Some(1))?;
    same("given up again", store.sweep(&limits, hours(24 * 7))?, 2)?;
    store.sweep(&limits, hours(24 * 60))?;
    same("a dead letter after two months", store.get(day)?, None)
}

fn unknown_expires(open: Open<'_>) -> CaseResult {
    let store = open()?;
    let id = put(&*store, &alert("Hello")?)?;
    let due = only_due(&*store, 0)?;
    let lost = settlement(&due, [Progress::Pending; 2], Pending::Unknown(hours(1)));
    same("with its answer lost", store.settle(id, &lost, start())?, MailState::Unknown)?;
    same("whether it is sent once more", only_due(&*store, 1)?.may_resend, false)?;
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
    same("the begin", store.begin(id, 1, start())?, BeginOutcome::Started)?;
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
    same("with all recipients sent", store.settle(id, &done, start())?, MailState::Sent)?;
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
    same("a begin", store.begin(id, 1, start())?, BeginOutcome::NotPending)?;
    same("a retry", store.retry(id, start())?, RetryOutcome::NotFound)?;
    let year = hours(365 * 24);
    store.sweep(&limits, year)?;
    let again = store.enqueue(&mail, &limits, year).map_err(|error| error.to_string())?;
    same("whether it is taken again", again.is_new, false)?;
    same("its key", store.find("alert:1")?, Some(KnownMail::new(id, None, 0)))
}

fn claims(open: Open<'_>) -> CaseResult {
    let (first, second) = (open()?, open()?);
    let claim = first.claim()?;
    same("whether the first has it", claim.is_some(), true)?;
    same("whether the second has it too", second.claim()?.is_some(), false)?;
    drop(claim);
    same("whether the second has it then", second.claim()?.is_some(), true)
}

fn circuit(open: Open<'_>) -> CaseResult {
    same("at first", open()?.circuit()?, Circuit::Closed)?;
    for circuit in [
        Circuit::Open { until: start(), failures: 3, why: "refused".to_owned(), name_not_found: true },
        Circuit::Halted { since: start(), why: "535".to_owned() },
        Circuit::Closed,
    ] {
        open()?.set_circuit(&circuit)?;
        same("as written down", open()?.circuit()?, circuit)?;
    }
    Ok(())
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
    store.settle(done, &settlement(&due, [Progress::Sent; 2], Pending::Deferred(start())), hours(1))?;
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
