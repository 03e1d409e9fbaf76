//! Findings: each rule on pages of our own, and precision and recall on real ones.

use std::collections::BTreeSet;
use std::path::Path;

use settings_core::Settings;
use settings_core::docs::{self, Against, Finding, FindingFormat, PageRead, Severity};
use settings_core::reference::ServerSettings;
use settings_tests::shared;

fn read(name: &str, bytes: &[u8]) -> PageRead {
    docs::read(name, bytes).unwrap_or_else(|error| panic!("{error}"))
}

fn fixture(name: &str) -> PageRead {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/docs").join(name);
    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    read(name, &bytes)
}

fn rules_and_lines(findings: &[Finding]) -> Vec<(&'static str, usize)> {
    findings.iter().map(|finding| (finding.rule.as_str(), finding.line)).collect()
}

#[test]
fn a_good_page_has_no_findings() {
    for name in ["rules.rst", "modern.rst", "mended.rst"] {
        assert_eq!(docs::check(&fixture(name), None, Against::Both), [], "{name}");
    }
}

#[test]
fn every_contradiction_within_a_page_is_found_once() {
    let findings = docs::check(&fixture("drifting.rst"), None, Against::Both);
    let want = [
        ("env-name", 7),
        ("config-path", 21),
        ("env-name", 22),
        ("letter-case", 36),
        ("console-path", 58),
        ("default", 69),
        ("duplicate-id", 81),
        ("default", 92),
        ("default", 107),
        ("markup", 107),
        ("unused-allow", 128),
        ("markup", 139),
    ];
    assert_eq!(rules_and_lines(&findings), want, "{findings:#?}");
    let env = &findings[0];
    assert_eq!(env.expected.as_deref(), Some("APP_MAILSETTINGS_ONE"));
    assert_eq!(env.found.as_deref(), Some("APP_MAILSETTINGS_ONNE"));
    assert_eq!((env.column, env.setting.as_str()), (17, "MailSettings.One"));
    assert!(findings.iter().all(|finding| !finding.help.is_empty()));
    assert!(findings.iter().all(|finding| !finding.message.contains("OLD_EIGHT")), "silenced, with a reason");
}

#[test]
fn a_directive_may_follow_its_heading() {
    let text = "Port\n~~~~\n\n.. config:setting:: port\n  :configjson: .MailSettings.Port\n\nThe port.\n\n\
                Host\n~~~~\n\n.. config:setting:: host\n  :configjson: .MailSettings.Host\n\nThe host.\n";
    assert_eq!(docs::check(&read("page.rst", text.as_bytes()), None, Against::Both), []);
}

#[test]
fn damage_is_reported_line_by_line() {
    let findings = docs::check(&fixture("damaged.rst"), None, Against::Both);
    let want = [
        ("trailing-space", 1),
        ("malformed-table", 7),
        ("encoding", 7),
        ("malformed-table", 20),
        ("malformed-table", 31),
        ("malformed-table", 39),
        ("final-newline", 41),
    ];
    assert_eq!(rules_and_lines(&findings), want, "{findings:#?}");
    assert!(findings[2].message.contains("2 columns too long"), "{}", findings[2].message);
    assert!(findings[3].help.contains("27 columns short"), "{}", findings[3].help);
    assert!(findings[4].message.contains("fused"), "docutils has no message: {}", findings[4].message);
}

/// One setting of the reference server, as a page might have it.
fn entry(title: &str, left: &[&str], right: [&str; 3]) -> String {
    let rows = left.len().max(3);
    let mut text =
        format!("{title}\n{}\n\n+{}+{}+\n", "~".repeat(title.len()), "-".repeat(65), "-".repeat(90));
    for i in 0..rows {
        let (a, b) = (left.get(i).copied().unwrap_or(""), right.get(i).copied().unwrap_or(""));
        let bullet = if b.is_empty() { String::new() } else { format!("- {b}") };
        text.push_str(&format!("| {a:<64}| {bullet:<89}|\n"));
    }
    text.push_str(&format!("+{}+{}+\n", "-".repeat(65), "-".repeat(90)));
    text
}

