//! Compares the page with the schema.

use std::collections::BTreeSet;

use crate::docs::from_schema::{default_text, readable_default};
use crate::docs::model::{Fact, Span, Value};
use crate::docs::read::PageRead;
use crate::nearest::nearest;
use crate::schema::{DefaultValue, Kind, Leaf, Section};
use crate::value::{from_text, to_readable};

use super::default::{Normal, contradict, normal};
use super::draft::Draft;
use super::finding::Rule;
use super::identity::{Identity, Place};
use super::index::{Index, Match};
use super::kinds::{kinds, values};
use super::naming::{Naming, variable_of};
use super::own::same_console;
use crate::docs::facts::{Documented, Named, Source};

pub(super) fn check(
    page: &PageRead,
    settings: &[Documented<'_>],
    schema: &'static Section,
    naming: &Naming,
) -> Vec<Draft> {
    let leaves: Vec<Leaf> = schema.leaves_with_entries().collect();
    let index = Index::of(&leaves);
    let mut drafts = Vec::new();
    let mut known: Vec<&Leaf> = Vec::new();
    let (mut unknown, mut bare): (Vec<Draft>, Vec<Draft>) = (Vec::new(), Vec::new());
    let mut is_near = false;
    for setting in settings {
        let identity = Identity::new(setting, setting.table(), naming);
        let mut meant: Option<(&Leaf, Vec<&'static str>)> = None;
        let mut found = Vec::new();
        for (path, at) in stated_paths(setting) {
            match index.find(path) {
                Match::Leaf(leaf) => meant = meant.or(Some((leaf, Vec::new()))),
                // The key alone may be another section's.
                Match::Key(leaf) if identity.support(&leaf.path.to_string()) > 1 => {
                    meant = meant.or(Some((leaf, Vec::new())));
                }
                Match::Key(leaf) => bare.push(bare_key(path, at, leaf).setting(path)),
                Match::OtherCase(leaf) => {
                    meant = meant.or(Some((leaf, Vec::new())));
                    found.push(other_case(path, at, leaf, &identity));
                }
                // Right on the pages of other versions, so not a mistake to rewrite.
                Match::Alias(leaf, alias) => {
                    meant = meant.or(Some((leaf, vec![alias])));
                    found.push(alias_of(path, at, leaf));
                }
                // A section or a map that holds settings.
                Match::None if index.paths.keys().any(|known| known.starts_with(&format!("{path}."))) => {}
                // Another program's section.
                Match::None if !index.claims(path) => {}
                Match::None => {
                    is_near |= index.is_near(path);
                    unknown.push(no_such_setting(path, at, &index, &leaves).setting(path));
                }
            }
        }
        if let Some((leaf, aliases)) = meant {
            known.push(leaf);
            let names = Names { index: &index, naming, identity: &identity, aliases };
            facts(setting, leaf, &names, &mut found);
            let name = leaf.path.to_string();
            drafts.extend(found.into_iter().map(|draft| draft.setting(&name)));
        }
    }
    // A page that documents none of the program's settings, and no misspelt one, is another program's.
    if !known.is_empty() || is_near {
        drafts.extend(unknown);
        drafts.extend(bare);
        drafts.extend(missing(page, &known, &leaves));
    }
    drafts
}

/// All paths that a setting's tables and directive name.
fn stated_paths<'p>(setting: &Documented<'p>) -> Vec<(&'p str, Span)> {
    let mut paths: Vec<(&str, Span)> = Vec::new();
    for table in &setting.tables {
        paths.extend(
            table
                .configs
                .iter()
                .filter_map(|config| config.name.as_ref())
                .map(|name| (name.as_str(), name.span)),
        );
    }
    if let Named::One(path, at) = setting.option("configjson") {
        paths.push((path, at));
    }
    // A bare key next to a whole path names the same setting, not its namesake in another section.
    if paths.iter().any(|(path, _)| path.contains('.')) {
        paths.retain(|(path, _)| path.contains('.'));
    }
    paths
}

/// A path in another letter case. It is replaced only if another place of the entry has the program's spelling.
fn other_case(found: &str, at: Span, leaf: &Leaf, identity: &Identity<'_>) -> Draft {
    let path = leaf.path.to_string();
    let draft = Draft::new(Rule::LetterCase, at, format!("`{found}` differs in letter case from `{path}`"))
        .found(found)
        .expected(path.clone())
        .help(format!("write `{path}`"));
    // A variable is in capitals in either case.
    let is_proven = identity.paths(&path) > 0 && identity.paths(found) == 1;
    if is_proven { replacing_path(draft, found, at, &path) } else { draft }
}

fn alias_of(found: &str, at: Span, leaf: &Leaf) -> Draft {
    let path = leaf.path.to_string();
    Draft::new(Rule::ConfigPath, at, format!("`{found}` is an alias of `{path}`"))
        .warning()
        .found(found)
        .expected(path.clone())
        .help(format!("write `{path}`, unless the page is about a version that has the alias"))
}

fn bare_key(found: &str, at: Span, leaf: &Leaf) -> Draft {
    let path = leaf.path.to_string();
    Draft::new(Rule::ConfigPath, at, format!("`{found}` names no section, so the setting is uncertain"))
        .warning()
        .found(found)
        .expected(path.clone())
        .help(format!("write the whole path, such as `{path}`"))
}

/// Replaces a path as the page writes it: in one piece, or each key in a literal of its own.
fn replacing_path(draft: Draft, found: &str, at: Span, path: &str) -> Draft {
    let apart = |path: &str| path.split('.').map(|key| format!("``{key}``")).collect::<Vec<_>>().join(" > ");
    draft.replacing(Fact::at(found.to_owned(), at), path).replacing(Fact::at(apart(found), at), apart(path))
}

fn no_such_setting(path: &str, at: Span, index: &Index<'_>, leaves: &[Leaf]) -> Draft {
    let draft = Draft::new(Rule::UnknownSetting, at, format!("unknown setting `{path}`")).found(path);
    let key = path.rsplit('.').next().unwrap_or(path);
    let near = match index.keys.get(key) {
        Some(Some(leaf)) => Some(leaf.path.to_string()),
        _ => nearest(path, index.paths.keys().map(String::as_str)).map(str::to_owned),
    };
    let near = near.or_else(|| {
        let keys = leaves.iter().map(|leaf| leaf.path.key());
        let near = nearest(key, keys)?;
        leaves.iter().find(|leaf| leaf.path.key() == near).map(|leaf| leaf.path.to_string())
    });
    match near {
        Some(near) => draft.expected(near.clone()).help(format!("write `{near}`, or remove the entry")),
        None => draft.help("remove the entry, or add the setting to the program"),
    }
}

/// Compares everything else that the page states about a setting.
/// The names that a comparison needs.
struct Names<'n> {
    index: &'n Index<'n>,
    naming: &'n Naming,
    identity: &'n Identity<'n>,
    /// The aliases by which the page calls the setting.
    aliases: Vec<&'static str>,
}

