//! The fuzz targets' bodies on inputs that are made by changing small ones at random: a fixed number of rounds, the same
//! in every run. `SETTINGS_FUZZ_ROUNDS` asks for more; `SETTINGS_FUZZ_SEED` begins elsewhere. Inputs that broke a promise
//! once are in `tests/fuzz/found` and are tried first.
//!
//! Guided by coverage: `cargo +nightly fuzz run --fuzz-dir tests/fuzz TARGET`.

use std::panic::catch_unwind;
use std::path::Path;

use settings_tests::random::Random;

#[path = "../../fuzz/bodies/mod.rs"]
#[allow(dead_code)]
pub(crate) mod bodies;

use bodies::{TARGETS, Target};

/// The number of inputs for each target; a few seconds on any machine.
const ROUNDS: u64 = 6_000;

/// Longer inputs are cut: they only cost time.
const LONGEST: usize = 4096;

fn number_of(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().expect("it is a number"))
}

/// One to four changes.
fn mutate(random: &mut Random, input: &mut Vec<u8>, other: &[u8], words: &[&str]) {
    for _ in 0..=random.below(4) {
        let at = random.below(input.len() + 1);
        let end = (at + random.below(12)).min(input.len());
        match random.below(9) {
            0 => drop(input.drain(at..end)),
            1 if at < input.len() => input[at] ^= 1 << random.below(8),
            2 if at < input.len() => input[at] = random.below(256) as u8,
            3 => {
                let part = input[at..end].to_vec();
                input.splice(at..at, part);
            }
            4 => {
                let from = random.below(other.len() + 1);
                let to = (from + random.below(60)).min(other.len());
                input.splice(at..end, other[from..to].iter().copied());
            }
            5 => input.truncate(at.max(1)),
            6 => input
                .splice(at..at, std::iter::repeat_n(b" \n[{"[random.below(4)], random.below(40)))
                .for_each(drop),
            _ => input.splice(at..at, words[random.below(words.len())].bytes()).for_each(drop),
        }
    }
    input.truncate(LONGEST);
}

fn attempt(target: &Target, input: &[u8]) -> bool {
    catch_unwind(|| (target.run)(input)).unwrap_or_else(|_| {
        panic!("{}: broken by b\"{}\"", target.name, input.escape_ascii());
    })
}

fn try_found(target: &Target) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/found").join(target.name);
    let mut files: Vec<_> =
        std::fs::read_dir(&folder).into_iter().flatten().map(|file| file.unwrap().path()).collect();
    files.sort();
    for file in &files {
        attempt(target, &std::fs::read(file).unwrap());
    }
}

fn run(name: &str) {
    let target = TARGETS.iter().find(|target| target.name == name).expect("the target exists");
    try_found(target);
    for seed in target.seeds {
        attempt(target, seed.as_bytes());
    }
    let rounds = number_of("SETTINGS_FUZZ_ROUNDS").unwrap_or(ROUNDS);
    let mut random = Random::seeded(0x5EED_2026_1122);
    let mut pool: Vec<Vec<u8>> = target.seeds.iter().map(|seed| seed.as_bytes().to_vec()).collect();
    let mut good = 0;
    for round in 0..rounds {
        let from = if round % 3 == 0 { target.seeds.len() } else { pool.len() };
        let mut input = pool[random.below(from)].clone();
        let other = pool[random.below(pool.len())].clone();
        mutate(&mut random, &mut input, &other, target.words);
        let is_good = attempt(target, &input);
        good += u64::from(is_good);
        // what is good for something goes on, so that changes add up, and so does some of the rest; seeds stay
        if is_good || random.below(24) == 0 {
            match pool.len() {
                ..200 => pool.push(input),
                len => {
                    let at = target.seeds.len() + random.below(len - target.seeds.len());
                    pool[at] = input;
                }
            }
        }
    }
    assert!(good > rounds / 20, "{name}: only {good} of {rounds} inputs are good for something");
    let say = format!("fuzz {name}: {rounds} rounds, {good} good inputs\n");
    std::io::Write::write_all(&mut std::io::stderr(), say.as_bytes()).expect("it can be said");
}

#[test]
fn file() {
    run("file");
}

#[test]
fn toml() {
    run("toml");
}

#[test]
fn yaml() {
    run("yaml");
}

#[test]
fn edit_toml() {
    run("edit_toml");
}

#[test]
fn edit_yaml() {
    run("edit_yaml");
}

#[test]
fn environment() {
    run("environment");
}

#[test]
fn edit() {
    run("edit");
}

#[test]
fn rst() {
    run("rst");
}
