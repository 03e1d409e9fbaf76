//! Splits an attribute's text into entries, `name = tokens, name = tokens`, without a look at the values.

use proc_macro2::{Delimiter, Ident, Spacing, Span, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{Attribute, Lit, LitStr, Meta, Path};

use super::Spanned;
use crate::ctxt::Ctxt;
use crate::nearest::{list, nearest};

/// One `name = tokens`.
pub(super) struct Entry {
    pub(super) name: Ident,
    /// Empty if it is missing, which has been reported.
    pub(super) value: TokenStream,
}

/// The names that take parentheses instead of `=`.
const CALLS: [&str; 8] =
    ["allow_change", "danger", "deprecated", "fields", "page_text", "relevant_if", "removed", "rule"];

/// The names that take no value.
const FLAGS: [&str; 10] = [
    "default_variant",
    "flag",
    "flatten",
    "hidden",
    "ignore_case",
    "required",
    "restart",
    "root",
    "serde",
    "skip",
];

/// The entries with a value.
pub(super) fn entries(cx: &Ctxt, attrs: &[Attribute], attribute: &str, valid: &[&str]) -> Vec<Entry> {
    let mut entries = all_entries(cx, attrs, attribute, valid);
    entries.retain(|entry| !entry.value.is_empty());
    entries
}

/// All entries of the attributes called `attribute`, which takes the names `valid`. An attribute without parentheses has
/// none.
pub(super) fn all_entries(cx: &Ctxt, attrs: &[Attribute], attribute: &str, valid: &[&str]) -> Vec<Entry> {
    let mut all = Vec::new();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident(attribute)) {
        match &attr.meta {
            Meta::Path(_) => {}
            Meta::List(list) => cut(cx, &list.tokens, valid, &mut all),
            Meta::NameValue(_) => {
                cx.error(&attr.meta, format!("write `#[{attribute}(name = value)]`, in parentheses"));
            }
        }
    }
    all
}

fn cut(cx: &Ctxt, tokens: &TokenStream, valid: &[&str], all: &mut Vec<Entry>) {
    let mut rest = tokens.clone().into_iter().peekable();
    while let Some(token) = rest.next() {
        let name = match token {
            TokenTree::Ident(name) => name,
            other => {
                cx.error_at(other.span(), "expected the name of an attribute, such as `key = \"...\"`");
                value(&mut rest);
                continue;
            }
        };
        let form = Form::of(&name);
        match rest.next() {
            Some(TokenTree::Punct(punct)) if punct.as_char() == '=' && form == Form::Call => {
                cx.error_at(punct.span(), format!("`{name}` takes parentheses: write `{name}(...)`"));
                value(&mut rest);
                all.push(Entry { name, value: TokenStream::new() });
            }
            Some(TokenTree::Punct(punct)) if punct.as_char() == '=' => {
                let value = value(&mut rest);
                if value.is_empty() {
                    cx.error_at(punct.span(), format!("`{name}` has no value: write `{name} = value`"));
                }
                all.push(Entry { name, value });
            }
            Some(TokenTree::Punct(punct)) if punct.as_char() == ',' => {
                all.push(without_value(cx, name, form, valid));
            }
            Some(TokenTree::Group(group))
                if form == Form::Call && group.delimiter() == Delimiter::Parenthesis =>
            {
                value(&mut rest);
                if group.stream().is_empty() {
                    cx.error_at(name.span(), format!("`{name}()` is empty: fill it in or remove it"));
                }
                all.push(Entry { name, value: group.stream() });
            }
            Some(other) => {
                value(&mut rest);
                if !is_one_of(&name, valid) {
                    all.push(unknown(name));
                    continue;
                }
                let message = match form {
                    Form::Flag => format!("`{name}` takes no value: remove it"),
                    Form::Call => format!("`{name}` takes parentheses: write `{name}(...)`"),
                    Form::Value => {
                        format!("expected `=` after `{name}`: write `{name} = {}`", example(&name))
                    }
                };
                cx.error_at(other.span(), message);
                all.push(Entry { name, value: TokenStream::new() });
            }
            None => all.push(without_value(cx, name, form, valid)),
        }
    }
}

/// The form of an entry.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// `name = value`
    Value,
    /// `name(...)`
    Call,
    /// `name`
    Flag,
}

impl Form {
    fn of(name: &Ident) -> Self {
        match name.to_string().as_str() {
            name if CALLS.contains(&name) => Self::Call,
            name if FLAGS.contains(&name) => Self::Flag,
            _ => Self::Value,
        }
    }
}

/// A value in the form that an entry takes.
fn example(name: &Ident) -> &'static str {
    match name.to_string().as_str() {
        "aliases" => "[\"...\"]",
        "check" => "function",
        "default" => "...",
        "default_from" => "|other| ...",
        "max_len" | "min_len" => "1",
        "range" => "1..=65535",
        "with" => "module",
        _ => "\"...\"",
    }
}

