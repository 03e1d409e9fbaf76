//! The authentication mechanisms: initial responses and replies to challenges.

use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use zeroize::Zeroizing;

use super::scram::Scram;
use super::{Credentials, LoginSecret};
use crate::mail::settings::AuthMechanism;

/// An authentication mechanism.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mechanism {
    /// RFC 7677.
    ScramSha256,
    /// RFC 4616.
    Plain,
    /// Never standardized, but widespread.
    Login,
    /// RFC 2195. It requires the server to store the password in clear text, so it has to be allowed explicitly.
    CramMd5,
    /// An access token (RFC 7628).
    OAuthBearer,
    /// An access token, in the form used before RFC 7628.
    XOAuth2,
}

/// The bytes of a response, wiped on drop.
pub(super) type Answer = Zeroizing<Vec<u8>>;

/// One login with one mechanism.
pub(super) enum Dialogue<'c> {
    Scram { state: Box<Scram>, answered: usize, verified: bool },
    Plain { credentials: &'c Credentials, answered: bool },
    Login { credentials: &'c Credentials, answered: usize },
    CramMd5 { credentials: &'c Credentials, answered: bool },
    Token { mechanism: Mechanism, credentials: &'c Credentials, refused: bool },
}

impl Mechanism {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::ScramSha256 => "SCRAM-SHA-256",
            Self::Plain => "PLAIN",
            Self::Login => "LOGIN",
            Self::CramMd5 => "CRAM-MD5",
            Self::OAuthBearer => "OAUTHBEARER",
            Self::XOAuth2 => "XOAUTH2",
        }
    }

    /// Returns the mechanisms that work with these credentials, the best first.
    pub(super) fn usable(credentials: &Credentials) -> &'static [Self] {
        let chosen: &[Self] = match credentials.mechanism {
            AuthMechanism::Automatic => &[],
            AuthMechanism::ScramSha256 => &[Self::ScramSha256],
            AuthMechanism::Plain => &[Self::Plain],
            AuthMechanism::Login => &[Self::Login],
            AuthMechanism::CramMd5 => &[Self::CramMd5],
            AuthMechanism::XOAuth2 => &[Self::XOAuth2],
            AuthMechanism::OAuthBearer => &[Self::OAuthBearer],
        };
        if !chosen.is_empty() {
            return chosen;
        }
        match &credentials.secret {
            LoginSecret::Token(_) => &[Self::OAuthBearer, Self::XOAuth2],
            LoginSecret::Password(_) if credentials.allow_cram_md5 => {
                &[Self::ScramSha256, Self::Plain, Self::Login, Self::CramMd5]
            }
            LoginSecret::Password(_) => &[Self::ScramSha256, Self::Plain, Self::Login],
        }
    }
}

impl<'c> Dialogue<'c> {
    /// Starts a login with this mechanism; returns `None` if it does not support this username or password.
    pub(super) fn new(mechanism: Mechanism, credentials: &'c Credentials) -> Option<Self> {
        Some(match mechanism {
            Mechanism::ScramSha256 => {
                let state = Box::new(Scram::new(&credentials.username, credentials.secret.expose())?);
                Self::Scram { state, answered: 0, verified: false }
            }
            Mechanism::Plain => Self::Plain { credentials, answered: false },
            Mechanism::Login => Self::Login { credentials, answered: 0 },
            Mechanism::CramMd5 => Self::CramMd5 { credentials, answered: false },
            Mechanism::OAuthBearer | Mechanism::XOAuth2 => {
                Self::Token { mechanism, credentials, refused: false }
            }
        })
    }

    /// Returns the initial response, which is sent with the AUTH command.
    pub(super) fn initial(&self) -> Option<Answer> {
        match self {
            Self::Scram { state, .. } => Some(answer(&state.first())),
            Self::Plain { credentials, .. } => Some(plain(credentials)),
            Self::Login { .. } | Self::CramMd5 { .. } => None,
            Self::Token { mechanism, credentials, .. } => Some(token(*mechanism, credentials)),
        }
    }

    /// Returns true if the initial response depends on the secret.
    pub(super) fn starts_with_secret(&self) -> bool {
        matches!(self, Self::Plain { .. } | Self::Token { .. })
    }

    /// Returns the response to a challenge, or the reason why there is none.
    pub(super) fn answer(&mut self, challenge: &[u8]) -> Result<Answer, &'static str> {
        match self {
            Self::Scram { state, answered, verified } => {
                *answered += 1;
                match answered {
                    1 => Ok(answer(&state.proof(challenge)?)),
                    2 => {
                        *verified = state.verifies(challenge);
                        verified
                            .then(Answer::default)
                            .ok_or("the server did not prove that it knows the password")
                    }
                    _ => Err("the server sent more challenges than SCRAM allows"),
                }
            }
            Self::Plain { answered: answered @ false, credentials } => {
                *answered = true;
                Ok(plain(credentials))
            }
            // The prompts of LOGIN have no standard wording, so only their order matters.
            Self::Login { answered, credentials } if *answered < 2 => {
                *answered += 1;
                Ok(answer(if *answered == 1 { &credentials.username } else { credentials.secret.expose() }))
            }
            Self::CramMd5 { answered: answered @ false, credentials } => {
                *answered = true;
                cram_md5(credentials, challenge).ok_or("the password cannot be used")
            }
            // The challenge explains why the token was refused; the refusal itself follows an empty response.
            Self::Token { refused: refused @ false, mechanism, .. } => {
                *refused = true;
                Ok(answer(if *mechanism == Mechanism::OAuthBearer { "\x01" } else { "" }))
            }
            _ => Err("the mechanism has no further responses"),
        }
    }

    /// Returns true if a success can be trusted; `more` is the data sent with it.
    pub(super) fn accepts_success(&self, more: &[u8]) -> bool {
        match self {
            Self::Scram { state, verified, .. } => *verified || state.verifies(more),
            _ => true,
        }
    }
}

