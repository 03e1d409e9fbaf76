//! The contents of reports.

use super::*;

#[test]
fn one_report_has_every_mistake_of_every_layer() {
    let text = "{\n  \"Mail\": {\n    \"Prot\": 1,\n    \"Port\": 99999,\n    \"Auth\": \"yes please\",\n    \"Timeout\": true\n  }\n}\n";
    let layers = Layers::new()
        .file("config.json", text)
        .environment([("MM_MAIL_TIMEOUT", "soon"), ("MM_MAIL_PROT", "1")].into_iter().collect());
    let resolution = resolve::<Program>(layers);
    let found: Vec<_> = resolution
        .report()
        .diagnostics()
        .iter()
        .map(|diagnostic| (diagnostic.code, diagnostic.place.to_string(), diagnostic.help.clone()))
        .collect();
    let place = |place: &str| place.to_owned();
    assert_eq!(
        found,
        [
            (Code::UnknownKey, place("config.json:3:5"), place("did you mean `Mail.Port`?")),
            (
                Code::OutOfRange,
                place("config.json:4:13"),
                place("correct the value, or remove it: the default is `25`")
            ),
            (
                Code::WrongType,
                place("config.json:5:13"),
                place("correct the value, or remove it: the default is `false`")
            ),
            (
                Code::WrongType,
                place("config.json:6:16"),
                place("correct the value, or remove it: the default is `10` seconds")
            ),
            (Code::UnknownVariable, place("variable MM_MAIL_PROT"), place("did you mean `MM_MAIL_PORT`?")),
            (
                Code::Unparsable,
                place("variable MM_MAIL_TIMEOUT"),
                place("correct the value, or remove it: the default is `10` seconds")
            ),
        ]
    );
    assert!(resolution.value().is_none());
    let human = resolution.report().to_human(false);
    assert!(human.contains("4 |     \"Port\": 99999,\n  |             ^^^^^\n"), "{human}");
    assert!(human.contains("expected a whole number from 1 to 65535, found 99999"), "{human}");
    assert!(human.ends_with("4 errors, 2 warnings\n"), "{human}");
}

