//! One variable, one setting: over all sections of a program.

use super::message::Message;
use crate::schema::setting::same;
use crate::schema::{Member, Section, Setting};

/// How large a table [`unique_names`] needs for a program: twice its names.
pub const fn slots(root: &'static Section) -> usize {
    2 * count(root) + 1
}

const fn count(section: &'static Section) -> usize {
    let mut count = 1;
    let mut rest = section.members;
    while let [member, others @ ..] = rest {
        count += match member {
            Member::Setting(setting) => 1 + setting.aliases.len(),
            Member::Section { section, .. } => self::count(section),
        };
        rest = others;
    }
    count
}

/// That no two settings, sections or aliases of a program claim one variable (and thus no two claim one path), and
/// that each nested section has a key.
pub const fn unique_names<const SLOTS: usize>(root: &'static Section) -> Option<Message> {
    let mut table = Table { hashes: [0; SLOTS], numbers: [0; SLOTS], next: 0, root, fault: None };
    table.section(Hash::EMPTY.key(root.key), root);
    table.fault
}

const ROOT_IN_ROOT: &str = "a nested section has no key: a program's root can't be nested, unless \
    `#[settings(section = \"...\")]` on its field names it";

/// The names seen so far, by hash.
struct Table<const SLOTS: usize> {
    /// Zero where the slot is free.
    hashes: [u64; SLOTS],
    /// The name's number in the order of the walk.
    numbers: [usize; SLOTS],
    next: usize,
    root: &'static Section,
    /// The first mistake, which ends the walk.
    fault: Option<Message>,
}

impl<const SLOTS: usize> Table<SLOTS> {
    const fn section(&mut self, at: Hash, section: &'static Section) {
        let mut rest = section.members;
        while let ([member, others @ ..], None) = (rest, &self.fault) {
            match member {
                Member::Setting(setting) => self.setting(at, setting),
                Member::Section { key, section, .. } => {
                    if key.is_empty() {
                        self.fault = Some(Message::new(ROOT_IN_ROOT));
                        return;
                    }
                    let at = at.key(key);
                    self.insert(at);
                    self.section(at, section);
                }
            }
            rest = others;
        }
    }

    const fn setting(&mut self, at: Hash, setting: &'static Setting) {
        self.insert(at.key(setting.key));
        let mut rest = setting.aliases;
        while let [alias, others @ ..] = rest {
            self.insert(if is_path(alias) { Hash::EMPTY.key(alias) } else { at.key(alias) });
            rest = others;
        }
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "taken modulo the length, and evaluated at compile time only"
    )]
    const fn insert(&mut self, hash: Hash) {
        let mut slot = (hash.0 % SLOTS as u64) as usize;
        while self.hashes[slot] != 0 {
            if self.hashes[slot] == hash.0 {
                self.compare(self.numbers[slot]);
            }
            slot = (slot + 1) % SLOTS;
        }
        self.hashes[slot] = hash.0;
        self.numbers[slot] = self.next;
        self.next += 1;
    }

    /// Notes if the name numbered `first` and the next one are really one.
    const fn compare(&mut self, first: usize) {
        let first = nth(self.root, first);
        let second = nth(self.root, self.next);
        if !same(variable(&first).as_str().as_bytes(), variable(&second).as_str().as_bytes()) {
            return;
        }
        let message = if same(first.as_str().as_bytes(), second.as_str().as_bytes()) {
            Message::new("two sections, settings or aliases have the path `").then(first.as_str())
        } else {
            let paths = Message::new("`").then(first.as_str()).then("` and `").then(second.as_str());
            paths.then("` claim one environment variable, ending in `").then(variable(&first).as_str())
        };
        self.fault = Some(message.then("`"));
    }
}

/// FNV-1a over the form that a name has in a variable.
#[derive(Clone, Copy)]
struct Hash(u64);

impl Hash {
    const EMPTY: Self = Self(0xcbf2_9ce4_8422_2325);

    const fn key(self, key: &str) -> Self {
        let mut hash = self;
        if hash.0 != Self::EMPTY.0 && !key.is_empty() {
            hash = hash.byte(b'_');
        }
        let mut rest = key.as_bytes();
        while let [byte, others @ ..] = rest {
            hash = hash.byte(in_variable(*byte));
            rest = others;
        }
        hash
    }

    const fn byte(self, byte: u8) -> Self {
        let hash = (self.0 ^ byte as u64).wrapping_mul(0x0100_0000_01b3);
        // Zero marks a free slot.
        Self(if hash == 0 { 1 } else { hash })
    }
}

const fn in_variable(byte: u8) -> u8 {
    if byte.is_ascii_alphanumeric() { byte.to_ascii_uppercase() } else { b'_' }
}

pub(super) const fn is_path(alias: &str) -> bool {
    let mut rest = alias.as_bytes();
    while let [byte, others @ ..] = rest {
        if *byte == b'.' {
            return true;
        }
        rest = others;
    }
    false
}

const fn variable(path: &Message) -> Message {
    let mut variable = Message::new("");
    let mut rest = path.as_str().as_bytes();
    while let [byte, others @ ..] = rest {
        variable.push(in_variable(*byte));
        rest = others;
    }
    variable
}

/// The path numbered `number` in the order of [`Table::section`].
const fn nth(root: &'static Section, number: usize) -> Message {
    let mut left = number;
    match find(Message::new(root.key), root, &mut left) {
        Some(path) => path,
        None => Message::new(""),
    }
}

const fn find(at: Message, section: &'static Section, left: &mut usize) -> Option<Message> {
    let mut rest = section.members;
    while let [member, others @ ..] = rest {
        let path = joined(at, member.key());
        if is_wanted(left) {
            return Some(path);
        }
        match member {
            Member::Setting(setting) => {
                let mut aliases = setting.aliases;
                while let [alias, other_aliases @ ..] = aliases {
                    if is_wanted(left) {
                        return Some(if is_path(alias) { Message::new(alias) } else { joined(at, alias) });
                    }
                    aliases = other_aliases;
                }
            }
            Member::Section { section, .. } => {
                if let Some(path) = find(path, section, left) {
                    return Some(path);
                }
            }
        }
        rest = others;
    }
    None
}

/// Whether the countdown has arrived; counts one down where it hasn't.
const fn is_wanted(left: &mut usize) -> bool {
    if *left == 0 {
        return true;
    }
    *left -= 1;
    false
}

const fn joined(at: Message, key: &str) -> Message {
    if at.as_str().is_empty() { at.then(key) } else { at.then(".").then(key) }
}
