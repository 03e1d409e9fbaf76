//! The JSON Schema (by an independent validator) and the resolver accept and refuse the same values.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Value as Json, json};
use settings_core::Settings;
use settings_core::json_schema::json_schema;
use settings_core::resolve::{Layers, resolve};
use settings_core::schema::{
    Choice, CustomKind, DefaultValue, Format, Kind, Member, Section, Setting, TextRules, Unit, Unknown,
    ValueDoc, documents_every_value,
};
use settings_core::value::{
    ByteSize, Reason, SettingValue as _, expectation, from_json, from_text, json as reader, to_json,
};

/// xorshift64*; the seed is printed with every failure.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) % bound
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize].clone()
    }
}

const CHOICES: &[Choice] = &[
    Choice { text: "", label: "Not specified", doc: "" },
    Choice { text: "TLS", label: "TLS", doc: "" },
    Choice { text: "STARTTLS", label: "STARTTLS", doc: "" },
];

const EVEN: CustomKind = CustomKind {
    name: "text of even length",
    check: |text| if text.len().is_multiple_of(2) { Ok(()) } else { Err("odd".to_owned()) },
};

const INTEGERS: [Kind; 12] = [
    u16::KIND.with_range(1, 65535),
    i8::KIND,
    u8::KIND,
    i16::KIND,
    u32::KIND,
    i64::KIND,
    u64::KIND,
    Kind::Integer { min: -20, max: -3 },
    Kind::Integer { min: 0, max: 0 },
    Kind::Integer { min: 7, max: 7 },
    Kind::Integer { min: 99, max: 1000 },
    Kind::Integer { min: -1005, max: 12345 },
];

const DURATIONS: [Kind; 6] = [
    Duration::KIND,
    Duration::KIND.with_range(1, 600),
    Duration::KIND.with_unit(Unit::Days),
    Kind::Duration { unit: Unit::Milliseconds, min: 0, max: 120_000 },
    Kind::Duration { unit: Unit::Minutes, min: 90, max: 95 },
    Kind::Duration { unit: Unit::Hours, min: 1, max: 30 },
];

/// One a format, then lengths and patterns.
const TEXTS: [TextRules; 11] = [
    TextRules { format: Some(Format::Url), or_empty: true, ..TextRules::ANY },
    TextRules { format: Some(Format::Email), ..TextRules::ANY },
    TextRules { format: Some(Format::Host), ..TextRules::ANY },
    TextRules { format: Some(Format::Port), ..TextRules::ANY },
    TextRules { format: Some(Format::Port), min_len: 2, max_len: 3, ..TextRules::ANY },
    TextRules { format: Some(Format::Path), ..TextRules::ANY },
    TextRules { format: Some(Format::SocketAddress), or_empty: true, ..TextRules::ANY },
    TextRules { min_len: 2, max_len: 4, ..TextRules::ANY },
    TextRules { pattern: Some("[0-9]{2,}|s?"), ..TextRules::ANY },
    TextRules { pattern: Some("[^\\n]*-[^\\n]*"), or_empty: true, min_len: 1, ..TextRules::ANY },
    TextRules { format: Some(Format::Host), pattern: Some("[^.]+"), max_len: 3, ..TextRules::ANY },
];

const SIZES: [Kind; 4] = [
    ByteSize::KIND,
    Kind::Size { min: 1, max: 1 << 20 },
    Kind::Size { min: 999, max: 1_001 },
    Kind::Size { min: 0, max: 0 },
];

/// A section as it stands in a list.
const ELEMENT: Section = Section {
    key: "Element",
    members: &[
        Member::Setting(
            Setting::new("s", "s", u8::KIND, DefaultValue::Integer(1)).aliases(&["was", "Not.Here"]),
        ),
        Member::Setting(Setting::new("k", "k", Kind::Optional(&Kind::Bool), DefaultValue::None)),
        Member::Section { key: "e", section: &INNER, optional: true },
        Member::Section { key: "+", section: &INNER, optional: false },
    ],
    ..Section::EMPTY
};

