//! `#[settings(…)]` on a struct, `#[value(…)]` on an enum.

use syn::{Attribute, Path};

use super::entry::Elsewhere;
use super::field::SETTING;
use super::slot::attributes;
use super::{Entry, PageTextAttrs, Removed, RuleAttrs, Spanned, entries};
use crate::ctxt::Ctxt;

const ELSEWHERE: [Elsewhere; 2] = [
    Elsewhere { names: &["key"], belongs: "belongs on a setting; a struct has `section`." },
    Elsewhere { names: SETTING, belongs: "belongs on a field, in `#[setting(...)]`." },
];
const ENUM_ELSEWHERE: [Elsewhere; 1] =
    [Elsewhere { names: &["text", "label"], belongs: "belongs on a variant." }];

attributes! {
    /// The attributes of a struct.
    pub(crate) struct Container, STRUCT {
        "section" => section: Spanned<String> = Entry::string,
        "env_prefix" => env_prefix: Spanned<String> = Entry::string,
        /// Present if it is a program's root without variables; the prefix is empty then.
        "root" => root: Spanned<bool> = Entry::flag,
        "page" => page: Spanned<String> = Entry::string,
        "console" => console: Spanned<String> = Entry::string,
        /// The variant of the library's `Unknown`.
        "unknown" => unknown: &'static str = policy,
        /// The library's path, if it is not `::settings_core`.
        "crate" => library: Path = Entry::path,
        many {
            rules: RuleAttrs = { "rule" => |entry: &Entry, cx| [entry.rule(cx)] }
            page_texts: PageTextAttrs = { "page_text" => |entry: &Entry, cx| [entry.page_text(cx)] }
            removed: Removed = { "removed" => |entry: &Entry, cx| [entry.removed(cx)] }
        }
    }
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
                container.env_prefix = Some(Spanned { value: String::new(), span: root.span });
            }
            (None, _) => {}
        }
        container
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

attributes! {
    /// The attributes of an enum.
    pub(crate) struct EnumContainer, ENUM {
        /// The library's path, if it is not `::settings_core`.
        "crate" => library: Path = Entry::path,
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
