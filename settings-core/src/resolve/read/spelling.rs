//! The entries and fields that a name can mean, as variables and paths spell them.

use super::lookup::strip_key;
use super::route::{Step, member_kind};
use super::tree::{Content, Node};
use crate::nearest::nearest;
use crate::schema::{Address, Kind, Member, Section, Segment, VariableStyle};
use crate::value::member_called;

/// The number of steps after which the search for readings of a name ends.
const MAX_STEPS: usize = 20_000;

/// The number of readings that are compared.
const MAX_READINGS: usize = 16;

/// The part of a name after the setting's own.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Below<'n> {
    /// The end of a variable's name, such as `GOOGLE_CLIENTSECRET`, in the form of the program's variables.
    Variable(&'n str, VariableStyle),
    /// The end of an address.
    Path(&'n [Segment]),
}

/// The form of the value that a name is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// A JSON object, which is an entry with all its fields.
    Object,
    /// Any other text.
    Other,
    /// No value, or one of any form.
    Any,
}

impl Form {
    pub(crate) fn of(text: &str) -> Self {
        match text.trim_start() {
            text if text.starts_with('{') => Self::Object,
            "null" | "" => Self::Any,
            _ => Self::Other,
        }
    }
}

/// The meaning of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// The way to a part.
    Route(Vec<Step>),
    /// Several ways, which are equally good.
    Ambiguous(Vec<Vec<Step>>),
    /// The key of a new entry in capitals, which do not show its letter case.
    Capitals(Vec<Step>),
    /// An entry beyond the end of a list, and the number of entries that the list has.
    Beyond(Vec<Step>, usize),
    /// Nothing, and the nearest address within the setting.
    Unknown(Option<Vec<Step>>),
}

/// A way to read a name.
struct Reading {
    route: Vec<Step>,
    /// Whether all its entries exist.
    exists: bool,
    /// The number of its entries that exist.
    known: usize,
    is_capital: bool,
    beyond: Option<usize>,
    is_container: bool,
}

/// Finds the part of a value of `kind` that a name means; `node` has the entries of weaker layers.
pub(crate) fn find(kind: &Kind, node: &Node<()>, below: Below<'_>, form: Form) -> Meaning {
    let mut search = Search { route: Vec::new(), readings: Vec::new(), steps: 0, form };
    let state = State { exists: true, known: 0, is_capital: false, beyond: None };
    search.value(kind, Some(node), below, state);
    let mut readings = search.readings;
    if form == Form::Object && readings.iter().any(|reading| reading.is_container) {
        readings.retain(|reading| reading.is_container);
    }
    if form == Form::Any && readings.iter().any(|reading| !reading.is_container && !reading.exists) {
        // without a value, a field of a new entry is more likely than an entry whose key looks like both
        readings.retain(|reading| reading.exists || !reading.is_container);
    }
    let most = readings.iter().map(|reading| reading.known).max().unwrap_or_default();
    readings.retain(|reading| reading.known == most);
    if readings.iter().any(|reading| reading.beyond.is_none()) {
        readings.retain(|reading| reading.beyond.is_none());
    }
    match readings.as_slice() {
        [] => Meaning::Unknown(near(kind, node, below)),
        [only] if only.is_capital => Meaning::Capitals(only.route.clone()),
        [Reading { route, beyond: Some(len), .. }] => Meaning::Beyond(route.clone(), *len),
        [only] => Meaning::Route(only.route.clone()),
        many => Meaning::Ambiguous(many.iter().map(|reading| reading.route.clone()).collect()),
    }
}

#[derive(Clone, Copy)]
struct State {
    exists: bool,
    known: usize,
    is_capital: bool,
    beyond: Option<usize>,
}

struct Search {
    route: Vec<Step>,
    readings: Vec<Reading>,
    steps: usize,
    form: Form,
}

impl Search {
    /// Reads the rest of a name within a value. Recursion is as deep as the kinds nest.
    fn value(&mut self, kind: &Kind, node: Option<&Node<()>>, below: Below<'_>, state: State) {
        self.steps += 1;
        if self.steps > MAX_STEPS || self.readings.len() >= MAX_READINGS {
            return;
        }
        let kind = kind.required();
        if below.is_empty() {
            return self.end(kind, state);
        }
        match kind {
            Kind::Map { key, of } => self.entry((key, of), node, below, state),
            Kind::List(of @ Kind::Section(_)) => self.element(of, node, below, state),
            Kind::Section(section) => self.member(section, node, below, state),
            _ => {}
        }
    }

