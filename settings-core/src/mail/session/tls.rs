//! TLS: certificate verification, and the causes of failed handshakes.

mod fault;
mod verify;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::client::WebPkiServerVerifier;
use tokio_rustls::rustls::client::danger::ServerCertVerifier;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore, SupportedProtocolVersion};

use self::fault::{Evidence, certificate_fault, tls_cause};
use self::verify::{NoClientCertificate, Observed, RecordingVerifier};
use super::ConnectConfig;
use super::link::Link;
use super::run::Run;
use crate::mail::failure::{Cause, Failure, Step, TlsFault};
use crate::mail::settings::TlsVersion;

/// The number of bytes that a file of certificates may have.
const MAX_PEM: u64 = 16 << 20;

/// A certificate that expires within this time gets a remark.
const RENEWAL: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// Certificate authorities to trust in addition to the system's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ExtraCa {
    /// A file of PEM certificates that a setting names.
    Setting {
        /// The path of the setting.
        name: String,
        /// The file.
        file: PathBuf,
    },
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
        ExtraCa::Setting { name, file } => {
            let name = format!("{name} ({})", file.display());
            (read_file(file, &name)?, name)
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

/// Reads a file of certificates. A pipe or a device, which may never end, is refused.
fn read_file(path: &Path, name: &str) -> Result<Vec<u8>, Cause> {
    let failed = |error: &dyn fmt::Display| Cause::Settings(format!("{name} cannot be read: {error}"));
    let facts = std::fs::metadata(path).map_err(|error| failed(&error))?;
    if !facts.is_file() {
        return Err(failed(&"it is not a file"));
    }
    if facts.len() > MAX_PEM {
        return Err(failed(&"it is larger than 16 MiB"));
    }
    std::fs::read(path).map_err(|error| failed(&error))
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
    let verifier = Arc::new(RecordingVerifier::new(policy.clone()));
    let client_certificate = Arc::new(NoClientCertificate::default());
    let mut config = policy.config.clone();
    config.client_auth_cert_resolver = Arc::clone(&client_certificate) as _;
    config.dangerous().set_certificate_verifier(Arc::clone(&verifier) as Arc<dyn ServerCertVerifier>);
    let shaken = TlsConnector::from(Arc::new(config)).connect(name, stream).await;
    let Observed { facts, chain, ignored_error, wrong_pin } = verifier.take_observed();
    let evidence = Evidence {
        facts: facts.as_ref(),
        host,
        client_certificate_requested: client_certificate.was_requested(),
    };
    let stream = shaken.map_err(|error| match wrong_pin {
        Some(presented) => Cause::Tls(TlsFault::WrongFingerprint { presented }),
        None => tls_cause(&error, &evidence),
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

#[cfg(all(test, feature = "mail-catch"))]
mod tests;
