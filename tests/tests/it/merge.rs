//! Maps and lists of sections merge by entry and field over all layers and formats; every entry and field has an address.

use std::collections::BTreeMap;

use settings_core::resolve::{Environment, Found, Layer, Layers, Resolution, Severity, resolve};
use settings_core::store::{Assignment, Store, WriteMode};
use settings_core::{FileFormat, Secret, Settings};
use settings_tests::cli::Folder;

/// A program with everything that repeats.
#[derive(Settings, Debug)]
#[settings(env_prefix = "CHATD")]
struct Program {
    #[settings(section = "Auth")]
    auth: Auth,
    /// The upstreams, in order.
    upstreams: Vec<Upstream>,
    /// Quotas by name.
    #[setting(default = {"default": 10})]
    quotas: BTreeMap<String, u32>,
    /// Labels by name.
    #[setting]
    labels: BTreeMap<String, String>,
    /// Limits by name, `null` for none.
    #[setting]
    limits: BTreeMap<String, Option<u32>>,
    /// Tags.
    #[setting(default = ["a"])]
    tags: Vec<String>,
}

/// Logging in.
#[derive(Settings, Debug)]
struct Auth {
    /// The providers by name.
    providers: BTreeMap<String, Provider>,
}

/// A provider.
#[derive(Settings, Debug)]
struct Provider {
    /// The identifier.
    #[setting(key = "ClientID", required)]
    client_id: String,
    /// The secret.
    #[setting(key = "ClientSecret")]
    client_secret: Secret,
    /// The scopes.
    #[setting]
    scopes: Vec<String>,
    #[settings(section = "Base")]
    base: Base,
}

/// The addresses of a provider.
#[derive(Settings, Debug)]
struct Base {
    /// The address.
    #[setting(key = "URL", default = "")]
    url: String,
}

/// An upstream.
#[derive(Settings, Debug)]
struct Upstream {
    /// The address.
    #[setting(key = "URL", required)]
    url: String,
    /// The weight.
    #[setting(default = 1, range = 1..=9)]
    weight: u8,
    /// The longest wait.
    #[setting(default = 5, unit = "seconds")]
    wait: std::time::Duration,
}

const FORMATS: [FileFormat; 3] = [FileFormat::Json, FileFormat::Toml, FileFormat::Yaml];

/// The same two files in each format.
const BELOW: [&str; 3] = [
    r#"{
  "Auth": {"Providers": {
    "google": {"ClientID": "g", "ClientSecret": "k4n4ry", "Scopes": ["a", "b"], "Base": {"URL": "http://g"}},
    "github": {"ClientID": "h"}
  }},
  "Upstreams": [{"URL": "http://one", "Weight": 2}, {"URL": "http://two"}],
  "Quotas": {"alice": 1, "bob": 2}, "Tags": ["x", "y"]
}"#,
    r#"
Tags = ["x", "y"]
[Auth.Providers.google]
ClientID = "g"
ClientSecret = "k4n4ry"
Scopes = ["a", "b"]
Base.URL = "http://g"
[Auth.Providers.github]
ClientID = "h"
[[Upstreams]]
URL = "http://one"
Weight = 2
[[Upstreams]]
URL = "http://two"
[Quotas]
alice = 1
bob = 2
"#,
    "
Auth:
  Providers:
    google: {ClientID: g, ClientSecret: k4n4ry, Scopes: [a, b], Base: {URL: 'http://g'}}
    github:
      ClientID: h
Upstreams:
  - {URL: 'http://one', Weight: 2}
  - URL: http://two
Quotas: {alice: 1, bob: 2}
Tags: [x, y]
",
];

const ABOVE: [&str; 3] = [
    r#"{
  "Auth": {"Providers": {
    "google": {"Scopes": ["c"]},
    "gitlab": {"ClientID": "l"}
  }},
  "Upstreams": [{"Weight": 7}],
  "Quotas": {"bob": 3}, "Tags": ["z"]
}"#,
    r#"
