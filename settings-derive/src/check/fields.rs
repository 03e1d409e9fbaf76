//! Checks of one field.

use proc_macro2::TokenStream;

use super::not_empty;
use crate::ast::{Field, Leaf, Member, Nested};
use crate::attr::Range;
use crate::ctxt::Ctxt;
use crate::default::DefaultValue;
use crate::doc::Value;
use crate::naming::key_fault;
use crate::nearest::nearest;
use crate::pattern;
use crate::ty::{self, Kind, Occurs};

pub(super) fn check(cx: &Ctxt, field: &Field<'_>) {
    match &field.member {
        Member::Setting(leaf) => {
            documented(cx, field, leaf);
            names_each_value_once(cx, leaf);
            bool_names_both_values(cx, leaf);
            duration_has_a_unit(cx, field, leaf);
            computed_default_has_a_rule(cx, leaf);
            required_has_no_default(cx, field, leaf);
            secret_has_no_flag(cx, field, leaf);
            parsed_types_have_no_other_rules(cx, leaf);
            type_is_not_too_wide(cx, field);
            text_rules_are_of_a_text(cx, field, leaf);
            default_matches_the_pattern(cx, leaf);
            range_fits_the_type(cx, field, leaf);
            default_is_in_range(cx, field, leaf);
            default_is_in_float_range(cx, leaf);
            not_empty(cx, "title", leaf.attrs.title.as_ref());
            not_empty(cx, "page", leaf.attrs.page.as_ref());
            not_empty(cx, "console", leaf.attrs.console.as_ref());
            not_empty(cx, "scope", leaf.attrs.scope.as_ref());
            replacement_can_be_named(cx, field, leaf);
        }
        Member::Section(nested) => {
            leaf_type_is_a_setting(cx, field);
            flattened_section_occurs_once(cx, field, nested);
        }
    }
}

/// ```text
/// pub port: u16,
/// ```
fn leaf_type_is_a_setting(cx: &Ctxt, field: &Field<'_>) {
    let kind = ty::kind(field.ty);
    let (name, what) = (field.ident, kind.name());
    if ty::section_within(field.ty).is_some() {
        return;
    }
    if matches!(ty::innermost(field.ty), Kind::Other) {
        let message = format!(
            "`{name}` is {what}, which cannot be a nested section: mark a setting with `#[setting(...)]`"
        );
        cx.error(name, message);
    } else {
        cx.error(name, format!("`{name}` is {what}, not a nested section: mark it with `#[setting(...)]`"));
    }
}

/// ```text
/// #[settings(flatten)]
/// pub replicas: Vec<Replica>,
/// ```
fn flattened_section_occurs_once(cx: &Ctxt, field: &Field<'_>, nested: &Nested<'_>) {
    let (Some(span), true) = (nested.flatten, nested.occurs != Occurs::Once) else { return };
    let what = if nested.occurs == Occurs::Optional { "may be absent" } else { "repeats" };
    let message =
        format!("`{}` {what}, so its settings cannot be those of this struct: remove `flatten`", field.ident);
    cx.error_at(span, message);
}

/// ```text
/// #[setting(default = 25)]
/// pub port: u16,
/// ```
fn documented(cx: &Ctxt, field: &Field<'_>, leaf: &Leaf<'_>) {
    let name = field.ident;
    if leaf.doc.is_empty() {
        cx.error(
            name,
            format!("`{name}` has no documentation: describe the setting in a doc comment, `/// ...`"),
        );
    } else if leaf.doc.description.is_empty() {
        cx.error(
            name,
            format!("`{name}` has values but no description: begin its doc comment with a sentence"),
        );
    }
}

/// ```text
/// /// - `true`: on.
/// /// - `true`: off.
/// ```
fn names_each_value_once(cx: &Ctxt, leaf: &Leaf<'_>) {
    let values = &leaf.doc.values;
    for (i, value) in values.iter().enumerate() {
        if let Some(first) = values.iter().take(i).find(|first| first.value == value.value) {
            cx.error_at(value.span, format!("the value `{}` is listed twice", value.value));
            cx.error_at(first.span, format!("`{}` is first listed here", first.value));
        }
    }
}

