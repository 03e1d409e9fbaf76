//! The naming of variables: by the schema's prefix, or by the prefix of most variables of the page.

use std::collections::BTreeMap;

use crate::schema::{Path, Section, VariableStyle, env_name};

use crate::docs::dialect::WORDS;
use crate::docs::facts::{Documented, Named, TableFacts};

/// The rule by which variables are named.
#[derive(Debug)]
pub(in crate::docs) struct Naming {
    prefix: Option<String>,
    style: VariableStyle,
    /// The variables of the settings that name theirs, by path.
    own: BTreeMap<String, &'static [&'static str]>,
    /// The page shows that the rule holds for keys in lower case too.
    any_case: bool,
}

impl Naming {
    /// Creates the rule of a schema.
    pub(super) fn of_schema(schema: &'static Section) -> Self {
        let prefix = schema.env_prefix.filter(|prefix| !prefix.is_empty()).map(str::to_owned);
        let named = schema.leaves_with_entries().filter(|leaf| !leaf.setting.variables().is_empty());
        let own = named.map(|leaf| (leaf.path.to_string(), leaf.setting.variables())).collect();
        Self { prefix, style: schema.variable_style, own, any_case: false }
    }

    /// Creates the rule that most variables of a page follow.
    pub(in crate::docs) fn of_page(settings: &[Documented<'_>]) -> Self {
        let any_case = lower_case_variables(settings) > 1;
        Self { any_case, ..Self::of_prefix(most_common(settings).as_deref()) }
    }

    /// Creates the rule of a prefix.
    pub(in crate::docs) fn of_prefix(prefix: Option<&str>) -> Self {
        let prefix = prefix.map(str::to_owned);
        Self { prefix, style: VariableStyle::DEFAULT, own: BTreeMap::new(), any_case: false }
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

    /// This rule, or if the page doesn't show one, another. With the same prefix, that of a schema knows more.
    pub(super) fn or(self, other: Option<Self>) -> Self {
        match other {
            Some(other) if self.prefix.is_none() || self.prefix == other.prefix => other,
            _ => self,
        }
    }

    /// Returns true if the setting at this path names the variable.
    pub(super) fn is_own(&self, path: &str, variable: &str) -> bool {
        self.own.get(path).is_some_and(|own| own.contains(&variable))
    }

    /// The prefix of every variable, if it is known.
    pub(in crate::docs) fn prefix(&self) -> Option<&str> {
        self.prefix.as_deref()
    }

    /// The variable of a path. Returns `None` if the page doesn't show how variables are named, or if the path leads
    /// into a map, whose keys no rule covers.
    pub(super) fn env(&self, path: &str) -> Option<String> {
        if let Some([own, ..]) = self.own.get(path) {
            return Some((*own).to_owned());
        }
        let prefix = self.prefix.as_deref()?;
        let keys_of_structs = path
            .split('.')
            .all(|key| key == Path::NAMED_ENTRY || key.starts_with(|c: char| c.is_ascii_uppercase()));
        // A section's own key may be misspelt so that it begins in lower case.
        let in_section = path.split_once('.').is_some_and(|(section, key)| {
            WORDS.is_section(section) && section != WORDS.map_section && !key.contains(['.', '-'])
        });
        (keys_of_structs || in_section || self.any_case).then(|| match self.style {
            VariableStyle::DEFAULT => env_name(prefix, path),
            style => style.variable(prefix, &keys(path)),
        })
    }
}

/// The keys of a path, with the entry of a list as a key of its own.
fn keys(path: &str) -> Vec<&str> {
    let parts = |key| match str::strip_suffix(key, Path::ENTRY) {
        Some(list) => [Some(list), Some(Path::ENTRY)],
        None => [Some(key), None],
    };
    path.split('.').flat_map(parts).flatten().collect()
}

/// Returns true if exactly one setting has a variable that ends like its path, so that nothing shows its prefix to be right.
pub(super) fn has_one_variable(settings: &[Documented<'_>]) -> bool {
    let has_variable = |setting: &Documented<'_>| {
        let table = setting.tables.iter().map(|table| (table.path(), table.env()));
        let mut all = table.chain([(setting.option("configjson"), setting.option("environment"))]);
        all.any(|(path, env)| match (path.one(), env.one()) {
            (Some((path, _)), Some((env, _))) => path.contains('.') && env.ends_with(&env_name("", path)),
            _ => false,
        })
    };
    let mut found = settings.iter().filter(|setting| has_variable(setting));
    found.next().is_some() && found.next().is_none()
}

/// The number of settings named by a directive whose keys are in lower case and whose variables end like their paths.
fn lower_case_variables(settings: &[Documented<'_>]) -> usize {
    let follows = |table: &TableFacts<'_>| match (table.path().one(), table.env().one()) {
        (Some((path, _)), Some((env, _))) => {
            let is_lower = path.split('.').all(|key| key.starts_with(|c: char| c.is_ascii_lowercase()));
            table.is_directive && is_lower && path.contains('.') && env.ends_with(&env_name("", path))
        }
        _ => false,
    };
    settings.iter().flat_map(|setting| &setting.tables).filter(|table| follows(table)).count()
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

/// Returns true if `short` is `long` or its last keys.
pub(super) fn is_tail(short: &str, long: &str) -> bool {
    long.strip_suffix(short).is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

/// Returns the variable of `NAME=value`.
pub(super) fn variable_of(text: &str) -> &str {
    text.split(|c: char| c == '=' || c.is_whitespace()).next().unwrap_or(text)
}
