//! From each layer's text to candidates: which setting a name means, and where its value is.

mod candidates;
pub(crate) mod file;
mod lookup;
pub(crate) mod overrides;
pub(crate) mod secrets;
pub(crate) mod variables;

pub(crate) use candidates::{Candidate, Candidates, ValuePlace};
pub(crate) use lookup::by_path;
