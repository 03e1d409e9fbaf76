//! A local SMTP server that shows the mails that a program sends.
//!
//! It accepts every mail and delivers none. With encryption it creates a certificate for the run, which clients can be
//! configured to trust.

mod certificate;
mod conversation;
mod dialogue;
mod lines;
mod received;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

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
    /// The time limit for a command. A message may take ten times as long.
    pub timeout: Duration,
    /// The number of mails that may wait for [`Catcher::next`] before further mails are deferred.
    pub waiting_limit: usize,
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

    /// Sets the clients that may send.
    #[must_use]
    pub fn login(mut self, login: Login) -> Self {
        self.login = login;
        self
    }
}

/// A running server. Dropping it stops it.
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
    caught: mpsc::Receiver<Caught>,
    task: JoinHandle<()>,
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
        let listener = TcpListener::bind(options.address).await?;
        let address = listener.local_addr()?;
        let (sender, caught) = mpsc::channel(options.waiting_limit.max(1));
        let shared = Arc::new(Shared { options, acceptor, sender, count: AtomicU64::new(0) });
        let task = tokio::spawn(serve(listener, shared));
        Ok(Self { address, certificate_pem, caught, task })
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
        self.caught.recv().await
    }

    /// Stops the server and closes every connection. Mails that were received earlier can still be read.
    pub async fn shutdown(&mut self) {
        self.task.abort();
        let _ = (&mut self.task).await;
    }
}

impl Drop for Catcher {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The state that all connections share.
struct Shared {
    options: CatchOptions,
    acceptor: Option<TlsAcceptor>,
    sender: mpsc::Sender<Caught>,
    count: AtomicU64,
}

impl Shared {
    fn next_id(&self) -> String {
        format!("C{}", self.count.fetch_add(1, Ordering::Relaxed) + 1)
    }
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let room = Arc::new(Semaphore::new(MAX_CLIENTS));
    let mut connections = JoinSet::new();
    loop {
        // A client beyond the limit waits in the system's queue.
        let Ok(permit) = Arc::clone(&room).acquire_owned().await else { return };
        let Some((stream, peer)) = accept(&listener).await else { continue };
        let shared = Arc::clone(&shared);
        connections.spawn(async move {
            let _permit = permit;
            conversation::serve(stream, peer, &shared).await;
        });
        while connections.try_join_next().is_some() {}
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
