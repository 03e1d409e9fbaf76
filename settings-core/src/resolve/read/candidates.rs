//! All values of all layers; the weaker values of a setting are linked below the stronger ones.

use super::route::Step;
use crate::resolve::index::LeafId;
use crate::value::json::Shape;

/// All values of all layers: one chain for each setting, the strongest value first.
#[derive(Debug)]
pub(crate) struct Candidates {
    /// The strongest value of each setting, and after all of them the values that a stronger one overrides.
    values: Vec<Option<Candidate>>,
    /// Boxed, so that the values of most programs are cheap to move.
    extras: Option<Box<Extras>>,
}

/// The parts that only programs with optional sections, lists or maps have.
#[derive(Debug, Default)]
struct Extras {
    /// The optional sections that a file has, even if empty: the first setting and the number of settings of each.
    held: Vec<(LeafId, u32)>,
    /// The ways to the parts of settings that layers set.
    routes: Vec<Vec<Step>>,
}

/// The value of one setting, or of a part of it, in one layer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate {
    pub(crate) place: ValuePlace,
    weaker: u32,
    /// The number of the way to a part.
    route: u32,
}

/// The place of a value.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ValuePlace {
    /// A part of a source, in bytes.
    Source { source: u16, start: u32, len: u32, shape: Shape },
    /// The text of a variable.
    Variable(u32),
    /// The text of the file that a variable names, by its number among the texts.
    VariableFile { variable: u32, text: u32 },
    /// A file of a secrets directory.
    SecretFile(u32),
    /// An explicit value.
    Override(u32),
}

const NONE: u32 = u32::MAX;

impl Candidate {
    /// Returns whether no weaker layer has a value.
    pub(crate) fn is_alone(&self) -> bool {
        self.weaker == NONE
    }

    /// Returns whether it is a part of the setting's value.
    pub(crate) fn is_part(&self) -> bool {
        self.route != NONE
    }
}

impl Candidates {
    pub(crate) fn new(leaves: usize) -> Self {
        // with room for the values that a few variables override
        let mut values = Vec::with_capacity(leaves + leaves / 4 + 4);
        values.resize(leaves, None);
        Self { values, extras: None }
    }

    /// Adds a value above the weaker ones.
    #[inline]
    pub(crate) fn push(&mut self, leaf: LeafId, place: ValuePlace) {
        self.add(leaf, place, NONE);
    }

    /// Adds a part of a value above the weaker ones.
    pub(crate) fn push_part(&mut self, leaf: LeafId, place: ValuePlace, route: Vec<Step>) {
        let routes = &mut self.extras.get_or_insert_default().routes;
        let number = routes.len() as u32;
        routes.push(route);
        self.add(leaf, place, number);
    }

    #[inline]
    fn add(&mut self, leaf: LeafId, place: ValuePlace, route: u32) {
        let end = self.values.len() as u32;
        let Some(strongest) = self.values.get_mut(leaf as usize) else { return };
        match *strongest {
            None => *strongest = Some(Candidate { place, weaker: NONE, route }),
            overridden => {
                *strongest = Some(Candidate { place, weaker: end, route });
                self.values.push(overridden);
            }
        }
    }

    /// Returns the way from the setting to the candidate's part; no steps for the whole.
    pub(crate) fn route(&self, candidate: &Candidate) -> &[Step] {
        let extras = self.extras.as_ref().filter(|_| candidate.is_part());
        extras.and_then(|extras| extras.routes.get(candidate.route as usize)).map_or(&[], Vec::as_slice)
    }

    /// Records that a file has the optional section with these settings.
    pub(crate) fn hold(&mut self, first: LeafId, count: u32) {
        self.extras.get_or_insert_default().held.push((first, count));
    }

    /// Removes everything that weaker layers say about the settings of an optional section.
    pub(crate) fn clear(&mut self, first: LeafId, count: u32) {
        if let Some(extras) = &mut self.extras {
            extras.held.retain(|(held, _)| !(first..first + count).contains(held));
        }
        self.values.iter_mut().skip(first as usize).take(count as usize).for_each(|one| *one = None);
    }

    /// Returns whether any layer has the optional section.
    pub(crate) fn holds(&self, first: LeafId, count: u32) -> bool {
        let mut strongest = self.values.iter().skip(first as usize).take(count as usize);
        strongest.any(Option::is_some)
            || self.extras.as_ref().is_some_and(|extras| extras.held.contains(&(first, count)))
    }

    pub(crate) fn strongest(&self, leaf: LeafId) -> Option<&Candidate> {
        self.values.get(leaf as usize)?.as_ref()
    }

    /// Returns the next weaker value of the same setting.
    pub(crate) fn weaker(&self, candidate: &Candidate) -> Option<&Candidate> {
        self.values.get(candidate.weaker as usize)?.as_ref()
    }

    /// Returns the values of a setting, the strongest first.
    pub(crate) fn chain(&self, leaf: LeafId) -> impl Iterator<Item = &Candidate> {
        std::iter::successors(self.strongest(leaf), |candidate| self.weaker(candidate))
    }
}
