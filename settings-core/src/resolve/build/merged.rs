//! Values that layers merge by entry and field.

use super::inputs::Inputs;
use crate::resolve::read::{Applied, Candidate, Content, Fault, Node, Piece, Trail, kind_at, member_kind};
use crate::schema::{Address, DefaultValue, Kind, Member, Section, Segment, Setting};
use crate::value::json::parse_value;
use crate::value::{Mismatch, Value, from_json, from_text_with, section_defaults};

/// One layer's part of a value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Given<'r> {
    /// `None` for a part of the default.
    pub(crate) candidate: Option<&'r Candidate>,
    pub(crate) piece: Piece<'r>,
    /// The offset of the candidate's whole value.
    whole: usize,
    /// The separator of a list's elements in a text.
    separator: char,
}

impl<'r> Given<'r> {
    /// Returns the text, as it is in the layer.
    pub(crate) fn text(&self) -> &'r str {
        match self.piece {
            Piece::Json(raw) => raw.text,
            Piece::Text(text) => text,
        }
    }

    /// Returns the part of the candidate, as start and length in bytes, if it is JSON.
    pub(crate) fn part(&self) -> Option<(usize, usize)> {
        match self.piece {
            Piece::Json(raw) => Some((raw.start.saturating_sub(self.whole), raw.text.len())),
            Piece::Text(_) => None,
        }
    }

    /// Reads it as a value of a kind.
    pub(crate) fn read(&self, kind: &Kind) -> Result<Value<'r>, Mismatch> {
        match self.piece {
            Piece::Json(raw) => from_json(kind, raw),
            Piece::Text(text) => from_text_with(kind, text, self.separator),
        }
    }

    pub(crate) fn is_of(&self, candidate: &Candidate) -> bool {
        self.candidate.is_some_and(|own| std::ptr::eq(own, candidate))
    }
}

/// Values that were read before, and are wiped from memory on drop.
pub(crate) trait Copies {
    /// Returns the value of one layer's part, if it is not in the layer as it is.
    fn of(&self, given: &Given<'_>) -> Option<Value<'_>>;
}

/// The merged value of a setting, with everything that is wrong with it.
pub(crate) struct Merged<'r> {
    pub(crate) root: Node<Given<'r>>,
    pub(crate) faults: Vec<Fault<Given<'r>>>,
    /// The removals of entries that no weaker layer has.
    pub(crate) idle: Vec<(Given<'r>, Address)>,
    separator: char,
}

impl<'r> Inputs<'r> {
    /// Merges a candidate with all weaker ones and the default.
    pub(crate) fn merge(self, setting: &'static Setting, candidate: Option<&'r Candidate>) -> Merged<'r> {
        let weaker = |candidate: &&'r Candidate| self.candidates.weaker(candidate);
        let chain: Vec<_> = std::iter::successors(candidate, weaker).collect();
        let separator = self.index.root.list_separator;
        let mut merged = Merged { root: Node::default(), faults: Vec::new(), idle: Vec::new(), separator };
        // a computed default is replaced as a whole
        if let DefaultValue::Json(json) = setting.default
            && let Ok(raw) = parse_value(json)
        {
            merged.layer(None, 0, |root, layer| {
                root.apply(&setting.kind, Piece::Json(raw), &Trail::WHOLE, layer);
            });
        }
        for candidate in chain.into_iter().rev() {
            let piece = Piece::at(self.layers, self.texts, candidate.place);
            let whole = match piece {
                Piece::Json(raw) => raw.start,
                Piece::Text(_) => 0,
            };
            let route = self.candidates.route(candidate);
            merged.layer(Some(candidate), whole, |root, layer| {
                root.apply_part(&setting.kind, route, piece, &Trail::WHOLE, layer);
            });
        }
        merged
    }

    /// Returns the value of a candidate merged with all weaker ones, or the mistakes of the candidate itself.
    pub(crate) fn merged(
        self,
        setting: &'static Setting,
        candidate: &'r Candidate,
    ) -> Result<Value<'r>, Mismatch> {
        let mut merged = self.merge(setting, Some(candidate));
        let value = merged.read(&setting.kind).unwrap_or(Value::Null);
        let own = merged.faults.into_iter().filter(|fault| fault.given.is_of(candidate));
        match Mismatch::joined(own.map(Fault::into_mismatch).collect()) {
            None => Ok(value),
            Some(mismatch) => {
                value.wipe();
                Err(mismatch)
            }
        }
    }
}

