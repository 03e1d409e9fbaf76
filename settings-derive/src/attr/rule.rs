//! `rule(check = …, message = "…", fields("…"))` on a struct.

use proc_macro2::TokenStream;

use super::entry::names;
use super::slot::attributes;
use super::{Entry, Spanned};
use crate::ctxt::Ctxt;

attributes! {
    /// One rule over several settings.
    pub(crate) struct RuleAttrs, RULE {
        /// A function or closure from the struct to a bool; none after a mistake.
        "check" => check: TokenStream = Entry::tokens,
        "message" => message: Spanned<String> = Entry::string,
        "help" => help: Spanned<String> = Entry::string,
        "fields" => fields: Vec<Spanned<String>> = |entry: &Entry, cx| Some(entry.arguments(cx)),
        /// True if a broken rule only warns.
        "severity" => warns: bool = Entry::severity,
    }
}

impl Entry {
    /// Reads the rule between the parentheses.
    pub(super) fn rule(&self, cx: &Ctxt) -> RuleAttrs {
        let entries = self.entries(cx, RULE);
        let mut given = names(&entries);
        let rule = RuleAttrs::read(cx, &entries, |entry| {
            given.extend(entry.unknown(cx, "rule", RULE, &[]).map(str::to_owned));
        });
        for (name, form) in [
            ("check", "check = |settings| ..."),
            ("message", "message = \"...\""),
            ("fields", "fields(\"...\", \"...\")"),
        ] {
            // A misspelt attribute is not reported as missing too.
            if !given.iter().any(|given| given == name) {
                cx.error_at(self.name.span(), format!("the rule has no `{name}`: add `{form}`"));
            }
        }
        rule
    }

    /// Returns whether the severity is a warning.
    fn severity(&self, cx: &Ctxt) -> Option<bool> {
        let severity = self.string(cx)?;
        match severity.value.as_str() {
            "error" => Some(false),
            "warning" => Some(true),
            other => {
                let message = format!("`{other}` is not a severity: expected \"error\" or \"warning\"");
                cx.error_at(severity.span, message);
                None
            }
        }
    }
}
