//! The kind and the default of a documented setting.

use crate::docs::drift::{Normal, contradict, normal};
use crate::docs::facts::{Documented, Source, StatedDefault};
use crate::docs::grammar::{self, HintKind};
use crate::docs::model::{Content, Part, Value};

use super::words::{self, Bounds, Deprecation};

/// A kind, as far as a page states it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum InferredKind {
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
pub(super) struct Choice {
    pub(super) text: String,
    pub(super) label: String,
    pub(super) meaning: String,
}

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
const NO_KIND: &str = "the page doesn't say what it takes";

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
        None => (self::kind(setting, default, &paragraphs, &mut todo), Vec::new()),
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

/// Returns the paragraphs of a setting: of its directive, its tables and the text around them.
fn paragraphs(setting: &Documented<'_>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let of = |content: &Content, found: &mut Vec<String>| match content {
        Content::Text(text) | Content::Verbatim(text) => found.extend(blocks(text.as_str())),
        Content::Hint(hint) => found.push(hint.text.value.clone()),
        Content::Values(_) | Content::Statement(_) => {}
    };
    if let Some(directive) = setting.directive {
        found.extend(directive.option("description").map(|text| text.value.clone()));
        directive.body.iter().for_each(|content| of(content, &mut found));
    }
    for table in &setting.tables {
        table.contents.iter().for_each(|content| of(content, &mut found));
    }
    for part in &setting.body {
        match part {
            Part::Text(text) | Part::Badge(text) => found.push(text.value.clone()),
            Part::Hint(hint) => found.push(hint.text.value.clone()),
            Part::Verbatim(text) => found.extend(blocks(text)),
            _ => {}
        }
    }
    found
}

/// Splits a verbatim block (a note, a list) into paragraphs without bullets and directive lines.
fn blocks(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut open = false;
    for line in text.lines() {
        let line = line.trim();
        if line.is_empty() || line.starts_with("..") || line.starts_with(':') && line.ends_with(':') {
            open = false;
            continue;
        }
        let item = line.strip_prefix("- ").or_else(|| line.strip_prefix("* "));
        match (item, found.last_mut()) {
            (None, Some(last)) if open => {
                last.push(' ');
                last.push_str(line);
            }
            _ => found.push(item.unwrap_or(line).to_owned()),
        }
        open = true;
    }
    found
}

/// One paragraph of the form `**True**: …`.
#[derive(Clone, Debug)]
struct PairItem {
    value: String,
    text: String,
    default: bool,
}

/// Returns two paragraphs that explain `true` and `false`.
fn paragraph_pair(setting: &Documented<'_>) -> Option<Vec<PairItem>> {
    let texts = setting
        .tables
        .iter()
        .flat_map(|table| table.contents.iter().copied())
        .chain(setting.directive.iter().flat_map(|directive| &directive.body))
        .filter_map(|content| match content {
            Content::Text(text) => Some(text.as_str()),
            _ => None,
        })
        .chain(setting.body.iter().filter_map(|part| match part {
            Part::Text(text) => Some(text.as_str()),
            _ => None,
        }));
    let items: Vec<PairItem> = texts.filter_map(bool_paragraph).collect();
    match items.as_slice() {
        [a, b] if normal(&a.value) != normal(&b.value) => Some(items),
        _ => None,
    }
}

fn bool_paragraph(text: &str) -> Option<PairItem> {
    let lead = grammar::value_item(text)?;
    let is_bool = matches!(normal(&lead.value.text), Normal::Bool(_));
    let rest = text.get(lead.end..)?.trim();
    is_bool.then(|| PairItem { value: lead.value.text, text: rest.to_owned(), default: lead.default })
}

/// Returns true for a paragraph that explains one of `values`.
pub(super) fn is_pair_paragraph(text: &str, values: &[(String, String)]) -> bool {
    bool_paragraph(text)
        .is_some_and(|item| values.iter().any(|(value, text)| *value == item.value && *text == item.text))
}

/// Returns the defaults by their weight: as `config.json` shows it, the mark in a list, then sentences.
fn ordered(stated: &[StatedDefault]) -> Vec<&StatedDefault> {
    let weight = [Source::Config, Source::Mark, Source::Sentence];
    weight.into_iter().flat_map(|by| stated.iter().filter(move |default| default.by == by)).collect()
}

/// Returns the kind that a list of values states, and the list.
fn listed(setting: &Documented<'_>) -> Option<(InferredKind, Vec<(String, String)>)> {
    let text = |item: &Value| Some((item.value.as_ref()?.value.clone(), meaning(item)));
    let is_bool = |item: &Value| {
        item.value.as_ref().is_some_and(|value| matches!(normal(value.as_str()), Normal::Bool(_)))
    };
    let mut lists = setting.value_lists();
    // The table is fuller than the directive above it.
    lists.reverse();
    for list in &lists {
        let bools: Vec<_> = list.iter().filter(|item| is_bool(item)).filter_map(|item| text(item)).collect();
        if let [(a, _), (b, _)] = bools.as_slice()
            && normal(a) != normal(b)
        {
            return Some((InferredKind::Bool, bools));
        }
    }
    let hinted_list = setting
        .hints()
        .iter()
        .find_map(|hint| grammar::hint(hint.text.as_str()))
        .is_some_and(|(hint, _)| matches!(hint, HintKind::List | HintKind::Map | HintKind::Number));
    if hinted_list {
        return None;
    }
    lists.iter().filter(|list| list.len() > 1).find_map(|list| {
        let choices = choices(list)?;
        Some((InferredKind::OneOf(choices), list.iter().filter_map(|item| text(item)).collect()))
    })
}

