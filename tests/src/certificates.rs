//! Certificates for servers that tests start: good ones, and ones with one thing wrong.

use std::sync::{Arc, LazyLock};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::{
    ServerConfig, SupportedProtocolVersion,
    crypto::ring,
    version::{TLS12, TLS13},
};

/// Names that a good certificate is for.
const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// A certificate with its key, both as PEM, and TLS by it.
#[derive(Clone)]
pub struct Identity {
    /// The certificate, followed by its authority where it has one.
    pub chain_pem: String,
    /// The private key.
    pub key_pem: String,
    /// A server's TLS by this certificate.
    pub config: Arc<ServerConfig>,
}

/// Certificates of one authority, made once a run.
pub struct Certificates {
    /// The authority that clients trust.
    pub ca_pem: String,
    /// Nothing wrong with it.
    pub good: Identity,
    /// Nothing wrong with it, but its server speaks nothing newer than TLS 1.2.
    pub tls12: Identity,
    /// Its time is over.
    pub expired: Identity,
    /// It is for another name.
    pub wrong_host: Identity,
    /// Signed by its own key.
    pub self_signed: Identity,
}

/// The certificates of this run.
pub static CERTIFICATES: LazyLock<Certificates> = LazyLock::new(Certificates::make);

impl Certificates {
    fn make() -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.distinguished_name.push(DnType::CommonName, "fault server CA");
        let key = KeyPair::generate().expect("a key");
        let authority = CertifiedIssuer::self_signed(params, key).expect("an authority");
        let ca_pem = authority.pem();
        let signed = |names: &[&str], expired: bool| {
            let mut params = leaf(names);
            if expired {
                params.not_before = date_time_ymd(2020, 1, 1);
                params.not_after = date_time_ymd(2021, 1, 1);
            }
            let key = KeyPair::generate().expect("a key");
            let certificate = params.signed_by(&key, &authority).expect("a certificate");
            identity(
                vec![certificate.der().clone(), authority.der().clone()],
                &key,
                certificate.pem() + &ca_pem,
            )
        };
        let old = {
            let key = KeyPair::generate().expect("a key");
            let certificate = leaf(&NAMES).signed_by(&key, &authority).expect("a certificate");
            let chain = vec![certificate.der().clone(), authority.der().clone()];
            identity_with(&[&TLS12], chain, &key, certificate.pem())
        };
        let key = KeyPair::generate().expect("a key");
        let own = leaf(&NAMES).self_signed(&key).expect("a certificate");
        Self {
            good: signed(&NAMES, false),
            tls12: old,
            expired: signed(&NAMES, true),
            wrong_host: signed(&["other.example"], false),
            self_signed: identity(vec![own.der().clone()], &key, own.pem()),
            ca_pem: ca_pem.clone(),
        }
    }
}

fn leaf(names: &[&str]) -> CertificateParams {
    let mut params =
        CertificateParams::new(names.iter().map(|name| name.to_string()).collect::<Vec<_>>()).expect("names");
    params.distinguished_name.push(DnType::CommonName, names[0]);
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params
}

fn identity(chain: Vec<CertificateDer<'static>>, key: &KeyPair, chain_pem: String) -> Identity {
    identity_with(&[&TLS12, &TLS13], chain, key, chain_pem)
}

fn identity_with(
    versions: &[&'static SupportedProtocolVersion],
    chain: Vec<CertificateDer<'static>>,
    key: &KeyPair,
    chain_pem: String,
) -> Identity {
    let der = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(versions)
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(chain, der)
        .expect("a certificate and its key");
    Identity { chain_pem, key_pem: key.serialize_pem(), config: Arc::new(config) }
}
