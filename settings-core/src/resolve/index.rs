//! A program's settings in one flat, numbered form.

use crate::nearest::nearest;
use crate::schema::{Kind, Member, Path, Section, Setting};

/// All sections and settings of a program. Settings are numbered depth first, in the order of the fields.
#[derive(Debug)]
pub(crate) struct Index {
    pub(crate) leaves: Vec<LeafEntry>,
    pub(crate) sections: Vec<SectionEntry>,
    slots: Vec<Slot>,
    pub(crate) env_prefix: &'static str,
    /// Environment variables set settings.
    pub(crate) has_variables: bool,
}

#[derive(Debug)]
pub(crate) struct LeafEntry {
    pub(crate) setting: &'static Setting,
    pub(crate) section: u32,
}

#[derive(Debug)]
pub(crate) struct SectionEntry {
    pub(crate) key: &'static str,
    pub(crate) parent: Option<u32>,
    slots: (u32, u32),
    /// Of a section that may be absent: its first setting, and how many it holds.
    pub(crate) optional: Option<(LeafId, u32)>,
    pub(crate) section: &'static Section,
}

/// One member of a section.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slot {
    pub(crate) key: &'static str,
    pub(crate) target: Target,
    /// The key's first byte, [`folded`], by which most slots are passed over when a variable's is sought.
    pub(crate) first: u8,
}

/// What a key leads to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target {
    Leaf(LeafId),
    Section(u32),
}

impl Slot {
    fn new(key: &'static str, target: Target) -> Self {
        Self { key, target, first: key.as_bytes().first().map_or(0, |first| folded(*first)) }
    }
}

/// A byte in the form that a key's has in common with all spellings of its variable's.
pub(crate) const fn folded(byte: u8) -> u8 {
    if byte.is_ascii_alphanumeric() { byte.to_ascii_lowercase() } else { b'_' }
}

/// A leaf's place in the flat numbering.
pub(crate) type LeafId = u32;

/// The outermost section.
pub(crate) const ROOT: u32 = 0;

impl Index {
    pub(crate) fn new(root: &'static Section) -> Self {
        let count = root.leaf_count();
        let mut index = Self {
            leaves: Vec::with_capacity(count),
            sections: Vec::with_capacity(count / 8 + 2),
            slots: Vec::with_capacity(count + count / 8 + 2),
            env_prefix: root.env_prefix.unwrap_or_default(),
            has_variables: root.variable_prefix().is_some(),
        };
        if root.key.is_empty() {
            index.add("", None, root);
        } else {
            index.sections.push(SectionEntry {
                key: "",
                parent: None,
                slots: (0, 1),
                optional: None,
                section: &const { Section::new("", &[]) },
            });
            index.slots.push(Slot::new(root.key, Target::Section(1)));
            index.add(root.key, Some(ROOT), root);
        }
        index
    }

    fn add(&mut self, key: &'static str, parent: Option<u32>, section: &'static Section) -> u32 {
        let id = self.sections.len() as u32;
        let first = self.slots.len();
        let end = first + section.members.len();
        let slots = (first as u32, end as u32);
        self.sections.push(SectionEntry { key, parent, slots, optional: None, section });
        // a section's slots stand side by side, so they are laid out before the sections below are
        self.slots.extend(section.members.iter().map(|member| Slot::new(member.key(), Target::Leaf(0))));
        for (member, at) in section.members.iter().zip(first..) {
            let target = match member {
                Member::Setting(setting) => {
                    self.leaves.push(LeafEntry { setting, section: id });
                    Target::Leaf(self.leaves.len() as u32 - 1)
                }
                Member::Section { key, section, optional } => {
                    let first = self.leaves.len() as u32;
                    let below = self.add(key, Some(id), section);
                    if let (true, Some(entry)) = (*optional, self.sections.get_mut(below as usize)) {
                        entry.optional = Some((first, self.leaves.len() as u32 - first));
                    }
                    Target::Section(below)
                }
            };
            if let Some(slot) = self.slots.get_mut(at) {
                slot.target = target;
            }
        }
        id
    }

