//! Names that leave open which setting is meant: keys without a section, several settings in one table, a directive whose
//! path can't be read.

use std::collections::HashSet;

use crate::docs::dialect::WORDS;
use crate::docs::facts::{Documented, Named, TableFacts};
use crate::docs::model::Fact;
use crate::schema::env_name;

use super::draft::Draft;
use super::finding::{Rule, SEVERAL};
use super::naming::{Naming, is_tail, variable_of};

/// Checks the names of a setting. `top` has the keys that need no section.
pub(super) fn check(
    setting: &Documented<'_>,
    naming: &Naming,
    top: &HashSet<String>,
    drafts: &mut Vec<Draft>,
) {
    bare_keys(setting, top, drafts);
    setting.tables.iter().for_each(|table| several(table, naming, drafts));
    drafts.extend(unread_path(setting));
}

/// Keys without a section, unless another place of the entry has it, or shows that there is none: the variable, or the
/// directive with the same key.
fn bare_keys(setting: &Documented<'_>, top: &HashSet<String>, drafts: &mut Vec<Draft>) {
    let directive = setting.option("configjson");
    let is_whole = |named: &Named<'_>| named.one().is_some_and(|(path, _)| path.contains('.'));
    if is_whole(&directive) || setting.tables.iter().any(|table| is_whole(&table.path())) {
        return;
    }
    let same = |table: &TableFacts<'_>| {
        table.path().one().map(|(key, _)| key) == directive.one().map(|(key, _)| key)
    };
    if directive.one().is_some() && setting.tables.iter().any(same) {
        return;
    }
    let tables = setting.tables.iter().filter(|table| !table.is_directive);
    let stated = tables.map(|table| (table.path(), table.env()));
    let stated = stated.chain([(directive.clone(), setting.option("environment"))]);
    let bare = stated.filter_map(|(path, env)| Some((path.one()?, env))).find(|((key, _), env)| {
        let own = env_name("", key);
        let env = env.one().and_then(|(env, _)| variable_of(env).strip_suffix(&own)?.strip_suffix('_'));
        let suffix = WORDS.section_suffix.to_uppercase();
        // A value may be called a setting too: ``"always_on"``.
        let is_key = key.starts_with(|c: char| c.is_ascii_uppercase());
        is_key && !top.contains(*key) && env.is_none_or(|before| before.ends_with(&suffix))
    });
    let Some(((key, at), _)) = bare else { return };
    drafts.push(
        Draft::new(Rule::ConfigPath, at, format!("`{key}` names no section, so the setting is uncertain"))
            .warning()
            .found(key)
            .help("write the whole path: the section, and the key"),
    );
}

/// Several settings in one table. No fact of the table is certainly about one of them.
fn several(table: &TableFacts<'_>, naming: &Naming, drafts: &mut Vec<Draft>) {
    let mut paths: Vec<&Fact<String>> = Vec::new();
    for path in table.configs.iter().filter_map(|config| config.name.as_ref()) {
        let is_known = |known: &&Fact<String>| {
            is_tail(&known.value.to_lowercase(), &path.value.to_lowercase())
                || is_tail(&path.value.to_lowercase(), &known.value.to_lowercase())
        };
        if !paths.iter().any(is_known) {
            paths.push(path);
        }
    }
    let Some(second) = paths.get(1) else { return };
    let names: Vec<String> = paths.iter().map(|path| format!("`{}`", path.value)).collect();
    drafts.push(
        Draft::new(Rule::ConfigPath, second.span, format!("{SEVERAL}: {}", names.join(", ")))
            .warning()
            .found(second.value.clone())
            .help("give each setting a heading and a table of its own: what the table says is not compared"),
    );
    let variables: Vec<String> = paths.iter().filter_map(|path| naming.env(&path.value)).collect();
    if variables.len() < paths.len() {
        return;
    }
    for env in table.envs.iter().filter_map(|env| env.name.as_ref()) {
        if variables.iter().any(|own| own == variable_of(&env.value)) {
            continue;
        }
        let message = format!("`{}` is not the variable of any of {}", env.value, names.join(", "));
        let draft = Draft::new(Rule::EnvName, env.span, message).found(env.value.clone());
        let near = crate::nearest::nearest(&env.value, variables.iter().map(String::as_str));
        drafts.push(match near {
            Some(near) => draft.expected(near).help(format!("write `{near}`")),
            None => draft.help(format!("the variables are {}", variables.join(", "))),
        });
    }
}

/// A directive whose path can't be read.
fn unread_path(setting: &Documented<'_>) -> Option<Draft> {
    if setting.option("configjson") != Named::Unclear {
        return None;
    }
    let value = setting.directive?.option("configjson")?;
    let mut parts = value.value.split([',', '\n']).flat_map(|part| part.split(" and ")).map(str::trim);
    let is_path =
        |part: &str| part.is_empty() || !part.contains(|c: char| c.is_whitespace() || "`\"".contains(c));
    if parts.all(is_path) {
        return None;
    }
    let message = format!("no path can be read in the directive: {}", value.value.replace('\n', " "));
    let draft = Draft::new(Rule::Markup, value.span, message).warning().found(value.value.clone());
    Some(draft.help("write `:configjson: .Section.Key`"))
}
