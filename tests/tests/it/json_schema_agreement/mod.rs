//! The JSON Schema (by an independent validator) and the resolver accept and refuse the same values.

pub(crate) mod kinds;
pub(crate) mod values;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Value as Json, json};
use settings_core::Settings;
use settings_core::json_schema::json_schema;
use settings_core::resolve::{Code, Layers, resolve};
use settings_core::schema::{
    DefaultValue, Format, Kind, Member, Section, Setting, TextRules, Unknown, ValueDoc, documents_every_value,
};
use settings_core::value::json::Tree;
use settings_core::value::{Reason, expectation, from_json, from_text, json as reader, to_json};
use settings_tests::random::Random;

use kinds::{CHOICES, DURATIONS, INTEGERS, kinds, leaked};
use values::{bounds, value};

fn parsed(schema: &Tree) -> Json {
    serde_json::from_str(&schema.to_string()).unwrap()
}

/// The schema of one setting, `S.K`, as a validator.
fn validator(kind: Kind) -> jsonschema::Validator {
    let setting = Setting::new("K", "k", kind, DefaultValue::None);
    let section = Section::new("S", Box::leak(Box::new([Member::Setting(setting)])));
    let schema = parsed(&json_schema(Box::leak(Box::new(section))));
    assert!(jsonschema::draft202012::meta::is_valid(&schema), "not a schema: {schema}");
    jsonschema::draft202012::new(&schema).unwrap()
}

fn resolver_accepts(kind: &Kind, text: &str) -> bool {
    from_json(kind, reader::parse_value(text).unwrap()).is_ok()
}

/// The value as its kind writes it, if it is one.
fn read(kind: &Kind, text: &str) -> Option<String> {
    let value = from_json(kind, reader::parse_value(text).unwrap()).ok()?;
    Some(to_json(kind, &value))
}

/// The value with what its only mistake suggests in its place, which the resolver must accept; but an element of a
/// set may then contain it twice.
fn meant(kind: &Kind, text: &str) -> Option<String> {
    let mismatch = from_json(kind, reader::parse_value(text).unwrap()).err()?;
    let help =
        mismatch.help.clone().filter(|_| mismatch.others.is_empty() && mismatch.reason != Reason::Key)?;
    let value = help.strip_prefix("did you mean `")?.strip_suffix("`?")?;
    let (start, len) = mismatch.part.unwrap_or((0, text.len()));
    let is_key = text[start + len..].starts_with(':') && !value.starts_with('"');
    let value = if is_key { json!(value).to_string() } else { value.to_owned() };
    let meant = format!("{}{value}{}", &text[..start], &text[start + len..]);
    match from_json(kind, reader::parse_value(&meant).unwrap()) {
        Ok(_) => Some(meant),
        Err(again) => {
            assert_eq!(
                again.reason,
                Reason::Duplicate,
                "{kind:?}: {text}: {meant} is suggested, but refused"
            );
            None
        }
    }
}

/// Returns whether a section in the value has a key that the resolver reports.
pub(crate) fn has_unknown_key(kind: &Kind, value: &Json) -> bool {
    match (kind, value) {
        (Kind::Section(section), Json::Object(entries)) => entries.iter().any(|(key, value)| {
            let is_alias =
                |setting: &Setting| setting.aliases().contains(&key.as_str()) && !key.contains('.');
            let member = section.members.iter().find(|member| match member {
                Member::Setting(setting) => setting.key == key || is_alias(setting),
                Member::Section { key: own, .. } => own == key,
                _ => false,
            });
            match member {
                None => section.unknown != Some(Unknown::Allow),
                Some(Member::Setting(setting)) => has_unknown_key(&setting.kind, value),
                Some(Member::Section { section, .. }) => has_unknown_key(&Kind::Section(section), value),
                Some(_) => false,
            }
        }),
        (Kind::List(of) | Kind::Set(of), Json::Array(values)) => {
            values.iter().any(|value| has_unknown_key(of, value))
        }
        (Kind::Map { of, .. }, Json::Object(entries)) => {
            entries.values().any(|value| has_unknown_key(of, value))
        }
        (Kind::Optional(of), value) => has_unknown_key(of, value),
        _ => false,
    }
}

