//! The parameters of a conversation, derived from the settings.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;

use super::tls::Verification;
use super::{Credentials, ExtraCa, LoginSecret, Target, TlsPolicy};
use crate::mail::failure::Cause;
use crate::mail::international::ascii_host;
use crate::mail::options::MailerOptions;
use crate::mail::settings::{ConnectionSecurity, EmailSettings};

/// The parameters of a conversation.
#[derive(Clone, Debug)]
pub(crate) struct ConnectConfig {
    pub(crate) target: Target,
    pub(crate) security: ConnectionSecurity,
    pub(crate) tls: Option<TlsPolicy>,
    pub(crate) credentials: Option<Credentials>,
    /// The name for EHLO; if none, the address of the local end.
    pub(crate) ehlo_name: Option<String>,
}

impl ConnectConfig {
    /// Derives the parameters from the settings; `options` override them.
    pub(crate) fn from_settings(settings: &EmailSettings, options: &MailerOptions) -> Result<Self, Cause> {
        let security = settings.connection_security;
        let is_encrypted = security != ConnectionSecurity::None;
        Ok(Self {
            target: target(settings)?,
            security,
            tls: is_encrypted.then(|| tls(settings, options)).transpose()?,
            credentials: settings.enable_smtp_auth.then(|| credentials(settings, options)).transpose()?,
            ehlo_name: ehlo_name(settings, options)?,
        })
    }
}

fn wrong<T>(text: impl Into<String>) -> Result<T, Cause> {
    Err(Cause::Settings(text.into()))
}

fn target(settings: &EmailSettings) -> Result<Target, Cause> {
    let host = settings.smtp_server.trim();
    if host.is_empty() {
        return wrong("EmailSettings.SMTPServer is empty: there is no server to send to");
    }
    let Some(name) = ascii_host(host) else {
        return wrong("EmailSettings.SMTPServer has characters that are not allowed in a host name");
    };
    if settings.smtp_port == 0 {
        return wrong("EmailSettings.SMTPPort is 0; a port is 1 to 65535");
    }
    let target = Target::new(&name, settings.smtp_port).displayed_as(host);
    match settings.source_address() {
        Some(source) => Ok(target.with_source(source)),
        None if settings.smtp_source_address.is_empty() => Ok(target),
        None => wrong("EmailSettings.SMTPSourceAddress is not an IP address"),
    }
}

/// Returns the name for EHLO; an IP address is put in brackets (RFC 5321, 4.1.3).
fn ehlo_name(settings: &EmailSettings, options: &MailerOptions) -> Result<Option<String>, Cause> {
    let (name, whose) = match &options.ehlo_name {
        Some(name) => (name, "the EHLO name"),
        None => (&settings.ehlo_name, "EmailSettings.EHLOName"),
    };
    if name.is_empty() {
        return Ok(None);
    }
    if let Ok(ip) = name.trim_matches(['[', ']']).parse::<IpAddr>() {
        return Ok(Some(address_literal(Some(SocketAddr::new(ip, 0)))));
    }
    match ascii_host(name).filter(|name| name.len() <= 255) {
        Some(name) => Ok(Some(name.into_owned())),
        None => wrong(format!("{whose} has characters that are not allowed in a host name, or is too long")),
    }
}

/// Formats an address literal for EHLO (RFC 5321, 4.1.3).
pub(super) fn address_literal(address: Option<SocketAddr>) -> String {
    match address.map(|address| address.ip().to_canonical()) {
        Some(IpAddr::V4(v4)) => format!("[{v4}]"),
        Some(IpAddr::V6(v6)) => format!("[IPv6:{v6}]"),
        None => "[127.0.0.1]".to_owned(),
    }
}

