//! The operation of an outbox in PostgreSQL: its tables, a pooler, a full disk, clocks, and the list of its mails.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use settings_core::mail::outbox::{EnqueueError, ManualClock, Outbox, OutboxErrorKind, OutboxStore};
use settings_postgres::{PostgresOutbox, outbox_schema};
use settings_tests::cli::settings;
use settings_tests::left_out;
use settings_tests::postgres::PgBouncer;
use settings_tests::sink::{Act, Moment, Sink};

use super::postgres_outbox::{connect, copies, mailer, notification, run, store};
use crate::postgres_store::{config, server, small_disk};

#[test]
fn tables_can_be_made_by_their_owner() {
    let Some(server) = server("tables_can_be_made_by_their_owner") else { return };
    let url = server.database();
    let name = url.rsplit('/').next().unwrap();
    let role = format!("mail_{name}");
    server
        .sql(name, &format!("CREATE ROLE {role} LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC"))
        .unwrap();
    let limited_url = url.replace("test@", &format!("{role}@"));
    let limited = store(&limited_url);
    let error = limited.prepare().unwrap_err();
    assert!(error.to_string().contains("`settings store schema`, with `--outbox`"), "{error}");
    server.sql(name, &outbox_schema()).unwrap();
    let grants = format!(
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}; \
         GRANT USAGE ON SEQUENCE outbox_mail_id TO {role}"
    );
    server.sql(name, &grants).unwrap();
    // as tables of earlier steps, which earlier releases made: the owner runs the same statements
    for (step, functions) in [
        (4, "outbox_advance"),
        (3, "outbox_advance"),
        (2, "outbox_advance, outbox_take, outbox_begin, outbox_settle"),
    ] {
        let earlier = format!("DROP FUNCTION {functions}; DELETE FROM outbox_schema WHERE step >= {step}");
        server.sql(name, &earlier).unwrap();
        let error = store(&limited_url).prepare().unwrap_err();
        assert!(error.to_string().contains("`settings store schema`, with `--outbox`"), "{error}");
        server.sql(name, &outbox_schema()).unwrap();
        server.sql(name, &outbox_schema()).unwrap();
    }
    let sink = Sink::start(|_| Act::Well);
    let outbox = Outbox::new(limited);
    outbox.blocking_enqueue(&notification("Hello!").key("once")).unwrap();
    assert_eq!(run(&outbox, sink.address().port()).sent, 1);
}

/// A session that reads a table for long, such as a backup, delays neither a new release nor the mails.
#[tokio::test]
async fn a_session_that_reads_delays_no_new_release() {
    let Some(server) = server("a_session_that_reads_delays_no_new_release") else { return };
    let url = server.database();
    let name = url.rsplit('/').next().unwrap();
    store(&url).prepare().unwrap();
    let checks = "SELECT count(*) FROM pg_constraint WHERE contype = 'c' \
        AND conrelid IN ('outbox_mail'::regclass, 'outbox_recipient'::regclass)";
    let as_step_3 = "DROP FUNCTION outbox_advance; DELETE FROM outbox_schema WHERE step >= 3; \
        ALTER TABLE outbox_mail ADD CONSTRAINT outbox_mail_kind_check CHECK (kind IN ('alert', 'notification'))";
    let reader = connect(&url).await;
    let count = async || reader.query_one(checks, &[]).await.unwrap().get::<_, i64>(0);
    assert_eq!(count().await, 0);
    for (reads, remaining) in [(true, 1), (false, 0)] {
        server.sql(name, "ALTER TABLE outbox_mail DROP CONSTRAINT IF EXISTS outbox_mail_kind_check").unwrap();
        server.sql(name, as_step_3).unwrap();
        reader.batch_execute("BEGIN").await.unwrap();
        if reads {
            reader.batch_execute("LOCK TABLE outbox_mail IN ACCESS SHARE MODE").await.unwrap();
        }
        let sink = Sink::start(|_| Act::Well);
        let outbox = Outbox::new(store(&url));
        outbox.enqueue(notification("Hello!")).await.unwrap();
        let mailer = mailer(sink.address().port());
        assert_eq!(outbox.run_once(&mailer).await.unwrap().sent, 1);
        reader.batch_execute("COMMIT").await.unwrap();
        assert_eq!(count().await, remaining, "while a session reads: {reads}");
    }
}

