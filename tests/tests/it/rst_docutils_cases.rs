//! Docutils' own parser tests: our printed tree must be equal to docutils'.
//!
//! Needs `SETTINGS_PYTHON`, a Python with docutils 0.23 and pip (the sources of the tests are fetched once).

use std::collections::BTreeMap;

use serde_json::Value;
use settings_rst::{self as rst, Dialect, Options};

use crate::support;

/// The share of the cases without special settings that must be equal.
const PLAIN_FLOOR: f64 = 0.94;
/// The share of the cases with settings of the parser that must be equal.
const SUPPORTED_FLOOR: f64 = 0.89;

/// Constructs that must be equal in every case that neither reads another file nor highlights code.
const COMPLETE: &[&str] = &[
    "block_quotes",
    "bullet_lists",
    "citations",
    "comments",
    "definition_lists",
    "directives/admonitions",
    "directives/images",
    "directives/figures",
    "directives/tables",
    "directives/topics",
    "doctest_blocks",
    "east_asian_text",
    "enumerated_lists",
    "field_lists",
    "footnotes",
    "inline_markup",
    "interpreted",
    "line_blocks",
    "literal_blocks",
    "option_lists",
    "paragraphs",
    "section_headers",
    "substitutions",
    "tables",
    "targets",
    "transitions",
];

#[derive(Default)]
struct Count {
    cases: usize,
    equal: usize,
    outside: usize,
}

/// Returns the options for the settings of a case, if the parser has them all.
fn options(settings: &Value) -> Option<Options> {
    let mut options = Options::new(Dialect::Docutils);
    for (name, value) in settings.as_object()? {
        match name.as_str() {
            "legacy_ids" => options.legacy_ids = value.as_bool()?,
            "character_level_inline_markup" => options.character_level = value.as_bool()?,
            "line_length_limit" => options.line_length_limit = Some(value.as_u64()? as usize),
            // Affects the terminal output, not the tree.
            "report_level" => {}
            _ => return None,
        }
    }
    Some(options)
}

/// Returns true if docutils read another file or highlighted code, which the parser does not do.
fn is_outside(source: &str, tree: &str) -> bool {
    let reads = ["include::", ":file:", ":url:"].iter().any(|mark| source.contains(mark));
    let highlights = source.contains("code") && tree.contains("<inline classes=");
    reads || highlights
}

#[test]
fn trees_are_equal_to_docutils() {
    let Some(python) = support::python("docutils' own parser tests") else { return };
    let root = support::root();
    let folder = root.join("target").join("docutils-cases");
    let script = root.join("tests/rst/docutils_cases.py");
    let cases: Value = serde_json::from_str(&support::run(&python, &[&script, &folder])).expect("JSON");
    let mut groups: BTreeMap<&str, Count> = BTreeMap::new();
    let (mut plain, mut supported) = (Count::default(), Count::default());
    let mut unequal = Vec::new();
    for case in cases.as_array().expect("a list of cases") {
        let text = |name: &str| case[name].as_str().expect("a text");
        let Some(options) = options(&case["settings"]) else { continue };
        let (group, source, expected) = (text("group"), text("source"), text("tree"));
        let equal = rst::pformat(&rst::parse_with(source, options)) == expected;
        let outside = is_outside(source, expected);
        let is_plain = case["settings"].as_object().is_some_and(|settings| settings.is_empty());
        let count = groups.entry(group).or_default();
        for count in [Some(count), is_plain.then_some(&mut plain), Some(&mut supported)].into_iter().flatten()
        {
            count.cases += 1;
            count.equal += usize::from(equal);
            count.outside += usize::from(!equal && outside);
        }
        if !equal && !outside && COMPLETE.contains(&group) {
            unequal.push(format!("{group}:\n{source}"));
        }
    }
    for (name, count) in groups
        .iter()
        .map(|(name, count)| (*name, count))
        .chain([("without special settings", &plain), ("with the settings the parser has", &supported)])
    {
        let outside = match count.outside {
            0 => String::new(),
            outside => format!(", {outside} that read files or highlight code"),
        };
        println!("{name:40} {:4} of {:4}{outside}", count.equal, count.cases);
    }
    assert!(plain.cases > 450, "only {} cases were found", plain.cases);
    assert!(unequal.is_empty(), "{} unequal:\n{}", unequal.len(), unequal.join("\n----\n"));
    let share = |count: &Count| count.equal as f64 / count.cases as f64;
    assert!(share(&plain) >= PLAIN_FLOOR, "{:.3} of the plain cases are equal", share(&plain));
    assert!(
        share(&supported) >= SUPPORTED_FLOOR,
        "{:.3} of the supported cases are equal",
        share(&supported)
    );
}
