//! The environment layer: variables matched to settings, in any letter case.

mod claims;
mod entries;
mod unknown;

use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::candidates::ValuePlace;
use super::lookup::by_variable;
use super::parts::{Outlines, by_variable_below};
use super::removed::{by_variable as removed_by_variable, removed};
use super::route::Step;
use super::service_links::is_service_link;
use super::sink::Sink;
use crate::resolve::index::{Index, LeafId, ROOT};
use crate::resolve::report::{Code, Diagnostic};
use crate::resolve::source::{Environment, Layers, Policies, Prefixed, Variable};
use crate::schema::{EmptyVariables, Kind};
use crate::value::{ZeroizingString, from_text};
use claims::{Claim, Spelling, by_own_names};

/// The suffix of a variable that names a file with the value.
const FILE_SUFFIX: &str = "_FILE";

/// Reads the variables, and the files that they name.
///
/// A stronger source wins, however a setting is spelled in it: the environment itself over all env files, a later env
/// file over an earlier one. Within one source a setting's own name is stronger than an alias, and a part of a setting
/// stronger than the whole.
pub(crate) fn read(index: &Index, layers: &Layers, sink: &mut Sink) {
    let environment = &layers.environment;
    sink.diagnostics.extend(environment.faults(index.env_prefix));
    let prefixed = environment.of_root(index.root, |number, rest| Prefixed {
        number,
        leaf: by_variable(index, ROOT, rest),
        is_odd: is_odd(environment.value(number)),
    });
    let (outlines, parts) = (Outlines::default(), None);
    let policies = &layers.extras().policies;
    let mut reader = Reader { index, layers, policies, environment, sink, outlines, parts };
    let are_own = prefixed.iter().all(|variable| variable.leaf.is_some());
    if are_own && index.named.is_empty() && !environment.has_files() {
        reader.own_names(&prefixed);
    } else {
        reader.all_names(&prefixed);
    }
}

struct Reader<'r> {
    index: &'r Index,
    layers: &'r Layers,
    policies: &'r Policies,
    environment: &'r Environment,
    sink: &'r mut Sink,
    outlines: Outlines,
    /// The variable that sets each part so far.
    parts: Option<HashMap<(LeafId, Vec<Step>), u32>>,
}

impl<'r> Reader<'r> {
    /// Reads the own variables of settings in the environment itself, which are in order.
    fn own_names(&mut self, prefixed: &[Prefixed]) {
        for variable in prefixed {
            match variable.leaf {
                Some(leaf) if variable.is_odd => self.odd_value(leaf, variable.number),
                Some(leaf) => self.set(leaf, variable.number),
                None => {}
            }
        }
    }

    /// Reads all variables, in the order of their strength.
    fn all_names(&mut self, prefixed: &[Prefixed]) {
        let (index, environment) = (self.index, self.environment);
        let mut claims = if index.named.is_empty() { Vec::new() } else { by_own_names(index, environment) };
        let named: HashSet<u32> = claims.iter().map(|claim| claim.number).collect();
        let mut rest = Vec::new();
        for Prefixed { number, leaf, .. } in
            prefixed.iter().copied().filter(|one| !named.contains(&one.number))
        {
            let Some(variable) = environment.get(number) else { continue };
            match leaf {
                Some(leaf) => claims.push(Claim { leaf, number, variable, spelling: Spelling::Own }),
                None => {
                    let name = environment.after_prefix(number, index.env_prefix);
                    rest.extend(name.map(|name| (number, variable, name)));
                }
            }
        }
        if !rest.is_empty() {
            self.other_names(rest, &mut claims);
        }
        claims.sort_by_cached_key(|claim| (environment.rank(claim.number), claim.order()));
        for claim in claims {
            self.claim(claim);
        }
    }

