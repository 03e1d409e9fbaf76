#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

use super::*;

#[test]
fn keeps_the_place_of_nested_values() {
    let text = "{ \"a\": [1, {\"b\": \"x\"}] /* end */, }";
    let raw = parse_value(text).unwrap();
    let entries = raw.entries().unwrap();
    let list = entries[0].1.elements().unwrap();
    let inner = list[1].entries().unwrap()[0].1;
    assert_eq!(&text[inner.start..inner.start + inner.text.len()], "\"x\"");
}

#[test]
fn resolves_escapes() {
    let raw = parse_value(r#""a\u00e9\ud83d\ude00\ud800\n\\\"/""#).unwrap();
    assert_eq!(raw.string().unwrap(), "aé😀\u{fffd}\n\\\"/");
    assert_eq!(parse_value(&escape("a\u{1}\"\\\n é")).unwrap().string().unwrap(), "a\u{1}\"\\\n é");
}

#[test]
fn a_string_ends_at_its_quote_at_any_offset() {
    // neighbours of the bytes that end a run, and bytes beyond ASCII
    for filler in ["a", " ", "!", "#", "[", "]", "\u{7f}", "é", "😀"] {
        for count in 0..40 {
            let inner = filler.repeat(count);
            let text = format!("[\"{inner}\", \"{inner}\\\\{inner}\", 1]");
            let elements = parse_value(&text).unwrap().elements().unwrap();
            assert_eq!(elements[0].string().unwrap(), inner);
            assert_eq!(elements[1].string().unwrap(), format!("{inner}\\{inner}"));
            assert_eq!(elements[2].text, "1");
            let error = parse_value(&format!("\"{inner}\u{1f}{inner}\"")).unwrap_err();
            assert_eq!(error.offset, 1 + inner.len(), "{inner}");
        }
    }
}

#[test]
fn syntax_errors_have_a_message_and_an_offset() {
    let cases = [
        ("", 0, "but the text ends"),
        ("{\"a\" 1}", 5, "expected `:`"),
        ("{\"a\": 1 \"b\": 2}", 8, "expected `,` or `}`"),
        ("[1 2]", 3, "expected `,` or `]`"),
        ("{\"a\": yes}", 6, "expected a value, found a bare word"),
        ("{'a': 1}", 1, "expected a key in double quotes"),
        ("[01]", 1, "not a number"),
        ("[1.]", 1, "not a number"),
        ("[\"a\nb\"]", 1, "no closing quote"),
        ("[\"\\q\"]", 2, "not an escape"),
        ("[1] x", 4, "expected the end of the text"),
        ("[1 /* ", 3, "the comment has no end"),
        ("[,1]", 1, "expected a value"),
        ("{\"a\":1,,}", 7, "expected a key"),
        ("\"\u{1}\"", 1, "control character"),
    ];
    for (text, offset, message) in cases {
        let error = parse_value(text).unwrap_err();
        assert!(error.message.contains(message), "{text}: {}", error.message);
        assert_eq!(error.offset, offset, "{text}");
    }
}

#[test]
fn depth_is_bounded() {
    let deep = "[".repeat(MAX_DEPTH) + &"]".repeat(MAX_DEPTH);
    assert!(parse_value(&deep).is_ok());
    let deeper = format!("[{deep}]");
    assert!(parse_value(&deeper).unwrap_err().message.contains("nested deeper"));
    assert!(parse_value(&"[{\"a\":".repeat(100_000)).is_err());
}

#[test]
fn no_bytes_make_it_panic() {
    let alphabet = [
        "{", "}", "[", "]", ":", ",", "\"", "\\", "u00e9", "1", "-", ".", "e", "true", "null", " ", "\n",
        "/", "*", "é",
    ];
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    for _ in 0..50_000 {
        let mut text = String::new();
        for _ in 0..12 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            text.push_str(alphabet[(state % alphabet.len() as u64) as usize]);
        }
        if let Ok(raw) = parse_value(&text) {
            let _ = (raw.string(), raw.elements(), raw.entries());
        }
    }
}

#[test]
fn whole_numbers_are_read_exactly() {
    for (text, whole) in [
        ("0", Some(0)),
        ("-0.0", Some(0)),
        ("0e999999999999999999999", Some(0)),
        ("1e3", Some(1000)),
        ("1200e-2", Some(12)),
        ("-1.50E+1", Some(-15)),
        ("9007199254740993.0", Some(9_007_199_254_740_993)),
        ("1.0000000000000000000001", None),
        ("12e-2", None),
        ("1e38", Some(100_000_000_000_000_000_000_000_000_000_000_000_000)),
        ("1e39", None),
        ("1e9223372036854775807", None),
        ("1e-9223372036854775808", None),
        ("0.1e9223372036854775807", None),
    ] {
        assert_eq!(whole_number(text), whole, "{text}");
    }
}

#[test]
fn compact_json_is_accepted_by_other_readers() {
    let compact = |text| compact(parse_value(text).unwrap()).map_err(|number| (number.start, number.text));
    assert_eq!(compact(r#" { "a\/b" : [ 1.50, "\ud800" ], } "#).unwrap(), "{\"a/b\":[1.50,\"\u{fffd}\"]}");
    assert_eq!(compact("[1e308, 1e999]"), Err((8, "1e999")));
}
