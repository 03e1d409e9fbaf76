//! A setting whose field is being built.

use crate::resolve::index::LeafId;
use crate::schema::Setting;

/// A setting whose field is being built, in a section of the program or in a repeated one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    pub(crate) setting: &'static Setting,
    /// Its number; `None` in a repeated section.
    pub(crate) leaf: Option<LeafId>,
}
