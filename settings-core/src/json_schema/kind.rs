//! The schema of one kind: it accepts exactly what `value::from_json` accepts.

use serde_json::{Map, Number, Value as Json, json};

use super::{pattern, texts};
use crate::markdown;
use crate::schema::{Choice, Format, Kind, Member, Section, Setting, TextRules, Unknown, ValueDoc};
use crate::value::expectation;

/// The keywords of a kind; `values` are a setting's own words for each choice. If `strict`, values that cause warnings
/// are rejected.
pub(super) fn schema(kind: &Kind, values: &[ValueDoc], strict: bool) -> Map<String, Json> {
    let mut ways = ways(kind, values, strict);
    match ways.len() {
        1 => ways.remove(0),
        _ => object([("anyOf", Json::Array(ways.into_iter().map(Json::Object).collect()))]),
    }
}

/// Each way to write a value of the kind.
fn ways(kind: &Kind, values: &[ValueDoc], strict: bool) -> Vec<Map<String, Json>> {
    match *kind {
        Kind::Bool => vec![object([("type", json!("boolean"))])],
        Kind::Integer { min, max } => {
            vec![whole_number(min, max), text_like(&pattern::whole(&pattern::integer(min, max)), kind)]
        }
        Kind::Float { min, max } => vec![number(min, max), text_like(pattern::FLOAT, kind)],
        Kind::Text | Kind::Secret => vec![object([("type", json!(["string", "number"]))])],
        Kind::Custom(_) => vec![object([("type", json!("string"))])],
        Kind::OneOf(choices) => vec![one_of(choices, values)],
        Kind::Duration { unit, min, max } => vec![
            whole_number(min.into(), max.into()),
            text_like(&pattern::whole(&pattern::duration(unit, min, max)), kind),
        ],
        Kind::TextOf(rules) => text_of(rules, kind),
        Kind::Json => vec![Map::new()],
        Kind::Size { min, max } => vec![
            whole_number(min.into(), max.into()),
            text_like(&pattern::whole(&pattern::size(min, max)), kind),
        ],
        Kind::Set(of) => vec![object([
            ("type", json!(["array", "null"])),
            ("items", Json::Object(schema(of, &[], strict))),
            ("uniqueItems", json!(true)),
        ])],
        Kind::Section(of) => vec![section(of, strict)],
        Kind::List(of) => {
            vec![object([
                ("type", json!(["array", "null"])),
                ("items", Json::Object(schema(of, &[], strict))),
            ])]
        }
        Kind::Map(of) => vec![object([
            ("type", json!(["object", "null"])),
            ("additionalProperties", Json::Object(schema(of, &[], strict))),
        ])],
        Kind::Optional(of) => {
            let mut ways = ways(of, values, strict);
            if !matches!(of, Kind::List(_) | Kind::Set(_) | Kind::Map(_) | Kind::Optional(_) | Kind::Json) {
                ways.push(object([("type", json!("null"))]));
            }
            ways
        }
    }
}

fn text_of(rules: &TextRules, kind: &Kind) -> Vec<Map<String, Json>> {
    let mut schema = object([("type", json!("string"))]);
    if rules.min_len > 0 {
        schema.insert("minLength".to_owned(), json!(rules.min_len));
    }
    if rules.max_len < u32::MAX {
        schema.insert("maxLength".to_owned(), json!(rules.max_len));
    }
    let format = rules.format.map(pattern::format);
    let own = rules.pattern.map(pattern::whole);
    if let Some(pattern) = format.as_ref().or(own.as_ref()) {
        let expected = markdown::plain(&expectation(kind));
        schema.insert("pattern".to_owned(), json!(pattern));
        schema.insert("patternErrorMessage".to_owned(), json!(format!("expected {expected}")));
    }
    if let (Some(_), Some(own)) = (&format, &own) {
        schema.insert("allOf".to_owned(), json!([{ "pattern": own }]));
    }
    let mut ways = vec![schema];
    if rules.format == Some(Format::Port) && rules.pattern.is_none() {
        let lens = (10_i128.pow(rules.min_len.clamp(1, 6) - 1), 10_i128.pow(rules.max_len.min(6)) - 1);
        ways.push(whole_number(lens.0, lens.1.min(65_535)));
    }
    if rules.or_empty {
        ways.push(object([("const", json!(""))]));
    }
    ways
}

