//! Faults between programs and PostgreSQL: none loses an update, and all nodes are soon at the newest version.
//!
//! Each fault comes a few times; `SETTINGS_LONG=100` sets another number.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use settings_core::resolve::Layers;
use settings_core::store::{Storage, StorageError, Store, StoreError};
use settings_postgres::{Cluster, ClusterConfig, PostgresConfig, PostgresStorage};
use settings_tests::fault_proxy::FaultProxy;
use settings_tests::lag::Lag;
use settings_tests::left_out;
use settings_tests::postgres::{PgBouncer, PostgresServer};
use settings_tests::program::Program;
use settings_tests::random::Random;

use crate::postgres_store::{config, server, set, small_disk};

/// The time after which a node looks by itself.
const INTERVAL: Duration = Duration::from_millis(500);

/// The limit of a statement.
const LIMIT: Duration = Duration::from_millis(1500);

const NODES: usize = 3;
const WRITERS: usize = 2;

/// Tests that the versions are a chain, and counts them.
const CHAIN: &str = "SELECT count(*) = max(version) AND bool_and(base_checksum = coalesce(before, '')), count(*) FROM \
    (SELECT version, base_checksum, lag(checksum) OVER (ORDER BY version) AS before FROM settings_version) AS v";

/// The number of times that a fault comes.
fn times(few: usize) -> usize {
    std::env::var("SETTINGS_LONG").ok().and_then(|times| times.parse().ok()).unwrap_or(few)
}

fn quick(url: &str) -> PostgresConfig {
    config(url).limit(LIMIT)
}

fn nodes(url: &str) -> Vec<Cluster<Program>> {
    let options = |number| ClusterConfig::default().node(format!("n{number}")).interval(INTERVAL);
    (0..NODES).map(|number| Cluster::start(quick(url), options(number), Ok).unwrap()).collect()
}

/// Writers that count in settings of their own, each with the last value whose write was confirmed and the last one that
/// was tried.
struct Writers {
    is_over: Arc<AtomicBool>,
    writing: Arc<AtomicUsize>,
    threads: Vec<thread::JoinHandle<(u32, u32)>>,
}

