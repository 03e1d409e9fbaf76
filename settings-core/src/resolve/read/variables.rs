//! The environment layer: variables matched to settings, in any letter case.

use std::path::Path;

use super::candidates::{Candidates, ValuePlace};
use super::lookup::{by_variable, entry, strip_key};
use crate::nearest::nearest;
use crate::resolve::index::{Index, LeafId, ROOT, Target};
use crate::resolve::report::{Code, Diagnostic, Severity};
use crate::resolve::source::{Environment, Policies, Variable, read_limited, severity};
use crate::schema::env_name;
use crate::value::ZeroizingString;

/// The suffix of a variable that names a file with the value.
const FILE_SUFFIX: &str = "_FILE";

/// Names in a note: more are only counted.
const NAMED: usize = 5;

/// Reads the variables into `candidates`, and the files that they name into `texts`.
pub(crate) fn read(
    index: &Index,
    policies: &Policies,
    environment: &Environment,
    candidates: &mut Candidates,
    texts: &mut Vec<ZeroizingString>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    diagnostics.extend(environment.faults());
    if !index.has_variables {
        return;
    }
    let mut reader = Reader { index, policies, environment, candidates, texts, diagnostics };
    let mut left = Vec::new();
    for number in 0..environment.len() {
        let Some((variable, rest)) = environment.behind_prefix(number, index.env_prefix) else { continue };
        match by_variable(index, ROOT, rest) {
            Some(leaf) => reader.value(leaf, number, variable),
            None => left.push((number, variable, rest)),
        }
    }
    if left.is_empty() {
        return;
    }
    // names that are weaker than a setting's own come after all of those
    let aliases: Vec<_> =
        index.aliases().into_iter().map(|(path, leaf)| (env_name("", &path), path, leaf)).collect();
    let (mut unclaimed, mut entries) = (Vec::new(), Vec::new());
    for (number, variable, rest) in left {
        let alias = aliases.iter().find(|(name, ..)| name.eq_ignore_ascii_case(rest));
        let file = strip_suffix(rest).and_then(|rest| by_variable(index, ROOT, rest));
        match (alias, file) {
            (Some((_, path, leaf)), _) => reader.alias(path, *leaf, number, variable),
            (None, Some(leaf)) => reader.value_file(leaf, number, variable),
            (None, None) if entry(index, rest).is_some() => {
                entries.extend(entry(index, rest).map(|entry| (number, entry)))
            }
            (None, None) if index.env_prefix.is_empty() => {}
            (None, None) => reader.unknown(variable, rest, &mut unclaimed),
        }
    }
    // single entries are stronger than whole maps of the same layer
    for (number, (leaf, name)) in entries {
        reader.map_entry(leaf, number, name);
    }
    reader.note_unclaimed(&unclaimed);
}

struct Reader<'r> {
    index: &'r Index,
    policies: &'r Policies,
    environment: &'r Environment,
    candidates: &'r mut Candidates,
    texts: &'r mut Vec<ZeroizingString>,
    diagnostics: &'r mut Vec<Diagnostic>,
}

impl<'r> Reader<'r> {
    fn value(&mut self, leaf: LeafId, number: u32, variable: Variable<'_>) {
        if variable.value.is_none() {
            return self.not_unicode(leaf, variable);
        }
        if self.is_first(leaf, variable) {
            self.candidates.push(leaf, ValuePlace::Variable(number));
        }
    }

    fn map_entry(&mut self, leaf: LeafId, number: u32, name: &str) {
        let Some(variable) = self.environment.get(number) else { return };
        if variable.value.is_none() {
            return self.not_unicode(leaf, variable);
        }
        let place = ValuePlace::MapEntry { variable: number, text: self.texts.len() as u32 };
        self.texts.push(name.to_owned().into());
        self.candidates.push(leaf, place);
    }

    fn not_unicode(&mut self, leaf: LeafId, variable: Variable<'_>) {
        let message = "the variable's text is not Unicode".to_owned();
        let help = "write it in UTF-8".to_owned();
        self.diagnose(Code::NotUnicode, Severity::Error, message, Some(leaf), variable, help);
    }

    fn alias(&mut self, path: &str, leaf: LeafId, number: u32, variable: Variable<'_>) {
        let right = self.index.env_name(leaf);
        if self.setter(leaf).is_some() {
            let message = format!("`{}` is ignored: `{right}` is set too", variable.name);
            let help = "unset it".to_owned();
            return self.diagnose(Code::Alias, Severity::Warning, message, Some(leaf), variable, help);
        }
        let message = format!("`{}` is the variable of an old name, `{path}`", variable.name);
        let help = format!("set `{right}` instead");
        self.diagnose(Code::Alias, Severity::Warning, message, Some(leaf), variable, help);
        self.value(leaf, number, variable);
    }

    fn value_file(&mut self, leaf: LeafId, number: u32, variable: Variable<'_>) {
        if !self.is_first(leaf, variable) {
            return;
        }
        let path = variable.value.unwrap_or_default();
        match read_limited(Path::new(path)) {
            Ok(text) => {
                let place = ValuePlace::VariableFile { variable: number, text: self.texts.len() as u32 };
                self.texts.push(text);
                self.candidates.push(leaf, place);
            }
            Err(why) => {
                let message = format!("the file `{path}` that the variable names can't be read: {why}");
                let help = "name a text file of at most 1 MiB that this user can read".to_owned();
                self.diagnose(Code::SecretFile, Severity::Error, message, Some(leaf), variable, help);
            }
        }
    }

