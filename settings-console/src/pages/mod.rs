//! The handlers of pages.

mod change;
#[cfg(feature = "mail")]
mod test;

pub(crate) use change::{edit, review, rollback, save};
#[cfg(feature = "mail")]
pub(crate) use test::test_mail;

use std::sync::Arc;

use axum::Extension;
use axum::extract::{OriginalUri, Path, Request, State};
use axum::response::Response;
use http::{StatusCode, Uri};
use settings_core::store::StoreError;
use settings_core::value::json::{Object, Tree};

use crate::app::{App, Caller};
use crate::backend::{Backend, Opened};
use crate::error::OpenError;
use crate::html::{self, Answer, Frame, Listed, Notice, link_path};
use crate::reply::{self, json, see_other};
use crate::search::Query;
use crate::view::View;

pub(crate) async fn home(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    OriginalUri(original): OriginalUri,
) -> Response {
    // relative links need the slash at the end of the mount's path
    if !original.path().ends_with('/') {
        let last = original.path().rsplit('/').next().unwrap_or_default();
        return see_other(&format!("./{last}/"));
    }
    render(&app, &caller, "", |frame, _| reply::page(StatusCode::OK, html::home(frame)))
}

pub(crate) async fn page(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(slug): Path<String>,
    uri: Uri,
) -> Response {
    let query = query(&uri);
    let get = |name: &str| query.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str());
    let notice = match (get("saved").map(str::parse::<u64>), get("same")) {
        (Some(Ok(version)), _) => Some(Notice::saved(version)),
        (Some(Err(_)), _) => Some(Notice::good("Saved.")),
        (None, Some(_)) => Some(Notice::bad("Nothing was changed, so nothing was saved.")),
        (None, None) => None,
    };
    render(&app, &caller, "../", |frame, _| {
        let Some(number) = frame.view.pages.iter().position(|page| page.slug == slug) else {
            return missing(frame, "There is no such page.");
        };
        let answer = Answer { notice, replace: get("replace"), ..Answer::default() };
        reply::page(StatusCode::OK, html::page(frame, number, &answer))
    })
}

/// Leads to a setting on its page, by any of its names.
pub(crate) async fn setting(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(path): Path<String>,
) -> Response {
    render(&app, &caller, "../", |frame, opened| {
        let whole = opened.effective().setting(&path).map(|found| found.path.to_string());
        let entry = whole.ok().and_then(|path| frame.view.entry(&path));
        match entry.and_then(|entry| Some((entry, frame.view.pages.get(entry.page)?))) {
            Some((entry, page)) => see_other(&format!("../p/{}#{}", page.slug, link_path(&entry.place.path))),
            None => missing(frame, "There is no such setting."),
        }
    })
}

pub(crate) async fn all(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    uri: Uri,
) -> Response {
    let query = query(&uri);
    let text = query.iter().find(|(name, _)| name == "q").map_or("", |(_, text)| text);
    render(&app, &caller, "", |frame, opened| {
        let changed = match Query::parse(text).needs_history() {
            true => listed(&*app.backend, frame, opened).unwrap_or_default(),
            false => Vec::new(),
        };
        let changed = changed.iter().flat_map(|listed| listed.changes.iter().flatten());
        let changed: Vec<String> = changed.map(|change| change.path.to_string()).collect();
        reply::page(StatusCode::OK, html::search(frame, text, &changed))
    })
}

pub(crate) async fn sources(State(app): State<Arc<App>>, Extension(caller): Extension<Caller>) -> Response {
    render(&app, &caller, "", |frame, _| reply::page(StatusCode::OK, html::sources(frame)))
}

pub(crate) async fn history(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    uri: Uri,
) -> Response {
    let query = query(&uri);
    let get = |name: &str| query.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str());
    let restored = get("restored").and_then(|version| version.parse::<u64>().ok());
    let notice = restored.map(|version| Notice::good(format!("Version {version} is restored.")));
    render(&app, &caller, "", |frame, opened| match listed(&*app.backend, frame, opened) {
        Ok(versions) => {
            let page = html::history(frame, &versions, get("setting"), notice.as_ref());
            reply::page(StatusCode::OK, page)
        }
        Err(error) => {
            let page = html::message(frame, "History", &error.to_string());
            reply::page(StatusCode::INTERNAL_SERVER_ERROR, page)
        }
    })
}

/// Returns the versions, the newest first, with the changes that the visitor may see.
pub(crate) fn listed(
    backend: &dyn Backend,
    frame: &Frame<'_>,
    opened: &dyn Opened,
) -> Result<Vec<Listed>, StoreError> {
    let versions = opened.history()?;
    let current = opened.snapshot().text();
    let mut before: Option<&str> = None;
    let mut listed = Vec::with_capacity(versions.len());
    for version in &versions {
        let changes = before.map(|before| {
            let mut changes = backend.differences(before, version.text());
            changes.retain(|change| frame.view.entry(&change.path.to_string()).is_some());
            changes
        });
        let is_current = current == Some(version.text());
        before = Some(version.text());
        listed.push(Listed { version: version.clone(), changes, is_current });
    }
    listed.reverse();
    Ok(listed)
}

/// Returns the mark of the file, so that an open page notices a change.
pub(crate) async fn status(State(app): State<Arc<App>>, Extension(caller): Extension<Caller>) -> Response {
    render(&app, &caller, "", |frame, _| {
        json(StatusCode::OK, &Object::from([("revision", Tree::from(frame.view.revision))]).into())
    })
}

pub(crate) async fn not_found(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Response {
    let path = request.uri().path();
    if path.starts_with("/api/") {
        return crate::api::problem::Problem::new(StatusCode::NOT_FOUND, "not-found", "no such address")
            .into_response();
    }
    // the page is at an unknown depth, so that it links nowhere
    let depth = path.matches('/').count();
    let root = if depth > 1 { "../" } else { "" };
    render(&app, &caller, root, |frame, _| missing(frame, "There is no such page."))
}

fn missing(frame: &Frame<'_>, text: &str) -> Response {
    reply::page(StatusCode::NOT_FOUND, html::message(frame, "Not found", text))
}

/// Reads all layers, and renders what the visitor may see of them.
pub(crate) fn render(
    app: &App,
    caller: &Caller,
    root: &'static str,
    then: impl FnOnce(&Frame<'_>, &dyn Opened) -> Response,
) -> Response {
    let rendered = app.backend.with(|opened| {
        let view = View::new(app, opened, &caller.visitor);
        then(&Frame { app, view: &view, pending: opened.pending_restart(), root }, opened)
    });
    rendered.unwrap_or_else(|error| unreadable(&error))
}

pub(crate) fn unreadable(error: &OpenError) -> Response {
    let text = format!("The settings can't be read: {error}\n");
    reply::with_type(StatusCode::SERVICE_UNAVAILABLE, "text/plain; charset=utf-8", text)
}

fn query(uri: &Uri) -> Vec<(String, String)> {
    form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned().collect()
}
