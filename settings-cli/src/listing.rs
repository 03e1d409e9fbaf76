//! What PostgreSQL's `pg_settings` tells of its settings, told of a program's own.

use std::collections::HashMap;

use serde_json::{Value as Json, json};

use settings_core::markdown::plain;
use settings_core::resolve::{Effective, Origin, Resolution};
use settings_core::schema::{DefaultValue, Kind, Setting};

/// Every setting as an object, in the order of the structs; secrets as `"***"`.
///
/// Of `running`, a listing that the server made when it started, come the values that it runs with: a setting that
/// takes effect at a restart only and has another value now is `pending_restart`. Without one that is not known
/// (`null`), and nothing is known of secrets, which no listing shows.
///
/// ```
/// use settings_cli::listing;
/// use settings_core::reference::ServerSettings;
/// use settings_core::resolve::{Layers, resolve};
///
/// let file = Layers::new().file("config.json", r#"{"EmailSettings": {"SMTPPort": 587}}"#);
/// let listing = listing(&resolve::<ServerSettings>(file), None);
/// let port = &listing[1];
/// assert_eq!((&port["name"], &port["value"]), (&"EmailSettings.SMTPPort".into(), &587.into()));
/// assert_eq!((&port["source_file"], &port["source_line"]), (&"config.json".into(), &1.into()));
/// assert_eq!((&port["default"], &port["max"]), (&10025.into(), &65535.into()));
/// ```
pub fn listing<T>(resolution: &Resolution<T>, running: Option<&[Json]>) -> Vec<Json> {
    let named =
        |setting: &Json| Some((setting.get("name")?.as_str()?.to_owned(), setting.get("value")?.clone()));
    let running: Option<HashMap<_, _>> = running.map(|running| running.iter().filter_map(named).collect());
    resolution.settings().map(|effective| entry(&effective, running.as_ref())).collect()
}

pub(super) fn entry(effective: &Effective<'_>, running: Option<&HashMap<String, Json>>) -> Json {
    let setting = effective.setting;
    let name = effective.path.to_string();
    let section = name.rsplit_once('.').map(|(section, _)| section);
    let value = parsed(&effective.shown());
    let (stored_origin, stored) = effective.stored_shown();
    let of_kind = OfKind::of(&setting.kind);
    let (source_file, source_line) = source(&effective.origin);
    let documented = setting.documented_values();
    json!({
        "name": name,
        "variable": effective.env_name,
        "value": value,
        "unit": of_kind.unit,
        "category": effective.console().or(section),
        "section": section,
        "page": effective.page(),
        "title": setting.title,
        "summary": plain(setting.summary()),
        "description": plain(setting.description),
        "note": plain(setting.note()),
        "context": if setting.restart() { "restart" } else { "live" },
        "scope": setting.scope(),
        "added": setting.added(),
        "deprecated": setting.deprecated().map(|deprecated| json!({
            "since": deprecated.since,
            "reason": deprecated.reason,
            "replacement": deprecated.replacement,
        })),
        "aliases": setting.aliases().iter().map(|alias| effective.path.old_name(alias).to_string()).collect::<Vec<_>>(),
        "hidden": setting.hidden(),
        "required": setting.required(),
        "absent": effective.absent,
        "todo": setting.todo(),
        "secret": setting.kind.is_secret(),
        "kind": kind_name(&setting.kind),
        "element": of_kind.element,
        "nullable": matches!(setting.kind, Kind::Optional(_)),
        "min": of_kind.min,
        "max": of_kind.max,
        "min_length": of_kind.min_length,
        "max_length": of_kind.max_length,
        "format": of_kind.format,
        "pattern": of_kind.pattern,
        "values": of_kind.values,
        "value_docs": documented.iter().map(|value| json!({
            "value": value.value,
            "label": value.label,
            "text": plain(value.text),
        })).collect::<Vec<_>>(),
        "rules": effective.rules().map(|rule| rule.message).collect::<Vec<_>>(),
        "default": parsed(&effective.default_shown()),
        "default_rule": default_rule(setting),
        "stored": { "value": parsed(&stored), "origin": origin(stored_origin) },
        "shadowed": stored_origin != &effective.origin,
        "origin": origin(&effective.origin),
        "source_file": source_file,
        "source_line": source_line,
        "overrides": overrides(effective),
        "pending_restart": pending_restart(effective, &value, running),
    })
}

/// Values that are shown are JSON.
fn parsed(shown: &str) -> Json {
    serde_json::from_str(shown).unwrap_or(Json::Null)
}

fn default_rule(setting: &Setting) -> Option<String> {
    match setting.default {
        DefaultValue::Computed { rule, .. } => Some(plain(rule)),
        _ => None,
    }
}

fn overrides(effective: &Effective<'_>) -> Vec<Json> {
    let layer = |((from, shown), (_, value)): ((&Origin, String), &(Origin, Option<_>))| {
        let mut entry = origin(from);
        if let Json::Object(entry) = &mut entry {
            entry.insert("value".to_owned(), parsed(&shown));
            entry.insert("readable".to_owned(), value.is_some().into());
        }
        entry
    };
    effective.overridden_shown().zip(&effective.overridden).map(layer).collect()
}

