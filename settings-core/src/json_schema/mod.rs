//! JSON Schema (draft 2020-12) of a program's settings, for editors and validators.
//!
//! The schema accepts and rejects the same files as the resolver, except for what JSON Schema cannot express: the
//! check of a [`Kind::Custom`](crate::schema::Kind::Custom), the bounds of a duration that is a sum (`1h30m`), one
//! element of a set written in two ways (`5` and `"5"`), the bounds of a number with a fraction that is written as
//! text, numbers beyond a float's range, a `null` that removes an entry which no weaker layer has, the value of an alias in addition to the setting's own, and keys in another
//! letter case.

mod kind;
mod pattern;
mod texts;

#[cfg(test)]
mod tests;

use crate::schema::{Member, Path, Section, Setting, Unknown};
use crate::value::json::{Object, Tree};

/// Returns the schema of a program's `config.json`.
///
/// Unknown keys are accepted, as the resolver only warns about them. Aliases are deprecated properties. Secrets are
/// `writeOnly` and don't show a default unless it is empty; the description has the rule of a computed default. For
/// editors there are `markdownDescription`, `enumDescriptions`, `patternErrorMessage` and `deprecationMessage`.
pub fn json_schema(root: &'static Section) -> Tree {
    Writer { root, strict: false }.program()
}

/// Returns the schema with warnings as errors: sections reject unknown keys and aliases.
pub fn strict_json_schema(root: &'static Section) -> Tree {
    Writer { root, strict: true }.program()
}

/// Formats the schema as the text of a file.
pub fn to_text(schema: &Tree) -> String {
    format!("{:#}\n", schema)
}

struct Writer {
    root: &'static Section,
    strict: bool,
}

impl Writer {
    fn program(&self) -> Tree {
        let mut schema = Object::new();
        schema.insert("$schema", Tree::from("https://json-schema.org/draft/2020-12/schema"));
        if self.root.key.is_empty() {
            schema.extend(self.section(self.root, &[], false));
        } else {
            let section = self.section(self.root, &[self.root.key], false);
            schema.insert("type", Tree::from("object"));
            schema.insert("properties", Object::from([(self.root.key, section.into())]).into());
        }
        let denies = self.root.key.is_empty() && self.root.unknown == Some(Unknown::Deny);
        schema.insert("additionalProperties", Tree::from(!denies));
        if let (true, Some(Tree::Object(properties))) = (denies, schema.get_mut("properties")) {
            properties.insert("$schema", Object::from([("type", "string".into())]).into());
        }
        if !self.strict {
            self.add_old_names(&mut schema);
        }
        schema.into()
    }

    /// The recursion is as deep as the structs nest.
    fn section(&self, section: &'static Section, keys: &[&'static str], denies: bool) -> Object {
        let denies = section.unknown.map_or(denies, |unknown| unknown == Unknown::Deny);
        let mut schema = Object::new();
        if let Some(page) = section.page {
            schema.insert("title", Tree::from(page));
        }
        texts::describe(&mut schema, section.doc, section.doc);
        schema.insert("type", Tree::from("object"));
        let mut properties = Object::new();
        for member in section.members {
            let mut keys = keys.to_vec();
            keys.push(member.key());
            let property = match member {
                Member::Setting(setting) => self.setting(setting, &keys),
                Member::Section { section, optional, .. } => {
                    let mut below = self.section(section, &keys, denies);
                    if *optional {
                        below.insert("type", Tree::from(["object", "null"]));
                    }
                    below
                }
            };
            properties.insert(member.key().to_owned(), Tree::Object(property));
        }
        schema.insert("properties", Tree::Object(properties));
        schema.insert("additionalProperties", Tree::from(!self.strict && !denies));
        schema
    }

    fn setting(&self, setting: &Setting, keys: &[&'static str]) -> Object {
        let mut schema = Object::new();
        schema.insert("title", Tree::from(setting.title));
        let variable = self.root.variable(&Path::new(keys.to_vec()), setting);
        let markdown = texts::markdown(setting, variable.as_deref().unwrap_or_default());
        texts::describe(&mut schema, &texts::plain(setting), &markdown);
        schema.extend(kind::schema(&setting.kind, setting.values, self.strict));
        if let Some(default) = texts::default_json(setting).and_then(|json| Tree::parse(&json).ok()) {
            schema.insert("default", default);
        }
        kind::history(&mut schema, setting);
        schema
    }

    fn add_old_names(&self, schema: &mut Object) {
        for leaf in self.root.leaves() {
            for alias in leaf.setting.aliases() {
                let property = kind::old_name(leaf.setting, &leaf.path.to_string());
                insert_property(schema, leaf.path.old_name(alias).keys(), property);
            }
        }
    }
}

/// Inserts `property` at `keys`, unless a setting is there or on the way.
fn insert_property(schema: &mut Object, keys: &[&str], property: Object) {
    let mut schema = schema;
    for (at, key) in keys.iter().enumerate() {
        let is_new_or_section = schema.get("properties").is_some() || schema.get("type").is_none();
        let properties = schema.get_or_insert("properties", Object::new().into());
        let (true, Some(properties)) = (is_new_or_section, properties.as_object_mut()) else { return };
        if at + 1 == keys.len() {
            properties.get_or_insert(key, property.into());
            return;
        }
        let Some(below) = properties.get_or_insert(key, Object::new().into()).as_object_mut() else { return };
        schema = below;
    }
}
