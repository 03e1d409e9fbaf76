//! The facts that only some kinds of value have.

use crate::schema::Kind;
use crate::value::json::Tree;

/// The facts of one kind; those of a list, set or map are its elements'.
#[derive(Default)]
pub(super) struct Facts {
    pub(super) unit: Option<&'static str>,
    pub(super) min: Option<Tree>,
    pub(super) max: Option<Tree>,
    pub(super) min_length: Option<u32>,
    pub(super) max_length: Option<u32>,
    pub(super) format: Option<&'static str>,
    pub(super) pattern: Option<&'static str>,
    pub(super) values: Option<Vec<Tree>>,
    pub(super) element: Option<&'static str>,
}

impl Facts {
    pub(super) fn of(kind: &Kind) -> Self {
        match *kind {
            Kind::Bool => Self { values: Some([true, false].map(Tree::from).to_vec()), ..Self::default() },
            Kind::Integer { min, max } => Self { min: bound(min), max: bound(max), ..Self::default() },
            Kind::Size { min, max } => Self {
                unit: Some("bytes"),
                min: bound(min.into()),
                max: bound(max.into()),
                ..Self::default()
            },
            Kind::Duration { unit, min, max } => Self {
                unit: Some(unit.name()),
                min: bound(min.into()),
                max: bound(max.into()),
                ..Self::default()
            },
            Kind::TextOf(rules) | Kind::SecretOf(rules) => Self {
                min_length: (rules.min_len > 0).then_some(rules.min_len),
                max_length: (rules.max_len < u32::MAX).then_some(rules.max_len),
                format: rules.format.map(|format| format.id()),
                pattern: rules.pattern.map(|pattern| pattern.as_str()),
                ..Self::default()
            },
            Kind::OneOf(choices) => {
                let values = choices.iter().map(|choice| choice.text.into()).collect();
                Self { values: Some(values), ..Self::default() }
            }
            Kind::List(of) | Kind::Set(of) | Kind::Map { of, .. } => {
                Self { element: Some(kind_name(of)), ..Self::of(of) }
            }
            Kind::Optional(of) => Self::of(of),
            Kind::Float { min, max } => Self {
                min: (min != f64::MIN).then(|| min.into()),
                max: (max != f64::MAX).then(|| max.into()),
                ..Self::default()
            },
            Kind::Tuple(_) | Kind::Text | Kind::Secret | Kind::Section(_) | Kind::Json | Kind::Custom(_) => {
                Self::default()
            }
        }
    }
}

/// Returns a bound that readers of JSON accept: no more than 64 bits.
fn bound(bound: i128) -> Option<Tree> {
    let fits = i64::try_from(bound).is_ok() || u64::try_from(bound).is_ok();
    fits.then(|| bound.into())
}

pub(super) fn kind_name(kind: &Kind) -> &'static str {
    match kind {
        Kind::Bool => "bool",
        Kind::Integer { .. } => "integer",
        Kind::Float { .. } => "number",
        Kind::Text | Kind::TextOf(_) | Kind::Custom(_) => "string",
        Kind::Secret | Kind::SecretOf(_) => "secret",
        Kind::OneOf(_) => "one-of",
        Kind::Duration { .. } => "duration",
        Kind::Size { .. } => "size",
        Kind::List(_) => "list",
        Kind::Set(_) => "set",
        Kind::Tuple(_) => "tuple",
        Kind::Section(_) => "section",
        Kind::Json => "json",
        Kind::Map { .. } => "map",
        Kind::Optional(of) => kind_name(of),
    }
}
