//! The addresses of a console.

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use crate::app::App;
use crate::{api, assets, pages};

/// The addresses without a gate.
pub(crate) fn public() -> Router<Arc<App>> {
    Router::new()
        .route("/assets/console.css", get(assets::style))
        .route("/assets/console.js", get(assets::script))
        .route("/assets/icon.svg", get(assets::icon))
}

/// The addresses that the gate guards, unknown ones included.
pub(crate) fn protected() -> Router<Arc<App>> {
    let router = Router::new()
        .route("/", get(pages::home))
        .route("/p/{slug}", get(pages::page))
        .route("/s/{path}", get(pages::setting))
        .route("/all", get(pages::all))
        .route("/sources", get(pages::sources))
        .route("/history", get(pages::history))
        .route("/status", get(pages::status))
        .route("/review", post(pages::review))
        .route("/edit", post(pages::edit))
        .route("/save", post(pages::save))
        .route("/rollback", post(pages::rollback))
        .route("/api/settings", get(api::settings).patch(api::patch))
        .route("/api/settings/{path}", get(api::setting))
        .route("/api/schema", get(api::schema))
        .route("/api/findings", get(api::findings))
        .route("/api/history", get(api::history))
        .route("/api/history/{version}", get(api::version))
        .route("/api/openapi.json", get(api::openapi))
        .route("/api/rollback", post(api::rollback))
        .fallback(pages::not_found);
    #[cfg(feature = "mail")]
    let router =
        router.route("/test-mail", post(pages::test_mail)).route("/api/tests/mail", post(api::test_mail));
    router
}
