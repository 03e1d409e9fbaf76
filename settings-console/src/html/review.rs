//! The review of a change before it is saved, and the choice where others changed the same settings.

use maud::{Markup, html};
use settings_core::resolve::Origin;
use settings_core::store::Difference;

use super::commands::commands;
use super::layout::{Frame, link_path};
use super::setting::finding;
use crate::change::Planned;
use crate::error::Conflict;
use crate::form::Fields;

/// The change that a review leads to.
pub(crate) enum Purpose<'p> {
    /// Saving a form.
    Save { page: &'p str, fields: &'p Fields, draft: Option<(&'p str, Vec<String>)>, is_merged: bool },
    /// Restoring a version.
    Restore { version: u64 },
}

/// A change to be confirmed.
pub(crate) struct Review<'p> {
    pub(crate) purpose: Purpose<'p>,
    pub(crate) planned: &'p Planned,
}

pub(crate) fn review(frame: &Frame<'_>, review: &Review<'_>) -> Markup {
    let Review { purpose, planned } = review;
    let main = html! {
        h1 { "Review" }
        @if let Purpose::Save { is_merged: true, .. } = purpose {
            p class="notice" { "The file was changed since the page was opened. Your changes are made to the file as it is now." }
        }
        p { "These changes will be written to " code { (frame.app.file_name()) } ", all of them or none." }
        (table(frame, &planned.changes))
        (commands(frame, &planned.changes))
        @for found in planned.warnings.diagnostics().iter().filter(|found| frame.view.shows(found)) { (finding(found)) }
        @match purpose {
            Purpose::Save { page, fields, draft, .. } => {
                form id="save" method="post" action={ (frame.root) "save" } autocomplete="off" {
                    input type="hidden" name="page" value=(page);
                    (kept(draft.as_ref()))
                    (carried(frame, fields))
                    (dangers(planned))
                    (reason())
                }
            }
            Purpose::Restore { version } => {
                form id="save" method="post" action={ (frame.root) "rollback" } {
                    input type="hidden" name="version" value=(version);
                    input type="hidden" name="confirm" value=(planned.revision);
                    (dangers(planned))
                    (reason())
                }
            }
        }
    };
    let bar = html! {
        button class="main" type="submit" form="save" { "Save" }
        @match purpose {
            Purpose::Save { .. } => button type="submit" form="save" formaction={ (frame.root) "edit" } { "Back to editing" },
            Purpose::Restore { .. } => a class="button" href={ (frame.root) "history" } { "Cancel" },
        }
    };
    frame.page("Review", &main, Some(&bar))
}

/// A box to check for each dangerous value.
fn dangers(planned: &Planned) -> Markup {
    html! {
        @for (change, _) in &planned.changes {
            @if let Some(danger) = change.danger() {
                p class="notice bad danger" {
                    label { input type="checkbox" name="confirmed" value=(change.path) required; span { strong { (change.setting.title) } ": " (danger) } }
                }
            }
        }
    }
}

fn reason() -> Markup {
    html! { p { label for="reason" { "Reason (optional, for the history)" } input id="reason" name="reason" type="text" maxlength="500" autocomplete="off"; } }
}

/// The draft with secrets that were typed, and the settings that they are for.
fn kept(draft: Option<&(&str, Vec<String>)>) -> Markup {
    html! {
        @if let Some((name, paths)) = draft {
            input type="hidden" name="draft" value=(name);
            @for path in paths { input type="hidden" name="kept" value=(path); }
        }
    }
}

/// The changed fields as hidden ones; secrets are in the draft.
fn carried(frame: &Frame<'_>, fields: &Fields) -> Markup {
    let is_secret = |path: &str| frame.view.item(path).is_none_or(|item| item.is_write_only());
    html! {
        @for path in fields.paths() {
            @for (name, value) in fields.of_setting(path) {
                @if !(name.starts_with("v.") && is_secret(path)) { input type="hidden" name=(name) value=(value); }
            }
        }
    }
}

