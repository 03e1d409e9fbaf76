//! The section of a setting whose page gives its bare key: from the variable, a heading or another page.

use crate::docs::dialect::WORDS;
use crate::docs::facts::{Documented, Named};
use crate::docs::model::{Entry, Part};
use crate::docs::read::PageRead;
use crate::schema::env_name;

/// A section, and the evidence for it in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Home {
    pub(super) section: String,
    pub(super) evidence: String,
}

/// The settings whose pages give a whole path.
#[derive(Debug, Default)]
pub(super) struct Homes {
    known: Vec<Known>,
    prefix: Option<String>,
}

#[derive(Debug)]
struct Known {
    section: String,
    key: String,
    title: String,
    page: String,
}

/// Returns the fuller of the paths that table and directive give.
pub(super) fn path_of(setting: &Documented<'_>) -> Option<String> {
    let table = setting.tables.iter().find_map(|table| table.path().one().map(|(path, _)| path));
    let directive = setting.option("configjson").one().map(|(path, _)| path);
    let best = match (table, directive) {
        (Some(table), Some(directive)) if !table.contains('.') && directive.contains('.') => directive,
        (Some(table), _) => table,
        (None, directive) => directive?,
    };
    Some(best.to_owned())
}

/// Returns the variables that the page states for a setting.
fn variables<'p>(setting: &Documented<'p>) -> impl Iterator<Item = &'p str> {
    let stated = setting.tables.iter().map(|table| table.env()).chain([setting.option("environment")]);
    stated.collect::<Vec<_>>().into_iter().filter_map(|env| match env {
        Named::One(name, _) => Some(name),
        _ => None,
    })
}

