//! The generated program of 40 sections and 680 settings of every kind goes the whole way: it resolves from each layer,
//! reports every mistake, documents, validates, is listed, and its templates read back.

#![allow(dead_code)] // the fields are read as text only

use std::collections::HashSet;
use std::sync::LazyLock;

use serde_json::{Map, Value as Json, from_str};
use settings_core::docs::generate::artefacts;
use settings_core::docs::{Against, Format, Style, check};
use settings_core::json_schema::{json_schema, strict_json_schema};
use settings_core::listing::listing;
use settings_core::mail::EmailSettings;
use settings_core::resolve::{self, Environment, Layer, Layers, Origin, Resolution};
use settings_core::value::to_json;
use settings_core::{Settings, template};
use settings_tests::cli::{self, Folder};
use settings_tests::console::Site;
use settings_tests::generate::every::{SHAPES, Shape, file, has_optional_limits, shapes_of, topics};

mod every {
    include!(concat!(env!("OUT_DIR"), "/every.rs"));
}

use every::Every;

static EMAIL: LazyLock<EmailSettings> = LazyLock::new(EmailSettings::default);

impl AsRef<EmailSettings> for Every {
    fn as_ref(&self) -> &EmailSettings {
        &EMAIL
    }
}

/// The value that a layer gives each setting, as a tree.
fn expected(value: impl Fn(&Shape) -> &str, limits: &'static str) -> Json {
    from_str(&file(|shape| Some(value(shape).to_owned()), |_| Some(limits))).unwrap()
}

/// The tree of a layer over a weaker one: maps merge by entry, and everything else is replaced.
fn over(below: &Json, mut above: Json) -> Json {
    for topic in topics() {
        for name in ["Map", "Lists", "Named"] {
            let key = format!("{topic}{name}");
            let (Some(below), Some(above)) = (below[&topic].get(&key), above[&topic].get_mut(&key)) else {
                continue;
            };
            let (below, above) = (below.as_object().unwrap(), above.as_object_mut().unwrap());
            for (entry, value) in below {
                above.entry(entry.clone()).or_insert_with(|| value.clone());
            }
        }
        // the variable's `[{}]` changes nothing of the entry in the file
        let key = format!("{topic}Relays");
        let relays =
            below[&topic].get(&key).filter(|relays| relays.as_array().is_some_and(|all| !all.is_empty()));
        if let (Some(relays), Some(above)) = (relays, above[&topic].get_mut(&key)) {
            *above = relays.clone();
        }
    }
    above
}

fn clean(layers: Layers) -> Resolution<Every> {
    let resolution = resolve::resolve::<Every>(layers);
    assert_eq!(resolution.report().diagnostics(), [], "{}", resolution.report());
    assert!(resolution.value().is_some());
    resolution
}

/// The defaults of the annotations. A default that is computed from an absent section is missing.
fn defaults() -> Json {
    let limits = |number| match has_optional_limits(number) {
        true => r#"{"Most": 8, "Least": null}"#,
        false => r#"{"Most": 8, "Least": 4}"#,
    };
    from_str(&file(|shape| Some(shape.default.to_owned()), |number| Some(limits(number)))).unwrap()
}

/// Asserts that both trees are the same, and names the first section that differs.
#[track_caller]
fn same(found: &Json, expected: &Json) {
    for topic in topics() {
        assert_eq!(found[&topic], expected[&topic], "{topic}");
    }
    assert_eq!(found, expected);
}

/// All effective values as one JSON object, sections nested.
fn tree<S>(resolution: &Resolution<S>) -> Json {
    let mut root = Map::new();
    for setting in resolution.settings() {
        let value: Json = from_str(&to_json(&setting.setting.kind, &setting.value)).unwrap();
        let mut object = &mut root;
        let (key, sections) = setting.path.keys().split_last().unwrap();
        for section in sections {
            let below = object.entry(*section).or_insert_with(|| Json::Object(Map::new()));
            object = below.as_object_mut().unwrap();
        }
        object.insert((*key).to_owned(), value);
    }
    Json::Object(root)
}