/// Old and new value of each setting, and what follows.
pub(crate) fn table(frame: &Frame<'_>, changes: &[(Difference, Option<Origin>)]) -> Markup {
    html! {
        div class="wide" tabindex="0" role="region" aria-label="Changes" {
            table {
                thead { tr { th scope="col" { "Setting" } th scope="col" { "Old" } th scope="col" { "New" } th scope="col" { "Effect" } } }
                tbody {
                    @for (change, shadow) in changes {
                        @let path = change.path.to_string();
                        tr {
                            th scope="row" { (change.setting.title) span class="path" { a href={ (frame.root) "s/" (link_path(&path)) } { (path) } } }
                            td { (side(&change.before.shown, &change.before.origin)) }
                            td { (side(&change.after.shown, &change.after.origin)) }
                            td {
                                @match (shadow, change.needs_restart()) {
                                    (Some(origin), _) => { "None while " (origin) " sets it" }
                                    (None, true) => "After a restart",
                                    (None, false) => "At once",
                                }
                            }
                        }
                    }
                    @if changes.is_empty() { tr { td colspan="4" { "No setting changes its value; only the text of the file does." } } }
                }
            }
        }
    }
}

fn side(shown: &str, origin: &Origin) -> Markup {
    html! { code { (shown) } @if *origin == Origin::Default { " (default)" } }
}

/// The page where a visitor chooses between their own value and that of others.
pub(crate) fn conflicts(
    frame: &Frame<'_>,
    page: &str,
    fields: &Fields,
    draft: Option<&(&str, Vec<String>)>,
    found: &[Conflict],
) -> Markup {
    let main = html! {
        h1 { "Changed by others" }
        p role="alert" class="notice bad" { "Someone else has changed the same settings since the page was opened. Choose a value for each; nothing is written yet." }
        form id="save" method="post" action={ (frame.root) "review" } autocomplete="off" {
            input type="hidden" name="page" value=(page);
            (kept(draft))
            (carried(frame, fields))
            @for conflict in found {
                fieldset class="conflict" {
                    legend { (conflict.title) " " span class="path" { (conflict.path) } }
                    label { input type="radio" name={ "r." (conflict.path) } value="mine" required; span { "Mine: " code { (mine(frame, fields, &conflict.path)) } } }
                    label { input type="radio" name={ "r." (conflict.path) } value="theirs" required; span { "Theirs: " code { (state(&conflict.theirs)) } } }
                    p { "Before: " code { (state(&conflict.base)) } }
                }
            }
        }
    };
    let bar = html! {
        button class="main" type="submit" form="save" { "Review again" }
        a class="button" href={ (frame.root) "p/" (page) } { "Discard mine" }
    };
    frame.page("Changed by others", &main, Some(&bar))
}

/// Describes the state of the file that a form holds.
fn state(was: &str) -> String {
    match (was.chars().next(), was.get(1..)) {
        (Some('='), Some(value)) => value.to_owned(),
        (Some('#'), _) => "a value that is never shown".to_owned(),
        (Some('!'), _) => "a value that can't be read".to_owned(),
        _ => "not set".to_owned(),
    }
}

fn mine(frame: &Frame<'_>, fields: &Fields, path: &str) -> String {
    if frame.view.item(path).is_none_or(|item| item.is_write_only()) {
        return "a value that is never shown".to_owned();
    }
    if fields.of("d", path).is_some() || fields.of("v", path) == Some("-") {
        return "not set".to_owned();
    }
    let pairs = fields.of_setting(path).into_iter();
    let values = pairs
        .filter(|(name, value)| !name.starts_with("was.") && !name.starts_with("r.") && !value.is_empty());
    values.map(|(_, value)| value.strip_prefix('=').unwrap_or(value)).collect::<Vec<_>>().join(", ")
}