impl Homes {
    /// Collects the whole paths of all pages. `prefix` is the prefix of the program's variables, if a page shows it.
    pub(super) fn new<'p>(
        pages: impl Iterator<Item = (&'p PageRead, &'p [Documented<'p>])>,
        prefix: Option<&str>,
    ) -> Self {
        let mut known = Vec::new();
        for (page, settings) in pages {
            for setting in settings {
                let Some(path) = path_of(setting) else { continue };
                let Some((section, key)) = path.rsplit_once('.') else { continue };
                known.push(Known {
                    section: section.to_owned(),
                    key: key.to_owned(),
                    title: setting.title.map(|title| words(title.as_str()).join(" ")).unwrap_or_default(),
                    page: page.page.name.clone(),
                });
            }
        }
        Self { known, prefix: prefix.map(str::to_owned) }
    }

    /// Finds the section of a bare key of a page. `headings` are the headings above the setting, the nearest first.
    pub(super) fn find(
        &self,
        setting: &Documented<'_>,
        key: &str,
        headings: &[String],
        page: &str,
    ) -> Option<Home> {
        self.by_variable(setting, key, headings)
            .or_else(|| self.by_title(setting, key))
            .or_else(|| self.by_heading(setting, key, headings, page))
    }

    /// `MM_EMAILSETTINGS_SMTPPORT` names the section of `SMTPPort`.
    fn by_variable(&self, setting: &Documented<'_>, key: &str, headings: &[String]) -> Option<Home> {
        let own = env_name("", key);
        variables(setting).find_map(|variable| {
            let stem = variable.strip_suffix(own.as_str())?.strip_suffix('_')?;
            let upper = match &self.prefix {
                Some(prefix) => stem.strip_prefix(prefix.as_str())?.strip_prefix('_')?,
                None => stem.rsplit('_').next()?,
            };
            let known = self.known.iter().find(|known| env_name("", &known.section) == upper);
            let section = match known {
                Some(known) => known.section.clone(),
                None => cased(upper, setting, headings)?,
            };
            Some(Home { section, evidence: format!("its variable `{variable}`") })
        })
    }

    /// Another place documents a setting with this key and title, in exactly one section.
    fn by_title(&self, setting: &Documented<'_>, key: &str) -> Option<Home> {
        let title = words(setting.title?.as_str()).join(" ");
        let same = |known: &&Known| known.key == key && !title.is_empty() && known.title == title;
        let mut found = self.known.iter().filter(same);
        let first = found.next()?;
        let is_only = found.all(|other| other.section == first.section);
        is_only.then(|| Home {
            section: first.section.clone(),
            evidence: format!("the setting of this title on the page `{}`", first.page),
        })
    }

    /// A heading above names exactly one known section: `Rate limit settings`, `RateLimitSettings`.
    fn by_heading(
        &self,
        setting: &Documented<'_>,
        key: &str,
        headings: &[String],
        page: &str,
    ) -> Option<Home> {
        let title = setting.title.map(|title| title.value.clone());
        let found =
            title.iter().map(|title| (title, true)).chain(headings.iter().map(|above| (above, false)));
        for (heading, must_begin) in found {
            let words = words(heading);
            let mut sections: Vec<&str> = self
                .known
                .iter()
                .map(|known| known.section.as_str())
                .filter(|section| names_section(&words, section, must_begin))
                .collect();
            sections.sort_unstable();
            sections.dedup();
            if let [section] = sections.as_slice() {
                let same = |known: &&Known| known.section == *section && known.key == key;
                let mut known = self.known.iter().filter(same);
                // Another setting of this page has the path: the heading does not prove it for this one.
                if known.clone().any(|known| known.page == page) {
                    return None;
                }
                let also = known.next().map(|known| format!(" and the page `{}`", known.page));
                return Some(Home {
                    section: (*section).to_owned(),
                    evidence: format!("the heading \"{heading}\"{}", also.unwrap_or_default()),
                });
            }
            if let (true, Some(section)) = (sections.is_empty(), section_of(heading)) {
                return Some(Home { section, evidence: format!("the heading \"{heading}\"") });
            }
        }
        None
    }
}

/// Returns the section that a heading is the name of: `GitLabSettings`.
fn section_of(heading: &str) -> Option<String> {
    let name = heading.trim_matches('`');
    let is_name = name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.chars().all(|c| c.is_ascii_alphanumeric())
        && name.strip_suffix(WORDS.section_suffix).is_some_and(|stem| stem.len() > 1);
    is_name.then(|| name.to_owned())
}

/// Returns the lower-case words of a text.
fn words(text: &str) -> Vec<String> {
    let text = text.rsplit_once(" (").map_or(text, |(title, _)| title);
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// Returns true if consecutive words spell the section: `rate`, `limit` and `RateLimitSettings`.
fn names_section(words: &[String], section: &str, must_begin: bool) -> bool {
    let stem = section.rsplit('.').next().unwrap_or(section);
    let stem = stem.strip_suffix("Settings").unwrap_or(stem).to_lowercase();
    if stem.len() < 3 {
        return false;
    }
    let starts = if must_begin { 1 } else { words.len() };
    (0..starts.min(words.len())).any(|start| {
        let mut joined = String::new();
        words.iter().skip(start).any(|word| {
            joined.push_str(word);
            joined == stem
        })
    })
}

/// Returns a section's name in mixed case: the words on the page show where each of its words begins.
fn cased(upper: &str, setting: &Documented<'_>, headings: &[String]) -> Option<String> {
    let stem = upper.strip_suffix("SETTINGS")?;
    if stem.is_empty() || !stem.chars().all(|c| c.is_ascii_alphanumeric()) {
        return None;
    }
    let mut known: Vec<String> = headings.iter().flat_map(|heading| words(heading)).collect();
    known.extend(setting.title.iter().flat_map(|title| words(title.as_str())));
    known.retain(|word| word.len() > 1);
    known.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let mut rest = stem.to_ascii_lowercase();
    let mut name = String::new();
    while !rest.is_empty() {
        let word = known.iter().find(|word| rest.starts_with(word.as_str())).cloned().unwrap_or(rest.clone());
        let mut chars = word.chars();
        name.extend(chars.next().map(|first| first.to_ascii_uppercase()));
        name.extend(chars);
        rest = rest.get(word.len()..).unwrap_or_default().to_owned();
    }
    Some(format!("{name}Settings"))
}

/// Returns the headings above each entry of a page, the nearest first; the entry's own are not among them.
pub(super) fn headings(page: &PageRead) -> Vec<Vec<String>> {
    let mut marks: Vec<char> = Vec::new();
    let mut open: Vec<(usize, String)> = Vec::new();
    let mut above = Vec::new();
    for entry in &page.page.entries {
        let mut own: Option<Vec<String>> = None;
        for placed in entry.parts() {
            let Part::Heading(heading) = &placed.part else { continue };
            let level = marks.iter().position(|mark| *mark == heading.mark).unwrap_or_else(|| {
                marks.push(heading.mark);
                marks.len() - 1
            });
            open.retain(|(other, _)| *other < level);
            if own.is_none() {
                own = Some(open.iter().rev().map(|(_, title)| title.clone()).collect());
            }
            open.push((level, heading.title.value.clone()));
        }
        let whole = || open.iter().rev().map(|(_, title)| title.clone()).collect();
        above.push(match entry {
            Entry::Setting(_) | Entry::Prose(_) => own.unwrap_or_else(whole),
        });
    }
    above
}

/// Returns the prefix that a variable of a bare key shows: `MM` of `MM_EMAILSETTINGS_SMTPPORT`.
pub(super) fn prefix_of_bare_keys(settings: &[Documented<'_>]) -> Option<String> {
    settings.iter().find_map(|setting| {
        let key = path_of(setting).filter(|path| !path.contains('.'))?;
        variables(setting).find_map(|variable| {
            let stem = variable.strip_suffix(env_name("", &key).as_str())?.strip_suffix('_')?;
            let (prefix, section) = stem.rsplit_once('_')?;
            (section.ends_with("SETTINGS") && !prefix.is_empty()).then(|| prefix.to_owned())
        })
    })
}
