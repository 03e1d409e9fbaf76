//! `#[setting(…)]` and `#[settings(…)]` on a field.

use proc_macro2::{Span, TokenStream};
use syn::{Attribute, Field};

use super::entry::Elsewhere;
use super::{DefaultFrom, Deprecated, Range, Slot, Spanned, TextAttrs, TextSlots, all_entries, entries};
use crate::ctxt::Ctxt;

pub(super) const SETTING: [&str; 21] = [
    "key",
    "title",
    "default",
    "default_from",
    "default_rule",
    "unit",
    "range",
    "format",
    "min_len",
    "max_len",
    "pattern",
    "alias",
    "aliases",
    "page",
    "console",
    "added",
    "deprecated",
    "scope",
    "restart",
    "hidden",
    "todo",
];
const NESTED: [&str; 1] = ["section"];

const SETTING_ELSEWHERE: [Elsewhere; 5] = [
    Elsewhere { names: &["rename", "name"], belongs: "is called `key` here." },
    Elsewhere { names: &["env", "var", "variable"], belongs: "follows from the prefix and the path." },
    Elsewhere {
        names: &["min", "max"],
        belongs: "is said as `range`, or of text as `min_len` and `max_len`.",
    },
    Elsewhere { names: &["section"], belongs: "is a nested section's, in `#[settings(...)]`." },
    Elsewhere { names: &["env_prefix"], belongs: "is the root struct's, in `#[settings(...)]`." },
];
const NESTED_ELSEWHERE: [Elsewhere; 2] = [
    Elsewhere {
        names: &["env_prefix", "page", "console", "unknown", "rule", "page_text"],
        belongs: "is said on the section's struct.",
    },
    Elsewhere { names: &SETTING, belongs: "is a setting's, in `#[setting(...)]`." },
];

/// The units of a duration, as written, and the milliseconds of each.
const UNITS: [(&str, u64); 5] = [
    ("milliseconds", 1),
    ("seconds", 1_000),
    ("minutes", 60_000),
    ("hours", 3_600_000),
    ("days", 86_400_000),
];

/// What a field says of itself.
pub(crate) enum FieldAttrs {
    /// It has `#[setting]`.
    Setting(Box<Setting>),
    /// It has not.
    Nested(Nested),
}

/// A leaf's attributes.
pub(crate) struct Setting {
    pub(crate) key: Option<Spanned<String>>,
    pub(crate) title: Option<Spanned<String>>,
    pub(crate) default: Option<TokenStream>,
    pub(crate) default_from: Option<DefaultFrom>,
    pub(crate) default_rule: Option<Spanned<String>>,
    pub(crate) unit: Option<Spanned<Unit>>,
    pub(crate) range: Option<Range>,
    pub(crate) text: TextAttrs,
    pub(crate) aliases: Vec<Spanned<String>>,
    pub(crate) page: Option<Spanned<String>>,
    pub(crate) console: Option<Spanned<String>>,
    pub(crate) added: Option<Spanned<String>>,
    pub(crate) deprecated: Option<Deprecated>,
    pub(crate) scope: Option<Spanned<String>>,
    pub(crate) restart: bool,
    pub(crate) hidden: bool,
    /// What is still to be found out or decided.
    pub(crate) todo: Option<Spanned<String>>,
    pub(crate) given: Given,
}

/// Attributes that were written, be it unreadable or misspelt: nobody is told to add what stands there.
#[derive(Clone, Copy, Default)]
pub(crate) struct Given {
    pub(crate) default: bool,
    pub(crate) unit: bool,
}

impl Given {
    fn note(&mut self, name: Option<&str>) {
        self.default |= matches!(name, Some("default" | "default_from"));
        self.unit |= name == Some("unit");
    }
}

/// A nested section's attributes.
pub(crate) struct Nested {
    pub(crate) section: Option<Spanned<String>>,
}

/// The unit of a duration.
#[derive(Clone, Copy)]
pub(crate) struct Unit {
    /// The variant of the library's `Unit`.
    pub(crate) variant: &'static str,
    /// How many milliseconds one lasts.
    pub(crate) millis: u64,
}

impl FieldAttrs {
    /// Reads what can be read and notes the rest.
    pub(crate) fn from_field(cx: &Ctxt, field: &Field) -> Self {
        let on = |attr: &&Attribute, name: &str| attr.path().is_ident(name);
        let setting = field.attrs.iter().find(|attr| on(attr, "setting"));
        let settings = field.attrs.iter().find(|attr| on(attr, "settings"));
        match (setting, settings) {
            (Some(_), Some(settings)) => {
                let message = "`#[settings]` is for a nested section, and `#[setting]` makes this field a setting: \
                    keep one of the two";
                cx.error(settings.path(), message);
                Self::Setting(Box::new(Setting::from_attrs(cx, &field.attrs)))
            }
            (Some(_), None) => Self::Setting(Box::new(Setting::from_attrs(cx, &field.attrs))),
            (None, _) => Self::Nested(Nested::from_attrs(cx, &field.attrs)),
        }
    }
}

