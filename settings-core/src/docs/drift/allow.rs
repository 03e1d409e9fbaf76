//! Comments that silence a rule: `.. settings-allow: RULE reason`.
//!
//! A comment applies to the setting whose entry contains it (right above the anchor, directive or heading, or below),
//! or to the whole page if it precedes the first setting.

use crate::docs::model::{Entry, Part, Span};
use crate::docs::read::{ALLOW, PageRead};

use super::Against;
use super::draft::Draft;
use super::finding::{Finding, Rule, UnknownRule};

struct Allow {
    rule: Result<Rule, UnknownRule>,
    name: String,
    has_reason: bool,
    span: Span,
    /// The bytes it applies to.
    scope: Span,
    used: bool,
}

/// Removes silenced findings, and adds one for each comment that silences nothing.
pub(super) fn silence(page: &PageRead, against: Against, findings: &mut Vec<Finding>) {
    let mut allows = allows(page);
    if allows.is_empty() {
        return;
    }
    findings.retain(|finding| {
        let at = finding.span.start;
        let silencing = allows.iter_mut().find(|allow| {
            allow.has_reason
                && allow.rule.as_ref() == Ok(&finding.rule)
                && allow.scope.start <= at
                && at <= allow.scope.end
        });
        match silencing {
            Some(allow) => {
                allow.used = true;
                false
            }
            None => true,
        }
    });
    for allow in allows.iter().filter(|allow| !allow.used) {
        let (message, help) = match (&allow.rule, allow.has_reason) {
            (Err(unknown), _) => (format!("unknown rule `{}`", allow.name), unknown.help()),
            (Ok(rule), false) => (
                format!("`{rule}` is silenced without a reason"),
                "give a reason after the name of the rule".to_owned(),
            ),
            // It may silence a finding of the comparison that was not made.
            (Ok(rule), true)
                if against != Against::Both && !(against == Against::Itself && is_own(*rule)) =>
            {
                continue;
            }
            (Ok(rule), true) => {
                (format!("`{rule}` finds nothing here to silence"), "delete the comment".to_owned())
            }
        };
        let draft =
            Draft::new(Rule::UnusedAllow, allow.span, message).warning().found(allow.name.clone()).help(help);
        findings.push(draft.placed(page));
    }
}

/// Returns true if a rule never consults the schema.
fn is_own(rule: Rule) -> bool {
    use Rule::{DocutilsWarning, DuplicateId, Encoding, FinalNewline, MalformedTable, Markup};
    use Rule::{NoSettings, TrailingSpace};
    let text = matches!(rule, DocutilsWarning | Encoding | FinalNewline | MalformedTable | TrailingSpace);
    text || matches!(rule, DuplicateId | Markup | NoSettings)
}

fn allows(page: &PageRead) -> Vec<Allow> {
    let mut allows = Vec::new();
    let mut before_settings = true;
    for entry in &page.page.entries {
        before_settings &= matches!(entry, Entry::Prose(_));
        let parts = entry.parts();
        let own = Span::new(
            parts.first().map_or(0, |first| first.span.start),
            parts.last().map_or(0, |last| last.span.end),
        );
        for placed in parts {
            let Part::Verbatim(text) = &placed.part else { continue };
            let Some(words) = text.strip_prefix(ALLOW) else { continue };
            let (name, reason) = words.trim().split_once(char::is_whitespace).unwrap_or((words.trim(), ""));
            allows.push(Allow {
                rule: name.parse(),
                name: name.to_owned(),
                has_reason: !reason.trim().is_empty(),
                span: placed.span,
                scope: if before_settings { Span::new(0, page.text.len()) } else { own },
                used: false,
            });
        }
    }
    allows
}
