//! Problems as RFC 9457 describes them.

use axum::response::Response;
use http::StatusCode;
use settings_core::value::json::{Object, Tree};

use crate::error::{ChangeError, FieldError};
use crate::reply::with_type;

/// A problem. Holds no secret.
pub(crate) struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: String,
    errors: Vec<Tree>,
    more: Vec<(&'static str, Tree)>,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self { status, code, detail: detail.into(), errors: Vec::new(), more: Vec::new() }
    }

    /// Adds a member of its own.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<Tree>) -> Self {
        self.more.push((name, value.into()));
        self
    }

    pub(crate) fn into_response(self) -> Response {
        let mut body = Object::from([
            ("type", format!("urn:settings:problem:{}", self.code).into()),
            ("title", self.status.canonical_reason().unwrap_or("Error").into()),
            ("status", self.status.as_u16().into()),
            ("detail", self.detail.into()),
            ("code", self.code.into()),
        ]);
        if !self.errors.is_empty() {
            body.insert("errors", Tree::Array(self.errors));
        }
        for (name, value) in self.more {
            body.insert(name, value);
        }
        with_type(self.status, "application/problem+json", format!("{:#}\n", Tree::from(body)))
    }
}

/// Returns the answer to a change that is refused. `in_body` is whether mistakes point into the body of the request.
pub(crate) fn of_change(error: &ChangeError, in_body: bool) -> Response {
    problem(error, in_body).into_response()
}

pub(crate) fn problem(error: &ChangeError, in_body: bool) -> Problem {
    match error {
        ChangeError::Stale => Problem::new(
            StatusCode::PRECONDITION_FAILED,
            "stale",
            "the file was changed since it was read; nothing is written",
        ),
        ChangeError::Conflicts(conflicts) => {
            let paths: Tree = conflicts.iter().map(|conflict| conflict.path.as_str()).collect();
            Problem::new(
                StatusCode::CONFLICT,
                "conflict",
                "others changed the same settings; nothing is written",
            )
            .with("settings", paths)
        }
        ChangeError::Refused(errors) => refused(errors, in_body),
        ChangeError::UnknownVersion(text) => Problem::new(StatusCode::NOT_FOUND, "unknown-version", text),
        ChangeError::Open(error) => {
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unreadable", error.to_string())
        }
        ChangeError::Store(error) => {
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "not-written", error.to_string())
        }
    }
}

fn refused(errors: &[FieldError], in_body: bool) -> Problem {
    let is_forbidden = errors.iter().any(|error| error.code == "forbidden");
    let (status, code) = match is_forbidden {
        true => (StatusCode::FORBIDDEN, "forbidden"),
        false => (StatusCode::UNPROCESSABLE_ENTITY, "invalid"),
    };
    let mut problem = Problem::new(status, code, "nothing is written: settings refuse the change");
    problem.errors = errors.iter().map(|error| Tree::from(object(error, in_body))).collect();
    problem
}

fn object(error: &FieldError, in_body: bool) -> Object {
    let key = error.setting.replace('~', "~0").replace('/', "~1");
    let pointer = in_body.then(|| format!("/set/{key}"));
    Object::from([
        ("pointer", pointer.into()),
        ("setting", (&error.setting).into()),
        ("code", error.code.into()),
        ("message", (&error.message).into()),
        ("expected", error.expected.clone().into()),
        ("help", (&error.help).into()),
        ("origin", error.origin.as_ref().map(|origin| origin.to_json()).into()),
    ])
}