    fn end(&mut self, kind: &Kind, state: State) {
        let is_container = matches!(kind, Kind::Section(_)) || kind.merges();
        if self.route.is_empty()
            || is_container && self.form == Form::Other && matches!(kind, Kind::Section(_))
        {
            return;
        }
        let State { exists, known, is_capital, beyond } = state;
        let route = self.route.clone();
        if !self.readings.iter().any(|reading| reading.route == route) {
            self.readings.push(Reading { route, exists, known, is_capital, beyond, is_container });
        }
    }

    fn entry(&mut self, (keys, of): (&Kind, &Kind), node: Option<&Node<()>>, below: Below<'_>, state: State) {
        let node = node.filter(|node| node.content == Content::Map);
        for (key, rest) in below.keys() {
            let known = node.map_or(&[][..], Node::entries);
            let exact = known.iter().find(|(found, _)| *found == key);
            let same: Vec<_> = match (exact, below) {
                (Some(exact), _) => vec![exact],
                (None, Below::Variable(..)) => {
                    known.iter().filter(|(found, _)| is_form_of(&key, found)).collect()
                }
                (None, Below::Path(_)) => Vec::new(),
            };
            for (found, entry) in &same {
                let state = State { known: state.known + 1, ..state };
                self.step(Step::Key(found.clone()), |search| search.value(of, Some(entry), rest, state));
            }
            if same.is_empty() {
                let is_variable = matches!(below, Below::Variable(..));
                // the kind says how the key is written
                let choice =
                    keys.choices().iter().find(|choice| is_variable && is_form_of(&key, choice.text));
                let key = choice.map_or(key, |choice| choice.text.to_owned());
                let is_capital =
                    state.is_capital || is_variable && keys.choices().is_empty() && !shows_case(&key);
                let state = State { exists: false, is_capital, ..state };
                self.step(Step::Key(key), |search| search.value(of, None, rest, state));
            }
        }
    }

    fn element(&mut self, of: &Kind, node: Option<&Node<()>>, below: Below<'_>, state: State) {
        let Some((number, rest)) = below.number() else { return };
        let entries = node.filter(|node| node.content == Content::List).map_or(&[][..], Node::entries);
        let entry = entries.get(number).map(|(_, entry)| entry);
        let beyond = state.beyond.or((number > entries.len()).then_some(entries.len()));
        let known = state.known + usize::from(entry.is_some());
        let state = State { exists: state.exists && entry.is_some(), known, beyond, ..state };
        self.step(Step::Element(number), |search| search.value(of, entry, rest, state));
    }

    fn member(&mut self, section: &Section, node: Option<&Node<()>>, below: Below<'_>, state: State) {
        let node = node.filter(|node| node.content == Content::Section);
        for (at, rest) in below.members(section) {
            let Some(member) = section.members.get(at) else { continue };
            let value = node.and_then(|node| node.entries().get(at)).map(|(_, value)| value);
            let step = Step::Key(member.key().to_owned());
            self.step(step, |search| search.value(&member_kind(member), value, rest, state));
        }
    }

    fn step(&mut self, step: Step, search: impl FnOnce(&mut Self)) {
        self.route.push(step);
        search(self);
        self.route.pop();
    }
}

impl<'n> Below<'n> {
    pub(crate) const fn is_empty(self) -> bool {
        match self {
            Self::Variable(text, _) => text.is_empty(),
            Self::Path(segments) => segments.is_empty(),
        }
    }

    /// Returns each key that the name can begin with, and the rest of the name.
    fn keys(self) -> Vec<(String, Self)> {
        match self {
            Self::Variable(text, style) => {
                let len = style.separator.len();
                let ends = text.match_indices(style.separator).map(|(at, _)| at);
                let ends = ends.filter(|at| *at > 0 && at + len < text.len());
                let split = |end: usize| {
                    let rest = text.get(end + len..).unwrap_or_default();
                    Some((text.get(..end)?.to_owned(), Self::Variable(rest, style)))
                };
                ends.chain([text.len()]).filter_map(split).collect()
            }
            Self::Path(segments) => {
                let mut keys = Vec::new();
                let mut joined = String::new();
                for (at, segment) in segments.iter().enumerate() {
                    // a key that needs quotes has them already
                    let Segment::Key(key) = segment else { break };
                    let is_quoted = key.contains(['.', '[', ']', '"']) || key.is_empty();
                    if at > 0 && is_quoted {
                        break;
                    }
                    joined.push_str(if at > 0 { "." } else { "" });
                    joined.push_str(key);
                    keys.push((joined.clone(), Self::Path(segments.get(at + 1..).unwrap_or_default())));
                    if is_quoted {
                        break;
                    }
                }
                keys
            }
        }
    }