impl Setting {
    fn from_attrs(cx: &Ctxt, attrs: &[Attribute]) -> Self {
        let (mut key, mut title, mut default) = (Slot::empty(), Slot::empty(), Slot::empty());
        let (mut default_from, mut default_rule) = (Slot::empty(), Slot::empty());
        let (mut unit, mut range, mut text) = (Slot::empty(), Slot::empty(), TextSlots::empty());
        let (mut page, mut console) = (Slot::empty(), Slot::empty());
        let (mut added, mut deprecated, mut scope) = (Slot::empty(), Slot::empty(), Slot::empty());
        let (mut restart, mut hidden, mut todo) = (Slot::empty(), Slot::empty(), Slot::empty());
        let (mut aliases, mut given) = (Vec::new(), Given::default());
        for entry in all_entries(cx, attrs, "setting", &SETTING) {
            given.note(Some(&entry.name()));
            if entry.value.is_empty() {
                continue;
            }
            match entry.name().as_str() {
                "key" => key.set(cx, &entry.name, entry.string(cx)),
                "title" => title.set(cx, &entry.name, entry.string(cx)),
                "default" => default.set(cx, &entry.name, Some(entry.value.clone())),
                "default_from" => default_from.set(cx, &entry.name, entry.default_from(cx)),
                "default_rule" => default_rule.set(cx, &entry.name, entry.string(cx)),
                "unit" => unit.set(cx, &entry.name, entry.string(cx).and_then(|name| Unit::named(cx, &name))),
                "range" => range.set(cx, &entry.name, entry.range(cx)),
                "format" | "min_len" | "max_len" | "pattern" => text.set(cx, &entry),
                "alias" => aliases.extend(entry.string(cx)),
                "aliases" => aliases.extend(entry.strings(cx)),
                "page" => page.set(cx, &entry.name, entry.string(cx)),
                "console" => console.set(cx, &entry.name, entry.string(cx)),
                "added" => added.set(cx, &entry.name, entry.version(cx)),
                "deprecated" => deprecated.set(cx, &entry.name, Some(entry.deprecated(cx))),
                "scope" => scope.set(cx, &entry.name, entry.string(cx)),
                "restart" => restart.set(cx, &entry.name, entry.bool(cx)),
                "hidden" => hidden.set(cx, &entry.name, entry.bool(cx)),
                "todo" => todo.set(cx, &entry.name, entry.todo(cx)),
                _ => given.note(entry.unknown(cx, "setting", &SETTING, &SETTING_ELSEWHERE)),
            }
        }
        Self {
            key: key.take(),
            title: title.take(),
            default: default.take(),
            default_from: default_from.take(),
            default_rule: default_rule.take(),
            unit: unit.take(),
            range: range.take(),
            text: text.take(cx),
            aliases,
            page: page.take(),
            console: console.take(),
            added: added.take(),
            deprecated: deprecated.take(),
            scope: scope.take(),
            restart: restart.take().unwrap_or(false),
            hidden: hidden.take().unwrap_or(false),
            todo: todo.take(),
            given,
        }
    }
}

impl Nested {
    fn from_attrs(cx: &Ctxt, attrs: &[Attribute]) -> Self {
        let mut section = Slot::empty();
        for entry in entries(cx, attrs, "settings", &NESTED) {
            match entry.name().as_str() {
                "section" => section.set(cx, &entry.name, entry.string(cx)),
                _ => drop(entry.unknown(cx, "settings", &NESTED, &NESTED_ELSEWHERE)),
            }
        }
        Self { section: section.take() }
    }
}

impl Unit {
    fn named(cx: &Ctxt, name: &Spanned<String>) -> Option<Spanned<Self>> {
        let variants = ["Milliseconds", "Seconds", "Minutes", "Hours", "Days"];
        let found = UNITS.iter().zip(variants).find(|((unit, _), _)| *unit == name.value);
        let Some(((_, millis), variant)) = found else {
            Self::unknown(cx, &name.value, name.span);
            return None;
        };
        Some(Spanned { value: Self { variant, millis: *millis }, span: name.span })
    }

    fn unknown(cx: &Ctxt, name: &str, span: Span) {
        let names = UNITS.map(|(unit, _)| unit);
        let hint = crate::nearest::nearest(name, &names).map(|near| format!("; did you mean `{near}`?"));
        let list = crate::nearest::list(&names);
        let message = match hint {
            Some(hint) => format!("`{name}` is no unit of time{hint} There are {list}"),
            None => format!("`{name}` is no unit of time: there are {list}"),
        };
        cx.error_at(span, message);
    }
}
