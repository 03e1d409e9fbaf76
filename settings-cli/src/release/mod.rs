//! `schema --release` and `upgrade`: the settings of a release as data, and the changes between two.

mod file;
mod load;

pub(crate) use file::Writing;
pub(crate) use load::load;
