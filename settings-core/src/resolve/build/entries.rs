//! Entries of maps, each set by its own variable.

use std::borrow::Cow;
use std::collections::HashMap;

use super::inputs::Inputs;
use crate::resolve::read::{Candidate, ValuePlace};
use crate::schema::Setting;
use crate::value::{Mismatch, Value, from_text};

/// The entry that a variable sets: the end of its name, and the value.
type Entry<'r> = (&'r str, Value<'r>);

impl<'r> Inputs<'r> {
    /// Returns the map of weaker layers with this entry and the entries just below it added.
    pub(crate) fn merged(self, setting: &Setting, candidate: &Candidate) -> Result<Value<'r>, Mismatch> {
        let (map, mut faults) = self.put_together(setting, candidate);
        match faults.pop().flatten() {
            Some(fault) => Err(fault),
            None => Ok(map),
        }
    }

    /// Returns the mistakes of this entry and of the entries just below it, the strongest first.
    pub(crate) fn faults(self, setting: &Setting, candidate: &Candidate) -> Vec<Option<Mismatch>> {
        let (_, mut faults) = self.put_together(setting, candidate);
        faults.reverse();
        faults
    }

    /// Returns the map with all valid entries, and the mistake of each entry, the weakest first.
    fn put_together(self, setting: &Setting, candidate: &Candidate) -> (Value<'r>, Vec<Option<Mismatch>>) {
        let mut entries = vec![(self.rank(candidate), self.entry(setting, candidate))];
        let mut weaker = self.candidates.weaker(candidate);
        while let Some(below) = weaker.filter(|below| matches!(below.place, ValuePlace::MapEntry { .. })) {
            entries.push((self.rank(below), self.entry(setting, below)));
            weaker = self.candidates.weaker(below);
        }
        let whole = std::iter::successors(weaker, |candidate| self.candidates.weaker(candidate))
            .find_map(|candidate| self.read(setting, candidate).ok());
        let mut map = match whole.unwrap_or_else(|| setting.default_value()) {
            Value::Map(map) => map,
            _ => Vec::new(),
        };
        // by key: the strength of the source that set it, because a stronger one may set it again
        let mut set = HashMap::new();
        let mut place = |rank, (name, value): Entry<'r>| match set.insert(put(&mut map, name, value)?, rank) {
            Some(before) if before == rank => {
                Err(Mismatch::unknown_key(name, "another variable sets the same key"))
            }
            _ => Ok(()),
        };
        let entries = entries.into_iter().rev();
        let faults = entries.map(|(rank, entry)| entry.and_then(|entry| place(rank, entry)).err()).collect();
        (Value::Map(map), faults)
    }

    /// Returns the strength of the source of an entry.
    fn rank(self, candidate: &Candidate) -> usize {
        match candidate.place {
            ValuePlace::MapEntry { variable, .. } => self.layers.environment.rank(variable),
            _ => 0,
        }
    }

    /// Returns the value of an entry.
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

/// Sets the key that a variable's name ends in, and returns its position in the map.
///
/// That is the only key of the map with this form in a variable, or the name as it is written if it shows the letter
/// case.
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

/// Returns whether `name` is `key` in the form of a variable's name.
fn is_form_of(name: &str, key: &str) -> bool {
    let form = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    name.chars().map(form).eq(key.chars().map(form))
}
