//! `show`, `explain`, `get` and `validate` as people call them.

use serde_json::Value;
use settings_tests::cli::{Folder, settings};

#[test]
fn a_variable_shows_with_the_default_that_it_overrides() {
    let run = settings(&["show", "--origin"], &[("MM_EMAILSETTINGS_SMTPPORT", "2525")]);
    assert_eq!(run.code, 0, "{run:?}");
    let lines: Vec<_> = run.out.lines().map(str::trim).collect();
    let at =
        lines.iter().position(|line| line.starts_with("EmailSettings.SMTPPort ")).expect("the port is shown");
    assert!(lines[at].ends_with("= 2525"));
    assert_eq!(lines[at + 1], "from variable MM_EMAILSETTINGS_SMTPPORT");
    assert_eq!(lines[at + 2], "overrides default 10025");
}

#[test]
fn a_misspelt_variable_gets_the_nearest_name() {
    let environment = [("MM_EMAILSETTINGS_SMTPPROT", "1")];
    let run = settings(&["validate"], &environment);
    assert_eq!((run.code, settings(&["validate", "--strict"], &environment).code), (0, 1));
    assert!(run.out.contains("did you mean `MM_EMAILSETTINGS_SMTPPORT`?"), "{}", run.out);
}

const FIVE_MISTAKES: &str = r#"{
  "EmailSettings": {
    "SMTPServr": "mail.example.com",
    "SMTPPort": 99999,
    "EnableSMTPAuth": "yes please",
    "ConnectionSecurity": "starttls"
  }
}
"#;

#[test]
fn five_mistakes_are_five_findings_with_places() {
    let folder = Folder::new("five");
    let config = folder.write("config.json", FIVE_MISTAKES);
    let environment = [("MM_EMAILSETTINGS_SMTPSERVERTIMEOUT", "soon")];
    let run = settings(&["--config", &config, "validate", "--format", "json"], &environment);
    assert_eq!(run.code, 1);
    let findings: Vec<Value> = serde_json::from_str(&run.out).expect("the report is JSON");
    let found: Vec<_> = findings
        .iter()
        .map(|finding| {
            let code = finding["code"].as_str().unwrap_or_default();
            assert_eq!(finding["severity"], if code == "unknown-key" { "warning" } else { "error" });
            (code, finding["line"].as_u64(), finding["column"].as_u64(), finding["variable"].as_str())
        })
        .collect();
    assert_eq!(
        found,
        [
            ("unknown-key", Some(3), Some(5), None),
            ("out-of-range", Some(4), Some(17), None),
            ("wrong-type", Some(5), Some(23), None),
            ("not-in-list", Some(6), Some(27), None),
            ("unparsable", None, None, Some("MM_EMAILSETTINGS_SMTPSERVERTIMEOUT")),
        ]
    );
    assert_eq!(findings[0]["help"], "did you mean `EmailSettings.SMTPServer`?");
    assert_eq!(findings[3]["help"], "did you mean `\"STARTTLS\"`?");
    let unset = |default: &str| format!("correct the value, or remove it: the default is {default}");
    for (finding, default) in [(1, "`10025`"), (2, "`false`"), (4, "`10` seconds")] {
        assert_eq!(findings[finding]["help"], unset(default));
    }
    let human = settings(&["--config", &config, "validate"], &environment).out;
    assert!(human.contains("4 |     \"SMTPPort\": 99999,\n  |                 ^^^^^\n"), "{human}");
    assert_eq!(human.matches("  = help: ").count(), 5, "{human}");
    assert!(human.ends_with("4 errors, 1 warning\n"), "{human}");
}

