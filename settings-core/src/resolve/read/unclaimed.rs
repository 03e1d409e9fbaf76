//! The note about names that belong to nothing.

use crate::resolve::report::{Code, Diagnostic, Place};
use crate::value::short;

/// The number of names in a note. Further names are only counted.
const NAMED: usize = 5;

/// Notes that names do not belong to any `owner`; `None` if there are no names.
pub(super) fn unclaimed_note<'n>(
    code: Code,
    owner: &str,
    names: impl ExactSizeIterator<Item = &'n str>,
    place: Place,
) -> Option<Diagnostic> {
    let (names, is_one) = listed(names)?;
    let message = match is_one {
        true => format!("{names} does not belong to any {owner} and is ignored"),
        false => format!("{names} do not belong to any {owner} and are ignored"),
    };
    Some(Diagnostic::note(code, message).at(place))
}

/// Returns the first names as a list, and whether there is only one.
pub(super) fn listed<'n>(names: impl ExactSizeIterator<Item = &'n str>) -> Option<(String, bool)> {
    let count = names.len();
    let shown: Vec<_> = names.take(NAMED).map(|name| short(format!("`{name}`"))).collect();
    let more = if count > NAMED { format!(" and {} more", count - NAMED) } else { String::new() };
    (count > 0).then(|| (format!("{}{more}", shown.join(", ")), count == 1))
}
