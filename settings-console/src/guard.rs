//! The checks that every request passes before a page or the API sees it.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{ACCEPT, CACHE_CONTROL, HOST, HeaderMap, WWW_AUTHENTICATE};
use http::uri::Authority;
use http::{HeaderName, HeaderValue, StatusCode};

use crate::api::problem::Problem;
use crate::app::{App, Caller};
use crate::gate::{Peer, Refusal};
use crate::reply::{see_other, with_header};

/// The headers of every answer.
///
/// Forms need the `Origin` header, which `Referrer-Policy: no-referrer` would turn into `null`.
const HEADERS: [(&str, &str); 8] = [
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; \
         trusted-types 'none'",
    ),
    ("x-frame-options", "DENY"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("vary", "Sec-Fetch-Site, Origin"),
    ("x-robots-tag", "noindex"),
];

/// Adds the headers that keep an answer out of frames, caches and other sites.
pub(crate) async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Refuses a request to a host name that is not the console's: the way of DNS rebinding.
pub(crate) async fn host(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    if is_known_host(&app, &request) {
        return next.run(request).await;
    }
    let detail = "the request names a host that this console does not serve";
    Problem::new(StatusCode::MISDIRECTED_REQUEST, "unknown-host", detail).into_response()
}

fn is_known_host(app: &App, request: &Request) -> bool {
    let mut named = request.headers().get_all(HOST).iter();
    let authority = match (request.uri().authority(), named.next(), named.next()) {
        (_, _, Some(_)) => return false,
        (Some(authority), None, _) => authority.clone(),
        (authority, Some(header), None) => {
            let Some(header) = header.to_str().ok().and_then(|header| header.parse::<Authority>().ok())
            else {
                return false;
            };
            if authority.is_some_and(|authority| *authority != header) {
                return false;
            }
            header
        }
        (None, None, None) => return false,
    };
    // a user name in it would make the host ambiguous
    if authority.as_str().contains('@') {
        return false;
    }
    let (name, whole) = (authority.host().to_ascii_lowercase(), authority.as_str().to_ascii_lowercase());
    app.hosts.iter().any(|known| *known == name || *known == whole)
}

/// Admits visitors.
pub(crate) async fn gate(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    match app.gate.admit(&parts) {
        Ok(visitor) => {
            let peer = parts.extensions.get::<Peer>().copied();
            parts.extensions.insert(Caller { visitor, peer });
            next.run(Request::from_parts(parts, body)).await
        }
        Err(Refusal::Login(to)) if is_browser(&parts.headers) => see_other(&to),
        Err(Refusal::Forbidden) => {
            Problem::new(StatusCode::FORBIDDEN, "forbidden", "you may not use this console").into_response()
        }
        Err(Refusal::Unauthorized | Refusal::Login(_)) => {
            let problem =
                Problem::new(StatusCode::UNAUTHORIZED, "unauthorized", "log in to use this console");
            with_header(problem.into_response(), WWW_AUTHENTICATE, "Bearer")
        }
    }
}

fn is_browser(headers: &HeaderMap) -> bool {
    headers
        .get(ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}
