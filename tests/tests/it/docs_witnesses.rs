//! Pages from the field, in small: `docs sync` changes only what is proven, and `docs check` reports what it could not
//! read.

use std::time::Duration;

use settings_core::Settings;
use settings_core::docs::{self, Against, Finding, Format, Severity, Style};
use settings_core::reference::ServerSettings;
use settings_tests::lag::thread_time;

pub(crate) fn check(text: &str) -> Vec<Finding> {
    let page = docs::read("page.rst", text.as_bytes()).unwrap();
    docs::check(&page, Some(ServerSettings::SCHEMA), Against::Both)
}

pub(crate) fn sync(text: &str) -> String {
    let synced = docs::sync("page.rst", text.as_bytes(), Some(ServerSettings::SCHEMA)).unwrap();
    String::from_utf8(synced.bytes).unwrap()
}

pub(crate) fn rules(findings: &[Finding]) -> Vec<(&'static str, usize)> {
    findings.iter().map(|finding| (finding.rule.as_str(), finding.line)).collect()
}

/// A table of a setting, whose bullets are given.
fn table(bullets: &[&str]) -> String {
    let mut text = format!("+{}+{}+\n", "-".repeat(20), "-".repeat(100));
    for (i, bullet) in bullets.iter().enumerate() {
        let left = if i == 0 { "What it does." } else { "" };
        text.push_str(&format!("| {left:<19}| {bullet:<99}|\n"));
    }
    text + &format!("+{}+{}+\n", "-".repeat(20), "-".repeat(100))
}

/// A table with one cell.
fn sentence(text: &str) -> String {
    let border = format!("+{}+", "-".repeat(text.chars().count() + 2));
    format!("{border}\n| {text} |\n{border}")
}

fn titled(title: &str, body: &str) -> String {
    format!("{title}\n{}\n\n{body}\n", "~".repeat(title.chars().count()))
}

/// A setting that is in order, so that the page shows how variables are named.
pub(crate) fn good() -> String {
    titled(
        "Port",
        &table(&[
            "- ``config.json`` setting: ``MailSettings`` > ``Port``",
            "- Environment variable: ``MM_MAILSETTINGS_PORT``",
        ]),
    )
}

#[test]
fn a_bare_key_is_not_the_setting_of_another_section() {
    let sentence = sentence(
        "This feature's ``config.json`` setting is ``\"SMTPServerTimeout\": \"1800\"`` with numerical input.",
    );
    let text = titled(
        "Global Relay SMTP server timeout",
        &format!("The default value is 1800 seconds.\n\n{sentence}"),
    );
    assert_eq!(sync(&text), text);
    let page = format!("{text}\n{}", reference());
    let findings = check(&page);
    let bare: Vec<&Finding> =
        findings.iter().filter(|finding| finding.setting == "SMTPServerTimeout").collect();
    assert_eq!(bare.len(), 1, "{findings:#?}");
    assert_eq!((bare[0].rule.as_str(), bare[0].severity), ("config-path", Severity::Warning));
}

#[test]
fn bare_keys_are_reported() {
    let sentence = |setting: &str| {
        let text =
            format!("This feature's ``config.json`` setting is ``\"{setting}\": 3`` with numerical input.");
        titled("Some key", &self::sentence(&text))
    };
    // A page of bare keys alone, with a key that the program does not have.
    let page = sentence("LoginButtonColor");
    let findings = check(&page);
    assert_eq!(rules(&findings), [("config-path", 5)], "{findings:#?}");
    assert_eq!(findings[0].severity, Severity::Warning);
    assert_eq!(sync(&page), page);
    assert_eq!(check(&sentence("ASettings.LoginButtonColor")), []);
    // The directive has the section.
    let whole = format!("{}{}", directive("ASettings.Some", "MM_ASETTINGS_SOME"), sentence("Some"));
    assert_eq!(check(&format!("{}\n{whole}", good())), []);
    // The variable shows that there is none.
    let bullets = ["- ``config.json`` setting: ``Port``", "- Environment variable: ``CHAT_PORT``"];
    assert_eq!(check(&titled("Port", &table(&bullets))), []);
}