/// The checks that JSON Schema can't express: a program's own check, bounds of numbers that are written as text, and the
/// forms of IPv6 addresses.
pub(crate) fn beyond_schemas(kind: &Kind, value: &Json) -> bool {
    match (kind, value) {
        (Kind::Custom(custom), Json::String(text)) => (custom.check)(text).is_err(),
        (Kind::Duration { .. } | Kind::Size { .. } | Kind::Integer { .. }, Json::String(text)) => {
            let quoted = value.to_string();
            let read = from_json(kind, reader::parse_value(&quoted).unwrap());
            // fractions below a nanosecond, and the order of the units of ISO 8601
            let is_free = matches!(kind, Kind::Duration { .. }) && text.contains(['P', '.']);
            read.is_err_and(|mismatch| mismatch.reason == Reason::Range || quoted.len() > 14 || is_free)
        }
        (
            Kind::TextOf(TextRules { format: Some(Format::Host | Format::SocketAddress), .. }),
            Json::String(text),
        ) => text.matches(':').count() > 1,
        // as text
        (Kind::Float { min, max }, Json::String(text)) => {
            text.parse().is_ok_and(|float: f64| !(*min..=*max).contains(&float))
        }
        // one value in two ways: 5 and "5"
        (Kind::Set(of), Json::Array(values)) => {
            let read: Vec<_> = values.iter().map(|value| read(of, &value.to_string())).collect();
            let twice = (0..read.len()).any(|at| read[at].is_some() && read[..at].contains(&read[at]));
            twice || values.iter().any(|value| beyond_schemas(of, value))
        }
        (Kind::Section(section), Json::Object(entries)) => section.members.iter().any(|member| {
            let Some(value) = entries.get(member.key()) else { return false }; // schemas can express the kind of an alias
            match member {
                Member::Setting(setting) => beyond_schemas(&setting.kind, value),
                Member::Section { section, .. } => beyond_schemas(&Kind::Section(section), value),
                _ => false,
            }
        }),
        // `null` removes an entry of a weaker layer
        (Kind::List(of), Json::Array(values)) => values
            .iter()
            .any(|value| value.is_null() && matches!(of, Kind::Section(_)) || beyond_schemas(of, value)),
        (Kind::Map { key: keys, of, .. }, Json::Object(entries)) => {
            // a choice in any letter case may be there twice
            let folded: BTreeSet<_> = entries.keys().map(|key| key.to_lowercase()).collect();
            folded.len() < entries.len() && !keys.choices().is_empty()
                || entries.keys().any(|key| beyond_schemas(keys, &json!(key)))
                || entries.values().any(|value| value.is_null() || beyond_schemas(of, value))
        }
        (Kind::Tuple(kinds), Json::Array(values)) => {
            kinds.iter().zip(values).any(|(of, value)| beyond_schemas(of, value))
        }
        // its length is that of its text
        (Kind::SecretOf(_), Json::Number(_)) => true,
        (Kind::Optional(of), value) => beyond_schemas(of, value),
        _ => false,
    }
}

#[test]
fn schema_and_resolver_agree_in_both_directions() {
    let (mut all, mut mended) = ((0, 0), 0);
    for (number, kind) in kinds().into_iter().enumerate() {
        let seed = 0x9e37_79b9_7f4a_7c15 ^ (number as u64 + 1);
        let mut random = Random::seeded(seed);
        let validator = validator(kind);
        let (mut accepted, mut refused) = (0, 0);
        for _ in 0..2500 {
            let value = value(&mut random, &kind, 2);
            // The resolver reports an unknown key, and the schema marks it.
            let by_resolver = resolver_accepts(&kind, &value.to_string()) && !has_unknown_key(&kind, &value);
            let by_schema = validator.is_valid(&json!({ "S": { "K": value } }));
            let agree = by_resolver == by_schema || (by_schema && beyond_schemas(&kind, &value));
            assert!(
                agree,
                "seed {seed:#x}, {kind:?}: {value}: accepted by the resolver: {by_resolver}, by the schema: {by_schema}",
            );
            if by_resolver {
                accepted += 1
            } else {
                refused += 1
            }
            if let Some(meant) = meant(&kind, &value.to_string()) {
                let value: Json = serde_json::from_str(&meant).unwrap();
                let by_schema = validator.is_valid(&json!({ "S": { "K": value } }));
                assert!(
                    by_schema || has_unknown_key(&kind, &value),
                    "seed {seed:#x}, {kind:?}: {meant} is suggested, but the schema refuses it"
                );
                mended += 1;
            }
        }
        assert!(accepted > 20 && refused > 20, "{kind:?}: {accepted} accepted, {refused} refused");
        all = (all.0 + accepted, all.1 + refused);
    }
    assert!(all.0 > 50_000 && all.1 > 50_000, "accepted and refused: {all:?}");
    assert!(mended > 5_000, "only {mended} suggestions");
}

