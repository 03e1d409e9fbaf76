//! The handlers that change settings, restore a version, and test the connection.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::response::Response;
use http::StatusCode;
use http::header::ETAG;
use settings_core::resolve::Report;
use settings_core::value::json::{Object, Tree};

use super::body::{self, Body};
use super::problem::{self, Problem};
use super::read::difference;
use crate::app::{App, Caller};
use crate::change::{self, Confirmed, Planned};
use crate::error::ChangeError;
use crate::reply::{json, with_header, with_wait};
use crate::request::{Request as Change, Revisions};
use crate::view::View;

pub(crate) async fn patch(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Response {
    let is_dry = is_dry(&request);
    let read = async {
        let revisions = body::revisions(request.headers())?;
        Ok((revisions, body::read(request, &["set", "unset", "reason"], false).await?))
    };
    match read.await {
        Ok((revisions, Body { items, reason, .. })) => {
            change(app, caller, "save", Change::Edit(items), revisions, reason, is_dry).await
        }
        Err(problem) => Problem::into_response(problem),
    }
}

pub(crate) async fn rollback(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Response {
    let is_dry = is_dry(&request);
    let read = async {
        let revisions = body::revisions(request.headers())?;
        let body = body::read(request, &["version", "reason"], false).await?;
        let missing = || {
            Problem::new(StatusCode::BAD_REQUEST, "missing", "expected `version`, the number of a version")
        };
        Ok::<_, Problem>((revisions, body.version.ok_or_else(missing)?, body.reason))
    };
    match read.await {
        Ok((revisions, version, reason)) => {
            change(app, caller, "rollback", Change::Restore(version), revisions, reason, is_dry).await
        }
        Err(problem) => problem.into_response(),
    }
}

fn is_dry(request: &Request) -> bool {
    let query = request.uri().query().unwrap_or_default();
    form_urlencoded::parse(query.as_bytes()).any(|(name, value)| name == "dry_run" && value != "false")
}

/// Makes a change in a thread where files may be read and locks waited for.
async fn change(
    app: Arc<App>,
    caller: Caller,
    action: &'static str,
    change: Change,
    revisions: Revisions,
    reason: Option<String>,
    is_dry: bool,
) -> Response {
    if !is_dry && let Err(wait) = caller.count(&app.limits.saves) {
        caller.audit(action, "limited", &[]);
        let problem =
            Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many", "too many changes; wait a moment");
        return with_wait(problem.into_response(), wait);
    }
    let answered = tokio::task::spawn_blocking(move || {
        let paths: Vec<String> = match &change {
            Change::Edit(items) => items.iter().map(|item| item.path.clone()).collect(),
            Change::Restore(_) => Vec::new(),
        };
        let made = match is_dry {
            true => {
                change::plan(&app, &caller.visitor, &change, Some(&revisions)).map(|planned| (planned, None))
            }
            false => {
                change::save(&app, &caller.visitor, &change, Some(&revisions), Confirmed::Unasked, reason)
                    .map(|saved| (saved.planned, saved.version))
            }
        };
        if !is_dry {
            caller.audit(action, if made.is_ok() { "written" } else { "refused" }, &paths);
        }
        match made {
            Ok((planned, version)) => {
                let body = changed(&app, &caller, &planned, version, is_dry);
                with_header(json(StatusCode::OK, &body), ETAG, &format!("\"{}\"", planned.revision))
            }
            Err(ChangeError::Stale) => stale(&app, &caller, &revisions),
            Err(error) => problem::of_change(&error, true),
        }
    });
    let failed =
        |_| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "failed", "the change failed").into_response();
    answered.await.unwrap_or_else(failed)
}

fn changed(app: &App, caller: &Caller, planned: &Planned, version: Option<u64>, is_dry: bool) -> Tree {
    let settings = planned.changes.iter().map(|(change, shadow)| {
        let mut object = difference(change);
        object.insert("danger", change.danger().into());
        object.insert("shadowed_by", shadow.as_ref().map(|origin| origin.to_json()).into());
        object
    });
    let settings: Tree = settings.collect();
    let visible = app.backend.with(|opened| {
        let view = View::new(app, opened, &caller.visitor);
        let warnings = planned.warnings.diagnostics().iter().filter(|found| view.shows(found)).cloned();
        Report::from_iter(warnings).to_json()
    });
    let warnings = Tree::parse(&visible.unwrap_or_default()).unwrap_or_default();
    Object::from([
        ("dry_run", is_dry.into()),
        ("version", version.into()),
        ("settings", settings),
        ("warnings", warnings),
    ])
    .into()
}

/// Answers a change of an old file with the settings that were changed since, if its text is in the history.
fn stale(app: &App, caller: &Caller, revisions: &Revisions) -> Response {
    let moved = app.backend.with(|opened| {
        let view = View::new(app, opened, &caller.visitor);
        let (Revisions::These(these), Ok(versions)) = (revisions, opened.history()) else { return None };
        let base = versions
            .iter()
            .rev()
            .find(|version| these.contains(&app.keys.hash(&["file", version.text()])))?;
        let mut moved = app.backend.differences(base.text(), opened.snapshot().text().unwrap_or_default());
        moved.retain(|change| view.entry(&change.path.to_string()).is_some());
        Some(moved.iter().map(difference).collect::<Tree>())
    });
    let problem = problem::problem(&ChangeError::Stale, true);
    problem.with("moved", moved.ok().flatten().unwrap_or_default()).into_response()
}

#[cfg(feature = "mail")]
pub(crate) async fn test_mail(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Response {
    use axum::body::Body as Stream;

    use crate::mail::{Running, Test};
    use crate::reply::with_type;

    if !caller.visitor.is_tester() {
        caller.audit("test", "refused", &[]);
        return Problem::new(StatusCode::FORBIDDEN, "forbidden", "you may not test connections")
            .into_response();
    }
    let body = match body::read(request, &["set", "unset", "to", "send"], true).await {
        Ok(body) => body,
        Err(problem) => return problem.into_response(),
    };
    let too_many = |detail| Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many", detail).into_response();
    if let Err(wait) = caller.count(&app.limits.tests) {
        caller.audit("test", "limited", &[]);
        return with_wait(too_many("too many tests; wait a moment"), wait);
    }
    let Some(running) = Running::new(&app, &caller.visitor) else {
        return too_many("a test of yours is running already");
    };
    let prepared = {
        let (app, caller) = (Arc::clone(&app), caller.clone());
        tokio::task::spawn_blocking(move || {
            let test = Test::new(&app, &caller.visitor, body.items, &body.to, body.is_sending)?;
            test.check_address(&app).map(|()| test)
        })
        .await
    };
    match prepared {
        Ok(Ok(test)) => {
            caller.audit("test", "started", &[]);
            with_type(StatusCode::OK, "application/x-ndjson", Stream::from_stream(test.start(running)))
        }
        Ok(Err(error)) => {
            caller.audit("test", "refused", &[]);
            problem::of_change(&error, true)
        }
        Err(_) => Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "failed", "the test failed to start")
            .into_response(),
    }
}