/// ```text
/// /// - `true`: on.
/// pub enable: bool,
/// ```
fn bool_names_both_values(cx: &Ctxt, leaf: &Leaf<'_>) {
    if !matches!(ty::innermost_optional(leaf.kind), Kind::Bool) {
        return;
    }
    if let Some(span) = leaf.doc.loose_bullet {
        cx.error_at(span, "this bullet names no value: write `- `true`: text` and `- `false`: text`");
    }
    let known = ["true", "false"];
    for value in leaf.doc.values.iter().filter(|value| !known.contains(&value.value.as_str())) {
        cx.error_at(value.span, unknown_bool(value));
    }
    for missing in known {
        let is_named = leaf.doc.values.iter().any(|value| value.value == missing);
        if let (false, Some(first)) = (is_named, leaf.doc.values.first()) {
            cx.error_at(
                first.span,
                format!("the value list is missing `{missing}`: add `- `{missing}`: text`"),
            );
        }
    }
}

fn unknown_bool(value: &Value) -> String {
    match nearest(&value.value, &["true", "false"]) {
        Some(near) => format!("`{}` is not a bool; did you mean `{near}`?", value.value),
        None => format!("`{}` is not a bool: expected `true` or `false`", value.value),
    }
}

/// ```text
/// #[setting(default = 10)]
/// pub timeout: Duration,
/// #[setting(default = 25, unit = "seconds")]
/// pub port: u16,
/// ```
fn duration_has_a_unit(cx: &Ctxt, field: &Field<'_>, leaf: &Leaf<'_>) {
    if leaf.is_bridged() {
        return;
    }
    let is_duration = matches!(ty::innermost(field.ty), Kind::Duration);
    match &leaf.attrs.unit {
        Some(unit) if !is_duration && !matches!(leaf.kind, Kind::Other) => {
            cx.error_at(
                unit.span,
                format!(
                    "`{}` is {}: only a duration takes a `unit`",
                    field.ident,
                    ty::innermost(field.ty).name()
                ),
            );
        }
        Some(unit) if !is_duration => {
            cx.error_at(
                unit.span,
                "only a `Duration` takes a `unit`; a type of your own has the unit in its `KIND`",
            );
        }
        None if is_duration && !leaf.given.unit => {
            let name = field.ident;
            let message =
                format!("`{name}` is a duration: add the unit of its numbers, such as `unit = \"seconds\"`");
            cx.error(name, message);
        }
        _ => {}
    }
}

/// ```text
/// #[setting(key = "Port", deprecated(since = "1.0", reason = "...", replacement = "Port"))]
/// ```
fn replacement_can_be_named(cx: &Ctxt, field: &Field<'_>, leaf: &Leaf<'_>) {
    for allowed in &leaf.attrs.allowed {
        not_empty(cx, "reason", allowed.reason.as_ref());
    }
    let Some(deprecated) = &leaf.attrs.deprecated else { return };
    not_empty(cx, "reason", deprecated.reason.as_ref());
    let Some(replacement) = &deprecated.replacement else { return };
    if let Some(fault) = replacement.value.split('.').find_map(key_fault) {
        let message = format!("a replacement is a key or a path such as `Section.Key`: {fault}");
        cx.error_at(replacement.span, message);
    } else if field.key().is_some_and(|key| key.value == replacement.value) {
        cx.error_at(replacement.span, format!("`{}` cannot replace itself", replacement.value));
    }
}

/// ```text
/// #[setting(default = 25, default_from = |other| *other)]
/// ```
fn computed_default_has_a_rule(cx: &Ctxt, leaf: &Leaf<'_>) {
    not_empty(cx, "default_rule", leaf.attrs.default_rule.as_ref());
    match (&leaf.attrs.default_from, &leaf.attrs.default_rule) {
        (Some(from), _) if leaf.attrs.default.is_some() => {
            cx.error_at(from.name, "`default` and `default_from` are mutually exclusive");
        }
        (Some(from), None) => {
            let message = "describe the default in words: add `default_rule = \"as many as ...\"`";
            cx.error_at(from.name, message);
        }
        (None, Some(rule)) if !leaf.given.default || leaf.attrs.default.is_some() => {
            cx.error_at(
                rule.span,
                "only a computed default takes a rule: write `default_from = |other| ...`",
            );
        }
        _ => {}
    }
}

