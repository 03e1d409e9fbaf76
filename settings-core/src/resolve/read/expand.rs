//! Expands the references in values of files, along the schema.

use std::borrow::Cow;

use super::route::member_kind;
use crate::resolve::index::{Index, LeafId, ROOT, Target};
use crate::resolve::report::{Code, Diagnostic};
use crate::resolve::source::{Expanding, Layer, Layers, Part, REFERENCE_START, References, Source, parts};
use crate::schema::Kind;
use crate::value::json::{Raw, Shape, parse_value, write_string};
use crate::value::{Value, ZeroizingString, from_json, from_text_with, member_called, to_zeroizing_json};

/// The largest text of a value with its references expanded.
const VALUE_LIMIT: usize = 1 << 20;

/// The largest file with its references expanded.
const FILE_LIMIT: usize = 64 << 20;

/// Expands the references in all files, if the program allows any, and returns the findings.
pub(crate) fn expand(index: &Index, layers: &mut Layers) -> Vec<Diagnostic> {
    // layers that were resolved before must not be expanded twice
    layers.sources.iter_mut().for_each(Source::unexpand);
    let Some(references) = layers.references() else { return Vec::new() };
    let (mut findings, mut files) = (Vec::new(), Vec::new());
    for source in &mut layers.sources {
        let is_file = matches!(source.layer, Layer::File | Layer::CustomDefaults);
        if !is_file || !source.problems().is_empty() || !has_dollar(source.json()) {
            continue;
        }
        // the reader reports a syntax error
        let Ok(root) = parse_value(source.json()) else { continue };
        let mut walk = Walk {
            index,
            references: &references,
            source,
            out: Expanding::new(source.json()),
            aliases: index.aliases(),
            findings: &mut findings,
            files: &mut files,
        };
        walk.section(ROOT, root);
        let expanded = walk.out.finish();
        source.set_expanded(expanded);
    }
    for file in files {
        layers.add_file(file);
    }
    findings
}

/// Returns whether a text can have references.
fn has_dollar(json: &str) -> bool {
    json.contains('$') || json.contains("\\u0024")
}

struct Walk<'w> {
    index: &'w Index,
    references: &'w References,
    source: &'w Source,
    out: Expanding<'w>,
    aliases: Vec<(String, LeafId)>,
    findings: &'w mut Vec<Diagnostic>,
    files: &'w mut Vec<std::path::PathBuf>,
}

impl<'w> Walk<'w> {
    /// Recursion is as deep as the structs nest.
    fn section(&mut self, section: u32, raw: Raw<'w>) {
        let index = self.index;
        for (key, value) in raw.entries().unwrap_or_default() {
            let name = key.name();
            let slots = index.slots(section);
            let exact = slots.iter().find(|slot| slot.key == name);
            let slot = exact.or_else(|| slots.iter().find(|slot| slot.key.eq_ignore_ascii_case(&name)));
            match slot.map(|slot| &slot.target) {
                Some(Target::Leaf(leaf)) => self.leaf(*leaf, value),
                Some(Target::Section(below)) => self.section(*below, value),
                None => {
                    let keys = index.section_keys(section).into_iter().map(Cow::Borrowed);
                    let path: Vec<Cow<'_, str>> = keys.chain([name]).collect();
                    self.alias(&path.join("."), value);
                }
            }
        }
    }

    /// Finds the settings of old names at or below a path. Recursion is as deep as aliases nest.
    fn alias(&mut self, path: &str, raw: Raw<'w>) {
        let found = self.aliases.iter().find(|(alias, _)| alias.eq_ignore_ascii_case(path));
        if let Some((_, leaf)) = found {
            return self.leaf(*leaf, raw);
        }
        let is_around = |alias: &str| {
            let (start, rest) = alias.split_at_checked(path.len()).unwrap_or_default();
            start.eq_ignore_ascii_case(path) && rest.starts_with('.')
        };
        if self.aliases.iter().any(|(alias, _)| is_around(alias)) {
            for (key, value) in raw.entries().unwrap_or_default() {
                self.alias(&format!("{path}.{}", key.name()), value);
            }
        }
    }

    fn leaf(&mut self, leaf: LeafId, raw: Raw<'w>) {
        let Some(setting) = self.index.setting(leaf) else { return };
        let path = self.index.leaf_path(leaf).to_string();
        self.value(&setting.kind, &path, raw);
    }