/// One that takes keys that it doesn't know.
const OPEN: Section = Section { unknown: Some(Unknown::Warn), ..ELEMENT };

const INNER: Section = Section {
    key: "Inner",
    members: &[Member::Setting(Setting::new("k", "k", Kind::Bool, DefaultValue::Bool(false)))],
    ..Section::EMPTY
};

fn leaked(kind: Kind) -> &'static Kind {
    Box::leak(Box::new(kind))
}

fn kinds() -> Vec<Kind> {
    let mut kinds = vec![Kind::Bool, Kind::ANY_FLOAT, Kind::Text, Kind::Secret, Kind::OneOf(CHOICES)];
    kinds.extend(INTEGERS);
    kinds.extend([f32::KIND, Kind::Float { min: -0.5, max: 1.5 }, Kind::Float { min: 2.0, max: f64::MAX }]);
    kinds.extend(DURATIONS);
    kinds.push(Kind::Custom(&EVEN));
    kinds.extend(SIZES);
    kinds.extend(TEXTS.iter().map(|rules| Kind::TextOf(Box::leak(Box::new(*rules)))));
    kinds.push(Kind::Section(&ELEMENT));
    kinds.push(Kind::Section(&OPEN));
    let simple = kinds.clone();
    for kind in simple {
        kinds.extend([
            Kind::List(leaked(kind)),
            Kind::Map(leaked(kind)),
            Kind::Optional(leaked(kind)),
            Kind::Map(leaked(Kind::List(leaked(Kind::Optional(leaked(kind)))))),
            Kind::Optional(leaked(Kind::List(leaked(kind)))),
            Kind::Set(leaked(kind)),
        ]);
    }
    kinds
}

/// The schema of one setting, `S.K`, as a validator.
fn validator(kind: Kind) -> jsonschema::Validator {
    let setting = Setting::new("K", "k", kind, DefaultValue::None);
    let section =
        Section { key: "S", members: Box::leak(Box::new([Member::Setting(setting)])), ..Section::EMPTY };
    let schema = json_schema(Box::leak(Box::new(section))).to_value();
    assert!(jsonschema::draft202012::meta::is_valid(&schema), "not a schema: {schema}");
    jsonschema::draft202012::new(&schema).unwrap()
}

/// The least and the greatest number that `kind` takes, in its own unit.
fn bounds(kind: &Kind) -> (i128, i128) {
    match *kind {
        Kind::Integer { min, max } => (min, max),
        Kind::Duration { min, max, .. } => (min.into(), max.into()),
        Kind::List(of) | Kind::Set(of) | Kind::Map(of) | Kind::Optional(of) => bounds(of),
        Kind::Size { min, max } => (min.into(), max.into()),
        Kind::Float { min, max } => (min.max(-9.0) as i128, max.min(9.0) as i128),
        Kind::TextOf(TextRules { format: Some(Format::Port), .. }) => (1, 65_535),
        _ => (0, 1),
    }
}

fn number(random: &mut Random, kind: &Kind) -> i128 {
    let (low, high) = bounds(kind);
    match random.below(4) {
        0 => random.pick(&[low, high]) + i128::from(random.below(5)) - 2,
        1 => i128::from(random.below(u64::MAX)) >> random.below(64),
        2 => -(i128::from(random.below(u64::MAX)) >> random.below(64)),
        _ => low + i128::from(random.below(u64::try_from(high - low).unwrap().saturating_add(1))),
    }
}

