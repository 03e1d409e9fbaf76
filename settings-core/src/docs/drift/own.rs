//! Compares the page with itself.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::docs::dialect::WORDS;
use crate::docs::model::{Fact, Span};

use super::default::{Normal, contradict, misspelt_bool, normal};
use super::draft::Draft;
use super::finding::Rule;
use super::identity::{Identity, Place, last_key, letters, section};
use super::naming::{Naming, is_tail, variable_of};
use super::unclear;
use crate::docs::facts::{Documented, Named, Source, StatedDefault, TableFacts};

/// Compares the settings of a page with each other. `top` has the keys that need no section.
pub(super) fn check(settings: &[Documented<'_>], naming: &Naming, top: &HashSet<String>) -> Vec<Draft> {
    let mut drafts = duplicate_ids(settings);
    let sections = section_counts(settings);
    for setting in settings {
        let name = setting.name();
        let mut found = Vec::new();
        let right_path = paths(setting, naming, &mut found);
        if found.is_empty() {
            misspelt_sections(&sections, setting, &mut found);
        }
        variables(setting, naming, right_path.as_deref(), &mut found);
        unclear::check(setting, naming, top, &mut found);
        consoles(setting, &mut found);
        defaults(setting, &mut found);
        marks(setting, &mut found);
        if setting.directive.is_some() && setting.title.is_none() {
            found.push(without_heading(setting));
        }
        drafts.extend(found.into_iter().map(|draft| draft.setting(&name)));
    }
    drafts
}

fn duplicate_ids(settings: &[Documented<'_>]) -> Vec<Draft> {
    let mut known: BTreeSet<String> = BTreeSet::new();
    let mut drafts = Vec::new();
    for setting in settings {
        let Some(directive) = setting.directive else { continue };
        if directive.id.value.is_empty() || known.insert(directive.id.value.to_lowercase()) {
            continue;
        }
        drafts.push(
            Draft::new(
                Rule::DuplicateId,
                directive.id.span,
                format!("`{}` is the anchor of another setting of this page already", directive.id.value),
            )
            .found(directive.id.value.clone())
            .help("give this setting an anchor of its own; links to it lead to the other one")
            .setting(&setting.name()),
        );
    }
    drafts
}

fn without_heading(setting: &Documented<'_>) -> Draft {
    let id = setting.directive.map(|directive| directive.id.clone()).unwrap_or_default();
    Draft::new(Rule::Markup, id.span, format!("no heading follows the directive of `{}`", id.value))
        .warning()
        .found(id.value.clone())
        .help("add the setting's heading and text below the directive, or delete the directive")
}

/// The number of settings in each section, as the page spells it.
fn section_counts<'p>(settings: &[Documented<'p>]) -> BTreeMap<&'p str, usize> {
    let mut counts = BTreeMap::new();
    for setting in settings {
        let table = setting.table().map_or(Named::Absent, TableFacts::path);
        for (path, _) in [table, setting.option("configjson")].iter().filter_map(Named::one) {
            if let Some((section, _)) = path.split_once('.') {
                *counts.entry(section).or_default() += 1;
            }
        }
    }
    counts
}

/// A side of the page that names a setting.
struct Side<'p> {
    path: Named<'p>,
    env: Named<'p>,
    path_place: Place,
    what: &'static str,
}

fn sides<'p>(setting: &Documented<'p>) -> Option<(Side<'p>, Side<'p>)> {
    let table = setting.table()?;
    setting.directive?;
    Some((
        Side { path: table.path(), env: table.env(), path_place: Place::TablePath, what: "table" },
        Side {
            path: setting.option("configjson"),
            env: setting.option("environment"),
            path_place: Place::DirectivePath,
            what: "directive",
        },
    ))
}

