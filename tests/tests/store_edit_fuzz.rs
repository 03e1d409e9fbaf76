//! Edits of generated texts: the change is made, and every byte that it does not concern stays.

use settings_core::store::{Change, edit};
use settings_core::value::json::{self, Raw, Shape};

/// How many texts are edited; `SETTINGS_FUZZ_ROUNDS` asks for more.
fn rounds() -> u64 {
    std::env::var("SETTINGS_FUZZ_ROUNDS").ok().and_then(|count| count.parse().ok()).unwrap_or(30_000)
}

/// xorshift64*; the seed stands in every failure.
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        Self((seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16) as usize % bound
    }

    fn pick<'p>(&mut self, from: &[&'p str]) -> &'p str {
        from[self.below(from.len())]
    }
}

const KEYS: [&str; 6] = ["A", "B", "Mail", "\\u0041B", "é", "x.y"];
const VALUES: [&str; 9] =
    ["0", "-1.5e3", "true", "null", "\"\"", "\"a // b\"", "\"}\\\"{\"", "[1, /* c */ 2,]", "[]"];

/// How a generated text is laid out.
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

/// What the text says, without its layout: each leaf with its path and its very text, in order.
fn leaves(raw: Raw<'_>, path: &mut Vec<String>, out: &mut Vec<(Vec<String>, String)>) {
    if raw.shape != Shape::Object || raw.entries().unwrap().is_empty() {
        let text = if raw.shape == Shape::Object { "{}" } else { raw.text };
        return out.push((path.clone(), text.to_owned()));
    }
    for (key, value) in raw.entries().unwrap() {
        path.push(key.name().into_owned());
        leaves(value, path, out);
        path.pop();
    }
}

fn said(text: &str) -> Vec<(Vec<String>, String)> {
    let mut out = Vec::new();
    leaves(json::parse_value(text).unwrap(), &mut Vec::new(), &mut out);
    out
}

/// The comments of a text, in order.
fn comments(text: &str) -> Vec<&str> {
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let len = if rest.starts_with('"') {
            let mut end = 1;
            while !rest[end..].starts_with('"') {
                end += if rest[end..].starts_with('\\') {
                    2
                } else {
                    rest[end..].chars().next().unwrap().len_utf8()
                };
            }
            end + 1
        } else if rest.starts_with("//") {
            let len = rest.find('\n').unwrap_or(rest.len());
            found.push(rest[..len].trim_end());
            len
        } else if rest.starts_with("/*") {
            let len = rest.find("*/").unwrap() + 2;
            found.push(&rest[..len]);
            len
        } else {
            rest.chars().next().unwrap().len_utf8()
        };
        at += len;
    }
    found
}

/// The innermost object on the way to `path`, and the entry there, if it exists.
fn reach<'a>(root: Raw<'a>, path: &[String]) -> Option<(Raw<'a>, usize, Option<usize>)> {
    let (mut object, mut depth) = (root, 0);
    loop {
        let entries = object.entries().unwrap();
        let at = entries.iter().position(|(key, _)| key.name().eq_ignore_ascii_case(&path[depth]));
        match at {
            Some(at) if depth + 1 == path.len() => return Some((object, depth, Some(at))),
            Some(at) if entries[at].1.shape == Shape::Object => (object, depth) = (entries[at].1, depth + 1),
            Some(_) => return None,
            None => return Some((object, depth, None)),
        }
    }
}

/// The part of the text that an edit at `path` may touch: for a value that is there its span, else from the value (or
/// bracket) before the entry to the key (or bracket) behind it.
fn touchable(text: &str, path: &[String], is_set: bool) -> (usize, usize) {
    let root = json::parse_value(text).unwrap();
    let (object, _, at) = reach(root, path).unwrap();
    let entries = object.entries().unwrap();
    let end = |value: Raw<'_>| value.start + value.text.len();
    match at {
        Some(at) if is_set => (entries[at].1.start, end(entries[at].1)),
        Some(at) => (
            at.checked_sub(1).map_or(object.start + 1, |before| end(entries[before].1)),
            entries.get(at + 1).map_or(end(object) - 1, |(key, _)| key.start),
        ),
        None => (entries.last().map_or(object.start + 1, |(_, value)| end(*value)), end(object) - 1),
    }
}

