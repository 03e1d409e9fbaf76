//! The throughput of an outbox in PostgreSQL, next to one in SQLite and to a bare loop with `SKIP LOCKED`; and the time to
//! take a mail while very many wait.
//!
//! `cargo run --release -p settings-tests --example postgres_outbox [MAILS [WAITING…]]`; the servers are the tests' own.

use std::error::Error;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use settings_core::mail::outbox::{DueOrder, NewMail, Outbox, OutboxLimits, OutboxStore};
use settings_core::mail::{EmailSettings, MailObject, Mailer, MailerOptions, Message};
use settings_postgres::PostgresOutbox;
use settings_tests::postgres::PostgresServer;
use settings_tests::sink::{Act, Sink};
use tokio_postgres::NoTls;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// The number of mails that one program delivers at the same time.
const CONCURRENCY: usize = 4;

fn main() -> Result<()> {
    let mut numbers = std::env::args().skip(1).map(|text| text.parse::<usize>());
    let mails = numbers.next().transpose()?.unwrap_or(3000);
    let waiting: Vec<usize> = numbers.collect::<std::result::Result<_, _>>()?;
    let sink = Sink::start(|_| Act::Well);
    println!("{mails} mails through an SMTP server on loopback, {CONCURRENCY} at a time in each program");
    let durable = PostgresServer::start_durable()?;
    let server = PostgresServer::start()?;
    for (nodes, server, disk) in [
        (1, &durable, "each commit on disk"),
        (3, &durable, "each commit on disk"),
        (1, &server, "without fsync"),
        (3, &server, "without fsync"),
    ] {
        let (added, sent) = ours(&server.database(), mails, nodes, &sink)?;
        let (bare_added, bare_sent) = bare(&server.database(), mails, nodes, &sink)?;
        println!(
            "{disk}, {nodes} programs: {sent:.0} sent a second, bare loop {bare_sent:.0}: {:.2}; added {added:.0}, bare \
             {bare_added:.0}: {:.2}",
            sent / bare_sent,
            added / bare_added
        );
    }
    let (added, sent) = sqlite(mails, &sink)?;
    println!("SQLite: {sent:.0} sent a second, added {added:.0}");
    let url = server.database();
    for count in if waiting.is_empty() { vec![1_000, 100_000, 1_000_000] } else { waiting } {
        let (taken, next, added) = flat(&server, &url, count)?;
        println!(
            "{count} mails wait: median of taking one {taken:.2} ms, of looking for the next {next:.2} ms, of adding one \
             {added:.2} ms"
        );
    }
    Ok(())
}

fn mail(number: usize) -> Result<NewMail> {
    let from = format!("sender{}@example.com", number % 7).parse()?;
    let text = "A line of a mail of the usual length, more or less.\n".repeat(40);
    let message = Message::new(from).to("admin@example.com".parse()?).subject("News").text(text);
    Ok(NewMail::notification(message.to_object()?))
}

fn mailer(sink: &Sink) -> Result<Mailer> {
    let settings = EmailSettings {
        smtp_server: "127.0.0.1".to_owned(),
        smtp_port: sink.address().port(),
        ..EmailSettings::default()
    };
    Ok(Mailer::new(&settings, MailerOptions::default())?)
}

/// Returns a rate, from the number of mails and a start.
fn rate(mails: usize, start: Instant) -> f64 {
    mails as f64 / start.elapsed().as_secs_f64()
}

fn ours(url: &str, mails: usize, nodes: usize, sink: &Sink) -> Result<(f64, f64)> {
    let limits = OutboxLimits::default().waiting(u64::MAX, u64::MAX);
    let open = || Ok::<_, Box<dyn Error + Send + Sync>>(PostgresOutbox::new(url.parse()?)?);
    let outbox = Outbox::new(open()?).limits(limits);
    outbox.summary()?;
    let start = Instant::now();
    for number in 0..mails {
        outbox.blocking_enqueue(&mail(number)?)?;
    }
    let added = rate(mails, start);
    Ok((added, delivered(mails, nodes, sink, || Ok(Outbox::new(open()?).limits(limits)))?))
}

fn sqlite(mails: usize, sink: &Sink) -> Result<(f64, f64)> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("outbox.sqlite");
    let outbox = Outbox::open(&path)?;
    let start = Instant::now();
    for number in 0..mails {
        outbox.blocking_enqueue(&mail(number)?)?;
    }
    let added = rate(mails, start);
    Ok((added, delivered(mails, 1, sink, || Ok(Outbox::open(&path)?))?))
}

fn delivered(mails: usize, nodes: usize, sink: &Sink, open: impl Fn() -> Result<Outbox>) -> Result<f64> {
    let (start, mut threads) = (Instant::now(), Vec::new());
    for _ in 0..nodes {
        let (outbox, mailer) = (open()?.concurrency(CONCURRENCY), mailer(sink)?);
        threads.push(thread::spawn(move || -> Result<u64> {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            Ok(runtime.block_on(outbox.run_once(&mailer))?.sent)
        }));
    }
    let mut sent = 0;
    for thread in threads {
        sent += thread.join().map_err(|_| "a program panicked")??;
    }
    assert_eq!(sent, mails as u64);
    Ok(rate(mails, start))
}

