//! Names and ids of targets, and the rules for duplicates.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization;

use crate::chars::is_space;
use crate::messages::{About, Level};
use crate::parser::Parser;
use crate::tag::{AttrName, Tag};
use crate::tree::{NodeId, Value};

/// The names and ids of one page.
#[derive(Debug, Default)]
pub(crate) struct Names {
    ids: HashMap<Box<str>, NodeId>,
    names: HashMap<Box<str>, Named>,
    counters: HashMap<Box<str>, u32>,
    substitutions: HashMap<Box<str>, NodeId>,
}

impl Names {
    /// Registers a substitution definition. Returns the definition that had the name before.
    pub(crate) fn substitution(&mut self, name: &str, node: NodeId) -> Option<NodeId> {
        self.substitutions.insert(name.into(), node)
    }
}

#[derive(Clone, Copy, Debug)]
struct Named {
    /// `None` if several targets had the name, so that it points nowhere.
    node: Option<NodeId>,
    explicit: bool,
}

/// Makes an identifier: ASCII letters, digits and single hyphens, with a letter first.
///
/// The result is empty if no letter is left.
///
/// ```
/// assert_eq!(settings_rst::make_id("SMTP server: port 1"), "smtp-server-port-1");
/// ```
#[must_use]
pub fn make_id(text: &str) -> String {
    let mut id = String::with_capacity(text.len());
    let mut gap = false;
    let mut push = |c: char| {
        if c.is_ascii_lowercase() || (c.is_ascii_digit() && !id.is_empty()) {
            if gap && !id.is_empty() {
                id.push('-');
            }
            gap = false;
            id.push(c);
        } else if c.is_ascii() {
            gap = true;
        }
    };
    for c in text.chars().flat_map(char::to_lowercase) {
        match translate(c) {
            Some(plain) => plain.chars().for_each(&mut push),
            None if c.is_ascii() => push(c),
            None if is_space(c) => push(' '),
            None => c.nfkd().filter(char::is_ascii).for_each(&mut push),
        }
    }
    id
}

fn translate(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' => "sz",
        'æ' => "ae",
        'œ' => "oe",
        'ȸ' => "db",
        'ȹ' => "qp",
        'ø' | 'ɵ' => "o",
        'đ' | 'ƌ' => "d",
        'ħ' => "h",
        'ı' => "i",
        'ł' | 'ƚ' | 'ȴ' => "l",
        'ŧ' | 'ƫ' | 'ƭ' | 'ȶ' => "t",
        'ƀ' | 'ƃ' => "b",
        'ƈ' | 'ȼ' => "c",
        'ƒ' => "f",
        'ƙ' => "k",
        'ƞ' | 'ȵ' => "n",
        'ƥ' => "p",
        'ƴ' | 'ɏ' => "y",
        'ƶ' | 'ȥ' | 'ɀ' => "z",
        'ǥ' => "g",
        'ȷ' | 'ɉ' => "j",
        'ȿ' => "s",
        'ɋ' => "q",
        'ɍ' => "r",
        _ => return None,
    })
}

/// Returns true for elements that a message about a duplicate is added to.
fn takes_messages(tag: Tag) -> bool {
    matches!(
        tag,
        Tag::SystemMessage
            | Tag::Header
            | Tag::Footer
            | Tag::Topic
            | Tag::Sidebar
            | Tag::Section
            | Tag::Document
            | Tag::Compound
            | Tag::Container
            | Tag::BlockQuote
            | Tag::ListItem
            | Tag::Definition
            | Tag::FieldBody
            | Tag::Description
            | Tag::Attention
            | Tag::Caution
            | Tag::Danger
            | Tag::Error
            | Tag::Important
            | Tag::Note
            | Tag::Tip
            | Tag::Hint
            | Tag::Warning
            | Tag::Admonition
            | Tag::Footnote
            | Tag::Citation
            | Tag::Legend
            | Tag::Entry
    )
}