/// Returns the labels of a list of values.
fn labels(setting: &Documented<'_>) -> Option<Vec<String>> {
    let lists = setting.value_lists();
    let list = lists.iter().find(|list| list.len() > 1 && list.iter().any(|item| item.value.is_some()))?;
    let labels = list.iter().filter_map(|item| item.value.as_ref());
    Some(labels.map(|label| format!("\"{}\"", label.value)).collect())
}

fn kind(
    setting: &Documented<'_>,
    default: Option<&StatedDefault>,
    paragraphs: &[String],
    todo: &mut Vec<String>,
) -> InferredKind {
    let name = setting.name();
    let key = name.rsplit('.').next().unwrap_or(&name);
    if let Some((hint, unit)) = setting.hints().iter().find_map(|hint| grammar::hint(hint.text.as_str())) {
        let has_list = setting
            .value_lists()
            .iter()
            .any(|list| list.len() > 1 && list.iter().all(|item| item.value.is_some()));
        if has_list {
            todo.push("the page lists values: are others accepted too?".to_owned());
        }
        return hinted(setting, hint, unit, default, paragraphs, key);
    }
    if let Some(kind) = sentence_kind(setting, paragraphs, key, default) {
        return kind;
    }
    match default
        .filter(|default| default.by != Source::Mark)
        .map(|default| (default.value.trim(), normal(&default.value)))
    {
        Some((written, Normal::Number(_) | Normal::Bool(_))) if written.starts_with('"') => {
            text(key, paragraphs)
        }
        Some((_, Normal::Bool(_))) => InferredKind::Bool,
        Some((written, Normal::Number(_))) if written.parse::<i64>().is_ok() => {
            whole_number(key, None, default, paragraphs)
        }
        Some((_, Normal::Number(_))) => InferredKind::Float,
        Some((written, _)) if strings(written).is_some() => InferredKind::List,
        Some((written, _)) if written.starts_with('"') => text(key, paragraphs),
        // A word that is neither a number nor JSON: `s3.example.com`, `00:00`.
        Some((written, _)) if is_word(written) => text(key, paragraphs),
        _ => match text(key, paragraphs) {
            InferredKind::Secret => InferredKind::Secret,
            InferredKind::Text(low, high) if low.or(high).is_some() => InferredKind::Text(low, high),
            _ => {
                todo.push(NO_KIND.to_owned());
                InferredKind::Json
            }
        },
    }
}

fn is_word(written: &str) -> bool {
    !written.is_empty()
        && !written.contains(char::is_whitespace)
        && !written.starts_with(['{', '[', '"', '<'])
        && !matches!(written.to_lowercase().as_str(), "null" | "nil" | "none" | "n/a" | "empty" | "unlimited")
}

fn hinted(
    setting: &Documented<'_>,
    hint: HintKind,
    unit: Option<&'static str>,
    default: Option<&StatedDefault>,
    paragraphs: &[String],
    key: &str,
) -> InferredKind {
    let has_fraction = default.is_some_and(|default| {
        matches!(normal(&default.value), Normal::Number(_))
            && default.value.trim().parse::<i64>().is_err()
            && default.value.contains('.')
    });
    match hint {
        HintKind::Number if has_fraction && unit.is_none() => InferredKind::Float,
        HintKind::Number => {
            let from_hint = setting
                .hints()
                .iter()
                .map(|hint| words::hint_bounds(hint.text.as_str(), unit))
                .find(|bounds| *bounds != Bounds::default());
            match (whole_number(key, unit, default, paragraphs), from_hint) {
                (InferredKind::Integer(_), Some(bounds)) => InferredKind::Integer(bounds),
                (InferredKind::Duration(unit, _), Some(bounds)) => InferredKind::Duration(unit, bounds),
                (kind, _) => kind,
            }
        }
        HintKind::Decimal => InferredKind::Float,
        HintKind::Text => text(key, paragraphs),
        HintKind::List => InferredKind::List,
        HintKind::Map => InferredKind::Map,
        HintKind::Bool => InferredKind::Bool,
        HintKind::Json => InferredKind::Json,
    }
}

