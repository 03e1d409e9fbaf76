//! Edits of fields in the entries of lists, which no path of keys leads to.

use std::rc::Rc;

use super::locate::Match;
use super::{Action, Change, EditError, applied, remove, replace, within_depth};
use crate::schema::Segment;
use crate::value::ZeroizingString;
use crate::value::json::{self, Raw};

/// Makes a change at an address, the field that has it now. The last key of the change is the field's name afterwards.
pub(super) fn apply(
    text: &str,
    address: &[Segment],
    change: &Change,
) -> Result<Option<ZeroizingString>, EditError> {
    let root = super::root(text)?;
    let Some(found) = find(root, address) else { return Ok(None) };
    let edits = match &change.action {
        Action::Set(json) if json::parse_value(json).is_ok() => replace(text, root, &found, change, json),
        Action::Set(_) => return Err(EditError::NoValue),
        Action::Unset => remove::entry(text, &found),
    };
    within_depth(applied(text, &edits)).map(Some)
}

fn find<'a>(root: Raw<'a>, address: &[Segment]) -> Option<Match<'a>> {
    let (Segment::Key(name), around) = address.split_last()? else { return None };
    let object = around.iter().try_fold(root, |raw, segment| match segment {
        Segment::Index(number) => raw.elements()?.get(*number).copied(),
        Segment::Key(key) => {
            let mut entries = raw.entries()?.into_iter();
            entries.rfind(|(found, _)| found.name().eq_ignore_ascii_case(key)).map(|(_, value)| value)
        }
    })?;
    let entries: Rc<[_]> = object.entries()?.into();
    let at = entries.iter().rposition(|(key, _)| key.name().eq_ignore_ascii_case(name))?;
    Some(Match { object, entries, at })
}