    /// Finds the settings of names that are not a setting's own.
    fn other_names(&mut self, names: Vec<(u32, Variable<'r>, &'r str)>, claims: &mut Vec<Claim<'r>>) {
        let index = self.index;
        let aliases: Vec<_> =
            index.aliases().into_iter().map(|(path, leaf)| (index.in_variable(&path), path, leaf)).collect();
        let removals = index.removals();
        let (mut unclaimed, mut links) = (Vec::new(), Vec::new());
        for (number, variable, name) in names {
            let alias = aliases.iter().find(|(alias, ..)| alias.eq_ignore_ascii_case(name));
            let file = strip_suffix(name).and_then(|name| by_variable(index, ROOT, name));
            let parts = by_variable_below(index, name);
            let is_link = is_service_link(variable.name, variable.value.unwrap_or_default());
            let found = match (alias, file, parts.first()) {
                (Some((_, path, leaf)), ..) => Some((*leaf, Spelling::Alias(path.clone()))),
                (None, Some(leaf), _) => Some((leaf, Spelling::File)),
                (None, None, Some((leaf, _))) if !is_link => Some((*leaf, Spelling::Part(parts))),
                (None, None, _) => None,
            };
            match found {
                Some((leaf, spelling)) => claims.push(Claim { leaf, number, variable, spelling }),
                None if index.env_prefix.is_empty() => {}
                None if is_link => links.push(variable),
                None => match removed_by_variable(&removals, name) {
                    Some(removal) => {
                        self.sink.report(removed(variable.name, &removal).at(variable.place()));
                    }
                    None => self.unknown(variable, name, &mut unclaimed),
                },
            }
        }
        self.note_unclaimed(&unclaimed);
        self.note_links(&links);
    }

    fn claim(&mut self, claim: Claim<'r>) {
        let Claim { leaf, number, variable, spelling } = claim;
        match spelling {
            Spelling::Own | Spelling::Named { is_file: false, .. } => self.value(leaf, number),
            Spelling::File | Spelling::Named { .. } => self.value_file(leaf, number, variable),
            Spelling::Alias(path) => self.alias(&path, leaf, number, variable),
            Spelling::Part(parts) => self.part(&parts, number, variable),
        }
    }

    fn value(&mut self, leaf: LeafId, number: u32) {
        match is_odd(self.environment.value(number)) {
            true => self.odd_value(leaf, number),
            false => self.set(leaf, number),
        }
    }

    /// Reads a variable that is not Unicode or empty, or that can be a service link.
    fn odd_value(&mut self, leaf: LeafId, number: u32) {
        let Some(variable) = self.environment.get(number) else { return };
        let Some(text) = variable.value else { return self.not_unicode(leaf, variable) };
        let Some(setting) = self.index.setting(leaf) else { return };
        let is_link = || is_service_link(variable.name, text) && from_text(&setting.kind, text).is_err();
        if text.is_empty() && self.is_unset(&setting.kind) {
            self.empty(leaf, variable);
        } else if text.contains("://") && is_link() {
            self.link_in_the_way(leaf, variable);
        } else {
            self.set(leaf, number);
        }
    }

    fn set(&mut self, leaf: LeafId, number: u32) {
        if self.is_first(leaf, number) {
            self.sink.push(leaf, ValuePlace::Variable(number));
            self.outlines.forget(leaf);
        }
    }

    /// Returns whether an empty variable counts as unset: nothing is not a value of the kind, or the kind is optional.
    fn is_unset(&self, kind: &Kind) -> bool {
        let meaning = self.layers.extras().empty_variables.unwrap_or(self.index.root.empty_variables);
        meaning == EmptyVariables::Unset
            && (matches!(kind, Kind::Optional(_)) || from_text(kind, "").is_err())
    }

    /// Reports an empty variable that counts as unset: `${NAME:-}` in a container's manifest makes one.
    fn empty(&mut self, leaf: LeafId, variable: Variable<'_>) {
        let is_set = self.sink.candidates.strongest(leaf).is_some();
        let is_optional =
            self.index.setting(leaf).is_some_and(|setting| matches!(setting.kind, Kind::Optional(_)));
        if is_set || !is_optional {
            let why = if is_set { ": a weaker layer sets the setting" } else { "" };
            let message = format!("`{}` is empty and is ignored{why}", variable.name);
            let found = Diagnostic::note(Code::EmptyVariable, message);
            self.report(found.help("unset the variable, or give it a value"), Some(leaf), variable);
        }
    }

    fn not_unicode(&mut self, leaf: LeafId, variable: Variable<'_>) {
        let found = Diagnostic::error(Code::NotUnicode, "the text of the variable is not Unicode");
        self.report(found.help("write it in UTF-8"), Some(leaf), variable);
    }

    fn alias(&mut self, path: &str, leaf: LeafId, number: u32, variable: Variable<'_>) {
        let right = self.index.env_name(leaf);
        if self.setter(leaf, number).is_some() {
            let message = format!("`{}` is ignored: `{right}` is set too", variable.name);
            let found = Diagnostic::warning(Code::Alias, message).help("unset it");
            return self.report(found, Some(leaf), variable);
        }
        let message = format!("`{}` is the variable of an old name, `{path}`", variable.name);
        let found = Diagnostic::warning(Code::Alias, message).help(format!("set `{right}` instead"));
        self.report(found, Some(leaf), variable);
        self.value(leaf, number);
    }

