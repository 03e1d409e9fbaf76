//! The text of a page around the settings that become code.

use std::fmt::Write;

use crate::docs::from_schema::{BODY, PLACE};
use crate::docs::layout;
use crate::docs::model::{Entry, Heading, Part, Placed};
use crate::docs::read::{ALLOW, PageRead};

use super::item::{Item, Left, Share};
use super::text::Body;

/// Returns the text of a page, with a place for each imported setting: `.. config:entry:: Section.Key`.
///
/// `taken` are the imported settings of this page by their entry. `left` are the documented things that stay as they
/// are; a comment silences the rules of `docs check` that they break.
pub(super) fn page_text(page: &PageRead, taken: &[(usize, &Item)], left: &[&Left]) -> String {
    let mut out = page.page.metadata.join("\n");
    let mut ids: Vec<String> = Vec::new();
    for (number, entry) in page.page.entries.iter().enumerate() {
        let items: Vec<&Item> =
            taken.iter().filter(|(known, _)| *known == number).map(|(_, item)| *item).collect();
        if items.is_empty() {
            for left in left.iter().filter(|left| left.at.entry.1 == number) {
                for rule in &left.allow {
                    block(&mut out, &format!("{ALLOW} {rule} not imported: {}", left.why));
                }
            }
        }
        let shares = match items.as_slice() {
            [] => [Share::Whole].as_slice(),
            [item, ..] if item.share == Share::Whole => &[Share::Whole],
            _ => &[Share::Directive, Share::Rest],
        };
        for share in shares {
            match items.iter().find(|item| item.share == *share) {
                Some(item) => place(&mut out, item, &mut ids),
                None => {
                    let own = entry.parts().iter().filter(|placed| share.has(&placed.part));
                    own.for_each(|placed| verbatim(&mut out, page, entry, placed));
                }
            }
        }
    }
    let lines: Vec<&str> = out.lines().map(str::trim_end).collect();
    lines.join("\n") + "\n"
}

fn verbatim(out: &mut String, page: &PageRead, entry: &Entry, placed: &Placed) {
    let raw = match &placed.part {
        // An underline too short would be a warning on each page built from it.
        Part::Heading(heading) if heading.length.is_some() => {
            &layout::part(&Part::Heading(Heading { length: None, ..heading.clone() }), false)
        }
        _ => page.text.get(placed.span.range()).unwrap_or_default(),
    };
    // A heading right above its text stays there.
    let gap = if matches!((entry, &placed.part), (_, Part::Verbatim(_))) { &placed.gap } else { &None };
    match gap {
        Some(gap) if !out.is_empty() => {
            out.push('\n');
            out.push_str(gap);
            out.push_str(raw);
        }
        _ => block(out, raw),
    }
}

fn block(out: &mut String, text: &str) {
    if !out.is_empty() {
        out.push_str("\n\n");
    }
    out.push_str(text);
}

fn place(out: &mut String, item: &Item, ids: &mut Vec<String>) {
    let texts = &item.texts;
    texts.above.iter().for_each(|text| block(out, text));
    block(out, &format!("{PLACE} {}", item.path.join(".")));
    if let Some(mark) = texts.mark {
        let _ = write!(out, "\n   :mark: {mark}");
    }
    let mut body = String::new();
    if let Some(directive) = &texts.directive {
        // A second anchor of one name would lead nowhere.
        if !directive.id.is_empty() && !ids.contains(&directive.id) {
            ids.push(directive.id.clone());
            let _ = write!(out, "\n   :id: {}", directive.id);
            for (name, words) in
                [("displayname", &directive.displayname), ("description", &directive.description)]
            {
                if let Some(words) = words.as_ref().filter(|words| !words.is_empty()) {
                    let _ = write!(out, "\n   :{name}: {words}");
                }
            }
            match &directive.body {
                Body::Nothing => {}
                Body::Values => out.push_str("\n   :values:"),
                Body::Own(blocks) => body = blocks.join("\n\n"),
            }
        }
    }
    if !body.is_empty() {
        out.push_str(&format!("\n\n   {BODY}\n"));
        indented(out, &body, 6);
    }
    for text in &texts.between {
        out.push('\n');
        indented(out, text, 3);
    }
    texts.below.iter().for_each(|text| block(out, text));
}

fn indented(out: &mut String, text: &str, by: usize) {
    for line in text.lines() {
        out.push('\n');
        if !line.is_empty() {
            let _ = write!(out, "{:by$}{line}", "");
        }
    }
}
