//! Types that are read from text and written as text.

use std::borrow::Cow;
use std::ffi::OsString;
use std::fmt::Display;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::num::{
    NonZeroI8, NonZeroI16, NonZeroI32, NonZeroI64, NonZeroIsize, NonZeroU8, NonZeroU16, NonZeroU32,
    NonZeroU64, NonZeroUsize,
};
use std::rc::Rc;
use std::str::FromStr;
use std::sync::Arc;

use super::{SettingValue, Value};
use crate::schema::{CustomKind, Kind, TextRules};

macro_rules! strings {
    ($($text:ty),+) => {$(
        impl SettingValue for $text {
            const KIND: Kind = Kind::Text;

            fn from_value(value: Value<'_>) -> Option<Self> {
                String::from_value(value).map(Self::from)
            }

            fn to_value(&self) -> Value<'_> {
                Value::Text(Cow::Borrowed(self))
            }
        }
    )+};
}

strings!(Box<str>, Rc<str>, Arc<str>, Cow<'static, str>);

impl SettingValue for OsString {
    const KIND: Kind = Kind::Text;

    fn from_value(value: Value<'_>) -> Option<Self> {
        String::from_value(value).map(Self::from)
    }

    fn to_value(&self) -> Value<'_> {
        Value::Text(self.to_string_lossy())
    }
}

impl SettingValue for char {
    const KIND: Kind = Kind::TextOf(&TextRules { min_len: 1, max_len: 1, ..TextRules::ANY });

    fn from_value(value: Value<'_>) -> Option<Self> {
        value.as_text()?.parse().ok()
    }

    fn to_value(&self) -> Value<'_> {
        Value::Text(self.to_string().into())
    }
}

/// One number of an IPv4 address.
macro_rules! octet {
    () => {
        "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
    };
}

/// An IPv4 address.
const IPV4: &str = concat!("(?:", octet!(), r"\.){3}", octet!());

/// The characters of an IPv6 address, with two colons.
const IPV6: &str = "[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*";

/// An address of either version.
const IP: &str = concat!("(?:", octet!(), r"\.){3}", octet!(), "|[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*");

macro_rules! addresses {
    ($($address:ty: $name:literal $(, $pattern:expr)?;)+) => {$(
        impl SettingValue for $address {
            const KIND: Kind = Kind::Custom(&CustomKind::new($name, fault::<Self>)$(.pattern($pattern))?);

            fn from_value(value: Value<'_>) -> Option<Self> {
                value.as_text()?.parse().ok()
            }

            fn to_value(&self) -> Value<'_> {
                Value::Text(self.to_string().into())
            }
        }
    )+};
}

addresses! {
    IpAddr: "an IP address such as `192.0.2.1` or `2001:db8::1`", IP;
    Ipv4Addr: "an IPv4 address such as `192.0.2.1`", IPV4;
    Ipv6Addr: "an IPv6 address such as `2001:db8::1`", IPV6;
    SocketAddr: "an IP address and a port such as `127.0.0.1:8080` or `[::1]:8080`";
    SocketAddrV4: "an IPv4 address and a port such as `127.0.0.1:8080`";
    SocketAddrV6: "an IPv6 address and a port such as `[::1]:8080`";
}

macro_rules! positive {
    ($($number:ty: $plain:ty),+ $(,)?) => {$(
        impl SettingValue for $number {
            const KIND: Kind = Kind::Integer { min: 1, max: <$plain>::MAX as i128 };

            fn from_value(value: Value<'_>) -> Option<Self> {
                <$plain>::from_value(value).and_then(Self::new)
            }

            fn to_value(&self) -> Value<'_> {
                Value::Integer(self.get() as i128)
            }
        }
    )+};
}

