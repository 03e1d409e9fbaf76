//! Walking a tree of sections leaf by leaf.

use super::{Kind, Member, Path, Section, Setting, Variant};

/// One setting with what it inherits from its sections.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Leaf {
    /// Its place in `config.json`.
    pub path: Path,
    /// The setting itself.
    pub setting: &'static Setting,
    /// The innermost section that holds it.
    pub section: &'static Section,
    /// Its reference page, its own or the nearest section's.
    pub page: Option<&'static str>,
    /// Its page in the System Console, its own or the nearest section's.
    pub console: Option<&'static str>,
    /// True if the setting is in a section that may be absent as a whole.
    pub optional: bool,
    /// The list or map of sections that it belongs to, if it is a setting of their entries.
    pub entry_of: Option<&'static Setting>,
    /// The variants of enums that it belongs to, the outermost first, with the path of the setting that selects each.
    pub variants: Vec<(Path, &'static Variant)>,
}

/// All settings of a tree in the order of the structs' fields, depth first.
#[derive(Clone, Debug)]
pub struct Leaves {
    stack: Vec<Frame>,
    entry_of: Option<&'static Setting>,
}

#[derive(Clone, Debug)]
struct Frame {
    section: &'static Section,
    next: usize,
    keys: Vec<&'static str>,
    page: Option<&'static str>,
    console: Option<&'static str>,
    optional: bool,
    variants: Vec<(Path, &'static Variant)>,
}

impl Section {
    /// All settings of this section, taken as a program's root, and of those below it.
    pub fn leaves(&'static self) -> Leaves {
        let keys = if self.key.is_empty() { Vec::new() } else { vec![self.key] };
        let (page, console) = (self.page, self.console);
        Leaves {
            stack: vec![Frame {
                section: self,
                next: 0,
                keys,
                page,
                console,
                optional: false,
                variants: Vec::new(),
            }],
            entry_of: None,
        }
    }

    /// All settings of this section as documents name them: after each list or map of sections, the settings of its
    /// entries follow, under [`Path::ENTRY`] or [`Path::NAMED_ENTRY`]. Entries of a hidden setting are hidden.
    ///
    /// ```
    /// use settings_core::Settings;
    ///
    /// /// A proxy.
    /// #[derive(Settings)]
    /// #[settings(env_prefix = "PROXY")]
    /// struct Proxy {
    ///     /// The servers.
    ///     upstreams: Vec<Upstream>,
    /// }
    ///
    /// /// One server.
    /// #[derive(Settings)]
    /// struct Upstream {
    ///     /// The address.
    ///     #[setting(key = "URL")]
    ///     url: String,
    /// }
    ///
    /// let paths: Vec<_> = Proxy::SCHEMA.leaves_with_entries().map(|leaf| leaf.path.to_string()).collect();
    /// assert_eq!(paths, ["Upstreams", "Upstreams[0].URL"]);
    /// ```
    pub fn leaves_with_entries(&'static self) -> impl Iterator<Item = Leaf> {
        self.leaves().flat_map(|leaf| {
            let mut found = Vec::new();
            leaf.with_entries(&mut Vec::new(), &mut found);
            found
        })
    }
}

impl Leaf {
    /// Returns whether all variants that it belongs to are selected where no layer sets a tag.
    pub(crate) fn is_of_default_variants(&self) -> bool {
        self.variants.iter().all(|(_, variant)| variant.is_default)
    }

    /// Adds the leaf and the settings of its entries. The recursion is as deep as the structs nest; a section inside
    /// of itself ends it.
    fn with_entries(self, around: &mut Vec<&'static Section>, found: &mut Vec<Self>) {
        let setting = self.setting;
        found.push(self.clone());
        let Some((placeholders, section)) = setting.kind.entries() else { return };
        if setting.hidden() || around.iter().any(|known| std::ptr::eq(*known, section)) {
            return;
        }
        around.push(section);
        let keys = self.path.keys().iter().copied().chain(placeholders).collect();
        let (page, console) = (section.page.or(self.page), section.console.or(self.console));
        let entries = Leaves {
            stack: vec![Frame {
                section,
                next: 0,
                keys,
                page,
                console,
                optional: self.optional,
                variants: self.variants,
            }],
            entry_of: Some(setting),
        };
        entries.for_each(|leaf| leaf.with_entries(around, found));
        around.pop();
    }
}

impl Kind {
    /// The keys that stand for the entries of a list or map of sections, and the section.
    pub(crate) fn entries(&self) -> Option<(Vec<&'static str>, &'static Section)> {
        let (mut keys, mut kind) = (Vec::new(), self);
        loop {
            match kind {
                Self::Optional(of) => kind = of,
                Self::List(of) | Self::Set(of) => {
                    keys.push(Path::ENTRY);
                    kind = of;
                }
                Self::Map { of, .. } => {
                    keys.push(Path::NAMED_ENTRY);
                    kind = of;
                }
                Self::Section(section) => return Some((keys, *section)),
                _ => return None,
            }
        }
    }
}

impl Iterator for Leaves {
    type Item = Leaf;

    fn next(&mut self) -> Option<Leaf> {
        loop {
            let frame = self.stack.last_mut()?;
            let Some(member) = frame.section.members.get(frame.next) else {
                self.stack.pop();
                continue;
            };
            frame.next += 1;
            let mut keys = frame.keys.clone();
            let mut variants = frame.variants.clone();
            variants.extend(member.variant().map(|variant| (variant.tag_path(&keys), variant)));
            keys.push(member.key());
            match member {
                Member::Setting(setting) => {
                    return Some(Leaf {
                        path: Path::new(keys),
                        setting,
                        section: frame.section,
                        page: setting.page().or(frame.page),
                        console: setting.console().or(frame.console),
                        optional: frame.optional,
                        entry_of: self.entry_of,
                        variants,
                    });
                }
                Member::Section { section, optional, .. } => {
                    let optional = *optional || frame.optional;
                    let (page, console) = (section.page.or(frame.page), section.console.or(frame.console));
                    self.stack.push(Frame { section, next: 0, keys, page, console, optional, variants });
                }
            }
        }
    }
}
