//! Roles of interpreted text: docutils' own, and the ones that the page defines.

use std::collections::{HashMap, HashSet};

use crate::messages::{About, Level};
use crate::parser::Parser;
use crate::tag::Tag;
use crate::tree::NodeId;

/// The effect of a role on its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Wraps the text in an element.
    Wrap(Tag),
    Pep,
    Rfc,
    Raw,
    Code,
    Math,
    /// Kept with its name: a role that docutils does not know, in the Sphinx dialect.
    Generic,
    /// Known to docutils by name only.
    Unimplemented,
    /// Defined by the page.
    Custom(Box<CustomRole>),
}

/// A role that the page defines: another role with options.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CustomRole {
    pub(crate) base: Role,
    pub(crate) classes: Vec<String>,
    pub(crate) format: Option<String>,
    pub(crate) language: Option<String>,
}

/// The roles that a page knows beyond docutils' own.
#[derive(Debug, Default)]
pub(crate) struct Roles {
    pub(crate) custom: HashMap<String, Role>,
    pub(crate) default: Option<Role>,
    reported: HashSet<String>,
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
    /// Returns the role with a name, and docutils' messages about the lookup.
    pub(crate) fn find_role(&mut self, name: &str, line: i64) -> (Option<Role>, Vec<NodeId>) {
        let normal = name.to_lowercase();
        if normal.is_empty()
            && let Some(role) = &self.page.roles.default
        {
            return (Some(role.clone()), Vec::new());
        }
        if let Some(role) = self.page.roles.custom.get(&normal).cloned().or_else(|| known(&normal)) {
            return (Some(role), Vec::new());
        }
        let test = normal == "restructuredtext-unimplemented-role";
        if self.is_sphinx() && !test {
            return (Some(Role::Generic), Vec::new());
        }
        let mut messages = Vec::new();
        if !self.page.roles.reported.contains(&normal) {
            let words = format!(
                "No role entry for \"{name}\" in module \"docutils.parsers.rst.languages.en\".\n\
                 Trying \"{name}\" as canonical role name."
            );
            messages.push(self.message(Level::Info, &words, About::Line(line)));
        }
        if test {
            self.page.roles.reported.insert(normal);
        }
        (test.then_some(Role::Unimplemented), messages)
    }
}
