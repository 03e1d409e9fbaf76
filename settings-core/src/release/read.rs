//! Releases from text that may come from anywhere.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use super::kind::UNITS;
use super::write::{FORMAT, FORMAT_VERSION};
use super::{Allowance, Deprecation, Release, ReleaseDefault, ReleaseSetting, Removal, ValueKind};
use crate::line_index::line_column;
use crate::value::json::{Raw, Shape, Tree, parse_value};

/// The largest file, in bytes.
const MAX_BYTES: usize = 32 << 20;

/// The greatest number of settings, aliases and removals.
const MAX_ENTRIES: usize = 100_000;

/// The greatest number of keys in a path.
const MAX_KEYS: usize = 32;

/// The depth to which kinds nest.
const MAX_DEPTH: usize = 16;

/// An error of reading a release.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReleaseError {
    /// The problem, and what was expected.
    pub message: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The column in characters, counted from 1.
    pub column: usize,
}

impl fmt::Display for ReleaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.message)
    }
}

impl std::error::Error for ReleaseError {}

/// A fault at an offset in the text.
struct Fault {
    at: usize,
    message: String,
}

type Result<T> = std::result::Result<T, Fault>;

impl Release {
    /// Parses the text of a release file, which an older or a newer program wrote. Unknown fields are ignored.
    ///
    /// # Errors
    /// If the text is not a release, is of a later version of the format, or is larger than any program's settings.
    pub fn parse(text: &str) -> std::result::Result<Self, ReleaseError> {
        read(text).map_err(|Fault { at, message }| {
            let (line, column) = line_column(text, at);
            ReleaseError { message, line, column }
        })
    }

    /// Reads the text of a release file, and of no larger file.
    ///
    /// # Errors
    /// If the file can't be read, is not UTF-8, or is larger than any release file.
    pub fn read_text(path: impl AsRef<Path>) -> io::Result<String> {
        let mut text = String::new();
        File::open(path)?.take(MAX_BYTES as u64 + 1).read_to_string(&mut text)?;
        match text.len() <= MAX_BYTES {
            true => Ok(text),
            false => Err(io::Error::new(io::ErrorKind::InvalidData, too_large())),
        }
    }

    /// Returns whether a JSON text claims to be a release file.
    #[must_use]
    pub fn is_release(text: &str) -> bool {
        let Ok(raw) = parse_value(text) else { return false };
        raw.shape == Shape::Object && Fields::new(raw).get("format").is_some_and(|raw| is_text(&raw, FORMAT))
    }
}

fn is_text(raw: &Raw<'_>, wanted: &str) -> bool {
    raw.string().as_deref() == Some(wanted)
}

fn too_large() -> String {
    format!("larger than {} MiB, which no release file is", MAX_BYTES >> 20)
}

fn read(text: &str) -> Result<Release> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.len() > MAX_BYTES {
        return fault(0, too_large());
    }
    let root = parse_value(text).map_err(|error| Fault { at: error.offset, message: error.message })?;
    let fields = Fields::of(root, "a release file")?;
    if !fields.get("format").is_some_and(|raw| is_text(&raw, FORMAT)) {
        return fault(root.start, format!("not a release file: expected `\"format\": \"{FORMAT}\"`"));
    }
    let version = fields.required("format_version")?;
    match version.text.parse::<u32>() {
        Ok(1..=FORMAT_VERSION) => {}
        Ok(later) if later > FORMAT_VERSION => {
            let message = format!(
                "the file has version {later} of the format, and this program reads up to {FORMAT_VERSION}: use a \
                 newer program"
            );
            return fault(version.start, message);
        }
        _ => return fault(version.start, "expected a version of the format, such as 1".to_owned()),
    }
    let mut budget = MAX_ENTRIES;
    let mut release = Release {
        version: fields.text("program_version")?,
        env_prefix: fields.text("env_prefix")?,
        optional_sections: fields.texts("optional_sections", &mut budget)?,
        settings: settings(fields.required("settings")?, 0, &mut budget)?,
        removed: Vec::new(),
    };
    for raw in fields.elements("removed")? {
        spend(&mut budget, raw)?;
        let fields = Fields::of(raw, "a removed setting")?;
        release.removed.push(Removal {
            path: path(fields.required("path")?)?,
            since: fields.text("since")?,
            reason: fields.text("reason")?.unwrap_or_default(),
            replacement: fields.text("replacement")?,
            allowed: allowances(&fields, &mut budget)?,
        });
    }
    release.sort();
    Ok(release)
}

