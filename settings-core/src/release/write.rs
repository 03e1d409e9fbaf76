//! Releases as text: JSON with one setting on each line, so that a change of one setting is a change of one line.

use super::{Allowance, Deprecation, Release, ReleaseDefault, ReleaseSetting, Removal, ValueKind};
use crate::value::json::{Object, Tree};

/// The value of `format`.
pub(super) const FORMAT: &str = "settings-release";

/// The version of the format that this program writes, and the highest that it reads.
pub(super) const FORMAT_VERSION: u32 = 1;

impl Release {
    /// Returns the file's text. The same settings always give the same text.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut head = vec![
            ("format", Tree::from(FORMAT)),
            ("format_version", FORMAT_VERSION.into()),
            ("program_version", self.version.clone().into()),
            ("env_prefix", self.env_prefix.clone().into()),
        ];
        if !self.optional_sections.is_empty() {
            head.push(("optional_sections", self.optional_sections.clone().into()));
        }
        let mut out = String::from("{\n");
        for (key, value) in head {
            out.push_str(&format!("  {}: {value},\n", Tree::from(key)));
        }
        out.push_str(&lines("settings", self.settings.iter().map(setting)));
        if !self.removed.is_empty() {
            out.push_str(",\n");
            out.push_str(&lines("removed", self.removed.iter().map(removal)));
        }
        out.push_str("\n}\n");
        out
    }
}

fn lines(key: &str, entries: impl Iterator<Item = Object>) -> String {
    let entries: Vec<String> = entries.map(|entry| format!("\n    {}", Tree::from(entry))).collect();
    let end = if entries.is_empty() { "" } else { "\n  " };
    format!("  {}: [{}{end}]", Tree::from(key), entries.join(","))
}

fn setting(setting: &ReleaseSetting) -> Object {
    let mut object = Object::from([("path", Tree::from(&setting.path))]);
    let mut add = |key: &str, value: Option<Tree>| {
        if let Some(value) = value {
            object.insert(key, value);
        }
    };
    add("variable", setting.variable.clone().map(Tree::from));
    add("kind", Some(kind(&setting.kind)));
    match &setting.default {
        ReleaseDefault::Unstated => {}
        ReleaseDefault::Value(value) => add("default", Some(value.clone())),
        ReleaseDefault::Computed(rule) => add("default_rule", Some(rule.into())),
    }
    add("aliases", (!setting.aliases.is_empty()).then(|| setting.aliases.clone().into()));
    add("added", setting.added.clone().map(Tree::from));
    add("deprecated", setting.deprecated.as_ref().map(|deprecated| deprecation(deprecated).into()));
    for (key, flag) in [
        ("required", setting.required),
        ("restart", setting.restart),
        ("secret", setting.kind.is_secret()),
        ("section_unknown", setting.section_unknown),
    ] {
        add(key, flag.then(|| true.into()));
    }
    add("page", setting.page.clone().map(Tree::from));
    add("allowed", allowances(&setting.allowed));
    object
}

fn removal(removal: &Removal) -> Object {
    let mut object = Object::from([("path", Tree::from(&removal.path))]);
    let Removal { since, reason, replacement, .. } = removal;
    let given = [
        ("since", since.clone().map(Tree::from)),
        ("reason", Some(reason.into())),
        ("replacement", replacement.clone().map(Tree::from)),
        ("allowed", allowances(&removal.allowed)),
    ];
    object.extend(given.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))));
    object
}

fn deprecation(deprecation: &Deprecation) -> Object {
    let Deprecation { since, until, reason, replacement } = deprecation;
    let given = [
        ("since", since.clone().map(Tree::from)),
        ("until", until.clone().map(Tree::from)),
        ("reason", Some(reason.into())),
        ("replacement", replacement.clone().map(Tree::from)),
    ];
    given.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
}

fn allowances(allowed: &[Allowance]) -> Option<Tree> {
    let object = |allowed: &Allowance| {
        Object::from([("rule", Tree::from(&allowed.rule)), ("reason", Tree::from(&allowed.reason))])
    };
    (!allowed.is_empty()).then(|| allowed.iter().map(object).collect())
}

/// Returns a kind: its name, or an object where it has more. Recursion is as deep as kinds nest.
pub(super) fn kind(kind: &ValueKind) -> Tree {
    let more: Vec<(&str, Tree)> = match kind {
        ValueKind::Bool | ValueKind::Secret | ValueKind::Json | ValueKind::Other(_) => Vec::new(),
        integer if *integer == ValueKind::INTEGER => Vec::new(),
        ValueKind::Integer { min, max } => vec![("min", (*min).into()), ("max", (*max).into())],
        ValueKind::Float { min, max } => {
            let bound = |bound: f64, open: f64| (bound != open).then(|| Tree::from(bound));
            let (min, max) = (bound(*min, f64::MIN), bound(*max, f64::MAX));
            min.map(|min| ("min", min)).into_iter().chain(max.map(|max| ("max", max))).collect()
        }
        ValueKind::Text { format, min_len, max_len, pattern, or_empty } => [
            ("format", format.clone().map(Tree::from)),
            ("min_length", (*min_len > 0).then(|| (*min_len).into())),
            ("max_length", (*max_len < u32::MAX).then(|| (*max_len).into())),
            ("pattern", pattern.clone().map(Tree::from)),
            ("or_empty", or_empty.then(|| true.into())),
        ]
        .into_iter()
        .filter_map(|(key, value)| Some((key, value?)))
        .collect(),
        ValueKind::OneOf(values) => vec![("values", values.clone().into())],
        ValueKind::Duration { unit, min, max } => {
            vec![("unit", unit.name().into()), ("min", (*min).into()), ("max", (*max).into())]
        }
        ValueKind::Size { min, max } => vec![("min", (*min).into()), ("max", (*max).into())],
        ValueKind::List(of) | ValueKind::Set(of) | ValueKind::Optional(of) => vec![("of", self::kind(of))],
        ValueKind::Map { key, of } if **key == ValueKind::TEXT => vec![("of", self::kind(of))],
        ValueKind::Map { key, of } => vec![("keys", self::kind(key)), ("of", self::kind(of))],
        ValueKind::Section(settings) => vec![("settings", settings.iter().map(setting).collect())],
        ValueKind::Custom(name) => vec![("name", name.into())],
    };
    if more.is_empty() {
        return kind.id().into();
    }
    [("type", kind.id().into())].into_iter().chain(more).collect::<Object>().into()
}
