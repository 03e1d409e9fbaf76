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
    /// The place of the name `range`.
    pub(crate) name: Span,
}

/// One bound.
pub(crate) struct Bound {
    /// The value of a literal whole number.
    pub(crate) literal: Option<i128>,
    /// The value of a literal number.
    pub(crate) float: Option<f64>,
    pub(crate) tokens: TokenStream,
}

impl Entry {
    /// Reads the value as a range with both bounds.
    pub(super) fn range(&self, cx: &Ctxt) -> Option<Range> {
        let (low, high) = split_range(flat(self.value.clone()));
        let high = high.map(|(_, high)| high).filter(|high| !high.is_empty() && !low.is_empty());
        let Some(high) = high else {
            cx.error(&self.value, "`range` takes two inclusive bounds: write `range = 1..=65535`");
            return None;
        };
        let range = Range { low: Bound::new(cx, low)?, high: Bound::new(cx, high)?, name: self.name.span() };
        let is_empty = match (range.low.literal, range.high.literal) {
            (Some(low), Some(high)) => low > high,
            _ => range.low.float.zip(range.high.float).is_some_and(|(low, high)| low > high),
        };
        if is_empty {
            let (low, high) = (range.low.shown(), range.high.shown());
            cx.error(&self.value, format!("the range is empty: {low} is more than {high}"));
            return None;
        }
        Some(range)
    }
}

impl Bound {
    /// The source text.
    pub(crate) fn shown(&self) -> String {
        let text = self.tokens.to_string();
        text.strip_prefix("- ").map_or_else(|| text.clone(), |number| format!("-{number}"))
    }

    fn new(cx: &Ctxt, tokens: Vec<TokenTree>) -> Option<Self> {
        let stream: TokenStream = tokens.iter().cloned().collect();
        if let Some(literal) = integer(&tokens) {
            return Some(Self { literal: Some(literal), float: Some(literal as f64), tokens: stream });
        }
        if let Some(float) = float(&tokens) {
            return Some(Self { literal: None, float: Some(float), tokens: stream });
        }
        if let [TokenTree::Literal(_)] = tokens.as_slice() {
            cx.error(stream, "a bound is a number: write `range = 1..=65535`");
            return None;
        }
        Some(Self { literal: None, float: None, tokens: stream })
    }
}

impl ToTokens for Range {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.low.tokens.to_tokens(tokens);
        self.high.tokens.to_tokens(tokens);
    }
}

/// Reads `0.5` or `-0.5`, if it is finite.
fn float(tokens: &[TokenTree]) -> Option<f64> {
    let (sign, literal) = match tokens {
        [TokenTree::Literal(literal)] => (1.0, literal),
        [TokenTree::Punct(minus), TokenTree::Literal(literal)] if minus.as_char() == '-' => (-1.0, literal),
        _ => return None,
    };
    match Lit::new(literal.clone()) {
        Lit::Float(float) => {
            float.base10_parse().ok().map(|float: f64| sign * float).filter(|float| float.is_finite())
        }
        _ => None,
    }
}

/// Reads `12` or `-12`; returns none for other tokens and for numbers beyond `i128`.
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
