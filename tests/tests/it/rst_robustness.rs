//! No input makes the parser panic, hang, or use more than linear time.

use std::time::{Duration, Instant};

use settings_rst::{self as rst, Dialect};
use settings_tests::random::Random;

/// Long enough for any machine, far too short for quadratic work.
const LIMIT: Duration = Duration::from_secs(120);

const PIECES: &[&str] = &[
    "a",
    "word",
    " ",
    "  ",
    "    ",
    "\n",
    "\n\n",
    "\t",
    "\r\n",
    "\u{b}",
    "\u{85}",
    "\u{2028}",
    "\u{a0}",
    "\0",
    "é",
    "郵",
    "e\u{301}",
    "✅",
    "\u{200d}",
    "\\",
    "\\ ",
    "*",
    "**",
    "`",
    "``",
    "_",
    "__",
    "|",
    "||",
    "_`",
    "[1]_",
    "[#a]_",
    "[*]_",
    "[c]_",
    ":r:`",
    "`:r:",
    "<",
    ">",
    "`x <y>`_",
    "`x <y_>`__",
    "http://a.b/c?d#e",
    "mailto:a@b",
    "- ",
    "* ",
    "+ ",
    "• ",
    "1. ",
    "(a) ",
    "iv) ",
    "#. ",
    ":f: ",
    ":f\\: ",
    "-a  b",
    "--long=ARG  b",
    "/V  b",
    ">>> ",
    "| ",
    "====",
    "----",
    "~~~~",
    "====  ====",
    "+---+",
    "+---+---+",
    "| a | b |",
    "+===+",
    "|",
    "+",
    "-",
    "=",
    "::",
    "..",
    ".. ",
    ".. [1] ",
    ".. [#] ",
    ".. [c] ",
    ".. _t: ",
    ".. _`t u`: ",
    "__ ",
    ".. |s| replace:: ",
    ".. |i| image:: x",
    ".. |u| unicode:: 0x41",
    ".. |d| date::",
    ".. note::",
    ".. admonition:: t",
    ".. table:: t",
    ".. list-table::",
    ".. csv-table::",
    "   * - a",
    "     - b",
    "   a,\"b",
    ".. image:: i",
    ".. figure:: i",
    "   :alt: x",
    "   :widths: 1 2",
    ".. role:: r(raw)",
    "   :format: html",
    ".. default-role:: r",
    ".. class:: c",
    ".. container:: c",
    ".. topic:: t",
    ".. sidebar::",
    ".. rubric:: r",
    ".. raw:: html",
    ".. math::",
    ".. code:: x",
    ".. parsed-literal::",
    ".. line-block::",
    ".. epigraph::",
    ".. contents::",
    ".. sectnum::",
    ".. header:: h",
    ".. footer:: f",
    ".. meta::",
    "   :a b=\"c\": d",
    ".. title:: t",
    ".. target-notes::",
    ".. unknown:: u",
    "-- who",
    "\u{2014} who",
];

fn random_page(random: &mut Random) -> String {
    let mut page = String::new();
    for _ in 0..random.below(60) {
        page.push_str(random.pick(PIECES));
        if random.below(3) == 0 {
            page.push('\n');
            page.extend(std::iter::repeat_n(' ', random.below(5)));
        }
    }
    page
}

fn read(page: &str) {
    for dialect in [Dialect::Docutils, Dialect::Sphinx] {
        let document = rst::parse(page, dialect);
        let printed = rst::pformat(&document);
        assert!(printed.starts_with("<document"), "{page:?}");
        for node in document.descendants() {
            assert!(document.source().get(node.span()).is_some(), "{:?} of {page:?}", node.span());
        }
        for line in document.tables().flat_map(|table| table.cells()).flat_map(|cell| cell.lines()) {
            assert!(document.source().get(line.span()).is_some(), "{page:?}");
        }
        for directive in document.directives() {
            assert!(document.source().get(directive.span()).is_some(), "{page:?}");
        }
        assert!(rst::tables_json(&document)["tables"].is_array());
    }
}

#[test]
fn random_markup_parses() {
    let mut random = Random::seeded(0x5EED_2026_1122);
    for _ in 0..20_000 {
        read(&random_page(&mut random));
    }
}

