//! JSON Schema (draft 2020-12) of a program's settings, for editors and validators.
//!
//! The schema accepts and rejects the same files as the resolver, and rejects the keys that the resolver reports as
//! unknown. It can't express the check of a [`Kind::Custom`](crate::schema::Kind::Custom), the bounds of a number
//! or size that is written as text (except for short ranges), those of a duration with a unit, and all rules of ISO 8601,
//! the length of a secret that is written as a number, the forms of an IPv6 address, the port of a URL,
//! one element of a set written in two ways (`5` and `"5"`), numbers beyond a float's range, a `null` that removes an
//! entry which no weaker layer has, the value of an alias in addition to the setting's own, a misspelt key of the root,
//! and keys in another letter case, which the resolver accepts with a warning.
//!
//! It has only keywords of the standard, so that validators in a strict mode take it. [`editor_json_schema`] adds those of
//! editors.

mod kind;
mod options;
mod pattern;
#[cfg(feature = "schemars")]
mod schemars;
mod texts;

#[cfg(test)]
mod tests;

pub use options::SchemaOptions;
#[cfg(feature = "schemars")]
pub use schemars::{to_schemars, type_schema};

use crate::schema::{Member, Path, Section, Setting, Unknown};
use crate::value::json::{Object, Tree};

/// Returns the schema of a program's `config.json`.
///
/// Keys that the resolver reports as unknown are rejected: all of sections, and those of the root where its policy
/// denies them or warns about them. Aliases are deprecated properties. Secrets are `writeOnly` and don't show a default
/// unless it is empty; the description has the rule of a computed default, the accepted forms and the variable.
pub fn json_schema(root: &'static Section) -> Tree {
    json_schema_with(root, &SchemaOptions::new())
}

/// Returns the schema with options: how strict it is, and which unknown keys it rejects.
pub fn json_schema_with(root: &'static Section, options: &SchemaOptions) -> Tree {
    Writer { root, options }.program()
}

/// Returns the schema with warnings as errors: it rejects aliases too.
pub fn strict_json_schema(root: &'static Section) -> Tree {
    json_schema_with(root, &SchemaOptions::new().strict(true))
}

/// Returns the schema with the keywords that Visual Studio Code and other editors know in addition to the standard's:
/// `markdownDescription`, `enumDescriptions`, `markdownEnumDescriptions`, `patternErrorMessage` and
/// `deprecationMessage`.
pub fn editor_json_schema(root: &'static Section) -> Tree {
    json_schema_with(root, &SchemaOptions::new().editor(true))
}

/// Formats the schema as the text of a file.
pub fn to_text(schema: &Tree) -> String {
    format!("{:#}\n", schema)
}

/// The place of a kind.
#[derive(Clone, Copy)]
struct Around {
    /// The policy for unknown keys that the structs give the section around it.
    policy: Option<Unknown>,
    /// The policy that the program gives that section, or one around it.
    program: Option<Unknown>,
    /// Layers merge the entries, so that `null` can remove one.
    merges: bool,
}

impl Around {
    const PROGRAM: Self = Self { policy: None, program: None, merges: true };
}

struct Writer<'o> {
    root: &'static Section,
    options: &'o SchemaOptions,
}

