//! Reads `default = …` according to the field's type.

mod json;

use std::cell::RefCell;

use proc_macro2::{Delimiter, Group, Literal, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{Field, Lit, Type};

use crate::attr::{Setting, flat, found, integer};
use crate::ctxt::Ctxt;
use crate::time;
use crate::ty::{self, Integer, Kind};

/// A setting's default, as far as the tokens show it.
pub(crate) enum DefaultValue {
    /// Nothing, of an optional setting.
    None,
    Bool(bool),
    /// Of an integer or, in the setting's unit, of a duration.
    Integer(i128),
    Float(f64),
    Text(String),
    /// Of a list or map.
    Json(Json),
    /// An expression that only rustc can evaluate.
    Const(Constant, TokenStream),
}

/// A list or map of literals.
pub(crate) struct Json {
    pub(crate) text: String,
    /// The integers and durations in it.
    pub(crate) numbers: Vec<(i128, TokenStream)>,
    /// The numbers with a fraction in it, and those of types of the program's own.
    pub(crate) floats: Vec<(f64, TokenStream)>,
    /// The texts in it that are values of the program's own types.
    pub(crate) texts: Vec<(String, TokenStream)>,
}

impl Json {
    fn new(text: &str) -> Self {
        Self { text: text.to_owned(), numbers: Vec::new(), floats: Vec::new(), texts: Vec::new() }
    }
}

/// The type as which a constant expression is evaluated.
#[derive(Clone)]
pub(crate) enum Constant {
    Bool,
    /// Of the field's own integer type.
    Integer(TokenStream),
    /// A number in the setting's unit.
    Units,
    /// Of the field's own type.
    Float(TokenStream),
    Text,
    /// Of the field's own type, a `ByteSize`.
    Size(TokenStream),
    /// A variant of the field's own type.
    Choice(TokenStream),
}

impl DefaultValue {
    /// Reads the default of `field`; notes mistakes and returns none.
    pub(crate) fn of_field(
        cx: &Ctxt,
        name: &str,
        field: &Field,
        kind: Kind<'_>,
        unit: Option<u64>,
        given: Option<&TokenStream>,
    ) -> Option<Self> {
        match given {
            Some(tokens) => Reader::new(cx, name, unit).read(&field.ty, kind, tokens),
            None => absent(kind).map_err(|example| cx.error(&field.ident, needs(name, example))).ok(),
        }
    }
}

impl DefaultValue {
    /// The default of a type that serde reads: a literal of its JSON.
    pub(crate) fn into_json(self, cx: &Ctxt, attrs: &Setting) -> Option<Self> {
        Some(Self::Json(match self {
            Self::Json(json) => Json::new(&json.text),
            Self::None => Json::new("null"),
            Self::Bool(bool) => Json::new(&bool.to_string()),
            Self::Integer(integer) => Json::new(&integer.to_string()),
            Self::Float(float) => Json::new(&float.to_string()),
            Self::Text(text) => Json::new(&json::quoted(&text)),
            Self::Const(_, tokens) if is_ident(&flat(tokens.clone()), "None") => Json::new("null"),
            Self::Const(..) => {
                let message = "the default of a type that serde reads is a literal of its JSON: \
                    `default = {\"key\": \"value\"}`";
                cx.error(attrs.default.as_ref()?, message);
                return None;
            }
        }))
    }
}

/// The implied default of a kind, or an example of one that must be written.
fn absent(kind: Kind<'_>) -> Result<DefaultValue, &'static str> {
    match kind {
        Kind::Text | Kind::Secret => Ok(DefaultValue::Text(String::new())),
        Kind::List(_) | Kind::Set(_) => Ok(DefaultValue::Json(Json::new("[]"))),
        Kind::Array(_) | Kind::Tuple(_) => Err("`default = [...]`, a value for each element,"),
        Kind::Size => Err("`default = \"10MB\"`"),
        // Reported elsewhere.
        Kind::Wide => Ok(DefaultValue::None),
        Kind::Map(..) => Ok(DefaultValue::Json(Json::new("{}"))),
        Kind::Optional(_) => Ok(DefaultValue::None),
        Kind::Bool => Err("`default = false`"),
        Kind::Integer(_) => Err("`default = 0`"),
        Kind::Float => Err("`default = 0.0`"),
        Kind::Duration => Err("`default = 10`, a number in the setting's unit,"),
        Kind::Other => Err("`default = ...`, a literal or a variant,"),
    }
}

fn needs(name: &str, example: &str) -> String {
    format!(
        "`{name}` needs a default: add {example} to its `#[setting(...)]`, or `required` if there is none"
    )
}

/// The form of the tokens.
enum Shape<'a> {
    Bool(bool),
    Integer(i128),
    /// A whole number beyond `i128`.
    Huge(f64),
    Float(f64),
    Text(String),
    Char(char),
    Brackets(&'a Group),
    Braces(&'a Group),
    Expression,
}

fn shape(tokens: &[TokenTree]) -> Shape<'_> {
    if let Some(integer) = integer(tokens) {
        return Shape::Integer(integer);
    }
    match tokens {
        [TokenTree::Ident(ident)] if ident == "true" => Shape::Bool(true),
        [TokenTree::Ident(ident)] if ident == "false" => Shape::Bool(false),
        [TokenTree::Group(group)] if group.delimiter() == Delimiter::Bracket => Shape::Brackets(group),
        [TokenTree::Group(group)] if group.delimiter() == Delimiter::Brace => Shape::Braces(group),
        [TokenTree::Literal(literal)] => literal_shape(literal, 1.0),
        [TokenTree::Punct(minus), TokenTree::Literal(literal)] if minus.as_char() == '-' => {
            literal_shape(literal, -1.0)
        }
        _ => Shape::Expression,
    }
}

fn literal_shape(literal: &Literal, sign: f64) -> Shape<'static> {
    match Lit::new(literal.clone()) {
        Lit::Str(text) => Shape::Text(text.value()),
        Lit::Char(char) => Shape::Char(char.value()),
        Lit::Float(float) => {
            float.base10_parse().map_or(Shape::Expression, |float: f64| Shape::Float(sign * float))
        }
        Lit::Int(int) => {
            int.base10_digits().parse().map_or(Shape::Expression, |float: f64| Shape::Huge(sign * float))
        }
        _ => Shape::Expression,
    }
}

/// Reads tokens as a value of a type.
struct Reader<'a> {
    cx: &'a Ctxt,
    /// The field's name, for messages.
    name: &'a str,
    /// The milliseconds of a duration's unit.
    unit: Option<u64>,
    numbers: RefCell<Vec<(i128, TokenStream)>>,
    floats: RefCell<Vec<(f64, TokenStream)>>,
    texts: RefCell<Vec<(String, TokenStream)>>,
}