    /// Returns the number of the entry that the name begins with, and the rest of the name.
    fn number(self) -> Option<(usize, Self)> {
        match self {
            Self::Variable(text, style) => {
                let (number, rest) = text.split_once(style.separator).unwrap_or((text, ""));
                let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
                Some((is_number.then(|| number.parse().ok()).flatten()?, Self::Variable(rest, style)))
            }
            Self::Path(segments) => {
                let (first, rest) = segments.split_first()?;
                let number = match first {
                    Segment::Index(number) => *number,
                    Segment::Key(key) => key.parse().ok()?,
                };
                Some((number, Self::Path(rest)))
            }
        }
    }

    /// Returns the members that the name can begin with, and the rest of the name.
    fn members(self, section: &Section) -> Vec<(usize, Self)> {
        match self {
            Self::Variable(text, style) => {
                let rest_of = |name: &str| match strip_key(text, &style.key(name))? {
                    "" => Some(""),
                    rest => rest.strip_prefix(style.separator).filter(|rest| !rest.is_empty()),
                };
                let members = section.members.iter().enumerate();
                let named = members.filter_map(|(at, member)| {
                    let aliases = match member {
                        Member::Setting(setting) => setting.aliases(),
                        Member::Section { .. } => &[],
                    };
                    let own = rest_of(member.key());
                    let rest = own.or_else(|| aliases.iter().find_map(|alias| rest_of(alias)))?;
                    Some((at, Self::Variable(rest, style)))
                });
                named.collect()
            }
            Self::Path(segments) => match segments.split_first() {
                Some((Segment::Key(key), rest)) => {
                    let found = member_called(section, key);
                    found.map(|(at, _)| (at, Self::Path(rest))).into_iter().collect()
                }
                _ => Vec::new(),
            },
        }
    }
}

/// Returns the way to the part that an unknown name was probably meant for: the field nearest to its end.
fn near(kind: &Kind, node: &Node<()>, below: Below<'_>) -> Option<Vec<Step>> {
    match kind.required() {
        Kind::Map { of, .. } => below.keys().into_iter().find_map(|(key, rest)| {
            let known = node.entries();
            let same = known.iter().find(|(found, _)| *found == key || is_form_of(&key, found));
            let unset = Node::default();
            let (found, entry) = same.map_or((&key, &unset), |(found, entry)| (found, entry));
            let mut route = near(of, entry, rest)?;
            route.insert(0, Step::Key(found.clone()));
            Some(route)
        }),
        Kind::List(of @ Kind::Section(_)) => {
            let (number, rest) = below.number()?;
            let unset = Node::default();
            let entry = node.entries().get(number).map_or(&unset, |(_, entry)| entry);
            let mut route = near(of, entry, rest)?;
            route.insert(0, Step::Element(number));
            Some(route)
        }
        Kind::Section(section) => {
            if let Some((at, rest)) = below.members(section).into_iter().next()
                && let Some(member) = section.members.get(at)
            {
                let unset = Node::default();
                let value = node.entries().get(at).map_or(&unset, |(_, value)| value);
                let mut route = near(&member_kind(member), value, rest)?;
                route.insert(0, Step::Key(member.key().to_owned()));
                return Some(route);
            }
            let (name, style) = match below {
                Below::Variable(text, style) => (VariableStyle::DEFAULT.key(text), style),
                Below::Path([Segment::Key(key)]) => (VariableStyle::DEFAULT.key(key), VariableStyle::DEFAULT),
                Below::Path(_) => return None,
            };
            let forms: Vec<_> = section.members.iter().map(|member| style.key(member.key())).collect();
            let found = nearest(&name, forms.iter().map(String::as_str))?;
            let at = forms.iter().position(|form| form == found)?;
            Some(vec![Step::Key(section.members.get(at)?.key().to_owned())])
        }
        _ => None,
    }
}

/// Returns whether `name` is `key` in the form of a variable's name.
fn is_form_of(name: &str, key: &str) -> bool {
    let form = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    name.chars().map(form).eq(key.chars().map(form))
}

/// Returns whether a key of a variable's name is written as a map has it, and not in capitals.
pub(crate) fn shows_case(key: &str) -> bool {
    !key.bytes().any(|byte| byte.is_ascii_uppercase()) || key.bytes().any(|byte| byte.is_ascii_lowercase())
}

/// Returns the address of a part.
pub(crate) fn address<'k>(keys: impl IntoIterator<Item = &'k str>, route: &[Step]) -> Address {
    let keys = keys.into_iter().map(|key| Segment::Key(key.to_owned()));
    keys.chain(route.iter().map(Step::segment)).collect()
}