#[test]
fn a_mistake_below_a_right_value_is_reported_for_every_kind_and_layer() {
    let file = |key: &str, value: &str| format!(r#"{{"Mail": {{"{key}": {value}}}}}"#);
    for (key, wrong, right_json, right) in [
        ("Port", "99999", "26", "27"),
        ("Auth", "5", "true", "true"),
        ("Timeout", "true", "5", "6"),
        ("Password", "[]", "\"hush\"", "hush"),
    ] {
        let (path, variable) = (format!("Mail.{key}"), format!("MM_MAIL_{}", key.to_uppercase()));
        let weak = || Layers::new().custom_defaults("defaults.json", file(key, wrong));
        let environment = || [(variable.as_str(), right)].into_iter().collect();
        for layers in [
            weak().file("config.json", file(key, right_json)),
            weak().environment(environment()),
            weak().set(path.as_str(), right, "--set"),
            weak().file("config.json", file(key, right_json)).environment(environment()),
            weak().environment(environment()).set(path.as_str(), right, "--set"),
        ] {
            let resolution = resolve::<Program>(layers);
            let report = resolution.report();
            assert_eq!(report.diagnostics().len(), 1, "{report}");
            let found = &report.diagnostics()[0];
            assert_eq!((found.severity, found.setting.as_deref()), (Severity::Error, Some(path.as_str())));
            assert!(found.place.to_string().starts_with("defaults.json:1:"), "{found}");
            let effective = resolution.setting(&path).unwrap();
            assert_ne!(effective.origin.layer(), Layer::CustomDefaults, "{path}");
        }
    }
}

#[test]
fn no_report_shows_a_secret() {
    let canary = "k4n4ry";
    for text in [
        format!(r#"{{"Mail": {{"Port": "x", "Password": "{canary}"}}}}"#),
        format!(r#"{{"Mail": {{"Pasword": "{canary}"}}}}"#),
        format!(r#"{{"Mail": {{"Password": ["{canary}"]}}}}"#),
        format!(r#"{{"Mail": {{"Password": {canary}}}}}"#),
        format!(r#"{{"Mail": {{"Password": '{canary}'}}}}"#),
        format!(r#"{{"Mail": {{"Password": "{canary}}}}}"#),
        format!("{{\"Mail\": {{\"Port\": oops, // {canary}\n}}}}"),
        format!("{{\"Mail\": {{\"Password\": \"{canary}\", \"Password\": \"{canary}\"}}}}"),
        format!("{{\"Mail\": {{\"Pass\": \"{canary}\", \"Password\": \"{canary}\"}}}}"),
        format!("{{\"Mail\": {{\"Password\": \"{canary}\" \"Port\": 1}}}}"),
        format!("{{\"Mail\": \"{canary}\"}}"),
    ] {
        let resolution = file(&text);
        let report = resolution.report();
        assert!(!report.diagnostics().is_empty(), "{text}");
        let shown = format!("{report}{}{}{report:?}", report.to_json(), report.to_lines());
        assert!(!shown.contains(canary), "{text}\n{shown}");
    }
    let resolution = env(&[("MM_MAIL_PASSWORD", canary), ("MM_MAIL_PASSWRD", canary)]);
    let shown = format!("{}{:?}", resolution.report(), resolution.setting("Mail.Password").unwrap().shown());
    assert!(!shown.contains(canary), "{shown}");
}

#[test]
fn every_finding_says_what_to_do() {
    for (text, help) in [
        ("", "write `{}` to use every default"),
        ("[]", "put the sections in braces: `{\"Section\": {…}}`"),
        ("{Mail: 1}", "write a key as `\"Key\": value`, and close the object with `}`"),
        ("{'Mail': 1}", "JSON writes strings in double quotes"),
        ("{\"Mail\" 1}", "write `:` between a key and its value"),
        (
            "{\"Mail\": True}",
            "JSON knows the words `true`, `false` and `null`; put other text in double quotes",
        ),
        ("{\"Mail\": {\"Port\": 1 \"Auth\": true}}", "a comma is missing before it"),
        ("{\"Mail\": {\"Port\": 1}", "write a comma before the next one, or close the bracket"),
        ("{\"Mail\": {\"Port\": 1}}}", "remove what follows, or put it before the last bracket"),
        ("{\"Mail\": 1}", "put its settings in braces, or remove it to use their defaults"),
        ("{\"Mail\": {\"Colour\": 1}}", "remove it"),
        ("{\"Port\": 1, \"Other\": 1}", "remove them, unless another program reads them"),
        ("{\"Mail\": {\"Port\": true}}", "correct the value, or remove it: the default is `25`"),
        ("{\"Mail\": {\"Password\": true}}", "correct the value, or remove it"),
        ("{\"Mail\": {\"Hosts\": \"b\"}}", "did you mean `[\"b\"]`?"),
        ("{\"Mail\": {\"Timeout\": \"90 sec\"}}", "did you mean `\"90s\"`?"),
        ("{\"Mail\": {\"Port\": null}}", "remove the line to use the default"),
    ] {
        let resolution = file(text);
        assert_eq!(resolution.report().diagnostics().first().map(|it| &*it.help), Some(help), "{text}");
    }
    let resolution = resolve::<Program>(
        Layers::new()
            .unknown(crate::schema::Unknown::Warn)
            .file("config.json", "{\"Port\": 1}")
            .set("timeout", "5", "--set"),
    );
    let helps: Vec<_> = resolution.report().diagnostics().iter().map(|it| &*it.help).collect();
    assert_eq!(
        helps,
        ["remove it", "write the full path of a setting: its sections and its key, joined by dots"]
    );
}

#[test]
fn reports_have_three_forms() {
    let resolution = file("{\n\t\"Mail\": {\"Prot\": 1}\n}");
    let report = resolution.report();
    assert_eq!(
        report.to_lines(),
        "config.json:2:11: warning[unknown-key]: unknown setting `Mail.Prot` (did you mean `Mail.Port`?)\n"
    );
    let json = report.to_json();
    let raw = crate::value::json::parse_value(&json).unwrap();
    let finding = raw.elements().unwrap()[0].entries().unwrap();
    let get = |name: &str| finding.iter().find(|(key, _)| key.name() == name).map(|(_, value)| value.text);
    assert_eq!(get("line"), Some("2"));
    assert_eq!(get("column"), Some("11"));
    assert_eq!(get("help"), Some("\"did you mean `Mail.Port`?\""));
    assert!(report.to_human(true).contains("\u{1b}[1;33m^^^^^^\u{1b}[0m"));
}

#[test]
fn long_lines_are_cut_around_the_place() {
    let padding = "0, ".repeat(2000);
    let resolution =
        file(&format!("{{\"X\": [{padding}0], \"Mail\": {{\"Prot\": 1}}, \"Y\": [{padding}0]}}"));
    let human = resolution.report().to_human(false);
    let lines: Vec<_> = human.lines().collect();
    assert!(
        lines[3].starts_with("1 | …") && lines[3].ends_with('…') && lines[3].chars().count() < 110,
        "{human}"
    );
    let start = lines[4].find('^').unwrap();
    let marked: String = lines[3].chars().skip(lines[4][..start].chars().count()).take(6).collect();
    assert_eq!(marked, "\"Prot\"");
}

#[test]
fn a_report_has_one_order_and_each_finding_once() {
    let text = "{\n\"Mail\": {\"Port\": 0,\n\"Auth\": 2}, \"Other\": 1}";
    let variables =
        [("MM_MAIL_TIMEOUT", "soon"), ("MM_MAIL_HOSTSS", "a"), ("MM_MAIL_AUTH", "maybe"), ("MM_X", "1")];
    let report = |variables: &[(&str, &str)]| {
        let mut environment = Environment::from_iter(variables.iter().copied());
        environment.add_file("a.env", "\nMM_MAIL_PORT=x\n");
        let layers = Layers::new()
            .set("Mail.Prot", "1", "--set")
            .environment(environment)
            .file("second.json", text)
            .file("second.json", text)
            .custom_defaults("first.json", text);
        resolve::<Program>(layers).report().to_lines()
    };
    let told = report(&variables);
    let places: Vec<_> = told.lines().map(|line| line.split(": ").next().unwrap()).collect();
    assert_eq!(
        places,
        [
            "first.json:2:18",
            "first.json:3:9",
            "second.json:2:18",
            "second.json:3:9",
            "variable MM_MAIL_AUTH",
            "variable MM_MAIL_HOSTSS",
            "variable MM_MAIL_TIMEOUT",
            "variable MM_MAIL_PORT (a.env:2)",
            "--set Mail.Prot",
            "first.json:3:13",
            "second.json:3:13",
            "variable MM_X",
        ],
        "{told}"
    );
    let mut reversed = variables;
    reversed.reverse();
    assert_eq!(report(&reversed), told);
}

#[test]
fn a_large_file_of_mistakes_on_one_line_is_reported_in_time() {
    let mistakes = "\"Prot\": 1, \"Password\": \"hunter2\", ".repeat(300);
    let text = format!("{{\"Mail\": {{{mistakes}\"Auth\": \"{}\"}}}}", "x".repeat(1 << 20));
    let started = std::time::Instant::now();
    let resolution = file(&text);
    let human = resolution.report().to_string();
    assert_eq!(resolution.report().diagnostics().len(), 600);
    assert!(!human.contains("hunter2") && human.lines().all(|line| line.chars().count() < 300));
    assert!(human.contains("…"), "{human}");
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}
