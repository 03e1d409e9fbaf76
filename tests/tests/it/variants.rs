//! Enums with data, where a setting selects the variant: templates have the settings of other variants as comments only,
//! and what another variant requires is not missing.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use settings_core::docs::{self, Dialect, Format, Style};
use settings_core::json_schema::json_schema;
use settings_core::resolve::{Code, Environment, Layers, Resolution, resolve};
use settings_core::schema::{Kind, Member, Section, Setting};
use settings_core::{FileFormat, Secret, Settings, template};

/// A server.
#[derive(Settings, Debug)]
#[settings(env_prefix = "VA", env_case = "SCREAMING_SNAKE_CASE", env_separator = "__")]
#[allow(dead_code)] // only resolved
struct Server {
    cache: Cache,
    queue: Queue,
    place: Place,
    spare: Option<Cache>,
    caches: Vec<Cache>,
    queues: BTreeMap<String, Queue>,
}

/// The cache.
#[derive(Settings, Debug)]
#[settings(tag = "Type")]
#[allow(dead_code)] // only resolved
enum Cache {
    /// In memory.
    #[settings(key = "in_memory", default_variant)]
    InMemory {
        /// The number of entries.
        #[setting(default = 100)]
        max_entries: u32,
        limits: Limits,
    },
    /// In a cluster.
    #[settings(key = "cluster")]
    Cluster {
        /// The name of the cluster.
        #[setting(required)]
        cluster: String,
        /// The password.
        #[setting(required)]
        password: Secret,
        login: Login,
        backup: Option<Login>,
        nodes: Vec<Login>,
    },
    /// No cache.
    #[settings(key = "off")]
    Off,
}

/// Limits.
#[derive(Settings, Debug)]
#[allow(dead_code)] // only resolved
struct Limits {
    /// The most.
    #[setting(default = 5)]
    most: u32,
}

/// A login.
#[derive(Settings, Debug)]
#[allow(dead_code)] // only resolved
struct Login {
    /// The user.
    #[setting(required)]
    user: String,
    /// The domain.
    #[setting(default = "local")]
    domain: String,
}

/// The queue, whose settings are in a section of their own.
#[derive(Settings, Debug)]
#[settings(tag = "Driver", content = "Options")]
#[allow(dead_code)] // only resolved
enum Queue {
    /// In a file.
    File {
        /// The file.
        #[setting(default = "queue.db")]
        file: String,
    },
    /// By a broker.
    #[settings(default_variant)]
    Broker {
        /// The topic.
        #[setting(default = "jobs")]
        topic: String,
        login: Option<Login>,
    },
    /// By a pair of brokers.
    Pair {
        first: Login,
        #[settings(section = "Second")]
        second: Login,
    },
}

/// The place of files, which is required.
#[derive(Settings, Debug)]
#[settings(tag = "Kind")]
#[allow(dead_code)] // only resolved
enum Place {
    /// A folder.
    Folder {
        /// The folder.
        #[setting(default = "/var")]
        folder: String,
    },
    /// A bucket.
    Bucket {
        /// The bucket.
        #[setting(required)]
        bucket: String,
    },
}

const PLACE: (&str, &str) = ("VA_PLACE__KIND", "Folder");

fn with_place(layers: Layers) -> Layers {
    layers.environment(Environment::from_iter([PLACE]))
}

fn lines<T>(resolution: &Resolution<T>) -> Vec<String> {
    resolution.report().to_lines().lines().map(str::to_owned).collect()
}

fn of_file(json: &Json) -> Vec<String> {
    lines(&resolve::<Server>(with_place(Layers::new().file("config.json", json.to_string()))))
}

/// The settings and sections that belong to a variant: tag, value, key.
fn members(section: &'static Section) -> Vec<(String, &'static str)> {
    let of = |member: &'static Member| {
        let variant = member.variant()?;
        Some((format!("{}={}", variant.tag, variant.value), member.key()))
    };
    section.members.iter().filter_map(of).collect()
}

