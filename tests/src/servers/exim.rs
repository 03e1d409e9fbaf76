//! A real Exim, unpacked outside the system so that Postfix can be installed too.

use std::{
    fs, io,
    os::unix::fs::chown,
    path::{Path, PathBuf},
    process::Command,
};

use super::{
    Arrival, DOORS, Door, Keeper, LOGIN, MailServer, answers, free_ports, security_name, top_header,
};
use crate::{certificates::CERTIFICATES, real};

/// The user that Debian's Exim is built to run as.
const USER: &str = "Debian-exim";

/// A running Exim. Dropping it ends it; so does the end of the test process, whatever its manner.
pub struct Exim {
    keeper: Keeper,
    ports: [u16; DOORS.len()],
    version: String,
}

impl Exim {
    /// Starts one, or says why this machine cannot.
    pub fn start() -> Result<Self, String> {
        let program = program()?;
        let mut said = String::new();
        // Between finding free ports and using them another process may take one.
        for _ in 0..3 {
            match Self::start_once(&program) {
                Ok(exim) => return Ok(exim),
                Err(error) => said = error,
            }
        }
        Err(said)
    }

    fn start_once(program: &Path) -> Result<Self, String> {
        let said = |error: io::Error| error.to_string();
        let version = real::output(program, &["-bV", "-C", "/dev/null"])?;
        let version = version.split_whitespace().nth(2).unwrap_or_default().to_owned();
        let mut keeper = Keeper::new("exim").map_err(said)?;
        let ports = free_ports().map_err(said)?;
        write_files(keeper.home(), program, &ports)?;
        keeper.start(Command::new("sh").arg("keep.sh")).map_err(said)?;
        keeper.wait(|_| ports.iter().all(|port| answers(*port)))?;
        Ok(Self { keeper, ports, version })
    }
}

impl MailServer for Exim {
    fn name(&self) -> &'static str {
        "Exim"
    }

    fn version(&self) -> String {
        self.version.clone()
    }

    fn port(&self, door: Door) -> u16 {
        self.ports[door.index()]
    }

    fn arrivals(&self) -> Vec<Arrival> {
        let files = fs::read_dir(self.keeper.home().join("mail/new")).into_iter().flatten().flatten();
        let arrival = |path: PathBuf| {
            let content = fs::read(&path).ok()?;
            Some(Arrival { recipients: top_header(&content, "Envelope-to"), content, path })
        };
        files.filter_map(|entry| arrival(entry.path())).collect()
    }

    fn home(&self) -> &Path {
        self.keeper.home()
    }

    fn logs(&self) -> String {
        self.keeper.text(&["out", "err", "log/main", "log/reject", "log/panic"])
    }
}

fn program() -> Result<PathBuf, String> {
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target");
    let program = real::program("SETTINGS_EXIM", target.join("exim/usr/sbin/exim4"))?;
    if real::output("id", &["-u"])?.trim() != "0" {
        return Err("only root can start Exim".to_owned());
    }
    Ok(program)
}

fn write_files(home: &Path, program: &Path, ports: &[u16]) -> Result<(), String> {
    let said = |error: io::Error| error.to_string();
    let id = |kind: &str| -> Result<u32, String> {
        real::output("id", &[kind, USER])?.trim().parse().map_err(|_| "id says no number".to_owned())
    };
    let (user, group) = (id("-u")?, id("-g")?);
    for folder in ["spool", "log", "mail"] {
        fs::create_dir(home.join(folder)).map_err(said)?;
        chown(home.join(folder), Some(user), Some(group)).map_err(said)?;
    }
    let good = &CERTIFICATES.good;
    for (name, text) in [("certificate.pem", &good.chain_pem), ("key.pem", &good.key_pem)] {
        fs::write(home.join(name), text).map_err(said)?;
        chown(home.join(name), Some(user), Some(group)).map_err(said)?;
    }
    fs::write(home.join("exim.conf"), configuration(home, program, ports)).map_err(said)?;
    let keep = format!(
        "{program} -C {home}/exim.conf -bdf & exim=$!\n\
         read -r nothing\n\
         kill $exim; wait $exim\n",
        program = program.display(),
        home = home.display(),
    );
    fs::write(home.join("keep.sh"), keep).map_err(said)
}

fn configuration(home: &Path, program: &Path, ports: &[u16]) -> String {
    let ports_where = |wanted: &dyn Fn(&Door) -> bool| {
        let chosen = DOORS.iter().zip(ports).filter(|(door, _)| wanted(door));
        chosen.map(|(_, port)| port.to_string()).collect::<Vec<_>>().join(" : ")
    };
    let security = |name: &'static str| move |door: &Door| security_name(door.security) == name;
    let login = |door: &Door| door.login;
    let at = |ports: &str| format!("${{if inlist{{$received_port}}{{{ports}}}}}");
    let (starttls, tls) = (ports_where(&security("STARTTLS")), ports_where(&security("TLS")));
    let (wanted, all) = (ports_where(&login), ports_where(&|_| true));
    let advertised = format!(
        "${{if and{{{{inlist{{$received_port}}{{{wanted}}}}}{{or{{{{!inlist{{$received_port}}{{{starttls}}}}}{{def:tls_in_cipher}}}}}}}}}}"
    );
    format!(
        "exim_user = {USER}
exim_group = {USER}
never_users = root
primary_hostname = localhost
exim_path = {program}
deliver_drop_privilege = true
qualify_domain = example.test
spool_directory = {home}/spool
log_file_path = {home}/log/%s
pid_file_path = {home}/exim.pid
local_interfaces = 127.0.0.1
daemon_smtp_ports = {all}
tls_on_connect_ports = {tls}
tls_advertise_hosts = ${{if inlist{{$received_port}}{{{starttls}}}{{*}}}}
tls_certificate = {home}/certificate.pem
tls_privatekey = {home}/key.pem
host_lookup =
rfc1413_hosts =
smtputf8_advertise_hosts = *
message_size_limit = 20M
smtp_accept_max = 0
smtp_accept_max_per_connection = 0
smtp_accept_queue_per_connection = 0
acl_smtp_mail = mail
acl_smtp_rcpt = rcpt
acl_smtp_data = accept

begin acl
mail:
  deny condition = {encrypted_only}
       !encrypted = *
       message = 5.7.0 encryption first
  deny condition = {login_only}
       !authenticated = *
       message = 5.7.0 a login first
  accept
rcpt:
  defer local_parts = defer
        message = 4.7.1 later
  deny local_parts = reject
       message = 5.1.1 no such user
  accept

begin routers
all:
  driver = accept
  transport = maildir

begin transports
maildir:
  driver = appendfile
  directory = {home}/mail
  maildir_format
  envelope_to_add
  user = {USER}
  group = {USER}

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_condition = ${{if and{{{{eq{{$auth2}}{{{name}}}}}{{eq{{$auth3}}{{{password}}}}}}}}}
  server_set_id = $auth2
  server_advertise_condition = {advertised}
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = <| Username: | Password:
  server_condition = ${{if and{{{{eq{{$auth1}}{{{name}}}}}{{eq{{$auth2}}{{{password}}}}}}}}}
  server_set_id = $auth1
  server_advertise_condition = {advertised}
",
        program = program.display(),
        home = home.display(),
        encrypted_only = at(&starttls),
        login_only = at(&wanted),
        name = LOGIN.0,
        password = LOGIN.1,
    )
}
