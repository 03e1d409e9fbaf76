//! Elements of lists, sets and maps, and the settings of sections that repeat.

use std::collections::HashSet;

use super::distinct::{repeated, repeated_number};
use super::json::{Raw, Shape};
use super::mismatch::Reason;
use super::{Mismatch, Value, from_json};
use crate::nearest::nearest;
use crate::schema::{Kind, Member, Section, Unknown};

const TWICE: &str = "remove one of the two";

/// The elements of a list.
pub(super) fn list<'a>(of: &Kind, raw: Raw<'a>) -> Result<Value<'a>, Mismatch> {
    let elements = raw.elements().unwrap_or_default();
    let read =
        (0_usize..).zip(elements).map(|(number, element)| part(of, raw, element, || format!("[{number}]")));
    gather(read, Value::wipe).map(Value::List)
}

/// The elements of a set, none of them twice.
pub(super) fn set<'a>(kind: &Kind, of: &Kind, raw: Raw<'a>) -> Result<Value<'a>, Mismatch> {
    let elements = raw.elements().unwrap_or_default();
    let Value::List(values) = list(of, raw)? else { return Err(Mismatch::kind(kind, "")) };
    let again = [repeated(&values), repeated_number(&elements)].into_iter().flatten().min();
    match again.and_then(|number| elements.get(number)) {
        Some(element) => {
            let mismatch = Mismatch::new(Reason::Duplicate, kind, format!("`{}` twice", element.text));
            Err(mismatch.help(TWICE).at(element.start - raw.start, element.text.len()))
        }
        None => Ok(Value::List(values)),
    }
}

/// The values of a map, no key twice.
pub(super) fn map<'a>(kind: &Kind, of: &Kind, raw: Raw<'a>) -> Result<Value<'a>, Mismatch> {
    let mut seen = HashSet::new();
    let read = raw.each_entry().map(|(key, value)| {
        let name = key.name();
        if !seen.insert(name.clone()) {
            let mismatch = Mismatch::new(Reason::Duplicate, kind, format!("`{name}` twice"));
            return Err(mismatch.help(TWICE).at(key.start - raw.start, key.raw.len()));
        }
        let value = part(of, raw, value, || format!(".{name}"))?;
        Ok((name, value))
    });
    gather(read, |(_, value)| value.wipe()).map(Value::Map)
}

/// The members of a section that repeats, in the order of its struct; those left out have their default.
pub(super) fn section<'a>(
    kind: &Kind,
    section: &'static Section,
    raw: Raw<'a>,
) -> Result<Value<'a>, Mismatch> {
    let mut faults: Vec<Mismatch> = Vec::new();
    let mut given: Vec<Option<Raw<'a>>> = vec![None; section.members.len()];
    let mut old: Vec<(usize, Raw<'a>)> = Vec::new();
    for (key, value) in raw.each_entry() {
        let place = |mismatch: Mismatch| mismatch.at(key.start - raw.start, key.raw.len());
        let Some((at, name)) = member_called(section, &key.name()) else {
            if !matches!(section.unknown, Some(Unknown::Allow | Unknown::Warn)) {
                faults.push(place(unknown(kind, section, &key.name())));
            }
            continue;
        };
        match given.get_mut(at) {
            _ if name == Name::Old => old.push((at, value)),
            Some(Some(_)) => {
                let found = format!("`{}` twice", key.name());
                faults.push(place(Mismatch::new(Reason::Duplicate, kind, found).help(TWICE)));
            }
            Some(slot) => *slot = Some(value),
            None => {}
        }
    }
    // a setting's own name is stronger than its old ones, wherever they stand
    for (at, value) in old {
        if let Some(slot) = given.get_mut(at) {
            slot.get_or_insert(value);
        }
    }
    let read = section.members.iter().zip(given).map(|(member, value)| match (member, value) {
        (Member::Setting(setting), Some(value)) => {
            part(&setting.kind, raw, value, || format!(".{}", setting.key))
        }
        (Member::Setting(setting), None) => Ok(setting.default_value()),
        (Member::Section { optional: true, .. }, None) => Ok(Value::Null),
        (Member::Section { optional: true, .. }, Some(Raw { shape: Shape::Null, .. })) => Ok(Value::Null),
        (Member::Section { key, section, .. }, Some(value)) => {
            part(&Kind::Section(section), raw, value, || format!(".{key}"))
        }
        (Member::Section { section, .. }, None) => Ok(section_defaults(section)),
    });
    match (gather(read, Value::wipe), Mismatch::joined(faults)) {
        (Ok(values), None) => Ok(Value::Section(values)),
        (Ok(values), Some(fault)) => {
            values.into_iter().for_each(Value::wipe);
            Err(fault)
        }
        (Err(mismatch), faults) => Err(mismatch.and(faults)),
    }
}

/// How a key names a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    /// By its key.
    Own,
    /// By its key in another letter case.
    OtherCase,
    /// By an alias.
    Old,
}

/// The number of the member that `key` names.
pub(crate) fn member_called(section: &Section, key: &str) -> Option<(usize, Name)> {
    let position = |is: &dyn Fn(&Member) -> bool| section.members.iter().position(is);
    let by_alias = |member: &Member| match member {
        Member::Setting(setting) => setting.aliases().iter().any(|alias| alias.eq_ignore_ascii_case(key)),
        Member::Section { .. } => false,
    };
    position(&|member| member.key() == key)
        .map(|at| (at, Name::Own))
        .or_else(|| {
            position(&|member| member.key().eq_ignore_ascii_case(key)).map(|at| (at, Name::OtherCase))
        })
        .or_else(|| position(&by_alias).map(|at| (at, Name::Old)))
}

/// Every member at its default.
pub(super) fn section_defaults(section: &Section) -> Value<'static> {
    let of = |member: &Member| match member {
        Member::Setting(setting) => setting.default_value(),
        Member::Section { optional: true, .. } => Value::Null,
        Member::Section { section, .. } => section_defaults(section),
    };
    Value::Section(section.members.iter().map(of).collect())
}

fn unknown(kind: &Kind, section: &Section, key: &str) -> Mismatch {
    let mismatch = Mismatch::new(Reason::Key, kind, format!("`{key}`"));
    match nearest(key, section.members.iter().map(Member::key)) {
        Some(near) => mismatch.help(format!("did you mean `{near}`?")),
        None => mismatch.help("remove it"),
    }
}

fn part<'a>(
    of: &Kind,
    whole: Raw<'a>,
    part: Raw<'a>,
    within: impl Fn() -> String,
) -> Result<Value<'a>, Mismatch> {
    from_json(of, part)
        .map_err(|mismatch| mismatch.inside(part.start - whole.start, part.text.len(), &within()))
}

/// All values, or all that is wrong with them; the values that then go to waste may be secret.
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
