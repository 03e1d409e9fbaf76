//! Instructions per resolution, counted by callgrind: `cargo run --release -p settings-tests --example instructions`.

#[path = "../benches/resolve/subjects/mod.rs"]
mod subjects;

use std::hint::black_box;
use std::io;
use std::process::{Command, exit};

use serde_json::Value;
use subjects::{Input, NAMES, Visitor};

/// Each program is counted twice: with few repetitions and once with more, so that start-up and the
/// allocator's first steps fall out of the difference.
const REPETITIONS: [[u64; 2]; NAMES.len()] = [[50, 250], [4, 12], [4, 12], [4, 12]];

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [name, subject, repetitions] = arguments.as_slice() {
        let Some(name) = NAMES.into_iter().find(|known| known == name) else { exit(2) };
        let input = Input::of(name);
        input.each(&mut Repeat { input: &input, subject, repetitions: repetitions.parse().unwrap_or(1) });
        return Ok(());
    }
    for (name, [few, more]) in NAMES.into_iter().zip(REPETITIONS) {
        let input = Input::of(name);
        let mut subjects = Subjects(Vec::new());
        input.each(&mut subjects);
        println!("{:<34} {:>12} {:>9}", format!("{name}: instructions"), "each", "ratio");
        let mut first = None;
        for subject in subjects.0.iter().filter(|subject| arguments.iter().all(|part| subject.contains(part)))
        {
            let counted = count(&input, subject, more)? - count(&input, subject, few)?;
            let each = counted as f64 / (more - few) as f64;
            println!("{subject:<34} {each:>12.0} {:>9.2}", each / *first.get_or_insert(each));
        }
    }
    Ok(())
}

fn count(input: &Input, subject: &str, repetitions: u64) -> io::Result<u64> {
    let this = subjects::again(input)?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(this.get_program())
        .args([input.name, subject, &repetitions.to_string()])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .envs(this.get_envs().filter_map(|(name, value)| Some((name, value?))))
        .output()?;
    let output = String::from_utf8_lossy(&output.stderr);
    let collected = output.lines().find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok());
    collected.ok_or_else(|| io::Error::other(format!("valgrind counted nothing: {output}")))
}

struct Repeat<'a> {
    input: &'a Input,
    subject: &'a str,
    repetitions: u64,
}

impl Visitor for Repeat<'_> {
    fn subject<T>(
        &mut self,
        name: &str,
        run: impl Fn() -> T,
        to_json: impl Fn(&T) -> Value,
        expected: &Value,
    ) {
        if name == self.subject {
            self.input.check(name, &to_json(&run()), expected);
            for _ in 0..self.repetitions {
                black_box(run());
            }
        }
    }
}

struct Subjects(Vec<String>);

impl Visitor for Subjects {
    fn subject<T>(&mut self, name: &str, _: impl Fn() -> T, _: impl Fn(&T) -> Value, _: &Value) {
        self.0.push(name.to_owned());
    }
}
