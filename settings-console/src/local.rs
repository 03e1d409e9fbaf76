//! A server of a console's own on loopback, which is entered by a one-time link.
//!
//! ```no_run
//! use settings_console::Console;
//! use settings_console::local::{Local, LocalOptions};
//! use settings_core::reference::ServerSettings;
//! use settings_core::resolve::Layers;
//!
//! # async fn serve() -> Result<(), Box<dyn std::error::Error>> {
//! let local = Local::bind(LocalOptions::default().author("ann")).await?;
//! println!("{}", local.link());
//! let console = Console::<ServerSettings>::new("config.json", || Ok(Layers::new()), local.gate());
//! local.serve(console.into_service()).await?;
//! # Ok(())
//! # }
//! ```

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use http::header::{AUTHORIZATION, CACHE_CONTROL, COOKIE, HeaderMap, REFERRER_POLICY, SET_COOKIE};
use http::request::Parts;
use http::{Method, StatusCode};
use settings_core::Secret;
use tokio::net::TcpListener;

use crate::console::ConsoleService;
use crate::gate::{Gate, Peer, Refusal, Visitor};
use crate::keys::{is_same, random_name};
use crate::limit::Limit;
use crate::reply::{see_other, with_header, with_type, with_wait};

/// The time in which the link works.
const LINK_LIFETIME: Duration = Duration::from_secs(10 * 60);

/// The time after which a session without requests ends.
const IDLE_LIMIT: Duration = Duration::from_secs(30 * 60);

/// The options of a server on loopback.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LocalOptions {
    /// The address to listen on; port 0 takes a free port.
    pub listen: SocketAddr,
    /// The author of changes, for the history.
    pub author: String,
    /// The token with which programs log in: `Authorization: Bearer TOKEN`.
    pub token: Option<Secret>,
}

impl Default for LocalOptions {
    fn default() -> Self {
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self { listen, author: "console".to_owned(), token: None }
    }
}

impl LocalOptions {
    /// Sets the address to listen on.
    #[must_use]
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = address;
        self
    }

    /// Sets the author of changes.
    #[must_use]
    pub fn author(mut self, author: impl Into<String>) -> Self {
        self.author = author.into();
        self
    }

    /// Sets the token with which programs log in.
    #[must_use]
    pub fn token(mut self, token: Secret) -> Self {
        self.token = Some(token);
        self
    }
}

/// An error of [`Local::bind`].
#[derive(Debug)]
#[non_exhaustive]
pub enum LocalError {
    /// The address can be reached from other machines.
    NotLoopback(SocketAddr),
    /// The address can't be listened on.
    Listen(SocketAddr, io::Error),
    /// The system has no random numbers.
    NoRandomness,
}

impl fmt::Display for LocalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotLoopback(address) => write!(
                f,
                "{address} can be reached from other machines: listen on loopback, such as 127.0.0.1:0, or mount the \
                 console in a server that has a login"
            ),
            Self::Listen(address, error) => write!(f, "can't listen on {address}: {error}"),
            Self::NoRandomness => f.write_str("the system has no random numbers for a link"),
        }
    }
}

impl std::error::Error for LocalError {}

/// A server on loopback that serves one person, and programs with a token.
#[derive(Debug)]
pub struct Local {
    listener: TcpListener,
    link: String,
    gate: LocalGate,
}

