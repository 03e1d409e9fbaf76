//! One setting on its page.

use maud::{Markup, PreEscaped, html};
use settings_core::markdown;
use settings_core::resolve::{Diagnostic, Origin, Place, Severity};
use settings_core::schema::Kind;
use settings_core::value::expectation;
use settings_core::value::json::Tree;

use super::control::{Control, default_text};
use super::layout::{Frame, link_path};
use crate::error::FieldError;
use crate::form::Fields;
use crate::gate::Access;
use crate::view::Item;

/// A setting as it appears on a page.
pub(crate) struct Shown<'s> {
    pub(crate) frame: &'s Frame<'s>,
    pub(crate) item: &'s Item<'s>,
    pub(crate) fields: Option<&'s Fields>,
    pub(crate) errors: &'s [FieldError],
    pub(crate) is_replacing: bool,
    pub(crate) is_kept: bool,
    pub(crate) here: &'s str,
}

impl Shown<'_> {
    pub(crate) fn html(&self) -> Markup {
        let (item, path) = (self.item, self.item.path);
        let setting = item.effective.setting;
        let errors: Vec<_> = self.errors.iter().filter(|error| item.holds(&error.setting)).collect();
        let findings: Vec<_> = self.frame.view.findings_of(item).collect();
        let mut described_by = format!("d-{path}");
        if !errors.is_empty() || !findings.is_empty() {
            described_by.insert_str(0, &format!("e-{path} "));
        }
        let is_editable = item.is_editable();
        let is_single = is_editable && Control::is_single(item);
        let control = Control {
            item,
            fields: self.fields,
            described_by,
            is_invalid: !errors.is_empty(),
            is_replacing: self.is_replacing,
            is_kept: self.is_kept,
            here: self.here,
        };
        html! {
            section class="setting" id=(path) data-text=(path) role=[(!is_single).then_some("group")]
                aria-labelledby=[(!is_single).then(|| format!("t-{path}"))] {
                h2 id={ "t-" (path) } {
                    @if is_single { label for={ "f-" (path) } { (setting.title) } } @else { (setting.title) }
                }
                (self.badges())
                div class="doc" id={ "d-" (path) } {
                    (PreEscaped(markdown::html(setting.description)))
                    (self.values())
                    (PreEscaped(markdown::html(setting.note())))
                    p class="accepts" { "Accepts " (PreEscaped(inline(&expectation(&setting.kind)))) "." (self.unit()) }
                }
                @if !errors.is_empty() || !findings.is_empty() {
                    div class="errors" id={ "e-" (path) } {
                        @for error in &errors { p class="error" { (error.message) @if !error.help.is_empty() { " (" (error.help) ")" } } }
                        @for found in &findings { (finding(found)) }
                    }
                }
                @if let Some(idle) = &item.idle {
                    p class="idle" { "Has no effect while " a href={ (self.frame.root) "s/" (link_path(&idle.path)) } { (idle.path) } " is " code { (idle.shown) } "." }
                }
                @if is_editable { (control.html()) } @else { (self.fixed()) }
                (self.layers())
            }
        }
    }

    fn unit(&self) -> Markup {
        match self.item.kind().required() {
            Kind::Duration { unit, .. } => html! { " A bare number counts " (unit.name()) "." },
            Kind::Size { .. } => html! { " A bare number counts bytes." },
            _ => html! {},
        }
    }

    fn values(&self) -> Markup {
        let values = self.item.effective.setting.documented_values();
        if values.iter().all(|value| value.text.is_empty()) {
            return html! {};
        }
        html! {
            dl { @for value in values { dt { (value.label) } dd { (PreEscaped(inline_html(value.text))) } } }
        }
    }

    /// The control of a setting that can't be changed here, which is readable all the same.
    fn fixed(&self) -> Markup {
        let (item, path) = (self.item, self.item.path);
        let text = value_text(item);
        html! {
            @match item.lock() {
                Some(origin) => p class="lock" {
                    "Set by " strong { (origin) } ", which is stronger than the file. Change it there."
                    @if item.is_in_file() { " The file has " code { (stored_text(item)) } "." }
                },
                None => p class="lock" { "Read-only for you." }
            }
            textarea class="fixed" id={ "f-" (path) } rows=(text.lines().count().clamp(1, 12)) readonly
                aria-labelledby={ "t-" (path) } aria-describedby={ "d-" (path) } { "\n" (text) }
        }
    }

    fn badges(&self) -> Markup {
        let item = self.item;
        let setting = item.effective.setting;
        html! {
            ul class="badges" {
                li { a href={ "#" (item.path) } class="path" { (item.path) } }
                @if item.lock().is_some() { li class="badge" { "locked" } }
                @else if item.access == Access::Read { li class="badge" { "read-only" } }
                @if item.is_in_file() { li class="badge" { (if item.is_different() { "set" } else { "set to the default" }) } }
                @if setting.kind.is_secret() { li class="badge" { "secret" } }
                @if setting.restart() { li class="badge" { "needs a restart" } }
                @if let Some(added) = setting.added() { li class="badge" { "since " (added) } }
            }
            @if let Some(deprecated) = setting.deprecated() {
                p class="deprecated" {
                    "Deprecated since " (deprecated.since) ": " (deprecated.reason)
                    @if let Some(replacement) = deprecated.replacement {
                        @let path = item.effective.path.old_name(replacement).to_string();
                        " Use " a href={ (self.frame.root) "s/" (link_path(&path)) } { (path) } "."
                    }
                }
            }
        }
    }

    /// The value of every layer, the strongest first.
    fn layers(&self) -> Markup {
        let (item, effective) = (self.item, &self.item.effective);
        let others: Vec<_> = effective.overridden_shown().collect();
        html! {
            details class="layers" {
                summary { "From " (effective.origin) span class="hidden" { ": layers of " (effective.setting.title) } }
                table {
                    thead { tr { th scope="col" { "Source" } th scope="col" { "Value" } } }
                    tbody {
                        tr class="wins" { td { (effective.origin) } td { code { (effective.shown()) } } }
                        @for (origin, value) in others {
                            tr { td { (origin) } td { code { (if *origin == Origin::Default { default_of(item) } else { value }) } } }
                        }
                    }
                }
                p { "Variable " code { (effective.env_name) } }
                p { "Command " code { (self.frame.app.command) " explain " (item.path) } }
                p { a href={ (self.frame.root) "history?setting=" (link_path(item.path)) } { "History" span class="hidden" { " of " (effective.setting.title) } } }
                @if let Some(link) = self.reference() { p { a href=(link) { "Reference" span class="hidden" { " of " (effective.setting.title) } } } }
                @for alias in effective.setting.aliases() { p { "Old name " code { (effective.path.old_name(alias)) } } }
            }
        }
    }

    /// Returns the address of the setting in the reference pages.
    fn reference(&self) -> Option<String> {
        let base = self.frame.app.reference.as_deref()?;
        Some(format!("{base}{}", self.item.effective.page_place()))
    }
}

