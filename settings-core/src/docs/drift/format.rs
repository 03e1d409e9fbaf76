//! Prints findings: for people, as JSON, as annotations of a workflow.

use std::fmt::Write;

use super::finding::{Finding, Severity};
use crate::workflow::annotation;

/// The form in which findings are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum FindingFormat {
    /// For people.
    #[default]
    Human,
    /// A JSON array.
    Json,
    /// GitHub's workflow commands.
    Github,
}

/// Prints findings; without findings the text is empty, or `[]` as JSON.
pub fn format_findings(findings: &[Finding], format: FindingFormat) -> String {
    match format {
        FindingFormat::Human => findings.iter().map(human).collect(),
        FindingFormat::Json => {
            let mut text = serde_json::to_string_pretty(findings).unwrap_or_else(|_| "[]".to_owned());
            text.push('\n');
            text
        }
        FindingFormat::Github => findings.iter().map(github).collect(),
    }
}

fn severity(finding: &Finding) -> &'static str {
    match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn human(finding: &Finding) -> String {
    let Finding { rule, page, line, column, message, help, .. } = finding;
    let mut text = format!("{page}:{line}:{column}: {}[{rule}]: {}\n", severity(finding), visible(message));
    if let Some(found) = finding.found.as_ref().filter(|found| !found.trim().is_empty()) {
        let _ = writeln!(text, "  found:    {}", visible(found));
    }
    if let Some(expected) = finding.expected.as_ref().filter(|expected| !expected.trim().is_empty()) {
        let _ = writeln!(text, "  expected: {}", visible(expected));
    }
    let _ = writeln!(text, "  help: {}", visible(help));
    text
}

/// One line, without characters that control a terminal.
fn visible(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' => ' ',
            c if c.is_control() => '\u{FFFD}',
            c => c,
        })
        .collect()
}

fn github(finding: &Finding) -> String {
    let Finding { rule, page, line, column, message, help, .. } = finding;
    let message = format!("{message}. {help}");
    annotation(severity(finding), Some((page, *line, Some(*column))), rule.as_str(), &message)
}
