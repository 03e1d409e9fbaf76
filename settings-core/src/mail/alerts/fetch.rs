//! Fetches the feed.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use tokio_rustls::rustls::crypto::ring;
use ureq::Agent;
use ureq::http::Uri;
use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};

/// The size limit of a feed in bytes.
const SIZE_LIMIT: u64 = 1024 * 1024;
/// The time limit from the name lookup to the last byte.
const TIME_LIMIT: Duration = Duration::from_secs(30);
/// The name of the client. It does not identify the installation.
const USER_AGENT: &str = "security-alert-check";

/// The reason that the feed could not be fetched.
///
/// `Display` includes the text of the cause, so [`Error::source`] continues with the cause's own source.
#[derive(Debug)]
#[non_exhaustive]
pub enum FetchError {
    /// The URL is not an https URL.
    Address(String),
    /// The file of trusted authorities cannot be read.
    Authorities {
        /// The file.
        path: PathBuf,
        /// The cause.
        error: io::Error,
    },
    /// The server answered with a status other than 200.
    Status(u16),
    /// The feed is longer than this many bytes.
    TooLong(u64),
    /// The feed was not received within this time.
    TimedOut(Duration),
    /// The connection failed.
    Failed(Box<dyn Error + Send + Sync>),
}

/// The address of the feed, and how to fetch it.
#[derive(Clone, Debug)]
pub(super) struct Source {
    uri: Uri,
    extra_ca_file: Option<PathBuf>,
    time_limit: Duration,
}

impl Source {
    pub(super) fn new(url: &str) -> Result<Self, FetchError> {
        let refused = |why: &str| FetchError::Address(format!("`{url}` {why}"));
        let uri: Uri = url.parse().map_err(|_| refused("is not a URL"))?;
        if uri.scheme_str() != Some("https") || uri.host().is_none_or(str::is_empty) {
            return Err(refused("is not an https URL; alerts are not fetched without encryption"));
        }
        if uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
            return Err(FetchError::Address("the URL must not contain a user name or password".to_owned()));
        }
        Ok(Self { uri, extra_ca_file: None, time_limit: TIME_LIMIT })
    }

    pub(super) fn extra_ca_file(mut self, path: PathBuf) -> Self {
        self.extra_ca_file = Some(path);
        self
    }

    pub(super) fn time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = limit;
        self
    }

    /// Returns the URL.
    pub(super) fn url(&self) -> String {
        self.uri.to_string()
    }

    /// Fetches the feed. Blocks, but no longer than the time limit.
    pub(super) fn fetch(&self) -> Result<Vec<u8>, FetchError> {
        let agent = self.agent()?;
        let mut response = agent.get(&self.uri).call().map_err(|error| self.failed(error))?;
        if response.status() != 200 {
            return Err(FetchError::Status(response.status().as_u16()));
        }
        let body = response.body_mut().with_config().limit(SIZE_LIMIT);
        body.read_to_vec().map_err(|error| self.failed(error))
    }

    fn agent(&self) -> Result<Agent, FetchError> {
        let tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .unversioned_rustls_crypto_provider(Arc::new(ring::default_provider()))
            .root_certs(RootCerts::new_with_certs(&self.authorities()?))
            .build();
        let config = Agent::config_builder()
            .https_only(true)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .timeout_global(Some(self.time_limit))
            .max_response_header_size(16 * 1024)
            .user_agent(USER_AGENT)
            .accept("application/json")
            .tls_config(tls);
        Ok(config.build().new_agent())
    }

    /// Returns the system's roots (`SSL_CERT_FILE` is honoured), and those of the extra file.
    fn authorities(&self) -> Result<Vec<Certificate<'static>>, FetchError> {
        let mut authorities = rustls_native_certs::load_native_certs().certs;
        if let Some(path) = &self.extra_ca_file {
            let failed = |error| FetchError::Authorities { path: path.clone(), error };
            let pem = std::fs::read(path).map_err(failed)?;
            let extra: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
            authorities
                .extend(extra.map_err(|error| failed(io::Error::new(io::ErrorKind::InvalidData, error)))?);
        }
        Ok(authorities.iter().map(|der| Certificate::from_der(der).to_owned()).collect())
    }

    fn failed(&self, error: ureq::Error) -> FetchError {
        match error {
            ureq::Error::Timeout(_) => FetchError::TimedOut(self.time_limit),
            ureq::Error::BodyExceedsLimit(_) => FetchError::TooLong(SIZE_LIMIT),
            other => FetchError::Failed(Box::new(other)),
        }
    }
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the feed of security alerts: ")?;
        match self {
            Self::Address(why) => f.write_str(why),
            Self::Authorities { path, error } => write!(f, "{}: {error}", path.display()),
            Self::Failed(error) => write!(f, "{error}"),
            Self::Status(status @ 300..400) => {
                write!(f, "the server answered {status}; redirects are not followed, so use the final URL")
            }
            Self::Status(status) => write!(f, "the server answered {status}"),
            Self::TooLong(limit) => write!(f, "longer than {limit} bytes"),
            Self::TimedOut(limit) => write!(f, "not received within {} s", limit.as_secs_f64()),
        }
    }
}

impl Error for FetchError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Authorities { error, .. } => error.source(),
            Self::Failed(error) => error.source(),
            Self::Address(_) | Self::Status(_) | Self::TooLong(_) | Self::TimedOut(_) => None,
        }
    }
}
