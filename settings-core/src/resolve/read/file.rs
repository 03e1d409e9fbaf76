//! One JSON file, walked along the schema in a single pass.

use super::candidates::{Candidates, ValuePlace};
use crate::format::{FileFormat, Problem, help_for_format};
use crate::nearest::nearest;
use crate::resolve::index::{Index, LeafId, ROOT, Slot, Target};
use crate::resolve::report::{Code, Diagnostic, Place, Severity};
use crate::resolve::source::{Policies, Source, severity};
use crate::value::json::{Key, Raw, Scanner, Shape, SyntaxError};
use crate::value::short;

/// Names in a note: more are only counted.
const NAMED: usize = 5;

/// Reads a source into `candidates`; what is wrong with it goes to `diagnostics`.
pub(crate) fn read(
    index: &Index,
    policies: &Policies,
    number: u16,
    source: &Source,
    candidates: &mut Candidates,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut reader = Reader {
        index,
        policies,
        number,
        source,
        scanner: Scanner::new(source.json()),
        candidates,
        diagnostics,
        seen_sections: Vec::new(),
        aliases: None,
        alias_hits: Vec::new(),
        unclaimed: Vec::new(),
    };
    reader.root();
    reader.settle_aliases();
    reader.note_unclaimed();
}

struct Reader<'r> {
    index: &'r Index,
    policies: &'r Policies,
    number: u16,
    source: &'r Source,
    scanner: Scanner<'r>,
    candidates: &'r mut Candidates,
    diagnostics: &'r mut Vec<Diagnostic>,
    /// Where each section's key was first seen.
    seen_sections: Vec<Option<Span>>,
    aliases: Option<Vec<(String, LeafId)>>,
    alias_hits: Vec<AliasHit<'r>>,
    unclaimed: Vec<(String, Span)>,
}

/// A place in the source, in bytes.
#[derive(Clone, Copy)]
struct Span {
    start: usize,
    len: usize,
}

struct AliasHit<'r> {
    leaf: LeafId,
    alias: String,
    key: Span,
    value: Raw<'r>,
}

impl<'r> Reader<'r> {
    fn root(&mut self) {
        if u32::try_from(self.source.text().len().max(self.source.json().len())).is_err() {
            return self.syntax(SyntaxError {
                offset: 0,
                len: 0,
                message: "larger than 4 GiB".to_owned(),
                help: "split it into several files".into(),
            });
        }
        let problems = self.source.problems();
        if !problems.is_empty() {
            return problems.iter().for_each(|problem| self.problem(problem));
        }
        let is_blank = self.source.format() != FileFormat::Json
            && self.source.text().trim_start_matches('\u{feff}').trim().is_empty();
        match if is_blank { Ok(None) } else { self.scanner.peek() } {
            Ok(None) => {
                let help = match self.source.format() {
                    FileFormat::Json => "write `{}` to use every default".to_owned(),
                    #[cfg(any(feature = "toml", feature = "yaml"))]
                    _ => "write a comment to use every default".to_owned(),
                };
                self.diagnose(
                    Code::EmptyFile,
                    Severity::Error,
                    "the file holds nothing",
                    None,
                    self.here(0),
                    help,
                );
            }
            Ok(Some(b'{')) => {
                if let Err(error) = self.section(ROOT).and_then(|()| self.scanner.end()) {
                    self.syntax(error);
                }
            }
            Ok(Some(_)) => match self.scanner.value() {
                Ok(raw) => {
                    let message = format!("expected an object of sections, found {}", raw.shape.name());
                    let help = match self.source.format() {
                        FileFormat::Json => "put the sections in braces: `{\"Section\": {…}}`".to_owned(),
                        #[cfg(any(feature = "toml", feature = "yaml"))]
                        _ => "write a section as `Section:`, its settings below it".to_owned(),
                    };
                    self.diagnose(Code::WrongType, Severity::Error, message, None, span(raw), help);
                }
                Err(error) => self.syntax(error),
            },
            Err(error) => self.syntax(error),
        }
    }

    /// Reads an object's members; the recursion is as deep as the structs nest.
    fn section(&mut self, section: u32) -> Result<(), SyntaxError> {
        let slots = self.index.slots(section);
        let mut expected = 0;
        let mut first = true;
        self.scanner.open();
        while let Some(key) = self.scanner.next_key(&mut first)? {
            let name = key.name();
            match find(slots, &name, expected) {
                Some((at, exact)) => {
                    expected = at + 1;
                    let Some(&slot) = slots.get(at) else { continue };
                    if !exact {
                        self.letter_case(section, slot, &name, key);
                    }
                    match slot.target {
                        Target::Leaf(leaf) => self.leaf(leaf, key)?,
                        Target::Section(below) => self.below(below, key)?,
                    }
                }
                None => self.unknown(section, &name, key)?,
            }
        }
        Ok(())
    }

