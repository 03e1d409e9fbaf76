//! JSON documents as trees, for output.

use std::fmt;

use super::{Raw, Shape, SyntaxError, parse_value, write_string};

/// A JSON value that owns its parts; objects keep the order of their keys.
///
/// `{}` formats it on one line, `{:#}` with two blanks for each level. Two values are equal if they say the same: the
/// order of keys doesn't matter.
///
/// ```
/// use settings_core::value::json::{Object, Tree};
///
/// let tree = Tree::from(Object::from([("port", Tree::from(25)), ("host", Tree::from("localhost"))]));
/// assert_eq!(tree.to_string(), r#"{"port":25,"host":"localhost"}"#);
/// assert_eq!(Tree::parse(r#"{"host": "localhost", "port": 25}"#)?, tree);
/// # Ok::<(), settings_core::value::json::SyntaxError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Tree {
    /// `null`.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as its text.
    Number(Number),
    /// A string.
    String(String),
    /// An array.
    Array(Vec<Tree>),
    /// An object.
    Object(Object),
}

/// A JSON number, as its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number(String);

/// A JSON object, in the order in which its keys were inserted.
#[derive(Clone, Debug, Default, Eq)]
pub struct Object(Vec<(String, Tree)>);

impl Tree {
    /// Parses a JSON document.
    ///
    /// # Errors
    /// Returns the place where the text is not JSON.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        parse_value(text).map(Self::from)
    }

    /// Returns the array's elements, if it is one.
    #[must_use]
    pub fn as_array(&self) -> Option<&[Self]> {
        match self {
            Self::Array(elements) => Some(elements),
            _ => None,
        }
    }

    /// Returns the object, if it is one.
    #[must_use]
    pub const fn as_object(&self) -> Option<&Object> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }

    /// Returns the object, if it is one.
    pub const fn as_object_mut(&mut self) -> Option<&mut Object> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }

    /// Returns the string's text, if it is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// Writes the value; the recursion is as deep as it nests.
    fn write(&self, f: &mut fmt::Formatter<'_>, indent: Option<usize>) -> fmt::Result {
        let inner = indent.map(|indent| indent + 2);
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(bool) => write!(f, "{bool}"),
            Self::Number(Number(text)) => f.write_str(text),
            Self::String(text) => {
                write_string(f, text);
                Ok(())
            }
            Self::Array(elements) if elements.is_empty() => f.write_str("[]"),
            Self::Object(Object(entries)) if entries.is_empty() => f.write_str("{}"),
            Self::Array(elements) => {
                for (at, element) in elements.iter().enumerate() {
                    f.write_str(if at == 0 { "[" } else { "," })?;
                    break_line(f, inner)?;
                    element.write(f, inner)?;
                }
                break_line(f, indent)?;
                f.write_str("]")
            }
            Self::Object(Object(entries)) => {
                for (at, (key, value)) in entries.iter().enumerate() {
                    f.write_str(if at == 0 { "{" } else { "," })?;
                    break_line(f, inner)?;
                    write_string(f, key);
                    f.write_str(if indent.is_some() { ": " } else { ":" })?;
                    value.write(f, inner)?;
                }
                break_line(f, indent)?;
                f.write_str("}")
            }
        }
    }
}

fn break_line(f: &mut fmt::Formatter<'_>, indent: Option<usize>) -> fmt::Result {
    match indent {
        Some(indent) => write!(f, "\n{:indent$}", ""),
        None => Ok(()),
    }
}

impl fmt::Display for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, f.alternate().then_some(0))
    }
}

impl From<Raw<'_>> for Tree {
    /// Copies a value that was parsed; the recursion is as deep as it nests, which the parser bounds.
    fn from(raw: Raw<'_>) -> Self {
        match raw.shape {
            Shape::Null => Self::Null,
            Shape::Bool => Self::Bool(raw.text == "true"),
            Shape::Number => Self::Number(Number(raw.text.to_owned())),
            Shape::String { .. } => Self::String(raw.string().unwrap_or_default().into_owned()),
            Shape::Array => Self::Array(raw.each_element().map(Self::from).collect()),
            Shape::Object => Self::Object(
                raw.each_entry().map(|(key, value)| (key.name().into_owned(), value.into())).collect(),
            ),
        }
    }
}

impl From<bool> for Tree {
    fn from(bool: bool) -> Self {
        Self::Bool(bool)
    }
}

impl From<f64> for Tree {
    /// `null` for what JSON has no number for.
    fn from(number: f64) -> Self {
        if number.is_finite() { Self::Number(Number(format!("{number:?}"))) } else { Self::Null }
    }
}

impl From<&str> for Tree {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for Tree {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<&String> for Tree {
    fn from(text: &String) -> Self {
        Self::String(text.clone())
    }
}

impl From<Object> for Tree {
    fn from(object: Object) -> Self {
        Self::Object(object)
    }
}

impl<T: Into<Self>> From<Option<T>> for Tree {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl<T: Into<Self>> From<Vec<T>> for Tree {
    fn from(values: Vec<T>) -> Self {
        values.into_iter().collect()
    }
}

impl<T: Into<Self>, const N: usize> From<[T; N]> for Tree {
    fn from(values: [T; N]) -> Self {
        values.into_iter().collect()
    }
}

impl<T: Into<Self>> FromIterator<T> for Tree {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        Self::Array(values.into_iter().map(Into::into).collect())
    }
}

macro_rules! from_integers {
    ($($integer:ty),+) => {$(
        impl From<$integer> for Tree {
            fn from(number: $integer) -> Self {
                Self::Number(Number(number.to_string()))
            }
        }
    )+};
}

from_integers!(i32, i64, i128, u8, u16, u32, u64, usize);

impl Number {
    /// Returns the number's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Object {
    /// Creates an object without entries.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Returns the value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Tree> {
        self.0.iter().find(|(found, _)| found == key).map(|(_, value)| value)
    }