impl<'a> Reader<'a> {
    fn new(cx: &'a Ctxt, name: &'a str, unit: Option<u64>) -> Self {
        Self {
            cx,
            name,
            unit,
            numbers: RefCell::default(),
            floats: RefCell::default(),
            texts: RefCell::default(),
        }
    }

    fn read(&self, ty: &Type, kind: Kind<'_>, tokens: &TokenStream) -> Option<DefaultValue> {
        let flat = flat(tokens.clone());
        let constant = |constant| Some(DefaultValue::Const(constant, tokens.clone()));
        match (kind, shape(&flat)) {
            (Kind::Optional(_), _) if is_ident(&flat, "None") => Some(DefaultValue::None),
            (Kind::Optional(_), _) if is_ident(flat.get(..1)?, "Some") => {
                self.refuse(tokens, "the default of an optional setting is the value itself, without `Some`")
            }
            (Kind::Optional(of), _) => self.read(of, ty::kind(of), tokens),
            (Kind::Bool | Kind::Other, Shape::Bool(bool)) => Some(DefaultValue::Bool(bool)),
            (Kind::Bool, Shape::Expression) => constant(Constant::Bool),
            (Kind::Integer(of), Shape::Integer(integer)) => self.integer(of, integer, tokens),
            (Kind::Integer(_), Shape::Expression) => constant(Constant::Integer(ty.to_token_stream())),
            (Kind::Duration, Shape::Integer(integer)) if u64::try_from(integer).is_ok() => {
                Some(DefaultValue::Integer(integer))
            }
            (Kind::Duration, Shape::Text(text)) => self.units(&text, tokens).map(DefaultValue::Integer),
            (Kind::Duration, Shape::Integer(_)) => {
                self.refuse(tokens, "a duration is not negative and fits a `u64`")
            }
            (Kind::Duration, Shape::Expression) if names(&flat, "Duration") => self
                .refuse(tokens, "a duration's default is text such as `default = \"1m30s\"`, or a number in the setting's `unit`"),
            (Kind::Duration, Shape::Expression) => constant(Constant::Units),
            (Kind::Float | Kind::Other, Shape::Float(float) | Shape::Huge(float)) if !float.is_finite() => {
                self.refuse(tokens, "the number is too large for a float")
            }
            (Kind::Float, Shape::Integer(integer)) => Some(DefaultValue::Float(integer as f64)),
            (Kind::Float | Kind::Other, Shape::Float(float) | Shape::Huge(float)) => {
                Some(DefaultValue::Float(float))
            }
            (Kind::Integer(of), Shape::Huge(_)) => self.beyond(of, &tokens.to_string(), tokens),
            (Kind::Float, Shape::Expression) => constant(Constant::Float(ty.to_token_stream())),
            (Kind::Text | Kind::Other, Shape::Text(text)) => Some(DefaultValue::Text(text)),
            (Kind::Other, Shape::Char(char)) => Some(DefaultValue::Text(char.to_string())),
            (Kind::Text, Shape::Expression) if makes_text(&flat) => {
                self.refuse(tokens, "the default of a text is a literal: `default = \"...\"`")
            }
            (Kind::Text, Shape::Expression) => constant(Constant::Text),
            (Kind::Secret, Shape::Text(text)) if text.is_empty() => Some(DefaultValue::Text(text)),
            (Kind::Secret, _) => self.refuse(
                tokens,
                "a secret cannot have a default in code, where anyone can read it: remove `default`",
            ),
            (Kind::Size, Shape::Integer(integer)) if u64::try_from(integer).is_ok() => {
                Some(DefaultValue::Integer(integer))
            }
            (Kind::Size, Shape::Text(text)) => match bytes(&text) {
                Some(bytes) => Some(DefaultValue::Integer(bytes.into())),
                None => self
                    .refuse(tokens, &format!("`{text}` is not a size: write \"10MB\", \"512KiB\" or 1024")),
            },
            (Kind::Size, Shape::Expression) => constant(Constant::Size(ty.to_token_stream())),
            (Kind::Wide, _) => None,
            (Kind::List(_) | Kind::Set(_) | Kind::Map(..) | Kind::Array(_) | Kind::Tuple(_), _) => {
                self.collection(ty, &flat, tokens)
            }
            (Kind::Other, Shape::Integer(integer)) => Some(DefaultValue::Integer(integer)),
            (Kind::Other, Shape::Brackets(_) | Shape::Braces(_)) => self.collection(ty, &flat, tokens),
            (Kind::Other, Shape::Expression) => constant(Constant::Choice(ty.to_token_stream())),
            (kind, _) => self.mismatch(kind, &flat, tokens),
        }
    }

