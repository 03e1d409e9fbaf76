//! The controls of one setting.

use maud::{Markup, html};
use settings_core::schema::Kind;
use settings_core::value::json::Tree;

use crate::form::{Fields, Widget, display, is_nullable, widget};
use crate::view::Item;

/// The number of choices that are shown as radio buttons.
const MAX_RADIOS: usize = 7;

/// A control, and the way it appears.
pub(crate) struct Control<'c> {
    pub(crate) item: &'c Item<'c>,
    /// The fields that were posted, if the page is shown again.
    pub(crate) fields: Option<&'c Fields>,
    /// The ids of the texts that describe the control.
    pub(crate) described_by: String,
    pub(crate) is_invalid: bool,
    /// True if the field for a new secret is shown.
    pub(crate) is_replacing: bool,
    /// True if a secret was typed that is not saved yet.
    pub(crate) is_kept: bool,
    /// The address of this page, to ask for the field of a new secret.
    pub(crate) here: &'c str,
}

impl Control<'_> {
    fn path(&self) -> &str {
        self.item.path
    }

    fn posted(&self, what: &str) -> Option<&str> {
        self.fields?.of(what, self.path())
    }

    /// Returns the state of the file that the form posts back.
    fn was(&self) -> &str {
        self.posted("was").unwrap_or_else(|| self.item.was())
    }

    fn invalid(&self) -> Option<&'static str> {
        self.is_invalid.then_some("true")
    }

    /// Returns whether one label belongs to one field, so that no group is needed.
    pub(crate) fn is_single(item: &Item<'_>) -> bool {
        match widget(item.kind()) {
            Widget::Text | Widget::Json => !item.is_write_only(),
            Widget::Choice(choices) => choices.len() > MAX_RADIOS,
            _ => false,
        }
    }

    pub(crate) fn html(&self) -> Markup {
        let widget = widget(self.item.kind());
        html! {
            input type="hidden" name={ "was." (self.path()) } value=(self.was());
            @if self.item.is_write_only() {
                (self.secret(&widget))
            } @else if let Widget::Choice(choices) = &widget {
                (self.choice(choices))
            } @else {
                @if self.is_kept { p class="secret" { "A new value with a password was typed. It is not saved yet." } }
                (self.value(&widget))
                div class="states" { (self.default_box()) (self.null_box()) }
            }
        }
    }

    fn value(&self, widget: &Widget) -> Markup {
        match widget {
            Widget::List(_) => self.list(),
            Widget::Map(_) => self.map(),
            Widget::Json => {
                let text = self.posted("v").map_or_else(|| format!("{:#}", self.item.shown()), str::to_owned);
                self.area(&text, "true")
            }
            _ => {
                let text = self.posted("v").map_or_else(|| display(&self.item.shown()), str::to_owned);
                if text.contains('\n') { self.area(&text, "false") } else { self.line(&text) }
            }
        }
    }

    fn line(&self, text: &str) -> Markup {
        let mode = match self.item.kind().required() {
            Kind::Integer { .. } => Some("numeric"),
            Kind::Float { .. } => Some("decimal"),
            _ => None,
        };
        html! {
            input class=[mode.map(|_| "number")] id={ "f-" (self.path()) } name={ "v." (self.path()) } type="text"
                inputmode=[mode] value=(text) autocomplete="off" spellcheck="false"
                aria-describedby=(self.described_by) aria-invalid=[self.invalid()];
        }
    }

    fn area(&self, text: &str, spans: &str) -> Markup {
        let rows = text.lines().count().clamp(2, 20);
        // a browser drops the first line break in the element
        html! {
            textarea id={ "f-" (self.path()) } name={ "v." (self.path()) } rows=(rows) spellcheck="false" data-json=(spans)
                aria-describedby=(self.described_by) aria-invalid=[self.invalid()] { "\n" (text) }
        }
    }

    fn choice(&self, choices: &[(&'static str, &'static str)]) -> Markup {
        let shown = self.item.shown();
        let now = match (self.item.is_in_file(), &shown) {
            (false, _) => "-".to_owned(),
            (true, Tree::Null) => "~".to_owned(),
            (true, value) => format!("={}", display(value)),
        };
        let now = self.posted("v").map_or(now, str::to_owned);
        let mut options: Vec<(String, String)> = vec![("-".to_owned(), self.default_words())];
        if is_nullable(self.item.kind()) {
            options.push(("~".to_owned(), "None".to_owned()));
        }
        options.extend(choices.iter().map(|(text, label)| (format!("={text}"), (*label).to_owned())));
        if choices.len() > MAX_RADIOS {
            return html! {
                select id={ "f-" (self.path()) } name={ "v." (self.path()) }
                    aria-describedby=(self.described_by) aria-invalid=[self.invalid()] {
                    @for (value, label) in &options {
                        option value=(value) selected[*value == now] { (label) }
                    }
                }
            };
        }
        html! {
            div class="radios" {
                @for (number, (value, label)) in options.iter().enumerate() {
                    label {
                        input type="radio" id=[(number == 0).then(|| format!("f-{}", self.path()))]
                            name={ "v." (self.path()) } value=(value) checked[*value == now];
                        span { (label) }
                    }
                }
            }
        }
    }

    fn list(&self) -> Markup {
        let shown = self.item.shown();
        let shown = || shown.as_array().unwrap_or_default().iter().map(display).collect();
        let elements: Vec<String> =
            self.fields.and_then(|fields| fields.all("e", self.path())).map_or_else(shown, <[_]>::to_vec);
        let elements: Vec<&str> =
            elements.iter().map(String::as_str).filter(|text| !text.is_empty()).chain([""]).collect();
        html! {
            div class="rows" data-rows="" {
                @for (number, text) in elements.iter().enumerate() {
                    div class="row" {
                        input id=[(number == 0).then(|| format!("f-{}", self.path()))] name={ "e." (self.path()) } type="text"
                            value=(text) autocomplete="off" spellcheck="false" aria-describedby=(self.described_by)
                            aria-label={ (self.item.effective.setting.title) ", " (ordinal(number, elements.len())) } aria-invalid=[self.invalid()];
                    }
                }
            }
        }
    }

    fn map(&self) -> Markup {
        let posted =
            self.fields.and_then(|fields| fields.all("k", self.path()).zip(fields.all("m", self.path())));
        let shown = self.item.shown();
        let shown = || {
            let entries = shown.as_object().into_iter().flat_map(|object| object.iter());
            entries.map(|(key, value)| (key.to_owned(), display(value))).collect()
        };
        let mut entries: Vec<(String, String)> = posted
            .map_or_else(shown, |(keys, values)| keys.iter().cloned().zip(values.iter().cloned()).collect());
        entries.retain(|(key, value)| !(key.is_empty() && value.is_empty()));
        entries.push(Default::default());
        let title = self.item.effective.setting.title;
        html! {
            div class="rows" data-rows="" {
                @for (number, (key, value)) in entries.iter().enumerate() {
                    @let which = ordinal(number, entries.len());
                    div class="row" {
                        input id=[(number == 0).then(|| format!("f-{}", self.path()))] name={ "k." (self.path()) } type="text" value=(key)
                            autocomplete="off" spellcheck="false" aria-label={ (title) ", name of " (which) }
                            aria-describedby=(self.described_by) aria-invalid=[self.invalid()];
                        input name={ "m." (self.path()) } type="text" value=(value) autocomplete="off" spellcheck="false"
                            aria-label={ (title) ", value of " (which) } aria-describedby=(self.described_by) aria-invalid=[self.invalid()];
                    }
                }
            }
        }
    }

    /// The box for "not set", which shows the value that then applies.
    fn default_box(&self) -> Markup {
        let is_checked = match self.fields.filter(|fields| !fields.of_setting(self.path()).is_empty()) {
            Some(fields) => fields.of("d", self.path()).is_some(),
            None => !self.item.is_in_file(),
        };
        html! {
            label { input type="checkbox" name={ "d." (self.path()) } value="1" data-default="" checked[is_checked]; span { (self.default_words()) } }
        }
    }

    fn null_box(&self) -> Markup {
        if !is_nullable(self.item.kind()) {
            return html! {};
        }
        let is_checked = match self.fields.filter(|fields| !fields.of_setting(self.path()).is_empty()) {
            Some(fields) => fields.of("n", self.path()).is_some(),
            None => self.item.shown() == Tree::Null,
        };
        html! {
            label { input type="checkbox" name={ "n." (self.path()) } value="1" data-null="" checked[is_checked]; span { "No value" } }
        }
    }

    fn default_words(&self) -> String {
        let default = default_text(self.item);
        if default.is_empty() {
            "Use the default (empty)".to_owned()
        } else {
            format!("Use the default ({default})")
        }
    }

    fn secret(&self, widget: &Widget) -> Markup {
        let (path, item) = (self.path(), self.item);
        let is_set = item.is_in_file();
        let is_removed = self.posted("d").is_some();
        html! {
            p class="secret" {
                @match (is_set, self.is_kept) {
                    (_, true) => { "A new value was typed. It is not saved yet." }
                    (true, _) => { "Set, from " (item.stored.origin) ". It is never shown." }
                    (false, _) => { "Not set in the file." }
                }
            }
            @if self.is_replacing {
                @let title = item.effective.setting.title;
                @match widget {
                    Widget::SecretJson => {
                        textarea id={ "f-" (path) } name={ "v." (path) } rows="6" spellcheck="false" autocomplete="off"
                            aria-label={ (title) ", new value as JSON" } aria-describedby=(self.described_by) aria-invalid=[self.invalid()] {}
                    }
                    Widget::Secret => {
                        input id={ "f-" (path) } name={ "v." (path) } type="password" autocomplete="new-password" spellcheck="false"
                            aria-label={ (title) ", new value" } aria-describedby=(self.described_by) aria-invalid=[self.invalid()];
                    }
                    _ => {
                        input id={ "f-" (path) } name={ "v." (path) } type="text" autocomplete="off" spellcheck="false"
                            aria-label={ (title) ", new value" } aria-describedby=(self.described_by) aria-invalid=[self.invalid()];
                    }
                }
            } @else {
                a class="button" id={ "f-" (path) } href={ (self.here) "?replace=" (super::link_path(path)) "#" (path) }
                    data-replace=(path) data-json=[(*widget == Widget::SecretJson).then_some("true")]
                    data-title=(item.effective.setting.title) aria-describedby=(self.described_by) {
                    (if is_set { "Replace…" } else { "Set…" })
                    span class="hidden" { " " (item.effective.setting.title) }
                }
            }
            @if is_set {
                div class="states" { label { input type="checkbox" name={ "d." (path) } value="1" checked[is_removed]; span { "Remove it from the file" } } }
            }
        }
    }
}

fn ordinal(number: usize, count: usize) -> String {
    if number + 1 == count { "a new one".to_owned() } else { format!("{}", number + 1) }
}

/// Returns the default as a page shows it, with the name of a one-of's choice.
pub(crate) fn default_text(item: &Item<'_>) -> String {
    let setting = item.effective.setting;
    let default = Tree::parse(&item.effective.default_shown()).unwrap_or_default();
    let text = match &default {
        Tree::Null => "none".to_owned(),
        value => display(value),
    };
    let choice = setting.kind.choices().iter().find(|choice| choice.text == text);
    choice.map_or(text, |choice| choice.label.to_owned())
}
