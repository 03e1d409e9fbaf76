//! Upgrade notes, and the history of settings on reference pages, from the releases that are kept.

use super::Dialect;
use super::from_schema::from_schema_in;
use super::inline::markdown_to_rst;
use super::model::{Bullet, Content, Entry, Heading, Page, Part, Placed, Row, Table, Value};
use crate::release::{Change, ChangeKind, Narrowing, Release, ReleaseDefault, Removal, compare};
use crate::schema::Section;

/// The name of the page of upgrade notes.
const NAME: &str = "upgrade";

/// The comment that silences the rule that every page has settings.
const ALLOW: &str = ".. settings-allow: no-settings The page names settings of several releases.";

/// The groups of changes, in the order of the page, by what an operator must do.
const GROUPS: [(Group, &str, &str); 4] = [
    (
        Group::Before,
        "Before the upgrade",
        "Where the configuration has one of these settings, change it, or the new release refuses, ignores or \
         misreads the value.",
    ),
    (
        Group::Decide,
        "To decide",
        "Where nothing sets one of these settings, the server behaves differently. To keep the old value, set it.",
    ),
    (Group::Later, "When there is time", "The old names and deprecated settings work until a later release."),
    (Group::New, "New", "Nothing needs to be done."),
];

/// What an operator must do about a change.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Group {
    Before,
    Decide,
    Later,
    New,
}

/// Returns the page of upgrade notes for the releases that are kept, the newest step first. Releases are in order, the
/// oldest first.
///
/// ```
/// use settings_core::docs::{Format, Style, release_notes, render};
/// use settings_core::release::Release;
///
/// let release = |version: &str, default: u32| {
///     Release::parse(&format!(
///         r#"{{"format": "settings-release", "format_version": 1, "program_version": "{version}",
///         "settings": [{{"path": "Sql.Conns", "kind": "integer", "default": {default}}}]}}"#
///     ))
/// };
/// let page = release_notes(&[release("10", 300)?, release("11", 100)?]);
/// let text = render(&page, Style::Table, Format::Rst);
/// assert!(text.contains("- ``Sql.Conns``: ``100`` where nothing sets it, before ``300``"));
/// # Ok::<(), settings_core::release::ReleaseError>(())
/// ```
#[must_use]
pub fn release_notes(releases: &[Release]) -> Page {
    let mut parts = vec![heading("Upgrade notes", '=')];
    parts.push(text("The settings that each release changes, the newest release first."));
    for pair in releases.windows(2).rev() {
        let [old, new] = pair else { continue };
        let name =
            |release: &Release, other: &str| release.version.clone().unwrap_or_else(|| other.to_owned());
        let title = format!("From {} to {}", name(old, "the older release"), name(new, "this release"));
        parts.push(heading(&title, '-'));
        let changes = compare(old, new);
        if changes.is_empty() {
            parts.push(text("No setting changes."));
        }
        for (group, title, introduction) in GROUPS {
            let items: Vec<Value> = changes
                .iter()
                .filter(|change| group_of(&change.kind) == group)
                .map(|change| item(&sentence(change, true)))
                .collect();
            if !items.is_empty() {
                parts.push(heading(title, '~'));
                parts.push(text(introduction));
                parts.push(Placed::by_rule(Part::Values(items)));
            }
        }
    }
    Page {
        name: NAME.to_owned(),
        metadata: [":orphan:", "", ALLOW].map(str::to_owned).to_vec(),
        entries: vec![Entry::Prose(parts)],
        ..Page::default()
    }
}

/// Returns the pages of a program's settings, as [`from_schema_in`] does, with a line for each release that changed a
/// setting, and a list of the settings that a page lost. The last of `releases` is the program's own; without at least
/// two, the pages are those of [`from_schema_in`].
#[must_use]
pub fn from_schema_with_releases(
    root: &'static Section,
    dialect: &Dialect,
    releases: &[Release],
) -> Vec<Page> {
    let mut pages = from_schema_in(root, dialect);
    for pair in releases.windows(2) {
        let [old, new] = pair else { continue };
        for change in compare(old, new) {
            if let Some(words) = in_history(&change, new)
                && let Some(table) = pages.iter_mut().find_map(|page| table_of(page, &change.path))
            {
                note(table, words);
            }
        }
    }
    for page in &mut pages {
        let items = gone(&page.name, releases);
        if !items.is_empty() {
            let parts = vec![
                heading("Removed settings", '~'),
                Placed::by_rule(Part::Values(items.iter().map(|words| item(words)).collect())),
            ];
            page.entries.push(Entry::Prose(parts));
        }
    }
    pages
}

const fn group_of(change: &ChangeKind) -> Group {
    match change {
        ChangeKind::Removed { .. }
        | ChangeKind::AliasRemoved { .. }
        | ChangeKind::PrefixChanged { .. }
        | ChangeKind::UnitChanged { .. }
        | ChangeKind::Narrowed(_)
        | ChangeKind::KindChanged { accepts_old: false, .. }
        | ChangeKind::NewlyRequired
        | ChangeKind::Added { required: true } => Group::Before,
        ChangeKind::DefaultChanged { .. } => Group::Decide,
        ChangeKind::Renamed | ChangeKind::Deprecated(_) | ChangeKind::UntilChanged { .. } => Group::Later,
        _ => Group::New,
    }
}

