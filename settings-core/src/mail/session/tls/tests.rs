#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::time::Duration;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::server::WebPkiClientVerifier;

use super::*;
use crate::mail::config::SettingNames;
use crate::mail::{ConnectionSecurity, EmailSettings, Mailer, MailerOptions, Message, Outcome};

/// A handshake with a server whose certificate is for `certified`, where the settings name `server`.
async fn connect_tls(certified: &str, server: &str) -> Result<Link, Failure> {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(vec![certified.to_owned()]).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let _stream = TlsAcceptor::from(Arc::new(config)).accept(stream).await;
        tokio::time::sleep(Duration::from_secs(5)).await;
    });
    let settings = EmailSettings {
        smtp_server: server.to_owned(),
        connection_security: ConnectionSecurity::Tls,
        ..EmailSettings::default()
    };
    let options = MailerOptions::default().extra_ca_pem(cert.pem());
    let config = ConnectConfig::from_settings(&settings, &options, &SettingNames::default()).unwrap();
    let stream = TcpStream::connect(address).await.unwrap();
    handshake(Link::Plain(stream), &config, &mut Run::start(Duration::from_secs(5), 0)).await
}

#[tokio::test]
async fn a_certificate_is_for_the_a_labels_of_a_name() {
    assert!(connect_tls("smtp.xn--bcher-kva.example", "smtp.bücher.example").await.is_ok());
    assert!(connect_tls("smtp.xn--bcher-kva.example", "SMTP.BÜCHER.example").await.is_ok());
    let failure = connect_tls("smtp.xn--bcher-kva.example", "smtp.bucher.example").await.unwrap_err();
    assert!(matches!(failure.cause, Cause::Tls(TlsFault::WrongName { .. })), "{failure}");
}

#[tokio::test]
async fn an_address_needs_a_certificate_for_the_address() {
    assert!(connect_tls("127.0.0.1", "127.0.0.1").await.is_ok());
    assert!(connect_tls("::1", "[::1]").await.is_ok());
    let failure = connect_tls("localhost", "127.0.0.1").await.unwrap_err();
    assert!(matches!(failure.cause, Cause::Tls(TlsFault::WrongName { .. })), "{failure}");
}

/// A mail to a server that requires a client certificate.
async fn send_without_client_certificate(version: &'static SupportedProtocolVersion) -> Outcome {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
    let provider = Arc::new(ring::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(cert.der().clone()).unwrap();
    let verifier =
        WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider)).build().unwrap();
    let config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[version])
        .unwrap()
        .with_client_cert_verifier(verifier)
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let _ = TlsAcceptor::from(Arc::new(config.clone())).accept(stream).await;
        }
    });
    let settings = EmailSettings {
        smtp_server: "127.0.0.1".to_owned(),
        smtp_port: port,
        connection_security: ConnectionSecurity::Tls,
        ..EmailSettings::default()
    };
    let options = MailerOptions::default().extra_ca_pem(cert.pem());
    let message =
        Message::new("a@example.com".parse().unwrap()).to("b@example.com".parse().unwrap()).text("x");
    Mailer::new(&settings, options).unwrap().send(&message).await
}

#[tokio::test]
async fn a_required_client_certificate_is_reported() {
    for version in [&TLS12, &TLS13] {
        let outcome = send_without_client_certificate(version).await;
        assert_eq!(outcome.name(), "not attempted", "{version:?}: {outcome}");
        assert!(outcome.to_string().contains("requires a client certificate"), "{version:?}: {outcome}");
    }
}
