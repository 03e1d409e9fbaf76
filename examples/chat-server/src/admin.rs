//! The System Console below `/admin/`, after a login of the server's own.
//!
//! Two ways lead in: a session cookie after a login with the administrator's password, and a user's name that a proxy
//! with a login of its own sends. The name counts only in requests from the proxy's address.

use std::collections::HashSet;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{COOKIE, HeaderMap, SET_COOKIE};
use axum::http::request::Parts;
use axum::middleware::{Next, from_fn};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Form, Router};
use settings_cli::Context;
use settings_console::{Console, Gate, Peer, Refusal, Visitor};
use settings_core::Secret;

use crate::settings::{AdminSettings, ChatSettings};

/// The name of the cookie.
const COOKIE_NAME: &str = "chat-admin";

/// The header in which a proxy sends the name of the user.
const USER_HEADER: &str = "x-remote-user";

/// The people who may use the console.
#[derive(Clone)]
pub(crate) struct Admins {
    password: Secret,
    proxy: Option<IpAddr>,
    sessions: Arc<Mutex<HashSet<String>>>,
}

impl Gate for Admins {
    fn admit(&self, request: &Parts) -> Result<Visitor, Refusal> {
        let peer = request.extensions.get::<Peer>().map(|Peer(peer)| peer.ip());
        if let (Some(peer), Some(proxy)) = (peer, self.proxy)
            && peer == proxy
        {
            let user = request.headers.get(USER_HEADER).and_then(|user| user.to_str().ok());
            return user.map(Visitor::administrator).ok_or(Refusal::Unauthorized);
        }
        let sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        if cookies(&request.headers).any(|session| sessions.contains(session)) {
            return Ok(Visitor::administrator("administrator"));
        }
        Err(Refusal::Login("/login".to_owned()))
    }
}

fn cookies(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let pairs = headers.get_all(COOKIE).iter().filter_map(|cookies| cookies.to_str().ok());
    let pairs = pairs.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(|(name, _)| *name == COOKIE_NAME).map(|(_, value)| value)
}

/// Returns the console and the login, or nothing if there is no way to log in.
pub(crate) fn routes(context: &Context<'_>, settings: &AdminSettings) -> Router {
    let proxy = settings.proxy.parse().ok();
    if settings.password.is_empty() && proxy.is_none() {
        return Router::new();
    }
    let admins = Admins { password: settings.password.clone(), proxy, sessions: Arc::default() };
    let (sources, environment) = (context.sources.clone(), context.environment.clone());
    let others = move || sources.layers_without_target(environment.clone());
    let mut hosts = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    hosts.extend(Some(settings.host.clone()).filter(|host| !host.is_empty()));
    let console = Console::<ChatSettings>::new(context.sources.config_path(), others, admins.clone())
        .title("Chat server")
        .command("chat-server")
        .hosts(hosts)
        // who may enter is decided outside of the console
        .locked(["Admin.Password", "Admin.Proxy", "Admin.Host"])
        .into_service();
    Router::new()
        .route("/login", get(form).post(login))
        .with_state(admins)
        .nest_service("/admin/", console)
        .route("/admin", get(async || Redirect::to("/admin/")))
        .layer(from_fn(peer))
}

/// Gives the console the address that a request comes from.
async fn peer(mut request: Request, next: Next) -> Response {
    if let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>().copied() {
        request.extensions_mut().insert(Peer(peer));
    }
    next.run(request).await
}

async fn form() -> Html<&'static str> {
    Html(
        "<!doctype html><html lang=en><title>Log in</title><form method=post><label>Password <input type=password \
         name=password autocomplete=current-password></label> <button>Log in</button></form>",
    )
}

#[derive(serde::Deserialize)]
struct Login {
    password: String,
}

async fn login(State(admins): State<Admins>, Form(Login { password }): Form<Login>) -> Response {
    if admins.password.is_empty() || Secret::new(password) != admins.password {
        // slows guessing down
        tokio::time::sleep(Duration::from_secs(1)).await;
        return (axum::http::StatusCode::UNAUTHORIZED, "wrong password\n").into_response();
    }
    let mut random = [0_u8; 16];
    if getrandom::fill(&mut random).is_err() {
        return axum::http::StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let session: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    let cookie = format!("{COOKIE_NAME}={session}; HttpOnly; SameSite=Strict; Path=/admin/");
    admins.sessions.lock().unwrap_or_else(PoisonError::into_inner).insert(session);
    ([(SET_COOKIE, cookie)], Redirect::to("/admin/")).into_response()
}
