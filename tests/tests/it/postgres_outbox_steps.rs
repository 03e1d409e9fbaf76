//! The steps of deliveries from an outbox in PostgreSQL: several in one statement do what each does alone.

use std::thread;
use std::time::{Duration, SystemTime};

use settings_core::mail::Message;
use settings_core::mail::outbox::{
    BeginOutcome, DueMail, DueOrder, LeaseToken, MailState, NewMail, OutboxLimits, OutboxStore, Pending,
    Progress, Settlement,
};
use settings_postgres::PostgresOutbox;
use settings_tests::postgres::PostgresServer;
use settings_tests::random::Random;
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::Client;

use crate::postgres_outbox::{connect, notification, store};
use crate::postgres_store::{config, server};

/// The number of mails.
const MAILS: usize = 40;

/// The time for which all threads can be expected to have asked for their step.
const ALL_WAIT: Duration = Duration::from_millis(500);

/// What is done with one mail.
struct Plan {
    recipients: usize,
    has_key: bool,
    begins: bool,
    /// Whether the lease was lost when it is begun, or when it is settled.
    lost: (bool, bool),
    settlement: Settlement,
}

fn plan(random: &mut Random, number: usize) -> Plan {
    let recipients = 1 + random.below(3);
    let progress = [Progress::Sent, Progress::Failed, Progress::Unknown];
    let mark = |to| {
        let is_pending = random.below(5) == 0;
        // a mail to one recipient is sent most often
        let progress = progress[if recipients == 1 { 0 } else { random.below(3) }];
        (!is_pending).then(|| (address(number, to).parse().unwrap(), progress, format!("reply {to}")))
    };
    let marks = (0..recipients).filter_map(mark).collect();
    let next = SystemTime::UNIX_EPOCH + Duration::from_secs(2_000_000_000 + number as u64);
    let pending = if random.below(2) == 0 { Pending::Deferred(next) } else { Pending::Unknown(next) };
    let mut settlement = Settlement::new(1, pending);
    settlement.marks = marks;
    settlement.reply = format!("250 {number}");
    settlement.queue_id = (random.below(2) == 0).then(|| format!("queue {number}"));
    Plan {
        recipients,
        has_key: random.below(2) == 0,
        begins: random.below(8) > 0,
        lost: (random.below(8) == 0, random.below(8) == 0),
        settlement,
    }
}

fn address(number: usize, to: usize) -> String {
    format!("recipient{to}.{number}@example.com")
}

fn mail(plan: &Plan, number: usize) -> NewMail {
    let mut message = Message::new("server@example.com".parse().unwrap()).text("Hello!");
    for to in 0..plan.recipients {
        message = message.to(address(number, to).parse().unwrap());
    }
    let mail = NewMail::notification(message.to_object().unwrap());
    if plan.has_key { mail.key(format!("event:{number}")) } else { mail }
}

fn token(due: &DueMail, is_lost: bool) -> LeaseToken {
    if is_lost { LeaseToken::new(due.token.as_i64() + 1) } else { due.token }
}

/// Locks the row of a mail until the transaction is rolled back.
async fn lock(client: &Client, due: &DueMail) {
    client.batch_execute("BEGIN").await.unwrap();
    let statement = "SELECT FROM outbox_mail WHERE id = $1 FOR UPDATE";
    client.query_one(statement, &[&due.id.as_i64()]).await.unwrap();
}

fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