    fn text_of_file(&mut self, path: &str) -> Result<ZeroizingString, String> {
        self.sink.reads_files = true;
        self.environment.value_of_file(Path::new(path))
    }

    fn value_file(&mut self, leaf: LeafId, number: u32, variable: Variable<'_>) {
        if !self.is_first(leaf, number) {
            return;
        }
        let path = variable.value.unwrap_or_default();
        if path.is_empty() && variable.value.is_some() {
            let message = format!("`{}` is empty and is ignored", variable.name);
            let found = Diagnostic::note(Code::EmptyVariable, message);
            return self.report(found.help("unset it, or name a file"), Some(leaf), variable);
        }
        match self.text_of_file(path) {
            Ok(text) => {
                let text = self.sink.text(text);
                self.sink.push(leaf, ValuePlace::VariableFile { variable: number, text });
                self.outlines.forget(leaf);
            }
            Err(why) => {
                let is_secret = self.index.setting(leaf).is_none_or(|setting| setting.kind.is_secret());
                self.unreadable(is_secret, leaf, path, &why, variable);
            }
        }
    }

    fn unreadable(&mut self, is_secret: bool, leaf: LeafId, path: &str, why: &str, variable: Variable<'_>) {
        // a path may be the secret itself, given where the name of its file is expected
        let is_shown = !is_secret || std::fs::symlink_metadata(path).is_ok();
        let path = if is_shown { format!("`{path}`") } else { "`***`".to_owned() };
        let message = format!("cannot read the file {path} that the variable names: {why}");
        let found = Diagnostic::error(Code::SecretFile, message);
        let help = "name a text file of at most 1 MiB that this user can read";
        self.report(found.help(help), Some(leaf), variable);
    }

    /// Returns whether no other variable of this source sets the setting; otherwise reports an error.
    #[inline]
    fn is_first(&mut self, leaf: LeafId, number: u32) -> bool {
        match self.setter(leaf, number) {
            None => true,
            Some(other) => self.is_stronger(leaf, number, other),
        }
    }

    /// Returns whether a variable and another one are names of one setting, which are in order of strength; otherwise
    /// reports an error.
    #[cold]
    fn is_stronger(&mut self, leaf: LeafId, number: u32, other: u32) -> bool {
        let other = self.environment.get(other).map_or("", |other| other.name);
        let Some(variable) = self.environment.get(number) else { return false };
        let own = |name: &str| {
            let names = self.index.setting(leaf)?.variables();
            let is_own = |own: &&str| name == *own || name.strip_suffix(FILE_SUFFIX) == Some(own);
            names.iter().position(is_own)
        };
        if own(other) != own(variable.name) {
            return true;
        }
        let message = format!("`{}` and `{other}` set the same setting", variable.name);
        let found = Diagnostic::error(Code::DuplicateVariable, message).help("unset one of the two");
        self.report(found, Some(leaf), variable);
        false
    }

    /// Returns the variable that sets the setting so far, if it is of the same source as `number`.
    #[inline]
    fn setter(&self, leaf: LeafId, number: u32) -> Option<u32> {
        match self.sink.candidates.strongest(leaf)?.place {
            ValuePlace::Variable(other) | ValuePlace::VariableFile { variable: other, .. } => {
                (self.environment.rank(other) == self.environment.rank(number)).then_some(other)
            }
            _ => None,
        }
    }

    fn report(&mut self, diagnostic: Diagnostic, leaf: Option<LeafId>, variable: Variable<'_>) {
        let diagnostic = diagnostic.at(variable.place());
        self.sink.report(match leaf {
            Some(leaf) => diagnostic.setting(self.index.leaf_path(leaf)),
            None => diagnostic,
        });
    }
}

/// Returns whether the text of a variable is more than a value of its setting: none, nothing, or an address.
fn is_odd(text: Option<&str>) -> bool {
    text.is_none_or(|text| text.is_empty() || text.contains("://"))
}

fn strip_suffix(rest: &str) -> Option<&str> {
    let at = rest.len().checked_sub(FILE_SUFFIX.len())?;
    rest.get(at..)?.eq_ignore_ascii_case(FILE_SUFFIX).then(|| rest.get(..at)).flatten()
}
