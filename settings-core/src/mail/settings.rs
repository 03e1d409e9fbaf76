//! The settings of outgoing mail.

mod choices;
mod sender;
mod server;

use std::net::IpAddr;
use std::time::Duration;

pub use self::choices::{AuthMechanism, ConnectionSecurity, TlsVersion};
pub use self::sender::SenderError;
use self::server::is_server_or_blank;
#[cfg(feature = "mail")]
pub(crate) use self::server::server_advice;

use super::address::Address;
use super::reverse_path::ReversePath;
use crate::Settings;
use crate::value::Secret;

/// Outgoing mail.
#[derive(Settings, Clone, Debug, PartialEq, Eq)]
#[settings(
    section = "EmailSettings",
    page = "SMTP",
    console = "Environment > SMTP",
    rule(
        check = |mail| !mail.enable_smtp_auth || !mail.smtp_username.is_empty(),
        message = "logging in is turned on, but the username is empty",
        help = "set `SMTPUsername`, or turn `EnableSMTPAuth` off",
        fields("EnableSMTPAuth", "SMTPUsername"),
        severity = "warning"
    ),
    rule(
        check = |mail| !mail.enable_smtp_auth || mail.is_encrypted() || mail.is_on_this_machine(),
        message = "the password would be sent unencrypted to another machine, so logging in will be refused",
        help = "set `ConnectionSecurity` to `STARTTLS` or `TLS`",
        fields("EnableSMTPAuth", "ConnectionSecurity", "SMTPServer"),
        severity = "warning"
    ),
    rule(
        check = |mail| mail.enable_smtp_auth || mail.smtp_username.is_empty() && mail.smtp_password.is_empty(),
        message = "a username or password is set, but logging in is turned off",
        help = "set `EnableSMTPAuth` to `true`, or remove the credentials",
        fields("EnableSMTPAuth", "SMTPUsername", "SMTPPassword"),
        severity = "warning"
    ),
    rule(
        check = |mail| mail.smtp_port != 465 || mail.connection_security != ConnectionSecurity::StartTls,
        message = "port 465 is for connections that are encrypted from the start, but STARTTLS starts unencrypted",
        help = "set `ConnectionSecurity` to `TLS`, or `SMTPPort` to 587",
        fields("SMTPPort", "ConnectionSecurity"),
        severity = "warning"
    ),
    rule(
        check = |mail| mail.smtp_port != 587 || mail.connection_security != ConnectionSecurity::Tls,
        message = "port 587 is for connections that start unencrypted, but TLS encrypts from the start",
        help = "set `ConnectionSecurity` to `STARTTLS`, or `SMTPPort` to 465",
        fields("SMTPPort", "ConnectionSecurity"),
        severity = "warning"
    ),
    rule(
        check = |mail| !mail.is_encrypted() || !mail.skip_server_certificate_verification,
        message = "the connection is encrypted, but anyone on the network path can impersonate the server",
        help = "set `SkipServerCertificateVerification` to `false`, and trust the server's certificate authority instead",
        fields("SkipServerCertificateVerification", "ConnectionSecurity"),
        severity = "warning"
    ),
    rule(
        check = |mail| is_server_or_blank(&mail.smtp_server),
        message = "the SMTP server is not a host name or IP address",
        help = "set `SMTPServer` to the name alone, such as `mail.example.com`; the port belongs in `SMTPPort`",
        fields("SMTPServer", "SMTPPort")
    ),
    rule(
        check = |mail| !mail.smtp_username.chars().any(char::is_control),
        message = "the username contains a line break or another control character",
        help = "remove it from `SMTPUsername`; a value read from a file may end in a line break",
        fields("SMTPUsername")
    ),
    rule(
        check = |mail| !mail.feedback_name.chars().any(char::is_control),
        message = "the sender's name contains a line break or another control character",
        help = "write `FeedbackName` on one line",
        fields("FeedbackName")
    ),
    rule(
        check = |mail| is_address_or_blank(&mail.feedback_email),
        message = "the sender's address is not a valid email address",
        help = "set `FeedbackEmail` to an address such as `chat@example.com`, without a name",
        fields("FeedbackEmail")
    ),
    rule(
        check = |mail| is_address_or_blank(&mail.reply_to_address),
        message = "the reply-to address is not a valid email address",
        help = "set `ReplyToAddress` to an address such as `help@example.com`, without a name",
        fields("ReplyToAddress")
    ),
    rule(
        check = |mail| mail.envelope_sender.parse::<ReversePath>().is_ok(),
        message = "the bounce address is not a valid email address",
        help = "set `EnvelopeSender` to an address such as `bounces@example.com`, or to `<>` for no bounces",
        fields("EnvelopeSender")
    ),
    rule(
        check = |mail| mail.smtp_oauth_token_url.is_empty() || !mail.smtp_oauth_client_id.is_empty(),
        message = "a token server is set, but the client ID is empty",
        help = "set `SMTPOAuthClientID` to the ID under which the program is registered",
        fields("SMTPOAuthTokenURL", "SMTPOAuthClientID"),
        severity = "warning"
    ),
    rule(
        check = |mail| mail.smtp_source_address.is_empty() || mail.source_address().is_some(),
        message = "the source address of connections is not an IP address",
        help = "set `SMTPSourceAddress` to an address of this machine, such as `192.0.2.7` or `2001:db8::7`",
        fields("SMTPSourceAddress")
    ),
    rule(
        check = |mail| mail.is_encrypted() || mail.smtp_ca_file.is_empty() && mail.smtp_certificate_fingerprint.is_empty(),
        message = "a certificate check is configured, but the connection is not encrypted",
        help = "set `ConnectionSecurity` to `STARTTLS` or `TLS`",
        fields("ConnectionSecurity", "SMTPCAFile", "SMTPCertificateFingerprint"),
        severity = "warning"
    ),
    rule(
        check = |mail| !mail.skip_server_certificate_verification || mail.smtp_certificate_fingerprint.is_empty(),
        message = "certificate verification is off, but a fingerprint is set; the fingerprint is checked",
        help = "set `SkipServerCertificateVerification` to `false`",
        fields("SkipServerCertificateVerification", "SMTPCertificateFingerprint"),
        severity = "warning"
    )
)]
pub struct EmailSettings {
    /// The host name or address of the SMTP server that takes outgoing mail.
    #[setting(key = "SMTPServer", title = "SMTP server", default = "localhost")]
    pub smtp_server: String,

