//! Quotes in literals: straight ones, and typographic ones, which a configuration file does not know.

/// Returns true for a quote, also for one that `config.json` does not know.
pub(super) fn is_quote(c: char) -> bool {
    c == '"' || is_double(c) || is_single(c)
}

pub(super) const fn is_double(c: char) -> bool {
    matches!(c, '“' | '”' | '„' | '‟' | '″' | '‶' | '＂' | '«' | '»')
}

/// Returns true for a quote that is an apostrophe within a word.
pub(super) const fn is_single(c: char) -> bool {
    matches!(c, '‘' | '’' | '‚' | '‛' | '′' | '‵')
}

/// Returns the text of a literal with straight quotes. A single quote counts where a name or a value begins or ends.
pub(super) fn straight(literal: &str) -> String {
    let is_edge = |at: usize, c: char| {
        let (before, after) = literal.split_at_checked(at).unwrap_or_default();
        let (before, after) = (before.trim(), after.get(c.len_utf8()..).unwrap_or_default().trim());
        before.is_empty() || before.ends_with(':') || matches!(after, "" | ",") || after.starts_with(':')
    };
    let one = |(at, c)| if is_double(c) || is_single(c) && is_edge(at, c) { '"' } else { c };
    literal.char_indices().map(one).collect()
}

/// Returns a text whose literals have straight quotes.
pub(in crate::docs) fn straightened(text: &str) -> String {
    let parts = text.split("``").enumerate();
    let parts = parts.map(|(i, part)| if i % 2 == 1 { straight(part) } else { part.to_owned() });
    parts.collect::<Vec<_>>().join("``")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn straightens_typographic_quotes_in_literals() {
        for (wrong, right) in [
            ("``\".A.B: false’,``", "``\".A.B: false\",``"),
            ("``\".A.B: false″,``", "``\".A.B: false\",``"),
            ("``\".A.B\": “x”``", "``\".A.B\": \"x\"``"),
            ("``\"A’: ‘x’``", "``\"A\": \"x\"``"),
            (
                "the server’s ``\".A.B\": \"Don’t, users’ x\"``",
                "the server’s ``\".A.B\": \"Don’t, users’ x\"``",
            ),
        ] {
            assert_eq!(straightened(wrong), right);
        }
    }
}
