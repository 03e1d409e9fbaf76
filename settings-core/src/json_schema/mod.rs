//! JSON Schema (draft 2020-12) of a program's settings, for editors and validators.
//!
//! The schema accepts and rejects the same files as the resolver, except for what JSON Schema cannot express: the
//! check of a [`Kind::Custom`](crate::schema::Kind::Custom), the bounds of a duration that is a sum (`1h30m`), one
//! element of a set written in two ways (`5` and `"5"`), the bounds of a number with a fraction that is written as
//! text, numbers beyond a float's range, the value of an alias in addition to the setting's own, and keys in another
//! letter case.

mod kind;
mod pattern;
mod texts;

#[cfg(test)]
mod tests;

use schemars::Schema;
use serde_json::{Map, Value as Json, json};

use crate::schema::{Member, Section, Setting, Unknown};

/// Returns the schema of a program's `config.json`.
///
/// Unknown keys are accepted, as the resolver only warns about them. Aliases are deprecated properties. Secrets are
/// `writeOnly` and don't show a default unless it is empty; the description has the rule of a computed default. For
/// editors there are `markdownDescription`, `enumDescriptions`, `patternErrorMessage` and `deprecationMessage`.
///
/// [`schemars::Schema`] is deliberately public: a program may merge this schema with those of its other files.
pub fn json_schema(root: &'static Section) -> Schema {
    Writer { root, strict: false }.program()
}

/// Returns the schema with warnings as errors: sections reject unknown keys and aliases.
pub fn strict_json_schema(root: &'static Section) -> Schema {
    Writer { root, strict: true }.program()
}

/// Formats the schema as the text of a file.
pub fn to_text(schema: &Schema) -> String {
    format!("{:#}\n", schema.as_value())
}

struct Writer {
    root: &'static Section,
    strict: bool,
}

impl Writer {
    fn program(&self) -> Schema {
        let mut schema = Map::new();
        schema.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
        if self.root.key.is_empty() {
            schema.extend(self.section(self.root, &[], false));
        } else {
            let section = self.section(self.root, &[self.root.key], false);
            schema.insert("type".to_owned(), json!("object"));
            schema.insert("properties".to_owned(), json!({ self.root.key: section }));
        }
        let denies = self.root.key.is_empty() && self.root.unknown == Some(Unknown::Deny);
        schema.insert("additionalProperties".to_owned(), json!(!denies));
        if let (true, Some(Json::Object(properties))) = (denies, schema.get_mut("properties")) {
            properties.insert("$schema".to_owned(), json!({ "type": "string" }));
        }
        if !self.strict {
            self.add_old_names(&mut schema);
        }
        Schema::from(schema)
    }

    /// The recursion is as deep as the structs nest.
    fn section(&self, section: &'static Section, keys: &[&'static str], denies: bool) -> Map<String, Json> {
        let denies = section.unknown.map_or(denies, |unknown| unknown == Unknown::Deny);
        let mut schema = Map::new();
        if let Some(page) = section.page {
            schema.insert("title".to_owned(), json!(page));
        }
        texts::describe(&mut schema, section.doc, section.doc);
        schema.insert("type".to_owned(), json!("object"));
        let mut properties = Map::new();
        for member in section.members {
            let mut keys = keys.to_vec();
            keys.push(member.key());
            let property = match member {
                Member::Setting(setting) => self.setting(setting, &keys),
                Member::Section { section, optional, .. } => {
                    let mut below = self.section(section, &keys, denies);
                    if *optional {
                        below.insert("type".to_owned(), json!(["object", "null"]));
                    }
                    below
                }
            };
            properties.insert(member.key().to_owned(), Json::Object(property));
        }
        schema.insert("properties".to_owned(), Json::Object(properties));
        schema.insert("additionalProperties".to_owned(), json!(!self.strict && !denies));
        schema
    }

    fn setting(&self, setting: &Setting, keys: &[&'static str]) -> Map<String, Json> {
        let mut schema = Map::new();
        schema.insert("title".to_owned(), json!(setting.title));
        let variable = crate::schema::env_name(self.root.env_prefix.unwrap_or_default(), &keys.join("."));
        texts::describe(&mut schema, &texts::plain(setting), &texts::markdown(setting, &variable));
        schema.extend(kind::schema(&setting.kind, setting.values, self.strict));
        if let Some(default) = texts::default_json(setting).and_then(|json| serde_json::from_str(&json).ok())
        {
            schema.insert("default".to_owned(), default);
        }
        kind::history(&mut schema, setting);
        schema
    }

    fn add_old_names(&self, schema: &mut Map<String, Json>) {
        for leaf in self.root.leaves() {
            for alias in leaf.setting.aliases() {
                let property = kind::old_name(leaf.setting, &leaf.path.to_string());
                insert_property(schema, leaf.path.old_name(alias).keys(), property);
            }
        }
    }
}

/// Inserts `property` at `keys`, unless a setting is there or on the way.
fn insert_property(schema: &mut Map<String, Json>, keys: &[&str], property: Map<String, Json>) {
    let mut schema = schema;
    for (at, key) in keys.iter().enumerate() {
        let is_new_or_section = schema.get("properties").is_some() || schema.get("type").is_none();
        let properties = schema.entry("properties").or_insert_with(|| json!({}));
        let (true, Some(properties)) = (is_new_or_section, properties.as_object_mut()) else { return };
        if at + 1 == keys.len() {
            properties.entry(*key).or_insert(Json::Object(property));
            return;
        }
        let Some(below) = properties.entry(*key).or_insert_with(|| json!({})).as_object_mut() else { return };
        schema = below;
    }
}
