//! The contents of a certificate.

use std::fmt;
use std::net::IpAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use x509_cert::Certificate;
use x509_cert::certificate::{TbsCertificate, Version};
use x509_cert::der::Decode;
use x509_cert::der::oid::ObjectIdentifier;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::name::Name;

use crate::mail::reply::printable;

/// The maximum number of names read from one certificate.
const NAMES_LIMIT: usize = 20;

/// The contents of a server's certificate, for display; trust never depends on them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CertificateFacts {
    /// The subject, as a distinguished name.
    pub subject: String,
    /// The issuer, as a distinguished name.
    pub issuer: String,
    /// The common name of the subject; servers are not verified by it.
    pub common_name: Option<String>,
    /// The host names and addresses in its subject alternative names.
    pub names: Vec<CertificateName>,
    /// The reason why the certificate can never be used, regardless of its issuer.
    pub defect: Option<CertificateDefect>,
    /// The start of its validity (RFC 3339).
    pub not_before: String,
    /// The end of its validity (RFC 3339).
    pub not_after: String,
    /// The SHA-256 of the certificate, in lower-case hexadecimal digits.
    pub sha256: String,
    /// True if subject and issuer are the same.
    pub self_issued: bool,
    validity: (Duration, Duration),
}

/// A name in a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CertificateName {
    /// A DNS name, which may start with `*.`.
    Dns(String),
    /// An IP address.
    Ip(IpAddr),
}

/// The reason why a certificate can never be used.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CertificateDefect {
    /// The certificate has the obsolete form X.509 version 1 or 2.
    ObsoleteVersion,
    /// The RSA key has this number of bits.
    RsaKeySize(usize),
    /// The key is of this kind.
    UnsupportedKey(&'static str),
}

impl CertificateName {
    /// Returns true for a DNS name that starts with `*.`.
    pub fn is_wildcard(&self) -> bool {
        matches!(self, Self::Dns(name) if name.starts_with("*."))
    }

    /// Returns the kind of the name: `DNS name` or `IP address`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Dns(_) => "DNS name",
            Self::Ip(_) => "IP address",
        }
    }
}

impl fmt::Display for CertificateName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dns(name) => f.write_str(name),
            Self::Ip(ip) => write!(f, "{ip}"),
        }
    }
}

impl fmt::Display for CertificateDefect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ObsoleteVersion => f.write_str("it has an obsolete form (X.509 version 1)"),
            Self::RsaKeySize(bits) => {
                write!(f, "its RSA key has {bits} bits, and 2048 to 8192 bits are supported")
            }
            Self::UnsupportedKey(kind) => {
                write!(f, "its key is of a kind that is not supported ({kind})")
            }
        }
    }
}

impl CertificateFacts {
    /// Reads a certificate in DER; returns `None` if it is malformed.
    pub(crate) fn from_der(der: &[u8]) -> Option<Self> {
        let certificate = Certificate::from_der(der).ok()?;
        let body = certificate.tbs_certificate();
        let names = body
            .get_extension::<SubjectAltName>()
            .ok()
            .flatten()
            .map(|(_, names)| names.0.iter().filter_map(shown_name).take(NAMES_LIMIT).collect())
            .unwrap_or_default();
        let validity = body.validity();
        Some(Self {
            subject: printable(body.subject().to_string().as_bytes()),
            issuer: printable(body.issuer().to_string().as_bytes()),
            common_name: common_name(body.subject()),
            names,
            defect: defect(body),
            not_before: validity.not_before.to_date_time().to_string(),
            not_after: validity.not_after.to_date_time().to_string(),
            sha256: sha256(der),
            self_issued: body.subject() == body.issuer(),
            validity: (validity.not_before.to_unix_duration(), validity.not_after.to_unix_duration()),
        })
    }

    /// Returns the remaining validity at `now`; zero if it has expired.
    pub(crate) fn remaining_validity(&self, now: SystemTime) -> Duration {
        let now = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        self.validity.1.saturating_sub(now)
    }

    /// Compares `now` with the validity: before, within or after.
    pub(crate) fn compare(&self, now: SystemTime) -> std::cmp::Ordering {
        let now = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        if now < self.validity.0 {
            std::cmp::Ordering::Less
        } else if now > self.validity.1 {
            std::cmp::Ordering::Greater
        } else {
            std::cmp::Ordering::Equal
        }
    }
}

impl fmt::Display for CertificateFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<String> = self.names.iter().map(ToString::to_string).collect();
        let names = if names.is_empty() { self.subject.clone() } else { names.join(" ") };
        let by = if self.self_issued { "self-signed".to_owned() } else { format!("issuer {}", self.issuer) };
        write!(f, "certificate for {names}, {by}, valid until {}, sha256 {}", self.not_after, self.sha256)
    }
}

