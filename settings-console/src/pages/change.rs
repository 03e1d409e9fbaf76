//! Reviewing and saving changes.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::response::Response;
use http::StatusCode;

use super::{render, unreadable};
use crate::app::{App, Caller};
use crate::change::{self, Confirmed};
use crate::error::{ChangeError, FieldError};
use crate::form::{Fields, Typed, reset, typed};
use crate::html::{self, Answer, Notice, Purpose, Review};
use crate::reply::{self, is_of_type, see_other, with_wait};
use crate::request::{Request as Change, Revisions};
use crate::view::View;

/// Reads a form, and answers in a thread where files may be read and locks waited for.
async fn form(
    app: Arc<App>,
    caller: Caller,
    request: Request,
    answer: impl FnOnce(&App, &Caller, Fields) -> Response + Send + 'static,
) -> Response {
    if !is_of_type(&request, "application/x-www-form-urlencoded") {
        return plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, "expected a form");
    }
    let text = match reply::body(request).await {
        Ok(text) => text,
        Err(status) => return plain(status, "the form can't be read"),
    };
    let answered = tokio::task::spawn_blocking(move || answer(&app, &caller, Fields::parse(&text)));
    answered.await.unwrap_or_else(|_| plain(StatusCode::INTERNAL_SERVER_ERROR, "the answer failed"))
}

pub(super) fn plain(status: StatusCode, text: &str) -> Response {
    reply::with_type(status, "text/plain; charset=utf-8", format!("{text}\n"))
}