#[test]
fn several_settings_in_one_table_are_reported() {
    let page = |first: &str, second: &str, own: &str, other: &str| {
        let bullets = [
            format!("- ``config.json`` setting: ``ASettings`` > ``{first}``"),
            format!("- Environment variable: ``MM_ASETTINGS_{own}``"),
            format!("- ``config.json`` setting: ``ASettings`` > ``{second}``"),
            format!("- Environment variable: ``MM_ASETTINGS_{other}``"),
        ];
        let bullets: Vec<&str> = bullets.iter().map(String::as_str).collect();
        format!("{}\n{}", good(), titled("Both", &table(&bullets)))
    };
    let right = page("Zed", "Yed", "ZED", "YED");
    let findings = check(&right);
    assert_eq!(rules(&findings), [("config-path", 16)], "{findings:#?}");
    assert_eq!(findings[0].severity, Severity::Warning);
    let wrong = page("Zed", "Yed", "ZED", "YEDX");
    let findings = check(&wrong);
    assert_eq!(rules(&findings), [("config-path", 16), ("env-name", 17)], "{findings:#?}");
    assert_eq!(findings[1].expected.as_deref(), Some("MM_ASETTINGS_YED"));
    assert_eq!(sync(&wrong), wrong);
}

/// The page of the reference settings.
fn reference() -> String {
    let page = docs::from_schema(ServerSettings::SCHEMA).swap_remove(0);
    docs::render(&page, Style::Table, Format::Rst).replacen(":orphan:\n\n", "", 1)
}

fn directive(path: &str, env: &str) -> String {
    format!(".. config:setting:: batch-size\n  :configjson: .{path}\n  :environment: {env}\n\n")
}

#[test]
fn two_witnesses_outweigh_one() {
    let sentence =
        &sentence("This feature's ``config.json`` setting is ``\"BatchSize\": 10000`` with numerical input.");
    let page = |path: &str, env: &str| {
        format!("{}\n{}{}", good(), directive(path, env), titled("Batch size", sentence))
    };
    let right = page("FlagSettings.BatchSize", "MM_FLAGSETTINGS_BATCHSIZE");
    assert_eq!(check(&right), []);
    let slip = page("FlagSettings.BatchhSize", "MM_FLAGSETTINGS_BATCHSIZE");
    assert_eq!(sync(&slip), right, "the variable and the bare key agree");
    // One against one.
    let table = |path: &str, env: &str| {
        let bullets = [
            format!("- ``config.json`` setting: ``FlagSettings`` > ``{path}``"),
            format!("- Environment variable: ``{env}``"),
        ];
        format!("{}\n{}", good(), titled("Some flag", &table(&[&bullets[0], &bullets[1]])))
    };
    let undecided = table("BatchhSize", "MM_FLAGSETTINGS_BATCHSIZE");
    assert_eq!(sync(&undecided), undecided);
    assert_eq!(rules(&check(&undecided)), [("env-name", 15)]);
}

#[test]
fn a_directive_of_another_setting_is_left() {
    let text = format!(
        "{}\n.. config:setting:: ha-usegossip\n  :displayname: Use gossip (HA)\n  \
         :configjson: .ClusterSettings.UseExperimentalGossip\n  \
         :environment: MM_CLUSTERSETTINGS_USEEXPERIMENTALGOSSIP\n\n{}",
        good(),
        titled(
            "Enable experimental gossip encryption",
            &table(&[
                "- ``config.json`` setting: ``ClusterSettings`` > ``EnableExperimentalGossipEncryption``",
                "- Environment variable: ``MM_CLUSTERSETTINGS_ENABLEEXPERIMENTALGOSSIPENCRYPTION``",
            ])
        )
    );
    assert_eq!(sync(&text), text);
    let findings = check(&text);
    assert_eq!(rules(&findings), [("config-path", 12), ("env-name", 13)], "{findings:#?}");
    assert!(findings[0].message.ends_with("two settings"), "{}", findings[0].message);
}

