#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

use super::*;

fn keys(path: &str) -> Vec<String> {
    path.split('.').map(str::to_owned).collect()
}

#[track_caller]
fn set(text: &str, path: &str, json: &str) -> String {
    edit(text, &[Change::set(keys(path), json)]).unwrap()
}

#[track_caller]
fn unset(text: &str, path: &str) -> String {
    edit(text, &[Change::unset(keys(path))]).unwrap()
}

#[test]
fn only_the_value_is_replaced() {
    let text = "\u{feff}{\r\n\t// c \"Port\": 1\r\n\t\"Mail\": { \"Port\" : /* old */ \"25\" , \"X\":[1,2,], }, \r\n}";
    assert_eq!(set(text, "Mail.Port", "587"), text.replace("\"25\"", "587"));
    assert_eq!(set(text, "Mail.X", "{}"), text.replace("[1,2,]", "{}"));
    let same = text.replace("\"25\"", "587");
    assert_eq!(set(&same, "Mail.Port", "587"), same);
}

#[test]
fn an_added_key_follows_the_style_of_its_neighbours() {
    for (text, path, expected) in [
        ("{}", "A", "{\n    \"A\": 1\n}"),
        ("{ }\n", "A.B", "{\n    \"A\": {\n        \"B\": 1\n    }\n}\n"),
        ("{\n  \"A\": 0\n}\n", "B", "{\n  \"A\": 0,\n  \"B\": 1\n}\n"),
        ("{\n  \"A\": 0\n}\n", "B.C", "{\n  \"A\": 0,\n  \"B\": {\n    \"C\": 1\n  }\n}\n"),
        ("{\n\t\"A\":0,\n}\n", "B", "{\n\t\"A\":0,\n\t\"B\":1,\n}\n"),
        ("{\r\n  \"A\": {}\r\n}\r\n", "A.B", "{\r\n  \"A\": {\r\n    \"B\": 1\r\n  }\r\n}\r\n"),
        ("{\r\n  \"A\": 0 // a\r\n}", "B", "{\r\n  \"A\": 0, // a\r\n  \"B\": 1\r\n}"),
        (
            "{\n  \"A\": 0, /* a */ // b\n  // c\n}",
            "B",
            "{\n  \"A\": 0, /* a */ // b\n  \"B\": 1,\n  // c\n}",
        ),
        ("{\"A\":0}", "B", "{\"A\":0,\"B\":1}"),
        ("{\"A\": null}", "A.B.C", "{\"A\": {\"B\": {\"C\": 1}}}"),
        ("{\n\t\"A\": null // a\n}", "A.B", "{\n\t\"A\": {\n\t\t\"B\": 1\n\t} // a\n}"),
        ("{\"A\":{}}", "A.B.C", "{\"A\":{\"B\":{\"C\":1}}}"),
        ("{\"A\": 0,  \"B\": 0}", "C", "{\"A\": 0,  \"B\": 0,  \"C\": 1}"),
        ("{\"A\": 0, }", "B", "{\"A\": 0, \"B\": 1, }"),
        ("{\n  \"M\": {\"A\": 0}\n}", "M.B", "{\n  \"M\": {\"A\": 0, \"B\": 1}\n}"),
        ("{\n  // none yet\n}\n", "A", "{\n  // none yet\n    \"A\": 1\n}\n"),
        ("{ /* none */ }", "A", "{ /* none */\n    \"A\": 1\n}"),
        ("{\"A\": 0 // a\n}", "B", "{\"A\": 0, \"B\": 1 // a\n}"),
        (
            "{\n  \"M\": {\n    \"A\": [\n      1\n    ]\n  },\n  \"N\": 0\n}",
            "M.B",
            "{\n  \"M\": {\n    \"A\": [\n      1\n    ],\n    \"B\": 1\n  },\n  \"N\": 0\n}",
        ),
    ] {
        assert_eq!(set(text, path, "1"), expected, "{text:?} {path}");
    }
}

