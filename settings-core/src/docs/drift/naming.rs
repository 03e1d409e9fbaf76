//! The naming of variables: by the schema's prefix, or by the prefix of most variables of the page.

use std::collections::BTreeMap;

use crate::schema::{Path, Section, env_name};

use crate::docs::dialect::WORDS;
use crate::docs::facts::{Documented, Named, TableFacts};

/// The rule by which variables are named.
#[derive(Debug)]
pub(in crate::docs) struct Naming {
    prefix: Option<String>,
}

impl Naming {
    /// Creates the rule of a schema.
    pub(super) fn of_schema(schema: &'static Section) -> Self {
        Self { prefix: schema.env_prefix.filter(|prefix| !prefix.is_empty()).map(str::to_owned) }
    }

    /// Creates the rule that most variables of a page follow.
    pub(in crate::docs) fn of_page(settings: &[Documented<'_>]) -> Self {
        Self { prefix: most_common(settings) }
    }

    /// Returns true if a variable of the page begins with the prefix.
    pub(super) fn is_used(&self, settings: &[Documented<'_>]) -> bool {
        let Some(prefix) = self.prefix() else { return false };
        let begins = |env: &Named<'_>| {
            env.one().and_then(|(env, _)| env.strip_prefix(prefix)).is_some_and(|rest| rest.starts_with('_'))
        };
        settings.iter().any(|setting| {
            begins(&setting.option("environment")) || setting.tables.iter().any(|table| begins(&table.env()))
        })
    }

    /// This rule, or if the page doesn't show one, another.
    pub(super) fn or(self, other: Option<Self>) -> Self {
        if self.prefix.is_some() { self } else { other.unwrap_or(self) }
    }

    /// The prefix of every variable, if it is known.
    pub(in crate::docs) fn prefix(&self) -> Option<&str> {
        self.prefix.as_deref()
    }

    /// The variable of a path. Returns `None` if the page doesn't show how variables are named, or if the path leads
    /// into a map, whose keys no rule covers.
    pub(super) fn env(&self, path: &str) -> Option<String> {
        let prefix = self.prefix.as_deref()?;
        let keys_of_structs = path
            .split('.')
            .all(|key| key == Path::NAMED_ENTRY || key.starts_with(|c: char| c.is_ascii_uppercase()));
        // A section's own key may be misspelt so that it begins in lower case.
        let in_section = path.split_once('.').is_some_and(|(section, key)| {
            WORDS.is_section(section) && section != WORDS.map_section && !key.contains(['.', '-'])
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
