//! Interpreted text: one method for each kind of role.

use super::Inliner;
use crate::messages::{About, Level};
use crate::roles::{CustomRole, Role};
use crate::tag::{AttrName, Tag};
use crate::text::{parse_int, restore, unescape};
use crate::tree::{NodeId, Str};

/// Start and end of a piece of the text.
type Range = (usize, usize);

/// One use of a role: `` :name:`text` ``.
struct Use<'u> {
    name: &'u str,
    /// The role that the page derived from the one that is applied, if it did.
    custom: Option<&'u CustomRole>,
    /// The range of the markup.
    whole: Range,
    /// The range of the text.
    text: Range,
}

impl Use<'_> {
    fn classes(&self) -> &[String] {
        self.custom.map_or(&[][..], |custom| &custom.classes)
    }
}

impl Inliner<'_, '_, '_> {
    /// Puts interpreted text with a role into the tree. `whole` includes the markup.
    pub(super) fn role(&mut self, name: &str, whole: Range, text: Range) {
        let (role, messages) = self.p.find_role(name, self.line);
        let mut used = Use { name, custom: None, whole, text };
        let refused = match &role {
            Some(Role::Custom(custom)) => {
                used.custom = Some(custom);
                self.apply(&custom.base, &used)
            }
            Some(role) => self.apply(role, &used),
            None => Err(format!("Unknown interpreted text role \"{name}\".")),
        };
        self.messages.extend(messages);
        if let Err(words) = refused {
            let message = self.refuse(&words, whole);
            self.messages.push(message);
        }
    }

    /// Applies a role.
    ///
    /// # Errors
    /// The words of docutils' message if the role does not accept the text.
    fn apply(&mut self, role: &Role, used: &Use<'_>) -> Result<(), String> {
        match role {
            Role::Wrap(tag) => self.wrap_role(*tag, used),
            Role::Math => self.math_role(used),
            Role::Code => self.code_role(used),
            Role::Raw => return self.raw_role(used),
            Role::Pep => return self.pep_role(used),
            Role::Rfc => return self.rfc_role(used),
            Role::Generic => self.generic_role(used),
            Role::Unimplemented | Role::Custom(_) => {
                return Err(format!("Interpreted text role \"{}\" not implemented.", used.name));
            }
        }
        Ok(())
    }

    fn wrap_role(&mut self, tag: Tag, used: &Use<'_>) {
        let node = self.role_node(tag, used);
        let text = self.keep(used.text.0, used.text.1);
        self.finish_role(node, text, used);
    }

    /// A role that only Sphinx knows, kept with its name.
    fn generic_role(&mut self, used: &Use<'_>) {
        let node = self.node(Tag::GenericRole, used.whole.0, used.whole.1);
        self.attr(node, AttrName::Role, used.name);
        self.text(node, used.text.0, used.text.1);
        self.p.page.tree.append(self.parent, node);
    }

    fn math_role(&mut self, used: &Use<'_>) {
        let node = self.role_node(Tag::Math, used);
        let text = self.verbatim(used);
        self.finish_role(node, text, used);
    }

    fn code_role(&mut self, used: &Use<'_>) {
        let node = self.node(Tag::Literal, used.whole.0, used.whole.1);
        self.p.add_item(node, AttrName::Classes, "code");
        self.add_role_classes(node, used);
        let given = used.custom.and_then(|custom| custom.language.as_deref());
        let language = given.or_else(|| (used.custom.is_some() && used.name != "code").then_some(used.name));
        let language = language.filter(|language| {
            !language.is_empty()
                && !language.eq_ignore_ascii_case("none")
                && !used.classes().iter().any(|class| class == language)
        });
        if let Some(language) = language {
            self.p.add_item(node, AttrName::Classes, language);
        }
        let text = self.verbatim(used);
        self.finish_role(node, text, used);
    }

    fn raw_role(&mut self, used: &Use<'_>) -> Result<(), String> {
        let Some(format) = used.custom.and_then(|custom| custom.format.as_deref()) else {
            return Err(format!(
                "No format (Writer name) is associated with this role: \"{}\".\n\
                 The \"raw\" role cannot be used directly.\n\
                 Instead, use the \"role\" directive to create a new role with an associated format.",
                used.name
            ));
        };
        let node = self.role_node(Tag::Raw, used);
        self.attr(node, AttrName::Format, format);
        self.p.preserve_space(node);
        let text = self.verbatim(used);
        self.finish_role(node, text, used);
        Ok(())
    }

    fn pep_role(&mut self, used: &Use<'_>) -> Result<(), String> {
        let raw = self.raw(used.text.0, used.text.1);
        let number = parse_int(&unescape(raw))
            .filter(|n| (0..=9999).contains(n))
            .ok_or_else(|| format!("PEP number must be a number from 0 to 9999; \"{raw}\" is invalid."))?;
        let uri = format!("https://peps.python.org/pep-{number:04}");
        self.standard_reference(&uri, &format!("PEP {}", unescape(raw)), used);
        Ok(())
    }

    fn rfc_role(&mut self, used: &Use<'_>) -> Result<(), String> {
        let raw = self.raw(used.text.0, used.text.1);
        let plain = unescape(raw);
        let (number, section) =
            plain.split_once('#').map_or((plain.as_str(), None), |(number, section)| (number, Some(section)));
        let number = parse_int(number).filter(|&n| n >= 1).ok_or_else(|| {
            format!("RFC number must be a number greater than or equal to 1; \"{raw}\" is invalid.")
        })?;
        let mut uri = format!("https://tools.ietf.org/html/rfc{number}.html");
        if let Some(section) = section {
            uri.push('#');
            uri.push_str(section);
        }
        self.standard_reference(&uri, &format!("RFC {number}"), used);
        Ok(())
    }

    /// A reference to a numbered document.
    fn standard_reference(&mut self, uri: &str, shown: &str, used: &Use<'_>) {
        let node = self.role_node(Tag::Reference, used);
        self.attr(node, AttrName::Refuri, uri);
        let text = self.p.page.tree.make(shown);
        self.text_node(node, text, used.whole.0, used.whole.1);
        self.p.page.tree.append(self.parent, node);
    }

    /// The element of a role, with the classes that the page gave to the role.
    fn role_node(&mut self, tag: Tag, used: &Use<'_>) -> NodeId {
        let node = self.node(tag, used.whole.0, used.whole.1);
        self.add_role_classes(node, used);
        node
    }

    fn add_role_classes(&mut self, node: NodeId, used: &Use<'_>) {
        for class in used.classes() {
            self.p.add_item(node, AttrName::Classes, class);
        }
    }

    /// The text with its backslashes.
    fn verbatim(&mut self, used: &Use<'_>) -> Str {
        let text = restore(self.raw(used.text.0, used.text.1));
        self.p.page.tree.make(&text)
    }

    fn finish_role(&mut self, node: NodeId, text: Str, used: &Use<'_>) {
        self.text_node(node, text, used.text.0, used.text.1);
        self.p.page.tree.append(self.parent, node);
    }

    /// Marks the whole as problematic and returns the message about it.
    fn refuse(&mut self, words: &str, whole: Range) -> NodeId {
        let message = self.p.message(Level::Error, words, About::Line(self.line));
        let text = restore(self.raw(whole.0, whole.1));
        let node = self.problematic(&text, whole.0, whole.1, message);
        self.p.page.tree.append(self.parent, node);
        message
    }
}