#[test]
fn a_removed_key_takes_its_comma_and_line_with_it() {
    for (text, path, expected) in [
        ("{\n  \"A\": 0,\n  \"B\": 0\n}\n", "A", "{\n  \"B\": 0\n}\n"),
        ("{\n  \"A\": 0,\n  \"B\": 0\n}\n", "B", "{\n  \"A\": 0\n}\n"),
        ("{\r\n  \"A\": 0,\r\n  \"B\": 0,\r\n}", "B", "{\r\n  \"A\": 0,\r\n}"),
        ("{\n  \"A\": 0\n}\n", "A", "{\n}\n"),
        ("{\"A\": 0, \"B\": 0}", "A", "{\"B\": 0}"),
        ("{\"A\": 0, \"B\": 0}", "B", "{\"A\": 0}"),
        ("{\"A\": 0}", "A", "{}"),
        ("{ \"A\": 0 }", "A", "{ }"),
        ("{\n  // a\n  \"A\": 0, // b\n  \"B\": 0\n}", "A", "{\n  // a\n  // b\n  \"B\": 0\n}"),
        ("{\n  \"A\": 0, // a\n  \"B\": 0 // b\n}", "B", "{\n  \"A\": 0 // a\n  // b\n}"),
        ("{\n  \"A\": 0,\n  \"B\": 0 // b\n}", "B", "{\n  \"A\": 0\n  // b\n}"),
        ("{\n  \"A\": 0 /* a */ ,\n  \"B\": 0\n}", "A", "{\n  /* a */ \n  \"B\": 0\n}"),
        ("{\n  \"A\": 0, \"B\": 0,\n  \"C\": 0\n}", "B", "{\n  \"A\": 0,\n  \"C\": 0\n}"),
        ("{\n  \"M\": {\n    \"A\": 0\n  }\n}", "M.A", "{\n  \"M\": {\n  }\n}"),
        ("{\n  \"M\": {\"A\": 0}\n}", "M", "{\n}"),
        ("{}", "A", "{}"),
        ("{\"M\": 1}", "M.A", "{\"M\": 1}"),
    ] {
        assert_eq!(unset(text, path), expected, "{text:?} {path}");
    }
}

#[test]
fn aliases_and_letter_cases_are_found_and_corrected() {
    assert_eq!(set("{\"mail\": {\"PORT\": 0}}", "Mail.Port", "1"), "{\"mail\": {\"Port\": 1}}");
    assert_eq!(set("{\"M\\u0061il\": {}}", "Mail.Port", "1"), "{\"M\\u0061il\": {\"Port\": 1}}");
    let change = |action| Change {
        path: keys("Mail.Port"),
        old_names: vec![keys("Mail.P"), keys("Old.Port")],
        action,
    };
    let set = |text: &str| edit(text, &[change(Action::Set("1".to_owned()))]).unwrap();
    let unset = |text: &str| edit(text, &[change(Action::Unset)]).unwrap();
    assert_eq!(set("{\"Mail\": {\"P\": 0, \"X\": 0}}"), "{\"Mail\": {\"Port\": 1, \"X\": 0}}");
    assert_eq!(
        set("{\"Old\": {\"Port\": 0}, \"Mail\": {\"X\": 0}}"),
        "{\"Old\": {}, \"Mail\": {\"X\": 0, \"Port\": 1}}"
    );
    assert_eq!(set("{\"Mail\": {\"P\": 0, \"Port\": 0}}"), "{\"Mail\": {\"Port\": 1}}");
    assert_eq!(
        unset("{\"Old\": {\"Port\": 0}, \"Mail\": {\"P\": 0, \"port\": 0}}"),
        "{\"Old\": {}, \"Mail\": {}}"
    );
}

#[test]
fn the_last_of_several_copies_stays() {
    assert_eq!(set("{\"A\": 0, \"A\": 2, \"B\": 0}", "A", "1"), "{\"A\": 1, \"B\": 0}");
    assert_eq!(set("{\"M\": {\"A\": 0}, \"M\": {}}", "M.A", "1"), "{\"M\": {\"A\": 1}, \"M\": {}}");
    assert_eq!(set("{\"M\": {}, \"M\": {\"B\": 0}}", "M.A", "1"), "{\"M\": {}, \"M\": {\"B\": 0, \"A\": 1}}");
    assert_eq!(unset("{\"M\": {\"A\": 0}, \"M\": {\"A\": 0}}", "M.A"), "{\"M\": {}, \"M\": {}}");
    let many = format!("{{{}\"A\": 0}}", "\"A\": 0,".repeat(100_000));
    let error = edit(&many, &[Change::unset(["A"])]).unwrap_err();
    assert_eq!(error.to_string(), "`A` appears more than 100 times; remove all but one");
}

