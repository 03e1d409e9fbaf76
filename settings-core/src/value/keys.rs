//! The keys of maps.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Display;
use std::hash::{BuildHasher, Hash};
use std::marker::PhantomData;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::num::{NonZeroU8, NonZeroU16, NonZeroU32, NonZeroU64, NonZeroUsize};
use std::path::PathBuf;
use std::rc::Rc;
use std::str::FromStr;
use std::sync::Arc;

use super::map_keys::own_kind;
use super::{SettingValue, Value, from_json::choice_of};
use crate::schema::{CustomKind, Kind};

/// A type that the keys of a map can have.
///
/// Implemented for texts, integers and addresses, and by `#[derive(SettingValue)]` for enums.
///
/// ```
/// use std::borrow::Cow;
///
/// use settings_core::value::MapKey;
///
/// #[derive(PartialEq, Eq, PartialOrd, Ord)]
/// struct Tenant(String);
///
/// impl MapKey for Tenant {
///     fn from_key(key: Cow<'_, str>) -> Result<Self, String> {
///         match key.chars().all(|c| c.is_ascii_lowercase()) {
///             true => Ok(Self(key.into_owned())),
///             false => Err("a tenant has small letters only".to_owned()),
///         }
///     }
///
///     fn to_key(&self) -> Cow<'_, str> {
///         self.0.as_str().into()
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the key of a map",
    label = "not the key of a map",
    note = "for an enum without data: derive `SettingValue`; for another type: implement `MapKey`"
)]
pub trait MapKey: Sized {
    /// True if each text is a key.
    const ACCEPTS_ALL: bool = false;

    /// The kind of the keys, by which each wrong one is refused at its place, and which documents and the JSON Schema
    /// describe. By default that is a check by [`from_key`](Self::from_key).
    const KEY_KIND: Kind = if Self::ACCEPTS_ALL { Kind::Text } else { Kind::Custom(&OwnKeys::<Self>::KIND) };

    /// Reads a key.
    ///
    /// # Errors
    /// Returns what is wrong with the text, in a few words.
    fn from_key(key: Cow<'_, str>) -> Result<Self, String>;

    /// Returns the text of a key.
    fn to_key(&self) -> Cow<'_, str>;
}

macro_rules! texts {
    ($($text:ty),+) => {$(
        impl MapKey for $text {
            const ACCEPTS_ALL: bool = true;

            fn from_key(key: Cow<'_, str>) -> Result<Self, String> {
                Ok(Self::from(key.into_owned()))
            }

            fn to_key(&self) -> Cow<'_, str> {
                Cow::Borrowed(self)
            }
        }
    )+};
}

texts!(String, Box<str>, Rc<str>, Arc<str>, Cow<'static, str>);

impl MapKey for PathBuf {
    const ACCEPTS_ALL: bool = true;

    fn from_key(key: Cow<'_, str>) -> Result<Self, String> {
        Ok(Self::from(key.into_owned()))
    }

    fn to_key(&self) -> Cow<'_, str> {
        self.to_string_lossy()
    }
}

/// The keys of a type without a kind of its own.
struct OwnKeys<K>(PhantomData<K>);

impl<K: MapKey> OwnKeys<K> {
    const KIND: CustomKind = own_kind(|key| {
        K::from_key(key.into()).map(drop).map_err(|why| format!("`{}`: {why}", key.escape_debug()))
    });
}

