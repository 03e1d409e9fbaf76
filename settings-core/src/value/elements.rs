//! Elements of lists, sets and maps, and the settings of repeated sections.

use super::distinct::{Keys, repeated, repeated_number};
use super::from_json::{Suggest, read};
use super::json::{Raw, Shape};
use super::map_keys::read_key;
use super::members::{Match, Name, match_members};
use super::mismatch::Reason;
use super::{Mismatch, Value};
use crate::schema::{Kind, Member, Section, Segment, Setting};

const TWICE: &str = "remove one of the two";

/// Reads a list.
pub(super) fn list<'a>(of: &Kind, raw: Raw<'a>, suggest: Suggest) -> Result<Value<'a>, Mismatch> {
    let elements = raw.elements().unwrap_or_default();
    let values = (0_usize..)
        .zip(elements)
        .map(|(number, element)| part(of, raw, element, suggest, || format!("[{number}]")));
    gather(values, Value::wipe).map(Value::List)
}

/// Reads a list of a fixed length.
pub(super) fn tuple<'a>(
    kind: &Kind,
    kinds: &'static [Kind],
    raw: Raw<'a>,
    suggest: Suggest,
) -> Result<Value<'a>, Mismatch> {
    let elements = raw.elements().unwrap_or_default();
    if elements.len() != kinds.len() {
        let count = elements.len();
        return Err(Mismatch::kind(kind, format!("{count} element{}", if count == 1 { "" } else { "s" })));
    }
    let values = (0_usize..)
        .zip(kinds.iter().zip(elements))
        .map(|(number, (of, element))| part(of, raw, element, suggest, || format!("[{number}]")));
    gather(values, Value::wipe).map(Value::List)
}

/// Reads a set, and refuses duplicates.
pub(super) fn set<'a>(kind: &Kind, of: &Kind, raw: Raw<'a>, suggest: Suggest) -> Result<Value<'a>, Mismatch> {
    let elements = raw.elements().unwrap_or_default();
    let Value::List(values) = list(of, raw, suggest)? else { return Err(Mismatch::kind(kind, "")) };
    let again = [repeated(&values), repeated_number(&elements)].into_iter().flatten().min();
    match again.and_then(|number| elements.get(number)) {
        Some(element) => {
            let mismatch = Mismatch::new(Reason::Duplicate, kind, format!("`{}` twice", element.text));
            Err(mismatch.help(TWICE).at(element.start - raw.start, element.text.len()))
        }
        None => Ok(Value::List(values)),
    }
}

/// Reads a map of a kind, with its keys and values, and refuses duplicate keys.
pub(super) fn map<'a>(
    (kind, keys, of): (&Kind, &Kind, &Kind),
    raw: Raw<'a>,
    suggest: Suggest,
) -> Result<Value<'a>, Mismatch> {
    let mut names = Keys::default();
    let entries = raw.each_entry().map(|(key, value)| {
        let name = match read_key(keys, key.name()) {
            Ok(name) => name,
            Err(mismatch) => {
                let within = || Segment::Key(key.name().into_owned()).to_string();
                let value = part(of, raw, value, suggest, within).map(Value::wipe);
                return Err(mismatch.of_entry(key, raw.start).and(value.err()));
            }
        };
        if !names.insert(name.clone()) {
            return Err(Mismatch::repeated_key(kind, key, raw.start));
        }
        let within = || Segment::Key(name.clone().into_owned()).to_string();
        let value = part(of, raw, value, suggest, within)?;
        Ok((name, value))
    });
    gather(entries, |(_, value)| value.wipe()).map(Value::Map)
}

/// Reads a repeated section: its members in the order of the struct, with their defaults where they are missing.
pub(super) fn section<'a>(
    kind: &Kind,
    section: &'static Section,
    raw: Raw<'a>,
    suggest: Suggest,
) -> Result<Value<'a>, Mismatch> {
    members((kind, section), raw, suggest, false)
}

