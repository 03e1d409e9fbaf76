//! `docs sync` on damaged tables: a table that docutils rejects is repaired with the words of each cell, or left.

use std::io::Write as _;
use std::process::{Command, Stdio};

use settings_core::docs;
use settings_rst::{self as rst, Dialect};
use settings_tests::left_out;
use settings_tests::random::Random;

const TABLES: usize = 10_000;

const WORDS: [&str; 16] = [
    "a",
    "port",
    "SMTP",
    "465",
    "server",
    "``true``",
    "**bold**",
    "naïve",
    "監視",
    "x-y",
    "- item",
    "|icon|",
    "``a | b``",
    "The",
    "name.",
    "é",
];

/// A table of one or two columns, with rows of one or more lines and notes that span it.
fn table(random: &mut Random) -> Vec<String> {
    let text = |random: &mut Random, most: usize| {
        let words: Vec<&str> = (0..random.below(most + 1)).map(|_| random.pick(&WORDS)).collect();
        words.join(" ")
    };
    let columns = 1 + random.below(4).min(1);
    let mut rows: Vec<Vec<(String, Option<String>)>> = Vec::new();
    for _ in 0..1 + random.below(4) {
        let is_note = columns == 1 || random.below(5) == 0;
        let lines = (0..1 + random.below(3)).map(|_| {
            let left = text(random, 4);
            (left, (!is_note).then(|| text(random, 4)))
        });
        rows.push(lines.collect());
    }
    let width = |text: &str| rst::width::column_width(text);
    let flat = || rows.iter().flatten();
    let left = flat().filter(|(_, right)| columns == 1 || right.is_some()).map(|(left, _)| width(left)).max();
    let right = flat().filter_map(|(_, right)| right.as_deref()).map(width).max();
    let note = flat().filter(|(_, right)| right.is_none()).map(|(left, _)| width(left)).max().unwrap_or(0);
    let left = left.unwrap_or(1).max(1) + 2;
    let right = (right.unwrap_or(1).max(1) + 2).max((note + 2).saturating_sub(left + 1));
    let border = match columns {
        1 => format!("+{}+", "-".repeat(left)),
        _ => format!("+{}+{}+", "-".repeat(left), "-".repeat(right)),
    };
    let padded = |text: &str, columns: usize| format!(" {text}{}", " ".repeat(columns - 1 - width(text)));
    let mut lines = vec![border.clone()];
    for row in &rows {
        for (a, b) in row {
            lines.push(match (b, columns) {
                (Some(b), _) => format!("|{}|{}|", padded(a, left), padded(b, right)),
                (None, 1) => format!("|{}|", padded(a, left)),
                (None, _) => format!("|{}|", padded(a, left + 1 + right)),
            });
        }
        lines.push(border.clone());
    }
    lines
}

/// One slip.
fn damaged(lines: &[String], random: &mut Random) -> Vec<String> {
    let mut lines = lines.to_vec();
    let row = random.below(lines.len());
    let last = lines.len() - 1;
    let edit = |line: &str, random: &mut Random| {
        let mut chars: Vec<char> = line.chars().collect();
        let at = random.below(chars.len());
        match random.below(4) {
            0 => drop(chars.remove(at)),
            1 => chars.insert(at, random.pick(&[' ', 'x', '|', '-', '+', 'é'])),
            2 => chars[at] = random.pick(&[' ', 'x', '|', '-', '+']),
            _ => {
                // A bar that moved.
                if let Some(bar) = chars.iter().skip(1).position(|c| *c == '|').map(|bar| bar + 1) {
                    chars.remove(bar);
                    let to = (bar + random.below(5)).saturating_sub(2).clamp(1, chars.len());
                    chars.insert(to, '|');
                }
            }
        }
        chars.into_iter().collect::<String>()
    };
    match random.below(10) {
        0 => {
            let keep = random.below(lines[last].len());
            lines[last].truncate(keep.max(1));
        }
        1 => drop(lines.pop()),
        2 => lines[row].push_str(" # note"),
        3 => {
            let text = lines[row].trim_end_matches(['|', ' ']).to_owned();
            lines[row] = text;
        }
        _ => lines[row] = edit(&lines[row], random),
    }
    lines
}

