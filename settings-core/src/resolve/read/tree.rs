//! A setting's value as a tree of entries and fields, to which layers are applied from weak to strong.
//!
//! Sections, maps and lists of sections merge by entry and field. Everything else is replaced as a whole. `null` removes
//! an entry, unless it is a value of the entry's kind.

use super::content::Piece;
use super::route::{Step, below, is_removable_by_text, member, member_kind};
use super::trail::Trail;
use crate::schema::{Address, Kind, Member, Section};
use crate::value::json::{Raw, Shape};
use crate::value::{
    Keys, Match, Mismatch, Name, Value, from_json, from_text, is_removable, match_members, read_key,
};

/// A value with everything that layers say about it. `G` is one layer's part of it.
#[derive(Clone, Debug)]
pub(crate) struct Node<G> {
    /// The values of layers, the weakest first; of a container, the layers that have it.
    pub(crate) given: Vec<G>,
    pub(crate) content: Content,
    /// The entries of a map with their keys, the entries of a list, or the members of a section.
    below: Vec<(String, Node<G>)>,
}

/// The content of a [`Node`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// No layer gives it.
    Unset,
    /// `null`, for an optional value.
    Null,
    /// A value that layers replace as a whole.
    Value,
    /// A map.
    Map,
    /// A list of sections.
    List,
    /// A section.
    Section,
}

impl<G> Default for Node<G> {
    fn default() -> Self {
        Self { given: Vec::new(), content: Content::Unset, below: Vec::new() }
    }
}

/// One layer that is applied to a tree, and what is wrong with it.
pub(crate) struct Applied<'a, 't, G> {
    /// Makes the layer's part of a node.
    pub(crate) give: &'a dyn Fn(Piece<'t>) -> G,
    pub(crate) faults: Vec<Fault<G>>,
    /// The removals of entries that no weaker layer has.
    pub(crate) idle: Vec<(G, Address)>,
}

/// A mistake in one layer's part of a value.
pub(crate) struct Fault<G> {
    pub(crate) given: G,
    /// The way to the part that the mismatch is relative to.
    pub(crate) within: Address,
    pub(crate) mismatch: Mismatch,
}

impl<'t, G: Clone> Applied<'_, 't, G> {
    fn fault(&mut self, within: &Trail<'_>, piece: Piece<'t>, mismatch: Mismatch) {
        self.faults.push(Fault { given: (self.give)(piece), within: within.address(), mismatch });
    }

    /// Returns a value as JSON of the type that its kind has, or `null` where that is allowed; otherwise reports it.
    fn shaped(
        &mut self,
        kind: &Kind,
        within: &Trail<'_>,
        piece: Piece<'t>,
        is_right: impl Fn(Shape) -> bool,
    ) -> Option<Raw<'t>> {
        let raw = piece.json().filter(|raw| is_right(raw.shape));
        if raw.is_none() {
            let mismatch = match piece {
                Piece::Json(raw) => from_json(kind, raw).err(),
                Piece::Text(text) => from_text(kind, text).err(),
            };
            mismatch.into_iter().for_each(|mismatch| self.fault(within, piece, mismatch));
        }
        raw
    }
}

impl<G: Clone> Node<G> {
    /// Returns the node at the end of a route.
    pub(crate) fn at(&self, kind: &Kind, route: &mut dyn Iterator<Item = &Step>) -> Option<&Self> {
        let Some(step) = route.next() else { return Some(self) };
        let below = below(kind, step)?;
        self.child(kind, step)?.at(&below, route)
    }

    /// Returns the entries and members without the values.
    pub(crate) fn outline(&self) -> Node<()> {
        let below = self.below.iter().map(|(key, node)| (key.clone(), node.outline()));
        Node { given: Vec::new(), content: self.content, below: below.collect() }
    }

    /// Returns the node after one step.
    pub(crate) fn child(&self, kind: &Kind, step: &Step) -> Option<&Self> {
        match (kind.required(), step) {
            (Kind::Map { .. }, Step::Key(key)) => self.entry(key),
            (Kind::List(_), Step::Element(number)) => self.entries().get(*number).map(|(_, entry)| entry),
            (Kind::Section(section), Step::Key(key)) => {
                let (at, _) = member(section, key)?;
                self.entries().get(at).map(|(_, member)| member)
            }
            _ => None,
        }
    }

    /// Returns the entry of a map with this key.
    pub(crate) fn entry(&self, key: &str) -> Option<&Self> {
        self.below.iter().find(|(found, _)| found == key).map(|(_, entry)| entry)
    }

    /// Returns the entries of a map with their keys, the entries of a list, or the members of a section.
    pub(crate) fn entries(&self) -> &[(String, Self)] {
        &self.below
    }

