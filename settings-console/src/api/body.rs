//! The JSON bodies of requests.

use axum::extract::Request;
use http::StatusCode;
use http::header::{HeaderMap, IF_MATCH};
use settings_core::value::Secret;
use settings_core::value::json::{Object, Tree};

use super::problem::Problem;
use crate::reply;
use crate::request::{Edit, Input, Item, Revisions};

/// A change as a program asks for it.
#[derive(Debug, Default)]
pub(crate) struct Body {
    pub(crate) items: Vec<Item>,
    pub(crate) reason: Option<String>,
    pub(crate) version: Option<u64>,
    /// The recipient of a test.
    #[cfg(feature = "mail")]
    pub(crate) to: String,
    #[cfg(feature = "mail")]
    pub(crate) is_sending: bool,
}

/// Reads the body of a request; an empty one is an empty object where `may_be_empty`.
pub(crate) async fn read(request: Request, known: &[&str], may_be_empty: bool) -> Result<Body, Problem> {
    if !reply::is_of_type(&request, "application/json") && !may_be_empty {
        let detail = "expected `Content-Type: application/json`";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type", detail));
    }
    let text = reply::body(request)
        .await
        .map_err(|status| Problem::new(status, "body", "the body can't be read"))?;
    if may_be_empty && text.trim().is_empty() {
        return Ok(Body::default());
    }
    let tree = Tree::parse(&text)
        .map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "syntax", "the body is not JSON"))?;
    let Tree::Object(object) = tree else { return Err(wrong("", "an object")) };
    if let Some((unknown, _)) = object.iter().find(|(name, _)| !known.contains(name)) {
        let detail = format!("unknown member `{unknown}`; expected {}", known.join(", "));
        return Err(Problem::new(StatusCode::BAD_REQUEST, "unknown-member", detail));
    }
    parse(&object)
}

fn parse(object: &Object) -> Result<Body, Problem> {
    let mut body = Body::default();
    match object.get("set") {
        None => {}
        Some(Tree::Object(set)) => {
            for (path, value) in set.iter() {
                let edit = Edit::Set(Input::Json(Secret::new(value.to_string())));
                body.items.push(Item { path: path.to_owned(), edit, base: None });
            }
        }
        Some(_) => return Err(wrong("/set", "an object of settings and values")),
    }
    match object.get("unset") {
        None => {}
        Some(Tree::Array(unset)) => {
            for path in unset {
                let path = path.as_str().ok_or_else(|| wrong("/unset", "an array of paths"))?;
                body.items.push(Item { path: path.to_owned(), edit: Edit::Unset, base: None });
            }
        }
        Some(_) => return Err(wrong("/unset", "an array of paths")),
    }
    match object.get("reason") {
        None | Some(Tree::Null) => {}
        Some(Tree::String(reason)) => {
            let reason: String =
                reason.chars().take(500).map(|c| if c.is_control() { ' ' } else { c }).collect();
            body.reason = Some(reason).filter(|reason| !reason.trim().is_empty());
        }
        Some(_) => return Err(wrong("/reason", "a text")),
    }
    if let Some(version) = object.get("version") {
        let version = version.to_string().parse::<u64>();
        body.version = Some(version.map_err(|_| wrong("/version", "the number of a version"))?);
    }
    #[cfg(feature = "mail")]
    {
        match object.get("to") {
            None | Some(Tree::Null) => {}
            Some(Tree::String(to)) => body.to.clone_from(to),
            Some(_) => return Err(wrong("/to", "a mail address")),
        }
        body.is_sending = object.get("send") == Some(&Tree::Bool(true));
    }
    Ok(body)
}

fn wrong(pointer: &str, expected: &str) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "wrong-type", format!("expected {expected}"))
        .with("pointer", pointer)
}

/// Reads `If-Match`, which every change needs.
pub(crate) fn revisions(headers: &HeaderMap) -> Result<Revisions, Problem> {
    let mut these = Vec::new();
    for header in headers.get_all(IF_MATCH) {
        for tag in header.to_str().unwrap_or_default().split(',').map(str::trim) {
            if tag == "*" {
                return Ok(Revisions::Any);
            }
            // weak tags match nothing
            these.extend(tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')).map(str::to_owned));
        }
    }
    if headers.get(IF_MATCH).is_none() {
        let detail = "send `If-Match` with the `ETag` of the settings that the change is made to";
        return Err(Problem::new(StatusCode::PRECONDITION_REQUIRED, "if-match-required", detail));
    }
    Ok(Revisions::These(these))
}
