//! PostgreSQL servers that the tests start, as a user without rights.

use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::certificates::Identity;
use crate::servers::{Keeper, free_ports};

/// The user of the databases.
pub const USER: &str = "test";

/// A server with a data folder of its own. It ends with the test, and its folder is removed.
pub struct PostgresServer {
    keeper: Keeper,
    programs: PathBuf,
    port: u16,
    is_durable: bool,
}

/// The server of all tests that do not disturb it.
///
/// # Errors
/// If PostgreSQL is not installed, or does not start.
pub fn shared() -> Result<&'static PostgresServer, String> {
    static SERVER: OnceLock<Result<PostgresServer, String>> = OnceLock::new();
    SERVER.get_or_init(PostgresServer::start).as_ref().map_err(Clone::clone)
}

impl PostgresServer {
    /// Starts a server.
    ///
    /// # Errors
    /// If PostgreSQL is not installed, or does not start.
    pub fn start() -> Result<Self, String> {
        Self::start_with(false)
    }

    /// Starts a server with PostgreSQL's own settings, which waits for the disk at each commit, for measurements.
    ///
    /// # Errors
    /// If PostgreSQL is not installed, or does not start.
    pub fn start_durable() -> Result<Self, String> {
        Self::start_with(true)
    }

    fn start_with(is_durable: bool) -> Result<Self, String> {
        let server = Self { is_durable, ..Self::unstarted()? };
        let [data, user] = [server.data(), USER.into()].map(|text| text.to_string_lossy().into_owned());
        let arguments = ["-D", &data, "-U", &user, "--auth=trust", "--no-sync", "--no-instructions"];
        server.run("initdb", &[&arguments[..], &["-E", "UTF8", "--locale=C.UTF-8"]].concat())?;
        server.launch()?;
        Ok(server)
    }

    /// Starts a standby that follows this server.
    ///
    /// # Errors
    /// If it does not start.
    pub fn standby(&self) -> Result<Self, String> {
        let standby = Self::unstarted()?;
        let (data, port) = (standby.data().display().to_string(), self.port.to_string());
        let socket = self.folder().display().to_string();
        let from = ["-h", &socket, "-p", &port, "-U", USER, "-D", &data];
        standby.run(
            "pg_basebackup",
            &[&from[..], &["-R", "--no-sync", "-c", "fast", "-X", "stream"]].concat(),
        )?;
        standby.launch()?;
        Ok(standby)
    }

    /// Prepares a folder, and a process that stops the server and removes the folder when this one ends.
    fn unstarted() -> Result<Self, String> {
        let programs = programs()?;
        let mut keeper = Keeper::new("settings-postgres").map_err(|error| error.to_string())?;
        let home = keeper.home().to_owned();
        if is_root() {
            std::os::unix::fs::chown(&home, Some(NOBODY), Some(NOBODY)).map_err(|error| error.to_string())?;
        }
        let [port] = free_ports().map_err(|error| error.to_string())?;
        let mut command = unprivileged("sh");
        let stop = "cat >/dev/null; \"$1/pg_ctl\" -D \"$2/data\" -m immediate stop; cd /; rm -rf \"$2\"";
        command.args([OsStr::new("-c"), stop.as_ref(), "keeper".as_ref(), programs.as_ref(), home.as_ref()]);
        keeper.start(&mut command).map_err(|error| error.to_string())?;
        Ok(Self { keeper, programs, port, is_durable: false })
    }

    /// Starts the program over the data that is there.
    fn launch(&self) -> Result<(), String> {
        let hurried = if self.is_durable { "" } else { "-c fsync=off -c shared_buffers=16MB" };
        let options = format!(
            "-p {} -k {} -c listen_addresses=127.0.0.1 -c max_connections=300 {hurried}",
            self.port,
            self.folder().display()
        );
        let (data, log) = (self.data().display().to_string(), self.log().display().to_string());
        self.run("pg_ctl", &["-D", &data, "-w", "-t", "60", "-l", &log, "-o", &options, "start"]).map(drop)
    }

    /// Kills all processes of the server, and starts it again over its data.
    ///
    /// # Errors
    /// If it does not start.
    pub fn crash(&self) -> Result<(), String> {
        self.kill()?;
        self.start_again()
    }

    /// Kills the server, which takes no farewell.
    ///
    /// # Errors
    /// If it does not run.
    pub fn kill(&self) -> Result<(), String> {
        let file =
            fs::read_to_string(self.data().join("postmaster.pid")).map_err(|error| error.to_string())?;
        let pid = file.lines().next().unwrap_or_default().to_owned();
        let killed = Command::new("kill").args(["-9", &pid]).output().map_err(|error| error.to_string())?;
        if killed.status.success() { Ok(()) } else { Err(format!("kill -9 {pid}: {}", text(&killed))) }
    }

