//! How outgoing mail leaves the server: the settings.

use std::error::Error;
use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use super::address::{Address, AddressError, Mailbox};
use crate::value::Secret;
use crate::{SettingValue, Settings};

/// Outgoing mail.
#[derive(Settings, Clone, Debug, PartialEq, Eq)]
#[settings(
    section = "EmailSettings",
    page = "SMTP",
    console = "Environment > SMTP",
    rule(
        check = |mail| !mail.enable_smtp_auth || !mail.smtp_username.is_empty(),
        message = "logging in is turned on, but there is no username to log in with",
        help = "set `SMTPUsername`, or turn `EnableSMTPAuth` off",
        fields("EnableSMTPAuth", "SMTPUsername"),
        severity = "warning"
    ),
    rule(
        check = |mail| !mail.enable_smtp_auth || mail.is_encrypted() || mail.is_on_this_machine(),
        message = "the password would travel unencrypted to another machine, so logging in will be refused",
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
        message = "port 465 is for connections that are encrypted from the start, and STARTTLS begins in clear",
        help = "set `ConnectionSecurity` to `TLS`, or `SMTPPort` to 587",
        fields("SMTPPort", "ConnectionSecurity"),
        severity = "warning"
    ),
    rule(
        check = |mail| mail.smtp_port != 587 || mail.connection_security != ConnectionSecurity::Tls,
        message = "port 587 is for connections that begin in clear, and TLS encrypts from the start",
        help = "set `ConnectionSecurity` to `STARTTLS`, or `SMTPPort` to 465",
        fields("SMTPPort", "ConnectionSecurity"),
        severity = "warning"
    ),
    rule(
        check = |mail| !mail.is_encrypted() || !mail.skip_server_certificate_verification,
        message = "the connection is encrypted, but anybody on the way can pose as the server",
        help = "set `SkipServerCertificateVerification` to `false`, and trust the server's authority instead",
        fields("SkipServerCertificateVerification", "ConnectionSecurity"),
        severity = "warning"
    ),
    rule(
        check = |mail| !mail.smtp_username.chars().any(char::is_control),
        message = "the username has a line break or another control character",
        help = "remove it from `SMTPUsername`; a value read from a file may end in a line break",
        fields("SMTPUsername")
    ),
    rule(
        check = |mail| !mail.feedback_name.chars().any(char::is_control),
        message = "the sender's name has a line break or another control character",
        help = "write `FeedbackName` in one line",
        fields("FeedbackName")
    ),
    rule(
        check = |mail| is_address_or_blank(&mail.feedback_email),
        message = "the sender's address is no e-mail address",
        help = "set `FeedbackEmail` to an address such as `chat@example.com`, without a name",
        fields("FeedbackEmail")
    ),
    rule(
        check = |mail| is_address_or_blank(&mail.reply_to_address),
        message = "the address for answers is no e-mail address",
        help = "set `ReplyToAddress` to an address such as `help@example.com`, without a name",
        fields("ReplyToAddress")
    ),
    rule(
        check = |mail| mail.smtp_source_address.is_empty() || mail.source_address().is_some(),
        message = "the address that connections are made from is no IP address",
        help = "set `SMTPSourceAddress` to an address of this machine, such as `192.0.2.7` or `2001:db8::7`",
        fields("SMTPSourceAddress")
    ),
    rule(
        check = |mail| mail.is_encrypted() || mail.smtp_ca_file.is_empty() && mail.smtp_certificate_fingerprint.is_empty(),
        message = "the server's certificate is to be checked, but the connection is not encrypted",
        help = "set `ConnectionSecurity` to `STARTTLS` or `TLS`",
        fields("ConnectionSecurity", "SMTPCAFile", "SMTPCertificateFingerprint"),
        severity = "warning"
    ),
    rule(
        check = |mail| !mail.skip_server_certificate_verification || mail.smtp_certificate_fingerprint.is_empty(),
        message = "the certificate is to be skipped, and its fingerprint checked; the fingerprint is checked",
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
    /// Usual are 587 with STARTTLS, 465 with TLS, and 25 between servers.
    #[setting(key = "SMTPPort", title = "SMTP server port", default = 10025, range = 1..=65535)]
    pub smtp_port: u16,

    /// Turns logging in to the SMTP server on or off.
    ///
    /// - `true`: The SMTP username and password are presented to the server.
    /// - `false`: Mail is handed over without logging in.
    #[setting(key = "EnableSMTPAuth", title = "Enable SMTP authentication", default = false)]
    pub enable_smtp_auth: bool,

    /// The name to log in to the SMTP server with.
    #[setting(key = "SMTPUsername", title = "SMTP server username")]
    pub smtp_username: String,

    /// The password that belongs to the SMTP username.
    #[setting(key = "SMTPPassword", title = "SMTP server password")]
    pub smtp_password: Secret,

    /// How the connection to the SMTP server is protected.
    ///
    /// - `Not specified`: Mail travels unencrypted. Logging in is refused, except to a server on the same machine.
    /// - `TLS`: The connection is encrypted from its first byte on.
    /// - `STARTTLS`: The connection starts in clear and is encrypted before anything else is said. A server that
    ///   can't do this is refused.
    #[setting(key = "ConnectionSecurity", title = "SMTP connection security", default = ConnectionSecurity::None)]
    pub connection_security: ConnectionSecurity,

    /// Whether the SMTP server's certificate is taken unseen.
    ///
    /// - `true`: Any certificate is accepted, so that anybody on the way can pose as the server.
    /// - `false`: The certificate must be valid, name the server, and lead to a trusted authority.
    #[setting(
        key = "SkipServerCertificateVerification",
        title = "Skip server certificate verification",
        default = false
    )]
    pub skip_server_certificate_verification: bool,

    /// Turns mails about security fixes on or off.
    ///
    /// - `true`: Administrators get a mail when a fix that concerns their version is announced.
    /// - `false`: Nothing is looked for and nobody is told.
    #[setting(
        key = "EnableSecurityFixAlert",
        title = "Enable security alerts",
        default = true,
        alias = "ServiceSettings.EnableSecurityFixAlert"
    )]
    pub enable_security_fix_alert: bool,

    /// How long the SMTP server may take for each step of a delivery, from the name lookup to its last answer.
    #[setting(
        key = "SMTPServerTimeout",
        title = "SMTP server timeout",
        unit = "seconds",
        default = 10,
        range = 1..=3600
    )]
    pub smtp_server_timeout: Duration,

    /// The name that mails come from, shown beside the address.
    #[setting(
        key = "FeedbackName",
        title = "Notification display name",
        page = "Notification sender",
        console = "Site Configuration > Notifications",
        max_len = 512
    )]
    pub feedback_name: String,

    /// The address that mails come from. Nothing but a test mail is sent without one.
    #[setting(
        key = "FeedbackEmail",
        title = "Notification from address",
        page = "Notification sender",
        console = "Site Configuration > Notifications",
        max_len = 254
    )]
    pub feedback_email: String,

    /// The address that answers to mails go to, where it isn't the one that they come from.
    #[setting(
        key = "ReplyToAddress",
        title = "Notification reply-to address",
        page = "Notification sender",
        console = "Site Configuration > Notifications",
        max_len = 254
    )]
    pub reply_to_address: String,

    /// The name by which the SMTP server is greeted (EHLO).
    ///
    /// Without one it is the address of this end of the connection, in brackets. Servers that take mail from anywhere
    /// want a name that leads to this machine.
    #[setting(
        key = "EHLOName",
        title = "EHLO name",
        page = "SMTP connection",
        console = "Environment > SMTP connection",
        format = "host"
    )]
    pub ehlo_name: String,

    /// A file of certificates in PEM form whose authorities are trusted for the SMTP server, beside the system's.
    ///
    /// A server's own certificate may stand in it too.
    #[setting(
        key = "SMTPCAFile",
        title = "SMTP certificate authorities",
        page = "SMTP connection",
        console = "Environment > SMTP connection",
        format = "path"
    )]
    pub smtp_ca_file: String,

    /// The SHA-256 fingerprint of the only certificate that the SMTP server may present, in hexadecimal digits.
    ///
    /// It is trusted whoever signed it and whatever names and dates it has; no other is.
    #[setting(
        key = "SMTPCertificateFingerprint",
        title = "SMTP certificate fingerprint",
        page = "SMTP connection",
        console = "Environment > SMTP connection",
        default = "",
        pattern = "([0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}"
    )]
    pub smtp_certificate_fingerprint: String,

    /// The oldest version of TLS that is spoken with the SMTP server.
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

    /// Whether CRAM-MD5 may be used where the SMTP server offers no better way to log in.
    ///
    /// - `true`: It is used as the last resort. It rests on a hash that is no longer trusted.
    /// - `false`: A server that offers nothing else is refused.
    #[setting(
        key = "AllowCRAMMD5",
        title = "Allow CRAM-MD5",
        page = "SMTP connection",
        console = "Environment > SMTP connection",
        default = false
    )]
    pub allow_cram_md5: bool,

    /// How many connections to the SMTP server may be open at a time. Further mails wait for their turn.
    #[setting(
        key = "SMTPConnections",
        title = "SMTP connections",
        page = "SMTP connection",
        console = "Environment > SMTP connection",
        default = 4,
        range = 1..=100
    )]
    pub smtp_connections: u16,

    /// How long a connection waits for the next mail before it is closed.
    ///
    /// With 0 each mail has a connection of its own. Some servers close after ten seconds.
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

    /// The address of this machine that connections to the SMTP server are made from.
    ///
    /// Without one the system chooses. Servers of the other family, IPv4 or IPv6, can't be reached from it.
    #[setting(
        key = "SMTPSourceAddress",
        title = "SMTP source address",
        page = "SMTP connection",
        console = "Environment > SMTP connection"
    )]
    pub smtp_source_address: String,
}