impl Writers {
    fn start(url: &str) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let writing = Arc::new(AtomicUsize::new(0));
        let write = |number: usize| {
            let (url, is_over, writing) = (url.to_owned(), Arc::clone(&is_over), Arc::clone(&writing));
            thread::spawn(move || {
                let storage: Arc<dyn Storage> = Arc::new(PostgresStorage::new(quick(&url)).unwrap());
                let path = format!("ServiceSettings.Quotas.w{number}");
                let (mut confirmed, mut tried) = (0, 0);
                while !is_over.load(Ordering::SeqCst) {
                    tried += 1;
                    let write = || {
                        let mut store = Store::<Program>::open_storage(Arc::clone(&storage), Layers::new())?;
                        store.update(|store| store.set(&path, &[tried.to_string()]))?;
                        Ok::<_, StoreError>(())
                    };
                    match write() {
                        Ok(()) => {
                            writing.fetch_add(usize::from(confirmed == 0), Ordering::SeqCst);
                            confirmed = tried;
                        }
                        Err(StoreError::Storage { .. }) => {}
                        Err(error) => panic!("{error}"),
                    }
                    thread::sleep(Duration::from_millis(10));
                }
                (confirmed, tried)
            })
        };
        let threads = (0..WRITERS).map(write).collect();
        Self { is_over, writing, threads }
    }

    /// Waits until each writer has had a write confirmed.
    fn wait_until_all_write(&self) {
        let start = Instant::now();
        while self.writing.load(Ordering::SeqCst) < WRITERS {
            assert!(start.elapsed() < Duration::from_secs(60), "a writer never wrote");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Ends the writers, and checks that no confirmed write is lost and that the versions are a chain.
    fn check(self, server: &PostgresServer, url: &str) -> u64 {
        self.is_over.store(true, Ordering::SeqCst);
        let results: Vec<_> = self.threads.into_iter().map(|thread| thread.join().unwrap()).collect();
        let storage: Arc<dyn Storage> = Arc::new(PostgresStorage::new(config(url)).unwrap());
        let store = Store::<Program>::open_storage(Arc::clone(&storage), Layers::new()).unwrap();
        let quotas: BTreeMap<_, _> = store.effective().value().unwrap().service.quotas.clone();
        for (number, (confirmed, tried)) in results.into_iter().enumerate() {
            let value = quotas.get(&format!("w{number}")).copied().unwrap_or(0);
            assert!((confirmed..=tried).contains(&value), "w{number}: {confirmed} <= {value} <= {tried}");
            assert!(confirmed > 0, "w{number} never wrote");
        }
        let chain = server.sql(url, CHAIN).unwrap();
        assert!(chain.starts_with("t|"), "{chain}");
        storage.read().unwrap().version()
    }
}

/// Waits until all nodes have the newest version, and returns the time that it took.
#[track_caller]
fn wait_for_nodes(nodes: &[Cluster<Program>], version: u64) -> Duration {
    let start = Instant::now();
    let is_there =
        |node: &Cluster<Program>| node.external().state().version.starts_with(&format!("{version}@"));
    while !nodes.iter().all(is_there) {
        let states: Vec<_> = nodes.iter().map(|node| node.external().state()).collect();
        assert!(start.elapsed() < Duration::from_secs(30), "not at {version}: {states:?}");
        thread::sleep(Duration::from_millis(5));
    }
    start.elapsed()
}

/// Runs a fault again and again while writers write and nodes follow, through a proxy.
fn survive(server: &PostgresServer, seed: u64, count: usize, fault: impl Fn(&FaultProxy)) {
    let url = server.database();
    set(&url, "ServiceSettings.MaxUsers", "7").unwrap();
    let proxy = FaultProxy::start(server.port());
    let through = url.replace(&format!(":{}/", server.port()), &format!(":{}/", proxy.port()));
    let nodes = nodes(&through);
    let writers = Writers::start(&through);
    writers.wait_until_all_write();
    let mut random = Random::seeded(seed);
    for _ in 0..count {
        thread::sleep(Duration::from_millis(100 + u64::try_from(random.below(300)).unwrap()));
        fault(&proxy);
    }
    thread::sleep(Duration::from_millis(200));
    let version = writers.check(server, &url);
    let lag = Lag::watch();
    let time = wait_for_nodes(&nodes, version);
    // one limit for a connection in a black hole, and one look; twice that on a busy machine
    assert!(time < (INTERVAL + LIMIT * 3) * 2 + lag.so_far(), "{time:?}");
    println!("{version} versions; all nodes equal after {time:?}");
}

#[test]
fn connections_are_cut() {
    let Some(server) = server("connections_are_cut") else { return };
    survive(server, 1, times(6), FaultProxy::cut);
}

#[test]
fn connections_swallow_everything() {
    let Some(server) = server("connections_swallow_everything") else { return };
    survive(server, 2, times(4), FaultProxy::swallow);
}

#[test]
fn connections_are_slow() {
    let Some(server) = server("connections_are_slow") else { return };
    survive(server, 3, times(4), |proxy| {
        proxy.delay(Duration::from_millis(60));
        thread::sleep(Duration::from_millis(200));
        proxy.delay(Duration::ZERO);
    });
}

#[test]
fn the_server_is_killed_and_started_again() {
    let server = match PostgresServer::start() {
        Ok(server) => server,
        Err(why) => return left_out("the_server_is_killed_and_started_again", &why),
    };
    survive(&server, 4, times(3), |_| server.crash().unwrap());
}

#[test]
fn notifications_are_lost_by_a_pooler() {
    let test = "notifications_are_lost_by_a_pooler";
    let Some(server) = server(test) else { return };
    let pooler = match PgBouncer::start(server) {
        Ok(pooler) => pooler,
        Err(why) => return left_out(test, &why),
    };
    let url = server.database();
    set(&url, "ServiceSettings.MaxUsers", "7").unwrap();
    let through = pooler.url(&url);
    let nodes = nodes(&through);
    let writers = Writers::start(&through);
    writers.wait_until_all_write();
    thread::sleep(Duration::from_secs(2));
    let version = writers.check(server, &url);
    let lag = Lag::watch();
    let time = wait_for_nodes(&nodes, version);
    assert!(time < INTERVAL * 4 + LIMIT + lag.so_far(), "{time:?}");
}

#[test]
fn a_failover_that_goes_back_is_followed() {
    let test = "a_failover_that_goes_back_is_followed";
    let primary = match PostgresServer::start() {
        Ok(primary) => primary,
        Err(why) => return left_out(test, &why),
    };
    let url = primary.database();
    set(&url, "ServiceSettings.MaxUsers", "1").unwrap();
    let standby = primary.standby().unwrap();
    // both, in the order of the URL, of which the one that accepts writes is used
    let database = url.rsplit('/').next().unwrap().to_owned();
    let both =
        format!("postgres://test@127.0.0.1:{},127.0.0.1:{}/{database}", primary.port(), standby.port());
    let nodes = nodes(&both);
    set(&url, "ServiceSettings.MaxUsers", "2").unwrap();
    let replayed = || standby.sql(&database, "SELECT version FROM settings_head").unwrap() == "2";
    let start = Instant::now();
    while !replayed() {
        assert!(start.elapsed() < Duration::from_secs(30));
        thread::sleep(Duration::from_millis(20));
    }
    // what the standby never gets
    standby.sql(&database, "SELECT pg_wal_replay_pause()").unwrap();
    set(&url, "ServiceSettings.MaxUsers", "3").unwrap();
    wait_for_nodes(&nodes, 3);
    standby.kill().unwrap();
    set(&url, "ServiceSettings.MaxUsers", "4").unwrap();
    set(&url, "ServiceSettings.MaxUsers", "5").unwrap();
    wait_for_nodes(&nodes, 5);
    let users = |node: &Cluster<Program>| node.watch().current().service.max_users;
    // a program that still has the version of the old primary in its hands
    let storage: Arc<dyn Storage> = Arc::new(PostgresStorage::new(quick(&both)).unwrap());
    let old = storage.read().unwrap();
    assert_eq!(old.version(), 5);
    primary.kill().unwrap();
    standby.start_again().unwrap();
    standby.promote().unwrap();
    let kept: u64 = standby.sql(&database, "SELECT version FROM settings_head").unwrap().parse().unwrap();
    assert!(kept < 5, "{kept}");
    wait_for_nodes(&nodes, kept);
    // the same numbers come again, with other texts, and no write is based on a version that is gone
    for value in 10..10 + (5 - kept) {
        set(&both, "ServiceSettings.MaxUsers", &value.to_string()).unwrap();
    }
    wait_for_nodes(&nodes, 5);
    let start = Instant::now();
    while !nodes.iter().all(|node| users(node) >= 10) {
        assert!(start.elapsed() < Duration::from_secs(30));
        thread::sleep(Duration::from_millis(5));
    }
    let new = settings_core::store::NewVersion::new(settings_core::FileFormat::Json, "{}");
    assert_eq!(storage.write(&old, &new), Err(StorageError::Conflict));
    let noted =
        |node: &settings_postgres::Node| node.note.as_deref().is_some_and(|note| note.contains("went back"));
    // a node reports a change a second later
    let (storage, start) = (PostgresStorage::new(quick(&both)).unwrap(), Instant::now());
    let mut listed = storage.nodes().unwrap();
    while !listed.iter().any(noted) {
        assert!(start.elapsed() < Duration::from_secs(30), "{listed:?}");
        thread::sleep(Duration::from_millis(50));
        listed = storage.nodes().unwrap();
    }
}

#[test]
fn a_write_that_can_not_be_confirmed_says_so() {
    let Some(server) = server("a_write_that_can_not_be_confirmed_says_so") else { return };
    let url = server.database();
    set(&url, "ServiceSettings.MaxUsers", "1").unwrap();
    let proxy = FaultProxy::start(server.port());
    let through = url.replace(&format!(":{}/", server.port()), &format!(":{}/", proxy.port()));
    let storage = PostgresStorage::new(quick(&through)).unwrap();
    let read = storage.read().unwrap();
    proxy.swallow();
    proxy.close(true);
    let new = settings_core::store::NewVersion::new(settings_core::FileFormat::Json, "{}");
    let error = storage.write(&read, &new).unwrap_err();
    assert!(matches!(error, StorageError::Unconfirmed(_)), "{error}");
    proxy.close(false);
    // and it works again by itself
    assert_eq!(storage.read().unwrap().version(), 1);
    assert_eq!(storage.write(&read, &new).unwrap().version(), 2);
}

#[test]
fn writers_are_killed() {
    let Some(server) = server("writers_are_killed") else { return };
    let url = server.database();
    set(&url, "ServiceSettings.MaxUsers", "7").unwrap();
    let mut random = Random::seeded(5);
    for number in 0..times(20) {
        let assignment = format!("ServiceSettings.Quotas.k{number}=1");
        let mut writer = std::process::Command::new(env!("CARGO_BIN_EXE_operated"))
            .args(["--store", &url, "set", &assignment])
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        thread::sleep(Duration::from_millis(u64::try_from(random.below(80)).unwrap()));
        let _ = writer.kill();
        writer.wait().unwrap();
    }
    set(&url, "ServiceSettings.MaxUsers", "8").unwrap();
    let storage: Arc<dyn Storage> = Arc::new(PostgresStorage::new(config(&url)).unwrap());
    let store = Store::<Program>::open_storage(storage, Layers::new()).unwrap();
    let service = &store.effective().value().unwrap().service;
    assert_eq!(service.max_users, 8);
    let versions = server.sql(&url, CHAIN).unwrap();
    let expected = 2 + service.quotas.len();
    assert_eq!(versions, format!("t|{expected}"));
}

/// A change that finds no room is refused with the reason, the nodes keep what they run, and the next change after there is
/// room again is written and followed.
#[test]
fn a_full_disk_refuses_changes_and_loses_none() {
    let Some((server, disk, url)) = small_disk("a_full_disk_refuses_changes_and_loses_none") else { return };
    set(&url, "ServiceSettings.MaxUsers", "7").unwrap();
    let nodes = nodes(&url);
    let mut newest = 1;
    for round in 0..times(2) {
        disk.fill().unwrap();
        let mut refused = None;
        for number in 0..400_u32 {
            // so long that it needs a page of its own, and so varied that it does not shrink
            let numbers = (0..800_u32).map(|part| (part + number * 7919).wrapping_mul(0x9e37_79b9));
            let text: String = numbers.map(|number| format!("{number:x} ")).collect();
            let greeting = format!("{round} {text}");
            match set(&url, "ServiceSettings.Greeting", &greeting) {
                Ok(version) => newest = version,
                Err(error) => {
                    refused = Some(error.to_string());
                    break;
                }
            }
        }
        let refused = refused.expect("the disk is full");
        // a connection that starts while the disk is full can fail by a file of its own
        let is_full = refused.contains("(53100)") || refused.contains("could not write init file");
        assert!(is_full, "{refused}");
        wait_for_nodes(&nodes, newest);
        disk.empty().unwrap();
        newest = set(&url, "ServiceSettings.MaxUsers", &(round + 8).to_string()).unwrap();
        wait_for_nodes(&nodes, newest);
    }
    let chain = server.sql(&url, CHAIN).unwrap();
    assert!(chain.starts_with("t|"), "{chain}");
}

/// Each of 1,000 writers changes a setting of its own at the same time as others: none is lost.
#[test]
fn a_thousand_writers_lose_no_update() {
    let Some(server) = server("a_thousand_writers_lose_no_update") else { return };
    let url = server.database();
    set(&url, "ServiceSettings.MaxUsers", "7").unwrap();
    let (threads, each) = (10_u32, times(10).clamp(10, 100));
    thread::scope(|scope| {
        for thread in 0..threads {
            let url = &url;
            scope.spawn(move || {
                let storage: Arc<dyn Storage> = Arc::new(PostgresStorage::new(config(url)).unwrap());
                for number in 0..each {
                    let mut store =
                        Store::<Program>::open_storage(Arc::clone(&storage), Layers::new()).unwrap();
                    let path = format!("ServiceSettings.Quotas.w{thread}-{number}");
                    store.update(|store| store.set(&path, &[number.to_string()])).unwrap();
                }
            });
        }
    });
    let storage: Arc<dyn Storage> = Arc::new(PostgresStorage::new(config(&url)).unwrap());
    let store = Store::<Program>::open_storage(storage, Layers::new()).unwrap();
    let count = usize::try_from(threads).unwrap() * each;
    assert_eq!(store.effective().value().unwrap().service.quotas.len(), count);
    assert_eq!(server.sql(&url, CHAIN).unwrap(), format!("t|{}", count + 1));
    println!("{count} writers, {} versions", count + 1);
}
