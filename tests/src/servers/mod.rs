//! Real mail servers, each in a folder that vanishes with it.

mod exim;
mod keeper;
mod library;

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use settings_core::mail::ConnectionSecurity;

pub(crate) use self::keeper::{answers, free_ports};
pub use self::{
    exim::Exim,
    keeper::{Keeper, PATIENCE, processes_in},
    library::{Library, LibraryServer},
};
use crate::postfix::Postfix;

/// The name and password that every server knows.
pub const LOGIN: (&str, &str) = ("admin@example.test", "p@ss w0rd+=/é");

/// A way into a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Door {
    /// The encryption of the connection. With STARTTLS no mail is accepted before it.
    pub security: ConnectionSecurity,
    /// True if a login is required; otherwise none is offered.
    pub login: bool,
}

impl Door {
    /// The index in [`DOORS`].
    fn index(self) -> usize {
        DOORS.iter().position(|other| *other == self).expect("every door is one of them")
    }
}

/// The value of the setting: nothing, `TLS`, `STARTTLS`.
pub fn security_name(security: ConnectionSecurity) -> &'static str {
    match security {
        ConnectionSecurity::None => "",
        ConnectionSecurity::Tls => "TLS",
        ConnectionSecurity::StartTls => "STARTTLS",
    }
}

/// Every door that every server has.
pub const DOORS: [Door; 6] = [
    Door { security: ConnectionSecurity::None, login: false },
    Door { security: ConnectionSecurity::None, login: true },
    Door { security: ConnectionSecurity::StartTls, login: false },
    Door { security: ConnectionSecurity::StartTls, login: true },
    Door { security: ConnectionSecurity::Tls, login: false },
    Door { security: ConnectionSecurity::Tls, login: true },
];

/// A mail as a server keeps it.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// The recipients of the envelope; servers that deliver one by one keep a mail for each.
    pub recipients: Vec<String>,
    /// The stored mail: the lines that the server added, then what was sent.
    pub content: Vec<u8>,
    /// The file of the stored mail.
    pub path: PathBuf,
}

/// A real mail server that is running.
pub trait MailServer: Send + Sync {
    /// Its name.
    fn name(&self) -> &'static str;

    /// The version, if the server reports one.
    fn version(&self) -> String;

    /// The port of a door, on 127.0.0.1.
    fn port(&self, door: Door) -> u16;

    /// The mails that have arrived, in no order.
    fn arrivals(&self) -> Vec<Arrival>;

    /// Returns the log, for failure messages.
    fn logs(&self) -> String;

    /// The folder that it and its children work in.
    fn home(&self) -> &Path;

    /// Waits until mails for so many recipients have arrived in all; fewer, when patience ends.
    fn wait_for_recipients(&self, count: usize) -> Vec<Arrival> {
        let started = Instant::now();
        loop {
            let arrivals = self.arrivals();
            let arrived: usize = arrivals.iter().map(|arrival| arrival.recipients.len()).sum();
            if arrived >= count || started.elapsed() > PATIENCE {
                return arrivals;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

/// Starts one server of each kind. A server that is missing is reported to `left_out` with the reason.
pub fn start_all(mut left_out: impl FnMut(&str, &str)) -> Vec<Box<dyn MailServer>> {
    let mut servers: Vec<Box<dyn MailServer>> = Vec::new();
    let mut keep = |name: &str, started: Result<Box<dyn MailServer>, String>| match started {
        Ok(server) => servers.push(server),
        Err(why) => left_out(name, &why),
    };
    keep("Postfix", Postfix::start().map(|server| Box::new(server) as Box<dyn MailServer>));
    keep("Exim", Exim::start().map(|server| Box::new(server) as Box<dyn MailServer>));
    for library in [Library::Aiosmtpd, Library::SmtpServer] {
        let started = LibraryServer::start(library);
        keep(library.name(), started.map(|server| Box::new(server) as Box<dyn MailServer>));
    }
    servers
}

/// The values of a header in the block on top of a mail.
pub(crate) fn top_header(content: &[u8], name: &str) -> Vec<String> {
    let text = String::from_utf8_lossy(content);
    let lines = text.lines().take_while(|line| !line.is_empty());
    lines.filter_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).map(str::to_owned).collect()
}
