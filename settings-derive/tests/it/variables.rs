//! Variables that settings name, and the forms of those that follow from paths.

#![allow(clippy::unwrap_used)]

use settings_core::resolve::{Code, Environment, Layers, Resolution, resolve};
use settings_core::schema::Names;
use settings_core::{Secret, Settings};

/// A server on a platform that chooses the variables.
#[derive(Settings)]
#[settings(env_prefix = "CHAT")]
struct Server {
    /// The port.
    #[setting(env = "PORT", default = 80)]
    port: u16,
    database: Database,
}

/// The database.
#[derive(Settings)]
struct Database {
    /// The address.
    #[setting(key = "URL", env = ["CHAT_DB", "DATABASE_URL", "PG_URL"], required)]
    url: String,
    /// The password.
    #[setting(env = "PGPASSWORD")]
    password: Secret,
    /// The number of connections.
    #[setting(default = 4)]
    connections: u8,
}

fn server(variables: &[(&str, &str)]) -> Resolution<Server> {
    resolve::<Server>(Layers::new().environment(variables.iter().copied().collect()))
}

fn codes<T: Settings>(resolution: &Resolution<T>) -> Vec<Code> {
    resolution.report().diagnostics().iter().map(|diagnostic| diagnostic.code).collect()
}

#[test]
fn the_strongest_name_wins() {
    let mut all =
        vec![("PG_URL", "c"), ("PORT", "81"), ("CHAT_DATABASE_CONNECTIONS", "5"), ("PGPASSWORD", "p")];
    for (name, expected) in [("", "c"), ("DATABASE_URL", "b"), ("CHAT_DB", "a")] {
        if !name.is_empty() {
            all.insert(1, (name, expected));
        }
        let resolution = server(&all);
        assert!(codes(&resolution).is_empty(), "{}", resolution.report().to_lines());
        let server = resolution.into_result().unwrap();
        assert_eq!((server.port, server.database.connections), (81, 5));
        assert_eq!(server.database.password.expose(), "p");
        assert_eq!(server.database.url, expected);
    }
}

#[test]
fn a_name_works_with_file() {
    let folder = std::env::temp_dir().join(format!("settings-own-{}", std::process::id()));
    std::fs::write(&folder, "from a file\n").unwrap();
    let path = folder.display().to_string();
    let resolution = server(&[("PG_URL", "weaker"), ("DATABASE_URL_FILE", &path)]);
    assert!(codes(&resolution).is_empty(), "{}", resolution.report().to_lines());
    assert_eq!(resolution.into_result().unwrap().database.url, "from a file");
    let both = server(&[("DATABASE_URL", "a"), ("DATABASE_URL_FILE", &path)]);
    assert_eq!(codes(&both), [Code::DuplicateVariable]);
    std::fs::remove_file(folder).unwrap();
}

#[test]
fn the_path_has_no_variable_then() {
    let resolution = server(&[("CHAT_PORT", "1"), ("CHAT_DB", "a"), ("port", "2")]);
    assert_eq!(codes(&resolution), [Code::UnknownVariable]);
    let lines = resolution.report().to_lines();
    assert!(lines.contains("the variable of `Port` is `PORT`"), "{lines}");
    assert_eq!(resolution.setting("Port").unwrap().env_name, "PORT");
    assert_eq!(Names::of(Server::SCHEMA).variable(Database::URL).as_deref(), Some("CHAT_DB"));
    let missing = server(&[]).report().to_human(false);
    assert!(missing.contains("set the variable CHAT_DB, or CHAT_DB_FILE"), "{missing}");
}

/// A server whose variables keep words apart.
#[derive(Settings)]
#[settings(env_prefix = "W", env_case = "SCREAMING_SNAKE_CASE", env_separator = "__")]
struct Words {
    /// Logging in.
    #[setting(key = "EnableSMTPAuth", default = false)]
    auth: bool,
    limits: Limits,
}

/// Limits.
#[derive(Settings)]
#[settings(rename_all = "camelCase")]
struct Limits {
    /// The number of connections.
    #[setting(default = 1, alias = "oldMost")]
    max_connections: u32,
    /// Numbers by name.
    #[setting]
    per_host: std::collections::BTreeMap<String, u32>,
}

#[test]
fn words_are_kept_apart() {
    let names = Names::of(Words::SCHEMA);
    assert_eq!(names.variable(Words::AUTH).as_deref(), Some("W_ENABLE_SMTP_AUTH"));
    assert_eq!(names.variable(Limits::MAX_CONNECTIONS).as_deref(), Some("W_LIMITS__MAX_CONNECTIONS"));
    let variables = [
        ("W_ENABLE_SMTP_AUTH", "true"),
        ("w_limits__max_connections", "7"),
        ("W_LIMITS__PER_HOST__a", "3"),
        ("W_LIMITS_MAXCONNECTIONS", "8"),
    ];
    let resolution = resolve::<Words>(Layers::new().environment(variables.into_iter().collect()));
    assert_eq!(codes(&resolution), [Code::UnclaimedVariables], "{}", resolution.report().to_lines());
    let words = resolution.into_result().unwrap_or_default();
    assert_eq!((words.auth, words.limits.max_connections), (true, 7));
    assert_eq!(words.limits.per_host.get("a"), Some(&3));
    let old = Environment::from_iter([("W_LIMITS__OLD_MOST", "9")]);
    let resolution = resolve::<Words>(Layers::new().environment(old));
    assert_eq!(codes(&resolution), [Code::Alias]);
    assert_eq!(resolution.into_result().unwrap().limits.max_connections, 9);
}

/// A server whose variables have no prefix.
#[derive(Settings)]
#[settings(env_prefix = none)]
struct Bare {
    /// The port.
    #[setting(default = 80)]
    port: u16,
}

/// A server without variables, but for one.
#[derive(Settings)]
#[settings(root)]
struct Closed {
    /// The port.
    #[setting(default = 80)]
    port: u16,
    /// The address.
    #[setting(env = "ADDRESS")]
    address: String,
}

#[test]
fn a_root_may_have_no_prefix() {
    let variables = [("PORT", "81"), ("ADDRESS", "a"), ("PROT", "82")];
    let layers = || Layers::new().environment(variables.into_iter().collect());
    let bare = resolve::<Bare>(layers());
    assert!(codes(&bare).is_empty(), "{}", bare.report().to_lines());
    assert_eq!(bare.into_result().unwrap().port, 81);
    let closed = resolve::<Closed>(layers());
    assert!(codes(&closed).is_empty(), "{}", closed.report().to_lines());
    assert_eq!(closed.setting("Port").unwrap().env_name, "");
    let closed = closed.into_result().unwrap();
    assert_eq!((closed.port, closed.address.as_str()), (80, "a"));
}
