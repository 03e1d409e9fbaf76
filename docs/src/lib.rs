//! The reference pages live beside this crate.