fn against_schema(text: &str) -> Vec<Finding> {
    docs::check(&read("page.rst", text.as_bytes()), Some(ServerSettings::SCHEMA), Against::Schema)
}

const CONSOLE: &str = "System Config path: **Environment > SMTP**";

#[test]
fn differences_from_the_schema_are_found_and_omissions_are_not() {
    let env = "Environment variable: ``MM_EMAILSETTINGS_SMTPPORT``";
    let path = "``config.json setting``: ``\".EmailSettings.SMTPPort\",``";
    let good = entry("Port", &["The port.", "", "Numerical input."], [CONSOLE, path, env]);
    assert_eq!(against_schema(&good), []);
    /// The rule, the left cell, the bullets, what is expected and what is found.
    type Case<'t> = (&'t str, &'t [&'t str], [&'t str; 3], &'t str, &'t str);
    let cases: [Case<'_>; 9] = [
        (
            "default",
            &["The port.", "", "Numerical input. Default is **25**."],
            [CONSOLE, path, env],
            "10025",
            "25",
        ),
        (
            "kind",
            &["The port.", "", "String input."],
            [CONSOLE, path, env],
            "a whole number",
            "String input.",
        ),
        (
            "env-name",
            &["The port."],
            [CONSOLE, path, "Environment variable: ``MM_EMAILSETTINGS_SMTPROT``"],
            "MM_EMAILSETTINGS_SMTPPORT",
            "MM_EMAILSETTINGS_SMTPROT",
        ),
        (
            "letter-case",
            &["The port."],
            [CONSOLE, "``config.json setting``: ``\".EmailSettings.SmtpPort\",``", env],
            "EmailSettings.SMTPPort",
            "EmailSettings.SmtpPort",
        ),
        (
            "console-path",
            &["The port."],
            ["System Config path: **Environment > Mail**", path, env],
            "Environment > SMTP",
            "Environment > Mail",
        ),
        (
            "config-path",
            &["Alerts."],
            [
                CONSOLE,
                "``config.json setting``: ``\".ServiceSettings.EnableSecurityFixAlert\": true\",``",
                "Environment variable: ``MM_EMAILSETTINGS_ENABLESECURITYFIXALERT``",
            ],
            "EmailSettings.EnableSecurityFixAlert",
            "ServiceSettings.EnableSecurityFixAlert",
        ),
        (
            "values",
            &[
                "Security.",
                "",
                "- **Not specified**: None.",
                "- **TLS**: From the start.",
                "- **STARTLS**: Later.",
            ],
            [
                CONSOLE,
                "``config.json setting``: ``\".EmailSettings.ConnectionSecurity\",``",
                "Environment variable: ``MM_EMAILSETTINGS_CONNECTIONSECURITY``",
            ],
            "STARTTLS",
            "STARTLS",
        ),
        (
            "kind",
            &["Time.", "", "Numerical value in minutes."],
            [
                CONSOLE,
                "``config.json setting``: ``\".EmailSettings.SMTPServerTimeout\",``",
                "Environment variable: ``MM_EMAILSETTINGS_SMTPSERVERTIMEOUT``",
            ],
            "Numerical value in seconds.",
            "Numerical value in minutes.",
        ),
        (
            "default",
            &["Log in.", "", "- **true**: **(Default)** Yes.", "- **false**: No."],
            [
                CONSOLE,
                "``config.json setting``: ``\".EmailSettings.EnableSMTPAuth\",``",
                "Environment variable: ``MM_EMAILSETTINGS_ENABLESMTPAUTH``",
            ],
            "false",
            "true",
        ),
    ];
    for (rule, left, right, expected, found) in cases {
        let findings = against_schema(&entry("A title", left, right));
        let first = findings.first().unwrap_or_else(|| panic!("{rule}: nothing found"));
        assert_eq!(first.rule.as_str(), rule, "{findings:#?}");
        assert_eq!(first.expected.as_deref(), Some(expected), "{rule}");
        assert_eq!(first.found.as_deref(), Some(found), "{rule}");
    }
}

