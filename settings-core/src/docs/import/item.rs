//! One documented setting, ready to become a field.

use crate::docs::drift::{Finding, Naming, documents_two};
use crate::docs::facts::{Documented, Named};
use crate::docs::inline::rst_to_doc;
use crate::docs::model::{Part, Placed};
use crate::docs::read::PageRead;
use crate::schema::env_name;

use super::homes::{Homes, path_of};
use super::infer::{Inferred, infer};
use super::text::{Texts, markdown, texts};

/// A setting that becomes a field.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// The keys from the outermost section to the setting.
    pub(super) path: Vec<String>,
    /// True if the page gives the bare key, and nothing proves a section.
    pub(super) lacks_section: bool,
    pub(super) title: String,
    pub(super) texts: Texts,
    /// The values of a list, and their meanings in Markdown.
    pub(super) values: Vec<(String, String)>,
    pub(super) inferred: Inferred,
    /// Facts that the page leaves open, or states differently from the struct.
    pub(super) todo: Vec<String>,
    pub(super) console: Option<String>,
    /// The variable that the page states.
    pub(super) variable: Option<String>,
    pub(super) page: String,
    pub(super) at: Place,
    /// True if `docs check` reports its bare key.
    pub(super) is_reported_bare: bool,
    /// The parts of the entry that are about it.
    pub(super) share: Share,
}

/// The parts of an entry that are about one setting. A directive may document another setting than the table below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Share {
    Whole,
    Directive,
    Rest,
}

impl Share {
    /// Returns true if a part belongs to the share.
    pub(super) fn has(self, part: &Part) -> bool {
        match self {
            Self::Whole => true,
            Self::Directive => matches!(part, Part::Directive(_)),
            Self::Rest => !matches!(part, Part::Directive(_)),
        }
    }
}

/// The place at which a setting is documented.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// The number of the page, and of the entry on it.
    pub(super) entry: (usize, usize),
    /// `page.rst:12`
    pub(super) origin: String,
}

/// A documented thing that does not become a field, and the reason. Its text stays on its page.
#[derive(Clone, Debug)]
pub(super) struct Left {
    pub(super) name: String,
    pub(super) at: Place,
    pub(super) why: String,
    /// The rules of `docs check` that its text on the built page breaks.
    pub(super) allow: Vec<&'static str>,
}

/// A page with its settings and what is known about them.
pub(super) struct Source<'p> {
    pub(super) number: usize,
    pub(super) page: &'p PageRead,
    pub(super) settings: Vec<(usize, Documented<'p>)>,
    /// The headings above each entry.
    pub(super) headings: Vec<Vec<String>>,
    pub(super) findings: Vec<Finding>,
}

impl Item {
    /// A measure of how much a place states, to choose the fuller of two.
    pub(super) fn fullness(&self) -> usize {
        self.inferred.fullness()
            + usize::from(self.console.is_some())
            + usize::from(self.variable.is_some())
            + self.texts.description.len().min(3)
            + usize::from(self.texts.has_table) * 2
    }

    /// Takes the facts that only another place of the same setting states.
    pub(super) fn complete_from(&mut self, other: &Item) {
        if let Some((a, b)) = self.inferred.default.as_ref().zip(other.inferred.default.as_ref())
            && self.inferred.kind == other.inferred.kind
            && a != b
        {
            self.inferred.todo.push(format!("another place ({}) states the default {b}", other.at.origin));
        }
        self.inferred.complete_from(&other.inferred);
        if self.values.is_empty() && !self.inferred.values.is_empty() {
            self.values.clone_from(&other.values);
        }
        if self.console.is_none() {
            self.console.clone_from(&other.console);
        }
    }

    /// Returns everything that is left open, for the attribute `todo`.
    pub(super) fn todos(&self) -> Vec<String> {
        let mut todos = self.inferred.todo.clone();
        todos.extend(self.todo.iter().filter(|todo| !self.inferred.todo.contains(todo)).cloned());
        todos
    }
}

/// Returns the settings of a page, and the documented things that do not become fields.
pub(super) fn items(source: &Source<'_>, homes: &Homes, prefix: Option<&str>) -> (Vec<Item>, Vec<Left>) {
    let (mut items, mut left) = (Vec::new(), Vec::new());
    let naming = Naming::of_prefix(prefix);
    for (entry, setting) in &source.settings {
        let shares = match documents_two(setting, &naming) {
            true => [Share::Directive, Share::Rest].into_iter().zip(setting.apart()).collect(),
            false => vec![(Share::Whole, setting.clone())],
        };
        for (share, setting) in shares {
            let start = match (share, setting.directive) {
                (Share::Directive, Some(directive)) => directive.id.span.start,
                _ => setting.title.map_or(setting.span.start, |title| match share {
                    Share::Whole => setting.span.start,
                    _ => title.span.start,
                }),
            };
            let at = source.place(*entry, start);
            match keys(&setting) {
                Err(why) => {
                    let path = path_of(&setting).is_some_and(|path| path.contains('.'));
                    let mut allow = if path { vec!["unknown-setting"] } else { Vec::new() };
                    if source.findings_of(&setting).any(Finding::is_several) {
                        allow.push("config-path");
                    }
                    left.push(Left { name: setting.name(), at, why: why.to_owned(), allow });
                }
                Ok(keys) => items.push(item(source, &setting, keys, (at, share), homes, prefix)),
            }
        }
    }
    (items, left)
}

