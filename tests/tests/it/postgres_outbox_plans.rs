//! The rows that an outbox in PostgreSQL reads, whatever the statistics of its tables say.
//!
//! Statistics are as old as the last `ANALYZE`, and a connection keeps the plans that it made when the queue was another.

use std::thread;
use std::time::{Duration, Instant, SystemTime};

use settings_core::mail::outbox::{
    BeginOutcome, DueMail, DueOrder, MailState, OutboxLimits, OutboxStore, Pending, Progress, Settlement,
};
use settings_postgres::PostgresOutbox;
use settings_tests::postgres::PostgresServer;

use crate::postgres_outbox::{notification, store};
use crate::postgres_store::server;

/// The number of mails that wait. What is done with one of them reads far fewer rows.
const WAITING: usize = 3000;

/// The number of times that each operation is done.
const TIMES: usize = 5;

/// The rows and index entries that they may read together, with those of an old connection that it has not reported yet.
const READ: usize = WAITING / 2;

/// Makes the statistics, as autovacuum does.
const ANALYZE: &str = "VACUUM (ANALYZE) outbox_mail, outbox_recipient, outbox_content, outbox_key";

/// What the statistics of the tables say.
#[derive(Clone, Copy, Debug)]
enum Statistics {
    None,
    AllWereSent,
    AllWait,
}

/// What a program does with a mail.
#[derive(Clone, Copy, Debug)]
enum Operation {
    Add,
    Take,
    Send,
    SendAtOnce,
    Renew,
    Recover,
    LookForNext,
}

fn enqueue(store: &PostgresOutbox, text: &str) {
    store.enqueue(&notification(text), &OutboxLimits::default(), SystemTime::now()).unwrap();
}

fn take(store: &PostgresOutbox, count: usize) -> Vec<DueMail> {
    store.due(SystemTime::now() + Duration::from_secs(60), DueOrder::Urgent, count, &[]).unwrap()
}

fn send(store: &PostgresOutbox, due: &DueMail) {
    let now = SystemTime::now();
    assert_eq!(store.begin(due.id, due.token, 1, now).unwrap(), BeginOutcome::Started);
    let mut settlement = Settlement::new(1, Pending::Deferred(now));
    settlement.marks = vec![(due.object.recipients()[0].clone(), Progress::Sent, "250 ok".to_owned())];
    settlement.reply = "250 ok".to_owned();
    assert_eq!(store.settle(due.id, due.token, &settlement, now).unwrap(), Some(MailState::Sent));
}

impl Operation {
    const ALL: [Self; 7] =
        [Self::Add, Self::Take, Self::Send, Self::SendAtOnce, Self::Renew, Self::Recover, Self::LookForNext];

    /// Does it several times.
    fn run(self, store: &PostgresOutbox) {
        match self {
            Self::Add => (0..TIMES).for_each(|number| enqueue(store, &format!("another {number}"))),
            Self::Take => (0..TIMES).for_each(|_| assert_eq!(take(store, 1).len(), 1)),
            Self::Send => take(store, TIMES).iter().for_each(|due| send(store, due)),
            Self::SendAtOnce => {
                let due = take(store, TIMES);
                thread::scope(|scope| due.iter().for_each(|due| drop(scope.spawn(|| send(store, due)))));
            }
            Self::Renew => {
                let leases: Vec<_> = take(store, TIMES).iter().map(|due| (due.id, due.token)).collect();
                (0..TIMES).for_each(|_| store.renew(&leases).unwrap());
            }
            Self::Recover => {
                (0..TIMES).for_each(|_| assert_eq!(store.recover(SystemTime::now()).unwrap(), 0))
            }
            Self::LookForNext => (0..TIMES).for_each(|_| assert!(store.next_due().unwrap().is_some())),
        }
    }

    fn may_read(self) -> usize {
        match self {
            // the first mail of a program counts those that wait, and may read those that were sent
            Self::Add => 2 * WAITING + READ,
            _ => READ,
        }
    }
}