/// ```text
/// #[setting(text = "a color", range = 1..=2)]
/// #[setting(with = hex)]
/// ```
fn parsed_types_have_no_other_rules(cx: &Ctxt, leaf: &Leaf<'_>) {
    not_empty(cx, "text", leaf.attrs.text.as_ref());
    if let (Some(with), Some(_)) = (&leaf.attrs.with, &leaf.attrs.serde) {
        cx.error(with, "`serde` and `with` are mutually exclusive: remove one of the two");
    } else if let (Some(with), None) = (&leaf.attrs.with, &leaf.attrs.text) {
        let message = "name the values that the module reads: add `text = \"a color such as #2389D7\"`";
        cx.error(with, message);
    }
    if let (Some(serde), Some(text)) = (&leaf.attrs.serde, &leaf.attrs.text) {
        cx.error_at(serde.span, "`serde` and `text` are mutually exclusive");
        cx.error_at(text.span, "`text` is for a type that is parsed");
    }
    let what = match (&leaf.attrs.text, &leaf.attrs.serde) {
        (Some(_), _) => "is parsed",
        (None, Some(_)) => "serde reads",
        (None, None) => return,
    };
    let others = [
        (leaf.attrs.unit.as_ref().map(|unit| unit.span), "unit"),
        (leaf.attrs.range.as_ref().map(|range| range.name), "range"),
        (leaf.attrs.text_span(), "format`, `min_len`, `max_len` or `pattern"),
    ];
    for (span, name) in others {
        if let Some(span) = span {
            cx.error_at(span, format!("a value that {what} takes no `{name}`: write a `check` instead"));
        }
    }
}

/// ```text
/// #[setting(required, default = 25)]
/// pub port: u16,
/// #[setting(required)]
/// pub banner: Option<String>,
/// ```
fn required_has_no_default(cx: &Ctxt, field: &Field<'_>, leaf: &Leaf<'_>) {
    let Some(required) = leaf.attrs.required.as_ref().filter(|required| required.value) else { return };
    let name = field.ident;
    if leaf.attrs.default.is_some() || leaf.attrs.default_from.is_some() {
        let message = format!("`{name}` is required and has a default: remove one of the two");
        cx.error_at(required.span, message);
    } else if matches!(leaf.kind, Kind::Optional(_)) {
        let message = format!("`{name}` is required and optional: remove `required` or `Option`");
        cx.error_at(required.span, message);
    }
}

/// ```text
/// #[setting(flag)]
/// pub password: Secret,
/// ```
fn secret_has_no_flag(cx: &Ctxt, field: &Field<'_>, leaf: &Leaf<'_>) {
    let Some(flag) = leaf.attrs.flag.as_ref().filter(|flag| flag.value) else { return };
    if matches!(ty::innermost(field.ty), Kind::Secret) {
        let message = format!(
            "`{}` is a secret, which has no flag: other users of a machine see arguments; remove `flag`",
            field.ident
        );
        cx.error_at(flag.span, message);
    }
}

/// ```text
/// #[setting(default = 25)]
/// pub port: u128,
/// ```
fn type_is_not_too_wide(cx: &Ctxt, field: &Field<'_>) {
    if matches!(ty::innermost(field.ty), Kind::Wide) {
        let message = "whole numbers have at most 64 bits, since most JSON readers lose larger ones: use `u64`, \
            `i64` or text";
        cx.error(field.ty, message);
    }
}

/// ```text
/// #[setting(default = 25, format = "port")]
/// pub port: u16,
/// ```
fn text_rules_are_of_a_text(cx: &Ctxt, field: &Field<'_>, leaf: &Leaf<'_>) {
    if leaf.is_bridged() {
        return;
    }
    let Some(span) = leaf.attrs.text_span() else { return };
    let hint = match ty::innermost(field.ty) {
        Kind::Text | Kind::Secret | Kind::Other => return,
        Kind::Integer(_) => ": write `range = 1..=65535`, or the bounds that it has",
        _ => "",
    };
    let what = ty::innermost(field.ty).name();
    let message =
        format!("only text takes a format, a length or a pattern, and `{}` is {what}{hint}", field.ident);
    cx.error_at(span, message);
}

/// ```text
/// #[setting(default = "A", pattern = "[a-z]")]
/// ```
fn default_matches_the_pattern(cx: &Ctxt, leaf: &Leaf<'_>) {
    if leaf.is_bridged() {
        return;
    }
    let Some(pattern) = &leaf.attrs.pattern else { return };
    let no_match = |text: &str| !text.is_empty() && !pattern::matches(&pattern.value, text);
    let message =
        |text: &str| format!("the default \"{text}\" does not match the pattern `{}`", pattern.value);
    match (&leaf.default, &leaf.attrs.default) {
        (Some(DefaultValue::Text(text)), Some(tokens)) if no_match(text) => cx.error(tokens, message(text)),
        (Some(DefaultValue::Json(json)), _) => {
            for (text, tokens) in json.texts.iter().filter(|(text, _)| no_match(text)) {
                cx.error(tokens, message(text));
            }
        }
        _ => {}
    }
}

