//! `#[settings(…)]` on a struct, `#[value(…)]` on an enum.

use syn::{Attribute, Path};

use super::entry::Elsewhere;
use super::field::SETTING;
use super::{Entry, PageTextAttrs, RuleAttrs, Slot, Spanned, entries};
use crate::ctxt::Ctxt;

const STRUCT: [&str; 9] =
    ["section", "env_prefix", "root", "page", "console", "unknown", "rule", "page_text", "crate"];
const ELSEWHERE: [Elsewhere; 2] = [
    Elsewhere { names: &["key"], belongs: "is a setting's; a struct says `section`." },
    Elsewhere { names: &SETTING, belongs: "belongs on a field, in `#[setting(...)]`." },
];

const ENUM: [&str; 1] = ["crate"];
const ENUM_ELSEWHERE: [Elsewhere; 1] =
    [Elsewhere { names: &["text", "label"], belongs: "belongs on a variant." }];

/// What a struct says of itself.
pub(crate) struct Container {
    pub(crate) section: Option<Spanned<String>>,
    pub(crate) env_prefix: Option<Spanned<String>>,
    /// It is a program's root without variables. The prefix is empty then.
    pub(crate) root: bool,
    pub(crate) page: Option<Spanned<String>>,
    pub(crate) console: Option<Spanned<String>>,
    pub(crate) rules: Vec<RuleAttrs>,
    pub(crate) page_texts: Vec<PageTextAttrs>,
    /// The variant of the library's `Unknown`.
    pub(crate) unknown: Option<&'static str>,
    /// The library's path; `::settings_core` where not said.
    pub(crate) library: Option<Path>,
}

impl Container {
    /// Reads what can be read and notes the rest.
    pub(crate) fn from_attrs(cx: &Ctxt, attrs: &[Attribute]) -> Self {
        let (mut section, mut env_prefix, mut root) = (Slot::empty(), Slot::empty(), false);
        let (mut page, mut console, mut library) = (Slot::empty(), Slot::empty(), Slot::empty());
        let (mut rules, mut page_texts, mut unknown) = (Vec::new(), Vec::new(), Slot::empty());
        for entry in entries(cx, attrs, "settings", &STRUCT) {
            match entry.name().as_str() {
                "section" => section.set(cx, &entry.name, entry.string(cx)),
                "env_prefix" => env_prefix.set(cx, &entry.name, entry.string(cx)),
                "root" if entry.bool(cx).is_some() => {
                    root = true;
                    let none = Spanned { value: String::new(), span: entry.name.span() };
                    env_prefix.set(cx, &entry.name, Some(none));
                }
                "root" => {}
                "page" => page.set(cx, &entry.name, entry.string(cx)),
                "console" => console.set(cx, &entry.name, entry.string(cx)),
                "unknown" => unknown.set(cx, &entry.name, policy(cx, &entry)),
                "rule" => rules.push(entry.rule(cx)),
                "page_text" => page_texts.push(entry.page_text(cx)),
                "crate" => library.set(cx, &entry.name, entry.path(cx)),
                _ => drop(entry.unknown(cx, "settings", &STRUCT, &ELSEWHERE)),
            }
        }
        for attr in attrs.iter().filter(|attr| attr.path().is_ident("setting")) {
            cx.error(attr.path(), "`#[setting]` is for a field; a struct says `#[settings(...)]`");
        }
        Self {
            section: section.take(),
            env_prefix: env_prefix.take(),
            root,
            page: page.take(),
            console: console.take(),
            rules,
            page_texts,
            unknown: unknown.take(),
            library: library.take(),
        }
    }
}

fn policy(cx: &Ctxt, entry: &Entry) -> Option<&'static str> {
    let policy = entry.string(cx)?;
    match policy.value.as_str() {
        "allow" => Some("Allow"),
        "warn" => Some("Warn"),
        "deny" => Some("Deny"),
        other => {
            let message = format!("unknown names are \"allow\", \"warn\" or \"deny\", not \"{other}\"");
            cx.error_at(policy.span, message);
            None
        }
    }
}

/// What an enum says of itself.
pub(crate) struct EnumContainer {
    /// The library's path; `::settings_core` where not said.
    pub(crate) library: Option<Path>,
}

impl EnumContainer {
    /// Reads what can be read and notes the rest.
    pub(crate) fn from_attrs(cx: &Ctxt, attrs: &[Attribute]) -> Self {
        let mut library = Slot::empty();
        for entry in entries(cx, attrs, "value", &ENUM) {
            match entry.name().as_str() {
                "crate" => library.set(cx, &entry.name, entry.path(cx)),
                _ => drop(entry.unknown(cx, "value", &ENUM, &ENUM_ELSEWHERE)),
            }
        }
        Self { library: library.take() }
    }
}