    /// The count of units in a text such as `1m30s`.
    fn units(&self, text: &str, tokens: &TokenStream) -> Option<i128> {
        match time::in_unit(text, self.unit) {
            Ok(count) => Some(count),
            Err(why) => self.refuse(tokens, &why),
        }
    }

    fn integer(&self, of: Integer, integer: i128, tokens: &TokenStream) -> Option<DefaultValue> {
        if let Some(suffix) = suffix(tokens)
            && suffix != of.name
        {
            return self.refuse(tokens, &format!("the default is {}: remove the suffix `{suffix}`", of.name));
        }
        if integer < of.min || integer > of.max {
            return self.beyond(of, &integer.to_string(), tokens);
        }
        Some(DefaultValue::Integer(integer))
    }

    fn beyond<T>(&self, of: Integer, number: &str, tokens: &TokenStream) -> Option<T> {
        let Integer { name, min, max } = of;
        self.refuse(tokens, &format!("{number} does not fit its type {name}: it holds {min} to {max}"))
    }

    fn mismatch<T>(&self, kind: Kind<'_>, flat: &[TokenTree], tokens: &TokenStream) -> Option<T> {
        let found = match flat {
            [] => "nothing".to_owned(),
            [only] => found(only),
            [TokenTree::Punct(_), number @ TokenTree::Literal(_)] => found(number),
            _ => "an expression".to_owned(),
        };
        let expected = match kind {
            Kind::Bool => "`true` or `false`",
            Kind::Integer(_) => "a whole number",
            Kind::Float => "a number",
            Kind::Text => "a string",
            Kind::Duration => "a whole number in its unit, or text such as `\"1m30s\"`",
            Kind::Size => "a size such as `\"10MB\"` or a whole number of bytes",
            Kind::List(_) | Kind::Set(_) => "a list of literals such as `[\"a\", \"b\"]`",
            Kind::Array(_) => "a list of its length, such as `[1, 2]`",
            Kind::Tuple(_) => "a value for each element, such as `(1, \"a\")`",
            Kind::Map(..) => "a map of literals such as `{\"key\": \"value\"}`",
            Kind::Other => "a literal, such as the text of a variant",
            Kind::Secret | Kind::Wide | Kind::Optional(_) => "a literal",
        };
        let name = self.name;
        self.cx.error(tokens, format!("`{name}` is {}: expected {expected}, found {found}", kind.name()));
        None
    }

