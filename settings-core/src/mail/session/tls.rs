//! TLS: certificate verification, and the causes of failed handshakes.

use std::cmp::Ordering;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};
use std::{fmt, io};

use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::client::{WebPkiServerVerifier, verify_server_name};
use tokio_rustls::rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use tokio_rustls::rustls::server::ParsedCertificate;
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{
    self, CertificateError, ClientConfig, DigitallySignedStruct, DistinguishedName, InvalidMessage,
    RootCertStore, SignatureScheme, SupportedProtocolVersion,
};

use super::ConnectConfig;
use super::link::Link;
use super::run::Run;
use super::wire::io_cause;
use crate::mail::certificate::{CertificateFacts, sha256};
use crate::mail::failure::{Cause, Failure, Step, TlsFault};
use crate::mail::settings::TlsVersion;

/// The maximum number of intermediate certificates that are reported.
const CHAIN_LIMIT: usize = 10;

/// A certificate that expires within this time gets a remark.
const RENEWAL: Duration = Duration::from_hours(14 * 24);

/// Certificate authorities to trust in addition to the system's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ExtraCa {
    /// The file of PEM certificates that `EmailSettings.SMTPCAFile` names.
    Setting(PathBuf),
    /// A file of PEM certificates.
    File(PathBuf),
    /// PEM certificates.
    Pem(String),
}

/// The extent to which certificates are verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verification {
    Full,
    Off,
}

/// The trust configuration; created once, used for every connection.
#[derive(Clone)]
pub(crate) struct TlsPolicy {
    provider: Arc<CryptoProvider>,
    config: ClientConfig,
    roots: Option<Arc<WebPkiServerVerifier>>,
    extra: Arc<[CertificateDer<'static>]>,
    verification: Verification,
    /// The SHA-256 of the only trusted certificate.
    pin: Option<Arc<str>>,
}

impl TlsPolicy {
    /// Trusts only the certificate with this SHA-256.
    pub(crate) fn pinned(mut self, sha256: String) -> Self {
        self.pin = Some(sha256.into());
        self
    }

    /// Loads the system's roots and `extra`. Allows TLS versions from `oldest` on.
    pub(crate) fn load(
        extra: &[ExtraCa],
        verification: Verification,
        oldest: TlsVersion,
    ) -> Result<Self, Cause> {
        let provider = Arc::new(ring::default_provider());
        let extra: Vec<_> = extra.iter().map(read_extra).collect::<Result<Vec<_>, _>>()?.concat();
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        for certificate in &extra {
            let added = store.add(certificate.clone());
            added.map_err(|error| {
                Cause::Settings(format!("the extra CA certificate cannot be used: {error}"))
            })?;
        }
        if store.is_empty() && verification == Verification::Full {
            let text = "this system has no trusted certificates, so servers cannot be verified";
            return Err(Cause::Settings(text.to_owned()));
        }
        let settings = |error: &dyn fmt::Display| Cause::Settings(format!("TLS cannot be set up: {error}"));
        let roots = if store.is_empty() {
            None
        } else {
            let builder = WebPkiServerVerifier::builder_with_provider(Arc::new(store), Arc::clone(&provider));
            Some(builder.build().map_err(|error| settings(&error))?)
        };
        let versions: &[&SupportedProtocolVersion] = match oldest {
            TlsVersion::Tls12 => &[&TLS12, &TLS13],
            TlsVersion::Tls13 => &[&TLS13],
        };
        let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(versions)
            .map_err(|error| settings(&error))?
            .with_root_certificates(RootCertStore::empty())
            .with_no_client_auth();
        Ok(Self { provider, config, roots, extra: extra.into(), verification, pin: None })
    }
}

impl fmt::Debug for TlsPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsPolicy")
            .field("extra", &self.extra.len())
            .field("verification", &self.verification)
            .finish()
    }
}

fn read_extra(extra: &ExtraCa) -> Result<Vec<CertificateDer<'static>>, Cause> {
    let (pem, name) = match extra {
        ExtraCa::Setting(path) => {
            let name = format!("EmailSettings.SMTPCAFile ({})", path.display());
            (read_file(path, &name)?, name)
        }
        ExtraCa::File(path) => {
            let name = format!("the extra CA file {}", path.display());
            (read_file(path, &name)?, name)
        }
        ExtraCa::Pem(pem) => (pem.clone().into_bytes(), "the given PEM text".to_owned()),
    };
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    match certificates {
        Ok(certificates) if certificates.is_empty() => {
            Err(Cause::Settings(format!("{name} does not contain a PEM certificate")))
        }
        Ok(certificates) => Ok(certificates),
        Err(error) => Err(Cause::Settings(format!("{name} is not valid PEM: {error}"))),
    }
}

fn read_file(path: &Path, name: &str) -> Result<Vec<u8>, Cause> {
    std::fs::read(path).map_err(|error| Cause::Settings(format!("{name} cannot be read: {error}")))
}

/// Performs the TLS handshake ([`Step::Tls`]).
pub(crate) async fn handshake(link: Link, config: &ConnectConfig, run: &mut Run) -> Result<Link, Failure> {
    let deadline = run.begin(Step::Tls);
    let result = deadline.bound(connect_tls(link, config, run)).await;
    run.finish(result)
}

