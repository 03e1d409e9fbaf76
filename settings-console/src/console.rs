//! The console as a service.

use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use http::{Request, Response, StatusCode};
use http_body::{Frame, SizeHint};
#[cfg(feature = "mail")]
use settings_core::mail::EmailSettings;
use settings_core::resolve::{Layers, Registry, Settings, Unreadable};
use settings_core::store::Storage;
use tower_http::csrf::CsrfLayer;
use tower_service::Service;

use crate::api::problem::Problem;
use crate::app::{App, Limits};
use crate::backend::FileBackend;
use crate::drafts::Drafts;
use crate::gate::Gate;
use crate::keys::Keys;
use crate::{guard, routes};

/// The host names that a request may name if a console is given no others.
const LOOPBACK: [&str; 4] = ["localhost", "127.0.0.1", "[::1]", "::1"];

/// A console over the settings of `T`, before it serves.
///
/// ```no_run
/// use settings_console::{Console, Refusal, Visitor};
/// use settings_core::reference::ServerSettings;
/// use settings_core::resolve::{Environment, Layers};
///
/// let others = || Ok(Layers::new().environment(Environment::from_process()));
/// let gate = |request: &http::request::Parts| match request.headers.get("x-session") {
///     Some(_) => Ok(Visitor::administrator("ann")), // look the session up here
///     None => Err(Refusal::Unauthorized),
/// };
/// let console = Console::<ServerSettings>::new("config.json", others, gate)
///     .hosts(["chat.example.com"])
///     .into_service();
/// let app: axum::Router = axum::Router::new().nest_service("/admin/console", console);
/// ```
pub struct Console<T> {
    backend: FileBackend<T>,
    gate: Box<dyn Gate>,
    hosts: Vec<String>,
    title: String,
    command: String,
    reference: Option<String>,
    is_read_only: bool,
    locked: Vec<String>,
    saves_per_minute: usize,
}

impl<T> fmt::Debug for Console<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Console")
            .field("hosts", &self.hosts)
            .field("title", &self.title)
            .finish_non_exhaustive()
    }
}

