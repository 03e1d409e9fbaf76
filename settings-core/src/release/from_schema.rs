//! Releases of the program's own schema.

use super::{Allowance, Deprecation, Release, ReleaseDefault, ReleaseSetting, Removal, ValueKind};
use crate::resolve::Settings;
use crate::schema::{AllowedChange, DefaultValue, Deprecated, Leaf, Member, Path, Removed, Section, Setting};
use crate::value::json::Tree;
use crate::value::{Value, passwords, to_json};

impl Release {
    /// Returns the settings of `T`.
    #[must_use]
    pub fn of<T: Settings>() -> Self {
        Self::from_schema(T::SCHEMA)
    }

    /// Returns the settings of a schema.
    #[must_use]
    pub fn from_schema(root: &'static Section) -> Self {
        let prefix = root.variable_prefix();
        let mut release = Self {
            env_prefix: prefix.map(str::to_owned),
            settings: root.leaves().map(|leaf| of_leaf(&leaf, root)).collect(),
            ..Self::default()
        };
        let at = if root.key.is_empty() { Vec::new() } else { vec![root.key] };
        collect(root, &at, &mut release);
        release.sort();
        release
    }
}

/// Collects optional sections and removed settings. Recursion is as deep as the structs nest.
fn collect(section: &'static Section, at: &[&'static str], release: &mut Release) {
    release.removed.extend(section.removed.iter().map(|removed| removal(removed, at)));
    for member in section.members {
        let Member::Section { key, section, optional, .. } = member else { continue };
        let below: Vec<_> = at.iter().copied().chain([*key]).collect();
        if *optional {
            release.optional_sections.push(below.join("."));
        }
        collect(section, &below, release);
    }
}

fn removal(removed: &Removed, at: &[&'static str]) -> Removal {
    Removal {
        path: beside(at, removed.path),
        since: Some(removed.since.to_owned()),
        reason: removed.reason.to_owned(),
        replacement: removed.replacement.map(|path| beside(at, path)),
        allowed: allowances(removed.allowed),
    }
}

/// Returns the path that a bare key of a section means; a path with dots starts at the root.
fn beside(section: &[&str], name: &str) -> String {
    if name.contains('.') || section.is_empty() {
        return name.to_owned();
    }
    format!("{}.{name}", section.join("."))
}

fn of_leaf(leaf: &Leaf, root: &Section) -> ReleaseSetting {
    ReleaseSetting {
        variable: root.variable(&leaf.path, leaf.setting),
        page: leaf.page.map(str::to_owned),
        // only if its variant is selected, which a release doesn't know
        required: leaf.setting.required() && leaf.variants.is_empty(),
        ..of_setting(leaf.setting, &leaf.path)
    }
}

fn of_setting(setting: &'static Setting, path: &Path) -> ReleaseSetting {
    let sections = path.keys().split_last().map_or(&[][..], |(_, sections)| sections);
    let old_name = |alias: &&'static str| path.old_name(alias).to_string();
    ReleaseSetting {
        default: default(setting),
        aliases: setting.aliases().iter().map(old_name).collect(),
        added: setting.added().map(str::to_owned),
        deprecated: setting.deprecated().map(|deprecated| deprecation(deprecated, sections)),
        required: setting.required(),
        restart: setting.restart(),
        allowed: allowances(setting.allowed_changes()),
        ..ReleaseSetting::new(path.to_string(), ValueKind::from_kind(&setting.kind))
    }
}

/// Returns the settings of a section that repeats, their paths beginning at the section.
pub(super) fn nested(section: &'static Section) -> Vec<ReleaseSetting> {
    let mut settings = Vec::new();
    collect_nested(section, &[], &mut settings);
    settings.sort_by(|a, b| a.path.cmp(&b.path));
    settings
}

fn collect_nested(section: &'static Section, at: &[&'static str], settings: &mut Vec<ReleaseSetting>) {
    for member in section.members {
        let keys: Vec<_> = at.iter().copied().chain([member.key()]).collect();
        match member {
            Member::Setting(setting) => settings.push(of_setting(setting, &Path::new(keys))),
            Member::Section { section, .. } => collect_nested(section, &keys, settings),
        }
    }
}

fn deprecation(deprecated: &Deprecated, sections: &[&str]) -> Deprecation {
    Deprecation {
        since: Some(deprecated.since.to_owned()),
        until: deprecated.until.map(str::to_owned),
        reason: deprecated.reason.to_owned(),
        replacement: deprecated.replacement.map(|path| beside(sections, path)),
    }
}

fn allowances(allowed: &[AllowedChange]) -> Vec<Allowance> {
    let allowance = |allowed: &AllowedChange| Allowance {
        rule: allowed.rule.to_owned(),
        reason: allowed.reason.to_owned(),
    };
    allowed.iter().map(allowance).collect()
}

/// Returns the default as `config.json` writes it. One that holds a secret is not stated.
fn default(setting: &'static Setting) -> ReleaseDefault {
    if let DefaultValue::Computed { rule, .. } = setting.default {
        return ReleaseDefault::Computed(rule.to_owned());
    }
    let value = setting.default_value();
    if setting.required() {
        return ReleaseDefault::Unstated;
    }
    let is_empty = match &value {
        Value::Null => true,
        Value::Secret(text) | Value::Text(text) => text.is_empty(),
        Value::List(values) => values.is_empty(),
        Value::Map(entries) => entries.is_empty(),
        _ => false,
    };
    if setting.kind.is_secret() && !is_empty {
        return ReleaseDefault::Unstated;
    }
    let json = to_json(&setting.kind, &value);
    match Tree::parse(&json) {
        Ok(tree) if passwords(&json).is_empty() => ReleaseDefault::Value(tree),
        _ => ReleaseDefault::Unstated,
    }
}
