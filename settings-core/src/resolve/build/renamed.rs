//! Names in sections that repeat: old ones, ones in another letter case, those of deprecated settings and of none.

use super::builder::Builder;
use super::deprecation::deprecation;
use super::inputs::Inputs;
use crate::nearest::nearest;
use crate::resolve::index::LeafId;
use crate::resolve::read::{Candidate, ValuePlace};
use crate::resolve::report::{Code, Diagnostic, Severity};
use crate::schema::{Kind, Member, Section, Setting, Unknown};
use crate::value::json::{Key, Raw, parse_value};
use crate::value::{Name, member_called};

impl Builder<'_> {
    /// Warns of such names in each layer's value of a setting that holds sections.
    pub(crate) fn note_names(&mut self, leaf: LeafId, setting: &'static Setting) {
        for candidate in self.inputs.candidates.chain(leaf) {
            let Some(raw) = self.inputs.raw(candidate) else { continue };
            let path = self.inputs.index.leaf_path(leaf).to_string();
            let mut walk = Walk {
                inputs: self.inputs,
                setting,
                candidate,
                whole: raw,
                diagnostics: &mut self.diagnostics,
            };
            match (setting.kind, candidate.place) {
                (Kind::Map(of), ValuePlace::MapEntry { text, .. }) => {
                    let name = self.inputs.texts.get(text as usize).map_or("", |text| text);
                    walk.value(of, raw, &format!("{path}.{name}"));
                }
                (kind, _) => walk.value(&kind, raw, &path),
            }
        }
    }
}

impl<'r> Inputs<'r> {
    /// What a candidate says, as JSON; none where it is no JSON.
    pub(crate) fn raw(self, candidate: &Candidate) -> Option<Raw<'r>> {
        let text = match candidate.place {
            ValuePlace::Source { source, start, len, shape } => {
                let start = start as usize;
                let text =
                    self.layers.sources.get(usize::from(source))?.json().get(start..start + len as usize)?;
                return Some(Raw { text, start, shape });
            }
            ValuePlace::Variable(variable) | ValuePlace::MapEntry { variable, .. } => {
                self.layers.environment.get(variable)?.value?
            }
            ValuePlace::VariableFile { text, .. } => self.texts.get(text as usize)?,
            ValuePlace::SecretFile(number) => self.layers.secrets.get(number as usize)?.text(),
            ValuePlace::Override(number) => &self.layers.overrides.get(number as usize)?.text,
        };
        parse_value(text).ok()
    }
}

/// A walk over one layer's value.
struct Walk<'w, 'r> {
    inputs: Inputs<'r>,
    setting: &'static Setting,
    candidate: &'w Candidate,
    whole: Raw<'r>,
    diagnostics: &'w mut Vec<Diagnostic>,
}

impl<'r> Walk<'_, 'r> {
    /// As deep as the kinds nest.
    fn value(&mut self, kind: &Kind, raw: Raw<'r>, path: &str) {
        match kind {
            Kind::Optional(of) => self.value(of, raw, path),
            Kind::List(of) | Kind::Set(of) => {
                for (number, element) in raw.elements().unwrap_or_default().into_iter().enumerate() {
                    self.value(of, element, &format!("{path}[{number}]"));
                }
            }
            Kind::Map(of) => {
                for (key, value) in raw.entries().unwrap_or_default() {
                    self.value(of, value, &format!("{path}.{}", key.name()));
                }
            }
            Kind::Section(section) => self.section(section, raw, path),
            _ => {}
        }
    }

    fn section(&mut self, section: &'static Section, raw: Raw<'r>, path: &str) {
        let entries = raw.entries().unwrap_or_default();
        let named: Vec<_> = entries.iter().map(|(key, _)| member_called(section, &key.name())).collect();
        // by member: whether one of its own names stands in the object, and whether a name of it has been passed
        let mut seen = vec![(false, false); section.members.len()];
        for (at, name) in named.iter().flatten() {
            if let Some((own, _)) = seen.get_mut(*at) {
                *own |= *name != Name::Alias;
            }
        }
        for ((key, value), name) in entries.iter().zip(&named) {
            let Some((at, name)) = *name else {
                if section.unknown == Some(Unknown::Warn) {
                    let message = format!("`{}` is no setting of {path}", key.name());
                    let near = nearest(&key.name(), section.members.iter().map(Member::key));
                    let help = near.map_or("remove it".to_owned(), |near| format!("did you mean `{near}`?"));
                    self.warn(Code::UnknownKey, message, path, *key, help);
                }
                continue;
            };
            let Some(member) = section.members.get(at) else { continue };
            let below = format!("{path}.{}", member.key());
            let is_set_too = match seen.get_mut(at) {
                Some((own, passed)) => std::mem::replace(passed, true) || *own,
                None => false,
            };
            match name {
                Name::Own => {}
                Name::OtherCase => {
                    let message =
                        format!("`{}` is taken for `{below}`, whose letter case differs", key.name());
                    self.warn(
                        Code::LetterCase,
                        message,
                        &below,
                        *key,
                        format!("write it as `{}`", member.key()),
                    );
                }
                Name::Alias => {
                    let what = if is_set_too {
                        format!("is ignored: `{below}` is set too")
                    } else {
                        format!("is an old name of `{below}`")
                    };
                    let message = format!("`{path}.{}` {what}", key.name());
                    self.warn(Code::Alias, message, &below, *key, format!("write it as `{}`", member.key()));
                }
            }
            match member {
                Member::Setting(setting) => {
                    if let Some(deprecated) = setting.deprecated() {
                        let help = match deprecated.replacement {
                            Some(name) => format!("set `{name}` instead"),
                            None => "remove it".to_owned(),
                        };
                        let message = deprecation(&below, deprecated);
                        self.warn(Code::Deprecated, message, &below, *key, help);
                    }
                    self.value(&setting.kind, *value, &below);
                }
                Member::Section { section, .. } => self.section(section, *value, &below),
            }
        }
    }

    fn warn(&mut self, code: Code, message: String, path: &str, key: Key<'r>, help: String) {
        let part = (key.start - self.whole.start, key.raw.len());
        self.diagnostics.push(Diagnostic {
            severity: Severity::Warning,
            code,
            message,
            setting: Some(path.to_owned()),
            place: self.inputs.place(self.setting, self.candidate, Some(part)),
            related: Vec::new(),
            help,
        });
    }
}
