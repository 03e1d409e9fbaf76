//! The test of the connection to the mail server.

use maud::{Markup, html};
use settings_core::value::json::{Object, Tree};

use super::layout::Frame;

/// The buttons that test what is on the screen.
pub(crate) fn panel(frame: &Frame<'_>) -> Markup {
    html! {
        section id="test" class="test" aria-labelledby="test-title" {
            h2 id="test-title" { "Test the connection" }
            p { "The test uses the values on this page as they are now, saved or not. It logs in if logging in is turned on; a stored password is used only for the server that it is stored for." }
            p {
                label for="to" { "Recipient (optional)" }
                input id="to" name="to" type="email" form="settings" autocomplete="off";
            }
            p class="buttons" {
                button type="submit" form="settings" formaction={ (frame.root) "test-mail" } name="action" value="examine" formnovalidate { "Test connection" }
                button type="submit" form="settings" formaction={ (frame.root) "test-mail" } name="action" value="send" formnovalidate { "Send a test mail" }
                button type="button" id="test-cancel" hidden { "Cancel" }
            }
            div id="test-result" role="status" {}
        }
    }
}

/// The result of a test that ran to its end.
pub(crate) struct Outcome<'o> {
    pub(crate) lines: &'o [Object],
}

pub(crate) fn test(outcome: &Outcome<'_>) -> Markup {
    let text = |line: &Object, key: &str| line.get(key).and_then(Tree::as_str).unwrap_or_default().to_owned();
    let end = outcome.lines.iter().find(|line| line.get("healthy").is_some());
    let is_healthy = end.and_then(|end| end.get("healthy")) == Some(&Tree::Bool(true));
    let hints = |line: &Object| -> Vec<String> {
        let hints = line.get("hints").and_then(Tree::as_array).unwrap_or_default().iter();
        hints.filter_map(Tree::as_str).map(str::to_owned).collect()
    };
    html! {
        section class="test" aria-labelledby="result-title" {
            h2 id="result-title" { (if is_healthy { "The test succeeded" } else { "The test failed" }) }
            table {
                thead { tr { th scope="col" { "Step" } th scope="col" { "Result" } th scope="col" { "Seen" } } }
                tbody {
                    @for line in outcome.lines.iter().filter(|line| line.get("step").is_some()) {
                        tr {
                            th scope="row" { (text(line, "step")) }
                            td { (text(line, "status")) }
                            td { (text(line, "seen")) @for hint in hints(line) { p class="hint" { (hint) } } }
                        }
                    }
                }
            }
            @if let Some(end) = end { p { (text(end, "remark")) } }
            p { "Nothing was saved." }
        }
    }
}