#[test]
fn a_directive_of_another_setting_with_a_slip_is_left() {
    let page = |path: &str, env: &str| {
        format!(
            "{}\n.. config:setting:: ha-usegossip\n  :displayname: Use gossip\n  :configjson: .ASettings.{path}\n  \
             :environment: MM_ASETTINGS_{env}\n\n{}",
            good(),
            titled(
                "Enable encryption",
                &table(&[
                    "- ``config.json`` setting: ``ASettings`` > ``EnableEncryption``",
                    "- Environment variable: ``MM_ASETTINGS_ENABLEENCRYPTION``",
                ])
            )
        )
    };
    for text in [page("UseGossip", "USEGOSSIPP"), page("UseGossipp", "USEGOSSIP")] {
        assert_eq!(sync(&text), text);
        assert_ne!(check(&text), []);
    }
}

/// The directive of the heading's setting, with both names of the setting above it.
#[test]
fn a_directive_with_copied_names_is_not_another_setting() {
    let text = format!(
        "{}\n.. config:setting:: public-link-salt\n  :displayname: Public link salt (Links)\n  \
         :configjson: .FileSettings.EnablePublicLink\n  :environment: MM_FILESETTINGS_ENABLEPUBLICLINK\n\n{}",
        good(),
        titled(
            "Public link salt",
            &table(&[
                "- ``config.json`` setting: ``FileSettings`` > ``PublicLinkSalt``",
                "- Environment variable: ``MM_FILESETTINGS_PUBLICLINKSALT``",
            ])
        )
    );
    assert_eq!(sync(&text), text);
    let findings = check(&text);
    assert_eq!(rules(&findings), [("config-path", 12), ("env-name", 13)], "{findings:#?}");
    assert!(!findings[0].message.ends_with("two settings"), "{}", findings[0].message);
}

#[test]
fn a_typographic_quote_becomes_a_straight_one() {
    let page = |end: &str| {
        let bullet = format!("- ``config.json`` setting: ``\".RateLimitSettings.Enable: false{end},``");
        let bullets = [bullet.as_str(), "- Environment variable: ``MM_RATELIMITSETTINGS_ENABLE``"];
        format!("{}\n{}", good(), titled("Enable", &table(&bullets)))
    };
    let wrong = page("”");
    assert_eq!(rules(&check(&wrong)), [("markup", 14)]);
    for quote in ["”", "’", "″", "′", "„", "»"] {
        let fixed = sync(&page(quote));
        assert!(fixed.contains("``\".RateLimitSettings.Enable: false\",``"), "{quote}: {fixed}");
        assert_eq!(check(&fixed), [], "{quote}");
    }
    // An apostrophe is text.
    let bullets = [
        "- ``config.json`` setting: ``\".ASettings.Name\": \"the server’s\",``",
        "- Environment variable: ``MM_ASETTINGS_NAME``",
    ];
    let apostrophe = format!("{}\n{}", good(), titled("Name", &table(&bullets)));
    assert_eq!((sync(&apostrophe), check(&apostrophe)), (apostrophe.clone(), Vec::new()));
}

#[test]
fn an_alias_is_a_warning() {
    let text = titled(
        "Enable security alerts",
        &table(&[
            "- System Config path: **Environment > SMTP**",
            "- ``config.json`` setting: ``ServiceSettings`` > ``EnableSecurityFixAlert`` > ``true``",
            "- Environment variable: ``MM_SERVICESETTINGS_ENABLESECURITYFIXALERT``",
        ]),
    );
    assert_eq!(sync(&text), text);
    let findings = check(&text);
    assert_eq!(rules(&findings), [("config-path", 6)], "{findings:#?}");
    assert_eq!(findings[0].severity, Severity::Warning);
    assert_eq!(findings[0].expected.as_deref(), Some("EmailSettings.EnableSecurityFixAlert"));
}

