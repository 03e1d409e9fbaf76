//! The values of secrets directories.

use std::collections::HashMap;

use super::candidates::{Candidates, ValuePlace};
use super::lookup::{by_path, by_variable, is_own};
use super::parts::{Outlines, by_path_below, by_variable_below, locate, push};
use super::removed::{by_path as removed_by_path, by_variable as removed_by_variable, removed};
use super::route::Step;
use super::sink::Sink;
use super::spelling::{Below, Form, address};
use super::unclaimed::unclaimed_note;
use crate::nearest::nearest_path;
use crate::resolve::index::{Index, LeafId, ROOT, Removal};
use crate::resolve::report::{Code, Diagnostic, Severity};
use crate::resolve::source::{Layers, SecretFile};
use crate::schema::Segment;

/// Reads the files of all secrets directories. A later directory is stronger, however a setting is spelled in it.
pub(crate) fn read(index: &Index, layers: &Layers, sink: &mut Sink) {
    let files = &layers.extras().secrets[..];
    if files.is_empty() {
        return;
    }
    let mut outlines = Outlines::default();
    let numbered: Vec<_> = (0_u32..).zip(files).collect();
    let mut unclaimed = Vec::new();
    for folder in numbered.chunk_by(|(_, a), (_, b)| a.folder() == b.folder()) {
        let found = folder.iter().map(|(number, file)| (*number, *file, find(index, &file.name)));
        // within a directory a setting's own name is stronger than an alias, whatever the order
        let mut found: Vec<_> = found.collect();
        found.sort_by_key(|(.., found)| found.order());
        let mut parts = HashMap::new();
        for (number, file, found) in found {
            match found {
                Found::Part(leaf, address, name) => {
                    let below = match &name {
                        Some(name) => Below::Variable(name, index.root.variable_style),
                        None => Below::Path(&address),
                    };
                    let form = Form::of(file.text());
                    let node = outlines.of(index, layers, sink, leaf);
                    match locate(index, node, leaf, below, form, &file.name) {
                        Ok(route) => {
                            let other = parts.insert((leaf, route.clone()), file);
                            part(index, (number, file), other, (leaf, route), &mut outlines, sink);
                        }
                        Err(mistake) => sink.report(match mistake.is_unknown {
                            true => Diagnostic {
                                code: Code::UnknownSecret,
                                severity: Severity::Warning,
                                ..mistake.diagnostic.at(file.place())
                            },
                            false => mistake.diagnostic.at(file.place()),
                        }),
                    }
                }
                Found::Own(leaf) | Found::Old(leaf) => {
                    let is_old = matches!(found, Found::Old(_));
                    claim(index, files, (number, file), leaf, is_old, sink);
                    outlines.forget(leaf);
                }
                Found::Near(near) => {
                    let message = format!("no setting has the name of the file `{}`", file.name);
                    let found = Diagnostic::warning(Code::UnknownSecret, message).at(file.place());
                    sink.report(found.help(format!("did you mean `{near}`?")));
                }
                Found::Removed(removal) => {
                    sink.report(removed(&file.name, &removal).at(file.place()));
                }
                // folders in it can belong to other programs
                Found::Nothing if file.name.contains('/') => {}
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

/// Adds the value of a file to an entry or field.
fn part(
    index: &Index,
    (number, file): (u32, &SecretFile),
    other: Option<&SecretFile>,
    (leaf, route): (LeafId, Vec<Step>),
    outlines: &mut Outlines,
    sink: &mut Sink,
) {
    let path = address(index.leaf_path(leaf).keys().iter().copied(), &route).to_string();
    if let Some(other) = other {
        let message = format!("`{}` and `{}` set the same entry, `{path}`", file.name, other.name);
        let found = Diagnostic::error(Code::DuplicateSecret, message).help("remove one of the two");
        return sink.report(found.at(file.place()).setting(path));
    }
    match &file.text {
        Ok(text) => push(index, sink, outlines, leaf, route, (ValuePlace::SecretFile(number), text)),
        Err(why) => sink.report(unreadable(why).at(file.place()).setting(path)),
    }
}

fn unreadable(why: &str) -> Diagnostic {
    Diagnostic::error(Code::SecretFile, format!("cannot read the secret: {why}"))
        .help("provide a text file of at most 1 MiB that this user can read")
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
        Err(why) => sink.report(place(unreadable(why))),
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
    /// A part of a setting: the end of its address, or of its variable.
    Part(LeafId, Vec<Segment>, Option<String>),
    /// No setting, but near to this name.
    Near(String),
    /// No setting.
    Nothing,
}

impl Found {
    /// Returns the order within a directory: a part is stronger than the whole.
    const fn order(&self) -> u8 {
        match self {
            Self::Own(_) => 0,
            Self::Old(_) => 1,
            Self::Part(..) => 2,
            Self::Removed(_) | Self::Near(_) | Self::Nothing => 3,
        }
    }
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
    if let Some((leaf, _)) = index.by_own_name(name) {
        return Found::Own(leaf);
    }
    if let Some(leaf) = rest.and_then(|rest| by_variable(index, ROOT, rest)) {
        return Found::Own(leaf);
    }
    let dotted = name.replace('/', ".");
    match by_path(index, &dotted) {
        Ok(leaf) if is_own(index, &dotted) => Found::Own(leaf),
        Ok(leaf) => Found::Old(leaf),
        Err(near) => {
            if let Some(found) = part_of(index, name, rest) {
                return found;
            }
            let aliases = index.aliases();
            let mut old = aliases.iter().map(|(path, leaf)| (index.in_variable(path), leaf));
            let is_alias = |alias: &str| rest.is_some_and(|rest| alias.eq_ignore_ascii_case(rest));
            if let Some((_, leaf)) = old.find(|(alias, _)| is_alias(alias)) {
                return Found::Old(*leaf);
            }
            let by_variable = || removed_by_variable(&index.removals(), rest?);
            if let Some(removal) = removed_by_path(index, &dotted).or_else(by_variable) {
                return Found::Removed(removal);
            }
            let variables: Vec<_> = index.paths().map(|(leaf, _)| index.env_name(leaf)).collect();
            let near_variable = || nearest_path(name, '_', variables.iter().map(String::as_str));
            let near = near.or_else(|| near_variable().map(str::to_owned));
            near.map_or(Found::Nothing, Found::Near)
        }
    }
}

/// Returns the part of a setting that has the name of a file.
fn part_of(index: &Index, name: &str, rest: Option<&str>) -> Option<Found> {
    let address = match name.contains('/') {
        // the name of a folder is one key, whatever it contains
        true => Some(name.split('/').map(|key| Segment::Key(key.to_owned())).collect()),
        false => name.parse().ok(),
    };
    if let Some(address) = &address
        && let Some((leaf, below)) = by_path_below(index, address)
    {
        return Some(Found::Part(leaf, below.to_vec(), None));
    }
    let variable = by_variable_below(index, rest.unwrap_or_default()).into_iter().next();
    variable.map(|(leaf, below)| Found::Part(leaf, Vec::new(), Some(below.to_owned())))
}

#[cfg(test)]
mod tests;
