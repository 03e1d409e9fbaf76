//! The fields of a posted form.

use std::collections::HashMap;

/// The number of fields that a form may have.
const MAX_FIELDS: usize = 20_000;

/// The start of the names of fields that belong to one setting.
const OF_SETTINGS: [&str; 8] = ["was", "v", "d", "n", "e", "k", "m", "r"];

/// The fields of a form by their names, in the order in which they were posted.
#[derive(Clone, Default)]
pub(crate) struct Fields {
    values: HashMap<String, Vec<String>>,
    names: Vec<String>,
}

impl Fields {
    pub(crate) fn parse(text: &str) -> Self {
        let mut fields = Self::default();
        for (name, value) in form_urlencoded::parse(text.as_bytes()).take(MAX_FIELDS) {
            fields.add(name.into_owned(), value.into_owned());
        }
        fields
    }

    fn add(&mut self, name: String, value: String) {
        let values = self.values.entry(name.clone()).or_default();
        if values.is_empty() {
            self.names.push(name);
        }
        values.push(value);
    }

    /// Returns the first value of a field.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name)?.first().map(String::as_str)
    }

    /// Returns all values of a field.
    pub(crate) fn every(&self, name: &str) -> &[String] {
        self.values.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// Returns the first value of a setting's field.
    pub(crate) fn of(&self, what: &str, path: &str) -> Option<&str> {
        self.get(&format!("{what}.{path}"))
    }

    /// Returns all values of a setting's field.
    pub(crate) fn all(&self, what: &str, path: &str) -> Option<&[String]> {
        self.values.get(&format!("{what}.{path}")).map(Vec::as_slice)
    }

    /// Returns the paths of all settings that have a field.
    pub(crate) fn paths(&self) -> Vec<&str> {
        let mut paths: Vec<&str> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        for name in &self.names {
            let path = name.split_once('.').filter(|(what, _)| OF_SETTINGS.contains(what));
            paths.extend(path.map(|(_, path)| path).filter(|path| seen.insert(*path)));
        }
        paths
    }

    /// Returns the fields of a setting, to post them again.
    pub(crate) fn of_setting(&self, path: &str) -> Vec<(&str, &str)> {
        let names = self.names.iter().filter(|name| {
            name.split_once('.').is_some_and(|(what, found)| OF_SETTINGS.contains(&what) && found == path)
        });
        names
            .flat_map(|name| {
                let values = self.values.get(name).map(Vec::as_slice).unwrap_or_default();
                values.iter().map(move |value| (name.as_str(), value.as_str()))
            })
            .collect()
    }

    /// Replaces a setting's field.
    pub(crate) fn set(&mut self, what: &str, path: &str, value: String) {
        let name = format!("{what}.{path}");
        self.values.remove(&name);
        self.names.retain(|known| *known != name);
        self.add(name, value);
    }

    /// Removes all fields of a setting.
    pub(crate) fn remove_setting(&mut self, path: &str) {
        for what in OF_SETTINGS {
            self.remove(what, path);
        }
    }

    /// Removes a setting's field.
    pub(crate) fn remove(&mut self, what: &str, path: &str) {
        let name = format!("{what}.{path}");
        self.values.remove(&name);
        self.names.retain(|known| *known != name);
    }
}
