//! The receiver: one `smtp-sink`, and a front that adds TLS.

use std::{
    ffi::OsStr,
    fs,
    io::{BufRead, BufReader, Read},
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use settings_tests::certificates::CERTIFICATES;
use tempfile::TempDir;
use tokio_rustls::TlsAcceptor;

/// Tells the program run again that it is the front of the sink at this port.
pub const FRONT: &str = "BENCHED_SINK";

/// A running `smtp-sink`, which takes everything and keeps nothing.
pub struct Sink {
    child: Child,
    port: u16,
    home: TempDir,
}

impl Sink {
    /// Starts one.
    pub fn start() -> Result<Self, String> {
        let home = tempfile::tempdir().map_err(|error| error.to_string())?;
        // Postfix's programs want a main.cf, whatever is in it.
        fs::write(home.path().join("main.cf"), "compatibility_level = 3.6\n")
            .map_err(|error| error.to_string())?;
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
        let port = port.map_err(|error| error.to_string())?.port();
        let child = Command::new("/usr/sbin/smtp-sink")
            .args(["-u", "postfix", &format!("127.0.0.1:{port}"), "100"])
            .env("MAIL_CONFIG", home.path())
            .stdin(Stdio::null())
            .spawn()
            .map_err(|error| format!("smtp-sink, a part of Postfix: {error}"))?;
        let sink = Self { child, port, home };
        for _ in 0..500 {
            if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
                return Ok(sink);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Err("smtp-sink does not listen; it runs only when root starts it".to_owned())
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// `smtp-source`, set up like the sink.
    pub fn source(&self) -> Command {
        let mut command = Command::new("/usr/sbin/smtp-source");
        command.env("MAIL_CONFIG", self.home.path());
        command
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// TLS before the sink, in a process of its own.
pub struct Front {
    child: Child,
    /// The port on 127.0.0.1.
    pub port: u16,
    /// The authority that vouches for it.
    pub ca_pem: String,
    home: TempDir,
}

impl Front {
    /// Starts one.
    pub fn start(sink: u16) -> Result<Self, String> {
        let said = |error: std::io::Error| error.to_string();
        let home = tempfile::tempdir().map_err(said)?;
        let program = std::env::current_exe().map_err(said)?;
        let mut child = Command::new(program)
            .env(FRONT, sink.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(said)?;
        let mut output = BufReader::new(child.stdout.take().ok_or("no output")?);
        let mut line = String::new();
        output.read_line(&mut line).map_err(said)?;
        let (port, ca_pem) =
            serde_json::from_str::<(u16, String)>(&line).map_err(|error| error.to_string())?;
        fs::write(home.path().join("ca.pem"), &ca_pem).map_err(said)?;
        Ok(Self { child, port, ca_pem, home })
    }

    /// The authority, as a file.
    pub fn ca_file(&self) -> PathBuf {
        self.home.path().join("ca.pem")
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The front's process. It ends with the one that started it.
pub fn run_front(sink: &OsStr) -> Result<(), String> {
    let said = |error: std::io::Error| error.to_string();
    let sink: u16 = sink.to_string_lossy().parse().map_err(|_| "no port")?;
    std::thread::spawn(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(said)?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(said)?;
        let port = listener.local_addr().map_err(said)?.port();
        println!("{}", serde_json::json!([port, CERTIFICATES.ca_pem]));
        let acceptor = TlsAcceptor::from(Arc::clone(&CERTIFICATES.good.config));
        loop {
            let (client, _) = listener.accept().await.map_err(said)?;
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                client.set_nodelay(true)?;
                let mut client = acceptor.accept(client).await?;
                let mut server = tokio::net::TcpStream::connect((Ipv4Addr::LOCALHOST, sink)).await?;
                server.set_nodelay(true)?;
                tokio::io::copy_bidirectional_with_sizes(&mut client, &mut server, 32 << 10, 32 << 10).await
            });
        }
    })
}