/// The settings of a repeated section. Unknown keys are rejected unless it says otherwise, since they may be typos.
fn section(of: &Section, strict: bool) -> Map<String, Json> {
    let member = |member: &Member| {
        let property = match member {
            Member::Setting(setting) => {
                let mut property = object([("title", json!(setting.title))]);
                texts::describe(&mut property, &texts::plain(setting), setting.description);
                property.extend(schema(&setting.kind, setting.values, strict));
                let default = texts::default_json(setting).and_then(|json| serde_json::from_str(&json).ok());
                if let Some(default) = default {
                    property.insert("default".to_owned(), default);
                }
                history(&mut property, setting);
                property
            }
            Member::Section { section: below, optional, .. } => {
                let mut property = section(below, strict);
                if *optional {
                    property.insert("type".to_owned(), json!(["object", "null"]));
                }
                property
            }
        };
        (member.key().to_owned(), Json::Object(property))
    };
    let mut properties: Map<String, Json> = of.members.iter().map(member).collect();
    if !strict {
        for (alias, property) in old_names(of) {
            properties.entry(alias.to_owned()).or_insert(Json::Object(property));
        }
    }
    object([
        ("type", json!("object")),
        ("properties", Json::Object(properties)),
        (
            "additionalProperties",
            json!(!strict && matches!(of.unknown, Some(Unknown::Allow | Unknown::Warn))),
        ),
    ])
}

/// The settings of a repeated section, by their aliases that are keys.
fn old_names(of: &Section) -> impl Iterator<Item = (&'static str, Map<String, Json>)> {
    let settings = of.members.iter().filter_map(|member| match member {
        Member::Setting(setting) => Some(setting),
        Member::Section { .. } => None,
    });
    settings.flat_map(|setting| {
        let keys = setting.aliases().iter().filter(|alias| !alias.contains('.'));
        keys.map(|alias| (*alias, old_name(setting, setting.key)))
    })
}

/// A deprecated property: an alias of the setting at `path`.
pub(super) fn old_name(setting: &Setting, path: &str) -> Map<String, Json> {
    let message = format!("Old name of {path}.");
    let mut property = object([
        ("title", json!(setting.title)),
        ("description", json!(message)),
        ("deprecated", json!(true)),
        ("deprecationMessage", json!(message)),
    ]);
    property.extend(schema(&setting.kind, setting.values, false));
    if setting.kind.is_secret() {
        property.insert("writeOnly".to_owned(), json!(true));
    }
    property
}

/// The keywords of secrets and deprecated settings.
pub(super) fn history(property: &mut Map<String, Json>, setting: &Setting) {
    if setting.kind.is_secret() {
        property.insert("writeOnly".to_owned(), json!(true));
    }
    if let Some(deprecated) = setting.deprecated() {
        property.insert("deprecated".to_owned(), json!(true));
        property.insert("deprecationMessage".to_owned(), json!(texts::deprecation(deprecated)));
    }
}

fn number(min: f64, max: f64) -> Map<String, Json> {
    let mut schema = object([("type", json!("number"))]);
    for (keyword, bound, widest) in [("minimum", min, f64::MIN), ("maximum", max, f64::MAX)] {
        if bound != widest {
            schema.insert(keyword.to_owned(), json!(bound));
        }
    }
    schema
}

fn whole_number(min: i128, max: i128) -> Map<String, Json> {
    let mut schema = object([("type", json!("integer"))]);
    for (keyword, bound) in [("minimum", min), ("maximum", max)] {
        if let Some(bound) = Number::from_i128(bound) {
            schema.insert(keyword.to_owned(), Json::Number(bound));
        }
    }
    schema
}

fn text_like(pattern: &str, kind: &Kind) -> Map<String, Json> {
    let expected = markdown::plain(&expectation(kind));
    object([
        ("type", json!("string")),
        ("pattern", json!(pattern)),
        ("patternErrorMessage", json!(format!("expected {expected}"))),
    ])
}

fn one_of(choices: &[Choice], values: &[ValueDoc]) -> Map<String, Json> {
    let texts: Vec<_> = choices.iter().map(|choice| choice.text).collect();
    let docs: Vec<_> = choices.iter().map(|choice| choice_doc(choice, values)).collect();
    let mut schema = object([("type", json!("string")), ("enum", json!(texts))]);
    if docs.iter().any(|doc| !doc.is_empty()) {
        let plain: Vec<_> = docs.iter().map(|doc| markdown::plain(doc)).collect();
        schema.insert("enumDescriptions".to_owned(), json!(plain));
        schema.insert("markdownEnumDescriptions".to_owned(), json!(docs));
    }
    schema
}

fn choice_doc(choice: &Choice, values: &[ValueDoc]) -> String {
    let own = values.iter().find(|value| value.value == choice.text || value.value == choice.label);
    let doc = own.map_or(choice.doc, |value| value.text);
    if choice.text == choice.label {
        return doc.to_owned();
    }
    if doc.is_empty() { choice.label.to_owned() } else { format!("{}: {doc}", choice.label) }
}

fn object<const N: usize>(keywords: [(&str, Json); N]) -> Map<String, Json> {
    keywords.into_iter().map(|(keyword, value)| (keyword.to_owned(), value)).collect()
}
