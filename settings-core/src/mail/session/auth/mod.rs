//! Authentication (RFC 4954).

mod mechanism;
mod scram;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use self::mechanism::{Answer, Dialogue, Mechanism};
use super::Session;
use super::run::Run;
use crate::mail::failure::{Cause, Failure, ProtocolFault, Step};
use crate::mail::reply::Reply;
use crate::value::Secret;

/// The maximum number of challenges per login.
const ROUNDS: usize = 8;
/// Replaces credentials in a transcript.
const REDACTED: &str = "***";

/// A username and its secret.
#[derive(Clone, Debug)]
pub(crate) struct Credentials {
    pub(crate) username: String,
    pub(crate) secret: LoginSecret,
    /// True if CRAM-MD5 is allowed as a last resort.
    pub(crate) allow_cram_md5: bool,
}

/// The secret of a login.
#[derive(Clone, Debug)]
pub(crate) enum LoginSecret {
    Password(Secret),
    /// An OAuth 2.0 access token.
    Token(Secret),
}

impl LoginSecret {
    fn expose(&self) -> &str {
        match self {
            Self::Password(secret) | Self::Token(secret) => secret.expose(),
        }
    }
}

/// The result of one mechanism.
enum Login {
    Succeeded(Reply),
    Refused(Reply),
    /// The client cancelled, because the challenge cannot be answered.
    Cancelled(&'static str),
}

impl Session {
    /// Logs in with the best mechanism that both sides support.
    ///
    /// The next mechanism is tried only if the refusal was about the mechanism. If the server refused the username or
    /// password, another attempt would only count against the account.
    pub(super) async fn log_in(&mut self, credentials: &Credentials, run: &mut Run) -> Result<(), Failure> {
        let deadline = run.begin(Step::Auth);
        let result = deadline.bound(self.authenticate(credentials, run)).await;
        run.finish(result)
    }

    async fn authenticate(&mut self, credentials: &Credentials, run: &mut Run) -> Result<(), Cause> {
        if !self.wire.stream().is_encrypted() && !self.peer.ip().to_canonical().is_loopback() {
            return Err(Cause::AuthUnencrypted(self.peer));
        }
        let offered = self.capabilities.auth.clone().ok_or(Cause::AuthNotOffered)?;
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
                Login::Refused(reply) if is_about_mechanism(&reply) => failed = Cause::Reply(reply),
                Login::Refused(reply) => return Err(Cause::Reply(reply)),
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
            Some(answer) => (
                Zeroizing::new(format!("AUTH {name} {}", *encoded(&answer))),
                format!("AUTH {name} {REDACTED}"),
            ),
            None => (Zeroizing::new(format!("AUTH {name}")), format!("AUTH {name}")),
        };
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
                _ => return Ok(Login::Refused(reply)),
            }
            let challenge = decoded(&reply);
            match dialogue.answer(&challenge) {
                Ok(answer) => {
                    reply = self.wire.secret_command(&encoded(&answer), REDACTED, run.trace()).await?;
                }
                Err(why) => {
                    // RFC 4954, 4: an asterisk cancels, and the server replies 501.
                    let reply = self.wire.command("*", run.trace()).await?;
                    return if reply.is_permanent() {
                        Ok(Login::Cancelled(why))
                    } else {
                        Err(unanswerable(format!("{name}: {why}")))
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
/// These are 504 (unknown), 534 (too weak), and 501 and 502 from servers that offer what they do not implement. A 534 can
/// also ask for an app password, which no other mechanism would change.
fn is_about_mechanism(reply: &Reply) -> bool {
    let text = reply.lines().join(" ").to_ascii_lowercase();
    matches!(reply.code(), 501 | 502 | 504 | 534)
        && !text.contains("application-specific")
        && !text.contains("app password")
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
            (504, "5.5.4 unrecognized", true),
            (534, "5.7.9 too weak", true),
            (534, "5.7.9 Application-specific password required", false),
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
            let credentials = Credentials { username: "tim".into(), secret, allow_cram_md5: false };
            assert!(!format!("{credentials:?}").contains("tanstaaf"));
        }
    }
}
