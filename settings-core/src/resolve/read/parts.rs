//! Parts of settings that a layer sets, entry by entry and field by field.

use std::collections::HashMap;

use super::candidates::ValuePlace;
use super::content::Piece;
use super::route::{Step, kind_at};
use super::sink::Sink;
use super::spelling::{Below, Form, Meaning, address, find};
use super::trail::Trail;
use super::tree::{Applied, Node};
use crate::resolve::index::{Index, LeafId, ROOT, Target};
use crate::resolve::report::{Code, Diagnostic};
use crate::resolve::source::Layers;
use crate::schema::{Address, DefaultValue, Kind, Path, Segment};
use crate::value::json::parse_value;

/// The entries that settings have so far, as layers are read. Most programs need none.
#[derive(Debug, Default)]
pub(crate) struct Outlines(Option<HashMap<LeafId, Node<()>>>);

impl Outlines {
    /// Returns the entries of a setting in all layers that have been read.
    pub(crate) fn of(&mut self, index: &Index, layers: &Layers, sink: &Sink, leaf: LeafId) -> &Node<()> {
        self.0.get_or_insert_default().entry(leaf).or_insert_with(|| outline(index, layers, sink, leaf))
    }

    /// Forgets the entries of a setting, which a whole value has changed.
    #[inline]
    pub(crate) fn forget(&mut self, leaf: LeafId) {
        if let Some(known) = &mut self.0 {
            known.remove(&leaf);
        }
    }

    /// Adds a part to the entries of a setting.
    pub(crate) fn add(&mut self, kind: &Kind, leaf: LeafId, route: &[Step], text: &str) {
        if let Some(node) = self.0.as_mut().and_then(|known| known.get_mut(&leaf)) {
            let mut layer = Applied { give: &|_| (), faults: Vec::new(), idle: Vec::new() };
            node.apply_part(kind, route, Piece::Text(text), &Trail::WHOLE, &mut layer);
        }
    }
}

fn outline(index: &Index, layers: &Layers, sink: &Sink, leaf: LeafId) -> Node<()> {
    let mut node = Node::default();
    let Some(setting) = index.setting(leaf) else { return node };
    let mut layer = Applied { give: &|_| (), faults: Vec::new(), idle: Vec::new() };
    if let DefaultValue::Json(json) = setting.default
        && let Ok(raw) = parse_value(json)
    {
        node.apply(&setting.kind, Piece::Json(raw), &Trail::WHOLE, &mut layer);
    }
    let candidates: Vec<_> = sink.candidates.chain(leaf).collect();
    for candidate in candidates.into_iter().rev() {
        let piece = Piece::at(layers, &sink.texts, candidate.place);
        let route = sink.candidates.route(candidate);
        node.apply_part(&setting.kind, route, piece, &Trail::WHOLE, &mut layer);
    }
    node
}

/// Returns each setting with entries that the end of a variable's name can belong to, with the rest of the name.
pub(crate) fn by_variable_below<'n>(index: &Index, rest: &'n str) -> Vec<(LeafId, &'n str)> {
    let mut found = Vec::new();
    below_section(index, ROOT, rest, &mut found);
    found
}

/// Recursion is as deep as the structs nest.
fn below_section<'n>(index: &Index, section: u32, rest: &'n str, found: &mut Vec<(LeafId, &'n str)>) {
    for slot in index.slots(section) {
        let below = super::lookup::strip_section(index, rest, slot).filter(|below| !below.is_empty());
        let Some(below) = below else { continue };
        match slot.target {
            Target::Section(section) => below_section(index, section, below, found),
            Target::Leaf(leaf)
                if index
                    .setting(leaf)
                    .is_some_and(|setting| setting.variables().is_empty() && setting.kind.merges()) =>
            {
                found.push((leaf, below));
            }
            Target::Leaf(_) => {}
        }
    }
}

/// Returns the setting with entries that an address belongs to, with the rest of the address.
pub(crate) fn by_path_below<'a>(index: &Index, address: &'a Address) -> Option<(LeafId, &'a [Segment])> {
    let mut section = ROOT;
    let mut rest = address.segments();
    loop {
        let (first, below) = rest.split_first()?;
        let Segment::Key(key) = first else { return None };
        let slots = index.slots(section);
        let exact = slots.iter().find(|slot| slot.key == key);
        let slot = exact.or_else(|| slots.iter().find(|slot| slot.key.eq_ignore_ascii_case(key)))?;
        match slot.target {
            Target::Section(below) => section = below,
            Target::Leaf(leaf) => {
                let merges = index.setting(leaf).is_some_and(|setting| setting.kind.merges());
                return (merges && !below.is_empty()).then_some((leaf, below));
            }
        }
        rest = below;
    }
}

