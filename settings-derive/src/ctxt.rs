//! Collects mistakes, so that one build shows them all.

use std::cell::RefCell;
use std::fmt::Display;
use std::thread;

use proc_macro2::Span;
use quote::ToTokens;
use syn::Error;

/// A collection of errors. It must end in [`Ctxt::check`]: an unchecked one panics when dropped.
pub(crate) struct Ctxt {
    /// `None` once checked.
    errors: RefCell<Option<Vec<Error>>>,
}

impl Ctxt {
    pub(crate) fn new() -> Self {
        Self { errors: RefCell::new(Some(Vec::new())) }
    }

    /// Notes a mistake in `tokens`, underlined from their first to their last.
    pub(crate) fn error(&self, tokens: impl ToTokens, message: impl Display) {
        // ToTokens ends here, so that syn's generic constructor is compiled once.
        self.push(Error::new_spanned(tokens.into_token_stream(), message.to_string()));
    }

    /// Notes a mistake at one token.
    pub(crate) fn error_at(&self, span: Span, message: impl Display) {
        self.push(Error::new(span, message.to_string()));
    }

    /// Notes an error of syn.
    pub(crate) fn push(&self, error: Error) {
        if let Some(errors) = self.errors.borrow_mut().as_mut() {
            errors.push(error);
        }
    }

    /// All errors as one, or none.
    pub(crate) fn check(self) -> Result<(), Error> {
        let errors = self.errors.borrow_mut().take().unwrap_or_default();
        match errors.into_iter().reduce(|mut all, next| {
            all.combine(next);
            all
        }) {
            Some(all) => Err(all),
            None => Ok(()),
        }
    }
}

impl Drop for Ctxt {
    #[expect(clippy::panic, reason = "a bug of the derive that would hide the author's mistakes")]
    fn drop(&mut self) {
        if self.errors.borrow().is_some() && !thread::panicking() {
            panic!("errors were collected and never reported");
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn all_errors_are_reported() {
        let cx = Ctxt::new();
        cx.error_at(Span::call_site(), "one");
        cx.error(quote::quote!(a b), "two");
        let messages: Vec<String> =
            cx.check().unwrap_err().into_iter().map(|error| error.to_string()).collect();
        assert_eq!(messages, ["one", "two"]);
        assert!(Ctxt::new().check().is_ok());
    }

    #[test]
    #[should_panic(expected = "never reported")]
    fn an_unchecked_context_panics() {
        drop(Ctxt::new());
    }
}
