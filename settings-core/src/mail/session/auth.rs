//! Logging in (RFC 4954).

use base64::{Engine, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

use super::{Session, run::Run};
use crate::{
    mail::{
        failure::{Cause, Failure, ProtocolFault, Step},
        reply::Reply,
    },
    value::Secret,
};

/// Challenges that one login may take.
const ROUNDS: usize = 8;
/// What stands in a transcript for credentials.
const HIDDEN: &str = "***";

/// A name and the password that belongs to it.
#[derive(Clone, Debug)]
pub(crate) struct Credentials {
    pub(crate) username: String,
    pub(crate) password: Secret,
}

/// A way to log in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mechanism {
    Plain,
    Login,
}

/// The mechanisms that we speak, the best first.
const MECHANISMS: [Mechanism; 2] = [Mechanism::Plain, Mechanism::Login];

impl Mechanism {
    const fn name(self) -> &'static str {
        match self {
            Self::Plain => "PLAIN",
            Self::Login => "LOGIN",
        }
    }
}

/// One login by one mechanism: what to answer to what.
struct Dialogue<'c> {
    mechanism: Mechanism,
    credentials: &'c Credentials,
    answered: usize,
}

/// Bytes of an answer, wiped when done with.
type Answer = Zeroizing<Vec<u8>>;

impl<'c> Dialogue<'c> {
    fn new(mechanism: Mechanism, credentials: &'c Credentials) -> Self {
        Self { mechanism, credentials, answered: 0 }
    }

    /// What goes out with the AUTH command itself.
    fn initial(&self) -> Option<Answer> {
        match self.mechanism {
            Mechanism::Plain => Some(self.plain()),
            Mechanism::Login => None,
        }
    }

    /// The answer to a challenge. The prompts of LOGIN have no standard wording, so their order decides.
    fn answer(&mut self, _challenge: &[u8]) -> Result<Answer, Cause> {
        self.answered += 1;
        let bytes = |text: &str| Zeroizing::new(text.as_bytes().to_vec());
        match (self.mechanism, self.answered) {
            (Mechanism::Plain, 1) => Ok(self.plain()),
            (Mechanism::Login, 1) => Ok(bytes(&self.credentials.username)),
            (Mechanism::Login, 2) => Ok(bytes(self.credentials.password.expose())),
            (mechanism, _) => Err(unanswerable(format!("{} has no more to say", mechanism.name()))),
        }
    }

    /// RFC 4616: no authorization identity, the name, the password.
    fn plain(&self) -> Answer {
        let Credentials { username, password } = self.credentials;
        Zeroizing::new([b"\0", username.as_bytes(), b"\0", password.expose().as_bytes()].concat())
    }
}

impl Session {
    /// Logs in by the best mechanism that both sides know.
    ///
    /// The next mechanism is tried only where the server refused the mechanism; where it refused
    /// the name or the password, another attempt would only count against the account.
    pub(super) async fn log_in(&mut self, credentials: &Credentials, run: &mut Run) -> Result<(), Failure> {
        let deadline = run.enter(Step::Auth);
        let result = deadline.bound(self.authenticate(credentials, run)).await;
        run.leave(result)
    }

    async fn authenticate(&mut self, credentials: &Credentials, run: &mut Run) -> Result<(), Cause> {
        if !self.wire.stream().is_encrypted() && !self.peer.ip().to_canonical().is_loopback() {
            return Err(Cause::AuthUnencrypted(self.peer));
        }
        let offered = self.capabilities.auth.clone().ok_or(Cause::AuthNotOffered)?;
        let mut refused = Cause::AuthMechanisms(offered.clone());
        for mechanism in MECHANISMS {
            if !offered.iter().any(|name| name == mechanism.name()) {
                continue;
            }
            let reply = self.converse(Dialogue::new(mechanism, credentials), run).await?;
            if reply.code() == 235 {
                run.saw(format!("{}: {reply}", mechanism.name()));
                return Ok(());
            }
            let of_mechanism = is_about_mechanism(&reply);
            refused = Cause::Reply(reply);
            if !of_mechanism {
                break;
            }
        }
        Err(refused)
    }

