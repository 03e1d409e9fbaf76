//! A setting on its way to a field.

use crate::resolve::index::LeafId;
use crate::schema::Setting;

/// A setting on its way to a field: one of the program's own sections, or of one that repeats.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    pub(crate) setting: &'static Setting,
    /// Its number; none in a section that repeats.
    pub(crate) leaf: Option<LeafId>,
}
