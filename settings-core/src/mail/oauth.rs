//! A client for OAuth 2.0 token servers (RFC 6749).

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use serde_json::Value;
use tokio_rustls::rustls::crypto::ring;
use ureq::Agent;
use ureq::http::Uri;
use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};

use super::token::{TokenError, TokenRequest, TokenSource};
use crate::value::Secret;

/// The maximum size of a reply in bytes.
const SIZE_LIMIT: u64 = 256 * 1024;
/// The time limit of a request.
const TIME_LIMIT: Duration = Duration::from_secs(20);
/// A token is replaced this long before it expires.
const MARGIN: Duration = Duration::from_secs(60);
/// The lifetime of a token if the server does not state one.
const LIFETIME: Duration = Duration::from_secs(5 * 60);

/// The parameters of the requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OAuthConfig {
    pub(crate) token_url: String,
    pub(crate) client_id: String,
    pub(crate) client_secret: Secret,
    /// If empty, the client asks for a token of its own (RFC 6749, 4.4).
    pub(crate) refresh_token: Secret,
    pub(crate) scope: String,
    pub(crate) ca_file: Option<PathBuf>,
}

/// The last token, and the refresh token that replaces the one in the settings.
#[derive(Default)]
struct State {
    token: Option<(Secret, Instant)>,
    refresh_token: Option<Secret>,
}

impl OAuthConfig {
    /// Checks the address of the token server. Plain HTTP is allowed only to this machine.
    pub(crate) fn check_url(url: &str) -> Result<(), &'static str> {
        let uri: Uri = url.parse().map_err(|_| "is not a URL")?;
        let host = uri.host().unwrap_or_default();
        let is_local = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
        match uri.scheme_str() {
            None => Err("is not a URL"),
            Some(_) if host.is_empty() => Err("is not a URL"),
            Some("https") => Ok(()),
            Some("http") if is_local => Ok(()),
            _ => Err("is not an https URL"),
        }
    }

    /// Creates a source that asks this server, and keeps tokens until they expire.
    pub(crate) fn into_source(self) -> TokenSource {
        let (config, state) = (Arc::new(self), Arc::new(Mutex::new(State::default())));
        TokenSource::new(move |request| {
            let (config, state) = (Arc::clone(&config), Arc::clone(&state));
            async move {
                let work = tokio::task::spawn_blocking(move || config.token(request, &state));
                work.await.unwrap_or_else(|error| Err(TokenError::Unavailable(error.to_string())))
            }
        })
    }

    fn token(&self, request: TokenRequest, state: &Mutex<State>) -> Result<Secret, TokenError> {
        // Held during the request, so that concurrent logins share one token.
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        if request == TokenRequest::Cached
            && let Some((token, expires)) = &state.token
            && Instant::now() < *expires
        {
            return Ok(token.clone());
        }
        let refresh_token = state.refresh_token.clone().unwrap_or_else(|| self.refresh_token.clone());
        let reply = self.request(&refresh_token)?;
        let text = |name: &str| reply.get(name).and_then(Value::as_str);
        let Some(token) = text("access_token").filter(|token| !token.is_empty()) else {
            return Err(TokenError::Rejected("the token server's reply has no access_token".to_owned()));
        };
        let token = Secret::new(token);
        let lifetime = reply.get("expires_in").and_then(|value| match value {
            Value::String(text) => text.parse().ok(),
            value => value.as_u64(),
        });
        let lifetime = lifetime.map_or(LIFETIME, Duration::from_secs).min(Duration::from_secs(24 * 60 * 60));
        let expires = Instant::now() + lifetime.saturating_sub(MARGIN);
        state.token = Some((token.clone(), expires));
        if let Some(rotated) = text("refresh_token").filter(|token| !token.is_empty()) {
            state.refresh_token = Some(Secret::new(rotated));
        }
        Ok(token)
    }

    fn request(&self, refresh_token: &Secret) -> Result<Value, TokenError> {
        let mut form = vec![("client_id", self.client_id.as_str())];
        if !self.client_secret.is_empty() {
            form.push(("client_secret", self.client_secret.expose()));
        }
        if refresh_token.is_empty() {
            form.push(("grant_type", "client_credentials"));
        } else {
            form.push(("grant_type", "refresh_token"));
            form.push(("refresh_token", refresh_token.expose()));
        }
        if !self.scope.is_empty() {
            form.push(("scope", &self.scope));
        }
        let unavailable =
            |error: ureq::Error| TokenError::Unavailable(format!("{}: {error}", self.token_url));
        let mut response = self.agent()?.post(&self.token_url).send_form(form).map_err(unavailable)?;
        let status = response.status().as_u16();
        let body = response.body_mut().with_config().limit(SIZE_LIMIT).read_to_vec().map_err(unavailable)?;
        let body: Value = serde_json::from_slice(&body).unwrap_or_default();
        match status {
            200 => Ok(body),
            400..=499 if !matches!(status, 408 | 425 | 429) => {
                let words = ["error", "error_description"].map(|name| body.get(name).and_then(Value::as_str));
                let error = words.into_iter().flatten().collect::<Vec<_>>().join(": ");
                let error = if error.is_empty() { "no reason given" } else { error.as_str() };
                Err(TokenError::Rejected(format!(
                    "{} replied {status}, {}",
                    self.token_url,
                    self.printable(error, refresh_token)
                )))
            }
            _ => Err(TokenError::Unavailable(format!("{} replied {status}", self.token_url))),
        }
    }

    /// Returns an error code for printing. A server may repeat a secret in it.
    fn printable(&self, error: &str, refresh_token: &Secret) -> String {
        let is_secret = |secret: &Secret| !secret.is_empty() && error.contains(secret.expose());
        if is_secret(&self.client_secret) || is_secret(refresh_token) || is_secret(&self.refresh_token) {
            return "***".to_owned();
        }
        error.chars().filter(|c| !c.is_control()).take(300).collect()
    }

    fn agent(&self) -> Result<Agent, TokenError> {
        let tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .unversioned_rustls_crypto_provider(Arc::new(ring::default_provider()))
            .root_certs(RootCerts::new_with_certs(&self.authorities()?))
            .build();
        let config = Agent::config_builder()
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .timeout_global(Some(TIME_LIMIT))
            .max_response_header_size(32 * 1024)
            .accept("application/json")
            .tls_config(tls);
        Ok(config.build().new_agent())
    }

    /// Returns the system's roots, and those of the file in the settings.
    fn authorities(&self) -> Result<Vec<Certificate<'static>>, TokenError> {
        let mut authorities = rustls_native_certs::load_native_certs().certs;
        if let Some(path) = &self.ca_file {
            let failed = |error: &dyn std::fmt::Display| {
                TokenError::Unavailable(format!("{} cannot be read: {error}", path.display()))
            };
            let pem = std::fs::read(path).map_err(|error| failed(&error))?;
            let extra: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
            authorities.extend(extra.map_err(|error| failed(&error))?);
        }
        Ok(authorities.iter().map(|der| Certificate::from_der(der).to_owned()).collect())
    }
}
