//! `show`, `explain` and `get`: effective values with their origins, secrets redacted.

use std::io::Write;

use clap::{Args, ValueEnum};
use serde_json::{Value as Json, json};

use super::{Common, Failure, Outcome};
use crate::Settings;
use crate::resolve::{Effective, Environment, Origin};
use crate::schema::{Kind, Rule, Strength};
use crate::value::{Value, expectation, to_text};

/// Shows every setting's effective value.
#[derive(Args, Debug)]
pub struct Show {
    /// Show where each value came from and what it overrides
    #[arg(long)]
    origin: bool,
    /// The listing's form
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

/// Shows all that is known of one setting.
#[derive(Args, Debug)]
pub struct Explain {
    /// The setting, such as EmailSettings.SMTPPort
    #[arg(value_name = "SETTING")]
    path: String,
}

/// Prints one setting's effective value.
#[derive(Args, Debug)]
pub struct Get {
    /// The setting, such as EmailSettings.SMTPPort
    #[arg(value_name = "SETTING")]
    path: String,
}

/// The listing's form.
#[derive(ValueEnum, Clone, Copy, Debug)]
enum Format {
    /// A line a setting
    Human,
    /// An array of objects
    Json,
    /// NAME=value lines
    Env,
}

impl Show {
    pub(super) fn run<T: Settings>(
        self,
        common: &Common,
        environment: Environment,
        out: &mut dyn Write,
    ) -> Outcome {
        let resolution = common.resolve::<T>(environment)?;
        match self.format {
            Format::Json => {
                let settings: Vec<_> = resolution.settings().map(|effective| to_json(&effective)).collect();
                serde_json::to_writer_pretty(&mut *out, &settings).map_err(std::io::Error::from)?;
                writeln!(out)?;
            }
            Format::Env => {
                for effective in resolution.settings() {
                    env_line(&effective, out)?;
                }
            }
            Format::Human => human(&resolution.settings().collect::<Vec<_>>(), self.origin, out)?,
        }
        Ok(!resolution.report().has_errors())
    }
}

fn human(settings: &[Effective<'_>], origins: bool, out: &mut dyn Write) -> Result<(), Failure> {
    let width = settings.iter().map(|effective| effective.path.to_string().len()).max().unwrap_or(0);
    for effective in settings {
        let path = effective.path.to_string();
        writeln!(out, "{path:width$} = {}", effective.shown())?;
        if origins {
            writeln!(out, "{:width$}   from {}", "", effective.origin)?;
            for (origin, value) in effective.overridden_shown() {
                writeln!(out, "{:width$}   overrides {}", "", overridden(origin, &value))?;
            }
        }
    }
    Ok(())
}

fn overridden(origin: &Origin, value: &str) -> String {
    match origin {
        Origin::Default => format!("default {value}"),
        _ => format!("{value} from {origin}"),
    }
}

fn env_line(effective: &Effective<'_>, out: &mut dyn Write) -> Result<(), Failure> {
    let name = &effective.env_name;
    if effective.setting.kind.is_secret() {
        writeln!(out, "# {name} is secret and not shown")?;
        return Ok(());
    }
    let text = to_text(&effective.setting.kind, &effective.value);
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:@,+".contains(c);
    if text.chars().all(plain) {
        writeln!(out, "{name}={text}")?;
    } else {
        let text = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        writeln!(out, "{name}=\"{text}\"")?;
    }
    Ok(())
}

/// What PostgreSQL's `pg_settings` tells of its own, as far as it applies.
fn to_json(effective: &Effective<'_>) -> Json {
    let setting = effective.setting;
    let shown = |text: &str| serde_json::from_str(text).unwrap_or(Json::Null);
    let (min, max, unit) = match setting.kind {
        Kind::Integer { min, max } => (bound(min), bound(max), Json::Null),
        Kind::Size { min, max } => (json!(min), json!(max), json!("bytes")),
        Kind::Duration { unit, min, max } => (json!(min), json!(max), json!(unit.name())),
        _ => (Json::Null, Json::Null, Json::Null),
    };
    let overrides: Vec<_> = effective
        .overridden_shown()
        .map(|(origin, value)| {
            let mut entry = origin_json(origin);
            if let Json::Object(entry) = &mut entry {
                entry.insert("value".to_owned(), shown(&value));
            }
            entry
        })
        .collect();
    json!({
        "name": effective.path.to_string(),
        "variable": effective.env_name,
        "value": shown(&effective.shown()),
        "unit": unit,
        "title": setting.title,
        "summary": setting.summary(),
        "context": if setting.restart { "restart" } else { "live" },
        "scope": setting.scope,
        "added": setting.added,
        "deprecated": setting.deprecated.map(|deprecated| json!({
            "since": deprecated.since,
            "reason": deprecated.reason,
            "replacement": deprecated.replacement,
        })),
        "hidden": setting.hidden,
        "kind": kind_name(&setting.kind),
        "min": min,
        "max": max,
        "values": values(&setting.kind),
        "secret": setting.kind.is_secret(),
        "default": shown(&shown_default(effective)),
        "origin": origin_json(&effective.origin),
        "overrides": overrides,
    })
}

fn bound(bound: i128) -> Json {
    i64::try_from(bound).map_or(Json::Null, Json::from)
}

fn shown_default(effective: &Effective<'_>) -> String {
    let of_layers = effective.overridden_shown().last().map(|(_, value)| value);
    of_layers.unwrap_or_else(|| effective.shown())
}

pub(super) fn origin_json(origin: &Origin) -> Json {
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

fn kind_name(kind: &Kind) -> &'static str {
    match kind {
        Kind::Bool => "bool",
        Kind::Integer { .. } => "integer",
        Kind::Float => "number",
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

fn values(kind: &Kind) -> Json {
    match kind {
        Kind::Bool => json!([true, false]),
        Kind::OneOf(choices) => choices.iter().map(|choice| choice.text).collect(),
        Kind::Optional(of) => values(of),
        _ => Json::Null,
    }
}

impl Explain {
    pub(super) fn run<T: Settings>(
        self,
        common: &Common,
        environment: Environment,
        out: &mut dyn Write,
    ) -> Outcome {
        let resolution = common.resolve::<T>(environment)?;
        let effective = resolution.setting(&self.path)?;
        let setting = effective.setting;
        writeln!(out, "{} ({})\n", effective.path, setting.title)?;
        writeln!(out, "{}", setting.description)?;
        for value in setting.documented_values() {
            let mark = if setting.is_default(value.value) { "(default) " } else { "" };
            writeln!(out, "  {}: {mark}{}", value.label, value.text)?;
        }
        if !setting.note.is_empty() {
            writeln!(out, "{}", setting.note)?;
        }
        writeln!(out, "\naccepts   {}", expectation(&setting.kind))?;
        writeln!(out, "variable  {}", effective.env_name)?;
        let leaf = T::SCHEMA.leaves().find(|leaf| leaf.path == effective.path);
        if let Some(console) = leaf.as_ref().and_then(|leaf| leaf.console) {
            writeln!(out, "console   {console}")?;
        }
        let rules = leaf.map_or(&[][..], |leaf| leaf.section.rules);
        for rule in rules.iter().filter(|rule| rule.fields.contains(&setting.key)) {
            writeln!(out, "{:9} where {}", told(rule), rule.message)?;
        }
        for alias in setting.aliases {
            writeln!(out, "old name  {alias}")?;
        }
        for (name, text) in [("added", setting.added), ("scope", setting.scope)] {
            if let Some(text) = text {
                writeln!(out, "{name:10}{text}")?;
            }
        }
        if setting.restart {
            writeln!(out, "restart   a change needs a restart")?;
        }
        if let Some(deprecated) = setting.deprecated {
            writeln!(out, "deprecated since {}: {}", deprecated.since, deprecated.reason)?;
            if let Some(replacement) = deprecated.replacement {
                writeln!(out, "          set {replacement} instead")?;
            }
        }
        writeln!(out, "\nvalue     {}\n          from {}", effective.shown(), effective.origin)?;
        for (origin, value) in effective.overridden_shown() {
            writeln!(out, "          overrides {}", overridden(origin, &value))?;
        }
        Ok(!resolution.report().has_errors())
    }
}

const fn told(rule: &Rule) -> &'static str {
    match rule.strength {
        Strength::Error => "refused",
        Strength::Warning => "warns",
    }
}

impl Get {
    pub(super) fn run<T: Settings>(
        self,
        common: &Common,
        environment: Environment,
        out: &mut dyn Write,
    ) -> Outcome {
        let resolution = common.resolve::<T>(environment)?;
        let effective = resolution.setting(&self.path)?;
        match &effective.value {
            Value::Text(text) if !effective.setting.kind.is_secret() => writeln!(out, "{text}")?,
            _ if effective.setting.kind.is_secret() => {
                writeln!(out, "{}", effective.shown().trim_matches('"'))?
            }
            value => writeln!(out, "{}", to_text(&effective.setting.kind, value))?,
        }
        Ok(!resolution.report().has_errors())
    }
}
