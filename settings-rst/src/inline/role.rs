//! What interpreted text becomes.

use super::super::directive::convert::parse_int;
use super::super::messages::Level;
use super::super::roles::{CustomRole, Role};
use super::super::tag::{AttrName, Tag};
use super::super::tree::Str;
use super::{Inliner, restore, unescape};

/// Start and end in the text.
type Range = (usize, usize);

impl Inliner<'_, '_, '_> {
    /// Interpreted text of a role; `whole` with its markup.
    pub(super) fn role(&mut self, name: &str, whole: Range, text: Range) {
        let (role, mut messages) = self.p.find_role(name, self.line);
        match role {
            Some(Role::Custom(custom)) => {
                self.apply(name, &custom.base, Some(&custom), whole, text, &mut messages);
            }
            Some(role) => self.apply(name, &role, None, whole, text, &mut messages),
            None if self.p.is_sphinx() => {
                let node = self.node(Tag::GenericRole, whole.0, whole.1);
                self.attr(node, AttrName::Role, name);
                self.text(node, text.0, text.1);
                self.p.tree.append(self.parent, node);
            }
            None => {
                let words = format!("Unknown interpreted text role \"{name}\".");
                self.refuse(&words, whole, &mut messages);
            }
        }
        self.messages.append(&mut messages);
    }

    fn refuse(&mut self, words: &str, whole: Range, messages: &mut Vec<super::NodeId>) {
        let message = self.p.message(Level::Error, words, Some(self.line));
        let text = restore(self.raw(whole.0, whole.1));
        let node = self.problematic(&text, whole.0, whole.1, message);
        self.p.tree.append(self.parent, node);
        messages.push(message);
    }

    fn apply(
        &mut self,
        name: &str,
        role: &Role,
        custom: Option<&CustomRole>,
        whole: Range,
        text: Range,
        messages: &mut Vec<super::NodeId>,
    ) {
        let raw = self.raw(text.0, text.1);
        let (tag, shown) = match role {
            Role::Wrap(tag) => (*tag, None),
            Role::Math => (Tag::Math, Some(restore(raw))),
            Role::Code => (Tag::Literal, Some(restore(raw))),
            Role::Raw if custom.is_some_and(|custom| custom.format.is_some()) => {
                (Tag::Raw, Some(restore(raw)))
            }
            Role::Raw => {
                let words = format!(
                    "No format (Writer name) is associated with this role: \"{name}\".\n\
                     The \"raw\" role cannot be used directly.\n\
                     Instead, use the \"role\" directive to create a new role with an associated format."
                );
                return self.refuse(&words, whole, messages);
            }
            Role::Pep => match parse_int(&unescape(raw)).filter(|n| (0..=9999).contains(n)) {
                Some(number) => {
                    let uri = format!("https://peps.python.org/pep-{number:04}");
                    return self.standard(&uri, &format!("PEP {}", unescape(raw)), custom, whole);
                }
                None => {
                    let words = format!("PEP number must be a number from 0 to 9999; \"{raw}\" is invalid.");
                    return self.refuse(&words, whole, messages);
                }
            },
            Role::Rfc => {
                let plain = unescape(raw);
                let (number, section) = plain
                    .split_once('#')
                    .map_or((plain.as_str(), None), |(number, section)| (number, Some(section)));
                match parse_int(number).filter(|&n| n >= 1) {
                    Some(number) => {
                        let mut uri = format!("https://tools.ietf.org/html/rfc{number}.html");
                        if let Some(section) = section {
                            uri.push('#');
                            uri.push_str(section);
                        }
                        return self.standard(&uri, &format!("RFC {number}"), custom, whole);
                    }
                    None => {
                        let words = format!(
                            "RFC number must be a number greater than or equal to 1; \"{raw}\" is invalid."
                        );
                        return self.refuse(&words, whole, messages);
                    }
                }
            }
            Role::Unimplemented | Role::Custom(_) => {
                let words = format!("Interpreted text role \"{name}\" not implemented.");
                return self.refuse(&words, whole, messages);
            }
        };
        let node = self.node(tag, whole.0, whole.1);
        match tag {
            Tag::Literal if *role == Role::Code => {
                self.p.add_item(node, AttrName::Classes, "code");
                let language = custom.and_then(|custom| custom.language.as_deref());
                let classes = custom.map_or(&[][..], |custom| &custom.classes);
                for class in classes {
                    self.p.add_item(node, AttrName::Classes, class);
                }
                let language = language.or_else(|| (custom.is_some() && name != "code").then_some(name));
                let language = language.filter(|language| {
                    !language.is_empty()
                        && !language.eq_ignore_ascii_case("none")
                        && !classes.iter().any(|class| class == language)
                });
                if let Some(language) = language {
                    self.p.add_item(node, AttrName::Classes, language);
                }
            }
            _ => {
                for class in custom.map_or(&[][..], |custom| &custom.classes) {
                    self.p.add_item(node, AttrName::Classes, class);
                }
            }
        }
        if tag == Tag::Raw {
            if let Some(format) = custom.and_then(|custom| custom.format.as_deref()) {
                self.attr(node, AttrName::Format, format);
            }
            self.p.preserve_space(node);
        }
        let kept: Str = match shown {
            Some(shown) => self.p.tree.make(&shown),
            None => self.keep(text.0, text.1),
        };
        self.text_node(node, kept, text.0, text.1);
        self.p.tree.append(self.parent, node);
    }

    fn standard(&mut self, uri: &str, shown: &str, custom: Option<&CustomRole>, whole: Range) {
        let node = self.node(Tag::Reference, whole.0, whole.1);
        for class in custom.map_or(&[][..], |custom| &custom.classes) {
            self.p.add_item(node, AttrName::Classes, class);
        }
        self.attr(node, AttrName::Refuri, uri);
        let text = self.p.tree.make(shown);
        self.text_node(node, text, whole.0, whole.1);
        self.p.tree.append(self.parent, node);
    }
}
