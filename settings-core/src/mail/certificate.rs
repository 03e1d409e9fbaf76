//! The contents of a certificate.

use std::fmt;
use std::net::IpAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use x509_cert::Certificate;
use x509_cert::der::Decode;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;

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
    /// The host names and addresses in its subject alternative names.
    pub names: Vec<String>,
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
            names,
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
        let names = if self.names.is_empty() { self.subject.clone() } else { self.names.join(" ") };
        let by = if self.self_issued { "self-signed".to_owned() } else { format!("issuer {}", self.issuer) };
        write!(f, "certificate for {names}, {by}, valid until {}, sha256 {}", self.not_after, self.sha256)
    }
}

/// Returns the SHA-256 of a certificate in DER, in lower-case hexadecimal digits.
pub(super) fn sha256(der: &[u8]) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, der);
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn shown_name(name: &GeneralName) -> Option<String> {
    match name {
        GeneralName::DnsName(name) => Some(printable(name.as_str().as_bytes())),
        GeneralName::IpAddress(bytes) => {
            let bytes = bytes.as_bytes();
            let v4 = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
            let v6 = || <[u8; 16]>::try_from(bytes).map(IpAddr::from);
            v4.or_else(|_| v6()).ok().map(|ip| ip.to_string())
        }
        _ => None,
    }
}
