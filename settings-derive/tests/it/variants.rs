//! Enums with data: by the only key present, and with a tag.

#![allow(clippy::unwrap_used)]

use settings_core::Settings;
use settings_core::resolve::{Code, Environment, Layers, Resolution, resolve};

/// A server.
#[derive(Settings, Debug, PartialEq)]
#[settings(env_prefix = "VA")]
struct Server {
    storage: Storage,
    cache: Cache,
    queue: Queue,
    backup: Option<Storage>,
    caches: Vec<Cache>,
    queues: Vec<Queue>,
    stores: Vec<Storage>,
}

/// The place of files.
#[derive(Settings, Debug, PartialEq)]
enum Storage {
    /// A bucket of S3.
    S3(S3Settings),
    /// A folder.
    Local {
        /// The folder.
        #[setting(default = "/var")]
        path: String,
        #[settings(skip)]
        open: u8,
    },
    /// Nothing is stored.
    #[settings(default_variant)]
    Nothing,
}

/// A bucket.
#[derive(Settings, Debug, PartialEq)]
struct S3Settings {
    /// The name of the bucket.
    #[setting(required)]
    bucket: String,
    /// The region.
    #[setting(default = "eu")]
    region: String,
}

/// The cache.
#[derive(Settings, Debug, PartialEq)]
#[settings(tag = "Type", rename_all = "snake_case")]
enum Cache {
    /// In memory.
    #[settings(default_variant)]
    InMemory {
        /// The number of entries.
        #[setting(default = 100, range = 1..=1000)]
        max_entries: u32,
    },
    /// In Redis.
    #[settings(key = "redis")]
    Redis(Redis),
    /// No cache.
    Off,
}

/// A server of Redis.
#[derive(Settings, Debug, PartialEq)]
struct Redis {
    /// The address.
    #[setting(required)]
    address: String,
}

/// The queue.
#[derive(Settings, Debug, PartialEq)]
#[settings(tag = "Driver", content = "Options")]
enum Queue {
    /// In Redis.
    Redis(Redis),
    /// In a file.
    #[settings(default_variant)]
    File {
        /// The file.
        #[setting(default = "queue.db")]
        file: String,
    },
}

fn server(file: &str) -> Resolution<Server> {
    resolve(Layers::new().file("config.json", file))
}

fn good(file: &str) -> Server {
    let resolution = server(file);
    assert!(resolution.report().diagnostics().is_empty(), "{}", resolution.report().to_lines());
    resolution.into_result().unwrap()
}

fn redis() -> Redis {
    Redis { address: "r".to_owned() }
}

#[test]
fn the_default_variant_applies() {
    let server = good("{}");
    assert_eq!((&server.storage, &server.backup), (&Storage::Nothing, &None));
    assert_eq!(server.cache, Cache::InMemory { max_entries: 100 });
    assert_eq!(server.queue, Queue::File { file: "queue.db".to_owned() });
    assert_eq!(Server::default(), server);
}

#[test]
fn a_variant_is_selected_by_its_key() {
    let server = good(
        r#"{"Storage": {"Local": {}}, "Backup": {"S3": {"Bucket": "b"}}, "Stores": [{"Local": {"Path": "/x"}}, {}]}"#,
    );
    assert_eq!(server.storage, Storage::Local { path: "/var".to_owned(), open: 0 });
    let s3 = S3Settings { bucket: "b".to_owned(), region: "eu".to_owned() };
    assert_eq!(server.backup, Some(Storage::S3(s3)));
    assert_eq!(server.stores, [Storage::Local { path: "/x".to_owned(), open: 0 }, Storage::Nothing]);
}