    fn leaf(&mut self, leaf: LeafId, key: Key<'r>) -> Result<(), SyntaxError> {
        let raw = self.scanner.value()?;
        if let Some(first) = self.own_candidate(leaf) {
            self.duplicate(&self.index.leaf_path(leaf).to_string(), key_span(key), first);
        }
        self.push(leaf, raw);
        Ok(())
    }

    fn below(&mut self, section: u32, key: Key<'r>) -> Result<(), SyntaxError> {
        let keys = || self.index.section_keys(section).join(".");
        if self.seen_sections.is_empty() {
            self.seen_sections.resize(self.index.sections.len(), None);
        }
        match self.seen_sections.get_mut(section as usize) {
            Some(Some(first)) => {
                let first = *first;
                self.duplicate(&keys(), key_span(key), first);
            }
            Some(seen) => *seen = Some(key_span(key)),
            None => {}
        }
        let optional = self.index.sections.get(section as usize).and_then(|entry| entry.optional);
        if self.scanner.peek()? == Some(b'{') {
            if let Some((first, count)) = optional {
                self.candidates.hold(first, count);
            }
            return self.section(section);
        }
        let raw = self.scanner.value()?;
        if let (Some((first, count)), Shape::Null) = (optional, raw.shape) {
            self.candidates.clear(first, count);
            return Ok(());
        }
        let message = format!("`{}` is a section: expected an object, found {}", keys(), raw.shape.name());
        let help = "put its settings in braces, or remove it to use their defaults".to_owned();
        self.diagnose(Code::WrongType, Severity::Error, message, None, span(raw), help);
        Ok(())
    }

    fn unknown(&mut self, section: u32, name: &str, key: Key<'r>) -> Result<(), SyntaxError> {
        let raw = self.scanner.value()?;
        let mut path = self.index.section_keys(section).join(".");
        if self.take_aliases(&join(&path, name), key, raw) {
            return Ok(());
        }
        let known = self.index.slots(section).iter().map(|slot| slot.key);
        let near = nearest(name, known).map(|near| join(&path, near));
        let policy = self.policies.of(self.index, section);
        if near.is_none() && section == ROOT && policy.is_none() {
            if !name.starts_with('$') {
                self.unclaimed.push((name.to_owned(), key_span(key)));
            }
            return Ok(());
        }
        if path.is_empty() {
            path.push_str("this program");
        }
        let (usual, help) = match near {
            Some(near) => (Severity::Error, format!("did you mean `{near}`?")),
            None => (Severity::Warning, self.elsewhere(name)),
        };
        let Some(severity) = severity(policy, usual).filter(|_| section != ROOT || !name.starts_with('$'))
        else {
            return Ok(());
        };
        let message = format!("{} is no setting of {path}", short(format!("`{name}`")));
        self.diagnose(Code::UnknownKey, severity, message, None, key_span(key), help);
        Ok(())
    }

    /// Where a key is known that its section doesn't have.
    fn elsewhere(&self, name: &str) -> String {
        match self.index.leaf_of_key(name).map(|leaf| self.index.leaf_path(leaf)) {
            Some(path) => format!("`{path}` is a setting: move it there, or remove it"),
            None => "remove it".to_owned(),
        }
    }

    /// Remembers what stands under old names at or below `path`; whether all of the value did.
    fn take_aliases(&mut self, path: &str, key: Key<'r>, raw: Raw<'r>) -> bool {
        let aliases = self.aliases.get_or_insert_with(|| self.index.aliases());
        if let Some((alias, leaf)) = aliases.iter().find(|(alias, _)| alias.eq_ignore_ascii_case(path)) {
            let hit = AliasHit { leaf: *leaf, alias: alias.clone(), key: key_span(key), value: raw };
            self.alias_hits.push(hit);
            return true;
        }
        let holds_some = aliases.iter().any(|(alias, _)| {
            alias.get(..path.len()).is_some_and(|start| start.eq_ignore_ascii_case(path))
                && alias.get(path.len()..).is_some_and(|rest| rest.starts_with('.'))
        });
        if !holds_some {
            return false;
        }
        let entries = raw.entries().unwrap_or_default();
        let taken = entries
            .iter()
            .filter(|(below, value)| self.take_aliases(&join(path, &below.name()), *below, *value))
            .count();
        taken == entries.len()
    }

    /// A setting's own name in the same file is stronger than its old one, wherever they stand.
    fn settle_aliases(&mut self) {
        for hit in std::mem::take(&mut self.alias_hits) {
            let path = self.index.leaf_path(hit.leaf).to_string();
            let (message, related) = match self.own_candidate(hit.leaf) {
                Some(own) => {
                    let place = self.place(own, false);
                    let message = format!("`{}` is ignored: `{path}` is set too", hit.alias);
                    (message, vec![(place, "set here".to_owned())])
                }
                None => {
                    self.push(hit.leaf, hit.value);
                    (format!("`{}` is an old name of `{path}`", hit.alias), Vec::new())
                }
            };
            let help = match related.is_empty() {
                true => format!("write it as `{path}`"),
                false => "remove it".to_owned(),
            };
            self.diagnose(Code::Alias, Severity::Warning, message, Some(path), hit.key, help);
            if let Some(diagnostic) = self.diagnostics.last_mut() {
                diagnostic.related = related;
            }
        }
    }

