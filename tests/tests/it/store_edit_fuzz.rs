//! Edits of generated texts: the change is made, and every byte that it does not concern stays.

use settings_core::store::{Change, edit};
use settings_core::value::json;
use settings_tests::random::Random;

use crate::fuzz::bodies::edit::{check, reach};

/// The number of texts that are edited; `SETTINGS_FUZZ_ROUNDS` sets another.
fn rounds() -> u64 {
    std::env::var("SETTINGS_FUZZ_ROUNDS").ok().and_then(|count| count.parse().ok()).unwrap_or(30_000)
}

const KEYS: [&str; 6] = ["A", "B", "Mail", "\\u0041B", "é", "x.y"];
const VALUES: [&str; 9] =
    ["0", "-1.5e3", "true", "null", "\"\"", "\"a // b\"", "\"}\\\"{\"", "[1, /* c */ 2,]", "[]"];

/// The layout of a generated text.
struct Layout {
    lines: bool,
    newline: &'static str,
    indent: &'static str,
    comments: bool,
    trailing: bool,
}

impl Layout {
    fn new(random: &mut Random) -> Self {
        Self {
            lines: random.below(3) > 0,
            newline: random.pick(&["\n", "\r\n"]),
            indent: random.pick(&["  ", "    ", "\t", ""]),
            comments: random.below(2) == 0,
            trailing: random.below(4) == 0,
        }
    }

    fn break_line(&self, out: &mut String, depth: usize) {
        if self.lines {
            out.push_str(self.newline);
            (0..depth).for_each(|_| out.push_str(self.indent));
        }
    }

    fn comment(&self, random: &mut Random, out: &mut String) {
        if !self.comments || random.below(4) > 0 {
            return;
        }
        match random.below(3) {
            0 => out.push_str(" /* \"A\": 1, } */ "),
            1 => out.push_str("/* two\nlines */"),
            _ => {
                out.push_str(" // , { \"B\": 2");
                out.push_str(self.newline);
            }
        }
    }

    fn object(&self, random: &mut Random, out: &mut String, depth: usize) {
        out.push('{');
        self.comment(random, out);
        // keys are drawn without putting back: duplicates have tests of their own
        let mut keys = KEYS.to_vec();
        let count = random.below(5);
        for at in 0..count {
            self.break_line(out, depth + 1);
            self.comment(random, out);
            let key = keys.remove(random.below(keys.len()));
            out.push_str(&format!("\"{key}\"{}", random.pick(&[":", ": ", " : ", ":\t"])));
            if depth < 3 && random.below(3) == 0 {
                self.object(random, out, depth + 1);
            } else if random.below(3) == 0 {
                self.list(random, out, depth + 1);
            } else {
                out.push_str(random.pick(&VALUES));
            }
            self.comment(random, out);
            if at + 1 < count || self.trailing {
                out.push_str(random.pick(&[",", ",", ", ", " ,"]));
            }
            self.comment(random, out);
        }
        self.break_line(out, depth);
        out.push('}');
    }

    fn list(&self, random: &mut Random, out: &mut String, depth: usize) {
        out.push('[');
        let count = random.below(4);
        for at in 0..count {
            self.break_line(out, depth + 1);
            self.comment(random, out);
            out.push_str(random.pick(&[
                "1",
                "2",
                "3",
                "\"a\"",
                "\"\\u0061\"",
                "[1 /* c */, 2]",
                "{\"k\": 2}",
            ]));
            self.comment(random, out);
            if at + 1 < count || self.trailing {
                out.push_str(random.pick(&[",", ",", ", ", " ,"]));
            }
            self.comment(random, out);
        }
        self.break_line(out, depth);
        out.push(']');
    }

    fn text(&self, random: &mut Random) -> String {
        let mut text = random.pick(&["", "", "\u{feff}", "// head\n", " \n"]).to_owned();
        self.object(random, &mut text, 0);
        text.push_str(random.pick(&["", self.newline, "// end", "\n\n"]));
        text
    }
}

/// A path that mostly exists in part.
fn path(random: &mut Random) -> Vec<String> {
    let names = ["A", "AB", "B", "Mail", "é", "x.y", "New"];
    (0..=random.below(3)).map(|_| random.pick(&names).to_owned()).collect()
}

#[test]
fn every_byte_that_an_edit_does_not_concern_stays() {
    let (mut edits, mut back) = (0, 0);
    for seed in 0..rounds() {
        let mut random = Random::seeded(seed);
        let layout = Layout::new(&mut random);
        let text = layout.text(&mut random);
        let path = path(&mut random);
        let new = match random.below(3) {
            0 => None,
            1 => Some(random.pick(&[
                "[1, 2, 3]",
                "[2]",
                "[]",
                "[\"a\", 3]",
                "[3, [1, 3], {\"k\": 1}]",
                "[1, 1]",
            ])),
            _ => Some(random.pick(&["1", "\"é\\n\"", "[\"a\", \"b\"]", "{\"k\": 1}", "{}", "null"])),
        };
        let Some(edited) = check(seed, &text, &path, new) else { continue };
        edits += 1;
        let was_there = reach(json::parse_value(&text).unwrap(), &path).is_some_and(|(.., at)| at.is_some());
        if new.is_some() && !was_there {
            // what was added can be taken back
            let restored = check(seed, &edited, &path, None).unwrap();
            let unlaid = |text: &str| text.split_whitespace().collect::<String>();
            if !has_missing_section(&text, &path) {
                assert_eq!(unlaid(&restored), unlaid(&text), "seed {seed}\n{text}\n{edited}\n{restored}");
                back += 1;
            }
        }
    }
    let rounds = usize::try_from(rounds()).unwrap();
    assert!(edits > rounds / 2 && back > rounds / 10, "{edits} edits, {back} taken back");
}

fn has_missing_section(text: &str, path: &[String]) -> bool {
    reach(json::parse_value(text).unwrap(), path).is_none_or(|(_, depth, _)| depth + 1 < path.len())
}

/// Texts that are broken at random: an error or a sound result, never a panic.
#[test]
fn broken_texts_are_refused_or_edited_soundly() {
    let (mut refused, mut done) = (0, 0);
    for seed in 0..rounds() {
        let mut random = Random::seeded(seed ^ 0x5555_0000);
        let layout = Layout::new(&mut random);
        let mut text: Vec<char> = layout.text(&mut random).chars().collect();
        for _ in 0..=random.below(3) {
            let at = random.below(text.len());
            match random.below(3) {
                0 => drop(text.remove(at)),
                1 => text.insert(
                    at,
                    random
                        .pick(&["{", "}", "\"", ",", ":", "/", "*", "\\", "é", "\n"])
                        .chars()
                        .next()
                        .unwrap(),
                ),
                _ => text.truncate(at.max(1)),
            }
            if text.is_empty() {
                text.push('{');
            }
        }
        let text: String = text.into_iter().collect();
        let path = path(&mut random);
        let change = if random.below(2) == 0 { Change::unset(path) } else { Change::set(path, "[1]") };
        match edit(&text, &[change]) {
            Ok(edited) => {
                assert!(json::parse_value(&edited).is_ok(), "seed {seed}: {text}\n{edited}");
                done += 1;
            }
            Err(error) => {
                assert!(!error.to_string().is_empty());
                refused += 1;
            }
        }
    }
    assert!(refused > 100 && done > 100, "{refused} refused, {done} done");
}
