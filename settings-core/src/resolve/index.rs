//! The settings of a program as a flat list.

use std::borrow::Cow;

use crate::nearest::nearest;
use crate::resolve::report::{Names, PathClass};
use crate::schema::{Kind, Member, Path, Removed, Section, Setting, VariableStyle};
use crate::value::member_called;

/// All sections and settings of a program. Settings are numbered depth first, in the order of the fields.
#[derive(Debug)]
pub(crate) struct Index {
    pub(crate) leaves: Vec<LeafEntry>,
    pub(crate) sections: Vec<SectionEntry>,
    slots: Vec<Slot>,
    pub(crate) env_prefix: &'static str,
    /// The settings that name their variables.
    pub(crate) named: Vec<LeafId>,
    pub(crate) root: &'static Section,
}

#[derive(Debug)]
pub(crate) struct LeafEntry {
    pub(crate) setting: &'static Setting,
    pub(crate) section: u32,
    /// A value only has to be read: nothing is merged with it, and nothing is said about one without mistakes.
    pub(crate) is_plain: bool,
}

#[derive(Debug)]
pub(crate) struct SectionEntry {
    pub(crate) key: &'static str,
    pub(crate) parent: Option<u32>,
    slots: (u32, u32),
    /// For an optional section: its first setting, and its number of settings.
    pub(crate) optional: Option<(LeafId, u32)>,
    pub(crate) section: &'static Section,
}

/// One member of a section.
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    pub(crate) key: &'static str,
    /// The key in the form of variables, letter case and signs aside.
    pub(crate) in_variable: Cow<'static, str>,
    pub(crate) target: Target,
    /// The first byte of the key, [`folded`], which rules out most slots when a variable is looked up. Zero for a setting
    /// that names its variables.
    pub(crate) first: u8,
}

/// A removed setting, or section, with its whole paths.
#[derive(Clone, Debug)]
pub(crate) struct Removal {
    pub(crate) path: String,
    pub(crate) replacement: Option<String>,
    pub(crate) record: &'static Removed,
}

/// The setting or section of a key.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target {
    Leaf(LeafId),
    Section(u32),
}

impl Slot {
    fn new(member: &Member, style: VariableStyle) -> Self {
        let key = member.key();
        let in_variable = if style.words_apart { style.key(key).into() } else { key.into() };
        let first = match member {
            Member::Setting(setting) if !setting.variables().is_empty() => 0,
            _ => key.as_bytes().first().map_or(0, |first| folded(*first)),
        };
        Self { key, in_variable, target: Target::Leaf(0), first }
    }
}

