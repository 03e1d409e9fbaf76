//! A change as commands of `settings-cli`.

use maud::{Markup, html};
use settings_core::resolve::{Layer, Origin};
use settings_core::store::Difference;
use settings_core::value::json::Tree;

use super::layout::Frame;
use crate::form::display;

/// The commands that make the same change. A secret is read from standard input.
pub(super) fn commands(frame: &Frame<'_>, changes: &[(Difference, Option<Origin>)]) -> Markup {
    let (mut set, mut unset, mut secret) = (Vec::new(), Vec::new(), Vec::new());
    for (change, _) in changes {
        let path = change.path.to_string();
        if !matches!(change.after.origin.layer(), Layer::File | Layer::External) {
            unset.push(quoted(&path));
        } else if is_hidden(frame, &path) || change.after.shown.contains("***") {
            secret.push(path);
        } else {
            set.push(quoted(&format!("{path}={}", text(&change.after.shown))));
        }
    }
    let command = &frame.app.command;
    html! {
        @if !changes.is_empty() {
            details {
                summary { "The same as commands" }
                @if !set.is_empty() { pre { (command) " set " (set.join(" ")) } }
                @if !unset.is_empty() { pre { (command) " unset " (unset.join(" ")) } }
                @for path in secret { pre { (command) " set " (quoted(&path)) " --stdin" } }
            }
        }
    }
}

fn is_hidden(frame: &Frame<'_>, path: &str) -> bool {
    frame.view.item(path).is_none_or(|item| item.is_write_only())
}

/// Returns a value as the command reads it.
fn text(shown: &str) -> String {
    match Tree::parse(shown) {
        Ok(value @ Tree::String(_)) => display(&value),
        _ => shown.to_owned(),
    }
}

/// Quotes a word for a shell.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-/:=@%+,".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}