fn without_value(cx: &Ctxt, name: Ident, form: Form, valid: &[&str]) -> Entry {
    let message = match form {
        Form::Flag => {
            let value = quote::quote_spanned!(name.span()=> true);
            return Entry { name, value };
        }
        _ if !is_one_of(&name, valid) => return unknown(name),
        Form::Call => format!("`{name}` takes parentheses: write `{name}(...)`"),
        Form::Value => format!("`{name}` has no value: write `{name} = {}`", example(&name)),
    };
    cx.error_at(name.span(), message);
    Entry { name, value: TokenStream::new() }
}

fn is_one_of(name: &Ident, names: &[&str]) -> bool {
    names.iter().any(|valid| name == valid)
}

/// An entry with an unknown name, which its reader reports.
fn unknown(name: Ident) -> Entry {
    let value = name.to_token_stream();
    Entry { name, value }
}

/// Takes the tokens up to the next comma, and the comma. Commas between `::<` and `>`, and those between a
/// closure's parameters, belong to the value.
fn value(rest: &mut impl Iterator<Item = TokenTree>) -> TokenStream {
    let mut tokens = Vec::new();
    let mut depth = 0_usize;
    let mut in_parameters = false;
    let mut before = ' ';
    for token in rest {
        let mut this = ' ';
        if let TokenTree::Punct(punct) = &token {
            this = punct.as_char();
            match this {
                '|' if tokens.is_empty() => in_parameters = true,
                '|' => in_parameters = false,
                _ if in_parameters => {}
                ',' if depth == 0 => break,
                '<' if depth > 0 || before == ':' => depth += 1,
                '>' if depth > 0 && before != '-' => depth -= 1,
                _ => {}
            }
        }
        before = this;
        tokens.push(token);
    }
    tokens.into_iter().collect()
}

impl Entry {
    /// The name, without the `r#` of a raw one.
    pub(super) fn name(&self) -> String {
        let name = self.name.to_string();
        name.strip_prefix("r#").map_or_else(|| name.clone(), str::to_owned)
    }

    /// The value as it is.
    pub(super) fn tokens(&self, _: &Ctxt) -> Option<TokenStream> {
        Some(self.value.clone())
    }

    /// The value as one string literal.
    pub(super) fn string(&self, cx: &Ctxt) -> Option<Spanned<String>> {
        self.string_in(cx, self.value.clone(), "\"...\"")
    }

    /// The value as a bracketed list of string literals.
    pub(super) fn strings(&self, cx: &Ctxt) -> Vec<Spanned<String>> {
        let mut tokens = self.value.clone().into_iter();
        let (Some(TokenTree::Group(group)), None) = (tokens.next(), tokens.next()) else {
            return self.no_list(cx);
        };
        if group.delimiter() != Delimiter::Bracket {
            return self.no_list(cx);
        }
        if group.stream().is_empty() {
            cx.error(&self.value, format!("`{}` is an empty list: remove it or fill it in", self.name));
        }
        self.each_string(cx, group.stream(), "[\"...\", \"...\"]")
    }

    /// The value as one string literal, or a bracketed list of some.
    pub(super) fn string_or_strings(&self, cx: &Ctxt) -> Vec<Spanned<String>> {
        match flat(self.value.clone()).first() {
            Some(TokenTree::Group(_)) => self.strings(cx),
            _ => self.string(cx).into_iter().collect(),
        }
    }

    /// The strings between the parentheses of `name("...", "...")`.
    pub(super) fn arguments(&self, cx: &Ctxt) -> Vec<Spanned<String>> {
        self.each_string(cx, self.value.clone(), "...")
    }

    fn each_string(&self, cx: &Ctxt, tokens: TokenStream, form: &str) -> Vec<Spanned<String>> {
        let mut rest = tokens.into_iter().peekable();
        let mut strings = Vec::new();
        while rest.peek().is_some() {
            strings.extend(self.string_in(cx, value(&mut rest), form));
        }
        strings
    }

    /// The entries between the parentheses of `name(...)`, which takes the names `valid`.
    pub(super) fn entries(&self, cx: &Ctxt, valid: &[&str]) -> Vec<Self> {
        let mut entries = Vec::new();
        cut(cx, &self.value, valid, &mut entries);
        entries
    }

    fn no_list<T>(&self, cx: &Ctxt) -> Vec<T> {
        let name = &self.name;
        cx.error(
            &self.value,
            format!("`{name}` takes a list of strings: write `{name} = [\"...\", \"...\"]`"),
        );
        Vec::new()
    }

