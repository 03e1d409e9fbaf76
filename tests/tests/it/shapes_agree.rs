//! Random files for a program of every shape that the derive knows (enums with data, flattened, optional, boxed and repeated
//! sections, maps of sections): the resolver, the JSON Schema, the templates, the pages and the listing agree.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use serde_json::{Map, Value as Json, json};
use settings_core::docs::{self, Against, Dialect, Format, Style};
use settings_core::json_schema::json_schema;
use settings_core::listing::listing;
use settings_core::resolve::{Code, Environment, Layers, Resolution, Severity, resolve};
use settings_core::schema::{Kind, Member, Section};
use settings_core::value::{from_json, from_text, json as reader, to_json};
use settings_core::{FileFormat, SettingValue, Settings, template};
use settings_tests::random::Random;

use crate::json_schema_agreement::values::value;
use crate::json_schema_agreement::{beyond_schemas, has_unknown_key};

/// A server.
#[derive(Settings)]
#[settings(env_prefix = "SA", env_case = "SCREAMING_SNAKE_CASE", env_separator = "__")]
#[allow(dead_code)] // only resolved
struct Server {
    #[settings(flatten)]
    listen: Listen,
    storage: Storage,
    cache: Cache,
    queue: Queue,
    backup: Option<Storage>,
    worker: Option<Box<Worker>>,
    caches: Vec<Cache>,
    stores: BTreeMap<String, Storage>,
    workers: BTreeMap<String, Worker>,
    ports: BTreeMap<u16, Worker>,
    /// Limits by role.
    #[setting(default = {"user": 5})]
    limits: BTreeMap<Role, u8>,
    /// Names of addresses.
    #[setting(default = {})]
    hosts: BTreeMap<IpAddr, String>,
}

/// The role of a person.
#[derive(SettingValue, PartialEq, Eq, PartialOrd, Ord)]
enum Role {
    /// Sees everything.
    #[value(text = "admin")]
    Admin,
    /// Writes.
    #[value(text = "user")]
    User,
}

/// The place to listen.
#[derive(Settings)]
#[allow(dead_code)] // only resolved
struct Listen {
    /// The port.
    #[setting(default = 80, range = 1..=65535)]
    port: u32,
    /// The longest pause.
    #[setting(default = 5, unit = "seconds")]
    max_idle: Duration,
    inner: Worker,
}

/// A worker.
#[derive(Settings)]
#[allow(dead_code)] // only resolved
struct Worker {
    /// The name.
    #[setting(default = "w", max_len = 3)]
    name: String,
    /// Weights by name.
    #[setting(default = {"a": 1})]
    weights: BTreeMap<String, u8>,
    /// Hosts.
    #[setting(format = "host")]
    hosts: Vec<String>,
    /// The most, if there is a limit.
    #[setting]
    most: Option<i8>,
}

/// The place of files.
#[derive(Settings)]
#[allow(dead_code)] // only resolved
enum Storage {
    /// A bucket.
    Bucket {
        /// The name of the bucket.
        #[setting(required)]
        bucket: String,
    },
    /// A folder.
    Local {
        /// The folder.
        #[setting(default = "/var", format = "path")]
        path: String,
    },
    /// Nothing is stored.
    #[settings(default_variant)]
    Nothing,
}

/// The cache.
#[derive(Settings)]
#[settings(tag = "Type", rename_all = "snake_case")]
#[allow(dead_code)] // only resolved
enum Cache {
    /// In memory.
    #[settings(default_variant)]
    InMemory {
        /// The number of entries.
        #[setting(default = 100, range = 1..=1000)]
        max_entries: u32,
    },
    /// By a worker.
    Worker(Worker),
    /// No cache.
    Off,
}

/// The queue.
#[derive(Settings)]
#[settings(tag = "Driver", content = "Options")]
#[allow(dead_code)] // only resolved
enum Queue {
    /// By a worker.
    Worker(Worker),
    /// In a file.
    #[settings(default_variant)]
    File {
        /// The file.
        #[setting(default = "queue.db")]
        file: String,
    },
}

fn read(kind: &Kind, json: &Json) -> Option<String> {
    let text = json.to_string();
    let value = from_json(kind, reader::parse_value(&text).ok()?).ok()?;
    Some(to_json(kind, &value))
}

