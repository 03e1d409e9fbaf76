//! `schema --release` and `upgrade`: the settings of a release as data, and the changes between two.

mod file;
mod load;
mod upgrade;

pub(crate) use file::Writing;
#[cfg(feature = "docs")]
pub(crate) use load::kept;
pub(crate) use load::{load, load_all};
pub(crate) use upgrade::Upgrade;
