//! The frame of every page.

use maud::{DOCTYPE, Markup, html};
use settings_core::store::Difference;

use crate::app::App;
use crate::assets::VERSION;
use crate::view::View;

/// The parts that are the same on every page.
pub(crate) struct Frame<'f> {
    pub(crate) app: &'f App,
    pub(crate) view: &'f View<'f>,
    /// The settings that wait for a restart.
    pub(crate) pending: &'f [Difference],
    /// The way to the root of the console: empty, or `../`.
    pub(crate) root: &'static str,
}

/// The severity of a notice.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Good,
    Bad,
}

/// A message at the top of a page.
pub(crate) struct Notice {
    level: Level,
    text: String,
    /// The version to restore for taking the change back.
    undo: Option<u64>,
}

impl Notice {
    pub(crate) fn good(text: impl Into<String>) -> Self {
        Self { level: Level::Good, text: text.into(), undo: None }
    }

    pub(crate) fn bad(text: impl Into<String>) -> Self {
        Self { level: Level::Bad, text: text.into(), undo: None }
    }

    /// Reports a save, and offers to take it back.
    pub(crate) fn saved(version: u64) -> Self {
        let undo = version.checked_sub(1).filter(|before| *before > 0);
        Self { undo, ..Self::good(format!("Saved as version {version}.")) }
    }

    pub(crate) fn html(&self, root: &str) -> Markup {
        let class = if self.level == Level::Good { "notice good" } else { "notice bad" };
        html! {
            div class=(class) {
                p role="status" { (self.text) }
                @if let Some(before) = self.undo {
                    form method="post" action={ (root) "rollback" } {
                        input type="hidden" name="version" value=(before);
                        button type="submit" { "Undo…" }
                    }
                }
            }
        }
    }
}

impl Frame<'_> {
    /// Wraps the main part of a page. `bar` is below it and stays in sight.
    pub(crate) fn page(&self, title: &str, main: &Markup, bar: Option<&Markup>) -> Markup {
        let root = self.root;
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (title) " · " (self.app.title) }
                    link rel="stylesheet" href={ (root) "assets/console.css?v=" (VERSION) };
                    link rel="icon" href={ (root) "assets/icon.svg" };
                    script src={ (root) "assets/console.js?v=" (VERSION) } defer {}
                }
                body data-root=(root) data-revision=(self.view.revision) {
                    a class="skip" href="#main" { "Skip to the settings" }
                    header class="top" {
                        p class="name" { a href={ (root) "./" } { (self.app.title) } }
                        form class="search" role="search" action={ (root) "all" } method="get" {
                            label for="q" { "Search settings" }
                            input id="q" name="q" type="search" autocomplete="off" spellcheck="false";
                            button type="submit" { "Search" }
                        }
                    }
                    (self.navigation(title))
                    main id="main" tabindex="-1" {
                        (self.news())
                        (main)
                    }
                    @if let Some(bar) = bar { footer class="bar" { (bar) } }
                }
            }
        }
    }

    fn navigation(&self, title: &str) -> Markup {
        let root = self.root;
        let mut groups: Vec<(Option<&str>, Vec<&crate::view::Page<'_>>)> = Vec::new();
        for page in &self.view.pages {
            match groups.iter_mut().find(|(group, _)| *group == page.group()) {
                Some((_, pages)) => pages.push(page),
                None => groups.push((page.group(), vec![page])),
            }
        }
        let here = |name: &str| (name == title).then_some("page");
        html! {
            nav class="pages" aria-label="Pages" {
                @for (group, pages) in groups {
                    @if let Some(group) = group { p class="group" { (group) } }
                    ul {
                        @for page in pages {
                            li { a href={ (root) "p/" (page.slug) } aria-current=[here(page.name)] { (page.title()) } }
                        }
                    }
                }
                p class="group" { "All of it" }
                ul {
                    li { a href={ (root) "all" } aria-current=[here("All settings")] { "All settings" } }
                    li { a href={ (root) "sources" } aria-current=[here("Sources")] { "Sources" } }
                    li { a href={ (root) "history" } aria-current=[here("History")] { "History" } }
                }
            }
        }
    }

    /// Returns what every visitor should know on every page.
    fn news(&self) -> Markup {
        let visible = |change: &&Difference| self.view.entry(&change.path.to_string()).is_some();
        let pending: Vec<_> = self.pending.iter().filter(visible).collect();
        html! {
            p id="changed" class="notice" role="status" hidden { "The settings were changed by someone else. Your changes stay on this page; saving merges them." }
            @if !pending.is_empty() {
                section class="notice" aria-label="Restart" {
                    p { "A restart is needed for:" }
                    ul {
                        @for change in pending {
                            @let path = change.path.to_string();
                            li {
                                a href={ (self.root) "s/" (link_path(&path)) } { (path) }
                                " runs with " code { (change.before.shown) } ", and is set to " code { (change.after.shown) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Encodes the path of a setting for an address.
pub(crate) fn link_path(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' => out.push(byte.into()),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
