//! Defaults that are computed from other settings of their section.

use super::Builder;
use super::index::LeafId;
use crate::schema::Kind;
use crate::value::{SettingValue, Value, exact, from_json, json};

/// A setting whose default is not known yet: its value, if a layer gives one.
#[derive(Debug)]
pub struct Given<T> {
    value: Option<T>,
    /// None of a section in a list or map.
    leaf: Option<LeafId>,
}

/// The defaults that were computed, by setting; wiped on drop, since they may be secret.
#[derive(Default)]
pub(super) struct Computed(Vec<(LeafId, Value<'static>)>);

impl Computed {
    pub(super) fn of(&self, leaf: LeafId) -> Option<&Value<'static>> {
        self.0.iter().find(|(computed, _)| *computed == leaf).map(|(_, value)| value)
    }
}

impl Drop for Computed {
    fn drop(&mut self) {
        self.0.drain(..).for_each(|(_, value)| value.wipe());
    }
}

impl Builder<'_> {
    /// The next setting's value, if any layer gives one.
    pub fn given<T: SettingValue>(&mut self) -> Option<Given<T>> {
        if let Some(element) = &mut self.element {
            let value = match element.next()? {
                Value::Null => None,
                value => Some(T::from_value(value)?),
            };
            return Some(Given { value, leaf: None });
        }
        let leaf = self.next;
        self.next += 1;
        let value = match self.inputs.candidates.strongest(leaf) {
            Some(_) => self.value(leaf)?,
            None => return Some(Given { value: None, leaf: Some(leaf) }),
        };
        let is_refused = value == Value::Null && !matches!(T::KIND, Kind::Optional(_));
        let value = match is_refused {
            true => None,
            false => Some(T::from_value(value)?),
        };
        Some(Given { value, leaf: Some(leaf) })
    }

    /// The given value, else the default that has been computed.
    pub fn or_computed<T: SettingValue>(&mut self, given: Given<T>, default: T) -> Option<T> {
        if let Some(leaf) = given.leaf {
            let setting = self.inputs.index.setting(leaf)?;
            let text = exact(&T::KIND, &default.to_value());
            match json::parse_value(&text).ok().and_then(|raw| from_json(&setting.kind, raw).ok()) {
                Some(value) => self.computed.0.push((leaf, value.into_owned())),
                None if given.value.is_none() => self.contradiction(leaf),
                None => {}
            }
        }
        given.value.or(Some(default))
    }
}
