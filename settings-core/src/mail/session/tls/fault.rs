//! The causes of failed handshakes.

use std::io;

use tokio_rustls::rustls::{self, CertificateError, InvalidMessage};

use crate::mail::certificate::CertificateFacts;
use crate::mail::failure::{Cause, TlsFault};
use crate::mail::session::wire::io_cause;

/// The observations that explain the error of a handshake.
pub(super) struct Evidence<'e> {
    pub(super) facts: Option<&'e CertificateFacts>,
    pub(super) host: &'e str,
    /// True if the server asked for a client certificate.
    pub(super) client_certificate_requested: bool,
}

/// Converts the error of a handshake.
pub(super) fn tls_cause(error: &io::Error, evidence: &Evidence<'_>) -> Cause {
    let Some(error) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) else {
        return io_cause(error);
    };
    Cause::Tls(match error {
        rustls::Error::InvalidCertificate(error) => {
            certificate_fault(error, evidence.facts.cloned(), evidence.host)
        }
        rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType) => TlsFault::NotTls,
        rustls::Error::AlertReceived(_) if evidence.client_certificate_requested => {
            TlsFault::ClientCertificateRequired
        }
        rustls::Error::AlertReceived(alert) => TlsFault::Alert(format!("{alert:?}")),
        rustls::Error::PeerIncompatible(_) => TlsFault::Incompatible(error.to_string()),
        other => TlsFault::Other(other.to_string()),
    })
}

/// Converts the error of a certificate's verification.
pub(super) fn certificate_fault(
    error: &CertificateError,
    facts: Option<CertificateFacts>,
    host: &str,
) -> TlsFault {
    // Neither trust nor a setting would make such a certificate usable.
    if let Some(defect) = facts.as_ref().and_then(|facts| facts.defect.clone()) {
        return TlsFault::UnusableCertificate { defect };
    }
    let self_issued = facts.as_ref().is_some_and(|facts| facts.self_issued);
    let facts = facts.map(Box::new);
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => TlsFault::Expired(facts),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            TlsFault::NotYetValid(facts)
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            let (presented, common_name) =
                facts.map(|facts| (facts.names, facts.common_name)).unwrap_or_default();
            TlsFault::WrongName { expected: host.to_owned(), presented, common_name }
        }
        error if self_issued && is_untrusted(error) => TlsFault::SelfSigned(facts),
        CertificateError::UnknownIssuer | CertificateError::BadSignature => TlsFault::UnknownIssuer(facts),
        other => TlsFault::Other(rustls::Error::InvalidCertificate(other.clone()).to_string()),
    }
}

/// Returns true if a certificate lacks a trusted issuer, as opposed to being invalid in itself.
///
/// If a trusted authority happens to have the issuer's name, this appears as a signature that does not match its key.
pub(super) fn is_untrusted(error: &CertificateError) -> bool {
    matches!(
        error,
        CertificateError::UnknownIssuer
            | CertificateError::BadSignature
            | CertificateError::UnsupportedSignatureAlgorithmContext { .. }
            | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. }
            | CertificateError::Other(_)
    )
}