#[test]
fn a_list_on_several_lines_stays_on_several_lines() {
    let text = "{\n  \"M\": {\n    \"L\": [\n      1\n    ]\n  }\n}\n";
    assert_eq!(
        set(text, "M.L", r#"["a", "b"]"#),
        "{\n  \"M\": {\n    \"L\": [\n      \"a\",\n      \"b\"\n    ]\n  }\n}\n"
    );
    assert_eq!(
        set(text, "M.L", r#"{"a": [1]}"#),
        "{\n  \"M\": {\n    \"L\": {\n      \"a\": [1]\n    }\n  }\n}\n"
    );
    assert_eq!(set(text, "M.L", "[]"), "{\n  \"M\": {\n    \"L\": []\n  }\n}\n");
}

#[test]
fn unchanged_elements_keep_their_layout_and_comments() {
    for (old, new, expected) in [
        (
            "[\n  \"a\", // first\n  \"b\"\n]",
            r#"["a", "b", "c"]"#,
            "[\n  \"a\", // first\n  \"b\",\n  \"c\"\n]",
        ),
        ("[\n  // a\n  1,\n  2 // b\n]", "[1, 2, 3]", "[\n  // a\n  1,\n  2, // b\n  3\n]"),
        ("[\n  1, // a\n  2, // b\n  3, // c\n]", "[1, 3]", "[\n  1, // a\n  // b\n  3, // c\n]"),
        ("[\n  1, // a\n  2 // b\n]", "[1]", "[\n  1 // a\n  // b\n]"),
        ("[\n  1, // a\n  2 // b\n]", "[2]", "[\n  // a\n  2 // b\n]"),
        ("[\n  1, // a\n  2\n]", "[7, 2]", "[\n  7, // a\n  2\n]"),
        ("[\r\n\t1\r\n]", "[0, 1]", "[\r\n\t0,\r\n\t1\r\n]"),
        ("[1, /* a */ 2]", "[1, 3]", "[1, /* a */ 3]"),
        ("[1, /* a */ 2]", "[2]", "[ /* a */ 2]"),
        ("[1,2,3]", "[1,3]", "[1,3]"),
        ("[1, 2]", "[2]", "[2]"),
        ("[ 1 ]", "[1, 2]", "[ 1, 2 ]"),
        ("[1]", "[0, 1]", "[0, 1]"),
        ("[1, 2, ]", "[1]", "[1, ]"),
        ("[1, 2]", "[]", "[]"),
        ("[ // a\n 1]", "[]", "[ // a\n]"),
        ("[ // a\n]", "[1, 2]", "[ // a\n    1,\n    2\n]"),
        ("[]", "[1, 2]", "[1, 2]"),
        ("[\"\\u0061\", \"b\"]", r#"["a", "c"]"#, "[\"\\u0061\", \"c\"]"),
        ("[1, [2 /* a */, 3], 4]", "[1, [2, 5], 4]", "[1, [2 /* a */, 5], 4]"),
        ("[1, 2, 3, 4, 5]", "[2, 4, 6]", "[2, 4, 6]"),
        ("[1 // a\n, 2]", "[1]", "[1 // a\n]"),
        ("[1, 2 /* a */]", "\"x\"", "\"x\""),
    ] {
        let around = |value: &str| format!("{{\"L\": {value}, \"X\": 0}}");
        assert_eq!(set(&around(old), "L", new), around(expected), "{old:?} {new}");
    }
}

#[test]
fn unchanged_entries_keep_their_layout_and_comments() {
    for (old, new, expected) in [
        (r#"{"a": 1, /* x */ "b": 2}"#, r#"{"a": 1, "b": 3}"#, r#"{"a": 1, /* x */ "b": 3}"#),
        (r#"{"a": 1, /* x */ "b": 2}"#, r#"{"b": 2, "a": 1}"#, r#"{"a": 1, /* x */ "b": 2}"#),
        (r#"{"a":1}"#, r#"{"b": 2, "a": 1}"#, r#"{"a":1, "b":2}"#),
        ("{\n  \"a\" : 1 // x\n}", r#"{"A": 0, "a": 1}"#, "{\n  \"a\" : 1, // x\n  \"A\" : 0\n}"),
        ("{\n  \"a\": 1, // x\n  \"b\": 2\n}", r#"{"b": 2}"#, "{\n  // x\n  \"b\": 2\n}"),
        (r#"{"a": 1, "a": 2}"#, r#"{"a": 3}"#, r#"{"a": 3}"#),
        (r#"{"a": {"b": [1, /* x */ 2]}}"#, r#"{"a": {"b": [1]}}"#, r#"{"a": {"b": [1 /* x */]}}"#),
    ] {
        let around = |value: &str| format!("{{\"M\": {value}, \"X\": 0}}");
        assert_eq!(set(&around(old), "M", new), around(expected), "{old:?} {new}");
    }
    let long = |count: usize| (0..count).map(|one| format!("{},", one * 7 % 1000)).collect::<String>();
    let text = format!("{{\"L\": [{}]}}", long(3000));
    let edited = set(&text, "L", &format!("[{}-1]", long(2000)));
    assert_eq!(edited, format!("{{\"L\": [{}-1,]}}", long(2000)));
}

#[test]
fn errors_name_the_place_and_show_no_secret() {
    let canary = "k4n4ry";
    for (text, path, message) in [
        ("", "A", "the file is empty"),
        (" // only a comment", "A", "the file is empty"),
        ("[]", "A", "line 1, column 1: expected an object of sections, found a list"),
        (
            "{\n \"M\": \"k4n4ry\"\n}",
            "M.A",
            "line 2, column 7: `M` is a section: expected an object, found a string",
        ),
        ("{\n \"M\": {\"k4n4ry\" 1}}", "M.A", "line 2, column 17: expected `:`"),
        ("\u{feff}{'k4n4ry'}", "M.A", "line 1, column 2: expected a key in double quotes"),
    ] {
        let error = edit(text, &[Change::set(keys(path), "\"k4n4ry\"")]).unwrap_err();
        assert!(error.to_string().starts_with(message), "{text:?}: {error}");
        assert!(!format!("{error}{error:?}").contains(canary), "{error:?}");
    }
    assert_eq!(edit("{}", &[Change::set(["A"], "1 2")]), Err(EditError::NoValue));
    assert_eq!(edit("{}", &[Change::set([""; 0], "1")]), Err(EditError::NoPath));
    assert!(!format!("{:?}", Change::set(["A"], canary)).contains(canary));
    let deep = vec!["A"; json::MAX_DEPTH + 1];
    assert!(edit("{}", &[Change::set(deep, "1")]).unwrap_err().to_string().contains("nested deeper"));
}

#[test]
fn changes_are_made_in_order() {
    let text = "{\"A\": 0}";
    let changes = [Change::set(["B", "C"], "1"), Change::unset(["A"]), Change::set(["B", "C"], "2")];
    assert_eq!(edit(text, &changes).unwrap(), "{\"B\": {\"C\": 2}}");
    assert!(edit(text, &[changes[0].clone(), Change::set(["A", "B"], "1")]).is_err());
}

#[cfg(feature = "yaml")]
#[test]
fn comments_after_quoted_values_stay_in_yaml() {
    for written in ["'x'", "\"x\"", "'it''s'", "\"a \\\" b\"", "x", "'x # y'"] {
        let text = format!("Before: 1\nKey: {written} # stays\nAfter: 2\n");
        let change = [Change::set(["Key"], "\"new\"")];
        let edited = edit_in(crate::FileFormat::Yaml, &text, &change).unwrap();
        assert_eq!(edited, "Before: 1\nKey: \"new\" # stays\nAfter: 2\n", "{written}");
    }
}

#[cfg(feature = "yaml")]
#[test]
fn a_section_without_entries_is_removed_from_yaml() {
    for (text, wanted) in [
        ("# a\nA: {} # b\nB:\n  New: x\n", "# a\n# b\nB:\n  New: x\n"),
        ("# a\nA: {}\n  # b\nB: 1\n", "# a\n  # b\nB: 1\n"),
        ("A: {}\n", ""),
        ("B: 1\nA:\n  C: {} # c\n", "B: 1\nA: {}\n  # c\n"),
    ] {
        let path = if text.contains("C:") { vec!["A", "C"] } else { vec!["A"] };
        assert_eq!(edit_in(FileFormat::Yaml, text, &[Change::unset(path)]).as_deref(), Ok(wanted));
    }
}