/// Runs a step for each mail: all at the same time while the row of the first mail is locked, or one after the other.
fn steps<T: Send>(
    mails: &[(Plan, DueMail)],
    together: Option<(&Runtime, &Client)>,
    step: impl Fn(&Plan, &DueMail) -> T + Sync,
) -> Vec<T> {
    let Some((runtime, client)) = together else {
        return mails.iter().map(|(plan, due)| step(plan, due)).collect();
    };
    runtime.block_on(lock(client, &mails[0].1));
    thread::scope(|scope| {
        let step = &step;
        let mut threads = Vec::new();
        for (number, (plan, due)) in mails.iter().enumerate() {
            threads.push(scope.spawn(move || step(plan, due)));
            if number == 0 {
                // its statement is running when the others come
                thread::sleep(ALL_WAIT);
            }
        }
        thread::sleep(ALL_WAIT);
        runtime.block_on(client.batch_execute("ROLLBACK")).unwrap();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

/// Runs all steps of all mails, and returns their results and what the tables hold then.
fn taken(server: &PostgresServer, seed: u64, is_together: bool) -> (Vec<String>, String, usize) {
    let url = server.database();
    let store = store(&url);
    let mut random = Random::new(seed);
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_900_000_000);
    let mut plans: Vec<_> = (0..MAILS).map(|number| plan(&mut random, number)).collect();
    // the row of the first is locked
    (plans[0].begins, plans[0].lost) = (true, (false, false));
    for (number, plan) in plans.iter().enumerate() {
        store.enqueue(&mail(plan, number), &OutboxLimits::default(), now).unwrap();
    }
    let mut due = store.due(now + Duration::from_secs(60), DueOrder::Urgent, MAILS, &[]).unwrap();
    due.sort_by_key(|due| due.id);
    assert_eq!(due.len(), MAILS);
    let mails: Vec<_> = plans.into_iter().zip(due).collect();
    let runtime = runtime();
    let client = runtime.block_on(connect(&url));
    let together = is_together.then_some((&runtime, &client));
    let begun = steps(&mails, together, |plan, due| {
        let token = token(due, plan.lost.0);
        plan.begins.then(|| store.begin(due.id, token, 1, now).unwrap())
    });
    let settled = steps(&mails, together, |plan, due| {
        store.settle(due.id, token(due, plan.lost.1), &plan.settlement, now).unwrap()
    });
    let results = begun.iter().zip(&settled).map(|step| format!("{step:?}")).collect();
    let tables = "SELECT id, state, since, next, place, attempts, resends, token, lease IS NULL, node IS NULL, queue_id, reply \
         FROM outbox_mail ORDER BY id; \
         SELECT mail, number, progress, reply FROM outbox_recipient ORDER BY mail, number; \
         SELECT mail FROM outbox_content ORDER BY mail; SELECT mail, sent FROM outbox_key ORDER BY mail";
    let shared = "SELECT max(rows) FROM (SELECT count(*) AS rows FROM outbox_mail WHERE lease IS NULL GROUP BY xmin) AS t";
    let rows = server.sql(&url, shared).unwrap().trim().parse().unwrap();
    (results, server.sql(&url, tables).unwrap(), rows)
}

/// Every kind of step, with leases that are held or lost, for mails of one recipient or more.
#[test]
fn steps_in_one_statement_do_what_each_does_alone() {
    let Some(server) = server("steps_in_one_statement_do_what_each_does_alone") else { return };
    for seed in 1..=3 {
        let (alone, tables, one) = taken(server, seed, false);
        let (together, same_tables, several) = taken(server, seed, true);
        assert_eq!(together, alone, "seed {seed}");
        assert_eq!(same_tables, tables, "seed {seed}");
        assert_eq!(one, 1);
        assert!(several > MAILS / 4, "{several} mails were settled in one statement");
    }
}

/// A row that another session has locked holds up its own mail, and no other one.
#[test]
fn a_mail_that_cannot_be_changed_holds_up_no_other() {
    let Some(server) = server("a_mail_that_cannot_be_changed_holds_up_no_other") else { return };
    let url = server.database();
    let limited = config(&url).limit(Duration::from_secs(1));
    let store = PostgresOutbox::new(limited).unwrap();
    let now = SystemTime::now();
    for number in 0..6 {
        store.enqueue(&notification(&number.to_string()), &OutboxLimits::default(), now).unwrap();
    }
    let due = store.due(now + Duration::from_secs(1), DueOrder::Urgent, 6, &[]).unwrap();
    let runtime = runtime();
    let client = runtime.block_on(connect(&url));
    runtime.block_on(lock(&client, &due[0]));
    thread::scope(|scope| {
        let store = &store;
        let begin = |due: &DueMail| {
            let (id, token) = (due.id, due.token);
            scope.spawn(move || store.begin(id, token, 1, now))
        };
        let locked = begin(&due[0]);
        thread::sleep(ALL_WAIT);
        let others: Vec<_> = due[1..].iter().map(begin).collect();
        for other in others {
            assert_eq!(other.join().unwrap().unwrap(), BeginOutcome::Started);
        }
        assert!(!locked.is_finished());
        runtime.block_on(client.batch_execute("ROLLBACK")).unwrap();
        assert_eq!(locked.join().unwrap().unwrap(), BeginOutcome::Started);
    });
    let states: Vec<_> = due.iter().map(|due| store.get(due.id).unwrap().unwrap().state).collect();
    assert_eq!(states, vec![MailState::Sending; 6]);
}
