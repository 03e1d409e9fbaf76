#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice, clippy::panic)]

use unicode_width::UnicodeWidthStr;

use crate::reference::ServerSettings;
use crate::resolve::{Environment, Layers, Place, Report, resolve};

fn told(file: &str) -> Report {
    resolve::<ServerSettings>(Layers::new().file("config.json", file)).report().clone()
}

/// What stands above the carets of the first finding, by the columns that a terminal gives each character.
#[track_caller]
fn marked(report: &Report) -> String {
    let human = report.to_human(false);
    let lines: Vec<_> = human.lines().collect();
    let at = lines.iter().position(|line| line.trim_start().starts_with("| ") && line.contains('^')).unwrap();
    let carets = lines[at].find('^').unwrap()..=lines[at].rfind('^').unwrap();
    let mut column = 0;
    let above = lines[at - 1].chars().filter(|c| {
        let is_above = carets.contains(&column);
        column += UnicodeWidthStr::width(c.to_string().as_str());
        is_above
    });
    above.collect()
}

#[test]
fn carets_stand_below_their_place_whatever_stands_before_it() {
    let port = |before: &str| format!(r#"{{"EmailSettings": {{{before}"SMTPPort": 99999}}}}"#);
    for before in
        ["", "\t", "\"日本語の鍵\": 1, ", "\"e\u{301}\u{301}\": 1, ", "\"\u{1f600}\": 1, ", "/* 日本 */"]
    {
        let allowed = Layers::new().file("config.json", port(before)).unknown(crate::schema::Unknown::Allow);
        let report = resolve::<ServerSettings>(allowed).report().clone();
        assert_eq!(report.diagnostics().len(), 1, "{report}");
        assert_eq!(marked(&report), "99999", "{before:?}");
    }
}

#[test]
fn a_wide_value_is_marked_as_a_whole() {
    let report = told(r#"{"EmailSettings": {"SMTPServerTimeout": "日本"}}"#);
    assert_eq!(marked(&report), "\"日本\"");
}

#[test]
fn long_lines_are_cut_by_columns() {
    let wide = format!(
        r#"{{"EmailSettings": {{"{}": 1, "SMTPPort": 99999, "{}": 2}}}}"#,
        "鍵".repeat(60),
        "鍵".repeat(60)
    );
    let layers = Layers::new().file("config.json", wide).unknown(crate::schema::Unknown::Allow);
    let report = resolve::<ServerSettings>(layers).report().clone();
    assert_eq!(marked(&report), "99999", "{report}");
    let Place::File { snippet: Some(snippet), .. } = &report.diagnostics()[0].place else {
        panic!("{report}")
    };
    assert!(snippet.line.starts_with('…') && snippet.line.ends_with('…'), "{report}");
    assert!(snippet.line.width() <= 98, "{report}");
}

#[test]
fn nothing_in_a_file_or_variable_steers_a_terminal_or_forges_a_line() {
    let file = r#"{"\u001b[31mRed\u0007\nconfig.json:1:1: error[rule]: forged": 1,
        "EmailSettings": {"SMTPPorts\u001b]0;title\u0007": 1, "Port\u202e": 2, "SMTPPort": "\u009b31m"}}"#;
    let environment = Environment::from_iter([
        ("MM_EMAILSETTINGS_SMTPSERVERTIMEOUT", "\u{1b}[31m\n"),
        ("MM_EMAILSETTINGS_X\u{1b}[31m\nforged", "1"),
    ]);
    let layers = Layers::new().file("config\u{1b}[31m.json", file).environment(environment).set(
        "EmailSettings.\u{1b}[31m\nforged",
        "1",
        "--set",
    );
    let report = resolve::<ServerSettings>(layers).report().clone();
    let count = report.diagnostics().len();
    assert!(count >= 6, "{report}");
    // a review finds the file by its very name
    let review = report.to_github().replace("file=config\u{1b}[31m.json", "");
    for text in [report.to_human(false), report.to_lines(), review] {
        let is_terminal_control = |c: char| c != '\n' && super::is_terminal_control(c);
        assert!(!text.contains(is_terminal_control), "{text:?}");
        assert!(!text.lines().any(|line| line.starts_with("forged") || line.starts_with("config.json:1:1")));
        assert!(text.contains(r"\u001b[31m"), "{text}");
    }
    assert_eq!(report.to_lines().lines().count(), count);
    assert_eq!(report.to_github().lines().count(), count);
}

#[test]
fn a_megabyte_is_not_told_of() {
    let long = "y".repeat(1 << 20);
    let report = told(&format!(
        r#"{{"{long}": 1, "EmailSettings": {{"{long}": 2, "SMTPPort": "{long}", "ConnectionSecurity": "{long}"}}}}"#
    ));
    assert_eq!(report.diagnostics().len(), 4);
    let lines = report.to_lines();
    assert!(lines.lines().all(|line| line.len() < 500), "{} bytes", lines.len());
    assert!(lines.contains("yyy…`") && lines.contains("yyy…\"`"), "{lines}");
}
