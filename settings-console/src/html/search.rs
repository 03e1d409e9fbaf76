//! All settings as a list, and the search in it.

use maud::{Markup, html};
use settings_core::markdown::plain;

use super::layout::Frame;
use super::setting::value_text;
use crate::search::{FILTERS, Query};

/// The number of characters of a value in the list.
const MAX_VALUE: usize = 60;

pub(crate) fn search(frame: &Frame<'_>, text: &str, with_history: &[String]) -> Markup {
    let view = frame.view;
    let query = Query::parse(text);
    let found = query.find(view, with_history);
    let count = match found.len() {
        1 => "1 setting".to_owned(),
        count => format!("{count} settings"),
    };
    let main = html! {
        h1 { "All settings" }
        form class="query" action="all" method="get" role="search" aria-label="Search with filters" {
            label for="query" { "Words and filters" }
            input id="query" name="q" type="search" value=(text) autocomplete="off" spellcheck="false" aria-describedby="filters";
            button type="submit" { "Search" }
        }
        p id="filters" class="filters" {
            "Filters: "
            @for (filter, meaning) in FILTERS { a href={ "all?q=" (super::link_path(filter)) } title=(meaning) { (filter) } " " }
        }
        p role="status" { (count) }
        @if !found.is_empty() {
            div class="wide" tabindex="0" role="region" aria-label="Settings found" {
                table {
                    thead { tr { th scope="col" { "Setting" } th scope="col" { "Value" } th scope="col" { "From" } } }
                    tbody {
                        @for item in &found {
                            tr {
                                th scope="row" {
                                    a href={ "p/" (view.pages.get(item.page).map_or("", |page| page.slug.as_str())) "#" (item.path) } { (item.effective.setting.title) }
                                    span class="path" { (item.path) }
                                    @if !query.is_empty() { span class="summary-line" { (plain(item.effective.setting.summary())) } }
                                }
                                td { code { (short(&value_text(item))) } }
                                td { (item.effective.origin) }
                            }
                        }
                    }
                }
            }
        }
    };
    frame.page("All settings", &main, None)
}

fn short(text: &str) -> String {
    match text.char_indices().nth(MAX_VALUE) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
