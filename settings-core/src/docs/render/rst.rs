//! A page in reStructuredText.

use crate::docs::layout::part;
use crate::docs::model::{Page, Placed};
use crate::docs::read;

const RULE_GAP: &str = "\n";

/// The whole page.
pub(super) fn page(page: &Page) -> String {
    let mut out = page.metadata.join("\n");
    for placed in page.entries.iter().flat_map(|entry| entry.parts()) {
        match &placed.gap {
            Some(gap) => {
                end_line(&mut out);
                out.push_str(gap);
            }
            None if out.is_empty() => {}
            None => {
                end_line(&mut out);
                out.push_str(RULE_GAP);
            }
        }
        out.push_str(&text_of(placed, page.layout.keys_apart));
    }
    out.push_str(page.layout.end.as_deref().unwrap_or("\n"));
    if page.layout.crlf {
        out = out.replace('\n', "\r\n");
    }
    if page.layout.byte_order_mark {
        out.insert(0, '\u{FEFF}');
    }
    out
}

fn end_line(out: &mut String) {
    if !out.is_empty() {
        out.push('\n');
    }
}

/// A part's own text if it still states the same, else the text by the rules.
///
/// Writing depends on reading here: the model may have been changed after its source was read, and only reading the
/// source again shows whether it is out of date. A stamp instead would have to follow each change of each field.
fn text_of(placed: &Placed, keys_apart: bool) -> String {
    match &placed.source {
        Some(source) if read::says_same(source, &placed.part) => source.clone(),
        _ => part(&placed.part, keys_apart),
    }
}