fn pending_restart(effective: &Effective<'_>, value: &Json, running: Option<&HashMap<String, Json>>) -> Json {
    if !effective.setting.restart() {
        return Json::Bool(false);
    }
    match running.and_then(|running| running.get(&effective.path.to_string())) {
        Some(_) | None if effective.setting.kind.is_secret() => Json::Null,
        Some(running) if running == value && effective.holds_password() => Json::Null,
        Some(running) => Json::Bool(running != value),
        None => Json::Null,
    }
}

/// Where a value came from: the layer, and where in it.
pub(super) fn origin(origin: &Origin) -> Json {
    let layer = origin.layer().name();
    match origin {
        Origin::Default => json!({ "layer": layer }),
        Origin::File { name, line, column, .. } => {
            json!({ "layer": layer, "file": name, "line": line, "column": column })
        }
        Origin::Variable { name, env_file, value_file } => json!({
            "layer": layer,
            "variable": name,
            "env_file": env_file.as_ref().map(|(name, _)| name),
            "line": env_file.as_ref().map(|(_, line)| line),
            "value_file": value_file,
        }),
        Origin::SecretFile { path } => json!({ "layer": layer, "secret_file": path }),
        Origin::Override { origin } => json!({ "layer": layer, "override": origin }),
    }
}

/// The file and line where the value itself stands.
fn source(origin: &Origin) -> (Option<&str>, Option<usize>) {
    match origin {
        Origin::File { name, line, .. } => (Some(name), Some(*line)),
        Origin::Variable { value_file: Some(file), .. } => (Some(file), None),
        Origin::Variable { env_file: Some((file, line)), .. } => (Some(file), Some(*line)),
        Origin::SecretFile { path } => (Some(path), None),
        Origin::Default | Origin::Variable { .. } | Origin::Override { .. } => (None, None),
    }
}

/// What only some kinds have; of a list, set or map what its elements have.
#[derive(Default)]
struct OfKind {
    unit: Option<&'static str>,
    min: Json,
    max: Json,
    min_length: Option<u32>,
    max_length: Option<u32>,
    format: Option<&'static str>,
    pattern: Option<&'static str>,
    values: Json,
    element: Option<&'static str>,
}

impl OfKind {
    fn of(kind: &Kind) -> Self {
        match *kind {
            Kind::Bool => Self { values: json!([true, false]), ..Self::default() },
            Kind::Integer { min, max } => Self { min: number(min), max: number(max), ..Self::default() },
            Kind::Size { min, max } => {
                Self { unit: Some("bytes"), min: json!(min), max: json!(max), ..Self::default() }
            }
            Kind::Duration { unit, min, max } => {
                Self { unit: Some(unit.name()), min: json!(min), max: json!(max), ..Self::default() }
            }
            Kind::TextOf(rules) => Self {
                min_length: (rules.min_len > 0).then_some(rules.min_len),
                max_length: (rules.max_len < u32::MAX).then_some(rules.max_len),
                format: rules.format.map(|format| format.id()),
                pattern: rules.pattern,
                ..Self::default()
            },
            Kind::OneOf(choices) => {
                let values = choices.iter().map(|choice| choice.text).collect();
                Self { values, ..Self::default() }
            }
            Kind::List(of) | Kind::Set(of) | Kind::Map(of) => {
                Self { element: Some(kind_name(of)), ..Self::of(of) }
            }
            Kind::Optional(of) => Self::of(of),
            Kind::Float { min, max } => Self {
                min: json!((min != f64::MIN).then_some(min)),
                max: json!((max != f64::MAX).then_some(max)),
                ..Self::default()
            },
            Kind::Text | Kind::Secret | Kind::Section(_) | Kind::Json | Kind::Custom(_) => Self::default(),
        }
    }
}

/// A bound, as far as JSON's readers take it; no reader takes more than 64 bits.
fn number(bound: i128) -> Json {
    match (i64::try_from(bound), u64::try_from(bound)) {
        (Ok(bound), _) => json!(bound),
        (_, Ok(bound)) => json!(bound),
        _ => Json::Null,
    }
}

fn kind_name(kind: &Kind) -> &'static str {
    match kind {
        Kind::Bool => "bool",
        Kind::Integer { .. } => "integer",
        Kind::Float { .. } => "number",
        Kind::Text | Kind::TextOf(_) | Kind::Custom(_) => "string",
        Kind::Secret => "secret",
        Kind::OneOf(_) => "one-of",
        Kind::Duration { .. } => "duration",
        Kind::Size { .. } => "size",
        Kind::List(_) => "list",
        Kind::Set(_) => "set",
        Kind::Section(_) => "section",
        Kind::Json => "json",
        Kind::Map(_) => "map",
        Kind::Optional(of) => kind_name(of),
    }
}