fn tls(settings: &EmailSettings, options: &MailerOptions) -> Result<TlsPolicy, Cause> {
    let mut extra = Vec::new();
    if !settings.smtp_ca_file.is_empty() {
        extra.push(ExtraCa::Setting(Path::new(&settings.smtp_ca_file).to_owned()));
    }
    extra.extend(options.extra_ca_file.clone().map(ExtraCa::File));
    extra.extend(options.extra_ca_pem.clone().map(ExtraCa::Pem));
    let oldest = options.oldest_tls.unwrap_or(settings.smtp_minimum_tls_version);
    if settings.skip_server_certificate_verification && settings.smtp_certificate_fingerprint.is_empty() {
        tracing::warn!(
            "EmailSettings.SkipServerCertificateVerification is true: anyone on the network path can impersonate the mail server"
        );
    }
    let verification =
        if settings.skip_server_certificate_verification { Verification::Off } else { Verification::Full };
    let policy = TlsPolicy::load(&extra, verification, oldest)?;
    if settings.smtp_certificate_fingerprint.is_empty() {
        return Ok(policy);
    }
    match fingerprint(&settings.smtp_certificate_fingerprint) {
        Some(fingerprint) => Ok(policy.pinned(fingerprint)),
        None => wrong(
            "EmailSettings.SMTPCertificateFingerprint is not a SHA-256 fingerprint: expected 64 hexadecimal \
             digits, with or without colons between pairs",
        ),
    }
}

/// Returns the digits in lower case, without colons.
fn fingerprint(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|c| *c != ':').collect();
    let is_one = digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_one.then(|| digits.to_ascii_lowercase())
}

fn credentials(settings: &EmailSettings, options: &MailerOptions) -> Result<Credentials, Cause> {
    let username = settings.smtp_username.clone();
    if username.is_empty() {
        return wrong("EmailSettings.EnableSMTPAuth is true, but EmailSettings.SMTPUsername is empty");
    }
    if username.chars().any(char::is_control) {
        return wrong("EmailSettings.SMTPUsername contains a line break or another control character");
    }
    let password = &settings.smtp_password;
    let secret = match &options.access_token {
        Some(token) if token.expose().is_empty() || !token.expose().bytes().all(|b| b.is_ascii_graphic()) => {
            return wrong("the access token is empty or has characters that are not allowed in a token");
        }
        Some(token) => LoginSecret::Token(token.clone()),
        None if password.is_empty() => {
            return wrong("EmailSettings.EnableSMTPAuth is true, but EmailSettings.SMTPPassword is empty");
        }
        None if password.expose().contains(['\0', '\r', '\n']) => {
            return wrong("EmailSettings.SMTPPassword contains a line break or NUL");
        }
        None => LoginSecret::Password(password.clone()),
    };
    let allow_cram_md5 = options.allow_cram_md5 || settings.allow_cram_md5;
    Ok(Credentials { username, secret, allow_cram_md5 })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn config(settings: EmailSettings) -> Result<ConnectConfig, Cause> {
        ConnectConfig::from_settings(&settings, &MailerOptions::default())
    }

    #[test]
    fn a_server_outside_ascii_is_asked_for_by_its_a_labels() {
        let settings =
            EmailSettings {
                smtp_server: "smtp.bücher.example".into(), smtp_port: 587, ..Default::default()
            };
        let target = config(settings).unwrap().target;
        assert_eq!(target.host(), "smtp.xn--bcher-kva.example");
        assert_eq!(target.to_string(), "smtp.bücher.example:587");
    }

    #[test]
    fn names_for_ehlo() {
        for (given, said) in [
            ("", None),
            ("chat.example.com", Some("chat.example.com")),
            ("192.0.2.1", Some("[192.0.2.1]")),
            ("[2001:db8::1]", Some("[IPv6:2001:db8::1]")),
            ("bücher.example", Some("xn--bcher-kva.example")),
        ] {
            let settings = EmailSettings { ehlo_name: given.into(), ..Default::default() };
            assert_eq!(config(settings).unwrap().ehlo_name.as_deref(), said, "{given}");
        }
        let settings = EmailSettings { ehlo_name: "a\r\nRSET".into(), ..Default::default() };
        let error = config(settings).unwrap_err().to_string();
        assert!(error.starts_with("EmailSettings.EHLOName has characters"), "{error}");
    }

    #[test]
    fn fingerprints_with_and_without_colons() {
        let plain = "0123456789abcdef".repeat(4);
        let pairs: Vec<String> =
            plain.as_bytes().chunks(2).map(|pair| String::from_utf8_lossy(pair).to_uppercase()).collect();
        assert_eq!(fingerprint(&pairs.join(":")), Some(plain.clone()));
        assert_eq!(fingerprint(&plain), Some(plain));
        for text in ["", "12", &"g".repeat(64), &"0".repeat(66)] {
            assert_eq!(fingerprint(text), None, "{text}");
        }
    }
}
