//! A setting's history, restarts and scope.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, dead_code)]

use settings_core::Settings;
use settings_core::resolve::{Code, Layers, Severity, resolve};
use settings_core::schema::{AllowedChange, Deprecated, Member, Removed, Setting};
use settings_core::template;

/// A server.
#[derive(Settings, Debug)]
#[settings(
    env_prefix = "X",
    removed(path = "Address", since = "2", reason = "One port is enough.", replacement = "Listen.Port")
)]
struct Server {
    listen: Listen,
}

/// The address to listen on.
#[derive(Settings, Debug)]
struct Listen {
    /// The port.
    #[setting(default = 25, added = "next", restart, scope = "system")]
    port: u16,
    /// The old port.
    #[setting(
        default = 24,
        added = "0.0.1",
        deprecated(since = "0.1", until = "13", reason = "a port has one name.", replacement = "Port"),
        allow_change(name = "default-changed", reason = "It leaked.")
    )]
    old_port: u16,
    /// A port without a heir.
    #[setting(default = 23, deprecated(since = "next", reason = "nobody needs it."), restart = false)]
    lost_port: u16,
    /// For developers.
    #[setting(default = false, hidden)]
    trace: bool,
}

fn setting(key: &str) -> Setting {
    match Listen::SCHEMA.members.iter().find(|member| member.key() == key) {
        Some(Member::Setting(setting)) => *setting,
        _ => panic!("no setting {key}"),
    }
}

#[test]
fn the_metadata_has_the_history() {
    let port = setting("Port");
    assert_eq!(
        (port.added(), port.scope(), port.restart(), port.hidden()),
        (Some("next"), Some("system"), true, false)
    );
    assert_eq!(port.deprecated(), None);
    let expected = Deprecated::new("0.1", "a port has one name.").until("13").replacement("Port");
    assert_eq!(setting("OldPort").deprecated(), Some(&expected));
    let allowed = AllowedChange { rule: "default-changed", reason: "It leaked." };
    assert_eq!(setting("OldPort").allowed_changes(), [allowed]);
    let removed = Removed::new("Address", "2", "One port is enough.").replacement("Listen.Port");
    assert_eq!(Server::SCHEMA.removed, [removed]);
    assert!(setting("Trace").hidden() && !setting("LostPort").restart());
}

#[test]
fn setting_a_deprecated_one_warns_at_each_place() {
    let layers = Layers::new().file("config.json", "{\"Listen\": {\"OldPort\": 1,\n \"LostPort\": 2}}").set(
        "Listen.OldPort",
        "3",
        "--set",
    );
    let resolution = resolve::<Server>(layers);
    let lines = resolution.report().to_lines();
    let lines: Vec<_> = lines.lines().collect();
    assert_eq!(
        lines,
        [
            "config.json:1:24: warning[deprecated]: `Listen.OldPort` is deprecated since 0.1: a port has one name. \
             (set `Listen.Port` instead)",
            "config.json:2:14: warning[deprecated]: `Listen.LostPort` will be deprecated: nobody needs it. (remove it before then)",
            "--set Listen.OldPort: warning[deprecated]: `Listen.OldPort` is deprecated since 0.1: a port has one \
             name. (set `Listen.Port` instead)",
        ]
    );
    let told = &resolution.report().diagnostics()[0];
    assert_eq!((told.code, told.severity), (Code::Deprecated, Severity::Warning));
    assert_eq!(resolution.value().unwrap().listen.old_port, 3);
    assert_eq!(resolve::<Server>(Layers::new()).report().diagnostics(), []);
}

#[test]
fn templates_omit_deprecated_settings() {
    for text in [
        template::default_json(Server::SCHEMA),
        template::commented_json(Server::SCHEMA),
        template::env(Server::SCHEMA).replace("X_LISTEN_PORT=", "\"Port\""),
    ] {
        assert!(text.contains("\"Port\""), "{text}");
        for name in ["OldPort", "LostPort", "Trace", "OLDPORT", "LOSTPORT", "TRACE"] {
            assert!(!text.contains(name), "{name} in {text}");
        }
    }
}
