//! The readers of the layers: from names to settings, and to the places of their values.

mod candidates;
pub(crate) mod file;
mod lookup;
pub(crate) mod overrides;
pub(crate) mod removed;
pub(crate) mod secrets;
mod service_links;
mod sink;
mod unclaimed;
pub(crate) mod variables;

pub(crate) use candidates::{Candidate, Candidates, ValuePlace};
pub(crate) use lookup::by_path;
pub(crate) use sink::Sink;
