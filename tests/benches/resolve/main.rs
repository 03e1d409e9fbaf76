//! Resolving nine and 680 settings against the bare `serde_json` parse of the file and, with the feature `peers`,
//! against other configuration crates.
//!
//! Each program is measured in a process of its own, whose environment holds its variables and one more.

mod subjects;
mod table;

use std::hint::black_box;
use std::path::PathBuf;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, SamplingMode};
use serde_json::Value;
use subjects::{Input, NAMES, Visitor};

/// Tells the program run again which input is its own.
const INPUT: &str = "BENCHED";

fn main() -> std::io::Result<()> {
    let own = std::env::var(INPUT).ok();
    if let Some(name) = NAMES.into_iter().find(|name| own.as_deref() == Some(*name)) {
        measure(&Input::of(name));
        return Ok(());
    }
    for name in NAMES {
        let mut command = subjects::again(&Input::of(name))?;
        if !command.env(INPUT, name).args(std::env::args_os().skip(1)).status()?.success() {
            std::process::exit(1);
        }
    }
    if std::env::args().any(|argument| argument == "--bench") {
        table::print(&results());
    }
    Ok(())
}

/// The folder of criterion's results, next to the profile's folder.
fn results() -> PathBuf {
    let program = std::env::current_exe().unwrap_or_default();
    program.ancestors().nth(3).unwrap_or(&program).join("criterion")
}

fn measure(input: &Input) {
    let mut criterion = Criterion::default()
        .output_directory(&results())
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .sample_size(50)
        .configure_from_args();
    let mut group = criterion.benchmark_group(input.name);
    group.sampling_mode(SamplingMode::Flat);
    input.each(&mut Measure { input, group });
    criterion.final_summary();
}

struct Measure<'i, 'c> {
    input: &'i Input,
    group: BenchmarkGroup<'c, WallTime>,
}

impl Visitor for Measure<'_, '_> {
    fn subject<T>(
        &mut self,
        name: &str,
        run: impl Fn() -> T,
        to_json: impl Fn(&T) -> Value,
        expected: &Value,
    ) {
        self.input.check(name, &to_json(&run()), expected);
        self.group.bench_function(name, |bencher| bencher.iter(|| black_box(run())));
    }
}
