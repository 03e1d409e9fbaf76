//! The environment layer: variables matched to settings, in any letter case.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::candidates::ValuePlace;
use super::lookup::{by_variable, strip_key, strip_section};
use super::parts::{Outlines, by_variable_below, locate, push};
use super::removed::{by_variable as removed_by_variable, removed};
use super::route::{Step, kind_at};
use super::service_links::is_service_link;
use super::sink::Sink;
use super::spelling::{Below, Form, Meaning, address, find, shows_case};
use super::unclaimed::{listed, unclaimed_note};
use crate::nearest::nearest_path;
use crate::resolve::index::{Index, LeafId, ROOT, Target};
use crate::resolve::report::{Code, Diagnostic, Severity};
use crate::resolve::source::{Environment, Layers, Policies, Prefixed, Variable, severity};
use crate::schema::{EmptyVariables, Kind};
use crate::value::{ZeroizingString, from_text};

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
    let (outlines, parts) = (Outlines::default(), HashMap::new());
    let policies = &layers.policies;
    let mut reader = Reader { index, layers, policies, environment, sink, outlines, parts };
    let are_own = prefixed.iter().all(|variable| variable.leaf.is_some());
    if are_own && index.named.is_empty() && !environment.has_files() {
        reader.own_names(&prefixed);
    } else {
        reader.all_names(&prefixed);
    }
}

/// Finds the variables that settings name, and those that name a file with the value.
fn by_own_names<'r>(index: &Index, environment: &'r Environment) -> Vec<Claim<'r>> {
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
struct Claim<'r> {
    leaf: LeafId,
    number: u32,
    variable: Variable<'r>,
    spelling: Spelling<'r>,
}

