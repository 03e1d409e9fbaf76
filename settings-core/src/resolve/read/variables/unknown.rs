//! Reports of variables that set no setting.

use super::super::lookup::{strip_key, strip_section};
use super::super::unclaimed::{listed, unclaimed_note};
use super::{FILE_SUFFIX, Reader};
use crate::nearest::nearest_path;
use crate::resolve::index::{LeafId, ROOT, Target};
use crate::resolve::report::{Code, Diagnostic, Severity};
use crate::resolve::source::{Variable, severity};

impl<'r> Reader<'r> {
    pub(super) fn unknown(&mut self, variable: Variable<'r>, rest: &str, unclaimed: &mut Vec<Variable<'r>>) {
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

    pub(super) fn note_unclaimed(&mut self, unclaimed: &[Variable<'_>]) {
        let Some(first) = unclaimed.first() else { return };
        let names = unclaimed.iter().map(|variable| variable.name);
        let note = unclaimed_note(Code::UnclaimedVariables, "section", names, first.place());
        let help = "unset them, unless another program reads them";
        self.sink.diagnostics.extend(note.map(|note| note.help(help)));
    }

    pub(super) fn note_links(&mut self, links: &[Variable<'_>]) {
        let Some(first) = links.first() else { return };
        let Some((names, is_one)) = listed(links.iter().map(|variable| variable.name)) else { return };
        let are = if is_one { "is a service link" } else { "are service links" };
        let message = format!("{names} {are} of Kubernetes and ignored");
        let help = "set `enableServiceLinks: false` in the pod's manifest to get rid of them";
        self.report(Diagnostic::note(Code::UnclaimedVariables, message).help(help), None, *first);
    }

    /// Reports a service link that has the name of a setting.
    pub(super) fn link_in_the_way(&mut self, leaf: LeafId, variable: Variable<'_>) {
        let message = format!("`{}` is a service link of Kubernetes and is ignored", variable.name);
        let help = "set `enableServiceLinks: false` in the pod's manifest, or rename the service";
        self.report(Diagnostic::warning(Code::UnclaimedVariables, message).help(help), Some(leaf), variable);
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
