//! Files of each format, edited in place.

use settings_core::FileFormat;
use settings_core::store::{Change, edit_in};

/// Returns the text after changes.
#[track_caller]
fn edited(format: FileFormat, text: &str, changes: &[Change]) -> String {
    edit_in(format, text, changes).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn toml_is_edited_in_place() {
    for (text, path, json, expected) in [
        ("[Mail]\nPort = 25 # c\n", "Mail.Port", "587", "[Mail]\nPort = 587 # c\n"),
        ("[mail]\nport = 25\n", "mail.Port", "587", "[mail]\nPort = 587\n"),
        (
            "# top\n[Mail]\nPort = 25\n\n# other\n[Other]\na = 1\n",
            "Mail.Login",
            "true",
            "# top\n[Mail]\nPort = 25\nLogin = true\n\n# other\n[Other]\na = 1\n",
        ),
        ("[Mail]\n", "Mail.Server", r#""a\"b""#, "[Mail]\nServer = \"a\\\"b\"\n"),
        ("# c", "Mail.Port", "1", "# c\n\n[Mail]\nPort = 1\n"),
        ("a = 1\n", "Mail.Port", "1", "a = 1\n\n[Mail]\nPort = 1\n"),
        ("[Mail]\nPort = 1\n", "Top", "1", "Top = 1\n\n[Mail]\nPort = 1\n"),
        ("Mail = { Port = 25 }\n", "Mail.Login", "true", "Mail = { Port = 25, Login = true }\n"),
        ("Mail = {}\n", "Mail.Login", "true", "Mail = { Login = true }\n"),
        ("Mail.Port = 25\n", "Mail.Login", "true", "Mail.Port = 25\nMail.Login = true\n"),
        ("[Mail]\r\nPort = 25\r\n", "Mail.Login", "true", "[Mail]\r\nPort = 25\r\nLogin = true\r\n"),
        ("[Mail]\nHosts = ['a']\n", "Mail.Hosts", r#"["a", "b"]"#, "[Mail]\nHosts = ['a', \"b\"]\n"),
        ("[Mail]\nHosts = ['a']\n", "Mail.Hosts", r#"["a"]"#, "[Mail]\nHosts = ['a']\n"),
        ("[A.B]\nc = 1\n", "A.D", "1", "[A.B]\nc = 1\n\n[A]\nD = 1\n"),
        (
            "[Q]\n# one\na = 1 # a\nb = 2\n",
            "Q",
            r#"{"a": 1, "c d": 3}"#,
            "[Q]\n# one\na = 1 # a\n\"c d\" = 3\n",
        ),
        ("[Q]\na = 1\n[R]\n", "Q", "{}", "[Q]\n[R]\n"),
        ("Q = { a = 1 }\n", "Q", r#"{"b": [true]}"#, "Q = { b = [true] }\n"),
        ("[Mail]\nPort = 25", "Mail.Login", "true", "[Mail]\nPort = 25\nLogin = true"),
    ] {
        let changes = [Change::set(path.split('.'), json)];
        assert_eq!(edited(FileFormat::Toml, text, &changes), expected, "{text:?} {path}");
    }
    for (text, path, expected) in [
        ("[Mail]\nPort = 25\nLogin = true\n", "Mail.Port", "[Mail]\nLogin = true\n"),
        ("[Mail]\nPort = 25 # c\n", "Mail.Port", "[Mail]\n# c\n"),
        ("[Mail]\nPort = 25\n", "Mail", ""),
        ("Mail = { Port = 25, Login = true }\n", "Mail.Port", "Mail = { Login = true }\n"),
        ("Mail = { Port = 25, Login = true }\n", "Mail.Login", "Mail = { Port = 25 }\n"),
        ("[Mail]\nPort = 25\nport = 26\n", "Mail.Port", "[Mail]\n"),
    ] {
        let changes = [Change::unset(path.split('.'))];
        assert_eq!(edited(FileFormat::Toml, text, &changes), expected, "{text:?} {path}");
    }
    for (text, path, json, expected) in [
        ("[[R]]\na = 1 # a\n", "R", r#"[{"a": 2}]"#, "[[R]]\na = 2 # a\n"),
        ("[[R]]\na = 1\n[[R]]\na = 2\n", "R", r#"[{"a": 1}]"#, "[[R]]\na = 1\n"),
        (
            "[[R]]\na = 1\n[X]\nb = 1\n",
            "R",
            r#"[{"a": 1}, {"a": 2}]"#,
            "[[R]]\na = 1\n\n[[R]]\na = 2\n[X]\nb = 1\n",
        ),
    ] {
        let changes = [Change::set(path.split('.'), json)];
        assert_eq!(edited(FileFormat::Toml, text, &changes), expected, "{text:?} {path}");
    }
    for (text, path, json) in [
        ("[Mail]\nHosts = [\n  'a', # first\n]\n", "Mail.Hosts", "\"b\""),
        ("[Mail]\nPort = 1\n", "Mail.Port", "null"),
        ("[[R]]\na = 1\n", "R", r#"[{"a": null}]"#),
        ("[[R]]\na = 1\n", "R", "[]"),
        ("Mail = 1\n", "Mail.Port", "1"),
        ("[Mail\n", "Mail.Port", "1"),
        (" \n", "Mail.Port", "1"),
    ] {
        assert!(edit_in(FileFormat::Toml, text, &[Change::set(path.split('.'), json)]).is_err(), "{text}");
    }
}

#[test]
fn yaml_is_edited_in_place() {
    for (text, path, json, expected) in [
        ("Mail:\n  Port: 25 # c\n", "Mail.Port", "587", "Mail:\n  Port: 587 # c\n"),
        ("mail:\n  port: 25\n", "mail.Port", "587", "mail:\n  Port: 587\n"),
        (
            "# top\nMail:\n    Port: 25\n\n# other\nOther:\n    a: 1\n",
            "Mail.Login",
            "true",
            "# top\nMail:\n    Port: 25\n    Login: true\n\n# other\nOther:\n    a: 1\n",
        ),
        ("Mail:\n", "Mail.Port", "1", "Mail:\n  Port: 1\n"),
        ("Mail: # none\n", "Mail.Port", "1", "Mail: # none\n  Port: 1\n"),
        ("Mail: {}\n", "Mail.Port", "1", "Mail:\n  Port: 1\n"),
        ("# c", "Mail.Port", "1", "# c\nMail:\n  Port: 1\n"),
        ("Mail: {Port: 25}\n", "Mail.Login", "true", "Mail: {Port: 25, Login: true}\n"),
        ("Mail:\r\n  Port: 25\r\n", "Mail.Login", "true", "Mail:\r\n  Port: 25\r\n  Login: true\r\n"),
        (
            "Mail:\n  Hosts:\n  - a\n  - b\n  Port: 1\n",
            "Mail.Hosts",
            r#"["c"]"#,
            "Mail:\n  Hosts:\n  - \"c\"\n  Port: 1\n",
        ),
        (
            "Mail:\n  Server: |\n    one\n    two\n  Port: 1\n",
            "Mail.Server",
            r#""x""#,
            "Mail:\n  Server: \"x\"\n  Port: 1\n",
        ),
        (
            "Q:\n  # one\n  a: 1 # a\n  b: 2\n",
            "Q",
            r#"{"a": 1, "c d": 3}"#,
            "Q:\n  # one\n  a: 1 # a\n  \"c d\": 3\n",
        ),
        ("Q:\n  a: 1\nR: 1\n", "Q", "{}", "Q: {}\nR: 1\n"),
        ("Mail:\n  Port:\n", "Mail.Port", "1", "Mail:\n  Port: 1\n"),
        ("Mail:\n  Port: 25", "Mail.Login", "true", "Mail:\n  Port: 25\n  Login: true"),
        ("A:\n  B:\n    C: 1\n", "A.D.E", "1", "A:\n  B:\n    C: 1\n  D:\n    E: 1\n"),
    ] {
        let changes = [Change::set(path.split('.'), json)];
        assert_eq!(edited(FileFormat::Yaml, text, &changes), expected, "{text:?} {path}");
    }
    for (text, path, expected) in [
        ("Mail:\n  Port: 25\n  Login: true\n", "Mail.Port", "Mail:\n  Login: true\n"),
        ("Mail:\n  Port: 25\n", "Mail.Port", "Mail: {}\n"),
        ("Mail:\n  Port: 25 # c\n  Login: true\n", "Mail.Port", "Mail:\n  # c\n  Login: true\n"),
        ("Mail: {Port: 25, Login: true}\n", "Mail.Port", "Mail: {Login: true}\n"),
        ("Mail: {Port: 25, Login: true}\n", "Mail.Login", "Mail: {Port: 25}\n"),
        ("Mail:\n  Port: 25\nOther: 1\n", "Mail", "Other: 1\n"),
    ] {
        let changes = [Change::unset(path.split('.'))];
        assert_eq!(edited(FileFormat::Yaml, text, &changes), expected, "{text:?} {path}");
    }
    for (text, path, json) in [
        ("Mail:\n  Hosts:\n  # first\n  - a\n", "Mail.Hosts", "\"b\""),
        ("Mail: 1\n", "Mail.Port", "1"),
        ("Mail: [\n", "Mail.Port", "1"),
        ("", "Mail.Port", "1"),
    ] {
        assert!(edit_in(FileFormat::Yaml, text, &[Change::set(path.split('.'), json)]).is_err(), "{text}");
    }
}
