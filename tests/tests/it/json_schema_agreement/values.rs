//! JSON at random, mostly of a kind's own form.

use serde_json::{Value as Json, json};
use settings_core::schema::{Format, Kind, Member, TextRules};
use settings_tests::random::Random;

/// The least and the greatest number that `kind` takes, in its own unit.
pub(crate) fn bounds(kind: &Kind) -> (i128, i128) {
    match *kind {
        Kind::Integer { min, max } => (min, max),
        Kind::Duration { min, max, .. } => (min.into(), max.into()),
        Kind::List(of) | Kind::Set(of) | Kind::Map { of, .. } | Kind::Optional(of) => bounds(of),
        Kind::Size { min, max } => (min.into(), max.into()),
        Kind::Float { min, max } => (min.max(-9.0) as i128, max.min(9.0) as i128),
        Kind::TextOf(TextRules { format: Some(Format::Port), .. }) => (1, 65_535),
        _ => (0, 1),
    }
}

fn number(random: &mut Random, kind: &Kind) -> i128 {
    let (low, high) = bounds(kind);
    match random.below(4) {
        0 => random.pick(&[low, high]) + random.below(5) as i128 - 2,
        1 => i128::from(random.number()) >> random.below(64),
        2 => -(i128::from(random.number()) >> random.below(64)),
        _ => low + i128::from(random.number()) % (high - low + 1),
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
            let slip = random.below(3) as i128 - 1;
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

/// The pieces of random texts in the formats.
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
        Kind::TextOf(TextRules { pattern: Some(_), .. }) | Kind::SecretOf(_) => {
            &["12", "0", "-", "s", "a-b", "ü", "\n", "."]
        }
        _ => &["0", "12", "65535", "65536", "-", "s", "ü", "\n", "\0", " ", "ab", "+"],
    };
    (0..random.below(4)).map(|_| random.pick(parts)).collect()
}

/// Mostly of the kind's own form, so that inner values are reached.
pub(crate) fn value(random: &mut Random, kind: &Kind, depth: u32) -> Json {
    match (kind, random.below(8)) {
        (Kind::Section(section), 0..7) => {
            let members: Vec<_> = section.members.iter().filter(|_| random.below(3) > 0).collect();
            let mut entries = serde_json::Map::new();
            for member in members {
                let value = match member {
                    Member::Setting(setting) => value(random, &setting.kind, 0),
                    Member::Section { section, .. } => value(random, &Kind::Section(section), 0),
                    _ => continue,
                };
                let key = match member {
                    Member::Setting(setting) if random.below(3) == 0 => {
                        setting.aliases().first().copied().unwrap_or(setting.key)
                    }
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
        (Kind::Map { key: keys, of, .. }, 0..6) => {
            let like = if matches!(keys, Kind::Text) { of } else { keys };
            let entries = (0..random.below(3)).map(|_| (text(random, like), value(random, of, depth)));
            Json::Object(entries.collect())
        }
        (Kind::Tuple(kinds), 0..6) => {
            let len = kinds.len() + usize::from(random.below(8) == 0);
            kinds.iter().cycle().take(len).map(|of| value(random, of, depth)).collect()
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