/// Compares the paths of table and directive. Returns the right path, if it is certain.
fn paths(setting: &Documented<'_>, naming: &Naming, drafts: &mut Vec<Draft>) -> Option<String> {
    let Some((table, directive)) = sides(setting) else {
        return setting.table().and_then(|table| table.path().one()).map(|(path, _)| path.to_owned());
    };
    match (table.path.one(), directive.path.one()) {
        (Some((a, at_a)), Some((b, at_b))) => {
            if a == b {
                return Some(a.to_owned());
            }
            if let Some(draft) = misspelt_last_key(setting, a, b) {
                drafts.push(draft);
                return Some(b.to_owned());
            }
            let identity = Identity::new(setting, setting.table(), naming);
            if let Some((draft, right)) = proven_by_bare_key(&identity, (a, at_a), (b, at_b)) {
                drafts.push(draft);
                return Some(right);
            }
            if identity.are_two(a, b) {
                drafts.push(
                    Draft::new(
                        Rule::ConfigPath,
                        at_b,
                        format!("the directive documents `{b}`, the table below it `{a}`: two settings"),
                    )
                    .found(b)
                    .expected(a)
                    .help("give each setting an entry of its own, or correct the wrong one"),
                );
                return None;
            }
            let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
            if is_tail(short, long) || is_head(short, long) {
                return Some(long.to_owned());
            }
            let case_only = is_tail(&short.to_ascii_lowercase(), &long.to_ascii_lowercase());
            // A variable is in capitals either way.
            let right =
                if case_only { None } else { right_side(setting, (a, &table), (b, &directive), naming) };
            let (wrong, wrong_at, wrong_side, other, other_side) = match right {
                Some(Right::Directive) => (a, at_a, &table, b, &directive),
                Some(Right::Table) | None => (b, at_b, &directive, a, &table),
            };
            let rule = if case_only { Rule::LetterCase } else { Rule::ConfigPath };
            let difference = if case_only { " in letter case" } else { "" };
            let mut draft = Draft::new(
                rule,
                wrong_at,
                format!(
                    "the {} says `{wrong}`, the {} `{other}`: they differ{difference}",
                    wrong_side.what, other_side.what
                ),
            )
            .found(wrong);
            draft = match right {
                Some(_) => {
                    let draft = draft.expected(other).help(format!("write `{other}`"));
                    let place = wrong_side.path_place;
                    let is_proven = wrong.contains('.') && identity.proves(place, other, false);
                    let fact = Fact::at(wrong.to_owned(), wrong_at);
                    if is_proven && other.contains('.') { draft.replacing(fact, other) } else { draft }
                }
                None => draft.expected(other).help("look up the setting's name and write it in both places"),
            };
            drafts.push(draft);
            right.map(|_| other.to_owned())
        }
        (Some((path, _)), None) => {
            if let Named::NotAvailable(at) = directive.path {
                let draft =
                    Draft::new(Rule::ConfigPath, at, format!("the directive says N/A, the table `{path}`"))
                        .found(WORDS.absent)
                        .expected(path)
                        .help(format!("write `:configjson: .{path}`"));
                let identity = Identity::new(setting, setting.table(), naming);
                let is_proven = identity.proves(Place::DirectivePath, path, false);
                drafts.push(if is_proven { draft.fix(at, format!(".{path}")) } else { draft });
            }
            Some(path.to_owned())
        }
        (None, Some((path, _))) => {
            if let Named::NotAvailable(at) = table.path {
                drafts.push(
                    Draft::new(Rule::ConfigPath, at, format!("the table says N/A, the directive `{path}`"))
                        .found(WORDS.absent)
                        .expected(path)
                        .help("name the setting in both places or in none"),
                );
            }
            Some(path.to_owned())
        }
        _ => None,
    }
}

/// Sections whose suffix is in another letter case than elsewhere on the page.
fn misspelt_sections(known: &BTreeMap<&str, usize>, setting: &Documented<'_>, drafts: &mut Vec<Draft>) {
    let table = setting.table().map_or(Named::Absent, |table| table.path());
    for (path, at) in [table, setting.option("configjson")].iter().filter_map(Named::one) {
        let Some((section, rest)) = path.split_once('.') else { continue };
        let lower = WORDS.section_suffix.to_lowercase();
        let Some(stem) = section.strip_suffix(&lower).filter(|stem| !stem.is_empty()) else { continue };
        let right = format!("{stem}{}", WORDS.section_suffix);
        let Some(count) = known.get(right.as_str()) else { continue };
        let expected = format!("{right}.{rest}");
        let draft =
            Draft::new(Rule::LetterCase, at, format!("`{section}` is `{right}` elsewhere on this page"))
                .found(path)
                .expected(expected.clone())
                .help(format!("write `{expected}`"));
        // One other place may be the misspelt one.
        let is_proven = *count > 1;
        let fact = Fact::at(path.to_owned(), at);
        drafts.push(if is_proven { draft.replacing(fact, expected) } else { draft });
    }
}