/// The form of a variable's name.
enum Spelling<'r> {
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
    fn order(&self) -> (u8, Reverse<usize>, bool, Vec<i64>, bool, usize) {
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

struct Reader<'r> {
    index: &'r Index,
    layers: &'r Layers,
    policies: &'r Policies,
    environment: &'r Environment,
    sink: &'r mut Sink,
    outlines: Outlines,
    /// The variable that sets each part so far.
    parts: HashMap<(LeafId, Vec<Step>), u32>,
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
        let meaning = self.layers.empty_variables.unwrap_or(self.index.root.empty_variables);
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

    /// Sets an entry, or a field of one.
    fn part(&mut self, parts: &[(LeafId, &'r str)], number: u32, variable: Variable<'r>) {
        let Some((first, _)) = parts.first() else { return };
        let Some(text) = variable.value else { return self.not_unicode(*first, variable) };
        let mut meant: Vec<_> = parts
            .iter()
            .filter_map(|(leaf, below)| {
                self.meant(*leaf, below, text).map(|(route, file)| (*leaf, route, file))
            })
            .collect();
        if meant.len() > 1 {
            let full =
                |leaf, route: &[Step]| address(self.index.leaf_path(leaf).keys().iter().copied(), route);
            let names: Vec<_> =
                meant.iter().map(|(leaf, route, _)| format!("`{}`", full(*leaf, route))).collect();
            let message = format!("`{}` can mean {}", variable.name, names.join(" or "));
            let found = Diagnostic::error(Code::AmbiguousName, message);
            return self.report(found.help("set the entry in a file, or by `--set`"), None, variable);
        }
        match meant.pop() {
            Some((leaf, route, is_file)) => self.set_part(leaf, route, is_file, number, variable),
            None => self.no_part(parts, text, variable),
        }
    }

    /// Returns the way to the part that a variable sets, and whether it names a file with the value.
    fn meant(&mut self, leaf: LeafId, below: &'r str, text: &str) -> Option<(Vec<Step>, bool)> {
        let kind = self.index.setting(leaf)?.kind;
        let node = self.outlines.of(self.index, self.layers, self.sink, leaf);
        let style = self.index.root.variable_style;
        let route = |below, form| match find(&kind, node, Below::Variable(below, style), form) {
            Meaning::Route(route) => Some(route),
            _ => None,
        };
        let is_known = |steps: &[Step]| {
            let around = steps.split_last().and_then(|(_, around)| kind_at(&kind, around));
            let is_member = around.is_some_and(|kind| matches!(kind.required(), Kind::Section(_)));
            is_member || node.at(&kind, &mut steps.iter()).is_some()
        };
        let own = route(below, Form::of(text));
        let file = strip_suffix(below).and_then(|below| route(below, Form::Any));
        match (own, file) {
            (Some(own), Some(file)) => match is_known(&own) {
                true => Some((own, false)),
                false => Some((file, true)),
            },
            (Some(own), None) => Some((own, false)),
            (None, Some(file)) => Some((file, true)),
            (None, None) => None,
        }
    }

    fn set_part(
        &mut self,
        leaf: LeafId,
        route: Vec<Step>,
        is_file: bool,
        number: u32,
        variable: Variable<'r>,
    ) {
        let text = variable.value.unwrap_or_default();
        let Some(setting) = self.index.setting(leaf) else { return };
        let kind = kind_at(&setting.kind, &route).unwrap_or(setting.kind);
        let path = address(self.index.leaf_path(leaf).keys().iter().copied(), &route).to_string();
        if text.is_empty() && (is_file || self.is_unset(&kind)) {
            let message = format!("`{}` is empty and is ignored", variable.name);
            let found = Diagnostic::note(Code::EmptyVariable, message);
            return self.report(found.help("unset the variable, or give it a value"), Some(leaf), variable);
        }
        let other = self.parts.insert((leaf, route.clone()), number);
        if let Some(other) =
            other.filter(|other| self.environment.rank(*other) == self.environment.rank(number))
        {
            let other = self.environment.get(other).map_or("", |other| other.name);
            let message = format!("`{}` and `{other}` set the same entry, `{path}`", variable.name);
            let found = Diagnostic::error(Code::DuplicateVariable, message).help("unset one of the two");
            return self.report(found, Some(leaf), variable);
        }
        if !is_file {
            let value = (ValuePlace::Variable(number), text);
            return push(self.index, self.sink, &mut self.outlines, leaf, route, value);
        }
        match self.text_of_file(text) {
            Ok(text) => {
                let copy = text.clone();
                let text = self.sink.text(text);
                let value = (ValuePlace::VariableFile { variable: number, text }, &*copy);
                push(self.index, self.sink, &mut self.outlines, leaf, route, value);
            }
            Err(why) => self.unreadable(kind.is_secret(), leaf, text, &why, variable),
        }
    }

    /// Reports a variable that starts like a setting with entries, but names none of them.
    fn no_part(&mut self, parts: &[(LeafId, &'r str)], text: &str, variable: Variable<'r>) {
        let mut mistakes = Vec::new();
        for (leaf, below) in parts {
            let node = self.outlines.of(self.index, self.layers, self.sink, *leaf);
            let style = self.index.root.variable_style;
            let own_name = Below::Variable(below, style);
            let own = locate(self.index, node, *leaf, own_name, Form::of(text), variable.name).err();
            let file = strip_suffix(below).filter(|_| own.as_ref().is_none_or(|own| own.is_unknown));
            let file = file.and_then(|below| {
                let name = strip_suffix(variable.name).unwrap_or(variable.name);
                locate(self.index, node, *leaf, Below::Variable(below, style), Form::Any, name).err()
            });
            mistakes.extend(file.or(own).map(|mistake| (*leaf, mistake)));
        }
        let at = mistakes.iter().position(|(_, mistake)| !mistake.is_unknown).unwrap_or(0);
        let Some((leaf, mistake)) = mistakes.into_iter().nth(at) else { return };
        let mut found = *mistake.diagnostic;
        if mistake.is_unknown {
            let section = self.index.leaves.get(leaf as usize).map_or(ROOT, |entry| entry.section);
            let policy = self.policies.of(self.index, section);
            let Some(severity) = severity(policy, Severity::Warning) else { return };
            (found.severity, found.code) = (severity, Code::UnknownVariable);
        }
        self.report(found, None, variable);
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

    fn unknown(&mut self, variable: Variable<'r>, rest: &str, unclaimed: &mut Vec<Variable<'r>>) {
        let names: Vec<_> = self.index.paths().map(|(leaf, _)| self.index.env_name(leaf)).collect();
        if let Some(section) = self.whole(ROOT, rest) {
            return self.whole_section(section, variable, &names);
        }
        if let Some(leaf) = self.named_otherwise(variable.name) {
            return self.own_name_counts(leaf, variable);
        }
        let near = nearest_path(variable.name, '_', names.iter().map(String::as_str));
        let near = near.map(str::to_owned).or_else(|| {
            let stem = variable.name.strip_suffix(FILE_SUFFIX)?;
            let near = nearest_path(stem, '_', names.iter().map(String::as_str))?;
            Some(format!("{near}{FILE_SUFFIX}"))
        });
        let near = near.or_else(|| longest_start(variable.name, &names).map(str::to_owned));
        let claimed = self.claimed(ROOT, rest);
        let policy = self.policies.of(self.index, claimed.unwrap_or(ROOT));
        let usual = match (&near, claimed) {
            (Some(_), _) | (None, Some(_)) => Severity::Warning,
            (None, None) if policy.is_none() => return unclaimed.push(variable),
            (None, None) => Severity::Note,
        };
        let Some(severity) = severity(policy, usual) else { return };
        let message = format!("`{}` has no effect: no setting has this variable", variable.name);
        let help = near.map_or("unset it".to_owned(), |near| format!("did you mean `{near}`?"));
        self.report(Diagnostic::new(severity, Code::UnknownVariable, message).help(help), None, variable);
    }

    /// Returns the setting whose path this variable follows from, but which names another.
    fn named_otherwise(&self, name: &str) -> Option<LeafId> {
        let name = name.strip_suffix(FILE_SUFFIX).unwrap_or(name);
        let follows = |leaf: &LeafId| {
            let variable = self.index.root.variable_of_path(self.index.leaf_path(*leaf).keys());
            variable.is_some_and(|variable| variable.eq_ignore_ascii_case(name))
        };
        self.index.named.iter().copied().find(follows)
    }

    fn own_name_counts(&mut self, leaf: LeafId, variable: Variable<'_>) {
        let (path, own) = (self.index.leaf_path(leaf), self.index.env_name(leaf));
        let message = format!("`{}` has no effect: the variable of `{path}` is `{own}`", variable.name);
        let found = Diagnostic::warning(Code::UnknownVariable, message).help(format!("set `{own}` instead"));
        self.report(found, Some(leaf), variable);
    }

    /// Reports a variable with the name of a section, which does not change the settings of the section.
    fn whole_section(&mut self, section: u32, variable: Variable<'_>, names: &[String]) {
        let policy = self.policies.of(self.index, section);
        let Some(severity) = severity(policy, Severity::Warning) else { return };
        let message =
            format!("`{}` has no effect: a section has no variable, only its settings do", variable.name);
        let is_below = |name: &&String| {
            let rest = name.get(variable.name.len()..).is_some_and(|rest| rest.starts_with('_'));
            rest && strip_key(name, variable.name).is_some()
        };
        let help = match names.iter().find(is_below) {
            Some(name) => format!("set `{name}`, for instance"),
            None => "unset it".to_owned(),
        };
        self.report(Diagnostic::new(severity, Code::UnknownVariable, message).help(help), None, variable);
    }

    /// Returns the section below `section` of which `rest` is the whole name. Recursion is as deep as the structs nest.
    fn whole(&self, section: u32, rest: &str) -> Option<u32> {
        self.index.slots(section).iter().find_map(|slot| {
            match (slot.target, strip_key(rest, &slot.in_variable)?) {
                (Target::Section(below), "") => Some(below),
                (Target::Section(below), _) => self.whole(below, strip_section(self.index, rest, slot)?),
                (Target::Leaf(_), _) => None,
            }
        })
    }

    /// Returns the innermost section below `section` whose name `rest` starts with.
    fn claimed(&self, section: u32, rest: &str) -> Option<u32> {
        self.index.slots(section).iter().find_map(|slot| {
            let Target::Section(below) = slot.target else { return None };
            let rest = strip_section(self.index, rest, slot)?;
            Some(self.claimed(below, rest).unwrap_or(below))
        })
    }

    fn note_unclaimed(&mut self, unclaimed: &[Variable<'_>]) {
        let Some(first) = unclaimed.first() else { return };
        let names = unclaimed.iter().map(|variable| variable.name);
        let note = unclaimed_note(Code::UnclaimedVariables, "section", names, first.place());
        let help = "unset them, unless another program reads them";
        self.sink.diagnostics.extend(note.map(|note| note.help(help)));
    }

    fn note_links(&mut self, links: &[Variable<'_>]) {
        let Some(first) = links.first() else { return };
        let Some((names, is_one)) = listed(links.iter().map(|variable| variable.name)) else { return };
        let are = if is_one { "is a service link" } else { "are service links" };
        let message = format!("{names} {are} of Kubernetes and ignored");
        let help = "set `enableServiceLinks: false` in the pod's manifest to get rid of them";
        self.report(Diagnostic::note(Code::UnclaimedVariables, message).help(help), None, *first);
    }

    /// Reports a service link that has the name of a setting.
    fn link_in_the_way(&mut self, leaf: LeafId, variable: Variable<'_>) {
        let message = format!("`{}` is a service link of Kubernetes and is ignored", variable.name);
        let help = "set `enableServiceLinks: false` in the pod's manifest, or rename the service";
        self.report(Diagnostic::warning(Code::UnclaimedVariables, message).help(help), Some(leaf), variable);
    }

    fn report(&mut self, diagnostic: Diagnostic, leaf: Option<LeafId>, variable: Variable<'_>) {
        let diagnostic = diagnostic.at(variable.place());
        self.sink.report(match leaf {
            Some(leaf) => diagnostic.setting(self.index.leaf_path(leaf)),
            None => diagnostic,
        });
    }
}

/// Returns the longest name that `variable` goes on after, with an underscore.
fn longest_start<'n>(variable: &str, names: &'n [String]) -> Option<&'n str> {
    let is_start = |name: &&String| {
        variable.get(name.len()..).is_some_and(|rest| rest.starts_with('_'))
            && strip_key(variable, name).is_some()
    };
    names.iter().filter(is_start).max_by_key(|name| name.len()).map(String::as_str)
}

/// Returns whether the text of a variable is more than a value of its setting: none, nothing, or an address.
fn is_odd(text: Option<&str>) -> bool {
    text.is_none_or(|text| text.is_empty() || text.contains("://"))
}

fn strip_suffix(rest: &str) -> Option<&str> {
    let at = rest.len().checked_sub(FILE_SUFFIX.len())?;
    rest.get(at..)?.eq_ignore_ascii_case(FILE_SUFFIX).then(|| rest.get(..at)).flatten()
}