    /// Starts the server again after its end.
    ///
    /// # Errors
    /// If it does not start.
    pub fn start_again(&self) -> Result<(), String> {
        // its children end by themselves, and no new server can start before
        let mut last = String::new();
        for _ in 0..100 {
            match self.launch() {
                Ok(()) => return Ok(()),
                Err(error) => last = error,
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        Err(format!("{last}\n{}", fs::read_to_string(self.log()).unwrap_or_default()))
    }

    /// Encrypts connections that want it, by this certificate.
    ///
    /// # Errors
    /// If the server refuses the certificate.
    pub fn serve_tls(&self, identity: &Identity) -> Result<(), String> {
        use std::os::unix::fs::PermissionsExt as _;
        for (name, text) in [("server.crt", &identity.chain_pem), ("server.key", &identity.key_pem)] {
            let path = self.data().join(name);
            fs::write(&path, text).map_err(|error| error.to_string())?;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600))
                .map_err(|error| error.to_string())?;
            if is_root() {
                std::os::unix::fs::chown(&path, Some(NOBODY), Some(NOBODY))
                    .map_err(|error| error.to_string())?;
            }
        }
        self.sql("postgres", "ALTER SYSTEM SET ssl = on")?;
        let (data, log) = (self.data().display().to_string(), self.log().display().to_string());
        self.run("pg_ctl", &["-D", &data, "-w", "-t", "60", "-m", "fast", "-l", &log, "restart"]).map(drop)
    }

    /// Makes a standby the primary.
    ///
    /// # Errors
    /// If it is not a standby.
    pub fn promote(&self) -> Result<(), String> {
        self.run("pg_ctl", &["-D", &self.data().display().to_string(), "-w", "promote"]).map(drop)
    }

    /// Creates an empty database, and returns its URL on the loopback port.
    ///
    /// # Panics
    /// If the server does not run.
    pub fn database(&self) -> String {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let name = format!("t{}", COUNT.fetch_add(1, Ordering::Relaxed));
        self.sql("postgres", &format!("CREATE DATABASE {name}")).expect("a database can be created");
        self.url(&name)
    }

    /// Returns the URL of a database on the loopback port.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{USER}@127.0.0.1:{}/{database}", self.port)
    }

    /// Returns the port.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Runs SQL in a database, given by its name or a URL, and returns the rows without alignment.
    ///
    /// # Errors
    /// If the server does not run, or refuses a statement.
    pub fn sql(&self, database: &str, sql: &str) -> Result<String, String> {
        let database = database.rsplit('/').next().unwrap_or(database);
        let (socket, port) = (self.folder().display().to_string(), self.port.to_string());
        let arguments = ["-h", &socket, "-p", &port, "-U", USER, "-d", database, "-X", "-A", "-t", "-q"];
        let mut command = unprivileged(self.programs.join("psql"));
        command.args(arguments).args(["-v", "ON_ERROR_STOP=1", "-f", "-"]);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| error.to_string())?;
        if let Some(mut input) = child.stdin.take() {
            input.write_all(sql.as_bytes()).map_err(|error| error.to_string())?;
        }
        let output = child.wait_with_output().map_err(|error| error.to_string())?;
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
        } else {
            Err(text(&output))
        }
    }

    /// Returns everything that the server logged.
    pub fn logged(&self) -> String {
        fs::read_to_string(self.log()).unwrap_or_default()
    }

    /// Runs one of PostgreSQL's programs, and returns its output.
    ///
    /// # Errors
    /// If it fails.
    pub fn run(&self, program: &str, arguments: &[&str]) -> Result<String, String> {
        // not by pipes, which a server that it starts would keep open
        let out = self.folder().join(format!("{program}.out"));
        let file = fs::File::create(&out).map_err(|error| error.to_string())?;
        let both = file.try_clone().map_err(|error| error.to_string())?;
        let mut command = unprivileged(self.programs.join(program));
        command.args(arguments).current_dir(self.folder()).stdin(Stdio::null()).stdout(file).stderr(both);
        let status = command.status().map_err(|error| error.to_string())?;
        let text = fs::read_to_string(&out).unwrap_or_default();
        if status.success() { Ok(text) } else { Err(format!("{program}: {status}\n{text}")) }
    }

    /// Returns the folder of the socket.
    pub fn folder(&self) -> &Path {
        self.keeper.home()
    }

    fn data(&self) -> PathBuf {
        self.folder().join("data")
    }

    fn log(&self) -> PathBuf {
        self.folder().join("log")
    }
}

