//! Random programs over all kinds and shapes: the resolver, the JSON Schema (by an independent validator), the templates
//! (resolved again), the pages (read again) and the listing accept, refuse and say the same.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};
use settings_core::docs::{self, Against, Dialect, Format, Style};
use settings_core::json_schema::json_schema;
use settings_core::listing::listing;
use settings_core::resolve::{Code, Environment, Layers, Registry, Resolution, Severity};
use settings_core::schema::{DefaultValue, Details, Kind, Leaf, Member, Section, Setting, ValueDoc};
use settings_core::value::{from_json, from_text, json as reader, to_json};
use settings_core::{FileFormat, Settings, template};
use settings_tests::random::Random;

use crate::json_schema_agreement::kinds::kinds;
use crate::json_schema_agreement::values::value;
use crate::json_schema_agreement::{beyond_schemas, has_unknown_key};

/// A program without settings of its own.
#[derive(Settings)]
#[settings(env_prefix = "AG")]
struct Base {
    /// A switch.
    #[setting(default = true)]
    _only: bool,
}

const PROGRAMS: u64 = 120;

/// Texts for doc comments, with characters that mean something in some markup.
const WORDS: [&str; 14] = [
    "The `value` of it.",
    "One *or* **two**.",
    "A_b and c_.",
    "See [a page](https://example.com/a).",
    "5 | 6 * 7",
    "Ends in a colon:",
    "<b> & \"c\"",
    "1. first",
    "- dash",
    "#hash",
    "A sentence. Another one.",
    "É, ü, 日本.",
    "x::",
    "..",
];

fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

fn text(text: String) -> &'static str {
    String::leak(text)
}

/// A value of the kind, as JSON; `None` if none is found soon.
fn valid(random: &mut Random, kind: &Kind) -> Option<String> {
    (0..400).find_map(|_| {
        let json = value(random, kind, 2).to_string();
        let read = from_json(kind, reader::parse_value(&json).ok()?).ok()?;
        // The derive refuses the default of a secret, and tests of repeated sections have their own defaults.
        let is_plain = !kind.is_secret() && !kind.contains_sections();
        is_plain.then(|| to_json(kind, &read))
    })
}

fn setting(random: &mut Random, number: usize, kind: Kind) -> Setting {
    let key = text(format!("Key{number}"));
    let default = match kind {
        Kind::Secret => DefaultValue::Text(""),
        _ if kind.contains_sections() && kind.element().is_some() => {
            DefaultValue::Json(if matches!(kind.required(), Kind::Map { .. }) { "{}" } else { "[]" })
        }
        Kind::Optional(_) if random.below(2) == 0 => DefaultValue::None,
        _ => match valid(random, &kind) {
            Some(json) => DefaultValue::Json(text(json)),
            None => DefaultValue::None,
        },
    };
    let mut doc = random.pick(&WORDS).to_owned();
    if random.below(2) == 0 {
        doc = format!("{doc} {}\n\n{}", random.pick(&WORDS), random.pick(&WORDS));
    }
    let values: &[ValueDoc] = match kind {
        Kind::Bool if random.below(2) == 0 => {
            &[ValueDoc { value: "true", text: "On." }, ValueDoc { value: "false", text: "Off: `x`." }]
        }
        _ => &[],
    };
    let mut details = Details::new();
    if random.below(4) == 0 {
        details = details.restart();
    }
    if random.below(4) == 0 {
        details = details.note(random.pick(&WORDS));
    }
    Setting::new(key, key, kind, default)
        .title(text(format!("Key {number}")))
        .doc(text(doc), values)
        .details(leak(details))
}

