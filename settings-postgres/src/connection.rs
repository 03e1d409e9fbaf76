//! One connection, and the task that drives it.

use std::future::{Future, poll_fn};
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use tokio::sync::Notify;
use tokio_postgres::config::SslMode;
use tokio_postgres::{AsyncMessage, Client};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::PostgresConfig;
use crate::failure::Failure;
use crate::schema::Schema;

/// A connection to the database, with its tables.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) client: Client,
    /// Is notified of notifications, and of the end of the connection.
    pub(crate) news: Arc<Notify>,
}

impl Connection {
    /// Connects, and creates the tables if they are missing.
    pub(crate) async fn open(config: &PostgresConfig, schema: &Schema) -> Result<Self, Failure> {
        let connection = Self::connect(config).await?;
        within(config, schema.prepare(&connection.client)).await?;
        Ok(connection)
    }

    /// Connects, and creates nothing.
    pub(crate) async fn connect(config: &PostgresConfig) -> Result<Self, Failure> {
        let tls = tls(config)?;
        let connecting = async { config.postgres.connect(tls).await.map_err(Failure::from) };
        let (client, mut connection) = within(config, connecting).await?;
        let news = Arc::new(Notify::new());
        let listener = Arc::clone(&news);
        tokio::spawn(async move {
            while let Some(Ok(message)) = poll_fn(|cx| connection.poll_message(cx)).await {
                if matches!(message, AsyncMessage::Notification(_)) {
                    listener.notify_one();
                }
            }
            listener.notify_one();
        });
        Ok(Self { client, news })
    }
}

/// Runs an operation within the time limit.
pub(crate) async fn within<T>(
    config: &PostgresConfig,
    operation: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    let limit = config.time_limit();
    tokio::time::timeout(limit, operation).await.unwrap_or(Err(Failure::Timeout(limit)))
}

fn tls(config: &PostgresConfig) -> Result<MakeRustlsConnect, Failure> {
    let mut roots = RootCertStore::empty();
    if config.postgres.get_ssl_mode() != SslMode::Disable {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if let Some(path) = &config.roots {
            let unusable = |why: &dyn std::fmt::Display| {
                Failure::Refused(format!("sslrootcert {}: {why}", path.display()))
            };
            let certificates = CertificateDer::pem_file_iter(path).map_err(|error| unusable(&error))?;
            for certificate in certificates {
                let certificate = certificate.map_err(|error| unusable(&error))?;
                roots.add(certificate).map_err(|error| unusable(&error))?;
            }
        }
        if roots.is_empty() {
            let why = "this system has no trusted certificates; name a file with `sslrootcert`";
            return Err(Failure::Refused(why.to_owned()));
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.map_err(|error| Failure::Refused(format!("TLS can't be set up: {error}")))?;
    Ok(MakeRustlsConnect::new(builder.with_root_certificates(roots).with_no_client_auth()))
}
