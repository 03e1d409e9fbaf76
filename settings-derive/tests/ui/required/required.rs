use settings_core::Settings;

/// A server.
#[derive(Settings)]
struct Server {
    /// The port.
    #[setting(required, default = 25)]
    port: u16,
    /// The banner.
    #[setting(required)]
    banner: Option<String>,
    /// The number of workers.
    #[setting(required = 1)]
    workers: u8,
    /// The number of threads.
    #[setting(requierd)]
    threads: u8,
    /// The number of shards.
    #[setting(required, default_from = || 1, default_rule = "one")]
    shards: u8,
    /// The number of tasks.
    #[setting(required, required)]
    tasks: u8,
}

/// A nested section.
#[derive(Settings)]
struct Nested {
    #[settings(required)]
    server: Server,
}

fn main() {}
