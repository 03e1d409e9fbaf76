//! Space and comments in a text whose syntax has been checked.

/// Returns the offset of the first byte from `from` on that is neither space nor comment.
pub(super) fn skip(text: &str, from: usize) -> usize {
    let mut at = from;
    loop {
        match text.as_bytes().get(at) {
            Some(b' ' | b'\t' | b'\n' | b'\r') => at += 1,
            Some(b'/') => match comment_end(text, at) {
                Some(end) => at = end,
                None => return at,
            },
            _ => return at,
        }
    }
}

/// Returns the end of the last comment on the line of `from`, before its line break; `from` if there is none.
pub(super) fn end_of_line_comments(text: &str, from: usize) -> usize {
    let (mut at, mut end) = (from, from);
    loop {
        match text.as_bytes().get(at) {
            Some(b' ' | b'\t') => at += 1,
            Some(b'/') => {
                let Some(after) = comment_end(text, at) else { return end };
                let comment = text.get(at..after).unwrap_or_default();
                if comment.starts_with("//") {
                    return after - usize::from(comment.ends_with('\r'));
                }
                (at, end) = (after, after);
            }
            _ => return end,
        }
    }
}

/// Returns the end of the comment that starts at `at`; a line comment ends before its `\n`.
fn comment_end(text: &str, at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    if rest.starts_with("//") {
        return Some(at + rest.find('\n').unwrap_or(rest.len()));
    }
    let body = rest.strip_prefix("/*")?;
    Some(at + 2 + body.find("*/")? + 2)
}

/// Returns whether space and comments end in a line comment without its line break.
pub(super) fn ends_open(trivia: &str) -> bool {
    let mut at = 0;
    while let Some(slash) = trivia.get(at..).and_then(|rest| rest.find('/')) {
        match comment_end(trivia, at + slash) {
            Some(end) if end == trivia.len() => {
                return trivia.get(at + slash..).is_some_and(|comment| comment.starts_with("//"));
            }
            Some(end) => at = end,
            None => return false,
        }
    }
    false
}

/// Returns whether `part` is only space.
pub(super) fn is_space(part: &str) -> bool {
    part.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'))
}
