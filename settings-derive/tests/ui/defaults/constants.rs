use std::collections::{BTreeMap, BTreeSet};

use settings_core::{SettingValue, Settings};

const PORT: u16 = 0;
const LEAST: u16 = 10;

/// Mail.
#[derive(Settings)]
struct Constants {
    /// A port.
    #[setting(default = PORT, range = 1..=65_535)]
    constant_default: u16,
    /// A port.
    #[setting(default = 5, range = LEAST..=65_535)]
    constant_bound: u16,
    /// The protection of the connection.
    #[setting(default = "SSL")]
    text: Security,
    /// The protection of the connection.
    #[setting(default = 7)]
    number: Option<Security>,
    /// The protection of each connection.
    #[setting(default = ["TLS", "SSL"])]
    list: Vec<Security>,
    /// The protection of each connection.
    #[setting(default = [7, "TLS"])]
    numbers: Vec<Security>,
    /// The protection of the connection.
    #[setting(default = ["TLS"])]
    list_for_one: Security,
    /// The protection of connections, by name.
    #[setting(default = { "web": None })]
    nothing: BTreeMap<String, Security>,
    /// Ports under another name.
    #[setting(default = [1, 70_000])]
    alias: Ports,
    /// Hosts under another name.
    #[setting(default = ["a", "b", "a"])]
    twice: Hosts,
}

/// Types under other names.
#[derive(Settings)]
struct Aliases {
    /// A port.
    #[setting(default = 7, range = 1..=70_000)]
    beyond_the_type: Port,
    /// The protection of the connection.
    #[setting(default = "TLS", range = 1..=2)]
    no_number: Security,
}

type Port = u16;
type Ports = Vec<u16>;
type Hosts = BTreeSet<String>;

/// The protection of the connection.
#[derive(SettingValue)]
enum Security {
    /// Not at all.
    #[value(text = "", label = "Not specified")]
    None,
    /// From the first byte on.
    #[value(text = "TLS")]
    Tls,
}

fn main() {}
