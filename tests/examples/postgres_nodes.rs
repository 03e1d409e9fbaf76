//! Simulates many nodes that follow the settings in one PostgreSQL server: what reaches the server in a second, and the time
//! until the last node has a new version.
//!
//! `cargo run --release -p settings-tests --example postgres_nodes [NODES]`
//!
//! The assumptions are the constants below. The server answers statements in the order in which they arrive, as many at a
//! time as it has cores; the network adds nothing. The behavior of a node is that of the library: a look at the newest
//! version at each interval, varied by a tenth; a read of the document after a notification; a report of what it runs half a
//! second to one and a half after a change, and every 30 seconds; and pauses between attempts to connect that double from
//! 100 milliseconds to five seconds, each varied by a half.

use settings_tests::random::Random;

/// The cores of the server.
const CORES: usize = 4;
/// The time of one core, in milliseconds: for a look at the newest version, for a read of a document of 20 kB, for a report,
/// and for a new connection with TLS.
const LOOK: f64 = 0.05;
const READ: f64 = 0.15;
const REPORT: f64 = 0.15;
const CONNECT: f64 = 5.0;
/// The time to write a notification to one connection, in milliseconds; one process does so for each listener.
const NOTIFY: f64 = 0.01;
/// The memory of an idle connection, in megabytes.
const MEMORY: f64 = 2.5;
/// The interval between two looks, and between two reports without a change, in milliseconds.
const INTERVAL: f64 = 5000.0;
const BEAT: f64 = 30_000.0;
/// The time that is simulated, in milliseconds.
const SPAN: f64 = 120_000.0;

fn main() {
    let nodes = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(1000);
    let mut random = Random::seeded(7);
    println!("{nodes} nodes; a server of {CORES} cores");
    println!("connections: {nodes}, about {:.1} GB of memory", nodes as f64 * MEMORY / 1000.0);
    quiet(nodes, &mut random);
    for (name, notified) in [("notified", true), ("by looks alone, as behind a pooler", false)] {
        change(nodes, notified, name, &mut random);
    }
    restart(nodes, &mut random);
}

/// A server that works on what arrives in order.
struct Server {
    /// The time at which each core is free.
    free: [f64; CORES],
    busy: f64,
}

impl Server {
    const fn new() -> Self {
        Self { free: [0.0; CORES], busy: 0.0 }
    }

    /// Returns the time at which work that arrives at `at` is done.
    fn work(&mut self, at: f64, cost: f64) -> f64 {
        let core = self.free.iter_mut().min_by(|a, b| a.total_cmp(b));
        let Some(core) = core else { return at };
        *core = core.max(at) + cost;
        self.busy += cost;
        *core
    }
}

/// Returns a number from `low` to `high`.
fn between(random: &mut Random, low: f64, high: f64) -> f64 {
    low + (high - low) * random.below(1_000_000) as f64 / 1_000_000.0
}

/// No change: looks and reports.
fn quiet(nodes: usize, random: &mut Random) {
    let mut arrivals = Vec::new();
    for _ in 0..nodes {
        let mut at = between(random, 0.0, INTERVAL);
        let mut reported = between(random, -BEAT, 0.0);
        while at < SPAN {
            arrivals.push((at, LOOK));
            if at - reported >= BEAT {
                reported = at;
                arrivals.push((at, REPORT));
            }
            at += INTERVAL * between(random, 0.9, 1.1);
        }
    }
    arrivals.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut server, mut slowest, mut seconds) = (Server::new(), 0.0_f64, vec![0_u32; 121]);
    for (at, cost) in &arrivals {
        slowest = slowest.max(server.work(*at, *cost) - at);
        seconds[(*at / 1000.0) as usize] += 1;
    }
    println!(
        "without changes: {:.0} statements a second, at most {}; {:.2} % of the cores; the slowest answer took {slowest:.2} ms",
        arrivals.len() as f64 / (SPAN / 1000.0),
        seconds.iter().max().copied().unwrap_or_default(),
        server.busy / (SPAN * CORES as f64) * 100.0,
    );
}

/// One change: the time until nodes have read it.
fn change(nodes: usize, notified: bool, name: &str, random: &mut Random) {
    let mut server = Server::new();
    let mut arrivals: Vec<f64> = (0..nodes)
        .map(|node| if notified { NOTIFY * node as f64 } else { between(random, 0.0, INTERVAL * 1.1) })
        .collect();
    arrivals.sort_by(f64::total_cmp);
    let mut done: Vec<f64> = arrivals.iter().map(|at| server.work(*at, READ)).collect();
    done.sort_by(f64::total_cmp);
    let mut reports: Vec<f64> = done.iter().map(|at| at + between(random, 500.0, 1500.0)).collect();
    reports.sort_by(f64::total_cmp);
    let last_report = reports.iter().fold(0.0_f64, |last, at| last.max(server.work(*at, REPORT)));
    let at = |part: usize| done.get((nodes - 1) * part / 100).copied().unwrap_or_default();
    println!(
        "a change, {name}: read by half of the nodes after {:.1} ms, by 99 % after {:.1} ms, by all after {:.1} ms; all \
         have reported after {last_report:.0} ms",
        at(50),
        at(99),
        at(100)
    );
}

/// The server ends, and is there again after two seconds: all nodes connect.
fn restart(nodes: usize, random: &mut Random) {
    const DOWN: f64 = 2000.0;
    let mut attempts = Vec::new();
    let mut refused = 0_u32;
    for _ in 0..nodes {
        // each sees the end of its connection at once
        let (mut at, mut attempt) = (0.0, 0);
        while at < DOWN {
            refused += 1;
            attempt += 1;
            at += (100.0 * f64::from(1_u32 << attempt.min(10))).min(5000.0) * between(random, 0.5, 1.5);
        }
        attempts.push(at);
    }
    attempts.sort_by(f64::total_cmp);
    let mut server = Server::new();
    let done = attempts.iter().map(|at| server.work(*at, CONNECT + LOOK)).fold(0.0_f64, f64::max);
    let mut parts = vec![0_u32; 200];
    for at in &attempts {
        if let Some(part) = parts.get_mut((*at / 100.0) as usize) {
            *part += 1;
        }
    }
    println!(
        "a restart of {:.0} s: {refused} attempts are refused; at most {} connections in 100 ms; the last node has a \
         connection {:.1} s after the server is there",
        DOWN / 1000.0,
        parts.iter().max().copied().unwrap_or_default(),
        (done - DOWN) / 1000.0
    );
}
