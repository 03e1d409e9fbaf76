//! A local SMTP server that shows the mails that a program sends.
//!
//! It accepts every mail and delivers none. With encryption it creates a certificate for the run, which clients can be
//! configured to trust.
//!
//! A client cannot keep others out: a connection without a complete message is closed after a while, and the one that
//! has been idle for the longest time makes room for a new one. Messages take at most
//! [`CatchOptions::memory_limit`], plus 300 KiB for each of 64 connections: 66 MiB by default.

mod certificate;
mod connections;
mod conversation;
mod dialogue;
mod lines;
mod memory;
mod queue;
mod received;
mod room;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use self::connections::Connections;
use self::memory::Memory;
use self::queue::Queue;
pub use self::received::{Caught, Readable};
use crate::mail::settings::ConnectionSecurity;
use crate::value::Secret;

/// The options of the server.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CatchOptions {
    /// The loopback address to listen on. With port 0 the system chooses one.
    pub address: SocketAddr,
    /// The encryption to offer. With [`ConnectionSecurity::StartTls`] mail is accepted only after STARTTLS.
    pub security: ConnectionSecurity,
    /// The clients that may send.
    pub login: Login,
    /// The size limit of a mail in bytes.
    pub size_limit: usize,
    /// The time limit for a command. A message may take twice as long, and the commands between two messages five times
    /// as long.
    pub timeout: Duration,
    /// The number of mails that may wait for [`Catcher::next`].
    pub waiting_limit: usize,
    /// The memory in bytes for large messages and for mails that wait for [`Catcher::next`].
    pub memory_limit: usize,
    /// The treatment of further mails when too many wait for [`Catcher::next`].
    pub overflow: Overflow,
}

/// The treatment of further mails when too many wait for [`Catcher::next`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Overflow {
    /// Defers further mails with a 452 reply.
    #[default]
    Defer,
    /// Accepts further mails, and drops the oldest mails that wait. See [`Catcher::take_dropped`].
    DropOldest,
}

/// The clients that may send.
#[derive(Clone, Debug, Default)]
pub enum Login {
    /// Every client. AUTH is not offered.
    #[default]
    NotOffered,
    /// Every client, with any user name and password or without a login.
    Any,
    /// Only clients that log in with this user name and password.
    Only {
        /// The user name.
        username: String,
        /// The password.
        password: Secret,
    },
}

/// The number of clients at the same time.
const MAX_CLIENTS: usize = 64;

impl Default for CatchOptions {
    fn default() -> Self {
        Self {
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            security: ConnectionSecurity::None,
            login: Login::NotOffered,
            size_limit: 25 * 1024 * 1024,
            timeout: Duration::from_secs(60),
            waiting_limit: 1000,
            memory_limit: 48 * 1024 * 1024,
            overflow: Overflow::Defer,
        }
    }
}

impl CatchOptions {
    /// Sets the loopback address to listen on.
    #[must_use]
    pub fn address(mut self, address: SocketAddr) -> Self {
        self.address = address;
        self
    }

    /// Sets the encryption to offer.
    #[must_use]
    pub fn security(mut self, security: ConnectionSecurity) -> Self {
        self.security = security;
        self
    }

    /// Sets the treatment of further mails when too many wait.
    #[must_use]
    pub fn overflow(mut self, overflow: Overflow) -> Self {
        self.overflow = overflow;
        self
    }

    /// Sets the clients that may send.
    #[must_use]
    pub fn login(mut self, login: Login) -> Self {
        self.login = login;
        self
    }
}

/// A running server. Dropping it stops it.
///
/// It runs on its own thread, so that a program that is busy does not delay clients.
///
/// ```
/// use settings_core::mail::{EmailSettings, Mailer, MailerOptions, Message, catch::{CatchOptions, Catcher}};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut catcher = Catcher::start(CatchOptions::default()).await?;
/// let settings = EmailSettings {
///     smtp_server: catcher.address().ip().to_string(),
///     smtp_port: catcher.address().port(),
///     ..EmailSettings::default()
/// };
/// let mailer = Mailer::new(&settings, MailerOptions::default())?;
/// let message = Message::new("server@example.com".parse()?).to("admin@example.com".parse()?).text("Hello!");
/// let outcome = mailer.send(&message).await;
/// assert!(outcome.is_delivered_to_all());
/// let caught = catcher.next().await.ok_or("the server has stopped")?;
/// assert_eq!(caught.recipients, ["admin@example.com"]);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Catcher {
    address: SocketAddr,
    certificate_pem: Option<String>,
    queue: Arc<Queue>,
    /// Dropped to stop the server.
    running: Option<oneshot::Sender<()>>,
    /// Completed when the server has stopped.
    stopped: Option<oneshot::Receiver<()>>,
}

