//! How variables are named: by the schema's prefix, or by the one that most of a page's own have.

use std::collections::BTreeMap;

use crate::schema::{Section, env_name};

use crate::docs::facts::{Documented, TableFacts};

/// How variables are named.
#[derive(Debug)]
pub(in crate::docs) struct Naming {
    prefix: Option<String>,
}

impl Naming {
    /// As the schema says.
    pub(super) fn of_schema(schema: &'static Section) -> Self {
        Self { prefix: schema.env_prefix.filter(|prefix| !prefix.is_empty()).map(str::to_owned) }
    }

    /// As most of the page's variables are.
    pub(in crate::docs) fn of_page(settings: &[Documented<'_>]) -> Self {
        Self { prefix: most_common(settings) }
    }

    /// What every variable begins with, where it is known.
    pub(in crate::docs) fn prefix(&self) -> Option<&str> {
        self.prefix.as_deref()
    }

    /// The variable of a path. `None` where the page doesn't show how variables are named, or where the path leads
    /// into a map, whose keys no rule covers.
    pub(super) fn env(&self, path: &str) -> Option<String> {
        let prefix = self.prefix.as_deref()?;
        let keys_of_structs = path.split('.').all(|key| key.starts_with(|c: char| c.is_ascii_uppercase()));
        // A section's own key may be misspelt so that it begins in lower case.
        let in_section = path.split_once('.').is_some_and(|(section, key)| {
            section.ends_with("Settings") && section != "PluginSettings" && !key.contains(['.', '-'])
        });
        (keys_of_structs || in_section).then(|| env_name(prefix, path))
    }
}

/// The prefix that most variables show whose ending is their own path.
fn most_common(settings: &[Documented<'_>]) -> Option<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for setting in settings {
        let table = setting.tables.iter().map(|table: &TableFacts<'_>| (table.path(), table.env()));
        for (path, env) in table.chain([(setting.option("configjson"), setting.option("environment"))]) {
            if let (Some((path, _)), Some((env, _))) = (path.one(), env.one())
                && path.contains('.')
                && let Some(prefix) =
                    env.strip_suffix(&env_name("", path)).and_then(|rest| rest.strip_suffix('_'))
            {
                *counts.entry(prefix).or_default() += 1;
            }
        }
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map(|(prefix, _)| prefix.to_owned())
}
