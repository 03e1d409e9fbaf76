//! Keys in other letter cases, and titles that follow from keys.

#![allow(dead_code, clippy::unwrap_used, clippy::indexing_slicing)]

use settings_core::Settings;
use settings_core::resolve::{Environment, Layers, resolve};
use settings_core::schema::Names;

/// A server.
#[derive(Settings)]
#[settings(env_prefix = "SN", rename_all = "snake_case")]
struct Server {
    /// The longest time that a connection is idle.
    #[setting(default = 5)]
    max_idle: u32,
    /// The certificate.
    #[setting(key = "TLSCert")]
    tls_cert: String,
    database: Database,
    cache: Option<Database>,
    relay_hosts: Vec<Relay>,
    #[settings(section = "Other")]
    other: Database,
}

/// A database.
#[derive(Settings)]
#[settings(rename_all = "camelCase")]
struct Database {
    /// The number of connections.
    #[setting(default = 8)]
    max_connections: u32,
}

/// Another server.
#[derive(Settings)]
#[settings(rename_all = "SCREAMING_SNAKE_CASE")]
struct Relay {
    /// The name of the host.
    #[setting]
    host_name: String,
}

#[test]
fn every_key_follows_from_its_field() {
    let paths: Vec<String> = Server::SCHEMA.leaves().map(|leaf| leaf.path.to_string()).collect();
    let expected = [
        "max_idle",
        "TLSCert",
        "database.maxConnections",
        "cache.maxConnections",
        "relay_hosts",
        "Other.maxConnections",
    ];
    assert_eq!(paths, expected);
    assert_eq!(Relay::HOST_NAME.key(), "HOST_NAME");
    let variable = Names::of(Server::SCHEMA).variable(Database::MAX_CONNECTIONS);
    assert_eq!(variable.as_deref(), Some("SN_DATABASE_MAXCONNECTIONS"));
}

#[test]
fn values_come_by_these_names() {
    let file = r#"{"max_idle": 1, "database": {"maxConnections": 2}, "relay_hosts": [{"HOST_NAME": "a"}]}"#;
    let environment = Environment::from_iter([("SN_CACHE_MAXCONNECTIONS", "3")]);
    let resolution = resolve::<Server>(Layers::new().file("config.json", file).environment(environment));
    assert!(resolution.report().diagnostics().is_empty(), "{}", resolution.report().to_lines());
    let server = resolution.into_result().unwrap();
    assert_eq!((server.max_idle, server.database.max_connections, server.other.max_connections), (1, 2, 8));
    assert_eq!(server.cache.unwrap().max_connections, 3);
    assert_eq!((server.relay_hosts[0].host_name.as_str(), server.tls_cert.as_str()), ("a", ""));
}

/// A server whose keys have hyphens and dots.
#[derive(Settings)]
#[settings(env_prefix = "KB", rename_all = "kebab-case")]
struct Kebab {
    /// The longest time that a connection is idle.
    #[setting(default = 5)]
    max_idle: u32,
    /// The level of messages.
    #[setting(key = "log.level", default = 1)]
    log_level: u32,
    #[settings(section = "Relays")]
    relays: Vec<Keyed>,
    keyed: Keyed,
    #[settings(section = "by.field")]
    by_field: Keyed,
}

/// A section with a key of its own.
#[derive(Settings)]
#[settings(section = "Keyed")]
struct Keyed {
    /// The size.
    #[setting(default = 8)]
    size: u32,
}

/// A server that has the section once only.
#[derive(Settings)]
#[settings(env_prefix = "KC")]
struct Once {
    keyed: Option<Keyed>,
}

#[test]
fn keys_may_have_hyphens_and_dots() {
    let paths: Vec<String> = Kebab::SCHEMA.leaves().map(|leaf| leaf.path.to_string()).collect();
    assert_eq!(paths, ["max-idle", "log.level", "Relays", "Keyed.Size", "by.field.Size"]);
    let file = r#"{"max-idle": 1, "log.level": 2, "by.field": {"Size": 3}}"#;
    let environment = Environment::from_iter([("KB_LOG_LEVEL", "4"), ("KB_BY_FIELD_SIZE", "5")]);
    let layers = || Layers::new().file("config.json", file);
    let kebab = resolve::<Kebab>(layers()).into_result().unwrap();
    assert_eq!((kebab.max_idle, kebab.log_level, kebab.by_field.size), (1, 2, 3));
    let layers = layers().environment(environment).set("log.level", "6", "a test");
    let resolution = resolve::<Kebab>(layers);
    assert!(resolution.report().diagnostics().is_empty(), "{}", resolution.report().to_lines());
    assert_eq!(resolution.setting("by.field.Size").unwrap().shown(), "5");
    assert_eq!(resolution.setting("Log.Level").unwrap().shown(), "6");
}

#[test]
fn a_struct_with_a_key_has_it_in_every_form() {
    let paths: Vec<String> = Once::SCHEMA.leaves().map(|leaf| leaf.path.to_string()).collect();
    assert_eq!(paths, ["Keyed.Size"]);
}

#[test]
fn a_title_follows_from_the_key() {
    assert_eq!(Server::TLS_CERT.setting().title, "TLS cert");
    assert_eq!(Server::MAX_IDLE.setting().title, "Max idle");
}
