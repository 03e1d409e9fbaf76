//! The parameters of a conversation, derived from the settings.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use super::auth::is_token;
use super::tls::Verification;
use super::{ExtraCa, LoginConfig, LoginSource, Target, TlsPolicy};
use crate::mail::config::SettingNames;
use crate::mail::failure::Cause;
use crate::mail::international::ascii_host;
use crate::mail::options::MailerOptions;
use crate::mail::settings::{AuthMechanism, ConnectionSecurity, EmailSettings, server_advice};
use crate::mail::token::TokenSource;
use crate::schema::Key;
use crate::value::Secret;

/// The parameters of a conversation.
#[derive(Clone, Debug)]
pub(crate) struct ConnectConfig {
    pub(crate) target: Target,
    pub(crate) security: ConnectionSecurity,
    pub(crate) tls: Option<TlsPolicy>,
    pub(crate) login: Option<LoginConfig>,
    /// The name for EHLO; if none, the address of the local end.
    pub(crate) ehlo_name: Option<String>,
}

impl ConnectConfig {
    /// Derives the parameters from the settings; `options` override them.
    pub(crate) fn from_settings(
        settings: &EmailSettings,
        options: &MailerOptions,
        names: &SettingNames,
    ) -> Result<Self, Cause> {
        let security = settings.connection_security;
        let source = Source { settings, options, names };
        let is_encrypted = security != ConnectionSecurity::None;
        Ok(Self {
            target: source.target()?,
            security,
            tls: is_encrypted.then(|| source.tls()).transpose()?,
            login: settings.enable_smtp_auth.then(|| source.login()).transpose()?,
            ehlo_name: source.ehlo_name()?,
        })
    }
}

fn wrong<T>(text: impl Into<String>) -> Result<T, Cause> {
    Err(Cause::Settings(text.into()))
}

/// The settings and options, with the names of the settings.
struct Source<'s> {
    settings: &'s EmailSettings,
    options: &'s MailerOptions,
    names: &'s SettingNames,
}

