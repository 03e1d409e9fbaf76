//! Names outside ASCII: converted to A-labels (RFC 5890) if possible, otherwise sent with SMTPUTF8 (RFC 6531).

use std::borrow::Cow;

use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};

use super::address::Address;

impl Address {
    /// Returns true if the address requires SMTPUTF8 (RFC 6531): there are characters outside ASCII before the `@`, or the
    /// domain has no ASCII form.
    ///
    /// ```
    /// use settings_core::mail::Address;
    ///
    /// assert!("grüße@example.com".parse::<Address>()?.is_international());
    /// assert!(!"info@bücher.example".parse::<Address>()?.is_international());
    /// # Ok::<(), settings_core::mail::AddressError>(())
    /// ```
    pub fn is_international(&self) -> bool {
        !self.on_the_wire().is_ascii()
    }

    /// Returns the form for commands and headers. If the local part is ASCII, a domain outside ASCII is written in
    /// A-labels, which every server and reader supports.
    pub(crate) fn on_the_wire(&self) -> Cow<'_, str> {
        if self.as_str().is_ascii() || !self.local_part().is_ascii() {
            return Cow::Borrowed(self.as_str());
        }
        match a_labels(self.domain()) {
            Some(domain) => Cow::Owned(format!("{}@{domain}", self.local_part())),
            None => Cow::Borrowed(self.as_str()),
        }
    }
}

/// Returns a host name in the form used by DNS and certificates, or `None` if it is not a host name. IP addresses and
/// ASCII names are returned unchanged.
pub(crate) fn ascii_host(host: &str) -> Option<Cow<'_, str>> {
    if host.is_ascii() {
        return host.bytes().all(|byte| byte.is_ascii_graphic()).then_some(Cow::Borrowed(host));
    }
    a_labels(host).map(Cow::Owned)
}

fn a_labels(domain: &str) -> Option<String> {
    let labels = Uts46::new().to_ascii(
        domain.as_bytes(),
        AsciiDenyList::URL,
        Hyphens::Allow,
        DnsLength::VerifyAllowRootDot,
    );
    labels.ok().map(Cow::into_owned)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn domains_become_a_labels_if_the_local_part_is_ascii() {
        for (address, wire, international) in [
            ("a@example.com", "a@example.com", false),
            ("A@EXAMPLE.com", "A@EXAMPLE.com", false),
            ("a@bücher.example", "a@xn--bcher-kva.example", false),
            ("a@BÜCHER.example", "a@xn--bcher-kva.example", false),
            ("a@bu\u{308}cher.example", "a@xn--bcher-kva.example", false),
            ("a@пример。испытание", "a@xn--e1afmkfd.xn--80akhbyknj4f", false),
            ("\"a b\"@bücher.example", "\"a b\"@xn--bcher-kva.example", false),
            ("grüße@bücher.example", "grüße@bücher.example", true),
            ("grüße@example.com", "grüße@example.com", true),
        ] {
            let address: Address = address.parse().unwrap();
            assert_eq!((address.on_the_wire().as_ref(), address.is_international()), (wire, international));
        }
    }

    #[test]
    fn hosts_are_converted_for_dns() {
        for (host, ascii) in [
            ("mail.example.com", Some("mail.example.com")),
            ("::1", Some("::1")),
            ("[::1]", Some("[::1]")),
            ("smtp.bücher.example", Some("smtp.xn--bcher-kva.example")),
            ("mail example.com", None),
            ("mail.exämple com", None),
            ("mail\r\nevil.example", None),
            ("m\u{200b}äil/evil", None),
        ] {
            assert_eq!(ascii_host(host).as_deref(), ascii, "{host}");
        }
        assert_eq!(ascii_host(&format!("{}ü.example", "a".repeat(63))), None);
    }
}
