//! `#[setting(…)]` and `#[settings(…)]` on a field.

use proc_macro2::{Span, TokenStream};
use syn::{Attribute, Field};

use super::entry::Elsewhere;
use super::slot::attributes;
use super::{
    AllowedChange, Danger, DefaultFrom, Deprecated, Entry, Range, RelevantIf, Spanned, all_entries, entries,
};
use crate::ctxt::Ctxt;

const SETTING_ELSEWHERE: [Elsewhere; 7] = [
    Elsewhere { names: &["rename", "name"], belongs: "is called `key` here." },
    Elsewhere { names: &["var", "variable", "env_var"], belongs: "is called `env` here." },
    Elsewhere {
        names: &["min", "max"],
        belongs: "is written as `range`, or for text as `min_len` and `max_len`.",
    },
    Elsewhere {
        names: &["skip"],
        belongs: "belongs in `#[settings(skip)]`, on a field that is not a setting.",
    },
    Elsewhere { names: &["flatten"], belongs: "belongs on a nested section, in `#[settings(flatten)]`." },
    Elsewhere { names: &["section"], belongs: "belongs on a nested section, in `#[settings(...)]`." },
    Elsewhere {
        names: &["env_prefix", "env_case", "env_separator", "rename_all"],
        belongs: "belongs on the struct, in `#[settings(...)]`.",
    },
];
const NESTED_ELSEWHERE: [Elsewhere; 2] = [
    Elsewhere {
        names: &[
            "env_prefix",
            "env_case",
            "env_separator",
            "rename_all",
            "page",
            "console",
            "unknown",
            "rule",
            "page_text",
            "removed",
        ],
        belongs: "belongs on the section's struct.",
    },
    Elsewhere { names: SETTING, belongs: "belongs on a setting, in `#[setting(...)]`." },
];

/// The units of a duration, as written, and the milliseconds of each.
pub(crate) const UNITS: [(&str, u64); 5] = [
    ("milliseconds", 1),
    ("seconds", 1_000),
    ("minutes", 60_000),
    ("hours", 3_600_000),
    ("days", 86_400_000),
];

/// The attributes of a field.
pub(crate) enum FieldAttrs {
    /// It has `#[setting]`.
    Setting(Box<Setting>, Written),
    /// It has no `#[setting]`.
    Nested(Nested),
}

attributes! {
    /// The attributes of a setting.
    pub(crate) struct Setting, SETTING {
        "key" => key: Spanned<String> = Entry::string,
        "title" => title: Spanned<String> = Entry::string,
        "default" => default: TokenStream = Entry::tokens,
        "default_from" => default_from: DefaultFrom = Entry::default_from,
        "default_rule" => default_rule: Spanned<String> = Entry::string,
        "required" => required: Spanned<bool> = Entry::flag,
        "unit" => unit: Spanned<Unit> = Unit::read,
        "range" => range: Range = Entry::range,
        /// The variant of the library's `Format`.
        "format" => format: Spanned<&'static str> = Entry::format,
        "min_len" => min_len: Spanned<u32> = Entry::length,
        "max_len" => max_len: Spanned<u32> = Entry::length,
        "pattern" => pattern: Spanned<String> = Entry::pattern,
        /// A function from a reference to the value to a `Result`.
        "check" => check: TokenStream = Entry::tokens,
        /// The name of values that are parsed.
        "text" => text: Spanned<String> = Entry::string,
        /// The module that reads values from text.
        "with" => with: TokenStream = Entry::tokens,
        /// Present if serde reads values from JSON.
        "serde" => serde: Spanned<bool> = Entry::flag,
        "page" => page: Spanned<String> = Entry::string,
        "console" => console: Spanned<String> = Entry::string,
        "added" => added: Spanned<String> = Entry::version,
        "deprecated" => deprecated: Deprecated = |entry: &Entry, cx| Some(entry.deprecated(cx)),
        "danger" => danger: Danger = |entry: &Entry, cx| Some(entry.danger(cx)),
        "relevant_if" => relevant_if: RelevantIf = |entry: &Entry, cx| Some(entry.relevant_if(cx)),
        "scope" => scope: Spanned<String> = Entry::string,
        "restart" => restart: bool = Entry::bool,
        "hidden" => hidden: bool = Entry::bool,
        /// Present if a server's command has a flag for it.
        "flag" => flag: Spanned<bool> = Entry::flag,
        /// The open question.
        "todo" => todo: Spanned<String> = Entry::todo,
        many {
            aliases: Spanned<String> = { "alias" => Entry::string, "aliases" => Entry::strings }
            /// The variables that set it in place of the one that follows from its path.
            variables: Spanned<String> = { "env" => Entry::string_or_strings }
            allowed: AllowedChange = { "allow_change" => |entry: &Entry, cx| [entry.allow_change(cx)] }
        }
    }
}

