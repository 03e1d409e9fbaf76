//! Warnings about aliases, letter case, deprecated and unknown keys inside repeated sections.

use super::builder::Builder;
use super::deprecation::deprecation;
use super::inputs::Inputs;
use super::merged::kind_of;
use crate::nearest::nearest;
use crate::resolve::index::{LeafId, ROOT, Removal};
use crate::resolve::read::removed::removed;
use crate::resolve::read::{Candidate, Piece};
use crate::resolve::report::{Code, Diagnostic, Severity};
use crate::resolve::source::severity;
use crate::schema::{Kind, Member, Section, Segment, Setting};
use crate::value::json::{Key, Raw};
use crate::value::{Match, Name, match_members, short};

impl Builder<'_> {
    /// Warns of such names in each layer's value of a setting that contains sections.
    pub(crate) fn note_names(&mut self, leaf: LeafId, setting: &'static Setting) {
        for candidate in self.inputs.candidates.chain(leaf) {
            let Some(raw) = Piece::at(self.inputs.layers, self.inputs.texts, candidate.place).json() else {
                continue;
            };
            let route = self.inputs.candidates.route(candidate).iter();
            let within: String = route.map(|step| step.segment().to_string()).collect();
            let path = format!("{}{within}", self.inputs.index.leaf_path(leaf));
            let kind = kind_of(self.inputs, setting, candidate);
            let diagnostics = &mut self.diagnostics;
            let mut walk = Walk { inputs: self.inputs, leaf, setting, candidate, whole: raw, diagnostics };
            walk.value(&kind, raw, &path);
        }
    }
}

/// A walk over one layer's value.
struct Walk<'w, 'r> {
    inputs: Inputs<'r>,
    leaf: LeafId,
    setting: &'static Setting,
    candidate: &'w Candidate,
    whole: Raw<'r>,
    diagnostics: &'w mut Vec<Diagnostic>,
}

impl<'r> Walk<'_, 'r> {
    /// Walks a value. Recursion is as deep as the kinds nest.
    fn value(&mut self, kind: &Kind, raw: Raw<'r>, path: &str) {
        match kind {
            Kind::Optional(of) => self.value(of, raw, path),
            Kind::List(of) | Kind::Set(of) => {
                for (number, element) in raw.elements().unwrap_or_default().into_iter().enumerate() {
                    self.value(of, element, &format!("{path}[{number}]"));
                }
            }
            Kind::Map { of, .. } => {
                for (key, value) in raw.entries().unwrap_or_default() {
                    let key = Segment::Key(key.name().into_owned());
                    self.value(of, value, &format!("{path}{key}"));
                }
            }
            Kind::Section(section) => self.section(section, raw, path),
            _ => {}
        }
    }

    fn section(&mut self, section: &'static Section, raw: Raw<'r>, path: &str) {
        let entries = raw.entries().unwrap_or_default();
        let found = match_members(section, entries.iter().map(|(key, _)| key.name()));
        for ((key, value), found) in entries.iter().zip(found) {
            let Some(Match { member: at, name, is_shadowed }) = found else {
                self.unknown(section, *key, path);
                continue;
            };
            let Some(member) = section.members.get(at) else { continue };
            let below = format!("{path}.{}", member.key());
            let write = format!("write it as `{}`", member.key());
            match name {
                Name::Own => {}
                Name::OtherCase => {
                    let message = format!("`{}` is read as `{below}`: the letter case differs", key.name());
                    self.report(Diagnostic::warning(Code::LetterCase, message).help(write), &below, *key);
                }
                Name::Alias => {
                    let (what, help) = match is_shadowed {
                        true => (format!("is ignored: `{below}` is set too"), "remove it".to_owned()),
                        false => (format!("is an old name of `{below}`"), write),
                    };
                    let message = format!("`{path}.{}` {what}", key.name());
                    self.report(Diagnostic::warning(Code::Alias, message).help(help), &below, *key);
                }
            }
            match member {
                Member::Setting(setting) => {
                    if let Some(deprecated) = setting.deprecated() {
                        let help = match deprecated.replacement {
                            Some(name) => format!("set `{name}` instead"),
                            None => "remove it".to_owned(),
                        };
                        let found = Diagnostic::warning(Code::Deprecated, deprecation(&below, deprecated));
                        self.report(found.help(help), &below, *key);
                    }
                    self.value(&setting.kind, *value, &below);
                }
                Member::Section { section, .. } => self.section(section, *value, &below),
            }
        }
    }

    /// Reports an unknown key by the policy of its section, or of the sections around it.
    fn unknown(&mut self, section: &Section, key: Key<'r>, path: &str) {
        let Inputs { index, layers, .. } = self.inputs;
        let name = key.name();
        if let Some(record) = section.removed.iter().find(|record| record.path.eq_ignore_ascii_case(&name)) {
            let whole = |key: &str| if key.contains('.') { key.to_owned() } else { format!("{path}.{key}") };
            let removal =
                Removal { path: whole(record.path), replacement: record.replacement.map(whole), record };
            return self.report(removed(&removal.path, &removal), path, key);
        }
        let around = index.leaves.get(self.leaf as usize).map_or(ROOT, |entry| entry.section);
        let policy = section.unknown.or_else(|| layers.extras().policies.of(index, around));
        let Some(severity) = severity(policy, Severity::Warning) else { return };
        let message = format!("unknown setting {}", short(format!("`{path}.{}`", key.name())));
        let near = nearest(&key.name(), section.members.iter().map(Member::key));
        let help = near.map_or("remove it".to_owned(), |near| format!("did you mean `{near}`?"));
        self.report(Diagnostic::new(severity, Code::UnknownKey, message).help(help), path, key);
    }

    fn report(&mut self, diagnostic: Diagnostic, path: &str, key: Key<'r>) {
        let part = (key.start - self.whole.start, key.raw.len());
        let place = self.inputs.place(self.setting, self.candidate, Some(part));
        self.diagnostics.push(diagnostic.at(place).setting(path));
    }
}
