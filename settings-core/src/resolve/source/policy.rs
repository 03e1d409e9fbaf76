//! The policies for unknown names, section by section.

use crate::nearest::nearest_path;
use crate::resolve::index::Index;
use crate::resolve::report::{Code, Diagnostic, Severity};
use crate::schema::Unknown;

/// The policies that the program sets for unknown names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Policies {
    pub(crate) all: Option<Unknown>,
    /// By the path of the section; later entries are stronger.
    pub(crate) sections: Vec<(String, Unknown)>,
}

impl Policies {
    /// Warns of each policy for a section that the program does not have.
    pub(crate) fn unknown_sections(&self, index: &Index) -> Vec<Diagnostic> {
        if self.sections.is_empty() {
            return Vec::new();
        }
        let all = (0..index.sections.len() as u32).map(|id| index.section_keys(id).join("."));
        let all: Vec<_> = all.filter(|path| !path.is_empty()).collect();
        let is_known =
            |section: &str| section.is_empty() || all.iter().any(|path| path.eq_ignore_ascii_case(section));
        let unknown = self.sections.iter().filter(|(section, _)| !is_known(section));
        let warning = |(section, _): &(String, Unknown)| {
            let message =
                format!("the unknown-name policy for `{section}` has no effect: there is no such section");
            let help = match nearest_path(section, '.', all.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "name a section, or none for all".to_owned(),
            };
            Diagnostic::warning(Code::UnknownPath, message).help(help)
        };
        unknown.map(warning).collect()
    }

    /// Returns the policy for names in `section`: one that the program sets for it or for a section around it, otherwise
    /// that of the structs.
    pub(crate) fn of(&self, index: &Index, section: u32) -> Option<Unknown> {
        let mut by_struct = None;
        let mut next = Some(section);
        while let Some((id, entry)) = next.and_then(|id| Some((id, index.sections.get(id as usize)?))) {
            if !self.sections.is_empty() {
                let path = index.section_keys(id).join(".");
                let by_program =
                    self.sections.iter().rev().find(|(section, _)| section.eq_ignore_ascii_case(&path));
                if let Some((_, unknown)) = by_program {
                    return Some(*unknown);
                }
            }
            by_struct = by_struct.or(entry.section.unknown);
            next = entry.parent;
        }
        by_struct.or(self.all)
    }
}

/// Returns the severity that a policy asks for, or `None` if it allows the name. `usual` applies without a policy.
pub(crate) fn severity(unknown: Option<Unknown>, usual: Severity) -> Option<Severity> {
    match unknown {
        None => Some(usual),
        Some(Unknown::Allow) => None,
        Some(Unknown::Warn) => Some(Severity::Warning),
        Some(Unknown::Deny) => Some(Severity::Error),
    }
}