impl EmailSettings {
    /// Who mails come from: `FeedbackName` and `FeedbackEmail`.
    ///
    /// # Errors
    /// Where `FeedbackEmail` is blank, or either is none of its kind; the text names the setting and what to do.
    pub fn sender(&self) -> Result<Mailbox, SenderError> {
        if self.feedback_email.is_empty() {
            return Err(SenderError::Blank);
        }
        let address = self.feedback_email.parse();
        let address = address.map_err(|error| SenderError::Malformed("FeedbackEmail", error))?;
        Mailbox::new(self.feedback_name.as_str(), address)
            .map_err(|error| SenderError::Malformed("FeedbackName", error))
    }

    /// Where answers go: `ReplyToAddress`, with `FeedbackName`; none where it is blank.
    ///
    /// # Errors
    /// Where either is none of its kind.
    pub fn reply_to(&self) -> Result<Option<Mailbox>, SenderError> {
        if self.reply_to_address.is_empty() {
            return Ok(None);
        }
        let address = self.reply_to_address.parse();
        let address = address.map_err(|error| SenderError::Malformed("ReplyToAddress", error))?;
        Mailbox::new(self.feedback_name.as_str(), address)
            .map(Some)
            .map_err(|error| SenderError::Malformed("FeedbackName", error))
    }

