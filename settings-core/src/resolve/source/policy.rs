//! What to say of unknown names, section by section.

use crate::nearest::nearest;
use crate::resolve::index::Index;
use crate::resolve::report::{Code, Diagnostic, Place, Severity};
use crate::schema::Unknown;

/// What the program was told to say of unknown names.
#[derive(Clone, Debug, Default)]
pub(crate) struct Policies {
    pub(crate) all: Option<Unknown>,
    /// By the section's path; the later, the stronger.
    pub(crate) sections: Vec<(String, Unknown)>,
}

impl Policies {
    /// A warning of each section that was told of and that the program doesn't have.
    pub(crate) fn strangers(&self, index: &Index) -> Vec<Diagnostic> {
        if self.sections.is_empty() {
            return Vec::new();
        }
        let all = (0..index.sections.len() as u32).map(|id| index.section_keys(id).join("."));
        let all: Vec<_> = all.filter(|path| !path.is_empty()).collect();
        let is_known = |told: &str| told.is_empty() || all.iter().any(|path| path.eq_ignore_ascii_case(told));
        let strange = self.sections.iter().filter(|(told, _)| !is_known(told));
        let warning = |(told, _): &(String, Unknown)| Diagnostic {
            severity: Severity::Warning,
            code: Code::UnknownPath,
            message: format!(
                "what unknown names are is told of `{told}`, which is no section of this program"
            ),
            setting: None,
            place: Place::Program,
            related: Vec::new(),
            help: match nearest(told, all.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "name a section, or none for all".to_owned(),
            },
        };
        strange.map(warning).collect()
    }

    /// What to say of a name in `section`: what was told of it or of a section around it, else what their structs say.
    pub(crate) fn of(&self, index: &Index, section: u32) -> Option<Unknown> {
        let mut by_struct = None;
        let mut next = Some(section);
        while let Some((id, entry)) = next.and_then(|id| Some((id, index.sections.get(id as usize)?))) {
            if !self.sections.is_empty() {
                let path = index.section_keys(id).join(".");
                let told = self.sections.iter().rev().find(|(told, _)| told.eq_ignore_ascii_case(&path));
                if let Some((_, unknown)) = told {
                    return Some(*unknown);
                }
            }
            by_struct = by_struct.or(entry.section.unknown);
            next = entry.parent;
        }
        by_struct.or(self.all)
    }
}

/// The severity that a policy asks for; none where nothing is to be said. `usual` is what is said without a policy.
pub(crate) fn severity(unknown: Option<Unknown>, usual: Severity) -> Option<Severity> {
    match unknown {
        None => Some(usual),
        Some(Unknown::Allow) => None,
        Some(Unknown::Warn) => Some(Severity::Warning),
        Some(Unknown::Deny) => Some(Severity::Error),
    }
}