/// ```text
/// #[setting(default = 25, range = 1..=70_000)]
/// pub port: u16,
/// ```
fn range_fits_the_type(cx: &Ctxt, field: &Field<'_>, leaf: &Leaf<'_>) {
    let Some(range) = &leaf.attrs.range else { return };
    let (min, max, what) = match ty::innermost(field.ty) {
        Kind::Integer(integer) => (integer.min, integer.max, integer.name),
        Kind::Duration => (0, duration_max(leaf), "a duration in this unit"),
        Kind::Size => (0, i128::from(u64::MAX), "a size"),
        // Reported by another check, or by rustc.
        Kind::Wide | Kind::Float | Kind::Other => return,
        _ => {
            let message = format!(
                "only numbers, durations and sizes take a `range`, and `{}` is {}",
                field.ident,
                ty::innermost(field.ty).name()
            );
            cx.error_at(range.name, message);
            return;
        }
    };
    for bound in [&range.low, &range.high] {
        if bound.literal.is_none() && bound.float.is_some() {
            cx.error(&bound.tokens, format!("a bound of {what} is a whole number: write `range = 1..=100`"));
        }
        if let Some(literal) = bound.literal.filter(|literal| *literal < min || *literal > max) {
            cx.error(&bound.tokens, format!("{literal} does not fit {what}: it holds {min} to {max}"));
        }
    }
}

/// ```text
/// #[setting(default = 0, range = 1..=65_535)]
/// pub port: u16,
/// ```
fn default_is_in_range(cx: &Ctxt, field: &Field<'_>, leaf: &Leaf<'_>) {
    let is_duration = matches!(ty::innermost(field.ty), Kind::Duration);
    let longest = duration_max(leaf);
    for (number, tokens) in default_numbers(leaf) {
        if let Some(Range { low, high, .. }) = &leaf.attrs.range {
            let too_low = low.literal.is_some_and(|low| number < low);
            let too_high = high.literal.is_some_and(|high| number > high);
            if too_low || too_high {
                let (low, high) = (low.shown(), high.shown());
                cx.error(tokens, format!("the default {number} is outside the range {low} to {high}"));
            }
        } else if is_duration && number > longest {
            cx.error(tokens, format!("the default {number} is too long for a duration in this unit"));
        }
    }
}

/// ```text
/// #[setting(default = 1.5, range = 0.0..=1.0)]
/// pub ratio: f64,
/// ```
fn default_is_in_float_range(cx: &Ctxt, leaf: &Leaf<'_>) {
    let Some(Range { low, high, .. }) = &leaf.attrs.range else { return };
    let floats = match (&leaf.default, &leaf.attrs.default) {
        (Some(DefaultValue::Float(float)), Some(tokens)) => vec![(*float, tokens)],
        (Some(DefaultValue::Json(json)), _) => {
            json.floats.iter().map(|(float, tokens)| (*float, tokens)).collect()
        }
        _ => Vec::new(),
    };
    for (float, tokens) in floats {
        let too_low = low.float.is_some_and(|low| float < low);
        let too_high = high.float.is_some_and(|high| float > high);
        if too_low || too_high {
            let (low, high) = (low.shown(), high.shown());
            cx.error(tokens, format!("the default {float} is outside the range {low} to {high}"));
        }
    }
}

/// The integers in the default, each with its place.
fn default_numbers<'a>(leaf: &'a Leaf<'_>) -> Vec<(i128, &'a TokenStream)> {
    match (&leaf.default, &leaf.attrs.default) {
        (Some(DefaultValue::Integer(number)), Some(tokens)) => vec![(*number, tokens)],
        (Some(DefaultValue::Json(json)), _) => {
            json.numbers.iter().map(|(number, tokens)| (*number, tokens)).collect()
        }
        _ => Vec::new(),
    }
}

/// The longest duration, in its unit: `u64::MAX` milliseconds.
fn duration_max(leaf: &Leaf<'_>) -> i128 {
    let millis = leaf.attrs.unit.as_ref().map_or(1, |unit| unit.value.millis);
    i128::from(u64::MAX / millis)
}
