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
    let Some(Member::Section { key, .. }) = nth(section.members, index) else { return None };
    // a root in a root, which another check reports
    if key.is_empty() {
        return None;
    }
    let mut number = 0;
    let mut rest = section.members;
    while let [member, others @ ..] = rest {
        let is_rival = match member {
            Member::Setting(_) => true,
            Member::Section { .. } => number < index,
        };
        if is_rival && same_variable(key.as_bytes(), member.key().as_bytes()) {
            return Some((number, key, member.key()));
        }
        number += 1;
        rest = others;
    }
    None
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