impl Names<'_> {
    /// Returns true if a variable is the setting's own, or that of an alias which the page uses.
    fn is_variable_of(&self, env: &str, leaf: &Leaf) -> bool {
        if !leaf.setting.variables().is_empty() {
            return leaf.setting.variables().contains(&env);
        }
        let aliases = self.aliases.iter().copied().map(|alias| leaf.path.old_name(alias).to_string());
        let mut paths = std::iter::once(leaf.path.to_string()).chain(aliases);
        paths.any(|path| self.naming.env(&path).is_some_and(|derived| derived == env))
    }
}

fn facts(setting: &Documented<'_>, leaf: &Leaf, names: &Names<'_>, drafts: &mut Vec<Draft>) {
    let (naming, identity) = (names.naming, names.identity);
    let path = leaf.path.to_string();
    // The path that the page uses.
    let used =
        names.aliases.first().copied().map_or(path.clone(), |alias| leaf.path.old_name(alias).to_string());
    // Under an alias the setting may have had another default.
    let is_certain = names.aliases.is_empty() && identity.is_certain(&used);
    let envs = setting.tables.iter().map(|table| (table.env(), table.broken, Place::TableEnv)).chain([(
        setting.option("environment"),
        false,
        Place::DirectiveEnv,
    )]);
    for (env, broken, place) in envs {
        let own = leaf.setting.variables().first().map(|own| (*own).to_owned());
        let (Some((env, at)), Some(derived)) = (env.one(), own.or_else(|| naming.env(&used))) else {
            continue;
        };
        if names.is_variable_of(variable_of(env), leaf) {
            continue;
        }
        let rule =
            if variable_of(env).eq_ignore_ascii_case(&derived) { Rule::LetterCase } else { Rule::EnvName };
        let mut draft = Draft::new(rule, at, format!("`{env}` is not the variable of `{path}`"))
            .found(env)
            .expected(derived.clone())
            .help(format!("write `{derived}`"));
        let is_plain = !broken && !env.contains(char::is_whitespace);
        // The program is a witness if it has the setting, and none with this variable.
        let known = !names.index.has_variable(variable_of(env), naming);
        if is_plain && (rule == Rule::LetterCase || identity.proves(place, &used, known)) {
            draft = draft.replacing(Fact::at(env.to_owned(), at), derived);
        }
        drafts.push(draft);
    }
    if let Some(console) = leaf.console {
        let consoles = setting.tables.iter().map(|table| (table.console(), table.broken));
        let consoles: Vec<_> = consoles.chain([(setting.option("systemconsole"), false)]).collect();
        for (said, broken) in &consoles {
            let Some((found, at)) = said.one() else { continue };
            let agreeing = consoles.iter().filter_map(|(other, _)| other.one());
            let agreeing = agreeing.filter(|(other, _)| same_console(other, found)).count();
            if same_console(found, console) {
                continue;
            }
            let mut draft = Draft::new(Rule::ConsolePath, at, format!("`{path}` is set under `{console}`"))
                .found(found)
                .expected(console)
                .help(format!("write `{console}`"));
            // Two places that agree outweigh the program.
            if !broken && is_certain && agreeing == 1 {
                draft = draft.replacing(Fact::at(found.to_owned(), at), console);
            }
            drafts.push(draft);
        }
    }
    // Several settings under one heading share texts that are about none of them alone.
    let paths: BTreeSet<&str> = stated_paths(setting).into_iter().map(|(path, _)| path).collect();
    if paths.iter().filter(|path| path.contains('.')).count() > 1 {
        return;
    }
    default(setting, leaf, is_certain, drafts);
    values(setting, leaf, drafts);
    kinds(setting, leaf, drafts);
}

