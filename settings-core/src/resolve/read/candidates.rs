//! All values of all layers; the weaker values of a setting are linked below the stronger ones.

use crate::resolve::index::LeafId;
use crate::value::json::Shape;

/// All values of all layers: one chain for each setting, the strongest value first.
#[derive(Debug)]
pub(crate) struct Candidates {
    heads: Vec<u32>,
    all: Vec<Candidate>,
    /// The optional sections that a file has, even if empty: the first setting and the number of settings of each.
    held: Vec<(LeafId, u32)>,
}

/// The value of one setting in one layer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate {
    pub(crate) place: ValuePlace,
    weaker: u32,
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
    /// One entry of a map, in a variable. The text with this number is the end of the variable's name.
    MapEntry { variable: u32, text: u32 },
    /// An explicit value.
    Override(u32),
}

const NONE: u32 = u32::MAX;

impl Candidate {
    /// Returns whether no weaker layer has a value.
    pub(crate) fn is_alone(&self) -> bool {
        self.weaker == NONE
    }
}

impl Candidates {
    pub(crate) fn new(leaves: usize) -> Self {
        Self { heads: vec![NONE; leaves], all: Vec::with_capacity(leaves), held: Vec::new() }
    }

    /// Adds a value above the weaker ones.
    pub(crate) fn push(&mut self, leaf: LeafId, place: ValuePlace) {
        if let Some(head) = self.heads.get_mut(leaf as usize) {
            let weaker = std::mem::replace(head, self.all.len() as u32);
            self.all.push(Candidate { place, weaker });
        }
    }

    /// Records that a file has the optional section with these settings.
    pub(crate) fn hold(&mut self, first: LeafId, count: u32) {
        self.held.push((first, count));
    }

    /// Removes everything that weaker layers say about the settings of an optional section.
    pub(crate) fn clear(&mut self, first: LeafId, count: u32) {
        self.held.retain(|(held, _)| !(first..first + count).contains(held));
        self.heads.iter_mut().skip(first as usize).take(count as usize).for_each(|head| *head = NONE);
    }

    /// Returns whether any layer has the optional section.
    pub(crate) fn holds(&self, first: LeafId, count: u32) -> bool {
        let mut heads = self.heads.iter().skip(first as usize).take(count as usize);
        heads.any(|head| *head != NONE) || self.held.contains(&(first, count))
    }

    pub(crate) fn strongest(&self, leaf: LeafId) -> Option<&Candidate> {
        self.heads.get(leaf as usize).and_then(|head| self.all.get(*head as usize))
    }

    /// Returns the next weaker value of the same setting.
    pub(crate) fn weaker(&self, candidate: &Candidate) -> Option<&Candidate> {
        self.all.get(candidate.weaker as usize)
    }

    /// Returns the values of a setting, the strongest first.
    pub(crate) fn chain(&self, leaf: LeafId) -> impl Iterator<Item = &Candidate> {
        std::iter::successors(self.strongest(leaf), |candidate| self.weaker(candidate))
    }
}
