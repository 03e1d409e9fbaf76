//! Kinds of every sort, alone and within others.

use std::time::Duration;

use settings_core::schema::{
    Choice, CustomKind, DefaultValue, Details, Format, Kind, Member, Section, Setting, TextRules, Unit,
    Unknown,
};
use settings_core::value::{ByteSize, SettingValue as _};

pub(crate) const CHOICES: &[Choice] = &[
    Choice::new("", "Not specified", ""),
    Choice::new("TLS", "TLS", ""),
    Choice::new("STARTTLS", "STARTTLS", ""),
];

const ANY_CASE: &[Choice] = &[Choice::new("TLS", "TLS", "").ignore_case(), Choice::new("true", "On", "")];

const SECRET: TextRules = TextRules::ANY.pattern("[0-9s]*").max_len(4);

const EVEN: CustomKind = CustomKind::new("text of even length", |text| {
    if text.len().is_multiple_of(2) { Ok(()) } else { Err("odd".to_owned()) }
});

pub(crate) const INTEGERS: [Kind; 12] = [
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

pub(crate) const DURATIONS: [Kind; 6] = [
    Duration::KIND,
    Duration::KIND.with_range(1, 600),
    Duration::KIND.with_unit(Unit::Days),
    Kind::Duration { unit: Unit::Milliseconds, min: 0, max: 120_000 },
    Kind::Duration { unit: Unit::Minutes, min: 90, max: 95 },
    Kind::Duration { unit: Unit::Hours, min: 1, max: 30 },
];

/// One a format, then lengths and patterns.
const TEXTS: [TextRules; 11] = [
    TextRules::ANY.format(Format::Url).or_empty(),
    TextRules::ANY.format(Format::Email),
    TextRules::ANY.format(Format::Host),
    TextRules::ANY.format(Format::Port),
    TextRules::ANY.format(Format::Port).min_len(2).max_len(3),
    TextRules::ANY.format(Format::Path),
    TextRules::ANY.format(Format::SocketAddress).or_empty(),
    TextRules::ANY.min_len(2).max_len(4),
    TextRules::ANY.pattern("[0-9]{2,}|s?"),
    TextRules::ANY.pattern("[^\\n]*-[^\\n]*").or_empty().min_len(1),
    TextRules::ANY.format(Format::Host).pattern("[^.]+").max_len(3),
];

const SIZES: [Kind; 4] = [
    ByteSize::KIND,
    Kind::Size { min: 1, max: 1 << 20 },
    Kind::Size { min: 999, max: 1_001 },
    Kind::Size { min: 0, max: 0 },
];

/// A section as an element of a list.
const ELEMENT: Section = Section::new(
    "Element",
    &[
        Member::Setting(
            Setting::new("s", "s", u8::KIND, DefaultValue::Integer(1))
                .details(&Details::new().aliases(&["was", "Not.Here"])),
        ),
        Member::Setting(Setting::new("k", "k", Kind::Optional(&Kind::Bool), DefaultValue::None)),
        Member::optional_section("e", &INNER),
        Member::section("+", &INNER),
    ],
);

/// One that takes keys that it doesn't know.
const OPEN: Section = ELEMENT.unknown(Unknown::Warn);

const INNER: Section =
    Section::new("Inner", &[Member::Setting(Setting::new("k", "k", Kind::Bool, DefaultValue::Bool(false)))]);

pub(crate) fn leaked(kind: Kind) -> &'static Kind {
    Box::leak(Box::new(kind))
}

pub(crate) fn kinds() -> Vec<Kind> {
    let mut kinds = vec![Kind::Bool, Kind::ANY_FLOAT, Kind::Text, Kind::Secret, Kind::OneOf(CHOICES)];
    kinds.extend(INTEGERS);
    kinds.extend([f32::KIND, Kind::Float { min: -0.5, max: 1.5 }, Kind::Float { min: 2.0, max: f64::MAX }]);
    kinds.extend(DURATIONS);
    kinds.push(Kind::Custom(&EVEN));
    kinds.extend(SIZES);
    kinds.extend(TEXTS.iter().map(|rules| Kind::TextOf(Box::leak(Box::new(*rules)))));
    kinds.extend([Kind::OneOf(ANY_CASE), Kind::SecretOf(&SECRET), Kind::Tuple(&[u8::KIND, Kind::Text])]);
    kinds.push(Kind::Section(&ELEMENT));
    kinds.push(Kind::Section(&OPEN));
    let simple = kinds.clone();
    let keys = simple.iter().filter(|kind| !matches!(kind, Kind::Section(_) | Kind::Tuple(_)));
    let by_key: Vec<_> = keys.map(|key| Kind::map_by(leaked(*key), &Kind::Bool)).collect();
    for kind in simple {
        kinds.extend([
            Kind::List(leaked(kind)),
            Kind::map(leaked(kind)),
            Kind::Optional(leaked(kind)),
            Kind::map(leaked(Kind::List(leaked(Kind::Optional(leaked(kind)))))),
            Kind::Optional(leaked(Kind::List(leaked(kind)))),
            Kind::Set(leaked(kind)),
        ]);
    }
    kinds.extend(by_key);
    kinds
}