/// Implements the trait for types of settings with `FromStr` and `Display`.
macro_rules! parsed {
    ($($(#[$attribute:meta])* $key:ty),+ $(,)?) => {$(
        $(#[$attribute])*
        impl MapKey for $key {
            const KEY_KIND: Kind = <$key as SettingValue>::KIND;

            fn from_key(key: Cow<'_, str>) -> Result<Self, String> {
                parse(&key)
            }

            fn to_key(&self) -> Cow<'_, str> {
                self.to_string().into()
            }
        }
    )+};
}

parsed!(
    bool,
    char,
    u8,
    u16,
    u32,
    u64,
    usize,
    i8,
    i16,
    i32,
    i64,
    isize,
    NonZeroU8,
    NonZeroU16,
    NonZeroU32,
    NonZeroU64,
    NonZeroUsize,
    IpAddr,
    Ipv4Addr,
    Ipv6Addr,
    SocketAddr,
    SocketAddrV4,
    SocketAddrV6,
);

parsed!(
    #[cfg(feature = "camino")]
    camino::Utf8PathBuf,
    #[cfg(feature = "ipnet")]
    ipnet::IpNet,
    #[cfg(feature = "ipnet")]
    ipnet::Ipv4Net,
    #[cfg(feature = "ipnet")]
    ipnet::Ipv6Net,
    #[cfg(feature = "url")]
    url::Url,
    #[cfg(feature = "uuid")]
    uuid::Uuid,
);

fn parse<K: FromStr<Err: Display>>(key: &str) -> Result<K, String> {
    key.parse().map_err(|error: K::Err| error.to_string())
}

/// Reads the key of an enum, whose kind is [`Kind::OneOf`].
pub fn choice_key<K: SettingValue>(key: &str) -> Result<K, String> {
    let choice = choice_of(&K::KIND, key).and_then(|text| K::from_value(Value::Text(text.to_owned().into())));
    choice.ok_or_else(|| format!("expected {}", super::expectation(&K::KIND)))
}

/// Returns what is wrong with the keys of a map, or with its values.
fn refusal<K: MapKey, T: SettingValue>(value: &Value<'_>) -> Option<String> {
    let Value::Map(entries) = value else { return None };
    if !K::ACCEPTS_ALL {
        let mut seen: Vec<String> = Vec::with_capacity(entries.len());
        for (key, _) in entries {
            match K::from_key(Cow::Borrowed(key)) {
                Err(why) => return Some(format!("the key `{}` is refused: {why}", key.escape_debug())),
                Ok(read) if seen.iter().any(|seen| *seen == read.to_key()) => {
                    return Some(format!("the key `{}` appears twice in two spellings", read.to_key()));
                }
                Ok(read) => seen.push(read.to_key().into_owned()),
            }
        }
    }
    entries.iter().find_map(|(_, value)| T::refusal(value))
}

impl<K: MapKey + Ord, T: SettingValue> SettingValue for BTreeMap<K, T> {
    const KIND: Kind = Kind::map_by(&K::KEY_KIND, &T::KIND);

    fn from_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Map(entries) => {
                // not `collect`, which sorts a copy: most maps are small
                let mut map = Self::new();
                for (key, value) in entries {
                    map.insert(K::from_key(key).ok()?, T::from_value(value)?);
                }
                Some(map)
            }
            _ => None,
        }
    }

    fn to_value(&self) -> Value<'_> {
        Value::Map(self.iter().map(|(key, value)| (key.to_key(), value.to_value())).collect())
    }

    fn refusal(value: &Value<'_>) -> Option<String> {
        refusal::<K, T>(value)
    }
}

impl<K: MapKey + Eq + Hash, T: SettingValue, S: BuildHasher + Default> SettingValue for HashMap<K, T, S> {
    const KIND: Kind = Kind::map_by(&K::KEY_KIND, &T::KIND);

    fn from_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Map(entries) => entries
                .into_iter()
                .map(|(key, value)| Some((K::from_key(key).ok()?, T::from_value(value)?)))
                .collect(),
            _ => None,
        }
    }

    fn to_value(&self) -> Value<'_> {
        let mut entries: Vec<_> = self.iter().map(|(key, value)| (key.to_key(), value.to_value())).collect();
        entries.sort_by(|(a, _): &(Cow<'_, str>, _), (b, _)| a.cmp(b));
        Value::Map(entries)
    }

    fn refusal(value: &Value<'_>) -> Option<String> {
        refusal::<K, T>(value)
    }
}
