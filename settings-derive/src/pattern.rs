//! Regular expressions with the same meaning everywhere: Rust's `regex`, ECMA 262, and thus JSON Schema.

use regex_lite::Regex;

/// Returns why `pattern` is invalid or ambiguous.
pub(crate) fn fault(pattern: &str) -> Option<String> {
    if let Some(fault) = uncommon(pattern) {
        return Some(fault);
    }
    let error = Regex::new(&whole(pattern)).err()?;
    Some(format!("the pattern is not a regular expression: {error}"))
}

/// Returns whether the pattern matches the whole text.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    Regex::new(&whole(pattern)).is_ok_and(|regex| regex.is_match(text))
}

fn whole(pattern: &str) -> String {
    format!("^(?:{pattern})$")
}

fn uncommon(pattern: &str) -> Option<String> {
    let mut chars = pattern.chars().peekable();
    let mut in_class = false;
    let mut at_class_start = false;
    while let Some(c) = chars.next() {
        let next = chars.peek().copied();
        let was_at_class_start = std::mem::take(&mut at_class_start);
        match c {
            '\\' => match chars.next() {
                Some('d' | 'D' | 'n' | 'r' | 't') => {}
                Some(c) if c.is_ascii_punctuation() => {}
                Some(c) => {
                    let message = format!(
                        "`\\{c}` differs between regular expression engines: write a class such as `[a-z]`"
                    );
                    return Some(message);
                }
                None => return Some("the pattern ends in the middle of an escape".to_owned()),
            },
            '[' if in_class => return Some("write `\\[` inside of a class".to_owned()),
            ']' if was_at_class_start => {
                return Some("a class cannot be empty: write `\\]` for a bracket".to_owned());
            }
            ']' if in_class => in_class = false,
            '^' if was_at_class_start => at_class_start = true,
            '&' | '~' | '-' if in_class && next == Some(c) => {
                return Some(format!("write `\\{c}` inside of a class"));
            }
            _ if in_class => {}
            '[' => (in_class, at_class_start) = (true, true),
            '.' => {
                return Some(
                    "`.` differs between regular expression engines: write `[^\\n]`, or `\\.` for a dot"
                        .to_owned(),
                );
            }
            '^' | '$' => {
                return Some("patterns are anchored: remove `^` and `$`".to_owned());
            }
            '(' if next == Some('?') => {
                chars.next();
                if chars.next() != Some(':') {
                    return Some("only `(?:` groups are supported: other `(?` groups differ between regular expression engines".to_owned());
                }
            }
            '*' | '+' | '?' | '}' if matches!(next, Some('+' | '?' | '*')) => {
                return Some("write one quantifier, without `?` or `+` after it".to_owned());
            }
            '{' => {
                let mut inner = String::new();
                while let Some(c) = chars.next_if(|c| c.is_ascii_digit() || *c == ',') {
                    inner.push(c);
                }
                let counts = inner.strip_suffix(',').unwrap_or(&inner);
                if chars.peek() != Some(&'}') || counts.is_empty() || counts.starts_with(',') {
                    return Some("write `{2}`, `{2,}` or `{2,5}`, or `\\{` for a brace".to_owned());
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{fault, matches};

    #[test]
    fn the_common_ground_is_accepted() {
        for pattern in [
            "[a-z][a-z0-9_-]{0,62}",
            "(?:a|b)+\\.\\d{3}",
            "#[0-9A-Fa-f]{6}",
            "x{2,}",
            "[^\\n]*",
            "",
            "(a|)b?",
            "[\\]\\[]",
        ] {
            assert_eq!(fault(pattern), None, "{pattern}");
        }
        assert!(matches("[a-z]+", "abc") && !matches("[a-z]+", "abc1") && !matches("a|b", "ab"));
    }

    #[test]
    fn the_rest_is_refused() {
        for pattern in [
            ".",
            "^a",
            "a$",
            "\\w",
            "\\s",
            "\\b",
            "\\p{L}",
            "\\1",
            "(?=a)",
            "(?i)a",
            "a+?",
            "a++",
            "a{",
            "a{,2}",
            "[",
            "(",
            "*",
            "[]a]",
            "[[:alpha:]]",
            "[a&&b]",
            "\\",
            "a{2}?",
            "[^]",
        ] {
            assert!(fault(pattern).is_some(), "{pattern}");
        }
    }
}
