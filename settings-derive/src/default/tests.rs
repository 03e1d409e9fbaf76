use std::str::FromStr;

use syn::parse_str;

use super::*;

/// The default in a few words, or the message.
fn default(ty: &str, tokens: &str) -> String {
    let cx = Ctxt::new();
    let ty: Type = parse_str(ty).unwrap();
    let tokens = TokenStream::from_str(tokens).unwrap();
    let read = Reader::new(&cx, "field", Some(1_000)).read(&ty, ty::kind(&ty), &tokens);
    match (cx.check(), read) {
        (Ok(()), Some(DefaultValue::None)) => "none".to_owned(),
        (Ok(()), Some(DefaultValue::Bool(bool))) => format!("bool {bool}"),
        (Ok(()), Some(DefaultValue::Integer(integer))) => format!("integer {integer}"),
        (Ok(()), Some(DefaultValue::Float(float))) => format!("float {float}"),
        (Ok(()), Some(DefaultValue::Text(text))) => format!("text {text}"),
        (Ok(()), Some(DefaultValue::Json(json))) => format!("json {}", json.text),
        (Ok(()), Some(DefaultValue::Const(_, tokens))) => format!("const {tokens}"),
        (Ok(()), None) => "refused without a word".to_owned(),
        (Err(error), None) => error.to_string(),
        (Err(error), Some(_)) => format!("accepted and refused: {error}"),
    }
}

#[test]
fn literals_are_read_by_the_type() {
    for (ty, tokens, expected) in [
        ("bool", "true", "bool true"),
        ("u16", "10_025", "integer 10025"),
        ("u16", "0x10", "integer 16"),
        ("u16", "25u16", "integer 25"),
        ("i8", "-128", "integer -128"),
        ("f64", "-1.5", "float -1.5"),
        ("f32", "2", "float 2"),
        ("String", "\"localhost\"", "text localhost"),
        ("PathBuf", "\"/var\"", "text /var"),
        ("Secret", "\"\"", "text "),
        ("Duration", "10", "integer 10"),
        ("Option<u16>", "5", "integer 5"),
        ("Option<u16>", "None", "none"),
        ("Option<Option<bool>>", "true", "bool true"),
        ("ConnectionSecurity", "\"TLS\"", "text TLS"),
        ("Percent", "5", "integer 5"),
    ] {
        assert_eq!(default(ty, tokens), expected, "{ty} = {tokens}");
    }
}

#[test]
fn expressions_are_left_to_rustc() {
    for (ty, tokens) in [
        ("bool", "cfg!(debug_assertions)"),
        ("u16", "PORT"),
        ("u16", "25 + 1"),
        ("String", "DEFAULT_HOST"),
        ("Duration", "60 * 60"),
        ("ConnectionSecurity", "ConnectionSecurity::None"),
    ] {
        assert!(default(ty, tokens).starts_with("const "), "{ty} = {tokens}: {}", default(ty, tokens));
    }
}

#[test]
fn lists_and_maps_become_json() {
    for (ty, tokens, expected) in [
        ("Vec<String>", "[\"a\\\"b\", \"c\\u{1}\",]", r#"json ["a\"b","c\u0001"]"#),
        ("Vec<u8>", "[]", "json []"),
        ("Vec<Vec<i8>>", "[[1, -1], []]", "json [[1,-1],[]]"),
        ("Vec<Option<bool>>", "[None, true]", "json [null,true]"),
        ("Vec<Duration>", "[1, 2]", "json [1,2]"),
        ("Vec<Level>", "[\"low\"]", r#"json ["low"]"#),
        ("BTreeMap<String, u16>", "{\"smtp\": 25, \"smtps\": 465}", r#"json {"smtp":25,"smtps":465}"#),
        ("HashMap<String, Vec<f64>>", "{\"a\": [1.5, 2]}", r#"json {"a":[1.5,2]}"#),
        ("BTreeMap<String, u16>", "{}", "json {}"),
    ] {
        assert_eq!(default(ty, tokens), expected, "{ty} = {tokens}");
    }
}

#[test]
fn mismatches_are_described() {
    for (ty, tokens, expected) in [
        ("bool", "\"yes\"", "`field` is a bool: expected `true` or `false`, found a string"),
        ("u16", "\"25\"", "`field` is a u16: expected a whole number, found a string"),
        ("i8", "1.5", "`field` is an i8: expected a whole number, found the number 1.5"),
        ("u16", "70_000", "`field`: 70000 does not fit its type u16: it holds 0 to 65535"),
        ("u8", "-1", "`field`: -1 does not fit its type u8: it holds 0 to 255"),
        ("u16", "25u32", "`field`: the default is u16: remove the suffix `u32`"),
        ("String", "25", "`field` is text: expected a string, found the number 25"),
        ("Duration", "\"10s\"", "integer 10"),
        ("Duration", "\"10x\"", "`field`: `10x` is not a duration: write \"90s\", \"1m30s\" or \"1.5h\""),
        (
            "Duration",
            "true",
            "`field` is a duration: expected a whole number in its unit, or text such as `\"1m30s\"`, found `true`",
        ),
        ("(u8, bool)", "(1, 2, 3)", "`field`: expected 2 values, found 3"),
        (
            "[u8; 2]",
            "1",
            "`field` is an array: expected a list of its length, such as `[1, 2]`, found the number 1",
        ),
        ("Vec<u8>", "[1, \"2\"]", "`field` is a u8: expected a whole number, found a string"),
        (
            "Vec<u8>",
            "vec![1]",
            "`field` is a list: expected a list of literals such as `[\"a\", \"b\"]`, found an expression",
        ),
        ("BTreeMap<String, u8>", r#"{"a": 1, "a": 2}"#, "`field`: the key `a` is given twice"),
        ("BTreeMap<String, u8>", "{a: 1}", "`field`: an entry of a map is written `\"key\": value`"),
    ] {
        assert_eq!(default(ty, tokens), expected, "{ty} = {tokens}");
    }
    for (ty, tokens, part) in [
        ("Duration", "Duration::from_secs(10)", "a number in the setting's `unit`"),
        ("Duration", "-1", "not negative"),
        ("Option<u8>", "Some(1)", "without `Some`"),
        ("Secret", "\"hunter2\"", "cannot have a default in code"),
        ("Vec<Secret>", "[\"hunter2\"]", "cannot have a default in code"),
        ("Secret", "PASSWORD", "cannot have a default in code"),
    ] {
        let message = default(ty, tokens);
        assert!(message.contains(part), "{ty} = {tokens}: {message}");
        assert!(!message.contains("hunter2"));
    }
}