#[test]
fn missing_and_unknown_settings_are_found() {
    let page = docs::from_schema(ServerSettings::SCHEMA).swap_remove(0);
    let text = docs::render(&page, docs::Style::Table, docs::Format::Rst);
    assert_eq!(
        docs::check(&read("smtp.rst", text.as_bytes()), Some(ServerSettings::SCHEMA), Against::Both),
        []
    );

    let from = text.find(".. _emailsettings-smtpport:").unwrap();
    let to = text.find(".. _emailsettings-enablesmtpauth:").unwrap();
    let findings = against_schema(&format!("{}{}", &text[..from], &text[to..]));
    assert_eq!(findings.len(), 1, "{findings:#?}");
    assert_eq!(
        (findings[0].rule.as_str(), findings[0].setting.as_str()),
        ("missing-setting", "EmailSettings.SMTPPort")
    );

    let unknown =
        text.replace("EmailSettings.SMTPPort", "EmailSettings.SMTPProt").replace("_SMTPPORT", "_SMTPPROT");
    let findings = against_schema(&unknown);
    let unknown = findings.iter().find(|finding| finding.rule.as_str() == "unknown-setting").unwrap();
    assert_eq!(unknown.expected.as_deref(), Some("EmailSettings.SMTPPort"));
}

#[test]
fn comments_silence_one_rule_for_one_setting() {
    let text = String::from_utf8(
        std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/docs/drifting.rst")).unwrap(),
    )
    .unwrap();
    let count = |text: &str, rule: &str| {
        let findings = docs::check(&read("page.rst", text.as_bytes()), None, Against::Both);
        findings.iter().filter(|finding| finding.rule.as_str() == rule).count()
    };
    let before = count(&text, "env-name");
    let silenced = text.replacen(
        ".. config:setting:: one",
        ".. settings-allow: env-name known\n\n.. config:setting:: one",
        1,
    );
    assert_eq!(count(&silenced, "env-name"), before - 1);
    let everywhere = format!(".. settings-allow: env-name known\n\n{text}");
    assert_eq!(count(&everywhere, "env-name"), 0);
    let without_reason = silenced.replacen("env-name known", "env-name", 1);
    assert_eq!(count(&without_reason, "env-name"), before);
    assert_eq!(count(&without_reason, "unused-allow"), 2);
    let misspelt = silenced.replacen("env-name known", "env-nmae known", 1);
    let findings = docs::check(&read("page.rst", misspelt.as_bytes()), None, Against::Both);
    assert!(
        findings.iter().any(|finding| finding.message.contains("unknown rule `env-nmae`")
            && finding.help.contains("env-name"))
    );
}

#[test]
fn reports_have_three_forms() {
    let findings = docs::check(&fixture("damaged.rst"), None, Against::Both);
    let human = docs::format_findings(&findings, FindingFormat::Human);
    assert!(human.contains("damaged.rst:20:1: error[malformed-table]: "), "{human}");
    let json: Vec<serde_json::Value> =
        serde_json::from_str(&docs::format_findings(&findings, FindingFormat::Json)).unwrap();
    assert_eq!(json.len(), findings.len());
    for key in
        ["rule", "severity", "page", "line", "column", "setting", "message", "expected", "found", "help"]
    {
        assert!(json[0].get(key).is_some(), "{key}");
    }
    assert_eq!(json[0]["severity"], "warning");
    let github = docs::format_findings(&findings, FindingFormat::Github);
    assert!(github.contains("::error file=damaged.rst,line=20,col=1,title=malformed-table::"), "{github}");
    assert_eq!(github.lines().count(), findings.len());
    assert_eq!(docs::format_findings(&[], FindingFormat::Json), "[]\n");
}

#[test]
fn bytes_that_are_not_utf8_are_an_error_with_its_place() {
    let error = docs::read("page.rst", b"one\ntw\xFFo").unwrap_err();
    assert!(matches!(error, docs::ReadError::NotUtf8 { offset: 6, line: 2, column: 3, .. }), "{error:?}");
    assert!(error.to_string().starts_with("page.rst:2:3: not UTF-8 at byte 6"), "{error}");
    let utf16: Vec<u8> = "\u{FEFF}Port".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(docs::read("page.rst", &utf16).unwrap_err().to_string().contains("UTF-16"));
}