#[test]
fn random_bytes_parse() {
    let mut random = Random::seeded(0xB17E5);
    for _ in 0..5_000 {
        let bytes: Vec<u8> = (0..random.below(200)).map(|_| random.number() as u8).collect();
        read(&String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn mutated_pages_parse() {
    let mut random = Random::seeded(0x1DEA);
    let mut pages: Vec<String> =
        (0..50).map(|_| (0..6).map(|_| random_page(&mut random)).collect()).collect();
    for _ in 0..5_000 {
        let at = random.below(pages.len());
        let page = &pages[at];
        let cut = |random: &mut Random| page.floor_char_boundary(random.below(page.len() + 1));
        let (from, to) = (cut(&mut random), cut(&mut random));
        let mutated = format!("{}{}{}", &page[..from.min(to)], random.pick(PIECES), &page[from.max(to)..]);
        read(&mutated);
        pages[at] = if mutated.len() < 40 { random_page(&mut random) } else { mutated };
    }
}

/// Returns a source of about the given length.
type Source = fn(usize) -> String;

/// Sources that would take quadratic time if any part were searched or copied twice.
fn hostile() -> Vec<(&'static str, Source)> {
    vec![
        ("open emphasis", |n| "*a ".repeat(n / 3)),
        ("open strong", |n| "**a ".repeat(n / 4)),
        ("open literals", |n| "``a ".repeat(n / 4)),
        ("open phrases", |n| "`a ".repeat(n / 3)),
        ("open substitutions", |n| "|a ".repeat(n / 3)),
        ("open targets", |n| "_`a ".repeat(n / 4)),
        ("names", |n| "a_b-".repeat(n / 4)),
        ("role colons", |n| format!("{}`x`", ":".repeat(n))),
        ("roles", |n| ":a:`".repeat(n / 4)),
        ("brackets", |n| format!("{}]_", "[".repeat(n))),
        ("schemes", |n| "a:".repeat(n / 2)),
        ("mail", |n| "a@".repeat(n / 2)),
        ("mail dots", |n| format!("{}@", "a.".repeat(n / 2))),
        ("angle brackets", |n| format!("{}>`_", "`a <".repeat(n / 4))),
        ("backslashes", |n| "\\".repeat(n)),
        ("tabs", |n| "\t".repeat(n)),
        ("blank lines", |n| "\n".repeat(n)),
        ("one word", |n| "a".repeat(n)),
        ("nested bullets", |n| "- ".repeat(n / 2)),
        ("nested directives", |n| ".. note:: ".repeat(n / 10)),
        ("bullets", |n| "- a\n".repeat(n / 4)),
        ("definitions", |n| "a\n b\n".repeat(n / 5)),
        ("short overlines", |n| "==\n".repeat(n / 3)),
        ("sections of one name", |n| "a\n=\n\n".repeat(n / 5)),
        ("target lines", |n| format!(".. _{}", "a\n   ".repeat(n / 5))),
        ("substitution lines", |n| format!(".. |{}", "a\n   ".repeat(n / 5))),
        ("targets of one name", |n| ".. _a: b\n".repeat(n / 9)),
        ("attributions", |n| format!(" a\n\n{}", " -- b\n  c\n   d\n\n".repeat(n / 18))),
        ("options", |n| {
            format!(".. x::\n{}", (0..n / 12).map(|i| format!("   :a{i}: b\n")).collect::<String>())
        }),
        ("metadata", |n| ".. meta::\n   :a: b\n\n".repeat(n / 20)),
        ("derived roles", |n| (0..n / 20).map(|i| format!(".. role:: a{}(a{i})\n\n", i + 1)).collect()),
        ("tall table", |n| format!("+---+\n{}+---+", "| a |\n".repeat(n / 6))),
        ("rows", |n| format!("+---+---+\n{}", "| a | b |\n+---+---+\n".repeat(n / 20))),
        ("crossings", |n| {
            let side = n.isqrt();
            let row = format!("+-{}-+\n", "+".repeat(side));
            format!("{row}{}{row}", format!("{}\n", "+".repeat(side + 4)).repeat(side))
        }),
        ("borders", |n| format!("{}x", "+---+\n".repeat(n / 6))),
        ("open simple tables", |n| "=== ===\na\n".repeat(n / 10)),
        ("messages", |n| "*a\n\n".repeat(n / 4)),
    ]
}

/// Returns the cost of a page: the nodes of its tree and the characters of its printed form.
fn cost(page: &str) -> usize {
    let document = rst::parse(page, Dialect::Sphinx);
    document.descendants().count() + rst::pformat(&document).len()
}

#[test]
fn twice_the_input_is_twice_the_work() {
    for (name, source) in hostile() {
        let started = Instant::now();
        let (once, twice) = (cost(&source(20_000)), cost(&source(40_000)));
        assert!(twice <= 3 * once + 10_000, "{name}: {once}, then {twice}");
        let long = rst::parse(&source(200_000), Dialect::Sphinx);
        assert!(long.source().len() > 100_000, "{name}");
        let took = started.elapsed();
        assert!(took < LIMIT, "{name}: {took:?}");
    }
}
