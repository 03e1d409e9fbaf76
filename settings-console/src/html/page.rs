//! One page of settings, as a form.

use maud::{Markup, html};

use super::layout::{Frame, Notice};
use super::setting::Shown;
use crate::error::FieldError;
use crate::form::{Fields, can_be_reset};
use crate::view::{Item, Page};

/// The answer of a page to a form that was posted, if one was.
#[derive(Default)]
pub(crate) struct Answer<'a> {
    pub(crate) notice: Option<Notice>,
    /// The fields to show again.
    pub(crate) fields: Option<&'a Fields>,
    pub(crate) errors: &'a [FieldError],
    /// The setting whose secret is being replaced.
    pub(crate) replace: Option<&'a str>,
    /// The name of the draft with secrets that were typed, and their settings.
    pub(crate) draft: Option<(&'a str, Vec<String>)>,
    /// The result of a test, above the settings.
    pub(crate) result: Option<Markup>,
}

pub(crate) fn page(frame: &Frame<'_>, number: usize, answer: &Answer<'_>) -> Markup {
    let Some(page) = frame.view.pages.get(number) else { return html! {} };
    let items = frame.view.items_of(number);
    let is_editable = items.iter().any(Item::is_editable);
    let here = format!("{}p/{}", frame.root, page.slug);
    let main = html! {
        (head(frame, page, answer))
        @if !answer.errors.is_empty() { (summary(frame, &items, answer.errors)) }
        @if let Some(result) = &answer.result { (result) }
        @if items.len() > 8 {
            p class="filter" hidden { label for="filter" { "Show only" } input id="filter" type="search" autocomplete="off" spellcheck="false"; }
        }
        form id="settings" method="post" action={ (frame.root) "review" } autocomplete="off" data-page=(page.slug) {
            input type="hidden" name="page" value=(page.slug);
            input type="hidden" name="rev" value=(frame.view.revision);
            @if let Some((draft, _)) = &answer.draft { input type="hidden" name="draft" value=(draft); }
            @for item in &items {
                @let is_replacing = answer.replace == Some(item.path);
                @let is_kept = answer.draft.as_ref().is_some_and(|(_, kept)| kept.iter().any(|path| path == item.path));
                (Shown { frame, item, fields: answer.fields, errors: answer.errors, is_replacing, is_kept, here: &here }.html())
            }
        }
        (foreign(frame, &items, answer))
        (test_panel(frame, &items))
    };
    let bar = html! {
        p id="unsaved" role="status" { @if answer.fields.is_some() { "There are changes that are not saved." } }
        button class="main" type="submit" form="settings" { "Review changes" }
        a class="button" href=(here) { "Discard" }
        @if items.iter().any(can_be_reset) {
            button type="submit" form="settings" name="reset" value="page" { "Reset page…" }
        }
    };
    let title = if answer.errors.is_empty() { page.name.to_owned() } else { format!("Error: {}", page.name) };
    frame.page(&title, &main, is_editable.then_some(&bar))
}

fn head(frame: &Frame<'_>, page: &Page<'_>, answer: &Answer<'_>) -> Markup {
    html! {
        @if let Some(group) = page.group() { p class="crumb" { (group) } }
        h1 { (page.title()) }
        @if let Some(notice) = &answer.notice { (notice.html(frame.root)) }
    }
}

/// All mistakes, each with a link to its field.
fn summary(frame: &Frame<'_>, items: &[Item<'_>], errors: &[FieldError]) -> Markup {
    let field =
        |error: &FieldError| items.iter().find(|item| item.holds(&error.setting)).map(|item| item.path);
    let title = |path: &str| frame.view.entry(path).map_or("", |entry| entry.place.setting.title);
    html! {
        div id="summary" class="summary" tabindex="-1" role="alert" aria-labelledby="summary-title" {
            h2 id="summary-title" { "There is a problem" }
            ul {
                @for error in errors {
                    li {
                        @match field(error) {
                            Some(path) => a href={ "#f-" (path) } { (title(path)) ": " (error.message) },
                            None => (error.message),
                        }
                    }
                }
            }
        }
    }
}

/// The fields of settings that are on other pages or nowhere, so that posting again loses nothing.
fn foreign(frame: &Frame<'_>, items: &[Item<'_>], answer: &Answer<'_>) -> Markup {
    let Some(fields) = answer.fields else { return html! {} };
    let elsewhere = fields.paths().into_iter().filter(|path| {
        items.iter().all(|item| item.path != *path)
            && frame.view.item(path).is_some_and(|item| !item.is_write_only())
    });
    html! {
        @for path in elsewhere {
            @for (name, value) in fields.of_setting(path) { input type="hidden" form="settings" name=(name) value=(value); }
        }
    }
}

#[cfg(feature = "mail")]
fn test_panel(frame: &Frame<'_>, items: &[Item<'_>]) -> Markup {
    if crate::mail::is_page(frame.app, items) {
        super::test::panel(frame)
    } else {
        html! {}
    }
}

#[cfg(not(feature = "mail"))]
fn test_panel(_: &Frame<'_>, _: &[Item<'_>]) -> Markup {
    html! {}
}
