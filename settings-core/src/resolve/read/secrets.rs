//! A directory of secrets: one file, one value.

use super::candidates::{Candidates, ValuePlace};
use super::lookup::{by_path, by_variable, is_own};
use crate::nearest::nearest;
use crate::resolve::index::{Index, LeafId, ROOT};
use crate::resolve::report::{Code, Diagnostic, Severity};
use crate::resolve::source::SecretFile;
use crate::schema::env_name;

/// Names in a note: more are only counted.
const NAMED: usize = 5;

/// Puts the files' values on top of weaker layers'.
pub(crate) fn read(
    index: &Index,
    files: &[SecretFile],
    candidates: &mut Candidates,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut unclaimed = Vec::new();
    let found = (0_u32..).zip(files).map(|(number, file)| (number, file, find(index, &file.name)));
    // a setting's own name is stronger than its old one, whatever the order
    let (old, own): (Vec<_>, Vec<_>) = found.partition(|(.., found)| matches!(found, Found::Old(_)));
    for (number, file, found) in own.into_iter().chain(old) {
        let diagnostic = |severity, code, message, leaf: Option<LeafId>, help| Diagnostic {
            severity,
            code,
            message,
            setting: leaf.map(|leaf| index.leaf_path(leaf).to_string()),
            place: file.place(),
            related: Vec::new(),
            help,
        };
        let leaf = match &found {
            Found::Own(leaf) | Found::Old(leaf) => *leaf,
            Found::Near(near) => {
                let message = format!("the file `{}` has the name of no setting", file.name);
                let help = format!("did you mean `{near}`?");
                diagnostics.push(diagnostic(Severity::Warning, Code::UnknownSecret, message, None, help));
                continue;
            }
            Found::Nothing => {
                unclaimed.push(file);
                continue;
            }
        };
        let beside = setter(candidates, leaf, files).filter(|other| other.folder() == file.folder());
        match (found, beside) {
            (Found::Old(_), Some(other)) => {
                let message = format!("`{}` is ignored: `{}` is there too", file.name, other.name);
                let help = "remove the file of the old name".to_owned();
                diagnostics.push(diagnostic(Severity::Warning, Code::Alias, message, Some(leaf), help));
                continue;
            }
            (_, Some(other)) => {
                let message = format!("`{}` and `{}` set the same setting", file.name, other.name);
                let help = "remove one of the two".to_owned();
                let told = diagnostic(Severity::Error, Code::DuplicateSecret, message, Some(leaf), help);
                diagnostics.push(told);
                continue;
            }
            (Found::Old(_), None) => {
                let right = index.leaf_path(leaf);
                let message = format!("`{}` is an old name of `{right}`", file.name);
                let help = format!("call the file `{}` or `{right}`", index.env_name(leaf));
                diagnostics.push(diagnostic(Severity::Warning, Code::Alias, message, Some(leaf), help));
            }
            _ => {}
        }
        match &file.text {
            Ok(_) => candidates.push(leaf, ValuePlace::SecretFile(number)),
            Err(why) => {
                let message = format!("the secret can't be read: {why}");
                let help = "put a text file of at most 1 MiB there that this user can read".to_owned();
                diagnostics.push(diagnostic(Severity::Error, Code::SecretFile, message, Some(leaf), help));
            }
        }
    }
    unclaimed.sort_by(|a, b| a.path.cmp(&b.path));
    if let Some(first) = unclaimed.first() {
        let names: Vec<_> = unclaimed.iter().take(NAMED).map(|file| format!("`{}`", file.name)).collect();
        let more = match unclaimed.len() {
            count if count > NAMED => format!(" and {} more", count - NAMED),
            _ => String::new(),
        };
        let belong = if unclaimed.len() == 1 { "belongs" } else { "belong" };
        let message =
            format!("{}{more} {belong} to no setting of this program and is passed over", names.join(", "));
        diagnostics.push(Diagnostic {
            severity: Severity::Note,
            code: Code::UnclaimedSecrets,
            message: if unclaimed.len() == 1 { message } else { message.replace(" and is ", " and are ") },
            setting: None,
            place: first.place(),
            related: Vec::new(),
            help: "name a file after a setting's variable or path, or move it elsewhere".to_owned(),
        });
    }
}

/// What a file is named after.
enum Found {
    /// A setting.
    Own(LeafId),
    /// The setting of this old name.
    Old(LeafId),
    /// No setting, but nearly this name.
    Near(String),
    /// No setting by far.
    Nothing,
}

/// The file that the setting's value comes from so far.
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
            if let Some((_, leaf)) =
                old.find(|(old, _)| rest.is_some_and(|rest| old.eq_ignore_ascii_case(rest)))
            {
                return Found::Old(*leaf);
            }
            let variables: Vec<_> = index.paths().map(|(leaf, _)| index.env_name(leaf)).collect();
            let near =
                near.or_else(|| nearest(name, variables.iter().map(String::as_str)).map(str::to_owned));
            near.map_or(Found::Nothing, Found::Near)
        }
    }
}

#[cfg(test)]
mod tests;
