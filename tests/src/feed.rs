//! A feed of security alerts over HTTPS, and a key that signs them.

use std::collections::BTreeMap;
use std::future::pending;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use rcgen::{KeyPair, PKCS_ED25519, SigningKey};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

/// A signer of alerts.
pub struct Publisher(KeyPair);

impl Publisher {
    /// Creates a publisher with a new key.
    #[expect(clippy::new_without_default, reason = "each has a different key")]
    pub fn new() -> Self {
        Self(KeyPair::generate_for(&PKCS_ED25519).expect("a key"))
    }

    /// Returns the public key in base64.
    pub fn public_key(&self) -> String {
        BASE64.encode(self.0.public_key_raw())
    }

    /// Creates a signed alert.
    pub fn alert(&self, id: &str, affected: &str, title: &str, text: &str) -> Value {
        let mut alert = BTreeMap::from([
            ("id", json!(id)),
            ("severity", json!("high")),
            ("affected", json!([affected])),
            ("title", json!(title)),
            ("text", json!(text)),
        ]);
        let canonical = serde_json::to_string(&alert).expect("JSON");
        let signature = self.0.sign(format!("security-alert\n{canonical}").as_bytes()).expect("a signature");
        alert.insert("signature", json!(BASE64.encode(signature)));
        json!(alert)
    }
}

/// Creates a feed of alerts.
pub fn document(alerts: &[Value]) -> String {
    json!({ "format": 1, "alerts": alerts }).to_string()
}

/// The answer of the server.
#[derive(Clone, Debug)]
pub enum Answer {
    /// This document.
    Document(String),
    /// These bytes in place of a response.
    Raw(String),
    /// A document that never ends.
    Endless,
    /// One byte at a time, forever.
    Drip,
    /// No answer.
    Silence,
}

/// A running server. Dropping it stops it.
pub struct FeedServer {
    address: SocketAddr,
    answer: Arc<Mutex<Answer>>,
    requests: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl FeedServer {
    /// Starts a server with this TLS configuration.
    pub async fn start(tls: Arc<ServerConfig>, answer: Answer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback can be listened on");
        let address = listener.local_addr().expect("a listener has an address");
        let (answer, requests) = (Arc::new(Mutex::new(answer)), Arc::<Mutex<Vec<String>>>::default());
        let (answers, seen) = (Arc::clone(&answer), Arc::clone(&requests));
        let task = tokio::spawn(async move {
            loop {
                let Ok((stream, _)) = listener.accept().await else { continue };
                let (tls, seen) = (TlsAcceptor::from(Arc::clone(&tls)), Arc::clone(&seen));
                let answer = answers.lock().expect("no panic").clone();
                tokio::spawn(async move {
                    if let Ok(stream) = tls.accept(stream).await {
                        serve(stream, answer, &seen).await;
                    }
                });
            }
        });
        Self { address, answer, requests, task }
    }

    /// Returns the URL of the feed.
    pub fn url(&self) -> String {
        format!("https://localhost:{}/alerts.json", self.address.port())
    }

    /// Sets the answer.
    pub fn answer(&self, answer: Answer) {
        *self.answer.lock().expect("no panic") = answer;
    }

    /// Returns every request so far, as received.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("no panic").clone()
    }
}

impl Drop for FeedServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: impl AsyncRead + AsyncWrite + Unpin, answer: Answer, seen: &Mutex<Vec<String>>) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => request.push(byte),
            Err(_) => return,
        }
    }
    seen.lock().expect("no panic").push(String::from_utf8_lossy(&request).into_owned());
    let head = |length: usize| format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n");
    let written = match answer {
        Answer::Document(text) => stream.write_all((head(text.len()) + &text).as_bytes()).await,
        Answer::Raw(text) => stream.write_all(text.as_bytes()).await,
        Answer::Endless => {
            let mut written = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
            while written.is_ok() {
                written = stream.write_all(&[b' '; 65536]).await;
            }
            written
        }
        Answer::Drip => {
            let mut written = stream.write_all(head(1000).as_bytes()).await;
            while written.is_ok() {
                tokio::time::sleep(Duration::from_millis(50)).await;
                written = stream.write_all(b" ").await;
            }
            written
        }
        Answer::Silence => pending().await,
    };
    if written.is_ok() {
        let _ = stream.shutdown().await;
    }
}
