//! Checks of members whose keys only the nested structs know.

use super::message::Message;
use crate::schema::naming::in_variable;
use crate::schema::setting::same;
use crate::schema::{Member, Section};

/// Checks that no other member has the key of the nested section of field `index`. Of two sections, the later one is
/// reported. `sections` are the fields of all nested sections, in order.
pub const fn key_is_free(section: &'static Section, index: usize, sections: &[&str]) -> Option<Message> {
    let Some((other, key, other_key)) = clash(section, index) else { return None };
    let (field, other) = (field(section.members, index, sections), field(section.members, other, sections));
    let message = Message::new("`").then(other).then("` and `").then(field);
    let message = if same(key.as_bytes(), other_key.as_bytes()) {
        message.then("` have one key, `").then(key)
    } else {
        let message = message.then("` claim one environment variable with their keys `").then(other_key);
        message.then("` and `").then(key)
    };
    let message = message.then("`: give `").then(field);
    Some(message.then("` another one, `#[settings(section = \"...\")]`"))
}

/// Checks that no other member has the key of one of a flattened section, whose members begin at `first`.
pub const fn flattened_keys_are_free(
    section: &'static Section,
    first: usize,
    flattened: &'static Section,
) -> Option<Message> {
    let Some(key) = shared_key(section, first, flattened) else { return None };
    let message = Message::new("`").then(key).then("` of the flattened section is a key of this struct");
    Some(message.then(" too: rename one of them, or remove `flatten`"))
}

/// Checks that no other variant has the key of one of this variant's settings, which begin at `first`, nor the tag.
pub const fn variant_keys_are_free(
    section: &'static Section,
    first: usize,
    variant: &'static Section,
) -> Option<Message> {
    let Some(key) = shared_key(section, first, variant) else { return None };
    let message = Message::new("`").then(key).then("` is a key of another variant, or the tag");
    Some(message.then(": rename one of them, or select the variant by its key, without `tag`"))
}

/// Finds a key of a member of `part` that another member of `section` has, in any letter case. The members of `part`
/// begin at `first`.
const fn shared_key(section: &'static Section, first: usize, part: &'static Section) -> Option<&'static str> {
    let mut number = 0;
    let mut rest = section.members;
    while let [member, others @ ..] = rest {
        let is_own = number >= first && number < first + part.members.len();
        let mut of_part = part.members;
        while let ([other, part_others @ ..], false) = (of_part, is_own) {
            if same_variable(member.key().as_bytes(), other.key().as_bytes()) {
                return Some(other.key());
            }
            of_part = part_others;
        }
        number += 1;
        rest = others;
    }
    None
}

/// Returns whether all members have different keys; the checks of the section's own struct report the others.
pub(super) const fn keys_differ(section: &'static Section) -> bool {
    let mut index = 0;
    while index < section.members.len() {
        if clash(section, index).is_some() {
            return false;
        }
        index += 1;
    }
    true
}

/// Finds the member with the key of the section at `index`, and returns both keys. The derive compares the keys of
/// settings.
const fn clash(section: &'static Section, index: usize) -> Option<(usize, &'static str, &'static str)> {
    let Some(member) = nth(section.members, index) else { return None };
    // an empty key is that of a section without one, which another check reports
    let key = member.key();
    if key.is_empty() || !is_section(member) {
        return None;
    }
    let mut number = 0;
    let mut rest = section.members;
    while let [member, others @ ..] = rest {
        let is_rival = number < index || (number > index && !is_section(member));
        if is_rival && same_variable(key.as_bytes(), member.key().as_bytes()) {
            return Some((number, key, member.key()));
        }
        number += 1;
        rest = others;
    }
    None
}

/// Returns whether the member is a section or repeats one.
const fn is_section(member: &Member) -> bool {
    match member {
        Member::Section { .. } => true,
        Member::Setting(setting) => setting.kind.contains_sections(),
    }
}

const fn same_variable(mut a: &[u8], mut b: &[u8]) -> bool {
    while let ([x, rest_a @ ..], [y, rest_b @ ..]) = (a, b) {
        if in_variable(*x) != in_variable(*y) {
            return false;
        }
        (a, b) = (rest_a, rest_b);
    }
    a.is_empty() && b.is_empty()
}

/// Returns the name of the struct's field number `index`.
const fn field<'f>(members: &'static [Member], index: usize, sections: &'f [&'f str]) -> &'f str {
    let (mut rest, mut left, mut names) = (members, index, sections);
    while let [member, others @ ..] = rest {
        match (member, names) {
            (Member::Setting(setting), _) if left == 0 => return setting.field,
            (Member::Section { .. }, [name, ..]) if left == 0 => return name,
            (Member::Section { .. }, [_, names_rest @ ..]) => names = names_rest,
            _ => {}
        }
        left = left.saturating_sub(1);
        rest = others;
    }
    ""
}

const fn nth(members: &'static [Member], index: usize) -> Option<&'static Member> {
    let (mut rest, mut left) = (members, index);
    while let [member, others @ ..] = rest {
        if left == 0 {
            return Some(member);
        }
        left -= 1;
        rest = others;
    }
    None
}