async fn connect_tls(link: Link, config: &ConnectConfig, run: &mut Run) -> Result<Link, Cause> {
    let host = config.target.host();
    let name = ServerName::try_from(host.to_owned()).map_err(|_| {
        Cause::Settings(format!(
            "\"{host}\" cannot be verified by a certificate: it is not a host name or IP address"
        ))
    })?;
    let (Link::Plain(stream), Some(policy)) = (link, &config.tls) else {
        return Err(Cause::Settings("TLS is not set up for this connection".to_owned()));
    };
    let verifier = Arc::new(RecordingVerifier { policy: policy.clone(), seen: Mutex::default() });
    let mut config = policy.config.clone();
    config.dangerous().set_certificate_verifier(Arc::clone(&verifier) as Arc<dyn ServerCertVerifier>);
    let shaken = TlsConnector::from(Arc::new(config)).connect(name, stream).await;
    let Observed { facts, chain, ignored_error, wrong_pin } = verifier.take_observed();
    let stream = shaken.map_err(|error| match wrong_pin {
        Some(presented) => Cause::Tls(TlsFault::WrongFingerprint { presented }),
        None => tls_cause(&error, facts.as_ref(), host),
    })?;
    let version = match stream.get_ref().1.protocol_version() {
        Some(rustls::ProtocolVersion::TLSv1_3) => "TLS 1.3",
        Some(rustls::ProtocolVersion::TLSv1_2) => "TLS 1.2",
        _ => "TLS",
    };
    let left = facts.as_ref().map(|facts| facts.remaining_validity(SystemTime::now()));
    let facts_text = facts.as_ref().map(|facts| format!(", {facts}")).unwrap_or_default();
    let unchecked = match ignored_error {
        Some(error) => {
            format!(
                "; NOT VERIFIED; verification would have failed: {}",
                certificate_fault(&error, facts, host)
            )
        }
        None if policy.pin.is_some() => "; trusted by its fingerprint".to_owned(),
        None if policy.verification == Verification::Off => "; not verified".to_owned(),
        None => String::new(),
    };
    let chain = match chain.as_slice() {
        [] => String::new(),
        chain => format!("; sent with the certificates of {}", chain.join(" and ")),
    };
    run.observe(format!("{version}{facts_text}{chain}{unchecked}"));
    if let Some(left) = left.filter(|left| !left.is_zero() && *left < RENEWAL) {
        let days = left.as_secs() / (24 * 3600);
        run.note(format!("the server's certificate expires in {days} days and has to be renewed"));
    }
    Ok(Link::Tls(Box::new(stream)))
}

/// Verifies a certificate according to the policy and records its contents.
struct RecordingVerifier {
    policy: TlsPolicy,
    seen: Mutex<Observed>,
}

#[derive(Default)]
struct Observed {
    facts: Option<CertificateFacts>,
    /// The subjects of the intermediate certificates that the server sent.
    chain: Vec<String>,
    /// The error that was ignored because verification is off.
    ignored_error: Option<CertificateError>,
    /// The fingerprint that was presented instead of the trusted one.
    wrong_pin: Option<String>,
}

impl RecordingVerifier {
    fn take_observed(&self) -> Observed {
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

fn tls_cause(error: &io::Error, facts: Option<&CertificateFacts>, host: &str) -> Cause {
    let Some(error) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) else {
        return io_cause(error);
    };
    Cause::Tls(match error {
        rustls::Error::InvalidCertificate(error) => certificate_fault(error, facts.cloned(), host),
        rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType) => TlsFault::NotTls,
        rustls::Error::AlertReceived(alert) => TlsFault::Alert(format!("{alert:?}")),
        rustls::Error::PeerIncompatible(_) => TlsFault::Incompatible(error.to_string()),
        other => TlsFault::Other(other.to_string()),
    })
}

fn certificate_fault(error: &CertificateError, facts: Option<CertificateFacts>, host: &str) -> TlsFault {
    let self_issued = facts.as_ref().is_some_and(|facts| facts.self_issued);
    let facts = facts.map(Box::new);
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => TlsFault::Expired(facts),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            TlsFault::NotYetValid(facts)
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            let presented = facts.map(|facts| facts.names).unwrap_or_default();
            TlsFault::WrongName { expected: host.to_owned(), presented }
        }
        error if self_issued && is_untrusted(error) => TlsFault::SelfSigned(facts),
        CertificateError::UnknownIssuer | CertificateError::BadSignature => TlsFault::UnknownIssuer(facts),
        other => TlsFault::Other(rustls::Error::InvalidCertificate(other.clone()).to_string()),
    }
}

/// Returns true if a certificate lacks a trusted issuer, as opposed to being invalid in itself.
///
/// If a trusted authority happens to have the issuer's name, this appears as a signature that does not match its key.
fn is_untrusted(error: &CertificateError) -> bool {
    matches!(
        error,
        CertificateError::UnknownIssuer
            | CertificateError::BadSignature
            | CertificateError::UnsupportedSignatureAlgorithmContext { .. }
            | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. }
            | CertificateError::Other(_)
    )
}

#[cfg(all(test, feature = "mail-catch"))]
mod tests;
