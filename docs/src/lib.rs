//! The reference pages of the settings program, and the guides.
//!
//! This crate has no code. Its `build.rs` writes the folder `reference` from the structs in `settings_core::reference`:
//! one page for each page name, `config.schema.json` and `config.default.json`. A change of a setting therefore shows up
//! in the same commit as a change of its page. The Sphinx project around it (`conf.py`, `index.rst`, `guides`) turns both
//! into a site; `extensions/settings_reference.py` adds roles that refer to settings by their names.
//!
//! A program of your own needs the same two files: a `build.rs` that calls `settings_core::docs::build`, and an empty
//! `lib.rs`. See the guide "Keep the reference true".
