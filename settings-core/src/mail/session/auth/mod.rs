//! Authentication (RFC 4954).

mod mechanism;
mod scram;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use self::mechanism::{Answer, Dialogue, Mechanism};
use super::Session;
use super::mask::REDACTED;
use super::run::Run;
use crate::mail::failure::{Cause, Failure, ProtocolFault, Step};
use crate::mail::reply::Reply;
use crate::mail::settings::AuthMechanism;
use crate::mail::token::{TokenError, TokenRequest, TokenSource};
use crate::value::Secret;

/// The maximum number of challenges per login.
const ROUNDS: usize = 8;
/// The parameters of a login, from which the credentials follow.
#[derive(Clone, Debug)]
pub(crate) struct LoginConfig {
    pub(crate) username: String,
    pub(crate) source: LoginSource,
    /// The mechanism that the settings ask for.
    pub(crate) mechanism: AuthMechanism,
    /// True if CRAM-MD5 is allowed as a last resort.
    pub(crate) allow_cram_md5: bool,
}

/// The source of the secret.
#[derive(Clone, Debug)]
pub(crate) enum LoginSource {
    Password(Secret),
    Token(TokenSource),
}

/// A username and its secret.
#[derive(Clone, Debug)]
pub(crate) struct Credentials {
    pub(crate) username: String,
    pub(crate) secret: LoginSecret,
    pub(crate) mechanism: AuthMechanism,
    pub(crate) allow_cram_md5: bool,
}

/// The secret of a login.
#[derive(Clone, Debug)]
pub(crate) enum LoginSecret {
    Password(Secret),
    /// An OAuth 2.0 access token.
    Token(Secret),
}

impl LoginConfig {
    async fn credentials(&self, request: TokenRequest) -> Result<Credentials, Cause> {
        let secret = match &self.source {
            LoginSource::Password(password) => LoginSecret::Password(password.clone()),
            LoginSource::Token(source) => {
                let token = source.token(request).await.map_err(Cause::AccessToken)?;
                if !is_token(&token) {
                    let text = "it is empty or has characters that are not allowed in a token";
                    return Err(Cause::AccessToken(TokenError::Rejected(text.to_owned())));
                }
                LoginSecret::Token(token)
            }
        };
        let Self { username, mechanism, allow_cram_md5, .. } = self;
        Ok(Credentials {
            username: username.clone(),
            secret,
            mechanism: *mechanism,
            allow_cram_md5: *allow_cram_md5,
        })
    }

    /// Returns true if another token can be asked for.
    fn is_renewable(&self) -> bool {
        matches!(&self.source, LoginSource::Token(source) if !source.is_fixed())
    }
}

impl LoginSecret {
    fn expose(&self) -> &str {
        match self {
            Self::Password(secret) | Self::Token(secret) => secret.expose(),
        }
    }
}

/// Returns true if a text has the form of an access token.
pub(crate) fn is_token(token: &Secret) -> bool {
    !token.is_empty() && token.expose().bytes().all(|byte| byte.is_ascii_graphic())
}

/// The result of one mechanism.
enum Login {
    Succeeded(Reply),
    Refused {
        reply: Reply,
        /// True if the server has seen anything that depends on the secret.
        secret_used: bool,
    },
    /// The client cancelled, because the challenge cannot be answered.
    Cancelled(&'static str),
}

impl Session {
    /// Logs in with the best mechanism that both sides support.
    ///
    /// The next mechanism is tried only if the refusal was not about the username or password: then another attempt would
    /// only count against the account. A refused access token is replaced once, if its source has another one.
    pub(super) async fn log_in(&mut self, login: &LoginConfig, run: &mut Run) -> Result<(), Failure> {
        let deadline = run.begin(Step::Auth);
        let mut used = None;
        let result = deadline.bound(self.try_login(login, TokenRequest::Cached, &mut used, run)).await;
        let has_token = used.is_some();
        let result = match result {
            Err(Cause::Reply(reply)) if has_token && reply.is_permanent() && login.is_renewable() => {
                let deadline = run.resume();
                let renewed =
                    deadline.bound(self.try_login(login, TokenRequest::Fresh, &mut used, run)).await;
                // Without another token, the refusal of the first one is the failure.
                if matches!(renewed, Err(Cause::AccessToken(TokenError::Unchanged))) {
                    Err(Cause::Reply(reply))
                } else {
                    renewed
                }
            }
            result => result,
        };
        run.finish(result)
    }

