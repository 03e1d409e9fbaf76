//! Measures the comparison of two releases with 680 settings.
//!
//! `cargo run --release -p settings-tests --example releases`

use std::time::{Duration, Instant};

use settings_core::release::{Release, Upgrade, compare};
use settings_core::resolve::Layers;

const ROUNDS: usize = 200;

fn main() {
    let (old, new) = (release("1.0", 0), release("2.0", 1));
    let changes = compare(&old, &new).len();
    println!("{} settings, {changes} changes", old.settings.len());
    report("compare", || compare(&old, &new).len());
    let text = new.to_text();
    report("parse the file", || Release::parse(&text).map_or(0, |release| release.settings.len()));
    report("write the file", || new.to_text().len());
    let upgrade = Upgrade::between(old, new);
    let layers = Layers::new().file("config.json", r#"{"Section1": {"Setting1": 7, "Old3": 1}}"#);
    report("judge", || upgrade.judge(layers.clone()).findings.len());
}

/// Returns 680 settings; of those of the second release, one in ten differs.
fn release(version: &str, release: usize) -> Release {
    let setting = |number: usize| {
        let (section, differs) = (number / 20, release == 1 && number.is_multiple_of(10));
        let name = if number % 40 == 3 && release == 0 { "Old" } else { "Setting" };
        let aliases = if number % 40 == 3 && release == 1 {
            format!("\"Section{section}.Old{number}\"")
        } else {
            String::new()
        };
        let (max, default) = if differs { (50, 2) } else { (100, 1) };
        format!(
            r#"{{"path": "Section{section}.{name}{number}", "kind": {{"type": "integer", "min": 0, "max": {max}}},
            "default": {default}, "aliases": [{aliases}]}}"#
        )
    };
    let settings: Vec<String> = (0..680).map(setting).collect();
    let text = format!(
        r#"{{"format": "settings-release", "format_version": 1, "program_version": "{version}", "env_prefix": "APP",
        "settings": [{}]}}"#,
        settings.join(", ")
    );
    match Release::parse(&text) {
        Ok(release) => release,
        Err(error) => panic!("{error}"),
    }
}

fn report(what: &str, mut run: impl FnMut() -> usize) {
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            std::hint::black_box(run());
            start.elapsed()
        })
        .collect();
    times.sort();
    let median = times.get(ROUNDS / 2).copied().unwrap_or_default();
    let most = times.last().copied().unwrap_or_default();
    println!("{what}: median {median:?}, most {most:?}");
}
