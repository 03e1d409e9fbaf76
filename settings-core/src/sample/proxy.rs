//! A program with settings of the root, optional sections, and lists and maps of sections.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use crate::value::ByteSize;
use crate::{Secret, SettingValue, Settings};

/// All settings of the proxy.
#[derive(Settings, Debug)]
#[settings(env_prefix = "PROXY")]
#[expect(dead_code, reason = "read as text only")]
pub(crate) struct Proxy {
    /// The port.
    #[setting(default = 8080)]
    port: u16,
    /// The name of the proxy.
    #[setting(required)]
    name: String,
    upstreams: Vec<Upstream>,
    limits: Limits,
    cache: Option<Cache>,
}

/// A server that the proxy asks.
#[derive(Settings, Debug)]
#[settings(rule(check = |it| it.weight > 0 || it.url.is_empty(), message = "a server without weight", fields("Weight", "URL")))]
#[expect(dead_code, reason = "read as text only")]
struct Upstream {
    /// The address of the server.
    #[setting(key = "URL", format = "url", default = "http://localhost")]
    url: String,
    /// The part of the requests that it gets.
    #[setting(default = 1, range = 0..=100)]
    weight: u8,
    /// The token for the server.
    #[setting]
    token: Secret,
    /// The mode.
    #[setting(default = Mode::Safe)]
    mode: Mode,
    /// Not shown.
    #[setting(default = 1, hidden)]
    concealed: u8,
    retries: BTreeMap<String, Retry>,
}

/// The retries of one kind of request.
#[derive(Settings, Debug)]
#[expect(dead_code, reason = "read as text only")]
struct Retry {
    /// The number of retries.
    #[setting(default = 3)]
    count: u8,
}

/// The limits of requests.
#[derive(Settings, Debug)]
#[settings(section = "Limits")]
#[expect(dead_code, reason = "read as text only")]
struct Limits {
    /// The largest body.
    #[setting(default = "10MiB", range = 1024..=1_073_741_824)]
    body: ByteSize,
    /// The time for one request.
    #[setting(unit = "seconds", default = 90, range = 1..=600)]
    time: Duration,
    /// The requests in a minute, by client.
    #[setting(range = 1..=9)]
    per_minute: HashMap<String, u16>,
    /// The time for all requests.
    #[setting(unit = "minutes")]
    total: Option<Duration>,
    /// The character between columns.
    #[setting(default = ' ')]
    separator: char,
    /// Whether limits apply to the administrators.
    #[setting(default = false)]
    everyone: bool,
}

/// The cache.
#[derive(Settings, Debug)]
#[settings(section = "Cache")]
#[expect(dead_code, reason = "read as text only")]
struct Cache {
    /// The folder.
    #[setting(default = "/var/cache/proxy")]
    folder: String,
}

/// A mode.
#[derive(SettingValue, Debug)]
enum Mode {
    /// Faster.
    #[value(text = "fast")]
    Fast,
    /// Safer.
    #[value(text = "safe")]
    Safe,
}
