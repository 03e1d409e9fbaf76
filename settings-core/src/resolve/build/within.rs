//! Places within the value of a setting that holds sections.

use super::inputs::Inputs;
use crate::resolve::index::LeafId;
use crate::resolve::read::Step;
use crate::resolve::report::Place;

impl Inputs<'_> {
    /// Returns the place of the part of `leaf` that `route` leads to, if a layer has such a part.
    pub(crate) fn place_within<'s>(
        self,
        leaf: LeafId,
        mut route: impl Iterator<Item = &'s Step>,
        with_snippet: bool,
    ) -> Option<Place> {
        let setting = self.index.setting(leaf)?;
        let merged = self.merge(setting, self.candidates.strongest(leaf));
        let given = merged.root.at(&setting.kind, &mut route)?.given.last()?;
        Some(match self.place(setting, given.candidate?, given.part()) {
            Place::File { name, line, column, .. } if !with_snippet => {
                Place::File { name, line, column, snippet: None }
            }
            place => place,
        })
    }
}