/// A path whose section and variable, together with the bare key in the other place, spell another path: the key is
/// misspelt.
fn proven_by_bare_key(
    identity: &Identity<'_>,
    (table, at_table): (&str, Span),
    (directive, at_directive): (&str, Span),
) -> Option<(Draft, String)> {
    let (bare, path, at, place, what) = match (table.contains('.'), directive.contains('.')) {
        (false, true) => (table, directive, at_directive, Place::DirectivePath, "directive"),
        (true, false) => (directive, table, at_table, Place::TablePath, "table"),
        _ => return None,
    };
    if last_key(path).eq_ignore_ascii_case(bare) {
        return None;
    }
    let right = format!("{}.{bare}", section(path)?);
    if !identity.has_variable(&right) || !identity.proves(place, &right, false) {
        return None;
    }
    let draft =
        Draft::new(Rule::ConfigPath, at, format!("the {what} says `{path}`, the other names `{right}`"))
            .found(path)
            .expected(right.clone())
            .help(format!("write `{right}`"))
            .replacing(Fact::at(path.to_owned(), at), right.clone());
    Some((draft, right))
}

/// The last key of a table's path, read as a default because nothing next to it spells it.
fn misspelt_last_key(setting: &Documented<'_>, table: &str, directive: &str) -> Option<Draft> {
    let key = directive.strip_prefix(table)?.strip_prefix('.')?;
    let [config] = setting.table()?.configs.as_slice() else { return None };
    let written = config.default.as_ref()?;
    let near = crate::nearest::nearest(&written.value, [key]).filter(|near| *near != written.value)?;
    let message =
        format!("the table says `{table}.{}`, the directive `{directive}`: they differ", written.value);
    let draft = Draft::new(Rule::ConfigPath, written.span, message).found(written.value.clone());
    Some(draft.expected(near).help("look up the setting's name and write it in both places"))
}

/// Returns true if `short` is `long` without its last keys: the section, or the map that contains it.
fn is_head(short: &str, long: &str) -> bool {
    long.strip_prefix(short).is_some_and(|after| after.starts_with('.'))
}

#[derive(Clone, Copy)]
enum Right {
    Table,
    Directive,
}

