//! Suggestions for misspelt names.

use strsim::osa_distance;

/// Returns the candidate that `name` was most likely meant to be, letter case aside.
///
/// A candidate is near if it differs by at most one edit (insertion, deletion, replacement, swap of neighbours) in five
/// characters.
pub(crate) fn nearest<'c>(name: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let folded = name.to_lowercase();
    let len = folded.chars().count();
    let near =
        candidates.into_iter().filter_map(|candidate| Some((distance(&folded, len, candidate)?, candidate)));
    near.min_by_key(|(distance, _)| *distance).map(|(_, candidate)| candidate)
}

/// Returns the nearest candidate of which every part is near to the part of `name` at its place.
///
/// A path or the name of a variable is long, so that its whole is near to that of many other settings: `DB_PORT` is not
/// meant to be `DB_URL`.
pub(crate) fn nearest_path<'c>(
    name: &str,
    separator: char,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    let parts = |text: &str| text.split(separator).map(str::to_lowercase).collect::<Vec<_>>();
    let own = parts(name);
    let is_near = |candidate: &&str| {
        let others = parts(candidate);
        match own.len() == others.len() {
            true => {
                own.iter().zip(&others).all(|(a, b)| a == b || distance(a, a.chars().count(), b).is_some())
            }
            // a separator is missing, or one too many
            false => osa_distance(&name.to_lowercase(), &candidate.to_lowercase()) == 1,
        }
    };
    nearest(name, candidates.into_iter().filter(is_near))
}

/// Returns the distance of a candidate, if it is near.
fn distance(folded: &str, len: usize, candidate: &str) -> Option<usize> {
    let bound = (len / 5).clamp(1, 4);
    if len == 0 || candidate.is_empty() || candidate.chars().count().abs_diff(len) > bound {
        return None;
    }
    Some(osa_distance(folded, &candidate.to_lowercase())).filter(|distance| *distance <= bound)
}

#[cfg(test)]
mod tests {
    use super::{nearest, nearest_path};

    #[test]
    fn finds_a_slip_but_no_other_word() {
        let names = ["", "SMTPServer", "SMTPPort", "SMTPPassword"];
        assert_eq!(nearest("SMTPProt", names), Some("SMTPPort"));
        assert_eq!(nearest("smtpserver", names), Some("SMTPServer"));
        assert_eq!(nearest("SMTPPasswrod", names), Some("SMTPPassword"));
        assert_eq!(nearest("FeedbackName", names), None);
        assert_eq!(nearest("", names), None);
        assert_eq!(nearest("x", names), None);
    }

    #[test]
    fn a_path_is_near_part_by_part() {
        let names = ["CHATD_DATABASE_URL", "CHATD_HTTP_LISTEN"];
        assert_eq!(nearest_path("CHATD_DATABASE_PORT", '_', names), None);
        assert_eq!(nearest_path("CHATD_DATABASE_ULR", '_', names), Some("CHATD_DATABASE_URL"));
        assert_eq!(nearest_path("CHATD_DATABSE_URL", '_', names), Some("CHATD_DATABASE_URL"));
        assert_eq!(nearest_path("CHATD_HTTPLISTEN", '_', names), Some("CHATD_HTTP_LISTEN"));
        assert_eq!(nearest_path("chatd_http_listen", '_', names), Some("CHATD_HTTP_LISTEN"));
    }
}
