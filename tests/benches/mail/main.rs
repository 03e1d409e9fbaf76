//! Mails a second through one server: ours, Postfix's `smtp-source` in C, Python's `smtplib` and, with the feature
//! `peers`, other crates as they come.
//!
//! Everything sends mails of 4 kB to the same `smtp-sink`, TLS through one front before it. A machine is hardly ever
//! idle, so the senders take turns, each right after a turn of its anchor, and what counts is the median over the
//! rounds of its rate divided by the anchor's. Arguments: `--rounds N`, and words of which a sender's name must contain
//! one.

#[cfg(feature = "peers")]
mod peers;
mod senders;
mod sink;

use std::time::Duration;

use senders::{Sender, one_mail_each};
use sink::{Front, Sink};

/// The target time of one sender in a round.
const TURN: Duration = Duration::from_millis(300);
/// Mails of a turn at most.
const MOST: usize = 20_000;

fn main() -> Result<(), String> {
    if let Some(port) = std::env::var_os(sink::FRONT) {
        return sink::run_front(&port);
    }
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if !arguments.iter().any(|argument| argument == "--bench") {
        // `cargo test --benches` runs it too, and has no time for it
        return Ok(());
    }
    let rounds = arguments.iter().skip_while(|argument| *argument != "--rounds").nth(1);
    let rounds: usize =
        rounds.map_or(Ok(7), |rounds| rounds.parse()).map_err(|_| "--rounds takes a number")?;
    let words: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with("--")).collect();
    let words: Vec<&String> = words.into_iter().filter(|word| word.parse::<usize>().is_err()).collect();

    let sink = Sink::start()?;
    let front = Front::start(sink.port())?;
    let mut senders = senders::all(&sink, &front)?;
    #[cfg(feature = "peers")]
    senders.extend(peers::all(sink.port(), &front)?);
    senders.retain(|sender| {
        sender.is_anchor() || words.is_empty() || words.iter().any(|word| sender.name.contains(word.as_str()))
    });
    let counts = senders.iter().map(Sender::fitting_count).collect::<Result<Vec<_>, _>>()?;
    let mut rows: Vec<Row> = senders.iter().map(|_| Row::default()).collect();
    for _ in 0..rounds {
        for (at, sender) in senders.iter().enumerate() {
            let anchor = senders.iter().position(|other| other.name == sender.anchor());
            let anchor = anchor.ok_or("the anchors always run")?;
            let beside = senders[anchor].rate(counts[anchor])?;
            let before = cpu_ticks();
            let rate = sender.rate(counts[at])?;
            rows[at].ticks += cpu_ticks() - before;
            rows[at].mails += counts[at];
            rows[at].rates.push(rate);
            rows[at].ratios.push(rate / beside);
        }
    }
    print(&senders, &rows);
    let mut single = one_mail_each(sink.port(), 1000)?;
    single.sort();
    println!(
        "\none mail on a reused connection: median {:?}, 99 of 100 under {:?}",
        single[single.len() / 2],
        single[single.len() * 99 / 100]
    );
    Ok(())
}

/// The time on processors that this program and those that it waited for had, in hundredths of a second.
fn cpu_ticks() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let behind_the_name = stat.rsplit(')').next().unwrap_or_default();
    behind_the_name.split_whitespace().skip(11).take(4).filter_map(|ticks| ticks.parse::<u64>().ok()).sum()
}

/// The result of one sender.
#[derive(Default)]
struct Row {
    mails: usize,
    /// Mails a second in each round.
    rates: Vec<f64>,
    /// The same divided by the anchor's.
    ratios: Vec<f64>,
    ticks: u64,
}

fn print(senders: &[Sender], rows: &[Row]) {
    println!(
        "{:<54} {:>7} {:>8} {:>6} {:>13} {:>5} {:>11}",
        "sender", "mails", "mails/s", "ratio", "least–most", "goal", "CPU µs/mail"
    );
    for (sender, Row { mails, rates, ratios, ticks }) in senders.iter().zip(rows) {
        let (rates, ratios) = (sorted(rates), sorted(ratios));
        let goal = sender.goal.map(|goal| format!("{goal:.2}")).unwrap_or_default();
        let range = format!("{:.3}–{:.3}", ratios[0], ratios[ratios.len() - 1]);
        let (rate, ratio) = (median(&rates), median(&ratios));
        let cpu = *ticks as f64 * 10_000.0 / *mails as f64;
        println!("{:<54} {mails:>7} {rate:>8.0} {ratio:>6.3} {range:>13} {goal:>5} {cpu:>11.0}", sender.name);
    }
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values
}

fn median(sorted: &[f64]) -> f64 {
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[middle] } else { (sorted[middle - 1] + sorted[middle]) / 2.0 }
}