/// Numbers near the bounds, as text: the patterns of short ranges have no hole, and those of long ones take any number.
#[test]
fn patterns_of_bounded_numbers_have_no_hole() {
    let mut random = Random::seeded(0x1234_5678_9abc_def1);
    let pattern = |kind: Kind| {
        let setting = Setting::new("K", "k", kind, DefaultValue::None);
        let section = Section::new("S", Box::leak(Box::new([Member::Setting(setting)])));
        let schema = parsed(&json_schema(Box::leak(Box::new(section))));
        schema.pointer("/properties/S/properties/K/anyOf/1/pattern").unwrap().as_str().unwrap().to_owned()
    };
    let (mut exact, mut loose) = (0, 0);
    for round in 0..120 {
        let width = if round % 2 == 0 { 300 } else { 30_000 };
        let (a, b) = (random.below(width) as i128, random.below(width) as i128);
        let (a, b) = (a - width as i128 / 2, b - width as i128 / 2);
        let kind = Kind::Integer { min: a.min(b), max: a.max(b) };
        let is_loose = pattern(kind).contains("[0-9]+");
        if is_loose {
            loose += 1
        } else {
            exact += 1
        }
        let validator = validator(kind);
        for count in -15_010_i128..=15_010 {
            if [a, b].iter().any(|bound| (count - bound).abs() < 12) || count % 97 == 0 {
                let inside = (a.min(b)..=a.max(b)).contains(&count);
                let instance = json!({ "S": { "K": count.to_string() } });
                let expected = inside || is_loose && (count >= 0 || a.min(b) < 0);
                assert_eq!(validator.is_valid(&instance), expected, "{count} in {kind:?}");
            }
        }
    }
    assert!(exact > 40 && loose > 20, "{exact} exact, {loose} loose");
}

#[test]
fn what_is_no_section_is_refused_by_both() {
    let validator = validator(Kind::Bool);
    for (instance, good) in [
        (json!({}), true),
        (json!({"S": {}}), true),
        (json!({"S": {}, "T": 1, "$schema": "x"}), true),
        (json!({"S": {"Other": 1}}), false),
        (json!({"S": null}), false),
        (json!({"S": []}), false),
        (json!([]), false),
        (json!(null), false),
    ] {
        assert_eq!(validator.is_valid(&instance), good, "{instance}");
    }
}

/// The documented values of a one-of or bool are exactly the accepted ones.
#[test]
fn documented_values_are_the_accepted_ones() {
    const BOOLS: &[ValueDoc] =
        &[ValueDoc { value: "true", text: "On." }, ValueDoc { value: "false", text: "Off." }];
    const DOCS: &[ValueDoc] = &[
        ValueDoc { value: "STARTTLS", text: "Later." },
        ValueDoc { value: "Not specified", text: "Never." },
        ValueDoc { value: "TLS", text: "At once." },
    ];
    let one_of = Kind::OneOf(CHOICES);
    let cases = [
        (Kind::Bool, BOOLS),
        (one_of, DOCS),
        (one_of, &[]),
        (Kind::Optional(leaked(one_of)), DOCS),
        (Kind::Optional(leaked(Kind::Bool)), BOOLS),
    ];
    for (kind, values) in cases {
        assert!(documents_every_value(kind, values));
        let setting = Setting::new("K", "k", kind, DefaultValue::None).doc("", values);
        let documented: BTreeSet<String> = setting
            .documented_values()
            .iter()
            .map(|it| if values == BOOLS { it.value.to_owned() } else { json!(it.value).to_string() })
            .collect();
        let validator = validator(kind);
        let words = ["", "TLS", "STARTTLS", "Not specified", "true", "false", "1", "0", "t", "null", "yes"];
        let spellings = words.iter().flat_map(|word| {
            let spelt =
                [*word, &word.to_lowercase(), &word.to_uppercase(), &format!("{word} "), &format!(" {word}")]
                    .map(|text| json!(text));
            spelt.into_iter().chain(serde_json::from_str(word).ok())
        });
        let mut accepted = BTreeSet::new();
        for candidate in spellings.chain([json!([]), json!({}), json!(0.5)]) {
            let by_resolver = read(&kind, &candidate.to_string());
            let by_schema = validator.is_valid(&json!({ "S": { "K": candidate } }));
            assert_eq!(by_resolver.is_some(), by_schema, "{kind:?}: {candidate}");
            accepted.extend(by_resolver.filter(|value| value != "null"));
        }
        assert_eq!(accepted, documented, "{kind:?}");
        // and so with variables
        for value in &documented {
            let text = value.trim_matches('"');
            let is_default_of_optional = text.is_empty() && matches!(kind, Kind::Optional(_));
            assert!(is_default_of_optional || from_text(&kind, text).is_ok(), "{kind:?}: {text}");
        }
    }
}