impl Local {
    /// Listens, and makes the link.
    ///
    /// # Errors
    /// If the address is not one of loopback, or can't be listened on.
    pub async fn bind(options: LocalOptions) -> Result<Self, LocalError> {
        let LocalOptions { listen, author, token } = options;
        if !listen.ip().to_canonical().is_loopback() {
            return Err(LocalError::NotLoopback(listen));
        }
        let failed = |error| LocalError::Listen(listen, error);
        let listener = TcpListener::bind(listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let random = || random_name().ok_or(LocalError::NoRandomness);
        let once = random()?;
        let link = format!("http://{address}/?once={once}");
        // cookies know no ports, so that each process has one of its own
        let cookie = format!("console-{}", random()?.get(..8).unwrap_or_default());
        let session = Session { once: Some((Secret::new(once), Instant::now())), open: None };
        let inner =
            Inner { author, token, cookie, session: Mutex::new(session), wrong: Limit::per_minute(5) };
        Ok(Self { listener, link, gate: LocalGate(Arc::new(inner)) })
    }

    /// Returns the link, which works once, within ten minutes.
    #[must_use]
    pub fn link(&self) -> &str {
        &self.link
    }

    /// Returns the gate for the console that is served.
    #[must_use]
    pub fn gate(&self) -> LocalGate {
        self.gate.clone()
    }

    /// Serves until the process ends.
    ///
    /// # Errors
    /// If the listener fails.
    pub async fn serve(self, console: ConsoleService) -> io::Result<()> {
        let app = Router::new().fallback_service(console).layer(from_fn_with_state(self.gate, enter));
        axum::serve(self.listener, app.into_make_service_with_connect_info::<SocketAddr>()).await
    }
}

/// Admits the person who followed the link, and programs with the token.
#[derive(Clone)]
pub struct LocalGate(Arc<Inner>);

struct Inner {
    author: String,
    token: Option<Secret>,
    cookie: String,
    session: Mutex<Session>,
    wrong: Limit,
}

struct Session {
    /// The value of the link that was not followed yet.
    once: Option<(Secret, Instant)>,
    /// The value of the cookie, and the time of the last request.
    open: Option<(Secret, Instant)>,
}

impl fmt::Debug for LocalGate {
    /// Omits what opens it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalGate").field("author", &self.0.author).finish_non_exhaustive()
    }
}

impl Gate for LocalGate {
    fn admit(&self, request: &Parts) -> Result<Visitor, Refusal> {
        let inner = &self.0;
        let is_program = bearer(&request.headers)
            .zip(inner.token.as_ref())
            .is_some_and(|(given, token)| is_same(given, token.expose()));
        if is_program {
            return Ok(Visitor::administrator(format!("{} (token)", inner.author)));
        }
        let mut session = inner.session.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((value, last)) = &mut session.open else { return Err(Refusal::Unauthorized) };
        if last.elapsed() > IDLE_LIMIT {
            session.open = None;
            return Err(Refusal::Unauthorized);
        }
        if !cookies(&request.headers, &inner.cookie).any(|given| is_same(given, value.expose())) {
            return Err(Refusal::Unauthorized);
        }
        // pages that are open ask for the state of the file again and again
        if request.uri.path() != "/status" {
            *last = Instant::now();
        }
        Ok(Visitor::administrator(inner.author.clone()))
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn cookies<'h>(headers: &'h HeaderMap, name: &'h str) -> impl Iterator<Item = &'h str> {
    let all = headers.get_all(COOKIE).iter().filter_map(|header| header.to_str().ok());
    let pairs = all.flat_map(|header| header.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(move |(found, _)| *found == name).map(|(_, value)| value)
}

/// Exchanges the link for a cookie.
async fn enter(State(LocalGate(inner)): State<LocalGate>, mut request: Request, next: Next) -> Response {
    if let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>().copied() {
        request.extensions_mut().insert(Peer(peer));
    }
    let query = request.uri().query().unwrap_or_default();
    let given =
        form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "once").map(|(_, value)| value);
    let (Some(given), true) = (given, *request.method() == Method::GET && request.uri().path() == "/") else {
        return next.run(request).await;
    };
    let mut session = inner.session.lock().unwrap_or_else(PoisonError::into_inner);
    let is_right = session
        .once
        .as_ref()
        .is_some_and(|(once, made)| is_same(&given, once.expose()) && made.elapsed() <= LINK_LIFETIME);
    let response = if is_right {
        let Some(value) = random_name() else {
            return with_type(StatusCode::SERVICE_UNAVAILABLE, "text/plain", "no random numbers\n");
        };
        let cookie = format!("{}={value}; HttpOnly; SameSite=Strict; Path=/", inner.cookie);
        session.once = None;
        session.open = Some((Secret::new(value), Instant::now()));
        with_header(see_other("./"), SET_COOKIE, &cookie)
    } else {
        let text = "This link was used or is too old. Start the console again for a new one.\n";
        match inner.wrong.count(&["link".to_owned()], Instant::now()) {
            Ok(()) => with_type(StatusCode::UNAUTHORIZED, "text/plain; charset=utf-8", text),
            Err(wait) => {
                with_wait(with_type(StatusCode::TOO_MANY_REQUESTS, "text/plain; charset=utf-8", text), wait)
            }
        }
    };
    let response = with_header(response, REFERRER_POLICY, "no-referrer");
    with_header(response, CACHE_CONTROL, "no-store")
}