/// A name that means no part, or more than one.
pub(crate) struct Mistake {
    pub(crate) diagnostic: Box<Diagnostic>,
    /// Whether the setting has no such part at all.
    pub(crate) is_unknown: bool,
}

impl Mistake {
    fn new(found: Diagnostic, path: Path, help: impl Into<String>) -> Self {
        Self { diagnostic: Box::new(found.setting(path).help(help)), is_unknown: false }
    }
}

/// Returns the way to the part that an address names in the layers read so far, or what is wrong with it.
pub(crate) fn locate(
    index: &Index,
    node: &Node<()>,
    leaf: LeafId,
    below: Below<'_>,
    form: Form,
    spelled: &str,
) -> Result<Vec<Step>, Mistake> {
    let Some(setting) = index.setting(leaf) else { return Ok(Vec::new()) };
    let path = index.leaf_path(leaf);
    let full = |route: &[Step]| address(path.keys().iter().copied(), route);
    match find(&setting.kind, node, below, form) {
        Meaning::Route(route) => Ok(route),
        Meaning::Ambiguous(routes) => {
            let names: Vec<_> = routes.iter().map(|route| format!("`{}`", full(route))).collect();
            let message = format!("`{spelled}` can mean {}", names.join(" or "));
            let help = match below {
                Below::Variable(..) => "set the entry in a file, or as JSON in the variable of the setting",
                Below::Path(_) => "write the address with the key in quotes, as above",
            };
            Err(Mistake::new(Diagnostic::error(Code::AmbiguousName, message), path, help))
        }
        Meaning::Capitals(route) => {
            let message = format!(
                "`{spelled}` names no entry of `{path}`: the map has no such key yet, and capitals don't show the \
                 letter case of a new one"
            );
            let example = capitals_example(&setting.kind, spelled, below, &route);
            let help = match example {
                Some(example) => format!("write the key in its own letter case, such as `{example}`"),
                None => "write the key in its own letter case, or set the whole map as JSON".to_owned(),
            };
            Err(Mistake::new(Diagnostic::error(Code::UnknownKey, message), path, help))
        }
        Meaning::Beyond(route, len) => {
            let message =
                format!("`{}` is beyond the end of the list, which has {len} entries", full(&route));
            let help = format!("the next entry has the number {len}");
            Err(Mistake::new(Diagnostic::error(Code::UnknownKey, message), path, help))
        }
        Meaning::Unknown(near) => {
            let message = format!("`{spelled}` has no effect: `{path}` has no such entry or field");
            let help = match (near, below) {
                (Some(near), Below::Variable(_, style)) => {
                    let near: Vec<_> = near.iter().map(Step::segment).collect();
                    let end = style.part(&setting.kind, &near);
                    let start = spelled.len().saturating_sub(below_len(below));
                    format!("did you mean `{}{end}`?", spelled.get(..start).unwrap_or_default())
                }
                (Some(near), Below::Path(_)) => format!("did you mean `{}`?", full(&near)),
                (None, _) => fields_help(&setting.kind),
            };
            let mistake = Mistake::new(Diagnostic::error(Code::UnknownKey, message), path, help);
            Err(Mistake { is_unknown: true, ..mistake })
        }
    }
}

const fn below_len(below: Below<'_>) -> usize {
    match below {
        Below::Variable(text, _) => text.len(),
        Below::Path(_) => 0,
    }
}

/// Returns the variable with the first new key in small letters.
fn capitals_example(kind: &Kind, spelled: &str, below: Below<'_>, route: &[Step]) -> Option<String> {
    let Below::Variable(text, style) = below else { return None };
    let start = spelled.get(..spelled.len().checked_sub(text.len())?)?;
    let mut kind = *kind;
    let parts: Vec<_> = route
        .iter()
        .map(|step| {
            let around = kind;
            kind = kind_at(&kind, std::slice::from_ref(step)).unwrap_or(kind);
            match step {
                Step::Key(key) if matches!(around.required(), Kind::Map { .. }) => key.to_lowercase(),
                step => style.part(&around, &[step.segment()]),
            }
        })
        .collect();
    Some(format!("{start}{}", parts.join(style.separator)))
}

fn fields_help(kind: &Kind) -> String {
    match kind.innermost() {
        Kind::Section(section) => {
            let keys: Vec<_> = section.members.iter().map(|member| format!("`{}`", member.key())).collect();
            format!("an entry has the fields {}", keys.join(", "))
        }
        _ => "name an entry".to_owned(),
    }
}

/// Adds a part that a layer sets.
pub(crate) fn push(
    index: &Index,
    sink: &mut Sink,
    outlines: &mut Outlines,
    leaf: LeafId,
    route: Vec<Step>,
    (place, text): (ValuePlace, &str),
) {
    if let Some(setting) = index.setting(leaf) {
        outlines.add(&setting.kind, leaf, &route, text);
    }
    sink.candidates.push_part(leaf, place, route);
}
