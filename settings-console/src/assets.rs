//! The stylesheet, the script and the icon.

use axum::response::Response;
use http::StatusCode;
use http::header::CACHE_CONTROL;

use crate::reply::{with_header, with_type};

/// The part of the addresses that changes with the release.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

const STYLE: &str = include_str!("assets/console.css");
const SCRIPT: &str = include_str!("assets/console.js");
const ICON: &str = include_str!("assets/icon.svg");

pub(crate) async fn style() -> Response {
    asset("text/css; charset=utf-8", STYLE)
}

pub(crate) async fn script() -> Response {
    asset("text/javascript; charset=utf-8", SCRIPT)
}

pub(crate) async fn icon() -> Response {
    asset("image/svg+xml", ICON)
}

fn asset(kind: &'static str, text: &'static str) -> Response {
    with_header(with_type(StatusCode::OK, kind, text), CACHE_CONTROL, "public, max-age=3600")
}
