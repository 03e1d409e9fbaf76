//! The handlers that read: settings, schema, history, differences.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use http::header::ETAG;
use settings_core::json_schema::json_schema;
use settings_core::listing::Entry;
use settings_core::resolve::Report;
use settings_core::store::Difference;
use settings_core::timestamp::rfc3339;
use settings_core::value::json::{Object, Tree};

use super::problem::Problem;
use crate::app::{App, Caller};
use crate::html::{Frame, Listed};
use crate::pages::{listed, render};
use crate::reply::{json, with_header};
use crate::view::Item;

/// Answers with the mark of the file, which a change must name.
fn marked(frame: &Frame<'_>, value: &Tree) -> Response {
    with_header(json(StatusCode::OK, value), ETAG, &format!("\"{}\"", frame.view.revision))
}

fn entry(frame: &Frame<'_>, item: &Item<'_>) -> Tree {
    let mut entry = Entry::new(&item.effective, None).to_json();
    if item.effective.setting.restart() {
        let is_pending = frame.pending.iter().any(|change| change.path.to_string() == item.path);
        entry.insert("pending_restart", is_pending.into());
    }
    entry.insert("writable", item.is_editable().into());
    entry.into()
}

pub(crate) async fn settings(State(app): State<Arc<App>>, Extension(caller): Extension<Caller>) -> Response {
    render(&app, &caller, "", |frame, _| {
        marked(frame, &frame.view.items().map(|item| entry(frame, &item)).collect())
    })
}

pub(crate) async fn setting(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(path): Path<String>,
) -> Response {
    render(&app, &caller, "", |frame, opened| {
        let whole = opened.effective().setting(&path).map(|found| found.path.to_string());
        match whole.ok().and_then(|path| frame.view.item(&path)) {
            Some(item) => marked(frame, &entry(frame, &item)),
            None => {
                let detail = format!("unknown setting `{path}`");
                Problem::new(StatusCode::NOT_FOUND, "unknown-path", detail).into_response()
            }
        }
    })
}

pub(crate) async fn schema(State(app): State<Arc<App>>, Extension(caller): Extension<Caller>) -> Response {
    render(&app, &caller, "", |frame, _| {
        if frame.view.is_partial {
            let detail = "the schema names settings that you may not see";
            return Problem::new(StatusCode::FORBIDDEN, "forbidden", detail).into_response();
        }
        json(StatusCode::OK, &json_schema(app.backend.schema()))
    })
}

pub(crate) async fn findings(State(app): State<Arc<App>>, Extension(caller): Extension<Caller>) -> Response {
    render(&app, &caller, "", |frame, _| {
        let findings = Report::from_iter(frame.view.findings.iter().cloned());
        marked(frame, &Tree::parse(&findings.to_json()).unwrap_or_default())
    })
}

pub(crate) async fn history(State(app): State<Arc<App>>, Extension(caller): Extension<Caller>) -> Response {
    versions(&app, &caller, |frame, listed| marked(frame, &listed.iter().map(of_version).collect()))
}

pub(crate) async fn version(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(number): Path<String>,
) -> Response {
    versions(&app, &caller, |frame, listed| {
        let wanted = number.parse::<u64>().ok();
        match listed.iter().find(|listed| Some(listed.version.number) == wanted) {
            Some(found) => marked(frame, &of_version(found).into()),
            None => Problem::new(StatusCode::NOT_FOUND, "unknown-version", "no such version is kept")
                .into_response(),
        }
    })
}

fn versions(app: &App, caller: &Caller, then: impl FnOnce(&Frame<'_>, &[Listed]) -> Response) -> Response {
    render(app, caller, "", |frame, opened| match listed(&*app.backend, frame, opened) {
        Ok(listed) => then(frame, &listed),
        Err(error) => {
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "unreadable", error.to_string()).into_response()
        }
    })
}

fn of_version(listed: &Listed) -> Object {
    let Listed { version, changes, is_current } = listed;
    let changes = changes.as_ref().map(|changes| changes.iter().map(difference).collect::<Tree>());
    Object::from([
        ("version", version.number.into()),
        ("time", rfc3339(version.time).into()),
        ("author", version.author.clone().into()),
        ("reason", version.reason.clone().into()),
        ("restored", version.restored.into()),
        ("current", (*is_current).into()),
        ("settings", changes.unwrap_or_default()),
    ])
}

/// Returns a changed setting with both values, secrets redacted.
pub(super) fn difference(difference: &Difference) -> Object {
    let shown = |shown: &str| Tree::parse(shown).unwrap_or_default();
    Object::from([
        ("name", difference.path.to_string().into()),
        ("old", shown(&difference.before.shown)),
        ("new", shown(&difference.after.shown)),
        ("old_origin", difference.before.origin.to_json().into()),
        ("new_origin", difference.after.origin.to_json().into()),
        ("secret", difference.setting.kind.is_secret().into()),
        ("restart", difference.needs_restart().into()),
    ])
}

pub(crate) async fn openapi(State(app): State<Arc<App>>, Extension(caller): Extension<Caller>) -> Response {
    render(&app, &caller, "", |frame, _| {
        json(StatusCode::OK, &super::openapi::document(&app, !frame.view.is_partial))
    })
}