impl<'r> Node<Given<'r>> {
    /// Reads a part of a merged value, as far as it has no mistakes.
    pub(crate) fn read(&self, kind: &Kind, copies: Option<&'r dyn Copies>) -> Option<Value<'r>> {
        let mut faults = Vec::new();
        Reading { faults: &mut faults, copies, in_variant: false }.value(self, kind, &Trail::WHOLE)
    }

    /// Calls a function for each value that layers replace as a whole, with its kind.
    pub(crate) fn each_value(&self, kind: &Kind, of: &mut dyn FnMut(&Given<'r>, &Kind)) {
        match (self.content, kind.required()) {
            (Content::Value, _) => self.given.iter().for_each(|given| of(given, kind)),
            (Content::Map, Kind::Map { of: below, .. }) | (Content::List, Kind::List(below)) => {
                self.entries().iter().for_each(|(_, entry)| entry.each_value(below, of));
            }
            (Content::Section, Kind::Section(section)) => {
                let members = self.entries().iter().zip(section.members);
                members.for_each(|((_, node), member)| node.each_value(&member_kind(member), of));
            }
            _ => {}
        }
    }
}

impl<'r> Fault<Given<'r>> {
    /// Returns the mismatch in relation to the whole value of the candidate.
    pub(crate) fn into_mismatch(self) -> Mismatch {
        let (start, len) = self.given.part().unwrap_or((0, 0));
        self.mismatch.inside(start, len, &within(&self.within))
    }
}

/// Writes an address relative to a setting.
pub(crate) fn within(address: &Address) -> String {
    address.segments().iter().map(Segment::to_string).collect()
}

impl<'r> Merged<'r> {
    fn layer(
        &mut self,
        candidate: Option<&'r Candidate>,
        whole: usize,
        apply: impl FnOnce(&mut Node<Given<'r>>, &mut Applied<'_, 'r, Given<'r>>),
    ) {
        let separator = self.separator;
        let give = |piece| Given { candidate, piece, whole, separator };
        let mut layer = Applied { give: &give, faults: Vec::new(), idle: Vec::new() };
        apply(&mut self.root, &mut layer);
        self.faults.append(&mut layer.faults);
        self.idle.append(&mut layer.idle);
    }

    /// Reads the merged value; `None` if there is nothing that can be read. Collects the mistakes of all layers.
    pub(crate) fn read(&mut self, kind: &Kind) -> Option<Value<'r>> {
        let mut reading = Reading { faults: &mut self.faults, copies: None, in_variant: false };
        reading.value(&self.root, kind, &Trail::WHOLE)
    }
}

struct Reading<'m, 'r> {
    faults: &'m mut Vec<Fault<Given<'r>>>,
    copies: Option<&'r dyn Copies>,
    /// Whether the value belongs to a variant, of which only the builder knows whether it is selected.
    in_variant: bool,
}

impl<'r> Reading<'_, 'r> {
    /// Reads a node. Recursion is as deep as the kinds nest.
    fn value(&mut self, node: &Node<Given<'r>>, kind: &Kind, within: &Trail<'_>) -> Option<Value<'r>> {
        match (node.content, kind) {
            (Content::Unset, _) => None,
            (Content::Null, _) => Some(Value::Null),
            (_, Kind::Optional(of)) => self.value(node, of, within),
            (Content::Value, _) => self.strongest(node, kind, within),
            (Content::Map, Kind::Map { of, .. }) => {
                let mut entries = Vec::with_capacity(node.entries().len());
                for (key, entry) in node.entries() {
                    let value = self.value(entry, of, &within.key(key));
                    entries.extend(value.map(|value| (key.clone().into(), value)));
                }
                Some(Value::Map(entries))
            }
            (Content::List, Kind::List(of)) => {
                let entries = node.entries().iter().enumerate();
                let values =
                    entries.filter_map(|(number, (_, entry))| self.value(entry, of, &within.index(number)));
                Some(Value::List(values.collect()))
            }
            (Content::Section, Kind::Section(section)) => Some(self.section(node, section, within)),
            _ => None,
        }
    }

    /// Returns the strongest value that the kind accepts, and checks the weaker ones too.
    fn strongest(&mut self, node: &Node<Given<'r>>, kind: &Kind, within: &Trail<'_>) -> Option<Value<'r>> {
        let mut winner = None;
        for given in node.given.iter().rev() {
            let copy = self.copies.and_then(|copies| copies.of(given));
            match copy.map_or_else(|| given.read(kind), Ok) {
                Ok(value) if winner.is_none() => winner = Some(value),
                Ok(value) if kind.is_secret() => value.wipe(),
                Ok(_) => {}
                Err(mismatch) => self.fault(given, within, mismatch),
            }
        }
        winner
    }

    fn section(
        &mut self,
        node: &Node<Given<'r>>,
        section: &'static Section,
        within: &Trail<'_>,
    ) -> Value<'r> {
        let unset = Node::default();
        let members = section.members.iter().enumerate();
        let values = members.map(|(at, member)| {
            let given = node.entries().get(at).map_or(&unset, |(_, member)| member);
            let around = self.in_variant;
            self.in_variant |= member.variant().is_some();
            let value = self.member(node, given, member, &within.key(member.key()));
            self.in_variant = around;
            value
        });
        Value::Section(values.collect())
    }

    /// Reads a member of the section `around`.
    fn member(
        &mut self,
        around: &Node<Given<'r>>,
        node: &Node<Given<'r>>,
        member: &Member,
        within: &Trail<'_>,
    ) -> Value<'r> {
        match member {
            Member::Setting(setting) => {
                let value = self.value(node, &setting.kind, within);
                let is_empty = match &value {
                    None => node.content == Content::Unset,
                    Some(value) => value.as_text() == Some(""),
                };
                if setting.required() && is_empty && self.in_variant {
                    return Value::Null;
                }
                if setting.required() && is_empty {
                    self.missing(around, setting, within);
                }
                value.unwrap_or_else(|| setting.default_value())
            }
            Member::Section { section, optional, .. } => {
                match self.value(node, &Kind::Section(section), within) {
                    Some(value) => value,
                    None if *optional => Value::Null,
                    None => {
                        if !self.in_variant {
                            self.first_required(around, section, within);
                        }
                        section_defaults(section, self.in_variant)
                    }
                }
            }
        }
    }

    /// Reports the first required setting in a section that is absent. Returns whether there is one.
    fn first_required(
        &mut self,
        around: &Node<Given<'r>>,
        section: &'static Section,
        within: &Trail<'_>,
    ) -> bool {
        section.members.iter().filter(|member| member.variant().is_none()).any(|member| {
            let within = within.key(member.key());
            match member {
                Member::Setting(setting) if setting.required() => {
                    self.missing(around, setting, &within);
                    true
                }
                Member::Setting(_) | Member::Section { optional: true, .. } => false,
                Member::Section { section, .. } => self.first_required(around, section, &within),
            }
        })
    }

    fn missing(&mut self, around: &Node<Given<'r>>, setting: &Setting, within: &Trail<'_>) {
        if let Some(given) = around.given.last() {
            self.fault(given, within, Mismatch::missing(setting));
        }
    }

    fn fault(&mut self, given: &Given<'r>, within: &Trail<'_>, mismatch: Mismatch) {
        self.faults.push(Fault { given: *given, within: within.address(), mismatch });
    }
}

/// Returns the default of a setting, if it is a map or list without entries.
pub(crate) fn has_no_default_entries(setting: &Setting) -> bool {
    match setting.default {
        DefaultValue::None => true,
        DefaultValue::Json(json) => matches!(json, "[]" | "{}" | "null"),
        _ => false,
    }
}

/// Returns the kind at the end of a candidate's route.
pub(crate) fn kind_of(inputs: Inputs<'_>, setting: &Setting, candidate: &Candidate) -> Kind {
    kind_at(&setting.kind, inputs.candidates.route(candidate)).unwrap_or(setting.kind)
}
