//! SCRAM-SHA-256 (RFC 5802, RFC 7677): both sides prove that they know the password without sending it.

use std::num::NonZeroU32;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::{digest, hmac, pbkdf2};
use zeroize::Zeroizing;

/// The minimum iteration count of RFC 7677.
const MIN_ITERATIONS: u32 = 4096;
/// The maximum iteration count; more would take too long.
const MAX_ITERATIONS: u32 = 200_000;
/// No channel binding: `n,,` in Base64.
const NO_BINDING: &str = "biws";

/// The client side of one exchange.
pub(super) struct Scram {
    password: Zeroizing<String>,
    first_bare: String,
    nonce: String,
    /// The key and message of the server's signature.
    expected: Option<(hmac::Key, String)>,
}

impl Scram {
    /// Creates a client with a fresh nonce; returns `None` if SASLprep (RFC 4013) does not allow the name or password.
    pub(super) fn new(username: &str, password: &str) -> Option<Self> {
        let mut random = [0; 18];
        getrandom::fill(&mut random).ok()?;
        Self::with_nonce(username, password, STANDARD.encode(random))
    }

    fn with_nonce(username: &str, password: &str, nonce: String) -> Option<Self> {
        let username = stringprep::saslprep(username).ok()?.replace('=', "=3D").replace(',', "=2C");
        let password = Zeroizing::new(stringprep::saslprep(password).ok()?.into_owned());
        Some(Self { password, first_bare: format!("n={username},r={nonce}"), nonce, expected: None })
    }

    /// Returns the first message of the client.
    pub(super) fn first(&self) -> String {
        format!("n,,{}", self.first_bare)
    }

    /// Returns the proof, in response to the server's salt and iteration count.
    pub(super) fn proof(&mut self, challenge: &[u8]) -> Result<String, &'static str> {
        let server_first = std::str::from_utf8(challenge).map_err(|_| "it is not UTF-8")?;
        let mut fields = server_first.split(',');
        let mut field = |name: &str| fields.next().and_then(|field| field.strip_prefix(name));
        let nonce = field("r=").ok_or("it has no nonce")?;
        let salt = field("s=").ok_or("it has no salt")?;
        let iterations: u32 =
            field("i=").and_then(|iterations| iterations.parse().ok()).ok_or("it has no iteration count")?;
        if !nonce.starts_with(&self.nonce) || nonce.len() == self.nonce.len() {
            return Err("its nonce does not start with the client's");
        }
        let salt = STANDARD.decode(salt).map_err(|_| "its salt is not Base64")?;
        let iterations = NonZeroU32::new(iterations)
            .filter(|iterations| (MIN_ITERATIONS..=MAX_ITERATIONS).contains(&iterations.get()));
        let iterations = iterations.ok_or("its iteration count is too low or too high")?;

        let mut salted = Zeroizing::new([0; 32]);
        pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, iterations, &salt, self.password.as_bytes(), &mut *salted);
        let salted = hmac::Key::new(hmac::HMAC_SHA256, &*salted);
        let client_key = hmac::sign(&salted, b"Client Key");
        let stored_key = digest::digest(&digest::SHA256, client_key.as_ref());
        let without_proof = format!("c={NO_BINDING},r={nonce}");
        let auth_message = format!("{},{server_first},{without_proof}", self.first_bare);
        let signature =
            hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, stored_key.as_ref()), auth_message.as_bytes());
        let proof: Vec<u8> =
            client_key.as_ref().iter().zip(signature.as_ref()).map(|(key, sign)| key ^ sign).collect();
        let server_key = hmac::sign(&salted, b"Server Key");
        self.expected = Some((hmac::Key::new(hmac::HMAC_SHA256, server_key.as_ref()), auth_message));
        Ok(format!("{without_proof},p={}", STANDARD.encode(proof)))
    }

    /// Returns true if the server has proved that it knows the password.
    pub(super) fn verifies(&self, server_final: &[u8]) -> bool {
        let signature = server_final.strip_prefix(b"v=").and_then(|text| {
            let text = text.split(|b| *b == b',').next().unwrap_or_default();
            STANDARD.decode(text).ok()
        });
        match (signature, &self.expected) {
            (Some(signature), Some((key, auth_message))) => {
                hmac::verify(key, auth_message.as_bytes(), &signature).is_ok()
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// The exchange of RFC 7677, 3.
    fn exchange() -> Scram {
        Scram::with_nonce("user", "pencil", "rOprNGfwEbeRWgbNEkqO".into()).unwrap()
    }

    const SERVER_FIRST: &[u8] =
        b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";

    #[test]
    fn the_example_of_the_rfc() {
        let mut scram = exchange();
        assert_eq!(scram.first(), "n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
        assert_eq!(
            scram.proof(SERVER_FIRST).unwrap(),
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
             p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
        );
        assert!(scram.verifies(b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="));
        assert!(!scram.verifies(b"v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="));
        assert!(!scram.verifies(b"e=other-error") && !scram.verifies(b""));
        assert!(!exchange().verifies(b"v="));
    }

    #[test]
    fn invalid_challenges_are_not_answered() {
        for challenge in [
            &b""[..],
            b"\xff",
            b"r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
            b"r=rOprNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
            b"r=rOprNGfwEbeRWgbNEkqOx,s=?,i=4096",
            b"r=rOprNGfwEbeRWgbNEkqOx,s=W22Z,i=1",
            b"r=rOprNGfwEbeRWgbNEkqOx,s=W22Z,i=4294967295",
            b"r=rOprNGfwEbeRWgbNEkqOx,s=W22Z",
            b"m=ext,r=rOprNGfwEbeRWgbNEkqOx,s=W22Z,i=4096",
        ] {
            assert!(exchange().proof(challenge).is_err(), "{challenge:?}");
        }
    }

    #[test]
    fn names_are_escaped_and_prepared() {
        let scram = Scram::with_nonce("a=b,c", "x", "n".into()).unwrap();
        assert_eq!(scram.first(), "n,,n=a=3Db=2Cc,r=n");
        assert_eq!(Scram::with_nonce("\u{2168}", "x", "n".into()).unwrap().first(), "n,,n=IX,r=n");
        assert!(Scram::with_nonce("a\u{7}", "x", "n".into()).is_none());
    }
}
