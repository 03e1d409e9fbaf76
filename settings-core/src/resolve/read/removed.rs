//! Settings that an earlier release had and that are still set.

use crate::resolve::index::{Index, Removal};
use crate::resolve::report::{Code, Diagnostic};
use crate::schema::Removed;

/// Returns the error for a name of a removed setting that is still set; `name` is its name in the layer.
pub(crate) fn removed(name: &str, removal: &Removal) -> Diagnostic {
    let Removed { since, reason, .. } = removal.record;
    let since = if *since == "next" { String::new() } else { format!(" in {since}") };
    let reason = reason.trim_end_matches('.');
    let path = &removal.path;
    let gone = if name.eq_ignore_ascii_case(path) {
        format!("`{path}` was removed{since}: {reason}")
    } else {
        format!("`{name}` sets `{path}`, which was removed{since}: {reason}")
    };
    let help = match &removal.replacement {
        Some(path) => format!("set `{path}` instead"),
        None => "remove it".to_owned(),
    };
    Diagnostic::error(Code::Removed, gone).help(help).setting(path)
}

/// Returns the removed setting with a variable, whose name without the prefix is `name`.
pub(super) fn by_variable(removals: &[Removal], name: &str) -> Option<Removal> {
    let is_it = |removal: &&Removal| {
        let variable = crate::schema::env_name("", &removal.path);
        let rest = name.get(..variable.len()).filter(|start| start.eq_ignore_ascii_case(&variable));
        let rest = rest.and_then(|_| name.get(variable.len()..));
        // a record may name a whole section, and a variable a file
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
    };
    removals.iter().find(is_it).cloned()
}

/// Returns the removed setting, or the removed section around it, with a path.
pub(super) fn by_path(index: &Index, path: &str) -> Option<Removal> {
    let is_it = |removal: &Removal| {
        path.get(..removal.path.len()).is_some_and(|start| start.eq_ignore_ascii_case(&removal.path))
            && matches!(path.as_bytes().get(removal.path.len()), None | Some(b'.'))
    };
    index.removals().into_iter().find(is_it)
}
