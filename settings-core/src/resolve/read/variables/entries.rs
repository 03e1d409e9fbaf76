//! Variables of entries and fields of settings.

use super::super::candidates::ValuePlace;
use super::super::parts::{locate, push};
use super::super::route::{Step, kind_at};
use super::super::spelling::{Below, Form, Meaning, address, find};
use super::{Reader, strip_suffix};
use crate::resolve::index::{LeafId, ROOT};
use crate::resolve::report::{Code, Diagnostic, Severity};
use crate::resolve::source::{Variable, severity};
use crate::schema::Kind;

impl<'r> Reader<'r> {
    /// Sets an entry, or a field of one.
    pub(super) fn part(&mut self, parts: &[(LeafId, &'r str)], number: u32, variable: Variable<'r>) {
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
        let other = self.parts.get_or_insert_default().insert((leaf, route.clone()), number);
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
}
