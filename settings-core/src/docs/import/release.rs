//! Import of pages as the settings of a release.

use std::collections::HashMap;

use super::homes::{Homes, headings, prefix_of_bare_keys};
use super::infer::InferredKind;
use super::item::{Item, Source, items};
use super::tree::tree;
use super::words::{Bounds, Deprecation as Words};
use crate::docs::drift::{Against, Naming, check};
use crate::docs::facts::documented;
use crate::docs::form::{Format, Style};
use crate::docs::model::{Entry, Page};
use crate::docs::read::{PageRead, read};
use crate::docs::render::render;
use crate::release::{Deprecation, Release, ReleaseDefault, ReleaseSetting, ValueKind};
use crate::schema::{Unit, env_name};
use crate::value::json::Tree;

/// The settings of imported pages as a release, and the keys that are left out of it.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct ImportedRelease {
    /// The settings.
    pub release: Release,
    /// Bare keys that several pages have, so that they name no setting.
    pub ambiguous: Vec<String>,
}

/// Returns the settings that pages document, so that they can be compared with those of a release.
///
/// Kinds and defaults are as far known as the pages state them; see [`to_rust`](super::to_rust).
#[must_use]
pub fn to_release(pages: &[PageRead]) -> ImportedRelease {
    let documented: Vec<_> = pages.iter().map(documented).collect();
    let prefix = documented
        .iter()
        .find_map(|settings| Naming::of_page(settings).prefix().map(str::to_owned))
        .or_else(|| documented.iter().find_map(|settings| prefix_of_bare_keys(settings)));
    let homes = Homes::new(pages.iter().zip(documented.iter().map(Vec::as_slice)), prefix.as_deref());
    let mut all = Vec::new();
    for (number, (page, settings)) in pages.iter().zip(documented).enumerate() {
        let entries = page.page.entries.iter().enumerate();
        let entries = entries.filter(|(_, entry)| matches!(entry, Entry::Setting(_))).map(|(at, _)| at);
        let source = Source {
            number,
            page,
            settings: entries.zip(settings).collect(),
            headings: headings(page),
            findings: check(page, None, Against::Itself),
        };
        all.extend(items(&source, &homes, prefix.as_deref()).0);
    }
    let tree = tree(all);
    let mut imported = ImportedRelease::default();
    let release = &mut imported.release;
    tree.root.each(&mut |item| release.settings.push(setting(item, prefix.as_deref())));
    let mut apart: HashMap<String, Vec<ReleaseSetting>> = HashMap::new();
    for section in &tree.apart {
        section.each(&mut |item| {
            let setting = ReleaseSetting { section_unknown: true, ..self::setting(item, None) };
            apart.entry(setting.path.to_ascii_lowercase()).or_default().push(setting);
        });
    }
    for (_, mut settings) in apart {
        let Some(setting) = settings.pop() else { continue };
        let is_known = tree.root.members.iter().any(|(key, _)| *key == setting.path);
        match settings.is_empty() && !is_known {
            true => release.settings.push(setting),
            false => imported.ambiguous.push(setting.path),
        }
    }
    release.env_prefix = prefix;
    release.sort();
    imported.ambiguous.sort();
    imported
}

/// Reads models again, as `docs import --to json` writes them, so that [`to_release`] can take them.
///
/// # Errors
/// If a page that is built from a model can't be read.
pub fn read_models(models: &[Page]) -> Result<Vec<PageRead>, String> {
    let one = |model: &Page| {
        let text = render(model, Style::Table, Format::Rst);
        let mut read =
            read(&format!("{}.rst", model.name), text.as_bytes()).map_err(|error| error.to_string())?;
        read.page.name.clone_from(&model.name);
        Ok(read)
    };
    models.iter().map(one).collect()
}

fn setting(item: &Item, prefix: Option<&str>) -> ReleaseSetting {
    let path = item.path.join(".");
    ReleaseSetting {
        variable: prefix.map(|prefix| env_name(prefix, &path)),
        default: default(item),
        deprecated: item.inferred.deprecated.as_ref().map(deprecation),
        page: Some(item.page.clone()),
        ..ReleaseSetting::new(path, kind(&item.inferred.kind))
    }
}

fn deprecation(words: &Words) -> Deprecation {
    Deprecation {
        since: words.since.clone(),
        reason: words.reason.clone(),
        replacement: words.replacement.clone(),
        ..Deprecation::default()
    }
}

fn kind(inferred: &InferredKind) -> ValueKind {
    let bound =
        |bound: Option<i64>, open: u64| bound.and_then(|bound| u64::try_from(bound).ok()).unwrap_or(open);
    match inferred {
        InferredKind::Bool => ValueKind::Bool,
        InferredKind::Integer(Bounds { low, high }) => {
            ValueKind::Integer { min: low.unwrap_or(i64::MIN).into(), max: high.unwrap_or(i64::MAX).into() }
        }
        InferredKind::Float => ValueKind::Float { min: f64::MIN, max: f64::MAX },
        InferredKind::Duration(name, Bounds { low, high }) => {
            let units = [Unit::Milliseconds, Unit::Minutes, Unit::Hours, Unit::Days];
            let unit = units.into_iter().find(|unit| unit.name() == *name).unwrap_or(Unit::Seconds);
            ValueKind::Duration { unit, min: bound(*low, 0), max: bound(*high, u64::MAX / unit.millis()) }
        }
        InferredKind::Text(low, high) => ValueKind::Text {
            format: None,
            min_len: low.unwrap_or(0),
            max_len: high.unwrap_or(u32::MAX),
            pattern: None,
            or_empty: false,
        },
        InferredKind::Secret => ValueKind::Secret,
        InferredKind::List => ValueKind::List(Box::new(ValueKind::TEXT)),
        InferredKind::Map => ValueKind::map(ValueKind::TEXT),
        InferredKind::OneOf(choices) => {
            ValueKind::OneOf(choices.iter().map(|choice| choice.text.clone()).collect())
        }
        InferredKind::Json => ValueKind::Json,
    }
}

/// Returns the default, which the import has as a Rust expression.
fn default(item: &Item) -> ReleaseDefault {
    let Some(expression) = &item.inferred.default else { return ReleaseDefault::Unstated };
    if item.inferred.kind == InferredKind::Secret {
        return ReleaseDefault::Value("".into());
    }
    // a literal of Rust is one of JSON, except for rare escapes
    Tree::parse(expression).map_or(ReleaseDefault::Unstated, ReleaseDefault::Value)
}
