//! The test of the connection to the mail server with what is on the screen.

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use http::StatusCode;
use http::header::ACCEPT;

use super::change::{again, failed, keep, plain, read};
use crate::app::{App, Caller};
use crate::error::ChangeError;
use crate::form::{Fields, Typed};
use crate::html::{self, Outcome};
use crate::mail::{Running, Test};
use crate::reply::{self, is_of_type, with_type, with_wait};

pub(crate) async fn test_mail(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Response {
    if !caller.visitor.is_tester() {
        caller.audit("test", "refused", &[]);
        return plain(StatusCode::FORBIDDEN, "you may not test connections");
    }
    if !is_of_type(&request, "application/x-www-form-urlencoded") {
        return plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, "expected a form");
    }
    let accept = request.headers().get(ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    let is_streamed = accept.contains("application/x-ndjson");
    let text = match reply::body(request).await {
        Ok(text) => text,
        Err(status) => return plain(status, "the form can't be read"),
    };
    if let Err(wait) = caller.count(&app.limits.tests) {
        caller.audit("test", "limited", &[]);
        return with_wait(plain(StatusCode::TOO_MANY_REQUESTS, "too many tests; wait a moment"), wait);
    }
    let Some(running) = Running::new(&app, &caller.visitor) else {
        return plain(StatusCode::TOO_MANY_REQUESTS, "a test of yours is running already");
    };
    let prepared = {
        let (app, caller) = (Arc::clone(&app), caller.clone());
        tokio::task::spawn_blocking(move || prepare(&app, &caller, &text)).await
    };
    let Ok(prepared) = prepared else {
        return plain(StatusCode::INTERNAL_SERVER_ERROR, "the test failed to start");
    };
    let (fields, draft, test) = match prepared {
        Ok(prepared) => prepared,
        Err(answer) => return *answer,
    };
    let test = match test {
        Ok(test) => test,
        Err(error) => {
            caller.audit("test", "refused", &[]);
            if is_streamed {
                return crate::api::problem::of_change(&error, false);
            }
            return failed(&app, &caller, fields, draft, error);
        }
    };
    caller.audit("test", "started", &[]);
    let steps = test.start(running);
    if is_streamed {
        return with_type(StatusCode::OK, "application/x-ndjson", Body::from_stream(steps));
    }
    let lines = steps.all().await;
    let result = html::test(&Outcome { lines: &lines });
    again(&app, &caller, StatusCode::OK, &fields, draft.as_ref(), &[], Some(result))
}

type Prepared = (Fields, Option<(String, Vec<String>)>, Result<Test, ChangeError>);

fn prepare(app: &App, caller: &Caller, text: &str) -> Result<Prepared, Box<Response>> {
    let mut fields = Fields::parse(text);
    let Typed { items, secrets } = read(app, caller, &mut fields)?;
    let draft = keep(app, caller, &fields, secrets);
    let is_sending = fields.get("action") == Some("send");
    let to = fields.get("to").unwrap_or_default().to_owned();
    let test = Test::new(app, &caller.visitor, items, &to, is_sending);
    let test = test.and_then(|test| test.check_address(app).map(|()| test));
    Ok((fields, draft, test))
}
