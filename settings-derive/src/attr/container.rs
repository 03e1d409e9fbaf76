//! `#[settings(…)]` on a struct, `#[value(…)]` on an enum.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::{Attribute, Path};

use super::entry::{Elsewhere, flat};
use super::field::SETTING;
use super::slot::attributes;
use super::{Entry, PageTextAttrs, Removed, RuleAttrs, Spanned, entries};
use crate::ctxt::Ctxt;
use crate::naming::{CASES, Case};
use crate::nearest::{list, nearest};

const ELSEWHERE: [Elsewhere; 3] = [
    Elsewhere { names: &["tag", "content"], belongs: "belongs on an enum whose variants hold data." },
    Elsewhere { names: &["key"], belongs: "belongs on a setting; a struct has `section`." },
    Elsewhere { names: SETTING, belongs: "belongs on a field, in `#[setting(...)]`." },
];
const ENUM_ELSEWHERE: [Elsewhere; 2] = [
    Elsewhere { names: &["text", "label"], belongs: "belongs on a variant." },
    Elsewhere { names: &["check"], belongs: "belongs on a struct with one field." },
];
const NEWTYPE_ELSEWHERE: [Elsewhere; 2] = [
    Elsewhere { names: &["text", "label", "ignore_case"], belongs: "belongs on an enum or its variants." },
    Elsewhere { names: SETTING, belongs: "belongs on a field, in `#[setting(...)]`." },
];

attributes! {
    /// The attributes of a struct.
    pub(crate) struct Container, STRUCT {
        "section" => section: Spanned<String> = Entry::string,
        "env_prefix" => env_prefix: Prefix = Prefix::read,
        /// True if the words of a key are kept apart in variables.
        "env_case" => env_case: Spanned<bool> = words_apart,
        "env_separator" => env_separator: Spanned<String> = Entry::string,
        /// Present if it is a program's root without variables; the prefix is empty then.
        "root" => root: Spanned<bool> = Entry::flag,
        /// The letter case of keys that follow from fields.
        "rename_all" => rename_all: Case = case,
        "page" => page: Spanned<String> = Entry::string,
        "console" => console: Spanned<String> = Entry::string,
        /// The variant of the library's `Unknown`.
        "unknown" => unknown: &'static str = policy,
        /// The separator of a list's elements in variables.
        "list_separator" => list_separator: Spanned<char> = separator_of_lists,
        /// The variant of the library's `EmptyVariables`.
        "empty_variables" => empty_variables: Spanned<&'static str> = meaning_of_empty,
        /// The library's path, if it is not `::settings_core`.
        "crate" => library: Path = Entry::path,
        many {
            rules: RuleAttrs = { "rule" => |entry: &Entry, cx| [entry.rule(cx)] }
            page_texts: PageTextAttrs = { "page_text" => |entry: &Entry, cx| [entry.page_text(cx)] }
            removed: Removed = { "removed" => |entry: &Entry, cx| [entry.removed(cx)] }
        }
    }
}

/// The prefix of a program's variables.
pub(crate) struct Prefix {
    /// None if variables have no prefix; empty if no variable follows from a path.
    pub(crate) text: Option<String>,
    pub(crate) span: Span,
}

impl Prefix {
    fn read(entry: &Entry, cx: &Ctxt) -> Option<Self> {
        let is_none = |token: &TokenTree| matches!(token, TokenTree::Ident(ident) if ident == "none");
        if let [only] = flat(entry.value.clone()).as_slice()
            && is_none(only)
        {
            return Some(Self { text: None, span: only.span() });
        }
        let text = entry.string(cx)?;
        Some(Self { text: Some(text.value), span: text.span })
    }
}

fn words_apart(entry: &Entry, cx: &Ctxt) -> Option<Spanned<bool>> {
    let case = entry.string(cx)?;
    let is_apart = match case.value.as_str() {
        "UPPERCASE" => false,
        "SCREAMING_SNAKE_CASE" => true,
        other => {
            let message = format!(
                "\"{other}\" is not a letter case of variables: expected \"UPPERCASE\" (`MAXIDLE`) or \
                 \"SCREAMING_SNAKE_CASE\" (`MAX_IDLE`)"
            );
            cx.error_at(case.span, message);
            return None;
        }
    };
    Some(Spanned { value: is_apart, span: entry.name.span() })
}