#[test]
fn the_seed_as_it_came() {
    let Some(shared) = shared("docs_check") else { return };
    let check = |name: &str| {
        let bytes = std::fs::read(shared.join("seed").join(name)).unwrap();
        docs::check(&read(name, &bytes), Some(ServerSettings::SCHEMA), Against::Both)
    };
    let findings = check("smtp.rst");
    let want = [
        ("trailing-space", 4),
        ("malformed-table", 38),
        ("encoding", 38),
        ("trailing-space", 77),
        ("trailing-space", 87),
        ("malformed-table", 107),
        ("final-newline", 121),
    ];
    assert_eq!(rules_and_lines(&findings), want);
    assert!(findings.iter().all(|finding| !finding.help.is_empty()));
    assert_eq!(check("smtp.clean.rst"), [], "the page says nothing that the schema says otherwise");
}

/// One line of the list of known contradictions.
struct Known {
    class: String,
    page: String,
    line: usize,
    id: String,
}

/// The rules under which a class of the list may be found.
fn rules_of(class: &str) -> &'static [&'static str] {
    match class {
        "H1" | "H2" | "H3" => &["env-name", "letter-case"],
        "H4" | "H5" => &["config-path", "letter-case"],
        "H6" => &["console-path"],
        "H7" | "H8" => &["default"],
        "H11" | "H15" => &["markup"],
        "H12" => &["duplicate-id"],
        "H13" | "H14" => &["malformed-table"],
        _ => &[],
    }
}

