//! The grammar of URIs and mail addresses in running text.

use crate::chars::{byte, char_at, cut, may_follow, tail};

pub(crate) fn is_scheme(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'.' | b'+' | b'-')
}

fn is_uri(b: u8) -> bool {
    b.is_ascii_alphanumeric()
        || matches!(
            b,
            0 | b'-'
                | b'_'
                | b'.'
                | b'!'
                | b'~'
                | b'*'
                | b'\''
                | b'('
                | b')'
                | b'['
                | b']'
                | b';'
                | b'/'
                | b':'
                | b'@'
                | b'&'
                | b'='
                | b'+'
                | b'$'
                | b','
                | b'%'
        )
}

/// Returns true for a byte that may end a URI: not punctuation, unless a closing angle bracket follows.
fn may_be_last(text: &str, at: usize) -> bool {
    let b = byte(text, at);
    b.is_ascii_alphanumeric()
        || matches!(b, b'_' | b'~' | b'*' | b'/' | b'=' | b'+')
        || (is_uri(b) && at < text.len() && byte(text, at + 1) == b'>')
}

pub(crate) fn is_mail(b: u8) -> bool {
    b.is_ascii_alphanumeric()
        || matches!(
            b,
            0 | b'-'
                | b'_'
                | b'!'
                | b'~'
                | b'*'
                | b'\''
                | b'{'
                | b'|'
                | b'}'
                | b'/'
                | b'#'
                | b'?'
                | b'^'
                | b'`'
                | b'&'
                | b'='
                | b'+'
                | b'$'
                | b'%'
        )
}

/// Returns true for words of mail characters, separated by single dots.
pub(crate) fn is_dotted(name: &str) -> bool {
    !name.is_empty() && name.split('.').all(|word| !word.is_empty() && word.bytes().all(is_mail))
}

/// Returns the end of the longest run of URI characters from `from` on that `accept` accepts.
pub(crate) fn part_end(text: &str, from: usize, accept: &dyn Fn(usize) -> Option<usize>) -> Option<usize> {
    let run = tail(text, from).bytes().take_while(|&b| is_uri(b)).count();
    (from + 1..=from + run).rev().filter(|&end| may_be_last(text, end - 1)).find_map(accept)
}

/// Returns the end of a mail host that begins at `from`.
pub(crate) fn host_end(text: &str, from: usize, accept: impl Fn(usize) -> bool) -> Option<usize> {
    let first = tail(text, from).bytes().take_while(|&b| is_mail(b)).count();
    if first == 0 {
        return None;
    }
    let run = tail(text, from).bytes().take_while(|&b| is_mail(b) || b == b'.').count();
    let extra = usize::from(is_uri(byte(text, from + run)) && from + run < text.len());
    (from + 2..=from + run + extra).rev().find(|&end| may_be_last(text, end - 1) && accept(end))
}

/// Returns true if the whole text is a mail address.
pub(crate) fn is_email(text: &str) -> bool {
    let Some(at) = text.find('@') else { return false };
    is_dotted(cut(text, 0, at))
        && byte(text, at.wrapping_sub(1)) != 0
        && host_end(text, at + 1, |end| end == text.len()).is_some()
}

/// Returns true if the text begins with a URI or a mail address.
pub(crate) fn starts_with_uri(text: &str) -> bool {
    let scheme = text.bytes().take_while(|&b| is_scheme(b)).count();
    let follows = |end: usize| char_at(text, end).is_none_or(may_follow);
    if scheme > 0 && byte(text, 0).is_ascii_alphabetic() && byte(text, scheme) == b':' {
        return part_end(text, scheme + 1, &|end| follows(end).then_some(end)).is_some();
    }
    text.find('@').is_some_and(|at| is_dotted(cut(text, 0, at)) && host_end(text, at + 1, follows).is_some())
}