Tags = ["z"]
[Auth.Providers]
google.Scopes = ["c"]
gitlab.ClientID = "l"
[[Upstreams]]
Weight = 7
[Quotas]
bob = 3
"#,
    "
Auth:
  Providers: {google: {Scopes: [c]}, gitlab: {ClientID: l}}
Upstreams: [{Weight: 7}]
Quotas: {bob: 3}
Tags: [z]
",
];

fn layers(below: usize, above: usize) -> Layers {
    let (one, other) = (FORMATS[below], FORMATS[above]);
    let layers = Layers::new().file_in(one, format!("below.{one}"), BELOW[below]);
    layers.file_in(other, format!("above.{other}"), ABOVE[above])
}

fn json(text: &str) -> Layers {
    Layers::new().file("config.json", text)
}

fn with(layers: Layers, variables: &[(&str, &str)]) -> Resolution<Program> {
    resolve(layers.environment(variables.iter().copied().collect()))
}

fn lines(resolution: &Resolution<Program>) -> Vec<String> {
    resolution.report().to_lines().lines().map(str::to_owned).collect()
}

/// The value and origin at an address.
fn at(resolution: &Resolution<Program>, address: &str) -> (String, String) {
    match resolution.find(address) {
        Ok(Found::Setting(setting)) => (setting.shown(), setting.origin.to_string()),
        Ok(Found::Part(part)) => (part.shown(), part.origin.to_string()),
        Err(unknown) => panic!("{address}: {unknown}"),
    }
}

fn good(resolution: Resolution<Program>) -> Program {
    assert_eq!(lines(&resolution), [""; 0]);
    resolution.into_result().unwrap()
}

#[test]
fn files_of_all_formats_merge_by_entry_and_field() {
    for below in 0..3 {
        for above in 0..3 {
            let program = good(with(layers(below, above), &[]));
            let google = &program.auth.providers["google"];
            assert_eq!((google.client_id.as_str(), google.client_secret.expose()), ("g", "k4n4ry"));
            assert_eq!(
                (google.scopes.as_slice(), google.base.url.as_str()),
                (&["c".to_owned()][..], "http://g")
            );
            let keys: Vec<_> = program.auth.providers.keys().map(String::as_str).collect();
            assert_eq!(keys, ["github", "gitlab", "google"]);
            let upstreams: Vec<_> =
                program.upstreams.iter().map(|upstream| (upstream.url.as_str(), upstream.weight)).collect();
            assert_eq!(upstreams, [("http://one", 7), ("http://two", 1)]);
            let quotas: Vec<_> = program.quotas.iter().map(|(key, quota)| (key.as_str(), *quota)).collect();
            assert_eq!(quotas, [("alice", 1), ("bob", 3), ("default", 10)]);
            assert_eq!(program.tags, ["z"], "lists are replaced");
        }
    }
}

#[test]
fn each_field_has_its_own_origin() {
    for (number, format) in FORMATS.iter().enumerate() {
        let resolution = with(
            layers(number, number),
            &[("CHATD_AUTH_PROVIDERS_GOOGLE_CLIENTSECRET", "s3cr3t"), ("CHATD_UPSTREAMS_1_WEIGHT", "3")],
        );
        let origin = |address| at(&resolution, address).1;
        let (below, above) = (format!("below.{format}:"), format!("above.{format}:"));
        assert!(origin("Auth.Providers.google.ClientID").starts_with(&below));
        assert!(origin("Auth.Providers.google.Scopes").starts_with(&above));
        assert_eq!(
            origin("Auth.Providers.google.ClientSecret"),
            "variable CHATD_AUTH_PROVIDERS_GOOGLE_CLIENTSECRET"
        );
        assert!(
            origin("Upstreams[0].URL").starts_with(&below)
                && origin("Upstreams[0].Weight").starts_with(&above)
        );
        assert_eq!(
            at(&resolution, "Upstreams[1].Weight"),
            ("3".to_owned(), "variable CHATD_UPSTREAMS_1_WEIGHT".to_owned())
        );
        assert_eq!(at(&resolution, "Upstreams[1].Wait"), ("5".to_owned(), "default".to_owned()));
        assert_eq!(at(&resolution, "Quotas.default"), ("10".to_owned(), "default".to_owned()));
        assert_eq!(at(&resolution, "Auth.Providers.google.ClientSecret").0, "\"***\"");
        let Ok(Found::Part(weight)) = resolution.find("Upstreams[0].Weight") else { panic!("no part") };
        let overridden: Vec<_> =
            weight.overridden_shown().map(|(origin, value)| format!("{value} {origin}")).collect();
        assert!(overridden.len() == 2 && overridden[0].starts_with("2 below."), "{overridden:?}");
        assert_eq!(overridden[1], "1 default");
        let setting = resolution.setting("Upstreams").unwrap();
        let parts: Vec<_> = setting.parts.iter().map(|part| part.address.to_string()).collect();
        assert_eq!(&parts[..3], ["Upstreams[0].URL", "Upstreams[0].Weight", "Upstreams[0].Wait"]);
        assert_eq!(setting.parts[4].layer(), Layer::Environment);
    }
}

