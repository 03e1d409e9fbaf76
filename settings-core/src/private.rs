//! The functions and types that the code written by the derives calls.
//!
//! Published as one hidden module whose name holds the version of this crate, so that a derive of one version cannot
//! call the internals of another. Nothing in it is for other callers, and any release may change it.

pub use crate::resolve::build::{Builder, Checkpoint, PendingValue};
pub use crate::resolve::outcome::defaults;
pub use crate::value::texts::fault;
pub use crate::value::write::computed;

use crate::schema::{Key, Member, Section};

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
}

/// The name of a setting of a struct with mistakes.
pub const NO_KEY: Key = Key::NONE;

/// The derive makes the module's name from its own version, which is the same.
const _: () = {
    let (version, written) = (env!("CARGO_PKG_VERSION").as_bytes(), b"0.1.0");
    assert!(crate::schema::same(version, written), "rename `__private_…` in lib.rs after the new version");
};
