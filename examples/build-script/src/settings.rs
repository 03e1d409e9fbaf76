//! The settings, shared by the program and its build script.

use std::time::Duration;

use settings_core::{Secret, Settings};

/// All settings of the worker.
#[derive(Settings, Clone, Debug)]
#[settings(env_prefix = "WORKER")]
pub(crate) struct Worker {
    /// The queue that jobs come from.
    pub(crate) queue: QueueSettings,
}

/// The queue that jobs come from.
#[derive(Settings, Clone, Debug)]
#[settings(section = "Queue", page = "Queue")]
pub(crate) struct QueueSettings {
    /// The host name of the queue server.
    #[setting(key = "Host", default = "localhost")]
    pub(crate) host: String,

    /// The password for the queue server.
    #[setting(key = "Password")]
    pub(crate) password: Secret,

    /// The time that a job may take.
    #[setting(key = "JobTimeout", title = "Job timeout", unit = "seconds", default = 60, range = 1..=3600)]
    pub(crate) job_timeout: Duration,
}
