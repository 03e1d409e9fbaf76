//! Looks up settings, and entries and fields of their values, by address.

use super::effective::Effective;
use super::origin::Origin;
use super::part::Part;
use super::resolution::{Resolution, UnknownPath};
use crate::resolve::build::{Copies, Given};
use crate::resolve::index::LeafId;
use crate::resolve::read::{
    Below, Content, Form, Meaning, Node, Piece, Step, ValuePlace, address, by_path, by_path_below, find,
    kind_at,
};
use crate::schema::{Address, Kind, Member, Section, Setting};
use crate::value::Value;
use crate::value::json::Raw;

/// The setting, or the part of one, at an address.
#[derive(Clone, Debug)]
pub enum Found<'r> {
    /// A setting.
    Setting(Effective<'r>),
    /// An entry or field of a setting.
    Part(Part<'r>),
}

impl Found<'_> {
    /// Returns the address, as listings show it.
    pub fn address(&self) -> String {
        match self {
            Self::Setting(setting) => setting.path.to_string(),
            Self::Part(part) => part.address.to_string(),
        }
    }

    /// Returns the environment variable; empty if there is none.
    pub fn variable(&self) -> &str {
        match self {
            Self::Setting(setting) => &setting.env_name,
            Self::Part(part) => &part.env_name,
        }
    }
}

