//! Checks of paths that an annotation names.

use super::message::Message;
use super::unique::is_path;
use crate::schema::{Deprecated, Member, Section};

/// Checks that the section has a setting at `path`.
pub const fn has_setting(section: &'static Section, path: &str) -> Option<Message> {
    if finds(section, path.as_bytes()) {
        return None;
    }
    Some(Message::new("no setting has the path `").then(path).then("`"))
}

/// Checks that each deprecated setting's replacement exists.
pub const fn replacements_exist(root: &'static Section) -> Option<Message> {
    replacements(root, root)
}

const fn replacements(root: &'static Section, section: &'static Section) -> Option<Message> {
    let mut removed = section.removed;
    while let [record, others @ ..] = removed {
        if let Some(path) = record.replacement
            && !finds(if is_path(path) { root } else { section }, path.as_bytes())
        {
            let message =
                Message::new("`").then(path).then("` is the replacement of the removed `").then(record.path);
            return Some(message.then("`, but no setting has this path"));
        }
        removed = others;
    }
    let mut rest = section.members;
    while let [member, others @ ..] = rest {
        match member {
            Member::Setting(setting) => {
                if let Some(Deprecated { replacement: Some(path), .. }) = setting.deprecated() {
                    let path_is_whole = is_path(path);
                    if !finds(if path_is_whole { root } else { section }, path.as_bytes()) {
                        let message =
                            Message::new("`").then(path).then("` is the replacement of `").then(setting.key);
                        return Some(message.then("`, but no setting has this path"));
                    }
                }
            }
            Member::Section { section, .. } => {
                if let Some(message) = replacements(root, section) {
                    return Some(message);
                }
            }
        }
        rest = others;
    }
    None
}

/// Checks that no setting of a section that repeats names a variable, which could belong to one of them only.
pub const fn has_no_variables(section: &'static Section) -> Option<Message> {
    let mut rest = section.members;
    while let [member, others @ ..] = rest {
        match member {
            Member::Setting(setting) => {
                if let [own, ..] = setting.variables() {
                    let message = Message::new("this section repeats, so its `").then(setting.key);
                    return Some(
                        message.then("` cannot have one variable, `").then(own).then("`: remove `env`"),
                    );
                }
            }
            Member::Section { section, .. } => {
                if let Some(message) = has_no_variables(section) {
                    return Some(message);
                }
            }
        }
        rest = others;
    }
    None
}

const fn finds(section: &'static Section, path: &[u8]) -> bool {
    // a section whose derive failed has no members; its own errors are enough
    if section.members.is_empty() {
        return true;
    }
    let mut rest = section.members;
    while let [member, others @ ..] = rest {
        let path_rest = strip(path, member.key().as_bytes());
        let found = match (member, path_rest) {
            (Member::Setting(_), Some([])) => true,
            (Member::Section { section, .. }, Some([b'.', below @ ..])) => finds(section, below),
            _ => false,
        };
        if found {
            return true;
        }
        rest = others;
    }
    false
}

/// Returns what follows `start` in `path`.
const fn strip<'p>(mut path: &'p [u8], mut start: &[u8]) -> Option<&'p [u8]> {
    while let [wanted, start_rest @ ..] = start {
        match path {
            [first, rest @ ..] if *first == *wanted => (path, start) = (rest, start_rest),
            _ => return None,
        }
    }
    Some(path)
}