    /// Recursion is as deep as the value nests, which the parser bounds.
    fn value(&mut self, kind: &Kind, path: &str, raw: Raw<'w>) {
        match (kind.required(), raw.shape) {
            (_, Shape::String { .. }) => self.text(kind, path, raw),
            (Kind::Map { of, .. }, Shape::Object) => {
                for (key, value) in raw.entries().unwrap_or_default() {
                    self.value(of, &format!("{path}.{}", key.name()), value);
                }
            }
            (Kind::List(of) | Kind::Set(of), Shape::Array) => {
                for (number, value) in raw.elements().unwrap_or_default().into_iter().enumerate() {
                    self.value(of, &format!("{path}[{number}]"), value);
                }
            }
            (Kind::Tuple(kinds), Shape::Array) => {
                let elements = raw.elements().unwrap_or_default().into_iter();
                for (number, (of, value)) in kinds.iter().zip(elements).enumerate() {
                    self.value(of, &format!("{path}[{number}]"), value);
                }
            }
            (Kind::Section(section), Shape::Object) => {
                for (key, value) in raw.entries().unwrap_or_default() {
                    let name = key.name();
                    let found = member_called(section, &name).and_then(|(at, _)| section.members.get(at));
                    if let Some(member) = found {
                        self.value(&member_kind(member), &format!("{path}.{}", member.key()), value);
                    }
                }
            }
            (Kind::Json, Shape::Object) => {
                for (key, value) in raw.entries().unwrap_or_default() {
                    self.value(within_json(value), &format!("{path}.{}", key.name()), value);
                }
            }
            (Kind::Json, Shape::Array) => {
                for (number, value) in raw.elements().unwrap_or_default().into_iter().enumerate() {
                    self.value(within_json(value), &format!("{path}[{number}]"), value);
                }
            }
            _ => {}
        }
    }

    fn text(&mut self, kind: &Kind, path: &str, raw: Raw<'w>) {
        if !has_dollar(raw.text) {
            return;
        }
        let Some(text) = raw.string().map(|text| ZeroizingString::from(text.into_owned())) else { return };
        if !text.contains(REFERENCE_START) {
            return;
        }
        let parts = parts(&text);
        let count = parts.iter().filter(|part| **part != Part::Literal("")).count();
        // next to other text, what is in the braces can be a part of a secret
        let is_named = !kind.is_secret() || count == 1;
        let mut expanded = ZeroizingString::default();
        let (mut names, mut is_wrong) = (Vec::new(), false);
        for part in parts {
            let (at, written, message, help) = match part {
                Part::Literal(text) => {
                    expanded.push_str(text);
                    continue;
                }
                Part::Malformed { at, written, fault } => {
                    (at, written, fault.message().to_owned(), "write `$${` for a plain `${`".to_owned())
                }
                Part::Reference { at, written, reference } => match self.references.text(reference) {
                    Ok((text, file)) => {
                        expanded.push_str(&text);
                        self.files.extend(file);
                        names.push(reference.name().into_owned());
                        if expanded.len() <= VALUE_LIMIT && self.out.len() + expanded.len() <= FILE_LIMIT {
                            continue;
                        }
                        let message = "the text with its references is too large".to_owned();
                        (at, written, message, "a value has at most 1 MiB, and a file 64 MiB".to_owned())
                    }
                    Err(refusal) if is_named => (at, written, refusal.message, refusal.help),
                    Err(_) => (
                        at,
                        written,
                        "a reference has no text".to_owned(),
                        "correct it; write `$${` for a plain `${`".to_owned(),
                    ),
                },
            };
            is_wrong = true;
            let number = text.match_indices(REFERENCE_START).take_while(|(found, _)| *found < at).count();
            let total = text.matches(REFERENCE_START).count();
            let part = self.source.reference((raw.start, raw.text.len()), (number, total), written);
            let place = self.source.place_in_file(self.index, part, true, !kind.is_secret());
            let found = Diagnostic::error(Code::Reference, format!("`{path}`: {message}"));
            self.findings.push(found.at(place).setting(path).help(help));
            if expanded.len() > VALUE_LIMIT || self.out.len() + expanded.len() > FILE_LIMIT {
                break;
            }
        }
        let at = (raw.start, raw.start + raw.text.len());
        if is_wrong {
            return self.out.replace(at, raw.text, Vec::new());
        }
        if names.is_empty() {
            // only `$${`
            names.push("$${".to_owned());
        }
        let json = self.json(kind, &expanded);
        self.out.replace(at, &json, names);
    }

    /// Returns a text as JSON of the kind: as a string if the kind accepts one, otherwise as the text of a variable.
    fn json(&self, kind: &Kind, text: &str) -> ZeroizingString {
        let mut string = ZeroizingString::default();
        write_string(&mut string, text);
        let is_accepted = !matches!(kind.required(), Kind::Json)
            && parse_value(&string).is_ok_and(|raw| from_json(kind, raw).map(Value::wipe).is_ok());
        if !is_accepted && let Ok(value) = from_text_with(kind, text, self.index.root.list_separator) {
            let json = to_zeroizing_json(kind, &value);
            value.wipe();
            return json;
        }
        string
    }
}

/// Returns the kind of a value within any JSON, where a text stays a text.
fn within_json(value: Raw<'_>) -> &'static Kind {
    if matches!(value.shape, Shape::String { .. }) { &Kind::Text } else { &Kind::Json }
}
