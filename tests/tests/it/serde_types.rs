//! serde's traits next to the derive: a struct with all types of this crate is written and read by both.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use settings_core::mail::{AuthMechanism, ConnectionSecurity, TlsVersion};
use settings_core::resolve::{Layers, resolve};
use settings_core::value::{ByteSize, Json as AnyJson, Secret};
use settings_core::{SettingValue, Settings};

/// A server.
#[derive(Settings, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[settings(env_prefix = "SB", rename_all = "snake_case")]
#[serde(deny_unknown_fields)]
struct Server {
    /// The port.
    #[setting(default = 80)]
    port: u16,
    /// The largest upload.
    #[setting(default = "512KiB")]
    upload: ByteSize,
    /// Sizes by name.
    #[setting(default = {"a": 1})]
    sizes: BTreeMap<String, ByteSize>,
    /// The password.
    #[setting]
    password: Secret,
    /// Another password.
    #[setting]
    spare: Option<Secret>,
    /// What a plugin reads.
    #[setting(default = {"b": [1, 2.5], "a": "x"})]
    plugin: AnyJson,
    /// The longest pause.
    #[setting(default = "90s", unit = "seconds")]
    pause: Duration,
    /// The encryption.
    #[setting(default = ConnectionSecurity::StartTls)]
    security: ConnectionSecurity,
    /// The mechanism.
    #[setting(default = AuthMechanism::Automatic)]
    mechanism: AuthMechanism,
    /// The versions.
    #[setting(default = ["1.3"])]
    versions: Vec<TlsVersion>,
    /// Tags.
    #[setting(default = ["a"])]
    tags: BTreeSet<String>,
    /// The level.
    #[setting(default = Level::Low)]
    level: Level,
    #[settings(section = "limits")]
    limits: Limits,
    /// The color, which serde reads.
    #[setting(serde, default = {"red": 1})]
    color: Color,
}

/// Limits.
#[derive(Settings, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[settings(rename_all = "snake_case")]
struct Limits {
    /// The most.
    #[setting(default = "1GB")]
    most: ByteSize,
}

/// A level.
#[derive(SettingValue, Serialize, Deserialize, Clone, Copy, Debug, PartialEq)]
enum Level {
    /// Little.
    Low,
    /// Much.
    High,
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
struct Color {
    red: u8,
}

fn server() -> Server {
    let file = r#"{"password": "k4n4ry", "upload": "1.5", "level": "High", "plugin": [1, {"k": "v"}]}"#;
    let file = file.replace("\"1.5\"", "\"3MiB\"");
    resolve::<Server>(Layers::new().file("config.json", file)).into_result().unwrap()
}

#[test]
fn what_serde_writes_is_read_by_both() {
    let server = server();
    let written = serde_json::to_value(&server).unwrap();
    assert_eq!(written["upload"], json!("3MiB"));
    assert_eq!(written["plugin"], json!([1, {"k": "v"}]));
    assert_eq!((&written["security"], &written["mechanism"]), (&json!("STARTTLS"), &json!("")));
    assert_eq!(written["versions"], json!(["1.3"]));
    assert_eq!((&written["password"], &written["spare"]), (&json!("***"), &Json::Null));

    let mut given = written;
    given["password"] = json!("k4n4ry");
    let by_serde: Server = serde_json::from_value(given.clone()).unwrap();
    assert_eq!(by_serde, server);
    let text = given.to_string();
    let by_text: Server = serde_json::from_str(&text).unwrap();
    assert_eq!(by_text, server);

    // serde has its own form of durations
    given["pause"] = json!(90);
    let resolution = resolve::<Server>(Layers::new().file("config.json", given.to_string()));
    assert_eq!(resolution.report().to_lines(), "");
    assert_eq!(resolution.into_result().unwrap(), server);
}

#[test]
fn a_secret_is_never_written() {
    let server = server();
    for text in [serde_json::to_string(&server).unwrap(), serde_json::to_string_pretty(&server).unwrap()] {
        assert!(!text.contains("k4n4ry") && text.contains("***"), "{text}");
    }
    assert_eq!(serde_json::to_value(Secret::new("")).unwrap(), json!(""));
    let error = serde_json::from_value::<Secret>(json!("***")).unwrap_err().to_string();
    assert!(error.contains("found the mask of one"), "{error}");
    // a secret of another type is not in the error
    for value in [json!(4_711), json!(-4_711), json!(4711.5), json!(["4711"]), json!({"4711": "4711"})] {
        let text = value.to_string();
        for error in [
            serde_json::from_value::<Secret>(value).unwrap_err().to_string(),
            serde_json::from_str::<Secret>(&text).unwrap_err().to_string(),
        ] {
            assert!(!error.contains("4711"), "{error}");
        }
    }
}

#[test]
fn sizes_and_choices_are_read_in_each_form() {
    for (written, size) in
        [(json!(5), 5), (json!("5"), 5), (json!("10MB"), 10_000_000), (json!("1KiB"), 1024)]
    {
        assert_eq!(serde_json::from_value::<ByteSize>(written.clone()).unwrap(), ByteSize(size), "{written}");
    }
    for wrong in [json!(-1), json!("10 M"), json!(1.5), json!(null), json!([])] {
        let error = serde_json::from_value::<ByteSize>(wrong.clone()).unwrap_err().to_string();
        assert!(error.contains("a count of bytes, or a size such as"), "{wrong}: {error}");
    }
    let error = serde_json::from_value::<ConnectionSecurity>(json!("SSL")).unwrap_err().to_string();
    assert!(error.contains("`\"TLS\"` or `\"STARTTLS\"`"), "{error}");
    for size in [0, 1, 999, 1 << 40, u64::MAX] {
        let again: ByteSize = serde_json::from_value(serde_json::to_value(ByteSize(size)).unwrap()).unwrap();
        assert_eq!(again, ByteSize(size));
    }
}
