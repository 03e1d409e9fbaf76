//! The first page, and pages with a message alone.

use maud::{Markup, html};

use super::layout::Frame;
use super::setting::finding;

/// The first page: the pages, the files, and everything that is wrong.
pub(crate) fn home(frame: &Frame<'_>) -> Markup {
    let view = frame.view;
    let main = html! {
        h1 { (frame.app.title) }
        p { "Changes are written to " code { (frame.app.file_name()) } "." @if frame.app.is_read_only { " This console is read-only." } }
        @if view.findings.is_empty() {
            p { "There is nothing to report about the settings." }
        } @else {
            h2 { "Findings" }
            @for found in &view.findings {
                div class="found" {
                    (finding(found))
                    @if let Some(entry) = found.setting.as_ref().and_then(|path| view.entry_of(path))
                        && let Some(page) = view.pages.get(entry.page) {
                        p { a href={ (frame.root) "p/" (page.slug) "#" (entry.place.path) } { "Go to " (entry.place.setting.title) } }
                    }
                }
            }
        }
        h2 { "Pages" }
        ul class="cards" {
            @for (number, page) in view.pages.iter().enumerate() {
                @let count = view.entries.iter().filter(|entry| entry.page == number).count();
                li { a href={ (frame.root) "p/" (page.slug) } { (page.name) } " " span class="count" { (count) (if count == 1 { " setting" } else { " settings" }) } }
            }
        }
    };
    frame.page("Overview", &main, None)
}

/// A page with a message, for what is not there or failed.
pub(crate) fn message(frame: &Frame<'_>, title: &str, text: &str) -> Markup {
    let main = html! {
        h1 { (title) }
        p { (text) }
        p { a href={ (frame.root) "./" } { "To the first page" } }
    };
    frame.page(title, &main, None)
}
