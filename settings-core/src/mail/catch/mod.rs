//! An SMTP server of one's own on loopback, to see what a program sends.
//!
//! It takes every mail and delivers none. With encryption it makes a certificate for the run,
//! which clients can be told to trust.

mod certificate;
mod conversation;
mod dialogue;
mod lines;
mod received;

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, mpsc},
    task::{JoinHandle, JoinSet},
};
use tokio_rustls::TlsAcceptor;

pub use self::received::{Caught, Readable};
use super::settings::ConnectionSecurity;
use crate::value::Secret;

/// How the server behaves.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CatchOptions {
    /// Where it listens: a loopback address; with port 0 the system picks one.
    pub address: SocketAddr,
    /// Which encryption it offers. With [`ConnectionSecurity::StartTls`] it takes no mail without it.
    pub security: ConnectionSecurity,
    /// Whom it lets send.
    pub login: Login,
    /// Bytes of the largest mail that it takes.
    pub size_limit: usize,
    /// How long a client may take for each command, and ten times that for a message.
    pub timeout: Duration,
    /// Mails that may wait to be looked at before it takes no more.
    pub waiting_limit: usize,
}

/// Whom the server lets send.
#[derive(Clone, Debug, Default)]
pub enum Login {
    /// Everybody; AUTH is not offered.
    #[default]
    NotOffered,
    /// Whoever logs in by whatever name and password, and everybody else.
    Anybody,
    /// Only who logs in by this name and password.
    Only {
        /// The name.
        username: String,
        /// The password.
        password: Secret,
    },
}

/// Clients at a time.
const CLIENTS: usize = 64;

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
    /// Listens at this loopback address.
    #[must_use]
    pub fn address(mut self, address: SocketAddr) -> Self {
        self.address = address;
        self
    }

    /// Offers this encryption.
    #[must_use]
    pub fn security(mut self, security: ConnectionSecurity) -> Self {
        self.security = security;
        self
    }

    /// Lets these send.
    #[must_use]
    pub fn login(mut self, login: Login) -> Self {
        self.login = login;
        self
    }
}

/// A running server. Dropping it ends it.
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
/// let caught = catcher.next().await.ok_or("the server has ended")?;
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
    /// Starts listening. An address outside loopback is refused: this server keeps no secret.
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
        let house = Arc::new(House { options, acceptor, sender, count: AtomicU64::new(0) });
        let task = tokio::spawn(serve(listener, house));
        Ok(Self { address, certificate_pem, caught, task })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The certificate to trust, where it offers encryption. It is for `localhost`, `127.0.0.1` and `::1`.
    pub fn certificate_pem(&self) -> Option<&str> {
        self.certificate_pem.as_deref()
    }

    /// Waits for the next mail; none once the server has ended.
    pub async fn next(&mut self) -> Option<Caught> {
        self.caught.recv().await
    }

    /// Ends the server and every conversation; what was caught before can still be had.
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

/// What all conversations share.
struct House {
    options: CatchOptions,
    acceptor: Option<TlsAcceptor>,
    sender: mpsc::Sender<Caught>,
    count: AtomicU64,
}

impl House {
    fn next_id(&self) -> String {
        format!("C{}", self.count.fetch_add(1, Ordering::Relaxed) + 1)
    }
}

async fn serve(listener: TcpListener, house: Arc<House>) {
    let room = Arc::new(Semaphore::new(CLIENTS));
    let mut conversations = JoinSet::new();
    loop {
        // A client beyond the limit waits in the system's queue.
        let Ok(seat) = Arc::clone(&room).acquire_owned().await else { return };
        let Some((stream, peer)) = accept(&listener).await else { continue };
        let house = Arc::clone(&house);
        conversations.spawn(async move {
            let _seat = seat;
            conversation::hold(stream, peer, &house).await;
        });
        while conversations.try_join_next().is_some() {}
    }
}

async fn accept(listener: &TcpListener) -> Option<(TcpStream, SocketAddr)> {
    match listener.accept().await {
        Ok((stream, peer)) => stream.set_nodelay(true).ok().map(|()| (stream, peer)),
        Err(_) => {
            // Out of file handles, most likely: give the conversations time to end.
            tokio::time::sleep(Duration::from_millis(50)).await;
            None
        }
    }
}

#[cfg(test)]
mod tests;
