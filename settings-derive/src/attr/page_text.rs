//! `page_text(page = "…", rst = "…")` on a struct.

use proc_macro2::Span;

use super::entry::names;
use super::slot::attributes;
use super::{Entry, Spanned};
use crate::ctxt::Ctxt;

/// The start of the line that is replaced by a setting.
const PLACE: &str = ".. config:entry::";

attributes! {
    /// The text of one reference page around its settings.
    pub(crate) struct PageTextAttrs, PAGE_TEXT {
        "page" => page: Spanned<String> = Entry::string,
        "rst" => rst: Spanned<String> = Entry::string,
    }
}

impl PageTextAttrs {
    /// The paths of the settings that the text places.
    pub(crate) fn placed(&self) -> impl Iterator<Item = (String, Span)> {
        self.rst.iter().flat_map(|rst| {
            let paths = rst.value.lines().filter_map(|line| line.strip_prefix(PLACE));
            paths.map(|path| (path.trim().to_owned(), rst.span))
        })
    }
}

impl Entry {
    /// Reads the text between the parentheses.
    pub(super) fn page_text(&self, cx: &Ctxt) -> PageTextAttrs {
        let entries = self.entries(cx, PAGE_TEXT);
        let mut given = names(&entries);
        let attrs = PageTextAttrs::read(cx, &entries, |entry| {
            given.extend(entry.unknown(cx, "page_text", PAGE_TEXT, &[]).map(str::to_owned));
        });
        for (name, form) in [("page", "page = \"...\""), ("rst", "rst = \"...\"")] {
            if !given.iter().any(|given| given == name) {
                cx.error_at(self.name.span(), format!("the page text has no `{name}`: add `{form}`"));
            }
        }
        attrs
    }
}