#[test]
fn two_places_outweigh_the_program() {
    let page = reference();
    let both = page.replace("Default is ``10``.", "Default is ``20``.");
    assert_eq!(sync(&both), page, "the path and the variable prove the setting");
    let table = |hint: &str, value: &str| {
        titled(
            "SMTP server timeout",
            &format!(
                "+{}+{}+\n| {hint:<45}| {:<79}|\n| {:<45}| {:<79}|\n+{}+{}+",
                "-".repeat(46),
                "-".repeat(80),
                format!("- ``config.json`` setting: ``EmailSettings`` > ``SMTPServerTimeout`` > ``{value}``"),
                "",
                "- Environment variable: ``MM_EMAILSETTINGS_SMTPSERVERTIMEOUT``",
                "-".repeat(46),
                "-".repeat(80),
            ),
        )
    };
    let agreed = table("Numerical input. Default is **20**.", "20");
    assert_eq!(sync(&agreed), agreed);
    assert!(check(&agreed).iter().any(|finding| finding.rule == docs::Rule::Default && !finding.has_fix()));
}

/// Everything that docutils reports at level warning or above is a finding, except what Sphinx knows.
#[test]
fn messages_of_docutils_reach_the_findings() {
    let found = |text: &str| {
        let page = format!("{}\n{text}\n", good());
        let lines = good().lines().count();
        let findings = check(&page);
        let findings = findings.iter().filter(|finding| finding.line > lines);
        findings.map(|finding| finding.rule.as_str()).collect::<Vec<_>>()
    };
    for (text, rule) in [
        ("====  ====\nlonger text  x\n====  ====", "malformed-table"),
        (".. list-table::\n\n   * - a\n     - b\n   * - c", "docutils-warning"),
        (".. csv-table:: x\n   :widths: 1 2 3\n\n   a, b", "docutils-warning"),
        (".. image:: a.png\n   :nonsense: 1", "docutils-warning"),
        (".. [1]", "docutils-warning"),
        (".. _a: https://x.test/1\n\n.. _a: https://x.test/2", "docutils-warning"),
        ("+---+\n| a |\n+---+\ntext", "malformed-table"),
        ("See nowhere_.", "docutils-warning"),
        ("See [9]_.", "docutils-warning"),
        ("See [#]_ and [#]_.\n\n.. [#] x", "docutils-warning"),
        ("See `that`__.", "docutils-warning"),
        (".. _a: nowhere_", "docutils-warning"),
        ("Text.\n\n----", "docutils-warning"),
    ] {
        assert_eq!(found(text), [rule], "{text}");
    }
    for text in [
        "See there_ and [1]_, [#]_, `that`__, Title_.\n\n.. _there: https://x.test\n.. [1] x\n.. [#] y\n\n__ https://x.test\n\nTitle\n~~~~~\n\nText.",
        "Text.\n\n----\n\nText.",
        "See [Someone]_ and |this|.",
        "See included_.\n\n.. include:: other.rst",
        ".. tabs::\n\n   x",
        "A :custom:`role` and :pep:`8`.",
        ".. math::\n   :label: x\n\n   a",
        ".. code-block:: python\n   :caption: x\n\n   a",
        ".. include:: other.rst",
    ] {
        assert_eq!(found(text), Vec::<&str>::new(), "{text}");
    }
    // A title that skips a level.
    let skipped = format!("A\n=\n\nB\n-\n\nC\n~\n\n- x\n\nD\n^\n\nE\n=\n\nF\n~\n\n{}", good());
    assert!(rules(&check(&skipped)).iter().any(|(rule, _)| *rule == "docutils-warning"), "{skipped}");
}