fn answer(text: &str) -> Answer {
    Zeroizing::new(text.as_bytes().to_vec())
}

/// Returns an empty authorization identity, the username and the password.
fn plain(credentials: &Credentials) -> Answer {
    let secret = credentials.secret.expose();
    Zeroizing::new([b"\0", credentials.username.as_bytes(), b"\0", secret.as_bytes()].concat())
}

fn token(mechanism: Mechanism, credentials: &Credentials) -> Answer {
    let (user, token) = (&credentials.username, credentials.secret.expose());
    let text = match mechanism {
        Mechanism::OAuthBearer => {
            let user = user.replace('=', "=3D").replace(',', "=2C");
            format!("n,a={user},\x01auth=Bearer {token}\x01\x01")
        }
        _ => format!("user={user}\x01auth=Bearer {token}\x01\x01"),
    };
    Zeroizing::new(text.into_bytes())
}

fn cram_md5(credentials: &Credentials, challenge: &[u8]) -> Option<Answer> {
    let mut mac = Hmac::<Md5>::new_from_slice(credentials.secret.expose().as_bytes()).ok()?;
    mac.update(challenge);
    let digest = mac.finalize().into_bytes();
    let digits: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    Some(answer(&format!("{} {digits}", credentials.username)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::value::Secret;

    fn credentials(secret: LoginSecret) -> Credentials {
        let mechanism = AuthMechanism::Automatic;
        Credentials { username: "tim".into(), secret, mechanism, allow_cram_md5: true }
    }

    fn password() -> Credentials {
        credentials(LoginSecret::Password(Secret::new("tanstaaftanstaaf")))
    }

    #[test]
    fn plain_is_one_message() {
        let credentials = password();
        let mut dialogue = Dialogue::new(Mechanism::Plain, &credentials).unwrap();
        assert_eq!(dialogue.initial().unwrap().as_slice(), b"\0tim\0tanstaaftanstaaf");
        assert_eq!(dialogue.answer(b"").unwrap().as_slice(), b"\0tim\0tanstaaftanstaaf");
        assert!(dialogue.answer(b"").is_err());
    }

    #[test]
    fn login_answers_in_order_regardless_of_prompts() {
        let credentials = password();
        let mut dialogue = Dialogue::new(Mechanism::Login, &credentials).unwrap();
        assert!(dialogue.initial().is_none());
        assert_eq!(dialogue.answer(b"Benutzername?").unwrap().as_slice(), b"tim");
        assert_eq!(dialogue.answer(b"\xff").unwrap().as_slice(), b"tanstaaftanstaaf");
        assert!(dialogue.answer(b"again").is_err());
    }

    /// The example of RFC 2195, 2.
    #[test]
    fn cram_md5_signs_the_challenge() {
        let credentials = password();
        let mut dialogue = Dialogue::new(Mechanism::CramMd5, &credentials).unwrap();
        let answer = dialogue.answer(b"<1896.697170952@postoffice.reston.mci.net>").unwrap();
        assert_eq!(answer.as_slice(), b"tim b913a602c7eda7a495b4e6e7334d3890");
    }

    #[test]
    fn token_mechanisms_answer_a_refusal() {
        let credentials = credentials(LoginSecret::Token(Secret::new("t0k")));
        let mut old = Dialogue::new(Mechanism::XOAuth2, &credentials).unwrap();
        assert_eq!(old.initial().unwrap().as_slice(), b"user=tim\x01auth=Bearer t0k\x01\x01");
        assert_eq!(old.answer(b"{}").unwrap().as_slice(), b"");
        let mut new = Dialogue::new(Mechanism::OAuthBearer, &credentials).unwrap();
        assert_eq!(new.initial().unwrap().as_slice(), b"n,a=tim,\x01auth=Bearer t0k\x01\x01");
        assert_eq!(new.answer(b"{}").unwrap().as_slice(), b"\x01");
        assert!(new.answer(b"{}").is_err());
    }

    #[test]
    fn scram_does_not_accept_unverified_success() {
        let credentials = password();
        let mut dialogue = Dialogue::new(Mechanism::ScramSha256, &credentials).unwrap();
        assert!(!dialogue.accepts_success(b"") && !dialogue.accepts_success(b"v=AAAA"));
        assert!(dialogue.answer(b"r=other,s=AAAA,i=4096").is_err());
        assert!(Dialogue::new(Mechanism::Plain, &credentials).unwrap().accepts_success(b""));
    }

    #[test]
    fn usable_mechanisms_depend_on_credentials_and_options() {
        let mut credentials = password();
        assert!(Mechanism::usable(&credentials).contains(&Mechanism::CramMd5));
        credentials.allow_cram_md5 = false;
        assert!(!Mechanism::usable(&credentials).contains(&Mechanism::CramMd5));
        credentials.mechanism = AuthMechanism::Login;
        assert_eq!(Mechanism::usable(&credentials), [Mechanism::Login]);
        credentials.mechanism = AuthMechanism::Automatic;
        credentials.secret = LoginSecret::Token(Secret::new("t"));
        assert!(!Mechanism::usable(&credentials).contains(&Mechanism::Plain), "a token is not a password");
    }
}
