//! Settings as the tree of their sections.

use super::item::{Item, Left};

/// A section and its members.
#[derive(Clone, Debug, Default)]
pub(super) struct Section {
    pub(super) members: Vec<(String, Member)>,
}

/// One key of a section.
#[derive(Clone, Debug)]
pub(super) enum Member {
    Setting(Box<Item>),
    Section(Section),
}

/// All imported settings.
#[derive(Debug, Default)]
pub(super) struct Tree {
    /// The program's root.
    pub(super) root: Section,
    /// Sections for settings whose pages don't give a section. They are not part of the root.
    pub(super) apart: Vec<Section>,
    pub(super) left: Vec<Left>,
}

impl Section {
    /// Visits every setting in the section and below it.
    pub(super) fn each<'s>(&'s self, visit: &mut impl FnMut(&'s Item)) {
        for (_, member) in &self.members {
            match member {
                Member::Setting(item) => visit(item),
                Member::Section(inner) => inner.each(visit),
            }
        }
    }
}

/// Builds the tree. Of two places of one setting, the fuller becomes the field.
pub(super) fn tree(items: Vec<Item>) -> Tree {
    let mut tree = Tree::default();
    let mut groups: Vec<Vec<Item>> = Vec::new();
    for item in items {
        if item.lacks_section {
            tree.set_apart(item);
            continue;
        }
        let variable = |item: &Item| item.path.join("_").to_ascii_uppercase();
        match groups
            .iter_mut()
            .find(|group| group.first().is_some_and(|first| variable(first) == variable(&item)))
        {
            Some(group) => group.push(item),
            None => groups.push(vec![item]),
        }
    }
    for group in groups {
        let (item, others) = fullest(group);
        tree.left.extend(others);
        if !insert(&mut tree.root, &item.path, &item) {
            let why =
                "another setting has the name of its section, or differs in letter case only".to_owned();
            let allow = vec!["unknown-setting"];
            tree.left.push(Left { name: item.path.join("."), at: item.at, why, allow });
        }
    }
    tree
}

impl Tree {
    /// Keeps a setting without a section, next to others whose keys differ.
    fn set_apart(&mut self, item: Item) {
        let why = "which section? the page has the bare key".to_owned();
        let allow = if item.is_reported_bare { vec!["config-path"] } else { Vec::new() };
        self.left.push(Left { name: item.path.join("."), at: item.at.clone(), why, allow });
        let key = item.path.last().cloned().unwrap_or_default();
        let has_key =
            |section: &Section| section.members.iter().any(|(known, _)| known.eq_ignore_ascii_case(&key));
        let free = self.apart.iter_mut().find(|section| !has_key(section));
        let member = (key.clone(), Member::Setting(Box::new(item)));
        match free {
            Some(section) => section.members.push(member),
            None => self.apart.push(Section { members: vec![member] }),
        }
    }
}

/// Returns the fullest of the places of one setting, completed by the others, and the others.
fn fullest(mut group: Vec<Item>) -> (Item, Vec<Left>) {
    let best = (0..group.len())
        .max_by_key(|&i| (group.get(i).map_or(0, Item::fullness), std::cmp::Reverse(i)))
        .unwrap_or_default();
    let mut item = group.remove(best);
    let mut left = Vec::new();
    for other in group {
        item.complete_from(&other);
        let why = format!("documented more than once; the fuller place is {}", item.at.origin);
        let mut allow = Vec::new();
        if other.path != item.path {
            allow.push("letter-case");
        }
        if other.console.is_some() && other.console != item.console {
            allow.push("console-path");
        }
        if other.inferred.default.is_some() && other.inferred.default != item.inferred.default {
            allow.push("default");
        }
        left.push(Left { name: other.path.join("."), at: other.at, why, allow });
    }
    (item, left)
}

fn insert(section: &mut Section, keys: &[String], item: &Item) -> bool {
    let Some((key, rest)) = keys.split_first() else { return false };
    let known = section.members.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(key));
    match (known, rest.is_empty()) {
        (Some((known, Member::Section(inner))), false) if known == key => insert(inner, rest, item),
        (Some(_), _) => false,
        (None, true) => {
            section.members.push((key.clone(), Member::Setting(Box::new(item.clone()))));
            true
        }
        (None, false) => {
            let mut inner = Section::default();
            let done = insert(&mut inner, rest, item);
            section.members.push((key.clone(), Member::Section(inner)));
            done
        }
    }
}
