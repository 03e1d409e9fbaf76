//! Lookup of settings by variable and by dotted path.

use crate::nearest::nearest_path;
use crate::resolve::index::{Index, LeafId, ROOT, Slot, Target, folded};

/// Returns the setting below `section` whose variable ends in `rest`. Keys are compared as wholes, because they may
/// contain underscores. Recursion is as deep as the structs nest.
pub(crate) fn by_variable(index: &Index, section: u32, rest: &str) -> Option<LeafId> {
    let first = folded(*rest.as_bytes().first()?);
    let mut slots = index.slots(section).iter().filter(|slot| slot.first == first);
    slots.find_map(|slot| match (rest.as_bytes().get(slot.in_variable.len()), slot.target) {
        (Some(b'_'), Target::Section(section)) => {
            by_variable(index, section, strip_section(index, rest, slot)?)
        }
        (None, Target::Leaf(leaf)) if rest.len() == slot.in_variable.len() => {
            strip_key(rest, &slot.in_variable).map(|_| leaf)
        }
        _ => None,
    })
}

/// Strips the key of a slot and the separator after it from the start of `rest`.
pub(crate) fn strip_section<'n>(index: &Index, rest: &'n str, slot: &Slot) -> Option<&'n str> {
    strip_key(rest, &slot.in_variable)?.strip_prefix(index.root.variable_style.separator)
}

/// Strips a key, in the form of variables, from the start of `rest`.
pub(crate) fn strip_key<'n>(rest: &'n str, key: &str) -> Option<&'n str> {
    let start = rest.as_bytes().get(..key.len())?;
    let is_same = |(in_name, in_key): (&u8, &u8)| {
        in_name.eq_ignore_ascii_case(in_key) || (*in_name == b'_' && !in_key.is_ascii_alphanumeric())
    };
    let same = start.eq_ignore_ascii_case(key.as_bytes()) || start.iter().zip(key.as_bytes()).all(is_same);
    if same { rest.get(key.len()..) } else { None }
}

/// Returns the setting of a dotted path (letter case aside, aliases included), or the nearest valid path.
pub(crate) fn by_path(index: &Index, path: &str) -> Result<LeafId, Option<String>> {
    if let Some(leaf) = own(index, path) {
        return Ok(leaf);
    }
    if let Some((_, leaf)) = index.aliases().iter().find(|(alias, _)| alias.eq_ignore_ascii_case(path)) {
        return Ok(*leaf);
    }
    let paths: Vec<_> = index.paths().map(|(leaf, path)| (leaf, path.to_string())).collect();
    let near = nearest_path(path, '.', paths.iter().map(|(_, known)| known.as_str())).map(str::to_owned);
    // a bare key means the only setting with that key
    let by_key = || index.leaf_of_key(path).map(|leaf| index.leaf_path(leaf).to_string());
    Err(near.or_else(by_key))
}

/// Returns the setting of a dotted path, aliases excluded.
fn own(index: &Index, path: &str) -> Option<LeafId> {
    let folded = || walk(index, path, |key, part| key.eq_ignore_ascii_case(part));
    walk(index, path, |key, part| key == part).or_else(folded)
}

/// Returns whether a path is not an alias.
pub(crate) fn is_own(index: &Index, path: &str) -> bool {
    own(index, path).is_some()
}

/// Follows a dotted path from the root.
fn walk(index: &Index, path: &str, is_key: impl Fn(&str, &str) -> bool) -> Option<LeafId> {
    below(index, ROOT, path, &is_key)
}

/// Follows a dotted path from a section. Keys may contain dots, so each key that begins the path is tried. Recursion is as
/// deep as the structs nest.
fn below(index: &Index, section: u32, path: &str, is_key: &impl Fn(&str, &str) -> bool) -> Option<LeafId> {
    index.slots(section).iter().find_map(|slot| {
        let (start, rest) = path.split_at_checked(slot.key.len())?;
        if !is_key(slot.key, start) {
            return None;
        }
        match (slot.target, rest) {
            (Target::Leaf(leaf), "") => Some(leaf),
            (Target::Section(section), rest) => below(index, section, rest.strip_prefix('.')?, is_key),
            (Target::Leaf(_), _) => None,
        }
    })
}