/// A disk of a few megabytes, which is unmounted with the test. Only root can mount one.
pub struct SmallDisk {
    folder: PathBuf,
}

impl SmallDisk {
    /// Creates a database on a small disk, and returns its URL.
    ///
    /// # Errors
    /// If this process may not mount a disk.
    pub fn with_database(server: &PostgresServer) -> Result<(Self, String), String> {
        let folder = server.folder().join("small");
        fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        let options = format!("size=24m,mode=0700,uid={NOBODY},gid={NOBODY}");
        let mut mount = Command::new("mount");
        let mounted = mount.args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(&folder).output();
        let mounted = mounted.map_err(|error| error.to_string())?;
        if !mounted.status.success() {
            return Err("only root can mount a small disk".to_owned());
        }
        let disk = Self { folder };
        server.sql("postgres", &format!("CREATE TABLESPACE small LOCATION '{}'", disk.folder.display()))?;
        server.sql("postgres", "CREATE DATABASE small TABLESPACE small")?;
        Ok((disk, server.url("small")))
    }

    /// Fills the disk to the last byte.
    ///
    /// # Errors
    /// If the file can't be created.
    pub fn fill(&self) -> Result<(), String> {
        let path = self.folder.join("ballast");
        let file = fs::OpenOptions::new().append(true).create(true).open(path);
        let mut file = file.map_err(|error| error.to_string())?;
        for size in [65536, 4096, 1] {
            while file.write_all(&vec![1; size]).is_ok() {}
        }
        Ok(())
    }

    /// Makes room again.
    ///
    /// # Errors
    /// If the disk was not filled.
    pub fn empty(&self) -> Result<(), String> {
        fs::remove_file(self.folder.join("ballast")).map_err(|error| error.to_string())
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.folder).status();
    }
}

/// A PgBouncer in transaction mode before a server.
pub struct PgBouncer {
    _keeper: Keeper,
    port: u16,
}

impl PgBouncer {
    /// Starts it.
    ///
    /// # Errors
    /// If it is not installed, or does not start.
    pub fn start(server: &PostgresServer) -> Result<Self, String> {
        let program = Path::new("/usr/sbin/pgbouncer");
        if !program.exists() {
            return Err(format!("{} is not there", program.display()));
        }
        let mut keeper = Keeper::new("settings-pgbouncer").map_err(|error| error.to_string())?;
        let [port] = free_ports().map_err(|error| error.to_string())?;
        let file = keeper.home().join("pgbouncer.ini");
        let text = format!(
            "[databases]\n* = host=127.0.0.1 port={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             auth_type = any\npool_mode = transaction\nunix_socket_dir =\nserver_reset_query =\n",
            server.port()
        );
        // the user of every connection
        let text = text
            .replace(&format!("port={}\n", server.port()), &format!("port={} user={USER}\n", server.port()));
        fs::write(&file, text).map_err(|error| error.to_string())?;
        let mut command = unprivileged("sh");
        let script = "\"$1\" \"$2\" & cat >/dev/null; kill $!; wait";
        command.args([OsStr::new("-c"), script.as_ref(), "keeper".as_ref(), program.as_ref(), file.as_ref()]);
        keeper.start(&mut command).map_err(|error| error.to_string())?;
        keeper.wait(|_| crate::servers::answers(port))?;
        Ok(Self { _keeper: keeper, port })
    }

    /// Returns the URL of a database, given by its name or a URL.
    pub fn url(&self, database: &str) -> String {
        let database = database.rsplit('/').next().unwrap_or(database);
        format!("postgres://{USER}@127.0.0.1:{}/{database}", self.port)
    }
}

const NOBODY: u32 = 65534;

/// Returns the folder of PostgreSQL's programs, the newest where there are several.
fn programs() -> Result<PathBuf, String> {
    let all = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<_> =
        all.map(|entry| entry.path().join("bin")).filter(|bin| bin.join("initdb").exists()).collect();
    found.sort();
    found.pop().ok_or_else(|| "PostgreSQL is not there (/usr/lib/postgresql/*/bin)".to_owned())
}

/// Returns a command of a user that PostgreSQL accepts, which refuses root.
fn unprivileged(program: impl AsRef<OsStr>) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    let user = NOBODY.to_string();
    command.args(["--reuid", &user, "--regid", &user, "--clear-groups", "--"]).arg(program);
    // its own would lead to files of root
    command.env("HOME", "/nonexistent").current_dir("/");
    command
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