#[test]
fn members_know_their_variant() {
    let expected = [
        ("Type=in_memory", "MaxEntries"),
        ("Type=in_memory", "Limits"),
        ("Type=cluster", "Cluster"),
        ("Type=cluster", "Password"),
        ("Type=cluster", "Login"),
        ("Type=cluster", "Backup"),
        ("Type=cluster", "Nodes"),
    ];
    assert_eq!(members(Cache::SCHEMA), expected.map(|(variant, key)| (variant.to_owned(), key)));
    assert_eq!(Cache::SCHEMA.members[0].variant(), None);
    let leaf = Server::SCHEMA.leaves().find(|leaf| leaf.path.to_string() == "Queue.Options.Topic").unwrap();
    let (tag, variant) = &leaf.variants[0];
    assert_eq!(
        (tag.to_string().as_str(), variant.value, variant.is_default),
        ("Queue.Driver", "Broker", true)
    );
}

#[test]
fn templates_have_the_settings_of_other_variants_as_comments_only() {
    let root = Server::SCHEMA;
    let defaults = resolve::<Server>(with_place(Layers::new()));
    let values = |resolution: &Resolution<Server>| -> Vec<String> {
        resolution.settings().map(|it| format!("{}={:?}", it.path, it.value)).collect()
    };
    for format in [FileFormat::Json, FileFormat::Toml, FileFormat::Yaml] {
        for commented in [false, true] {
            let file = template::config(format, root, commented);
            let resolution =
                resolve::<Server>(with_place(Layers::new().file_in(format, "template", file.as_str())));
            assert_eq!(lines(&resolution), [""; 0], "{format}:\n{file}");
            assert_eq!(values(&resolution), values(&defaults), "{format}:\n{file}");
            let active = file.lines().filter(|line| !line.trim_start().starts_with(['#', '/']));
            let active: String = active.collect::<Vec<_>>().join("\n");
            for key in ["MaxEntries", "Topic"] {
                assert!(active.contains(key), "{format}: {key}\n{file}");
            }
            for key in ["Cluster", "Password", "queue.db", "First", "Folder", "Bucket"] {
                assert!(!active.contains(key), "{format}: {key}\n{file}");
                assert_eq!(file.contains(key), commented, "{format}: {key}\n{file}");
            }
        }
    }
    let variables = template::env(root);
    let mut environment = Environment::from_iter([PLACE]);
    environment.add_file(".env", &variables);
    let resolution = resolve::<Server>(Layers::new().environment(environment));
    assert_eq!(lines(&resolution), [""; 0], "{variables}");
    let config_map = template::config_map(root, "chat");
    for text in [&variables, &config_map] {
        assert!(text.contains("Only if VA_CACHE__TYPE is \"cluster\":"), "{text}");
        assert!(text.lines().any(|line| line.trim().starts_with("VA_CACHE__MAX_ENTRIES")), "{text}");
        assert!(!text.lines().any(|line| line.trim().starts_with("VA_CACHE__LOGIN__DOMAIN")), "{text}");
    }
}

/// Without the comment marks of one variant, and with the tag changed, the commented template is a configuration of it.
#[test]
fn the_comments_of_a_variant_are_its_settings() {
    let file = template::config(FileFormat::Yaml, Queue::SCHEMA, true);
    let of_file = file.split_once("Only if Driver is \"File\":").unwrap().1;
    assert!(of_file.contains("# File: \"queue.db\"") || of_file.contains("# File: queue.db"), "{file}");
    let group = |file: &str, value: &str| file.matches(&format!("is \"{value}\":")).count();
    for format in [FileFormat::Json, FileFormat::Toml, FileFormat::Yaml] {
        let file = template::config(format, Server::SCHEMA, true);
        assert!(group(&file, "cluster") >= 1 && group(&file, "Pair") >= 1, "{format}:\n{file}");
        assert_eq!(group(&file, "in_memory"), 0, "{format}:\n{file}");
    }
}

