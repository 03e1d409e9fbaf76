//! Input far larger than anybody writes takes time that grows with its length and no faster.

#![allow(dead_code)] // the fields are never looked at

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use settings_core::Settings;
use settings_core::resolve::{Environment, Layers, Report, Resolution, resolve};
use settings_core::store::{Change, edit};
use settings_tests::lag::thread_time;

/// Far longer than each part takes, far shorter than work that grows with the square of the length.
const PATIENCE: Duration = Duration::from_secs(20);

/// A program.
#[derive(Settings)]
#[settings(env_prefix = "X")]
struct Program {
    net: Net,
    /// Peers.
    peers: Vec<Peer>,
}

/// A peer.
#[derive(Settings)]
struct Peer {
    /// Its name.
    #[setting(default = "", alias = "Title")]
    name: String,
    /// Its weight.
    #[setting(default = 1)]
    weight: u32,
}

/// The network.
#[derive(Settings)]
struct Net {
    /// The port.
    #[setting(default = 80)]
    port: u16,
    /// Numbers, each once.
    #[setting]
    numbers: BTreeSet<u32>,
    /// Quotas.
    #[setting]
    quotas: BTreeMap<String, u32>,
}

fn joined(count: u32, part: impl Fn(u32) -> String) -> String {
    (0..count).map(part).collect::<Vec<_>>().join(",")
}

#[track_caller]
fn timed<T>(act: impl FnOnce() -> T) -> T {
    let start = thread_time();
    let result = act();
    let took = thread_time().saturating_sub(start);
    assert!(took < PATIENCE, "it took {took:?} of processor time");
    result
}

fn report(resolution: &Resolution<Program>) -> &Report {
    resolution.report()
}

#[test]
fn sets() {
    let numbers = joined(100_000, |number| number.to_string());
    let file = format!(r#"{{"Net": {{"Numbers": [{numbers}, 99999.0]}}}}"#);
    let resolution = timed(|| resolve::<Program>(Layers::new().file("config.json", file)));
    assert!(report(&resolution).to_lines().contains("`99999.0` twice"), "{}", report(&resolution).to_lines());
    let environment = |text: &str| Environment::from_iter([("X_NET_NUMBERS", text)]);
    let again = format!("{numbers},00");
    let resolution = timed(|| resolve::<Program>(Layers::new().environment(environment(&again))));
    assert!(
        report(&resolution).to_lines().contains("a duplicate, element number 100001"),
        "{}",
        report(&resolution).to_lines()
    );
    let resolution = timed(|| resolve::<Program>(Layers::new().environment(environment(&numbers))));
    assert_eq!(resolution.value().unwrap().net.numbers.len(), 100_000);
}

#[test]
fn names_in_sections_that_repeat() {
    let weights = joined(30_000, |number| format!("\"Weight\": {number}"));
    let names = joined(30_000, |number| format!("\"Title\": \"{number}\""));
    let file = format!(r#"{{"Peers": [{{{weights}, {names}}}]}}"#);
    let resolution = timed(|| resolve::<Program>(Layers::new().file("config.json", file)));
    let told = |message: &str| report(&resolution).diagnostics().iter().any(|it| it.message == message);
    assert!(told("`Peers[0].Title` is an old name of `Peers[0].Name`"));
    assert!(told("`Peers[0].Title` is ignored: `Peers[0].Name` is set too"));
}

#[test]
fn findings_on_one_line() {
    let padding = "x".repeat(4 << 20);
    let unknown = joined(2000, |number| format!(r#""Por{number}": 0"#));
    let file = format!(r#"{{"Padding": "{padding}", "Net": {{{unknown}}}}}"#);
    let resolution = timed(|| resolve::<Program>(Layers::new().file("config.json", file)));
    assert!(report(&resolution).diagnostics().len() >= 2000);
    timed(|| report(&resolution).to_human(false));
}

#[test]
fn edits_of_lists_and_maps() {
    let list = format!(r#"{{"L": [{}]}}"#, joined(20_000, |number| format!("{number} /* x */")));
    let new = format!("[{}]", joined(20_000, |number| (number + number % 2).to_string()));
    let edited = timed(|| edit(&list, &[Change::set(["L"], new)]).unwrap());
    assert!(edited.contains("19998 /* x */,20000 /* x */]"));
    let map = format!(r#"{{"M": {{{}}}}}"#, joined(20_000, |number| format!(r#""k{number}": 0"#)));
    let new = format!("{{{}}}", joined(20_000, |number| format!(r#""k{}": 1"#, number + 1)));
    let edited = timed(|| edit(&map, &[Change::set(["M"], new)]).unwrap());
    assert!(edited.starts_with(r#"{"M": {"k1": 1,"k2": 1,"#) && edited.ends_with(r#","k20000": 1}}"#));
}