impl Container {
    /// Reads the attributes and notes their mistakes.
    pub(crate) fn from_attrs(cx: &Ctxt, attrs: &[Attribute]) -> Self {
        for attr in attrs.iter().filter(|attr| attr.path().is_ident("setting")) {
            cx.error(attr.path(), "`#[setting]` belongs on a field; a struct takes `#[settings(...)]`");
        }
        let mut container = Self::read(cx, &entries(cx, attrs, "settings", STRUCT), |entry| {
            entry.unknown(cx, "settings", STRUCT, &ELSEWHERE);
        });
        match (&container.root, &container.env_prefix) {
            (Some(root), Some(prefix)) => {
                cx.error_at(root.span, "`root` and `env_prefix` are mutually exclusive");
                cx.error_at(prefix.span, "`env_prefix` makes this struct a root with variables");
            }
            (Some(root), None) => {
                container.env_prefix = Some(Prefix { text: Some(String::new()), span: root.span });
            }
            (None, None) => {
                let only_for_roots = [
                    container.list_separator.as_ref().map(|given| ("list_separator", given.span)),
                    container.empty_variables.as_ref().map(|given| ("empty_variables", given.span)),
                ];
                for (name, span) in only_for_roots.into_iter().flatten() {
                    cx.error_at(
                        span,
                        format!("`{name}` belongs on a program's root, which has `env_prefix`"),
                    );
                }
            }
            (None, Some(_)) => {}
        }
        container
    }
}

fn separator_of_lists(entry: &Entry, cx: &Ctxt) -> Option<Spanned<char>> {
    let Spanned { value, span } = entry.string(cx)?;
    let mut chars = value.chars();
    match (chars.next(), chars.next()) {
        (Some(value @ (',' | ';' | ' ' | '|' | ':')), None) => Some(Spanned { value, span }),
        _ => {
            let message =
                format!("\"{value}\" does not separate a list: expected \",\", \";\", \" \", \"|\" or \":\"");
            cx.error_at(span, message);
            None
        }
    }
}

fn meaning_of_empty(entry: &Entry, cx: &Ctxt) -> Option<Spanned<&'static str>> {
    let Spanned { value, span } = entry.string(cx)?;
    match value.as_str() {
        "unset" => Some(Spanned { value: "Unset", span }),
        "value" => Some(Spanned { value: "Value", span }),
        other => {
            cx.error_at(span, format!("\"{other}\" is not a meaning: expected \"unset\" or \"value\""));
            None
        }
    }
}

fn policy(entry: &Entry, cx: &Ctxt) -> Option<&'static str> {
    let policy = entry.string(cx)?;
    match policy.value.as_str() {
        "allow" => Some("Allow"),
        "warn" => Some("Warn"),
        "deny" => Some("Deny"),
        other => {
            let message = format!("\"{other}\" is not a policy: expected \"allow\", \"warn\" or \"deny\"");
            cx.error_at(policy.span, message);
            None
        }
    }
}

pub(super) fn case(entry: &Entry, cx: &Ctxt) -> Option<Case> {
    let case = entry.string(cx)?;
    let found = CASES.iter().find(|(name, _)| *name == case.value);
    if found.is_none() {
        let names = CASES.map(|(name, _)| name);
        let message = match nearest(&case.value, &names) {
            Some(near) => format!("`{}` is not a letter case; did you mean `{near}`?", case.value),
            None => format!("`{}` is not a letter case: expected one of {}", case.value, list(&names)),
        };
        cx.error_at(case.span, message);
    }
    found.map(|(_, case)| *case)
}

attributes! {
    /// The attributes of an enum.
    pub(crate) struct EnumContainer, ENUM {
        /// Present if the letter case of texts does not count.
        "ignore_case" => ignore_case: Spanned<bool> = Entry::flag,
        /// The library's path, if it is not `::settings_core`.
        "crate" => library: Path = Entry::path,
    }
}

attributes! {
    /// The attributes of a struct with one field.
    pub(crate) struct NewtypeAttrs, NEWTYPE {
        /// A function from a reference to the field to a `Result`.
        "check" => check: TokenStream = Entry::tokens,
        /// The library's path, if it is not `::settings_core`.
        "crate" => library: Path = Entry::path,
    }
}

impl NewtypeAttrs {
    /// Reads the attributes and notes their mistakes.
    pub(crate) fn from_attrs(cx: &Ctxt, attrs: &[Attribute]) -> Self {
        Self::read(cx, &entries(cx, attrs, "value", NEWTYPE), |entry| {
            entry.unknown(cx, "value", NEWTYPE, &NEWTYPE_ELSEWHERE);
        })
    }
}

impl EnumContainer {
    /// Reads the attributes and notes their mistakes.
    pub(crate) fn from_attrs(cx: &Ctxt, attrs: &[Attribute]) -> Self {
        Self::read(cx, &entries(cx, attrs, "value", ENUM), |entry| {
            entry.unknown(cx, "value", ENUM, &ENUM_ELSEWHERE);
        })
    }
}