fn default_of(item: &Item<'_>) -> String {
    match item.effective.default_shown() {
        shown if item.kind().choices().is_empty() => shown,
        _ => default_text(item),
    }
}

/// Returns a finding with its place and source line.
pub(crate) fn finding(found: &Diagnostic) -> Markup {
    let class = match found.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    html! {
        div class=(class) {
            p { strong { (found.severity.name()) "[" (found.code.name()) "]" } ": " (found.message) }
            @if !matches!(found.place, Place::Program) { p class="place" { (found.place) } }
            @if let Place::File { snippet: Some(snippet), .. } = &found.place { pre { (snippet.line) } }
            @if !found.help.is_empty() { p { "Help: " (found.help) } }
        }
    }
}

/// Returns the value in effect as text.
pub(crate) fn value_text(item: &Item<'_>) -> String {
    let shown = item.effective.shown();
    match Tree::parse(&shown) {
        Ok(Tree::String(text)) if item.kind().is_secret() && !text.is_empty() => {
            "set, and never shown".to_owned()
        }
        Ok(Tree::String(text)) => {
            let choice = item.kind().choices().iter().find(|choice| choice.text == text);
            choice.map_or(text, |choice| choice.label.to_owned())
        }
        Ok(Tree::Null) => "none".to_owned(),
        Ok(value) => format!("{value:#}"),
        Err(_) => shown,
    }
}

fn stored_text(item: &Item<'_>) -> String {
    if item.is_write_only() { "a value that is never shown".to_owned() } else { item.stored.shown() }
}

/// Returns Markdown of one paragraph as HTML without the paragraph.
fn inline_html(text: &str) -> String {
    let html = markdown::html(text);
    match html.strip_prefix("<p>").and_then(|rest| rest.strip_suffix("</p>")) {
        Some(inner) if !inner.contains("<p>") => inner.to_owned(),
        _ => html,
    }
}

fn inline(text: &str) -> String {
    inline_html(text)
}
