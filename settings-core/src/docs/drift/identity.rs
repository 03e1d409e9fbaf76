//! Proof for a change of a name: which places of an entry agree on the setting, and which don't.
//!
//! A page names a setting in up to four places: path and variable of the table, path and variable of the directive. Its
//! title and the anchor of its directive repeat the last key. A name is replaced only if at least two other places agree
//! on the new one, and if no two places agree on anything else. One place against one proves nothing: either may be the
//! mistake.

use crate::docs::dialect::WORDS;
use crate::docs::facts::{Documented, Named, TableFacts};

use super::naming::{Naming, variable_of};

/// A place that names a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    TablePath,
    TableEnv,
    DirectivePath,
    DirectiveEnv,
}

/// The name in a place.
#[derive(Clone, Debug, PartialEq)]
enum Claim<'p> {
    /// `Section.Key`
    Path(&'p str),
    /// `Key`
    Key(&'p str),
    Env(&'p str),
}

/// The names of one entry.
pub(super) struct Identity<'p> {
    claims: Vec<(Place, Claim<'p>)>,
    /// Title and anchor, reduced to their letters.
    titles: Vec<String>,
    /// The heading, reduced to its letters.
    heading: Option<String>,
    /// The display name of the directive, reduced to its letters.
    shown: Option<String>,
    naming: &'p Naming,
}

impl<'p> Identity<'p> {
    /// The names of a table and, if it is the only one of its entry, those of the directive.
    pub(super) fn new(setting: &Documented<'p>, table: Option<&TableFacts<'p>>, naming: &'p Naming) -> Self {
        let mut claims = Vec::new();
        if let Some(table) = table {
            claims.extend(path(&table.path()).map(|claim| (Place::TablePath, claim)));
            claims.extend(env(&table.env()).map(|claim| (Place::TableEnv, claim)));
        }
        if setting.tables.len() <= 1 {
            claims.extend(path(&setting.option("configjson")).map(|claim| (Place::DirectivePath, claim)));
            claims.extend(env(&setting.option("environment")).map(|claim| (Place::DirectiveEnv, claim)));
        }
        let shown = setting.directive.and_then(|directive| directive.option("displayname"));
        let shown =
            shown.map(|shown| shown.value.rsplit_once(" (").map_or(shown.as_str(), |(title, _)| title));
        let own = shown.map(letters).filter(|text| !text.is_empty());
        // The display name copies the title.
        let title = setting.title.map(|title| title.as_str()).or(shown);
        let anchor = setting.directive.map(|directive| directive.id.as_str());
        let titles = [title, anchor].into_iter().flatten().map(letters).filter(|text| !text.is_empty());
        let heading = setting.title.map(|title| letters(title.as_str())).filter(|text| !text.is_empty());
        Self { claims, titles: titles.collect(), heading, shown: own, naming }
    }

    /// Returns true if a claim names the setting at a path.
    fn supports(&self, claim: &Claim<'_>, path: &str) -> bool {
        match claim {
            Claim::Path(claimed) => *claimed == path,
            Claim::Key(key) => last_key(path) == *key,
            Claim::Env(env) => {
                self.naming.env(path).is_some_and(|derived| derived.eq_ignore_ascii_case(variable_of(env)))
            }
        }
    }

    /// Returns true if two claims name the same setting.
    fn agree(&self, a: &Claim<'_>, b: &Claim<'_>) -> bool {
        match (a, b) {
            (Claim::Path(path), other) | (other, Claim::Path(path)) => self.supports(other, path),
            (Claim::Env(a), Claim::Env(b)) => a.eq_ignore_ascii_case(b),
            (Claim::Key(a), Claim::Key(b)) => a == b,
            (Claim::Env(env), Claim::Key(key)) | (Claim::Key(key), Claim::Env(env)) => {
                let env = variable_of(env).to_ascii_lowercase();
                env.strip_suffix(&key.to_ascii_lowercase()).is_some_and(|before| before.ends_with('_'))
            }
        }
    }

    /// Returns true if two places name the setting of the table, and two others that of the directive. The heading
    /// belongs to the table, the display name to the directive.
    pub(super) fn are_two(&self, table: &str, directive: &str) -> bool {
        // The display name repeats the heading: the names in the directive are mistakes.
        if self.shown.is_some() && self.shown == self.heading {
            return false;
        }
        let only = |this: &str, other: &str, title: &Option<String>| {
            let claims = self.claims.iter().map(|(_, claim)| claim);
            let claims = claims.filter(|claim| self.supports(claim, this) && !self.supports(claim, other));
            let is_title = title.as_ref().is_some_and(|title| names(title, this) && !names(title, other));
            claims.count() + usize::from(is_title)
        };
        only(table, directive, &self.heading) > 1 && only(directive, table, &self.shown) > 1
    }

    /// The number of places that name the setting at a path.
    pub(super) fn support(&self, path: &str) -> usize {
        self.claims.iter().filter(|(_, claim)| self.supports(claim, path)).count()
    }

    /// The number of places that spell a path, or its last key, in exactly these letters.
    pub(super) fn paths(&self, path: &str) -> usize {
        let spells = |claim: &Claim<'_>| !matches!(claim, Claim::Env(_)) && self.supports(claim, path);
        self.claims.iter().filter(|(_, claim)| spells(claim)).count()
    }

    /// Returns true if a variable of the entry is the one of a path.
    pub(super) fn has_variable(&self, path: &str) -> bool {
        self.claims.iter().any(|(_, claim)| matches!(claim, Claim::Env(_)) && self.supports(claim, path))
    }

    /// Returns true if at least one place names the setting at a path in full, and no place names another one.
    pub(super) fn is_certain(&self, path: &str) -> bool {
        self.claims
            .iter()
            .any(|(_, claim)| matches!(claim, Claim::Path(claimed) | Claim::Key(claimed) if *claimed == path))
            && self.claims.iter().all(|(_, claim)| self.supports(claim, path))
    }

    /// Returns true if the other places prove that `place` should name the setting at `wanted`.
    ///
    /// `known` is true if the program has the wanted setting and not the one in the place: a witness more.
    pub(super) fn proves(&self, place: Place, wanted: &str, known: bool) -> bool {
        let of_directive = |place: &Place| matches!(place, Place::DirectivePath | Place::DirectiveEnv);
        // A directive whose display name fits one of its names documents that setting, whatever stands below it.
        let is_elsewhere = self.shown.as_deref().is_some_and(|shown| {
            let own = self.claims.iter().filter(|(place, _)| of_directive(place)).map(|(_, claim)| claim);
            !names(shown, wanted)
                && own.filter(|claim| !self.supports(claim, wanted)).any(|claim| fits(shown, claim))
        });
        if of_directive(&place) && is_elsewhere {
            return false;
        }
        let accused = self.claims.iter().find(|(known, _)| *known == place).map(|(_, claim)| claim);
        let others = || self.claims.iter().filter(|(known, _)| *known != place).map(|(_, claim)| claim);
        // A bare key may fit what it should testify against.
        let fits_both = |claim: &Claim<'_>| accused.is_some_and(|accused| self.agree(claim, accused));
        let witnesses = others().filter(|claim| self.supports(claim, wanted) && !fits_both(claim)).count();
        let opposing = others().filter(|claim| !self.supports(claim, wanted));
        let opposed: Vec<_> = opposing.chain(accused).collect();
        // Title and anchor are weaker witnesses: they don't outweigh another name.
        let needed = if others().all(|claim| self.supports(claim, wanted)) { 1 } else { 2 };
        let united =
            opposed.iter().enumerate().any(|(at, a)| opposed.iter().skip(at + 1).any(|b| self.agree(a, b)));
        let titles = self.titles.iter().filter(|title| names(title, wanted));
        let titles = titles.filter(|title| !accused.is_some_and(|claim| fits(title, claim))).count();
        witnesses >= needed && !united && witnesses + titles + usize::from(known) >= 2
    }
}

/// Returns true if the directive of an entry documents another setting than the table below it.
pub(in crate::docs) fn documents_two(setting: &Documented<'_>, naming: &Naming) -> bool {
    let Some(table) = setting.table() else { return false };
    let (Some((a, _)), Some((b, _))) = (table.path().one(), setting.option("configjson").one()) else {
        return false;
    };
    let is_part = |long: &str, short: &str| long.ends_with(short) || long.starts_with(short);
    let is_same =
        is_part(&a.to_lowercase(), &b.to_lowercase()) || is_part(&b.to_lowercase(), &a.to_lowercase());
    !is_same && Identity::new(setting, Some(table), naming).are_two(a, b)
}

fn path<'p>(named: &Named<'p>) -> Option<Claim<'p>> {
    let (path, _) = named.one()?;
    Some(if path.contains('.') { Claim::Path(path) } else { Claim::Key(path) })
}

fn env<'p>(named: &Named<'p>) -> Option<Claim<'p>> {
    named.one().map(|(env, _)| Claim::Env(env))
}

pub(super) fn last_key(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// Returns true if a title or an anchor repeats a path or its last key.
fn names(title: &str, path: &str) -> bool {
    title == letters(last_key(path)) || title == letters(path)
}

/// Returns true if a title would fit a claim as well, so that it proves nothing against it.
fn fits(title: &str, claim: &Claim<'_>) -> bool {
    match claim {
        Claim::Path(path) | Claim::Key(path) => names(title, path),
        Claim::Env(env) => letters(variable_of(env)).ends_with(title),
    }
}

/// The letters and digits of a name, in lower case.
pub(super) fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The section of a path, and the suffix of sections it ends with, if any.
pub(super) fn section(path: &str) -> Option<&str> {
    path.rsplit_once('.').map(|(section, _)| section).filter(|section| WORDS.is_section(section))
}
