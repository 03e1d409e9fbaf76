//! A server that answers as Vault's KV version 2 interface does, and sources that read it.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use settings_core::FileFormat;
use settings_core::external::{AsyncSource, Document, FetchError, Source};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// The token that the server accepts.
pub const TOKEN: &str = "hvs.k4n4ry";

/// The state that a test sets.
#[derive(Debug, Default)]
pub struct Secrets {
    /// The versions of each path, the oldest first; `None` for a deleted one.
    pub versions: BTreeMap<String, Vec<Option<Value>>>,
    /// The server refuses everything, as it does after a restart until it is unsealed.
    pub is_sealed: bool,
    /// The server accepts connections and never answers.
    pub is_silent: bool,
    /// The number of requests so far.
    pub requests: usize,
}

/// A server on a free port of loopback.
#[derive(Debug)]
pub struct Vault {
    address: SocketAddr,
    secrets: Arc<Mutex<Secrets>>,
}

impl Vault {
    /// Starts a server without secrets, which lives as long as the process.
    ///
    /// # Panics
    /// If there is no free port.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let address = listener.local_addr().expect("the listener has an address");
        let secrets = Arc::<Mutex<Secrets>>::default();
        let shared = Arc::clone(&secrets);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let secrets = Arc::clone(&shared);
                thread::spawn(move || serve(stream, &secrets));
            }
        });
        Self { address, secrets }
    }

    /// Changes the state.
    pub fn change<R>(&self, change: impl FnOnce(&mut Secrets) -> R) -> R {
        change(&mut self.secrets.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Writes a new version of a secret.
    pub fn put(&self, path: &str, data: Value) {
        self.change(|secrets| secrets.versions.entry(path.to_owned()).or_default().push(Some(data)));
    }

    /// Returns a source of the secret at a path.
    pub fn source(&self, path: &str, token: &str) -> KvSource {
        KvSource { address: self.address, path: path.to_owned(), token: token.to_owned() }
    }
}

/// Answers one request.
fn serve(mut stream: TcpStream, secrets: &Mutex<Secrets>) {
    let mut reader = BufReader::new(&stream);
    let (mut first, mut token) = (String::new(), String::new());
    if reader.read_line(&mut first).is_err() {
        return;
    }
    for line in reader.lines().map_while(Result::ok).take_while(|line| !line.is_empty()) {
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("x-vault-token")
        {
            value.trim().clone_into(&mut token);
        }
    }
    let path = first.split(' ').nth(1).unwrap_or_default();
    let (status, body) = {
        let mut secrets = secrets.lock().unwrap_or_else(PoisonError::into_inner);
        secrets.requests += 1;
        if secrets.is_silent {
            drop(secrets);
            thread::sleep(Duration::from_secs(60));
            return;
        }
        answer(&secrets, path, &token)
    };
    let body = body.to_string();
    let _ = write!(
        stream,
        "HTTP/1.1 {status}\r\nCache-Control: no-store\r\nContent-Type: application/json\r\nConnection: close\r\n\
         Content-Length: {}\r\n\r\n{body}\n",
        body.len() + 1
    );
}

fn answer(secrets: &Secrets, path: &str, token: &str) -> (&'static str, Value) {
    if secrets.is_sealed {
        return ("503 Service Unavailable", json!({"errors": ["Vault is sealed"]}));
    }
    if token != TOKEN {
        return (
            "403 Forbidden",
            json!({"errors": ["2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n"]}),
        );
    }
    let versions = path.strip_prefix("/v1/secret/data/").and_then(|path| secrets.versions.get(path));
    let Some((newest, version)) = versions.and_then(|all| Some((all.last()?, all.len()))) else {
        return ("404 Not Found", json!({"errors": []}));
    };
    let deleted = if newest.is_none() { "2026-11-28T10:00:00.1Z" } else { "" };
    let data = json!({
        "data": newest,
        "metadata": {
            "created_time": "2026-11-28T09:00:00.123456789Z",
            "custom_metadata": null,
            "deletion_time": deleted,
            "destroyed": false,
            "version": version,
        },
    });
    let body = json!({
        "request_id": "7f1c9a52-0d5e-4a54-8a4e-3a1b6f0f6d11",
        "lease_id": "",
        "renewable": false,
        "lease_duration": 0,
        "data": data,
        "wrap_info": null,
        "warnings": null,
        "auth": null,
        "mount_type": "kv",
    });
    (if newest.is_some() { "200 OK" } else { "404 Not Found" }, body)
}

/// A secret of the KV version 2 engine that is mounted at `secret`: its data are sections of settings.
#[derive(Clone, Debug)]
pub struct KvSource {
    address: SocketAddr,
    path: String,
    token: String,
}

impl KvSource {
    fn own_name(&self) -> String {
        format!("vault://{}/secret/{}", self.address, self.path)
    }

    fn request_path(&self) -> String {
        format!("/v1/secret/data/{}", self.path)
    }

    /// Reads an answer, which may be of the version that is known.
    fn read(&self, status: u16, body: &str, known: Option<&str>) -> Result<Option<Document>, FetchError> {
        let body: Value =
            serde_json::from_str(body).map_err(|error| FetchError::Invalid(error.to_string()))?;
        let errors = || {
            let errors = body["errors"].as_array().into_iter().flatten().filter_map(Value::as_str);
            errors
                .map(|error| error.split_whitespace().collect::<Vec<_>>().join(" "))
                .collect::<Vec<_>>()
                .join("; ")
        };
        match status {
            200 => {}
            403 => return Err(FetchError::Refused(errors())),
            404 => return Err(FetchError::Missing("no current version".to_owned())),
            _ => return Err(FetchError::Unavailable(format!("status {status}: {}", errors()))),
        }
        let version = body["data"]["metadata"]["version"].as_u64();
        let version = version.ok_or_else(|| FetchError::Invalid("no version".to_owned()))?.to_string();
        if known == Some(version.as_str()) {
            return Ok(None);
        }
        let origin = format!("{} version {version}", self.own_name());
        let text = format!("{:#}\n", body["data"]["data"]);
        Ok(Some(Document::new(origin, version, FileFormat::Json, text)))
    }
}

impl Source for KvSource {
    fn name(&self) -> String {
        self.own_name()
    }

    fn fetch(&mut self, known: Option<&str>, limit: Duration) -> Result<Option<Document>, FetchError> {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .timeout_global(Some(limit))
            .http_status_as_error(false)
            .build()
            .into();
        let url = format!("http://{}{}", self.address, self.request_path());
        let failed = |error: ureq::Error| match error {
            ureq::Error::Timeout(_) => FetchError::Timeout(limit),
            error => FetchError::Unavailable(error.to_string()),
        };
        let mut answer = agent.get(url).header("X-Vault-Token", &self.token).call().map_err(failed)?;
        let body = answer.body_mut().read_to_string().map_err(failed)?;
        self.read(answer.status().as_u16(), &body, known)
    }
}

impl AsyncSource for KvSource {
    fn name(&self) -> String {
        self.own_name()
    }

    async fn fetch(&mut self, known: Option<&str>) -> Result<Option<Document>, FetchError> {
        let failed = |error: std::io::Error| FetchError::Unavailable(error.to_string());
        let mut stream = tokio::net::TcpStream::connect(self.address).await.map_err(failed)?;
        let request = format!(
            "GET {} HTTP/1.1\r\nHost: {}\r\nX-Vault-Token: {}\r\nConnection: close\r\n\r\n",
            self.request_path(),
            self.address,
            self.token
        );
        stream.write_all(request.as_bytes()).await.map_err(failed)?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.map_err(failed)?;
        let invalid = || FetchError::Invalid("not an answer of HTTP".to_owned());
        let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(invalid)?;
        let (_, body) = answer.split_once("\r\n\r\n").ok_or_else(invalid)?;
        self.read(status, body, known)
    }
}
