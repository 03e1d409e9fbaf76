//! Any bytes as a file that is edited in place: the change is made, and every byte that it does not concern stays.

use settings_core::store::{Change, edit};
use settings_core::value::json::{self, Raw, Shape};

pub const SEEDS: &[&str] = &[
    "\u{1}{\n  \"A\": 1, // c\n  \"B\": {\"é\": [1, 2], },\n}\n",
    "\u{2}{\r\n\t\"Mail\": {\"A\": {\"x.y\": null}} /* d */\r\n}",
    "\u{8}\u{feff}{}",
    "\u{13}{\"A\":{},\"B\":\"a // b\",\"Mail\":[ /* e */ ]}",
    "\u{24}{\"A\": {\n    \"B\": [\n      1,\n      2\n    ]\n  }\n}",
    "\u{38}{\"A\": [\n  1, // one\n  /* two */ 2,\n  [1 /* x */, 3], // three\n]}",
    "\u{40}{\"A\": { // a\n  \"A\": [1, 2 /* x */ ],\n  /* b */ \"B\" : {}\n}}",
    "\u{48}{\"A\": [{\"A\": 2 /* x */, \"B\": 1}, // y\n {}\n ]}",
];

pub const WORDS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "//",
    "/*",
    "*/",
    "\n",
    "\r\n",
    "null",
    "1",
    "\"A\": ",
    "\"B\": {",
    "\"Mail\"",
    "\"é\"",
    "\"\\u0041\"",
    "\u{feff}",
    " ",
    "\t",
    ", // c\n",
    "\"a\":",
];

const PATHS: [&[&str]; 8] =
    [&["A"], &["B", "é"], &["Mail", "A", "x.y"], &["New"], &["A", "New"], &["B"], &["a", "b"], &["Mail"]];
const VALUES: [Option<&str>; 10] = [
    None,
    Some("1"),
    Some("\"é\\n\""),
    Some("[\"a\", \"b\"]"),
    Some("{\"k\": 1}"),
    Some("{}"),
    Some("[]"),
    Some("[2, [1, 2], 3]"),
    Some("{\"A\": [1], \"B\": {\"é\": 2}, \"C\": 1}"),
    Some("[{\"A\": 1}, 1]"),
];

/// The first byte chooses the path and the change, the others are the file.
pub fn run(bytes: &[u8]) -> bool {
    let Some((choice, text)) = bytes.split_first() else { return false };
    let text = String::from_utf8_lossy(text);
    let path: Vec<_> =
        PATHS[usize::from(*choice) % PATHS.len()].iter().map(|key| (*key).to_owned()).collect();
    let new = VALUES[usize::from(*choice) / PATHS.len() % VALUES.len()];
    let is_plain =
        json::parse_value(&text).is_ok_and(|root| root.shape == Shape::Object && has_own_keys(root, &path));
    if is_plain {
        let edited = check(0, &text, &path, new);
        if let Some(edited) = &edited {
            // the same once more changes nothing
            assert_eq!(check(0, edited, &path, new).unwrap_or(edited.clone()), *edited);
        }
        return edited.is_some();
    }
    let change = match new {
        Some(json) => Change::set(path, json),
        None => Change::unset(path),
    };
    match edit(&text, &[change]) {
        Ok(edited) => assert!(json::parse_value(&edited).is_ok(), "{text}\n{edited}"),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    false
}

/// Returns whether no object has two keys that differ in letter case only, nor one that differs so from a key of the path, which
/// an edit writes as it should be.
fn has_own_keys(raw: Raw<'_>, path: &[String]) -> bool {
    if raw.shape != Shape::Object {
        return true;
    }
    let entries = raw.entries().unwrap();
    let names: Vec<_> = entries.iter().map(|(key, _)| key.name()).collect();
    let differs = |a: &str, b: &str| a != b && a.eq_ignore_ascii_case(b);
    let is_own = |(at, name): (usize, &std::borrow::Cow<'_, str>)| {
        !names[..at].iter().any(|other| other.eq_ignore_ascii_case(name))
            && !path.iter().any(|key| differs(key, name))
    };
    names.iter().enumerate().all(is_own) && entries.iter().all(|(_, value)| has_own_keys(*value, path))
}

/// Returns each leaf of a text with its path and its text, in order, without the layout.
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

pub fn said(text: &str) -> Vec<(Vec<String>, String)> {
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
        } else if let Some(body) = rest.strip_prefix("/*") {
            let len = body.find("*/").unwrap() + 4;
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
pub fn reach<'a>(root: Raw<'a>, path: &[String]) -> Option<(Raw<'a>, usize, Option<usize>)> {
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

/// Returns the null in place of a section on the way to `path`.
fn null_on_the_way<'a>(root: Raw<'a>, path: &[String]) -> Option<Raw<'a>> {
    let mut object = root;
    for key in path.split_last()?.1 {
        let entries = object.entries()?;
        object = entries.into_iter().find(|(found, _)| found.name().eq_ignore_ascii_case(key))?.1;
        if object.shape == Shape::Null {
            return Some(object);
        }
    }
    None
}