/// Reads settings. Recursion is as deep as kinds nest, which is bounded.
fn settings(list: Raw<'_>, depth: usize, budget: &mut usize) -> Result<Vec<ReleaseSetting>> {
    let Some(elements) = list.elements() else { return wrong(list, "a list of settings") };
    let mut settings = Vec::with_capacity(elements.len().min(*budget));
    let mut seen: HashSet<String> = HashSet::new();
    let mut places = Vec::new();
    for raw in elements {
        spend(budget, raw)?;
        let setting = setting(raw, depth, budget)?;
        if !seen.insert(setting.path.clone()) {
            return fault(raw.start, format!("the setting `{}` is listed twice", setting.path));
        }
        places.push(raw.start);
        settings.push(setting);
    }
    for (setting, at) in settings.iter().zip(places) {
        let mut above = setting.path.as_str();
        while let Some((section, _)) = above.rsplit_once('.') {
            if seen.contains(section) {
                return fault(at, format!("`{section}` is a setting, and a section of `{}`", setting.path));
            }
            above = section;
        }
    }
    settings.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(settings)
}

fn setting(raw: Raw<'_>, depth: usize, budget: &mut usize) -> Result<ReleaseSetting> {
    let fields = Fields::of(raw, "a setting")?;
    let default = match (fields.get("default"), fields.text("default_rule")?) {
        (_, Some(rule)) => ReleaseDefault::Computed(rule),
        (Some(value), None) => ReleaseDefault::Value(value.into()),
        (None, None) => ReleaseDefault::Unstated,
    };
    let kind = kind(fields.required("kind")?, depth, budget)?;
    Ok(ReleaseSetting {
        variable: fields.text("variable")?,
        default: if kind.is_secret() && !is_empty(&default) { ReleaseDefault::Unstated } else { default },
        aliases: fields.texts("aliases", budget)?,
        added: fields.text("added")?,
        deprecated: fields.get("deprecated").map(deprecation).transpose()?,
        required: fields.flag("required")?,
        restart: fields.flag("restart")?,
        page: fields.text("page")?,
        allowed: allowances(&fields, budget)?,
        section_unknown: fields.flag("section_unknown")?,
        ..ReleaseSetting::new(path(fields.required("path")?)?, kind)
    })
}

/// Returns whether a default shows nothing of a secret.
fn is_empty(default: &ReleaseDefault) -> bool {
    match default {
        ReleaseDefault::Value(Tree::Null) => true,
        ReleaseDefault::Value(Tree::String(text)) => text.is_empty(),
        ReleaseDefault::Value(Tree::Array(elements)) => elements.is_empty(),
        ReleaseDefault::Value(Tree::Object(object)) => object.iter().next().is_none(),
        _ => false,
    }
}

fn deprecation(raw: Raw<'_>) -> Result<Deprecation> {
    let fields = Fields::of(raw, "a deprecation")?;
    Ok(Deprecation {
        since: fields.text("since")?,
        until: fields.text("until")?,
        reason: fields.text("reason")?.unwrap_or_default(),
        replacement: fields.text("replacement")?,
    })
}

fn allowances(fields: &Fields<'_>, budget: &mut usize) -> Result<Vec<Allowance>> {
    let allowance = |raw: Raw<'_>| {
        spend(budget, raw)?;
        let fields = Fields::of(raw, "an allowed change")?;
        let rule = fields.required("rule")?;
        Ok(Allowance { rule: text(rule)?, reason: fields.text("reason")?.unwrap_or_default() })
    };
    fields.elements("allowed")?.into_iter().map(allowance).collect()
}

/// Reads a kind: its name, or an object. Recursion is as deep as kinds nest, which is bounded.
fn kind(raw: Raw<'_>, depth: usize, budget: &mut usize) -> Result<ValueKind> {
    if depth > MAX_DEPTH {
        return fault(raw.start, format!("kinds nest deeper than {MAX_DEPTH} levels"));
    }
    let (name, fields) = match raw.shape {
        Shape::String { .. } => (text(raw)?, Fields::empty(raw)),
        _ => {
            let fields = Fields::of(raw, "a kind")?;
            (text(fields.required("type")?)?, fields)
        }
    };
    let of = |budget: &mut usize| kind(fields.required("of")?, depth + 1, budget).map(Box::new);
    Ok(match name.as_str() {
        "bool" => ValueKind::Bool,
        "integer" => {
            let ValueKind::Integer { min, max } = ValueKind::INTEGER else { return wrong(raw, "a kind") };
            ValueKind::Integer {
                min: fields.number("min")?.unwrap_or(min),
                max: fields.number("max")?.unwrap_or(max),
            }
        }
        "number" => ValueKind::Float {
            min: fields.number("min")?.unwrap_or(f64::MIN),
            max: fields.number("max")?.unwrap_or(f64::MAX),
        },
        "text" => ValueKind::Text {
            format: fields.text("format")?,
            min_len: fields.number("min_length")?.unwrap_or(0),
            max_len: fields.number("max_length")?.unwrap_or(u32::MAX),
            pattern: fields.text("pattern")?,
            or_empty: fields.flag("or_empty")?,
        },
        "secret" => ValueKind::Secret,
        "one-of" => {
            let values = fields.elements("values")?.into_iter();
            let value = |raw: Raw<'_>| {
                spend(budget, raw)?;
                text(raw)
            };
            ValueKind::OneOf(values.map(value).collect::<Result<_>>()?)
        }
        "duration" => {
            let raw = fields.required("unit")?;
            let Some(unit) = UNITS.into_iter().find(|unit| is_text(&raw, unit.name())) else {
                return wrong(raw, "a unit such as \"seconds\"");
            };
            let longest = u64::MAX / unit.millis();
            ValueKind::Duration {
                unit,
                min: fields.number("min")?.unwrap_or(0),
                max: fields.number("max")?.unwrap_or(longest),
            }
        }
        "size" => ValueKind::Size {
            min: fields.number("min")?.unwrap_or(0),
            max: fields.number("max")?.unwrap_or(u64::MAX),
        },
        "list" => ValueKind::List(of(budget)?),
        "set" => ValueKind::Set(of(budget)?),
        "map" => {
            let key = match fields.get("keys") {
                Some(keys) => kind(keys, depth + 1, budget)?,
                None => ValueKind::TEXT,
            };
            ValueKind::map_by(key, *of(budget)?)
        }
        "optional" => ValueKind::Optional(of(budget)?),
        "section" => ValueKind::Section(settings(fields.required("settings")?, depth + 1, budget)?),
        "json" => ValueKind::Json,
        "custom" => ValueKind::Custom(fields.text("name")?.unwrap_or_else(|| "text".to_owned())),
        _ => ValueKind::Other(name),
    })
}

