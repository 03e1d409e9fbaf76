//! Kills processes that send mail from an outbox repeatedly, and counts the mails that arrived.
//!
//! `SETTINGS_KILLS` is the number of kills (200 by default, 60 of three nodes with PostgreSQL), and `SETTINGS_SEED` the seed
//! of the random numbers.

use std::collections::HashMap;
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use settings_core::mail::outbox::{
    MAX_RESENDS, MailKind, MailState, ManualClock, Outbox, OutboxEntry, OutboxLimits,
};
use settings_core::mail::{EmailSettings, Mailer, MailerOptions};
use settings_postgres::PostgresOutbox;
use settings_tests::left_out;
use settings_tests::postgres::PostgresServer;
use settings_tests::sink::{Act, Moment, Sink, Taken};

/// A pseudorandom generator.
struct Chance(AtomicU64);

impl Chance {
    /// Returns a number below `bound`.
    fn below(&self, bound: u64) -> u64 {
        // SplitMix64
        let mut z = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }
}

fn number(name: &str, usual: u64) -> u64 {
    match std::env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name} is not a number: {text}")),
        Err(_) => usual,
    }
}

/// A server that sometimes defers a mail, or loses the reply to a mail that it did or did not accept.
fn moody_sink(seed: u64) -> Sink {
    let chance = Chance(AtomicU64::new(!seed));
    Sink::start(move |moment| match moment {
        Moment::Dot(_) => match chance.below(100) {
            0..3 => Act::Answer("451 4.3.0 try again later"),
            3..5 => Act::Close,
            5..7 => Act::TakeAndClose,
            _ => Act::Well,
        },
        _ => Act::Well,
    })
}