fn reached_value<'a>(root: Raw<'a>, path: &[String]) -> Option<Raw<'a>> {
    let (object, _, at) = reach(root, path)?;
    Some(object.entries().unwrap()[at?].1)
}

/// The comments around a list's or map's parts, not those within one.
fn between_parts<'a>(text: &'a str, whole: Raw<'a>) -> Vec<&'a str> {
    let span = |start: usize, value: Raw<'_>| (start, value.start + value.text.len());
    let mut parts: Vec<_> = match whole.shape {
        Shape::Array => whole.elements().unwrap().into_iter().map(|value| span(value.start, value)).collect(),
        _ => whole.entries().unwrap().into_iter().map(|(key, value)| span(key.start, value)).collect(),
    };
    let (start, end) = span(whole.start, whole);
    parts.push((end, end));
    let starts = std::iter::once(start).chain(parts.iter().map(|(_, end)| *end));
    starts.zip(&parts).flat_map(|(from, (to, _))| comments(&text[from..*to])).collect()
}

/// Returns whether `part` is in `whole` in this order.
fn is_within(part: &[&str], whole: &[&str]) -> bool {
    let mut whole = whole.iter();
    part.iter().all(|one| whole.any(|other| other == one))
}

/// Returns a value without its layout, comments and the order of keys.
fn meaning(raw: Raw<'_>) -> String {
    match raw.shape {
        Shape::Array => format!("{:?}", raw.elements().unwrap().into_iter().map(meaning).collect::<Vec<_>>()),
        Shape::Object => {
            let entries = raw.entries().unwrap().into_iter();
            let mut all: Vec<_> =
                entries.map(|(key, value)| (key.name().into_owned(), meaning(value))).collect();
            all.sort();
            format!("{{{all:?}}}")
        }
        Shape::String { .. } => format!("{:?}", raw.string().unwrap()),
        _ => raw.text.to_owned(),
    }
}

/// The part of the text that an edit at `path` may touch: for a value that is there its span, else from the value (or
/// bracket) before the entry to the key (or bracket) after it.
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

/// Changes one path of a text that is an object of one's own keys, and requires that nothing else changed.
#[track_caller]
pub fn check(seed: u64, text: &str, path: &[String], new: Option<&str>) -> Option<String> {
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
    if let (None, Some(null), Some(json)) = (reached, null_on_the_way(root, path), new) {
        // a section that is null is one that is not there
        let (head, tail) = (&text[..null.start], &text[null.start + null.text.len()..]);
        assert!(edited.starts_with(head) && edited.ends_with(tail), "{}\n{edited}", context());
        let there = reached_value(json::parse_value(&edited).unwrap(), path).map(meaning);
        assert_eq!(there, Some(meaning(json::parse_value(json).unwrap())), "{}\n{edited}", context());
        return Some(edited);
    }
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
    let old = reached_value(root, path);
    if let Some((old, json)) = old.zip(new) {
        let new = json::parse_value(json).unwrap();
        assert_eq!(meaning(json::parse_value(is).unwrap()), meaning(new), "{}\n{edited}", context());
        let is_kept = old.shape == new.shape && matches!(old.shape, Shape::Array | Shape::Object);
        if meaning(old) == meaning(new) {
            assert_eq!(is, was, "{}", context());
        } else if is_kept {
            let (kept, found) = (comments(is), comments(was));
            assert!(is_within(&between_parts(text, old), &kept), "{}\n{edited}", context());
            assert!(is_within(&kept, &found), "{}\n{edited}", context());
        } else {
            assert!(was.contains('\n') || is == json, "{}\n{edited}", context());
        }
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
    let there = reached_value(json::parse_value(&edited).unwrap(), path).map(meaning);
    let wanted = new.map(|json| meaning(json::parse_value(json).unwrap()));
    assert_eq!(there, wanted, "{}\n{edited}", context());
    Some(edited)
}

/// Returns whether the text is JSON without comments and trailing commas.
fn is_strict(text: &str) -> bool {
    serde_json::from_str::<serde_json::Value>(text.trim_start_matches('\u{feff}')).is_ok()
}

/// Returns whether the value at `path` has comments of its own, which are removed with it.
fn comments_of_value(text: &str, path: &[String]) -> bool {
    let root = json::parse_value(text).unwrap();
    let Some((object, _, Some(at))) = reach(root, path) else { return false };
    let (key, value) = object.entries().unwrap()[at];
    !comments(&text[key.start..value.start + value.text.len()]).is_empty()
}

fn starts_with(found: &[String], path: &[String]) -> bool {
    found.len() >= path.len() && found.iter().zip(path).all(|(a, b)| a.eq_ignore_ascii_case(b))
}