    /// The port on which the SMTP server listens.
    ///
    /// Common ports: 587 (STARTTLS), 465 (TLS), 25 (between servers).
    #[setting(key = "SMTPPort", title = "SMTP server port", default = 10025, range = 1..=65535)]
    pub smtp_port: u16,

    /// Turns logging in to the SMTP server on or off.
    ///
    /// - `true`: The server is sent the SMTP username and password.
    /// - `false`: Mail is sent without logging in.
    #[setting(key = "EnableSMTPAuth", title = "Enable SMTP authentication", default = false)]
    pub enable_smtp_auth: bool,

    /// The username for logging in to the SMTP server.
    #[setting(
        key = "SMTPUsername",
        title = "SMTP server username",
        relevant_if(setting = "EnableSMTPAuth", is = true)
    )]
    pub smtp_username: String,

    /// The password of the SMTP username.
    #[setting(
        key = "SMTPPassword",
        title = "SMTP server password",
        relevant_if(setting = "EnableSMTPAuth", is = true)
    )]
    pub smtp_password: Secret,

    /// The encryption of the connection to the SMTP server.
    ///
    /// - `Not specified`: Mail is sent unencrypted. Logging in is refused, except to a server on the same machine.
    /// - `TLS`: The connection is encrypted from the first byte.
    /// - `STARTTLS`: The connection starts unencrypted and is encrypted before anything else is sent. A server that does
    ///   not support this is refused.
    #[setting(key = "ConnectionSecurity", title = "SMTP connection security", default = ConnectionSecurity::None)]
    pub connection_security: ConnectionSecurity,

    /// Turns verification of the SMTP server's certificate off or on.
    ///
    /// - `true`: The certificate is not verified, so anyone on the network path can impersonate the server. Certificates
    ///   that cannot be used at all are still refused: X.509 version 1, RSA keys below 2048 bits, P-521 and DSA keys.
    /// - `false`: The certificate must be valid, name the server, and be issued by a trusted authority.
    #[setting(
        key = "SkipServerCertificateVerification",
        title = "Skip server certificate verification",
        default = false,
        danger(
            when = true,
            text = "Anyone on the network path can then pose as the mail server, and read the password and all mail."
        )
    )]
    pub skip_server_certificate_verification: bool,

    /// Turns mails about security fixes on or off.
    ///
    /// - `true`: Administrators get a mail when a fix for their version is announced.
    /// - `false`: The server does not look for fixes and sends no such mail.
    #[setting(
        key = "EnableSecurityFixAlert",
        title = "Enable security alerts",
        default = true,
        alias = "ServiceSettings.EnableSecurityFixAlert"
    )]
    pub enable_security_fix_alert: bool,

    /// The time limit for each step of a delivery, from the name lookup to the last reply of the SMTP server.
    #[setting(
        key = "SMTPServerTimeout",
        title = "SMTP server timeout",
        unit = "seconds",
        default = 10,
        range = 1..=3600
    )]
    pub smtp_server_timeout: Duration,

    /// The display name of the sender of mails.
    #[setting(
        key = "FeedbackName",
        title = "Notification display name",
        page = "Notification sender",
        console = "Site Configuration > Notifications",
        max_len = 512
    )]
    pub feedback_name: String,

    /// The sender address of mails. Without one, only test mails are sent.
    #[setting(
        key = "FeedbackEmail",
        title = "Notification from address",
        page = "Notification sender",
        console = "Site Configuration > Notifications",
        max_len = 254
    )]
    pub feedback_email: String,

    /// The address for replies to mails, if it differs from the sender address.
    #[setting(
        key = "ReplyToAddress",
        title = "Notification reply-to address",
        page = "Notification sender",
        console = "Site Configuration > Notifications",
        max_len = 254
    )]
    pub reply_to_address: String,

    /// The address that bounces of mails go to, if it differs from the sender address.
    ///
    /// With `<>`, no bounces are sent.
    #[setting(
        key = "EnvelopeSender",
        title = "Notification bounce address",
        page = "Notification sender",
        console = "Site Configuration > Notifications",
        max_len = 254
    )]
    pub envelope_sender: String,

    /// The name that this machine sends to the SMTP server with EHLO.
    ///
    /// If empty, the local address of the connection is sent in brackets. Servers that accept mail from anywhere expect a
    /// name that resolves to this machine.
    #[setting(
        key = "EHLOName",
        title = "EHLO name",
        page = "SMTP connection",
        console = "Environment > SMTP connection",
        format = "host"
    )]
    pub ehlo_name: String,

    /// A PEM file with certificate authorities to trust for the SMTP server, in addition to the system's.
    ///
    /// The file may also contain the server's own certificate.
    #[setting(
        key = "SMTPCAFile",
        title = "SMTP certificate authorities",
        page = "SMTP connection",
        console = "Environment > SMTP connection",
        format = "path"
    )]
    pub smtp_ca_file: String,

    /// The SHA-256 fingerprint of the only certificate to accept from the SMTP server, in hexadecimal digits.
    ///
    /// The issuer, names and dates of that certificate are not checked.
    #[setting(
        key = "SMTPCertificateFingerprint",
        title = "SMTP certificate fingerprint",
        page = "SMTP connection",
        console = "Environment > SMTP connection",
        default = "",
        pattern = "([0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}"
    )]
    pub smtp_certificate_fingerprint: String,

    /// The oldest TLS version to use with the SMTP server.
    ///
    /// - `1.2`: TLS 1.2 and 1.3.
    /// - `1.3`: TLS 1.3 only.
    #[setting(
        key = "SMTPMinimumTLSVersion",
        title = "SMTP minimum TLS version",
        page = "SMTP connection",
        console = "Environment > SMTP connection",
        default = TlsVersion::Tls12
    )]
    pub smtp_minimum_tls_version: TlsVersion,

    /// Allows CRAM-MD5 if the SMTP server offers no better mechanism to log in.
    ///
    /// - `true`: It is used as a last resort. It relies on MD5, which is no longer considered secure.
    /// - `false`: A server that offers nothing else is refused.
    #[setting(
        key = "AllowCRAMMD5",
        title = "Allow CRAM-MD5",
        page = "SMTP connection",
        console = "Environment > SMTP connection",
        default = false
    )]
    pub allow_cram_md5: bool,

    /// The mechanism for logging in to the SMTP server.
    ///
    /// - `Automatic`: The best mechanism that the server offers: SCRAM-SHA-256, PLAIN, LOGIN.
    /// - `SCRAM-SHA-256`: Both sides prove that they know the password without sending it.
    /// - `PLAIN`: The password is sent, protected by the encryption of the connection.
    /// - `LOGIN`: An older form of PLAIN.
    /// - `CRAM-MD5`: A proof that relies on MD5, which is no longer considered secure.
    /// - `XOAUTH2`: An OAuth 2.0 access token, in the form of Google and Microsoft.
    /// - `OAUTHBEARER`: An OAuth 2.0 access token, in the standard form.
    #[setting(
        key = "SMTPAuthMechanism",
        title = "SMTP authentication mechanism",
        page = "SMTP connection",
        console = "Environment > SMTP connection",
        default = AuthMechanism::Automatic
    )]
    pub smtp_auth_mechanism: AuthMechanism,

    /// The address of the OAuth 2.0 token server. If set, the server logs in with access tokens instead of the password.
    #[setting(
        key = "SMTPOAuthTokenURL",
        title = "SMTP OAuth token URL",
        page = "SMTP connection",
        console = "Environment > SMTP connection",
        default = "",
        format = "url"
    )]
    pub smtp_oauth_token_url: String,

    /// The client ID for the OAuth 2.0 token server.
    #[setting(
        key = "SMTPOAuthClientID",
        title = "SMTP OAuth client ID",
        page = "SMTP connection",
        console = "Environment > SMTP connection"
    )]
    pub smtp_oauth_client_id: String,

    /// The client secret for the OAuth 2.0 token server.
    #[setting(
        key = "SMTPOAuthClientSecret",
        title = "SMTP OAuth client secret",
        page = "SMTP connection",
        console = "Environment > SMTP connection"
    )]
    pub smtp_oauth_client_secret: Secret,

    /// The refresh token for the OAuth 2.0 token server. If empty, the client gets tokens with its own credentials.
    #[setting(
        key = "SMTPOAuthRefreshToken",
        title = "SMTP OAuth refresh token",
        page = "SMTP connection",
        console = "Environment > SMTP connection"
    )]
    pub smtp_oauth_refresh_token: Secret,

    /// The scope to request from the OAuth 2.0 token server, such as `https://outlook.office365.com/.default`.
    #[setting(
        key = "SMTPOAuthScope",
        title = "SMTP OAuth scope",
        page = "SMTP connection",
        console = "Environment > SMTP connection"
    )]
    pub smtp_oauth_scope: String,

    /// The maximum number of connections to the SMTP server. Further mails wait.
    #[setting(
        key = "SMTPConnections",
        title = "SMTP connections",
        page = "SMTP connection",
        console = "Environment > SMTP connection",
        default = 4,
        range = 1..=100
    )]
    pub smtp_connections: u16,

    /// The time for which an idle connection is kept for the next mail.
    ///
    /// With 0, each mail uses a new connection. Some servers close idle connections after ten seconds.
    #[setting(
        key = "SMTPIdleTimeout",
        title = "SMTP idle timeout",
        page = "SMTP connection",
        console = "Environment > SMTP connection",
        unit = "seconds",
        default = 8,
        range = 0..=300
    )]
    pub smtp_idle_timeout: Duration,

    /// The local IP address to connect to the SMTP server from.
    ///
    /// If empty, the system chooses. Servers of the other address family, IPv4 or IPv6, cannot be reached from it.
    #[setting(
        key = "SMTPSourceAddress",
        title = "SMTP source address",
        page = "SMTP connection",
        console = "Environment > SMTP connection"
    )]
    pub smtp_source_address: String,
}

