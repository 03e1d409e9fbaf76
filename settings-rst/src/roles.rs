//! Roles of interpreted text: docutils' own, and those that the page defines.

use std::collections::{HashMap, HashSet};

use super::messages::Level;
use super::parser::Parser;
use super::tag::Tag;
use super::tree::NodeId;

/// What a role does with its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Wraps it in an element.
    Wrap(Tag),
    Pep,
    Rfc,
    Raw,
    Code,
    Math,
    /// Known by name only.
    Unimplemented,
    /// Defined by the page.
    Custom(Box<CustomRole>),
}

/// A role of the page's own: another role with options.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CustomRole {
    pub(super) base: Role,
    pub(super) classes: Vec<String>,
    pub(super) format: Option<String>,
    pub(super) language: Option<String>,
}

/// The roles that a page knows beyond docutils' own.
#[derive(Debug, Default)]
pub(super) struct Roles {
    pub(super) custom: HashMap<String, Role>,
    pub(super) default: Option<Role>,
    told: HashSet<String>,
}

fn known(name: &str) -> Option<Role> {
    Some(match name {
        "abbreviation" | "ab" => Role::Wrap(Tag::Abbreviation),
        "acronym" | "ac" => Role::Wrap(Tag::Acronym),
        "code" => Role::Code,
        "emphasis" => Role::Wrap(Tag::Emphasis),
        "literal" => Role::Wrap(Tag::Literal),
        "math" => Role::Math,
        "pep-reference" | "pep" => Role::Pep,
        "rfc-reference" | "rfc" => Role::Rfc,
        "strong" => Role::Wrap(Tag::Strong),
        "subscript" | "sub" => Role::Wrap(Tag::Subscript),
        "superscript" | "sup" => Role::Wrap(Tag::Superscript),
        "title-reference" | "title" | "t" | "" => Role::Wrap(Tag::TitleReference),
        "raw" => Role::Raw,
        "index"
        | "i"
        | "anonymous-reference"
        | "citation-reference"
        | "footnote-reference"
        | "named-reference"
        | "substitution-reference"
        | "uri-reference"
        | "uri"
        | "url"
        | "target" => Role::Unimplemented,
        _ => return None,
    })
}

impl Parser<'_> {
    /// The role of a name, and what docutils says when it looks it up.
    pub(super) fn find_role(&mut self, name: &str, line: i64) -> (Option<Role>, Vec<NodeId>) {
        let normal = name.to_lowercase();
        if normal.is_empty()
            && let Some(role) = &self.roles.default
        {
            return (Some(role.clone()), Vec::new());
        }
        if let Some(role) = self.roles.custom.get(&normal).cloned().or_else(|| known(&normal)) {
            return (Some(role), Vec::new());
        }
        let test = normal == "restructuredtext-unimplemented-role";
        if self.is_sphinx() && !test {
            return (None, Vec::new());
        }
        let mut messages = Vec::new();
        if !self.roles.told.contains(&normal) {
            let words = format!(
                "No role entry for \"{name}\" in module \"docutils.parsers.rst.languages.en\".\n\
                 Trying \"{name}\" as canonical role name."
            );
            messages.push(self.message(Level::Info, &words, Some(line)));
        }
        if test {
            self.roles.told.insert(normal);
        }
        (test.then_some(Role::Unimplemented), messages)
    }
}