/// Returns the SHA-256 of a certificate in DER, in lower-case hexadecimal digits.
pub(super) fn sha256(der: &[u8]) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, der);
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn common_name(subject: &Name) -> Option<String> {
    let text = subject.to_string();
    let name = text.split(',').find_map(|part| part.trim().strip_prefix("CN="))?;
    Some(printable(name.as_bytes()))
}

/// Returns the property of a certificate that keeps it from being used.
fn defect(body: &TbsCertificate) -> Option<CertificateDefect> {
    if body.version() != Version::V3 {
        return Some(CertificateDefect::ObsoleteVersion);
    }
    let key = body.subject_public_key_info();
    match key.algorithm.oid.to_string().as_str() {
        "1.2.840.113549.1.1.1" => {
            let bits = rsa_bits(key.subject_public_key.raw_bytes())?;
            (!(2048..=8192).contains(&bits)).then_some(CertificateDefect::RsaKeySize(bits))
        }
        "1.2.840.10045.2.1" => {
            let curve = key.algorithm.parameters.as_ref()?.decode_as::<ObjectIdentifier>().ok()?;
            match curve.to_string().as_str() {
                "1.2.840.10045.3.1.7" | "1.3.132.0.34" => None,
                "1.3.132.0.35" => Some(CertificateDefect::UnsupportedKey("ECDSA with P-521")),
                _ => Some(CertificateDefect::UnsupportedKey("ECDSA with an uncommon curve")),
            }
        }
        "1.2.840.10040.4.1" => Some(CertificateDefect::UnsupportedKey("DSA")),
        "1.3.101.113" => Some(CertificateDefect::UnsupportedKey("Ed448")),
        _ => None,
    }
}

/// Returns the size of the modulus in an RSA public key (RFC 8017, A.1.1).
fn rsa_bits(der: &[u8]) -> Option<usize> {
    let (sequence, _) = der_value(der, 0x30)?;
    let (modulus, _) = der_value(sequence, 0x02)?;
    let zeros = modulus.iter().take_while(|byte| **byte == 0).count();
    let first = modulus.get(zeros)?;
    let bytes = modulus.len().saturating_sub(zeros);
    Some((bytes * 8).saturating_sub(usize::try_from(first.leading_zeros()).ok()?))
}

/// Splits the value with this tag from the start of `der`.
fn der_value(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&found, rest) = der.split_first()?;
    let (&length, rest) = rest.split_first()?;
    if found != tag {
        return None;
    }
    let (length, rest) = if length < 0x80 {
        (usize::from(length), rest)
    } else {
        let (bytes, rest) = rest.split_at_checked(usize::from(length & 0x7f))?;
        let length = bytes
            .iter()
            .try_fold(0_usize, |sum, byte| sum.checked_mul(256)?.checked_add(usize::from(*byte)))?;
        (length, rest)
    };
    rest.split_at_checked(length)
}

fn shown_name(name: &GeneralName) -> Option<CertificateName> {
    match name {
        GeneralName::DnsName(name) => Some(CertificateName::Dns(printable(name.as_str().as_bytes()))),
        GeneralName::IpAddress(bytes) => {
            let bytes = bytes.as_bytes();
            let v4 = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
            let v6 = || <[u8; 16]>::try_from(bytes).map(IpAddr::from);
            v4.or_else(|_| v6()).ok().map(CertificateName::Ip)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use rustls_pki_types::CertificateDer;
    use rustls_pki_types::pem::PemObject;

    use super::*;

    fn facts(pem: &[u8]) -> CertificateFacts {
        CertificateFacts::from_der(&CertificateDer::from_pem_slice(pem).unwrap()).unwrap()
    }

    #[test]
    fn certificates_that_cannot_be_used() {
        for (pem, defect) in [
            (&include_bytes!("certificate/v1.pem")[..], Some(CertificateDefect::ObsoleteVersion)),
            (include_bytes!("certificate/rsa1024.pem"), Some(CertificateDefect::RsaKeySize(1024))),
            (
                include_bytes!("certificate/p521.pem"),
                Some(CertificateDefect::UnsupportedKey("ECDSA with P-521")),
            ),
            (include_bytes!("certificate/p256.pem"), None),
        ] {
            assert_eq!(facts(pem).defect, defect);
        }
    }

    #[test]
    fn names_have_their_kind() {
        let facts = facts(include_bytes!("certificate/rsa1024.pem"));
        assert_eq!(facts.common_name.as_deref(), Some("mail.test"));
        assert_eq!(
            facts.names,
            [
                CertificateName::Dns("mail.test".into()),
                CertificateName::Dns("*.mail.test".into()),
                CertificateName::Ip("127.0.0.1".parse().unwrap()),
            ]
        );
    }
}
