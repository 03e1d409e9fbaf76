//! Other crates, as they come.

use std::sync::Arc;

use lettre::{
    AsyncSmtpTransport, AsyncTransport, Tokio1Executor,
    message::header::ContentType,
    transport::smtp::{
        PoolConfig,
        client::{Certificate, Tls, TlsParameters},
    },
};
use mail_send::{SmtpClientBuilder, smtp::message::Message};
use tokio_rustls::{
    TlsConnector,
    rustls::{
        ClientConfig, RootCertStore,
        crypto::ring,
        pki_types::{CertificateDer, pem::PemObject},
    },
};

use crate::{
    senders::{ADDRESSES, Sender, in_tasks, runtime, text},
    sink::Front,
};

/// All of them.
pub fn all(port: u16, front: &Front) -> Result<Vec<Sender>, String> {
    let mut senders = Vec::new();
    for connections in [1, 10] {
        senders.push(lettre(port, None, connections, true));
        senders.push(lettre(front.port, Some(&front.ca_pem), connections, true));
        senders.push(mail_send(port, None, connections, true)?);
        senders.push(mail_send(front.port, Some(&front.ca_pem), connections, true)?);
    }
    senders.push(lettre(port, None, 1, false));
    senders.push(mail_send(port, None, 1, false)?);
    Ok(senders)
}

fn named(name: &str, tls: bool, reused: bool) -> String {
    let mail = if reused { "" } else { ", one mail a connection" };
    format!("{name}{mail}{}", if tls { " over TLS" } else { "" })
}

fn lettre(port: u16, ca_pem: Option<&str>, connections: usize, reused: bool) -> Sender {
    let ca_pem = ca_pem.map(str::to_owned);
    let name = named("lettre", ca_pem.is_some(), reused);
    Sender::new(name, connections, move |count| {
        let said = |error: &dyn std::error::Error| error.to_string();
        let tls = match &ca_pem {
            None => Tls::None,
            Some(pem) => {
                let authority = Certificate::from_pem(pem.as_bytes()).map_err(|error| said(&error))?;
                let parameters =
                    TlsParameters::builder("localhost".to_owned()).add_root_certificate(authority);
                Tls::Wrapper(parameters.build_rustls().map_err(|error| said(&error))?)
            }
        };
        let [from, to] = ADDRESSES.map(|address| address.parse().expect("an address"));
        let message = lettre::Message::builder().from(from).to(to).subject("A mail of the bench");
        let message = message.header(ContentType::TEXT_PLAIN).body(text()).map_err(|error| said(&error))?;
        runtime().block_on(async {
            let transport = || {
                let pool = PoolConfig::new().max_size(u32::try_from(connections).unwrap_or(1));
                let builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("127.0.0.1");
                builder.port(port).tls(tls.clone()).pool_config(pool).build()
            };
            let shared = transport();
            in_tasks(count, connections, |count| {
                let (message, shared) = (message.clone(), shared.clone());
                let fresh: Vec<_> =
                    if reused { Vec::new() } else { (0..count).map(|_| transport()).collect() };
                async move {
                    for at in 0..count {
                        let transport = fresh.get(at).unwrap_or(&shared);
                        transport.send(message.clone()).await.map_err(|error| error.to_string())?;
                    }
                    Ok(())
                }
            })
            .await
        })
    })
}

fn mail_send(port: u16, ca_pem: Option<&str>, connections: usize, reused: bool) -> Result<Sender, String> {
    let name = named("mail-send", ca_pem.is_some(), reused);
    let mut roots = RootCertStore::empty();
    if let Some(pem) = ca_pem {
        let authority = CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|error| error.to_string())?;
        roots.add(authority).map_err(|error| error.to_string())?;
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = TlsConnector::from(Arc::new(config));
    let tls = ca_pem.is_some();
    Ok(Sender::new(name, connections, move |count| {
        let connector = connector.clone();
        runtime().block_on(in_tasks(count, connections, |count| {
            let builder = SmtpClientBuilder::new_with_tls_connector("127.0.0.1", port, connector.clone());
            let body = format!(
                "From: <{}>\r\nTo: <{}>\r\nSubject: A mail of the bench\r\n\r\n{}",
                ADDRESSES[0],
                ADDRESSES[1],
                text()
            );
            async move {
                let said = |error: mail_send::Error| error.to_string();
                let message = || Message::new(ADDRESSES[0], [ADDRESSES[1]], body.as_bytes());
                let mails = if reused { count } else { 1 };
                for _ in 0..count / mails {
                    if tls {
                        let mut client = builder.connect().await.map_err(said)?;
                        for _ in 0..mails {
                            client.send(message()).await.map_err(said)?;
                        }
                    } else {
                        let mut client = builder.connect_plain().await.map_err(said)?;
                        for _ in 0..mails {
                            client.send(message()).await.map_err(said)?;
                        }
                    }
                }
                Ok(())
            }
        }))
    }))
}