#[test]
fn lines_that_name_the_file_without_a_path_are_findings() {
    for bullet in [
        "- ``config.json`` setting: ```\".ASettings.Region\",``",
        "- ``config.json`` setting: ``CacheSettings`` > ``RedisDB,``",
        "- ``config.json`` setting: ``ASettings > K9``",
        "- ``config.json`` setting: ``\".ASettings,K9\",``",
        "- ``config.json`` setting: ``\".ASettings.K 9\",``",
        "- ``config.json`` setting: see below",
        "- ``config.json`` setting:",
    ] {
        let page =
            format!("{}\n{}", good(), titled("Region", &table(&[bullet, "- Environment variable: N/A"])));
        assert_eq!(rules(&check(&page)), [("markup", 14)], "{bullet}");
    }
    for sentence in [
        "This feature's ``config.json`` setting is ``\"LinkTimeout``: 5000`` with numerical input.",
        "This feature's ``config.json`` setting is ``\"PathPrefix: \"\"`` with string input.",
        "This feature's ``config.json`` setting is ``WebsocketPort\": 80`` with numerical input.",
        "This feature's ``config.json`` setting is found elsewhere.",
    ] {
        let page = format!("{}\n{}", good(), titled("Some", &self::sentence(sentence)));
        let findings = check(&page);
        assert!(rules(&findings).contains(&("markup", 14)), "{sentence}: {findings:#?}");
    }
    // In words of its own.
    for sentence in [
        "The ``config.json`` setting for this is ``\"ASettings.Z\": 5``.",
        "This feature's ``config.json`` settings are ``\"A.A\": true`` and ``\"A.B\": true``.",
        "Set ``ASettings.Z`` in *config.json*.",
    ] {
        let page = format!("{}\n{}", good(), titled("Some", &self::sentence(sentence)));
        assert_eq!(rules(&check(&page)), [("markup", 14)], "{sentence}: {:#?}", check(&page));
    }
    let bullets = ["- Set ``ASettings.Z`` in ``config.json``.", "- Environment variable: N/A"];
    let page = format!("{}\n{}", good(), titled("Some", &table(&bullets)));
    assert_eq!(rules(&check(&page)), [("markup", 14)], "{:#?}", check(&page));
    // A literal with one quote.
    for literal in ["\".ASettings.Z: false,", ".ASettings.Z: false\","] {
        let bullet = format!("- ``config.json`` setting: ``{literal}``");
        let page = titled("Z", &table(&[&bullet, "- Environment variable: ``MM_ASETTINGS_Z``"]));
        let page = format!("{}\n{page}", good());
        assert_eq!(rules(&check(&page)), [("markup", 14)], "{literal}");
        assert_eq!(sync(&page), page);
    }
    let page = titled("Some", &sentence("Words"));
    let directive = format!("{}{page}", directive("ASettings > Z", "MM_ASETTINGS_Z"));
    assert!(rules(&check(&format!("{}\n{directive}", good()))).contains(&("markup", 11)));
    // Three keys and a value.
    let deep = format!(
        "{}\n.. config:setting:: hide\n  :configjson: .FlagSettings.Additional.Hide\n\n{}",
        good(),
        titled(
            "Hide",
            &table(&["- ``config.json`` setting: ``FlagSettings`` > ``Additional`` > ``Hid`` > ``true``"])
        )
    );
    assert!(rules(&check(&deep)).iter().any(|(rule, _)| *rule == "config-path"), "{:#?}", check(&deep));
}