pub(crate) async fn review(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Response {
    form(app, caller, request, |app, caller, mut fields| {
        let typed = match read(app, caller, &mut fields) {
            Ok(typed) => typed,
            Err(answer) => return *answer,
        };
        if typed.items.is_empty() {
            return see_other(&format!("p/{}?same=1", slug(&fields)));
        }
        let Typed { items, secrets } = typed;
        let draft = keep(app, caller, &fields, secrets);
        let edited: Vec<String> = items.iter().map(|item| item.path.clone()).collect();
        match change::plan(app, &caller.visitor, &Change::Edit(items), None) {
            Ok(planned) => {
                let fields = only(&fields, &edited);
                render(app, caller, "", |frame, _| {
                    let is_merged = fields.get("rev").is_some_and(|rev| rev != planned.revision);
                    let draft = draft.as_ref().map(|(name, kept)| (name.as_str(), kept.clone()));
                    let page = slug(&fields);
                    let purpose = Purpose::Save { page: &page, fields: &fields, draft, is_merged };
                    reply::page(StatusCode::OK, html::review(frame, &Review { purpose, planned: &planned }))
                })
            }
            Err(error) => failed(app, caller, fields, draft, error),
        }
    })
    .await
}

/// Shows the form again with what was typed.
pub(crate) async fn edit(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Response {
    form(app, caller, request, |app, caller, mut fields| match read(app, caller, &mut fields) {
        Ok(typed) => {
            let draft = keep(app, caller, &fields, typed.secrets);
            again(app, caller, StatusCode::OK, &fields, draft.as_ref(), &[], None)
        }
        Err(answer) => *answer,
    })
    .await
}

pub(crate) async fn save(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Response {
    form(app, caller, request, |app, caller, mut fields| {
        if let Err(wait) = caller.count(&app.limits.saves) {
            caller.audit("save", "limited", &[]);
            return with_wait(plain(StatusCode::TOO_MANY_REQUESTS, "too many changes; wait a moment"), wait);
        }
        let kept: Vec<String> = fields.every("kept").to_vec();
        let typed = match read(app, caller, &mut fields) {
            Ok(typed) => typed,
            Err(answer) => return *answer,
        };
        let lost = kept.iter().filter(|path| typed.secrets.iter().all(|(found, _)| found != *path));
        let lost: Vec<FieldError> = lost
            .map(|path| {
                FieldError::new(
                    path,
                    "expired",
                    format!("`{path}`: the new value is no longer kept; type it again"),
                )
            })
            .collect();
        if !lost.is_empty() {
            let draft = keep(app, caller, &fields, typed.secrets);
            return again(
                app,
                caller,
                StatusCode::UNPROCESSABLE_ENTITY,
                &fields,
                draft.as_ref(),
                &lost,
                None,
            );
        }
        let page = slug(&fields);
        if typed.items.is_empty() {
            return see_other(&format!("p/{page}?same=1"));
        }
        let paths: Vec<String> = typed.items.iter().map(|item| item.path.clone()).collect();
        let reason = reason(&fields);
        let confirmed = Confirmed::These(fields.every("confirmed"));
        match change::save(app, &caller.visitor, &Change::Edit(typed.items), None, confirmed, reason) {
            Ok(saved) => {
                caller.audit("save", "written", &paths);
                if let Some(draft) = fields.get("draft") {
                    app.drafts.drop(caller.visitor.name(), draft);
                }
                let version = saved.version.map(|version| version.to_string());
                see_other(&format!("p/{page}?saved={}", version.unwrap_or_default()))
            }
            Err(error) => {
                caller.audit("save", "refused", &paths);
                let draft = keep(app, caller, &fields, typed.secrets);
                failed(app, caller, fields, draft, error)
            }
        }
    })
    .await
}

pub(crate) async fn rollback(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Response {
    form(app, caller, request, |app, caller, fields| {
        let Some(version) = fields.get("version").and_then(|version| version.parse::<u64>().ok()) else {
            return plain(StatusCode::BAD_REQUEST, "expected the number of a version");
        };
        let restore = Change::Restore(version);
        let Some(revision) = fields.get("confirm") else {
            return match change::plan(app, &caller.visitor, &restore, None) {
                Ok(planned) => render(app, caller, "", |frame, _| {
                    let purpose = Purpose::Restore { version };
                    reply::page(StatusCode::OK, html::review(frame, &Review { purpose, planned: &planned }))
                }),
                Err(error) => failed(app, caller, fields, None, error),
            };
        };
        if let Err(wait) = caller.count(&app.limits.saves) {
            return with_wait(plain(StatusCode::TOO_MANY_REQUESTS, "too many changes; wait a moment"), wait);
        }
        let revisions = Revisions::These(vec![revision.to_owned()]);
        let (confirmed, reason) = (Confirmed::These(fields.every("confirmed")), reason(&fields));
        match change::save(app, &caller.visitor, &restore, Some(&revisions), confirmed, reason) {
            Ok(_) => {
                caller.audit("rollback", "written", &[]);
                see_other(&format!("history?restored={version}"))
            }
            Err(error) => {
                caller.audit("rollback", "refused", &[]);
                failed(app, caller, fields, None, error)
            }
        }
    })
    .await
}

/// Reads the changes of a form, with the secrets of its draft.
pub(super) fn read(app: &App, caller: &Caller, fields: &mut Fields) -> Result<Typed, Box<Response>> {
    let name = caller.visitor.name();
    let kept = fields.get("draft").map(|draft| app.drafts.get(name, draft)).unwrap_or_default();
    let read = app.backend.with(|opened| {
        let view = View::new(app, opened, &caller.visitor);
        if fields.get("reset").is_some()
            && let Some(page) = view.pages.iter().position(|page| fields.get("page") == Some(&*page.slug))
        {
            reset(&view, page, fields);
        }
        let typed = typed(&view, fields, kept);
        // no page shows them again
        for (path, _) in &typed.secrets {
            fields.remove("v", path);
        }
        typed
    });
    read.map_err(|error| Box::new(unreadable(&error)))
}

/// Keeps the secrets that were typed; returns the name of the draft and the settings that they are for.
pub(super) fn keep(
    app: &App,
    caller: &Caller,
    fields: &Fields,
    secrets: Vec<(String, settings_core::Secret)>,
) -> Option<(String, Vec<String>)> {
    if let Some(old) = fields.get("draft") {
        app.drafts.drop(caller.visitor.name(), old);
    }
    let paths = secrets.iter().map(|(path, _)| path.clone()).collect();
    Some((app.drafts.keep(caller.visitor.name(), secrets)?, paths))
}

/// Returns the fields of these settings, and those of the form itself.
fn only(fields: &Fields, paths: &[String]) -> Fields {
    let mut fields = fields.clone();
    let others: Vec<String> = fields
        .paths()
        .into_iter()
        .filter(|path| !paths.iter().any(|kept| kept == path))
        .map(str::to_owned)
        .collect();
    for path in others {
        fields.remove_setting(&path);
    }
    fields
}

/// Answers a change that is refused: nothing that was typed is lost, secrets apart.
pub(super) fn failed(
    app: &App,
    caller: &Caller,
    mut fields: Fields,
    draft: Option<(String, Vec<String>)>,
    error: ChangeError,
) -> Response {
    let message = |status, title: &str, text: &str| {
        render(app, caller, "", |frame, _| reply::page(status, html::message(frame, title, text)))
    };
    match error {
        ChangeError::Refused(errors) => {
            let status = match errors.iter().any(|error| error.code == "forbidden") {
                true => StatusCode::FORBIDDEN,
                false => StatusCode::UNPROCESSABLE_ENTITY,
            };
            again(app, caller, status, &fields, draft.as_ref(), &errors, None)
        }
        ChangeError::Conflicts(conflicts) => {
            for conflict in &conflicts {
                fields.set("was", &conflict.path, conflict.theirs.clone());
            }
            let page = slug(&fields);
            let draft = draft.as_ref().map(|(name, kept)| (name.as_str(), kept.clone()));
            render(app, caller, "", |frame, _| {
                let page = html::conflicts(frame, &page, &fields, draft.as_ref(), &conflicts);
                reply::page(StatusCode::CONFLICT, page)
            })
        }
        ChangeError::Stale => message(
            StatusCode::CONFLICT,
            "Changed by others",
            "The file was changed meanwhile. Nothing is written.",
        ),
        ChangeError::UnknownVersion(text) => message(StatusCode::NOT_FOUND, "Not found", &text),
        ChangeError::Open(error) => unreadable(&error),
        ChangeError::Store(error) => {
            message(StatusCode::INTERNAL_SERVER_ERROR, "The file can't be changed", &error.to_string())
        }
    }
}

/// Shows the page of a form again.
pub(super) fn again(
    app: &App,
    caller: &Caller,
    status: StatusCode,
    fields: &Fields,
    draft: Option<&(String, Vec<String>)>,
    errors: &[FieldError],
    result: Option<maud::Markup>,
) -> Response {
    let slug = slug(fields);
    render(app, caller, "", |frame, _| {
        // the page of the form, else that of the first mistake
        let of_error = || {
            let entry = errors.iter().find_map(|error| frame.view.entry_of(&error.setting));
            entry.map(|entry| entry.page)
        };
        let number = frame.view.pages.iter().position(|page| page.slug == slug).or_else(of_error);
        let draft = draft.map(|(name, kept)| (name.as_str(), kept.clone()));
        let first = errors.first();
        let replace = first.filter(|error| matches!(error.code, "expired" | "secret-endpoint"));
        let replace = replace.map(|error| error.setting.as_str());
        let notice = (!errors.is_empty()).then(|| Notice::bad("Nothing is saved."));
        let answer = Answer { notice, fields: Some(fields), errors, replace, draft, result };
        match number {
            Some(number) => reply::page(status, html::page(frame, number, &answer)),
            None => {
                let text = first.map_or("The form belongs to no page.", |error| error.message.as_str());
                reply::page(status, html::message(frame, "Refused", text))
            }
        }
    })
}

/// Returns the page of a form as a part of an address.
fn slug(fields: &Fields) -> String {
    let is_slug = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    fields.get("page").filter(|page| page.chars().all(is_slug)).unwrap_or_default().to_owned()
}

/// Returns the reason for a change on one line.
fn reason(fields: &Fields) -> Option<String> {
    let reason = fields.get("reason")?.trim();
    let text: String = reason.chars().take(500).map(|c| if c.is_control() { ' ' } else { c }).collect();
    (!text.is_empty()).then_some(text)
}