macro_rules! nonzero {
    ($($number:ty: $plain:ty),+ $(,)?) => {$(
        impl SettingValue for $number {
            const KIND: Kind = <$plain>::KIND;

            fn from_value(value: Value<'_>) -> Option<Self> {
                <$plain>::from_value(value).and_then(Self::new)
            }

            fn to_value(&self) -> Value<'_> {
                Value::Integer(self.get() as i128)
            }

            fn refusal(value: &Value<'_>) -> Option<String> {
                (*value == Value::Integer(0)).then(|| "expected a whole number other than 0, found 0".to_owned())
            }
        }
    )+};
}

nonzero!(NonZeroI8: i8, NonZeroI16: i16, NonZeroI32: i32, NonZeroI64: i64, NonZeroIsize: isize);

positive!(NonZeroU8: u8, NonZeroU16: u16, NonZeroU32: u32, NonZeroU64: u64, NonZeroUsize: usize);

/// The check of a [`CustomKind`] for a type that is parsed.
pub(super) fn fault<T: FromStr<Err: Display>>(text: &str) -> Result<(), String> {
    parsed(text, text.parse::<T>()).map(drop)
}

/// Returns what was parsed, or the message of a [`CustomKind`].
pub fn parsed<T, E: Display>(text: &str, result: Result<T, E>) -> Result<T, String> {
    result.map_err(|error| format!("`{}`: {error}", text.escape_debug()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::value::{from_json, from_text, json, to_json};

    fn round_trip<T: SettingValue + PartialEq + std::fmt::Debug>(text: &str, value: &T) {
        let read = from_text(&T::KIND, text).unwrap();
        assert_eq!(T::from_value(read).as_ref(), Some(value), "{text}");
        let written = to_json(&T::KIND, &value.to_value());
        let read = from_json(&T::KIND, json::parse_value(&written).unwrap()).unwrap();
        assert_eq!(T::from_value(read).as_ref(), Some(value), "{written}");
    }

    #[test]
    fn texts_numbers_and_addresses_round_trip() {
        round_trip::<Box<str>>("a b", &"a b".into());
        round_trip::<Rc<str>>("", &"".into());
        round_trip::<Arc<str>>("é", &"é".into());
        round_trip::<Cow<'static, str>>("a", &Cow::Borrowed("a"));
        round_trip::<OsString>("a", &OsString::from("a"));
        round_trip("é", &'é');
        round_trip("192.0.2.1", &IpAddr::from([192, 0, 2, 1]));
        round_trip("192.0.2.1", &Ipv4Addr::new(192, 0, 2, 1));
        round_trip("::1", &Ipv6Addr::LOCALHOST);
        round_trip("[::1]:80", &SocketAddr::from((Ipv6Addr::LOCALHOST, 80)));
        round_trip("127.0.0.1:80", &SocketAddrV4::new(Ipv4Addr::LOCALHOST, 80));
        round_trip("[::1]:80", &SocketAddrV6::new(Ipv6Addr::LOCALHOST, 80, 0, 0));
        round_trip("1", &NonZeroU16::MIN);
        round_trip("18446744073709551615", &NonZeroU64::MAX);
    }

    #[test]
    fn other_values_are_refused_with_the_expected_form() {
        let fault = |kind: &Kind, text: &str| {
            let mismatch = from_text(kind, text).unwrap_err();
            (mismatch.expected.to_string(), mismatch.found.to_string())
        };
        let (expected, found) = fault(&SocketAddr::KIND, "localhost:80");
        assert!(
            expected.contains("`127.0.0.1:8080`") && found.contains("`localhost:80`"),
            "{expected}, {found}"
        );
        assert_eq!(fault(&NonZeroU8::KIND, "0").0, "a whole number from 1 to 255");
        assert!(from_text(&char::KIND, "ab").is_err() && from_text(&char::KIND, "").is_err());
        assert!(
            from_text(&Ipv4Addr::KIND, "::1").is_err() && from_text(&Ipv6Addr::KIND, "127.0.0.1").is_err()
        );
    }
}
