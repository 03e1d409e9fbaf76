//! A certificate for one run.

use std::{
    io,
    sync::Arc,
    time::{Duration, SystemTime},
};

use rcgen::{CertificateParams, KeyPair};
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::ring},
};

/// Names that the certificate is for.
const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// Before it is made: clocks differ.
const EARLY: Duration = Duration::from_hours(24);
/// From then on: whoever trusts it by mistake does not for long.
const LIFETIME: Duration = Duration::from_hours(7 * 24);

/// A fresh self-signed certificate as PEM, and TLS by it. It is valid for a week.
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
    fn it_is_valid_for_a_week_only() {
        let (pem, _) = fresh().unwrap();
        let der = CertificateDer::from_pem_slice(pem.as_bytes()).unwrap();
        let facts = CertificateFacts::from_der(&der).unwrap();
        let now = SystemTime::now();
        let day = Duration::from_hours(24);
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
