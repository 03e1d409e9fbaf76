//! The variables that set settings, and the order in which they are read.

use std::cmp::Reverse;

use super::super::spelling::shows_case;
use super::FILE_SUFFIX;
use crate::resolve::index::{Index, LeafId};
use crate::resolve::source::{Environment, Variable};

/// Finds the variables that settings name, and those that name a file with the value.
pub(super) fn by_own_names<'r>(index: &Index, environment: &'r Environment) -> Vec<Claim<'r>> {
    let mut claims = Vec::new();
    for number in 0..environment.len() {
        let Some(variable) = environment.get(number) else { continue };
        let file = || index.by_own_name(variable.name.strip_suffix(FILE_SUFFIX)?);
        let (found, is_file) = match index.by_own_name(variable.name) {
            Some(found) => (Some(found), false),
            None => (file(), true),
        };
        if let Some((leaf, position)) = found {
            let spelling = Spelling::Named { position, is_file };
            claims.push(Claim { leaf, number, variable, spelling });
        }
    }
    claims
}

/// A variable that sets a setting.
pub(super) struct Claim<'r> {
    pub(super) leaf: LeafId,
    pub(super) number: u32,
    pub(super) variable: Variable<'r>,
    pub(super) spelling: Spelling<'r>,
}

/// The form of a variable's name.
pub(super) enum Spelling<'r> {
    Own,
    /// `NAME_FILE`.
    File,
    /// One of the names that the setting has in place of its own, or `NAME_FILE`.
    Named {
        position: usize,
        is_file: bool,
    },
    /// An alias, with its path.
    Alias(String),
    /// A part of a setting: the settings that the name can begin with, each with the rest of the name.
    Part(Vec<(LeafId, &'r str)>),
}

impl Claim<'_> {
    /// Returns the order in which variables of one source are read. Of the names that a setting has, the strongest comes
    /// last. A key in its own letter case comes before capitals, an entry before its fields, and removals come last, those
    /// of the last entries first.
    pub(super) fn order(&self) -> (u8, Reverse<usize>, bool, Vec<i64>, bool, usize) {
        match &self.spelling {
            Spelling::Own | Spelling::File => (0, Reverse(0), false, Vec::new(), false, 0),
            Spelling::Named { position, .. } => (0, Reverse(*position), false, Vec::new(), false, 0),
            Spelling::Alias(_) => (1, Reverse(0), false, Vec::new(), false, 0),
            Spelling::Part(parts) => {
                let below = parts.first().map_or("", |(_, below)| below);
                let removes = self.variable.value == Some("null");
                let numbers = below.split('_').filter_map(|part| part.parse::<i64>().ok());
                let numbers = numbers.map(|number| if removes { -number } else { number });
                (2, Reverse(0), removes, numbers.collect(), !shows_case(below), below.len())
            }
        }
    }
}
