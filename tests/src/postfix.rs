//! A real Postfix with a real Dovecot behind its AUTH, all of it in a folder that vanishes.

use std::{
    fs,
    io::{self, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    os::unix::fs::{PermissionsExt, chown},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::{certificates::CERTIFICATES, real};

/// The name and password that it knows.
pub const LOGIN: (&str, &str) = ("admin@example.test", "p@ss w0rd+=/é");
/// Bytes of the largest message that it takes.
pub const SIZE_LIMIT: usize = 1_000_000;

/// How long starting or stopping may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running Postfix. Dropping it ends it; so does the end of the test process, whatever its manner.
pub struct Postfix {
    home: TempDir,
    keeper: Child,
    ports: Ports,
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
        let home =
            tempfile::Builder::new().prefix("postfix-").tempdir().map_err(|error| error.to_string())?;
        let ports = Ports::free().map_err(|error| error.to_string())?;
        write_files(home.path(), &ports, programs)
            .map_err(|error| format!("{}: {error}", home.path().display()))?;
        let keeper = Command::new("sh")
            .arg(home.path().join("keep.sh"))
            .stdin(Stdio::piped())
            .stdout(fs::File::create(home.path().join("out")).map_err(|error| error.to_string())?)
            .stderr(fs::File::create(home.path().join("err")).map_err(|error| error.to_string())?)
            .spawn()
            .map_err(|error| error.to_string())?;
        let postfix = Self { home, keeper, ports };
        let started = Instant::now();
        while !(postfix.answers(ports.submission) && postfix.home.path().join("dovecot/auth").exists()) {
            if started.elapsed() > PATIENCE {
                return Err(format!("Postfix did not start: {}", postfix.logs()));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(postfix)
    }

    /// Its ports on 127.0.0.1.
    pub fn ports(&self) -> Ports {
        self.ports
    }

    /// What it has written down, for messages about failures.
    pub fn logs(&self) -> String {
        let read = |name: &str| fs::read_to_string(self.home.path().join(name)).unwrap_or_default();
        ["out", "err", "maillog", "dovecot/log"].map(read).join("\n")
    }

    /// The mails that have arrived, each with its text, in no order.
    pub fn arrived(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let folder = self.home.path().join("mail/all/new");
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

    fn answers(&self, port: u16) -> bool {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok()
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let asked = Instant::now();
        while asked.elapsed() < PATIENCE {
            if !matches!(self.keeper.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.keeper.kill();
        let _ = self.keeper.wait();
    }
}

impl Ports {
    fn free() -> io::Result<Self> {
        let mut held = Vec::new();
        let mut port = || {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
            let port = listener.local_addr()?.port();
            held.push(listener);
            Ok::<u16, io::Error>(port)
        };
        Ok(Self {
            submission: port()?,
            tls: port()?,
            clear: port()?,
            plain: port()?,
            login: port()?,
            cram: port()?,
            self_signed: port()?,
            expired: port()?,
            wrong_host: port()?,
        })
    }
}

/// Where the programs are, and whom they run as.
struct Programs {
    postfix: PathBuf,
    daemons: PathBuf,
    dovecot: PathBuf,
    user: u32,
    group: u32,
}

impl Programs {
    fn find() -> Result<Self, String> {
        let postfix = real::first_of(&["/usr/sbin/postfix"]).ok_or("Postfix is not installed")?;
        let daemons = real::first_of(&["/usr/lib/postfix/sbin", "/usr/libexec/postfix"]);
        let dovecot = real::first_of(&["/usr/sbin/dovecot"]).ok_or("Dovecot is not installed")?;
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
            user: id(&["-u", "postfix"])?,
            group: id(&["-g", "postfix"])?,
        })
    }
}

fn write_files(home: &Path, ports: &Ports, programs: &Programs) -> io::Result<()> {
    fs::set_permissions(home, fs::Permissions::from_mode(0o755))?;
    for folder in ["etc", "spool", "data", "mail", "dovecot"] {
        fs::create_dir(home.join(folder))?;
    }
    for folder in ["data", "mail"] {
        chown(home.join(folder), Some(programs.user), Some(programs.group))?;
    }
    for (name, identity) in [
        ("good", &CERTIFICATES.good),
        ("self-signed", &CERTIFICATES.self_signed),
        ("expired", &CERTIFICATES.expired),
        ("wrong-host", &CERTIFICATES.wrong_host),
    ] {
        fs::write(home.join(format!("{name}.pem")), format!("{}{}", identity.key_pem, identity.chain_pem))?;
    }
    fs::write(home.join("users"), format!("{}:{{PLAIN}}{}::::::\n", LOGIN.0, LOGIN.1))?;
    fs::write(home.join("etc/main.cf"), main_cf(home, programs))?;
    fs::write(home.join("etc/master.cf"), master_cf(home, ports))?;
    fs::write(home.join("dovecot.conf"), dovecot_conf(home, programs))?;
    let mut keep = fs::File::create(home.join("keep.sh"))?;
    // The script ends both when its input ends: when the test lets go of it, or is gone.
    write!(
        keep,
        "{dovecot} -c {home}/dovecot.conf -F & dovecot=$!\n\
         while [ ! -S {home}/dovecot/auth ] && kill -0 $dovecot; do sleep 0.05; done\n\
         {postfix} -c {home}/etc start\n\
         read -r nothing\n\
         {postfix} -c {home}/etc abort\n\
         kill $dovecot; wait $dovecot\n",
        dovecot = programs.dovecot.display(),
        postfix = programs.postfix.display(),
        home = home.display(),
    )
}

fn main_cf(home: &Path, programs: &Programs) -> String {
    format!(
        "compatibility_level = 3.6
queue_directory = {home}/spool
data_directory = {home}/data
command_directory = /usr/sbin
daemon_directory = {daemons}
mail_owner = postfix
setgid_group = postdrop
maillog_file = {home}/maillog
maillog_file_prefixes = {home}
myhostname = localhost
mydomain = example.test
myorigin = example.test
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
local_recipient_maps =
local_transport = error:nothing is local here
default_transport = error:nothing leaves
relay_transport = error:nothing leaves
alias_maps =
virtual_mailbox_domains = static:all
virtual_mailbox_maps = static:all/
virtual_mailbox_base = {home}/mail
virtual_uid_maps = static:{user}
virtual_gid_maps = static:{group}
virtual_minimum_uid = 1
virtual_mailbox_limit = 0
smtputf8_enable = yes
message_size_limit = {SIZE_LIMIT}
notify_classes =
smtpd_tls_chain_files = {home}/good.pem
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = {home}/dovecot/auth
smtpd_sasl_auth_enable = yes
smtpd_relay_restrictions = permit_sasl_authenticated, permit_mynetworks, reject
smtpd_recipient_restrictions = check_recipient_access inline:{{{{defer@example.test=451 4.7.1 later}},{{reject@example.test=550 5.1.1 no such user}}}}, permit
smtpd_client_connection_rate_limit = 0
",
        home = home.display(),
        daemons = programs.daemons.display(),
        user = programs.user,
        group = programs.group,
    )
}

fn master_cf(home: &Path, ports: &Ports) -> String {
    let login_only = "-o {smtpd_client_restrictions=permit_sasl_authenticated,reject}";
    let chain = |name: &str| format!("-o smtpd_tls_chain_files={}/{name}.pem", home.display());
    let only = |mechanism: &str| {
        format!("-o smtpd_tls_wrappermode=yes -o smtpd_sasl_mechanism_filter={mechanism} {login_only}")
    };
    let smtpd = [
        (ports.submission, format!("-o smtpd_tls_security_level=encrypt {login_only}")),
        (ports.tls, format!("-o smtpd_tls_wrappermode=yes {login_only}")),
        (
            ports.clear,
            "-o smtpd_tls_auth_only=no -o smtpd_tls_security_level=none -o smtpd_discard_ehlo_keywords=pipelining"
                .to_owned(),
        ),
        (ports.plain, only("plain")),
        (ports.login, only("login")),
        (ports.cram, only("cram-md5")),
        (ports.self_signed, chain("self-signed")),
        (ports.expired, chain("expired")),
        (ports.wrong_host, chain("wrong-host")),
    ];
    let mut text: String = smtpd
        .iter()
        .map(|(port, options)| format!("127.0.0.1:{port} inet n - n - - smtpd {options}\n"))
        .collect();
    text.push_str(
        "pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 discard
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - error
relay unix - - n - - error
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
",
    );
    text
}

fn dovecot_conf(home: &Path, programs: &Programs) -> String {
    format!(
        "base_dir = {home}/dovecot/run
state_dir = {home}/dovecot/state
log_path = {home}/dovecot/log
protocols =
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login cram-md5 scram-sha-256
auth_username_format = %u
default_internal_user = dovecot
default_login_user = dovenull
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {home}/users
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={home}/mail
}}
service auth {{
  unix_listener {home}/dovecot/auth {{
    mode = 0660
    user = postfix
    group = postfix
  }}
}}
service stats {{
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
",
        home = home.display(),
        user = programs.user,
        group = programs.group,
    )
}
