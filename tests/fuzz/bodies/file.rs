//! Any bytes as the configuration file.

use settings_core::resolve::{Code, Layers, resolve};
use settings_core::value::json::MAX_DEPTH;

use super::program::{Program, holds};

pub const SEEDS: &[&str] = &[
    "{\n  \"Net\": {\"Port\": 443, \"TLS\": true, \"Number\": -7, \"Ratio\": 1e-3, \"Text\": \"a\\u00e9\\n\"},\n  \"Spare\": {}\n}\n",
    "\u{feff}{ // c\n \"net\": {\"port\": \"80\", \"Pattern\": \"b-22\", \"Site\": \"https://a.example.com\", /* d */ \"Wait\": \"1h30m\",},}",
    "{\"Net\": {\"Level\": \"\", \"Levels\": [\"low\", \"\"], \"Counts\": {\"a\": [1, 255]}, \"Perhaps\": null, \"Any\": {\"x\": [1.5, null]}}}",
    "{\"Net\": {\"Key\": \"s\", \"Keys\": [\"s\\\"\", \"t\"], \"Kee\": \"u\", \"Size\": \"10MB\", \"Email\": \"x@y.z\", \"Listen\": \"[::1]:1\"}}",
    "{\"Relays\": [{\"Host\": \"a\", \"Ports\": [25, 587], \"Key\": \"k\"}, {}], \"Named\": {\"b\": {\"Ports\": [0]}}, \"Old\": {\"Port\": 1}}",
    "{\"Net\": {\"Prot\": 1, \"Port\": 99999, \"Port\": 2, \"TLS\": \"yes\"}, \"Other\": 1, \"$schema\": \"x\", \"Spare\": null}",
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
    "\\u12",
    "\\ud800",
    "//",
    "/*",
    "*/",
    "\n",
    "null",
    "true",
    "1e999",
    "-0",
    "01",
    "99999999999999999999",
    "0.5",
    "\"Net\": {",
    "\"Port\":",
    "\"Key\":",
    "\"k\"",
    "\u{feff}",
    "é",
    "\u{2028}",
    "\0",
    "'",
    "\"Spare\":",
    "\"Relays\": [{",
    "\"Named\": {\"a\": {",
    "\"Counts\": {",
];

pub fn run(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let resolution = resolve::<Program>(Layers::new().file("config.json", &*text));
    holds(&resolution);
    let is_refused =
        resolution.report().diagnostics().iter().any(|it| matches!(it.code, Code::Syntax | Code::EmptyFile));
    if let Ok(parsed) = serde_json::from_str::<serde_json::Value>(&text)
        && depth(&parsed) < MAX_DEPTH
    {
        assert!(!is_refused, "JSON is refused:\n{}", resolution.report());
    }
    // twice the same file is the file once
    let twice = Layers::new().custom_defaults("defaults.json", &*text).file("config.json", &*text);
    let twice = resolve::<Program>(twice);
    let shown = |of: &settings_core::resolve::Resolution<Program>| {
        of.settings().map(|it| it.shown()).collect::<Vec<_>>()
    };
    assert_eq!(shown(&twice), shown(&resolution));
    assert_eq!(twice.report().has_errors(), resolution.report().has_errors());
    !is_refused
}

fn depth(value: &serde_json::Value) -> usize {
    match value {
        serde_json::Value::Array(values) => 1 + values.iter().map(depth).max().unwrap_or(0),
        serde_json::Value::Object(entries) => 1 + entries.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}
