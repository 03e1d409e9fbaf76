//! The schema of one kind: it accepts exactly what `value::from_json` accepts.

use super::{pattern, texts};
use crate::markdown;
use crate::schema::{Choice, Format, Kind, Member, Section, Setting, TextRules, Unknown, ValueDoc};
use crate::value::json::{Object, Tree};
use crate::value::{expectation, is_removable};

/// The keywords of a kind; `values` are a setting's own words for each choice. If `strict`, values that cause warnings
/// are rejected.
pub(super) fn schema(kind: &Kind, values: &[ValueDoc], strict: bool) -> Object {
    any_of(ways(kind, values, Mode { strict, merges: true }))
}

/// The values that a schema accepts.
#[derive(Clone, Copy)]
struct Mode {
    /// Values that cause warnings are rejected.
    strict: bool,
    /// Layers merge the entries, so that `null` can remove one.
    merges: bool,
}

fn any_of(mut ways: Vec<Object>) -> Object {
    match ways.len() {
        1 => ways.remove(0),
        _ => Object::from([("anyOf", ways.into_iter().collect())]),
    }
}

/// The keywords of an element that belongs to a value which layers replace as a whole.
fn element(of: &Kind, mode: Mode) -> Object {
    any_of(ways(of, &[], Mode { merges: false, ..mode }))
}

/// The keywords of an entry. `null` removes it in a weaker layer; without one, it causes a warning.
fn entry(of: &Kind, mode: Mode) -> Object {
    let mut ways = ways(of, &[], mode);
    if mode.merges && !mode.strict && is_removable(of) {
        match ways.as_mut_slice() {
            [section] if matches!(of, Kind::Section(_)) => {
                section.insert("type", Tree::from(["object", "null"]));
            }
            _ => ways.push(Object::from([("type", Tree::from("null"))])),
        }
    }
    any_of(ways)
}

/// Each way to write a value of the kind.
fn ways(kind: &Kind, values: &[ValueDoc], mode: Mode) -> Vec<Object> {
    match *kind {
        Kind::Bool => vec![Object::from([("type", Tree::from("boolean"))])],
        Kind::Integer { min, max } => {
            vec![whole_number(min, max), text_like(&pattern::whole(&pattern::integer(min, max)), kind)]
        }
        Kind::Float { min, max } => vec![number(min, max), text_like(pattern::FLOAT, kind)],
        Kind::Text | Kind::Secret => vec![Object::from([("type", Tree::from(["string", "number"]))])],
        Kind::Custom(_) => vec![Object::from([("type", Tree::from("string"))])],
        Kind::OneOf(choices) => {
            let any_case = choices.iter().filter(|choice| choice.ignore_case);
            let patterns: Vec<_> = any_case.map(|choice| pattern::any_case(choice.text)).collect();
            let mut ways = vec![one_of(choices, values)];
            if !patterns.is_empty() {
                ways.push(text_like(&pattern::whole(&patterns.join("|")), kind));
            }
            ways
        }
        Kind::Duration { unit, min, max } => vec![
            whole_number(min.into(), max.into()),
            text_like(&pattern::whole(&pattern::duration(unit, min, max)), kind),
        ],
        Kind::TextOf(rules) => text_of(rules, kind),
        Kind::SecretOf(rules) => {
            // a number is accepted as its text, of which a schema knows no length
            let mut ways = text_of(rules, kind);
            ways.push(Object::from([("type", Tree::from("number"))]));
            ways
        }
        Kind::Json => vec![Object::new()],
        Kind::Size { min, max } => vec![
            whole_number(min.into(), max.into()),
            text_like(&pattern::whole(&pattern::size(min, max)), kind),
        ],
        Kind::Set(of) => vec![Object::from([
            ("type", Tree::from(["array", "null"])),
            ("items", Tree::Object(element(of, mode))),
            ("uniqueItems", Tree::from(true)),
        ])],
        Kind::Section(of) => vec![section(of, mode)],
        Kind::List(of) => {
            let items = if matches!(of, Kind::Section(_)) { entry(of, mode) } else { element(of, mode) };
            vec![Object::from([("type", Tree::from(["array", "null"])), ("items", Tree::Object(items))])]
        }
        Kind::Tuple(kinds) => {
            let elements: Vec<_> = kinds.iter().map(|of| Tree::Object(element(of, mode))).collect();
            vec![Object::from([
                ("type", Tree::from("array")),
                ("prefixItems", elements.into_iter().collect()),
                ("items", Tree::from(false)),
                ("minItems", Tree::from(kinds.len() as u64)),
            ])]
        }
        Kind::Map(of) => vec![Object::from([
            ("type", Tree::from(["object", "null"])),
            ("additionalProperties", Tree::Object(entry(of, mode))),
        ])],
        Kind::Optional(of) => {
            let mut ways = ways(of, values, mode);
            if !matches!(of, Kind::List(_) | Kind::Set(_) | Kind::Map(_) | Kind::Optional(_) | Kind::Json) {
                ways.push(Object::from([("type", Tree::from("null"))]));
            }
            ways
        }
    }
}

