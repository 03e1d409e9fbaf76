//! Drift: contradictions between a page and the schema, or within a page.

mod allow;
mod default;
mod draft;
mod finding;
mod format;
mod identity;
mod index;
mod kinds;
mod naming;
mod own;
mod schema;
mod text;
mod unclear;

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use crate::schema::Section;

use super::facts::{Documented, documented_everywhere};
use super::model::Span;
use super::read::PageRead;
use draft::Draft;

pub(super) use default::{Normal, contradict, normal};
pub(super) use finding::Edit;
pub use finding::{Finding, Rule, Severity, UnknownRule};
pub use format::{FindingFormat, format_findings};
pub(super) use identity::documents_two;
pub(super) use naming::Naming;

/// The reference that a page is compared with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Against {
    /// The schema alone.
    Schema,
    /// Itself alone.
    Itself,
    /// Both.
    #[default]
    Both,
}

/// Returns every finding of a page in the order of its lines.
///
/// Without a schema the page is compared with itself, regardless of `against`. A comment
/// `.. settings-allow: RULE reason` silences findings; one that silences nothing is a finding.
pub fn check(page: &PageRead, schema: Option<&'static Section>, against: Against) -> Vec<Finding> {
    // A page that doesn't show how variables are named follows the program.
    let naming = schema.map(Naming::of_schema);
    let top: HashSet<String> = schema.into_iter().flat_map(top_keys).collect();
    let schema = schema.filter(|_| against != Against::Itself);
    let settings = documented_everywhere(page);
    let mut drafts: Vec<Draft> = Vec::new();
    if against != Against::Schema || schema.is_none() {
        drafts.extend(text::check(page));
        let naming = match naming {
            // One variable may be the wrong one.
            Some(naming) if naming::has_one_variable(&settings) => naming,
            naming => Naming::of_page(&settings).or(naming.filter(|naming| naming.is_used(&settings))),
        };
        drafts.extend(own::check(&settings, &naming, &top));
        drafts.extend(without_settings(page, &settings));
    }
    if let Some(schema) = schema {
        drafts.extend(schema::check(page, &settings, schema, &Naming::of_schema(schema)));
    }
    let mut findings: Vec<Finding> = drafts.into_iter().map(|draft| draft.placed(page)).collect();
    findings = distinct(findings);
    allow::silence(page, against, &mut findings);
    findings.sort_by_key(|finding| (finding.line, finding.column, finding.rule));
    findings
}

/// The keys of settings without a section.
fn top_keys(schema: &'static Section) -> impl Iterator<Item = String> {
    schema.leaves().map(|leaf| leaf.path.to_string()).filter(|path| !path.contains('.'))
}

/// A page without settings: most often one in a form that is not read.
fn without_settings(page: &PageRead, settings: &[Documented<'_>]) -> Option<Draft> {
    let line = page.text.split('\n').next().unwrap_or_default();
    settings.is_empty().then(|| {
        Draft::new(Rule::NoSettings, Span::new(0, line.trim_end().len()), "no settings found on this page")
            .warning()
            .found(line.trim_end())
            .help(
                "name settings in tables (path in `config.json`, environment variable) or in `config:setting` \
                 directives, or silence the rule above the first heading",
            )
    })
}

/// Keeps one finding for each place and rule; the schema's finding replaces the page's own.
fn distinct(findings: Vec<Finding>) -> Vec<Finding> {
    let mut kept: Vec<Finding> = Vec::new();
    let mut places: HashMap<(Rule, usize, String, String), usize> = HashMap::new();
    for finding in findings {
        // docutils may have several messages about one line.
        let words = match finding.rule {
            Rule::DocutilsWarning => finding.message.clone(),
            _ => String::new(),
        };
        match places.entry((finding.rule, finding.span.start, finding.setting.clone(), words)) {
            Entry::Occupied(place) => {
                if let Some(known) = kept.get_mut(*place.get()) {
                    *known = finding;
                }
            }
            Entry::Vacant(place) => {
                place.insert(kept.len());
                kept.push(finding);
            }
        }
    }
    kept
}