impl Parser<'_> {
    pub(crate) fn has_name(&self, name: &str) -> bool {
        self.page.names.names.contains_key(name)
    }

    pub(crate) fn note_implicit_target(&mut self, node: NodeId, messages: Option<NodeId>) {
        self.note_names(node, messages, false);
        if self.page.options.legacy_ids {
            self.set_id(node);
        }
    }

    pub(crate) fn note_explicit_target(&mut self, node: NodeId, messages: NodeId) {
        self.note_names(node, Some(messages), true);
        self.set_id(node);
    }

    fn names_of(&self, node: NodeId, list: AttrName) -> Vec<String> {
        self.page.tree.texts(node, list).map(|text| self.str(text).to_owned()).collect()
    }

    fn note_names(&mut self, node: NodeId, messages: Option<NodeId>, explicit: bool) {
        for name in self.names_of(node, AttrName::Names) {
            match self.page.names.names.get(name.as_str()).copied() {
                Some(old) if old.node != Some(node) => {
                    self.set_duplicate_name(node, &name, old, messages, explicit);
                }
                Some(_) => {}
                None => {
                    self.page.names.names.insert(name.into(), Named { node: Some(node), explicit });
                }
            }
        }
    }

    fn external(&self, node: NodeId, name: AttrName) -> Option<&str> {
        self.page.tree.texts(node, name).next().map(|text| self.str(text))
    }

    /// Applies docutils' rules for duplicate names: one of the two loses the name, or both.
    fn set_duplicate_name(
        &mut self,
        node: NodeId,
        name: &str,
        old: Named,
        messages: Option<NodeId>,
        explicit: bool,
    ) {
        let mut now = Named { explicit: old.explicit || explicit, ..old };
        let same_place = old.node.is_some_and(|old| {
            [AttrName::Refname, AttrName::Refuri].into_iter().any(|attr| {
                self.external(node, attr).is_some_and(|place| self.external(old, attr) == Some(place))
            })
        });
        let mut said = None;
        let mut renumber = None;
        if same_place {
            let place =
                self.external(node, AttrName::Refuri).or_else(|| self.external(node, AttrName::Refname));
            let place = place.unwrap_or_default();
            said = Some((Level::Info, format!("Duplicate name \"{name}\" for external target \"{place}\".")));
            self.drop_name(node, name);
        } else if explicit && old.explicit {
            said = Some((Level::Warning, format!("Duplicate explicit target name: \"{name}\".")));
            self.drop_name(node, name);
            if let Some(old) = old.node {
                self.drop_name(old, name);
                now.node = None;
            }
        } else if explicit {
            now.node = Some(node);
            if let Some(old) = old.node {
                said = Some((Level::Info, format!("Target name overrides implicit target name \"{name}\".")));
                self.drop_name(old, name);
            }
        } else {
            said = Some((Level::Info, format!("Duplicate implicit target name: \"{name}\".")));
            self.drop_name(node, name);
            if let Some(old) = old.node.filter(|_| !old.explicit) {
                self.drop_name(old, name);
                now.node = None;
                renumber = Some(old);
            }
        }
        self.page.names.names.insert(name.into(), now);
        if let Some(old) = renumber {
            self.set_id(old);
        }
        let Some((level, words)) = said else { return };
        let shown = self.page.tree.tag(node) != Tag::Target || self.page.tree.first(node).is_some();
        let backref = shown.then(|| self.set_id(node));
        let about = self.nearest_line(node);
        let message = self.message(level, &words, about);
        if let Some(id) = backref {
            self.add_item(message, AttrName::Backrefs, &id);
        }
        if let Some(place) = messages.filter(|&place| takes_messages(self.page.tree.tag(place))) {
            self.append(place, message);
        }
    }

    /// Returns the line of a node or of its closest ancestor that has one.
    ///
    /// Docutils gives a section its line when it is added to the tree, so a section in a directive has none yet.
    fn nearest_line(&self, node: NodeId) -> About {
        let above = || std::iter::successors(Some(node), |&node| self.page.tree.parent(node));
        let in_tree = above().last() == Some(NodeId::ROOT);
        let line = above()
            .filter(|&node| in_tree || self.page.tree.tag(node) != Tag::Section)
            .map(|node| self.page.tree.line(node))
            .find(|line| line.is_known());
        line.map_or(About::Reader, About::from)
    }

    /// Moves a name to the duplicate names.
    pub(crate) fn drop_name(&mut self, node: NodeId, name: &str) {
        let mut kept = self.names_of(node, AttrName::Names);
        if let Some(at) = kept.iter().position(|kept| kept == name) {
            kept.remove(at);
        }
        self.page.tree.remove(node, AttrName::Names);
        for name in kept {
            self.add_item(node, AttrName::Names, &name);
        }
        self.add_item(node, AttrName::Dupnames, name);
    }

    /// Returns the id of a node, or gives it a new one.
    pub(crate) fn set_id(&mut self, node: NodeId) -> String {
        if let Some(id) = self.page.tree.texts(node, AttrName::Ids).last() {
            return self.str(id).to_owned();
        }
        let id = self.create_id(node);
        let text = self.page.tree.make(&id);
        self.page.tree.push(node, AttrName::Ids, Value::Item(text));
        self.page.names.ids.entry(id.as_str().into()).or_insert(node);
        id
    }

    fn create_id(&mut self, node: NodeId) -> String {
        let mut base = String::new();
        for name in self.names_of(node, AttrName::Names) {
            base = make_id(&name);
            if !base.is_empty() && !self.page.names.ids.contains_key(base.as_str()) {
                return base;
            }
        }
        if base.is_empty()
            && let Some(name) = self.names_of(node, AttrName::Dupnames).first()
        {
            base = make_id(name);
        }
        if base.is_empty() {
            base = make_id(self.page.tree.tag(node).as_str());
        }
        base.push('-');
        loop {
            let counter = self.page.names.counters.entry(base.as_str().into()).or_insert(0);
            *counter += 1;
            let id = format!("{base}{counter}");
            if !self.page.names.ids.contains_key(id.as_str()) {
                return id;
            }
        }
    }
}