#[test]
fn a_variant_is_selected_by_a_tag() {
    let server = good(
        r#"{
            "Cache": {"Type": "redis", "Address": "r"},
            "Queue": {"Driver": "Redis", "Options": {"Address": "r"}},
            "Caches": [{"Type": "off"}, {"max_entries": 7}, {"Type": "redis", "Address": "r"}],
            "Queues": [{"Options": {"File": "f"}}, {"Driver": "Redis", "Options": {"Address": "r"}}]
        }"#,
    );
    assert_eq!((server.cache, server.queue), (Cache::Redis(redis()), Queue::Redis(redis())));
    assert_eq!(server.caches, [Cache::Off, Cache::InMemory { max_entries: 7 }, Cache::Redis(redis())]);
    assert_eq!(server.queues, [Queue::File { file: "f".to_owned() }, Queue::Redis(redis())]);
}

#[test]
fn variables_select_variants() {
    let variables = [
        ("VA_STORAGE_LOCAL_PATH", "/y"),
        ("VA_CACHE_TYPE", "off"),
        ("VA_QUEUE_DRIVER", "Redis"),
        ("VA_QUEUE_OPTIONS_ADDRESS", "r"),
    ];
    let layers = Layers::new().environment(Environment::from_iter(variables));
    let resolution = resolve::<Server>(layers);
    assert!(resolution.report().diagnostics().is_empty(), "{}", resolution.report().to_lines());
    let server = resolution.into_result().unwrap();
    assert_eq!(server.storage, Storage::Local { path: "/y".to_owned(), open: 0 });
    assert_eq!((server.cache, server.queue), (Cache::Off, Queue::Redis(redis())));
}

#[test]
fn mistakes_are_reported_at_their_places() {
    for (file, code, setting, words) in [
        (
            r#"{"Storage": {"Local": {}, "S3": {"Bucket": "b"}}}"#,
            Code::Rule,
            "Storage",
            "`S3` and `Local` are mutually exclusive, and both are set",
        ),
        (
            r#"{"Cache": {"Type": "disk"}}"#,
            Code::NotInList,
            "Cache.Type",
            "`\"in_memory\"`, `\"redis\"` or `\"off\"`",
        ),
        (r#"{"Cache": {"Type": "redis"}}"#, Code::Missing, "Cache.Address", "`Cache.Address` is required"),
        (
            r#"{"Cache": {"Type": "off", "max_entries": 5}}"#,
            Code::Rule,
            "Cache.max_entries",
            "`Cache.max_entries` has no effect: `Type` is \"off\"",
        ),
        (r#"{"Cache": {"max_entries": 0}}"#, Code::OutOfRange, "Cache.max_entries", "from 1 to 1000"),
        (
            r#"{"Queues": [{"Driver": "Redis"}]}"#,
            Code::Missing,
            "Queues[0].Options.Address",
            "`Queues[0].Options.Address` is required",
        ),
    ] {
        let resolution = server(file);
        let lines = resolution.report().to_lines();
        let [found] = resolution.report().diagnostics() else { panic!("{file}: {lines}") };
        assert_eq!((found.code, found.setting.as_deref()), (code, Some(setting)), "{lines}");
        assert!(lines.contains(words), "{words}: {lines}");
    }
}

/// An enum without a default.
#[derive(Settings, Debug, PartialEq)]
enum Needed {
    /// A bucket of S3.
    S3(S3Settings),
    /// A folder.
    Local {
        /// The folder.
        #[setting(default = "/var")]
        path: String,
    },
}

/// A server.
#[derive(Settings, Debug)]
#[settings(root)]
struct Program {
    needed: Needed,
    optional: Option<Needed>,
}

#[test]
fn one_of_the_keys_may_be_required() {
    let resolution = resolve::<Program>(Layers::new());
    let [missing] = resolution.report().diagnostics() else { panic!("{}", resolution.report().to_lines()) };
    assert_eq!(missing.message, "`Needed` requires one of `S3`, `Local`");
    let file = Layers::new().file("config.json", r#"{"Needed": {"Local": {}}}"#);
    let program = resolve::<Program>(file).into_result().unwrap();
    assert_eq!((program.needed, program.optional), (Needed::Local { path: "/var".to_owned() }, None));
}
