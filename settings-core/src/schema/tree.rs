//! Walking a tree of sections leaf by leaf.

use super::{Member, Path, Section, Setting};

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
}

/// All settings of a tree in the order of the structs' fields, depth first.
#[derive(Clone, Debug)]
pub struct Leaves {
    stack: Vec<Frame>,
}

#[derive(Clone, Debug)]
struct Frame {
    section: &'static Section,
    next: usize,
    keys: Vec<&'static str>,
    page: Option<&'static str>,
    console: Option<&'static str>,
    optional: bool,
}

impl Section {
    /// All settings of this section, taken as a program's root, and of those below it.
    pub fn leaves(&'static self) -> Leaves {
        let keys = if self.key.is_empty() { Vec::new() } else { vec![self.key] };
        Leaves {
            stack: vec![Frame {
                section: self,
                next: 0,
                keys,
                page: self.page,
                console: self.console,
                optional: false,
            }],
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
                    });
                }
                Member::Section { section, optional, .. } => {
                    let optional = *optional || frame.optional;
                    let (page, console) = (section.page.or(frame.page), section.console.or(frame.console));
                    self.stack.push(Frame { section, next: 0, keys, page, console, optional });
                }
            }
        }
    }
}
