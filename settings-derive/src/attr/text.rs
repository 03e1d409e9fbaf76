//! `format = "url"`, `min_len = 1`, `max_len = 64`, `pattern = "…"`.

use proc_macro2::Span;

use super::entry::flat;
use super::{Entry, Setting, Spanned, integer};
use crate::ctxt::Ctxt;
use crate::nearest::{list, nearest};
use crate::pattern;

/// The formats as written, and the variant of each.
pub(crate) const FORMATS: [(&str, &str); 6] = [
    ("url", "Url"),
    ("email", "Email"),
    ("host", "Host"),
    ("port", "Port"),
    ("path", "Path"),
    ("socket address", "SocketAddress"),
];

impl Setting {
    /// The place of the first attribute about text, if there is one.
    pub(crate) fn text_span(&self) -> Option<Span> {
        let format = self.format.as_ref().map(|format| format.span);
        let min = self.min_len.as_ref().map(|min| min.span);
        let max = self.max_len.as_ref().map(|max| max.span);
        format.or(min).or(max).or(self.pattern.as_ref().map(|pattern| pattern.span))
    }
}

impl Entry {
    pub(super) fn format(&self, cx: &Ctxt) -> Option<Spanned<&'static str>> {
        let format = self.string(cx)?;
        let names = FORMATS.map(|(name, _)| name);
        match FORMATS.iter().find(|(name, _)| *name == format.value) {
            Some((_, variant)) => Some(Spanned { value: variant, span: format.span }),
            None => {
                let hint = nearest(&format.value, &names).map(|near| format!("; did you mean `{near}`?"));
                let hint = hint.unwrap_or_else(|| format!(": expected one of {}", list(&names)));
                cx.error_at(format.span, format!("`{}` is not a format of text{hint}", format.value));
                None
            }
        }
    }

    pub(super) fn length(&self, cx: &Ctxt) -> Option<Spanned<u32>> {
        let length = integer(&flat(self.value.clone())).and_then(|length| u32::try_from(length).ok());
        if length.is_none() {
            let message = format!("`{0}` is a count of characters: write `{0} = 64`", self.name);
            cx.error(&self.value, message);
        }
        Some(Spanned { value: length?, span: self.name.span() })
    }

    pub(super) fn pattern(&self, cx: &Ctxt) -> Option<Spanned<String>> {
        let pattern = self.string(cx)?;
        if let Some(fault) = pattern::fault(&pattern.value) {
            cx.error_at(pattern.span, fault);
            return None;
        }
        Some(pattern)
    }
}
