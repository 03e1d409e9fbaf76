//! Finding duplicate elements and keys, in lists and maps that can be long.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashSet;

use super::Value;
use super::json::{Raw, Shape, whole_number};

/// Returns the index of the first value that repeats an earlier one.
pub(super) fn repeated(values: &[Value<'_>]) -> Option<usize> {
    first_repeated((0..).zip(values).collect(), |a, b| order(a, b))
}

/// Returns the index of the first element that a JSON reader considers equal to an earlier one (`1`, `1.0`).
pub(super) fn repeated_number(elements: &[Raw<'_>]) -> Option<usize> {
    let number = |(at, raw): (usize, &Raw<'_>)| {
        let float = raw.text.parse::<f64>().ok().filter(|_| raw.shape == Shape::Number)?;
        Some((at, (whole_number(raw.text), float)))
    };
    // as floats, large neighbours would be equal
    let order = |a: &(Option<i128>, f64), b: &(Option<i128>, f64)| match (a.0, b.0) {
        (None, None) => a.1.total_cmp(&b.1),
        (a, b) => a.cmp(&b),
    };
    first_repeated(elements.iter().enumerate().filter_map(number).collect(), order)
}

/// The keys of a map, which must differ.
#[derive(Default)]
pub(crate) struct Keys<'k> {
    /// The first keys, which are compared one by one: hashing costs more.
    few: Vec<Cow<'k, str>>,
    others: HashSet<Cow<'k, str>>,
}

impl<'k> Keys<'k> {
    const FEW: usize = 8;

    /// Adds a key, and returns whether it is new.
    pub(crate) fn insert(&mut self, key: Cow<'k, str>) -> bool {
        if self.few.contains(&key) {
            return false;
        }
        if self.few.len() < Self::FEW {
            self.few.push(key);
            return true;
        }
        self.others.insert(key)
    }
}

/// Returns the index of the first value that repeats an earlier one, by an order of them.
fn first_repeated<T>(mut numbered: Vec<(usize, T)>, order: impl Fn(&T, &T) -> Ordering) -> Option<usize> {
    // stable, so that the first of several equal values stays the first
    numbered.sort_by(|(_, a), (_, b)| order(a, b));
    let pairs = numbered.iter().zip(numbered.iter().skip(1));
    pairs.filter(|((_, a), (_, b))| order(a, b).is_eq()).map(|(_, (at, _))| *at).min()
}

/// Orders the values of one kind. The recursion is as deep as the kind nests.
fn order(a: &Value<'_>, b: &Value<'_>) -> Ordering {
    match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Integer(a), Value::Integer(b)) => a.cmp(b),
        (Value::Float(a), Value::Float(b)) => a.total_cmp(b),
        (Value::Text(a), Value::Text(b)) | (Value::Secret(a), Value::Secret(b)) => a.cmp(b),
        (Value::Duration(a), Value::Duration(b)) => a.cmp(b),
        (Value::List(a), Value::List(b)) | (Value::Section(a), Value::Section(b)) => {
            let unequal = a.iter().zip(b).map(|(a, b)| order(a, b)).find(|order| order.is_ne());
            unequal.unwrap_or_else(|| a.len().cmp(&b.len()))
        }
        (Value::Map(a), Value::Map(b)) => {
            let entries =
                a.iter().zip(b).map(|((a_key, a), (b_key, b))| a_key.cmp(b_key).then_with(|| order(a, b)));
            entries.into_iter().find(|order| order.is_ne()).unwrap_or_else(|| a.len().cmp(&b.len()))
        }
        (a, b) => rank(a).cmp(&rank(b)),
    }
}

const fn rank(value: &Value<'_>) -> u8 {
    match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Integer(_) => 2,
        Value::Float(_) => 3,
        Value::Text(_) => 4,
        Value::Duration(_) => 5,
        Value::List(_) => 6,
        Value::Map(_) => 7,
        Value::Section(_) => 8,
        Value::Secret(_) => 9,
    }
}

#[cfg(test)]
mod tests {
    use super::Keys;
    use crate::schema::Kind;
    use crate::value::json::parse_value;
    use crate::value::{from_json, from_text};

    const NUMBERS: Kind = Kind::Set(&Kind::Integer { min: i64::MIN as i128, max: i64::MAX as i128 });

    /// Returns the text that is reported as a duplicate, and its offset.
    fn twice(kind: &Kind, json: &str) -> Option<(usize, String)> {
        let mismatch = parse_value(json).ok().and_then(|raw| from_json(kind, raw).err())?;
        let (start, len) = mismatch.part?;
        Some((start, json.get(start..start + len)?.to_owned()))
    }

    #[test]
    fn the_first_duplicate_is_reported() {
        let lists = Kind::Set(&Kind::List(&Kind::Bool));
        let texts = Kind::Set(&Kind::Text);
        for (kind, json, expected) in [
            (NUMBERS, "[1, 2, 3, 2, 1]", Some((10, "2"))),
            (NUMBERS, r#"[5, "5"]"#, Some((4, r#""5""#))),
            (NUMBERS, "[9223372036854775806, 9223372036854775805]", None),
            (texts, "[1, 1.0]", Some((4, "1.0"))),
            (texts, r#"["b", "a", "\u0062"]"#, Some((11, r#""\u0062""#))),
            (Kind::Set(&Kind::ANY_FLOAT), "[0, -0.0]", Some((4, "-0.0"))),
            (lists, "[[true], [], [true, true], []]", Some((27, "[]"))),
            (Kind::map(&Kind::Text), r#"{"a": "", "b": "", "\u0061": ""}"#, Some((19, r#""\u0061""#))),
        ] {
            assert_eq!(twice(&kind, json), expected.map(|(at, text)| (at, text.to_owned())), "{json}");
        }
        assert!(
            from_text(&NUMBERS, "3, 1, 2, 1").is_err_and(|mismatch| mismatch.found.ends_with("number 4"))
        );
    }

    #[test]
    fn a_repeated_key_is_found_among_few_and_among_many() {
        for count in [1, 8, 9, 20] {
            let mut keys = Keys::default();
            let name = |number: usize| format!("key{number}").into();
            assert!((0..count).all(|number| keys.insert(name(number))), "{count}");
            assert!((0..count).all(|number| !keys.insert(name(number))), "{count}");
        }
    }

    #[test]
    fn a_long_list_is_checked_in_reasonable_time() {
        let mut json: String = (0..300_000).map(|number| format!("{number},")).collect();
        json.insert(0, '[');
        json.push(']');
        assert_eq!(twice(&NUMBERS, &json), None);
    }
}