    async fn converse(&mut self, mut dialogue: Dialogue<'_>, run: &mut Run) -> Result<Reply, Cause> {
        let name = dialogue.mechanism.name();
        let (line, shown) = match dialogue.initial() {
            Some(answer) => (
                Zeroizing::new(format!("AUTH {name} {}", *encoded(&answer))),
                format!("AUTH {name} {HIDDEN}"),
            ),
            None => (Zeroizing::new(format!("AUTH {name}")), format!("AUTH {name}")),
        };
        let mut reply = self.wire.secret_command(&line, &shown, run.trace()).await?;
        for _ in 0..ROUNDS {
            if reply.code() != 334 {
                return Ok(reply);
            }
            let challenge = decoded(&reply);
            match dialogue.answer(&challenge) {
                Ok(answer) => {
                    reply = self.wire.secret_command(&encoded(&answer), HIDDEN, run.trace()).await?;
                }
                Err(cause) => {
                    // RFC 4954, 4: a lone asterisk gives up.
                    let _ = self.wire.command("*", run.trace()).await;
                    return Err(cause);
                }
            }
        }
        Err(unanswerable(format!("{ROUNDS} challenges and no end")))
    }
}

fn encoded(answer: &Answer) -> Zeroizing<String> {
    Zeroizing::new(STANDARD.encode(answer.as_slice()))
}

/// The challenge; a prompt that is not Base64 is taken as it stands.
fn decoded(reply: &Reply) -> Vec<u8> {
    let text = reply.lines().first().map(String::as_str).unwrap_or_default().trim();
    STANDARD.decode(text).unwrap_or_else(|_| text.as_bytes().to_vec())
}

fn unanswerable(text: String) -> Cause {
    Cause::Protocol(ProtocolFault::Challenge(text))
}

/// Whether a refusal is about the mechanism, so that another may do: 504 unknown, 534 too weak,
/// 501 and 502 from servers that offer what they cannot do. 534 is also used to ask for a
/// password made for programs, which no other mechanism cures.
fn is_about_mechanism(reply: &Reply) -> bool {
    let text = reply.lines().join(" ").to_ascii_lowercase();
    matches!(reply.code(), 501 | 502 | 504 | 534)
        && !text.contains("application-specific")
        && !text.contains("app password")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn credentials() -> Credentials {
        Credentials { username: "tim".into(), password: Secret::new("tanstaaf tanstaaf") }
    }

    #[test]
    fn plain_is_one_message() {
        let credentials = credentials();
        let mut dialogue = Dialogue::new(Mechanism::Plain, &credentials);
        assert_eq!(dialogue.initial().unwrap().as_slice(), b"\0tim\0tanstaaf tanstaaf");
        assert_eq!(dialogue.answer(b"").unwrap().as_slice(), b"\0tim\0tanstaaf tanstaaf");
        assert!(dialogue.answer(b"").is_err());
    }

    #[test]
    fn login_answers_in_order_whatever_is_asked() {
        let credentials = credentials();
        let mut dialogue = Dialogue::new(Mechanism::Login, &credentials);
        assert!(dialogue.initial().is_none());
        assert_eq!(dialogue.answer(b"Benutzername?").unwrap().as_slice(), b"tim");
        assert_eq!(dialogue.answer(b"\xff").unwrap().as_slice(), b"tanstaaf tanstaaf");
        assert!(dialogue.answer(b"again").is_err());
    }

    #[test]
    fn prompts_need_not_be_base64() {
        assert_eq!(decoded(&Reply::new(334, vec!["VXNlcm5hbWU6".into()])), b"Username:");
        assert_eq!(decoded(&Reply::new(334, vec!["?!".into()])), b"?!");
        assert_eq!(decoded(&Reply::new(334, vec![])), b"");
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
    fn debug_hides_the_password() {
        assert!(!format!("{:?}", credentials()).contains("tanstaaf"));
    }
}