impl EmailSettings {
    /// Returns the local address to connect from; `None` if the system chooses.
    pub fn source_address(&self) -> Option<IpAddr> {
        self.smtp_source_address.parse().ok()
    }

    /// Returns true if these settings send a password to the same server as `stored`, with the same protection.
    ///
    /// A server that tests settings before saving them needs this check: otherwise, someone who may change settings but
    /// not read them could have the stored password sent to a server of their own.
    ///
    /// ```
    /// use settings_core::mail::EmailSettings;
    ///
    /// let stored = EmailSettings { smtp_server: "mail.example.com".into(), ..EmailSettings::default() };
    /// let tried = EmailSettings { smtp_server: "mail.example.net".into(), ..stored.clone() };
    /// assert!(!tried.may_use_password_of(&stored));
    /// ```
    pub fn may_use_password_of(&self, stored: &Self) -> bool {
        let way = |mail: &Self| {
            let server = (mail.smtp_server.clone(), mail.smtp_port, mail.smtp_username.clone());
            let trust = (mail.smtp_ca_file.clone(), mail.smtp_certificate_fingerprint.clone());
            let encryption = (mail.connection_security, mail.smtp_minimum_tls_version);
            let login = (mail.smtp_auth_mechanism, mail.allow_cram_md5, mail.smtp_oauth_token_url.clone());
            (server, trust, encryption, mail.skip_server_certificate_verification, login)
        };
        way(self) == way(stored)
    }

    /// Returns true if the connection is encrypted before mail or a password is sent.
    pub fn is_encrypted(&self) -> bool {
        self.connection_security != ConnectionSecurity::None
    }

    /// Returns true if the server's name or address is obviously that of this machine, without a lookup.
    pub fn is_on_this_machine(&self) -> bool {
        let host = self.smtp_server.trim_start_matches('[').trim_end_matches(']');
        let name = host.trim_end_matches('.').to_ascii_lowercase();
        name == "localhost"
            || name.ends_with(".localhost")
            || host.parse::<IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback())
    }
}

fn is_address_or_blank(text: &str) -> bool {
    text.is_empty() || text.parse::<Address>().is_ok()
}

#[cfg(test)]
mod tests;
