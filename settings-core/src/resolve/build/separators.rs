//! Warnings about lists of words with commas in them.

use super::builder::Builder;
use crate::resolve::index::LeafId;
use crate::resolve::read::{ValuePlace, text_at};
use crate::resolve::report::{Code, Diagnostic};
use crate::schema::{Kind, Setting};
use crate::value::json::escape;

impl Builder<'_> {
    /// Warns of a list that is written as text with commas: its elements are separated by blanks, so that `a,b` is one
    /// element.
    pub(crate) fn note_separators(&mut self, leaf: LeafId, setting: &'static Setting) {
        let (Kind::List(of) | Kind::Set(of)) = setting.kind else { return };
        for candidate in self.inputs.candidates.chain(leaf) {
            if matches!(candidate.place, ValuePlace::Source { .. }) {
                continue;
            }
            let text = text_at(self.inputs.layers, self.inputs.texts, candidate.place).trim();
            let has_comma = text.contains([',', ';']) && !text.starts_with(['[', '{']);
            if !has_comma || self.inputs.read(setting, candidate).is_err() {
                continue;
            }
            let path = self.inputs.index.leaf_path(leaf);
            let message = format!("`{path}`: a comma does not separate the elements of this list, blanks do");
            let help = match of.is_secret() {
                true => "write the list as JSON".to_owned(),
                false => {
                    let parts = text.split([',', ';']).map(str::trim).filter(|part| !part.is_empty());
                    let parts: Vec<_> = parts.map(escape).collect();
                    let words: Vec<_> = text.split_ascii_whitespace().map(escape).collect();
                    format!("did you mean `[{}]`? Otherwise write `[{}]`", parts.join(", "), words.join(", "))
                }
            };
            let place = self.inputs.place(setting, candidate, None);
            let found = Diagnostic::warning(Code::ListSeparator, message).at(place).setting(&path);
            self.diagnostics.push(found.help(short(help)));
        }
    }
}

/// Replaces a suggestion that is too long to read.
fn short(help: String) -> String {
    if help.len() <= 200 { help } else { "write the list as JSON".to_owned() }
}
