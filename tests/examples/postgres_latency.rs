//! The time from the start of a write to PostgreSQL until every node has applied it, next to a bare loop that listens and
//! reads.
//!
//! `cargo run --release -p settings-tests --example postgres_latency [WATCHERS…]`; the server is the tests' own.

use std::error::Error;
use std::future::poll_fn;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use settings_core::resolve::Layers;
use settings_core::store::Store;
use settings_core::store::watch::Event;
use settings_postgres::{Cluster, ClusterConfig, PostgresConfig, PostgresStorage};
use settings_tests::postgres::PostgresServer;
use settings_tests::program::Program;
use tokio_postgres::{AsyncMessage, NoTls};

const WRITES: u32 = 300;

fn main() -> Result<(), Box<dyn Error>> {
    let server = PostgresServer::start()?;
    let given: Result<Vec<usize>, _> = std::env::args().skip(1).map(|text| text.parse()).collect();
    let counts = Some(given?).filter(|counts| !counts.is_empty()).unwrap_or_else(|| vec![1, 10, 100]);
    println!("{WRITES} writes; milliseconds from the start of a write until a watcher has applied it");
    for count in counts {
        let ours = measured(&server.database(), count, watchers)?;
        let bare = measured(&server.database(), count, loops)?;
        println!(
            "{count:>4} watchers: median {:.2}, 99 % {:.2}; bare loop: median {:.2}, 99 % {:.2}",
            ours.0, ours.1, bare.0, bare.1
        );
    }
    Ok(())
}

type Start = fn(&str, usize, &Sender<(u32, Instant)>) -> Result<Box<dyn std::any::Any>, Box<dyn Error>>;

/// Writes again and again, each time until all watchers have applied it.
fn measured(url: &str, count: usize, start: Start) -> Result<(f64, f64), Box<dyn Error>> {
    let storage = PostgresStorage::new(url.parse()?)?;
    let mut store = Store::<Program>::open_storage(std::sync::Arc::new(storage), Layers::new())?;
    store.update(|store| store.set("ServiceSettings.MaxUsers", &["1"]))?;
    let (sender, applied): (_, Receiver<(u32, Instant)>) = channel();
    let kept = start(url, count, &sender)?;
    let mut times = Vec::new();
    for value in 2..2 + WRITES {
        thread::sleep(Duration::from_millis(60));
        let begin = Instant::now();
        store.set("ServiceSettings.MaxUsers", &[value.to_string()])?;
        store.save()?;
        let mut left = count;
        while left > 0 {
            let (found, time) = applied.recv_timeout(Duration::from_secs(30))?;
            if found == value {
                times.push(time.saturating_duration_since(begin).as_secs_f64() * 1000.0);
                left -= 1;
            }
        }
    }
    drop(kept);
    times.sort_by(f64::total_cmp);
    let at = |part: usize| times.get(times.len() * part / 100).copied().unwrap_or_default();
    Ok((at(50), at(99)))
}

fn watchers(
    url: &str,
    count: usize,
    sender: &Sender<(u32, Instant)>,
) -> Result<Box<dyn std::any::Any>, Box<dyn Error>> {
    let mut clusters = Vec::new();
    for _ in 0..count {
        let database: PostgresConfig = url.parse()?;
        let cluster = Cluster::<Program>::start(database, ClusterConfig::default(), Ok)?;
        let (events, sender) = (cluster.watch().subscribe(), sender.clone());
        thread::spawn(move || {
            for event in events {
                if let Event::Changed(changed) = &*event {
                    let _ = sender.send((changed.value.service.max_users, Instant::now()));
                }
            }
        });
        clusters.push(cluster);
    }
    Ok(Box::new(clusters))
}

/// Loops that listen, and read and resolve the text when they are notified, each on a thread of its own.
fn loops(
    url: &str,
    count: usize,
    sender: &Sender<(u32, Instant)>,
) -> Result<Box<dyn std::any::Any>, Box<dyn Error>> {
    let (ready, all_ready) = channel();
    for _ in 0..count {
        let (url, sender, ready) = (url.to_owned(), sender.clone(), ready.clone());
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let looped = runtime.map(|runtime| runtime.block_on(listen(&url, &sender, &ready)));
            if let Ok(Err(error)) = looped {
                eprintln!("{error}");
            }
        });
    }
    for _ in 0..count {
        all_ready.recv_timeout(Duration::from_secs(30))?;
    }
    Ok(Box::new(()))
}

async fn listen(
    url: &str,
    sender: &Sender<(u32, Instant)>,
    ready: &Sender<()>,
) -> Result<(), Box<dyn Error>> {
    let (client, mut connection) = tokio_postgres::connect(url, NoTls).await?;
    let (news, mut notified) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Some(Ok(message)) = poll_fn(|cx| connection.poll_message(cx)).await {
            if matches!(message, AsyncMessage::Notification(_)) {
                let _ = news.send(());
            }
        }
    });
    client.batch_execute("LISTEN settings").await?;
    ready.send(())?;
    while notified.recv().await.is_some() {
        let statement = "SELECT document FROM settings_version ORDER BY version DESC LIMIT 1";
        let row = client.query_typed_one(statement, &[]).await?;
        let layers = Layers::new().file("document.json", row.try_get::<_, String>(0)?);
        let program = settings_core::resolve::resolve::<Program>(layers).into_result()?;
        if sender.send((program.service.max_users, Instant::now())).is_err() {
            return Ok(());
        }
    }
    Ok(())
}