/// Text that is numeric, nearly numeric, a duration, or in a list.
fn text(random: &mut Random, kind: &Kind) -> String {
    let count = number(random, kind);
    if let (Kind::TextOf(_) | Kind::Size { .. }, 0..3) = (kind, random.below(5)) {
        return parts(random, kind);
    }
    let way = if matches!(kind, Kind::OneOf(_)) && random.below(2) == 0 { 5 } else { random.below(9) };
    match way {
        0 => format!("{count}"),
        1 => format!("{}{}{count}", random.pick(&["", "+", "-"]), random.pick(&["", "0", "000", " "])),
        2 => format!("{count}{}", random.pick(&["", ".0", "e3", " ", "\n", "_0"])),
        3 | 4 => {
            let suffixes = [
                ("ms", 1),
                ("s", 1_000),
                ("m", 60_000),
                ("min", 60_000),
                ("h", 3_600_000),
                ("d", 86_400_000),
            ];
            let (suffix, millis) = random.pick(&suffixes);
            let unit = match kind {
                Kind::Duration { unit, .. } => unit.millis(),
                _ => 1_000,
            };
            let slip = i128::from(random.below(3)) - 1;
            let count = count * i128::from(unit) / millis + slip;
            format!("{}{count}{suffix}", random.pick(&["", "", "0", "+"]))
        }
        5 => {
            let words = ["", "TLS", "tls", "STARTTLS", "Not specified", "true", "null", "NaN", "inf"];
            random.pick(&words).to_owned()
        }
        6 => {
            let floats = ["1.5", ".5", "5.", "1e5", "1E-5", "-.5e+1", ".", "e5", "1e", "+.", "0x10"];
            random.pick(&floats).to_owned()
        }
        7 => random.pick(&["s", "5 s", "5S", "5sec", "-5s", "5.5s", "s5", "5m5", "1h30m", "0s0s"]).to_owned(),
        _ => {
            let alphabet = ["0", "1", "9", "-", "+", ".", "e", "s", "m", "h", "é", "\"", "\\", "\t"];
            (0..random.below(5)).map(|_| random.pick(&alphabet)).collect()
        }
    }
}

/// What texts of the formats are made of, put together at random.
fn parts(random: &mut Random, kind: &Kind) -> String {
    let parts: &[&str] = match kind {
        Kind::TextOf(TextRules { format: Some(Format::Url), .. }) => &[
            "http://a",
            "https",
            "://",
            "b.de",
            ":80",
            "/",
            "?",
            "#",
            "@",
            " ",
            "ü",
            "1",
            "+",
            "{",
            "x://[::1]",
            "\0",
        ],
        Kind::TextOf(TextRules { format: Some(Format::Email), .. }) => {
            &["chat@b", "a", "@", "example", ".", "com", "-", "+", "ü", " ", "_", "\"", "a.b@c-d.e"]
        }
        Kind::TextOf(TextRules { format: Some(Format::Host | Format::SocketAddress), .. }) => &[
            "local",
            "a",
            ".",
            "-",
            "_",
            ":",
            "80",
            "0",
            "[",
            "]",
            "::1",
            "127.0.0.1",
            "ü",
            ":8065",
            "[::1]",
            "a:1",
        ],
        Kind::Size { .. } => {
            &["0", "1", "5", "999", "1000", "1001", "B", "kB", "KB", "KiB", "MiB", "MB", "TB", " ", "b", "+"]
        }
        Kind::TextOf(TextRules { pattern: Some(_), .. }) => &["12", "0", "-", "s", "a-b", "ü", "\n", "."],
        _ => &["0", "12", "65535", "65536", "-", "s", "ü", "\n", "\0", " ", "ab", "+"],
    };
    (0..random.below(4)).map(|_| random.pick(parts)).collect()
}

