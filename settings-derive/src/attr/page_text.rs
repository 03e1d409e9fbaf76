//! `page_text(page = "…", rst = "…")` on a struct.

use proc_macro2::Span;

use super::{Entry, Slot, Spanned};
use crate::ctxt::Ctxt;

const PAGE_TEXT: [&str; 2] = ["page", "rst"];

/// What begins the line that stands for a setting in such a text.
const PLACE: &str = ".. config:entry::";

/// The text of one reference page around its settings.
pub(crate) struct PageTextAttrs {
    pub(crate) page: Option<Spanned<String>>,
    pub(crate) rst: Option<Spanned<String>>,
}

impl PageTextAttrs {
    /// The settings that the text gives a place, each by its path.
    pub(crate) fn placed(&self) -> impl Iterator<Item = (String, Span)> {
        self.rst.iter().flat_map(|rst| {
            let paths = rst.value.lines().filter_map(|line| line.strip_prefix(PLACE));
            paths.map(|path| (path.trim().to_owned(), rst.span))
        })
    }
}

impl Entry {
    /// The text between the parentheses.
    pub(super) fn page_text(&self, cx: &Ctxt) -> PageTextAttrs {
        let (mut page, mut rst) = (Slot::empty(), Slot::empty());
        let mut given = Vec::new();
        for entry in self.entries(cx, &PAGE_TEXT) {
            given.push(entry.name());
            if entry.value.is_empty() {
                continue;
            }
            match entry.name().as_str() {
                "page" => page.set(cx, &entry.name, entry.string(cx)),
                "rst" => rst.set(cx, &entry.name, entry.string(cx)),
                _ => given.extend(entry.unknown(cx, "page_text", &PAGE_TEXT, &[]).map(str::to_owned)),
            }
        }
        for (name, form) in [("page", "page = \"...\""), ("rst", "rst = \"...\"")] {
            if !given.iter().any(|given| given == name) {
                cx.error_at(self.name.span(), format!("the page's text has no `{name}`: add `{form}`"));
            }
        }
        PageTextAttrs { page: page.take(), rst: rst.take() }
    }
}
