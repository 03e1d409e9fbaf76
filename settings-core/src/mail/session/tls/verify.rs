//! Verification of certificates.

use std::cmp::Ordering;
use std::fmt;
use std::sync::atomic::{self, AtomicBool};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::client::{ResolvesClientCert, verify_server_name};
use tokio_rustls::rustls::crypto::{verify_tls12_signature, verify_tls13_signature};
use tokio_rustls::rustls::server::ParsedCertificate;
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{
    self, CertificateError, DigitallySignedStruct, DistinguishedName, SignatureScheme,
};

use super::fault::is_untrusted;
use super::{TlsPolicy, Verification};
use crate::mail::certificate::{CertificateFacts, sha256};

/// The maximum number of intermediate certificates that are reported.
const CHAIN_LIMIT: usize = 10;

/// Offers no client certificate, and records that the server asked for one.
#[derive(Debug, Default)]
pub(super) struct NoClientCertificate {
    requested: AtomicBool,
}

impl NoClientCertificate {
    pub(super) fn was_requested(&self) -> bool {
        self.requested.load(atomic::Ordering::Relaxed)
    }
}

impl ResolvesClientCert for NoClientCertificate {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.requested.store(true, atomic::Ordering::Relaxed);
        None
    }

    fn has_certs(&self) -> bool {
        false
    }
}

/// Verifies a certificate according to the policy and records its contents.
pub(super) struct RecordingVerifier {
    policy: TlsPolicy,
    seen: Mutex<Observed>,
}

/// The observations of one handshake.
#[derive(Default)]
pub(super) struct Observed {
    pub(super) facts: Option<CertificateFacts>,
    /// The subjects of the intermediate certificates that the server sent.
    pub(super) chain: Vec<String>,
    /// The error that was ignored because verification is off.
    pub(super) ignored_error: Option<CertificateError>,
    /// The fingerprint that was presented instead of the trusted one.
    pub(super) wrong_pin: Option<String>,
}

impl RecordingVerifier {
    pub(super) fn new(policy: TlsPolicy) -> Self {
        Self { policy, seen: Mutex::default() }
    }

    pub(super) fn take_observed(&self) -> Observed {
        std::mem::take(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Compares the fingerprint of the certificate with the trusted one; nothing else about it matters.
    fn check_fingerprint(
        &self,
        pin: &str,
        certificate: &CertificateDer<'_>,
        facts: Option<CertificateFacts>,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let presented = sha256(certificate);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.facts = facts;
        if presented == pin {
            return Ok(ServerCertVerified::assertion());
        }
        seen.wrong_pin = Some(presented);
        Err(CertificateError::ApplicationVerificationFailure.into())
    }

    /// Returns true for a certificate that is itself among the extra ones, if its names and validity fit.
    ///
    /// Nothing else is checked: a self-signed certificate is often marked as an authority, which verification refuses in
    /// a server certificate.
    fn is_explicitly_trusted(
        &self,
        certificate: &CertificateDer<'_>,
        name: &ServerName<'_>,
        facts: Option<&CertificateFacts>,
    ) -> Result<bool, rustls::Error> {
        if !self.policy.extra.iter().any(|extra| extra.as_ref() == certificate.as_ref()) {
            return Ok(false);
        }
        match facts.map(|facts| facts.compare(SystemTime::now())) {
            None => return Ok(false),
            Some(Ordering::Less) => return Err(CertificateError::NotValidYet.into()),
            Some(Ordering::Greater) => return Err(CertificateError::Expired.into()),
            Some(Ordering::Equal) => {}
        }
        verify_server_name(&ParsedCertificate::try_from(certificate)?, name)?;
        Ok(true)
    }
}

impl fmt::Debug for RecordingVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordingVerifier").field("policy", &self.policy).finish_non_exhaustive()
    }
}

impl ServerCertVerifier for RecordingVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let facts = CertificateFacts::from_der(end_entity);
        let sent = intermediates.iter().take(CHAIN_LIMIT).filter_map(|der| CertificateFacts::from_der(der));
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).chain =
            sent.map(|facts| facts.subject).collect();
        if let Some(pin) = &self.policy.pin {
            return self.check_fingerprint(pin, end_entity, facts);
        }
        let mut verified = match &self.policy.roots {
            Some(roots) => {
                roots.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
            }
            None => Err(CertificateError::UnknownIssuer.into()),
        };
        let untrusted =
            matches!(&verified, Err(rustls::Error::InvalidCertificate(error)) if is_untrusted(error));
        if untrusted {
            match self.is_explicitly_trusted(end_entity, server_name, facts.as_ref()) {
                Ok(true) => verified = Ok(ServerCertVerified::assertion()),
                Ok(false) => {}
                Err(error) => verified = Err(error),
            }
        }
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.facts = facts;
        match verified {
            Err(rustls::Error::InvalidCertificate(error))
                if self.policy.verification == Verification::Off =>
            {
                seen.ignored_error = Some(error);
                Ok(ServerCertVerified::assertion())
            }
            other => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.policy.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.policy.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.policy.provider.signature_verification_algorithms.supported_schemes()
    }

    fn root_hint_subjects(&self) -> Option<&[DistinguishedName]> {
        None
    }
}