/// Mostly of the kind's own form, so that inner values are reached.
fn value(random: &mut Random, kind: &Kind, depth: u32) -> Json {
    match (kind, random.below(8)) {
        (Kind::Section(section), 0..7) => {
            let members: Vec<_> = section.members.iter().filter(|_| random.below(3) > 0).collect();
            let mut entries = serde_json::Map::new();
            for member in members {
                let value = match member {
                    Member::Setting(setting) => value(random, &setting.kind, 0),
                    Member::Section { section, .. } => value(random, &Kind::Section(section), 0),
                };
                let key = match member {
                    Member::Setting(Setting { aliases: [alias, ..], .. }) if random.below(3) == 0 => alias,
                    _ => member.key(),
                };
                entries.insert(key.to_owned(), value);
            }
            if random.below(8) == 0 {
                entries.insert("other".to_owned(), Json::Null);
            }
            Json::Object(entries)
        }
        (Kind::List(of) | Kind::Set(of), 0..6) => {
            (0..random.below(3)).map(|_| value(random, of, depth)).collect()
        }
        (Kind::Map(of), 0..6) => {
            let entries = (0..random.below(3)).map(|_| (text(random, of), value(random, of, depth)));
            Json::Object(entries.collect())
        }
        (Kind::Optional(of), 0..6) => value(random, of, depth),
        _ => match random.below(if depth == 0 { 7 } else { 9 }) {
            0 => Json::Null,
            1 => json!(random.below(2) == 0),
            2 | 3 => serde_json::Number::from_i128(number(random, kind)).map_or(Json::Null, Json::Number),
            4 => {
                let written = [
                    "1.0", "1.5", "1.51", "-0.5", "-0.51", "1e39", "-0.0", "3e2", "25e-1", "1e300", "-2.50e1",
                ];
                serde_json::from_str(random.pick(&written)).unwrap()
            }
            5 | 6 => json!(text(random, kind)),
            7 => (0..random.below(3)).map(|_| value(random, kind, depth - 1)).collect(),
            _ => json!({ "k": value(random, kind, depth - 1) }),
        },
    }
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
/// set may then stand there twice.
fn meant(kind: &Kind, text: &str) -> Option<String> {
    let mismatch = from_json(kind, reader::parse_value(text).unwrap()).err()?;
    let help = mismatch.help.filter(|_| mismatch.others.is_empty() && mismatch.reason != Reason::Key)?;
    let value = help.strip_prefix("did you mean `")?.strip_suffix("`?")?;
    let (start, len) = mismatch.part.unwrap_or((0, text.len()));
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

/// What no schema can say: a program's own check, and the bounds of a sum of durations.
fn beyond_schemas(kind: &Kind, value: &Json) -> bool {
    match (kind, value) {
        (Kind::Custom(custom), Json::String(text)) => (custom.check)(text).is_err(),
        (Kind::Duration { .. }, Json::String(text)) => {
            text.as_bytes().windows(2).any(|pair| pair[0].is_ascii_alphabetic() && pair[1].is_ascii_digit())
        }
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
            let Some(value) = entries.get(member.key()) else { return false }; // the old name's kind says all
            match member {
                Member::Setting(setting) => beyond_schemas(&setting.kind, value),
                Member::Section { section, .. } => beyond_schemas(&Kind::Section(section), value),
            }
        }),
        (Kind::List(of), Json::Array(values)) => values.iter().any(|value| beyond_schemas(of, value)),
        (Kind::Map(of), Json::Object(entries)) => entries.values().any(|value| beyond_schemas(of, value)),
        (Kind::Optional(of), value) => beyond_schemas(of, value),
        _ => false,
    }
}