fn text_of(rules: &TextRules, kind: &Kind) -> Vec<Object> {
    let mut schema = Object::from([("type", Tree::from("string"))]);
    if rules.min_len > 0 {
        schema.insert("minLength", Tree::from(rules.min_len));
    }
    if rules.max_len < u32::MAX {
        schema.insert("maxLength", Tree::from(rules.max_len));
    }
    let format = rules.format.map(pattern::format);
    let own = rules.pattern.map(pattern::whole);
    if let Some(pattern) = format.as_ref().or(own.as_ref()) {
        let expected = markdown::plain(&expectation(kind));
        schema.insert("pattern", Tree::from(pattern));
        schema.insert("patternErrorMessage", Tree::from(format!("expected {expected}")));
    }
    if let (Some(_), Some(own)) = (&format, &own) {
        schema.insert("allOf", Tree::from([Object::from([("pattern", own.into())])]));
    }
    let mut ways = vec![schema];
    if rules.format == Some(Format::Port) && rules.pattern.is_none() {
        let lens = (10_i128.pow(rules.min_len.clamp(1, 6) - 1), 10_i128.pow(rules.max_len.min(6)) - 1);
        ways.push(whole_number(lens.0, lens.1.min(65_535)));
    }
    if rules.or_empty {
        ways.push(Object::from([("const", Tree::from(""))]));
    }
    ways
}

/// The settings of a repeated section. Unknown keys are accepted unless it denies them, as the resolver only warns about
/// them.
fn section(of: &Section, mode: Mode) -> Object {
    let member = |member: &Member| {
        let property = match member {
            Member::Setting(setting) => {
                let mut property = Object::from([("title", Tree::from(setting.title))]);
                texts::describe(&mut property, &texts::plain(setting), setting.description);
                property.extend(any_of(ways(&setting.kind, setting.values, mode)));
                let default = texts::default_json(setting).and_then(|json| Tree::parse(&json).ok());
                if let Some(default) = default {
                    property.insert("default", default);
                }
                history(&mut property, setting);
                property
            }
            Member::Section { section: below, optional, .. } => {
                let mut property = section(below, mode);
                if *optional {
                    property.insert("type", Tree::from(["object", "null"]));
                }
                property
            }
        };
        (member.key().to_owned(), Tree::Object(property))
    };
    let mut properties: Object = of.members.iter().map(member).collect();
    if !mode.strict {
        for (alias, property) in old_names(of) {
            properties.get_or_insert(alias, property.into());
        }
    }
    Object::from([
        ("type", Tree::from("object")),
        ("properties", Tree::Object(properties)),
        ("additionalProperties", Tree::from(!mode.strict && of.unknown != Some(Unknown::Deny))),
    ])
}

/// The settings of a repeated section, by their aliases that are keys.
fn old_names(of: &Section) -> impl Iterator<Item = (&'static str, Object)> {
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
pub(super) fn old_name(setting: &Setting, path: &str) -> Object {
    let message = format!("Old name of {path}.");
    let mut property = Object::from([
        ("title", Tree::from(setting.title)),
        ("description", Tree::from(&message)),
        ("deprecated", Tree::from(true)),
        ("deprecationMessage", Tree::from(message)),
    ]);
    property.extend(schema(&setting.kind, setting.values, false));
    if setting.kind.is_secret() {
        property.insert("writeOnly", Tree::from(true));
    }
    property
}

/// The keywords of secrets and deprecated settings.
pub(super) fn history(property: &mut Object, setting: &Setting) {
    if setting.kind.is_secret() {
        property.insert("writeOnly", Tree::from(true));
    }
    if let Some(deprecated) = setting.deprecated() {
        property.insert("deprecated", Tree::from(true));
        property.insert("deprecationMessage", Tree::from(texts::deprecation(deprecated)));
    }
}

fn number(min: f64, max: f64) -> Object {
    let mut schema = Object::from([("type", Tree::from("number"))]);
    for (keyword, bound, widest) in [("minimum", min, f64::MIN), ("maximum", max, f64::MAX)] {
        if bound != widest {
            schema.insert(keyword, Tree::from(bound));
        }
    }
    schema
}

fn whole_number(min: i128, max: i128) -> Object {
    let mut schema = Object::from([("type", Tree::from("integer"))]);
    for (keyword, bound) in [("minimum", min), ("maximum", max)] {
        // most readers take no more than 64 bits
        if i64::try_from(bound).is_ok() || u64::try_from(bound).is_ok() {
            schema.insert(keyword, bound.into());
        }
    }
    schema
}

fn text_like(pattern: &str, kind: &Kind) -> Object {
    let expected = markdown::plain(&expectation(kind));
    Object::from([
        ("type", Tree::from("string")),
        ("pattern", Tree::from(pattern)),
        ("patternErrorMessage", Tree::from(format!("expected {expected}"))),
    ])
}

fn one_of(choices: &[Choice], values: &[ValueDoc]) -> Object {
    let texts: Vec<_> = choices.iter().map(|choice| choice.text).collect();
    let docs: Vec<_> = choices.iter().map(|choice| choice_doc(choice, values)).collect();
    let mut schema = Object::from([("type", Tree::from("string")), ("enum", Tree::from(texts))]);
    if docs.iter().any(|doc| !doc.is_empty()) {
        let plain: Vec<_> = docs.iter().map(|doc| markdown::plain(doc)).collect();
        schema.insert("enumDescriptions", Tree::from(plain));
        schema.insert("markdownEnumDescriptions", Tree::from(docs));
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
