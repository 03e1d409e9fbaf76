//! The sender of an envelope, which may be empty.

#[cfg(feature = "mail")]
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use super::address::{Address, AddressError};

/// The sender of an envelope (RFC 5321, 4.1.1.2): the address that bounces go to, or none (`<>`).
///
/// ```
/// use settings_core::mail::ReversePath;
///
/// assert_eq!("<>".parse::<ReversePath>()?, ReversePath::Null);
/// assert_eq!("bounces@example.com".parse::<ReversePath>()?.to_string(), "bounces@example.com");
/// # Ok::<(), settings_core::mail::AddressError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ReversePath {
    /// No address: no bounces are sent.
    Null,
    /// The address that bounces go to.
    Address(Address),
}

impl ReversePath {
    /// Returns the address; empty for [`ReversePath::Null`].
    pub fn as_str(&self) -> &str {
        match self {
            Self::Null => "",
            Self::Address(address) => address.as_str(),
        }
    }

    /// Returns the address, if there is one.
    pub fn address(&self) -> Option<&Address> {
        match self {
            Self::Null => None,
            Self::Address(address) => Some(address),
        }
    }

    /// Returns the form for commands; see `Address::on_the_wire`.
    #[cfg(feature = "mail")]
    pub(crate) fn on_the_wire(&self) -> Cow<'_, str> {
        match self {
            Self::Null => Cow::Borrowed(""),
            Self::Address(address) => address.on_the_wire(),
        }
    }
}

impl From<Address> for ReversePath {
    fn from(address: Address) -> Self {
        Self::Address(address)
    }
}

/// Parses an address, or `<>` or nothing for [`ReversePath::Null`].
impl FromStr for ReversePath {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        match text {
            "" | "<>" => Ok(Self::Null),
            text => text.parse().map(Self::Address),
        }
    }
}

impl fmt::Display for ReversePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("<>"),
            Self::Address(address) => write!(f, "{address}"),
        }
    }
}
