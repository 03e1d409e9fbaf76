//! Every value that any layer gives, weaker ones kept below stronger ones.

use crate::resolve::index::LeafId;
use crate::value::json::Shape;

/// All values of all layers: one chain a setting, its strongest value first.
#[derive(Debug)]
pub(crate) struct Candidates {
    heads: Vec<u32>,
    all: Vec<Candidate>,
    /// The optional sections that a file holds, be they empty: their first setting and how many there are.
    held: Vec<(LeafId, u32)>,
}

/// One layer's value of one setting.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate {
    pub(crate) place: ValuePlace,
    weaker: u32,
}

/// Where a value stands.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ValuePlace {
    /// In a file: the source's number, where the value starts and how long it is, in bytes.
    Source { source: u16, start: u32, len: u32, shape: Shape },
    /// In a variable.
    Variable(u32),
    /// In a file that the variable names; the number of the text that was read.
    VariableFile { variable: u32, text: u32 },
    /// In a file of a secrets directory.
    SecretFile(u32),
    /// One entry of a map, in a variable; the number of the text that holds the end of its name.
    MapEntry { variable: u32, text: u32 },
    /// Told explicitly.
    Override(u32),
}

const NONE: u32 = u32::MAX;

impl Candidate {
    /// Whether no weaker layer gives a value.
    pub(crate) fn is_alone(&self) -> bool {
        self.weaker == NONE
    }
}

impl Candidates {
    pub(crate) fn new(leaves: usize) -> Self {
        Self { heads: vec![NONE; leaves], all: Vec::with_capacity(leaves), held: Vec::new() }
    }

    /// Puts a value on top of the weaker ones.
    pub(crate) fn push(&mut self, leaf: LeafId, place: ValuePlace) {
        if let Some(head) = self.heads.get_mut(leaf as usize) {
            let weaker = std::mem::replace(head, self.all.len() as u32);
            self.all.push(Candidate { place, weaker });
        }
    }

    /// Notes that a file holds the optional section whose settings these are.
    pub(crate) fn hold(&mut self, first: LeafId, count: u32) {
        self.held.push((first, count));
    }

    /// Takes everything back that weaker layers say of the settings of an optional section.
    pub(crate) fn clear(&mut self, first: LeafId, count: u32) {
        self.held.retain(|(held, _)| !(first..first + count).contains(held));
        self.heads.iter_mut().skip(first as usize).take(count as usize).for_each(|head| *head = NONE);
    }

    /// Whether any layer holds the optional section.
    pub(crate) fn holds(&self, first: LeafId, count: u32) -> bool {
        let mut heads = self.heads.iter().skip(first as usize).take(count as usize);
        heads.any(|head| *head != NONE) || self.held.contains(&(first, count))
    }

    pub(crate) fn strongest(&self, leaf: LeafId) -> Option<&Candidate> {
        self.heads.get(leaf as usize).and_then(|head| self.all.get(*head as usize))
    }

    /// The next weaker value of the same setting.
    pub(crate) fn weaker(&self, candidate: &Candidate) -> Option<&Candidate> {
        self.all.get(candidate.weaker as usize)
    }

    /// The leaf's values, the strongest first.
    pub(crate) fn chain(&self, leaf: LeafId) -> impl Iterator<Item = &Candidate> {
        std::iter::successors(self.strongest(leaf), |candidate| self.weaker(candidate))
    }
}
