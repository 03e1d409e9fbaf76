//! The values of secrets directories.

use super::candidates::{Candidates, ValuePlace};
use super::lookup::{by_path, by_variable, is_own};
use super::removed::{by_path as removed_by_path, by_variable as removed_by_variable, removed};
use super::sink::Sink;
use super::unclaimed::unclaimed_note;
use crate::nearest::nearest_path;
use crate::resolve::index::{Index, LeafId, ROOT, Removal};
use crate::resolve::report::{Code, Diagnostic};
use crate::resolve::source::SecretFile;
use crate::schema::env_name;

/// Reads the files of all secrets directories. A later directory is stronger, however a setting is spelled in it.
pub(crate) fn read(index: &Index, files: &[SecretFile], sink: &mut Sink) {
    let numbered: Vec<_> = (0_u32..).zip(files).collect();
    let mut unclaimed = Vec::new();
    for folder in numbered.chunk_by(|(_, a), (_, b)| a.folder() == b.folder()) {
        let found = folder.iter().map(|(number, file)| (*number, *file, find(index, &file.name)));
        // within a directory a setting's own name is stronger than an alias, whatever the order
        let (old, own): (Vec<_>, Vec<_>) = found.partition(|(.., found)| matches!(found, Found::Old(_)));
        for (number, file, found) in own.into_iter().chain(old) {
            match found {
                Found::Own(leaf) => claim(index, files, (number, file), leaf, false, sink),
                Found::Old(leaf) => claim(index, files, (number, file), leaf, true, sink),
                Found::Near(near) => {
                    let message = format!("no setting has the name of the file `{}`", file.name);
                    let found = Diagnostic::warning(Code::UnknownSecret, message).at(file.place());
                    sink.report(found.help(format!("did you mean `{near}`?")));
                }
                Found::Removed(removal) => {
                    sink.report(removed(&file.name, &removal).at(file.place()));
                }
                Found::Nothing => unclaimed.push(file),
            }
        }
    }
    unclaimed.sort_by(|a, b| a.path.cmp(&b.path));
    let Some(first) = unclaimed.first() else { return };
    let names = unclaimed.iter().map(|file| file.name.as_str());
    let note = unclaimed_note(Code::UnclaimedSecrets, "setting", names, first.place());
    let help = "name a file after a setting's variable or path, or move it elsewhere";
    sink.diagnostics.extend(note.map(|note| note.help(help)));
}

/// Adds the value of a file.
fn claim(
    index: &Index,
    files: &[SecretFile],
    (number, file): (u32, &SecretFile),
    leaf: LeafId,
    is_old: bool,
    sink: &mut Sink,
) {
    let right = index.leaf_path(leaf);
    let place = |found: Diagnostic| found.at(file.place()).setting(&right);
    let other = setter(&sink.candidates, leaf, files).filter(|other| other.folder() == file.folder());
    match (is_old, other) {
        (true, Some(other)) => {
            let message = format!("`{}` is ignored: `{}` exists too", file.name, other.name);
            let found = Diagnostic::warning(Code::Alias, message).help("remove the file with the old name");
            return sink.report(place(found));
        }
        (false, Some(other)) => {
            let message = format!("`{}` and `{}` set the same setting", file.name, other.name);
            let found = Diagnostic::error(Code::DuplicateSecret, message).help("remove one of the two");
            return sink.report(place(found));
        }
        (true, None) => {
            let message = format!("`{}` is an old name of `{right}`", file.name);
            let help = format!("rename the file to `{}` or `{right}`", index.env_name(leaf));
            sink.report(place(Diagnostic::warning(Code::Alias, message).help(help)));
        }
        (false, None) => {}
    }
    match &file.text {
        Ok(_) => sink.push(leaf, ValuePlace::SecretFile(number)),
        Err(why) => {
            let found = Diagnostic::error(Code::SecretFile, format!("cannot read the secret: {why}"));
            sink.report(place(found.help("provide a text file of at most 1 MiB that this user can read")));
        }
    }
}

/// The meaning of a file's name.
enum Found {
    /// A setting.
    Own(LeafId),
    /// The setting with this alias.
    Old(LeafId),
    /// A setting that an earlier release had.
    Removed(Removal),
    /// No setting, but near to this name.
    Near(String),
    /// No setting.
    Nothing,
}

/// Returns the file that sets the setting so far.
fn setter<'f>(candidates: &Candidates, leaf: LeafId, files: &'f [SecretFile]) -> Option<&'f SecretFile> {
    match candidates.strongest(leaf)?.place {
        ValuePlace::SecretFile(number) => files.get(number as usize),
        _ => None,
    }
}

fn find(index: &Index, name: &str) -> Found {
    let prefix = index.env_prefix;
    let rest = match prefix {
        "" => Some(name),
        _ => name
            .get(..prefix.len())
            .filter(|start| start.eq_ignore_ascii_case(prefix))
            .and_then(|_| name.get(prefix.len()..)?.strip_prefix('_')),
    };
    if let Some(leaf) = rest.and_then(|rest| by_variable(index, ROOT, rest)) {
        return Found::Own(leaf);
    }
    match by_path(index, name) {
        Ok(leaf) if is_own(index, name) => Found::Own(leaf),
        Ok(leaf) => Found::Old(leaf),
        Err(near) => {
            let aliases = index.aliases();
            let mut old = aliases.iter().map(|(path, leaf)| (env_name("", path), leaf));
            let is_alias = |alias: &str| rest.is_some_and(|rest| alias.eq_ignore_ascii_case(rest));
            if let Some((_, leaf)) = old.find(|(alias, _)| is_alias(alias)) {
                return Found::Old(*leaf);
            }
            let by_variable = || removed_by_variable(&index.removals(), rest?);
            if let Some(removal) = removed_by_path(index, name).or_else(by_variable) {
                return Found::Removed(removal);
            }
            let variables: Vec<_> = index.paths().map(|(leaf, _)| index.env_name(leaf)).collect();
            let near_variable = || nearest_path(name, '_', variables.iter().map(String::as_str));
            let near = near.or_else(|| near_variable().map(str::to_owned));
            near.map_or(Found::Nothing, Found::Near)
        }
    }
}

#[cfg(test)]
mod tests;