/// Returns a change as a sentence of Markdown, with the setting's path in front if `named` is true.
fn sentence(change: &Change, named: bool) -> String {
    let words = match &change.kind {
        ChangeKind::DefaultChanged { old, new } => {
            format!("{} where nothing sets it, before {}", value(new), value(old))
        }
        ChangeKind::Renamed => {
            format!("called `{}` before, which still works", change.old_path.as_deref().unwrap_or_default())
        }
        ChangeKind::Narrowed(Narrowing::Values(values)) => {
            let values: Vec<String> = values.iter().map(|value| code(&format!("{value:?}"))).collect();
            format!("no longer accepts {}", values.join(", "))
        }
        ChangeKind::KindChanged { old, new, .. } => {
            format!("takes {}, no longer {}", code(&new.to_string()), code(&old.to_string()))
        }
        ChangeKind::Widened { new, .. } => format!("accepts more: {}", code(&new.to_string())),
        kind => kind.to_string(),
    };
    let words = words.trim_end_matches('.');
    if named && !change.path.is_empty() { format!("`{}`: {words}", change.path) } else { format!("{words}.") }
}

fn value(default: &ReleaseDefault) -> String {
    match default {
        ReleaseDefault::Value(value) => code(&value.to_string()),
        other => other.to_string(),
    }
}

/// Puts text into a literal, where it has no backtick.
fn code(text: &str) -> String {
    if text.contains('`') { text.replace('`', "'") } else { format!("`{text}`") }
}

/// Returns the line on a setting's reference page, for a change that its readers look for.
fn in_history(change: &Change, release: &Release) -> Option<String> {
    let is_told = matches!(
        change.kind,
        ChangeKind::DefaultChanged { .. }
            | ChangeKind::Renamed
            | ChangeKind::KindChanged { .. }
            | ChangeKind::UnitChanged { .. }
            | ChangeKind::Narrowed(_)
            | ChangeKind::NewlyRequired
    );
    let version = release.version.as_deref()?;
    is_told.then(|| format!("**Changed in version {version}**: {}", sentence(change, false)))
}

/// Returns the settings that a page has lost, in words.
fn gone(page: &str, releases: &[Release]) -> Vec<String> {
    let mut lines = Vec::new();
    for pair in releases.windows(2).rev() {
        let [old, new] = pair else { continue };
        for change in compare(old, new) {
            let ChangeKind::Removed { record, .. } = &change.kind else { continue };
            let was_here =
                old.setting(&change.path).is_some_and(|setting| setting.page.as_deref() == Some(page));
            if let (true, Some(version)) = (was_here, new.version.as_deref()) {
                lines.push(removal(&change.path, version, record.as_ref()));
            }
        }
    }
    lines
}

fn removal(path: &str, version: &str, record: Option<&Removal>) -> String {
    let mut words = format!("`{path}`: removed in version {version}");
    if let Some(record) = record {
        words.push_str(&format!(": {}", record.reason.trim_end_matches('.')));
        if let Some(replacement) = &record.replacement {
            words.push_str(&format!("; set `{replacement}` instead"));
        }
    }
    words
}

/// Returns the table of a setting on a page.
fn table_of<'p>(page: &'p mut Page, path: &str) -> Option<&'p mut Table> {
    let entries = page.entries.iter_mut().filter_map(|entry| match entry {
        Entry::Setting(parts) => Some(parts),
        Entry::Prose(_) => None,
    });
    let mut tables = entries.flatten().filter_map(|placed| match &mut placed.part {
        Part::Table(table) => Some(table),
        _ => None,
    });
    let names = |table: &Table| {
        let bullets = table.rows.iter().filter_map(|row| row.right.as_ref()).flatten();
        let mut paths = bullets.filter_map(|bullet| match bullet {
            Bullet::Config(statement) => statement.name.as_ref(),
            _ => None,
        });
        paths.any(|name| name.value == path)
    };
    tables.find(|table| names(table))
}

/// Adds a paragraph to the notes below a setting's table.
fn note(table: &mut Table, words: String) {
    let content = Content::Text(markdown_to_rst(&words).into());
    match table.rows.last_mut() {
        Some(Row { left, right: None }) => left.push(content),
        _ => table.rows.push(Row { left: vec![content], right: None }),
    }
}

fn heading(title: &str, mark: char) -> Placed {
    Placed::by_rule(Part::Heading(Heading { mark, ..Heading::new(title) }))
}

fn text(words: &str) -> Placed {
    Placed::by_rule(Part::Text(words.into()))
}

fn item(words: &str) -> Value {
    Value { text: markdown_to_rst(words).into(), ..Value::default() }
}
