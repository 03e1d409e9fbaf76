//! The values of every source, in effect or not: files, variables, secrets and overrides.

use std::cmp::Reverse;

use maud::{Markup, html};
use settings_core::resolve::{Layer, Origin};

use super::layout::{Frame, link_path};
use crate::view::Item;

/// One value of one source.
struct Given<'v> {
    item: &'v Item<'v>,
    origin: &'v Origin,
    shown: String,
    is_in_effect: bool,
}

pub(crate) fn sources(frame: &Frame<'_>) -> Markup {
    let mut groups: Vec<((Layer, String), Vec<Given<'_>>)> = Vec::new();
    let items: Vec<_> = frame.view.items().collect();
    for given in items.iter().flat_map(given) {
        let source = (given.origin.layer(), name(given.origin));
        match groups.iter_mut().find(|(found, _)| *found == source) {
            Some((_, all)) => all.push(given),
            None => groups.push((source, vec![given])),
        }
    }
    groups.sort_by_key(|((layer, _), _)| Reverse(*layer));
    let file = frame.app.file_name();
    let main = html! {
        h1 { "Sources" }
        p { "The strongest source is the first. Secrets are never shown." }
        @if groups.is_empty() { p { "No source sets a setting, so that the defaults apply." } }
        @for ((layer, name), all) in &groups {
            h2 { (name) }
            p class="count" {
                @if *name == file { "This console writes it." } @else { (layer) ", read-only here." }
            }
            div class="wide" tabindex="0" role="region" aria-label=(name) {
                table {
                    thead { tr { th scope="col" { "Setting" } th scope="col" { "Value" } th scope="col" { "Place" } } }
                    tbody { @for given in all { (row(frame, given)) } }
                }
            }
        }
    };
    frame.page("Sources", &main, None)
}

fn row(frame: &Frame<'_>, given: &Given<'_>) -> Markup {
    let path = given.item.path;
    html! {
        tr {
            th scope="row" { a href={ (frame.root) "s/" (link_path(path)) } { (path) } }
            td { code { (given.shown) } @if !given.is_in_effect { " (a stronger source sets it)" } }
            td { (given.origin) }
        }
    }
}

/// Returns the values that sources give a setting, the default aside.
fn given<'v>(item: &'v Item<'_>) -> Vec<Given<'v>> {
    let effective = &item.effective;
    let strongest = Given { item, origin: &effective.origin, shown: effective.shown(), is_in_effect: true };
    let weaker = effective.overridden_shown();
    let weaker = weaker.map(|(origin, shown)| Given { item, origin, shown, is_in_effect: false });
    std::iter::once(strongest).chain(weaker).filter(|given| *given.origin != Origin::Default).collect()
}

/// Returns the name of a source.
fn name(origin: &Origin) -> String {
    match origin {
        Origin::File { name, .. } | Origin::Variable { env_file: Some((name, _)), .. } => name.clone(),
        Origin::Variable { .. } => "Environment".to_owned(),
        Origin::SecretFile { path } => {
            let folder = std::path::Path::new(path).parent();
            folder.map_or_else(|| path.clone(), |folder| folder.display().to_string())
        }
        Origin::Override { origin } => origin.clone(),
        _ => origin.layer().name().to_owned(),
    }
}
