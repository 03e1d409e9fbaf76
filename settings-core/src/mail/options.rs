//! What a sender needs beyond the settings.

use std::path::PathBuf;

use super::pool::Keep;
use crate::value::Secret;

/// A version of TLS that is still safe.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TlsVersion {
    /// TLS 1.2 (RFC 5246).
    #[default]
    Tls12,
    /// TLS 1.3 (RFC 8446).
    Tls13,
}

/// What a sender needs beyond the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MailerOptions {
    /// A file of PEM certificates whose authorities are trusted beside the system's.
    pub extra_ca_file: Option<PathBuf>,
    /// The same, as text.
    pub extra_ca_pem: Option<String>,
    /// The name by which we introduce ourselves in EHLO; by default the address of our end.
    pub ehlo_name: Option<String>,
    /// An OAuth 2.0 access token to log in with in place of the password (XOAUTH2, OAUTHBEARER).
    pub access_token: Option<Secret>,
    /// Whether CRAM-MD5 may be used where the server offers nothing better.
    pub allow_cram_md5: bool,
    /// The oldest version of TLS that is spoken.
    pub oldest_tls: TlsVersion,
    /// Connections at a time; further mails wait for their turn.
    pub connections: usize,
    /// How long connections are kept for further mails; by default each mail has its own.
    pub keep: Option<Keep>,
}

impl Default for MailerOptions {
    fn default() -> Self {
        Self {
            extra_ca_file: None,
            extra_ca_pem: None,
            ehlo_name: None,
            access_token: None,
            allow_cram_md5: false,
            oldest_tls: TlsVersion::Tls12,
            connections: 4,
            keep: None,
        }
    }
}

impl MailerOptions {
    /// Trusts the authorities in this PEM file beside the system's.
    #[must_use]
    pub fn extra_ca_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.extra_ca_file = Some(path.into());
        self
    }

    /// Trusts the authorities in this PEM text beside the system's.
    #[must_use]
    pub fn extra_ca_pem(mut self, pem: impl Into<String>) -> Self {
        self.extra_ca_pem = Some(pem.into());
        self
    }

    /// Introduces us by this name.
    #[must_use]
    pub fn ehlo_name(mut self, name: impl Into<String>) -> Self {
        self.ehlo_name = Some(name.into());
        self
    }

    /// Logs in with this OAuth 2.0 access token in place of the password.
    #[must_use]
    pub fn access_token(mut self, token: Secret) -> Self {
        self.access_token = Some(token);
        self
    }

    /// Lets CRAM-MD5 be used where the server offers nothing better. It hides the password on the
    /// way, but from a server that has to keep it in clear, and by a hash that is no longer trusted.
    #[must_use]
    pub fn allow_cram_md5(mut self) -> Self {
        self.allow_cram_md5 = true;
        self
    }

    /// Speaks no version of TLS before this one.
    #[must_use]
    pub fn oldest_tls(mut self, version: TlsVersion) -> Self {
        self.oldest_tls = version;
        self
    }

    /// Opens at most that many connections at a time.
    #[must_use]
    pub fn connections(mut self, connections: usize) -> Self {
        self.connections = connections;
        self
    }

    /// Keeps connections for further mails. [`Mailer::close`](super::Mailer::close) says goodbye to those that wait.
    #[must_use]
    pub fn keep(mut self, keep: Keep) -> Self {
        self.keep = Some(keep);
        self
    }
}
