//! The kind and the default of a documented setting.

mod kind;
mod lists;
mod paragraphs;
mod stated;

use crate::docs::drift::{contradict, normal};
use crate::docs::facts::{Documented, Source, StatedDefault};

use super::words::{self, Deprecation};
use kind::{expression, without_bounds};
use lists::{labels, listed};
use paragraphs::{paragraph_pair, paragraphs};
use stated::{NO_KIND, stated_kind};

pub(super) use kind::{Choice, InferredKind};
pub(super) use paragraphs::is_pair_paragraph;

/// Kind and default, and what the page leaves open.
#[derive(Clone, Debug)]
pub(super) struct Inferred {
    pub(super) kind: InferredKind,
    /// The items of the list that names its values, as the page calls them.
    pub(super) values: Vec<(String, String)>,
    /// The default as a Rust expression; empty if the type's own default is meant.
    pub(super) default: Option<String>,
    pub(super) deprecated: Option<Deprecation>,
    /// The sentences that state contradictory defaults. The struct has none of them.
    pub(super) contradictory: bool,
    /// Facts that the page leaves open.
    pub(super) todo: Vec<String>,
}

const NO_DEFAULT: &str = "the page states no default";

impl Inferred {
    /// Takes the facts that only another place of the same setting states.
    pub(super) fn complete_from(&mut self, other: &Inferred) {
        let same_kind = self.kind == other.kind;
        if self.kind == InferredKind::Json && other.kind != InferredKind::Json {
            self.kind = other.kind.clone();
            self.values = other.values.clone();
            self.default = other.default.clone();
            self.todo.retain(|todo| !todo.starts_with(NO_KIND) && todo != NO_DEFAULT);
        } else if self.default.is_none() && !self.contradictory && same_kind && other.default.is_some() {
            self.default = other.default.clone();
            self.todo.retain(|todo| todo != NO_DEFAULT);
        }
        if self.deprecated.is_none() {
            self.deprecated = other.deprecated.clone();
        }
    }

    /// A measure of how much the page states.
    pub(super) fn fullness(&self) -> usize {
        usize::from(self.kind != InferredKind::Json) * 2
            + usize::from(self.default.is_some()) * 2
            + usize::from(!self.values.is_empty()) * 2
            + usize::from(self.deprecated.is_some())
    }
}

