//! Compares the value lists and hints of a page with the kinds of the schema.

use crate::docs::dialect::WORDS;
use crate::docs::facts::Documented;
use crate::docs::from_schema::unit_named;
use crate::docs::grammar::{self, HintKind};
use crate::docs::model::Fact;
use crate::nearest::nearest;
use crate::schema::{Kind, Leaf};

use super::draft::Draft;
use super::finding::Rule;

/// Compares each list of values with the values that are accepted.
pub(super) fn values(setting: &Documented<'_>, leaf: &Leaf, drafts: &mut Vec<Draft>) {
    let accepted: Vec<(&str, &str)> = match leaf.setting.kind.required() {
        Kind::Bool => vec![("true", "true"), ("false", "false")],
        Kind::OneOf(choices) => choices.iter().map(|choice| (choice.text, choice.label)).collect(),
        _ => return,
    };
    for list in setting.value_lists() {
        let named: Vec<&Fact<String>> = list.iter().filter_map(|item| item.value.as_ref()).collect();
        let is = |fact: &Fact<String>, (text, label): &(&str, &str)| {
            fact.value.eq_ignore_ascii_case(text) || fact.value.eq_ignore_ascii_case(label)
        };
        // A list that names none of the values is about something else.
        if !named.iter().any(|fact| accepted.iter().any(|value| is(fact, value))) {
            continue;
        }
        let labels: Vec<&str> = accepted.iter().map(|(_, label)| *label).collect();
        let mut absent: Vec<&str> = accepted
            .iter()
            .filter(|value| !named.iter().any(|fact| is(fact, value)))
            .map(|(_, label)| *label)
            .collect();
        for fact in named.iter().filter(|fact| !accepted.iter().any(|value| is(fact, value))) {
            // A misspelt value is one mistake, not one too many and one too few.
            let meant = nearest(&fact.value, absent.iter().copied());
            absent.retain(|label| Some(*label) != meant);
            let help = match meant {
                Some(meant) => format!("write `{meant}`"),
                None => "remove the item".to_owned(),
            };
            drafts.push(
                Draft::new(
                    Rule::Values,
                    fact.span,
                    format!("`{}` is not a value of `{}`", fact.value, leaf.path),
                )
                .found(fact.value.clone())
                .expected(meant.map_or_else(|| labels.join(", "), str::to_owned))
                .help(help),
            );
        }
        for label in absent {
            let at = named.first().map_or(setting.span, |fact| fact.span);
            drafts.push(
                Draft::new(
                    Rule::Values,
                    at,
                    format!("the list is missing `{label}`, a value of `{}`", leaf.path),
                )
                .expected(label)
                .found(named.iter().map(|fact| fact.as_str()).collect::<Vec<_>>().join(", "))
                .help(format!("add an item: - **{label}**: what it does")),
            );
        }
    }
}

/// Compares each hint's kind and unit with the setting's.
pub(super) fn kinds(setting: &Documented<'_>, leaf: &Leaf, drafts: &mut Vec<Draft>) {
    for hint in setting.hints() {
        let Some((said, unit)) = grammar::hint(&hint.text.value) else { continue };
        let kind = leaf.setting.kind.required();
        if let (Kind::Duration { unit: real, .. }, Some(unit)) = (kind, unit) {
            if unit_named(unit).is_some_and(|unit| unit != *real) {
                drafts.push(
                    Draft::new(
                        Rule::Kind,
                        hint.text.span,
                        format!("`{}` counts {}, not {unit}", leaf.path, real.name()),
                    )
                    .found(hint.text.value.clone())
                    .expected(format!("{} {}.", WORDS.number_in, real.name()))
                    .help(format!("write `in {}`", real.name())),
                );
            }
            continue;
        }
        let Some(words) = contradicts(said, kind) else { continue };
        drafts.push(
            Draft::new(Rule::Kind, hint.text.span, format!("`{}` takes {words}", leaf.path))
                .found(hint.text.value.clone())
                .expected(words)
                .help(format!("say that it takes {words}")),
        );
    }
}

/// The input that the setting takes, where it certainly differs from the hint's.
fn contradicts(said: HintKind, kind: &Kind) -> Option<&'static str> {
    match (said, kind) {
        (HintKind::Text | HintKind::List | HintKind::Map | HintKind::Bool, Kind::Integer { .. }) => {
            Some("a whole number")
        }
        (HintKind::Text | HintKind::List | HintKind::Map | HintKind::Bool, Kind::Float { .. }) => {
            Some("a number")
        }
        (HintKind::List | HintKind::Map | HintKind::Bool, Kind::Duration { .. }) => {
            Some("a number of its unit")
        }
        (HintKind::Number | HintKind::Decimal | HintKind::List | HintKind::Map, Kind::Bool) => {
            Some("true or false")
        }
        (
            HintKind::Number | HintKind::Decimal | HintKind::List | HintKind::Map | HintKind::Bool,
            Kind::Text | Kind::Secret | Kind::SecretOf(_) | Kind::OneOf(_),
        ) => Some("text"),
        (HintKind::Number | HintKind::Decimal | HintKind::Map | HintKind::Bool, Kind::List(_)) => {
            Some("a list")
        }
        (HintKind::Number | HintKind::Decimal | HintKind::List | HintKind::Bool, Kind::Map { .. }) => {
            Some("a map")
        }
        _ => None,
    }
}