#[test]
fn findings_are_annotations_of_a_workflow() {
    let folder = Folder::new("five-github");
    let config = folder.write("five,mistakes.json", FIVE_MISTAKES);
    let env_file = folder.write("server.env", "\nMM_EMAILSETTINGS_SMTPUSERNAM=chat\n");
    let environment = [("MM_EMAILSETTINGS_SMTPSERVERTIMEOUT", "soon"), ("MM_TEAM", "1")];
    let arguments = ["--config", &config, "--env-file", &env_file, "validate", "--format", "github"];
    let run = settings(&arguments, &environment);
    assert_eq!(run.code, 1);
    let config = config.replace(',', "%2C");
    let lines: Vec<_> = run.out.lines().collect();
    assert_eq!(
        lines[0],
        format!(
            "::warning file={config},line=3,col=5,title=unknown-key::unknown setting `EmailSettings.SMTPServr`%0A\
             help: did you mean `EmailSettings.SMTPServer`?"
        )
    );
    assert!(lines[1].starts_with(&format!("::error file={config},line=4,col=17,title=out-of-range::")));
    let timeout = "::error title=unparsable::variable MM_EMAILSETTINGS_SMTPSERVERTIMEOUT: ";
    assert!(lines.iter().any(|line| line.starts_with(timeout)), "{}", run.out);
    let user = format!(
        "::warning file={env_file},line=2,title=unknown-variable::variable MM_EMAILSETTINGS_SMTPUSERNAM: "
    );
    assert!(lines.iter().any(|line| line.starts_with(&user)), "{}", run.out);
    assert!(lines.iter().any(|line| line.starts_with("::notice title=unclaimed-variables::")), "{}", run.out);
    assert_eq!(lines.len(), 7, "{}", run.out);
}

/// A file as a large product writes it: of its sections this program knows one.
fn large_file() -> String {
    let known = [
        "\"EnableSignUpWithEmail\": true",
        "\"FeedbackName\": \"\"",
        "\"FeedbackEmail\": \"test@example.com\"",
        "\"SMTPServer\": \"mail.example.com\"",
        "\"SMTPPort\": \"587\"",
        "\"SMTPServerTimeout\": 10",
        "\"ConnectionSecurity\": \"STARTTLS\"",
        "\"EnableSMTPAuth\": true",
        "\"SMTPUsername\": \"chat\"",
        "\"SMTPPassword\": \"hunter2\"",
        "\"EmailBatchingInterval\": 30",
    ]
    .join(",\n        ");
    let others = ["TeamSettings", "ClientRequirements", "SqlSettings", "LogSettings", "PasswordSettings"]
        .map(|name| format!("    \"{name}\": {{\"Enable\": true, \"List\": [\"a\", {{\"b\": null}}]}}"))
        .join(",\n");
    format!(
        "{{\n    \"ServiceSettings\": {{\"SiteURL\": \"https://chat.example.com\", \"EnableSecurityFixAlert\": false}},\n\
         {others},\n    \"EmailSettings\": {{\n        {known}\n    }}\n}}\n"
    )
}

#[test]
fn a_large_products_file_resolves() {
    let folder = Folder::new("large");
    let config = folder.write("config.json", large_file());
    let run = settings(&["--config", &config, "validate", "--format", "json"], &[]);
    assert_eq!(run.code, 0, "{}", run.out);
    let findings: Vec<Value> = serde_json::from_str(&run.out).expect("the report is JSON");
    let count = |code: &str| findings.iter().filter(|finding| finding["code"] == code).count();
    assert_eq!(count("unclaimed-sections"), 1);
    assert_eq!(count("alias"), 1);
    let get = |path: &str| settings(&["--config", &config, "get", path], &[]).out;
    assert_eq!(get("EmailSettings.SMTPPort"), "587\n");
    assert_eq!(get("EmailSettings.EnableSecurityFixAlert"), "false\n");
    assert_eq!(get("EmailSettings.SMTPPassword"), "***\n");
    assert_eq!(settings(&["--config", &config, "validate", "--strict"], &[]).code, 1);
}

#[test]
fn the_old_name_of_the_security_alert_works_and_warns() {
    let variable = ("MM_SERVICESETTINGS_ENABLESECURITYFIXALERT", "false");
    let run = settings(&["validate"], &[variable]);
    assert_eq!(run.code, 0);
    assert!(run.out.contains("warning[alias]"), "{}", run.out);
    assert_eq!(settings(&["get", "EmailSettings.EnableSecurityFixAlert"], &[variable]).out, "false\n");
}