#[track_caller]
fn check(seed: u64, text: &str, path: &[String], new: Option<&str>) -> Option<String> {
    let change = match new {
        Some(json) => Change::set(path.to_vec(), json),
        None => Change::unset(path.to_vec()),
    };
    let context = || format!("seed {seed}, {path:?} {new:?} in\n{text}\n");
    let root = json::parse_value(text).unwrap();
    let reached = reach(root, path);
    let edited = match edit(text, &[change]) {
        Ok(edited) => edited,
        Err(error) => {
            assert!(reached.is_none() && new.is_some(), "{error}: {}", context());
            return None;
        }
    };
    let Some((_, _, at)) = reached else {
        assert_eq!((edited.as_str(), new), (text, None), "{}", context());
        return None;
    };
    if at.is_none() && new.is_none() {
        assert_eq!(edited, text, "{}", context());
        return None;
    }

    let (from, to) = touchable(text, path, new.is_some());
    let (head, tail) = (&text[..from], &text[to..]);
    assert!(edited.starts_with(head) && edited.ends_with(tail), "{}\n{edited}", context());
    assert!(edited.len() >= head.len() + tail.len(), "{}\n{edited}", context());
    let (was, is) = (&text[from..to], &edited[from..edited.len() - tail.len()]);
    let replaced = at.is_some() && new.is_some();
    if replaced {
        // a list that stood on several lines may do so again
        let squeezed: String = is.split_whitespace().collect();
        let wanted: String = new.unwrap().split_whitespace().collect();
        assert_eq!(squeezed, wanted, "{}", context());
        assert!(was.contains('\n') || Some(is) == new, "{}\n{edited}", context());
    } else if new.is_some() || !comments_of_value(text, path) {
        assert_eq!(comments(&format!("{is}\n")), comments(&format!("{was}\n")), "{}\n{edited}", context());
    }

    // what every reader takes stays so
    assert!(!is_strict(text) || is_strict(&edited), "{}\n{edited}", context());

    let mut expected = said(text);
    expected.retain(|(found, _)| !starts_with(found, path));
    let mut found = said(&edited);
    found.retain(|(found, _)| !starts_with(found, path));
    // sections that were empty, or are now, come and go as leaves
    expected.retain(|(_, value)| value != "{}");
    found.retain(|(_, value)| value != "{}");
    assert_eq!(found, expected, "{}\n{edited}", context());
    let there = reach(json::parse_value(&edited).unwrap(), path).and_then(|(object, _, at)| {
        at.map(|at| object.entries().unwrap()[at].1.text.split_whitespace().collect::<String>())
    });
    assert_eq!(there, new.map(|json| json.split_whitespace().collect()), "{}\n{edited}", context());
    Some(edited)
}

/// Whether the text is JSON without comments and trailing commas.
fn is_strict(text: &str) -> bool {
    serde_json::from_str::<serde_json::Value>(text.trim_start_matches('\u{feff}')).is_ok()
}

/// Whether the value at `path` has comments of its own, which go with it.
fn comments_of_value(text: &str, path: &[String]) -> bool {
    let root = json::parse_value(text).unwrap();
    let Some((object, _, Some(at))) = reach(root, path) else { return false };
    let (key, value) = object.entries().unwrap()[at];
    !comments(&text[key.start..value.start + value.text.len()]).is_empty()
}

fn starts_with(found: &[String], path: &[String]) -> bool {
    found.len() >= path.len() && found.iter().zip(path).all(|(a, b)| a.eq_ignore_ascii_case(b))
}

#[test]
fn every_byte_that_an_edit_does_not_concern_stays() {
    let (mut edits, mut back) = (0, 0);
    for seed in 0..rounds() {
        let mut random = Random::new(seed);
        let layout = Layout::new(&mut random);
        let text = layout.text(&mut random);
        let path = path(&mut random);
        let new = match random.below(3) {
            0 => None,
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
        let mut random = Random::new(seed ^ 0x5555_0000);
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
