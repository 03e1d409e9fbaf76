//! A JSON file, read along the schema in a single pass.

use super::candidates::ValuePlace;
use super::removed::removed;
use super::sink::Sink;
use super::unclaimed::unclaimed_note;
use crate::format::{FileFormat, OtherFormat, Problem, other_format};
use crate::nearest::nearest;
use crate::resolve::index::{Index, LeafId, ROOT, Removal, Slot, Target};
use crate::resolve::report::{Code, Diagnostic, Place, Severity};
use crate::resolve::source::{EMPTY, Policies, Source, severity};
use crate::value::json::{Escaped, Extent, Key, Raw, Scanner, Shape, SyntaxError};
use crate::value::short;

/// Reads a source.
pub(crate) fn read(index: &Index, policies: &Policies, number: u16, source: &Source, sink: &mut Sink) {
    let mut reader = Reader {
        index,
        policies,
        number,
        source,
        scanner: Scanner::new(source.json()),
        sink,
        seen_sections: Vec::new(),
        unknown: None,
    };
    reader.root();
    if let Some(unknown) = reader.unknown.take() {
        reader.settle_aliases(unknown.alias_hits);
        reader.note_unclaimed(&unknown.unclaimed);
    }
}

struct Reader<'r> {
    index: &'r Index,
    policies: &'r Policies,
    number: u16,
    source: &'r Source,
    scanner: Scanner<'r>,
    sink: &'r mut Sink,
    /// The first place of each section's key.
    seen_sections: Vec<Option<Span>>,
    unknown: Option<Box<UnknownKeys<'r>>>,
}

/// The keys that are no setting's own, and what they can be.
#[derive(Default)]
struct UnknownKeys<'r> {
    aliases: Option<Vec<(String, LeafId)>>,
    removals: Option<Vec<Removal>>,
    alias_hits: Vec<AliasHit<'r>>,
    unclaimed: Vec<(String, Span)>,
}

