//! Random and damaged pages: our tree against the tree of docutils, in both dialects.
//!
//! Needs `SETTINGS_PYTHON` (docutils 0.23). `SETTINGS_FUZZ_PAGES` sets the number of pages (default 3,000).

use std::fmt::Write as _;

use serde_json::{Value, json};
use settings_rst::{self as rst, Dialect};
use settings_tests::random::Random;

use crate::support;

const TITLES: &[&str] = &["T", "Intro", "Sub", "A *b* c", "Longer title"];
const ADORNMENTS: &[char] = &['=', '-', '~', '.', '^'];
const TEXTS: &[&str] = &[
    "text",
    "*emphasis* and ``literal``",
    "a `role`:ref: and :unknown:`x`",
    "`plain`",
    ":code:`c` :pep:`8` :rfc:`1#s`",
    "open *text",
    "a_ `b c`_ |s| [1]_ [#]_",
    "https://example.org and a@b.c",
    "_`target` here",
    "`x <y_>`_ and `x <https://z>`_",
    "two\nlines",
    "literal follows::",
    "A :my:`x` role",
];
const DIRECTIVES: &[&str] = &[
    "note::",
    "only:: html",
    "tab:: Name",
    "unknown:: an argument",
    "admonition:: Title",
    "container:: c",
    "topic:: Topic",
    "sidebar:: Side",
    "code-block:: json",
    "class:: c",
    "compound::",
    "epigraph::",
    "parsed-literal::",
    "figure:: i.png",
    "table:: Caption",
    "header::",
    "rubric:: R",
    "math::",
    "raw:: html",
    "line-block::",
];
const SINGLE: &[&str] = &[
    ".. default-role:: any",
    ".. default-role:: emphasis",
    ".. default-role::",
    ".. role:: my",
    ".. role:: my(any)",
    ".. role:: my(emphasis)\n   :class: k",
    ".. role:: my(code)\n   :language: x",
    ".. _a: https://example.org",
    ".. _a: b_",
    ".. _a:",
    "__ https://example.org",
    ".. [1] Note",
    ".. [#] Auto",
    ".. [c]",
    ".. |s| replace:: text",
    ".. |s| image:: i.png",
    ".. |s| any:: i.png",
    ".. a comment",
    "..",
    ".. contents::",
    ".. contents:: Title\n   :local:",
    ".. image:: i.png\n   :alt: x\n   :name: a",
    ".. note:: x\n   :name: a",
    ".. unknown::\n   :option: value",
    ".. csv-table::\n\n   a, \"b\"\n   c, *d*",
    ".. list-table::\n\n   * - a\n     - b\n   * - c\n     - d",
    ".. meta::\n   :k: v",
    "----",
    "::",
    "=====  =====\na      b\n=====  =====",
    "+---+---+\n| a | b |\n+---+---+",
    "| a\n|   b\n| c",
    ">>> 1\n1",
    "-a  option\n--b=C  other",
    ":f: x\n:g: y",
    "1. a\n2. b",
    "term : class\n  definition",
    ".. toctree::\n\n   a",
];

fn indented(text: &str, first: &str, rest: &str) -> String {
    let mut out = String::new();
    for (i, line) in text.lines().enumerate() {
        let prefix = if i == 0 { first } else { rest };
        let line = if line.is_empty() { String::new() } else { format!("{prefix}{line}") };
        let _ = writeln!(out, "{}", line.trim_end());
    }
    out
}

fn title(random: &mut Random) -> String {
    let title = random.pick(TITLES);
    let width = title.len() - usize::from(random.below(8) == 0);
    let line: String = std::iter::repeat_n(random.pick(ADORNMENTS), width.max(1)).collect();
    if random.below(5) == 0 { format!("{line}\n{title}\n{line}\n") } else { format!("{title}\n{line}\n") }
}

/// One block; nested ones contain more.
fn block(random: &mut Random, depth: usize) -> String {
    let nested = |random: &mut Random| {
        let count = 1 + random.below(3);
        (0..count).map(|_| block(random, depth + 1)).collect::<Vec<_>>().join("\n")
    };
    let kind = random.below(if depth > 3 { 5 } else { 13 });
    match kind {
        0 | 1 => format!("{}\n", random.pick(TEXTS)),
        2 | 3 => format!("{}\n", random.pick(SINGLE)),
        4 | 5 => title(random),
        6 => indented(&nested(random), "- ", "  "),
        7 => indented(&nested(random), "1. ", "   "),
        8 => indented(&nested(random), "   ", "   "),
        9 => format!("term\n{}", indented(&nested(random), "  ", "  ")),
        10 => indented(&nested(random), ":field: ", "  "),
        _ => {
            let body = indented(&nested(random), "   ", "   ");
            format!(".. {}\n\n{body}", random.pick(DIRECTIVES))
        }
    }
}

/// Makes some small changes: lines removed, doubled, moved in or out, characters removed.
fn damaged(random: &mut Random, page: &str) -> String {
    let mut lines: Vec<String> = page.lines().map(str::to_owned).collect();
    for _ in 0..random.below(3) {
        if lines.is_empty() {
            break;
        }
        let at = random.below(lines.len());
        match random.below(5) {
            0 => drop(lines.remove(at)),
            1 => lines.insert(at, lines[at].clone()),
            2 => lines[at].insert(0, ' '),
            3 => lines[at] = lines[at].strip_prefix(' ').unwrap_or(&lines[at]).to_owned(),
            _ => drop(lines[at].pop()),
        }
    }
    lines.join("\n") + "\n"
}

#[test]
fn random_pages_have_docutils_trees() {
    let Some(python) = support::python("random pages against docutils") else { return };
    let count = std::env::var("SETTINGS_FUZZ_PAGES")
        .map_or(3_000, |count| count.parse().expect("SETTINGS_FUZZ_PAGES"));
    let mut random = Random::seeded(0x7EE5);
    let pages: Vec<(String, Dialect)> = (0..count)
        .map(|i| {
            let blocks = 1 + random.below(6);
            let page = (0..blocks).map(|_| block(&mut random, 0)).collect::<Vec<_>>().join("\n");
            let page = damaged(&mut random, &page);
            (page, if i % 2 == 0 { Dialect::Sphinx } else { Dialect::Docutils })
        })
        .collect();
    let input: Value = pages
        .iter()
        .map(|(source, dialect)| {
            let dialect = if *dialect == Dialect::Sphinx { "sphinx" } else { "docutils" };
            json!({ "source": source, "dialect": dialect })
        })
        .collect();
    let script = support::root().join("tests/rst/trees.py");
    let trees: Vec<Option<String>> =
        serde_json::from_str(&support::run_with(&python, &[&script], input.to_string())).expect("JSON");
    let mut compared = 0;
    let mut unequal = Vec::new();
    for ((source, dialect), theirs) in pages.iter().zip(trees) {
        let Some(theirs) = theirs else { continue };
        compared += 1;
        let ours = rst::pformat(&rst::parse(source, *dialect));
        if ours != theirs {
            unequal.push(format!("{dialect:?}\n{source}\n--- docutils\n{theirs}\n--- ours\n{ours}"));
        }
    }
    unequal.sort_by_key(String::len);
    if let Some(path) = std::env::var_os("SETTINGS_FUZZ_REPORT") {
        std::fs::write(path, unequal.join("\n=======\n")).expect("a report");
    }
    println!("{compared} pages compared, {} differ", unequal.len());
    assert!(compared > count * 9 / 10, "docutils failed on {} of {count} pages", count - compared);
    assert!(unequal.is_empty(), "{} differ, the shortest:\n{}", unequal.len(), unequal[0]);
}
