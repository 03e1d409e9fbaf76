//! Settings that are written to PostgreSQL: versions, races, rights, encryption.

use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use settings_core::Secret;
use settings_core::external::Source;
use settings_core::resolve::{Layer, Layers, resolve};
use settings_core::store::{SaveOutcome, Storage, StorageError, Store, StoreError, VersionStatus};
use settings_postgres::{Keys, PostgresConfig, PostgresSource, PostgresStorage, schema};
use settings_tests::certificates::CERTIFICATES;
use settings_tests::cli::Folder;
use settings_tests::left_out;
use settings_tests::postgres::{PostgresServer, SmallDisk, shared};
use settings_tests::program::Program;

/// Returns the server of all tests, or reports that a test is left out.
pub(crate) fn server(test: &str) -> Option<&'static PostgresServer> {
    shared().map_err(|why| left_out(test, &why)).ok()
}

/// Starts a server with a database on a small disk. It is of its own, since the disk is unmounted at the end.
pub(crate) fn small_disk(test: &str) -> Option<(PostgresServer, SmallDisk, String)> {
    server(test)?;
    let server = PostgresServer::start().unwrap();
    let made = SmallDisk::with_database(&server).map_err(|why| left_out(test, &why));
    let (disk, url) = made.ok()?;
    Some((server, disk, url))
}

pub(crate) fn config(url: &str) -> PostgresConfig {
    url.parse::<PostgresConfig>().unwrap().program("chat 1.4.2")
}

fn storage(url: &str) -> Arc<PostgresStorage> {
    Arc::new(PostgresStorage::new(config(url)).unwrap())
}

fn open(storage: &Arc<PostgresStorage>) -> Store<Program> {
    let storage: Arc<dyn Storage> = Arc::<PostgresStorage>::clone(storage);
    Store::open_storage(storage, Layers::new()).unwrap()
}

pub(crate) fn set(url: &str, path: &str, value: &str) -> Result<u64, StoreError> {
    set_in(&storage(url), path, value)
}

fn set_in(storage: &Arc<PostgresStorage>, path: &str, value: &str) -> Result<u64, StoreError> {
    let mut store = open(storage).author(Some("ann".to_owned())).reason(Some("a test".to_owned()));
    let ((), outcome) = store.update(|store| store.set(path, &[value]).map(drop))?;
    match outcome {
        SaveOutcome::Written { version: VersionStatus::Added(number), .. } => Ok(number),
        outcome => panic!("{outcome:?}"),
    }
}

