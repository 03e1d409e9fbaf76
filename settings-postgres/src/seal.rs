//! Encryption of versions: each has a key of its own, which is encrypted with a key that the database does not have.

use std::fmt;
use std::path::Path;

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom as _, SystemRandom};
use settings_core::Secret;

use crate::document::hex;
use crate::failure::Failure;

const KEY_BYTES: usize = 32;

/// The keys with which versions are encrypted (AES-256-GCM): the first one for new versions, all of them for reading.
///
/// Each line of their text is a name and a key of 64 hexadecimal digits, such as `2026-11 9f86d0…`. Lines that start with
/// `#` are ignored.
pub struct Keys(Vec<(String, LessSafeKey)>);

impl fmt::Debug for Keys {
    /// Omits the keys.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Keys").field(&self.0.iter().map(|(name, _)| name).collect::<Vec<_>>()).finish()
    }
}

/// The reason why keys can't be used. Shows nothing of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyError(String);

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for KeyError {}

/// A text that is encrypted.
pub(crate) struct Sealed {
    pub(crate) text: Vec<u8>,
    pub(crate) data_key: Vec<u8>,
    pub(crate) key_id: String,
}

impl Keys {
    /// Reads keys from a file.
    ///
    /// # Errors
    /// If the file can't be read, others may read it, or its text is not that of keys.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, KeyError> {
        let path = path.as_ref();
        let unusable = |why: String| KeyError(format!("{}: {why}", path.display()));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode =
                std::fs::metadata(path).map_err(|error| unusable(error.to_string()))?.permissions().mode();
            if mode & 0o077 != 0 {
                return Err(unusable(format!(
                    "others may read it (mode {:04o}): run `chmod 600` on it",
                    mode & 0o777
                )));
            }
        }
        let text = std::fs::read_to_string(path).map_err(|error| unusable(error.to_string()))?;
        Self::from_text(&Secret::new(text)).map_err(|error| unusable(error.0))
    }

    /// Reads keys from a text.
    ///
    /// # Errors
    /// If the text is not that of keys.
    pub fn from_text(text: &Secret) -> Result<Self, KeyError> {
        let mut keys = Vec::new();
        for (number, line) in text.expose().lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let wrong =
                || KeyError(format!("line {}: expected a name and 64 hexadecimal digits", number + 1));
            let (name, digits) = line.split_once(char::is_whitespace).ok_or_else(wrong)?;
            let mut key = from_hex(digits.trim()).filter(|key| key.len() == KEY_BYTES).ok_or_else(wrong)?;
            let made = UnboundKey::new(&AES_256_GCM, &key).map_err(|_| wrong());
            key.fill(0);
            keys.push((name.to_owned(), LessSafeKey::new(made?)));
        }
        if keys.is_empty() {
            return Err(KeyError("there is no key".to_owned()));
        }
        Ok(Self(keys))
    }

    /// Returns a line with a new key, for a file of keys.
    ///
    /// # Errors
    /// If the system has no random numbers.
    pub fn generate(name: &str) -> Result<Secret, KeyError> {
        let mut key = [0; KEY_BYTES];
        let filled = SystemRandom::new().fill(&mut key);
        filled.map_err(|_| KeyError("the system has no random numbers".to_owned()))?;
        Ok(Secret::new(format!("{name} {}\n", hex(&key))))
    }

    /// Encrypts a text with a new key, and that key with the first of these. Both are bound to `facts`.
    pub(crate) fn seal(&self, text: &str, facts: &str) -> Result<Sealed, Failure> {
        let failed = |_| Failure::Refused("the text can't be encrypted".to_owned());
        let Some((key_id, key)) = self.0.first() else { return Err(failed(ring::error::Unspecified)) };
        let mut data_key = vec![0; KEY_BYTES];
        SystemRandom::new().fill(&mut data_key).map_err(failed)?;
        let one = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &data_key).map_err(failed)?);
        let text = seal(&one, text.as_bytes().to_vec(), facts).map_err(failed)?;
        let data_key = seal(key, data_key, facts).map_err(failed)?;
        Ok(Sealed { text, data_key, key_id: key_id.clone() })
    }

    /// Decrypts a text.
    pub(crate) fn open(
        &self,
        text: &[u8],
        data_key: &[u8],
        key_id: &str,
        facts: &str,
    ) -> Result<String, Failure> {
        let wrong = || Failure::Refused(format!("the settings can't be decrypted with the key `{key_id}`"));
        let Some((_, key)) = self.0.iter().find(|(name, _)| name == key_id) else {
            let have: Vec<_> = self.0.iter().map(|(name, _)| name.as_str()).collect();
            let have = have.join("`, `");
            let why =
                format!("the settings are encrypted with the key `{key_id}`, and there is only `{have}`");
            return Err(Failure::Refused(why));
        };
        let mut data_key = open(key, data_key, facts).ok_or_else(wrong)?;
        let one = UnboundKey::new(&AES_256_GCM, &data_key).map_err(|_| wrong());
        data_key.fill(0);
        let text = open(&LessSafeKey::new(one?), text, facts).ok_or_else(wrong)?;
        String::from_utf8(text).map_err(|_| wrong())
    }

    /// Returns the name of the key for new versions.
    pub(crate) fn newest(&self) -> &str {
        self.0.first().map_or("", |(name, _)| name)
    }

    /// Encrypts the key of a version with the first of these keys instead of the one it has.
    pub(crate) fn rewrap(&self, data_key: &[u8], key_id: &str, facts: &str) -> Result<Vec<u8>, Failure> {
        let wrong = || Failure::Refused(format!("a version can't be decrypted with the key `{key_id}`"));
        let (_, to) = self.0.first().ok_or_else(wrong)?;
        let (_, from) = self.0.iter().find(|(name, _)| name == key_id).ok_or_else(wrong)?;
        let data_key = open(from, data_key, facts).ok_or_else(wrong)?;
        seal(to, data_key, facts).map_err(|_| wrong())
    }
}

