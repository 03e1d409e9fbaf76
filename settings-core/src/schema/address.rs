//! The address of a setting, or of a part of its value.

use std::fmt;
use std::str::FromStr;

use super::env_name;

/// The address of a setting, or of a part of its value: `Providers.google.ClientSecret`, `Upstreams[0].URL`.
///
/// Keys are joined by dots, and the numbers of list entries are in brackets. A key that contains a dot, a bracket, a
/// quote or a blank is written in quotes and brackets; without them, its dots separate keys.
///
/// ```
/// use settings_core::schema::{Address, Segment};
///
/// let address: Address = "Upstreams[0].URL".parse()?;
/// assert_eq!(address.segments(), [Segment::Key("Upstreams".to_owned()), Segment::Index(0), Segment::Key("URL".to_owned())]);
/// assert_eq!(address.env_name("CHATD"), "CHATD_UPSTREAMS_0_URL");
///
/// let quoted: Address = r#"Plugins["com.example"].Enable"#.parse()?;
/// assert_eq!(quoted.segments().len(), 3);
/// assert_eq!(quoted.to_string(), r#"Plugins["com.example"].Enable"#);
/// # Ok::<(), settings_core::schema::InvalidAddress>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address(Vec<Segment>);

/// One step of an [`Address`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Segment {
    /// The key of a section, a setting or a map's entry.
    Key(String),
    /// The number of a list's entry, counted from 0.
    Index(usize),
}

/// The reason why a text is not an [`Address`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidAddress {
    /// The offset of the mistake, in bytes.
    pub offset: usize,
    expected: &'static str,
}

impl fmt::Display for InvalidAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not an address: expected {} at character {}", self.expected, self.offset + 1)
    }
}

impl std::error::Error for InvalidAddress {}

impl Address {
    /// Creates an address from its segments.
    pub const fn new(segments: Vec<Segment>) -> Self {
        Self(segments)
    }

    /// Returns the segments, the outermost first.
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// Adds a segment.
    pub fn push(&mut self, segment: Segment) {
        self.0.push(segment);
    }

    /// Removes and returns the last segment.
    pub fn pop(&mut self) -> Option<Segment> {
        self.0.pop()
    }

    /// Returns the variable that sets it, in upper case. Only a key that the map has already is found in upper case.
    pub fn env_name(&self, prefix: &str) -> String {
        let segments = self.0.iter().map(|segment| match segment {
            Segment::Key(key) => key.clone(),
            Segment::Index(number) => number.to_string(),
        });
        env_name(prefix, &segments.collect::<Vec<_>>().join("_"))
    }
}

impl FromIterator<Segment> for Address {
    fn from_iter<I: IntoIterator<Item = Segment>>(segments: I) -> Self {
        Self(segments.into_iter().collect())
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.split_first() {
            Some((Segment::Key(key), rest)) if is_plain(key) => {
                f.write_str(key)?;
                rest.iter().try_for_each(|segment| segment.fmt(f))
            }
            _ => self.0.iter().try_for_each(|segment| segment.fmt(f)),
        }
    }
}

impl fmt::Display for Segment {
    /// Writes the segment as it follows another one: `.URL`, `[0]`, `["a.b"]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Index(number) => write!(f, "[{number}]"),
            Self::Key(key) if is_plain(key) => write!(f, ".{key}"),
            Self::Key(key) => {
                f.write_str("[\"")?;
                for c in key.chars() {
                    f.write_str(if matches!(c, '"' | '\\') { "\\" } else { "" })?;
                    write!(f, "{c}")?;
                }
                f.write_str("\"]")
            }
        }
    }
}

/// Returns whether a key needs no quotes.
fn is_plain(key: &str) -> bool {
    let is_odd =
        |c: char| matches!(c, '.' | '[' | ']' | '"' | '\\' | '=') || c.is_whitespace() || c.is_control();
    !key.is_empty() && !key.contains(is_odd)
}

impl FromStr for Address {
    type Err = InvalidAddress;

    /// Parses keys joined by dots, and entries in brackets.
    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        let mut segments = Vec::new();
        let mut rest = text;
        let error = |rest: &str, expected| InvalidAddress { offset: text.len() - rest.len(), expected };
        loop {
            if let Some(inner) = rest.strip_prefix('[') {
                let (segment, after) = bracketed(inner).ok_or_else(|| {
                    error(inner, "the number of an entry or a key in double quotes, then `]`,")
                })?;
                segments.push(segment);
                rest = after;
            } else {
                let len = rest.find(['.', '[']).unwrap_or(rest.len());
                let (key, after) = rest.split_at(len);
                if key.is_empty() {
                    return Err(error(rest, "a key"));
                }
                segments.push(Segment::Key(key.to_owned()));
                rest = after;
            }
            match rest.chars().next() {
                None => return Ok(Self(segments)),
                Some('[') => {}
                Some('.') => rest = rest.get(1..).unwrap_or_default(),
                Some(_) => return Err(error(rest, "`.` or `[`")),
            }
        }
    }
}

/// Parses the part after an opening bracket, and returns it with the text after the closing one.
fn bracketed(text: &str) -> Option<(Segment, &str)> {
    let Some(mut rest) = text.strip_prefix('"') else {
        let (number, rest) = text.split_once(']')?;
        let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        return is_number.then(|| number.parse().ok()).flatten().map(|number| (Segment::Index(number), rest));
    };
    let mut key = String::new();
    loop {
        let mut chars = rest.chars();
        match chars.next()? {
            '"' => return Some((Segment::Key(key), chars.as_str().strip_prefix(']')?)),
            '\\' => key.push(chars.next()?),
            c => key.push(c),
        }
        rest = chars.as_str();
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{Address, Segment};

    fn key(key: &str) -> Segment {
        Segment::Key(key.to_owned())
    }

    #[test]
    fn texts_and_addresses_are_inverse() {
        for (text, segments) in [
            ("Port", vec![key("Port")]),
            ("Mail.Port", vec![key("Mail"), key("Port")]),
            ("Upstreams[12].URL", vec![key("Upstreams"), Segment::Index(12), key("URL")]),
            (r#"Map["a.b"]"#, vec![key("Map"), key("a.b")]),
            (r#"Map["a\"]\\"].X"#, vec![key("Map"), key(r#"a"]\"#), key("X")]),
            (r#"Map["a b"][0]"#, vec![key("Map"), key("a b"), Segment::Index(0)]),
            (r#"Map[""]"#, vec![key("Map"), key("")]),
        ] {
            let address: Address = text.parse().unwrap();
            assert_eq!(address.segments(), segments, "{text}");
            assert_eq!(address.to_string(), text);
        }
        assert_eq!(r#"Map["a"]"#.parse::<Address>().unwrap().to_string(), "Map.a");
    }

    #[test]
    fn mistakes_have_a_place() {
        for (text, offset) in [
            ("", 0),
            ("A.", 2),
            (".A", 0),
            ("A..B", 2),
            ("A[", 2),
            ("A[x]", 2),
            ("A[0]B", 4),
            ("A[\"b", 2),
            ("A[1", 2),
        ] {
            assert_eq!(text.parse::<Address>().unwrap_err().offset, offset, "{text}");
        }
    }
}
