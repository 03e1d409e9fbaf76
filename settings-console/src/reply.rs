//! Answers, and the bodies of requests.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::response::Response;
use http::header::{CONTENT_TYPE, HeaderName, LOCATION, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use maud::Markup;
use settings_core::value::json::Tree;

/// The number of bytes that a body may have.
const MAX_BODY: usize = 1 << 20;

/// The time that a client has to send a body.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

pub(crate) fn page(status: StatusCode, page: Markup) -> Response {
    with_type(status, "text/html; charset=utf-8", page.into_string())
}

pub(crate) fn json(status: StatusCode, value: &Tree) -> Response {
    with_type(status, "application/json", format!("{value:#}\n"))
}

pub(crate) fn with_type(status: StatusCode, kind: &'static str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

/// Adds a header, unless its value can't be one.
pub(crate) fn with_header(mut response: Response, name: HeaderName, value: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
    response
}

/// Sends a browser to another page with GET.
pub(crate) fn see_other(location: &str) -> Response {
    let response = with_type(StatusCode::SEE_OTHER, "text/plain; charset=utf-8", String::new());
    with_header(response, LOCATION, location)
}

pub(crate) fn with_wait(response: Response, wait: Duration) -> Response {
    with_header(response, RETRY_AFTER, &(wait.as_secs() + 1).to_string())
}

/// Reads the body of a request, which is text of a bounded length.
///
/// # Errors
/// Returns the status of the answer.
pub(crate) async fn body(request: Request) -> Result<String, StatusCode> {
    let read = to_bytes(request.into_body(), MAX_BODY);
    let bytes = match tokio::time::timeout(BODY_TIMEOUT, read).await {
        Err(_) => return Err(StatusCode::REQUEST_TIMEOUT),
        Ok(Err(_)) => return Err(StatusCode::PAYLOAD_TOO_LARGE),
        Ok(Ok(bytes)) => bytes,
    };
    String::from_utf8(bytes.into()).map_err(|_| StatusCode::BAD_REQUEST)
}

/// Returns whether the body is of this type, whatever its parameters.
pub(crate) fn is_of_type(request: &Request, kind: &str) -> bool {
    let found = request.headers().get(CONTENT_TYPE).and_then(|found| found.to_str().ok()).unwrap_or_default();
    found.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(kind)
}
