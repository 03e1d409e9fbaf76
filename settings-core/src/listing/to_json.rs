//! Listings as JSON.

use super::{Entry, OverriddenEntry, PartEntry, StoredEntry, ValueEntry};
use crate::resolve::Origin;
use crate::schema::Deprecated;
use crate::value::json::Object;

impl Entry {
    /// Returns the entry as `show --format json` prints it: every field is there, `null` if it does not apply.
    #[must_use]
    pub fn to_json(&self) -> Object {
        Object::from([
            ("name", (&self.name).into()),
            ("variable", (&self.variable).into()),
            ("value", self.value.clone()),
            ("unit", self.unit.into()),
            ("category", self.category.clone().into()),
            ("section", self.section.clone().into()),
            ("page", self.page.into()),
            ("title", self.title.into()),
            ("summary", (&self.summary).into()),
            ("description", (&self.description).into()),
            ("note", (&self.note).into()),
            ("context", (if self.restart { "restart" } else { "live" }).into()),
            ("scope", self.scope.into()),
            ("added", self.added.into()),
            ("deprecated", self.deprecated.as_ref().map(deprecated).into()),
            ("aliases", self.aliases.clone().into()),
            ("hidden", self.hidden.into()),
            ("required", self.required.into()),
            ("absent", self.absent.into()),
            ("todo", self.todo.into()),
            ("secret", self.secret.into()),
            ("kind", self.kind.into()),
            ("element", self.element.into()),
            ("nullable", self.nullable.into()),
            ("min", self.min.clone().into()),
            ("max", self.max.clone().into()),
            ("min_length", self.min_length.into()),
            ("max_length", self.max_length.into()),
            ("format", self.format.into()),
            ("pattern", self.pattern.into()),
            ("values", self.values.clone().into()),
            ("value_docs", self.value_docs.iter().map(|entry| entry.to_json()).collect()),
            ("rules", self.rules.clone().into()),
            ("default", self.default.clone()),
            ("default_rule", self.default_rule.clone().into()),
            ("stored", self.stored.to_json().into()),
            ("shadowed", self.shadowed.into()),
            ("origin", self.origin.to_json().into()),
            ("source_file", self.source_file.clone().into()),
            ("source_line", self.source_line.into()),
            ("overrides", self.overrides.iter().map(|entry| entry.to_json()).collect()),
            ("parts", self.parts.iter().map(|entry| entry.to_json()).collect()),
            ("pending_restart", self.pending_restart.into()),
        ])
    }
}

impl PartEntry {
    /// Returns the entry as `show --format json` prints it.
    #[must_use]
    pub fn to_json(&self) -> Object {
        Object::from([
            ("name", (&self.name).into()),
            ("variable", (&self.variable).into()),
            ("value", self.value.clone()),
            ("secret", self.secret.into()),
            ("kind", self.kind.into()),
            ("origin", self.origin.to_json().into()),
            ("overrides", self.overrides.iter().map(|entry| entry.to_json()).collect()),
        ])
    }
}

fn deprecated(deprecated: &Deprecated) -> Object {
    Object::from([
        ("since", deprecated.since.into()),
        ("reason", deprecated.reason.into()),
        ("replacement", deprecated.replacement.into()),
    ])
}

impl ValueEntry {
    fn to_json(&self) -> Object {
        Object::from([
            ("value", self.value.into()),
            ("label", self.label.into()),
            ("text", (&self.text).into()),
        ])
    }
}

impl StoredEntry {
    fn to_json(&self) -> Object {
        Object::from([("value", self.value.clone()), ("origin", self.origin.to_json().into())])
    }
}

impl OverriddenEntry {
    fn to_json(&self) -> Object {
        let mut object = self.origin.to_json();
        object.insert("value", self.value.clone().into());
        object.insert("readable", self.value.is_some().into());
        object
    }
}

impl Origin {
    /// Returns the layer and the place in it as JSON.
    #[must_use]
    pub fn to_json(&self) -> Object {
        let mut object = Object::from([("layer", self.layer().name().into())]);
        match self {
            Self::Default => {}
            Self::File { name, line, column, .. } => object.extend([
                ("file".to_owned(), name.into()),
                ("line".to_owned(), (*line).into()),
                ("column".to_owned(), (*column).into()),
            ]),
            Self::Variable { name, env_file, value_file } => {
                let (file, line) = env_file.as_ref().map(|(file, line)| (file, *line)).unzip();
                object.extend([
                    ("variable".to_owned(), name.into()),
                    ("env_file".to_owned(), file.into()),
                    ("line".to_owned(), line.into()),
                    ("value_file".to_owned(), value_file.as_ref().into()),
                ]);
            }
            Self::SecretFile { path } => object.insert("secret_file", path.into()),
            Self::Override { origin } => object.insert("override", origin.into()),
        }
        object
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Entry {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}