/// Encrypts bytes in place, and puts a random nonce before them.
fn seal(key: &LessSafeKey, mut bytes: Vec<u8>, facts: &str) -> Result<Vec<u8>, ring::error::Unspecified> {
    let mut nonce = [0; NONCE_LEN];
    SystemRandom::new().fill(&mut nonce)?;
    let aad = Aad::from(facts.as_bytes());
    key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut bytes)?;
    let mut sealed = nonce.to_vec();
    sealed.append(&mut bytes);
    Ok(sealed)
}

fn open(key: &LessSafeKey, sealed: &[u8], facts: &str) -> Option<Vec<u8>> {
    let (nonce, sealed) = sealed.split_at_checked(NONCE_LEN)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let mut bytes = sealed.to_vec();
    let length = key.open_in_place(nonce, Aad::from(facts.as_bytes()), &mut bytes).ok()?.len();
    bytes.truncate(length);
    Some(bytes)
}

fn from_hex(digits: &str) -> Option<Vec<u8>> {
    let pair = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    let is_even = digits.is_ascii() && digits.len().is_multiple_of(2);
    is_even.then(|| (0..digits.len()).step_by(2).map(pair).collect())?
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn keys(names: &[&str]) -> (Keys, String) {
        let lines: String =
            names.iter().map(|name| Keys::generate(name).unwrap().expose().to_owned()).collect();
        (Keys::from_text(&Secret::new(lines.clone())).unwrap(), lines)
    }

    #[test]
    fn a_text_is_read_with_its_key_and_its_facts_alone() {
        let (old, lines) = keys(&["old"]);
        let sealed = old.seal("k4n4ry", "1 json").unwrap();
        assert!(!sealed.text.windows(6).any(|part| part == b"k4n4ry"));
        let read = |keys: &Keys, facts| keys.open(&sealed.text, &sealed.data_key, "old", facts);
        assert_eq!(read(&old, "1 json").unwrap(), "k4n4ry");
        assert!(read(&old, "2 json").is_err());
        let (other, _) = keys(&["old"]);
        assert!(read(&other, "1 json").is_err());
        let (unknown, _) = keys(&["new"]);
        let error = read(&unknown, "1 json").unwrap_err().to_string();
        assert!(error.contains("`old`") && error.contains("`new`"), "{error}");
        for at in 0..sealed.text.len() {
            let mut text = sealed.text.clone();
            text[at] ^= 1;
            assert!(old.open(&text, &sealed.data_key, "old", "1 json").is_err(), "byte {at}");
        }

        let both = Keys::from_text(&Secret::new(Keys::generate("new").unwrap().expose().to_owned() + &lines));
        let both = both.unwrap();
        let data_key = both.rewrap(&sealed.data_key, "old", "1 json").unwrap();
        assert_eq!(both.newest(), "new");
        assert_eq!(both.open(&sealed.text, &data_key, "new", "1 json").unwrap(), "k4n4ry");
        assert!(old.rewrap(&data_key, "new", "1 json").is_err());
    }

    #[test]
    fn wrong_keys_are_refused_without_showing_them() {
        for text in ["", "# none", "name", "name 00", "name k4n4ry", &format!("a {}", "k4".repeat(32))] {
            let error = Keys::from_text(&Secret::new(text)).unwrap_err();
            assert!(!error.to_string().contains("k4"), "{error}");
        }
    }
}