/// A section of a few random kinds, with sections in it.
fn section(random: &mut Random, key: &'static str, kinds: &[Kind], depth: usize) -> &'static Section {
    let mut members = Vec::new();
    for number in 0..2 + random.below(5) {
        let kind = random.pick(kinds);
        let setting = setting(random, number, kind);
        // A default is needed where the kind has no empty value.
        let has_default =
            !matches!(setting.default, DefaultValue::None) || matches!(kind, Kind::Optional(_) | Kind::Json);
        if has_default {
            members.push(Member::Setting(setting));
        }
    }
    if depth > 0 {
        for (key, optional) in [("Inner", false), ("Maybe", true)] {
            let below = section(random, key, kinds, depth - 1);
            members.push(if optional {
                Member::optional_section(key, below)
            } else {
                Member::section(key, below)
            });
        }
        let element = section(random, "Element", kinds, 0);
        for (key, kind, default) in [
            ("Entries", Kind::List(leak(Kind::Section(element))), "[]"),
            ("Named", Kind::map(leak(Kind::Section(element))), "{}"),
        ] {
            let setting = Setting::new(key, key, kind, DefaultValue::Json(default)).doc("Entries.", &[]);
            members.push(Member::Setting(setting));
        }
    }
    let doc = random.pick(&WORDS);
    leak(Section::new(key, Vec::leak(members)).doc(doc).page(text(format!("Page of {key}"))))
}

fn program(seed: u64) -> (Random, Registry<Base>) {
    let mut random = Random::seeded(0x0a9e_3000_0000 + seed);
    let mut registry = Registry::new();
    // Sections of the test's own repeat, with keys that are names.
    let kinds: Vec<_> = kinds().into_iter().filter(|kind| !kind.contains_sections()).collect();
    let section = section(&mut random, "Top", &kinds, 2);
    registry.register(section).unwrap_or_else(|refused| panic!("seed {seed}: {refused}"));
    (random, registry)
}

fn clean(resolution: &Resolution<Base>, about: &str) {
    let bad = |code: Code| code != Code::EmptyVariable;
    let found = resolution.report().diagnostics().iter();
    let found: Vec<_> = found.filter(|found| found.severity > Severity::Note && bad(found.code)).collect();
    assert!(found.is_empty(), "{about}: {found:#?}");
}

/// Every setting's value, as JSON.
fn values(resolution: &Resolution<Base>) -> BTreeMap<String, String> {
    let shown = |it: settings_core::resolve::Effective<'_>| {
        (it.path.to_string(), to_json(&it.setting.kind, &it.value))
    };
    resolution.settings().map(shown).collect()
}

#[test]
fn templates_resolve_to_the_defaults() {
    for seed in 0..PROGRAMS {
        let (_, registry) = program(seed);
        let root = registry.schema();
        let defaults = values(&registry.resolve(Layers::new()));
        for format in [FileFormat::Json, FileFormat::Toml, FileFormat::Yaml] {
            for commented in [false, true] {
                let file = template::config(format, root, commented);
                let resolution = registry.resolve(Layers::new().file_in(format, "template", file.clone()));
                clean(&resolution, &format!("seed {seed}, {format}:\n{file}"));
                assert_eq!(values(&resolution), defaults, "seed {seed}, {format}:\n{file}");
            }
        }
        let file = template::env(root);
        let mut environment = Environment::default();
        environment.add_file(".env", &file);
        let resolution = registry.resolve(Layers::new().environment(environment));
        clean(&resolution, &format!("seed {seed}:\n{file}"));
        assert_eq!(values(&resolution), defaults, "seed {seed}:\n{file}");
    }
}

#[test]
fn pages_name_every_setting_and_its_default() {
    let dialects = [Dialect::new("app.toml"), Dialect::new("app.yaml"), Dialect::reference()];
    for seed in 0..PROGRAMS {
        let (_, registry) = program(seed);
        let root = registry.schema();
        let leaves: Vec<Leaf> = root.leaves_with_entries().collect();
        for style in [Style::Table, Style::Directive, Style::Confval, Style::Heading] {
            let dialect = &dialects[seed as usize % dialects.len()];
            let pages = docs::from_schema_in(root, dialect);
            let mut all = String::new();
            for page in &pages {
                let text = docs::render(page, style, Format::Rst);
                let read = docs::read("page.rst", text.as_bytes()).unwrap();
                let findings = docs::check(&read, Some(root), Against::Both);
                assert!(findings.is_empty(), "seed {seed}, {style:?}: {findings:#?}\n{text}");
                all.push_str(&text);
            }
            for leaf in &leaves {
                let (path, variable) = (leaf.path.to_string(), leaf.path.env_name("AG"));
                assert!(
                    all.contains(&path) && all.contains(&variable),
                    "seed {seed}, {style:?}: {path}\n{all}"
                );
            }
            let markdown: String =
                pages.iter().map(|page| docs::render(page, style, Format::Markdown)).collect();
            for leaf in &leaves {
                let variable = leaf.path.env_name("AG");
                assert!(markdown.contains(&format!("`{variable}`")), "seed {seed}: {variable}\n{markdown}");
            }
        }
    }
}

/// The bounds that a page states are the ones that the resolver has.
#[test]
fn stated_bounds_are_the_bounds() {
    let mut checked = 0;
    for kind in kinds() {
        let bounds = match kind {
            Kind::Size { min, max } => (min, max),
            Kind::Duration { min, max, .. } => (min, max),
            _ => continue,
        };
        let setting = Setting::new("K", "k", kind, DefaultValue::Integer(bounds.0.into()));
        let root = leak(Section::new("", leak([Member::Setting(setting)])));
        let page = docs::from_schema_in(root, &Dialect::new("app.toml")).swap_remove(0);
        let text = docs::render(&page, Style::Heading, Format::Rst);
        let literals = |words: &str| {
            text.split_once(words).map(|(_, after)| after.split('`').nth(2).unwrap_or_default())
        };
        let literal_after = |words: &str| literals(words).map(str::to_owned);
        for (stated, bound) in [
            (literal_after(" From ").or(literal_after(" At least ")), i128::from(bounds.0)),
            (
                text.split_once(" to ``").map(|(_, it)| it.split('`').next().unwrap_or_default().to_owned()),
                bounds.1.into(),
            ),
        ] {
            let Some(stated) = stated else { continue };
            let read = from_text(&kind, &stated).unwrap_or_else(|why| panic!("{stated}: {why:?}\n{text}"));
            let bound = bound.to_string();
            let of_bound = from_text(&kind, &bound).unwrap();
            assert_eq!(to_json(&kind, &read), to_json(&kind, &of_bound), "{stated}\n{text}");
            checked += 1;
        }
    }
    assert!(checked >= 10, "{checked}");
}