/// Attributes that were written, even if unreadable or misspelt: no message asks for them to be added.
#[derive(Clone, Copy, Default)]
pub(crate) struct Written {
    pub(crate) default: bool,
    pub(crate) unit: bool,
}

impl Written {
    fn note(&mut self, name: Option<&str>) {
        self.default |= matches!(name, Some("default" | "default_from"));
        self.unit |= name == Some("unit");
    }
}

attributes! {
    /// The attributes of a nested section.
    pub(crate) struct Nested, NESTED {
        "section" => section: Spanned<String> = Entry::string,
        /// Present if its settings are those of the struct around it.
        "flatten" => flatten: Spanned<bool> = Entry::flag,
        /// Present if the field is neither a setting nor a section.
        "skip" => skip: Spanned<bool> = Entry::flag,
    }
}

/// The unit of a duration.
#[derive(Clone, Copy)]
pub(crate) struct Unit {
    /// The variant of the library's `Unit`.
    pub(crate) variant: &'static str,
    /// The milliseconds of one.
    pub(crate) millis: u64,
}

impl FieldAttrs {
    /// Reads the attributes and notes their mistakes.
    pub(crate) fn from_field(cx: &Ctxt, field: &Field) -> Self {
        let on = |attr: &&Attribute, name: &str| attr.path().is_ident(name);
        let setting = field.attrs.iter().find(|attr| on(attr, "setting"));
        let settings = field.attrs.iter().find(|attr| on(attr, "settings"));
        match (setting, settings) {
            (Some(_), Some(settings)) => {
                let message = "`#[settings]` is for a nested section, and `#[setting]` makes this field a setting: \
                    keep one of the two";
                cx.error(settings.path(), message);
                Self::setting(cx, field)
            }
            (Some(_), None) => Self::setting(cx, field),
            (None, _) => Self::Nested(Nested::from_attrs(cx, &field.attrs)),
        }
    }

    fn setting(cx: &Ctxt, field: &Field) -> Self {
        let (setting, given) = Setting::from_attrs(cx, &field.attrs);
        Self::Setting(Box::new(setting), given)
    }
}

impl Setting {
    /// Returns whether a layer must give a value.
    pub(crate) fn is_required(&self) -> bool {
        self.required.as_ref().is_some_and(|required| required.value)
    }

    fn from_attrs(cx: &Ctxt, attrs: &[Attribute]) -> (Self, Written) {
        let entries = all_entries(cx, attrs, "setting", SETTING);
        let mut given = Written::default();
        entries.iter().for_each(|entry| given.note(Some(&entry.name())));
        let setting = Self::read(cx, &entries, |entry| {
            given.note(entry.unknown(cx, "setting", SETTING, &SETTING_ELSEWHERE));
        });
        if let (Some(min), Some(max)) = (&setting.min_len, &setting.max_len)
            && min.value > max.value
        {
            cx.error_at(max.span, format!("`max_len` is less than `min_len`, which is {}", min.value));
        }
        (setting, given)
    }
}

impl Nested {
    /// The attributes that a skipped field cannot have.
    pub(crate) fn beside_skip(&self) -> impl Iterator<Item = (&'static str, Span)> {
        let section = self.section.as_ref().map(|section| ("section", section.span));
        section.into_iter().chain(self.flatten.as_ref().map(|flatten| ("flatten", flatten.span)))
    }

    fn from_attrs(cx: &Ctxt, attrs: &[Attribute]) -> Self {
        Self::read(cx, &entries(cx, attrs, "settings", NESTED), |entry| {
            entry.unknown(cx, "settings", NESTED, &NESTED_ELSEWHERE);
        })
    }
}

impl Unit {
    fn read(entry: &Entry, cx: &Ctxt) -> Option<Spanned<Self>> {
        let name = entry.string(cx)?;
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
            Some(hint) => format!("`{name}` is not a unit of time{hint} Expected one of {list}"),
            None => format!("`{name}` is not a unit of time: expected one of {list}"),
        };
        cx.error_at(span, message);
    }
}
