//! Bars within the text of a cell.

/// Returns true if a cell's text has a bar that may be a border of cells: one outside of literals that isn't part of a
/// substitution (`|name|`).
pub(super) fn has_free_bar(text: &str) -> bool {
    free_bars(text).next().is_some()
}

/// The offsets of the bars that may be borders of cells.
pub(super) fn free_bars(text: &str) -> impl Iterator<Item = usize> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while let Some(rest) = text.get(at..)
            && let Some(c) = rest.chars().next()
        {
            let before = text.get(..at).and_then(|before| before.chars().next_back());
            let skipped = match c {
                '`' => literal(before, rest),
                '|' => substitution(before, rest),
                _ => None,
            };
            at += skipped.unwrap_or(c.len_utf8());
            if c == '|' && skipped.is_none() {
                return Some(at - 1);
            }
        }
        None
    })
}

/// The length of a literal or of an interpreted text at the start of a text, given the character before it.
fn literal(before: Option<char>, text: &str) -> Option<usize> {
    let ticks = text.len() - text.trim_start_matches('`').len();
    // A single backtick may as well end what began on another line.
    let begins =
        |c: char| c.is_whitespace() || matches!(c, '(' | '[' | '{' | '<' | ':' | '/' | '-' | '"' | '\'');
    if ticks == 1 && before.is_some_and(|c| !begins(c)) {
        return None;
    }
    let fence = text.get(..ticks)?;
    let end = text.get(ticks..)?.find(fence)?;
    Some(ticks + end + ticks)
}

/// The length of a substitution at the start of a text, given the character before it.
fn substitution(before: Option<char>, text: &str) -> Option<usize> {
    let is_outside = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '|');
    let inner = text.get(1..)?;
    let end = inner.find('|')?;
    let name = inner.get(..end)?;
    let is_tight = !name.is_empty() && name.trim() == name;
    let after = inner.get(end + 1..)?.chars().next();
    (is_tight && is_outside(before) && is_outside(after)).then_some(end + 2)
}

#[cfg(test)]
mod tests {
    use super::has_free_bar;

    #[test]
    fn only_literals_and_substitutions_have_bars() {
        for text in ["a b", "see |icon|, then", "``a | b`` and ``|``", "|all|"] {
            assert!(!has_free_bar(text), "{text}");
        }
        for text in
            ["a | b", "</x>`__ | - ``b``", "def | # note", "a|b|c", "|", "def| ghi", "``a`` | b", "| x"]
        {
            assert!(has_free_bar(text), "{text}");
        }
    }
}