/// The line is read, so that the variable next to it is compared.
#[test]
fn unusual_labels_and_literals_are_read() {
    for bullet in [
        "- config.json setting: ``\".ASettings.K9\",``",
        "- ``config.json``: ``ASettings`` > ``K9``",
        "- *config.json* setting: ``ASettings.K9``",
        "- Config.json setting: ``ASettings`` > ``K9``",
        "- **config.json setting**: ``ASettings`` > ``K9``",
        "- ``config.json`` setting: :code:`ASettings` > :code:`K9`",
    ] {
        let page = |env: &str| {
            let env = format!("- Environment variable: ``{env}``");
            format!("{}\n{}", good(), titled("K9", &table(&[bullet, &env])))
        };
        assert_eq!(check(&page("MM_ASETTINGS_K9")), [], "{bullet}");
        assert_eq!(rules(&check(&page("MM_ASETTINGS_K8"))), [("env-name", 15)], "{bullet}");
    }
    for name in ["*config.json*", "``Config.json``", "**config.json**"] {
        let text = format!("This feature's {name} setting is ``\"ASettings.U\": true``.");
        assert_eq!(check(&titled("U", &sentence(&text))), [], "{name}");
    }
}

#[test]
fn settings_outside_of_settings_tables_are_compared() {
    let bullets = [
        "- ``config.json`` setting: ``MailSettings`` > ``Host``",
        "- Environment variable: ``MM_MAILSETTINGS_HOTS``",
    ];
    let list_table =
        format!(".. list-table::\n\n   * - What it does.\n     - {}\n       {}", bullets[0], bullets[1]);
    let inside = |lead: &str| {
        let table = table(&bullets);
        let lines: Vec<String> = table.lines().map(|line| format!("   {line}")).collect();
        format!("{lead}\n\n{}", lines.join("\n"))
    };
    let simple = format!(
        "=============  ======================================================\nWhat it does.  {}\n               {}\n\
         =============  ======================================================",
        bullets[0], bullets[1]
    );
    let quote = format!("   {}\n   {}", bullets[0], bullets[1]);
    for body in [
        list_table,
        inside(".. only:: html"),
        inside(".. tab:: Self-hosted"),
        inside("1. item"),
        simple,
        quote,
    ] {
        let page = format!("{}\n{}", good(), titled("Host", &body));
        let findings = check(&page);
        assert_eq!(findings.len(), 1, "{page}\n{findings:#?}");
        assert_eq!(findings[0].rule.as_str(), "env-name", "{page}");
        assert_eq!(findings[0].expected.as_deref(), Some("MM_MAILSETTINGS_HOST"));
        assert_eq!(sync(&page), page, "they are never changed");
        let right = page.replace("HOTS", "HOST");
        assert_eq!(check(&right), [], "{right}");
    }
}

#[test]
fn a_page_without_settings_is_a_finding() {
    for text in ["A title\n=======\n\nWords.\n", ".. option:: --x\n\n   Words.\n", ""] {
        assert_eq!(rules(&check(text)), [("no-settings", 1)], "{text}");
    }
    let silenced = ".. settings-allow: no-settings An index.\n\nA title\n=======\n";
    assert_eq!(check(silenced), []);
}

#[test]
fn settings_in_directives_of_sphinx_are_compared() {
    let one = |path: &str, env: &str| {
        format!(
            ".. confval:: {path}\n   :type: string\n   :default: ``nil``\n\n   What it does.\n\n   |\n   | Type: string\n   \
             | Environment variable: {env}\n\n"
        )
    };
    let page = |path: &str, env: &str| {
        format!(
            "{}{}{}",
            one("storage.port", "TCM_STORAGE_PORT"),
            one("storage.host-name", "TCM_STORAGE_HOST_NAME"),
            one(path, env)
        )
    };
    assert_eq!(check(&(page("storage.tls.cert", "TCM_STORAGE_TLS_CERT").trim_end().to_owned() + "\n")), []);
    let wrong = page("storage.tls.cert", "TCM_STORAGE_SSL_TLS_CERT").trim_end().to_owned() + "\n";
    let findings = check(&wrong);
    assert_eq!(rules(&findings), [("env-name", 29)], "{findings:#?}");
    assert_eq!(findings[0].expected.as_deref(), Some("TCM_STORAGE_TLS_CERT"));
    assert_eq!(sync(&wrong), wrong, "they are never changed");
    // The options of a tool have no sections and no variables.
    assert_eq!(check(".. confval:: html_theme\n   :type: str\n\n   The theme.\n"), []);
}