pub(super) fn infer(setting: &Documented<'_>) -> Inferred {
    let mut stated = setting.defaults();
    let paragraphs = paragraphs(setting);
    let pair = paragraph_pair(setting);
    stated.extend(
        paragraphs.iter().filter_map(|text| words::stated_default(text)).map(|value| StatedDefault {
            value,
            span: setting.span,
            by: Source::Sentence,
            in_directive: false,
        }),
    );
    stated.extend(pair.iter().flatten().filter(|item| item.default).map(|item| StatedDefault {
        value: item.value.clone(),
        span: setting.span,
        by: Source::Mark,
        in_directive: false,
    }));
    let contradictory =
        stated.iter().any(|a| stated.iter().any(|b| contradict(&normal(&a.value), &normal(&b.value))));
    let ordered = if contradictory { Vec::new() } else { ordered(&stated) };
    let default = ordered.first().copied();
    let listed = listed(setting).or_else(|| {
        let items = pair.as_ref()?;
        Some((InferredKind::Bool, items.iter().map(|item| (item.value.clone(), item.text.clone())).collect()))
    });
    let mut todo: Vec<String> = Vec::new();
    let (mut kind, mut values) = match listed {
        Some((kind, values)) => (kind, values),
        None => (stated_kind(setting, default, &paragraphs, &mut todo), Vec::new()),
    };
    let mut written = default;
    if let (InferredKind::OneOf(choices), Some(default)) = (&mut kind, default)
        && default.value.trim().trim_matches('"').is_empty()
        && !choices.iter().any(|choice| choice.text.is_empty())
    {
        // The list leaves out the empty text, which is the default.
        let (label, meaning) = ("Not specified".to_owned(), "The default.".to_owned());
        if !values.is_empty() {
            values.push((label.clone(), meaning.clone()));
        }
        choices.push(Choice { text: String::new(), label, meaning });
    }
    let labels = if kind == InferredKind::Json { labels(setting) } else { None };
    if let Some(labels) = labels {
        todo.push(format!(
            "the page lists values, but not as `config.json` writes them: {}",
            labels.join(", ")
        ));
        // The label of a value that `config.json` writes differently is not a default.
        if let Some(label) = default.filter(|default| default.by == Source::Mark) {
            todo.push(format!("the page's default is \"{}\"", label.value));
            written = None;
        }
    }
    let mut expressed = written.and_then(|default| expression(&kind, &default.value));
    // The first that fits: a misspelt default, or one in words, yields to another place.
    if expressed.is_none()
        && let Some((fitting, default)) = ordered
            .iter()
            .filter(|default| kind != InferredKind::Json && !default.value.trim().is_empty())
            .find_map(|default| Some((expression(&kind, &default.value)?, *default)))
        && let Some(other) = written
    {
        todo.push(format!("the page states the default `{}` too", other.value.trim()));
        (expressed, written) = (Some(fitting), Some(default));
    }
    if expressed.is_none()
        && let Some(default) = written
        && let Some(wider) = without_bounds(&kind)
        && let Some(fitting) = expression(&wider, &default.value)
    {
        todo.push(format!("the page's bounds don't admit its default `{}`", default.value));
        (kind, expressed) = (wider, Some(fitting));
    }
    match (written, &expressed) {
        _ if contradictory => {
            let mut values: Vec<String> = Vec::new();
            for default in &stated {
                let shown = format!("`{}`", default.value.trim());
                if !values.contains(&shown) {
                    values.push(shown);
                }
            }
            todo.push(format!("the page contradicts itself on the default: {}", values.join(", ")));
        }
        (_, Some(_)) => {}
        (Some(written), None) if written.value.trim().is_empty() => {}
        (Some(_), None) if kind == InferredKind::Secret => {
            todo.push("the page states a default, which code must not hold of a secret".to_owned());
        }
        (Some(written), None) => {
            todo.push(format!("the page's default `{}` doesn't fit its kind", written.value.trim()));
        }
        // A page does not state the default of a secret.
        (None, None) if kind == InferredKind::Secret => {}
        (None, None) if default.is_some() => {}
        (None, None) => todo.push(NO_DEFAULT.to_owned()),
    }
    let name = setting.name();
    let key = name.rsplit('.').next().unwrap_or(&name);
    todo.extend(unread(&kind, key, &paragraphs));
    let deprecated = paragraphs.iter().find_map(|text| words::deprecation(text, key));
    Inferred { kind, values, default: expressed, deprecated, contradictory, todo }
}

/// Returns the ranges, lengths and units in words that the kind does not have.
fn unread(kind: &InferredKind, key: &str, paragraphs: &[String]) -> Vec<String> {
    let (unit, is_text) = match kind {
        InferredKind::Integer(_) | InferredKind::Float => (None, false),
        InferredKind::Duration(unit, _) => (Some(*unit), false),
        InferredKind::Text(..) => (None, true),
        _ => return Vec::new(),
    };
    let mut todo: Vec<String> = Vec::new();
    for sentence in paragraphs.iter().flat_map(|text| words::unread_ranges(text, unit, is_text)) {
        let words = format!("does the page limit the values? \"{sentence}\"");
        if !todo.contains(&words) {
            todo.push(words);
        }
    }
    if let (false, Some(unit)) = (is_text || unit.is_some(), words::other_unit_of_key(key)) {
        todo.push(format!("its name counts {unit}, which is the unit of no kind"));
    }
    todo
}

/// Returns the defaults by their weight: as `config.json` shows it, the mark in a list, then sentences.
fn ordered(stated: &[StatedDefault]) -> Vec<&StatedDefault> {
    let weight = [Source::Config, Source::Mark, Source::Sentence];
    weight.into_iter().flat_map(|by| stated.iter().filter(move |default| default.by == by)).collect()
}
