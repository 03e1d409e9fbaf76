//! Programs that follow the settings in PostgreSQL.

use std::sync::Arc;
use std::time::{Duration, Instant};

use settings_core::external::{External, ExternalConfig};
use settings_core::resolve::{Code, Environment, Layers, resolve};
use settings_core::store::watch::Event;
use settings_postgres::{Cluster, ClusterConfig, PostgresSource, PostgresStorage};
use settings_tests::cli::Folder;
use settings_tests::program::Program;

use crate::postgres_store::{config, server, set};

const PATIENCE: Duration = Duration::from_secs(30);

/// Far beyond the patience of a test, so that only notifications wake a node.
const NEVER: Duration = Duration::from_secs(3600);

fn cluster(url: &str, options: ClusterConfig) -> Cluster<Program> {
    Cluster::start(config(url), options, Ok).unwrap()
}

/// Waits until a condition holds.
#[track_caller]
fn wait_until(what: &str, is_done: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_done() {
        assert!(start.elapsed() < PATIENCE, "never: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_change_is_applied_by_every_node_and_nodes_report_it() {
    let Some(server) = server("a_change_is_applied_by_every_node_and_nodes_report_it") else { return };
    let url = server.database();
    set(&url, "ServiceSettings.MaxUsers", "7").unwrap();
    let nodes: Vec<_> = ["a", "b", "c"]
        .iter()
        .map(|name| cluster(&url, ClusterConfig::default().node(*name).interval(NEVER)))
        .collect();
    let users = |node: &Cluster<Program>| node.watch().current().service.max_users;
    assert!(nodes.iter().all(|node| users(node) == 7));
    set(&url, "ServiceSettings.MaxUsers", "8").unwrap();
    wait_until("all at 8", || nodes.iter().all(|node| users(node) == 8));
    let storage = PostgresStorage::new(config(&url)).unwrap();
    let listed = || storage.nodes().unwrap();
    wait_until("all report version 2", || listed().iter().filter(|node| node.version == 2).count() == 3);
    let names: Vec<_> = listed().iter().map(|node| node.name.clone()).collect();
    assert_eq!(names, ["a", "b", "c"]);
    let first = listed().remove(0);
    assert_eq!((first.program.as_str(), first.refused), ("chat 1.4.2", None));
    assert!(first.age < PATIENCE && first.since.elapsed().unwrap_or_default() < PATIENCE);
}

/// Woken by a notification, a node asks first for a greater number than its own.
#[test]
fn a_notification_of_a_version_without_a_greater_number_is_followed() {
    let Some(server) = server("a_notification_of_a_version_without_a_greater_number_is_followed") else {
        return;
    };
    let url = server.database();
    for users in ["7", "8", "9"] {
        set(&url, "ServiceSettings.MaxUsers", users).unwrap();
    }
    let node = cluster(&url, ClusterConfig::default().interval(NEVER));
    let users = || node.watch().current().service.max_users;
    assert_eq!(users(), 9);
    // a failover to a server that lacked the last version
    let went_back = "DELETE FROM settings_version WHERE version = 3; \
        UPDATE settings_head SET version = 2, \
        checksum = (SELECT checksum FROM settings_version WHERE version = 2); ";
    server.sql(&url, &format!("BEGIN; {went_back} NOTIFY settings, '2'; COMMIT")).unwrap();
    wait_until("back at 8", || users() == 8);
    set(&url, "ServiceSettings.MaxUsers", "9").unwrap();
    wait_until("at 9 again", || users() == 9);
    // the node is woken by the other version with its number only
    server.sql(&url, &format!("BEGIN; {went_back} COMMIT")).unwrap();
    set(&url, "ServiceSettings.MaxUsers", "10").unwrap();
    wait_until("at 10", || users() == 10);
}

/// Reports wait for quiet, but not forever.
#[test]
fn a_node_reports_while_the_settings_change_all_the_time() {
    let Some(server) = server("a_node_reports_while_the_settings_change_all_the_time") else { return };
    let url = server.database();
    set(&url, "ServiceSettings.MaxUsers", "7").unwrap();
    let _node = cluster(&url, ClusterConfig::default().node("busy").interval(NEVER));
    let storage = PostgresStorage::new(config(&url)).unwrap();
    let start = Instant::now();
    let mut users = 8;
    while !storage.nodes().unwrap().iter().any(|node| node.version > 1) {
        assert!(start.elapsed() < PATIENCE, "no report in {} changes", users - 8);
        set(&url, "ServiceSettings.MaxUsers", &users.to_string()).unwrap();
        users += 1;
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_version_that_a_node_refuses_changes_nothing_there_and_is_reported() {
    let Some(server) = server("a_version_that_a_node_refuses_changes_nothing_there_and_is_reported") else {
        return;
    };
    let url = server.database();
    set(&url, "ServiceSettings.MaxUsers", "7").unwrap();
    let node = cluster(&url, ClusterConfig::default().node("old").interval(NEVER));
    let events = node.watch().subscribe();
    // as a newer program with a wider range would write it
    let storage: Arc<dyn settings_core::store::Storage> =
        Arc::new(PostgresStorage::new(config(&url)).unwrap());
    let new = |text| settings_core::store::NewVersion::new(settings_core::FileFormat::Json, text);
    let secret = "{\"ServiceSettings\": {\"MaxUsers\": 0, \"Licence\": [\"k4n4ry\"]}}";
    storage.write(&storage.read().unwrap(), &new(secret)).unwrap();
    let is_refused = std::iter::from_fn(|| events.recv_timeout(PATIENCE).ok())
        .any(|event| matches!(&*event, Event::Refused(_)));
    assert!(is_refused);
    assert_eq!(node.watch().current().service.max_users, 7);
    let nodes = PostgresStorage::new(config(&url)).unwrap();
    wait_until("the refusal", || nodes.nodes().unwrap().iter().any(|node| node.refused.is_some()));
    let found = nodes.nodes().unwrap().remove(0);
    let (version, why) = found.refused.unwrap();
    assert_eq!((found.name.as_str(), found.version, version), ("old", 1, 2));
    assert!(why.contains("MaxUsers") && !why.contains("k4n4ry"), "{why}");
    storage.write(&storage.read().unwrap(), &new("{\"ServiceSettings\": {\"MaxUsers\": 9}}")).unwrap();
    wait_until("the good version", || node.watch().current().service.max_users == 9);
    wait_until("its report", || {
        nodes.nodes().unwrap().iter().all(|node| node.refused.is_none() && node.version == 3)
    });
}

#[test]
fn layers_of_the_machine_are_stronger_and_an_empty_database_has_none() {
    let Some(server) = server("layers_of_the_machine_are_stronger_and_an_empty_database_has_none") else {
        return;
    };
    let url = server.database();
    let others = |layers: Layers| {
        let environment = Environment::from_iter([("MM_SERVICESETTINGS_MAXUSERS", "3")]);
        let file = "{\"ServiceSettings\": {\"MaxUsers\": 2, \"ListenAddress\": \":2\"}}";
        Ok(layers.file("local.json", file).environment(environment))
    };
    let node = Cluster::<Program>::start(config(&url), ClusterConfig::default(), others).unwrap();
    set(&url, "ServiceSettings.MaxUsers", "1").unwrap();
    set(&url, "ServiceSettings.Greeting", "hello").unwrap();
    wait_until("the greeting", || node.watch().current().service.greeting == "hello");
    let service = node.watch().current().service.clone();
    assert_eq!((service.max_users, service.listen_address.as_str()), (3, ":2"));
}

#[test]
fn a_start_without_the_database_uses_the_copy_and_catches_up() {
    let Some(server) = server("a_start_without_the_database_uses_the_copy_and_catches_up") else { return };
    let url = server.database();
    let database = url.rsplit('/').next().unwrap();
    let folder = Folder::new("postgres-copy");
    let copy = folder.path("copy");
    set(&url, "ServiceSettings.MaxUsers", "7").unwrap();
    let options = || ClusterConfig::default().interval(Duration::from_millis(200)).copy(&copy);
    drop(cluster(&url, options()));
    let refuse = |is_refused: bool| {
        let limit = if is_refused { 0 } else { -1 };
        // the user of `sql` is not limited
        server.sql("postgres", &format!("ALTER DATABASE {database} CONNECTION LIMIT {limit}")).unwrap();
    };
    server
        .sql(&url, "CREATE ROLE poor_copy LOGIN; GRANT ALL ON ALL TABLES IN SCHEMA public TO poor_copy")
        .unwrap();
    let poor = url.replace("test@", "poor_copy@");
    drop(cluster(&poor, options()));
    refuse(true);
    let node = cluster(&poor, options());
    assert_eq!(node.watch().current().service.max_users, 7);
    let report = node.watch().report();
    let found = report.diagnostics().iter().find(|found| found.code == Code::ExternalSource).unwrap();
    assert!(found.message.contains("the copy from "), "{}", found.message);
    assert!(Cluster::<Program>::start(config(&poor), ClusterConfig::default(), Ok).is_err());
    let old = options().max_age(Duration::ZERO);
    std::thread::sleep(Duration::from_millis(1100));
    let error = Cluster::<Program>::start(config(&poor), old, Ok).unwrap_err();
    assert!(error.to_string().contains("older than"), "{error}");
    refuse(false);
    set(&url, "ServiceSettings.MaxUsers", "8").unwrap();
    wait_until("the new version", || node.watch().current().service.max_users == 8);
    wait_until("no finding", || node.watch().report().diagnostics().is_empty());
}

#[tokio::test]
async fn a_source_works_for_asynchronous_programs() {
    let Some(server) = server("a_source_works_for_asynchronous_programs") else { return };
    let url = server.database();
    let options = ExternalConfig::default().interval(NEVER);
    let external = External::start_async(PostgresSource::new(config(&url)), options).await.unwrap();
    let (sender, mut changes) = tokio::sync::mpsc::unbounded_channel();
    external.on_change(move || {
        let _ = sender.send(());
    });
    let writer = url.clone();
    tokio::task::spawn_blocking(move || set(&writer, "ServiceSettings.MaxUsers", "9").unwrap())
        .await
        .unwrap();
    tokio::time::timeout(PATIENCE, changes.recv()).await.unwrap().unwrap();
    let resolution = resolve::<Program>(Layers::new().external(&external));
    assert_eq!(resolution.value().unwrap().service.max_users, 9);
    assert!(external.state().version.starts_with("1@"));
}
