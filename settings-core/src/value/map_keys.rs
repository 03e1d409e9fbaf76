//! The keys of maps, as their kind reads them.
//!
//! A whole number or a bool is written in one way (`1`, not `01`), so that one entry has one name in all layers. Keys of
//! other kinds may have several spellings, such as a URL or a choice in any letter case; two spellings of one key in a
//! value are a mistake.

use std::borrow::Cow;

use super::from_json::no_suggestion;
use super::mismatch::Reason;
use super::{Mismatch, expectation, from_text, repair, to_text};
use crate::schema::{CustomKind, Kind};

/// The name of the kind of a key that only its own type knows.
const OWN_NAME: &str = "accepted by its type";

/// A kind for the keys of a type, which `check` reads.
pub(super) const fn own_kind(check: fn(&str) -> Result<(), String>) -> CustomKind {
    CustomKind::new(OWN_NAME, check)
}

/// Returns a key as its kind writes it.
///
/// # Errors
/// If it is no key of the kind, or one in another spelling than the only one.
pub(crate) fn read_key<'k>(kind: &Kind, key: Cow<'k, str>) -> Result<Cow<'k, str>, Mismatch> {
    match kind {
        Kind::Text | Kind::Json => return Ok(key),
        Kind::OneOf(choices) => {
            if let Some(choice) = choices.iter().find(|choice| choice.is(&key)) {
                return Ok(Cow::Borrowed(choice.text));
            }
        }
        _ => {}
    }
    let written = match written(kind, &key) {
        Ok(Some(written)) => written,
        Ok(None) => return Ok(key),
        Err(mut mismatch) => {
            mismatch.suggest(|| written_near(kind, &key));
            return Err(of_key(mismatch));
        }
    };
    match written == key {
        true => Ok(key),
        false => {
            let found = Mismatch::new(Reason::Form, kind, format!("`{}`", key.escape_debug()));
            Err(of_key(found.help(format!("write it as `{written}`"))))
        }
    }
}

/// Describes the keys of a kind, if they are not any text: `a whole number from 0 to 255`.
pub fn key_expectation(kind: &Kind) -> Option<String> {
    match kind {
        Kind::Text | Kind::Json => None,
        Kind::Custom(custom) if custom.name == OWN_NAME => None,
        kind => Some(expectation(kind)),
    }
}

/// Returns a key of the kind, if one is easily found.
pub(crate) fn sample_key(kind: &Kind) -> Option<String> {
    let own = match *kind {
        Kind::OneOf(choices) => choices.first().map(|choice| choice.text.to_owned()),
        Kind::Integer { min, max } => Some(1_i128.clamp(min, max).to_string()),
        _ => None,
    };
    let common = ["1", "a", "true", "127.0.0.1", "::1", "127.0.0.1:80", "[::1]:80", "https://example.com"];
    let mut keys = own.into_iter().chain(common.map(str::to_owned));
    keys.find(|key| read_key(kind, key.into()).is_ok())
}

/// Returns the only spelling of a key, if its kind has only one.
fn written(kind: &Kind, key: &str) -> Result<Option<String>, Mismatch> {
    let value = from_text::read(kind, key, ',', no_suggestion)?;
    Ok(has_one_spelling(kind).then(|| to_text(kind, &value)))
}

/// Returns the key that was probably meant.
fn written_near(kind: &Kind, key: &str) -> Option<String> {
    let near = repair::text(kind, key)?;
    Some(written(kind, &near).ok()?.unwrap_or(near))
}

const fn has_one_spelling(kind: &Kind) -> bool {
    matches!(kind, Kind::Bool | Kind::Integer { .. })
}

fn of_key(mut mismatch: Mismatch) -> Mismatch {
    mismatch.expected = format!("a key that is {}", mismatch.expected).into();
    match mismatch.help {
        Some(_) => mismatch,
        None => mismatch.help("correct the key, or remove the entry"),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::schema::{Choice, TextRules};

    const ROLES: Kind = Kind::OneOf(&[Choice::new("admin", "admin", ""), Choice::new("user", "user", "")]);
    const CALM: Kind = Kind::OneOf(&[Choice::new("Low", "Low", "").ignore_case()]);
    const SHORT: TextRules = TextRules { max_len: 2, ..TextRules::ANY };
    const PORT: Kind = Kind::Integer { min: -9, max: 65_535 };

    #[test]
    fn a_key_is_returned_as_its_kind_writes_it() {
        for (kind, key, written) in [
            (Kind::Text, "", ""),
            (Kind::Text, "01", "01"),
            (PORT, "0", "0"),
            (PORT, "-9", "-9"),
            (Kind::Bool, "true", "true"),
            (ROLES, "admin", "admin"),
            (CALM, "low", "Low"),
            (Kind::TextOf(&SHORT), "ab", "ab"),
        ] {
            assert_eq!(read_key(&kind, key.into()).unwrap(), written, "{kind:?}");
        }
    }

    #[test]
    fn another_key_is_refused_with_the_right_one() {
        for (kind, key, expected, help) in [
            (PORT, "01", "a key that is a whole number from -9 to 65535", "write it as `1`"),
            (PORT, "+1", "a key that is a whole number from -9 to 65535", "write it as `1`"),
            (PORT, "-0", "a key that is a whole number from -9 to 65535", "write it as `0`"),
            (PORT, "70000", "a key that is a whole number from -9 to 65535", "correct the key"),
            (PORT, "1_000", "a key that is a whole number from -9 to 65535", "did you mean `1000`?"),
            (Kind::Bool, "T", "a key that is `true` or `false`", "write it as `true`"),
            (ROLES, "admn", "a key that is `\"admin\"` or `\"user\"`", "did you mean `\"admin\"`?"),
            (ROLES, "Admin", "a key that is `\"admin\"` or `\"user\"`", "did you mean `\"admin\"`?"),
            (Kind::TextOf(&SHORT), "abc", "a key that is text of at most 2 characters", "correct the key"),
        ] {
            let mismatch = read_key(&kind, key.into()).unwrap_err();
            assert_eq!(&*mismatch.expected, expected, "{key}");
            assert!(mismatch.help.as_deref().unwrap().starts_with(help), "{key}: {:?}", mismatch.help);
        }
    }
}
