//! Sentences, and the numbers in them.

/// Returns the text in lower case, without emphasis and literals.
pub(super) fn plain(text: &str) -> String {
    text.replace(['*', '`'], "").split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Splits a text into sentences.
pub(super) fn sentences(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(". ") {
        let (sentence, after) = rest.split_at_checked(at + 1).unwrap_or((rest, ""));
        found.push(sentence.trim());
        rest = after;
    }
    found.push(rest.trim());
    found.retain(|sentence| !sentence.is_empty());
    found
}

/// Parses a whole number at the start of a text: `5`, `-1`, `10,000`. Returns it with the text after it.
pub(super) fn number(text: &str) -> Option<(i64, &str)> {
    let text = text.trim_start_matches([' ', '=', ':']);
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_part = |c: char| c.is_ascii_digit() || c == ',';
    let end = digits.find(|c: char| !is_part(c)).unwrap_or(digits.len());
    let written = digits.get(..end)?.trim_end_matches(',');
    let groups: Vec<&str> = written.split(',').collect();
    let is_grouped = groups.iter().skip(1).all(|group| group.len() == 3);
    let after = digits.get(written.len()..)?;
    // A fraction or a version is not a whole number.
    if !is_grouped
        || after.strip_prefix('.').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    {
        return None;
    }
    let value: i64 = groups.concat().parse().ok()?;
    Some((if digits.len() < text.len() { -value } else { value }, after))
}

/// Returns true if the word after a number shows that it counts something other than the setting's values.
pub(super) fn counts_else(after: &str, unit: Option<&str>) -> bool {
    let word =
        after.trim_start().split(|c: char| !c.is_alphanumeric() && c != '%').next().unwrap_or_default();
    match word {
        "" | "and" | "or" | "for" | "if" | "in" | "to" | "with" | "when" | "by" => false,
        "percent" | "%" => false,
        "characters" | "character" => true,
        _ if unit.is_some_and(|unit| unit == word || unit.strip_suffix('s') == Some(word)) => false,
        _ => true,
    }
}
