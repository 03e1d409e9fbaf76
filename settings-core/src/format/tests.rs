#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

use super::*;

#[cfg(feature = "toml")]
mod toml {
    use super::*;

    fn document(text: &str) -> Document {
        Document::new(text.to_owned().into(), FileFormat::Toml)
    }

    #[track_caller]
    fn json(text: &str) -> String {
        let document = document(text);
        assert_eq!(document.problems(), [], "{text}");
        document.json().to_owned()
    }

    #[test]
    fn every_sort_of_value_has_its_json() {
        for (toml, expected) in [
            ("a = 1", r#"{"a":1}"#),
            ("a = +1_000", r#"{"a":1000}"#),
            ("a = 0xff", r#"{"a":255}"#),
            ("a = 0o17\nb = 0b11", r#"{"a":15,"b":3}"#),
            ("a = -1.5e3\nb = +1.0\nc = 1_0.5", r#"{"a":-1.5e3,"b":1.0,"c":10.5}"#),
            ("a = inf\nb = nan", r#"{"a":"inf","b":"nan"}"#),
            ("a = true\nb = false", r#"{"a":true,"b":false}"#),
            (r#"a = "x\ty\u00e9""#, "{\"a\":\"x\\tyé\"}"),
            (r"a = 'C:\new'", r#"{"a":"C:\\new"}"#),
            ("a = \"\"\"\none\ntwo\"\"\"", r#"{"a":"one\ntwo"}"#),
            ("a = 2026-01-02", r#"{"a":"2026-01-02"}"#),
            ("a = [1, [2, 3], { b = 4, }, ]", r#"{"a":[1,[2,3],{"b":4}]}"#),
            ("a.b.c = 1\na.b.d = 2", r#"{"a":{"b":{"c":1,"d":2}}}"#),
            ("[a]\nb = 1\n[a.c]\nd = 2\n[e]", r#"{"a":{"b":1,"c":{"d":2}},"e":{}}"#),
            ("[a.b]\nc = 1\n[a]\nd = 2", r#"{"a":{"b":{"c":1},"d":2}}"#),
            (
                "[[a]]\nb = 1\n[a.c]\nd = 2\n[[a]]\n[[a.e]]\nf = 3",
                r#"{"a":[{"b":1,"c":{"d":2}},{"e":[{"f":3}]}]}"#,
            ),
            ("\"a b\" = 1\n'c' = 2", r#"{"a b":1,"c":2}"#),
            ("# nothing but a comment\n", "{}"),
            ("\u{feff}a = 1\r\n", r#"{"a":1}"#),
            // duplicates stay, for the resolver to report
            ("a = 1\na = 2", r#"{"a":1,"a":2}"#),
            ("[a]\nb = 1\n[a]\nc = 2", r#"{"a":{"b":1},"a":{"c":2}}"#),
            ("a = 1\n[a.b]\nc = 2", r#"{"a":1,"a":{"b":{"c":2}}}"#),
            ("a = { b = 1 }\n[a.c]\nd = 2", r#"{"a":{"b":1},"a":{"c":{"d":2}}}"#),
            ("a.b = 1\n[a]\nc = 2", r#"{"a":{"b":1},"a":{"c":2}}"#),
            ("a = [{ b = 1 }]\n[[a]]\nb = 2", r#"{"a":[{"b":1}],"a":[{"b":2}]}"#),
        ] {
            assert_eq!(json(toml), expected, "{toml}");
        }
    }

    #[test]
    fn every_key_and_value_has_its_place() {
        let text = "# c\n[Mail]\nPort = 0x19 # d\nHosts = ['a', \"b\"]\n[[Relays]]\nHost.Name = 'x'\n";
        let document = document(text);
        let json = document.json();
        for (part, expected) in [
            ("\"Mail\"", "Mail"),
            ("\"Port\"", "Port"),
            ("25", "0x19"),
            ("\"b\"", "\"b\""),
            ("\"Relays\"", "Relays"),
            ("\"Name\"", "Name"),
            ("\"x\"", "'x'"),
        ] {
            let (start, len) = document.part(json.find(part).unwrap(), part.len());
            assert_eq!(&text[start..start + len], expected);
        }
        let (start, len) = document.part(json.find("[\"a\"").unwrap(), 1);
        assert_eq!((&text[start..start + len], start), ("[", text.find("['a'").unwrap()));
    }

    #[test]
    fn syntax_errors_have_a_place_and_show_no_value() {
        for (text, at) in [
            ("a = ", 4),
            ("a", 1),
            ("a = k4n4ry", 4),
            ("[a\nb = 1", 2),
            ("a = \"k4n4ry", 11),
            ("a = [1, 2", 9),
            ("a = 1 b = 2", 4),
            ("a = 01", 4),
            ("= 1", 0),
            ("{\"a\": 1}", 0),
        ] {
            let document = document(text);
            let problem = document.problems().iter().min_by_key(|problem| problem.span.start).unwrap();
            assert!(!format!("{problem:?}").contains("k4n4ry"), "{text}: {problem:?}");
            assert!(problem.span.start.abs_diff(at) <= 1, "{text}: {problem:?}");
            assert_eq!(document.json(), "{}");
        }
    }

    #[test]
    fn depth_is_bounded() {
        let deep = |depth: usize| format!("a = {}1{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(document(&deep(100)).problems(), []);
        assert!(!document(&deep(1000)).problems().is_empty());
        assert!(!document(&deep(200_000)).problems().is_empty());
        assert!(!document(&format!("[{}]", vec!["a"; 1000].join("."))).problems().is_empty());
        assert!(!document(&format!("{} = 1", vec!["a"; 1000].join("."))).problems().is_empty());
    }

    #[test]
    fn many_headers_take_linear_time() {
        let text: String = (0..50_000).map(|number| format!("[a.k{number}]\nb = 1\n")).collect();
        assert_eq!(document(&text).problems(), []);
    }
}

#[test]
fn formats_are_recognized_by_their_first_line() {
    for (text, format) in [
        ("# mail\nsmtp_server = \"a\"\n", Some("TOML")),
        ("[EmailSettings]\nSMTPServer = \"a\"\n", Some("TOML or INI")),
        ("[[servers]]\n", Some("TOML or INI")),
        ("EmailSettings:\n  SMTPServer: a\n", Some("YAML")),
        ("---\na: 1\n", Some("YAML")),
        ("MM_EMAILSETTINGS_SMTPPORT=25\n", Some("an env file")),
        ("export MM_X=25\n", Some("an env file")),
        ("<?xml version=\"1.0\"?>", Some("XML")),
        ("{\"a\": 1}", Some("JSON")),
        ("[1]", None),
        ("[\"a\"]", None),
        ("[true]x", None),
        ("<<<<<<< HEAD\n{}", None),
        ("{a: 1}", Some("JSON")),
        ("hunter2", None),
        ("http://x:1/", None),
        ("", None),
    ] {
        assert_eq!(super::guess(text), format, "{text}");
    }
}
