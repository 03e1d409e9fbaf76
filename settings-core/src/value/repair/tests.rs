#![allow(clippy::unwrap_used)]

use super::{json as repaired_json, quoted, text as repaired_text};
use crate::schema::{Choice, Format, Kind, Pattern, TextRules, Unit};
use crate::value::json::parse_value;
use crate::value::{from_json, from_text};

const COUNT: Kind = Kind::Integer { min: 1, max: 9_999_999 };
const DURATION: Kind = Kind::Duration { unit: Unit::Seconds, min: 1, max: 3600 };
const SIZE: Kind = Kind::Size { min: 0, max: u64::MAX };
const SECURITY: Kind = Kind::OneOf(&[Choice::new("STARTTLS", "STARTTLS", ""), Choice::new("", "None", "")]);

const fn format(format: Format) -> TextRules {
    TextRules { format: Some(format), min_len: 0, max_len: u32::MAX, pattern: None, or_empty: false }
}

const NAME: Kind = Kind::TextOf(&TextRules {
    format: None,
    min_len: 2,
    max_len: 8,
    pattern: Some(Pattern::new("[a-z]+")),
    or_empty: false,
});
const URL: Kind = Kind::TextOf(&format(Format::Url));
const EMAIL: Kind = Kind::TextOf(&format(Format::Email));
const HOST: Kind = Kind::TextOf(&format(Format::Host));
const PORT: Kind = Kind::TextOf(&format(Format::Port));
const ADDRESS: Kind = Kind::TextOf(&format(Format::SocketAddress));