/// A queue as it is written by hand: one row for each mail, which is deleted in the transaction in which it is sent.
fn bare(url: &str, mails: usize, nodes: usize, sink: &Sink) -> Result<(f64, f64)> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let (client, connection) = runtime.block_on(tokio_postgres::connect(url, NoTls))?;
    runtime.spawn(connection);
    let table = "CREATE TABLE queue (id bigserial PRIMARY KEY, sender text, recipient text, message_id text, content bytea)";
    runtime.block_on(client.batch_execute(table))?;
    let start = Instant::now();
    for number in 0..mails {
        let mail = mail(number)?;
        let object = mail.object();
        let to = object.recipients()[0].as_str();
        runtime.block_on(client.execute(
            "INSERT INTO queue (sender, recipient, message_id, content) VALUES ($1, $2, $3, $4)",
            &[&object.sender().as_str(), &to, &object.message_id().as_str(), &object.content()],
        ))?;
    }
    let added = rate(mails, start);
    let (start, mut threads) = (Instant::now(), Vec::new());
    for _ in 0..nodes {
        let (url, mailer) = (url.to_owned(), mailer(sink)?);
        threads.push(thread::spawn(move || -> Result<usize> {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let workers: Vec<_> =
                    (0..CONCURRENCY).map(|_| tokio::spawn(drain(url.clone(), mailer.clone()))).collect();
                let mut sent = 0;
                for worker in workers {
                    sent += worker.await??;
                }
                Ok(sent)
            })
        }));
    }
    let mut sent = 0;
    for thread in threads {
        sent += thread.join().map_err(|_| "a program panicked")??;
    }
    assert_eq!(sent, mails);
    Ok((added, rate(mails, start)))
}

async fn drain(url: String, mailer: Mailer) -> Result<usize> {
    let (mut client, connection) = tokio_postgres::connect(&url, NoTls).await?;
    tokio::spawn(connection);
    let take = client
        .prepare(
            "SELECT id, sender, recipient, message_id, content FROM queue ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED",
        )
        .await?;
    let delete = client.prepare("DELETE FROM queue WHERE id = $1").await?;
    let mut sent = 0;
    loop {
        let transaction = client.transaction().await?;
        let Some(row) = transaction.query_opt(&take, &[]).await? else { return Ok(sent) };
        let (sender, to, id): (String, String, String) = (row.get(1), row.get(2), row.get(3));
        let mail = MailObject::new(sender.parse()?, vec![to.parse()?], id.parse()?, row.get(4), false)?;
        let outcome = mailer.send_raw(&mail).await;
        assert_eq!(outcome.name(), "delivered");
        transaction.execute(&delete, &[&row.get::<_, i64>(0)]).await?;
        transaction.commit().await?;
        sent += 1;
    }
}

/// Fills the outbox up to a number of waiting mails, and measures single operations in milliseconds.
fn flat(server: &PostgresServer, url: &str, waiting: usize) -> Result<(f64, f64, f64)> {
    let store = PostgresOutbox::new(url.parse()?)?;
    let limits = OutboxLimits::default().waiting(u64::MAX, u64::MAX);
    store.prepare()?;
    store.enqueue(&mail(0)?, &limits, SystemTime::now())?;
    let fill = format!(
        "WITH missing AS (SELECT {waiting} - count(*) AS many FROM outbox_mail), \
         one AS (SELECT m.*, c.bytes FROM outbox_mail m JOIN outbox_content c ON c.mail = m.id ORDER BY id LIMIT 1), \
         new AS (INSERT INTO outbox_mail (id, message_id, kind, may_resend, sender, international, size, lifetime, created, \
         expires, since, next, place) \
         SELECT nextval('outbox_mail_id'), 'fill.' || n || '.{waiting}@example.com', kind, may_resend, sender, \
         international, size, lifetime, created, expires, since, next, place + n \
         FROM one, missing, generate_series(1, missing.many) AS n RETURNING id), \
         contents AS (INSERT INTO outbox_content SELECT id, (SELECT bytes FROM one) FROM new) \
         INSERT INTO outbox_recipient (mail, number, address) SELECT id, 1, 'admin@example.com' FROM new"
    );
    server.sql(url, &fill)?;
    server.sql(url, "ANALYZE")?;
    let (mut taken, mut next, mut added) = (Vec::new(), Vec::new(), Vec::new());
    let timed = |times: &mut Vec<f64>, start: Instant| times.push(start.elapsed().as_secs_f64() * 1000.0);
    for number in 0..200 {
        let start = Instant::now();
        let due = store.due(SystemTime::now() + Duration::from_secs(1), DueOrder::Urgent, 1, &[])?;
        timed(&mut taken, start);
        assert_eq!(due.len(), 1);
        let start = Instant::now();
        store.next_due()?;
        timed(&mut next, start);
        let mail = mail(number)?;
        let start = Instant::now();
        store.enqueue(&mail, &limits, SystemTime::now())?;
        timed(&mut added, start);
    }
    let median = |mut times: Vec<f64>| {
        times.sort_by(f64::total_cmp);
        times.get(times.len() / 2).copied().unwrap_or_default()
    };
    Ok((median(taken), median(next), median(added)))
}
