//! `format = "url"`, `min_len = 1`, `max_len = 64`, `pattern = "…"`.

use proc_macro2::Span;

use super::entry::flat;
use super::{Entry, Slot, Spanned, integer};
use crate::ctxt::Ctxt;
use crate::nearest::{list, nearest};
use crate::pattern;

/// The formats as written, and the variant of each.
const FORMATS: [(&str, &str); 6] = [
    ("url", "Url"),
    ("email", "Email"),
    ("host", "Host"),
    ("port", "Port"),
    ("path", "Path"),
    ("socket address", "SocketAddress"),
];

/// What a text must look like.
pub(crate) struct TextAttrs {
    /// The variant of the library's `Format`.
    pub(crate) format: Option<Spanned<&'static str>>,
    pub(crate) min_len: Option<Spanned<u32>>,
    pub(crate) max_len: Option<Spanned<u32>>,
    pub(crate) pattern: Option<Spanned<String>>,
}

/// The places that one setting's text attributes fill.
pub(super) struct TextSlots {
    format: Slot<Spanned<&'static str>>,
    min_len: Slot<Spanned<u32>>,
    max_len: Slot<Spanned<u32>>,
    pattern: Slot<Spanned<String>>,
}

impl TextSlots {
    pub(super) fn empty() -> Self {
        Self { format: Slot::empty(), min_len: Slot::empty(), max_len: Slot::empty(), pattern: Slot::empty() }
    }

    /// Takes an entry that is one of these attributes.
    pub(super) fn set(&mut self, cx: &Ctxt, entry: &Entry) {
        match entry.name().as_str() {
            "format" => self.format.set(cx, &entry.name, entry.format(cx)),
            "min_len" => self.min_len.set(cx, &entry.name, entry.length(cx)),
            "max_len" => self.max_len.set(cx, &entry.name, entry.length(cx)),
            _ => self.pattern.set(cx, &entry.name, entry.pattern(cx)),
        }
    }

    pub(super) fn take(self, cx: &Ctxt) -> TextAttrs {
        let attrs = TextAttrs {
            format: self.format.take(),
            min_len: self.min_len.take(),
            max_len: self.max_len.take(),
            pattern: self.pattern.take(),
        };
        if let (Some(min), Some(max)) = (&attrs.min_len, &attrs.max_len)
            && min.value > max.value
        {
            cx.error_at(max.span, format!("no text is that short: `min_len` is {}", min.value));
        }
        attrs
    }
}

impl TextAttrs {
    /// Where the first of them was said; none where none was.
    pub(crate) fn span(&self) -> Option<Span> {
        let format = self.format.as_ref().map(|format| format.span);
        let min = self.min_len.as_ref().map(|min| min.span);
        let max = self.max_len.as_ref().map(|max| max.span);
        format.or(min).or(max).or(self.pattern.as_ref().map(|pattern| pattern.span))
    }
}

impl Entry {
    fn format(&self, cx: &Ctxt) -> Option<Spanned<&'static str>> {
        let format = self.string(cx)?;
        let names = FORMATS.map(|(name, _)| name);
        match FORMATS.iter().find(|(name, _)| *name == format.value) {
            Some((_, variant)) => Some(Spanned { value: variant, span: format.span }),
            None => {
                let hint = nearest(&format.value, &names).map(|near| format!("; did you mean `{near}`?"));
                let hint = hint.unwrap_or_else(|| format!(": there are {}", list(&names)));
                cx.error_at(format.span, format!("`{}` is no format of text{hint}", format.value));
                None
            }
        }
    }

    fn length(&self, cx: &Ctxt) -> Option<Spanned<u32>> {
        let length = integer(&flat(self.value.clone())).and_then(|length| u32::try_from(length).ok());
        if length.is_none() {
            let message = format!("`{0}` is a count of characters: write `{0} = 64`", self.name);
            cx.error(&self.value, message);
        }
        Some(Spanned { value: length?, span: self.name.span() })
    }

    fn pattern(&self, cx: &Ctxt) -> Option<Spanned<String>> {
        let pattern = self.string(cx)?;
        if let Some(fault) = pattern::fault(&pattern.value) {
            cx.error_at(pattern.span, fault);
            return None;
        }
        Some(pattern)
    }
}
