//! Passwords in URLs, within texts that are not secret as a whole.

use std::borrow::Cow;

/// The replacement of a password.
const MASK: &str = "***";

/// Returns the places of URLs' passwords (RFC 3986, 3.2.1) in a text, as start and end in bytes: between the first `:`
/// of the user information and the `@` after it. A URL ends at a space or at a quote without a backslash.
pub(crate) fn passwords(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text.get(at..).and_then(|rest| rest.find("://")).map(|scheme| at + scheme + 3) {
        at = start;
        let rest = text.get(start..).unwrap_or_default();
        let mut escaped = false;
        let ends = |c: char| {
            let ends = c.is_whitespace() || matches!(c, '/' | '?' | '#') || (c == '"' && !escaped);
            escaped = c == '\\' && !escaped;
            ends
        };
        let authority = rest.split(ends).next().unwrap_or_default();
        let user = authority.rfind('@').and_then(|end| Some((authority.get(..end)?.find(':')? + 1, end)));
        if let Some((password, end)) = user.filter(|(password, end)| password < end) {
            found.push((start + password, start + end));
        }
    }
    found
}

/// Masks the passwords of URLs: `postgres://chat:***@db`.
pub(crate) fn without_passwords(text: &str) -> Cow<'_, str> {
    let found = passwords(text);
    if found.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (start, end) in found {
        out.push_str(text.get(at..start).unwrap_or_default());
        out.push_str(MASK);
        at = end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::without_passwords;

    #[test]
    fn only_passwords_are_masked() {
        for (text, shown) in [
            ("postgres://chat:k4n4ry@db:5432/x?a=b", "postgres://chat:***@db:5432/x?a=b"),
            (
                "[\"http://:k4n4ry@a\", \"https://u:k4n@4ry:x@b#c\"]",
                "[\"http://:***@a\", \"https://u:***@b#c\"]",
            ),
            (r#""x://u:k4\"n4ry@h""#, r#""x://u:***@h""#),
            ("redis://k4n:k4n4ry@ü/0 ftp://a:k4n4ry@b", "redis://k4n:***@ü/0 ftp://a:***@b"),
        ] {
            assert_eq!(without_passwords(text), shown);
        }
        for text in
            ["http://host:8065/a@b:c", "http://user@host", "http://u:@h", "://", "mail@example.com", "a:b@c"]
        {
            assert_eq!(without_passwords(text), text);
        }
    }
}
