//! Tables made wrong.

use settings_core::docs::model::Span;
use settings_tests::random::Random;

use super::changes::Change;
use super::good::{Good, line_of};

pub(crate) fn grids(good: &Good<'_>, table: Span, random: &mut Random, all: &mut Vec<Option<Change>>) {
    let text = &good.page.text;
    let raw = &text[table.range()];
    let mut starts = vec![table.start];
    starts.extend(raw.match_indices('\n').map(|(at, _)| table.start + at + 1));
    let lines: Vec<(usize, &str)> =
        starts.iter().map(|start| (*start, text[*start..].split('\n').next().unwrap().trim_end())).collect();
    let border = lines[0].1;
    let inner = border.match_indices('+').nth(1).map(|(at, _)| at).filter(|at| at + 1 < border.len());
    let whole = |change: &str, kind: &'static str, at: usize, length: usize, line: usize| {
        let mut out = text.clone();
        out.replace_range(at..at + length, change);
        let line = line_of(text, lines[line].0);
        Some(Change { kind, text: out, rules: &["malformed-table"], lines: (line, line) })
    };
    let rows: Vec<usize> =
        (1..lines.len()).filter(|i| lines[*i].1.starts_with('|') && lines[*i].1.is_ascii()).collect();
    if rows.is_empty() {
        return;
    }
    let row = rows[random.below(rows.len())];
    let (start, line) = lines[row];
    let last = start + line.len() - 1;
    if line.ends_with(" |") {
        all.push(whole("", "a row too short", last - 1, 1, row));
    }
    all.push(whole("   ", "a row too long", last, 0, row));
    let Some(inner) = inner else { return };
    let bottom = lines.len() - 1;
    // Which of a border's corners is one too many is not for this test to say.
    if border.matches('+').count() > 3 {
        return;
    }
    // Rows that span the table have no bar to lose; a table of one row pairs has.
    let pairs = |row: &usize| lines[*row].1.as_bytes().get(inner) == Some(&b'|');
    if rows.iter().all(pairs) {
        let at = lines[bottom].0 + inner;
        all.push(
            whole("-", "a corner missing below", at, 1, bottom)
                .map(|change| Change { lines: good.lines, ..change }),
        );
        all.push(
            whole("-", "a corner missing above", lines[0].0 + inner, 1, 0)
                .map(|change| Change { lines: good.lines, ..change }),
        );
        if rows.len() > 2 && line.get(inner - 1..inner + 2) == Some(" | ") {
            all.push(
                whole(" ", "a bar missing", start + inner, 1, row)
                    .map(|change| Change { lines: good.lines, ..change }),
            );
        }
    }
    // A wider column is a matter of taste.
    if lines.iter().all(|(_, line)| line.is_ascii() && line.len() == border.len()) {
        let wider: Vec<String> = lines
            .iter()
            .map(|(_, line)| {
                let (head, tail) = line.split_at(line.len() - 1);
                format!("{head}{}{tail}", if line.starts_with('+') { "--" } else { "  " })
            })
            .collect();
        let mut out = text.clone();
        out.replace_range(table.start..lines[bottom].0 + lines[bottom].1.len(), &wider.join("\n"));
        all.push(Some(Change {
            kind: "no mistake: a wider column",
            text: out,
            rules: &[],
            lines: good.lines,
        }));
    }
}
