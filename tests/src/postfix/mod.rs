//! A real Postfix with a real Dovecot for AUTH, in a temporary folder.

mod dovecot;
mod files;

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use settings_core::mail::ConnectionSecurity;

pub use crate::servers::LOGIN;
use crate::{
    real,
    servers::{Arrival, Door, Keeper, MailServer, PATIENCE, free_ports, top_header},
};

/// Bytes of the largest message that it takes.
pub const SIZE_LIMIT: usize = 1_000_000;

/// A running Postfix. Dropping it ends it; so does the end of the test process, whatever its manner.
pub struct Postfix {
    keeper: Keeper,
    ports: Ports,
    version: String,
}

/// Its ports, each with a behaviour of its own.
#[derive(Clone, Copy, Debug)]
pub struct Ports {
    /// STARTTLS and AUTH wanted.
    pub submission: u16,
    /// TLS from the first byte, AUTH wanted.
    pub tls: u16,
    /// No STARTTLS; AUTH offered in clear, but not wanted; no PIPELINING.
    pub clear: u16,
    /// TLS from the first byte; of AUTH only PLAIN.
    pub plain: u16,
    /// The same, only LOGIN.
    pub login: u16,
    /// The same, only CRAM-MD5.
    pub cram: u16,
    /// STARTTLS with a certificate signed by its own key.
    pub self_signed: u16,
    /// STARTTLS with a certificate whose time is over.
    pub expired: u16,
    /// STARTTLS with a certificate for another name.
    pub wrong_host: u16,
    /// Neither STARTTLS nor AUTH.
    pub bare: u16,
    /// No STARTTLS; AUTH wanted, in clear.
    pub clear_login: u16,
    /// STARTTLS wanted, no AUTH.
    pub starttls_bare: u16,
    /// TLS from the first byte, no AUTH.
    pub tls_bare: u16,
}

impl Postfix {
    /// Starts one, or says why this machine cannot.
    pub fn start() -> Result<Self, String> {
        let programs = Programs::find()?;
        let mut said = String::new();
        // Between finding free ports and using them another process may take one.
        for _ in 0..3 {
            match Self::start_once(&programs) {
                Ok(postfix) => return Ok(postfix),
                Err(error) => said = error,
            }
        }
        Err(said)
    }

    fn start_once(programs: &Programs) -> Result<Self, String> {
        let said = |error: io::Error| error.to_string();
        let mut keeper = Keeper::new("postfix").map_err(said)?;
        let ports = Ports::free().map_err(said)?;
        let home = keeper.home();
        files::write(home, &ports, programs).map_err(|error| format!("{}: {error}", home.display()))?;
        keeper.start(Command::new("sh").arg("keep.sh")).map_err(said)?;
        // one port that answers is not enough: another may be taken, which ends the program
        keeper.wait(|home| home.join("started").exists())?;
        let version = real::output("/usr/sbin/postconf", &["-d", "-h", "mail_version"])?.trim().to_owned();
        Ok(Self { keeper, ports, version })
    }

    /// Its ports on 127.0.0.1.
    pub fn ports(&self) -> Ports {
        self.ports
    }

    /// Returns the log, for failure messages.
    pub fn logs(&self) -> String {
        self.keeper.text(&["out", "err", "maillog", "dovecot/log"])
    }

    /// The mails that have arrived, each with its text, in no order.
    pub fn arrived(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let folder = self.keeper.home().join("mail/all/new");
        let files = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
        files.filter_map(|path| fs::read(&path).ok().map(|bytes| (path, bytes))).collect()
    }

    /// Waits for the mail with this Message-ID.
    pub fn wait_for(&self, message_id: &str) -> Option<(PathBuf, Vec<u8>)> {
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            let found = self.arrived().into_iter().find(|(_, bytes)| {
                bytes.windows(message_id.len()).any(|window| window == message_id.as_bytes())
            });
            if found.is_some() {
                return found;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        None
    }
}

impl MailServer for Postfix {
    fn name(&self) -> &'static str {
        "Postfix"
    }

    fn version(&self) -> String {
        self.version.clone()
    }

    fn port(&self, door: Door) -> u16 {
        match (door.security, door.login) {
            (ConnectionSecurity::None, false) => self.ports.bare,
            (ConnectionSecurity::None, true) => self.ports.clear_login,
            (ConnectionSecurity::StartTls, false) => self.ports.starttls_bare,
            (ConnectionSecurity::StartTls, true) => self.ports.submission,
            (ConnectionSecurity::Tls, false) => self.ports.tls_bare,
            (ConnectionSecurity::Tls, true) => self.ports.tls,
        }
    }

    fn arrivals(&self) -> Vec<Arrival> {
        let arrival = |(path, content): (PathBuf, Vec<u8>)| Arrival {
            recipients: top_header(&content, "X-Original-To"),
            content,
            path,
        };
        self.arrived().into_iter().map(arrival).collect()
    }

    fn home(&self) -> &Path {
        self.keeper.home()
    }

    fn logs(&self) -> String {
        self.logs()
    }
}

impl Ports {
    fn free() -> io::Result<Self> {
        let [
            submission,
            tls,
            clear,
            plain,
            login,
            cram,
            self_signed,
            expired,
            wrong_host,
            bare,
            clear_login,
            starttls_bare,
            tls_bare,
        ] = free_ports()?;
        Ok(Self {
            submission,
            tls,
            clear,
            plain,
            login,
            cram,
            self_signed,
            expired,
            wrong_host,
            bare,
            clear_login,
            starttls_bare,
            tls_bare,
        })
    }
}

/// The paths of the programs, and the users that they run as.
struct Programs {
    postfix: PathBuf,
    daemons: PathBuf,
    dovecot: PathBuf,
    /// Dovecot's version: major and minor.
    dovecot_version: (u32, u32),
    user: u32,
    group: u32,
}

impl Programs {
    fn find() -> Result<Self, String> {
        let postfix = real::first_of(&["/usr/sbin/postfix"]).ok_or("Postfix is not installed")?;
        let daemons = real::first_of(&["/usr/lib/postfix/sbin", "/usr/libexec/postfix"]);
        let dovecot = real::program("SETTINGS_DOVECOT", "/usr/sbin/dovecot".into())?;
        let dovecot_version = dovecot::version(&real::output(&dovecot, &["--version"])?)?;
        let id = |arguments: &[&str]| -> Result<u32, String> {
            real::output("id", arguments)?.trim().parse().map_err(|_| "id says no number".to_owned())
        };
        if id(&["-u"])? != 0 {
            return Err("only root can start Postfix".to_owned());
        }
        Ok(Self {
            postfix,
            daemons: daemons.ok_or("Postfix's daemons are not where they are known to be")?,
            dovecot,
            dovecot_version,
            user: id(&["-u", "postfix"])?,
            group: id(&["-g", "postfix"])?,
        })
    }
}
