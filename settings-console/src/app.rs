//! The state that all requests share.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use crate::backend::Backend;
use crate::catalogue::Place;
use crate::drafts::Drafts;
use crate::gate::{Gate, Peer, Visitor};
use crate::keys::Keys;
use crate::limit::Limit;

/// The state of a console.
pub(crate) struct App {
    pub(crate) backend: Box<dyn Backend>,
    /// All settings, in the order of the structs.
    pub(crate) catalogue: Vec<Place>,
    pub(crate) gate: Box<dyn Gate>,
    /// The host names that requests may name, in lower case.
    pub(crate) hosts: Vec<String>,
    pub(crate) title: String,
    /// The command whose `set` the pages show.
    pub(crate) command: String,
    /// The address of the reference pages, with a slash at its end.
    pub(crate) reference: Option<String>,
    pub(crate) is_read_only: bool,
    pub(crate) locked: Vec<String>,
    pub(crate) keys: Keys,
    pub(crate) drafts: Drafts,
    pub(crate) limits: Limits,
}

/// The limits of actions.
pub(crate) struct Limits {
    pub(crate) saves: Limit,
    #[cfg(feature = "mail")]
    pub(crate) tests: Limit,
    /// The visitors whose test is running.
    #[cfg(feature = "mail")]
    pub(crate) testing: std::sync::Mutex<Vec<String>>,
}

impl Limits {
    pub(crate) fn new(saves: usize) -> Self {
        Self {
            saves: Limit::per_minute(saves),
            #[cfg(feature = "mail")]
            tests: Limit::per_minute(6),
            #[cfg(feature = "mail")]
            testing: std::sync::Mutex::default(),
        }
    }
}

/// The visitor of a request and the address that it comes from.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) visitor: Visitor,
    pub(crate) peer: Option<Peer>,
}

impl Caller {
    /// Counts an action for the visitor and for the address.
    ///
    /// # Errors
    /// Returns the time to wait.
    pub(crate) fn count(&self, limit: &Limit) -> Result<(), Duration> {
        let mut names = vec![format!("visitor {}", self.visitor.name())];
        names.extend(self.address().map(|address| format!("address {address}")));
        limit.count(&names, Instant::now())
    }

    pub(crate) fn address(&self) -> Option<IpAddr> {
        self.peer.map(|Peer(peer)| peer.ip())
    }

    /// Writes a line of the audit trail. It names paths, and never a value.
    pub(crate) fn audit(&self, action: &'static str, outcome: &'static str, paths: &[String]) {
        let address = self.address().map(|address| address.to_string());
        tracing::info!(
            target: "settings_console::audit",
            action,
            outcome,
            visitor = ?self.visitor.name(),
            address = ?address,
            settings = ?paths,
        );
    }
}

impl App {
    pub(crate) fn file_name(&self) -> String {
        self.backend.path().display().to_string()
    }
}
