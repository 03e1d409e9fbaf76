//! `range = LOW..=HIGH`.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Lit;

use super::Entry;
use super::entry::{flat, split_range};
use crate::ctxt::Ctxt;
use crate::default::bytes;
use crate::time;
use crate::ty::Kind;

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
    /// A size or a duration as text.
    text: Option<String>,
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

impl Range {
    /// Reads bounds that are text by the kind of the setting, and the milliseconds of its unit; returns none after a
    /// mistake.
    pub(crate) fn settled(mut self, cx: &Ctxt, kind: Kind<'_>, unit: Option<u64>) -> Option<Self> {
        let is_good = [&mut self.low, &mut self.high].map(|bound| bound.settle(cx, kind, unit));
        if is_good.contains(&false) {
            return None;
        }
        match (&self.low, &self.high) {
            (Bound { literal: Some(low), text, .. }, Bound { literal: Some(high), .. })
                if text.is_some() && low > high =>
            {
                let (low, high) = (self.low.shown(), self.high.shown());
                cx.error(&self, format!("the range is empty: {low} is more than {high}"));
                None
            }
            _ => Some(self),
        }
    }
}

impl Bound {
    fn settle(&mut self, cx: &Ctxt, kind: Kind<'_>, unit: Option<u64>) -> bool {
        let Some(text) = &self.text else { return true };
        let count = match kind {
            Kind::Size => bytes(text)
                .map(i128::from)
                .ok_or_else(|| format!("`{text}` is not a size: write \"10MB\", \"512KiB\" or 1024")),
            Kind::Duration => time::in_unit(text, unit),
            Kind::Other => {
                Err("the bounds of a type of its own are numbers: write `range = 1..=65535`".to_owned())
            }
            _ => Err("a bound is a number: write `range = 1..=65535`".to_owned()),
        };
        match count {
            Ok(count) => {
                self.literal = Some(count);
                self.float = Some(count as f64);
                true
            }
            Err(why) => {
                cx.error(&self.tokens, why);
                false
            }
        }
    }

    /// The source text.
    pub(crate) fn shown(&self) -> String {
        let text = self.tokens.to_string();
        text.strip_prefix("- ").map_or_else(|| text.clone(), |number| format!("-{number}"))
    }

    fn new(cx: &Ctxt, tokens: Vec<TokenTree>) -> Option<Self> {
        let stream: TokenStream = tokens.iter().cloned().collect();
        if let Some(literal) = integer(&tokens) {
            return Some(Self {
                literal: Some(literal),
                float: Some(literal as f64),
                text: None,
                tokens: stream,
            });
        }
        if let Some(float) = float(&tokens) {
            return Some(Self { literal: None, float: Some(float), text: None, tokens: stream });
        }
        if let [TokenTree::Literal(literal)] = tokens.as_slice() {
            if let Lit::Str(text) = Lit::new(literal.clone()) {
                return Some(Self { literal: None, float: None, text: Some(text.value()), tokens: stream });
            }
            cx.error(stream, "a bound is a number: write `range = 1..=65535`");
            return None;
        }
        Some(Self { literal: None, float: None, text: None, tokens: stream })
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
