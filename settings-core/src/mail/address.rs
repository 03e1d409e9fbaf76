//! Email addresses, checked against injection.

use std::error::Error;
use std::fmt;
use std::str::FromStr;

/// The maximum length of an address in bytes (RFC 5321, 4.5.3.1.3, without the brackets).
const ADDRESS_LIMIT: usize = 254;
/// The maximum length of a display name in characters.
const NAME_LIMIT: usize = 512;

/// An email address, `local@domain`, that is safe to use in an SMTP command and a header.
///
/// The local part is a dot-atom or a quoted string, the domain a host name or an address in
/// brackets (RFC 5321, 4.1.2). Characters outside ASCII are allowed: in the domain they can always be sent (RFC 5890),
/// before the `@` only to a server that offers SMTPUTF8 (RFC 6531).
///
/// ```
/// use settings_core::mail::Address;
///
/// let address: Address = "admin@example.com".parse()?;
/// assert_eq!(address.domain(), "example.com");
/// assert!("a@b>\r\nRCPT TO:<evil@example.com".parse::<Address>().is_err());
/// # Ok::<(), settings_core::mail::AddressError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Address {
    text: String,
    at: usize,
}

/// An address with or without a display name: `Admin <admin@example.com>`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Mailbox {
    name: Option<String>,
    address: Address,
}

/// The reason why a text is not an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressError {
    text: String,
    reason: &'static str,
    /// A valid form of the same address.
    suggestion: Option<String>,
}

impl Address {
    /// Returns the part before the `@`.
    pub fn local_part(&self) -> &str {
        self.text.get(..self.at).unwrap_or_default()
    }

    /// Returns the part after the `@`.
    pub fn domain(&self) -> &str {
        self.text.get(self.at + 1..).unwrap_or_default()
    }

    /// Returns the whole address.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let fail = |reason| Err(AddressError { text: shortened(text), reason, suggestion: None });
        if text.len() > ADDRESS_LIMIT {
            return fail("an address has at most 254 bytes");
        }
        if text.chars().any(|c| c.is_control() || c == '\u{2028}' || c == '\u{2029}') {
            return fail("line breaks and control characters are not allowed in an address");
        }
        let Some((local, domain)) = text.rsplit_once('@') else {
            return fail("an address has the form name@domain");
        };
        if !is_dot_atom(local) && is_atom_with_dots(local) {
            // Some providers have given out such addresses; in quotes they are valid.
            let quoted = format!("\"{local}\"@{domain}");
            let suggestion = quoted.parse::<Self>().is_ok().then_some(quoted);
            let reason = "the part before the @ starts or ends with a dot, or has two in a row";
            return Err(AddressError { text: shortened(text), reason, suggestion });
        }
        if !(is_dot_atom(local) || is_quoted(local)) {
            return fail("the part before the @ is not a valid name");
        }
        if !(is_domain(domain) || is_address_literal(domain)) {
            return fail("the part after the @ is not a valid domain");
        }
        Ok(Self { text: text.to_owned(), at: local.len() })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Mailbox {
    /// Creates a mailbox with a display name, which may contain anything but control characters.
    ///
    /// # Errors
    /// If the name is too long or contains control characters.
    pub fn new(name: impl Into<String>, address: Address) -> Result<Self, AddressError> {
        let name = name.into();
        if name.chars().any(char::is_control) {
            let reason = "line breaks and control characters are not allowed in a display name";
            return Err(AddressError { text: shortened(&name), reason, suggestion: None });
        }
        if name.chars().count() > NAME_LIMIT {
            let reason = "a display name has at most 512 characters";
            return Err(AddressError { text: shortened(&name), reason, suggestion: None });
        }
        Ok(Self { name: Some(name).filter(|name| !name.is_empty()), address })
    }

    /// Returns the display name.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Returns the address.
    pub fn address(&self) -> &Address {
        &self.address
    }
}

impl From<Address> for Mailbox {
    fn from(address: Address) -> Self {
        Self { name: None, address }
    }
}

/// Parses `address`, `<address>` or `Display Name <address>`, with the name plain or in double quotes.
impl FromStr for Mailbox {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let text = text.trim_matches(' ');
        let Some((name, address)) = text.strip_suffix('>').and_then(|rest| rest.rsplit_once('<')) else {
            return Ok(text.parse::<Address>()?.into());
        };
        let name = name.trim_matches(' ');
        let name = match name.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
            Some(quoted) => unescaped(quoted),
            None => name.to_owned(),
        };
        Self::new(name, address.parse()?)
    }
}

impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{name} <{}>", self.address),
            None => write!(f, "{}", self.address),
        }
    }
}

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not a valid email address: {}", self.text, self.reason)?;
        match &self.suggestion {
            Some(suggestion) => write!(f, "; write it as {suggestion}"),
            None => Ok(()),
        }
    }
}

impl Error for AddressError {}

fn is_atom_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || !c.is_ascii() || "!#$%&'*+-/=?^_`{|}~".contains(c)
}

fn is_dot_atom(text: &str) -> bool {
    text.split('.').all(|atom| !atom.is_empty() && atom.chars().all(is_atom_char))
}

fn is_atom_with_dots(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c == '.' || is_atom_char(c))
}

fn is_quoted(text: &str) -> bool {
    let Some(inner) = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return false;
    };
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        let fine = match c {
            '"' => false,
            '\\' => chars.next().is_some(),
            _ => true,
        };
        if !fine {
            return false;
        }
    }
    text.len() > 2
}

fn is_domain(text: &str) -> bool {
    text.split('.').all(|label| {
        let plain = label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_' || is_letter(c));
        plain && !label.is_empty() && label.len() <= 63 && !label.starts_with('-') && !label.ends_with('-')
    })
}

/// Returns true for a character outside ASCII that is allowed in a domain: no whitespace, nothing invisible.
fn is_letter(c: char) -> bool {
    !c.is_ascii() && (c.is_alphanumeric() || !c.is_whitespace() && !('\u{2000}'..='\u{206f}').contains(&c))
}

fn is_address_literal(text: &str) -> bool {
    let Some(inner) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) else {
        return false;
    };
    match inner.strip_prefix("IPv6:") {
        Some(v6) => v6.parse::<std::net::Ipv6Addr>().is_ok(),
        None => inner.parse::<std::net::Ipv4Addr>().is_ok(),
    }
}

fn unescaped(quoted: &str) -> String {
    let mut name = String::with_capacity(quoted.len());
    let mut chars = quoted.chars();
    while let Some(c) = chars.next() {
        name.push(if c == '\\' { chars.next().unwrap_or('\\') } else { c });
    }
    name
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(80) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn valid_addresses() {
        for text in [
            "a@b",
            "admin+tag@mail.example.com",
            "\"john doe\"@example.com",
            "\"a\\\"b\"@example.com",
            "o'hara/x=y@example.co",
            "user@[127.0.0.1]",
            "user@[IPv6:::1]",
            "grüße@bücher.example",
        ] {
            let address = text.parse::<Address>().unwrap();
            assert_eq!(format!("{}@{}", address.local_part(), address.domain()), text);
        }
    }

    #[test]
    fn invalid_addresses_are_refused() {
        for text in [
            "",
            "@",
            "a@",
            "@b",
            "a",
            "a b@example.com",
            "a@b c",
            "a@b>",
            "<a@b",
            "a@b>\r\nRCPT TO:<evil@example.com",
            "a\n@b",
            "a\r@b",
            "a@b\0",
            "a..b@c",
            ".a@c",
            "a@-c",
            "a@c-",
            "a@.c",
            "a@c.",
            "\"a@b",
            "\"a\"b\"@c",
            "\"a\\\"@c",
            "\"\"@c",
            "a@[1.2.3]",
            "a@[IPv6:zz]",
            "a@b\u{2028}c",
            "a,b@c@d",
            "a@b\u{a0}c",
        ] {
            assert!(text.parse::<Address>().is_err(), "{text:?}");
        }
        assert!(format!("{}@b", "a".repeat(300)).parse::<Address>().is_err());
    }

    #[test]
    fn misplaced_dots_are_valid_in_quotes() {
        for local in ["foo..bar", ".foo", "foo."] {
            let error = format!("{local}@docomo.ne.jp").parse::<Address>().unwrap_err().to_string();
            let suggestion = format!("\"{local}\"@docomo.ne.jp");
            assert!(error.ends_with(&format!("write it as {suggestion}")), "{error}");
            assert!(suggestion.parse::<Address>().is_ok());
        }
    }

    #[test]
    fn mailboxes() {
        let mailbox: Mailbox = "\"Ad \\\"min\\\"\" <a@b>".parse().unwrap();
        assert_eq!((mailbox.name(), mailbox.address().as_str()), (Some("Ad \"min\""), "a@b"));
        assert_eq!("<a@b>".parse::<Mailbox>().unwrap().to_string(), "a@b");
        assert_eq!("Jürgen <a@b>".parse::<Mailbox>().unwrap().to_string(), "Jürgen <a@b>");
        assert!("x\r\nBcc: evil@x <a@b>".parse::<Mailbox>().is_err());
        assert!(Mailbox::new("a\nb", "a@b".parse().unwrap()).is_err());
    }
}