impl Source<'_> {
    fn name(&self, key: Key) -> String {
        self.names.name(key)
    }

    fn target(&self) -> Result<Target, Cause> {
        let Self { settings, .. } = self;
        let host = settings.smtp_server.trim();
        let name = self.name(EmailSettings::SMTP_SERVER);
        if host.is_empty() {
            return wrong(format!("{name} is empty: there is no server to send to"));
        }
        if let Some(advice) = server_advice(host) {
            let port = self.name(EmailSettings::SMTP_PORT);
            return wrong(match advice.port {
                Some(number) => {
                    format!("{name} is \"{host}\": set it to \"{}\" and {port} to {number}", advice.host)
                }
                None if advice.host.is_empty() => format!("{name} is \"{host}\", which is not a host name"),
                None => format!("{name} is \"{host}\": set it to \"{}\"", advice.host),
            });
        }
        let Some(ascii) = ascii_host(host) else {
            return wrong(format!("{name} has characters that are not allowed in a host name"));
        };
        if settings.smtp_port == 0 {
            return wrong(format!("{} is 0; a port is 1 to 65535", self.name(EmailSettings::SMTP_PORT)));
        }
        let target = Target::new(&ascii, settings.smtp_port).displayed_as(host);
        match settings.source_address() {
            Some(source) => Ok(target.with_source(source)),
            None if settings.smtp_source_address.is_empty() => Ok(target),
            None => wrong(format!("{} is not an IP address", self.name(EmailSettings::SMTP_SOURCE_ADDRESS))),
        }
    }

    /// Returns the name for EHLO; an IP address is put in brackets (RFC 5321, 4.1.3).
    fn ehlo_name(&self) -> Result<Option<String>, Cause> {
        let (name, whose) = match &self.options.ehlo_name {
            Some(name) => (name, "the EHLO name".to_owned()),
            None => (&self.settings.ehlo_name, self.name(EmailSettings::EHLO_NAME)),
        };
        if name.is_empty() {
            return Ok(None);
        }
        if let Ok(ip) = name.trim_matches(['[', ']']).parse::<IpAddr>() {
            return Ok(Some(address_literal(Some(SocketAddr::new(ip, 0)))));
        }
        match ascii_host(name).filter(|name| name.len() <= 255) {
            Some(name) => Ok(Some(name.into_owned())),
            None => {
                wrong(format!("{whose} has characters that are not allowed in a host name, or is too long"))
            }
        }
    }

    fn tls(&self) -> Result<TlsPolicy, Cause> {
        let Self { settings, options, .. } = self;
        let mut extra = Vec::new();
        if !settings.smtp_ca_file.is_empty() {
            let name = self.name(EmailSettings::SMTP_CA_FILE);
            extra.push(ExtraCa::Setting { name, file: PathBuf::from(&settings.smtp_ca_file) });
        }
        extra.extend(options.extra_ca_file.clone().map(ExtraCa::File));
        extra.extend(options.extra_ca_pem.clone().map(ExtraCa::Pem));
        let oldest = options.oldest_tls.unwrap_or(settings.smtp_minimum_tls_version);
        if settings.skip_server_certificate_verification && settings.smtp_certificate_fingerprint.is_empty() {
            let name = self.name(EmailSettings::SKIP_SERVER_CERTIFICATE_VERIFICATION);
            tracing::warn!("{name} is true: anyone on the network path can impersonate the mail server");
        }
        let verification = if settings.skip_server_certificate_verification {
            Verification::Off
        } else {
            Verification::Full
        };
        let policy = TlsPolicy::load(&extra, verification, oldest)?;
        if settings.smtp_certificate_fingerprint.is_empty() {
            return Ok(policy);
        }
        match fingerprint(&settings.smtp_certificate_fingerprint) {
            Some(fingerprint) => Ok(policy.pinned(fingerprint)),
            None => wrong(format!(
                "{} is not a SHA-256 fingerprint: expected 64 hexadecimal digits, with or without colons between pairs",
                self.name(EmailSettings::SMTP_CERTIFICATE_FINGERPRINT)
            )),
        }
    }

    fn login(&self) -> Result<LoginConfig, Cause> {
        let Self { settings, options, .. } = self;
        let (enable, user) =
            (self.name(EmailSettings::ENABLE_SMTP_AUTH), self.name(EmailSettings::SMTP_USERNAME));
        let username = settings.smtp_username.clone();
        if username.is_empty() {
            return wrong(format!("{enable} is true, but {user} is empty"));
        }
        if username.chars().any(char::is_control) {
            return wrong(format!("{user} contains a line break or another control character"));
        }
        let source = match self.tokens()? {
            Some(source) => LoginSource::Token(source),
            None => LoginSource::Password(self.password()?),
        };
        let mechanism = settings.smtp_auth_mechanism;
        let name = self.name(EmailSettings::SMTP_AUTH_MECHANISM);
        let is_for_tokens = matches!(mechanism, AuthMechanism::XOAuth2 | AuthMechanism::OAuthBearer);
        match &source {
            LoginSource::Password(_) if is_for_tokens => {
                return wrong(format!(
                    "{name} requires an access token: set {}",
                    self.name(EmailSettings::SMTP_OAUTH_TOKEN_URL)
                ));
            }
            LoginSource::Token(_) if !is_for_tokens && mechanism != AuthMechanism::Automatic => {
                return wrong(format!("{name} requires a password, but the login uses an access token"));
            }
            _ => {}
        }
        let allow_cram_md5 = options.allow_cram_md5 || settings.allow_cram_md5;
        Ok(LoginConfig { username, source, mechanism, allow_cram_md5 })
    }

    fn password(&self) -> Result<Secret, Cause> {
        let password = &self.settings.smtp_password;
        let name = self.name(EmailSettings::SMTP_PASSWORD);
        if password.is_empty() {
            let enable = self.name(EmailSettings::ENABLE_SMTP_AUTH);
            return wrong(format!("{enable} is true, but {name} is empty"));
        }
        if password.expose().contains(['\0', '\r', '\n']) {
            return wrong(format!("{name} contains a line break or NUL"));
        }
        Ok(password.clone())
    }

    /// Returns the source of access tokens; the options override the settings.
    fn tokens(&self) -> Result<Option<TokenSource>, Cause> {
        if let Some(token) = &self.options.access_token {
            if !is_token(token) {
                return wrong("the access token is empty or has characters that are not allowed in a token");
            }
            return Ok(Some(TokenSource::fixed(token.clone())));
        }
        if self.options.token_source.is_some() {
            return Ok(self.options.token_source.clone());
        }
        if self.settings.smtp_oauth_token_url.is_empty() {
            return Ok(None);
        }
        self.token_server().map(Some)
    }

    #[cfg(not(feature = "mail-oauth"))]
    fn token_server(&self) -> Result<TokenSource, Cause> {
        wrong(format!(
            "{} is set, but this program is built without the feature `mail-oauth`",
            self.name(EmailSettings::SMTP_OAUTH_TOKEN_URL)
        ))
    }

    #[cfg(feature = "mail-oauth")]
    fn token_server(&self) -> Result<TokenSource, Cause> {
        use crate::mail::oauth::OAuthConfig;

        let Self { settings, options, .. } = self;
        let url = self.name(EmailSettings::SMTP_OAUTH_TOKEN_URL);
        if let Err(why) = OAuthConfig::check_url(&settings.smtp_oauth_token_url) {
            return wrong(format!("{url} {why}"));
        }
        if settings.smtp_oauth_client_id.is_empty() {
            let id = self.name(EmailSettings::SMTP_OAUTH_CLIENT_ID);
            return wrong(format!("{url} is set, but {id} is empty"));
        }
        let config = OAuthConfig {
            token_url: settings.smtp_oauth_token_url.clone(),
            client_id: settings.smtp_oauth_client_id.clone(),
            client_secret: settings.smtp_oauth_client_secret.clone(),
            refresh_token: settings.smtp_oauth_refresh_token.clone(),
            scope: settings.smtp_oauth_scope.clone(),
            ca_file: options.extra_ca_file.clone(),
        };
        Ok(config.into_source())
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

/// Returns the digits in lower case, without colons.
fn fingerprint(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|c| *c != ':').collect();
    let is_one = digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_one.then(|| digits.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn config(settings: EmailSettings) -> Result<ConnectConfig, Cause> {
        ConnectConfig::from_settings(&settings, &MailerOptions::default(), &SettingNames::default())
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