#[test]
fn the_schema_and_the_pages_name_the_variant() {
    let schema: Json = serde_json::from_str(&json_schema(Server::SCHEMA).to_string()).unwrap();
    for pointer in ["/properties/Cache/properties/Cluster", "/properties/Cache/properties/Login"] {
        let text = schema.pointer(pointer).unwrap()["description"].as_str().unwrap();
        assert!(text.contains("Applies only if Type is cluster."), "{text}");
    }
    let pages = docs::from_schema_in(Server::SCHEMA, &Dialect::new("app.toml"));
    let text: String = pages.iter().map(|page| docs::render(page, Style::Heading, Format::Rst)).collect();
    assert!(text.contains("Applies only if ``Queue.Driver`` is ``File``."), "{text}");
    assert!(text.contains("Applies only if ``Caches[0].Type`` is ``cluster``."), "{text}");
}

#[test]
fn what_another_variant_requires_is_not_missing() {
    for (file, missing) in [
        (json!({}), vec![]),
        (json!({"Caches": [{}, {"Type": "off"}, {"Type": "in_memory", "Limits": {}}]}), vec![]),
        (json!({"Caches": [{"Type": "off", "Login": {}}]}), vec![]),
        (json!({"Caches": [{"Type": "off", "Login": {"User": ""}, "Nodes": [{}]}]}), vec![]),
        (json!({"Queues": {"a": {}, "b": {"Driver": "File"}, "c": {"Options": {"First": {}}}}}), vec![]),
        (json!({"Spare": {}}), vec![]),
        (json!({"Spare": {"Type": "off"}}), vec![]),
        (
            json!({"Caches": [{"Type": "cluster", "Password": "x"}]}),
            vec!["Caches[0].Cluster", "Caches[0].Login.User"],
        ),
        (
            json!({"Caches": [{"Type": "cluster", "Cluster": "c", "Password": "", "Login": {"User": ""}}]}),
            vec!["Caches[0].Password", "Caches[0].Login.User"],
        ),
        (
            json!({"Caches": [{"Type": "cluster", "Cluster": "c", "Password": "x", "Login": {"User": "u"},
                "Backup": {}, "Nodes": [{}]}]}),
            vec!["Caches[0].Backup.User", "Caches[0].Nodes[0].User"],
        ),
        (
            json!({"Queues": {"a": {"Driver": "Pair", "Options": {"First": {"User": "u"}}}}}),
            vec!["Queues.a.Options.Second.User"],
        ),
        (
            json!({"Queues": {"a": {"Driver": "Pair"}}}),
            vec!["Queues.a.Options.First.User", "Queues.a.Options.Second.User"],
        ),
        (json!({"Queues": {"a": {"Options": {"Login": {}}}}}), vec!["Queues.a.Options.Login.User"]),
    ] {
        let alone = resolve::<Server>(with_place(Layers::new().file("config.json", file.to_string())));
        let base = Layers::new().file("base.json", r#"{"Caches": [], "Queues": {}}"#);
        let merged = resolve::<Server>(with_place(base.file("config.json", file.to_string())));
        for resolution in [alone, merged] {
            let diagnostics = resolution.report().diagnostics();
            let mut found: Vec<_> = diagnostics
                .iter()
                .filter(|found| found.code == Code::Missing)
                .map(|found| found.setting.clone().unwrap_or_default())
                .collect();
            found.sort();
            let mut expected = missing.clone();
            expected.sort();
            assert_eq!(found, expected, "{file}: {:?}", lines(&resolution));
            assert_eq!(resolution.value().is_some(), missing.is_empty(), "{file}");
        }
    }
    assert_eq!(of_file(&json!({"Cache": {"Type": "off"}})), [""; 0]);
    let wrong = of_file(&json!({"Cache": {"Type": "cluster"}}));
    assert_eq!(wrong.len(), 3, "{wrong:?}");
}

/// A schema that is made at run time can have variants too.
#[test]
fn a_member_is_given_to_a_variant() {
    use settings_core::schema::{DefaultValue, Variant};
    const MEMBER: Member = Member::Setting(Setting::new("K", "k", Kind::Bool, DefaultValue::Bool(true)))
        .of_variant(&const { Variant::new("Type", "a") });
    assert_eq!(MEMBER.variant().map(|variant| (variant.tag, variant.value)), Some(("Type", "a")));
}