impl Writer<'_> {
    fn program(&self) -> Tree {
        let mut schema = Object::new();
        schema.insert("$schema", Tree::from("https://json-schema.org/draft/2020-12/schema"));
        // The keys of other programs are not reported.
        let mut is_open = true;
        if self.root.key.is_empty() {
            schema.extend(self.section(self.root, &[], Around::PROGRAM));
            let policy = self.options.effective(self.options.of(&[]), self.root.unknown);
            is_open = !matches!(policy, Some(Unknown::Warn | Unknown::Deny));
        } else {
            let section = self.section(self.root, &[self.root.key], Around::PROGRAM);
            schema.insert("type", Tree::from("object"));
            schema.insert("properties", Object::from([(self.root.key, section.into())]).into());
        }
        schema.insert("additionalProperties", Tree::from(is_open));
        if let (false, Some(Tree::Object(properties))) = (is_open, schema.get_mut("properties")) {
            properties.insert("$schema", Object::from([("type", "string".into())]).into());
        }
        if !self.options.strict {
            self.add_old_names(&mut schema);
        }
        schema.into()
    }

    /// The settings of a section or of an entry, in the section around it. The recursion is as deep as the
    /// structs nest.
    fn section(&self, section: &'static Section, keys: &[&'static str], above: Around) -> Object {
        let policy = section.unknown.or(above.policy);
        let around = Around { policy, program: self.options.of(keys).or(above.program), ..above };
        let mut schema = Object::new();
        if let Some(page) = section.page {
            schema.insert("title", Tree::from(page));
        }
        self.describe(&mut schema, section.doc, section.doc);
        schema.insert("type", Tree::from("object"));
        let mut properties = Object::new();
        for member in section.members {
            let mut keys = keys.to_vec();
            keys.push(member.key());
            let property = match member {
                Member::Setting(setting) => self.setting(setting, &keys, around),
                Member::Section { section, optional, variant, .. } => {
                    let mut below = self.section(section, &keys, around);
                    if let Some(variant) = variant {
                        let condition = texts::condition(variant);
                        let doc = [section.doc, &condition].join("\n\n");
                        self.describe(&mut below, doc.trim(), doc.trim());
                    }
                    if *optional {
                        below.insert("type", Tree::from(["object", "null"]));
                    }
                    below
                }
            };
            properties.insert(member.key().to_owned(), Tree::Object(property));
        }
        schema.insert("properties", Tree::Object(properties));
        schema.insert(
            "additionalProperties",
            Tree::from(self.options.effective(around.program, policy) == Some(Unknown::Allow)),
        );
        schema
    }

    fn setting(&self, setting: &'static Setting, keys: &[&'static str], around: Around) -> Object {
        let mut schema = Object::new();
        schema.insert("title", Tree::from(setting.title));
        let variable = self.root.variable(&Path::new(keys.to_vec()), setting);
        let (plain, markdown) = texts::of_setting(setting, variable.as_deref());
        self.describe(&mut schema, &plain, &markdown);
        let own = setting.json_schema().and_then(|own| Tree::parse(&own()).ok());
        match own {
            Some(Tree::Object(own)) => schema.extend(own.into_iter().filter(|(key, _)| key != "$schema")),
            _ => schema.extend(self.kind(&setting.kind, setting.values, keys, around)),
        }
        if let Some(default) = texts::default_json(setting).and_then(|json| Tree::parse(&json).ok()) {
            schema.insert("default", default);
        }
        self.history(&mut schema, setting);
        schema
    }

    fn add_old_names(&self, schema: &mut Object) {
        for leaf in self.root.leaves() {
            for alias in leaf.setting.aliases() {
                let property = self.old_name(leaf.setting, &leaf.path.to_string(), leaf.path.keys());
                insert_property(schema, leaf.path.old_name(alias).keys(), property);
            }
        }
    }

    /// A deprecated property: an alias of the setting at `path`.
    fn old_name(&self, setting: &'static Setting, path: &str, keys: &[&'static str]) -> Object {
        let message = format!("Old name of {path}.");
        let mut property = Object::from([
            ("title", Tree::from(setting.title)),
            ("description", Tree::from(&message)),
            ("deprecated", Tree::from(true)),
        ]);
        if self.options.editor {
            property.insert("deprecationMessage", Tree::from(message));
        }
        property.extend(self.kind(&setting.kind, setting.values, keys, Around::PROGRAM));
        if setting.kind.is_secret() {
            property.insert("writeOnly", Tree::from(true));
        }
        property
    }

    /// Adds the keywords of secrets and deprecated settings.
    fn history(&self, property: &mut Object, setting: &Setting) {
        if setting.kind.is_secret() {
            property.insert("writeOnly", Tree::from(true));
        }
        if let Some(deprecated) = setting.deprecated() {
            property.insert("deprecated", Tree::from(true));
            if self.options.editor {
                property.insert("deprecationMessage", Tree::from(texts::deprecation(deprecated)));
            }
        }
    }

    /// Adds `description`, and for editors `markdownDescription`, if they are not empty.
    fn describe(&self, schema: &mut Object, plain: &str, markdown: &str) {
        if !plain.is_empty() {
            schema.insert("description", Tree::from(crate::markdown::plain(plain)));
        }
        if self.options.editor && !markdown.is_empty() {
            schema.insert("markdownDescription", Tree::from(texts::with_live_links(markdown)));
        }
    }
}

/// Inserts `property` at `keys`, unless a setting is there or on the way.
fn insert_property(schema: &mut Object, keys: &[&str], property: Object) {
    let mut schema = schema;
    for (at, key) in keys.iter().enumerate() {
        let is_new_or_section = schema.get("properties").is_some() || schema.iter().next().is_none();
        schema.get_or_insert("type", "object".into());
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