impl Catcher {
    /// Starts a server. Only loopback addresses are allowed, because this server protects no secrets.
    ///
    /// # Errors
    /// Returns an error if the address is not a loopback address, or is in use.
    pub async fn start(options: CatchOptions) -> io::Result<Self> {
        if !options.address.ip().to_canonical().is_loopback() {
            let text = format!("{} is not a loopback address", options.address.ip());
            return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
        }
        let (certificate_pem, acceptor) = match options.security {
            ConnectionSecurity::None => (None, None),
            ConnectionSecurity::Tls | ConnectionSecurity::StartTls => {
                let (pem, acceptor) = certificate::fresh()?;
                (Some(pem), Some(acceptor))
            }
        };
        let listener = std::net::TcpListener::bind(options.address)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let queue = Arc::new(Queue::new(options.waiting_limit, options.overflow));
        let memory = Memory::new(options.memory_limit, options.size_limit);
        let count = AtomicU64::new(0);
        let shared = Arc::new(Shared { options, acceptor, queue: Arc::clone(&queue), memory, count });
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let (running, stop) = oneshot::channel::<()>();
        let (serving, stopped) = oneshot::channel::<()>();
        thread::Builder::new().name("mail-catch".to_owned()).spawn(move || {
            let _close = CloseOnDrop(Arc::clone(&shared.queue));
            let result = runtime.block_on(async {
                let listener = TcpListener::from_std(listener)?;
                tokio::select! {
                    () = serve(listener, shared) => {}
                    _ = stop => {}
                }
                Ok::<(), io::Error>(())
            });
            if let Err(error) = result {
                tracing::error!(%error, "the mail server cannot listen");
            }
            runtime.shutdown_background();
            drop(serving);
        })?;
        Ok(Self { address, certificate_pem, queue, running: Some(running), stopped: Some(stopped) })
    }

    /// Returns the address on which it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the certificate to trust, if encryption is offered. It is valid for `localhost`, `127.0.0.1` and `::1`.
    pub fn certificate_pem(&self) -> Option<&str> {
        self.certificate_pem.as_deref()
    }

    /// Waits for the next mail. Returns `None` after the server has stopped.
    pub async fn next(&mut self) -> Option<Caught> {
        self.queue.next().await
    }

    /// Returns the number of mails that were dropped since the last call, with [`Overflow::DropOldest`].
    pub fn take_dropped(&self) -> u64 {
        self.queue.take_dropped()
    }

    /// Stops the server and closes every connection. Mails that were received earlier can still be read.
    pub async fn shutdown(&mut self) {
        drop(self.running.take());
        if let Some(stopped) = self.stopped.take() {
            let _ = stopped.await;
        }
    }
}

/// The state that all connections share.
struct Shared {
    options: CatchOptions,
    acceptor: Option<TlsAcceptor>,
    queue: Arc<Queue>,
    memory: Memory,
    count: AtomicU64,
}

impl Shared {
    #[cfg(test)]
    fn for_tests(size_limit: usize) -> Self {
        let options = CatchOptions { size_limit, ..CatchOptions::default() };
        let queue = Arc::new(Queue::new(options.waiting_limit, options.overflow));
        let memory = Memory::new(options.memory_limit, options.size_limit);
        Self { options, acceptor: None, queue, memory, count: AtomicU64::new(0) }
    }

    fn next_id(&self) -> String {
        format!("C{}", self.count.fetch_add(1, Ordering::Relaxed) + 1)
    }
}

/// Closes the queue when the server stops, however it stops.
struct CloseOnDrop(Arc<Queue>);

impl Drop for CloseOnDrop {
    fn drop(&mut self) {
        self.0.close();
    }
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let connections = Arc::<Connections>::default();
    let mut tasks = JoinSet::new();
    loop {
        let Some((stream, peer)) = accept(&listener).await else { continue };
        let connection = connections.add(MAX_CLIENTS).await;
        let shared = Arc::clone(&shared);
        tasks.spawn(async move { conversation::serve(stream, peer, &connection, &shared).await });
        while tasks.try_join_next().is_some() {}
    }
}

async fn accept(listener: &TcpListener) -> Option<(TcpStream, SocketAddr)> {
    match listener.accept().await {
        Ok((stream, peer)) => stream.set_nodelay(true).ok().map(|()| (stream, peer)),
        Err(_) => {
            // Most likely the process is out of file descriptors: wait until connections end.
            tokio::time::sleep(Duration::from_millis(50)).await;
            None
        }
    }
}

#[cfg(test)]
mod tests;
