//! Random pairs of releases: a valid file of the old one, fixed, is a file of the new one with the same values.

use crate::format::FileFormat;
use crate::release::{Finding, Fixes, Release, Upgrade};
use crate::resolve::{Code, Layer, Layers};
use crate::store::{Change, edit_in};

/// A small generator of numbers, so that a failure can be repeated from its seed.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }
}

/// A setting of both releases.
struct Pair {
    old_path: String,
    /// None if the new release has removed it.
    new_path: Option<String>,
    kind: &'static str,
    new_kind: &'static str,
    default: &'static str,
    new_default: &'static str,
    /// The value in the file, under the path or the old release's own alias.
    value: Option<&'static str>,
    alias: Option<String>,
    keeps_alias: bool,
    by_alias: bool,
}

/// A kind, its values, a kind that accepts all of them, and values of that kind which mean the same.
const KINDS: [(&str, [&str; 2], &str, [&str; 2]); 7] = [
    (r#""bool""#, ["true", "false"], r#"{"type": "optional", "of": "bool"}"#, ["true", "false"]),
    (
        r#"{"type": "integer", "min": 0, "max": 9}"#,
        ["1", "7"],
        r#"{"type": "integer", "min": -9, "max": 99}"#,
        ["1", "7"],
    ),
    (r#""text""#, ["\"\"", "\"a \\\" b\""], r#""text""#, ["\"\"", "\"a \\\" b\""]),
    (
        r#"{"type": "one-of", "values": ["a", "b"]}"#,
        ["\"a\"", "\"b\""],
        r#"{"type": "one-of", "values": ["c", "b", "a"]}"#,
        ["\"a\"", "\"b\""],
    ),
    (
        r#"{"type": "duration", "unit": "seconds"}"#,
        ["30", "7"],
        r#"{"type": "duration", "unit": "minutes"}"#,
        ["\"30s\"", "\"7s\""],
    ),
    (
        r#"{"type": "list", "of": "text"}"#,
        ["[]", "[\"x\", \"y\"]"],
        r#"{"type": "list", "of": "text"}"#,
        ["[]", "[\"x\", \"y\"]"],
    ),
    (r#""secret""#, ["\"\"", "\"s3cret\""], r#""secret""#, ["\"\"", "\"s3cret\""]),
];

fn pair(random: &mut Random, number: usize) -> Pair {
    // an alias of a setting in a section can't be at the root
    let sections = ["A.", "B.", "B.C."];
    let path = |random: &mut Random, name: &str| format!("{}{name}{number}", sections[random.below(3)]);
    let (kind, values, wider, same) = KINDS[random.below(KINDS.len())];
    let is_wider = random.one_in(3);
    let old_path = path(random, "Old");
    let new_path = match random.below(5) {
        0 => None,
        1 => Some(path(random, "New")),
        _ => Some(old_path.clone()),
    };
    let (default, new_default) = (random.below(2), random.below(2));
    // a secret's default that is not empty is not part of a release
    let (default, new_default) = if kind == "\"secret\"" { (0, 0) } else { (default, new_default) };
    let alias = random.one_in(3).then(|| path(random, "Alias"));
    Pair {
        value: random.one_in(2).then(|| values[random.below(2)]),
        by_alias: alias.is_some() && random.one_in(2),
        keeps_alias: random.one_in(2),
        default: values[default],
        new_default: if is_wider { same[new_default] } else { values[new_default] },
        new_kind: if is_wider { wider } else { kind },
        kind,
        old_path,
        new_path,
        alias,
    }
}

fn release(version: &str, settings: &[String], removed: &[String]) -> Release {
    super::with_removed(version, &settings.join(", "), &removed.join(", "))
}

fn releases(pairs: &[Pair]) -> (Release, Release) {
    let quoted =
        |names: &[&String]| names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
    let setting = |path: &str, kind: &str, default: &str, aliases: &[&String]| {
        format!(
            r#"{{"path": "{path}", "kind": {kind}, "default": {default}, "aliases": [{}]}}"#,
            quoted(aliases)
        )
    };
    let (mut old, mut new, mut removed) = (Vec::new(), Vec::new(), Vec::new());
    for pair in pairs {
        let own: Vec<&String> = pair.alias.iter().collect();
        old.push(setting(&pair.old_path, pair.kind, pair.default, &own));
        match &pair.new_path {
            Some(path) => {
                let mut aliases: Vec<&String> = if pair.keeps_alias { own } else { Vec::new() };
                aliases.extend((*path != pair.old_path).then_some(&pair.old_path));
                new.push(setting(path, pair.new_kind, pair.new_default, &aliases));
            }
            None => removed
                .push(format!(r#"{{"path": "{}", "since": "2.0", "reason": "Unused."}}"#, pair.old_path)),
        }
    }
    (release("1.0", &old, &[]), release("2.0", &new, &removed))
}

/// Writes a file of the old release.
fn file(format: FileFormat, pairs: &[Pair]) -> String {
    let start = if format == FileFormat::Json { "// mine\n{\n}\n" } else { "# mine\n" };
    let values = pairs.iter().filter_map(|pair| {
        let name = if pair.by_alias { pair.alias.as_ref()? } else { &pair.old_path };
        Some(Change::set(name.split('.'), pair.value?))
    });
    edit_in(format, start, &values.collect::<Vec<_>>()).unwrap()
}

#[test]
fn a_fixed_file_is_accepted_and_means_the_same() {
    let mut seen = [0; 4];
    for seed in 1..=600 {
        let mut random = Random(0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(seed));
        let count = 1 + random.below(8);
        let pairs: Vec<Pair> = (0..count).map(|number| pair(&mut random, number)).collect();
        let pins = random.one_in(2);
        let formats = [
            FileFormat::Json,
            #[cfg(feature = "toml")]
            FileFormat::Toml,
            #[cfg(feature = "yaml")]
            FileFormat::Yaml,
        ];
        let format = formats[random.below(formats.len())];
        let (old, new) = releases(&pairs);
        let text = file(format, &pairs);
        let upgrade = Upgrade::between(old, new);
        let layers = |text: &str| Layers::new().file_in(format, "config", text);
        let before = upgrade.resolve_old(layers(&text));
        assert!(!before.report().has_errors(), "{seed}\n{text}\n{}", before.report());
        let judgement = upgrade.judge(layers(&text));
        let fixes = if pins { Fixes::NamesAndDefaults } else { Fixes::Names };
        let fixed = upgrade.fixed(&judgement, fixes, format, &text);
        let after = upgrade.resolve_new(layers(&fixed));
        let shown = format!("seed {seed}, {format}\n{text}\n---\n{fixed}\n{}", judgement.to_lines());
        // an old name of both releases stays
        let keeps_alias = pairs.iter().any(|pair| pair.by_alias && pair.keeps_alias && pair.value.is_some());
        let is_expected = |code| code == Code::Alias && keeps_alias;
        let found = after.report().diagnostics();
        assert!(found.iter().all(|found| is_expected(found.code)), "{}\n{shown}", after.report());
        assert!(fixed.contains("mine"), "{shown}");
        for pair in &pairs {
            let Some(path) = &pair.new_path else {
                seen[0] += usize::from(pair.value.is_some());
                continue;
            };
            let (old, new) = (before.setting(&pair.old_path).unwrap(), after.setting(path).unwrap());
            if pair.value.is_some() || pins {
                assert_eq!(new.value, old.value, "{path}\n{shown}");
                seen[1] += usize::from(*path != pair.old_path);
                seen[2] += usize::from(pair.kind != pair.new_kind);
            } else {
                assert_eq!(new.layer(), Layer::Defaults, "{path}\n{shown}");
                seen[3] += 1;
            }
        }
        let again = upgrade.judge(layers(&fixed));
        let is_open = |found: &Finding| found.code == "default-changed";
        assert!(again.findings.iter().all(is_open), "{}\n{shown}", again.to_lines());
        assert_eq!(upgrade.fixed(&again, Fixes::Names, format, &fixed), fixed, "{shown}");
    }
    assert!(seen.iter().all(|count| *count > 100), "{seen:?}");
}