    fn refuse<T>(&self, tokens: &TokenStream, why: &str) -> Option<T> {
        self.cx.error(tokens, format!("`{}`: {why}", self.name));
        None
    }
}

/// Reads a count of bytes as the library's `ByteSize` does; a test of the library compares the two.
pub(crate) fn bytes(text: &str) -> Option<u64> {
    let (count, unit) = text.split_at(text.bytes().take_while(u8::is_ascii_digit).count());
    let (factor, power) = match unit.strip_suffix('B').unwrap_or(if unit.is_empty() { "" } else { "?" }) {
        "" => (1_u64, 0),
        "k" | "K" => (1_000, 1),
        "M" => (1_000, 2),
        "G" => (1_000, 3),
        "T" => (1_000, 4),
        "Ki" => (1_024, 1),
        "Mi" => (1_024, 2),
        "Gi" => (1_024, 3),
        "Ti" => (1_024, 4),
        _ => return None,
    };
    count.parse::<u64>().ok()?.checked_mul(factor.pow(power))
}

/// Returns whether the expression makes a `String`: `String::from("...")`, `"...".to_string()`.
fn makes_text(tokens: &[TokenTree]) -> bool {
    ["String", "to_string", "to_owned", "into", "format"].iter().any(|maker| names(tokens, maker))
}

fn is_ident(tokens: &[TokenTree], name: &str) -> bool {
    matches!(tokens, [TokenTree::Ident(ident)] if ident == name)
}

fn names(tokens: &[TokenTree], name: &str) -> bool {
    tokens.iter().any(|token| matches!(token, TokenTree::Ident(ident) if ident == name))
}

/// Returns the suffix of the literal, if it has one: `u16` of `25u16`.
fn suffix(tokens: &TokenStream) -> Option<String> {
    let literal = flat(tokens.clone()).into_iter().find_map(|token| match token {
        TokenTree::Literal(literal) => Some(literal),
        _ => None,
    })?;
    match Lit::new(literal) {
        Lit::Int(int) if !int.suffix().is_empty() => Some(int.suffix().to_owned()),
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
