//! Times of resolving as ratios to the bare `serde_json` parse, measured in turn:
//! `cargo run --release -p settings-tests --example ratios [SUBJECT…]`.
//!
//! The bench measures one subject after the other, so that a machine whose speed changes in between shifts its ratios.
//! Here every round runs all subjects for a moment each, and each ratio is taken within a round.

#[path = "../benches/resolve/subjects/mod.rs"]
mod subjects;

use std::hint::black_box;
use std::io;
use std::process::exit;
use std::time::{Duration, Instant};

use serde_json::Value;
use subjects::{Input, NAMES, Visitor};

/// Tells the program run again which input is its own.
const INPUT: &str = "MEASURED";

const ROUNDS: usize = 300;

/// The time of one subject in a round.
const MOMENT: Duration = Duration::from_millis(2);

fn main() -> io::Result<()> {
    let filters: Vec<String> = std::env::args().skip(1).collect();
    let own = std::env::var(INPUT).ok();
    if let Some(name) = NAMES.into_iter().find(|name| own.as_deref() == Some(*name)) {
        measure(&Input::of(name), &filters);
        return Ok(());
    }
    for name in NAMES {
        if !subjects::again(&Input::of(name))?.env(INPUT, name).args(&filters).status()?.success() {
            exit(1);
        }
    }
    Ok(())
}

fn measure(input: &Input, filters: &[String]) {
    let mut rounds = Rounds { input, filters, subjects: Vec::new(), position: 0 };
    for _ in 0..ROUNDS {
        rounds.position = 0;
        input.each(&mut rounds);
    }
    rounds.print();
}

/// The times of all subjects, round by round.
struct Rounds<'i> {
    input: &'i Input,
    filters: &'i [String],
    subjects: Vec<Subject>,
    /// The number of the next subject in the round.
    position: usize,
}

struct Subject {
    name: String,
    /// The runs in a moment.
    runs: u32,
    /// Nanoseconds of one run, in each round.
    times: Vec<f64>,
}

impl Visitor for Rounds<'_> {
    fn subject<T>(
        &mut self,
        name: &str,
        run: impl Fn() -> T,
        to_json: impl Fn(&T) -> Value,
        expected: &Value,
    ) {
        let position = self.position;
        self.position += 1;
        let is_wanted = position == 0
            || self.filters.is_empty()
            || self.filters.iter().any(|filter| name.contains(filter));
        if self.subjects.len() == position {
            self.input.check(name, &to_json(&run()), expected);
            let runs = if is_wanted { runs_in_a_moment(&run) } else { 0 };
            self.subjects.push(Subject { name: name.to_owned(), runs, times: Vec::with_capacity(ROUNDS) });
        }
        let subject = &mut self.subjects[position];
        if is_wanted {
            let start = Instant::now();
            for _ in 0..subject.runs {
                black_box(run());
            }
            subject.times.push(start.elapsed().as_secs_f64() * 1e9 / f64::from(subject.runs));
        }
    }
}

fn runs_in_a_moment<T>(run: impl Fn() -> T) -> u32 {
    let (start, mut runs) = (Instant::now(), 0);
    while start.elapsed() < MOMENT {
        black_box(run());
        runs += 1;
    }
    runs
}

impl Rounds<'_> {
    fn print(&self) {
        let title = format!("{}: median and quartiles of the ratio", self.input.name);
        println!("\n{title:<44} {:>8} {:>8} {:>8} {:>12}", "ratio", "lower", "upper", "ns");
        let Some(first) = self.subjects.first() else { return };
        for subject in self.subjects.iter().filter(|subject| !subject.times.is_empty()) {
            let ratios = subject.times.iter().zip(&first.times).map(|(time, first)| time / first);
            let [lower, median, upper] = quartiles(ratios.collect());
            let [_, time, _] = quartiles(subject.times.clone());
            println!("{:<44} {median:>8.2} {lower:>8.2} {upper:>8.2} {time:>12.0}", subject.name);
        }
    }
}

fn quartiles(mut values: Vec<f64>) -> [f64; 3] {
    values.sort_by(f64::total_cmp);
    [1, 2, 3].map(|quarter| values[values.len() * quarter / 4])
}