#[test]
fn it_has_680_settings_of_every_kind() {
    let leaves: Vec<_> = Every::SCHEMA.leaves().collect();
    assert_eq!(leaves.len(), 680);
    let sections: HashSet<_> = leaves.iter().map(|leaf| leaf.path.keys()[0]).collect();
    assert_eq!(sections.len(), 40);
    let resolution = clean(Layers::new());
    let kinds: HashSet<_> = listing(&resolution, None).iter().map(|setting| setting.kind).collect();
    for kind in [
        "bool", "integer", "number", "string", "secret", "one-of", "duration", "size", "list", "set", "map",
        "json",
    ] {
        assert!(kinds.contains(kind), "{kind} is missing: {kinds:?}");
    }
    let times = |shape: &Shape| (0..40).flat_map(shapes_of).filter(|other| other.name == shape.name).count();
    assert!(SHAPES.iter().all(|shape| times(shape) >= 13));
}

#[test]
fn every_layer_gives_every_setting() {
    same(&tree(&clean(Layers::new())), &defaults());

    let written = file(|shape| Some(shape.file.1.to_owned()), |_| Some(r#"{"Most": 30}"#));
    let from_file = clean(Layers::new().file("config.json", written.as_str()));
    let by_file = over(&defaults(), expected(|shape| shape.file.0, r#"{"Most": 30, "Least": 15}"#));
    same(&tree(&from_file), &by_file);

    let paths: Vec<_> = Every::SCHEMA.leaves().map(|leaf| leaf.path).collect();
    let text = |path: &settings_core::schema::Path| {
        let keys = path.keys();
        let own = |shape: &&Shape| keys[1] == format!("{}{}", keys[0], shape.name);
        SHAPES.iter().find(own).map_or("12", |shape| shape.variable.1)
    };
    let environment = paths.iter().map(|path| (path.env_name("EV"), text(path)));
    let of_environment =
        clean(Layers::new().file("config.json", written.as_str()).environment(environment.collect()));
    let variables = expected(|shape| shape.variable.0, r#"{"Most": 12, "Least": 12}"#);
    same(&tree(&of_environment), &over(&by_file, variables.clone()));
    let by_variable = over(&defaults(), variables);
    assert!(of_environment.settings().all(|setting| setting.layer() == Layer::Environment));
    assert!(of_environment.settings().filter(|setting| setting.overridden.len() == 2).count() >= 640);

    let env_file: String =
        paths.iter().map(|path| format!("{}='{}'\n", path.env_name("EV"), text(path))).collect();
    let mut environment = Environment::default();
    environment.add_file("server.env", &env_file);
    same(&tree(&clean(Layers::new().environment(environment))), &by_variable);

    let told =
        paths.iter().fold(Layers::new(), |layers, path| layers.set(path.to_string(), text(path), "--set"));
    same(&tree(&clean(told)), &by_variable);

    let folder = Folder::new("every-secrets");
    for path in &paths {
        folder.write(&path.env_name("EV"), format!("{}\n", text(path)));
    }
    let kept = Layers::new().secrets_dir(folder.path("")).unwrap();
    same(&tree(&clean(kept)), &by_variable);
}

/// One mistake in every setting that refuses anything: each is reported at its line.
#[test]
fn every_mistake_is_reported_at_its_line() {
    let refusing = |shape: &Shape| !shape.bad.is_empty();
    let text = file(|shape| refusing(shape).then(|| shape.bad.to_owned()), |_| Some(r#"{"Most": 0}"#));
    let resolution = resolve::resolve::<Every>(Layers::new().file("config.json", text.as_str()));
    let mut told = HashSet::new();
    for diagnostic in resolution.report().diagnostics() {
        let resolve::Place::File { line, snippet: Some(snippet), .. } = &diagnostic.place else {
            panic!("{diagnostic:?} has no line")
        };
        let key = diagnostic.setting.as_ref().expect("it is about a setting").split('.').nth(1).unwrap();
        let key = key.split('[').next().unwrap();
        assert!(text.lines().nth(line - 1).unwrap().contains(&format!("\"{key}\": ")), "{diagnostic:?}");
        assert!(!snippet.line.contains("s3cret") && !diagnostic.message.contains("s3cret"));
        told.insert(*line);
    }
    let lines = (0..40).map(|number| 1 + shapes_of(number).filter(|shape| refusing(shape)).count());
    assert_eq!(told.len(), lines.sum::<usize>());
    let places = resolution.report().diagnostics().iter().map(|diagnostic| match diagnostic.place {
        resolve::Place::File { line, column, .. } => (line, column),
        _ => (0, 0),
    });
    assert!(places.is_sorted(), "they stand in the order of the file");
    // each falls back to its default
    same(&tree(&resolution), &expected(|shape| shape.default, r#"{"Most": 8, "Least": 4}"#));
}

#[test]
fn its_templates_read_back() {
    let root = Every::SCHEMA;
    let plain = template::default_json(root);
    let commented = template::commented_json(root);
    assert!(from_str::<Json>(&plain).is_ok() && commented.lines().count() > plain.lines().count() + 1360);
    for text in [plain, commented] {
        let resolution = clean(Layers::new().file("template.json", text));
        same(&tree(&resolution), &defaults());
        let in_file = resolution.settings().filter(|setting| setting.layer() == Layer::File).count();
        assert!(in_file > 500, "{in_file} settings stand in the template");
    }
    let mut environment = Environment::default();
    environment.add_file("template.env", &template::env(root));
    let resolution = clean(Layers::new().environment(environment));
    same(&tree(&resolution), &defaults());
    let set = resolution.settings().filter(|setting| setting.layer() == Layer::Environment).count();
    assert!(set > 500, "{set} settings stand in the template");
}

#[test]
fn its_schema_takes_what_it_resolves() {
    let written = file(|shape| Some(shape.file.1.to_owned()), |_| Some(r#"{"Most": 30}"#));
    let bad = file(|shape| (!shape.bad.is_empty()).then(|| shape.bad.to_owned()), |_| Some(r#"{"Most": 0}"#));
    for schema in [json_schema(Every::SCHEMA), strict_json_schema(Every::SCHEMA)] {
        let validator = jsonschema::draft202012::new(&from_str(&schema.to_string()).unwrap()).unwrap();
        let errors = |text: &str| {
            validator.iter_errors(&from_str(text).unwrap()).map(|error| error.to_string()).collect::<Vec<_>>()
        };
        assert!(errors(&template::default_json(Every::SCHEMA)).is_empty());
        assert!(errors(&bad).len() > 500);
    }
    let validator =
        jsonschema::draft202012::new(&from_str(&json_schema(Every::SCHEMA).to_string()).unwrap()).unwrap();
    let found: Vec<_> =
        validator.iter_errors(&from_str(&written).unwrap()).map(|error| error.to_string()).collect();
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn its_pages_are_rendered_and_agree_with_it() {
    let artefacts = artefacts(Every::SCHEMA, Style::Table, Format::Rst);
    let pages: Vec<_> =
        artefacts.iter().filter(|artefact| artefact.name.extension().is_some_and(|it| it == "rst")).collect();
    assert_eq!(pages.len(), 40);
    let mut headings = 0;
    for page in pages {
        let name = page.name.display().to_string();
        let read = settings_core::docs::read(&name, page.content.as_bytes()).unwrap();
        let findings = check(&read, Some(Every::SCHEMA), Against::Both);
        assert!(findings.is_empty(), "{name}: {findings:?}");
        headings += page.content.matches("Environment variable").count();
    }
    let shown = Every::SCHEMA.leaves_with_entries().filter(|leaf| !leaf.setting.hidden());
    let (own, entries): (Vec<_>, Vec<_>) = shown.partition(|leaf| leaf.entry_of.is_none());
    assert_eq!(headings, own.len() + entries.len());
    assert!(own.len() > 600 && entries.len() > 60, "{} and {}", own.len(), entries.len());
}

fn run(arguments: &[&str]) -> (bool, String) {
    let run = cli::run::<Every>(arguments, &[]);
    assert_eq!(run.error, "");
    (run.code == 0, run.out)
}

#[test]
fn its_commands_work() {
    let folder = Folder::new("every-commands");
    let written = file(|shape| Some(shape.file.1.to_owned()), |_| None);
    let config = folder.write("config.json", &written);
    let with = |arguments: &[&str]| run(&[&["--config", &config], arguments].concat());
    assert_eq!(with(&["validate", "--strict"]), (true, "680 settings are in order\n".to_owned()));
    assert_eq!(with(&["validate", "--format", "github"]), (true, String::new()));
    let (good, out) = with(&["show", "--format", "json"]);
    let shown: Vec<Json> = from_str(&out).unwrap();
    assert!(good && shown.len() == 680 && !out.contains("s3cret"));
    let from_file = shown.iter().filter(|setting| setting["origin"]["layer"] == "file").count();
    assert_eq!(from_file, 600);
    assert!(shown.iter().filter(|setting| setting["default_rule"] == "half of Most").count() == 40);
    let (good, out) = with(&["show", "--origin"]);
    assert!(good && out.matches(" from ").count() >= 680 && !out.contains("s3cret"));
    // what is shown for variables reads back, secrets aside
    let (_, listed) = with(&["show", "--format", "env"]);
    let mut environment = Environment::default();
    environment.add_file("shown.env", &listed);
    let again = resolve::resolve::<Every>(Layers::new().environment(environment));
    let before = resolve::resolve::<Every>(Layers::new().file("config.json", written));
    for (before, after) in before.settings().zip(again.settings()) {
        if !before.setting.kind.is_secret() && after.origin != Origin::Default {
            assert_eq!(before.shown(), after.shown(), "{}", before.path);
        }
    }
    // and so do the defaults, by which an optional section stays absent
    let (_, out) = run(&["show"]);
    let optional = (0..40).filter(|number| has_optional_limits(*number)).count();
    assert_eq!(out.matches("(its section is absent)").count(), 2 * optional);
    let (_, listed) = run(&["show", "--format", "env"]);
    let mut environment = Environment::default();
    environment.add_file("shown.env", &listed);
    let again = clean(Layers::new().environment(environment));
    same(&tree(&again), &defaults());
    let absent = |resolution: &Resolution<Every>| {
        format!("{:?}", resolution.value().unwrap()).matches("limits: None").count()
    };
    assert_eq!(absent(&again), absent(&clean(Layers::new())));
    for leaf in Every::SCHEMA.leaves().step_by(7) {
        let path = leaf.path.to_string();
        let (good, out) = with(&["explain", &path]);
        assert!(good && out.contains(&leaf.path.env_name("EV")) && !out.contains("s3cret"), "{out}");
    }
    let bad = folder
        .write("bad.json", file(|shape| (!shape.bad.is_empty()).then(|| shape.bad.to_owned()), |_| None));
    let (good, out) = run(&["--config", &bad, "validate", "--format", "lines"]);
    assert!(!good && out.lines().count() >= 580, "{}", out.lines().count());
}

#[test]
fn an_optional_section_is_there_or_not() {
    let given =
        clean(Layers::new().file("config.json", file(|_| None, |number| (number % 8 == 7).then_some("{}"))));
    let debug = format!("{:?}", given.value().unwrap());
    let optional = (0..40).filter(|number| has_optional_limits(*number)).count();
    assert_eq!(debug.matches("limits: None").count(), optional / 2);
    assert_eq!(debug.matches("limits: Some(Limits { most: 8, least: 4 })").count(), optional / 2);
}

#[tokio::test]
async fn pages_of_the_console_are_small() {
    let text = file(|shape| Some(shape.file.1.to_owned()), |_| Some(r#"{"Most": 9, "Least": 3}"#));
    let site = Site::new::<Every>(&text, &[]);
    let home = site.get("/").await.body;
    let navigation = home.split("</nav>").next().unwrap();
    let pages = navigation.split("href=\"").skip(1).filter_map(|link| link.split('"').next());
    let pages: Vec<_> = pages.filter(|link| link.starts_with("p/")).collect();
    assert!(pages.len() >= 40, "{pages:?}");
    for page in ["", "sources"].iter().chain(&pages) {
        let answer = site.get(&format!("/{page}")).await;
        assert_eq!(answer.status, http::StatusCode::OK, "{page}");
        let limit = if *page == "sources" { 300_000 } else { 60_000 };
        assert!(answer.body.len() <= limit, "{page} has {} bytes", answer.body.len());
    }
    let all = site.get("/all").await.body;
    assert_eq!(all.matches("<span class=\"path\">").count(), 680);
    assert!(all.len() <= 1_500_000, "{}", all.len());
    assert!(site.get("/all?q=limits+least").await.body.len() <= 60_000);
}
