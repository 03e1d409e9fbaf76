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

impl Section {
    /// Every setting in it and below it.
    pub(super) fn each<'s>(&'s self, visit: &mut impl FnMut(&'s Item)) {
        for (_, member) in &self.members {
            match member {
                Member::Setting(item) => visit(item),
                Member::Section(inner) => inner.each(visit),
            }
        }
    }
}

/// The root of the settings, and those that another one keeps out.
pub(super) fn tree(items: Vec<Item>) -> (Section, Vec<Left>) {
    let (mut root, mut left) = (Section::default(), Vec::new());
    let mut taken: Vec<String> = Vec::new();
    for item in items {
        let path = item.path.join(".");
        let variable = path.to_ascii_uppercase().replace('.', "_");
        let mut leave = |why: &str| {
            left.push(Left { name: path.clone(), at: item.at.clone(), why: why.to_owned() });
        };
        if taken.contains(&variable) {
            leave("documented more than once, or under a name that differs in letter case only");
            continue;
        }
        if insert(&mut root, &item.path, &item) {
            taken.push(variable);
        } else {
            leave("another setting has a section at this path");
        }
    }
    (root, left)
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