    /// Logs in once. A token that was used before is not tried again; `used` becomes the token of this login.
    async fn try_login(
        &mut self,
        login: &LoginConfig,
        request: TokenRequest,
        used: &mut Option<Secret>,
        run: &mut Run,
    ) -> Result<(), Cause> {
        if !self.wire.stream().is_encrypted() && !self.peer.ip().to_canonical().is_loopback() {
            return Err(Cause::AuthUnencrypted(self.peer));
        }
        let credentials = login.credentials(request).await?;
        if let LoginSecret::Token(token) = &credentials.secret {
            if used.as_ref() == Some(token) {
                return Err(Cause::AccessToken(TokenError::Unchanged));
            }
            *used = Some(token.clone());
        }
        self.authenticate(&credentials, run).await
    }

    async fn authenticate(&mut self, credentials: &Credentials, run: &mut Run) -> Result<(), Cause> {
        let offered = self.capabilities.auth.clone().ok_or(Cause::AuthNotOffered)?;
        self.wire.mask().hide(credentials.secret.expose().as_bytes());
        let mut failed = Cause::AuthMechanisms(offered.clone());
        for &mechanism in Mechanism::usable(credentials) {
            if !offered.iter().any(|name| name == mechanism.name()) {
                continue;
            }
            let Some(dialogue) = Dialogue::new(mechanism, credentials) else { continue };
            match self.converse(mechanism, dialogue, run).await? {
                Login::Succeeded(reply) => {
                    run.observe(format!("{}: {reply}", mechanism.name()));
                    return Ok(());
                }
                Login::Refused { reply, .. } if is_about_mechanism(&reply) => failed = Cause::Reply(reply),
                // The server cannot do what it offers, or does not know the name: it has not compared a password.
                Login::Refused { reply, secret_used: false } if reply.code() == 535 => {
                    failed = Cause::Reply(reply);
                }
                Login::Refused { reply, .. } => return Err(Cause::Reply(reply)),
                Login::Cancelled(why) => failed = unanswerable(format!("{}: {why}", mechanism.name())),
            }
        }
        Err(failed)
    }