#[test]
fn real_contradictions_are_found_and_no_others() {
    let Some(shared) = shared("docs_check") else { return };
    let list = std::fs::read_to_string(shared.join("pages/drift-2026.tsv")).unwrap();
    let known: Vec<Known> = list
        .lines()
        .filter_map(|line| {
            let mut cells = line.split('\t');
            let class = cells.next()?.split(' ').next()?.to_owned();
            let (page, line) = cells.next()?.split_once(':')?;
            Some(Known {
                class,
                page: page.to_owned(),
                line: line.parse().ok()?,
                id: cells.next()?.to_owned(),
            })
        })
        .filter(|known| !rules_of(&known.class).is_empty())
        .collect();
    assert!(known.len() >= 25, "{}", known.len());
    let names: BTreeSet<&str> = known.iter().map(|known| known.page.as_str()).collect();
    let mut wrong: Vec<Finding> = Vec::new();
    let mut right = 0;
    let mut seen: BTreeSet<usize> = BTreeSet::new();
    for entry in std::fs::read_dir(shared.join("pages/2026")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let page = read(&name, &std::fs::read(&path).unwrap());
        for finding in docs::check(&page, None, Against::Itself) {
            // The list has neither blanks at line ends, nor messages of docutils, nor pages without settings.
            if matches!(
                finding.rule.as_str(),
                "trailing-space" | "final-newline" | "docutils-warning" | "no-settings"
            ) {
                continue;
            }
            // A bullet that describes the value instead of naming a path.
            if finding.message.starts_with("names the configuration file") {
                continue;
            }
            // The list names an entry by its directive or its table; a finding its very line.
            let matching = known.iter().enumerate().filter(|(_, known)| {
                known.page == name
                    && rules_of(&known.class).contains(&finding.rule.as_str())
                    && (known.line.abs_diff(finding.line) <= 25)
            });
            let matching: Vec<usize> = matching.map(|(i, _)| i).collect();
            seen.extend(&matching);
            if matching.is_empty() { wrong.push(finding) } else { right += 1 }
        }
    }
    let missed: Vec<String> = known
        .iter()
        .enumerate()
        .filter(|(i, _)| !seen.contains(i))
        .map(|(_, known)| format!("{} {}:{} {}", known.class, known.page, known.line, known.id))
        .collect();
    let precision = f64::from(right) / f64::from(right + i32::try_from(wrong.len()).unwrap());
    let recall = 1.0 - missed.len() as f64 / known.len() as f64;
    println!(
        "{} pages: precision {precision:.3}, recall {recall:.3} over {} entries",
        names.len(),
        known.len()
    );
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn warnings_of_docutils_are_findings() {
    let text = "A title that is long\n================\n\n- one\n- two\nafter\n\n.. note::\n\nSome **bold\n\n\
                Fine :doc:`role`, |this| and\n\n.. math::\n   :label: x\n\n   a\n";
    let mut findings = docs::check(&read("page.rst", text.as_bytes()), None, Against::Both);
    assert_eq!(findings.remove(0).rule.as_str(), "no-settings");
    let want =
        [("docutils-warning", 2), ("docutils-warning", 6), ("docutils-warning", 8), ("docutils-warning", 10)];
    assert_eq!(rules_and_lines(&findings), want, "{findings:#?}");
    assert_eq!(findings[0].expected.as_deref(), Some("===================="));
    let severities: Vec<Severity> = findings.iter().map(|finding| finding.severity).collect();
    use Severity::{Error, Warning};
    assert_eq!(severities, [Warning, Warning, Error, Warning]);
    let synced = docs::sync("page.rst", text.as_bytes(), None).unwrap();
    assert_eq!(
        String::from_utf8(synced.bytes).unwrap(),
        text.replacen("================", "====================", 1)
    );
}

#[test]
fn mistakes_of_markup_keep_the_label_as_it_is() {
    for label in ["``config.json`` setting", "``config.json setting``"] {
        let page = |statement: &str| {
            let right = [
                "- System Config path: **Plugins > Calls**".to_owned(),
                format!("- {label}: {statement}"),
                "- Environment variable: ``MM_MAILSETTINGS_PORT``".to_owned(),
            ];
            let rows: String = right.iter().map(|line| format!("| {:<9}| {line:<79}|\n", "Words.")).collect();
            let border = format!("+{}+{}+\n", "-".repeat(10), "-".repeat(80));
            format!("Port\n~~~~\n\n{border}{rows}{border}")
        };
        let right = "``\".MailSettings.Port\",``";
        for wrong in ["```\".MailSettings.Port\",``", "``\".MailSettings.Port“,``"] {
            let text = page(wrong);
            let findings = docs::check(&read("page.rst", text.as_bytes()), None, Against::Itself);
            let [finding] = findings.as_slice() else { panic!("{label} {wrong}: {findings:#?}") };
            assert_eq!(finding.rule.as_str(), "markup", "{finding:?}");
            assert_eq!(finding.expected.as_deref(), Some(format!("{label}: {right}").as_str()));
            let synced = docs::sync("page.rst", text.as_bytes(), None).unwrap();
            assert_eq!(String::from_utf8(synced.bytes).unwrap(), page(right), "{label} {wrong}");
        }
    }
}

#[test]
fn unusual_entries_are_not_findings() {
    let table = |left: &[&str], right: &[&str]| {
        let mut text = format!("+{}+{}+\n", "-".repeat(60), "-".repeat(110));
        for i in 0..left.len().max(right.len()) {
            let (a, b) = (left.get(i).copied().unwrap_or(""), right.get(i).copied().unwrap_or(""));
            text.push_str(&format!("| {a:<59}| {b:<109}|\n"));
        }
        text + &format!("+{}+{}+\n\n", "-".repeat(60), "-".repeat(110))
    };
    let entry = |title: &str, id: &str, options: &str, body: String| {
        let line = "~".repeat(title.len());
        format!(".. config:setting:: {id}\n{options}\n{title}\n{line}\n\n{body}")
    };
    let named = |path: &str, env: &str| {
        table(
            &["Words."],
            &[
                "- System Config path: **Plugins > Calls**",
                &format!("- ``config.json`` setting: {path}"),
                &format!("- Environment variable: {env}"),
            ],
        )
    };
    let pages = [
        // Shows how variables are named.
        entry(
            "Port",
            "port",
            "  :configjson: .MailSettings.Port\n  :environment: MM_MAILSETTINGS_PORT\n",
            named("``MailSettings`` > ``Port`` > ``25``", "``MM_MAILSETTINGS_PORT``"),
        ),
        // A plugin's own variable next to a path into a map.
        entry(
            "Calls",
            "calls",
            "  :configjson: .PluginSettings.Plugins.com.example.calls.udpport\n  :environment: MM_CALLS_UDP_PORT\n",
            named(
                "``PluginSettings`` > ``Plugins`` > ``com.example.calls`` > ``udpport``",
                "``MM_CALLS_UDP_PORT``",
            ),
        ),
        // A state of a plugin, four keys deep.
        entry(
            "State",
            "state",
            "  :configjson: PluginSettings.PluginStates.com.example.calls\n  :environment: N/A\n",
            named("``PluginSettings`` > ``PluginStates`` > ``com.example.calls`` > ``Enable``", "N/A"),
        ),
        // Not available in one way, in two, in all.
        entry(
            "No variable",
            "no-variable",
            "  :configjson: .MailSettings.Key\n  :environment: N/A\n",
            named("``MailSettings`` > ``Key``", "N/A"),
        ),
        entry(
            "Nothing",
            "nothing",
            "  :systemconsole: N/A\n  :configjson: N/A\n  :environment: N/A\n",
            table(
                &["Words."],
                &[
                    "- System Config path: N/A",
                    "- ``config.json`` setting: N/A",
                    "- Environment variable: N/A",
                ],
            ),
        ),
        // A bare key next to the whole path, and a bare key alone.
        entry(
            "Bare",
            "bare",
            "  :configjson: Bare\n  :environment: MM_MAILSETTINGS_BARE\n",
            named("``MailSettings`` > ``Bare`` > ``true``", "``MM_MAILSETTINGS_BARE``"),
        ),
        entry(
            "Feature",
            "feature",
            "  :configjson: FeatureKey\n  :environment: N/A\n",
            "+-----------------------------------------------------------------------------+\n\
             | This feature's ``config.json`` setting is ``\"FeatureKey\": 3`` with input 3. |\n\
             +-----------------------------------------------------------------------------+\n\n"
                .to_owned(),
        ),
        // One default in two units, and by another name.
        entry(
            "Span",
            "span",
            "  :configjson: .MailSettings.Span\n  :environment: MM_MAILSETTINGS_SPAN\n  \
             :description: Lasts. Default is **10 minutes**.\n",
            table(
                &["Numerical input in minutes. Default is 10."],
                &[
                    "- ``config.json`` setting: ``MailSettings`` > ``Span`` > ``600``",
                    "- Environment variable: ``MM_MAILSETTINGS_SPAN``",
                ],
            ),
        ),
        // Several settings in one table.
        entry(
            "Both",
            "both",
            "  :configjson: .MailSettings.A,.MailSettings.B\n  :environment: MM_MAILSETTINGS_A, MM_MAILSETTINGS_B\n",
            table(
                &["Words."],
                &[
                    "- ``config.json`` setting: ``MailSettings`` > ``A``, ``MailSettings`` > ``B``",
                    "- Environment variables: ``MM_MAILSETTINGS_A``, ``MM_MAILSETTINGS_B``",
                ],
            ),
        ),
    ];
    let text = pages.concat().trim_end().to_owned() + "\n";
    assert_eq!(docs::check(&read("page.rst", text.as_bytes()), None, Against::Itself), [], "{text}");
}

#[test]
fn marks_for_different_deployments_only_warn() {
    let page = |one: &str, other: &str| {
        format!(
            ".. config:setting:: names\n  :configjson: .TeamSettings.Names\n\nNames\n~~~~~\n\n\
             - **Short**: **(Default{one})** a.\n- **Long**: **(Default{other})** b.\n"
        )
    };
    let found = |one: &str, other: &str| {
        let findings = docs::check(&read("page.rst", page(one, other).as_bytes()), None, Against::Both);
        findings.iter().map(|finding| (finding.rule.as_str(), finding.severity)).collect::<Vec<_>>()
    };
    assert_eq!(found(" for Cloud", " for self-hosted"), [("default", Severity::Warning)]);
    assert_eq!(found(" for Cloud", " for Cloud"), [("default", Severity::Error)]);
    assert_eq!(found("", ""), [("default", Severity::Error)]);
}

#[test]
fn severities_depend_on_the_harm_to_readers() {
    let findings = docs::check(&fixture("damaged.rst"), None, Against::Both);
    let errors: BTreeSet<&str> = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .map(|finding| finding.rule.as_str())
        .collect();
    assert_eq!(errors, BTreeSet::from(["encoding", "malformed-table"]));
}