#[test]
fn a_pooler_in_transaction_mode_is_enough() {
    let Some(server) = server("a_pooler_in_transaction_mode_is_enough") else { return };
    let pooler = match PgBouncer::start(server) {
        Ok(pooler) => pooler,
        Err(why) => return left_out("a_pooler_in_transaction_mode_is_enough", &why),
    };
    let url = server.database();
    let outbox = Outbox::new(store(&pooler.url(&url)));
    for number in 0..20 {
        outbox.blocking_enqueue(&notification("Hello!").key(number.to_string())).unwrap();
    }
    let sink = Sink::start(|_| Act::Well);
    assert_eq!(run(&outbox, sink.address().port()).sent, 20);
    assert_eq!(sink.taken().len(), 20);
}

/// A program that runs finds mails that others add, without a notification.
#[tokio::test]
async fn mails_of_others_are_found_within_seconds() {
    let Some(server) = server("mails_of_others_are_found_within_seconds") else { return };
    let url = server.database();
    let sink = Sink::start(|_| Act::Well);
    let mailer = mailer(sink.address().port());
    let outbox = Outbox::new(store(&url).poll(Duration::from_millis(200)));
    let running = tokio::spawn(async move { outbox.run(|| mailer.clone()).await });
    tokio::time::sleep(Duration::from_millis(500)).await;
    let other = Outbox::new(store(&url));
    other.enqueue(notification("Hello!")).await.unwrap();
    let end = Instant::now() + Duration::from_secs(40);
    while sink.taken().is_empty() && Instant::now() < end {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    running.abort();
    assert_eq!(sink.taken().len(), 1);
}

/// A full disk refuses new mails with the reason. Mails that were accepted are sent once when there is room again.
#[test]
fn a_full_disk_loses_no_mail() {
    let Some((_server, disk, url)) = small_disk("a_full_disk_loses_no_mail") else { return };
    let lease = Duration::from_secs(3);
    let store = PostgresOutbox::new(config(&url).limit(Duration::from_secs(2))).unwrap().lease(lease);
    let outbox = Outbox::new(store);
    outbox.blocking_enqueue(&notification("first")).unwrap();
    disk.fill().unwrap();
    // pseudorandom, so that it does not shrink
    let text = |seed: u32| -> String {
        let numbers = (0..3000_u32).map(|number| (number ^ seed).wrapping_mul(0x9e37_79b9));
        numbers.map(|number| format!("{number:x}\n")).collect()
    };
    let (mut accepted, mut refused) = (1, None);
    for seed in 0..200 {
        match outbox.blocking_enqueue(&notification(&text(seed))) {
            Ok(_) => accepted += 1,
            Err(error) => {
                refused = Some(error);
                break;
            }
        }
    }
    match refused {
        Some(EnqueueError::Store(error)) => assert_eq!(error.kind(), OutboxErrorKind::DiskFull, "{error}"),
        other => panic!("{other:?}"),
    }
    let sink = Sink::start(|_| Act::Well);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    // as far as there is room for results
    let _ = runtime.block_on(outbox.run_once(&mailer(sink.address().port())));
    disk.empty().unwrap();
    // a lease that could not be ended for want of room
    thread::sleep(lease * 2);
    run(&outbox, sink.address().port());
    assert_eq!((copies(&sink).len(), sink.taken().len()), (accepted, accepted));
}

/// The clock of a machine that is set back or ahead changes nothing: times are those of the database.
#[test]
fn a_wrong_clock_of_a_machine_does_not_matter() {
    let Some(server) = server("a_wrong_clock_of_a_machine_does_not_matter") else { return };
    let url = server.database();
    let store = store(&url);
    let outbox = Outbox::new(store.clone());
    // the first look sets the clock of the outbox by that of the database
    let sink = Sink::start(|_| Act::Well);
    run(&outbox, sink.address().port());
    let clock = store.sharing().unwrap().clock;
    let ahead = server.sql(&url, "SELECT extract(epoch FROM clock_timestamp())").unwrap();
    let of_database = SystemTime::UNIX_EPOCH + Duration::from_secs_f64(ahead.parse().unwrap());
    let difference = clock.now().duration_since(of_database).unwrap_or_else(|before| before.duration());
    assert!(difference < Duration::from_secs(5), "{difference:?}");
    // a program whose clock is a year off, either way: its mail is sent by others, and others' mail by it
    let year = Duration::from_secs(365 * 24 * 60 * 60);
    for wrong in [SystemTime::now() - year, SystemTime::now() + year] {
        let off = Outbox::new(store.clone()).clock(Arc::new(ManualClock::new(wrong)));
        off.blocking_enqueue(&notification("of the wrong one")).unwrap();
        outbox.blocking_enqueue(&notification("of the right one")).unwrap();
        run(&off, sink.address().port());
        // checks times, which a program does when it starts and then once an hour
        run(&Outbox::new(self::store(&url)), sink.address().port());
    }
    assert_eq!((copies(&sink).len(), sink.taken().len()), (4, 4));
}

#[test]
fn the_queue_is_listed_and_mails_are_tried_again() {
    let Some(server) = server("the_queue_is_listed_and_mails_are_tried_again") else { return };
    let url = server.database();
    let sink = Sink::start(|moment| match moment {
        Moment::Recipient(_) => Act::Answer("550 5.1.1 unknown user"),
        _ => Act::Well,
    });
    let outbox = Outbox::new(store(&url));
    let id = outbox.blocking_enqueue(&notification("Hello!")).unwrap().id.to_string();
    run(&outbox, sink.address().port());
    let queue = |arguments: &[&str]| {
        let all = ["mail", "queue"].iter().chain(arguments).copied().chain(["--outbox", &url]);
        settings(&all.collect::<Vec<_>>(), &[])
    };
    let listed = queue(&["list"]);
    assert!(listed.out.starts_with("1 failed\n"), "{listed:?}");
    assert!(listed.out.contains("admin@example.com  failed  550 5.1.1 unknown user"), "{listed:?}");
    assert_eq!(queue(&["retry", &id]).out, "1 due now; the server's program sends them\n");
    let well = Sink::start(|_| Act::Well);
    assert_eq!(run(&outbox, well.address().port()).sent, 1);
    assert_eq!(queue(&["drop", &id]).out, "1 dropped\n");
    let wrong = settings(&["mail", "queue", "list", "--outbox", "mysql://ann:k4n4ry@db/chat"], &[]);
    assert!(wrong.code == 2 && !wrong.error.contains("k4n4ry"), "{wrong:?}");
}

#[test]
fn commands_of_the_queue_create_nothing_in_a_database_without_an_outbox() {
    let test = "commands_of_the_queue_create_nothing_in_a_database_without_an_outbox";
    let Some(server) = server(test) else { return };
    let url = server.database();
    for command in [&["list"][..], &["retry", "--all"], &["drop", "1"]] {
        let all = [&["mail", "queue"], command, &["--outbox", &url]].concat();
        let refused = settings(&all, &[]);
        assert_eq!(refused.code, 2, "{refused:?}");
        assert!(refused.error.contains("there is no outbox; name it with --outbox"), "{refused:?}");
    }
    assert!(!store(&url).exists().unwrap());
    store(&url).prepare().unwrap();
    assert!(store(&url).exists().unwrap());
    let listed = settings(&["mail", "queue", "list", "--outbox", &url], &[]);
    assert_eq!((listed.code, listed.out.as_str()), (0, "the outbox is empty\n"), "{listed:?}");
}

#[tokio::test]
async fn an_open_transaction_is_reported() {
    let Some(server) = server("an_open_transaction_is_reported") else { return };
    let url = server.database();
    let store = store(&url);
    let mut client = connect(&format!("{url}?application_name=report")).await;
    let transaction = client.build_transaction();
    let transaction =
        transaction.isolation_level(tokio_postgres::IsolationLevel::RepeatableRead).start().await.unwrap();
    transaction.query_one("SELECT 1", &[]).await.unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    let health = tokio::task::spawn_blocking(move || store.health()).await.unwrap().unwrap();
    assert!(health.oldest_snapshot.is_some_and(|age| age >= Duration::from_millis(300)), "{health:?}");
    transaction.rollback().await.unwrap();
}