fn default(setting: &Documented<'_>, leaf: &Leaf, is_certain: bool, drafts: &mut Vec<Draft>) {
    let Some(default) = default_text(leaf.setting) else { return };
    let choices = leaf.setting.kind.choices();
    let all = setting.defaults();
    for stated in &all {
        // Two places that agree outweigh the program; and a setting that is not certain has no default.
        let agreeing = all.iter().filter(|other| normal(&other.value) == normal(&stated.value)).count();
        let is_proven = is_certain && agreeing == 1;
        let by_choice = choices
            .iter()
            .find(|choice| choice.text == unquoted(&stated.value) || choice.label == stated.value);
        let wrong = match (by_choice, choices.is_empty()) {
            (Some(choice), _) => choice.text != default,
            // A list of other words than the values' is the values rule's to judge.
            (None, false) => false,
            (None, true) => differs(&stated.value, &default, leaf, stated.by),
        };
        if !wrong {
            continue;
        }
        let has_unit = stated.value.ends_with(|c: char| c.is_ascii_alphabetic());
        let shown = match choices.iter().find(|choice| choice.text == default) {
            Some(choice) if stated.by != Source::Config => choice.label.to_owned(),
            None if has_unit => readable_default(leaf.setting).unwrap_or_else(|| default.clone()),
            _ => default.clone(),
        };
        let draft = Draft::new(
            Rule::Default,
            stated.span,
            format!("the default of `{}` is {}", leaf.path, quoted(&shown)),
        )
        .found(stated.value.clone())
        .expected(shown.clone());
        drafts.push(match stated.by {
            _ if !is_proven => draft.help(format!("write {}, or correct the program", quoted(&shown))),
            Source::Mark => mark_moved(setting, stated.span, &shown, draft),
            Source::Config | Source::Sentence => draft
                .help(format!("write {}", quoted(&shown)))
                .replacing(Fact::at(stated.value.clone(), stated.span), rewritten(&stated.value, &shown)),
        });
    }
}