    /// The address of this machine that connections are made from; none where the system chooses.
    pub fn source_address(&self) -> Option<IpAddr> {
        self.smtp_source_address.parse().ok()
    }

    /// Whether the connection is encrypted before mail or a password goes over it.
    pub fn is_encrypted(&self) -> bool {
        self.connection_security != ConnectionSecurity::None
    }

    /// Whether the server's name or address is, without asking anybody, this machine's own.
    pub fn is_on_this_machine(&self) -> bool {
        let host = self.smtp_server.trim_start_matches('[').trim_end_matches(']');
        let name = host.trim_end_matches('.').to_ascii_lowercase();
        name == "localhost"
            || name.ends_with(".localhost")
            || host.parse::<IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback())
    }
}

/// How the connection to the SMTP server is protected.
#[derive(SettingValue, Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionSecurity {
    /// Mail travels unencrypted.
    #[value(text = "", label = "Not specified")]
    None,
    /// The connection is encrypted from its first byte on.
    #[value(text = "TLS")]
    Tls,
    /// The connection starts in clear and is encrypted before anything else is said.
    #[value(text = "STARTTLS")]
    StartTls,
}

/// A version of TLS that is still safe.
#[derive(SettingValue, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TlsVersion {
    /// TLS 1.2 (RFC 5246).
    #[value(text = "1.2")]
    Tls12,
    /// TLS 1.3 (RFC 8446).
    #[value(text = "1.3")]
    Tls13,
}

/// Why the settings name no sender.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SenderError {
    /// No address to send from is set.
    Blank,
    /// This setting is not what it should be.
    Malformed(&'static str, AddressError),
}

impl fmt::Display for SenderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Blank => f.write_str(
                "EmailSettings.FeedbackEmail is empty, so there is no address to send from; set it to an address \
                 that the SMTP server takes mail from",
            ),
            Self::Malformed(setting, error) => write!(f, "EmailSettings.{setting}: {error}"),
        }
    }
}

impl Error for SenderError {}

fn is_address_or_blank(text: &str) -> bool {
    text.is_empty() || text.parse::<Address>().is_ok()
}

#[cfg(test)]
mod tests;
