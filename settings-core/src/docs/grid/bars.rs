//! Bars within the text of a cell.

/// Returns true if a cell's text has a bar that may be a border of cells: one outside of literals that isn't part of a
/// substitution (`|name|`).
pub(super) fn has_free_bar(text: &str) -> bool {
    let mut rest = text;
    let mut before = None;
    while let Some(c) = rest.chars().next() {
        let skipped = match c {
            '`' => literal(rest),
            '|' => match substitution(before, rest) {
                Some(length) => Some(length),
                None => return true,
            },
            _ => None,
        };
        let length = skipped.unwrap_or(c.len_utf8());
        before = rest.get(..length).and_then(|skipped| skipped.chars().next_back());
        rest = rest.get(length..).unwrap_or_default();
    }
    false
}

/// The length of a literal or of an interpreted text at the start of a text.
fn literal(text: &str) -> Option<usize> {
    let ticks = text.len() - text.trim_start_matches('`').len();
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
        for text in ["a | b", "def | # note", "a|b|c", "|", "def| ghi", "``a`` | b", "| x"] {
            assert!(has_free_bar(text), "{text}");
        }
    }
}
