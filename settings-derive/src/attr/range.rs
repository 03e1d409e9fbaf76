//! `range = LOW..=HIGH`.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Lit;

use super::Entry;
use super::entry::{flat, split_range};
use crate::ctxt::Ctxt;

/// Both bounds are included.
pub(crate) struct Range {
    pub(crate) low: Bound,
    pub(crate) high: Bound,
    /// `range`, as the author wrote it.
    pub(crate) name: Span,
}

/// One bound.
pub(crate) struct Bound {
    /// Its value, where it is a literal.
    pub(crate) literal: Option<i128>,
    pub(crate) tokens: TokenStream,
}

impl Entry {
    /// The value as a range with both bounds.
    pub(super) fn range(&self, cx: &Ctxt) -> Option<Range> {
        let (low, high) = split_range(flat(self.value.clone()));
        let high = high.map(|(_, high)| high).filter(|high| !high.is_empty() && !low.is_empty());
        let Some(high) = high else {
            cx.error(&self.value, "`range` takes its two bounds, both included: write `range = 1..=65535`");
            return None;
        };
        let range = Range { low: Bound::new(cx, low)?, high: Bound::new(cx, high)?, name: self.name.span() };
        match (range.low.literal, range.high.literal) {
            (Some(low), Some(high)) if low > high => {
                cx.error(&self.value, format!("the range is empty: {low} is more than {high}"));
                None
            }
            _ => Some(range),
        }
    }
}

impl Bound {
    fn new(cx: &Ctxt, tokens: Vec<TokenTree>) -> Option<Self> {
        let stream: TokenStream = tokens.iter().cloned().collect();
        if let Some(literal) = integer(&tokens) {
            return Some(Self { literal: Some(literal), tokens: stream });
        }
        if let [TokenTree::Literal(_)] = tokens.as_slice() {
            cx.error(stream, "a bound is a whole number: write `range = 1..=65535`");
            return None;
        }
        Some(Self { literal: None, tokens: stream })
    }
}

impl ToTokens for Range {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.low.tokens.to_tokens(tokens);
        self.high.tokens.to_tokens(tokens);
    }
}

/// The value of `12` or `-12`; none where the tokens are anything else or beyond `i128`.
pub(crate) fn integer(tokens: &[TokenTree]) -> Option<i128> {
    let (sign, literal) = match tokens {
        [TokenTree::Literal(literal)] => ("", literal),
        [TokenTree::Punct(minus), TokenTree::Literal(literal)] if minus.as_char() == '-' => ("-", literal),
        _ => return None,
    };
    match Lit::new(literal.clone()) {
        Lit::Int(int) => format!("{sign}{}", int.base10_digits()).parse().ok(),
        _ => None,
    }
}