/// Returns all entries after every mail that may be sent again was sent.
fn drained(outbox: Outbox, sink: &Sink, now: SystemTime) -> Vec<OutboxEntry> {
    let years = Duration::from_secs(10 * 365 * 24 * 3600);
    let mut limits = OutboxLimits::default().dead(u64::MAX, u64::MAX);
    (limits.keep_dead, limits.keep_sent) = (years, years);
    let clock = Arc::new(ManualClock::new(now));
    let outbox = outbox.limits(limits).clock(clock.clone());
    let mailer = Mailer::new(settings(sink), MailerOptions::default()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for _ in 0..200 {
        let report = runtime.block_on(outbox.run_once(&mailer)).unwrap();
        if report.next.is_none() && outbox.summary().unwrap().waiting() == 0 {
            return outbox.list(&[], usize::MAX).unwrap();
        }
        clock.advance(Duration::from_secs(2 * 3600));
        // for leases, which follow the clock of the database
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("the outbox is not empty after 400 hours: {:?}", outbox.summary().unwrap());
}

fn settings(sink: &Sink) -> EmailSettings {
    EmailSettings {
        smtp_server: "127.0.0.1".to_owned(),
        smtp_port: sink.address().port(),
        ..EmailSettings::default()
    }
}

#[test]
fn no_mail_is_lost_when_the_process_is_killed() {
    let kills = number("SETTINGS_KILLS", 200);
    let clock_start = UNIX_EPOCH.elapsed().unwrap().as_secs();
    let seed = number("SETTINGS_SEED", clock_start);
    let chance = Chance(AtomicU64::new(seed));
    let folder = tempfile::tempdir().unwrap();
    let (path, journal) = (folder.path().join("outbox.sqlite"), folder.path().join("journal"));
    let sink = moody_sink(seed);
    for _ in 0..kills {
        let mut sender = start_sender(path.to_str().unwrap(), &sink, &journal, clock_start);
        std::thread::sleep(Duration::from_micros(chance.below(120_000)));
        assert_eq!(sender.try_wait().unwrap(), None, "the sender ended by itself");
        // SIGKILL
        sender.kill().unwrap();
        sender.wait().unwrap();
    }
    let entries = drained(Outbox::open(&path).unwrap(), &sink, fast_now(clock_start));
    let tally = Tally::count(&std::fs::read_to_string(&journal).unwrap(), &entries, &sink.taken());
    let _ = writeln!(std::io::stderr(), "outbox: {kills} kills (seed {seed}): {tally}");
    assert!(tally.confirmed >= kills / 10, "too few mails for so many kills: {tally}");
    assert!(tally.duplicates + tally.unknown > 0, "no kill hit a critical moment: {tally}");
}

/// Three nodes deliver from one outbox, and one of them is killed at random moments and started again.
#[test]
fn no_mail_is_lost_when_nodes_are_killed() {
    let server = match PostgresServer::start() {
        Ok(server) => server,
        Err(why) => return left_out("no_mail_is_lost_when_nodes_are_killed", &why),
    };
    let url = server.database();
    let kills = number("SETTINGS_KILLS", 60);
    let clock_start = UNIX_EPOCH.elapsed().unwrap().as_secs();
    let seed = number("SETTINGS_SEED", clock_start);
    let chance = Chance(AtomicU64::new(seed));
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal");
    let sink = moody_sink(seed);
    let start = || start_sender(&url, &sink, &journal, clock_start);
    let mut nodes: Vec<Child> = (0..3).map(|_| start()).collect();
    for _ in 0..kills {
        std::thread::sleep(Duration::from_micros(chance.below(300_000)));
        let node = &mut nodes[usize::try_from(chance.below(3)).unwrap()];
        assert_eq!(node.try_wait().unwrap(), None, "a node ended by itself");
        node.kill().unwrap();
        node.wait().unwrap();
        *node = start();
    }
    for mut node in nodes {
        node.kill().unwrap();
        node.wait().unwrap();
    }
    let store = PostgresOutbox::new(url.parse().unwrap()).unwrap().lease(Duration::from_millis(300));
    let entries = drained(Outbox::new(store), &sink, fast_now(clock_start));
    let tally = Tally::count(&std::fs::read_to_string(&journal).unwrap(), &entries, &sink.taken());
    let _ = writeln!(std::io::stderr(), "PostgreSQL: {kills} kills of three nodes (seed {seed}): {tally}");
    assert!(tally.confirmed >= kills, "too few mails for so many kills: {tally}");
}

fn start_sender(outbox: &str, sink: &Sink, journal: &Path, clock_start: u64) -> Child {
    Command::new(env!("CARGO_BIN_EXE_outbox-sender"))
        .arg(outbox)
        .arg(sink.address().port().to_string())
        .arg(journal)
        .arg(clock_start.to_string())
        .stdin(Stdio::null())
        .spawn()
        .unwrap()
}

/// The time of the senders' clock.
fn fast_now(clock_start: u64) -> SystemTime {
    let start = UNIX_EPOCH + Duration::from_secs(clock_start);
    start + start.elapsed().unwrap() * 20_000
}

/// The final state of all mails. Counting panics if a mail was lost, or sent twice without need.
#[derive(Debug, Default)]
struct Tally {
    confirmed: u64,
    in_outbox: u64,
    /// Alerts that arrived twice, and how many of them because the server lost its reply to the first copy. For the
    /// others the process was killed before it recorded the reply.
    duplicates: u64,
    duplicates_of_the_server: u64,
    /// Alerts that each of their sends left unknown, the last resend included, and that never arrived: all four were killed
    /// between the mark and the content. The outbox lists them.
    given_up: u64,
    /// Notifications whose delivery is unknown to the outbox, and how many of them arrived.
    unknown: u64,
    unknown_arrived: u64,
}

impl Tally {
    fn count(journal: &str, entries: &[OutboxEntry], taken: &[Taken]) -> Self {
        let by_id: HashMap<&str, &OutboxEntry> =
            entries.iter().map(|entry| (entry.message_id.as_str(), entry)).collect();
        let mut arrived: HashMap<&str, Vec<&Taken>> = HashMap::new();
        for mail in taken {
            arrived.entry(mail.message_id()).or_default().push(mail);
        }
        let mut tally = Self { in_outbox: entries.len() as u64, ..Self::default() };
        for line in journal.lines() {
            let (id, _) = line.split_once(' ').expect("the journal has whole lines");
            assert!(by_id.contains_key(id), "LOST: {line} was confirmed and is not in the outbox");
            tally.confirmed += 1;
        }
        for id in arrived.keys() {
            assert!(by_id.contains_key(id), "{id} arrived and is not in the outbox");
        }
        for (id, entry) in by_id {
            let copies = arrived.get(id).map(Vec::as_slice).unwrap_or_default();
            assert!(
                copies.windows(2).all(|pair| pair[0].content == pair[1].content),
                "the copies of {id} differ"
            );
            tally.add(entry, copies);
        }
        // that four kills in a row hit one mail is rare
        assert!(tally.given_up * 100 <= tally.confirmed, "alerts are given up: {tally}");
        tally
    }

    fn add(&mut self, entry: &OutboxEntry, copies: &[&Taken]) {
        match (entry.kind, entry.state, copies.len()) {
            (_, MailState::Sent, 1) => {}
            (MailKind::Alert, MailState::Sent | MailState::Unknown, 2..) => {
                let resends = entry.resends as usize;
                assert!(copies.len() <= 1 + resends, "sent again without having been unknown: {entry:?}");
                self.duplicates += 1;
                self.duplicates_of_the_server += u64::from(!copies[0].confirmed);
            }
            // no reply to any of its sends was recorded
            (MailKind::Alert, MailState::Unknown, 0 | 1) => {
                assert_eq!(entry.resends, MAX_RESENDS, "not sent again: {entry:?}");
                self.given_up += u64::from(copies.is_empty());
            }
            (MailKind::Notification, MailState::Unknown, 0 | 1) => {
                self.unknown += 1;
                self.unknown_arrived += copies.len() as u64;
            }
            _ => panic!("{} copies of {entry:?}, {}", copies.len(), entry.message_id),
        }
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} mails, {} of them confirmed, 0 lost; {} alerts sent twice ({} after the server lost its reply, {} after \
             a kill); {} alerts were killed at each of their sends; {} notifications are unknown ({} of them arrived)",
            self.in_outbox,
            self.confirmed,
            self.duplicates,
            self.duplicates_of_the_server,
            self.duplicates - self.duplicates_of_the_server,
            self.given_up,
            self.unknown,
            self.unknown_arrived
        )
    }
}
