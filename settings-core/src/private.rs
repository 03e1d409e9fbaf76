//! The functions and types that the code written by the derives calls.
//!
//! Published as one hidden module whose name holds the version of this crate, so that a derive of one version cannot
//! call the internals of another. Nothing in it is for other callers, and any release may change it.

pub use crate::resolve::build::by_serde::{
    Deserialize, Reader, SerdeError, Serialize, Writer, computed_serde,
};
pub use crate::resolve::build::{Builder, Checkpoint, PendingValue};
pub use crate::resolve::outcome::defaults;
pub use crate::value::keys::choice_key;
pub use crate::value::newtypes::refusal_or_fault;
pub use crate::value::texts::parsed;
pub use crate::value::write::{computed, computed_text};

use crate::schema::{Key, Kind, Member, Section, Variant};

/// Counts the members of a struct with flattened sections.
pub const fn count(parts: &[&[Member]]) -> usize {
    let mut count = 0;
    let mut rest = parts;
    while let [part, others @ ..] = rest {
        count += part.len();
        rest = others;
    }
    count
}

/// Joins the members of a struct with those of its flattened sections.
#[expect(clippy::indexing_slicing, reason = "evaluated at compile time only")]
pub const fn joined<const COUNT: usize>(parts: &[&[Member]]) -> [Member; COUNT] {
    let mut members = [Member::section("", &const { Section::new("", &[]) }); COUNT];
    let mut next = 0;
    let mut rest = parts;
    while let [part, others @ ..] = rest {
        let mut part = *part;
        while let [member, part_rest @ ..] = part {
            members[next] = *member;
            next += 1;
            part = part_rest;
        }
        rest = others;
    }
    members
}

/// Joins the members of the variants of an enum, of which one is selected, after the tag if that is among them.
#[expect(clippy::indexing_slicing, reason = "evaluated at compile time only")]
pub const fn joined_variants<const COUNT: usize>(
    tag: &[Member],
    parts: &[(&'static Variant, &[Member])],
) -> [Member; COUNT] {
    let mut members = [Member::section("", &const { Section::new("", &[]) }); COUNT];
    let mut next = 0;
    while next < tag.len() {
        members[next] = tag[next];
        next += 1;
    }
    let mut rest = parts;
    while let [(variant, part), others @ ..] = rest {
        let mut part = *part;
        while let [member, part_rest @ ..] = part {
            members[next] = member.of_variant(variant);
            next += 1;
            part = part_rest;
        }
        rest = others;
    }
    members
}

/// Counts the members of an enum with data.
pub const fn count_variants(tag: &[Member], parts: &[(&'static Variant, &[Member])]) -> usize {
    let mut count = tag.len();
    let mut rest = parts;
    while let [(_, part), others @ ..] = rest {
        count += part.len();
        rest = others;
    }
    count
}

/// Returns the kind of a map's keys.
pub const fn key_of(map: &Kind) -> &'static Kind {
    match map.key() {
        Some(key) => key,
        None => &Kind::Text,
    }
}

/// Returns the key of a nested section: the one that its struct names, else the one that follows from the field.
pub const fn nested_key(of_struct: &'static str, of_field: &'static str) -> &'static str {
    if of_struct.is_empty() { of_field } else { of_struct }
}

/// Checks that rustc evaluates at compile time.
pub mod assert {
    pub use crate::schema::assert::*;
}

/// The metadata of a struct as a constant, from which the derive makes the one static of the program.
///
/// A trait, so that the expressions of an annotation may say `Self`.
pub trait Metadata {
    /// The struct's settings and nested sections.
    const MEMBERS: &'static [Member];
    /// The struct's metadata.
    const SECTION: Section;
    /// The checks of a generic struct, which are made for each use of it.
    const CHECKED: () = ();
}

/// The name of a setting of a struct with mistakes.
pub const NO_KEY: Key = Key::NONE;

/// The derive makes the module's name from its own version, which is the same.
const _: () = {
    let (version, written) = (env!("CARGO_PKG_VERSION").as_bytes(), b"0.1.0");
    assert!(crate::schema::same(version, written), "rename `__private_…` in lib.rs after the new version");
};