/// A section with some of its members: mostly values that their kinds accept.
fn section(random: &mut Random, of: &Section) -> Json {
    let mut object = Map::new();
    for member in of.members {
        if random.below(2) == 0 {
            continue;
        }
        let json = match member {
            Member::Section { section: of, .. } => section(random, of),
            Member::Setting(setting) => entry(random, &setting.kind),
            _ => continue,
        };
        object.insert(member.key().to_owned(), json);
    }
    if random.below(40) == 0 {
        object.insert("Unknwon".to_owned(), json!(1));
    }
    Json::Object(object)
}

fn entry(random: &mut Random, kind: &Kind) -> Json {
    match kind.required() {
        Kind::Section(of) => section(random, of),
        Kind::List(of @ Kind::Section(_)) => (0..random.below(3)).map(|_| entry(random, of)).collect(),
        Kind::Map { key: Kind::Text, of: of @ Kind::Section(_), .. } => {
            let names = ["a", "b c", "d.e"].into_iter().take(random.below(4));
            Json::Object(names.map(|name| (name.to_owned(), entry(random, of))).collect())
        }
        Kind::Map { key: keys, of, .. } if !matches!(keys, Kind::Text) => {
            let mut names =
                ["443", "8443", "admin", "user", "127.0.0.1", "::1", "01", "Admin", "70000"].to_vec();
            names.retain(|name| random.below(120) == 0 || from_text(keys, name).is_ok() && *name != "01");
            names.retain(|_| random.below(2) == 0);
            Json::Object(names.into_iter().map(|name| (name.to_owned(), entry(random, of))).collect())
        }
        kind if random.below(12) == 0 => value(random, kind, 2),
        kind => {
            let found = (0..400).map(|_| value(random, kind, 2)).find(|json| read(kind, json).is_some());
            found.unwrap_or(Json::Null)
        }
    }
}

fn severe(resolution: &Resolution<Server>) -> Vec<Code> {
    let found = resolution.report().diagnostics().iter();
    found.filter(|found| found.severity > Severity::Note).map(|found| found.code).collect()
}

#[test]
fn schema_and_resolver_judge_files_of_every_shape_alike() {
    let schema: Json = serde_json::from_str(&json_schema(Server::SCHEMA).to_string()).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let root = Kind::Section(Server::SCHEMA);
    let (mut good, mut bad) = (0, 0);
    for seed in 0..1500 {
        let mut random = Random::seeded(0x05a4_0000 + seed);
        let file = section(&mut random, Server::SCHEMA);
        let by_schema = validator.is_valid(&file);
        let resolution = resolve::<Server>(Layers::new().file("config.json", file.to_string()));
        let report = resolution.report();
        let codes = severe(&resolution);
        let by_resolver = !report.has_errors() && !codes.contains(&Code::UnknownKey);
        // a setting of another variant has no effect, whatever its value
        let is_ignored = codes.contains(&Code::Rule);
        if by_resolver && !is_ignored {
            assert!(by_schema, "seed {seed}: refused by the schema alone: {file}");
            good += 1;
        } else {
            bad += 1;
        }
        // a schema does not say which variant's settings are required, nor that one variant excludes another
        let by_variants =
            codes.iter().any(|code| matches!(code, Code::Missing | Code::Contradiction | Code::Rule));
        let agree = by_schema == by_resolver
            || by_variants
            || beyond_schemas(&root, &file)
            || has_unknown_key(&root, &file);
        assert!(agree, "seed {seed}: by the schema {by_schema}: {file}\n{report}");

        // what is accepted is shown as it was given, in the file and in another format
        if by_resolver && !is_ignored {
            for listed in listing(&resolution, None) {
                let pointer: String = listed.name.split('.').map(|key| format!("/{key}")).collect();
                let effective = resolution.setting(&listed.name).unwrap();
                let kind = &effective.setting.kind;
                let is_whole = !matches!(kind.required(), Kind::Map { .. }) && !kind.contains_sections();
                let Some(given) = file.pointer(&pointer).filter(|given| is_whole && !given.is_null()) else {
                    continue;
                };
                let given: Json = serde_json::from_str(&read(kind, given).unwrap()).unwrap();
                let shown: Json = serde_json::from_str(&listed.value.to_string()).unwrap();
                assert_eq!(shown, given, "seed {seed}, {}: {file}", listed.name);
            }
            // JSON is YAML too
            let again =
                resolve::<Server>(Layers::new().file_in(FileFormat::Yaml, "config.yaml", file.to_string()));
            assert_eq!(values(&again), values(&resolution), "seed {seed}: {file}");
        }
    }
    assert!(good > 80 && bad > 300, "{good} good, {bad} bad");
}