#[test]
fn the_programs_prefix_judges_a_page_with_one_variable() {
    let page = titled(
        "Zed",
        &table(&[
            "- ``config.json`` setting: ``ASettings`` > ``Zed``",
            "- Environment variable: ``MM_ASETTINGS_ZEDX``",
        ]),
    );
    let findings = check(&page);
    assert_eq!(rules(&findings), [("env-name", 6)], "{findings:#?}");
    assert_eq!(findings[0].expected.as_deref(), Some("MM_ASETTINGS_ZED"));
    // The prefix itself may be wrong, or missing.
    for wrong in ["MMM_ASETTINGS_ZED", "XX_ASETTINGS_ZED", "ASETTINGS_ZED"] {
        let page = page.replace("MM_ASETTINGS_ZEDX", wrong);
        let page = page.lines().map(|line| match line.split_once(wrong) {
            Some((before, _)) => format!("{:<122}|", format!("{before}{wrong}``")),
            None => line.to_owned(),
        });
        let page = page.collect::<Vec<_>>().join("\n") + "\n";
        let findings = check(&page);
        assert_eq!(rules(&findings), [("env-name", 6)], "{page}\n{findings:#?}");
        assert_eq!(findings[0].expected.as_deref(), Some("MM_ASETTINGS_ZED"));
    }
    // So may the only path.
    let page_of = |path: &str| titled("Port", &table(&[&format!("- ``config.json`` setting: ``{path}``")]));
    assert_eq!(rules(&check(&page_of("EmailSettings.SMTPort"))), [("unknown-setting", 5)]);
    assert_eq!(check(&page_of("OtherSettings.Key")), []);
    // Another program's variables follow other rules.
    assert_eq!(check(&page.replace("MM_ASETTINGS_ZEDX``", "TCM_SSL_ZED``      ")), []);
}

/// The shortest of three runs, in time of the processor.
fn time(run: impl Fn()) -> Duration {
    let once = || {
        let start = thread_time();
        run();
        thread_time().saturating_sub(start)
    };
    (0..3).map(|_| once()).min().unwrap_or_default()
}

#[test]
fn malformed_pages_take_linear_time() {
    let broken = |count: usize| {
        let bullets = [
            "- ``config.json`` setting: ``ASettings`` > ``K``",
            "- Environment variable: ``MM_ASETTINGS_X``",
        ];
        let one = titled("Some", &table(&bullets).replacen(" |\n", "|\n", 1));
        one.repeat(count)
    };
    let rows = |count: usize| {
        let mut text = String::from("+----+----+\n");
        text.push_str(&"| a  | b \n+----+----+\n".repeat(count));
        text
    };
    let line = |count: usize| format!("Words {}\n", "*a ".repeat(count));
    for (name, page, count) in [
        ("broken tables", &broken as &dyn Fn(usize) -> String, 150),
        ("rows without a bar", &rows, 1500),
        ("unbalanced markup", &line, 2000),
    ] {
        let (small, large) = (page(count), page(8 * count));
        for (what, run) in [
            ("check", &(|text: &str| drop(check(text))) as &dyn Fn(&str)),
            ("sync", &|text: &str| drop(sync(text))),
        ] {
            let (a, b) = (time(|| run(&small)), time(|| run(&large)));
            // Linear is 8, quadratic 64.
            let ratio = b.as_secs_f64() / a.as_secs_f64().max(1e-4);
            assert!(ratio < 32.0, "{what} of {name}: {a:?} and {b:?}");
        }
    }
}
