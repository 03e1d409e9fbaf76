//! Lookup of settings by variable and by dotted path.

use crate::nearest::nearest_path;
use crate::resolve::index::{Index, LeafId, ROOT, Target, folded};

/// Returns the setting below `section` whose variable ends in `rest`. Keys are compared as wholes, because they may
/// contain underscores. Recursion is as deep as the structs nest.
pub(crate) fn by_variable(index: &Index, section: u32, rest: &str) -> Option<LeafId> {
    let first = folded(*rest.as_bytes().first()?);
    let mut slots = index.slots(section).iter().filter(|slot| slot.first == first);
    slots.find_map(|slot| match (rest.as_bytes().get(slot.key.len()), slot.target) {
        (Some(b'_'), Target::Section(section)) => {
            by_variable(index, section, strip_key(rest, slot.key)?.get(1..)?)
        }
        (None, Target::Leaf(leaf)) if rest.len() == slot.key.len() => strip_key(rest, slot.key).map(|_| leaf),
        _ => None,
    })
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
    let mut section = ROOT;
    let mut parts = path.split('.').peekable();
    while let Some(part) = parts.next() {
        let slot = index.slots(section).iter().find(|slot| is_key(slot.key, part))?;
        match slot.target {
            Target::Leaf(leaf) => return parts.peek().is_none().then_some(leaf),
            Target::Section(below) => section = below,
        }
    }
    None
}