/// Returns the number of tables in a database.
pub(crate) fn tables(server: &PostgresServer, url: &str) -> String {
    server.sql(url, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").unwrap()
}

#[test]
fn a_change_is_a_version_with_its_facts() {
    let Some(server) = server("a_change_is_a_version_with_its_facts") else { return };
    let url = server.database();
    assert_eq!(set(&url, "ServiceSettings.MaxUsers", "7").unwrap(), 1);
    assert_eq!(set(&url, "EmailSettings.SMTPPassword", "k4n4ry").unwrap(), 2);
    assert_eq!(set(&url, "ServiceSettings.MaxUsers", "8").unwrap(), 3);
    let storage = storage(&url);
    let mut store = open(&storage);
    let name = format!("postgres://127.0.0.1:{}/{}", server.port(), url.rsplit('/').next().unwrap());
    let users = store.effective().setting("ServiceSettings.MaxUsers").unwrap();
    assert_eq!(users.origin.to_string(), format!("{name} version 3, line 3"));
    assert_eq!(users.layer(), Layer::External);
    let history = store.history().unwrap();
    let facts: Vec<_> = history.iter().map(|version| (version.number, version.author.as_deref())).collect();
    assert_eq!(facts, [(1, Some("ann")), (2, Some("ann")), (3, Some("ann"))]);
    assert!(history.iter().all(|version| version.time.elapsed().unwrap().as_secs() < 300));
    assert_eq!(storage.version(1).unwrap().unwrap().text(), history[0].text());

    store.update(|store| store.restore(1)).unwrap();
    let restored = storage.version(4).unwrap().unwrap();
    assert_eq!((restored.restored, restored.text()), (Some(1), history[0].text()));
    assert!(storage.version(9).unwrap().is_none());
    let row = server.sql(&url, "SELECT program, reason, version FROM settings_version WHERE version = 3");
    assert_eq!(row.unwrap(), "chat 1.4.2|a test|3");

    let resolution = resolve::<Program>(Layers::new().external_document(&storage.document().unwrap()));
    assert_eq!(resolution.value().unwrap().service.max_users, 7);
    assert!(!format!("{storage:?}{store:?}{:?}", storage.read().unwrap()).contains("k4n4ry"));
}

#[test]
fn comments_and_unknown_keys_of_newer_programs_stay() {
    let Some(server) = server("comments_and_unknown_keys_of_newer_programs_stay") else { return };
    let url = server.database();
    let storage = storage(&url);
    let text = "// of the newer program\n{\n  \"NewSettings\": {\"Later\": [1,  2]}, /* here */\n  \
        \"ServiceSettings\": {\"MaxUsers\": 1}\n}\n";
    let new = settings_core::store::NewVersion::new(settings_core::FileFormat::Json, text);
    storage.write(&storage.read().unwrap(), &new).unwrap();
    for users in 2..12 {
        set(&url, "ServiceSettings.MaxUsers", &users.to_string()).unwrap();
    }
    let expected = text.replace("\"MaxUsers\": 1", "\"MaxUsers\": 11");
    assert_eq!(storage.read().unwrap().text().unwrap(), expected);
}

#[test]
fn formats_stay_and_are_chosen_for_an_empty_database() {
    let Some(server) = server("formats_stay_and_are_chosen_for_an_empty_database") else { return };
    let url = server.database();
    let open_toml = || {
        let storage: Arc<dyn Storage> = storage(&url);
        Store::<Program>::open_storage_in(settings_core::FileFormat::Toml, storage, Layers::new()).unwrap()
    };
    open_toml().update(|store| store.set("ServiceSettings.MaxUsers", &["7"])).unwrap();
    set(&url, "ServiceSettings.ListenAddress", ":1").unwrap();
    let text = storage(&url).read().unwrap().text().unwrap().to_owned();
    assert_eq!(text, "[ServiceSettings]\nMaxUsers = 7\nListenAddress = \":1\"\n");
}

#[test]
fn a_change_that_adds_errors_is_not_written() {
    let Some(server) = server("a_change_that_adds_errors_is_not_written") else { return };
    let url = server.database();
    assert!(matches!(set(&url, "ServiceSettings.MaxUsers", "0"), Err(StoreError::Value { .. })));
    // a rule of several settings
    assert!(matches!(set(&url, "ServiceSettings.MaxUsers", "2000"), Err(StoreError::Invalid(_))));
    assert_eq!(storage(&url).read().unwrap().version(), 0);
}

#[test]
fn a_write_to_an_older_version_is_a_conflict() {
    let Some(server) = server("a_write_to_an_older_version_is_a_conflict") else { return };
    let url = server.database();
    set(&url, "ServiceSettings.MaxUsers", "1").unwrap();
    let (one, two) = (storage(&url), storage(&url));
    let (mut first, mut second) = (open(&one), open(&two));
    first.set("ServiceSettings.MaxUsers", &["2"]).unwrap();
    second.set("ServiceSettings.MaxUsers", &["3"]).unwrap();
    first.save().unwrap();
    let error = second.save().unwrap_err();
    assert!(error.to_string().contains("was changed since it was read"), "{error}");
    // and after a save the next change goes on from it
    first.set("ServiceSettings.MaxUsers", &["4"]).unwrap();
    first.save().unwrap();
    assert_eq!(one.read().unwrap().version(), 3);
}

#[test]
fn writers_of_different_settings_lose_no_update() {
    let Some(server) = server("writers_of_different_settings_lose_no_update") else { return };
    let url = server.database();
    // 1,000 with SETTINGS_LONG
    let (threads, rounds) = if std::env::var_os("SETTINGS_LONG").is_some() { (50, 20) } else { (8, 10) };
    let start = Arc::new(Barrier::new(threads));
    let writers: Vec<_> = (0..threads)
        .map(|writer| {
            let (url, start) = (url.clone(), Arc::clone(&start));
            thread::spawn(move || {
                let mut store = open(&storage(&url));
                start.wait();
                for round in 0..rounds {
                    let path = format!("ServiceSettings.Quotas.w{writer}r{round}");
                    store.update(|store| store.set(&path, &["1"])).unwrap();
                }
            })
        })
        .collect();
    writers.into_iter().for_each(|writer| writer.join().unwrap());
    let store = open(&storage(&url));
    let quotas = store.effective().value().unwrap().service.quotas.len();
    assert_eq!(quotas, threads * rounds);
    let chain = "SELECT count(*), max(version), bool_and(base_checksum = coalesce(before, '')) FROM (SELECT version, \
        base_checksum, lag(checksum) OVER (ORDER BY version) AS before FROM settings_version) AS v";
    assert_eq!(server.sql(&url, chain).unwrap(), format!("{quotas}|{quotas}|t"));
}

#[test]
fn two_writers_of_one_setting_do_not_overwrite_each_other() {
    let Some(server) = server("two_writers_of_one_setting_do_not_overwrite_each_other") else { return };
    let url = server.database();
    set(&url, "ServiceSettings.MaxUsers", "1").unwrap();
    let start = Arc::new(Barrier::new(2));
    let writers: Vec<_> = [10, 500]
        .into_iter()
        .map(|first| {
            let (url, start) = (url.clone(), Arc::clone(&start));
            thread::spawn(move || {
                let mut store = open(&storage(&url));
                start.wait();
                let (mut written, mut raced) = (0, 0);
                for value in first..first + 30 {
                    match store.update(|store| store.set("ServiceSettings.MaxUsers", &[value.to_string()])) {
                        Ok(_) => written += 1,
                        Err(StoreError::Raced { paths, .. }) => {
                            assert_eq!(paths, ["ServiceSettings.MaxUsers"]);
                            raced += 1;
                        }
                        Err(error) => panic!("{error}"),
                    }
                }
                (written, raced)
            })
        })
        .collect();
    let results: Vec<_> = writers.into_iter().map(|writer| writer.join().unwrap()).collect();
    let written: u64 = results.iter().map(|(written, _)| written).sum();
    assert_eq!(storage(&url).read().unwrap().version(), 1 + written, "{results:?}");
    assert!(results.iter().all(|(written, raced)| written + raced == 30));
}

#[test]
fn programs_that_start_together_make_the_tables_once() {
    let Some(server) = server("programs_that_start_together_make_the_tables_once") else { return };
    let url = server.database();
    let start = Arc::new(Barrier::new(8));
    let programs: Vec<_> = (0..8)
        .map(|_| {
            let (mut source, start) = (PostgresSource::new(config(&url)), Arc::clone(&start));
            thread::spawn(move || {
                start.wait();
                source.fetch(None, Duration::from_secs(30)).map(|document| document.is_some())
            })
        })
        .collect();
    for program in programs {
        assert_eq!(program.join().unwrap(), Ok(true));
    }
    assert_eq!(server.sql(&url, "SELECT count(*) FROM settings_schema").unwrap(), "1");
}

/// A look into a database, such as the wrong one, leaves it as it was.
#[test]
fn reading_creates_no_tables() {
    let Some(server) = server("reading_creates_no_tables") else { return };
    let url = server.database();
    let storage = storage(&url);
    assert_eq!(storage.read().unwrap().version(), 0);
    assert_eq!(storage.document().unwrap().text(), "{}\n");
    assert_eq!(storage.history(10).unwrap().len(), 0);
    assert_eq!(storage.version(1).unwrap().map(|version| version.number), None);
    assert_eq!(storage.nodes().unwrap(), []);
    assert!(storage.rotate().is_err(), "without a key");
    assert_eq!(tables(server, &url), "0");
    // the same storage writes
    assert_eq!(set_in(&storage, "ServiceSettings.MaxUsers", "7").unwrap(), 1);
    assert_eq!((storage.read().unwrap().version(), storage.history(10).unwrap().len()), (1, 1));
    // one that found no tables sees those that were made since
    let url = server.database();
    let early = self::storage(&url);
    assert_eq!(early.read().unwrap().version(), 0);
    assert_eq!(set(&url, "ServiceSettings.MaxUsers", "8").unwrap(), 1);
    assert_eq!(early.read().unwrap().version(), 1);
}

#[test]
fn a_role_that_may_not_create_tables_gets_the_statements() {
    let Some(server) = server("a_role_that_may_not_create_tables_gets_the_statements") else { return };
    let url = server.database();
    let role = format!("poor_{}", url.rsplit('/').next().unwrap());
    server
        .sql(&url, &format!("CREATE ROLE {role} LOGIN; REVOKE CREATE ON SCHEMA public FROM public"))
        .unwrap();
    let poor = url.replace("test@", &format!("{role}@"));
    assert_eq!(storage(&poor).read().map(|read| read.version()), Ok(0));
    let error = set(&poor, "ServiceSettings.MaxUsers", "7").unwrap_err().to_string();
    assert!(error.contains("settings store schema"), "{error}");
    server.sql(&url, &schema()).unwrap();
    let grant = format!(
        "GRANT SELECT, INSERT, UPDATE, DELETE ON settings_head, settings_version, settings_node, settings_schema TO {role}"
    );
    server.sql(&url, &grant).unwrap();
    assert_eq!(set(&poor, "ServiceSettings.MaxUsers", "7").unwrap(), 1);
}

#[test]
fn an_unreachable_or_wrong_database_is_named_without_its_password() {
    let Some(server) = server("an_unreachable_or_wrong_database_is_named_without_its_password") else {
        return;
    };
    let started = std::time::Instant::now();
    for (url, expected) in [
        ("postgres://ann:k4n4ry@127.0.0.1:1/chat".to_owned(), "refused"),
        (
            format!("postgres://ann:k4n4ry@127.0.0.1:{}/postgres", server.port()),
            "role \"ann\" does not exist",
        ),
        (server.url("absent").replace("test@", "test:k4n4ry@"), "database \"absent\" does not exist"),
        (format!("{}?sslmode=require", server.url("postgres")), "TLS"),
    ] {
        let error = storage(&url).read().unwrap_err();
        let shown = format!("{error}{error:?}");
        assert!(shown.contains(expected) && !shown.contains("k4n4ry"), "{shown}");
    }
    assert!(started.elapsed().as_secs() < 30);
}

#[test]
fn damaged_rows_are_refused() {
    let Some(server) = server("damaged_rows_are_refused") else { return };
    let url = server.database();
    set(&url, "ServiceSettings.MaxUsers", "7").unwrap();
    server.sql(&url, "UPDATE settings_version SET document = replace(document, '7', '8')").unwrap();
    let error = storage(&url).read().unwrap_err();
    assert!(matches!(&error, StorageError::Invalid(why) if why.contains("damaged")), "{error}");
}

#[test]
fn encrypted_versions_show_nothing_in_dumps_logs_and_activity() {
    let Some(server) = server("encrypted_versions_show_nothing_in_dumps_logs_and_activity") else { return };
    let url = server.database();
    // a role of its own, whose statements are logged with their parameters
    let role = format!("logged_{}", url.rsplit('/').next().unwrap());
    let logged =
        format!("CREATE ROLE {role} SUPERUSER LOGIN; ALTER ROLE {role} SET log_min_duration_statement = 0");
    server.sql(&url, &logged).unwrap();
    let url = url.replace("test@", &format!("{role}@"));
    let line = |name| Keys::generate(name).unwrap().expose().to_owned();
    let (old, new) = (line("old"), line("new"));
    let with = |lines: &str| {
        let keys = Keys::from_text(&Secret::new(lines)).unwrap();
        Arc::new(PostgresStorage::new(config(&url).keys(keys)).unwrap())
    };
    let canary = "k4n4ry-of-encryption";
    for users in 1..4 {
        let users = users.to_string();
        let mut store = open(&with(&old));
        let pairs = [("EmailSettings.SMTPPassword", canary), ("ServiceSettings.MaxUsers", &users)];
        store
            .update(|store| pairs.iter().try_for_each(|(path, value)| store.set(path, &[*value]).map(drop)))
            .unwrap();
    }
    let database = url.rsplit('/').next().unwrap();
    let (socket, port) = (server.folder().display().to_string(), server.port().to_string());
    let dump = server.run("pg_dump", &["-h", &socket, "-p", &port, "-U", "test", "-a", database]).unwrap();
    assert!(dump.contains("COPY public.settings_version") && dump.contains("\told\t"));
    let activity =
        server.sql(&url, "SELECT query FROM pg_stat_activity WHERE datname = current_database()").unwrap();
    let log = server.logged();
    assert!(log.contains("INSERT INTO settings_version"));
    for text in [&dump, &activity, &log] {
        assert!(!text.contains(canary) && !text.contains(old[4..].trim()));
        // bytes are shown as hexadecimal digits
        assert!(!text.contains(&canary.bytes().map(|byte| format!("{byte:02x}")).collect::<String>()));
    }

    // without the key nothing can be read, and with another one neither
    let error = storage(&url).read().unwrap_err();
    assert!(error.to_string().contains("encrypted with the key `old`, and there is no key"), "{error}");
    assert!(with(&new).read().is_err());
    // after a rotation the old key is needed no more
    let both = with(&format!("{new}{old}"));
    assert_eq!(both.rotate().unwrap(), 3);
    assert_eq!(both.rotate().unwrap(), 0);
    let mut store = open(&with(&new));
    assert_eq!(store.history().unwrap().len(), 3);
    store.update(|store| store.restore(2)).unwrap();
    assert!(with(&old).read().is_err());
    assert!(with(&new).read().unwrap().text().unwrap().contains(canary));
}

#[test]
fn versions_are_copied_with_their_facts_to_an_empty_database_alone() {
    let Some(server) = server("versions_are_copied_with_their_facts_to_an_empty_database_alone") else {
        return;
    };
    let (from, to) = (server.database(), server.database());
    for users in 1..4 {
        set(&from, "ServiceSettings.MaxUsers", &users.to_string()).unwrap();
    }
    let source = storage(&from);
    let versions = source.history(10).unwrap();
    let format = settings_core::FileFormat::Json;
    let target = storage(&to);
    let all = || versions.iter().map(|version| (format, version));
    assert_eq!(target.import(all()).unwrap(), 3);
    let facts = |storage: &PostgresStorage| {
        let versions = storage.history(10).unwrap().into_iter();
        versions
            .map(|found| (found.time, found.author.clone(), found.reason.clone(), found))
            .collect::<Vec<_>>()
    };
    assert_eq!(facts(&target), facts(&source));
    assert!(matches!(target.import(all()), Err(StorageError::Refused(_))));
}

#[test]
fn certificates_are_checked() {
    let server = match PostgresServer::start() {
        Ok(server) => server,
        Err(why) => return left_out("certificates_are_checked", &why),
    };
    let folder = Folder::new("postgres-tls");
    let ca = folder.write("ca.pem", &CERTIFICATES.ca_pem);
    let url = server.url("postgres").replace("127.0.0.1", "localhost");
    let with = |parameters: &str| storage(&format!("{url}?{parameters}")).read().map(|read| read.version());
    let refused = |parameters: &str, expected: &str| {
        let error = with(parameters).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    };
    refused("sslmode=require", "server does not support TLS");
    server.serve_tls(&CERTIFICATES.good).unwrap();
    let trusted = format!("sslmode=verify-full&sslrootcert={ca}");
    assert_eq!(with(&trusted), Ok(0));
    assert_eq!(with(&format!("sslmode=prefer&sslrootcert={ca}")), Ok(0));
    refused("sslmode=require", "UnknownIssuer");
    refused(&format!("sslmode=require&sslrootcert={}", folder.path("absent.pem")), "absent.pem");
    server.serve_tls(&CERTIFICATES.wrong_host).unwrap();
    refused(&trusted, "certificate not valid for name");
    server.serve_tls(&CERTIFICATES.expired).unwrap();
    refused(&trusted, "certificate expired");
    // only when told so
    assert_eq!(with("sslmode=disable"), Ok(0));
}