/// Which of two paths is the setting's: the one that its variable spells, or that its title does.
fn right_side(
    setting: &Documented<'_>,
    (a, table): (&str, &Side<'_>),
    (b, directive): (&str, &Side<'_>),
    naming: &Naming,
) -> Option<Right> {
    // A copied line is consistent in itself; the title decides.
    let title = setting.title.map(|title| letters(&title.value)).unwrap_or_default();
    let key = |path: &str| letters(last_key(path));
    let named_by_title = |path: &str| !title.is_empty() && key(path) == title;
    match (named_by_title(a), named_by_title(b)) {
        (true, false) => return Some(Right::Table),
        (false, true) => return Some(Right::Directive),
        _ => {}
    }
    let spells = |path: &str, env: &Named<'_>| matches!((naming.env(path), env.one()), (Some(derived), Some((env, _))) if derived == env);
    let (for_a, for_b) = (
        usize::from(spells(a, &table.env)) + usize::from(spells(a, &directive.env)),
        usize::from(spells(b, &table.env)) + usize::from(spells(b, &directive.env)),
    );
    match for_a.cmp(&for_b) {
        std::cmp::Ordering::Greater if for_b == 0 => Some(Right::Table),
        std::cmp::Ordering::Less if for_a == 0 => Some(Right::Directive),
        _ => None,
    }
}

/// Compares each variable with the path next to it, and the variables of table and directive with each other.
fn variables(setting: &Documented<'_>, naming: &Naming, right: Option<&str>, drafts: &mut Vec<Draft>) {
    let full = |path: &Named<'_>| match path.one() {
        Some((path, _)) if path.contains('.') => {
            // Where the paths disagree the right one speaks for both sides.
            Some(right.filter(|right| right.contains('.')).unwrap_or(path).to_owned())
        }
        Some((key, _)) => right.filter(|right| right.contains('.') && is_tail(key, right)).map(str::to_owned),
        // Several paths in one place: the variable may belong to any of them.
        None if *path == Named::Unclear => None,
        None => right.filter(|right| right.contains('.')).map(str::to_owned),
    };
    let mut judged = false;
    for table in &setting.tables {
        let identity = Identity::new(setting, Some(table), naming);
        let (path, env) = (full(&table.path()), table.env());
        judged |= variable(&path, &env, (Place::TableEnv, table.broken), &identity, naming, drafts);
    }
    let (path, env) = (full(&setting.option("configjson")), setting.option("environment"));
    let identity = Identity::new(setting, setting.table(), naming);
    judged |= variable(&path, &env, (Place::DirectiveEnv, false), &identity, naming, drafts);
    if judged {
        return;
    }
    let Some((table, directive)) = sides(setting) else { return };
    match (table.env.one(), directive.env.one()) {
        (Some((a, _)), Some((b, at))) if a != b => drafts.push(
            Draft::new(Rule::EnvName, at, format!("the directive says `{b}`, the table `{a}`"))
                .found(b)
                .expected(a)
                .help("look up the variable's name and write it in both places"),
        ),
        (Some((a, _)), None) => {
            if let Named::NotAvailable(at) = directive.env {
                let agrees = right.is_some_and(|right| {
                    naming.env(right).is_some_and(|derived| derived == a)
                        && identity.proves(Place::DirectiveEnv, right, false)
                });
                let draft = Draft::new(Rule::EnvName, at, format!("the directive says N/A, the table `{a}`"))
                    .found(WORDS.absent)
                    .expected(a)
                    .help(format!("write `:environment: {a}`"));
                drafts.push(if agrees { draft.fix(at, a) } else { draft });
            }
        }
        (None, Some((b, _))) => {
            if let Named::NotAvailable(at) = table.env {
                drafts.push(
                    Draft::new(Rule::EnvName, at, format!("the table says N/A, the directive `{b}`"))
                        .found(WORDS.absent)
                        .expected(b)
                        .help("name the variable in both places or in none"),
                );
            }
        }
        _ => {}
    }
}

/// Compares a variable with a path. Returns true if it is wrong.
fn variable(
    path: &Option<String>,
    env: &Named<'_>,
    (place, broken): (Place, bool),
    identity: &Identity<'_>,
    naming: &Naming,
    drafts: &mut Vec<Draft>,
) -> bool {
    let (Some(path), Some((env, at))) = (path, env.one()) else { return false };
    let Some(derived) = naming.env(path) else { return false };
    if derived == variable_of(env) || naming.is_own(path, variable_of(env)) {
        return false;
    }
    let rule = if derived.eq_ignore_ascii_case(variable_of(env)) { Rule::LetterCase } else { Rule::EnvName };
    let mut draft = Draft::new(rule, at, format!("`{env}` is not the variable of `{path}`"))
        .found(env)
        .expected(derived.clone())
        .help(format!("write `{derived}`"));
    // A replacement would drop the words next to the name.
    let is_plain = !broken && !env.contains(char::is_whitespace);
    // Its letters are not in doubt if only their case differs.
    if is_plain && (rule == Rule::LetterCase || identity.proves(place, path, false)) {
        draft = draft.replacing(Fact::at(env.to_owned(), at), derived);
    }
    drafts.push(draft);
    true
}

fn consoles(setting: &Documented<'_>, drafts: &mut Vec<Draft>) {
    let Some(table) = setting.table() else { return };
    let (table, directive) = (table.console(), setting.option("systemconsole"));
    let (Some((a, at)), Some((b, _))) = (table.one(), directive.one()) else { return };
    // A setting on several pages of the console has several paths.
    if same_console(a, b) || [a, b].iter().any(|path| path.contains([',', '\n']) || path.contains(" or ")) {
        return;
    }
    drafts.push(
        Draft::new(Rule::ConsolePath, at, format!("the table says `{a}`, the directive `{b}`"))
            .found(a)
            .expected(b)
            .help("look up where the System Console has the setting and write it in both places"),
    );
}

/// Returns true if two paths lead to the same page of the System Console.
pub(super) fn same_console(a: &str, b: &str) -> bool {
    let steps = |path: &str| -> Vec<String> {
        path.trim_matches('*')
            .split('>')
            .map(|step| step.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase())
            .filter(|step| step != "system console")
            .collect()
    };
    steps(a) == steps(b)
}

/// Compares all stated defaults with each other.
fn defaults(setting: &Documented<'_>, drafts: &mut Vec<Draft>) {
    if setting.tables.iter().filter(|table| !table.configs.is_empty()).count() > 1 {
        return;
    }
    let stated = setting.defaults();
    let is_bool = stated.iter().any(|default| matches!(normal(&default.value), Normal::Bool(_)));
    if is_bool
        && let Some((wrong, meant)) =
            stated.iter().find_map(|default| Some((default, misspelt_bool(&default.value)?)))
    {
        let draft =
            Draft::new(Rule::Default, wrong.span, format!("`{}` is neither `true` nor `false`", wrong.value))
                .found(wrong.value.clone())
                .expected(meant)
                .help(format!("write `{meant}`"));
        drafts.push(draft.replacing(Fact::at(wrong.value.clone(), wrong.span), meant));
        return;
    }
    let Some((a, b)) = contradiction(&stated) else { return };
    // The finding points at the minority; in a tie, at the default next to the path.
    let votes = |default: &StatedDefault| {
        stated.iter().filter(|other| normal(&other.value) == normal(&default.value)).count()
    };
    let (odd, other) = match (votes(a).cmp(&votes(b)), a.by == Source::Config) {
        (std::cmp::Ordering::Less, _) | (std::cmp::Ordering::Equal, true) => (a, b),
        _ => (b, a),
    };
    drafts.push(
        Draft::new(
            Rule::Default,
            odd.span,
            format!("{} says the default is `{}`, {} `{}`", place(odd), odd.value, place(other), other.value),
        )
        .found(odd.value.clone())
        .expected(other.value.clone())
        .help("look up the default and write it in all places"),
    );
}

fn contradiction(stated: &[StatedDefault]) -> Option<(&StatedDefault, &StatedDefault)> {
    for (i, a) in stated.iter().enumerate() {
        let rest = stated.get(i + 1..).unwrap_or_default();
        if let Some(b) = rest.iter().find(|b| contradict(&normal(&a.value), &normal(&b.value))) {
            return Some((a, b));
        }
    }
    None
}

fn place(default: &StatedDefault) -> &'static str {
    match (default.by, default.in_directive) {
        (Source::Mark, true) => "the directive's value list",
        (Source::Mark, false) => "the value list",
        (Source::Config, true) => "the directive",
        (Source::Config, false) => "the path",
        (Source::Sentence, true) => "the directive's description",
        (Source::Sentence, false) => "the hint",
    }
}

/// A list in which two values are marked.
fn marks(setting: &Documented<'_>, drafts: &mut Vec<Draft>) {
    for list in setting.value_lists() {
        let marked: Vec<_> = list.iter().filter(|item| item.default && item.value.is_some()).collect();
        let (Some(first), Some(second)) = (marked.first(), marked.get(1)) else { continue };
        let (Some(a), Some(b)) = (&first.value, &second.value) else { continue };
        let said = format!("`{}` and `{}` are both marked as the default", a.value, b.value);
        let span: Span = b.span;
        let draft = match (&first.default_if, &second.default_if) {
            (Some(one), Some(other)) if one.value != other.value => {
                Draft::new(Rule::Default, span, format!("{said}, {} and {}", one.value, other.value))
                    .warning()
                    .help("mark the value that holds without the program's doing, and say in the other's text where it holds")
            }
            _ => Draft::new(Rule::Default, span, said)
                .help("mark one value, and say in its text where another one holds"),
        };
        drafts.push(draft.found(b.value.clone()));
    }
}
