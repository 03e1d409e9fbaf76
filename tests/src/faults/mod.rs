//! A mail server that does one thing wrong, on purpose.
//!
//! Each [`Server`] plays one mode: [`MODES`] lists them by name, `script` says what each does, `talk`
//! plays it. What clients said is kept, so that a test can compare a client's belief with the truth.

mod plan;
mod script;
mod talk;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::broadcast;
use tokio::task::JoinHandle;

pub use self::plan::Plan;
pub use self::script::MODES;
use self::script::{Accept, Script};

/// The name and password that every server takes.
pub const LOGIN: (&str, &str) = ("rig", "correct horse");

/// The access token that every server with XOAUTH2 takes.
pub const TOKEN: &str = "rig-token";

/// A server that plays one mode until it is dropped.
pub struct Server {
    address: SocketAddr,
    record: Arc<Record>,
    task: Option<JoinHandle<()>>,
    /// Connections that fill the queue of a server that accepts none.
    _crowd: Vec<TcpStream>,
}

/// A record of the events at a server.
#[derive(Debug)]
pub struct Record {
    shouts: broadcast::Sender<&'static [u8]>,
    shouted: AtomicUsize,
    said: Mutex<Vec<Said>>,
    dots: Mutex<Vec<u16>>,
    bodies: Mutex<Vec<Vec<u8>>>,
    taken: Mutex<Vec<Vec<u8>>>,
    open: AtomicUsize,
    peak: AtomicUsize,
    sent: AtomicU64,
}

/// A command of a client.
#[derive(Clone, Debug)]
pub struct Said {
    /// True if it came through TLS.
    pub encrypted: bool,
    /// The line.
    pub line: String,
}

impl Server {
    /// Starts a server that plays this mode, offering PIPELINING or not.
    pub async fn start(mode: &str, pipelining: bool) -> Self {
        Self::start_at(Ipv4Addr::LOCALHOST, mode, pipelining).await
    }

    /// Starts a server at an address of this machine.
    pub async fn start_at(host: Ipv4Addr, mode: &str, pipelining: bool) -> Self {
        Self::start_script(host, Script::of_mode(mode, pipelining)).await
    }

    /// Starts a server that follows a plan.
    pub async fn start_plan(plan: Plan) -> Self {
        Self::start_script(Ipv4Addr::LOCALHOST, plan.script).await
    }

    async fn start_script(host: Ipv4Addr, script: Script) -> Self {
        let record = Arc::new(Record::new());
        match script.accept {
            Accept::Refuse => {
                let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
                let address = listener.local_addr().expect("an address");
                Self { address, record, task: None, _crowd: Vec::new() }
            }
            Accept::Ignore => Self::ignoring(record).await,
            _ => {
                let listener = TcpListener::bind((host, 0)).await.expect("a port");
                let address = listener.local_addr().expect("an address");
                let task = tokio::spawn(serve(listener, Arc::new(script), Arc::clone(&record)));
                Self { address, record, task: Some(task), _crowd: Vec::new() }
            }
        }
    }

    /// A port whose queue is full: the system drops what would open another connection.
    async fn ignoring(record: Arc<Record>) -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).expect("a port");
        let listener = socket.listen(1).expect("a queue");
        let address = listener.local_addr().expect("an address");
        let mut crowd = Vec::new();
        while crowd.len() < 8 {
            match tokio::time::timeout(Duration::from_millis(200), TcpStream::connect(address)).await {
                Ok(Ok(stream)) => crowd.push(stream),
                _ => break,
            }
        }
        let task = tokio::spawn(async move {
            let _listener = listener;
            std::future::pending::<()>().await;
        });
        Self { address, record, task: Some(task), _crowd: crowd }
    }

    /// Returns the address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sends this to the client that is connected, unasked, and waits until it is written.
    ///
    /// # Panics
    /// If no client is connected.
    pub async fn shout(&self, bytes: &'static [u8]) {
        let before = self.record.shouted.load(Ordering::SeqCst);
        // a connection listens between two commands only
        assert!(eventually(|| self.record.shouts.send(bytes).is_ok()).await, "no client is connected");
        assert!(
            eventually(|| self.record.shouted.load(Ordering::SeqCst) > before).await,
            "no client was written to"
        );
    }

    /// Waits until no connection is open; returns false if one stays open for longer than a busy machine may need.
    pub async fn closes(&self) -> bool {
        eventually(|| self.record.open() == 0).await
    }

    /// Returns the events so far.
    pub fn record(&self) -> &Record {
        &self.record
    }
}

/// Waits until a condition is met; returns false if it isn't after a time that is long even for a busy machine.
pub async fn eventually(is_met: impl Fn() -> bool) -> bool {
    for _ in 0..3000 {
        if is_met() {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    false
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

impl Record {
    fn new() -> Self {
        Self {
            shouts: broadcast::Sender::new(4),
            shouted: AtomicUsize::default(),
            said: Mutex::default(),
            dots: Mutex::default(),
            bodies: Mutex::default(),
            taken: Mutex::default(),
            open: AtomicUsize::default(),
            peak: AtomicUsize::default(),
            sent: AtomicU64::default(),
        }
    }

    /// The commands of all clients, in order.
    pub fn said(&self) -> Vec<Said> {
        self.said.lock().expect("a lock").clone()
    }

    /// The codes that final dots were answered with.
    pub fn dots(&self) -> Vec<u16> {
        self.dots.lock().expect("a lock").clone()
    }

    /// The messages whose dot was answered with 250.
    pub fn taken(&self) -> Vec<Vec<u8>> {
        self.taken.lock().expect("a lock").clone()
    }

    /// The messages as they came, dots still stuffed.
    pub fn bodies(&self) -> Vec<Vec<u8>> {
        self.bodies.lock().expect("a lock").clone()
    }

    /// Connections that are open now.
    pub fn open(&self) -> usize {
        self.open.load(Ordering::SeqCst)
    }

    /// The most connections that were open at a time.
    pub fn peak(&self) -> usize {
        self.peak.load(Ordering::SeqCst)
    }

    /// Bytes that clients were sent by modes without end.
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::SeqCst)
    }

    fn note(&self, encrypted: bool, line: &str) {
        let said = Said { encrypted, line: line.to_owned() };
        self.said.lock().expect("a lock").push(said);
    }
}

async fn serve(listener: TcpListener, script: Arc<Script>, record: Arc<Record>) {
    // The conversations end with the server: the set aborts them when it is dropped.
    let mut talks = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let (script, record) = (Arc::clone(&script), Arc::clone(&record));
        let open = record.open.fetch_add(1, Ordering::SeqCst) + 1;
        record.peak.fetch_max(open, Ordering::SeqCst);
        talks.spawn(async move {
            let _ = talk::play(stream, &script, &record).await;
            record.open.fetch_sub(1, Ordering::SeqCst);
        });
        while talks.try_join_next().is_some() {}
    }
}