impl<T: Settings + Send + Sync + 'static> Console<T> {
    /// Creates a console over a settings file, which need not exist yet.
    ///
    /// `others` reads all other layers; it is called for each request. `gate` decides who may use the console.
    pub fn new(
        file: impl Into<PathBuf>,
        others: impl Fn() -> Result<Layers, Unreadable> + Send + Sync + 'static,
        gate: impl Gate,
    ) -> Self {
        Self::over(FileBackend::new(file.into(), Box::new(others)), Box::new(gate))
    }

    /// Creates a console over settings in a place other than a file, such as a database.
    ///
    /// Requests wait while the place is read and written, so that a server gives such a console a runtime of its own.
    pub fn over_storage(
        storage: Arc<dyn Storage>,
        others: impl Fn() -> Result<Layers, Unreadable> + Send + Sync + 'static,
        gate: impl Gate,
    ) -> Self {
        Self::over(FileBackend::over(storage, Box::new(others)), Box::new(gate))
    }

    fn over(backend: FileBackend<T>, gate: Box<dyn Gate>) -> Self {
        Self {
            backend,
            gate,
            hosts: LOOPBACK.map(str::to_owned).to_vec(),
            title: "Settings".to_owned(),
            command: "settings".to_owned(),
            reference: None,
            is_read_only: false,
            locked: Vec::new(),
            saves_per_minute: 30,
        }
    }

    /// Sets the host names that requests may name, each with or without a port. The default is the names of loopback.
    ///
    /// A request that names another host is refused: in DNS rebinding, a browser sends the name of the attacker's site.
    #[must_use]
    pub fn hosts<I: IntoIterator<Item = S>, S: Into<String>>(mut self, hosts: I) -> Self {
        self.hosts = hosts.into_iter().map(|host| host.into().to_ascii_lowercase()).collect();
        self
    }

    /// Sets the name at the top of every page.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// Sets the words that start the commands of `settings-cli` in this program, such as `chat config`. Pages show the
    /// command that does the same.
    #[must_use]
    pub fn command(mut self, words: impl Into<String>) -> Self {
        self.command = words.into();
        self
    }

    /// Sets the address of the reference pages that `docs build` writes and Sphinx renders. Each setting links there.
    #[must_use]
    pub fn reference(mut self, address: impl Into<String>) -> Self {
        let address = address.into();
        self.reference = Some(if address.ends_with('/') { address } else { format!("{address}/") });
        self
    }

    /// Refuses every change.
    #[must_use]
    pub fn read_only(mut self) -> Self {
        self.is_read_only = true;
        self
    }

    /// Refuses changes of these settings from the console: those that guard the console itself, for example.
    #[must_use]
    pub fn locked<I: IntoIterator<Item = S>, S: Into<String>>(mut self, paths: I) -> Self {
        self.locked.extend(paths.into_iter().map(Into::into));
        self
    }

    /// Sets how many changes a visitor may make in a minute, and how many may come from one address. The default is 30.
    #[must_use]
    pub fn saves_per_minute(mut self, changes: usize) -> Self {
        self.saves_per_minute = changes;
        self
    }

    /// Shows and changes the sections of a registry too, such as those of plugins.
    #[must_use]
    pub fn registry(mut self, registry: Registry<T>) -> Self {
        self.backend.set_registry(registry);
        self
    }

    /// Offers the test of the connection to the mail server.
    #[cfg(feature = "mail")]
    #[must_use]
    pub fn mail(mut self, mail: fn(&T) -> &EmailSettings) -> Self {
        self.backend.set_mail(mail);
        self
    }

    /// Returns the service. The settings as they are now count as those that the server runs with: settings that need a
    /// restart and differ from them later are shown as pending.
    #[must_use]
    pub fn into_service(mut self) -> ConsoleService {
        self.backend.start();
        let catalogue = self.backend.catalogue();
        let app = Arc::new(App {
            backend: Box::new(self.backend),
            catalogue,
            gate: self.gate,
            hosts: self.hosts,
            title: self.title,
            command: self.command,
            reference: self.reference,
            is_read_only: self.is_read_only,
            locked: self.locked,
            keys: Keys::default(),
            drafts: Drafts::default(),
            limits: Limits::new(self.saves_per_minute),
        });
        let refused = |_| {
            let detail = "the request comes from another site";
            Problem::new(StatusCode::FORBIDDEN, "cross-site", detail).into_response()
        };
        let router = routes::public()
            .merge(
                routes::protected()
                    .layer(axum::middleware::from_fn_with_state(Arc::clone(&app), guard::gate)),
            )
            .layer(CsrfLayer::new().with_rejection_response(refused))
            .layer(axum::middleware::from_fn_with_state(Arc::clone(&app), guard::host))
            .layer(axum::middleware::from_fn(guard::headers))
            .with_state(app);
        ConsoleService { router }
    }
}

/// A console that serves HTTP: a [`tower_service::Service`] to nest at any path of a server.
///
/// The server removes the path of the mount from requests, as `axum::Router::nest_service` does. All links are relative.
#[derive(Clone, Debug)]
pub struct ConsoleService {
    router: Router,
}

impl<B> Service<Request<B>> for ConsoleService
where
    B: http_body::Body<Data = axum::body::Bytes> + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Response = Response<ConsoleBody>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let mut router = self.router.clone();
        Box::pin(async move {
            let response = router.call(request.map(axum::body::Body::new)).await?;
            Ok(response.map(ConsoleBody))
        })
    }
}

/// The body of an answer.
#[derive(Debug)]
pub struct ConsoleBody(axum::body::Body);

impl http_body::Body for ConsoleBody {
    type Data = axum::body::Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        Pin::new(&mut self.0).poll_frame(context).map_err(Into::into)
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}
