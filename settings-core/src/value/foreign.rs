//! Types of other crates, each behind a feature of the crate's name.

#![allow(unused_imports, unused_macros, reason = "each feature needs some of them")]

use super::texts::fault;
use super::{SettingValue, Value};
use crate::schema::{CustomKind, Kind};

/// Implements the trait for types with `FromStr` and `Display`.
macro_rules! parsed {
    ($feature:literal: $($parsed:ty: $name:literal),+ $(,)?) => {$(
        #[cfg(feature = $feature)]
        #[cfg_attr(docsrs, doc(cfg(feature = $feature)))]
        impl SettingValue for $parsed {
            const KIND: Kind = Kind::Custom(&CustomKind::new($name, fault::<Self>));

            fn from_value(value: Value<'_>) -> Option<Self> {
                value.as_text()?.parse().ok()
            }

            fn to_value(&self) -> Value<'_> {
                Value::Text(self.to_string().into())
            }
        }
    )+};
}

parsed!("url": url::Url: "a URL such as `https://example.com/path`");
parsed!("uuid": uuid::Uuid: "a UUID such as `67e55044-10b1-426f-9247-bb680e5fe0c8`");
parsed!(
    "ipnet":
    ipnet::IpNet: "a network such as `192.0.2.0/24` or `2001:db8::/32`",
    ipnet::Ipv4Net: "a network such as `192.0.2.0/24`",
    ipnet::Ipv6Net: "a network such as `2001:db8::/32`",
);
parsed!("regex": regex::Regex: "a regular expression such as `[a-z]+`");
parsed!(
    "jiff":
    jiff::Timestamp: "a point in time such as `2024-06-19T15:22:45Z`",
    jiff::civil::Date: "a date such as `2024-06-19`",
    jiff::civil::Time: "a time of day such as `15:22:45`",
    jiff::civil::DateTime: "a date and time of day such as `2024-06-19T15:22:45`",
    jiff::SignedDuration: "a duration such as `1h30m`, `-5s` or `PT30S`",
    jiff::Span: "a span of time such as `P1M2DT3H` or `1 month 2 days`",
);

#[cfg(feature = "camino")]
#[cfg_attr(docsrs, doc(cfg(feature = "camino")))]
impl SettingValue for camino::Utf8PathBuf {
    const KIND: Kind = Kind::Text;

    fn from_value(value: Value<'_>) -> Option<Self> {
        String::from_value(value).map(Self::from)
    }

    fn to_value(&self) -> Value<'_> {
        Value::Text(self.as_str().into())
    }
}

#[cfg(feature = "bytesize")]
#[cfg_attr(docsrs, doc(cfg(feature = "bytesize")))]
impl SettingValue for bytesize::ByteSize {
    const KIND: Kind = Kind::Size { min: 0, max: u64::MAX };

    fn from_value(value: Value<'_>) -> Option<Self> {
        super::ByteSize::from_value(value).map(|size| Self(size.bytes()))
    }

    fn to_value(&self) -> Value<'_> {
        Value::Integer(self.0.into())
    }
}

#[cfg(feature = "secrecy")]
#[cfg_attr(docsrs, doc(cfg(feature = "secrecy")))]
impl SettingValue for secrecy::SecretString {
    const KIND: Kind = Kind::Secret;

    fn from_value(value: Value<'_>) -> Option<Self> {
        String::from_value(value).map(Self::from)
    }

    fn to_value(&self) -> Value<'_> {
        Value::Secret(secrecy::ExposeSecret::expose_secret(self).into())
    }
}

#[cfg(all(
    test,
    feature = "url",
    feature = "uuid",
    feature = "ipnet",
    feature = "regex",
    feature = "jiff",
    feature = "camino",
    feature = "bytesize",
    feature = "secrecy"
))]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::value::{from_json, from_text, json, to_json};

    /// Reads a text, and reads its JSON again to the same JSON.
    fn round_trip<T: SettingValue>(text: &str, written: &str) -> T {
        let value = T::from_value(from_text(&T::KIND, text).unwrap()).unwrap();
        let json = to_json(&T::KIND, &value.to_value());
        assert_eq!(json, written);
        let again = T::from_value(from_json(&T::KIND, json::parse_value(&json).unwrap()).unwrap()).unwrap();
        assert_eq!(to_json(&T::KIND, &again.to_value()), json);
        value
    }

    #[test]
    fn texts_of_every_crate_round_trip() {
        round_trip::<url::Url>("https://example.com", "\"https://example.com/\"");
        let id = "67e55044-10b1-426f-9247-bb680e5fe0c8";
        round_trip::<uuid::Uuid>(id, &format!("{id:?}"));
        round_trip::<ipnet::IpNet>("2001:db8::/32", "\"2001:db8::/32\"");
        round_trip::<ipnet::Ipv4Net>("192.0.2.0/24", "\"192.0.2.0/24\"");
        assert!(round_trip::<regex::Regex>("a+", "\"a+\"").is_match("caat"));
        round_trip::<jiff::Timestamp>("2024-06-19T15:22:45Z", "\"2024-06-19T15:22:45Z\"");
        round_trip::<jiff::civil::Date>("2024-06-19", "\"2024-06-19\"");
        assert_eq!(round_trip::<jiff::SignedDuration>("1h30m", "\"PT1H30M\"").as_secs(), 5_400);
        round_trip::<camino::Utf8PathBuf>("/a b", "\"/a b\"");
        assert_eq!(round_trip::<bytesize::ByteSize>("10MiB", "10485760").0, 10 << 20);
        let secret = round_trip::<secrecy::SecretString>("s3cret", "\"s3cret\"");
        assert!(!format!("{secret:?}").contains("s3cret"));
    }

    #[test]
    fn other_texts_are_refused_with_the_expected_form() {
        let fault = |kind: &Kind, text: &str| from_text(kind, text).unwrap_err().expected.to_string();
        assert!(fault(&url::Url::KIND, "example.com").contains("https://example.com/path"));
        assert!(fault(&ipnet::IpNet::KIND, "192.0.2.0").contains("192.0.2.0/24"));
        assert!(fault(&regex::Regex::KIND, "a(").contains("a regular expression"));
        assert!(fault(&uuid::Uuid::KIND, "1").contains("a UUID"));
    }
}
