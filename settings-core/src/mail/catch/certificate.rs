//! A certificate for one run of the server.

use std::io;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rcgen::{CertificateParams, KeyPair};
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;

/// The names in the certificate.
const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// The validity before the moment of creation, because clocks differ.
const EARLY: Duration = Duration::from_secs(24 * 60 * 60);
/// The validity after it: short, in case the certificate is trusted by mistake.
const LIFETIME: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Creates a self-signed certificate as PEM, and an acceptor that uses it. It is valid for a week.
pub(super) fn fresh() -> io::Result<(String, TlsAcceptor)> {
    let now = SystemTime::now();
    let mut parameters =
        CertificateParams::new(NAMES.map(str::to_owned).to_vec()).map_err(io::Error::other)?;
    parameters.not_before = now.checked_sub(EARLY).unwrap_or(now).into();
    parameters.not_after = now.checked_add(LIFETIME).unwrap_or(now).into();
    let key = KeyPair::generate().map_err(io::Error::other)?;
    let cert = parameters.self_signed(&key).map_err(io::Error::other)?;
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .map_err(io::Error::other)?;
    Ok((cert.pem(), TlsAcceptor::from(Arc::new(config))))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::cmp::Ordering;

    use rustls_pki_types::{CertificateDer, pem::PemObject};

    use super::*;
    use crate::mail::certificate::CertificateFacts;

    #[test]
    fn certificate_is_valid_for_a_week() {
        let (pem, _) = fresh().unwrap();
        let der = CertificateDer::from_pem_slice(pem.as_bytes()).unwrap();
        let facts = CertificateFacts::from_der(&der).unwrap();
        let now = SystemTime::now();
        let day = Duration::from_secs(24 * 60 * 60);
        for (moment, expected) in [
            (now - 2 * day, Ordering::Less),
            (now, Ordering::Equal),
            (now + 6 * day, Ordering::Equal),
            (now + 8 * day, Ordering::Greater),
        ] {
            assert_eq!(facts.compare(moment), expected, "{facts}");
        }
    }
}
