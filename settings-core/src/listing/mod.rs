//! A listing of a program's settings, modelled on PostgreSQL's `pg_settings`.
//!
//! `settings show --format json` prints it; a page for administrators can show the same. [`Entry::to_json`] gives an
//! entry as that command prints it; with the feature `serde`, entries implement `Serialize` with the same fields.
//!
//! ```
//! use settings_core::listing::listing;
//! use settings_core::reference::ServerSettings;
//! use settings_core::resolve::{Layers, resolve};
//!
//! let file = Layers::new().file("config.json", r#"{"EmailSettings": {"SMTPPort": 587}}"#);
//! let listing = listing(&resolve::<ServerSettings>(file), None);
//! let port = &listing[1];
//! assert_eq!((port.name.as_str(), port.value.to_string()), ("EmailSettings.SMTPPort", "587".to_owned()));
//! assert_eq!((port.source_file.as_deref(), port.source_line), (Some("config.json"), Some(1)));
//! assert_eq!(port.default.to_string(), "10025");
//! ```

mod facts;
mod running;
mod to_json;

#[cfg(test)]
mod tests;

pub use running::{NotAListing, Running};

use crate::markdown::plain;
use crate::resolve::{Effective, Origin, Part, Resolution};
use crate::schema::{DefaultValue, Deprecated, Kind, Setting};
use crate::value::json::Tree;

use facts::{Facts, kind_name};

/// A setting: its documentation, its value with its origin, and the values of all other layers.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Entry {
    /// The path in the configuration file.
    pub name: String,
    /// The environment variable.
    pub variable: String,
    /// The value in effect.
    pub value: Tree,
    /// The unit of a bare number, such as `seconds` or `bytes`.
    pub unit: Option<&'static str>,
    /// The page in the console, or the section if there is none.
    pub category: Option<String>,
    /// The path of the section.
    pub section: Option<String>,
    /// The reference page.
    pub page: Option<&'static str>,
    /// The heading.
    pub title: &'static str,
    /// The first sentence, as plain text.
    pub summary: String,
    /// The description before the list of values, as plain text.
    pub description: String,
    /// The text after the list of values.
    pub note: String,
    /// Whether a change takes effect only at the next start.
    pub restart: bool,
    /// The scope, in the program's own word.
    pub scope: Option<&'static str>,
    /// The version that added the setting.
    pub added: Option<&'static str>,
    /// Since when and why the setting should no longer be used.
    pub deprecated: Option<Deprecated>,
    /// Old names, as whole paths.
    pub aliases: Vec<String>,
    /// Whether documents leave the setting out.
    pub hidden: bool,
    /// True if a layer must give a value.
    pub required: bool,
    /// Whether the setting belongs to an optional section that no layer has, so that the program has no value of it.
    pub absent: bool,
    /// The question that the author of the setting left open.
    pub todo: Option<&'static str>,
    /// Whether the value is secret.
    pub secret: bool,
    /// The kind of value, such as `bool` or `list`.
    pub kind: &'static str,
    /// The kind of the elements of a list, set or map.
    pub element: Option<&'static str>,
    /// Whether `null` is a value.
    pub nullable: bool,
    /// The least number, in `unit`.
    pub min: Option<Tree>,
    /// The greatest number, in `unit`.
    pub max: Option<Tree>,
    /// The least number of characters.
    pub min_length: Option<u32>,
    /// The greatest number of characters.
    pub max_length: Option<u32>,
    /// The format of a text, such as `host`.
    pub format: Option<&'static str>,
    /// The regular expression that a whole text matches.
    pub pattern: Option<&'static str>,
    /// The accepted values of a bool or one-of.
    pub values: Option<Vec<Tree>>,
    /// The meaning of each value.
    pub value_docs: Vec<ValueEntry>,
    /// The messages of the rules over several settings that look at this one.
    pub rules: Vec<&'static str>,
    /// The default, computed ones included.
    pub default: Tree,
    /// The rule of a computed default, in words.
    pub default_rule: Option<String>,
    /// The value that the files alone give.
    pub stored: StoredEntry,
    /// Whether a layer above the files decides.
    pub shadowed: bool,
    /// The source of the value.
    pub origin: Origin,
    /// The file that holds the value, whichever layer it belongs to.
    pub source_file: Option<String>,
    /// The line in that file.
    pub source_line: Option<usize>,
    /// Every other layer's value, the strongest first and the default last.
    pub overrides: Vec<OverriddenEntry>,
    /// The entries and fields of a map or of a list of sections, each with its own source.
    pub parts: Vec<PartEntry>,
    /// Whether the server runs with another value until it restarts; `None` if that is not known.
    pub pending_restart: Option<bool>,
}

/// An entry or field of a setting's value, with its source.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PartEntry {
    /// The address in the configuration file: `Providers.google.ClientSecret`.
    pub name: String,
    /// The environment variable.
    pub variable: String,
    /// The value in effect.
    pub value: Tree,
    /// Whether the value is secret.
    pub secret: bool,
    /// The kind of value, such as `bool` or `list`.
    pub kind: &'static str,
    /// The source of the value.
    pub origin: Origin,
    /// Every other layer's value, the strongest first, and the default of a field last.
    pub overrides: Vec<OverriddenEntry>,
}

/// A documented value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ValueEntry {
    /// The value as the configuration file has it.
    pub value: &'static str,
    /// The word for it in documents.
    pub label: &'static str,
    /// Its meaning, as plain text.
    pub text: String,
}

/// The value that the files alone give, or the default if they give none.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct StoredEntry {
    /// The value.
    pub value: Tree,
    /// Its source.
    pub origin: Origin,
}