#[test]
fn broken_and_missing_files_differ() {
    let folder = Folder::new("broken");
    let empty = folder.write("empty.json", "");
    let run = settings(&["--config", &empty, "validate"], &[]);
    assert_eq!(run.code, 1);
    assert!(run.out.contains("error[empty-file]") && run.out.contains("empty.json:1:1"), "{}", run.out);
    let missing = settings(&["--config", &folder.path("none.json"), "show"], &[]);
    assert_eq!(missing.code, 2);
    assert!(missing.error.contains("none.json"), "{}", missing.error);
    let binary = folder.write("binary.json", [b'{', 0xff, b'}']);
    let run = settings(&["--config", &binary, "show"], &[]);
    assert_eq!(run.code, 2);
    assert!(run.error.contains("offset 1"), "{}", run.error);
}

#[test]
fn all_layers_in_order() {
    let folder = Folder::new("layers");
    let config = folder.write("config.json", r#"{"EmailSettings": {"SMTPPort": 2, "SMTPServer": "file"}}"#);
    let defaults =
        folder.write("defaults.json", r#"{"EmailSettings": {"SMTPPort": 1, "SMTPUsername": "custom"}}"#);
    let env_file =
        folder.write("server.env", "MM_EMAILSETTINGS_SMTPPORT=3\nMM_EMAILSETTINGS_SMTPSERVER=envfile\n");
    let layers = ["--config", &config, "--custom-defaults", &defaults, "--env-file", &env_file];
    let environment = [("MM_EMAILSETTINGS_SMTPSERVER", "environment")];
    let get = |path: &str, more: &[&str]| {
        let arguments = [&layers[..], more, &["get", path]].concat();
        settings(&arguments, &environment).out
    };
    assert_eq!(get("EmailSettings.SMTPUsername", &[]), "custom\n");
    assert_eq!(get("EmailSettings.SMTPPort", &[]), "3\n");
    assert_eq!(get("EmailSettings.SMTPServer", &[]), "environment\n");
    assert_eq!(get("EmailSettings.SMTPServer", &["--set", "EmailSettings.SMTPServer=told"]), "told\n");
    let json = settings(&[&layers[..], &["show", "--format", "json"]].concat(), &environment).out;
    let shown: Vec<Value> = serde_json::from_str(&json).expect("the listing is JSON");
    let port =
        shown.iter().find(|setting| setting["name"] == "EmailSettings.SMTPPort").expect("the port is listed");
    assert_eq!(port["value"], 3);
    assert_eq!(port["default"], 10025);
    assert_eq!(port["origin"]["line"], 1);
    assert_eq!(port["overrides"].as_array().map(Vec::len), Some(3));
}

#[test]
fn explain_shows_one_setting_in_full() {
    let run = settings(&["explain", "EmailSettings.ConnectionSecurity"], &[]);
    for part in
        ["(default)", "STARTTLS", "MM_EMAILSETTINGS_CONNECTIONSECURITY", "Environment > SMTP", "from default"]
    {
        assert!(run.out.contains(part), "{part}: {}", run.out);
    }
    let port = settings(&["explain", "EmailSettings.SMTPPort"], &[]);
    assert!(port.out.contains("warns     where port 465 is for connections"), "{}", port.out);
    let unknown = settings(&["explain", "EmailSettings.SMTPProt"], &[]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.error.contains("did you mean `EmailSettings.SMTPPort`?"), "{}", unknown.error);
}

#[test]
fn explain_and_get_report_the_findings_of_one_setting() {
    let folder = Folder::new("explain-one");
    let text =
        r#"{"EmailSettings": {"SMTPPort": 99999, "SMTPServer": true, "FeedbackNam": "Chat"}, "Other": 1}"#;
    let config = folder.write("config.json", text);
    let with = |arguments: &[&str]| settings(&[&["--config", &config], arguments].concat(), &[]);
    for command in ["explain", "get"] {
        let port = with(&[command, "EmailSettings.SMTPPort"]);
        assert_eq!(port.code, 1);
        assert!(port.warnings.contains("99999"), "{}", port.warnings);
        for other in ["EmailSettings.SMTPServer", "EmailSettings.FeedbackNam", "Other"] {
            assert!(!port.warnings.contains(&format!("`{other}`")), "{}", port.warnings);
        }
        let last = "2 findings concern other settings: `settings validate` shows them all\n";
        assert!(port.warnings.ends_with(last), "{}", port.warnings);
        // The misspelled key is one of the setting's own findings.
        let name = with(&[command, "EmailSettings.FeedbackName"]);
        assert!(name.warnings.contains("EmailSettings.FeedbackNam`"), "{}", name.warnings);
        assert!(!name.warnings.contains("out-of-range"), "{}", name.warnings);
        let missing = with(&[command, "EmailSettings.SMTPProt"]);
        assert_eq!((missing.code, missing.warnings.contains("99999")), (2, false), "{}", missing.warnings);
    }
    // So is a misspelled variable.
    let variables = [("MM_EMAILSETTINGS_SMTPPRT", "26"), ("MM_EMAILSETTINGS_FEEDBACKNAM", "Chat")];
    let port = settings(&["explain", "EmailSettings.SMTPPort"], &variables);
    assert!(port.warnings.contains("MM_EMAILSETTINGS_SMTPPRT"), "{}", port.warnings);
    assert!(!port.warnings.contains("MM_EMAILSETTINGS_FEEDBACKNAM"), "{}", port.warnings);
    // A file that can't be read concerns every setting.
    let broken = folder.write("broken.json", "{");
    let port = settings(&["--config", &broken, "explain", "EmailSettings.SMTPPort"], &[]);
    assert!(port.warnings.contains("error[syntax]"), "{}", port.warnings);
    assert!(!port.warnings.contains("other settings"), "{}", port.warnings);
}

#[test]
fn an_env_listing_is_read_back() {
    let environment =
        [("MM_EMAILSETTINGS_SMTPUSERNAME", "a \"b\" \\ c"), ("MM_EMAILSETTINGS_SMTPPASSWORD", "k4n4ry")];
    let listing = settings(&["show", "--format", "env"], &environment).out;
    assert!(!listing.contains("k4n4ry"));
    let folder = Folder::new("env");
    let file = folder.write("server.env", listing);
    assert_eq!(
        settings(&["--env-file", &file, "get", "EmailSettings.SMTPUsername"], &[]).out,
        "a \"b\" \\ c\n"
    );
}

#[test]
fn the_password_within_a_url_is_not_shown() {
    let folder = Folder::new("url-passwords");
    let url = "https://chat:k4n4ry@relay.example.com/x";
    let config = folder.write("config.json", format!(r#"{{"EmailSettings": {{"FeedbackName": "{url}"}}}}"#));
    let other = folder.write("other.json", "{}");
    let with = |arguments: &[&str]| settings(&[&["--config", &config], arguments].concat(), &[]);
    for arguments in [
        &["show", "--origin"][..],
        &["show", "--format", "json"],
        &["explain", "EmailSettings.FeedbackName"],
        &["diff", &other],
        &["diff", &other, "--format", "json"],
    ] {
        let run = with(arguments);
        assert!(run.out.contains("https://chat:***@relay.example.com/x"), "{arguments:?}: {}", run.out);
        assert!(!run.out.contains("k4n4ry"), "{arguments:?}: {}", run.out);
    }
    let listed = with(&["show", "--format", "env"]).out;
    assert!(
        listed.contains("# MM_EMAILSETTINGS_FEEDBACKNAME holds a password and is not shown\n"),
        "{listed}"
    );
    assert!(!listed.contains("k4n4ry"), "{listed}");
    // who asks for one value wants the whole of it
    assert_eq!(with(&["get", "EmailSettings.FeedbackName"]).out, format!("{url}\n"));

    let wrong = folder.write(
        "wrong.json",
        format!(r#"{{"EmailSettings": {{"SMTPPort": "{url}", "ConnectionSecurity": "{url}", "SMTPServerTimeout": ["{url}"]}}}}"#),
    );
    for format in ["human", "json", "lines", "github"] {
        let run = settings(
            &["--config", &wrong, "validate", "--format", format],
            &[("MM_EMAILSETTINGS_SMTPIDLETIMEOUT", url)],
        );
        assert_eq!(run.code, 1);
        assert!(run.out.contains("chat:***@relay.example.com") && !run.out.contains("k4n4ry"), "{}", run.out);
    }
}
