//! Checks that each variable sets one setting, over all sections of a program.
//!
//! The names are hashed into a table: a program has hundreds of them, and the const evaluator is far too slow to compare
//! each name with each other one.

use super::message::Message;
use super::siblings::keys_differ;
use crate::schema::naming::{begins_word, in_variable};
use crate::schema::setting::same;
use crate::schema::{Member, Section, Setting, VariableStyle};

/// The size of the table that [`unique_names`] needs for a program: twice its names.
pub const fn slots(root: &'static Section) -> usize {
    2 * count(root) + 1
}

const fn count(section: &'static Section) -> usize {
    let mut count = 1;
    let mut rest = section.members;
    while let [member, others @ ..] = rest {
        count += match member {
            Member::Setting(setting) => 1 + setting.variables().len() + setting.aliases().len(),
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
    /// The form of the current program's variables.
    style: VariableStyle,
    /// The hash at which the names of the current program begin.
    start: Hash,
    /// The first mistake, which ends the walk; empty if another check reports it.
    fault: Option<Message>,
}

/// Marks the number of a section, which no variable sets.
const IS_SECTION: usize = 1 << (usize::BITS - 1);

impl<'p, const SLOTS: usize> Table<'p, SLOTS> {
    const fn new(programs: &'p [&'static Section]) -> Self {
        let style = VariableStyle::DEFAULT;
        Self {
            hashes: [0; SLOTS],
            numbers: [0; SLOTS],
            next: 0,
            programs,
            style,
            start: Hash::EMPTY,
            fault: None,
        }
    }

    const fn check(mut self) -> Option<Message> {
        let mut rest = self.programs;
        while let [program, others @ ..] = rest {
            self.style = program.variable_style;
            self.start = Hash::EMPTY.key(prefix(program), VariableStyle::DEFAULT);
            self.section(self.start.below(program.key, self.style, true), program);
            rest = others;
        }
        self.next = 0;
        let mut rest = self.programs;
        while let ([program, others @ ..], None) = (rest, &self.fault) {
            self.style = program.variable_style;
            let start = Hash::EMPTY.key(prefix(program), VariableStyle::DEFAULT);
            self.files(start.below(program.key, self.style, true), program);
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
                    let at = self.below(at, key);
                    self.insert(at, IS_SECTION);
                    self.section(at, section);
                }
            }
            rest = others;
        }
    }

    const fn setting(&mut self, at: Hash, setting: &'static Setting) {
        let mut own = setting.variables();
        if own.is_empty() {
            self.insert(self.below(at, setting.key), 0);
        } else {
            // no variable follows from its path
            self.next += 1;
        }
        while let [name, others @ ..] = own {
            self.insert(Hash::EMPTY.key(name, VariableStyle::DEFAULT), 0);
            own = others;
        }
        let mut rest = setting.aliases();
        while let [alias, others @ ..] = rest {
            self.insert(self.below(if is_path(alias) { self.start } else { at }, alias), 0);
            rest = others;
        }
    }

    const fn below(&self, at: Hash, key: &str) -> Hash {
        at.below(key, self.style, at.0 == self.start.0)
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
        let variable = first_name.variable(first_program);
        if !same_text(&variable, &second_name.variable(second_program)) {
            return;
        }
        let of_one_program = first_number == second_number;
        let message = if !of_one_program {
            if (first | mark) & IS_SECTION != 0 {
                return;
            }
            let paths = first_name.append_to(Message::new("")).then(" of one program and ");
            second_name.append_to(paths).then(" of another claim one environment variable, `")
        } else if same_text(&first_name.path, &second_name.path)
            && first_name.own.is_none()
            && second_name.own.is_none()
        {
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
                    let mut own = setting.variables();
                    if own.is_empty() {
                        self.file(self.below(at, setting.key).end());
                    }
                    self.next += 1;
                    while let [name, others @ ..] = own {
                        self.file(Hash::EMPTY.key(name, VariableStyle::DEFAULT).end());
                        self.next += 1;
                        own = others;
                    }
                    self.next += setting.aliases().len();
                }
                Member::Section { key, section, .. } => {
                    self.next += 1;
                    self.files(self.below(at, key), section);
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
                let (_, program, name) = self.nth(self.next);
                let (_, other_program, other) = self.nth(self.numbers[slot]);
                let variable = name.variable(program).then("_FILE");
                if same_text(&variable, &other.variable(other_program)) {
                    let message =
                        Message::new("`").then(other.path.as_str()).then("` has the environment variable `");
                    let message =
                        message.then(variable.as_str()).then("`, which names a file with the value of `");
                    self.fault = Some(message.then(name.path.as_str()).then("`"));
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
        (0, &const { Section::new("", &[]) }, Named::new(Message::new("")))
    }
}

/// A path of a setting, a section or an alias.
struct Named {
    path: Message,
    /// The setting's own path, where this is an old name of it.
    alias_of: Option<Message>,
    /// The variable that the setting names.
    own: Option<&'static str>,
}

impl Named {
    const fn new(path: Message) -> Self {
        Self { path, alias_of: None, own: None }
    }

    /// The variable, with letters in capitals.
    const fn variable(&self, program: &Section) -> Message {
        match self.own {
            Some(own) => capitals(own, VariableStyle::DEFAULT),
            None => variable(program, &self.path),
        }
    }

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

    const fn key(self, key: &str, style: VariableStyle) -> Self {
        let mut hash = self;
        let bytes = key.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            if style.words_apart && begins_word(bytes, at) {
                hash = hash.byte(b'_');
            }
            if let Some(byte) = bytes.split_at(at).1.first() {
                hash = match *byte {
                    // an alias is a path
                    b'.' => hash.text(style.separator),
                    byte => hash.byte(in_variable(byte)),
                };
            }
            at += 1;
        }
        hash
    }

    /// Adds a key below a name; `is_first` if the name is the prefix.
    const fn below(self, key: &str, style: VariableStyle, is_first: bool) -> Self {
        if self.0 == Self::EMPTY.0 || key.is_empty() {
            return self.key(key, style);
        }
        self.text(if is_first { "_" } else { style.separator }).key(key, style)
    }

    /// Adds the end of a variable that names a file.
    const fn end(self) -> Self {
        self.text("_FILE")
    }

    const fn text(self, text: &str) -> Self {
        let mut hash = self;
        let mut rest = text.as_bytes();
        while let [byte, others @ ..] = rest {
            hash = hash.byte(*byte);
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
    let prefix = prefix(program);
    let start =
        if prefix.is_empty() { Message::new("") } else { capitals(prefix, VariableStyle::DEFAULT).then("_") };
    start.then(capitals(path.as_str(), program.variable_style).as_str())
}

/// A dotted path in the form of variables.
const fn capitals(path: &str, style: VariableStyle) -> Message {
    let mut variable = Message::new("");
    let bytes = path.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if style.words_apart && begins_word(bytes, at) {
            variable.push(b'_');
        }
        match bytes.split_at(at).1.first() {
            Some(b'.') => variable = variable.then(style.separator),
            Some(byte) => variable.push(in_variable(*byte)),
            None => {}
        }
        at += 1;
    }
    variable
}

const fn find(at: Message, section: &'static Section, left: &mut usize) -> Option<Named> {
    let mut rest = section.members;
    while let [member, others @ ..] = rest {
        let path = joined(at, member.key());
        if is_wanted(left) {
            return Some(Named::new(path));
        }
        match member {
            Member::Setting(setting) => {
                let mut own = setting.variables();
                while let [name, other_names @ ..] = own {
                    if is_wanted(left) {
                        return Some(Named { path, alias_of: None, own: Some(name) });
                    }
                    own = other_names;
                }
                let mut aliases = setting.aliases();
                while let [alias, other_aliases @ ..] = aliases {
                    if is_wanted(left) {
                        let alias = if is_path(alias) { Message::new(alias) } else { joined(at, alias) };
                        return Some(Named { path: alias, alias_of: Some(path), own: None });
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