/// Returns a byte in the form that a key and all spellings of its variable have in common.
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
            named: Vec::new(),
            root,
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
            let slot = Slot::new(&Member::section(root.key, root), root.variable_style);
            index.slots.push(Slot { target: Target::Section(1), ..slot });
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
        // the slots of a section are adjacent, so they come before those of the sections below
        let style = self.root.variable_style;
        self.slots.extend(section.members.iter().map(|member| Slot::new(member, style)));
        for (member, at) in section.members.iter().zip(first..) {
            let target = match member {
                Member::Setting(setting) => {
                    let leaf = self.leaves.len() as u32;
                    self.leaves.push(LeafEntry { setting, section: id, is_plain: is_plain(setting) });
                    if !setting.variables().is_empty() {
                        self.named.push(leaf);
                    }
                    Target::Leaf(leaf)
                }
                Member::Section { key, section, optional, .. } => {
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

    /// Returns the sections around a setting, the outermost first.
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

    /// Returns the optional sections around a setting: the first setting and the number of settings of each.
    pub(crate) fn optional_around(&self, leaf: LeafId) -> impl Iterator<Item = (LeafId, u32)> {
        let section = |id: Option<u32>| id.and_then(|id| self.sections.get(id as usize));
        let innermost = section(self.leaves.get(leaf as usize).map(|leaf| leaf.section));
        std::iter::successors(innermost, move |entry| section(entry.parent))
            .filter_map(|entry| entry.optional)
    }

    /// Returns the variable of a setting; empty if it has none.
    pub(crate) fn env_name(&self, leaf: LeafId) -> String {
        let variable =
            self.setting(leaf).and_then(|setting| self.root.variable(&self.leaf_path(leaf), setting));
        variable.unwrap_or_default()
    }

    /// Returns the variable of a dotted path, without the prefix.
    pub(crate) fn in_variable(&self, path: &str) -> String {
        self.root.variable_style.variable("", &path.split('.').collect::<Vec<_>>())
    }

    /// Returns the setting that names this variable, and the number of the name, the strongest being 0.
    pub(crate) fn by_own_name(&self, variable: &str) -> Option<(LeafId, usize)> {
        self.named.iter().find_map(|leaf| {
            let names = self.setting(*leaf)?.variables();
            Some((*leaf, names.iter().position(|name| *name == variable)?))
        })
    }

    /// Returns the only setting with this key, letter case aside, in any section.
    pub(crate) fn leaf_of_key(&self, key: &str) -> Option<LeafId> {
        let numbered = (0..).zip(&self.leaves);
        let mut same = numbered.filter(|(_, leaf)| leaf.setting.key.eq_ignore_ascii_case(key));
        let (leaf, _) = same.next()?;
        same.next().is_none().then_some(leaf)
    }

    /// Returns all settings with their paths.
    pub(crate) fn paths(&self) -> impl Iterator<Item = (LeafId, Path)> {
        (0..self.leaves.len() as u32).map(|leaf| (leaf, self.leaf_path(leaf)))
    }

    /// Returns the full path of each alias with its setting.
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

    /// Returns the settings that earlier releases had.
    pub(crate) fn removals(&self) -> Vec<Removal> {
        let mut removals = Vec::new();
        for (id, entry) in (0..).zip(&self.sections).filter(|(_, entry)| !entry.section.removed.is_empty()) {
            let section = self.section_keys(id).join(".");
            let whole = |path: &str| match path.contains('.') || section.is_empty() {
                true => path.to_owned(),
                false => format!("{section}.{path}"),
            };
            removals.extend(entry.section.removed.iter().map(|record| Removal {
                path: whole(record.path),
                replacement: record.replacement.map(whole),
                record,
            }));
        }
        removals
    }

    /// Returns whether a key is the name of a secret, or near to one.
    fn is_secret_name(&self, key: &str) -> bool {
        let secrets = self.leaves.iter().map(|leaf| leaf.setting).filter(|setting| setting.kind.is_secret());
        let mut names = Vec::new();
        secrets.for_each(|setting| secret_names(setting, &mut names));
        nearest(key, names).is_some()
    }

    fn slot(&self, section: u32, key: &str) -> Option<&Slot> {
        let slots = self.slots(section);
        let exact = slots.iter().find(|slot| slot.key == key);
        exact.or_else(|| slots.iter().find(|slot| slot.key.eq_ignore_ascii_case(key)))
    }

    /// Classifies a path that `section` does not have: an alias, or an unknown name.
    fn classify_unknown(&self, path: &[Cow<'_, str>], known: usize) -> PathClass {
        let aliases = self.aliases();
        for len in known + 1..=path.len() {
            let (start, rest) = path.split_at_checked(len).unwrap_or((path, &[]));
            let start = start.join(".");
            if let Some((_, leaf)) = aliases.iter().find(|(alias, _)| alias.eq_ignore_ascii_case(&start)) {
                let kind = self.setting(*leaf).map(|setting| setting.kind);
                return kind.map_or(PathClass::Unknown { secret: true }, |kind| self.classify_in(kind, rest));
            }
        }
        let unknown = path.get(known..).unwrap_or_default();
        PathClass::Unknown { secret: unknown.iter().any(|key| self.is_secret_name(key)) }
    }

    /// Classifies a path within the value of a setting.
    fn classify_in(&self, kind: Kind, path: &[Cow<'_, str>]) -> PathClass {
        let mut kind = kind;
        while let Kind::Optional(of) | Kind::List(of) | Kind::Set(of) = kind {
            kind = *of;
        }
        let Some((key, rest)) = path.split_first() else {
            return PathClass::Setting { secret: kind.is_secret() };
        };
        match kind {
            Kind::Map { of, .. } => match self.classify_in(*of, rest) {
                PathClass::Setting { secret } if rest.is_empty() => PathClass::Entry { secret },
                class => class,
            },
            Kind::Section(section) => {
                match member_called(section, key).and_then(|(at, _)| section.members.get(at)) {
                    Some(Member::Setting(setting)) => self.classify_in(setting.kind, rest),
                    Some(Member::Section { section, .. }) => self.classify_in(Kind::Section(section), rest),
                    None => PathClass::Unknown { secret: self.is_secret_name(key) },
                }
            }
            kind => PathClass::Below { secret: kind.is_secret() },
        }
    }
}

impl Names for Index {
    fn classify(&self, path: &[Cow<'_, str>]) -> PathClass {
        let mut section = ROOT;
        for (at, key) in path.iter().enumerate() {
            match self.slot(section, key).map(|slot| slot.target) {
                Some(Target::Section(below)) => section = below,
                Some(Target::Leaf(leaf)) => {
                    let rest = path.get(at + 1..).unwrap_or_default();
                    let kind = self.setting(leaf).map_or(Kind::Secret, |setting| setting.kind);
                    return self.classify_in(kind, rest);
                }
                None => return self.classify_unknown(path, at),
            }
        }
        let holds_secret = |entry: &SectionEntry| entry.section.holds_secret();
        PathClass::Section { secret: self.sections.get(section as usize).is_some_and(holds_secret) }
    }

    fn is_name(&self, word: &str) -> bool {
        let is_key = |member: &Member| member.key() == word;
        let in_section = |section: &Section| section.members.iter().any(is_key);
        self.slots.iter().any(|slot| slot.key == word)
            || self.leaves.iter().any(|leaf| {
                let setting = leaf.setting;
                setting.aliases().contains(&word) || section_of(&setting.kind).is_some_and(in_section)
            })
    }
}

/// Returns whether a value of a setting only has to be read.
fn is_plain(setting: &Setting) -> bool {
    let has_elements = matches!(setting.kind, Kind::List(_) | Kind::Set(_));
    let is_noted = setting.deprecated().is_some() || setting.required();
    !(has_elements || is_noted || setting.kind.contains_sections() || setting.kind.merges())
}

/// Returns the section that values of this kind contain.
fn section_of(kind: &Kind) -> Option<&'static Section> {
    match kind.innermost() {
        Kind::Section(section) => Some(section),
        _ => None,
    }
}

/// Collects the names of a secret setting; of one that holds sections, also the names of the secrets in them.
fn secret_names(setting: &Setting, names: &mut Vec<&'static str>) {
    match section_of(&setting.kind) {
        Some(section) => {
            let secrets =
                section.leaves().map(|leaf| leaf.setting).filter(|setting| setting.kind.is_secret());
            secrets.for_each(|setting| secret_names(setting, names));
        }
        None => names.extend(setting.aliases().iter().copied().chain([setting.key])),
    }
}
