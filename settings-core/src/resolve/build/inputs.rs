//! The layers and their candidates, from which values are read.

use super::merged::has_no_default_entries;
use crate::resolve::index::{Index, LeafId};
use crate::resolve::read::{Candidate, Candidates, Piece, ValuePlace};
use crate::resolve::report::{Code, Diagnostic, Place, suggestion};
use crate::resolve::source::{Layers, Override, SecretFile, Variable};
use crate::schema::{Kind, Setting};
use crate::value::{
    Mismatch, Reason, Value, ZeroizingString, from_json, from_text_with, json_value, text_value,
};

/// Everything that values are read from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Inputs<'r> {
    pub(crate) index: &'r Index,
    pub(crate) layers: &'r Layers,
    pub(crate) texts: &'r [ZeroizingString],
    pub(crate) candidates: &'r Candidates,
    /// Whether a file has a syntax error, so that settings may be missing.
    pub(crate) is_broken: bool,
}

impl<'r> Inputs<'r> {
    /// Reads a candidate as its setting's kind. Entries and fields that it does not have are those of weaker layers.
    #[inline]
    pub(crate) fn read(
        self,
        setting: &'static Setting,
        candidate: &'r Candidate,
    ) -> Result<Value<'r>, Mismatch> {
        if setting.kind.merges() {
            return match self.read_alone(setting, candidate) {
                Some(value) => Ok(value),
                None => self.merged(setting, candidate),
            };
        }
        self.read_whole(setting, candidate)
    }

    /// Reads a candidate that replaces the weaker ones as a whole.
    #[inline]
    pub(crate) fn read_whole(
        self,
        setting: &'static Setting,
        candidate: &Candidate,
    ) -> Result<Value<'r>, Mismatch> {
        match Piece::at(self.layers, self.texts, candidate.place) {
            Piece::Json(raw) => from_json(&setting.kind, raw),
            Piece::Text(text) => from_text_with(&setting.kind, text, self.index.root.list_separator),
        }
    }

    /// Reads the strongest value of a setting, and requires that the weaker ones have no mistakes either. The mismatch
    /// has no advice.
    #[inline]
    pub(crate) fn read_chain(
        self,
        setting: &'static Setting,
        strongest: &Candidate,
    ) -> Result<Value<'r>, Mismatch> {
        if !strongest.is_alone() {
            self.check_weaker(setting, strongest)?;
        }
        self.read_plainly(setting, strongest)
    }

    fn check_weaker(self, setting: &'static Setting, strongest: &Candidate) -> Result<(), Mismatch> {
        let mut candidate = strongest;
        while let Some(weaker) = self.candidates.weaker(candidate) {
            let read = self.read_plainly(setting, weaker);
            match &read {
                // to move and drop it takes longer than reading it
                Ok(value) if value.owns_nothing() => std::mem::forget(read),
                _ => read?.wipe_if_secret(&setting.kind),
            }
            candidate = weaker;
        }
        Ok(())
    }

    fn read_plainly(self, setting: &'static Setting, candidate: &Candidate) -> Result<Value<'r>, Mismatch> {
        match Piece::at(self.layers, self.texts, candidate.place) {
            Piece::Json(raw) => json_value(&setting.kind, raw),
            Piece::Text(text) => text_value(&setting.kind, text, self.index.root.list_separator),
        }
    }

    /// Reads a value that nothing is merged with, if it is one without mistakes.
    pub(crate) fn read_alone(self, setting: &Setting, candidate: &Candidate) -> Option<Value<'r>> {
        if !candidate.is_alone() || candidate.is_part() || !has_no_default_entries(setting) {
            return None;
        }
        match Piece::at(self.layers, self.texts, candidate.place) {
            Piece::Json(raw) => from_json(&setting.kind, raw).ok(),
            Piece::Text(text) => from_text_with(&setting.kind, text, self.index.root.list_separator).ok(),
        }
    }

    /// Reports every mistake in one value.
    pub(crate) fn diagnose(
        self,
        leaf: LeafId,
        setting: &Setting,
        candidate: &Candidate,
        mut mismatch: Mismatch,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let whole = self.index.leaf_path(leaf).to_string();
        let in_file = matches!(candidate.place, ValuePlace::Source { .. });
        let others = std::mem::take(&mut mismatch.others);
        for mut mismatch in std::iter::once(mismatch).chain(others) {
            match self.references(candidate, mismatch.part) {
                // the reference itself is reported
                None => continue,
                Some(references) if references.is_empty() => {}
                Some(references) => {
                    // the text can be a secret of another program
                    mismatch.found = format!("the text of `{}`", references.join("`, `")).into();
                    mismatch.help = Some("correct the variable or the file that the value refers to".into());
                }
            }
            let path = format!("{whole}{}", mismatch.within);
            let message = format!("`{path}`: expected {}{}", mismatch.expected, found(&mismatch));
            diagnostics.push(
                Diagnostic::error(code(mismatch.reason, in_file), message)
                    .at(self.place(setting, candidate, mismatch.part))
                    .setting(path)
                    .help(suggestion(setting, &mismatch)),
            );
        }
    }

    /// Returns the references that a candidate or a part of it was expanded from; `None` if one has mistakes.
    fn references(self, candidate: &Candidate, part: Option<(usize, usize)>) -> Option<Vec<String>> {
        let ValuePlace::Source { source, start, .. } = candidate.place else { return Some(Vec::new()) };
        let Some(source) = self.layers.sources.get(usize::from(source)) else { return Some(Vec::new()) };
        // the references within a list or an object are not its own
        source.references(start as usize + part.map_or(0, |(offset, _)| offset), 1)
    }

    /// Returns the place of a setting's strongest value, or [`Place::Program`] if it has its default.
    pub(crate) fn place_of(self, leaf: LeafId, with_snippet: bool) -> Place {
        let (Some(setting), Some(candidate)) = (self.index.setting(leaf), self.candidates.strongest(leaf))
        else {
            return Place::Program;
        };
        match self.place(setting, candidate, None) {
            Place::File { name, line, column, .. } if !with_snippet => {
                Place::File { name, line, column, snippet: None }
            }
            place => place,
        }
    }

    /// Returns the place of a candidate, or of a part of it.
    pub(crate) fn place(
        self,
        setting: &Setting,
        candidate: &Candidate,
        part: Option<(usize, usize)>,
    ) -> Place {
        match candidate.place {
            ValuePlace::Source { source, start, len, .. } => {
                match self.layers.sources.get(usize::from(source)) {
                    Some(source) => {
                        let (offset, len) = part.unwrap_or((0, len as usize));
                        // in a value with sections, each part is shown or masked by its own path
                        let is_section = matches!(setting.kind.innermost(), Kind::Section(_));
                        let shown = is_section || !setting.kind.is_secret();
                        source.place(self.index, (start as usize + offset, len), true, shown)
                    }
                    None => Place::Program,
                }
            }
            ValuePlace::SecretFile(number) => {
                self.layers.extras().secrets.get(number as usize).map_or(Place::Program, SecretFile::place)
            }
            ValuePlace::Variable(number) | ValuePlace::VariableFile { variable: number, .. } => {
                self.layers.environment.get(number).map_or(Place::Program, Variable::place)
            }
            ValuePlace::Override(number) => {
                self.layers.extras().overrides.get(number as usize).map_or(Place::Program, Override::place)
            }
        }
    }
}

/// Returns the end of a message: the text found in place of the value, if it may be shown.
pub(crate) fn found(mismatch: &Mismatch) -> String {
    if mismatch.found.is_empty() { String::new() } else { format!(", found {}", mismatch.found) }
}

/// Returns the code of a mismatch.
pub(crate) const fn code(reason: Reason, in_file: bool) -> Code {
    match reason {
        Reason::Range => Code::OutOfRange,
        Reason::Choice => Code::NotInList,
        Reason::Form => Code::Malformed,
        Reason::Duplicate => Code::DuplicateElement,
        Reason::Key => Code::UnknownKey,
        Reason::Missing => Code::Missing,
        Reason::Type if in_file => Code::WrongType,
        Reason::Type => Code::Unparsable,
    }
}