/// A part of the source, in bytes.
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
                let found = Diagnostic::error(Code::EmptyFile, EMPTY);
                let help = match self.source.format() {
                    FileFormat::Json => "write `{}` to use every default",
                    #[cfg(any(feature = "toml", feature = "yaml"))]
                    _ => "write a comment to use every default",
                };
                self.report(found.help(help), self.here(0));
            }
            Ok(Some(b'{')) => {
                if let Err(error) = self.section(ROOT).and_then(|()| self.scanner.end()) {
                    self.syntax(*error);
                }
            }
            Ok(Some(_)) => match self.scanner.value() {
                // `[server]` is a list to JSON, and a table to TOML
                Ok(raw) => match other_format(self.source.text(), self.source.format())
                    .filter(|_| self.scanner.end().is_err())
                {
                    Some(other) => self.other_format(other, span(raw)),
                    None => {
                        let message = format!("expected an object of sections, found {}", raw.shape.name());
                        let help = match self.source.format() {
                            FileFormat::Json => "put the sections in braces: `{\"Section\": {…}}`",
                            #[cfg(any(feature = "toml", feature = "yaml"))]
                            _ => "write a section as `Section:`, its settings below it",
                        };
                        self.report(Diagnostic::error(Code::WrongType, message).help(help), span(raw));
                    }
                },
                Err(error) => self.syntax(*error),
            },
            Err(error) => self.syntax(*error),
        }
    }

    /// Reads the members of an object. Recursion is as deep as the structs nest.
    fn section(&mut self, section: u32) -> Result<(), Box<SyntaxError>> {
        let slots = self.index.slots(section);
        let mut expected = 0;
        let mut first = true;
        self.scanner.open();
        while let Some(key) = self.scanner.step_to_key(&mut first)? {
            let found = self.scanner.plain_name(key).and_then(|name| find(slots, name, expected));
            let at = match found {
                Some(at) => at,
                None => match self.find_closely(section, key) {
                    Some(at) => at,
                    None => {
                        self.unknown(section, self.scanner.key_of(key))?;
                        continue;
                    }
                },
            };
            expected = at + 1;
            match slots.get(at).map(|slot| slot.target) {
                Some(Target::Leaf(leaf)) => self.leaf(leaf, key)?,
                Some(Target::Section(below)) => self.below(below, self.scanner.key_of(key))?,
                None => {}
            }
        }
        Ok(())
    }

    /// Returns the slot of a key that is not written exactly as its setting's: with escapes, or in another letter case.
    #[cold]
    fn find_closely(&mut self, section: u32, key: Extent<Escaped>) -> Option<usize> {
        let (slots, key) = (self.index.slots(section), self.scanner.key_of(key));
        let name = key.name();
        find(slots, name.as_bytes(), 0).or_else(|| {
            let at = slots.iter().position(|slot| slot.key.eq_ignore_ascii_case(&name))?;
            self.letter_case(section, slots.get(at)?, &name, key);
            Some(at)
        })
    }

    #[inline]
    fn leaf(&mut self, leaf: LeafId, key: Extent<Escaped>) -> Result<(), Box<SyntaxError>> {
        let value = self.scanner.step_over_value()?;
        if let Some(first) = self.own_candidate(leaf) {
            let key = key_span(self.scanner.key_of(key));
            self.duplicate(&self.index.leaf_path(leaf).to_string(), key, first);
        }
        self.push(leaf, self.scanner.offset_of(value), value.len(), value.of);
        Ok(())
    }

    fn below(&mut self, section: u32, key: Key<'r>) -> Result<(), Box<SyntaxError>> {
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
                self.sink.candidates.hold(first, count);
            }
            return self.section(section);
        }
        let raw = self.scanner.value()?;
        if let (Some((first, count)), Shape::Null) = (optional, raw.shape) {
            self.sink.candidates.clear(first, count);
            return Ok(());
        }
        let message = format!("`{}` is a section: expected an object, found {}", keys(), raw.shape.name());
        let found = Diagnostic::error(Code::WrongType, message);
        self.report(found.help("put its settings in braces, or remove it to use their defaults"), span(raw));
        Ok(())
    }

    #[cold]
    fn unknown(&mut self, section: u32, key: Key<'r>) -> Result<(), Box<SyntaxError>> {
        let name = &*key.name();
        let raw = self.scanner.value()?;
        let path = self.index.section_keys(section).join(".");
        if self.take_aliases(&join(&path, name), key, raw) || self.take_removed(&join(&path, name), key, raw)
        {
            return Ok(());
        }
        let known = self.index.slots(section).iter().map(|slot| slot.key);
        let near = nearest(name, known).map(|near| join(&path, near));
        let policy = self.policies.of(self.index, section);
        if near.is_none() && section == ROOT && policy.is_none() {
            if !name.starts_with('$') {
                let unclaimed = (name.to_owned(), key_span(key));
                self.unknown.get_or_insert_default().unclaimed.push(unclaimed);
            }
            return Ok(());
        }
        let Some(severity) =
            severity(policy, Severity::Warning).filter(|_| section != ROOT || !name.starts_with('$'))
        else {
            return Ok(());
        };
        let help = near.map_or_else(|| self.elsewhere(name), |near| format!("did you mean `{near}`?"));
        let message = format!("unknown setting {}", short(format!("`{}`", join(&path, name))));
        self.report(Diagnostic::new(severity, Code::UnknownKey, message).help(help), key_span(key));
        Ok(())
    }

    /// The advice for an unknown key. A setting with the same key may mean something else, so it is only named.
    fn elsewhere(&self, name: &str) -> String {
        match self.index.leaf_of_key(name).map(|leaf| self.index.leaf_path(leaf)) {
            Some(path) => format!("remove it; the setting with this key is `{path}`"),
            None => "remove it".to_owned(),
        }
    }

    /// Remembers the values of aliases at or below `path`, and returns whether that is all there is.
    fn take_aliases(&mut self, path: &str, key: Key<'r>, raw: Raw<'r>) -> bool {
        let unknown = self.unknown.get_or_insert_default();
        let aliases = unknown.aliases.get_or_insert_with(|| self.index.aliases());
        if let Some((alias, leaf)) = aliases.iter().find(|(alias, _)| alias.eq_ignore_ascii_case(path)) {
            let hit = AliasHit { leaf: *leaf, alias: alias.clone(), key: key_span(key), value: raw };
            unknown.alias_hits.push(hit);
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

    /// Reports the removed settings at or below `path`, and returns whether that is all there is.
    fn take_removed(&mut self, path: &str, key: Key<'r>, raw: Raw<'r>) -> bool {
        let unknown = self.unknown.get_or_insert_default();
        let removals = unknown.removals.get_or_insert_with(|| self.index.removals());
        if let Some(removal) = removals.iter().find(|removal| removal.path.eq_ignore_ascii_case(path)) {
            let found = removed(path, removal);
            self.report(found, key_span(key));
            return true;
        }
        let holds_some = removals.iter().any(|removal| {
            removal.path.get(..path.len()).is_some_and(|start| start.eq_ignore_ascii_case(path))
                && removal.path.get(path.len()..).is_some_and(|rest| rest.starts_with('.'))
        });
        if !holds_some {
            return false;
        }
        let entries = raw.entries().unwrap_or_default();
        let taken = entries
            .iter()
            .filter(|(below, value)| self.take_removed(&join(path, &below.name()), *below, *value))
            .count();
        taken == entries.len()
    }

    /// Settles aliases: in one file a setting's own name is stronger, whatever the order.
    fn settle_aliases(&mut self, hits: Vec<AliasHit<'r>>) {
        for hit in hits {
            let path = self.index.leaf_path(hit.leaf).to_string();
            let found = match self.own_candidate(hit.leaf) {
                Some(own) => {
                    let message = format!("`{}` is ignored: `{path}` is set too", hit.alias);
                    let place = self.place(own, false);
                    Diagnostic::warning(Code::Alias, message).related(place, "set here").help("remove it")
                }
                None => {
                    self.push(hit.leaf, hit.value.start, hit.value.text.len(), hit.value.shape);
                    let message = format!("`{}` is an old name of `{path}`", hit.alias);
                    Diagnostic::warning(Code::Alias, message).help(format!("write it as `{path}`"))
                }
            };
            self.report(found.setting(path), hit.key);
        }
    }

    fn note_unclaimed(&mut self, unclaimed: &[(String, Span)]) {
        let Some((_, first)) = unclaimed.first() else { return };
        let names = unclaimed.iter().map(|(name, _)| name.as_str());
        let note = unclaimed_note(Code::UnclaimedSections, "section", names, self.place(*first, true));
        let help = "remove them, unless another program reads them";
        self.sink.diagnostics.extend(note.map(|note| note.help(help)));
    }

    #[cold]
    fn letter_case(&mut self, section: u32, slot: &Slot, name: &str, key: Key<'_>) {
        let right = join(&self.index.section_keys(section).join("."), slot.key);
        let found = Diagnostic::warning(
            Code::LetterCase,
            format!("`{name}` is read as `{right}`: the letter case differs"),
        );
        self.report(found.setting(right).help(format!("write it as `{}`", slot.key)), key_span(key));
    }

    #[cold]
    fn duplicate(&mut self, path: &str, again: Span, first: Span) {
        let found = Diagnostic::error(Code::DuplicateKey, format!("`{path}` is set twice in one file"))
            .setting(path)
            .related(self.place(first, false), "first set here")
            .help("remove one of the two");
        self.report(found, again);
    }

    /// Reports a syntax error of a format other than JSON.
    fn problem(&mut self, problem: &Problem) {
        let part = (problem.span.start, problem.span.len());
        let place = self.source.place_in_file(self.index, part, true, false);
        let found = match other_format(self.source.text(), self.source.format()) {
            Some(other) => Diagnostic::error(Code::Syntax, other.message).help(other.help),
            None => {
                let help = help_for_line(self.source.text(), problem.span.start);
                Diagnostic::error(Code::Syntax, problem.message.clone())
                    .help(help.map_or_else(|| problem.help.clone(), str::to_owned))
            }
        };
        self.sink.diagnostics.push(found.at(place));
    }

    fn syntax(&mut self, error: SyntaxError) {
        let at = Span { start: error.offset, len: error.len };
        if let Some(other) = other_format(self.source.text(), self.source.format()) {
            return self.other_format(other, Span { len: 1, ..at });
        }
        let message = match self.source.is_fault_open(self.index) {
            true => error.message,
            // the character may belong to a secret
            false => error.message.split(", found `").next().unwrap_or_default().to_owned(),
        };
        self.report(Diagnostic::error(Code::Syntax, message).help(error.help), at);
    }

    fn other_format(&mut self, other: OtherFormat, at: Span) {
        self.report(Diagnostic::error(Code::Syntax, other.message).help(other.help), at);
    }

    fn own_candidate(&self, leaf: LeafId) -> Option<Span> {
        match self.sink.candidates.strongest(leaf)?.place {
            ValuePlace::Source { source, start, len, .. } if source == self.number => {
                Some(Span { start: start as usize, len: len as usize })
            }
            _ => None,
        }
    }

    #[inline]
    fn push(&mut self, leaf: LeafId, start: usize, len: usize, shape: Shape) {
        // the text is shorter than 4 GiB, which `root` has checked
        let (start, len) = (start as u32, len as u32);
        self.sink.push(leaf, ValuePlace::Source { source: self.number, start, len, shape });
    }

    fn here(&self, len: usize) -> Span {
        Span { start: self.scanner.offset(), len }
    }

    #[cold]
    fn report(&mut self, diagnostic: Diagnostic, at: Span) {
        let place = self.place(at, true);
        self.sink.report(diagnostic.at(place));
    }

    fn place(&self, at: Span, with_snippet: bool) -> Place {
        self.source.place(self.index, (at.start, at.len), with_snippet, false)
    }
}

/// Returns the slot of a key, which most often follows the last one.
#[inline]
fn find(slots: &[Slot], name: &[u8], expected: usize) -> Option<usize> {
    let (before, after) = slots.split_at_checked(expected).unwrap_or((slots, &[]));
    let is_wanted = |slot: &Slot| slot.key.as_bytes() == name;
    let after = after.iter().position(is_wanted).map(|at| expected + at);
    after.or_else(|| before.iter().position(is_wanted))
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

/// Returns the help for mistakes of TOML and YAML that concern whole lines.
fn help_for_line(text: &str, at: usize) -> Option<&'static str> {
    if text.lines().any(|line| line.starts_with("<<<<<<< ")) {
        return Some("resolve the merge conflict");
    }
    let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
    let line = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    match line.trim_start() {
        line if line.starts_with("//") || line.starts_with("/*") => Some("a comment begins with `#`"),
        _ if line.bytes().take_while(u8::is_ascii_whitespace).any(|byte| byte == b'\t') => {
            Some("indent with spaces, not with tabs")
        }
        _ => None,
    }
}
