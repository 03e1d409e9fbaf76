use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

use settings_core::{Secret, Settings};

/// Mail.
#[derive(Settings)]
struct Unmarked {
    /// On or off.
    enable: bool,
    /// A port.
    port: u16,
    /// A number.
    number: i32,
    /// A ratio.
    ratio: f64,
    /// A host.
    host: String,
    /// A folder.
    folder: PathBuf,
    /// A password.
    password: Secret,
    /// A length of time.
    timeout: Duration,
    /// Some hosts.
    hosts: Vec<String>,
    /// Ports by name.
    named: HashMap<String, u16>,
    /// A port, if any.
    some: Option<u16>,
    /// Sections that can't be.
    sections: Vec<Unmarked>,
    /// Marked, and nested.
    #[setting(default = 25)]
    #[settings(section = "Both")]
    both: u16,
}

fn main() {}
