//! Settings of optional sections, repeated sections and maps, written to a file and removed from it.

#![allow(dead_code)] // the fields are read as text only

use std::collections::BTreeMap;
use std::time::Duration;

use settings_core::resolve::{Environment, Layers, resolve};
use settings_core::store::{EditOutcome, SaveOutcome, Store, StoreError};
use settings_core::{Secret, Settings};
use settings_tests::cli::Folder;

/// A program with sections of every sort.
#[derive(Settings)]
#[settings(env_prefix = "X")]
struct Program {
    #[settings(section = "Spare")]
    spare: Option<Relay>,
    /// Relays in order.
    relays: Vec<Relay>,
    /// Relays by name.
    named: BTreeMap<String, Relay>,
}

/// A relay.
#[derive(Settings)]
struct Relay {
    /// Where it listens.
    #[setting]
    host: String,
    /// Its port.
    #[setting(default = 25)]
    port: u16,
    /// How long to wait.
    #[setting(default = 10, unit = "seconds")]
    wait: Duration,
    /// Its key.
    #[setting]
    key: Secret,
    /// What it is called.
    #[setting(default_from = |host| host.clone(), default_rule = "as `Host`")]
    title: String,
}

/// Returns the text of the file after a change.
#[track_caller]
fn change(
    name: &str,
    text: &str,
    act: impl FnOnce(&mut Store<Program>) -> Result<EditOutcome, StoreError>,
) -> String {
    let folder = Folder::new(&format!("store-{name}"));
    let path = folder.write("config.json", text);
    let mut store = Store::<Program>::open(&path, Layers::new()).unwrap();
    assert!(act(&mut store).unwrap().is_changed());
    assert!(matches!(store.save().unwrap(), SaveOutcome::Written { .. }));
    std::fs::read_to_string(path).unwrap()
}

fn title(text: &str) -> String {
    let program = resolve::<Program>(Layers::new().file("config.json", text)).into_result().unwrap();
    program.relays[0].title.clone()
}

#[test]
fn only_given_settings_of_a_repeated_section_are_written() {
    let written = change("given", "{}", |store| store.set("Relays", &[r#"[{"Host": "a", "Wait": "1m"}]"#]));
    assert_eq!(written, "{\n    \"Relays\": [{\"Host\": \"a\", \"Wait\": \"1m\"}]\n}");
    assert_eq!(title(&written), "a", "a default that is computed stays one");
    for (given, expected) in [("90s", "\"90s\""), ("1h30m", "\"1h30m\""), ("90", "90")] {
        let written = change("unit", r#"{"Spare": {"Wait": 5}}"#, |store| store.set("Spare.Wait", &[given]));
        assert_eq!(written, format!("{{\"Spare\": {{\"Wait\": {expected}}}}}"), "as it was given");
    }
    let written =
        change("given", r#"{"Relays": [{"Host": "a", /* own */ "Port": 26}, {"Key": "k"}]}"#, |store| {
            store.set("Relays", &[r#"{"Host":"a","Port":"587"}"#, r#"{"Key":"k"}"#, r#"{"Host":"c"}"#])
        });
    assert_eq!(written, r#"{"Relays": [{"Host": "a", /* own */ "Port": 587}, {"Key": "k"}, {"Host": "c"}]}"#);
    let written = change("given", r#"{"Named":{"x":{"Port":1}}}"#, |store| {
        store.set("Named", &[r#"{"y": {}, "x": {"Port": 1, "Key": "k"}}"#])
    });
    assert_eq!(written, r#"{"Named":{"x":{"Port":1, "Key":"k"}, "y":{}}}"#);
    let mut store = Store::<Program>::open("none.json", Layers::new()).unwrap();
    let error = store.set("Relays", &[r#"[{"Host": "a", "Prot": 1, "Key": ["k4n4ry"]}]"#]).unwrap_err();
    let message = error.to_string();
    assert!(message.contains("`Relays[0].Key`: expected text"), "{message}");
    assert!(!message.contains("k4n4ry"), "{message}");
}

#[test]
fn an_optional_section_is_added_and_removed() {
    for (text, with) in [
        ("{}", "{\n    \"Spare\": {\n        \"Host\": \"a\"\n    }\n}"),
        (r#"{"Spare": null}"#, r#"{"Spare": {"Host": "a"}}"#),
        ("{\n\t\"spare\": null // none\n}", "{\n\t\"spare\": {\n\t\t\"Host\": \"a\"\n\t} // none\n}"),
    ] {
        assert_eq!(change("optional", text, |store| store.set("Spare.Host", &["a"])), with);
    }
    let text = r#"{"Spare": {"Host": "a"}, "Relays": []}"#;
    // an empty section is there with its defaults
    assert_eq!(change("optional", text, |store| store.unset("Spare.Host")), r#"{"Spare": {}, "Relays": []}"#);
    assert_eq!(change("optional", text, |store| store.unset("spare")), r#"{"Relays": []}"#);
    let environment = Environment::from_iter([("X_SPARE_PORT", "26")]);
    let folder = Folder::new("store-kinds-shadowed");
    let path = folder.write("config.json", text);
    let open = || Store::<Program>::open(&path, Layers::new().environment(environment.clone())).unwrap();
    let error = open().unset("Spare").unwrap_err();
    assert!(error.to_string().contains("`Spare.Port` is set by variable X_SPARE_PORT"), "{error}");
    assert!(open().shadowed(true).unset("Spare").unwrap().is_changed());
    assert!(matches!(open().unset("Relays.Host"), Err(StoreError::Unknown(_))));
}