    pub(crate) fn slots(&self, section: u32) -> &[Slot] {
        self.sections
            .get(section as usize)
            .and_then(|entry| self.slots.get(entry.slots.0 as usize..entry.slots.1 as usize))
            .unwrap_or_default()
    }

    pub(crate) fn setting(&self, leaf: LeafId) -> Option<&'static Setting> {
        self.leaves.get(leaf as usize).map(|leaf| leaf.setting)
    }

    pub(crate) fn leaf_path(&self, leaf: LeafId) -> Path {
        let Some(entry) = self.leaves.get(leaf as usize) else { return Path::new(Vec::new()) };
        let mut keys = self.section_keys(entry.section);
        keys.push(entry.setting.key);
        Path::new(keys)
    }

    pub(crate) fn section_keys(&self, section: u32) -> Vec<&'static str> {
        let mut keys = Vec::new();
        let mut next = Some(section);
        while let Some(entry) = next.and_then(|id| self.sections.get(id as usize)) {
            if !entry.key.is_empty() {
                keys.push(entry.key);
            }
            next = entry.parent;
        }
        keys.reverse();
        keys
    }

    /// The sections around a setting, the outermost first.
    pub(crate) fn sections_of(&self, leaf: LeafId) -> Vec<&'static Section> {
        let mut next = self.leaves.get(leaf as usize).map(|leaf| leaf.section);
        let mut sections = Vec::new();
        while let Some(entry) = next.and_then(|id| self.sections.get(id as usize)) {
            sections.push(entry.section);
            next = entry.parent;
        }
        sections.reverse();
        sections
    }

    /// The optional sections around a setting: the first setting of each, and how many it holds.
    pub(crate) fn optional_around(&self, leaf: LeafId) -> impl Iterator<Item = (LeafId, u32)> {
        let section = |id: Option<u32>| id.and_then(|id| self.sections.get(id as usize));
        let innermost = section(self.leaves.get(leaf as usize).map(|leaf| leaf.section));
        std::iter::successors(innermost, move |entry| section(entry.parent))
            .filter_map(|entry| entry.optional)
    }

    pub(crate) fn env_name(&self, leaf: LeafId) -> String {
        self.leaf_path(leaf).env_name(self.env_prefix)
    }

    /// The first setting of this key, letter case aside, whatever its section.
    pub(crate) fn leaf_of_key(&self, key: &str) -> Option<LeafId> {
        (0..)
            .zip(&self.leaves)
            .find(|(_, leaf)| leaf.setting.key.eq_ignore_ascii_case(key))
            .map(|(leaf, _)| leaf)
    }

    /// All leaves with their paths.
    pub(crate) fn paths(&self) -> impl Iterator<Item = (LeafId, Path)> {
        (0..self.leaves.len() as u32).map(|leaf| (leaf, self.leaf_path(leaf)))
    }

    /// Each old name's whole path with the leaf that it means.
    pub(crate) fn aliases(&self) -> Vec<(String, LeafId)> {
        let mut aliases = Vec::new();
        for (leaf, entry) in (0..).zip(&self.leaves) {
            for alias in entry.setting.aliases() {
                let mut keys =
                    if alias.contains('.') { Vec::new() } else { self.section_keys(entry.section) };
                keys.push(alias);
                aliases.push((keys.join("."), leaf));
            }
        }
        aliases
    }

    /// Whether a key is a secret's, or may be meant to be one.
    pub(crate) fn is_secret_key(&self, key: &str) -> bool {
        let secrets = self.leaves.iter().map(|leaf| leaf.setting).filter(|setting| setting.kind.is_secret());
        let mut names = Vec::new();
        secrets.for_each(|setting| secret_names(setting, &mut names));
        nearest(key, names).is_some()
    }
}

/// The names of a secret, and those of the secrets in the sections that it is a list or map of.
fn secret_names(setting: &Setting, names: &mut Vec<&'static str>) {
    names.extend(setting.aliases().iter().copied().chain([setting.key]));
    if let Kind::Section(section) = setting.kind.innermost() {
        let secrets = section.leaves().map(|leaf| leaf.setting).filter(|setting| setting.kind.is_secret());
        secrets.for_each(|setting| secret_names(setting, names));
    }
}