    async fn converse(
        &mut self,
        mechanism: Mechanism,
        mut dialogue: Dialogue<'_>,
        run: &mut Run,
    ) -> Result<Login, Cause> {
        let name = mechanism.name();
        let (line, shown) = match dialogue.initial() {
            Some(answer) => {
                let encoded = encoded(&answer);
                self.wire.mask().hide_sent(&encoded);
                (Zeroizing::new(format!("AUTH {name} {}", *encoded)), format!("AUTH {name} {REDACTED}"))
            }
            None => (Zeroizing::new(format!("AUTH {name}")), format!("AUTH {name}")),
        };
        let mut secret_used = dialogue.starts_with_secret();
        let mut reply = self.wire.secret_command(&line, &shown, run.trace()).await?;
        for _ in 0..ROUNDS {
            match reply.code() {
                235 if dialogue.accepts_success(&decoded(&reply)) => return Ok(Login::Succeeded(reply)),
                235 => {
                    return Err(unanswerable(format!(
                        "{name}: the server did not prove that it knows the password"
                    )));
                }
                334 => {}
                _ => return Ok(Login::Refused { reply, secret_used }),
            }
            let challenge = decoded(&reply);
            match dialogue.answer(&challenge) {
                Ok(answer) => {
                    secret_used = true;
                    let encoded = encoded(&answer);
                    self.wire.mask().hide_sent(&encoded);
                    reply = self.wire.secret_command(&encoded, REDACTED, run.trace()).await?;
                }
                Err(why) => {
                    // RFC 4954, 4: an asterisk cancels, and the server replies 501. After another challenge, the two disagree on
                    // whose turn it is, and no other mechanism can be tried.
                    let reply = self.wire.command("*", run.trace()).await?;
                    return if reply.code() == 334 {
                        Err(unanswerable(format!("{name}: {why}")))
                    } else {
                        Ok(Login::Cancelled(why))
                    };
                }
            }
        }
        Err(unanswerable(format!("{name}: the server sent more than {ROUNDS} challenges")))
    }
}

fn encoded(answer: &Answer) -> Zeroizing<String> {
    Zeroizing::new(STANDARD.encode(answer.as_slice()))
}

/// Decodes a challenge. A prompt that is not Base64 is returned unchanged.
fn decoded(reply: &Reply) -> Vec<u8> {
    let text = reply.lines().first().map(String::as_str).unwrap_or_default().trim();
    let word = match reply.enhanced() {
        Some(_) => text.split_ascii_whitespace().nth(1).unwrap_or_default(),
        None => text,
    };
    STANDARD.decode(word).unwrap_or_else(|_| text.as_bytes().to_vec())
}

fn unanswerable(text: String) -> Cause {
    Cause::Protocol(ProtocolFault::Challenge(text))
}

/// Returns true if a refusal is about the mechanism, so that another one may work.
///
/// These are 504 (unknown), 534 (too weak), and 500 to 502 from servers that offer what they do not implement. A 534 can
/// also ask for an app password or a login with a browser, which no other mechanism would change.
fn is_about_mechanism(reply: &Reply) -> bool {
    let text = reply.lines().join(" ").to_ascii_lowercase();
    let is_about_account =
        ["application-specific", "app password", "browser", "log in", "account", "blocked"];
    matches!(reply.code(), 500..=502 | 504)
        || reply.code() == 534
            && !reply.says("5.7.14")
            && !is_about_account.iter().any(|words| text.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prompts_need_not_be_base64() {
        assert_eq!(decoded(&Reply::new(334, vec!["VXNlcm5hbWU6".into()])), b"Username:");
        assert_eq!(decoded(&Reply::new(334, vec!["?!".into()])), b"?!");
        assert_eq!(decoded(&Reply::new(334, vec![])), b"");
        assert_eq!(decoded(&Reply::new(235, vec!["2.7.0 dj1hYWFh welcome".into()])), b"v=aaaa");
    }

    #[test]
    fn only_refusals_of_the_mechanism_lead_to_the_next() {
        for (code, text, next) in [
            (500, "5.5.1 unrecognized command", true),
            (504, "5.5.4 unrecognized", true),
            (534, "5.7.9 too weak", true),
            (534, "5.7.9 Application-specific password required", false),
            (534, "5.7.14 <https://accounts.google.com/signin> Please log in via your web browser", false),
            (534, "5.7.14 please see the web page", false),
            (535, "5.7.8 bad credentials", false),
            (454, "4.7.0 later", false),
            (530, "5.7.0 STARTTLS first", false),
        ] {
            assert_eq!(is_about_mechanism(&Reply::new(code, vec![text.into()])), next, "{code} {text}");
        }
    }

    #[test]
    fn debug_hides_the_secret() {
        for secret in
            [LoginSecret::Password(Secret::new("tanstaaf")), LoginSecret::Token(Secret::new("tanstaaf"))]
        {
            let credentials = Credentials {
                username: "tim".into(),
                secret,
                mechanism: AuthMechanism::Automatic,
                allow_cram_md5: false,
            };
            assert!(!format!("{credentials:?}").contains("tanstaaf"));
        }
    }
}