impl Source<'_> {
    pub(super) fn place(&self, entry: usize, at: usize) -> Place {
        let (line, _) = self.page.lines.line_column(&self.page.text, at);
        let file = self.page.path.rsplit('/').next().unwrap_or(&self.page.path);
        Place { entry: (self.number, entry), origin: format!("{file}:{line}") }
    }

    fn findings_of(&self, setting: &Documented<'_>) -> impl Iterator<Item = &Finding> {
        let span = setting.span;
        self.findings.iter().filter(move |finding| (span.start..=span.end).contains(&finding.span.start))
    }

    /// Returns what `docs check` reports about a setting.
    fn reported<'s>(&'s self, setting: &Documented<'_>) -> impl Iterator<Item = &'s str> {
        // The section of a bare key is a question of its own.
        let findings = self.findings_of(setting).filter(|finding| !finding.is_bare_key());
        findings.map(|finding| finding.message.as_str())
    }
}

const SEVERAL: &str = "several settings under one heading";

/// Returns the keys from the outermost section to the setting, or the reason that it can't be a field.
fn keys(setting: &Documented<'_>) -> Result<Vec<String>, &'static str> {
    let tables_with_path = setting.tables.iter().filter(|table| !table.configs.is_empty()).count();
    if tables_with_path > 1 || setting.tables.iter().any(|table| table.configs.len() > 1) {
        return Err(SEVERAL);
    }
    let path = path_of(setting).ok_or("no path in config.json")?;
    let keys: Vec<String> = path.split('.').map(str::to_owned).collect();
    let is_key = |key: &String| {
        key.starts_with(|c: char| c.is_ascii_alphabetic())
            && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    let is_plugins = keys.first().is_some_and(|key| key == "PluginSettings") && keys.len() > 2;
    if keys.iter().all(is_key) && !is_plugins { Ok(keys) } else { Err("its path leads into a map") }
}

fn item(
    source: &Source<'_>,
    setting: &Documented<'_>,
    stated: Vec<String>,
    (at, share): (Place, Share),
    homes: &Homes,
    prefix: Option<&str>,
) -> Item {
    let inferred = infer(setting);
    let entry = source.page.page.entries.get(at.entry.1);
    let parts = entry.map_or(&[][..], |entry| entry.parts());
    let parts: Vec<Placed> = parts.iter().filter(|placed| share.has(&placed.part)).cloned().collect();
    let texts = texts(source.page, &parts, setting, &inferred);
    let values = inferred.values.iter().map(|(value, text)| (value.clone(), markdown(text))).collect();
    let console = console(setting);
    let mut todo: Vec<String> = Vec::new();
    let (path, lacks_section) = match stated.as_slice() {
        [key] => {
            let headings = headings(source, at.entry.1, console.as_deref());
            match homes.find(setting, key, &headings, &source.page.page.name) {
                Some(home) => {
                    todo.push(format!(
                        "which section? the page has the bare key `{key}`; `{}` is taken from {}",
                        home.section, home.evidence
                    ));
                    let keys = home.section.split('.').chain([key.as_str()]).map(str::to_owned).collect();
                    (keys, false)
                }
                None => {
                    todo.push(format!("which section? the page has the bare key `{key}`"));
                    (stated, true)
                }
            }
        }
        _ => (stated, false),
    };
    if !lacks_section {
        todo.extend(variable_todo(setting, &path, prefix));
    }
    todo.extend(
        source.reported(setting).map(|message| message.split_whitespace().collect::<Vec<_>>().join(" ")),
    );
    Item {
        title: title(setting, &path),
        lacks_section,
        texts,
        values,
        inferred,
        todo,
        console,
        variable: variable(setting).map(str::to_owned),
        page: source.page.page.name.clone(),
        at,
        is_reported_bare: source.findings_of(setting).any(Finding::is_bare_key),
        share,
        path,
    }
}

/// Returns the words that may name the section, the nearest first: headings, then the System Console's path.
fn headings(source: &Source<'_>, entry: usize, console: Option<&str>) -> Vec<String> {
    let mut headings = source.headings.get(entry).cloned().unwrap_or_default();
    let segments = console.into_iter().flat_map(|console| console.rsplit('>'));
    headings.extend(segments.map(|segment| segment.trim().to_owned()));
    headings
}

/// Returns the variable that the page states, if it states one.
fn variable<'p>(setting: &Documented<'p>) -> Option<&'p str> {
    let stated = setting.tables.iter().map(|table| table.env()).chain([setting.option("environment")]);
    stated.into_iter().find_map(|env| match env {
        Named::One(name, _) => Some(name),
        _ => None,
    })
}

/// Returns what the page states about the variable, if the path gives another one.
fn variable_todo(setting: &Documented<'_>, path: &[String], prefix: Option<&str>) -> Option<String> {
    let derived = env_name(prefix?, &path.join("."));
    let stated = setting.tables.iter().map(|table| table.env()).chain([setting.option("environment")]);
    stated.into_iter().find_map(|env| match env {
        Named::NotAvailable(_) => Some("the page says that no variable sets it".to_owned()),
        Named::One(name, _) if name != derived => Some(format!("the page calls its variable `{name}`")),
        _ => None,
    })
}

fn console(setting: &Documented<'_>) -> Option<String> {
    let table = setting
        .tables
        .iter()
        .map(|table| table.console())
        .find_map(|console| console.one().map(|(path, _)| path));
    let directive = match setting.option("systemconsole") {
        Named::One(path, _) => Some(path),
        _ => None,
    };
    table.or(directive).map(|path| path.trim_matches('*').to_owned())
}

fn title(setting: &Documented<'_>, keys: &[String]) -> String {
    if let Some(title) = setting.title {
        return rst_to_doc(title.as_str());
    }
    let displayed = setting.directive.and_then(|directive| directive.option("displayname"));
    let displayed =
        displayed.map(|name| name.as_str().rsplit_once(" (").map_or(name.as_str(), |(name, _)| name));
    displayed.map_or_else(|| keys.last().cloned().unwrap_or_default(), str::to_owned)
}
