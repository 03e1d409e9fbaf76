//! Releases as schemas, so that configurations can be resolved by them.

use std::collections::BTreeMap;

use super::kind::FORMATS;
use super::{Deprecation, Release, ReleaseDefault, ReleaseSetting, Removal, ValueKind};
use crate::schema::{
    Choice, CustomKind, DefaultValue, Deprecated, Details, Kind, Member, Pattern, Removed, Section, Setting,
    TextRules,
};
use crate::value::from_json;
use crate::value::json::{self, Tree};

/// A section while it is built.
#[derive(Default)]
struct Node<'r> {
    setting: Option<&'r ReleaseSetting>,
    below: BTreeMap<&'r str, Node<'r>>,
}

impl Release {
    /// Returns the settings as a schema by which layers can be resolved.
    ///
    /// The schema is leaked, since all of this crate's metadata lives as long as the program: make one for each release.
    /// Checks of the program's own, and rules over several settings, are not part of a release. A setting whose default
    /// is not known accepts `null`, which is then its default.
    #[must_use]
    pub fn to_schema(&self) -> &'static Section {
        let removed = Vec::leak(self.removed.iter().map(removed).collect());
        let mut section = Section::new("", members(&self.settings, &self.optional_sections)).removed(removed);
        section.env_prefix = Some(self.env_prefix.as_deref().map_or("", leak));
        Box::leak(Box::new(section))
    }
}

fn members(settings: &[ReleaseSetting], optional: &[String]) -> &'static [Member] {
    let mut root = Node::default();
    for setting in settings {
        let mut node = &mut root;
        for key in setting.path.split('.') {
            node = node.below.entry(key).or_default();
        }
        node.setting = Some(setting);
    }
    root.members("", optional)
}

impl Node<'_> {
    /// Recursion is as deep as paths have keys, which reading bounds.
    fn members(&self, at: &str, optional: &[String]) -> &'static [Member] {
        let member = |(key, node): (&&str, &Node<'_>)| match node.setting {
            Some(setting) => Member::Setting(self::setting(setting)),
            None => {
                let path = if at.is_empty() { (*key).to_owned() } else { format!("{at}.{key}") };
                let is_optional = optional.contains(&path);
                let key = leak(key);
                let section = Box::leak(Box::new(Section::new(key, node.members(&path, optional))));
                if is_optional {
                    Member::optional_section(key, section)
                } else {
                    Member::section(key, section)
                }
            }
        };
        Vec::leak(self.below.iter().map(member).collect())
    }
}

fn setting(setting: &ReleaseSetting) -> Setting {
    let key = leak(setting.key());
    let kind = kind(&setting.kind);
    let (kind, default) = match &setting.default {
        _ if setting.required => (kind, DefaultValue::None),
        ReleaseDefault::Value(value) => match default(&kind, value) {
            Some(default) => (kind, default),
            None => (or_null(kind), DefaultValue::None),
        },
        ReleaseDefault::Unstated | ReleaseDefault::Computed(_) => (or_null(kind), DefaultValue::None),
    };
    // the alias of a setting at the root is a bare key, and that of another has dots
    let aliases: Vec<&'static str> = setting.aliases.iter().map(|alias| leak(alias)).collect();
    let mut details = Details::new().aliases(Vec::leak(aliases));
    if setting.required {
        details = details.required();
    }
    if setting.restart {
        details = details.restart();
    }
    if let Some(deprecated) = &setting.deprecated {
        details = details.deprecated(self::deprecated(deprecated));
    }
    Setting::new(key, key, kind, default).details(details.leak())
}

fn or_null(kind: Kind) -> Kind {
    match kind {
        Kind::Optional(_) => kind,
        kind => Kind::Optional(Box::leak(Box::new(kind))),
    }
}

impl ValueKind {
    /// Returns whether a file can have this JSON value. It leaks the schema of a kind with parts.
    pub(super) fn accepts(&self, json: &str) -> bool {
        json::parse_value(json).is_ok_and(|raw| from_json(&kind(self), raw).is_ok())
    }
}

/// Returns the default, if the kind accepts it.
fn default(kind: &Kind, value: &Tree) -> Option<DefaultValue> {
    let text = value.to_string();
    from_json(kind, json::parse_value(&text).ok()?).ok()?;
    Some(match value {
        Tree::Null => DefaultValue::None,
        Tree::Bool(bool) => DefaultValue::Bool(*bool),
        Tree::String(text)
            if matches!(
                kind.required(),
                Kind::Text | Kind::TextOf(_) | Kind::OneOf(_) | Kind::Custom(_) | Kind::Secret
            ) =>
        {
            DefaultValue::Text(leak(text))
        }
        _ => DefaultValue::Json(leak(&text)),
    })
}

fn deprecated(deprecation: &Deprecation) -> Deprecated {
    Deprecated {
        since: deprecation.since.as_deref().map_or("an earlier release", leak),
        reason: leak(&deprecation.reason),
        until: deprecation.until.as_deref().map(leak),
        replacement: deprecation.replacement.as_deref().map(leak),
    }
}

fn removed(removal: &Removal) -> Removed {
    let since = removal.since.as_deref().map_or("an earlier release", leak);
    let removed = Removed::new(leak(&removal.path), since, leak(&removal.reason));
    Removed { replacement: removal.replacement.as_deref().map(leak), ..removed }
}

/// Returns the kind as the schema has it. Recursion is as deep as kinds nest, which reading bounds.
fn kind(kind: &ValueKind) -> Kind {
    let boxed = |of: &ValueKind| -> &'static Kind { Box::leak(Box::new(self::kind(of))) };
    match kind {
        ValueKind::Bool => Kind::Bool,
        ValueKind::Integer { min, max } => Kind::Integer { min: *min, max: *max },
        ValueKind::Float { min, max } => Kind::Float { min: *min, max: *max },
        ValueKind::Text { format, min_len, max_len, pattern, or_empty } => {
            let rules = TextRules {
                format: FORMATS.into_iter().find(|known| Some(known.id()) == format.as_deref()),
                min_len: *min_len,
                max_len: *max_len,
                pattern: pattern.as_deref().map(|pattern| Pattern::new(leak(pattern))),
                or_empty: *or_empty,
            };
            if rules == TextRules::ANY { Kind::Text } else { Kind::TextOf(Box::leak(Box::new(rules))) }
        }
        ValueKind::Secret => Kind::Secret,
        ValueKind::OneOf(values) => {
            let choice = |value: &String| {
                let text = leak(value);
                Choice::new(text, text, "")
            };
            Kind::OneOf(Vec::leak(values.iter().map(choice).collect()))
        }
        ValueKind::Duration { unit, min, max } => Kind::Duration { unit: *unit, min: *min, max: *max },
        ValueKind::Size { min, max } => Kind::Size { min: *min, max: *max },
        ValueKind::List(of) => Kind::List(boxed(of)),
        ValueKind::Set(of) => Kind::Set(boxed(of)),
        ValueKind::Map { key, of } => Kind::map_by(boxed(key), boxed(of)),
        ValueKind::Optional(of) => Kind::Optional(boxed(of)),
        ValueKind::Section(settings) => {
            Kind::Section(Box::leak(Box::new(Section::new("", members(settings, &[])))))
        }
        ValueKind::Json | ValueKind::Other(_) => Kind::Json,
        ValueKind::Custom(name) => Kind::Custom(Box::leak(Box::new(CustomKind::new(leak(name), |_| Ok(()))))),
    }
}

fn leak(text: &str) -> &'static str {
    String::leak(text.to_owned())
}