/// A whole number: a duration if the hint or the key names a unit.
fn whole_number(
    key: &str,
    unit: Option<&'static str>,
    default: Option<&StatedDefault>,
    paragraphs: &[String],
) -> InferredKind {
    let unit = unit.or_else(|| words::unit_of_key(key));
    let mut bounds = Bounds::default();
    for text in paragraphs {
        let own = words::bounds(text, unit);
        bounds = Bounds { low: bounds.low.or(own.low), high: bounds.high.or(own.high) };
    }
    if bounds.low.zip(bounds.high).is_some_and(|(low, high)| low > high) {
        bounds = Bounds::default();
    }
    // A duration is never negative: `-1` for "no limit" makes it a plain number.
    let is_negative = default.is_some_and(|default| default.value.trim().trim_matches('"').starts_with('-'));
    match unit {
        Some(unit) if !is_negative => InferredKind::Duration(unit, bounds),
        _ => InferredKind::Integer(bounds),
    }
}

/// A text, or a secret if the key says so.
fn text(key: &str, paragraphs: &[String]) -> InferredKind {
    let is_secret = ["Password", "Secret", "Salt", "PrivateKey", "EncryptKey", "Token"]
        .iter()
        .any(|end| key.ends_with(end));
    if is_secret {
        return InferredKind::Secret;
    }
    let (mut low, mut high) = (None, None);
    for text in paragraphs {
        let own = words::lengths(text);
        (low, high) = (low.or(own.0), high.or(own.1));
    }
    if low.zip(high).is_some_and(|(low, high)| low > high) {
        (low, high) = (None, None);
    }
    InferredKind::Text(low, high)
}

/// `… with string input`, `… with options ``true`` and ``false```
fn sentence_kind(
    setting: &Documented<'_>,
    paragraphs: &[String],
    key: &str,
    default: Option<&StatedDefault>,
) -> Option<InferredKind> {
    let statement =
        setting.tables.iter().flat_map(|table| &table.configs).find_map(|config| config.text.as_ref());
    let options = statement
        .and_then(|statement| words::options(statement.as_str()))
        .or_else(|| paragraphs.iter().find_map(|text| words::options(text)));
    if let Some(options) = options {
        return Some(one_of_options(options));
    }
    let tail = statement?.as_str().split_once("`` with ").map(|(_, tail)| tail)?;
    let is = |words: &str| tail.starts_with(words);
    if is("string array") {
        Some(InferredKind::List)
    } else if is("string") || is("24-hour") {
        Some(text(key, paragraphs))
    } else if is("numerical") || is("numeric") {
        let bounds = words::hint_bounds(tail, None);
        Some(match whole_number(key, None, default, paragraphs) {
            InferredKind::Integer(_) if bounds != Bounds::default() => InferredKind::Integer(bounds),
            kind => kind,
        })
    } else {
        None
    }
}

/// The kind of a list of options in a sentence: a bool, a number, or a one-of.
fn one_of_options(options: Vec<String>) -> InferredKind {
    if options.iter().all(|option| matches!(normal(option), Normal::Bool(_))) {
        return InferredKind::Bool;
    }
    if options.iter().all(|option| option.parse::<i64>().is_ok()) {
        let numbers = || options.iter().filter_map(|option| option.parse::<i64>().ok());
        return InferredKind::Integer(Bounds { low: numbers().min(), high: numbers().max() });
    }
    let choice = |text: String| {
        let label = if text.is_empty() { "Not specified".to_owned() } else { text.clone() };
        Choice { text, label, meaning: String::new() }
    };
    InferredKind::OneOf(options.into_iter().map(choice).collect())
}

/// Returns the meaning of an item, including the deployments on which it is the default.
fn meaning(item: &Value) -> String {
    match &item.default_if {
        // Not as a mark: the struct has one default.
        Some(condition) => format!("The default {}. {}", condition.value, item.text.value),
        None => item.text.value.clone(),
    }
}

/// Returns the values of a list as a one-of, if the page shows their texts in `config.json`.
fn choices(list: &[&Value]) -> Option<Vec<Choice>> {
    let mut choices: Vec<Choice> = Vec::new();
    for item in list {
        let label = item.value.as_ref()?.value.clone();
        let text = match option_text(item.text.as_str()) {
            Some(text) => text,
            None if label == "Not specified" => String::new(),
            None if label.contains(char::is_whitespace) => return None,
            None => label.clone(),
        };
        if choices.iter().any(|choice| choice.text == text || choice.label == label) {
            return None;
        }
        choices.push(Choice { text, label, meaning: meaning(item) });
    }
    Some(choices)
}

/// `… ``config.json`` option: ``"full_name"``.`
fn option_text(text: &str) -> Option<String> {
    let at = ["option: ``\"", "setting: ``\""]
        .into_iter()
        .find_map(|words| text.find(words).map(|at| at + words.len()))?;
    text.get(at..)?.split_once('"').map(|(value, _)| value.to_owned())
}

/// A JSON list of texts.
fn strings(written: &str) -> Option<Vec<String>> {
    serde_json::from_str(written.trim()).ok()
}

fn fits(bounds: &Bounds, number: i64) -> bool {
    bounds.low.is_none_or(|low| low <= number) && bounds.high.is_none_or(|high| number <= high)
}

/// Returns the kind without its bounds, if it has any.
fn without_bounds(kind: &InferredKind) -> Option<InferredKind> {
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
fn expression(kind: &InferredKind, written: &str) -> Option<String> {
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