/// The cells of the only table of a page, if docutils accepts it and nothing else is on the page.
fn cells(lines: &[&str]) -> Option<Vec<String>> {
    let document = rst::parse(&lines.join("\n"), Dialect::Docutils);
    let mut tables = document.tables();
    let table = tables.next().filter(|table| table.error().is_none())?;
    let others = document.root().children().filter(|node| node.tag() != rst::Tag::SystemMessage).count();
    if others != 1 {
        return None;
    }
    let cells = table.cells().map(|cell| {
        let lines = cell.lines().map(|line| line.text().split_whitespace().collect::<Vec<_>>().join(" "));
        lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
    });
    Some(cells.collect())
}

/// The number of characters by which two texts differ at most: the length of what lies between their common ends.
fn difference(a: &str, b: &str) -> usize {
    let ink = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<Vec<_>>();
    let (a, b) = (ink(a), ink(b));
    let start = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let end = a[start..].iter().rev().zip(b[start..].iter().rev()).take_while(|(a, b)| a == b).count();
    a.len().max(b.len()) - start - end
}

#[test]
fn damaged_tables_keep_their_words_or_are_left() {
    let mut random = Random::seeded(0x7AB1_E500);
    let (mut refused, mut repaired) = (0, 0);
    let mut pages: Vec<String> = Vec::new();
    let mut wrong = Vec::new();
    for _ in 0..TABLES {
        let good = table(&mut random);
        let bad = damaged(&good, &mut random);
        let want = cells(&good.iter().map(String::as_str).collect::<Vec<_>>());
        let before = cells(&bad.iter().map(String::as_str).collect::<Vec<_>>());
        let text = bad.join("\n") + "\n";
        let synced = docs::sync("page.rst", text.as_bytes(), None).unwrap();
        let out = String::from_utf8(synced.bytes).unwrap();
        refused += usize::from(before.is_none());
        if out == text {
            continue;
        }
        let after = cells(&out.lines().collect::<Vec<_>>());
        if before.is_none() && after.is_some() {
            repaired += 1;
            pages.push(out.clone());
        }
        // Blanks at line ends are removed in any case.
        let Some(after) = after.filter(|after| Some(after) != before.as_ref()) else { continue };
        let Some(want) = want else { continue };
        let filled =
            |cells: Vec<String>| cells.into_iter().filter(|cell| !cell.is_empty()).collect::<Vec<_>>();
        let (want, after) = (filled(want), filled(after));
        let differing: Vec<usize> =
            want.iter().zip(&after).map(|(a, b)| difference(a, b)).filter(|count| *count > 0).collect();
        // A slip changes at most one cell, by one character.
        if want.len() != after.len() || differing.len() > 1 || differing.iter().any(|count| *count > 1) {
            wrong.push(format!("{}\n\n{text}\n{out}", good.join("\n")));
        }
    }
    println!("{TABLES} tables, {refused} rejected, {repaired} repaired");
    assert!(wrong.is_empty(), "{} tables:\n{}", wrong.len(), wrong[..wrong.len().min(10)].join("\n----\n"));
    assert!(refused > TABLES / 4, "{refused}");
    assert!(repaired * 4 > refused, "{repaired} of {refused}");
    accepted_by_docutils(&pages);
}

/// Reads pages, divided by form feeds, and prints for each whether docutils has a message about its table.
const SCRIPT: &str = r#"
import sys
from docutils.core import publish_doctree
from docutils import nodes
for number, page in enumerate(sys.stdin.read().split("\f")):
    tree = publish_doctree(page, settings_overrides={"report_level": 5, "halt_level": 5})
    texts = [message.astext() for message in tree.findall(nodes.system_message)]
    tables = list(tree.findall(nodes.table))
    if len(tables) != 1 or any("table" in text for text in texts):
        print(number, texts)
"#;

/// The repaired tables, read by docutils itself.
fn accepted_by_docutils(pages: &[String]) {
    let Some(python) = std::env::var_os("SETTINGS_PYTHON") else {
        return left_out("damaged_tables_keep_their_words_or_are_left", "docutils (SETTINGS_PYTHON)");
    };
    let mut run = Command::new(python)
        .args(["-c", SCRIPT])
        .env("PYTHONIOENCODING", "utf-8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python starts");
    let input = pages.join("\u{c}");
    let mut stdin = run.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = run.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success());
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "", "docutils rejects tables");
}
