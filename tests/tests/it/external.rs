//! Secrets that are fetched from a server with the interface of Vault's KV engine, version 2.

use std::fs;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use settings_core::external::{External, ExternalConfig, FetchError};
use settings_core::resolve::{Code, Environment, Layer, Layers, resolve};
use settings_core::store::watch::{Debounce, Event, Watch};
use settings_tests::cli::Folder;
use settings_tests::program::Program;
use settings_tests::vault::{TOKEN, Vault};

const PATIENCE: Duration = Duration::from_secs(20);
const FILE: &str =
    "{\"EmailSettings\": {\"SMTPServer\": \"mail.example.com\", \"SMTPPassword\": \"from the file\"}}";

fn config() -> ExternalConfig {
    ExternalConfig::default().limit(Duration::from_secs(3)).interval(Duration::from_millis(80))
}

/// Waits until the warnings of the source have a text, or until there are none.
#[track_caller]
fn wait_for_warning(watch: &Watch<Program>, text: Option<&str>) {
    let start = Instant::now();
    loop {
        let warnings = watch.report().warnings();
        let mut of_source = warnings.diagnostics().iter().filter(|found| found.code == Code::ExternalSource);
        let is_there = match text {
            Some(text) => of_source.any(|found| found.message.contains(text)),
            None => of_source.next().is_none(),
        };
        if is_there {
            return;
        }
        assert!(start.elapsed() < PATIENCE, "no {text:?} in {warnings}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_secret_is_a_layer_between_files_and_environment() {
    let vault = Vault::start();
    vault.put("chat", json!({"EmailSettings": {"SMTPPassword": "old"}}));
    vault.put(
        "chat",
        json!({"EmailSettings": {"SMTPPassword": "k4n4ry", "SMTPPort": 0, "SMTPUsername": "chat"}}),
    );
    let external = External::start(vault.source("chat", TOKEN), config()).unwrap();
    let environment = Environment::from_iter([("MM_EMAILSETTINGS_SMTPUSERNAME", "ann")]);
    let layers = Layers::new().file("config.json", FILE).environment(environment).external_secrets(&external);
    let resolution = resolve::<Program>(layers);
    let password = resolution.setting("EmailSettings.SMTPPassword").unwrap();
    let origin = format!("{} version 2, line 3", external.name());
    assert_eq!((password.origin.to_string(), password.layer()), (origin, Layer::Secrets));
    assert_eq!((password.shown().as_str(), password.overridden.len()), ("\"***\"", 2));
    assert!(
        resolution.setting("EmailSettings.SMTPUsername").unwrap().origin.to_string().contains("variable")
    );
    let report = resolution.report();
    let found = report.diagnostics().iter().find(|found| found.code == Code::OutOfRange).unwrap();
    assert_eq!(found.place.to_string(), format!("{} version 2, line 4, column 17", external.name()));
    let shown = format!("{report}{report:?}{}{external:?}{:?}", report.to_json(), external.state());
    assert!(!shown.contains("k4n4ry") && !shown.contains(TOKEN), "{shown}");
}

#[test]
fn a_watch_follows_versions_and_survives_a_sealed_and_a_silent_server() {
    let folder = Folder::new("vault-watch");
    let copy = folder.path("vault.copy");
    let vault = Vault::start();
    vault.put("chat", json!({"EmailSettings": {"SMTPPassword": "k4n4ry1"}}));
    let external = External::start(vault.source("chat", TOKEN), config().copy(&copy)).unwrap();
    let own = external.clone();
    let read = move || Ok(Layers::new().file("config.json", FILE).external_secrets(&own));
    let watch = Watch::<Program>::start(read, Debounce::default()).unwrap();
    let trigger = watch.trigger();
    external.on_change(move || trigger.read_now());
    let events = watch.subscribe();
    assert!(matches!(&*events.recv().unwrap(), Event::Current(_)));
    vault.put("chat", json!({"EmailSettings": {"SMTPPassword": "k4n4ry2"}}));
    let event = events.recv_timeout(PATIENCE).unwrap();
    let Event::Changed(changed) = &*event else { panic!("{event:?}") };
    assert_eq!(changed.value.email.smtp_password.expose(), "k4n4ry2");
    assert!(fs::read_to_string(&copy).unwrap().contains("k4n4ry2"));

    vault.change(|secrets| secrets.is_sealed = true);
    wait_for_warning(&watch, Some("not available: status 503: Vault is sealed; the last version is used"));
    vault.change(|secrets| secrets.is_sealed = false);
    wait_for_warning(&watch, None);
    vault.change(|secrets| secrets.is_silent = true);
    wait_for_warning(&watch, Some("no answer within 3s"));
    vault.change(|secrets| secrets.is_silent = false);
    wait_for_warning(&watch, None);
    // the newest version is deleted
    vault.change(|secrets| secrets.versions.get_mut("chat").unwrap().push(None));
    wait_for_warning(&watch, Some("no such document"));
    assert_eq!(watch.current().email.smtp_password.expose(), "k4n4ry2");
}

#[test]
fn a_start_without_the_server_uses_the_copy_and_a_refused_token_is_named() {
    let folder = Folder::new("vault-copy");
    let copy = folder.path("vault.copy");
    let vault = Vault::start();
    vault.put("chat", json!({"EmailSettings": {"SMTPPassword": "k4n4ry"}}));
    let first = External::start(vault.source("chat", TOKEN), config().copy(&copy)).unwrap();
    let resolution = resolve::<Program>(Layers::new().external_secrets(&first));
    resolution.layers().keep_copies();
    drop((first, resolution));
    vault.change(|secrets| secrets.is_sealed = true);
    let second = External::start(vault.source("chat", TOKEN), config().copy(&copy)).unwrap();
    let resolution = resolve::<Program>(Layers::new().external_secrets(&second));
    assert!(resolution.report().to_string().contains("the copy from "), "{}", resolution.report());
    assert_eq!(resolution.into_result().unwrap().email.smtp_password.expose(), "k4n4ry");
    vault.change(|secrets| secrets.is_sealed = false);

    let refused = External::start(vault.source("chat", "hvs.other"), config()).unwrap_err();
    assert_eq!(
        refused.fetch,
        FetchError::Refused("2 errors occurred: * permission denied * invalid token".to_owned())
    );
    let missing = External::start(vault.source("chats", TOKEN), config()).unwrap_err();
    assert!(matches!(missing.fetch, FetchError::Missing(_)), "{missing}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asynchronous_code_has_the_same() {
    let vault = Vault::start();
    vault.put("chat", json!({"EmailSettings": {"SMTPPassword": "k4n4ry1"}}));
    let external = External::start_async(vault.source("chat", TOKEN), config()).await.unwrap();
    let own = external.clone();
    let watch =
        Watch::<Program>::start(move || Ok(Layers::new().external_secrets(&own)), Debounce::default())
            .unwrap();
    let trigger = watch.trigger();
    external.on_change(move || trigger.read_now());
    let mut channel = watch.channel();
    assert_eq!(channel.borrow_and_update().email.smtp_password.expose(), "k4n4ry1");
    vault.put("chat", json!({"EmailSettings": {"SMTPPassword": "k4n4ry2"}}));
    tokio::time::timeout(PATIENCE, channel.changed()).await.unwrap().unwrap();
    let current = Arc::clone(&channel.borrow_and_update());
    assert_eq!(current.email.smtp_password.expose(), "k4n4ry2");
    // no request follows the last handle
    drop((watch, channel, external));
    tokio::time::sleep(Duration::from_millis(300)).await;
    let requests = vault.change(|secrets| secrets.requests);
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(vault.change(|secrets| secrets.requests), requests);
}