/// A layer's value that is not in effect.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct OverriddenEntry {
    /// Its source.
    pub origin: Origin,
    /// The value; `None` if the setting refuses it.
    pub value: Option<Tree>,
}

/// Lists every setting in the order of the structs, secrets redacted.
///
/// `running` is a listing that the server made when it started. A setting that takes effect only at a restart and has
/// another value now is [`pending`](Entry::pending_restart). Without such a listing, and for secrets, which no listing
/// shows, that is not known.
#[must_use]
pub fn listing<T>(resolution: &Resolution<T>, running: Option<&Running>) -> Vec<Entry> {
    resolution.settings().map(|effective| Entry::new(&effective, running)).collect()
}

impl Entry {
    /// Creates the entry of one setting.
    #[must_use]
    pub fn new(effective: &Effective<'_>, running: Option<&Running>) -> Self {
        let setting = effective.setting;
        let name = effective.path.to_string();
        let section = name.rsplit_once('.').map(|(section, _)| section.to_owned());
        let value = parsed(&effective.shown());
        let (stored_origin, stored) = effective.stored_shown();
        let facts = Facts::of(&setting.kind);
        let (source_file, source_line) = source(&effective.origin);
        let value_docs = setting.documented_values().into_iter().map(|documented| ValueEntry {
            value: documented.value,
            label: documented.label,
            text: plain(documented.text),
        });
        Self {
            variable: effective.env_name.clone(),
            unit: facts.unit,
            category: effective.console().map(str::to_owned).or_else(|| section.clone()),
            section,
            page: effective.page(),
            title: setting.title,
            summary: plain(setting.summary()),
            description: plain(setting.description),
            note: plain(setting.note()),
            restart: setting.restart(),
            scope: setting.scope(),
            added: setting.added(),
            deprecated: setting.deprecated().copied(),
            aliases: setting
                .aliases()
                .iter()
                .map(|alias| effective.path.old_name(alias).to_string())
                .collect(),
            hidden: setting.hidden(),
            required: setting.required(),
            absent: effective.absent,
            todo: setting.todo(),
            secret: setting.kind.is_secret(),
            kind: kind_name(&setting.kind),
            element: facts.element,
            nullable: matches!(setting.kind, Kind::Optional(_)),
            min: facts.min,
            max: facts.max,
            min_length: facts.min_length,
            max_length: facts.max_length,
            format: facts.format,
            pattern: facts.pattern,
            values: facts.values,
            value_docs: value_docs.collect(),
            rules: effective.rules().map(|rule| rule.message).collect(),
            default: parsed(&effective.default_shown()),
            default_rule: default_rule(setting),
            stored: StoredEntry { value: parsed(&stored), origin: stored_origin.clone() },
            shadowed: stored_origin != &effective.origin,
            origin: effective.origin.clone(),
            source_file,
            source_line,
            overrides: overrides(effective),
            parts: effective.parts.iter().map(PartEntry::new).collect(),
            pending_restart: pending_restart(effective, &name, &value, running),
            name,
            value,
        }
    }
}

impl PartEntry {
    /// Creates the entry of a part.
    #[must_use]
    pub fn new(part: &Part<'_>) -> Self {
        let layers = part.overridden_shown().zip(&part.overridden);
        let overrides = layers.map(|((origin, shown), (_, value))| OverriddenEntry {
            origin: origin.clone(),
            value: value.as_ref().map(|_| parsed(&shown)),
        });
        Self {
            name: part.address.to_string(),
            variable: part.env_name.clone(),
            value: parsed(&part.shown()),
            secret: part.kind.is_secret(),
            kind: kind_name(&part.kind),
            origin: part.origin.clone(),
            overrides: overrides.collect(),
        }
    }
}

/// Parses a value as reports show it, which is JSON.
fn parsed(shown: &str) -> Tree {
    Tree::parse(shown).unwrap_or_default()
}

fn default_rule(setting: &Setting) -> Option<String> {
    match setting.default {
        DefaultValue::Computed { rule, .. } => Some(plain(rule)),
        _ => None,
    }
}

fn overrides(effective: &Effective<'_>) -> Vec<OverriddenEntry> {
    let layers = effective.overridden_shown().zip(&effective.overridden);
    let entry = |((origin, shown), (_, value)): ((&Origin, String), &(Origin, Option<_>))| OverriddenEntry {
        origin: origin.clone(),
        value: value.as_ref().map(|_| parsed(&shown)),
    };
    layers.map(entry).collect()
}

fn pending_restart(
    effective: &Effective<'_>,
    name: &str,
    value: &Tree,
    running: Option<&Running>,
) -> Option<bool> {
    if !effective.setting.restart() {
        return Some(false);
    }
    let running = running.and_then(|running| running.value(name));
    match running {
        _ if effective.setting.kind.is_secret() => None,
        // the password of a URL is masked on both sides
        Some(running) if running == value && effective.holds_password() => None,
        Some(running) => Some(running != value),
        None => None,
    }
}

/// Returns the file and line of the value itself.
fn source(origin: &Origin) -> (Option<String>, Option<usize>) {
    let file = |name: &String| Some(name.clone());
    match origin {
        Origin::File { name, line, .. } => (file(name), Some(*line)),
        Origin::Variable { value_file: Some(name), .. } => (file(name), None),
        Origin::Variable { env_file: Some((name, line)), .. } => (file(name), Some(*line)),
        Origin::SecretFile { path } => (file(path), None),
        _ => (None, None),
    }
}