    /// Whether no other variable has set the setting before; if one has, that is an error.
    fn is_first(&mut self, leaf: LeafId, variable: Variable<'_>) -> bool {
        let Some(other) = self.setter(leaf) else { return true };
        let other = self.environment.get(other).map_or("", |other| other.name);
        let message = format!("`{}` and `{other}` set the same setting", variable.name);
        let help = "unset one of the two".to_owned();
        self.diagnose(Code::DuplicateVariable, Severity::Error, message, Some(leaf), variable, help);
        false
    }

    /// The variable that has set the setting; no layer that is read before is stronger.
    fn setter(&self, leaf: LeafId) -> Option<u32> {
        match self.candidates.strongest(leaf)?.place {
            ValuePlace::Variable(number) | ValuePlace::VariableFile { variable: number, .. } => Some(number),
            _ => None,
        }
    }

    fn unknown(&mut self, variable: Variable<'r>, rest: &str, unclaimed: &mut Vec<Variable<'r>>) {
        let names: Vec<_> = self.index.paths().map(|(leaf, _)| self.index.env_name(leaf)).collect();
        let near = nearest(variable.name, names.iter().map(String::as_str));
        if let Some(section) = self.whole(ROOT, rest) {
            return self.whole_section(section, variable, &names);
        }
        let claimed = self.claimed(ROOT, rest);
        let policy = self.policies.of(self.index, claimed.unwrap_or(ROOT));
        let usual = match (&near, claimed) {
            (Some(_), _) => Severity::Error,
            (None, Some(_)) => Severity::Warning,
            (None, None) if policy.is_none() => return unclaimed.push(variable),
            (None, None) => Severity::Note,
        };
        let Some(severity) = severity(policy, usual) else { return };
        let message = format!("`{}` sets nothing: no setting has this variable", variable.name);
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "unset it".to_owned(),
        };
        self.diagnose(Code::UnknownVariable, severity, message, None, variable, help);
    }

    /// A section has no variable; whoever sets one expects all of its settings to change.
    fn whole_section(&mut self, section: u32, variable: Variable<'_>, names: &[String]) {
        let policy = self.policies.of(self.index, section);
        let Some(severity) = severity(policy, Severity::Warning) else { return };
        let message =
            format!("`{}` sets nothing: a section has no variable, only its settings do", variable.name);
        let is_below = |name: &&String| {
            let rest = name.get(variable.name.len()..).is_some_and(|rest| rest.starts_with('_'));
            rest && strip_key(name, variable.name).is_some()
        };
        let help = match names.iter().find(is_below) {
            Some(name) => format!("set `{name}`, for instance"),
            None => "unset it".to_owned(),
        };
        self.diagnose(Code::UnknownVariable, severity, message, None, variable, help);
    }

    /// The section below `section` whose keys the variable consists of; as deep as the structs nest.
    fn whole(&self, section: u32, rest: &str) -> Option<u32> {
        self.index.slots(section).iter().find_map(|slot| match (slot.target, strip_key(rest, slot.key)?) {
            (Target::Section(below), "") => Some(below),
            (Target::Section(below), rest) => self.whole(below, rest.strip_prefix('_')?),
            (Target::Leaf(_), _) => None,
        })
    }

    /// The innermost section below `section` with which the variable begins; as deep as the structs nest.
    fn claimed(&self, section: u32, rest: &str) -> Option<u32> {
        self.index.slots(section).iter().find_map(|slot| {
            let Target::Section(below) = slot.target else { return None };
            let rest = strip_key(rest, slot.key)?.strip_prefix('_')?;
            Some(self.claimed(below, rest).unwrap_or(below))
        })
    }

    fn note_unclaimed(&mut self, unclaimed: &[Variable<'_>]) {
        let Some(&first) = unclaimed.first() else { return };
        let names: Vec<_> =
            unclaimed.iter().take(NAMED).map(|variable| format!("`{}`", variable.name)).collect();
        let message = match unclaimed.len() {
            1 => format!("{} belongs to no section of this program and is passed over", names.join("")),
            count => {
                let more = if count > NAMED { format!(" and {} more", count - NAMED) } else { String::new() };
                format!("{}{more} belong to no section of this program and are passed over", names.join(", "))
            }
        };
        let help = "unset them, unless another program reads them".to_owned();
        self.diagnose(Code::UnclaimedVariables, Severity::Note, message, None, first, help);
    }

    fn diagnose(
        &mut self,
        code: Code,
        severity: Severity,
        message: String,
        leaf: Option<LeafId>,
        variable: Variable<'_>,
        help: String,
    ) {
        let setting = leaf.map(|leaf| self.index.leaf_path(leaf).to_string());
        let place = variable.place();
        self.diagnostics.push(Diagnostic {
            severity,
            code,
            message,
            setting,
            place,
            related: Vec::new(),
            help,
        });
    }
}

fn strip_suffix(rest: &str) -> Option<&str> {
    let at = rest.len().checked_sub(FILE_SUFFIX.len())?;
    rest.get(at..)?.eq_ignore_ascii_case(FILE_SUFFIX).then(|| rest.get(..at)).flatten()
}
