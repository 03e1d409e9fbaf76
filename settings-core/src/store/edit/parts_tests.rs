//! Lists and maps with comments in YAML and TOML: an edit keeps every comment, or it is refused with its line.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::string_slice)]

use super::*;

#[track_caller]
fn set(format: FileFormat, text: &str, path: &str, json: &str) -> String {
    let change = [Change::set(path.split('.'), json)];
    edit_in(format, text, &change).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn lists_in_yaml_keep_their_style_and_comments() {
    for (text, json, expected) in [
        ("L:\n  # a\n  - a # b\n  # c\n  - b\n", r#"["a", "c"]"#, "L:\n  # a\n  - a # b\n  # c\n  - \"c\"\n"),
        ("L:\n- a # b\n- b\n", r#"["b"]"#, "L:\n# b\n- b\n"),
        ("L:\n- a\n- b\n", r#"["b"]"#, "L:\n- b\n"),
        ("L:\n- a # b\n# c\n", r#"["a", "x: y"]"#, "L:\n- a # b\n- \"x: y\"\n# c\n"),
        ("L:\n  - a", r#"["a", "b"]"#, "L:\n  - a\n  - \"b\""),
        ("L:\r\n  - a # b\r\n", r#"["c", "a"]"#, "L:\r\n  - \"c\"\r\n  - a # b\r\n"),
        ("L:\n# a\n- b # c\n", "[]", "L: []\n# a\n# c\n"),
        ("L:\nM: 1\n", "[]", "L: []\nM: 1\n"),
        ("L: [a, b]\n", r#"["a", "b", "c"]"#, "L: [a, b, \"c\"]\n"),
        ("L: [a, b, c]\n", r#"["a"]"#, "L: [a]\n"),
        ("L: [a, b, c]\n", r#"["c"]"#, "L: [c]\n"),
        ("L: [\n  a, # a\n  b, # b\n]\n", r#"["b"]"#, "L: [\n  # a\n  b, # b\n]\n"),
        ("L: [\n  a, # a\n  b # b\n]\n", r#"["a"]"#, "L: [\n  a, # a\n  # b\n]\n"),
        ("L: [\n  a, # a\n  b # b\n]\n", r#"["a", "b", "c"]"#, "L: [\n  a, # a\n  b, # b\n  \"c\"\n]\n"),
        ("L: [\n  a,\n  b,\n]\n", r#"["a", "b", "c"]"#, "L: [\n  a,\n  b,\n  \"c\",\n]\n"),
        (
            "L:\n- Host: a # a\n  Port: 1 # p\n- Host: b\n",
            r#"[{"Host": "a", "Port": 2}, {"Host": "b", "Port": 3}]"#,
            "L:\n- Host: a # a\n  Port: 2 # p\n- Host: b\n  Port: 3\n",
        ),
        (
            "L:\n- Host: a # a\n  # p\n  Port: 1\n",
            r#"[{"Host": "a"}, {"Host": "c", "Port": 4}]"#,
            "L:\n- Host: a # a\n  # p\n- Host: \"c\"\n  Port: 4\n",
        ),
        ("L:\n- Host: a\n  Port: 1 # p\n", r#"[{"Port": 1}]"#, "L:\n- Port: 1 # p\n"),
        ("L:\n- {a: 1, b: 2} # p\n", r#"[{"a": 1, "c": 3}]"#, "L:\n- {a: 1, \"c\": 3} # p\n"),
        ("L:\n- - a\n  - b # b\n- c\n", r#"[["b"], "c"]"#, "L:\n- - b # b\n- c\n"),
        ("L: {\n  x: 25,\n  }\n", "{}", "L: {}\n"),
        ("L:\n- a: 1 # a\n", r#"[{"b": 1}]"#, "L:\n- b: 1 # a\n"),
    ] {
        let expected = expected.replace("\"c\": 3", "c: 3");
        assert_eq!(set(FileFormat::Yaml, text, "L", json), expected, "{text:?} {json}");
    }
    // as a change of a setting reaches it: by the path of a section
    let text = "S:\n  L: {a: [1, 2], b: x} # s\n";
    assert_eq!(
        set(FileFormat::Yaml, text, "S.L", r#"{"a": [1], "b": "x"}"#),
        "S:\n  L: {a: [1], b: x} # s\n"
    );
}

#[test]
fn lists_in_toml_keep_their_style_and_comments() {
    for (text, json, expected) in [
        ("L = [\n  'a', # a\n  'b', # b\n]\n", r#"["b"]"#, "L = [\n  # a\n  'b', # b\n]\n"),
        ("L = [\n  'a', # a\n  'b' # b\n]\n", r#"["a"]"#, "L = [\n  'a', # a\n  # b\n]\n"),
        ("L = [\n  'a' # a\n]\n", r#"["a", "b"]"#, "L = [\n  'a', # a\n  \"b\"\n]\n"),
        ("L = [\n  # a\n  'a',\n]\n", r#"["b"]"#, "L = [\n  # a\n  \"b\",\n]\n"),
        ("L = ['a', 'b']\n", r#"["x", "a", "b"]"#, "L = [\"x\", 'a', 'b']\n"),
        (
            "L = [\n  { a = 1 }, # a\n  { a = 2, b = 3 },\n]\n",
            r#"[{"a": 2}, {"a": 2, "c": 3}]"#,
            "L = [\n  { a = 2 }, # a\n  { a = 2, c = 3 },\n]\n",
        ),
    ] {
        assert_eq!(set(FileFormat::Toml, text, "L", json), expected, "{text:?} {json}");
    }
    let text = "[[R]]\nL = [\n  1, # one\n  2,\n]\n";
    assert_eq!(set(FileFormat::Toml, text, "R", r#"[{"L": [1, 3]}]"#), "[[R]]\nL = [\n  1, # one\n  3,\n]\n");
}

#[test]
fn texts_without_entries_get_their_first() {
    for (text, path, expected) in [
        ("{}", "A", "A: 1"),
        ("{}\n", "A.B", "A:\n  B: 1\n"),
        ("# c\n{} # d\n", "A", "# c\n# d\nA: 1\n"),
        ("\u{feff}{ }\r\n", "A.B", "\u{feff}A:\r\n  B: 1\r\n"),
        ("{ # c\n}\n", "A.B", "{ # c\nA: {B: 1}}\n"),
        ("--- {}\n", "A", "--- \nA: 1\n"),
        ("{x: 2}\n", "A.B", "{x: 2, A: {B: 1}}\n"),
        ("# only a comment\n", "A.B", "# only a comment\nA:\n  B: 1\n"),
        ("---\n", "A.B", "---\nA:\n  B: 1\n"),
        ("--- # c\n", "A", "--- # c\nA: 1\n"),
        ("---\n# c\n...\n", "A", "---\n# c\nA: 1\n...\n"),
        ("A: {}\n", "A.B.C", "A:\n  B:\n    C: 1\n"),
        ("A:\n  B: {} # b\n", "A.B.C", "A:\n  B: # b\n    C: 1\n"),
        ("A: {B: {}}\n", "A.B.C", "A: {B: {C: 1}}\n"),
        ("A: {B: , C: 2}\n", "A.B.D", "A: {B: {D: 1} , C: 2}\n"),
        ("A: {B: ~, C: 2}\n", "A.B.D", "A: {B: {D: 1}, C: 2}\n"),
        ("A: { # c\n  }\n", "A.B", "A: { # c\n  B: 1}\n"),
    ] {
        let edited = edit_in(FileFormat::Yaml, text, &[Change::set(path.split('.'), "1")]);
        assert_eq!(edited.as_deref(), Ok(expected), "{text:?} {path}");
    }
    for (text, path, expected) in [
        ("# only a comment\n", "A.B", "# only a comment\n\n[A]\nB = 1\n"),
        ("A = {}\n", "A.B.C", "A = { B.C = 1 }\n"),
        ("A = { B = {} } # b\n", "A.B.C", "A = { B = { C = 1 } } # b\n"),
        ("[A]\n", "A.B.C", "[A]\n\n[A.B]\nC = 1\n"),
    ] {
        let edited = edit_in(FileFormat::Toml, text, &[Change::set(path.split('.'), "1")]);
        assert_eq!(edited.as_deref(), Ok(expected), "{text:?} {path}");
    }
    for (format, text, message) in [
        (FileFormat::Yaml, "# c\n[]\n", "line 2, column 1: expected an object of sections, found a list"),
        (FileFormat::Yaml, "A: []\n", "line 1, column 4: `A` is a section: expected an object, found a list"),
        (
            FileFormat::Toml,
            "A = []\n",
            "line 1, column 5: `A` is a section: expected an object, found a list",
        ),
        (FileFormat::Yaml, "", "the file is empty"),
        (FileFormat::Toml, "\n", "the file is empty"),
    ] {
        let error = edit_in(format, text, &[Change::set(["A", "B"], "1")]).unwrap_err().to_string();
        assert!(error.starts_with(message), "{text:?}: {error}");
    }
}

#[test]
fn a_refusal_names_the_line() {
    for (format, text, path, json, line) in [
        // the comment is in the element that has to go
        (FileFormat::Yaml, "A: 1\nL:\n- a: 1\n  # c\n  b: 2\n- 3\n", "L", "[3]", 3),
        (FileFormat::Yaml, "A: 1\nL:\n  # c\n  - 1\n", "L", "2", 4),
        (FileFormat::Toml, "A = 1\n\nL = [\n  1, # c\n]\n", "L", "2", 3),
    ] {
        let error = edit_in(format, text, &[Change::set([path], json)]).unwrap_err();
        assert!(
            matches!(error, EditError::Unsupported { line: found, .. } if found <= line && found > 1),
            "{text}: {error}"
        );
    }
}

/// A source of numbers.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap() % limit
    }

    fn is(&mut self, one_in: usize) -> bool {
        self.below(one_in) == 0
    }
}

#[derive(Clone, Debug)]
enum Value {
    Scalar(usize),
    List(Vec<Value>),
    Map(Vec<(&'static str, Value)>),
}

const SCALARS: [[&str; 3]; 6] = [
    // JSON, YAML, TOML
    ["1", "1", "1"],
    ["true", "true", "true"],
    ["\"a\"", "a", "'a'"],
    ["\"b # c\"", "\"b # c\"", "\"b # c\""],
    ["\"it's, [x]\"", "'it''s, [x]'", "\"it's, [x]\""],
    ["25", "25", "0x19"],
];

const NAMES: [&str; 5] = ["Host", "Port", "a-b", "x", "Names"];

impl Value {
    fn new(random: &mut Random, depth: usize) -> Self {
        match random.below(if depth > 2 { 1 } else { 4 }) {
            1 => Self::List((0..random.below(4)).map(|_| Self::new(random, depth + 1)).collect()),
            2 => Self::map(random, depth),
            _ => Self::Scalar(random.below(SCALARS.len())),
        }
    }

    fn map(random: &mut Random, depth: usize) -> Self {
        let from = random.below(NAMES.len());
        let entry = |at: usize| NAMES[(from + at) % NAMES.len()];
        Self::Map((0..random.below(4)).map(|at| (entry(at), Self::new(random, depth + 1))).collect())
    }

    fn json(&self) -> String {
        let joined = |parts: Vec<String>| parts.join(", ");
        match self {
            Self::Scalar(at) => SCALARS[*at][0].to_owned(),
            Self::List(all) => format!("[{}]", joined(all.iter().map(Self::json).collect())),
            Self::Map(all) => {
                let entries = all.iter().map(|(name, value)| format!("\"{name}\": {}", value.json()));
                format!("{{{}}}", joined(entries.collect()))
            }
        }
    }

    /// Changes a part at random: adds, removes, replaces.
    fn change(&mut self, random: &mut Random) {
        match self {
            Self::List(all) if !all.is_empty() && !random.is(6) => {
                let at = random.below(all.len());
                match random.below(4) {
                    0 => drop(all.remove(at)),
                    1 => all.insert(at + random.below(2), Self::new(random, 2)),
                    _ => all[at].change(random),
                }
            }
            Self::Map(all) if !all.is_empty() && !random.is(6) => {
                let at = random.below(all.len());
                match random.below(4) {
                    0 => drop(all.remove(at)),
                    1 => {
                        let new = NAMES.iter().find(|name| all.iter().all(|(other, _)| other != *name));
                        all.extend(new.map(|name| (*name, Self::new(random, 2))));
                    }
                    _ => all[at].1.change(random),
                }
            }
            Self::List(all) => all.push(Self::new(random, 2)),
            _ => *self = Self::new(random, 1),
        }
    }
}

/// Writes values with comments that are numbered.
struct Writer {
    random: Random,
    out: String,
    comments: usize,
}

impl Writer {
    fn comment(&mut self) -> String {
        self.comments += 1;
        format!("# comment {}", self.comments)
    }

    fn line_comment(&mut self, indent: usize) {
        if self.random.is(4) {
            let comment = self.comment();
            self.out.push_str(&format!("{}{comment}\n", " ".repeat(indent)));
        }
    }

    fn end_line(&mut self) {
        if self.random.is(3) {
            let comment = self.comment();
            self.out.push_str(&format!(" {comment}"));
        }
        self.out.push('\n');
    }

    /// Writes a value after `Key:` or `-` in block style.
    fn yaml(&mut self, value: &Value, indent: usize, is_element: bool) {
        match value {
            Value::List(all) if !all.is_empty() && !self.random.is(3) => {
                let mut is_compact = is_element && self.random.is(2);
                if is_compact {
                    self.out.push(' ');
                } else {
                    self.end_line();
                }
                for value in all {
                    if !std::mem::take(&mut is_compact) {
                        self.line_comment(indent);
                        self.out.push_str(&" ".repeat(indent));
                    }
                    self.out.push('-');
                    self.yaml(value, indent + 2, true);
                }
                self.line_comment(indent);
            }
            Value::Map(all) if !all.is_empty() && !self.random.is(3) => {
                let mut is_compact = is_element && !self.random.is(4);
                if is_compact {
                    self.out.push(' ');
                } else {
                    self.end_line();
                }
                for (name, value) in all {
                    if !std::mem::take(&mut is_compact) {
                        self.line_comment(indent);
                        self.out.push_str(&" ".repeat(indent));
                    }
                    self.out.push_str(&format!("{name}:"));
                    self.yaml(value, indent + 2, false);
                }
            }
            _ => {
                self.out.push(' ');
                self.flow(value, indent, 1);
                self.end_line();
            }
        }
    }

    /// Writes a value in brackets, in YAML (`column` 1) or TOML (2).
    fn flow(&mut self, value: &Value, indent: usize, column: usize) {
        let (brackets, parts): (_, Vec<(String, &Value)>) = match value {
            Value::Scalar(at) => return self.out.push_str(SCALARS[*at][column]),
            Value::List(all) => (["[", "]"], all.iter().map(|value| (String::new(), value)).collect()),
            Value::Map(all) => {
                let colon = if column == 1 { ": " } else { " = " };
                (["{", "}"], all.iter().map(|(name, value)| (format!("{name}{colon}"), value)).collect())
            }
        };
        // inline tables of TOML are one line
        let has_lines = (column == 1 || brackets[0] == "[") && self.random.is(2) && self.is_open();
        self.out.push_str(brackets[0]);
        if has_lines {
            self.end_line();
        }
        for (at, (name, value)) in parts.iter().enumerate() {
            if has_lines {
                self.line_comment(indent + 2);
                self.out.push_str(&" ".repeat(indent + 2));
            }
            self.out.push_str(name);
            self.flow(value, indent + 2, column);
            let is_last = at + 1 == parts.len();
            if !is_last || has_lines && self.random.is(2) {
                self.out.push(',');
            }
            if has_lines {
                self.end_line();
            } else if !is_last {
                self.out.push(' ');
            }
        }
        if has_lines {
            self.line_comment(indent + 2);
            self.out.push_str(&" ".repeat(indent + 2));
        }
        self.out.push_str(brackets[1]);
    }

    /// Returns whether no bracket on this line keeps its value on one line.
    fn is_open(&self) -> bool {
        !self.out.rsplit('\n').next().unwrap().contains('{')
    }
}

fn comments(text: &str) -> Vec<String> {
    text.match_indices("# comment ")
        .map(|(at, _)| text[at..].split(['\n', ']']).next().unwrap().to_owned())
        .collect()
}

fn every_comment_stays(format: FileFormat, seeds: u64) {
    let (mut done, mut refused, mut unread) = (0, 0, 0);
    for seed in 1..=seeds {
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        for _ in 0..4 {
            random.below(2);
        }
        let mut value = match random.below(3) {
            0 => Value::map(&mut random, 0),
            _ => Value::List((0..=random.below(3)).map(|_| Value::new(&mut random, 1)).collect()),
        };
        let mut writer = Writer { random, out: String::new(), comments: 0 };
        let before = if format == FileFormat::Yaml {
            "Before: 1 # comment 0\nS:\n  V:"
        } else {
            "Before = 1 # comment 0\n[S]\nV = "
        };
        writer.out.push_str(before);
        match format {
            FileFormat::Yaml => {
                writer.yaml(&value, 4, false);
                writer.out.push_str("  After: 2 # comment last\n");
            }
            _ => {
                writer.flow(&value, 0, 2);
                writer.out.push_str("\nAfter = 2 # comment last\n");
            }
        }
        let Writer { mut random, out: text, .. } = writer;
        let change = if random.is(8) {
            Change::unset(["S", "V"])
        } else {
            value.change(&mut random);
            Change::set(["S", "V"], value.json())
        };
        match edit_in(format, &text, std::slice::from_ref(&change)) {
            Ok(edited) => {
                done += 1;
                assert_eq!(comments(&edited), comments(&text), "seed {seed}: {change:?}\n{text}\n{edited}");
                let again = edit_in(format, &edited, std::slice::from_ref(&change));
                assert_eq!(again.as_deref(), Ok(&*edited), "seed {seed}: {change:?}\n{text}");
                let (head, tail) =
                    (before.trim_end_matches("V:").trim_end_matches("V = "), text.lines().last());
                assert!(
                    edited.starts_with(head) && edited.lines().last() == tail,
                    "seed {seed}\n{text}\n{edited}"
                );
            }
            Err(EditError::Unsupported { line, .. }) => {
                refused += 1;
                assert!((2..text.lines().count()).contains(&line), "seed {seed}: line {line} of\n{text}");
                assert!(
                    comments(&text).len() > 2,
                    "seed {seed}: nothing is in the way: {}\n{text}",
                    value.json()
                );
            }
            // the parser does not know every place of brackets
            Err(EditError::Syntax { .. }) => unread += 1,
            Err(error) => panic!("seed {seed}: {error}\n{text}"),
        }
    }
    println!("{format}: {done} edits made, {refused} refused, {unread} not read");
    assert!(unread * 100 < done, "{unread} not read");
    assert!(refused * 3 < done, "{refused} refused, {done} made");
}

#[test]
fn every_comment_in_yaml_stays() {
    every_comment_stays(FileFormat::Yaml, 2000);
}

#[test]
fn every_comment_in_toml_stays() {
    every_comment_stays(FileFormat::Toml, 2000);
}
