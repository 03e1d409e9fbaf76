//! The nearest right name.

/// The candidate that `name` was most likely meant to be, letter case aside; `None` where none is near.
///
/// Near means at most one edit (insertion, deletion, replacement, swap of neighbours) in five characters.
pub(crate) fn nearest<'c>(name: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let folded = name.to_lowercase();
    let bound = (name.chars().count() / 5).clamp(1, 4);
    candidates
        .into_iter()
        .filter_map(|candidate| {
            distance(&folded, &candidate.to_lowercase(), bound).map(|distance| (distance, candidate))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The optimal string alignment distance, `None` beyond `bound`.
fn distance(a: &str, b: &str, bound: usize) -> Option<usize> {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > bound || a.is_empty() || b.is_empty() {
        return None;
    }
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let at = |row: &[usize], j: usize| row.get(j).copied().unwrap_or(usize::MAX - 1);
            let mut best =
                (at(&last, j) + usize::from(x != y)).min(at(&last, j + 1) + 1).min(at(&row, j) + 1);
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x);
            if swapped {
                best = best.min(at(&before_last, j - 1) + 1);
            }
            row.push(best);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last.last().copied().filter(|distance| *distance <= bound)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_a_slip_but_no_other_word() {
        let names = ["SMTPServer", "SMTPPort", "SMTPPassword"];
        assert_eq!(nearest("SMTPProt", names), Some("SMTPPort"));
        assert_eq!(nearest("smtpserver", names), Some("SMTPServer"));
        assert_eq!(nearest("SMTPPasswrod", names), Some("SMTPPassword"));
        assert_eq!(nearest("FeedbackName", names), None);
        assert_eq!(nearest("", names), None);
    }
}
