//! TLS: whom we trust, and why a handshake failed.

use std::{
    cmp::Ordering,
    fmt, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

use rustls_pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject};
use tokio_rustls::{
    TlsConnector,
    rustls::{
        self, CertificateError, ClientConfig, DigitallySignedStruct, DistinguishedName, InvalidMessage,
        RootCertStore, SignatureScheme, SupportedProtocolVersion,
        client::{
            WebPkiServerVerifier,
            danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
            verify_server_name,
        },
        crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature},
        server::ParsedCertificate,
        version::{TLS12, TLS13},
    },
};

use super::{Approach, CertificateFacts, certificate::sha256, link::Link, run::Run, wire::io_cause};
use crate::mail::{
    failure::{Cause, Failure, Step, TlsFault},
    settings::TlsVersion,
};

/// Authorities to trust beside the system's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ExtraCa {
    /// The file of PEM certificates that `EmailSettings.SMTPCAFile` names.
    Setting(PathBuf),
    /// A file of PEM certificates.
    File(PathBuf),
    /// PEM certificates.
    Pem(String),
}

/// Whom to trust; made once, used for every connection.
#[derive(Clone)]
pub(crate) struct TlsPolicy {
    provider: Arc<CryptoProvider>,
    config: ClientConfig,
    roots: Option<Arc<WebPkiServerVerifier>>,
    extra: Arc<[CertificateDer<'static>]>,
    skip: bool,
    /// The SHA-256 of the only certificate that is trusted.
    pin: Option<Arc<str>>,
}

impl TlsPolicy {
    /// The policy, trusting nothing but the certificate with this SHA-256.
    pub(crate) fn pinned(mut self, sha256: String) -> Self {
        self.pin = Some(sha256.into());
        self
    }

    /// The system's roots and `extra`, or with `skip` no check at all; no version of TLS before `oldest`.
    pub(crate) fn load(extra: &[ExtraCa], skip: bool, oldest: TlsVersion) -> Result<Self, Cause> {
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
        if store.is_empty() && !skip {
            let text = "this system has no trusted certificates, so no server can be verified";
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
        Ok(Self { provider, config, roots, extra: extra.into(), skip, pin: None })
    }
}

impl fmt::Debug for TlsPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsPolicy").field("extra", &self.extra.len()).field("skip", &self.skip).finish()
    }
}

fn read_extra(extra: &ExtraCa) -> Result<Vec<CertificateDer<'static>>, Cause> {
    let (pem, name) = match extra {
        ExtraCa::Setting(path) => {
            let name = format!("EmailSettings.SMTPCAFile, {}", path.display());
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
            Err(Cause::Settings(format!("{name}, has no certificate in PEM form")))
        }
        Ok(certificates) => Ok(certificates),
        Err(error) => Err(Cause::Settings(format!("{name}, cannot be read as PEM certificates: {error}"))),
    }
}

fn read_file(path: &Path, name: &str) -> Result<Vec<u8>, Cause> {
    std::fs::read(path).map_err(|error| Cause::Settings(format!("{name}, cannot be read: {error}")))
}

/// Encrypts a link; the step is [`Step::Tls`].
pub(crate) async fn handshake(link: Link, approach: &Approach, run: &mut Run) -> Result<Link, Failure> {
    let deadline = run.enter(Step::Tls);
    let result = deadline.bound(shake(link, approach, run)).await;
    if result.is_ok() {
        run.encrypted();
    }
    run.leave(result)
}

async fn shake(link: Link, approach: &Approach, run: &mut Run) -> Result<Link, Cause> {
    let host = approach.target.host();
    let name = ServerName::try_from(host.to_owned())
        .map_err(|_| Cause::Settings(format!("\"{host}\" is not a name that a certificate can be for")))?;
    let (Link::Plain(stream), Some(policy)) = (link, &approach.tls) else {
        return Err(Cause::Settings("TLS is not set up for this connection".to_owned()));
    };
    let witness = Arc::new(Witness { policy: policy.clone(), seen: Mutex::default() });
    let mut config = policy.config.clone();
    config.dangerous().set_certificate_verifier(Arc::clone(&witness) as Arc<dyn ServerCertVerifier>);
    let shaken = TlsConnector::from(Arc::new(config)).connect(name, stream).await;
    let Seen { facts, passed_over, wrong_pin } = witness.take_seen();
    let stream = shaken.map_err(|error| match wrong_pin {
        Some(presented) => Cause::Tls(TlsFault::WrongFingerprint { presented }),
        None => tls_cause(&error, facts.as_ref(), host),
    })?;
    let version = match stream.get_ref().1.protocol_version() {
        Some(rustls::ProtocolVersion::TLSv1_3) => "TLS 1.3",
        Some(rustls::ProtocolVersion::TLSv1_2) => "TLS 1.2",
        _ => "TLS",
    };
    let facts_text = facts.as_ref().map(|facts| format!(", {facts}")).unwrap_or_default();
    let unchecked = match passed_over {
        Some(error) => {
            format!("; NOT VERIFIED, a check would have failed: {}", certificate_fault(&error, facts, host))
        }
        None if policy.pin.is_some() => "; known by its fingerprint".to_owned(),
        None if policy.skip => "; not verified".to_owned(),
        None => String::new(),
    };
    run.saw(format!("{version}{facts_text}{unchecked}"));
    Ok(Link::Tls(Box::new(stream)))
}

/// Verifies a certificate by the policy and remembers what it said.
struct Witness {
    policy: TlsPolicy,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    facts: Option<CertificateFacts>,
    /// The error that was passed over because certificates are not to be checked.
    passed_over: Option<CertificateError>,
    /// The fingerprint that was presented in place of the one that is trusted.
    wrong_pin: Option<String>,
}

impl Witness {
    fn take_seen(&self) -> Seen {
        std::mem::take(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A certificate that is known by its fingerprint needs nobody to vouch for it.
    fn compare(
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

    /// A certificate that is itself among the extra ones is trusted for its names and its time, whatever else
    /// it says: a self-signed one often calls itself an authority, which no server's certificate may.
    fn is_given(
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

impl fmt::Debug for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Witness").field("policy", &self.policy).finish_non_exhaustive()
    }
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let facts = CertificateFacts::of_der(end_entity);
        if let Some(pin) = &self.policy.pin {
            return self.compare(pin, end_entity, facts);
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
            match self.is_given(end_entity, server_name, facts.as_ref()) {
                Ok(true) => verified = Ok(ServerCertVerified::assertion()),
                Ok(false) => {}
                Err(error) => verified = Err(error),
            }
        }
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.facts = facts;
        match verified {
            Err(rustls::Error::InvalidCertificate(error)) if self.policy.skip => {
                seen.passed_over = Some(error);
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

/// Whether nobody vouches for a certificate, as opposed to what is wrong in it. Where a trusted
/// authority happens to have the issuer's name, this shows as a signature that doesn't fit its key.
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
