//! Sections that are registered at run time.

use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;

use super::resolution::{Resolution, resolve_in};
use crate::resolve::build::Settings;
use crate::resolve::source::Layers;
use crate::schema::assert::replacements_exist;
use crate::schema::{DefaultValue, Kind, Member, Section, Setting, VariableStyle, is_key};
use crate::value::{from_json, json};

/// The settings of a program, and the sections that are registered in addition.
///
/// Registered sections are treated like the program's own in files, variables, reports, the JSON Schema
/// ([`Registry::schema`]) and templates.
///
/// ```
/// use settings_core::reference::ServerSettings;
/// use settings_core::resolve::{Layers, Registry};
/// use settings_core::schema::{DynamicSection, Kind};
///
/// let mut registry = Registry::<ServerSettings>::new();
/// let port = Kind::Integer { min: 1, max: 65535 };
/// registry.register(DynamicSection::new("CallsPlugin", "Calls.").setting("Port", "The port.", port, "8443").finish())?;
/// let resolution = registry.resolve(Layers::new().set("CallsPlugin.Port", "9000", "--set"));
/// assert_eq!(resolution.setting("CallsPlugin.Port").unwrap().shown(), "9000");
/// # Ok::<(), settings_core::resolve::Refused>(())
/// ```
#[derive(Debug)]
pub struct Registry<T> {
    root: &'static Section,
    settings: PhantomData<fn() -> T>,
}

/// The reason why a section cannot be registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused(String);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}

impl<T: Settings> Default for Registry<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Settings> Registry<T> {
    /// Creates a registry with the program's own settings.
    pub fn new() -> Self {
        let own = T::SCHEMA;
        let root = match own.key {
            "" => own,
            key => {
                let members = Vec::leak(vec![Member::section(key, own)]);
                Box::leak(Box::new(Section {
                    env_prefix: own.env_prefix,
                    variable_style: own.variable_style,
                    list_separator: own.list_separator,
                    empty_variables: own.empty_variables,
                    ..Section::new("", members)
                }))
            }
        };
        Self { root, settings: PhantomData }
    }

    /// Adds a section. Each call leaks the program's list of sections, which must live as long as the program.
    ///
    /// # Errors
    /// Returns an error, and does not add the section, if a key cannot be part of a variable, a path or variable is
    /// taken, a default is refused by its own kind, or the replacement of a deprecated setting does not exist. Rules, and
    /// defaults that are computed from other settings, need the code of a struct and are errors too.
    pub fn register(&mut self, section: &'static Section) -> Result<(), Refused> {
        let mut members = self.root.members.to_vec();
        members.push(Member::section(section.key, section));
        let root = Section { members: Vec::leak(members), ..*self.root };
        let root: &'static Section = Box::leak(Box::new(root));
        key_can_be_named(section.key)?;
        keys_can_be_named(section)?;
        variables_differ(root)?;
        settings_are_sound(section, section.key)?;
        if let Some(message) = replacements_exist(root) {
            return Err(Refused(message.as_str().to_owned()));
        }
        self.root = root;
        Ok(())
    }

    /// Returns the metadata of all settings, the registered ones included.
    pub fn schema(&self) -> &'static Section {
        self.root
    }

    /// Resolves all layers. Registered settings appear in the report, in [`Resolution::setting`] and in
    /// [`Resolution::section`].
    pub fn resolve(&self, layers: Layers) -> Resolution<T> {
        resolve_in(self.root, layers, T::SCHEMA.leaf_count())
    }
}

fn keys_can_be_named(section: &Section) -> Result<(), Refused> {
    for member in section.members {
        key_can_be_named(member.key())?;
        if let Member::Section { section, .. } = member {
            keys_can_be_named(section)?;
        }
    }
    Ok(())
}

fn key_can_be_named(key: &str) -> Result<(), Refused> {
    if is_key(key) {
        return Ok(());
    }
    Err(Refused(format!("`{key}` cannot be a key: keys consist of ASCII letters, digits, `_`, `-` and `.`")))
}

/// Checks that each variable has only one setting, as the derive does at compile time.
fn variables_differ(root: &'static Section) -> Result<(), Refused> {
    let mut names = Vec::new();
    collect(root.variable_style, root, &Name::default(), &mut names);
    let mut owners: HashMap<String, &Name> = HashMap::new();
    for name in &names {
        if let Some(Name { path: other, .. }) = owners.insert(name.variable.clone(), name) {
            let path = &name.path;
            return Err(Refused(match other == path {
                true => format!("two sections, settings or aliases have the path `{path}`"),
                false => format!("`{other}` and `{path}` claim one environment variable"),
            }));
        }
    }
    for Name { path, variable, .. } in names.iter().filter(|name| name.of == Of::Setting) {
        let other = owners.get(&format!("{variable}_FILE"));
        if let Some(Name { path: other, .. }) = other.filter(|other| other.of != Of::Section) {
            let why = format!("`{other}` has the variable that names a file with the value of `{path}`");
            return Err(Refused(why));
        }
    }
    Ok(())
}