/// The new default with the quotes that the old one had.
fn rewritten(old: &str, new: &str) -> String {
    let is_quoted = old.len() >= 2 && old.starts_with('"') && old.ends_with('"');
    if is_quoted { format!("\"{new}\"") } else { new.to_owned() }
}

fn quoted(text: &str) -> String {
    if text.is_empty() { "empty".to_owned() } else { format!("`{text}`") }
}

fn unquoted(text: &str) -> &str {
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text)
}

fn differs(stated: &str, default: &str, leaf: &Leaf, by: Source) -> bool {
    let (a, b) = (normal(stated), normal(default));
    if contradict(&a, &b) {
        return true;
    }
    let kind = leaf.setting.kind.required();
    match (kind, &a, &b) {
        // `10MiB`, `1m30s`
        (Kind::Size { .. } | Kind::Duration { .. }, Normal::Text(_), _) => {
            let readable = from_text(kind, stated).map(|value| to_readable(kind, &value));
            readable.is_ok_and(|readable| Some(readable) != readable_default(leaf.setting))
        }
        // A bare word in a sentence may be a name for the default.
        (
            Kind::Text | Kind::Secret | Kind::SecretOf(_) | Kind::Custom(_),
            Normal::Text(a),
            Normal::Text(b),
        ) => by == Source::Config && a != b,
        (Kind::Bool, Normal::Text(_), _) => by == Source::Config,
        _ => false,
    }
}

/// Moves the mark of the default from one value to another of the same list.
fn mark_moved(setting: &Documented<'_>, at: Span, right: &str, draft: Draft) -> Draft {
    let draft = draft.help(format!("move the mark **(Default)** to `{right}`"));
    const MARK: &str = "**(Default)** ";
    let list = setting
        .value_lists()
        .into_iter()
        .find(|list| list.iter().any(|item| value_span(item).start == at.start));
    let Some(list) = list else { return draft };
    let (Some(from), Some(to)) = (
        list.iter().find(|item| value_span(item).start == at.start),
        list.iter().find(|item| item.value.as_ref().is_some_and(|value| value.value == right)),
    ) else {
        return draft;
    };
    let end = from.text.span.start;
    match end.checked_sub(MARK.len()).filter(|start| *start >= value_span(from).end) {
        Some(start) if from.lead.is_none() && to.lead.is_none() && !to.text.span.is_empty() => {
            draft.moving(Fact::at(MARK.to_owned(), Span::new(start, end)), to.text.span.start)
        }
        _ => draft,
    }
}

fn value_span(item: &Value) -> Span {
    item.value.as_ref().map_or(Span::default(), |value| value.span)
}

/// The settings that the schema puts on this page and that are missing, if the page documents most of them.
fn missing(page: &PageRead, known: &[&Leaf], leaves: &[Leaf]) -> Vec<Draft> {
    let mut drafts = Vec::new();
    let mut names: Vec<&str> = known.iter().filter_map(|leaf| leaf.page).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        // Deprecated settings may be missing.
        let shown = |leaf: &&Leaf| !leaf.setting.hidden() && leaf.setting.deprecated().is_none();
        let belonging: Vec<&Leaf> =
            leaves.iter().filter(|leaf| leaf.page == Some(name)).filter(shown).collect();
        let (there, absent): (Vec<&Leaf>, Vec<&Leaf>) =
            belonging.iter().partition(|leaf| known.iter().any(|known| known.path == leaf.path));
        if there.len() * 2 <= belonging.len() {
            continue;
        }
        for leaf in absent {
            let end = page.text.trim_end().len();
            let last = page.text.get(..end).and_then(|text| text.rfind('\n')).map_or(0, |at| at + 1);
            let computed = matches!(leaf.setting.default, DefaultValue::Computed { .. });
            let default = default_text(leaf.setting).filter(|_| !computed);
            let default =
                default.map(|default| format!(", default {}", quoted(&default))).unwrap_or_default();
            drafts.push(
                Draft::new(
                    Rule::MissingSetting,
                    Span::new(last, end),
                    format!("`{}` is not documented on this page{default}", leaf.path),
                )
                .setting(&leaf.path.to_string())
                .expected(leaf.path.to_string())
                .help(format!("add an entry `{}`; `settings docs build` writes one", leaf.setting.title)),
            );
        }
    }
    drafts
}