    fn string_in(&self, cx: &Ctxt, tokens: TokenStream, form: &str) -> Option<Spanned<String>> {
        let name = &self.name;
        let mut rest = flat(tokens.clone()).into_iter();
        let first = rest.next();
        if let Some(TokenTree::Literal(literal)) = &first
            && let Lit::Str(string) = Lit::new(literal.clone())
        {
            if let Some(next) = rest.next() {
                cx.error_at(next.span(), "expected `,` before this");
            }
            return Some(Spanned { value: string.value(), span: string.span() });
        }
        let found = first.as_ref().map_or("nothing".to_owned(), found);
        let span = first.map_or_else(|| name.span(), |token| token.span());
        let message = format!("expected a string, found {found}: write `{name} = {form}`");
        if tokens.is_empty() {
            cx.error_at(span, message)
        } else {
            cx.error(tokens, message)
        }
        None
    }

    /// The value as `true` or `false`.
    pub(super) fn bool(&self, cx: &Ctxt) -> Option<bool> {
        match self.value.to_string().as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => {
                cx.error(&self.value, format!("`{}` takes no value: remove `= ...`", self.name));
                None
            }
        }
    }

    /// The value as `true` or `false`, and the place of the name. A flag with another value, which is reported, is set.
    pub(super) fn flag(&self, cx: &Ctxt) -> Option<Spanned<bool>> {
        Some(Spanned { value: self.bool(cx).unwrap_or(true), span: self.name.span() })
    }

    /// The value as a path, written in a string.
    pub(super) fn path(&self, cx: &Ctxt) -> Option<Path> {
        let string = self.string(cx)?;
        match LitStr::new(&string.value, string.span).parse_with(Path::parse_mod_style) {
            Ok(path) => Some(path),
            Err(_) => {
                let message = format!(
                    "`{}` is not a path: write `{} = \"my::settings_core\"`",
                    string.value, self.name
                );
                cx.error_at(string.span, message);
                None
            }
        }
    }

    /// Reports a name that is not in `valid`; returns the nearest valid one.
    pub(super) fn unknown<'v>(
        &self,
        cx: &Ctxt,
        attribute: &str,
        valid: &[&'v str],
        elsewhere: &[Elsewhere],
    ) -> Option<&'v str> {
        let name = self.name();
        let shown = if CALLS.contains(&attribute) {
            format!("`{attribute}(...)`")
        } else {
            format!("`#[{attribute}]`")
        };
        let place = elsewhere.iter().find(|place| place.names.contains(&name.as_str()));
        let near = nearest(&name, valid).filter(|_| place.is_none());
        let hint = match (near, place) {
            (_, Some(place)) => format!("; it {}", place.belongs),
            (Some(near), None) => format!("; did you mean `{near}`?"),
            (None, None) => String::new(),
        };
        let list = if hint.is_empty() { format!(": it takes {}", list(valid)) } else { String::new() };
        cx.error_at(self.name.span(), format!("{shown} has no `{name}`{hint}{list}"));
        near
    }
}

/// The names of entries.
pub(super) fn names(entries: &[Entry]) -> Vec<String> {
    entries.iter().map(Entry::name).collect()
}

/// Names that are right in another place.
pub(super) struct Elsewhere {
    pub(super) names: &'static [&'static str],
    /// The rest of the sentence that begins with `it`.
    pub(super) belongs: &'static str,
}

/// Describes a token for messages: `a string`.
pub(crate) fn found(token: &TokenTree) -> String {
    match token {
        TokenTree::Literal(literal) => match Lit::new(literal.clone()) {
            Lit::Str(_) => "a string".to_owned(),
            Lit::Int(_) => format!("the number {literal}"),
            Lit::Float(_) => format!("the number {literal}"),
            Lit::Char(_) => "a character".to_owned(),
            _ => format!("`{literal}`"),
        },
        TokenTree::Ident(ident) => format!("`{ident}`"),
        TokenTree::Group(group) => match group.delimiter() {
            Delimiter::Bracket => "a list".to_owned(),
            Delimiter::Brace => "a map".to_owned(),
            _ => "an expression".to_owned(),
        },
        TokenTree::Punct(_) => "an expression".to_owned(),
    }
}

/// Returns the tokens without the invisible groups that `macro_rules!` puts around its arguments.
pub(crate) fn flat(tokens: TokenStream) -> Vec<TokenTree> {
    let mut all = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
                all.extend(flat(group.stream()))
            }
            other => all.push(other),
        }
    }
    all
}

/// Splits at the first `..=`; without one, the second part is `None`.
pub(super) fn split_range(tokens: Vec<TokenTree>) -> (Vec<TokenTree>, Option<(Span, Vec<TokenTree>)>) {
    let is = |token: &TokenTree, c: char, joint: bool| {
        matches!(token, TokenTree::Punct(punct)
            if punct.as_char() == c && (!joint || punct.spacing() == Spacing::Joint))
    };
    let at = tokens.windows(3).position(
        |window| matches!(window, [a, b, c] if is(a, '.', true) && is(b, '.', true) && is(c, '=', false)),
    );
    let mut low = tokens;
    let Some(at) = at else { return (low, None) };
    let mut rest = low.split_off(at).into_iter();
    let span = rest.next().map_or_else(Span::call_site, |dot| dot.span());
    (low, Some((span, rest.skip(2).collect())))
}