impl<T> Resolution<T> {
    /// Returns the setting at an address, or the entry or field of one: `Providers.google.ClientSecret`,
    /// `Upstreams[0].URL`.
    ///
    /// # Errors
    /// Returns the nearest valid address if there is nothing at this one.
    pub fn find(&self, path: &str) -> Result<Found<'_>, UnknownPath> {
        let unknown = |nearest| UnknownPath { path: path.to_owned(), nearest };
        let nearest = match by_path(self.index, path) {
            Ok(leaf) => return self.effective(leaf).map(Found::Setting).ok_or_else(|| unknown(None)),
            Err(nearest) => nearest,
        };
        let (leaf, route) = self.route(path, Form::Any).map_err(|near| unknown(near.or(nearest)))?;
        let part = self.index.setting(leaf).and_then(|setting| self.part(leaf, setting, &route));
        part.map(Found::Part).ok_or_else(|| unknown(None))
    }

    /// Returns the setting and the way to the part at an address, or the nearest address.
    pub(crate) fn route(&self, path: &str, form: Form) -> Result<(LeafId, Vec<Step>), Option<String>> {
        let address: Address = path.parse().map_err(|_| None)?;
        let (leaf, below) = by_path_below(self.index, &address).ok_or(None)?;
        let setting = self.index.setting(leaf).ok_or(None)?;
        let outline = self.outline(leaf, setting);
        let full = |route: &[Step]| address_of(self, leaf, route).to_string();
        match find(&setting.kind, &outline, Below::Path(below), form) {
            Meaning::Route(route) => Ok((leaf, route)),
            Meaning::Ambiguous(routes) => Err(routes.first().map(|route| full(route))),
            Meaning::Unknown(near) => Err(near.map(|near| full(&near))),
            Meaning::Capitals(_) | Meaning::Beyond(..) => Err(None),
        }
    }

    /// Returns the JSON of a setting's strongest value as a whole that a file has.
    pub(crate) fn json_in_file(&self, leaf: LeafId) -> Option<Raw<'_>> {
        let mut chain = self.candidates.chain(leaf);
        let in_file = chain.find(|candidate| matches!(candidate.place, ValuePlace::Source { .. }))?;
        Piece::at(&self.layers, self.texts(), in_file.place).json()
    }

    /// Returns the entries of a setting in all layers.
    pub(crate) fn outline(&self, leaf: LeafId, setting: &'static Setting) -> Node<()> {
        self.inputs().merge(setting, self.candidates.strongest(leaf)).root.outline()
    }

    /// Returns the part of a setting that a route leads to, if its entry exists.
    fn part(&self, leaf: LeafId, setting: &'static Setting, route: &[Step]) -> Option<Part<'_>> {
        let merged = self.inputs().merge(setting, self.candidates.strongest(leaf));
        let (last, around) = route.split_last()?;
        let around_node = merged.root.at(&setting.kind, &mut around.iter())?;
        let around_kind = kind_at(&setting.kind, around)?;
        let kind = kind_at(&setting.kind, route)?;
        let unset = Node::default();
        let node = around_node.child(&around_kind, last).unwrap_or(&unset);
        let field = match (around_kind.required(), last) {
            (Kind::Section(section), Step::Key(key)) if around_node.content == Content::Section => {
                field(section, key)
            }
            _ if node.content == Content::Unset => return None,
            _ => None,
        };
        Some(self.part_of(leaf, route, kind, field, node))
    }

    /// Returns all fields, and entries without fields, of a setting that layers merge.
    pub(super) fn parts(&self, leaf: LeafId, setting: &'static Setting) -> Vec<Part<'_>> {
        let mut parts = Vec::new();
        if setting.kind.merges() {
            let merged = self.inputs().merge(setting, self.candidates.strongest(leaf));
            self.collect(leaf, &setting.kind, None, &merged.root, &mut Vec::new(), &mut parts);
        }
        parts
    }

    /// Collects the parts of a node. Recursion is as deep as the kinds nest.
    fn collect<'r>(
        &'r self,
        leaf: LeafId,
        kind: &Kind,
        field: Option<&'static Setting>,
        node: &Node<Given<'r>>,
        route: &mut Vec<Step>,
        parts: &mut Vec<Part<'r>>,
    ) {
        match (node.content, kind.required()) {
            (Content::Map, Kind::Map { of, .. }) => {
                for (key, entry) in node.entries() {
                    route.push(Step::Key(key.clone()));
                    self.collect(leaf, of, None, entry, route, parts);
                    route.pop();
                }
            }
            (Content::List, Kind::List(of)) => {
                for (number, (_, entry)) in node.entries().iter().enumerate() {
                    route.push(Step::Element(number));
                    self.collect(leaf, of, None, entry, route, parts);
                    route.pop();
                }
            }
            (Content::Section, Kind::Section(section)) => {
                let unset = Node::default();
                for (at, member) in section.members.iter().enumerate() {
                    let node = node.entries().get(at).map_or(&unset, |(_, node)| node);
                    route.push(Step::Key(member.key().to_owned()));
                    match member {
                        Member::Setting(setting) => {
                            self.collect(leaf, &setting.kind, Some(setting), node, route, parts);
                        }
                        Member::Section { section, .. } => {
                            self.collect(leaf, &Kind::Section(section), None, node, route, parts);
                        }
                    }
                    route.pop();
                }
            }
            (Content::Unset, Kind::Section(_)) => {}
            _ if route.is_empty() => {}
            _ => parts.push(self.part_of(leaf, route, *kind, field, node)),
        }
    }

    fn part_of<'r>(
        &'r self,
        leaf: LeafId,
        route: &[Step],
        kind: Kind,
        field: Option<&'static Setting>,
        node: &Node<Given<'r>>,
    ) -> Part<'r> {
        let origin = |given: &Given<'r>| match given.candidate {
            Some(candidate) => self.origin(candidate, given.part()),
            None => Origin::Default,
        };
        let copies = self.copies(kind.is_secret());
        let read = |given: &Given<'r>, kind: &Kind| {
            let copy = copies.and_then(|copies| copies.of(given));
            copy.or_else(|| given.read(kind).ok())
        };
        let mut chain: Vec<_> =
            node.given.iter().rev().map(|given| (origin(given), read(given, &kind))).collect();
        if let Some(setting) = field {
            chain.push((Origin::Default, Some(setting.default_value())));
        }
        let whole = match node.content {
            // layers give parts of it
            Content::Map | Content::List | Content::Section => {
                node.read(&kind, copies.map(|copies| copies as &dyn Copies))
            }
            Content::Null => Some(Value::Null),
            Content::Unset | Content::Value => None,
        };
        if whole.is_some() {
            chain.iter_mut().for_each(|(_, value)| {
                value.take().into_iter().for_each(Value::wipe);
            });
        }
        let winner = chain.iter().position(|(_, value)| value.is_some()).unwrap_or(0);
        let (origin, value) = if chain.is_empty() { (Origin::Default, None) } else { chain.remove(winner) };
        let address = address_of(self, leaf, route);
        let value = whole.or(value).unwrap_or(Value::Null);
        let overridden = if matches!(node.content, Content::Map | Content::List | Content::Section) {
            Vec::new()
        } else {
            chain
        };
        let variable = self.index.setting(leaf).and_then(|setting| {
            self.index.root.variable_of_entry(&self.index.leaf_path(leaf), setting, &entry(route))
        });
        let env_name = variable.unwrap_or_default();
        Part { address, env_name, kind, setting: field, value, origin, overridden }
    }
}

fn field(section: &'static Section, key: &str) -> Option<&'static Setting> {
    section.members.iter().find_map(|member| match member {
        Member::Setting(setting) if setting.key == key => Some(setting),
        _ => None,
    })
}

/// Returns the address of a part within its setting.
fn entry(route: &[Step]) -> Address {
    address([], route)
}

fn address_of<T>(resolution: &Resolution<T>, leaf: LeafId, route: &[Step]) -> Address {
    address(resolution.index.leaf_path(leaf).keys().iter().copied(), route)
}
