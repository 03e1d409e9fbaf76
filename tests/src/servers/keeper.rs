//! Processes that end with the test that started them, whatever its end.

use std::{
    fs, io,
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// The time that a server may take to start, deliver or stop; long enough for a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A program in a folder of its own. It ends when its input does: when the test lets go of it, or is gone.
pub struct Keeper {
    home: TempDir,
    child: Option<Child>,
}

impl Keeper {
    /// A folder that other users may look into, for a program to be started in.
    pub fn new(name: &str) -> io::Result<Self> {
        let home = tempfile::Builder::new().prefix(&format!("{name}-")).tempdir()?;
        fs::set_permissions(home.path(), fs::Permissions::from_mode(0o755))?;
        Ok(Self { home, child: None })
    }

    /// The folder.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Starts the program. What it prints goes to the files `out` and `err`.
    pub fn start(&mut self, command: &mut Command) -> io::Result<()> {
        command
            .current_dir(self.home())
            .stdin(Stdio::piped())
            .stdout(fs::File::create(self.home().join("out"))?)
            .stderr(fs::File::create(self.home().join("err"))?);
        self.child = Some(command.spawn()?);
        Ok(())
    }

    /// Waits until `ready` says so; an error where the program ends before, or patience does.
    pub fn wait(&mut self, ready: impl Fn(&Path) -> bool) -> Result<(), String> {
        let started = Instant::now();
        while !ready(self.home.path()) {
            let ended = self.child.as_mut().and_then(|child| child.try_wait().ok().flatten());
            if ended.is_some() || started.elapsed() > PATIENCE {
                return Err(format!("it did not start: {ended:?} {}", self.text(&["out", "err"])));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    /// Returns the contents of these files in the folder.
    pub fn text(&self, names: &[&str]) -> String {
        let read = |name: &&str| {
            String::from_utf8_lossy(&fs::read(self.home().join(name)).unwrap_or_default()).into_owned()
        };
        names.iter().map(read).collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        drop(child.stdin.take());
        let asked = Instant::now();
        while matches!(child.try_wait(), Ok(None)) {
            if asked.elapsed() > PATIENCE {
                let _ = child.kill();
                let _ = child.wait();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        // Servers have children that end a moment later.
        while !processes_in(self.home()).is_empty() && asked.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// The processes that work in a folder or were started with its name.
pub fn processes_in(folder: &Path) -> Vec<u32> {
    let name = folder.to_string_lossy().into_owned();
    let is_in = |process: &PathBuf| {
        let works = fs::read_link(process.join("cwd")).is_ok_and(|cwd| cwd.starts_with(folder));
        let command = fs::read(process.join("cmdline")).unwrap_or_default();
        works || String::from_utf8_lossy(&command).contains(&name)
    };
    let all = fs::read_dir("/proc").into_iter().flatten().flatten().map(|entry| entry.path());
    let numbered = all.filter_map(|path| Some((path.file_name()?.to_str()?.parse().ok()?, path)));
    numbered.filter(|(_, path)| is_in(path)).map(|(number, _)| number).collect()
}

/// Returns ports that are free. Another process may take one before it is used: try again then.
pub(crate) fn free_ports<const N: usize>() -> io::Result<[u16; N]> {
    let mut ports = [0; N];
    let mut held = Vec::new();
    for port in &mut ports {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        *port = listener.local_addr()?.port();
        held.push(listener);
    }
    Ok(ports)
}

/// Returns whether something listens on this port.
pub(crate) fn answers(port: u16) -> bool {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok()
}