    /// Applies one layer's value. Recursion is as deep as the kinds nest.
    pub(crate) fn apply<'t>(
        &mut self,
        kind: &Kind,
        piece: Piece<'t>,
        within: &Trail<'_>,
        layer: &mut Applied<'_, 't, G>,
    ) {
        match kind {
            Kind::Optional(of) if is_null(of, piece) => self.replace(piece, layer, Content::Null),
            Kind::Optional(of) => self.apply(of, piece, within, layer),
            Kind::Map { key, of } => {
                let is_right = |shape| matches!(shape, Shape::Object | Shape::Null);
                match layer.shaped(kind, within, piece, is_right) {
                    Some(raw) if raw.shape == Shape::Null => self.replace(piece, layer, Content::Map),
                    Some(raw) => {
                        self.become_a(Content::Map).give((layer.give)(piece));
                        self.apply_entries((kind, key, of), raw, within, layer);
                    }
                    None => {}
                }
            }
            Kind::List(of @ Kind::Section(_)) => {
                let is_right = |shape| matches!(shape, Shape::Array | Shape::Null);
                match layer.shaped(kind, within, piece, is_right) {
                    Some(raw) if raw.shape == Shape::Null => self.replace(piece, layer, Content::List),
                    Some(raw) => {
                        self.become_a(Content::List).give((layer.give)(piece));
                        self.apply_elements(of, raw, within, layer);
                    }
                    None => {}
                }
            }
            Kind::Section(section) => {
                if let Some(raw) = layer.shaped(kind, within, piece, |shape| shape == Shape::Object) {
                    self.become_a(Content::Section).give((layer.give)(piece));
                    self.apply_members(kind, section, raw, within, layer);
                }
            }
            _ => self.become_a(Content::Value).give((layer.give)(piece)),
        }
    }

    /// Applies one layer's value of a part.
    pub(crate) fn apply_part<'t>(
        &mut self,
        kind: &Kind,
        route: &[Step],
        piece: Piece<'t>,
        within: &Trail<'_>,
        layer: &mut Applied<'_, 't, G>,
    ) {
        let Some((step, rest)) = route.split_first() else { return self.apply(kind, piece, within, layer) };
        if let Kind::Optional(of) = kind {
            return self.apply_part(of, route, piece, within, layer);
        }
        let within = &within.step(step);
        match (kind, step) {
            (Kind::Map { key: keys, of }, Step::Key(key)) => {
                if let Err(mismatch) = read_key(keys, key.into()) {
                    layer.fault(within, piece, mismatch);
                } else if rest.is_empty() && removes(of, piece) {
                    self.remove_key(key, piece, within, layer);
                } else {
                    self.become_a(Content::Map).give((layer.give)(piece));
                    self.entry_mut(key).apply_part(of, rest, piece, within, layer);
                }
            }
            (Kind::List(of), Step::Element(number)) => {
                if rest.is_empty() && removes(of, piece) {
                    self.remove_element(*number, piece, within, layer);
                } else {
                    self.become_a(Content::List).give((layer.give)(piece));
                    if let Some(entry) = self.element_mut(*number) {
                        entry.apply_part(of, rest, piece, within, layer);
                    }
                }
            }
            (Kind::Section(section), Step::Key(key)) => {
                if let Some((at, member)) = member(section, key) {
                    self.become_a(Content::Section).give((layer.give)(piece));
                    self.member_mut(section, at).apply_part(&member_kind(member), rest, piece, within, layer);
                }
            }
            _ => {}
        }
    }

    fn apply_entries<'t>(
        &mut self,
        (kind, keys, of): (&Kind, &Kind, &Kind),
        raw: Raw<'t>,
        within: &Trail<'_>,
        layer: &mut Applied<'_, 't, G>,
    ) {
        let mut names = Keys::default();
        for (key, value) in raw.each_entry() {
            let piece = Piece::Json(value);
            let name = match read_key(keys, key.name()) {
                Ok(name) => name,
                Err(mismatch) => {
                    layer.fault(within, Piece::Json(raw), mismatch.of_entry(key, raw.start));
                    let of_value =
                        from_json(of, value).map(Value::wipe).err().filter(|_| !removes(of, piece));
                    let name = key.name();
                    let within = within.key(&name);
                    of_value.into_iter().for_each(|mismatch| layer.fault(&within, piece, mismatch));
                    continue;
                }
            };
            if !names.insert(name.clone()) {
                let mismatch = Mismatch::repeated_key(kind, key, raw.start);
                layer.fault(within, Piece::Json(raw), mismatch);
                continue;
            }
            let within = within.key(&name);
            match removes(of, piece) {
                true => self.remove_key(&name, piece, &within, layer),
                false => self.entry_mut(&name).apply(of, piece, &within, layer),
            }
        }
    }

    fn apply_elements<'t>(
        &mut self,
        of: &Kind,
        raw: Raw<'t>,
        within: &Trail<'_>,
        layer: &mut Applied<'_, 't, G>,
    ) {
        let mut removed = Vec::new();
        for (number, value) in raw.elements().unwrap_or_default().into_iter().enumerate() {
            let piece = Piece::Json(value);
            let within = &within.index(number);
            if !removes(of, piece) {
                if let Some(entry) = self.element_mut(number) {
                    entry.apply(of, piece, within, layer);
                }
            } else if number < self.below.len() {
                removed.push(number);
            } else {
                // keeps the numbers of the entries after it
                self.below.push(<_>::default());
                removed.push(number);
                layer.idle.push(((layer.give)(piece), within.address()));
            }
        }
        for number in removed.into_iter().rev() {
            self.below.remove(number);
        }
    }

    fn apply_members<'t>(
        &mut self,
        kind: &Kind,
        section: &'static Section,
        raw: Raw<'t>,
        within: &Trail<'_>,
        layer: &mut Applied<'_, 't, G>,
    ) {
        let entries = raw.entries().unwrap_or_default();
        let found = match_members(section, entries.iter().map(|(key, _)| key.name()));
        for ((key, value), found) in entries.into_iter().zip(found) {
            // unknown keys are reported elsewhere
            let Some(Match { member: at, name, is_shadowed }) = found else { continue };
            let Some(member) = section.members.get(at) else { continue };
            if is_shadowed {
                if name != Name::Alias {
                    layer.fault(within, Piece::Json(raw), Mismatch::repeated_key(kind, key, raw.start));
                }
                continue;
            }
            let piece = Piece::Json(value);
            let within = &within.key(member.key());
            match (member, value.shape) {
                (Member::Section { optional: true, .. }, Shape::Null) => {
                    self.member_mut(section, at).replace(piece, layer, Content::Null);
                }
                _ => self.member_mut(section, at).apply(&member_kind(member), piece, within, layer),
            }
        }
    }

    fn replace<'t>(&mut self, piece: Piece<'t>, layer: &Applied<'_, 't, G>, content: Content) {
        *self = Self { given: vec![(layer.give)(piece)], content, below: Vec::new() };
    }

    /// Makes it a node with this content, which is empty if it was another one.
    fn become_a(&mut self, content: Content) -> &mut Self {
        if self.content != content {
            *self = Self { content, ..Self::default() };
        }
        self
    }

    /// Adds one layer's part. Most values have one or two.
    fn give(&mut self, given: G) {
        if self.given.is_empty() {
            self.given.reserve_exact(1);
        }
        self.given.push(given);
    }

    fn remove_key<'t>(
        &mut self,
        key: &str,
        piece: Piece<'t>,
        within: &Trail<'_>,
        layer: &mut Applied<'_, 't, G>,
    ) {
        let before = self.become_a(Content::Map).below.len();
        self.below.retain(|(found, _)| found != key);
        if self.below.len() == before {
            layer.idle.push(((layer.give)(piece), within.address()));
        }
    }

    fn remove_element<'t>(
        &mut self,
        number: usize,
        piece: Piece<'t>,
        within: &Trail<'_>,
        layer: &mut Applied<'_, 't, G>,
    ) {
        if number < self.become_a(Content::List).below.len() {
            self.below.remove(number);
        } else {
            layer.idle.push(((layer.give)(piece), within.address()));
        }
    }

    fn entry_mut(&mut self, key: &str) -> &mut Self {
        let at = self.below.iter().position(|(found, _)| found == key).unwrap_or(self.below.len());
        self.at_mut(at, key)
    }

    /// Returns an entry of a list, which is new if it is the next one.
    fn element_mut(&mut self, number: usize) -> Option<&mut Self> {
        (number <= self.below.len()).then(|| self.at_mut(number, ""))
    }

    fn member_mut(&mut self, section: &Section, at: usize) -> &mut Self {
        if self.below.is_empty() {
            self.below = section.members.iter().map(|_| <_>::default()).collect();
        }
        self.at_mut(at, "")
    }

    /// Returns the node at a position, which is new if it is the next one.
    #[expect(clippy::indexing_slicing, reason = "the position is that of the last node or of an earlier one")]
    fn at_mut(&mut self, at: usize, key: &str) -> &mut Self {
        if at >= self.below.len() {
            self.below.push((key.to_owned(), Self::default()));
        }
        let at = at.min(self.below.len() - 1);
        &mut self.below[at].1
    }
}

/// Returns whether a value of an optional kind is `null`.
fn is_null(of: &Kind, piece: Piece<'_>) -> bool {
    match piece {
        Piece::Json(raw) => raw.shape == Shape::Null,
        Piece::Text("null") => !matches!(of, Kind::Text | Kind::TextOf(_) | Kind::Secret | Kind::Custom(_)),
        Piece::Text(_) => false,
    }
}

/// Returns whether a value removes an entry of this kind.
fn removes(of: &Kind, piece: Piece<'_>) -> bool {
    match piece {
        Piece::Json(raw) => raw.shape == Shape::Null && is_removable(of),
        Piece::Text(text) => text == "null" && is_removable_by_text(of),
    }
}
