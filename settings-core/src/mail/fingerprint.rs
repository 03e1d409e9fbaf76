//! Detects that a mailer sends with other settings than before.

use std::fmt;
use std::path::PathBuf;

use super::options::MailerOptions;
use super::settings::{EmailSettings, TlsVersion};
use crate::value::Secret;

/// Everything that decides if a server accepts a mailer.
///
/// A queue that was stopped because the server refused the login or the sender goes on when this changes.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Fingerprint {
    settings: EmailSettings,
    extra_ca: (Option<PathBuf>, Option<String>),
    ehlo_name: Option<String>,
    /// A token that was given. One that comes from a function is asked for again when the server refuses it.
    token: Option<Secret>,
    has_token_source: bool,
    allow_cram_md5: bool,
    oldest_tls: Option<TlsVersion>,
}

impl Fingerprint {
    pub(crate) fn new(settings: &EmailSettings, options: &MailerOptions) -> Self {
        let source = options.token_source.as_ref();
        let token = options.access_token.as_ref().or_else(|| source.and_then(|source| source.fixed_token()));
        Self {
            settings: settings.clone(),
            extra_ca: (options.extra_ca_file.clone(), options.extra_ca_pem.clone()),
            ehlo_name: options.ehlo_name.clone(),
            token: token.cloned(),
            has_token_source: source.is_some_and(|source| !source.is_fixed()),
            allow_cram_md5: options.allow_cram_md5,
            oldest_tls: options.oldest_tls,
        }
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fingerprint")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::token::TokenSource;

    #[test]
    fn another_token_or_setting_is_a_change() {
        let settings = EmailSettings::default();
        let of = |options: &MailerOptions| Fingerprint::new(&settings, options);
        let token = |text: &str| MailerOptions::default().access_token(Secret::new(text));
        assert_eq!(of(&token("a")), of(&token("a")));
        assert_ne!(of(&token("a")), of(&token("b")));
        assert_ne!(of(&token("a")), of(&MailerOptions::default()));
        let fixed = MailerOptions::default().token_source(TokenSource::fixed(Secret::new("a")));
        assert_eq!(of(&token("a")), of(&fixed));
        let source =
            || MailerOptions::default().token_source(TokenSource::new(|_| async { Ok(Secret::new("a")) }));
        assert_eq!(of(&source()), of(&source()), "a new source may be as good as the last one");
        let other = EmailSettings { smtp_username: "other".into(), ..settings.clone() };
        assert_ne!(Fingerprint::new(&other, &token("a")), of(&token("a")));
        assert!(!format!("{:?}", of(&token("t0k3n"))).contains("t0k3n"));
    }
}