/// A path that must be unique, and its variable without the prefix.
#[derive(Clone, Default)]
struct Name {
    path: String,
    variable: String,
    of: Of,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Of {
    Setting,
    Alias,
    #[default]
    Section,
}

/// Collects all names. Recursion is as deep as the sections nest.
fn collect(style: VariableStyle, section: &'static Section, at: &Name, names: &mut Vec<Name>) {
    let below = |at: &Name, key: &str, of| {
        let (dot, separator) = if at.path.is_empty() { ("", "") } else { (".", style.separator) };
        let path = format!("{}{dot}{key}", at.path);
        Name { path, variable: format!("{}{separator}{}", at.variable, style.key(key)), of }
    };
    for member in section.members {
        match member {
            Member::Setting(setting) => {
                let own = setting.variables().iter().map(|own| Name {
                    path: below(at, setting.key, Of::Setting).path,
                    variable: format!("={own}"),
                    of: Of::Setting,
                });
                names.extend(own);
                if setting.variables().is_empty() {
                    names.push(below(at, setting.key, Of::Setting));
                }
                names.extend(setting.aliases().iter().map(|alias| match alias.contains('.') {
                    true => alias.split('.').fold(Name::default(), |at, key| Name {
                        of: Of::Alias,
                        ..below(&at, key, Of::Alias)
                    }),
                    false => below(at, alias, Of::Alias),
                }));
            }
            Member::Section { key, section, .. } => {
                let (name, place) = (below(at, key, Of::Section), names.len());
                collect(style, section, &name, names);
                // before its settings, so that a clash of sections is reported as such
                names.insert(place, name);
            }
        }
    }
}

/// Checks what the derive checks at compile time. Recursion is as deep as the sections nest.
fn settings_are_sound(section: &'static Section, path: &str) -> Result<(), Refused> {
    if !section.rules.is_empty() {
        return Err(Refused(format!(
            "`{path}` has rules, which only the code of its struct can check: make it a field of the program's struct"
        )));
    }
    for member in section.members {
        let path = format!("{path}.{}", member.key());
        match member {
            Member::Section { section, .. } => settings_are_sound(section, &path)?,
            Member::Setting(setting) => {
                default_is_accepted(setting).map_err(|why| Refused(format!("`{path}`: {why}")))?;
                choices_differ(&setting.kind).map_err(|why| Refused(format!("`{path}`: {why}")))?;
                if let Kind::Section(section) = setting.kind.innermost() {
                    settings_are_sound(section, &path)?;
                }
            }
        }
    }
    Ok(())
}

fn choices_differ(kind: &Kind) -> Result<(), String> {
    let Kind::OneOf(choices) = kind.innermost() else { return Ok(()) };
    let again = (1..)
        .zip(choices.iter().skip(1))
        .find(|(number, choice)| choices.iter().take(*number).any(|other| other.text == choice.text));
    again.map_or(Ok(()), |(_, choice)| Err(format!("the value `{}` is listed twice", choice.text)))
}

pub(super) fn default_is_accepted(setting: &Setting) -> Result<(), String> {
    if setting.required() {
        return Ok(());
    }
    let text = match setting.default {
        DefaultValue::Json(text) => text.to_owned(),
        DefaultValue::Text(text) => json::escape(text),
        DefaultValue::None => "null".to_owned(),
        DefaultValue::Bool(bool) => bool.to_string(),
        DefaultValue::Integer(integer) => integer.to_string(),
        DefaultValue::Float(float) => float.to_string(),
        DefaultValue::Computed { value, .. } if setting.computed_from().is_empty() => value(),
        DefaultValue::Computed { .. } => {
            return Err("only the code of its struct can compute the default from other settings".to_owned());
        }
    };
    let raw =
        json::parse_value(&text).map_err(|error| format!("the default is not JSON: {}", error.message))?;
    let refused = |expected: &str| format!("the default doesn't fit: expected {expected}");
    from_json(&setting.kind, raw).map(drop).map_err(|mismatch| refused(&mismatch.expected))
}
