//! An outbox in PostgreSQL from which several programs deliver.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use settings_core::mail::outbox::{
    BeginOutcome, Circuit, DueOrder, EnqueueError, MailId, MailState, ManualClock, NewMail, Outbox,
    OutboxError, OutboxErrorKind, OutboxLimits, OutboxStore, RunReport, conformance,
};
use settings_core::mail::{EmailSettings, Mailer, MailerOptions, Message};
use settings_postgres::PostgresOutbox;
use settings_tests::fault_proxy::FaultProxy;
use settings_tests::sink::{Act, Moment, Sink};
use tokio_postgres::{Client, NoTls};

use crate::postgres_store::{config, server};

pub(crate) fn store(url: &str) -> PostgresOutbox {
    PostgresOutbox::new(config(url)).unwrap()
}

fn message(from: &str, text: &str) -> Message {
    Message::new(from.parse().unwrap()).to("admin@example.com".parse().unwrap()).text(text)
}

pub(crate) fn notification(text: &str) -> NewMail {
    NewMail::notification(message("server@example.com", text).to_object().unwrap())
}

fn alert(text: &str) -> NewMail {
    NewMail::alert(message("server@example.com", text).to_object().unwrap())
}

pub(crate) fn mailer(port: u16) -> Mailer {
    let settings = EmailSettings {
        smtp_server: "127.0.0.1".to_owned(),
        smtp_port: port,
        smtp_server_timeout: Duration::from_secs(20),
        ..EmailSettings::default()
    };
    Mailer::new(&settings, MailerOptions::default()).unwrap()
}

pub(crate) fn run(outbox: &Outbox, port: u16) -> RunReport {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(outbox.run_once(&mailer(port))).unwrap()
}

/// The number of copies of each mail that a server took.
pub(crate) fn copies(sink: &Sink) -> HashMap<String, usize> {
    let mut copies = HashMap::new();
    for mail in sink.taken() {
        *copies.entry(mail.message_id().to_owned()).or_default() += 1;
    }
    copies
}

pub(crate) async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

#[test]
fn postgres_store_conforms() {
    let Some(server) = server("postgres_store_conforms") else { return };
    let places = Mutex::new(HashMap::<String, String>::new());
    conformance::check(|place| {
        let mut places = places.lock().unwrap();
        let url = places.entry(place.to_owned()).or_insert_with(|| server.database());
        let store = PostgresOutbox::new(config(url));
        Ok::<_, OutboxError>(store.unwrap().lease(Duration::from_secs(3)))
    })
    .unwrap();
}

