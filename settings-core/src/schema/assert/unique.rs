//! Checks that each variable sets one setting, over all sections of a program.
//!
//! The names are hashed into a table: a program has hundreds of them, and the const evaluator is far too slow to compare
//! each name with each other one.

use super::message::Message;
use super::siblings::keys_differ;
use crate::schema::naming::in_variable;
use crate::schema::setting::same;
use crate::schema::{Member, Section, Setting};

/// The size of the table that [`unique_names`] needs for a program: twice its names.
pub const fn slots(root: &'static Section) -> usize {
    2 * count(root) + 1
}

const fn count(section: &'static Section) -> usize {
    let mut count = 1;
    let mut rest = section.members;
    while let [member, others @ ..] = rest {
        count += match member {
            Member::Setting(setting) => 1 + setting.aliases().len(),
            Member::Section { section, .. } => self::count(section),
        };
        rest = others;
    }
    count
}

/// The size of the table that [`separate_programs`] needs.
pub const fn slots_of_all(programs: &[&'static Section]) -> usize {
    let mut slots = 1;
    let mut rest = programs;
    while let [program, others @ ..] = rest {
        slots += self::slots(program);
        rest = others;
    }
    slots
}

/// Checks that no two settings, sections or aliases of a program have one variable (and thus no two have one path), that
/// no setting has the variable that names the file of another one, and that each nested section has a key.
pub const fn unique_names<const SLOTS: usize>(root: &'static Section) -> Option<Message> {
    Table::<SLOTS>::new(core::slice::from_ref(&root)).check()
}

/// Checks that no variable sets settings of two programs.
pub const fn separate_programs<const SLOTS: usize>(programs: &[&'static Section]) -> Option<Message> {
    Table::<SLOTS>::new(programs).check()
}

const ROOT_IN_ROOT: &str = "a nested section has no key: a program's root can't be nested, unless \
    `#[settings(section = \"...\")]` on its field names it";

/// The names seen so far, by hash.
struct Table<'p, const SLOTS: usize> {
    /// Zero where the slot is free.
    hashes: [u64; SLOTS],
    /// The name's number in the order of the walk, and [`IS_SECTION`].
    numbers: [usize; SLOTS],
    next: usize,
    programs: &'p [&'static Section],
    /// The hash at which the names of the current program begin.
    start: Hash,
    /// The first mistake, which ends the walk; empty if another check reports it.
    fault: Option<Message>,
}

/// Marks the number of a section, which no variable sets.
const IS_SECTION: usize = 1 << (usize::BITS - 1);

impl<'p, const SLOTS: usize> Table<'p, SLOTS> {
    const fn new(programs: &'p [&'static Section]) -> Self {
        Self { hashes: [0; SLOTS], numbers: [0; SLOTS], next: 0, programs, start: Hash::EMPTY, fault: None }
    }

    const fn check(mut self) -> Option<Message> {
        let mut rest = self.programs;
        while let [program, others @ ..] = rest {
            self.start = Hash::EMPTY.key(prefix(program));
            self.section(self.start.key(program.key), program);
            rest = others;
        }
        self.next = 0;
        let mut rest = self.programs;
        while let ([program, others @ ..], None) = (rest, &self.fault) {
            self.files(Hash::EMPTY.key(prefix(program)).key(program.key), program);
            rest = others;
        }
        match self.fault {
            Some(fault) if fault.as_str().is_empty() => None,
            fault => fault,
        }
    }

    const fn section(&mut self, at: Hash, section: &'static Section) {
        if !keys_differ(section) {
            self.fault = Some(Message::new(""));
            return;
        }
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
                    self.insert(at, IS_SECTION);
                    self.section(at, section);
                }
            }
            rest = others;
        }
    }

    const fn setting(&mut self, at: Hash, setting: &'static Setting) {
        self.insert(at.key(setting.key), 0);
        let mut rest = setting.aliases();
        while let [alias, others @ ..] = rest {
            self.insert(if is_path(alias) { self.start.key(alias) } else { at.key(alias) }, 0);
            rest = others;
        }
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "taken modulo the length, and evaluated at compile time only"
    )]
    const fn insert(&mut self, hash: Hash, mark: usize) {
        let mut slot = (hash.0 % SLOTS as u64) as usize;
        while self.hashes[slot] != 0 {
            if self.hashes[slot] == hash.0 {
                self.compare(self.numbers[slot], mark);
            }
            slot = (slot + 1) % SLOTS;
        }
        self.hashes[slot] = hash.0;
        self.numbers[slot] = self.next | mark;
        self.next += 1;
    }

    /// Notes a mistake if the name numbered `first` and the next one are equal, and not only their hashes.
    const fn compare(&mut self, first: usize, mark: usize) {
        let (first_number, first_program, first_name) = self.nth(first & !IS_SECTION);
        let (second_number, second_program, second_name) = self.nth(self.next);
        let variable = variable(first_program, &first_name.path);
        if !same_text(&variable, &self::variable(second_program, &second_name.path)) {
            return;
        }
        let of_one_program = first_number == second_number;
        let message = if !of_one_program {
            if (first | mark) & IS_SECTION != 0 {
                return;
            }
            let paths = first_name.append_to(Message::new("")).then(" of one program and ");
            second_name.append_to(paths).then(" of another claim one environment variable, `")
        } else if same_text(&first_name.path, &second_name.path) {
            self.fault = Some(one_path(&first_name, &second_name));
            return;
        } else {
            let paths = second_name.append_to(first_name.append_to(Message::new("")).then(" and "));
            paths.then(" claim one environment variable, `")
        };
        self.fault = Some(message.then(variable.as_str()).then("`"));
    }

    /// Notes a mistake if a setting has the variable that names another's file. Numbers names as the first walk did.
    const fn files(&mut self, at: Hash, section: &'static Section) {
        let mut rest = section.members;
        while let ([member, others @ ..], None) = (rest, &self.fault) {
            match member {
                Member::Setting(setting) => {
                    self.file(at.key(setting.key).key("FILE"));
                    self.next += 1 + setting.aliases().len();
                }
                Member::Section { key, section, .. } => {
                    self.next += 1;
                    self.files(at.key(key), section);
                }
            }
            rest = others;
        }
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "taken modulo the length, and evaluated at compile time only"
    )]
    const fn file(&mut self, hash: Hash) {
        let mut slot = (hash.0 % SLOTS as u64) as usize;
        while self.hashes[slot] != 0 {
            if self.hashes[slot] == hash.0 && self.numbers[slot] & IS_SECTION == 0 {
                let (_, program, Named { path, .. }) = self.nth(self.next);
                let (_, other_program, Named { path: other, .. }) = self.nth(self.numbers[slot]);
                let variable = variable(program, &path).then("_FILE");
                if same_text(&variable, &self::variable(other_program, &other)) {
                    let message =
                        Message::new("`").then(other.as_str()).then("` has the environment variable `");
                    let message =
                        message.then(variable.as_str()).then("`, which names a file with the value of `");
                    self.fault = Some(message.then(path.as_str()).then("`"));
                }
            }
            slot = (slot + 1) % SLOTS;
        }
    }

    /// Finds the name with this number, its program, and the program's number.
    const fn nth(&self, number: usize) -> (usize, &'static Section, Named) {
        let mut left = number;
        let mut rest = self.programs;
        while let [program, others @ ..] = rest {
            if let Some(name) = find(Message::new(program.key), program, &mut left) {
                return (self.programs.len() - rest.len(), program, name);
            }
            rest = others;
        }
        (0, &const { Section::new("", &[]) }, Named { path: Message::new(""), alias_of: None })
    }
}

