//! The kinds that pages state, and defaults of them as Rust expressions.

use crate::docs::drift::{Normal, normal};
use crate::docs::import::words::Bounds;

/// A kind, as far as a page states it.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::docs::import) enum InferredKind {
    Bool,
    /// A whole number, with the bounds that the page states.
    Integer(Bounds),
    Float,
    /// In the unit of the name.
    Duration(&'static str, Bounds),
    /// A text, with its shortest and longest length.
    Text(Option<u32>, Option<u32>),
    Secret,
    List,
    Map,
    OneOf(Vec<Choice>),
    /// The page does not state the kind.
    Json,
}

/// One value of a one-of.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::docs::import) struct Choice {
    pub(in crate::docs::import) text: String,
    pub(in crate::docs::import) label: String,
    pub(in crate::docs::import) meaning: String,
}

/// A JSON list of texts.
pub(super) fn strings(written: &str) -> Option<Vec<String>> {
    serde_json::from_str(written.trim()).ok()
}

fn fits(bounds: &Bounds, number: i64) -> bool {
    bounds.low.is_none_or(|low| low <= number) && bounds.high.is_none_or(|high| number <= high)
}

/// Returns the kind without its bounds, if it has any.
pub(super) fn without_bounds(kind: &InferredKind) -> Option<InferredKind> {
    match kind {
        InferredKind::Integer(bounds) if *bounds != Bounds::default() => {
            Some(InferredKind::Integer(Bounds::default()))
        }
        InferredKind::Duration(unit, bounds) if *bounds != Bounds::default() => {
            Some(InferredKind::Duration(unit, Bounds::default()))
        }
        InferredKind::Text(low, high) if low.or(*high).is_some() => Some(InferredKind::Text(None, None)),
        _ => None,
    }
}

/// Returns the default as the derive reads it, or `None` if it doesn't fit the kind.
pub(super) fn expression(kind: &InferredKind, written: &str) -> Option<String> {
    let bare = written.trim();
    let unquoted = bare.trim_matches(['"', '“', '”']);
    match (kind, normal(written)) {
        (InferredKind::Bool, Normal::Bool(default)) => Some(default.to_string()),
        (InferredKind::Integer(bounds), Normal::Number(_)) => {
            let number: i64 = unquoted.replace(',', "").parse().ok()?;
            fits(bounds, number).then(|| number.to_string())
        }
        (InferredKind::Duration(_, bounds), Normal::Number(_)) => {
            let number: u32 = unquoted.replace(',', "").parse().ok()?;
            fits(bounds, i64::from(number)).then(|| number.to_string())
        }
        (InferredKind::Float, Normal::Number(number)) => Some(format!("{number:?}")),
        // Code holds no secret; without an attribute it is empty.
        (InferredKind::Secret, _) => unquoted.is_empty().then(String::new),
        (InferredKind::Text(low, high), _) => {
            let length = unquoted.chars().count();
            let fits = low.is_none_or(|low| low as usize <= length)
                && high.is_none_or(|high| length <= high as usize);
            fits.then(|| format!("{unquoted:?}"))
        }
        (InferredKind::List, _) => strings(bare).map(|texts| format!("{texts:?}")),
        (InferredKind::OneOf(choices), _) => choices
            .iter()
            .find(|choice| choice.label == bare || choice.text == unquoted)
            .map(|choice| format!("{:?}", choice.text)),
        _ => None,
    }
}
