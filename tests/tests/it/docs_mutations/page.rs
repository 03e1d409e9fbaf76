//! A page made wrong as a whole.

use settings_core::docs::PageRead;
use settings_core::docs::model::{Entry, Fact, Part};

use super::changes::Change;
use super::good::{Good, line_of};

/// Changes of the page as a whole.
pub(crate) fn page_changes(page: &PageRead, goods: &[Good<'_>]) -> Vec<Change> {
    let text = &page.text;
    let mut all = Vec::new();
    let ids: Vec<&Fact<String>> =
        goods.iter().filter_map(|good| good.directive).map(|directive| &directive.id).collect();
    if let [first, .., last] = ids.as_slice()
        && !text[..first.span.start].contains(&format!(":: {}\n", first.value))
    {
        let mut out = text.clone();
        out.replace_range(last.span.range(), &first.value);
        let line = line_of(text, last.span.start);
        all.push(Change {
            kind: "an anchor twice",
            text: out,
            rules: &["duplicate-id"],
            lines: (line, line),
        });
    }
    let prose = page.page.entries.iter().flat_map(Entry::parts).find_map(|placed| match &placed.part {
        Part::Text(_) => {
            let raw = &text[placed.span.range()];
            let ends = raw.match_indices(". ").map(|(at, _)| at);
            let mut after_word = ends.filter(|at| raw[..*at].ends_with(|c: char| c.is_alphabetic()));
            after_word.next().map(|at| placed.span.start + at)
        }
        _ => None,
    });
    if let Some(at) = prose {
        let line = line_of(text, at);
        let mut out = text.clone();
        out.insert_str(at, "â€™");
        all.push(Change { kind: "decoded twice", text: out, rules: &["encoding"], lines: (line, line) });
    }
    if text.ends_with('\n') && !text.ends_with("\n\n") {
        let out = text.trim_end().to_owned();
        let line = line_of(text, out.len());
        all.push(Change {
            kind: "no final line end",
            text: out,
            rules: &["final-newline"],
            lines: (line, line),
        });
    }
    all.push(Change {
        kind: "no mistake: CR LF",
        text: text.replace('\n', "\r\n"),
        rules: &[],
        lines: (0, 0),
    });
    all
}
