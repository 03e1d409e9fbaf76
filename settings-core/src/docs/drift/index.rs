//! A schema's settings by the names that a page may give them.

use std::collections::BTreeMap;

use crate::nearest::nearest;
use crate::schema::Leaf;

use super::naming::Naming;

/// The schema's settings by the names that a page may give them.
pub(super) struct Index<'s> {
    pub(super) paths: BTreeMap<String, &'s Leaf>,
    folded: BTreeMap<String, &'s Leaf>,
    aliases: BTreeMap<String, (&'s Leaf, &'static str)>,
    /// By bare key; `None` if several settings have it.
    pub(super) keys: BTreeMap<&'static str, Option<&'s Leaf>>,
}

pub(super) enum Match<'s> {
    Leaf(&'s Leaf),
    OtherCase(&'s Leaf),
    /// The setting, and its alias as the schema has it.
    Alias(&'s Leaf, &'static str),
    /// A setting with this key, and no other one.
    Key(&'s Leaf),
    None,
}

impl<'s> Index<'s> {
    pub(super) fn of(leaves: &'s [Leaf]) -> Self {
        let mut index = Self {
            paths: BTreeMap::new(),
            folded: BTreeMap::new(),
            aliases: BTreeMap::new(),
            keys: BTreeMap::new(),
        };
        for leaf in leaves {
            let path = leaf.path.to_string();
            index.folded.insert(path.to_lowercase(), leaf);
            // The bare key of an entry's setting names none of the program.
            if leaf.entry_of.is_none() {
                index.keys.entry(leaf.path.key()).and_modify(|known| *known = None).or_insert(Some(leaf));
            }
            for alias in leaf.setting.aliases() {
                let full = match (alias.contains('.'), path.rsplit_once('.')) {
                    (false, Some((section, _))) => format!("{section}.{alias}"),
                    _ => (*alias).to_owned(),
                };
                index.aliases.insert(full, (leaf, *alias));
            }
            index.paths.insert(path, leaf);
        }
        index
    }

    /// Returns true if a path is in a section of the schema, or is close to one of its paths.
    pub(super) fn claims(&self, path: &str) -> bool {
        let section = path.split('.').next().unwrap_or(path);
        self.paths.keys().any(|known| known.split('.').next() == Some(section))
            || nearest(path, self.paths.keys().map(String::as_str)).is_some()
    }

    /// Returns true if a path is close to one of the same section.
    pub(super) fn is_near(&self, path: &str) -> bool {
        let Some((section, key)) = path.rsplit_once('.') else { return false };
        let own = self.paths.keys().filter_map(|known| known.rsplit_once('.'));
        let own = own.filter(|(known, _)| *known == section).map(|(_, key)| key);
        nearest(key, own).is_some()
    }

    /// Returns true if a setting has this variable.
    pub(super) fn has_variable(&self, env: &str, naming: &Naming) -> bool {
        self.paths.keys().any(|path| naming.env(path).is_some_and(|own| own.eq_ignore_ascii_case(env)))
    }

    pub(super) fn find(&self, path: &str) -> Match<'s> {
        if let Some(leaf) = self.paths.get(path) {
            return Match::Leaf(leaf);
        }
        if let Some(&(leaf, alias)) = self.aliases.get(path) {
            return Match::Alias(leaf, alias);
        }
        if let Some(leaf) = self.folded.get(&path.to_lowercase()) {
            return Match::OtherCase(leaf);
        }
        match self.keys.get(path) {
            Some(Some(leaf)) if !path.contains('.') => Match::Key(leaf),
            _ => Match::None,
        }
    }
}