/// Reads the members of a section. In a variant, a required setting that is missing is `null`, since only the builder
/// knows whether the variant is selected.
fn members<'a>(
    (kind, section): (&Kind, &'static Section),
    raw: Raw<'a>,
    suggest: Suggest,
    in_variant: bool,
) -> Result<Value<'a>, Mismatch> {
    let mut faults: Vec<Mismatch> = Vec::new();
    let mut given: Vec<Option<Raw<'a>>> = vec![None; section.members.len()];
    let entries = raw.entries().unwrap_or_default();
    let found = match_members(section, entries.iter().map(|(key, _)| key.name()));
    for ((key, value), found) in entries.into_iter().zip(found) {
        // the resolver reports unknown keys
        let Some(Match { member, name, is_shadowed }) = found else { continue };
        match given.get_mut(member) {
            Some(slot) if !is_shadowed => *slot = Some(value),
            Some(_) if name != Name::Alias => {
                faults.push(Mismatch::repeated_key(kind, key, raw.start));
            }
            _ => {}
        }
    }
    let values = section.members.iter().zip(given).map(|(member, value)| {
        let in_variant = in_variant || member.variant().is_some();
        match (member, value) {
            (Member::Setting(setting), Some(value)) => {
                let read = part(&setting.kind, raw, value, suggest, || format!(".{}", setting.key))?;
                match read.as_text() {
                    Some("") if setting.required() && in_variant => Ok(Value::Null),
                    Some("") if setting.required() => Err(missing(setting, raw, ".")),
                    _ => Ok(read),
                }
            }
            (Member::Setting(setting), None) if setting.required() && in_variant => Ok(Value::Null),
            (Member::Setting(setting), None) if setting.required() => Err(missing(setting, raw, ".")),
            (Member::Setting(setting), None) => Ok(setting.default_value()),
            (Member::Section { optional: true, .. }, None) => Ok(Value::Null),
            (Member::Section { optional: true, .. }, Some(Raw { shape: Shape::Null, .. })) => Ok(Value::Null),
            (Member::Section { key, section, .. }, Some(value)) => {
                let kind = Kind::Section(section);
                let read = match value.shape {
                    Shape::Object if in_variant => members((&kind, *section), value, suggest, true),
                    _ => read(&kind, value, suggest),
                };
                moved(read, &kind, raw, value, suggest, || format!(".{key}"))
            }
            (Member::Section { section, .. }, None) if in_variant => Ok(section_defaults(section, true)),
            (Member::Section { key, section, .. }, None) => {
                match first_required(section, format!(".{key}.")) {
                    Some((setting, path)) => Err(missing(setting, raw, &path)),
                    None => Ok(section_defaults(section, false)),
                }
            }
        }
    });
    match (gather(values, Value::wipe), Mismatch::joined(faults)) {
        (Ok(values), None) => Ok(Value::Section(values)),
        (Ok(values), Some(fault)) => {
            values.into_iter().for_each(Value::wipe);
            Err(fault)
        }
        (Err(mismatch), faults) => Err(mismatch.and(faults)),
    }
}

/// Returns every member at its default; in a variant, `null` for those that are required.
pub(crate) fn section_defaults(section: &Section, in_variant: bool) -> Value<'static> {
    let of = |member: &Member| {
        let in_variant = in_variant || member.variant().is_some();
        match member {
            Member::Setting(setting) if setting.required() && in_variant => Value::Null,
            Member::Setting(setting) => setting.default_value(),
            Member::Section { optional: true, .. } => Value::Null,
            Member::Section { section, .. } => section_defaults(section, in_variant),
        }
    };
    Value::Section(section.members.iter().map(of).collect())
}

/// The first required setting in a section that is absent, and the path of the section that holds it. One of a variant
/// is not required unless the variant is selected, which the builder knows.
fn first_required(section: &'static Section, path: String) -> Option<(&'static Setting, String)> {
    let members = section.members.iter().filter(|member| member.variant().is_none());
    members.into_iter().find_map(|member| match member {
        Member::Setting(setting) => setting.required().then(|| (setting, path.clone())),
        Member::Section { optional: true, .. } => None,
        Member::Section { key, section, .. } => first_required(section, format!("{path}{key}.")),
    })
}

fn missing(setting: &Setting, raw: Raw<'_>, path: &str) -> Mismatch {
    Mismatch::missing(setting).inside(0, raw.text.len(), &format!("{path}{}", setting.key))
}

fn part<'a>(
    of: &Kind,
    whole: Raw<'a>,
    part: Raw<'a>,
    suggest: Suggest,
    within: impl Fn() -> String,
) -> Result<Value<'a>, Mismatch> {
    moved(read(of, part, suggest), of, whole, part, suggest, within)
}

/// Moves the mismatch of a part into the whole.
fn moved<'a>(
    read: Result<Value<'a>, Mismatch>,
    of: &Kind,
    whole: Raw<'a>,
    part: Raw<'a>,
    suggest: Suggest,
    within: impl Fn() -> String,
) -> Result<Value<'a>, Mismatch> {
    read.map_err(|mut mismatch| {
        mismatch.suggest(|| suggest(of, part));
        mismatch.inside(part.start - whole.start, part.text.len(), &within())
    })
}

/// Returns all values or all mismatches. Unused values are wiped, since they may be secret.
fn gather<T>(read: impl Iterator<Item = Result<T, Mismatch>>, wipe: impl Fn(T)) -> Result<Vec<T>, Mismatch> {
    let (mut values, mut faults) = (Vec::new(), Vec::new());
    for value in read {
        match value {
            Ok(value) => values.push(value),
            Err(mismatch) => faults.push(mismatch),
        }
    }
    match Mismatch::joined(faults) {
        None => Ok(values),
        Some(fault) => {
            values.into_iter().for_each(wipe);
            Err(fault)
        }
    }
}
