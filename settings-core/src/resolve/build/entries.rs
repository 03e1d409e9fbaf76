//! Single entries of maps, each by a variable of its own.

use std::borrow::Cow;
use std::collections::HashSet;

use super::inputs::Inputs;
use crate::resolve::read::{Candidate, ValuePlace};
use crate::schema::Setting;
use crate::value::{Mismatch, Value, from_text};

/// What an entry's variable says: the end of its name, and the value.
type Entry<'r> = (&'r str, Value<'r>);

impl<'r> Inputs<'r> {
    /// The map that weaker layers give, with this entry and those just below it put in.
    pub(crate) fn merged(self, setting: &Setting, candidate: &Candidate) -> Result<Value<'r>, Mismatch> {
        let (map, mut faults) = self.put_together(setting, candidate);
        match faults.pop().flatten() {
            Some(fault) => Err(fault),
            None => Ok(map),
        }
    }

    /// What is wrong with this entry and those just below it, the strongest first.
    pub(crate) fn faults(self, setting: &Setting, candidate: &Candidate) -> Vec<Option<Mismatch>> {
        let (_, mut faults) = self.put_together(setting, candidate);
        faults.reverse();
        faults
    }

    /// The map with all entries that can be placed, and what is wrong with each, the weakest first.
    fn put_together(self, setting: &Setting, candidate: &Candidate) -> (Value<'r>, Vec<Option<Mismatch>>) {
        let mut entries = vec![self.entry(setting, candidate)];
        let mut weaker = self.candidates.weaker(candidate);
        while let Some(below) = weaker.filter(|below| matches!(below.place, ValuePlace::MapEntry { .. })) {
            entries.push(self.entry(setting, below));
            weaker = self.candidates.weaker(below);
        }
        let whole = std::iter::successors(weaker, |candidate| self.candidates.weaker(candidate))
            .find_map(|candidate| self.read(setting, candidate).ok());
        let mut map = match whole.unwrap_or_else(|| setting.default_value()) {
            Value::Map(map) => map,
            _ => Vec::new(),
        };
        let mut set = HashSet::new();
        let mut place = |(name, value): Entry<'r>| match set.insert(put(&mut map, name, value)?) {
            true => Ok(()),
            false => Err(Mismatch::unknown_key(name, "another variable sets the same key")),
        };
        let faults = entries.into_iter().rev().map(|entry| entry.and_then(&mut place).err()).collect();
        (Value::Map(map), faults)
    }

    /// An entry's own value.
    fn entry(self, setting: &Setting, candidate: &Candidate) -> Result<Entry<'r>, Mismatch> {
        let ValuePlace::MapEntry { variable, text } = candidate.place else {
            return Ok(("", Value::Null));
        };
        let name = self.texts.get(text as usize).map_or("", |text| text);
        let value =
            self.layers.environment.get(variable).and_then(|variable| variable.value).unwrap_or_default();
        let Some(of) = setting.kind.element() else { return Ok((name, Value::Null)) };
        from_text(of, value).map(|value| (name, value)).map_err(|mismatch| mismatch.in_entry(name))
    }
}

/// Puts a value at the key that a variable's name ends in: the one key of the map that has this form in a variable,
/// else the name as it is written, if it shows the letter case. Where it stands in the map.
fn put<'r>(
    map: &mut Vec<(Cow<'r, str>, Value<'r>)>,
    name: &'r str,
    value: Value<'r>,
) -> Result<usize, Mismatch> {
    let exact = map.iter().position(|(key, _)| key == name);
    let mut same = (0..map.len()).filter(|at| map.get(*at).is_some_and(|(key, _)| is_form_of(name, key)));
    let (first, second) = (same.next(), same.next());
    let at = match (exact.or(first), second) {
        (Some(at), None) => at,
        (Some(at), Some(_)) if exact.is_some() => at,
        (_, Some(_)) => return Err(Mismatch::unknown_key(name, "two keys of the map have this variable")),
        (None, None) => {
            let shows_case = !name.bytes().any(|byte| byte.is_ascii_uppercase())
                || name.bytes().any(|byte| byte.is_ascii_lowercase());
            if !shows_case {
                let why = "the map has no such key yet, and the name doesn't show the new key's letter case";
                return Err(Mismatch::unknown_key(name, why));
            }
            map.push((Cow::Borrowed(name), value));
            return Ok(map.len() - 1);
        }
    };
    if let Some(entry) = map.get_mut(at) {
        entry.1 = value;
    }
    Ok(at)
}

/// Whether `name` is `key` in the form that a variable's name has.
fn is_form_of(name: &str, key: &str) -> bool {
    let form = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    name.chars().map(form).eq(key.chars().map(form))
}
