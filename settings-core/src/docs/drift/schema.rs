//! Compares the page with the schema.

use std::collections::BTreeSet;

use crate::docs::from_schema::{default_text, innermost};
use crate::docs::model::{Fact, Span, Value};
use crate::docs::read::PageRead;
use crate::nearest::nearest;
use crate::schema::{Choice, DefaultValue, Kind, Leaf, Section};

use super::default::{Normal, contradict, normal};
use super::draft::Draft;
use super::finding::Rule;
use super::index::{Index, Match};
use super::kinds::{kinds, values};
use super::naming::Naming;
use super::own::{same_console, variable_of};
use crate::docs::facts::{Documented, Named, Source};

pub(super) fn check(
    page: &PageRead,
    settings: &[Documented<'_>],
    schema: &'static Section,
    naming: &Naming,
) -> Vec<Draft> {
    let leaves: Vec<Leaf> = schema.leaves().collect();
    let index = Index::of(&leaves);
    let mut drafts = Vec::new();
    let mut known: Vec<&Leaf> = Vec::new();
    let mut unknown: Vec<Draft> = Vec::new();
    for setting in settings {
        let mut meant: Option<&Leaf> = None;
        let mut found = Vec::new();
        for (path, at) in stated_paths(setting) {
            match index.find(path) {
                Match::Leaf(leaf) => meant = meant.or(Some(leaf)),
                Match::OtherCase(leaf) => {
                    meant = meant.or(Some(leaf));
                    found.push(renamed(Rule::LetterCase, path, at, leaf, "differs in letter case from"));
                }
                Match::Alias(leaf) => {
                    meant = meant.or(Some(leaf));
                    found.push(renamed(Rule::ConfigPath, path, at, leaf, "is an old name of"));
                }
                // A section or a map that holds settings.
                Match::None if index.paths.keys().any(|known| known.starts_with(&format!("{path}."))) => {}
                // Another program's section.
                Match::None if !index.claims(path) => {}
                Match::None => unknown.push(no_such_setting(path, at, &index, &leaves).setting(path)),
            }
        }
        if let Some(leaf) = meant {
            known.push(leaf);
            facts(setting, leaf, naming, &mut found);
            let name = leaf.path.to_string();
            drafts.extend(found.into_iter().map(|draft| draft.setting(&name)));
        }
    }
    // A page that documents none of the program's settings is another program's.
    if !known.is_empty() {
        drafts.extend(unknown);
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

fn renamed(rule: Rule, found: &str, at: Span, leaf: &Leaf, how: &str) -> Draft {
    let path = leaf.path.to_string();
    let draft = Draft::new(rule, at, format!("`{found}` {how} `{path}`"))
        .found(found)
        .expected(path.clone())
        .help(format!("write `{path}`"));
    replacing_path(draft, found, at, &path)
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
fn facts(setting: &Documented<'_>, leaf: &Leaf, naming: &Naming, drafts: &mut Vec<Draft>) {
    let path = leaf.path.to_string();
    let envs = setting
        .tables
        .iter()
        .map(|table| (table.env(), table.broken))
        .chain([(setting.option("environment"), false)]);
    for (env, broken) in envs {
        let (Some((env, at)), Some(derived)) = (env.one(), naming.env(&path)) else { continue };
        if variable_of(env) == derived {
            continue;
        }
        let rule =
            if variable_of(env).eq_ignore_ascii_case(&derived) { Rule::LetterCase } else { Rule::EnvName };
        let mut draft = Draft::new(rule, at, format!("`{env}` is not the variable of `{path}`"))
            .found(env)
            .expected(derived.clone())
            .help(format!("write `{derived}`"));
        if !broken && !env.contains(char::is_whitespace) {
            draft = draft.replacing(Fact::at(env.to_owned(), at), derived);
        }
        drafts.push(draft);
    }
    if let Some(console) = leaf.console {
        let consoles = setting.tables.iter().map(|table| (table.console(), table.broken));
        for (said, broken) in consoles.chain([(setting.option("systemconsole"), false)]) {
            let Some((found, at)) = said.one() else { continue };
            if same_console(found, console) {
                continue;
            }
            let mut draft = Draft::new(Rule::ConsolePath, at, format!("`{path}` is set under `{console}`"))
                .found(found)
                .expected(console)
                .help(format!("write `{console}`"));
            if !broken {
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
    default(setting, leaf, drafts);
    values(setting, leaf, drafts);
    kinds(setting, leaf, drafts);
}

fn default(setting: &Documented<'_>, leaf: &Leaf, drafts: &mut Vec<Draft>) {
    let Some(default) = default_text(leaf.setting) else { return };
    let choices = choices(&leaf.setting.kind);
    for stated in setting.defaults() {
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
        let shown = match choices.iter().find(|choice| choice.text == default) {
            Some(choice) if stated.by != Source::Config => choice.label.to_owned(),
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
    match (innermost(&leaf.setting.kind), &a, &b) {
        // A bare word in a sentence may be a name for the default.
        (Kind::Text | Kind::Secret | Kind::Custom(_), Normal::Text(a), Normal::Text(b)) => {
            by == Source::Config && a != b
        }
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

fn choices(kind: &Kind) -> &'static [Choice] {
    match innermost(kind) {
        Kind::OneOf(choices) => choices,
        _ => &[],
    }
}

/// The settings that the schema puts on this page and that are missing, if the page documents most of them.
fn missing(page: &PageRead, known: &[&Leaf], leaves: &[Leaf]) -> Vec<Draft> {
    let mut drafts = Vec::new();
    let mut names: Vec<&str> = known.iter().filter_map(|leaf| leaf.page).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        // Deprecated settings may be missing.
        let shown = |leaf: &&Leaf| !leaf.setting.hidden && leaf.setting.deprecated.is_none();
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