#[test]
fn null_removes_an_entry_where_it_is_not_a_value() {
    let below = r#"{"Quotas": {"a": 1, "b": 2}, "Limits": {"a": 1}, "Upstreams": [{"URL": "x"}, {"URL": "y"}, {"URL": "z"}]}"#;
    let layers = Layers::new().custom_defaults("defaults.json", below).file(
        "config.json",
        r#"{"Quotas": {"a": null}, "Limits": {"a": null}, "Upstreams": [null, {}, null]}"#,
    );
    let program = good(with(layers.clone(), &[("CHATD_QUOTAS_DEFAULT", "null")]));
    assert_eq!(program.quotas, BTreeMap::from([("b".to_owned(), 2)]));
    assert_eq!(program.limits, BTreeMap::from([("a".to_owned(), None)]));
    assert_eq!(program.upstreams.iter().map(|upstream| upstream.url.as_str()).collect::<Vec<_>>(), ["y"]);
    // removed, and given again by a stronger layer
    let again = resolve::<Program>(layers.clone().set("Quotas.a", "5", "--set"));
    assert_eq!(at(&again, "Quotas.a"), ("5".to_owned(), "--set".to_owned()));
    // all entries at once
    let all = resolve::<Program>(layers.clone().file("last.json", r#"{"Quotas": null, "Upstreams": null}"#));
    assert!(all.value().is_some_and(|program| program.quotas.is_empty() && program.upstreams.is_empty()));
    let removed = layers.set("Upstreams[0]", "null", "--set").set("Labels.x", "null", "--set");
    let removed = good(resolve(removed));
    assert!(removed.upstreams.is_empty());
    assert_eq!(removed.labels["x"], "null", "of a text, it is a value");
}

#[test]
fn a_removal_of_nothing_is_a_warning() {
    let resolution = resolve::<Program>(json(r#"{"Quotas": {"alcie": null}, "Upstreams": [null]}"#));
    assert_eq!(
        lines(&resolution),
        [
            "config.json:1:22: warning[no-entry]: `Quotas.alcie` is removed, but no weaker layer has it (remove this `null`, or correct the key)",
            "config.json:1:43: warning[no-entry]: `Upstreams[0]` is removed, but no weaker layer has it (remove this `null`, or correct the key)",
        ]
    );
    assert!(resolution.value().is_some_and(|program| program.upstreams.is_empty()));
}

#[test]
fn every_layer_sets_entries_and_fields() {
    let folder = Folder::new("merge");
    folder.write("secret", "from-file\n");
    std::fs::create_dir_all(folder.path("dir/Auth/Providers/google")).unwrap();
    std::fs::create_dir_all(folder.path("dir/kubernetes.io")).unwrap();
    folder.write("dir/Auth/Providers/google/ClientSecret", "nested\n");
    folder.write("dir/kubernetes.io/token", "x");
    folder.write("dir/Upstreams[1].URL", "http://secret");
    folder.write("dir/CHATD_QUOTAS_ALICE", "4");
    let file = || Layers::new().file("below.json", BELOW[0]);
    let secrets = file().secrets_dir(folder.path("dir")).unwrap();
    let resolution = with(secrets.clone(), &[]);
    assert!(
        at(&resolution, "Auth.Providers.google.ClientSecret")
            .1
            .ends_with("dir/Auth/Providers/google/ClientSecret")
    );
    assert!(at(&resolution, "Upstreams[1].URL").1.ends_with("Upstreams[1].URL"));
    assert_eq!(good(resolution).quotas["alice"], 4);

    let path = folder.path("secret");
    let mut environment: Environment = [
        ("CHATD_AUTH_PROVIDERS_GOOGLE_CLIENTSECRET_FILE", path.as_str()),
        ("CHATD_AUTH_PROVIDERS_new_CLIENTID", "n"),
        ("CHATD_AUTH_PROVIDERS_NEW_BASE_URL", "http://n"),
        ("CHATD_UPSTREAMS_3", r#"{"URL": "http://four"}"#),
        ("CHATD_UPSTREAMS_2_URL", "http://three"),
        ("CHATD_UPSTREAMS_2_WEIGHT", "4"),
        ("CHATD_LABELS_a_FILE", path.as_str()),
    ]
    .into_iter()
    .collect();
    environment.add_file("server.env", "CHATD_QUOTAS_ALICE=5\nCHATD_UPSTREAMS_0_WAIT=2m\n");
    let layers = secrets.environment(environment).set("Auth.Providers.google.Scopes", "z", "--set");
    let layers = layers.set(r#"Labels["a.b"]"#, "c", "--set").set("Labels.d.e", "f", "--set");
    let program = good(resolve(layers));
    let google = &program.auth.providers["google"];
    assert_eq!((google.client_secret.expose(), google.scopes.join(" ")), ("from-file", "z".to_owned()));
    let new = &program.auth.providers["new"];
    assert_eq!((new.client_id.as_str(), new.base.url.as_str()), ("n", "http://n"));
    let upstreams: Vec<_> =
        program.upstreams.iter().map(|it| (it.url.as_str(), it.weight, it.wait.as_secs())).collect();
    assert_eq!(
        upstreams,
        [("http://one", 2, 120), ("http://secret", 1, 5), ("http://three", 4, 5), ("http://four", 1, 5)]
    );
    assert_eq!(program.quotas["alice"], 5);
    let labels: Vec<_> = program.labels.iter().map(|(key, label)| format!("{key}={label}")).collect();
    assert_eq!(labels, ["a=from-file", "a.b=c", "d.e=f"]);
}

#[test]
fn mistakes_in_parts_have_their_place_and_the_right_name() {
    let file = || Layers::new().file("below.json", BELOW[0]);
    for (name, value, expected) in [
        (
            "CHATD_UPSTREAMS_0_WEIGHT",
            "10",
            "error[out-of-range]: `Upstreams[0].Weight`: expected a whole number from 1 to 9, found 10",
        ),
        (
            "CHATD_AUTH_PROVIDERS_GOOGLE_CLIENTSECRT",
            "k4n4ry",
            "warning[unknown-variable]: `CHATD_AUTH_PROVIDERS_GOOGLE_CLIENTSECRT` has no effect: `Auth.Providers` has no such \
             entry or field (did you mean `CHATD_AUTH_PROVIDERS_GOOGLE_CLIENTSECRET`?)",
        ),
        (
            "CHATD_UPSTREAMS_5_URL",
            "x",
            "error[unknown-key]: `Upstreams[5].URL` is beyond the end of the list, which has 2 entries (the next entry has \
             the number 2)",
        ),
        (
            "CHATD_AUTH_PROVIDERS_NEW_CLIENTID",
            "x",
            "error[unknown-key]: `CHATD_AUTH_PROVIDERS_NEW_CLIENTID` names no entry of `Auth.Providers`: the map has no such \
             key yet, and capitals don't show the letter case of a new one (write the key in its own letter case, such as \
             `CHATD_AUTH_PROVIDERS_new_CLIENTID`)",
        ),
        ("CHATD_AUTH_PROVIDERS_x_y_BASE_URL", "x", "error[missing]: `Auth.Providers.x_y.ClientID`"),
        ("CHATD_UPSTREAMS_2_WEIGHT", "2", "error[missing]: `Upstreams[2].URL`"),
        ("CHATD_AUTH_PROVIDERS_google", "{", "error[unparsable]: `Auth.Providers.google`"),
        (
            "CHATD_AUTH_PROVIDERS_google",
            r#"{"ClientIDD": "x"}"#,
            "warning[unknown-key]: unknown setting `Auth.Providers.google.ClientIDD` (did you mean `ClientID`?)",
        ),
    ] {
        let found = lines(&with(file(), &[(name, value)]));
        assert!(
            found.iter().any(|line| line.starts_with(&format!("variable {name}: {expected}"))),
            "{name}: {found:#?}"
        );
        assert!(!found.iter().any(|line| line.contains("k4n4ry")), "{found:?}");
    }
    for (path, value, expected) in [
        (
            "Auth.Providers.google.ClientSecrt",
            "k4n4ry",
            "error[unknown-path]: `Auth.Providers.google.ClientSecrt` has no effect: `Auth.Providers` has no such entry or \
             field (did you mean `Auth.Providers.google.ClientSecret`?)",
        ),
        ("Upstreams[7].URL", "x", "error[unknown-key]: `Upstreams[7].URL` is beyond the end of the list"),
        ("Quotas.alice", "x", "error[unparsable]: `Quotas.alice`: expected a whole number"),
    ] {
        let found = lines(&resolve::<Program>(file().set(path, value, "--set")));
        assert!(found.len() == 1 && found[0].contains(expected), "{path}: {found:#?}");
    }
}

/// A map of maps, whose variables can be read in several ways.
#[derive(Settings, Debug)]
#[settings(env_prefix = "X")]
struct Nested {
    /// Numbers by two names.
    #[setting]
    map: BTreeMap<String, BTreeMap<String, u32>>,
}

#[test]
fn a_name_with_two_readings_is_reported_with_both() {
    let of = |file: &str, name: &str| {
        let layers = Layers::new().file("c.json", file);
        let resolution = resolve::<Nested>(layers.environment([(name, "1")].into_iter().collect()));
        let lines = resolution.report().to_lines();
        (lines, resolution.into_result().ok().map(|nested| nested.map))
    };
    let (report, _) = of("{}", "X_MAP_a_b_c");
    assert!(
        report.contains("error[ambiguous-name]: `X_MAP_a_b_c` can mean `Map.a.b_c` or `Map.a_b.c`"),
        "{report}"
    );
    // an entry that exists decides
    let (report, map) = of(r#"{"Map": {"a_b": {}}}"#, "X_MAP_a_b_c");
    assert_eq!((report.as_str(), map.unwrap()["a_b"]["c"]), ("", 1));
    let (report, _) = of(r#"{"Map": {"a_b": {"c": 1}, "a": {"b_c": 1}}}"#, "X_MAP_A_B_C");
    assert!(report.contains("can mean `Map.a.b_c` or `Map.a_b.c`"), "{report}");
}

#[test]
fn faults_of_a_weaker_layer_are_reported_too() {
    let resolution = with(
        json(r#"{"Upstreams": [{"URL": "x", "Weight": "many"}], "Quotas": {"a": -1, "b": 2}}"#),
        &[("CHATD_UPSTREAMS_0_WEIGHT", "3"), ("CHATD_QUOTAS_c", "4")],
    );
    let found = lines(&resolution);
    assert!(
        found.len() == 2
            && found[0].starts_with("config.json:1:39: error[wrong-type]: `Upstreams[0].Weight`"),
        "{found:?}"
    );
    assert!(found[1].starts_with("config.json:1:65: error[out-of-range]: `Quotas.a`"), "{found:?}");
    assert!(resolution.report().diagnostics().iter().all(|found| found.severity == Severity::Error));
}

fn store(folder: &Folder, format: FileFormat, text: &str, others: Layers) -> Store<Program> {
    let name = format!("config.{format}");
    folder.write(&name, text);
    Store::open(folder.path(&name), others).unwrap()
}

#[test]
fn entries_and_fields_are_set_and_removed_in_files_of_all_formats() {
    let folder = Folder::new("merge-store");
    for (format, text) in FORMATS.into_iter().zip(BELOW) {
        let mut store = store(&folder, format, text, Layers::new());
        for (address, values) in [
            ("Auth.Providers.google.ClientID", &["g2"][..]),
            ("Auth.Providers.google.Scopes", &["x", "y"][..]),
            ("Auth.Providers.google.Base.URL", &["http://g2"][..]),
            ("Auth.Providers.new", &[r#"{"ClientID": "n"}"#][..]),
            ("Quotas.carol", &["3"][..]),
            (r#"Labels["a.b"]"#, &["c"][..]),
        ] {
            let outcome = store.set(address, values);
            assert!(
                outcome.as_ref().is_ok_and(|outcome| outcome.is_changed()),
                "{format}: {address}: {outcome:?}"
            );
        }
        assert!(store.unset("Quotas.alice").unwrap().is_changed());
        assert!(store.unset("Auth.Providers.github").unwrap().is_changed());
        assert!(!store.unset("Labels.none").is_ok_and(|outcome| outcome.is_changed()));
        store.save().unwrap_or_else(|error| panic!("{format}: {error}"));
        let name = format!("config.{format}");
        let program = good(resolve(Layers::new().read_file(folder.path(&name)).unwrap()));
        let google = &program.auth.providers["google"];
        assert_eq!((google.client_id.as_str(), google.client_secret.expose()), ("g2", "k4n4ry"), "{format}");
        assert_eq!((google.scopes.join(" "), google.base.url.as_str()), ("x y".to_owned(), "http://g2"));
        let keys: Vec<_> = program.auth.providers.keys().map(String::as_str).collect();
        assert_eq!(keys, ["google", "new"], "{format}");
        let quotas: Vec<_> = program.quotas.iter().map(|(key, quota)| (key.as_str(), *quota)).collect();
        assert_eq!(quotas, [("bob", 2), ("carol", 3), ("default", 10)], "{format}");
        assert_eq!(program.labels["a.b"], "c");
    }
}

#[test]
fn entries_of_lists_are_set_by_their_number() {
    let folder = Folder::new("merge-store-list");
    let text = "{\n  \"Upstreams\": [\n    // first\n    {\"URL\": \"http://one\"}\n  ]\n}\n";
    let mut open = store(&folder, FileFormat::Json, text, Layers::new());
    let both = [
        Assignment { path: "Upstreams[0].Weight", values: &["3"] },
        Assignment { path: "Upstreams[1].URL", values: &["http://two"] },
    ];
    open.set_all(&both).unwrap();
    open.save().unwrap();
    let written = std::fs::read_to_string(folder.path("config.json")).unwrap();
    assert!(written.contains("// first\n"), "{written}");
    let program = good(resolve(Layers::new().read_file(folder.path("config.json")).unwrap()));
    let upstreams: Vec<_> = program.upstreams.iter().map(|it| (it.url.as_str(), it.weight)).collect();
    assert_eq!(upstreams, [("http://one", 3), ("http://two", 1)]);

    // the entry below is in another file
    let defaults =
        Layers::new().custom_defaults("defaults.json", r#"{"Upstreams": [{"URL": "a"}, {"URL": "b"}]}"#);
    let mut above = store(&folder, FileFormat::Json, "{}", defaults);
    above.set("Upstreams[1].Weight", &["4"]).unwrap();
    assert!(above.text().contains(r#"[{}, {"Weight": 4}]"#), "{}", above.text());
}

#[test]
fn entries_of_lists_are_set_with_their_comments() {
    let folder = Folder::new("merge-store-lists");
    let files = [
        (
            FileFormat::Toml,
            "# top\n[[Upstreams]] # first\nURL = 'http://one' # one\n\n[[Upstreams]]\nURL = 'http://two'\n# end\n",
            "# top\n[[Upstreams]] # first\nURL = \"http://new\" # one\n\n[[Upstreams]]\nURL = 'http://two'\n",
        ),
        (
            FileFormat::Json,
            "{\"Upstreams\": [\n  // first\n  {\"URL\": \"http://one\"},\n  {\"URL\": \"http://two\"} // end\n]}\n",
            "{\"Upstreams\": [\n  // first\n  {\"URL\": \"http://new\"},\n",
        ),
        (
            FileFormat::Yaml,
            "Upstreams:\n# first\n- URL: http://one # one\n- URL: http://two\n# end\n",
            "Upstreams:\n# first\n- URL: \"http://new\" # one\n- URL: http://two\n",
        ),
    ];
    let yaml = "Upstreams:\n- URL: http://one\n- URL: http://two\n  # two\n  Weight: 3\n";
    let mut open = store(&folder, FileFormat::Yaml, yaml, Layers::new());
    let refused = open.set("Upstreams", &[r#"[{"URL": "http://one"}]"#]).unwrap_err().to_string();
    assert!(refused.contains("line 1") && open.text() == yaml, "a comment would be lost: {refused}");
    for (format, text, expected) in files {
        let mut open = store(&folder, format, text, Layers::new());
        open.set("Upstreams[0].URL", &["http://new"]).unwrap_or_else(|error| panic!("{format}: {error}"));
        assert!(open.text().starts_with(expected), "{format}: {}", open.text());
        let both = [
            Assignment { path: "Upstreams[1].Weight", values: &["3"] },
            Assignment { path: "Upstreams[2].URL", values: &["http://three"] },
        ];
        open.set_all(&both).unwrap_or_else(|error| panic!("{format}: {error}"));
        let text = open.text().to_owned();
        assert!(text.starts_with(expected) && text.contains(" end\n"), "{format}: {text}");
        let mut open = open.write_mode(WriteMode::InPlace);
        open.save().unwrap_or_else(|error| panic!("{format}: {error}"));
        let path = folder.path(&format!("config.{format}"));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        let program = good(resolve(Layers::new().read_file(&path).unwrap()));
        let upstreams: Vec<_> = program.upstreams.iter().map(|it| (it.url.as_str(), it.weight)).collect();
        assert_eq!(upstreams, [("http://new", 1), ("http://two", 3), ("http://three", 1)], "{format}");
    }
}

#[test]
fn what_a_part_refuses_is_not_written() {
    let folder = Folder::new("merge-store-refused");
    let environment: Environment = [("CHATD_UPSTREAMS_0_WEIGHT", "2")].into_iter().collect();
    let mut store = store(&folder, FileFormat::Json, BELOW[0], Layers::new().environment(environment));
    for (address, value, expected) in [
        ("Upstreams[0].Weight", "3", "`Upstreams[0].Weight` is set by variable CHATD_UPSTREAMS_0_WEIGHT"),
        ("Upstreams[1].Weight", "10", "`Upstreams[1].Weight`: expected a whole number from 1 to 9, found 10"),
        ("Upstreams[1].Weigth", "1", "did you mean `Upstreams[1].Weight`?"),
        ("Upstreams[9].Weight", "1", "unknown setting `Upstreams[9].Weight`"),
        (
            "Upstreams",
            r#"[{"URL": "x", "Weigth": 1}]"#,
            "`Upstreams[0]`: expected an object with the keys `URL`, `Weight`, `Wait`, found `Weigth` (did you mean `Weight`?)",
        ),
        (
            "Auth.Providers.google",
            r#"{"ClientID": "x", "ClientIDD": "k4n4ry"}"#,
            "(did you mean `ClientID`?)",
        ),
    ] {
        let refused = store.set(address, &[value]).unwrap_err().to_string();
        assert!(refused.contains(expected) && !refused.contains("k4n4ry"), "{address}: {refused}");
    }
    assert_eq!(store.text(), BELOW[0]);
}
