//! From names to settings: by variable and by dotted path.

use crate::nearest::nearest;
use crate::resolve::index::{Index, LeafId, ROOT, Target, folded};
use crate::schema::Kind;

/// The setting below `section` whose variable ends in `rest`. Keys are tried as wholes, so that an underscore in one
/// misleads nobody; the recursion is as deep as the structs nest.
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

/// The map whose variable `rest` begins with, and what follows, where only one map can be meant.
pub(crate) fn entry<'n>(index: &Index, rest: &'n str) -> Option<(LeafId, &'n str)> {
    let mut found = Vec::new();
    find_maps(index, ROOT, rest, &mut found);
    match found.as_slice() {
        [only] => Some(*only),
        _ => None,
    }
}

/// As deep as the structs nest.
fn find_maps<'n>(index: &Index, section: u32, rest: &'n str, found: &mut Vec<(LeafId, &'n str)>) {
    for slot in index.slots(section) {
        let below = strip_key(rest, slot.key).and_then(|below| below.strip_prefix('_'));
        let Some(below) = below.filter(|below| !below.is_empty()) else { continue };
        match slot.target {
            Target::Section(section) => find_maps(index, section, below, found),
            Target::Leaf(leaf)
                if index
                    .setting(leaf)
                    .is_some_and(|setting| matches!(setting.kind.required(), Kind::Map(_))) =>
            {
                found.push((leaf, below));
            }
            Target::Leaf(_) => {}
        }
    }
}

/// `rest` behind a key in the form that variables have it.
pub(crate) fn strip_key<'n>(rest: &'n str, key: &str) -> Option<&'n str> {
    let start = rest.as_bytes().get(..key.len())?;
    let is_same = |(in_name, in_key): (&u8, &u8)| {
        in_name.eq_ignore_ascii_case(in_key) || (*in_name == b'_' && !in_key.is_ascii_alphanumeric())
    };
    let same = start.eq_ignore_ascii_case(key.as_bytes()) || start.iter().zip(key.as_bytes()).all(is_same);
    if same { rest.get(key.len()..) } else { None }
}

/// The setting of a dotted path (letter case aside, old names too), else the nearest right path.
pub(crate) fn by_path(index: &Index, path: &str) -> Result<LeafId, Option<String>> {
    if let Some(leaf) = own(index, path) {
        return Ok(leaf);
    }
    if let Some((_, leaf)) = index.aliases().iter().find(|(alias, _)| alias.eq_ignore_ascii_case(path)) {
        return Ok(*leaf);
    }
    let paths: Vec<_> = index.paths().map(|(leaf, path)| (leaf, path.to_string())).collect();
    let near = nearest(path, paths.iter().map(|(_, known)| known.as_str())).map(str::to_owned);
    // a bare key is most often meant as the setting of that key
    let by_key = || index.leaf_of_key(path).map(|leaf| index.leaf_path(leaf).to_string());
    Err(near.or_else(by_key))
}

/// The setting of which a dotted path is no old name.
pub(crate) fn own(index: &Index, path: &str) -> Option<LeafId> {
    let folded = || walk(index, path, |key, part| key.eq_ignore_ascii_case(part));
    walk(index, path, |key, part| key == part).or_else(folded)
}

/// Whether a path that finds a setting is its own.
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