fn values(resolution: &Resolution<Server>) -> BTreeMap<String, String> {
    let shown = |it: settings_core::resolve::Effective<'_>| {
        (it.path.to_string(), to_json(&it.setting.kind, &it.value))
    };
    resolution.settings().map(shown).collect()
}

#[test]
fn templates_and_pages_of_every_shape_are_read_back() {
    let root = Server::SCHEMA;
    let defaults = values(&resolve::<Server>(Layers::new()));
    for format in [FileFormat::Json, FileFormat::Toml, FileFormat::Yaml] {
        for commented in [false, true] {
            let file = template::config(format, root, commented);
            let resolution = resolve::<Server>(Layers::new().file_in(format, "template", file.as_str()));
            assert_eq!(severe(&resolution), [], "{format}: {}\n{file}", resolution.report());
            assert_eq!(values(&resolution), defaults, "{format}:\n{file}");
        }
    }
    let mut environment = Environment::default();
    environment.add_file(".env", &template::env(root));
    let resolution = resolve::<Server>(Layers::new().environment(environment));
    assert_eq!(severe(&resolution), [], "{}\n{}", resolution.report(), template::env(root));
    assert_eq!(values(&resolution), defaults);

    for style in [Style::Table, Style::Directive, Style::Confval, Style::Heading] {
        let mut all = String::new();
        for page in docs::from_schema_in(root, &Dialect::new("app.toml")) {
            let text = docs::render(&page, style, Format::Rst);
            let read = docs::read("page.rst", text.as_bytes()).unwrap();
            let findings = docs::check(&read, Some(root), Against::Both);
            assert!(findings.is_empty(), "{style:?}: {findings:#?}\n{text}");
            all.push_str(&text);
        }
        for leaf in root.leaves_with_entries() {
            let (path, variable) = (leaf.path.to_string(), root.variable(&leaf.path, leaf.setting).unwrap());
            assert!(all.contains(&path) && all.contains(&variable), "{style:?}: {path} {variable}\n{all}");
        }
    }
}

/// The variables that the pages name set their settings.
#[test]
fn variables_of_entries_have_the_form_of_the_program() {
    let variables = [
        ("SA_CACHES__0__TYPE", "worker"),
        ("SA_CACHES__0__NAME", "x"),
        ("SA_WORKERS__main__MOST", "7"),
        ("SA_WORKERS__main__WEIGHTS__low", "3"),
        ("SA_MAX_IDLE", "9"),
    ];
    let environment = Environment::from_iter(variables);
    let resolution = resolve::<Server>(Layers::new().environment(environment));
    assert_eq!(severe(&resolution), [], "{}", resolution.report());
    let server = resolution.into_result().unwrap();
    assert!(matches!(&server.caches[..], [Cache::Worker(worker)] if worker.name == "x"));
    let main = &server.workers["main"];
    assert_eq!((main.most, main.weights["low"], server.listen.max_idle.as_secs()), (Some(7), 3, 9));

    for (variable, expected) in [
        ("SA_CACHES__0__MAX_ENTRIS", "did you mean `SA_CACHES__0__MAX_ENTRIES`?"),
        ("SA_CACHES__0__MAXENTRIES", "did you mean `SA_CACHES__0__MAX_ENTRIES`?"),
        ("SA_WORKERS__MAIN__MOST", "such as `SA_WORKERS__main__MOST`"),
    ] {
        let environment = Environment::from_iter([(variable, "1")]);
        let lines = resolve::<Server>(Layers::new().environment(environment)).report().to_lines();
        assert!(lines.contains(expected), "{variable}: {lines}");
    }
}
