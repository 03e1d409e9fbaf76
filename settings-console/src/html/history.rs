//! The versions of the file that are kept.

use maud::{Markup, html};
use settings_core::store::{Difference, Version};
use settings_core::timestamp::rfc3339;

use super::layout::{Frame, Notice, link_path};

/// A version with its changes, if its predecessor is kept.
pub(crate) struct Listed {
    pub(crate) version: Version,
    pub(crate) changes: Option<Vec<Difference>>,
    pub(crate) is_current: bool,
}

/// The versions, the newest first; those alone that changed `setting`, if it is given.
pub(crate) fn history(
    frame: &Frame<'_>,
    listed: &[Listed],
    setting: Option<&str>,
    notice: Option<&Notice>,
) -> Markup {
    let may_restore = !frame.app.is_read_only && frame.view.items().any(|item| item.is_editable());
    let main = html! {
        h1 { "History" }
        @if let Some(notice) = notice { (notice.html(frame.root)) }
        @if let Some(setting) = setting { p { "Changes of " code { (setting) } ". " a href={ (frame.root) "history" } { "All changes" } } }
        @if listed.is_empty() { p { "No versions are kept yet. Each save adds one." } }
        @for Listed { version, changes, is_current } in listed.iter().filter(|listed| concerns(listed, setting)) {
            section class="version" aria-labelledby={ "version-" (version.number) } {
                h2 id={ "version-" (version.number) } { "Version " (version.number) @if *is_current { " (the file now)" } }
                p {
                    (rfc3339(version.time)) ", "
                    @match &version.author { Some(author) => (author), None => { "changed without the console or " code { "set" } } }
                    @if let Some(restored) = version.restored { ", restored version " (restored) }
                }
                @if let Some(reason) = &version.reason { p class="reason" { (reason) } }
                @match changes.as_deref() {
                    None => p { "The oldest version that is kept." },
                    Some([]) => p { "No setting changed." },
                    Some(changes) => ul {
                        @for change in changes {
                            @let path = change.path.to_string();
                            li { a href={ (frame.root) "s/" (link_path(&path)) } { (path) } ": " code { (change.before.shown) } " → " code { (change.after.shown) } }
                        }
                    },
                }
                @if may_restore && !is_current {
                    form method="post" action={ (frame.root) "rollback" } {
                        input type="hidden" name="version" value=(version.number);
                        button type="submit" { "Restore…" span class="hidden" { " version " (version.number) } }
                    }
                }
            }
        }
    };
    frame.page("History", &main, None)
}

fn concerns(listed: &Listed, setting: Option<&str>) -> bool {
    let Some(setting) = setting else { return true };
    listed.changes.iter().flatten().any(|change| change.path.to_string() == setting)
}
