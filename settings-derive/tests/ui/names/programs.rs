use settings_core::{Settings, separate_programs};

/// A server.
#[derive(Settings)]
#[settings(env_prefix = "CHAT")]
struct Server {
    worker: WorkerSettings,
}

/// The server's settings of its worker.
#[derive(Settings)]
#[settings(section = "Worker")]
struct WorkerSettings {
    /// The number of them.
    #[setting(default = 4)]
    threads: u16,
}

/// The worker.
#[derive(Settings)]
#[settings(env_prefix = "CHAT_WORKER")]
struct Worker {
    /// The number of them.
    #[setting(default = 4)]
    threads: u16,
}

separate_programs!(Server, Worker);

fn main() {}