/// Waits until the other sessions that fulfil a condition have ended. A session reports what it read when it ends.
fn wait_for_end(server: &PostgresServer, url: &str, condition: &str) {
    let others = format!(
        "SELECT application_name, state, query FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend' \
         AND pid <> pg_backend_pid() AND {condition}"
    );
    let started = Instant::now();
    loop {
        let others = server.sql(url, &others).unwrap();
        if others.is_empty() {
            return;
        }
        assert!(started.elapsed() < Duration::from_secs(20), "sessions did not end:\n{others}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Makes mails that wait, all of one sender.
fn fill(server: &PostgresServer, url: &str) {
    let sql = format!(
        "SELECT count(outbox_enqueue('m' || number || '@example.com', 'notification', false, 'server@example.com', \
         'server@example.com', false, 100000000, 'content', array['to@example.com'], 'key ' || number, NULL, NULL)) \
         FROM generate_series(1, {WAITING}) AS number"
    );
    server.sql(url, &sql).unwrap();
}

/// Makes mails that wait after the statistics were made, before, or without statistics.
fn fill_with(server: &PostgresServer, url: &str, statistics: Statistics) {
    match statistics {
        Statistics::None => fill(server, url),
        Statistics::AllWereSent => {
            fill(server, url);
            let sent = "SELECT count(outbox_begin(id, token, 1, 1, 60000, false)), \
                count(outbox_settle(id, token, recipients, array['sent'], array['250'], 'deferred', 2, 1, 1, '250', '', false)) \
                FROM outbox_take(outbox_now(), false, 3000, '{}', 60000, 'node', 3); \
                UPDATE outbox_mail SET message_id = 'old ' || message_id; DELETE FROM outbox_key";
            server.sql(url, sent).unwrap();
            server.sql(url, ANALYZE).unwrap();
            fill(server, url);
        }
        Statistics::AllWait => {
            fill(server, url);
            server.sql(url, ANALYZE).unwrap();
        }
    }
}

/// Returns the number of rows and index entries that a program reads. One that started long ago has planned its statements
/// for a queue in which few mails waited.
fn read(server: &PostgresServer, operation: Operation, statistics: Statistics, is_old: bool) -> usize {
    let url = server.database();
    let mut program = store(&url);
    program.prepare().unwrap();
    for table in ["mail", "recipient", "content", "key"] {
        let manual = format!("ALTER TABLE outbox_{table} SET (autovacuum_enabled = false)");
        server.sql(&url, &manual).unwrap();
    }
    if is_old {
        if !matches!(statistics, Statistics::None) {
            enqueue(&program, "the first");
            take(&program, 1).iter().for_each(|due| send(&program, due));
            server.sql(&url, ANALYZE).unwrap();
            program = store(&url);
        }
        (0..6 * TIMES).for_each(|number| enqueue(&program, &number.to_string()));
        Operation::ALL.iter().for_each(|operation| operation.run(&program));
        server.sql(&url, "UPDATE outbox_mail SET state = 'sent', next = NULL, lease = NULL").unwrap();
    }
    fill_with(server, &url, statistics);
    wait_for_end(server, &url, "application_name = 'psql'");
    server.sql(&url, "SELECT pg_stat_reset()").unwrap();
    if !is_old {
        program = store(&url);
    }
    operation.run(&program);
    drop(program);
    wait_for_end(server, &url, "true");
    let read = "SELECT (SELECT sum(seq_tup_read) FROM pg_stat_user_tables WHERE relname LIKE 'outbox%') \
        + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relname LIKE 'outbox%')";
    server.sql(&url, read).unwrap().parse().unwrap()
}

#[test]
fn one_mail_is_found_whatever_the_statistics_say() {
    let Some(server) = server("one_mail_is_found_whatever_the_statistics_say") else { return };
    let mut wrong = Vec::new();
    for statistics in [Statistics::None, Statistics::AllWereSent, Statistics::AllWait] {
        for (operation, is_old) in Operation::ALL.into_iter().flat_map(|it| [(it, false), (it, true)]) {
            let read = read(server, operation, statistics, is_old);
            if read > operation.may_read() {
                wrong.push(format!(
                    "{operation:?} with {statistics:?}, in an old connection: {is_old}: {read} rows"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "read too much:\n{}", wrong.join("\n"));
}