/// The bounds in messages and documents are the real ones: they are accepted, and values beyond are rejected.
#[test]
fn documented_bounds_are_the_bounds() {
    let numbers = |text: &str| -> Vec<i128> {
        text.split(|c: char| !c.is_ascii_digit() && c != '-').filter_map(|part| part.parse().ok()).collect()
    };
    let mut checked = 0;
    for kind in INTEGERS.into_iter().chain(DURATIONS) {
        let (low, high) = bounds(&kind);
        let stated = expectation(&kind);
        if !stated.contains("from") {
            continue;
        }
        assert_eq!(numbers(&stated), [low, high], "{stated}");
        let validator = validator(kind);
        for (count, good) in [(low - 1, false), (low, true), (high, true), (high + 1, false)] {
            let instance: Json = serde_json::from_str(&count.to_string()).unwrap();
            assert_eq!(resolver_accepts(&kind, &count.to_string()), good, "{count}: {stated}");
            assert_eq!(validator.is_valid(&json!({ "S": { "K": instance } })), good, "{count}: {stated}");
            checked += 1;
        }
    }
    for (min, max) in [(0, 3), (2, 4), (1, u32::MAX), (5, 5)] {
        let kind = Kind::TextOf(Box::leak(Box::new(TextRules::ANY.min_len(min).max_len(max))));
        let stated: Vec<u32> = numbers(&expectation(&kind)).iter().map(|len| *len as u32).collect();
        let expected =
            [min, max].into_iter().filter(|len| (1..u32::MAX).contains(len)).collect::<BTreeSet<_>>();
        assert_eq!(stated.iter().copied().collect::<BTreeSet<_>>(), expected, "{}", expectation(&kind));
        let validator = validator(kind);
        for len in 0..8 {
            let text = json!("é".repeat(len as usize));
            assert_eq!(resolver_accepts(&kind, &text.to_string()), (min..=max).contains(&len), "{len}");
            assert_eq!(
                validator.is_valid(&json!({ "S": { "K": text } })),
                (min..=max).contains(&len),
                "{len}"
            );
            checked += 1;
        }
    }
    assert!(checked > 60, "only {checked} checks");
}

/// Any JSON at all.
#[test]
fn both_take_everything_for_json() {
    let validator = validator(Kind::Json);
    let mut random = Random::seeded(0x0f1e_2d3c_4b5a_6978);
    for _ in 0..2000 {
        let value = value(&mut random, &Kind::map(&Kind::ANY_FLOAT), 2);
        assert!(resolver_accepts(&Kind::Json, &value.to_string()), "{value}");
        assert!(validator.is_valid(&json!({ "S": { "K": value } })), "{value}");
    }
}

/// A program.
#[derive(Settings)]
#[settings(env_prefix = "X")]
struct Program {
    #[settings(section = "Must")]
    _must: Element,
    #[settings(section = "May")]
    _may: Option<Element>,
    /// Elements.
    #[settings(section = "All")]
    _all: Vec<Element>,
}

/// A section.
#[derive(Settings)]
struct Element {
    /// A number.
    #[setting(key = "s", default = 1, range = 1..=200, alias = "was")]
    _s: u8,
    /// A set, if any.
    #[setting(key = "k")]
    _k: Option<BTreeSet<String>>,
    #[settings(section = "e")]
    _e: Option<Inner>,
    #[settings(section = "p")]
    _p: Inner,
}

/// A section in a section.
#[derive(Settings)]
struct Inner {
    /// A switch.
    #[setting(key = "k", default = false)]
    _k: bool,
    /// By name.
    #[setting(key = "m", unit = "seconds")]
    _m: BTreeMap<String, Duration>,
}

/// Optional sections, sections in sections and lists of sections, over a whole program.
#[test]
fn both_take_and_refuse_the_same_programs() {
    let root = Program::SCHEMA;
    let element = Kind::Section(Element::SCHEMA);
    let elements = Kind::List(leaked(element));
    let validator = jsonschema::draft202012::new(&parsed(&json_schema(root))).unwrap();
    let mut random = Random::seeded(0x7777_1234_0000_0001);
    let (mut good, mut bad) = (0, 0);
    for _ in 0..6000 {
        let mut program = serde_json::Map::new();
        for key in ["Must", "May"] {
            match random.below(6) {
                0 => {}
                1 => drop(program.insert(key.to_owned(), Json::Null)),
                _ => drop(program.insert(key.to_owned(), value(&mut random, &element, 1))),
            }
        }
        if random.below(2) == 0 {
            program.insert("All".to_owned(), value(&mut random, &elements, 1));
        }
        let program = Json::Object(program);
        let by_schema = validator.is_valid(&program);
        let resolution = resolve::<Program>(Layers::new().file("config.json", program.to_string()));
        let has = |code| resolution.report().diagnostics().iter().any(|diagnostic| diagnostic.code == code);
        let by_resolver = resolution.value().is_some() && !has(Code::UnknownKey);
        let agree = by_resolver == by_schema || by_schema && has(Code::OutOfRange);
        assert!(agree, "by the schema: {by_schema}: {program}\n{}", resolution.report());
        if by_schema { good += 1 } else { bad += 1 }
    }
    assert!(good > 150 && bad > 150, "{good} good, {bad} bad");
}
