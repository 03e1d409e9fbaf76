//! An attribute that may be given once.

use proc_macro2::{Ident, Span};

use crate::ctxt::Ctxt;

/// A value and where it was written.
#[derive(Clone)]
pub(crate) struct Spanned<T> {
    pub(crate) value: T,
    pub(crate) span: Span,
}

/// A place for one attribute's value, which remembers who filled it.
pub(super) struct Slot<T> {
    first: Option<Ident>,
    value: Option<T>,
}

impl<T> Slot<T> {
    pub(super) fn empty() -> Self {
        Self { first: None, value: None }
    }

    /// Fills the slot; the second time is a mistake that shows both places. A value that couldn't be read
    /// (`None`) counts as given.
    pub(super) fn set(&mut self, cx: &Ctxt, name: &Ident, value: Option<T>) {
        if let Some(first) = &self.first {
            cx.error_at(name.span(), format!("`{name}` is given twice"));
            cx.error_at(first.span(), format!("`{name}` is first given here"));
            return;
        }
        self.first = Some(name.clone());
        self.value = value;
    }

    pub(super) fn take(self) -> Option<T> {
        self.value
    }
}
