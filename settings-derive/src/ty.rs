//! The kind of a field's type, judged by its last path segment.

use syn::{GenericArgument, PathArguments, Type, TypeTuple};

/// A field's type.
#[derive(Clone, Copy)]
pub(crate) enum Kind<'a> {
    Bool,
    Integer(Integer),
    Float,
    /// `String`, `PathBuf`, or another owner of text.
    Text,
    Secret,
    Duration,
    /// `ByteSize`.
    Size,
    /// `u128` or `i128`, which no setting can be.
    Wide,
    /// `Vec` of the type.
    List(&'a Type),
    /// `BTreeSet` or `HashSet` of the type.
    Set(&'a Type),
    /// `BTreeMap` or `HashMap` from keys of the first type to values of the second.
    Map(&'a Type, &'a Type),
    /// An array of the type.
    Array(&'a Type),
    Tuple(&'a TypeTuple),
    Optional(&'a Type),
    /// A type of the program's own, or another name of a known type.
    Other,
}

/// An integer type and its bounds.
#[derive(Clone, Copy)]
pub(crate) struct Integer {
    pub(crate) name: &'static str,
    pub(crate) min: i128,
    pub(crate) max: i128,
}

/// `usize` and `isize` count as 64 bits wide here; the kind in the schema has the target's own bounds.
const INTEGERS: [Integer; 10] = [
    Integer { name: "u8", min: 0, max: u8::MAX as i128 },
    Integer { name: "u16", min: 0, max: u16::MAX as i128 },
    Integer { name: "u32", min: 0, max: u32::MAX as i128 },
    Integer { name: "u64", min: 0, max: u64::MAX as i128 },
    Integer { name: "usize", min: 0, max: u64::MAX as i128 },
    Integer { name: "i8", min: i8::MIN as i128, max: i8::MAX as i128 },
    Integer { name: "i16", min: i16::MIN as i128, max: i16::MAX as i128 },
    Integer { name: "i32", min: i32::MIN as i128, max: i32::MAX as i128 },
    Integer { name: "i64", min: i64::MIN as i128, max: i64::MAX as i128 },
    Integer { name: "isize", min: i64::MIN as i128, max: i64::MAX as i128 },
];

/// Looks at the last segment of the type's path.
pub(crate) fn kind(ty: &Type) -> Kind<'_> {
    let path = match ty {
        Type::Group(group) => return kind(&group.elem),
        Type::Paren(paren) => return kind(&paren.elem),
        Type::Array(array) => return Kind::Array(&array.elem),
        Type::Tuple(tuple) => return Kind::Tuple(tuple),
        Type::Path(path) if path.qself.is_none() => &path.path,
        _ => return Kind::Other,
    };
    let Some(last) = path.segments.last() else { return Kind::Other };
    let name = last.ident.to_string();
    let arguments = type_arguments(&last.arguments);
    match (name.as_str(), arguments.as_slice()) {
        ("bool", []) => Kind::Bool,
        ("f32" | "f64", []) => Kind::Float,
        ("String" | "PathBuf" | "Utf8PathBuf" | "OsString", []) => Kind::Text,
        ("Box" | "Rc" | "Arc" | "Cow", [Type::Path(of)]) if of.path.is_ident("str") => Kind::Text,
        ("Secret" | "SecretString", []) => Kind::Secret,
        ("Duration", []) => Kind::Duration,
        ("ByteSize", []) => Kind::Size,
        ("u128" | "i128", []) => Kind::Wide,
        ("Vec", [of]) => Kind::List(of),
        ("BTreeSet" | "HashSet", [of, ..]) => Kind::Set(of),
        ("BTreeMap" | "HashMap", [key, of, ..]) => Kind::Map(key, of),
        ("Option", [of]) => Kind::Optional(of),
        (name, []) => INTEGERS
            .iter()
            .find(|integer| integer.name == name)
            .map_or(Kind::Other, |integer| Kind::Integer(*integer)),
        _ => Kind::Other,
    }
}

fn type_arguments(arguments: &PathArguments) -> Vec<&Type> {
    let PathArguments::AngleBracketed(arguments) = arguments else { return Vec::new() };
    arguments
        .args
        .iter()
        .filter_map(|argument| match argument {
            GenericArgument::Type(ty) => Some(ty),
            _ => None,
        })
        .collect()
}

/// The kind of the innermost value: of `Option<Vec<u16>>`, that of `u16`.
pub(crate) fn innermost(ty: &Type) -> Kind<'_> {
    match kind(ty) {
        Kind::List(of) | Kind::Set(of) | Kind::Map(_, of) | Kind::Optional(of) => innermost(of),
        kind => kind,
    }
}

/// The type of a section that may be absent or repeats: of `Vec<Replica>`, that is `Replica`.
pub(crate) fn section_within(ty: &Type) -> Option<(Occurs, &Type)> {
    let (occurs, of) = match kind(ty) {
        Kind::Other => return Some((Occurs::Once, ty)),
        Kind::Optional(of) => (Occurs::Optional, of),
        Kind::List(of) => (Occurs::List, of),
        Kind::Map(_, of) => (Occurs::Map, of),
        _ => return None,
    };
    matches!(kind(of), Kind::Other).then_some((occurs, of))
}

/// The number of times that a nested section occurs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Occurs {
    Once,
    /// It may be absent.
    Optional,
    /// Any number of times, in order.
    List,
    /// Any number of times, each with a name.
    Map,
}

/// The kind without `Option` around it.
pub(crate) fn innermost_optional(of: Kind<'_>) -> Kind<'_> {
    match of {
        Kind::Optional(ty) => innermost_optional(kind(ty)),
        kind => kind,
    }
}

impl Kind<'_> {
    /// The name in messages: `a bool`.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Bool => "a bool".to_owned(),
            Self::Integer(integer) if integer.min < 0 => format!("an {}", integer.name),
            Self::Integer(integer) => format!("a {}", integer.name),
            Self::Float => "a float".to_owned(),
            Self::Text => "text".to_owned(),
            Self::Secret => "a secret".to_owned(),
            Self::Duration => "a duration".to_owned(),
            Self::Size => "a size".to_owned(),
            Self::Wide => "a whole number of 128 bits".to_owned(),
            Self::List(_) => "a list".to_owned(),
            Self::Set(_) => "a set".to_owned(),
            Self::Map(..) => "a map".to_owned(),
            Self::Array(_) => "an array".to_owned(),
            Self::Tuple(_) => "a tuple".to_owned(),
            Self::Optional(_) => "optional".to_owned(),
            Self::Other => "a type of its own".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    #[test]
    fn the_last_segment_decides() {
        assert!(matches!(kind(&parse_quote!(bool)), Kind::Bool));
        assert!(matches!(kind(&parse_quote!(std::time::Duration)), Kind::Duration));
        assert!(matches!(kind(&parse_quote!(settings_core::Secret)), Kind::Secret));
        assert!(matches!(kind(&parse_quote!(u16)), Kind::Integer(Integer { max: 65_535, .. })));
        assert!(matches!(kind(&parse_quote!(std::collections::HashMap<String, u8>)), Kind::Map(..)));
        assert!(matches!(kind(&parse_quote!(std::borrow::Cow<'static, str>)), Kind::Text));
        assert!(matches!(kind(&parse_quote!(Arc<Section>)), Kind::Other));
        assert!(matches!(kind(&parse_quote!(ConnectionSecurity)), Kind::Other));
        assert!(matches!(kind(&parse_quote!(Vec)), Kind::Other));
        assert!(matches!(kind(&parse_quote!(<T as Trait>::bool)), Kind::Other));
    }

    #[test]
    fn the_innermost_kind_is_found_through_every_wrapper() {
        assert!(matches!(innermost(&parse_quote!(Option<Vec<Duration>>)), Kind::Duration));
        assert!(matches!(innermost(&parse_quote!(BTreeMap<String, Option<i8>>)), Kind::Integer(_)));
    }
}