    fn note_unclaimed(&mut self) {
        let Some(&(_, first)) = self.unclaimed.first() else { return };
        let count = self.unclaimed.len();
        let names: Vec<_> =
            self.unclaimed.iter().take(NAMED).map(|(name, _)| short(format!("`{name}`"))).collect();
        let more = if count > NAMED { format!(" and {} more", count - NAMED) } else { String::new() };
        let message = if count == 1 {
            format!("{} belongs to no section of this program and is passed over", names.join(""))
        } else {
            format!("{}{more} belong to no section of this program and are passed over", names.join(", "))
        };
        let help = "remove them, unless another program reads them".to_owned();
        self.diagnose(Code::UnclaimedSections, Severity::Note, message, None, first, help);
    }

    fn letter_case(&mut self, section: u32, slot: Slot, name: &str, key: Key<'_>) {
        let right = join(&self.index.section_keys(section).join("."), slot.key);
        let message = format!("`{name}` is taken for `{right}`, whose letter case differs");
        let help = format!("write it as `{}`", slot.key);
        self.diagnose(Code::LetterCase, Severity::Warning, message, Some(right), key_span(key), help);
    }

    fn duplicate(&mut self, path: &str, again: Span, first: Span) {
        let message = format!("`{path}` is set twice in one file");
        let help = "remove one of the two".to_owned();
        self.diagnose(Code::DuplicateKey, Severity::Error, message, Some(path.to_owned()), again, help);
        let first = self.place(first, false);
        if let Some(diagnostic) = self.diagnostics.last_mut() {
            diagnostic.related.push((first, "first set here".to_owned()));
        }
    }

    /// Reports a syntax error of a format other than JSON.
    fn problem(&mut self, problem: &Problem) {
        let part = (problem.span.start, problem.span.len());
        let place = self.source.place_in_file(self.index, part, true, false);
        self.diagnostics.push(Diagnostic {
            severity: Severity::Error,
            code: Code::Syntax,
            message: problem.message.clone(),
            setting: None,
            place,
            related: Vec::new(),
            help: help_for_format(self.source.text(), self.source.format()).unwrap_or(problem.help.clone()),
        });
    }

    fn syntax(&mut self, error: SyntaxError) {
        let at = Span { start: error.offset, len: error.len };
        let other_format = help_for_format(self.source.text(), self.source.format());
        let help = other_format.unwrap_or_else(|| error.help.into_owned());
        self.diagnose(Code::Syntax, Severity::Error, error.message, None, at, help);
    }

    fn own_candidate(&self, leaf: LeafId) -> Option<Span> {
        match self.candidates.strongest(leaf)?.place {
            ValuePlace::Source { source, start, len, .. } if source == self.number => {
                Some(Span { start: start as usize, len: len as usize })
            }
            _ => None,
        }
    }

    fn push(&mut self, leaf: LeafId, raw: Raw<'_>) {
        // the text is shorter than 4 GiB, which `root` has checked
        let place = ValuePlace::Source {
            source: self.number,
            start: raw.start as u32,
            len: raw.text.len() as u32,
            shape: raw.shape,
        };
        self.candidates.push(leaf, place);
    }

    fn here(&self, len: usize) -> Span {
        Span { start: self.scanner.offset(), len }
    }

    fn diagnose(
        &mut self,
        code: Code,
        severity: Severity,
        message: impl Into<String>,
        setting: Option<String>,
        at: Span,
        help: String,
    ) {
        let place = self.place(at, true);
        let message = message.into();
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

    fn place(&self, at: Span, with_snippet: bool) -> Place {
        self.source.place(self.index, (at.start, at.len), with_snippet, false)
    }
}

/// Which slot a key means, most often one soon behind the last, and whether its letter case is right.
#[inline]
fn find(slots: &[Slot], name: &str, expected: usize) -> Option<(usize, bool)> {
    let (before, behind) = slots.split_at_checked(expected).unwrap_or((slots, &[]));
    if let Some(at) = behind.iter().position(|slot| slot.key == name) {
        return Some((expected + at, true));
    }
    let exact = before.iter().position(|slot| slot.key == name).map(|at| (at, true));
    exact.or_else(|| slots.iter().position(|slot| slot.key.eq_ignore_ascii_case(name)).map(|at| (at, false)))
}

fn join(section: &str, key: &str) -> String {
    if section.is_empty() { key.to_owned() } else { format!("{section}.{key}") }
}

fn key_span(key: Key<'_>) -> Span {
    Span { start: key.start, len: key.raw.len() }
}

fn span(raw: Raw<'_>) -> Span {
    let len = if matches!(raw.shape, Shape::Array | Shape::Object) { 1 } else { raw.text.len() };
    Span { start: raw.start, len }
}
