//! Drift: contradictions between a page and the schema, or within a page.

mod allow;
mod default;
mod draft;
mod finding;
mod format;
mod index;
mod kinds;
mod naming;
mod own;
mod schema;
mod text;

use crate::schema::Section;

use super::facts::documented;
use super::read::PageRead;
use draft::Draft;

pub(super) use default::{Normal, contradict, normal};
pub(super) use finding::Edit;
pub use finding::{Finding, Rule, Severity, UnknownRule};
pub use format::{FindingFormat, format_findings};
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
    let schema = schema.filter(|_| against != Against::Itself);
    let settings = documented(page);
    let mut drafts: Vec<Draft> = Vec::new();
    if against != Against::Schema || schema.is_none() {
        drafts.extend(text::check(page));
        drafts.extend(own::check(page, &settings, &Naming::of_page(&settings)));
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

/// Keeps one finding for each place and rule; the schema's finding replaces the page's own.
fn distinct(findings: Vec<Finding>) -> Vec<Finding> {
    let mut kept: Vec<Finding> = Vec::new();
    for finding in findings {
        let same = |known: &Finding| {
            known.rule == finding.rule
                && known.span.start == finding.span.start
                && known.setting == finding.setting
        };
        match kept.iter_mut().find(|known| same(known)) {
            Some(known) => *known = finding,
            None => kept.push(finding),
        }
    }
    kept
}