#[test]
fn schema_and_resolver_agree_in_both_directions() {
    let (mut all, mut mended) = ((0, 0), 0);
    for (number, kind) in kinds().into_iter().enumerate() {
        let seed = 0x9e37_79b9_7f4a_7c15 ^ (number as u64 + 1);
        let mut random = Random(seed);
        let validator = validator(kind);
        let (mut accepted, mut refused) = (0, 0);
        for _ in 0..2500 {
            let value = value(&mut random, &kind, 2);
            let by_resolver = resolver_accepts(&kind, &value.to_string());
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
                    by_schema,
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

/// Numbers near the bounds, as text: the patterns have no hole.
#[test]
fn patterns_of_bounded_numbers_have_no_hole() {
    let mut random = Random(0x1234_5678_9abc_def1);
    for _ in 0..60 {
        let (a, b) = (random.below(30_000) as i128 - 15_000, random.below(30_000) as i128 - 15_000);
        let kind = Kind::Integer { min: a.min(b), max: a.max(b) };
        let validator = validator(kind);
        for count in -15_010_i128..=15_010 {
            if [a, b].iter().any(|bound| (count - bound).abs() < 12) || count % 97 == 0 {
                let inside = (a.min(b)..=a.max(b)).contains(&count);
                let instance = json!({ "S": { "K": count.to_string() } });
                assert_eq!(validator.is_valid(&instance), inside, "{count} in {kind:?}");
            }
        }
    }
}

#[test]
fn what_is_no_section_is_refused_by_both() {
    let validator = validator(Kind::Bool);
    for (instance, good) in [
        (json!({}), true),
        (json!({"S": {}}), true),
        (json!({"S": {"Other": 1}, "T": 1, "$schema": "x"}), true),
        (json!({"S": null}), false),
        (json!({"S": []}), false),
        (json!([]), false),
        (json!(null), false),
    ] {
        assert_eq!(validator.is_valid(&instance), good, "{instance}");
    }
}

/// What documents say of a one-of or bool is what both accept, no more and no less.
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
        let setting = Setting::new("K", "k", kind, DefaultValue::None).doc("", values, "");
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

/// The bounds that messages and documents tell of are the bounds: they are accepted, and what is beyond is refused.
#[test]
fn documented_bounds_are_the_bounds() {
    let numbers = |text: &str| -> Vec<i128> {
        text.split(|c: char| !c.is_ascii_digit() && c != '-').filter_map(|part| part.parse().ok()).collect()
    };
    let mut checked = 0;
    for kind in INTEGERS.into_iter().chain(DURATIONS) {
        let (low, high) = bounds(&kind);
        let told = expectation(&kind);
        if !told.contains("from") {
            continue;
        }
        assert_eq!(numbers(&told), [low, high], "{told}");
        let validator = validator(kind);
        for (count, good) in [(low - 1, false), (low, true), (high, true), (high + 1, false)] {
            let instance: Json = serde_json::from_str(&count.to_string()).unwrap();
            assert_eq!(resolver_accepts(&kind, &count.to_string()), good, "{count}: {told}");
            assert_eq!(validator.is_valid(&json!({ "S": { "K": instance } })), good, "{count}: {told}");
            checked += 1;
        }
    }
    for (min, max) in [(0, 3), (2, 4), (1, u32::MAX), (5, 5)] {
        let kind =
            Kind::TextOf(Box::leak(Box::new(TextRules { min_len: min, max_len: max, ..TextRules::ANY })));
        let told: Vec<u32> = numbers(&expectation(&kind)).iter().map(|len| *len as u32).collect();
        let expected =
            [min, max].into_iter().filter(|len| (1..u32::MAX).contains(len)).collect::<BTreeSet<_>>();
        assert_eq!(told.iter().copied().collect::<BTreeSet<_>>(), expected, "{}", expectation(&kind));
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
    let mut random = Random(0x0f1e_2d3c_4b5a_6978);
    for _ in 0..2000 {
        let value = value(&mut random, &Kind::Map(&Kind::ANY_FLOAT), 2);
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
    /// Whether.
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
    let validator = jsonschema::draft202012::new(&json_schema(root).to_value()).unwrap();
    let mut random = Random(0x7777_1234_0000_0001);
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
        assert_eq!(resolution.value().is_some(), by_schema, "{program}\n{}", resolution.report());
        if by_schema { good += 1 } else { bad += 1 }
    }
    assert!(good > 200 && bad > 200, "{good} good, {bad} bad");
}
