//! The values of settings that are one of a list.

use crate::SettingValue;

/// The encryption of the connection to the SMTP server.
#[derive(SettingValue, Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionSecurity {
    /// Mail is sent unencrypted.
    #[value(text = "", label = "Not specified")]
    None,
    /// The connection is encrypted from the first byte.
    #[value(text = "TLS")]
    Tls,
    /// The connection starts unencrypted and is encrypted before anything else is sent.
    #[value(text = "STARTTLS")]
    StartTls,
}

/// A mechanism for logging in to the SMTP server.
#[derive(SettingValue, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AuthMechanism {
    /// The best mechanism that the server offers.
    #[value(text = "", label = "Automatic")]
    Automatic,
    /// SCRAM-SHA-256 (RFC 7677).
    #[value(text = "SCRAM-SHA-256")]
    ScramSha256,
    /// PLAIN (RFC 4616).
    #[value(text = "PLAIN")]
    Plain,
    /// LOGIN.
    #[value(text = "LOGIN")]
    Login,
    /// CRAM-MD5 (RFC 2195).
    #[value(text = "CRAM-MD5")]
    CramMd5,
    /// XOAUTH2.
    #[value(text = "XOAUTH2")]
    XOAuth2,
    /// OAUTHBEARER (RFC 7628).
    #[value(text = "OAUTHBEARER")]
    OAuthBearer,
}

/// A TLS version that is considered secure.
#[derive(SettingValue, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TlsVersion {
    /// TLS 1.2 (RFC 5246).
    #[value(text = "1.2")]
    Tls12,
    /// TLS 1.3 (RFC 8446).
    #[value(text = "1.3")]
    Tls13,
}
