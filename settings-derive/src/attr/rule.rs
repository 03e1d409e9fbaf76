//! `rule(check = …, message = "…", fields("…"))` on a struct.

use proc_macro2::TokenStream;

use super::{Entry, Slot, Spanned};
use crate::ctxt::Ctxt;

const RULE: [&str; 5] = ["check", "message", "help", "fields", "severity"];

/// One rule over several settings.
pub(crate) struct RuleAttrs {
    /// A function or closure from the struct to a bool; none where a mistake has been noted.
    pub(crate) check: Option<TokenStream>,
    pub(crate) message: Option<Spanned<String>>,
    pub(crate) help: Option<Spanned<String>>,
    pub(crate) fields: Vec<Spanned<String>>,
    /// Whether a broken rule only warns.
    pub(crate) warns: bool,
}

impl Entry {
    /// The rule between the parentheses.
    pub(super) fn rule(&self, cx: &Ctxt) -> RuleAttrs {
        let (mut check, mut message, mut help) = (Slot::empty(), Slot::empty(), Slot::empty());
        let (mut fields, mut warns) = (Slot::empty(), Slot::empty());
        let mut given = Vec::new();
        for entry in self.entries(cx, &RULE) {
            given.push(entry.name());
            if entry.value.is_empty() {
                continue;
            }
            match entry.name().as_str() {
                "check" => check.set(cx, &entry.name, Some(entry.value.clone())),
                "message" => message.set(cx, &entry.name, entry.string(cx)),
                "help" => help.set(cx, &entry.name, entry.string(cx)),
                "fields" => fields.set(cx, &entry.name, Some(entry.arguments(cx))),
                "severity" => warns.set(cx, &entry.name, entry.severity(cx)),
                _ => given.extend(entry.unknown(cx, "rule", &RULE, &[]).map(str::to_owned)),
            }
        }
        for (name, form) in [
            ("check", "check = |settings| ..."),
            ("message", "message = \"...\""),
            ("fields", "fields(\"...\", \"...\")"),
        ] {
            // Whoever misspelt it is not told to add it.
            if !given.iter().any(|given| given == name) {
                cx.error_at(self.name.span(), format!("the rule has no `{name}`: add `{form}`"));
            }
        }
        RuleAttrs {
            check: check.take(),
            message: message.take(),
            help: help.take(),
            fields: fields.take().unwrap_or_default(),
            warns: warns.take().unwrap_or(false),
        }
    }

    /// Whether the severity is a warning.
    fn severity(&self, cx: &Ctxt) -> Option<bool> {
        let severity = self.string(cx)?;
        match severity.value.as_str() {
            "error" => Some(false),
            "warning" => Some(true),
            other => {
                let message = format!("`{other}` is no severity: a rule is an \"error\" or a \"warning\"");
                cx.error_at(severity.span, message);
                None
            }
        }
    }
}