#[test]
fn the_schema_and_the_listing_have_the_resolvers_defaults() {
    for seed in 0..PROGRAMS {
        let (_, registry) = program(seed);
        let root = registry.schema();
        let schema: Json = serde_json::from_str(&json_schema(root).to_string()).unwrap();
        let resolution = registry.resolve(Layers::new());
        for (entry, effective) in listing(&resolution, None).iter().zip(resolution.settings()) {
            let path = effective.path.to_string();
            let by_resolver: Json =
                serde_json::from_str(&to_json(&effective.setting.kind, &effective.value)).unwrap();
            let by_listing: Json = serde_json::from_str(&entry.default.to_string()).unwrap();
            let pointer: String =
                effective.path.keys().iter().map(|key| format!("/properties/{key}")).collect();
            let property = schema.pointer(&pointer).unwrap_or_else(|| panic!("seed {seed}: no {path}"));
            assert_eq!((&entry.name, &entry.variable), (&path, &effective.path.env_name("AG")));
            if effective.setting.kind.is_secret() {
                assert_eq!(property["writeOnly"], true, "{path}");
                continue;
            }
            assert_eq!(by_listing, by_resolver, "seed {seed}: {path}");
            let by_schema = property.get("default").cloned().unwrap_or(Json::Null);
            assert_eq!(by_schema, by_resolver, "seed {seed}: {path}");
            let description = property["description"].as_str().unwrap();
            assert!(description.ends_with(&format!("Variable: {}", entry.variable)), "{description}");
        }
    }
}

/// A file with one random value of each kind, judged by the schema and by the resolver.
#[test]
fn schema_and_resolver_judge_whole_files_alike() {
    let (mut good, mut bad) = (0, 0);
    for seed in 0..PROGRAMS {
        let (mut random, registry) = program(seed);
        let root = registry.schema();
        let validator =
            jsonschema::draft202012::new(&serde_json::from_str(&json_schema(root).to_string()).unwrap())
                .unwrap();
        let leaves: Vec<Leaf> = root.leaves().filter(|leaf| leaf.path.keys().len() > 1).collect();
        for _ in 0..40 {
            let leaf = &leaves[random.below(leaves.len())];
            let given = value(&mut random, &leaf.setting.kind, 2);
            let file = nested(leaf.path.keys(), given.clone());
            let by_schema = validator.is_valid(&file);
            let resolution = registry.resolve(Layers::new().file("config.json", file.to_string()));
            let diagnostics = resolution.report().diagnostics();
            let is_unknown = diagnostics.iter().any(|found| found.code == Code::UnknownKey);
            let by_resolver = !resolution.report().has_errors() && !is_unknown;
            let kind = &leaf.setting.kind;
            let agree = by_schema == by_resolver || by_schema && beyond_schemas(kind, &given);
            assert!(agree, "seed {seed}: by the schema {by_schema}: {file}\n{}", resolution.report());
            assert!(!is_unknown || has_unknown_key(kind, &given), "seed {seed}: {file}");
            // What is accepted is shown: the listing has the value that was given.
            // A map has the entries of its default too.
            if by_resolver && !kind.is_secret() && !matches!(kind.required(), Kind::Map { .. }) {
                let path = leaf.path.to_string();
                let entry = listing(&resolution, None).into_iter().find(|entry| entry.name == path).unwrap();
                let given = given.to_string();
                // a `null` in a list of sections is a removal, and no value
                let Ok(read) = from_json(kind, reader::parse_value(&given).unwrap()) else { continue };
                let expected: Json = serde_json::from_str(&to_json(kind, &read)).unwrap();
                let shown: Json = serde_json::from_str(&entry.value.to_string()).unwrap();
                assert_eq!(shown, expected, "seed {seed}: {file}");
                good += 1;
            } else if !by_resolver {
                bad += 1;
            }
        }
    }
    assert!(good > 500 && bad > 500, "{good} good, {bad} bad");
}

fn nested(keys: &[&str], value: Json) -> Json {
    keys.iter().rev().fold(value, |value, key| {
        let mut object = Map::new();
        object.insert((*key).to_owned(), value);
        json!(object)
    })
}