    /// Returns the value of a key.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Tree> {
        self.0.iter_mut().find(|(found, _)| found == key).map(|(_, value)| value)
    }

    /// Sets the value of a key; one that is there keeps its place.
    pub fn insert(&mut self, key: impl Into<String>, value: Tree) {
        let key = key.into();
        match self.get_mut(&key) {
            Some(found) => *found = value,
            None => self.0.push((key, value)),
        }
    }

    /// Returns the value of a key, after inserting `value` if there is none.
    pub fn get_or_insert(&mut self, key: &str, value: Tree) -> &mut Tree {
        let at = self.0.iter().position(|(found, _)| found == key).unwrap_or_else(|| {
            self.0.push((key.to_owned(), Tree::Null));
            let last = self.0.len() - 1;
            if let Some((_, new)) = self.0.last_mut() {
                *new = value;
            }
            last
        });
        #[expect(clippy::indexing_slicing, reason = "the position was found or added above")]
        &mut self.0[at].1
    }

    /// Returns the entries in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Tree)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }
}

impl PartialEq for Object {
    fn eq(&self, other: &Self) -> bool {
        self.0.len() == other.0.len() && self.iter().all(|(key, value)| other.get(key) == Some(value))
    }
}

impl Extend<(String, Tree)> for Object {
    fn extend<I: IntoIterator<Item = (String, Tree)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

impl<K: Into<String>> FromIterator<(K, Tree)> for Object {
    fn from_iter<I: IntoIterator<Item = (K, Tree)>>(entries: I) -> Self {
        let mut object = Self::new();
        object.extend(entries.into_iter().map(|(key, value)| (key.into(), value)));
        object
    }
}

impl<const N: usize> From<[(&str, Tree); N]> for Object {
    fn from(entries: [(&str, Tree); N]) -> Self {
        entries.into_iter().collect()
    }
}

impl IntoIterator for Object {
    type Item = (String, Tree);
    type IntoIter = std::vec::IntoIter<(String, Tree)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

#[cfg(feature = "serde")]
mod serialize {
    use serde::ser::{Serialize, SerializeMap, Serializer};

    use super::{Number, Object, Tree};

    impl Serialize for Tree {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            match self {
                Self::Null => serializer.serialize_unit(),
                Self::Bool(bool) => serializer.serialize_bool(*bool),
                Self::Number(number) => number.serialize(serializer),
                Self::String(text) => serializer.serialize_str(text),
                Self::Array(elements) => serializer.collect_seq(elements),
                Self::Object(object) => object.serialize(serializer),
            }
        }
    }

    impl Serialize for Number {
        /// Numbers beyond 64 bits lose digits.
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            if let Ok(number) = self.0.parse() {
                serializer.serialize_i64(number)
            } else if let Ok(number) = self.0.parse() {
                serializer.serialize_u64(number)
            } else {
                serializer.serialize_f64(self.0.parse().unwrap_or(f64::NAN))
            }
        }
    }

    impl Serialize for Object {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut map = serializer.serialize_map(Some(self.0.len()))?;
            for (key, value) in self.iter() {
                map.serialize_entry(key, value)?;
            }
            map.end()
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{Object, Tree};

    #[test]
    fn a_document_is_written_as_it_was_read() {
        let text = r#"{"a":[1,2.50,-0,1e3,"x\"\n"],"b":{},"c":[],"d":{"e":null,"f":true}}"#;
        let tree = Tree::parse(text).unwrap();
        assert_eq!(tree.to_string(), text);
        assert_eq!(
            format!("{:#}", Tree::parse(r#"{"a":[1,{}],"b":{"c":[]}}"#).unwrap()),
            "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": {\n    \"c\": []\n  }\n}"
        );
        assert_eq!(Tree::parse(&format!("{tree:#}")).unwrap(), tree);
        assert!(Tree::parse("{").is_err());
    }

    #[test]
    fn values_are_compared_by_meaning() {
        let parse = |text| Tree::parse(text).unwrap();
        for (one, other) in [
            (r#"{"a": 1, "b": [true, null]}"#, r#"{"b":[true,null],"a":1}"#),
            (r#""\u0061""#, r#""a""#),
            ("[ ]", "[]"),
        ] {
            assert_eq!(parse(one), parse(other));
        }
        for (one, other) in [
            ("1", "\"1\""),
            ("[1, 2]", "[2, 1]"),
            ("[1]", "[1, 1]"),
            (r#"{"a": 1}"#, r#"{"a": 2}"#),
            (r#"{"a": 1}"#, r#"{"b": 1}"#),
            (r#"{"a": 1}"#, r#"{"a": 1, "b": 1}"#),
        ] {
            assert_ne!(parse(one), parse(other));
        }
    }

    #[test]
    fn a_key_keeps_its_place() {
        let mut object = Object::from([("a", 1.into()), ("b", 2.into())]);
        object.insert("a", "x".into());
        *object.get_or_insert("b", Tree::Null) = 3.into();
        *object.get_or_insert("c", Tree::Null) = vec![1.5].into();
        assert_eq!(Tree::from(object).to_string(), r#"{"a":"x","b":3,"c":[1.5]}"#);
        assert_eq!(Tree::from(f64::NAN), Tree::Null);
    }
}