fn spend(budget: &mut usize, raw: Raw<'_>) -> Result<()> {
    match budget.checked_sub(1) {
        Some(rest) => *budget = rest,
        None => return fault(raw.start, format!("more than {MAX_ENTRIES} entries")),
    }
    Ok(())
}

/// Reads a path: keys with dots between them.
fn path(raw: Raw<'_>) -> Result<String> {
    let path = text(raw)?;
    let is_key = |key: &str| !key.is_empty() && !key.contains(char::is_whitespace);
    match path.split('.').all(is_key) && path.split('.').count() <= MAX_KEYS {
        true => Ok(path),
        false => wrong(raw, "a path such as `Section.Key`"),
    }
}

/// Reads a string. Control characters become blanks, since messages show it.
fn text(raw: Raw<'_>) -> Result<String> {
    let Some(text) = raw.string() else { return wrong(raw, "a string") };
    Ok(text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect())
}

fn fault<T>(at: usize, message: String) -> Result<T> {
    Err(Fault { at, message })
}

fn wrong<T>(raw: Raw<'_>, expected: &str) -> Result<T> {
    fault(raw.start, format!("expected {expected}, found {}", raw.shape.name()))
}

/// The entries of an object.
struct Fields<'a> {
    raw: Raw<'a>,
    entries: Vec<(Cow<'a, str>, Raw<'a>)>,
}

impl<'a> Fields<'a> {
    const fn empty(raw: Raw<'a>) -> Self {
        Self { raw, entries: Vec::new() }
    }

    fn new(raw: Raw<'a>) -> Self {
        let entries = raw.entries().unwrap_or_default();
        Self { raw, entries: entries.into_iter().map(|(key, value)| (key.name(), value)).collect() }
    }

    fn of(raw: Raw<'a>, what: &str) -> Result<Self> {
        if raw.shape != Shape::Object {
            return wrong(raw, &format!("{what} (an object)"));
        }
        Ok(Self::new(raw))
    }

    fn get(&self, key: &str) -> Option<Raw<'a>> {
        self.entries.iter().rev().find(|(name, _)| name == key).map(|(_, value)| *value)
    }

    fn required(&self, key: &str) -> Result<Raw<'a>> {
        match self.get(key) {
            Some(value) => Ok(value),
            None => fault(self.raw.start, format!("the field `{key}` is missing")),
        }
    }

    /// Returns a value that is neither missing nor `null`.
    fn given(&self, key: &str) -> Option<Raw<'a>> {
        self.get(key).filter(|raw| raw.shape != Shape::Null)
    }

    fn text(&self, key: &str) -> Result<Option<String>> {
        self.given(key).map(text).transpose()
    }

    fn texts(&self, key: &str, budget: &mut usize) -> Result<Vec<String>> {
        let one = |raw: Raw<'_>| {
            spend(budget, raw)?;
            text(raw)
        };
        self.elements(key)?.into_iter().map(one).collect()
    }

    fn elements(&self, key: &str) -> Result<Vec<Raw<'a>>> {
        let Some(raw) = self.given(key) else { return Ok(Vec::new()) };
        match raw.elements() {
            Some(elements) => Ok(elements),
            None => wrong(raw, "a list"),
        }
    }

    fn flag(&self, key: &str) -> Result<bool> {
        let Some(raw) = self.given(key) else { return Ok(false) };
        match raw.shape {
            Shape::Bool => Ok(raw.text == "true"),
            _ => wrong(raw, "true or false"),
        }
    }

    fn number<N: std::str::FromStr>(&self, key: &str) -> Result<Option<N>> {
        let Some(raw) = self.given(key) else { return Ok(None) };
        match (raw.shape, raw.text.parse()) {
            (Shape::Number, Ok(number)) => Ok(Some(number)),
            _ => wrong(raw, "a number of this field's range"),
        }
    }
}