/// Three programs deliver at the same time: all have a share, and no mail is at the server twice, at no moment.
#[test]
fn programs_never_send_one_mail_twice() {
    let Some(server) = server("programs_never_send_one_mail_twice") else { return };
    let url = server.database();
    let (at_server, twice) = (Arc::new(Mutex::new(BTreeSet::new())), Arc::new(Mutex::new(Vec::new())));
    let (shared, found) = (Arc::clone(&at_server), Arc::clone(&twice));
    let sink = Sink::start(move |moment| {
        if let Moment::Dot(mail) = moment {
            let id = mail.message_id().to_owned();
            if !shared.lock().unwrap().insert(id.clone()) {
                found.lock().unwrap().push(id);
            }
            thread::sleep(Duration::from_millis(20));
        }
        Act::Well
    });
    let first = Outbox::new(store(&url));
    for number in 0..120 {
        let mail = if number % 4 == 0 { alert("Hello!") } else { notification("Hello!") };
        first.blocking_enqueue(&mail).unwrap();
    }
    let port = sink.address().port();
    let barrier = Barrier::new(3);
    let reports: Vec<RunReport> = thread::scope(|scope| {
        let start = || {
            let outbox = Outbox::new(store(&url));
            // so that all are connected when the first takes mails
            outbox.summary().unwrap();
            barrier.wait();
            run(&outbox, port)
        };
        let threads: Vec<_> = (0..3).map(|_| scope.spawn(start)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(*twice.lock().unwrap(), Vec::<String>::new());
    assert_eq!(reports.iter().map(|report| report.sent).sum::<u64>(), 120);
    assert!(reports.iter().all(|report| report.sent > 0 && !report.busy), "{reports:?}");
    assert_eq!((copies(&sink).len(), sink.taken().len()), (120, 120));
    assert_eq!(first.summary().unwrap().count(MailState::Sent), 120);
}

/// A program that ended: a mail that it had only taken is sent, an alert that it was sending is sent again, and a
/// notification is not.
#[test]
fn mails_of_a_program_that_ended_are_taken_over() {
    let Some(server) = server("mails_of_a_program_that_ended_are_taken_over") else { return };
    let url = server.database();
    let lease = Duration::from_secs(3);
    let ended = store(&url).lease(lease);
    let outbox = Outbox::new(store(&url).lease(lease));
    let taken = outbox.blocking_enqueue(&notification("taken")).unwrap().id;
    let quiet = outbox.blocking_enqueue(&notification("quiet")).unwrap().id;
    let loud = outbox.blocking_enqueue(&alert("loud")).unwrap().id;
    let now = outbox.now();
    let due = ended.due(now, DueOrder::Urgent, 10, &[]).unwrap();
    assert_eq!(due.len(), 3);
    for due in due.iter().filter(|due| due.id != taken) {
        assert_eq!(ended.begin(due.id, due.token, 1, now).unwrap(), BeginOutcome::Started);
    }
    drop(ended);
    let sink = Sink::start(|_| Act::Well);
    let early = run(&outbox, sink.address().port());
    assert_eq!((early.sent, early.recovered), (0, 0));
    thread::sleep(lease * 2);
    let report = run(&outbox, sink.address().port());
    assert_eq!((report.sent, report.recovered), (2, 2));
    let state = |id: MailId| outbox.get(id).unwrap().unwrap().state;
    let states = [taken, quiet, loud].map(state);
    assert_eq!(states, [MailState::Sent, MailState::Unknown, MailState::Sent]);
    assert_eq!(outbox.get(loud).unwrap().unwrap().resends, 1);
}

/// A delivery that takes several times as long as a lease: its lease is renewed, and no other program interferes.
#[test]
fn leases_are_renewed_during_a_delivery() {
    let Some(server) = server("leases_are_renewed_during_a_delivery") else { return };
    let url = server.database();
    let lease = Duration::from_secs(3);
    let sink = Sink::start(move |moment| {
        if let Moment::Dot(_) = moment {
            thread::sleep(lease * 2);
        }
        Act::Well
    });
    let port = sink.address().port();
    let outbox = Outbox::new(store(&url).lease(lease));
    let id = outbox.blocking_enqueue(&alert("Hello!")).unwrap().id;
    let slow = outbox.clone();
    let sending = thread::spawn(move || run(&slow, port));
    let other = Outbox::new(store(&url).lease(lease));
    while outbox.get(id).unwrap().unwrap().state == MailState::Queued {
        thread::sleep(Duration::from_millis(5));
    }
    while !sending.is_finished() {
        let report = run(&other, port);
        assert_eq!((report.sent, report.recovered, report.lost), (0, 0, 0));
        thread::sleep(Duration::from_millis(50));
    }
    let report = sending.join().unwrap();
    assert_eq!((report.sent, report.lost, sink.taken().len()), (1, 0, 1));
    assert_eq!(outbox.get(id).unwrap().unwrap().state, MailState::Sent);
}

/// The program that took a mail over records its result; the one that lost it does not.
#[test]
fn result_of_a_lost_lease_is_not_recorded() {
    let Some(server) = server("result_of_a_lost_lease_is_not_recorded") else { return };
    let url = server.database();
    let proxy = FaultProxy::start(server.port());
    let (lost, shared) = (Arc::new(Mutex::new(true)), Arc::new(proxy));
    let (first_copy, proxy) = (Arc::clone(&lost), Arc::clone(&shared));
    let lease = Duration::from_secs(3);
    // the network of the first program fails while the server takes its mail, for longer than the lease
    let sink = Sink::start(move |moment| {
        if let Moment::Dot(_) = moment
            && std::mem::take(&mut *first_copy.lock().unwrap())
        {
            proxy.close(true);
            proxy.swallow();
            thread::sleep(lease * 2);
            proxy.close(false);
        }
        Act::Well
    });
    let port = sink.address().port();
    let through = url.replace(&format!(":{}/", server.port()), &format!(":{}/", shared.port()));
    let limited = config(&through).limit(Duration::from_secs(2));
    let first = Outbox::new(PostgresOutbox::new(limited).unwrap().lease(lease));
    let second = Outbox::new(store(&url).lease(lease));
    let id = second.blocking_enqueue(&alert("Hello!")).unwrap().id;
    let cut_off = thread::spawn(move || run(&first, port));
    let end = Instant::now() + Duration::from_secs(40);
    while *lost.lock().unwrap() && Instant::now() < end {
        thread::sleep(Duration::from_millis(10));
    }
    let mut recovered = 0;
    while recovered == 0 && Instant::now() < end {
        recovered += run(&second, port).recovered;
        thread::sleep(Duration::from_millis(50));
    }
    let report = cut_off.join().unwrap();
    assert_eq!((report.sent, report.lost, recovered), (0, 1, 1));
    let entry = second.get(id).unwrap().unwrap();
    // two copies with one Message-ID: an alert is sent at least once
    assert_eq!((entry.state, entry.resends, copies(&sink).len()), (MailState::Sent, 1, 1));
    assert_eq!(sink.taken().len(), 2);
}

/// A database that answers so late that the lease may have ended: nothing is sent, and the mail is due.
#[test]
fn nothing_is_sent_after_a_late_answer() {
    let Some(server) = server("nothing_is_sent_after_a_late_answer") else { return };
    let url = server.database();
    let proxy = FaultProxy::start(server.port());
    let through = url.replace(&format!(":{}/", server.port()), &format!(":{}/", proxy.port()));
    let late = store(&through).lease(Duration::from_millis(800));
    let direct = store(&url);
    let id = Outbox::new(late.clone()).blocking_enqueue(&notification("Hello!")).unwrap().id;
    let now = SystemTime::now();
    let due = late.due(now, DueOrder::Urgent, 1, &[]).unwrap().pop().unwrap();
    proxy.delay(Duration::from_millis(250));
    let error = late.begin(id, due.token, 1, now).unwrap_err();
    assert_eq!(error.kind(), OutboxErrorKind::Unavailable, "{error}");
    proxy.delay(Duration::ZERO);
    assert_eq!(direct.get(id).unwrap().unwrap().state, MailState::Deferred);
    let sink = Sink::start(|_| Act::Well);
    assert_eq!(run(&Outbox::new(direct), sink.address().port()).sent, 1);
}

/// Connections that are cut all the time cost no mail, and cause no second copy.
#[test]
fn cut_connections_cause_no_second_copy() {
    let Some(server) = server("cut_connections_cause_no_second_copy") else { return };
    let url = server.database();
    let proxy = Arc::new(FaultProxy::start(server.port()));
    let through = url.replace(&format!(":{}/", server.port()), &format!(":{}/", proxy.port()));
    let cutter = Arc::clone(&proxy);
    let sink = Sink::start(move |moment| {
        if let Moment::Dot(_) | Moment::Sender(_) = moment {
            cutter.cut();
        }
        Act::Well
    });
    let outbox = Outbox::new(store(&through).lease(Duration::from_secs(5))).concurrency(2);
    let mut keys = BTreeSet::new();
    for number in 0..30 {
        let mail = notification(&number.to_string()).key(format!("event:{number}"));
        proxy.cut();
        let enqueued = outbox.blocking_enqueue(&mail).unwrap();
        assert!(enqueued.is_new && keys.insert(enqueued.id));
    }
    let end = Instant::now() + Duration::from_secs(60);
    let is_sent = || outbox.summary().is_ok_and(|summary| summary.count(MailState::Sent) == 30);
    while !is_sent() && Instant::now() < end {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        // an operation that is tried once more may fail twice; mails that it took then wait for the end of their lease
        let _ = runtime.block_on(outbox.run_once(&mailer(sink.address().port())));
    }
    assert_eq!((copies(&sink).len(), sink.taken().len()), (30, 30));
}

#[tokio::test]
async fn mails_are_part_of_the_callers_transaction() {
    let Some(server) = server("mails_are_part_of_the_callers_transaction") else { return };
    let url = server.database();
    let (store, limits) = (store(&url), OutboxLimits::default());
    let (prepared, listed) = (store.clone(), store.clone());
    let list = move || listed.list(&[], 10).unwrap().len();
    tokio::task::spawn_blocking(move || prepared.prepare()).await.unwrap().unwrap();
    let mut client = connect(&url).await;

    let transaction = client.transaction().await.unwrap();
    store.enqueue_in(&transaction, &notification("never"), &limits).await.unwrap();
    transaction.rollback().await.unwrap();
    assert_eq!(tokio::task::spawn_blocking(list.clone()).await.unwrap(), 0);

    // the same mail again, and another mail about the same event: in the transaction and after it
    let mail = notification("once").key("order:42");
    let transaction = client.transaction().await.unwrap();
    let first = store.enqueue_in(&transaction, &mail, &limits).await.unwrap();
    let again = store.enqueue_in(&transaction, &mail, &limits).await.unwrap();
    assert_eq!((first.is_new, again.is_new, again.id), (true, false, first.id));
    assert_eq!(tokio::task::spawn_blocking(list.clone()).await.unwrap(), 0, "not yet");
    transaction.commit().await.unwrap();
    let other = store.enqueue_in(&client, &notification("other").key("order:42"), &limits).await.unwrap();
    assert_eq!((other.is_new, other.id), (false, first.id));
    let object = mail.object().clone();
    let resent = store.enqueue_in(&client, &NewMail::notification(object), &limits).await.unwrap();
    assert_eq!((resent.is_new, resent.id), (false, first.id), "the same Message-ID");
    assert_eq!(tokio::task::spawn_blocking(list).await.unwrap(), 1);

    let sink = Sink::start(|_| Act::Well);
    let port = sink.address().port();
    let report = Outbox::new(store.clone()).run_once(&mailer(port)).await.unwrap();
    assert_eq!((report.sent, sink.taken().len()), (1, 1));

    let full = store.enqueue_in(&client, &notification("full"), &limits.waiting(0, 10)).await;
    assert!(matches!(full, Err(EnqueueError::TooLarge { .. })), "{full:?}");
}

/// Two transactions with one event: the second waits for the first, and takes its place if that is rolled back.
#[tokio::test]
async fn transactions_with_one_key_wait_for_each_other() {
    let Some(server) = server("transactions_with_one_key_wait_for_each_other") else { return };
    let url = server.database();
    let (store, limits) = (store(&url), OutboxLimits::default());
    let prepared = store.clone();
    tokio::task::spawn_blocking(move || prepared.prepare()).await.unwrap().unwrap();
    for commits in [true, false] {
        let (mut first, mut second) = (connect(&url).await, connect(&url).await);
        let key = format!("order:{commits}");
        let transaction = first.transaction().await.unwrap();
        let added = store.enqueue_in(&transaction, &notification("1").key(&key), &limits).await.unwrap();
        let (waiting, other) = (store.clone(), notification("2").key(&key));
        let task = tokio::spawn(async move {
            let transaction = second.transaction().await.unwrap();
            let added = waiting.enqueue_in(&transaction, &other, &limits).await.unwrap();
            transaction.commit().await.unwrap();
            added
        });
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(!task.is_finished());
        match commits {
            true => transaction.commit().await.unwrap(),
            false => transaction.rollback().await.unwrap(),
        }
        let late = task.await.unwrap();
        assert_eq!((late.is_new, late.id == added.id), (!commits, commits));
    }
}

/// Every node of a cluster finds the same security alert: one mail is sent.
#[test]
fn an_alert_is_sent_once_for_the_cluster() {
    let Some(server) = server("an_alert_is_sent_once_for_the_cluster") else { return };
    let url = server.database();
    let sink = Sink::start(|_| Act::Well);
    let port = sink.address().port();
    let barrier = Barrier::new(6);
    let new: usize = thread::scope(|scope| {
        let node = |number: usize| {
            let (url, barrier) = (&url, &barrier);
            scope.spawn(move || {
                let outbox = Outbox::new(store(url));
                barrier.wait();
                let mail = alert(&format!("found by node {number}")).lasting_key("alert:2026-11");
                let enqueued = outbox.blocking_enqueue(&mail).unwrap();
                run(&outbox, port);
                usize::from(enqueued.is_new)
            })
        };
        let nodes: Vec<_> = (0..6).map(node).collect();
        nodes.into_iter().map(|node| node.join().unwrap()).sum()
    });
    assert_eq!((new, sink.taken().len()), (1, 1));
}

/// A sender with many mails does not delay one with few.
#[test]
fn senders_take_turns() {
    let Some(server) = server("senders_take_turns") else { return };
    let store = store(&server.database());
    let (limits, now) = (OutboxLimits::default(), SystemTime::now());
    let put = |from: &str| {
        let mail = NewMail::notification(message(from, "Hello!").to_object().unwrap());
        store.enqueue(&mail, &limits, now).unwrap().id
    };
    let bulk: Vec<MailId> = (0..50).map(|_| put("bulk@example.com")).collect();
    let few = [put("ann@example.com"), put("bob@example.com"), put("ann@example.com")];
    let due = store.due(now, DueOrder::Urgent, 5, &[]).unwrap();
    let order: Vec<MailId> = due.iter().map(|due| due.id).collect();
    // the first of each, then the second of each
    assert_eq!(order, [bulk[0], few[0], few[1], bulk[1], few[2]]);
}

/// The queue waits in all programs when the server has failed in one, and then one of them tries one mail.
#[test]
fn programs_share_the_state_of_the_server() {
    let Some(server) = server("programs_share_the_state_of_the_server") else { return };
    let url = server.database();
    let sink = Sink::start(|moment| match moment {
        Moment::Greeting => {
            thread::sleep(Duration::from_millis(100));
            Act::Answer("421 4.3.2 closing")
        }
        _ => Act::Well,
    });
    let port = sink.address().port();
    let clock = Arc::new(ManualClock::new(SystemTime::now()));
    let node = || Outbox::new(store(&url)).clock(clock.clone());
    let nodes: Vec<Outbox> = (0..3).map(|_| node()).collect();
    for number in 0..10 {
        nodes[0].blocking_enqueue(&notification(&number.to_string())).unwrap();
    }
    for node in &nodes {
        // from then on, each knows the settings with which the server fails
        run(node, port);
    }
    let circuit = nodes[0].summary().unwrap().circuit;
    assert!(matches!(circuit, Circuit::Open { .. }), "{circuit:?}");
    let before = sink.connections();
    nodes.iter().for_each(|node| drop(run(node, port)));
    assert_eq!(sink.connections(), before, "the queue waits");
    for round in 1..=3 {
        clock.advance(Duration::from_secs(2 * 60 * 60));
        let barrier = Barrier::new(3);
        thread::scope(|scope| {
            for node in &nodes {
                scope.spawn(|| {
                    barrier.wait();
                    run(node, port);
                });
            }
        });
        assert_eq!(sink.connections(), before + round, "one mail is tried");
    }
}
