//! Lists of a fixed length: arrays, pairs and triples.

use super::{SettingValue, Value};
use crate::schema::Kind;

impl<T: SettingValue, const N: usize> SettingValue for [T; N] {
    const KIND: Kind = Kind::Tuple(&[T::KIND; N]);

    fn from_value(value: Value<'_>) -> Option<Self> {
        let Value::List(values) = value else { return None };
        let values: Vec<T> = values.into_iter().map(T::from_value).collect::<Option<_>>()?;
        values.try_into().ok()
    }

    fn to_value(&self) -> Value<'_> {
        Value::List(self.iter().map(T::to_value).collect())
    }

    fn refusal(value: &Value<'_>) -> Option<String> {
        match value {
            Value::List(values) => values.iter().find_map(T::refusal),
            _ => None,
        }
    }
}

macro_rules! tuples {
    ($(($($element:ident $field:tt),+)),+ $(,)?) => {$(
        impl<$($element: SettingValue),+> SettingValue for ($($element,)+) {
            const KIND: Kind = Kind::Tuple(&[$($element::KIND),+]);

            fn from_value(value: Value<'_>) -> Option<Self> {
                let Value::List(values) = value else { return None };
                let mut values = values.into_iter();
                Some(($($element::from_value(values.next()?)?,)+))
            }

            fn to_value(&self) -> Value<'_> {
                Value::List(vec![$(self.$field.to_value()),+])
            }

            fn refusal(value: &Value<'_>) -> Option<String> {
                let Value::List(values) = value else { return None };
                let mut values = values.iter();
                $(
                    if let Some(why) = $element::refusal(values.next()?) {
                        return Some(why);
                    }
                )+
                None
            }
        }
    )+};
}

tuples!((A 0, B 1), (A 0, B 1, C 2));

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::value::{from_json, from_text, json, to_json};

    #[test]
    fn lists_of_a_fixed_length_round_trip() {
        type Pair = (u16, String);
        for text in ["[80, \"a\"]", "80 a", "80,a", "80, a"] {
            let read = from_text(&Pair::KIND, text).unwrap();
            assert_eq!(Pair::from_value(read), Some((80, "a".to_owned())), "{text}");
        }
        assert_eq!(to_json(&Pair::KIND, &(80_u16, "a".to_owned()).to_value()), "[80, \"a\"]");
        type Array = [Option<u8>; 2];
        let read = from_json(&Array::KIND, json::parse_value("[1, null]").unwrap()).unwrap();
        assert_eq!(Array::from_value(read), Some([Some(1), None]));
    }

    #[test]
    fn another_length_is_refused() {
        let fault = |kind: &Kind, text: &str| from_text(kind, text).unwrap_err();
        assert_eq!(
            &*fault(&<[u8; 3]>::KIND, "[1, 2]").expected,
            "a list of 3 elements, each a whole number from 0 to 255"
        );
        assert_eq!(&*fault(&<[u8; 3]>::KIND, "[1, 2]").found, "2 elements");
        assert_eq!(
            &*fault(&<(bool, u8)>::KIND, "true").expected,
            "a list of 2 elements: `true` or `false`, then a whole number from 0 to 255"
        );
        assert_eq!(&*fault(&<(bool, u8)>::KIND, "[true, 300]").within, "[1]");
    }
}