/// The kind, the refused value, and the suggestion; none if that is empty.
const IN_JSON: &[(Kind, &str, &str)] = &[
    (Kind::Bool, r#""true""#, "true"),
    (Kind::Bool, r#""Yes""#, "true"),
    (Kind::Bool, r#"" off ""#, "false"),
    (Kind::Bool, "1", "true"),
    (Kind::Bool, "2", ""),
    (COUNT, r#""10,000""#, r#""10000""#),
    (COUNT, r#""10,00""#, ""),
    (COUNT, "[25]", "25"),
    (COUNT, "[25, 26]", ""),
    (COUNT, "99999999", ""),
    (COUNT, "true", ""),
    (Kind::Text, "true", r#""true""#),
    (DURATION, r#""90 seconds""#, r#""90s""#),
    (DURATION, r#""1 h 5 Minutes""#, ""),
    (DURATION, r#""5 Mins""#, r#""5m""#),
    (SIZE, r#""10 mb""#, r#""10MB""#),
    (SIZE, r#""512k""#, r#""512kB""#),
    (SIZE, r#""512Ki""#, r#""512KiB""#),
    (SIZE, r#""3 parsecs""#, ""),
    (SECURITY, r#""start_tls""#, r#""STARTTLS""#),
    (SECURITY, r#""SSL""#, ""),
    (URL, r#""chat.example.com""#, r#""https://chat.example.com""#),
    (URL, r#""chat""#, ""),
    (URL, r#""http:/chat.example.com""#, ""),
    (EMAIL, r#""Chat <chat@example.com>""#, r#""chat@example.com""#),
    (EMAIL, r#""mailto:chat@example.com""#, r#""chat@example.com""#),
    (HOST, r#""smtp://mail.example.com:25/""#, r#""mail.example.com""#),
    (NAME, r#""CHAT""#, r#""chat""#),
    (NAME, r#""chat 2""#, ""),
    (PORT, r#"":8065""#, r#""8065""#),
    (ADDRESS, r#""http://localhost:8065/""#, r#""localhost:8065""#),
    (Kind::List(&Kind::Text), r#""a b""#, r#"["a b"]"#),
    (Kind::List(&Kind::Text), r#""a, b""#, r#"["a", "b"]"#),
    (Kind::List(&Kind::Text), r#""a b, c""#, r#"["a b", "c"]"#),
    (Kind::List(&COUNT), "7", "[7]"),
    (Kind::Set(&COUNT), r#""7 8""#, "[7, 8]"),
    (Kind::List(&Kind::map(&COUNT)), r#"{"a": 1}"#, r#"[{"a": 1}]"#),
    (Kind::map(&COUNT), r#""a=1, b=2""#, r#"{"a": 1, "b": 2}"#),
    (Kind::map(&Kind::Text), r#""{\"a\": \"b\"}""#, r#"{"a": "b"}"#),
    (Kind::Optional(&COUNT), r#""None""#, ""),
    (Kind::Optional(&Kind::Bool), r#""no""#, "false"),
    (Kind::Secret, "true", ""),
    (Kind::List(&Kind::Text), r#""db://chat:hush@db""#, ""),
    (Kind::List(&Kind::Secret), r#""hush""#, ""),
];

/// The same for variables.
const IN_TEXT: &[(Kind, &str, &str)] = &[
    (Kind::Bool, "yes", "true"),
    (Kind::Bool, "'0'", "0"),
    (Kind::Bool, "maybe", ""),
    (COUNT, " 25\t", "25"),
    (COUNT, "\"25\"", "25"),
    (COUNT, "10_000", "10000"),
    (DURATION, "10 sec", "10s"),
    (DURATION, "10 parsecs", ""),
    (SIZE, "10MiBytes", ""),
    (SIZE, "10 M", "10MB"),
    (SECURITY, "start-tls", "STARTTLS"),
    (Kind::List(&COUNT), "1 2 3", "[1, 2, 3]"),
    (Kind::List(&DURATION), "1sec, 2 sec", r#"["1s", "2s"]"#),
    (Kind::map(&Kind::Text), "a=b c=d", r#"{"a": "b", "c": "d"}"#),
    (Kind::map(&COUNT), "a=b", ""),
    (Kind::Optional(&COUNT), "nil", "null"),
    (Kind::Optional(&Kind::List(&COUNT)), "1;2", "[1, 2]"),
];

#[test]
fn suggestions_are_accepted() {
    for (kind, written, meant) in IN_JSON {
        let raw = parse_value(written).unwrap();
        assert!(from_json(kind, raw).is_err(), "{written} is accepted");
        let repair = repaired_json(kind, raw);
        assert_eq!(repair.as_deref().unwrap_or_default(), *meant, "{kind:?}: {written}");
        let accepted = repair.is_none_or(|repair| from_json(kind, parse_value(&repair).unwrap()).is_ok());
        assert!(accepted, "{kind:?}: {written}");
    }
    for (kind, written, meant) in IN_TEXT {
        assert!(from_text(kind, written).is_err(), "{written} is accepted");
        let repair = repaired_text(kind, written);
        assert_eq!(repair.as_deref().unwrap_or_default(), *meant, "{kind:?}: {written}");
        assert!(repair.is_none_or(|repair| from_text(kind, &repair).is_ok()), "{kind:?}: {written}");
    }
}

#[test]
fn odd_values_are_repaired_or_left() {
    const ODD: &str =
        "|\"|'|ABC|ß:ẞ=|\u{1F600}, 1|1\u{a0}s|,;,|=|::/|\u{0}|<>|a<b>|_1|1|[]|{}|[{}]|{\"a\": 1}|a=b, c|{";
    const MAP: Kind = Kind::map(&Kind::Bool);
    let map = Kind::map(&MAP);
    const LISTS: Kind = Kind::map(&Kind::List(&Kind::Optional(&COUNT)));
    let nested = Kind::List(&Kind::List(&LISTS));
    let kinds =
        [map, nested, COUNT, DURATION, SIZE, SECURITY, URL, EMAIL, HOST, PORT, ADDRESS, Kind::ANY_FLOAT];
    for (kind, text) in kinds.iter().flat_map(|kind| ODD.split('|').map(move |text| (kind, text))) {
        if let Some(repair) = repaired_text(kind, text) {
            assert!(from_text(kind, &repair).is_ok(), "{kind:?}: {text}: {repair}");
        }
        for json in [text.to_owned(), quoted(text)] {
            let Some(repair) = parse_value(&json).ok().and_then(|raw| repaired_json(kind, raw)) else {
                continue;
            };
            assert!(from_json(kind, parse_value(&repair).unwrap()).is_ok(), "{kind:?}: {json}: {repair}");
        }
    }
}