/// A path of a setting, a section or an alias.
struct Named {
    path: Message,
    /// The setting's own path, where this is an old name of it.
    alias_of: Option<Message>,
}

impl Named {
    /// Appends the path, and the setting that it is an alias of.
    const fn append_to(&self, message: Message) -> Message {
        let message = message.then("`").then(self.path.as_str());
        match &self.alias_of {
            Some(setting) => message.then("` (an alias of `").then(setting.as_str()).then("`)"),
            None => message.then("`"),
        }
    }
}

/// The message for two names with one path.
const fn one_path(first: &Named, second: &Named) -> Message {
    let message = Message::new("`").then(first.path.as_str()).then("` is an alias of `");
    match (&first.alias_of, &second.alias_of) {
        (Some(first), Some(second)) => {
            message.then(first.as_str()).then("` and of `").then(second.as_str()).then("`")
        }
        (Some(alias_of), None) | (None, Some(alias_of)) => {
            message.then(alias_of.as_str()).then("`, and the path of another setting or section")
        }
        (None, None) => {
            Message::new("two sections or settings have the path `").then(first.path.as_str()).then("`")
        }
    }
}

const fn prefix(program: &Section) -> &'static str {
    match program.env_prefix {
        Some(prefix) => prefix,
        None => "",
    }
}

const fn same_text(a: &Message, b: &Message) -> bool {
    same(a.as_str().as_bytes(), b.as_str().as_bytes())
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

const fn variable(program: &Section, path: &Message) -> Message {
    let name = joined(Message::new(prefix(program)), path.as_str());
    let mut variable = Message::new("");
    let mut rest = name.as_str().as_bytes();
    while let [byte, others @ ..] = rest {
        variable.push(in_variable(*byte));
        rest = others;
    }
    variable
}

const fn find(at: Message, section: &'static Section, left: &mut usize) -> Option<Named> {
    let mut rest = section.members;
    while let [member, others @ ..] = rest {
        let path = joined(at, member.key());
        if is_wanted(left) {
            return Some(Named { path, alias_of: None });
        }
        match member {
            Member::Setting(setting) => {
                let mut aliases = setting.aliases();
                while let [alias, other_aliases @ ..] = aliases {
                    if is_wanted(left) {
                        let alias = if is_path(alias) { Message::new(alias) } else { joined(at, alias) };
                        return Some(Named { path: alias, alias_of: Some(path) });
                    }
                    aliases = other_aliases;
                }
            }
            Member::Section { section, .. } => {
                if let Some(name) = find(path, section, left) {
                    return Some(name);
                }
            }
        }
        rest = others;
    }
    None
}

/// Counts down by one; returns true at zero.
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
