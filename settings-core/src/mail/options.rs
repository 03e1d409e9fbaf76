//! What a program gives a sender beside the settings, or in place of them.

use std::path::PathBuf;

use super::{pool::Keep, settings::TlsVersion};
use crate::value::Secret;

/// What a program gives a sender beside the settings, or in place of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct MailerOptions {
    /// A file of PEM certificates whose authorities are trusted beside the system's and the settings'.
    pub extra_ca_file: Option<PathBuf>,
    /// The same, as text.
    pub extra_ca_pem: Option<String>,
    /// The name by which we introduce ourselves, in place of `EmailSettings.EHLOName`.
    pub ehlo_name: Option<String>,
    /// An OAuth 2.0 access token to log in with in place of the password (XOAUTH2, OAUTHBEARER).
    pub access_token: Option<Secret>,
    /// Whether CRAM-MD5 may be used where the server offers nothing better, whatever `EmailSettings.AllowCRAMMD5` says.
    pub allow_cram_md5: bool,
    /// The oldest version of TLS that is spoken, in place of `EmailSettings.SMTPMinimumTLSVersion`.
    pub oldest_tls: Option<TlsVersion>,
    /// Connections at a time, in place of `EmailSettings.SMTPConnections`.
    pub connections: Option<usize>,
    /// How long connections are kept for further mails, in place of `EmailSettings.SMTPIdleTimeout`.
    pub keep: Option<Keep>,
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
        self.oldest_tls = Some(version);
        self
    }

    /// Opens at most that many connections at a time.
    #[must_use]
    pub fn connections(mut self, connections: usize) -> Self {
        self.connections = Some(connections);
        self
    }

    /// Keeps connections for further mails. [`Mailer::close`](super::Mailer::close) says goodbye to those that wait.
    #[must_use]
    pub fn keep(mut self, keep: Keep) -> Self {
        self.keep = Some(keep);
        self
    }
}
