//! How widespread servers treat their configuration, row by row: equal here, or better on purpose. The table for people
//! is `docs/guides/conformance.rst`.

use std::collections::BTreeMap;

use settings_core::mail::{ConnectionSecurity, EmailSettings};
use settings_core::resolve::{Environment, Layer, Layers, Resolution, Severity, resolve};
use settings_core::store::{SaveOutcome, Store};
use settings_core::value::Json;
use settings_core::{Secret, Settings};
use settings_tests::cli::{Folder, settings};

/// A server like many.
#[derive(Settings, Debug)]
#[settings(env_prefix = "MM", list_separator = " ", empty_variables = "value")]
struct Server {
    service: Service,
    plugins: Plugins,
    flags: Flags,
    cluster: Cluster,
    sql: Sql,
    team: Team,
    log: Log,
    export: Export,
    flagging: Flagging,
    email: EmailSettings,
}

/// The server itself.
#[derive(Settings, Debug)]
#[settings(section = "ServiceSettings")]
struct Service {
    /// Where people reach it.
    #[setting(key = "SiteURL", format = "url")]
    site_url: String,
    /// The least version of TLS.
    #[setting(key = "TLSMinVer", default = "1.2")]
    tls_min_ver: String,
    /// How long browsers shall remember to use TLS, in seconds.
    #[setting(key = "TLSStrictTransportMaxAge", default = 63_072_000)]
    max_age: i64,
    /// Whether people may add emoji.
    #[setting(default = true)]
    enable_custom_emoji: bool,
}

/// Plugins.
#[derive(Settings, Debug)]
#[settings(section = "PluginSettings")]
struct Plugins {
    /// Whether plugins may be uploaded.
    #[setting(default = false)]
    enable_uploads: bool,
    /// What plugins keep here.
    #[setting(key = "Plugins")]
    plugins: BTreeMap<String, BTreeMap<String, Json>>,
    /// Which plugins run.
    plugin_states: BTreeMap<String, PluginState>,
}

/// A plugin's state.
#[derive(Settings, Debug)]
struct PluginState {
    /// Whether it runs.
    #[setting(default = false)]
    enable: bool,
}

/// Flags.
#[derive(Settings, Debug)]
#[settings(section = "FeatureFlags")]
struct Flags {
    /// A flag.
    #[setting(default = "off")]
    test_feature: String,
}

/// Several servers as one.
#[derive(Settings, Debug)]
#[settings(section = "ClusterSettings")]
struct Cluster {
    /// The port of the gossip.
    #[setting(default = 8074)]
    gossip_port: i32,
    /// Whether addresses are used.
    #[setting(key = "UseIPAddress", default = true)]
    use_ip_address: bool,
}

/// The database.
#[derive(Settings, Debug)]
#[settings(section = "SqlSettings")]
struct Sql {
    /// Copies to read from.
    #[setting]
    data_source_replicas: Vec<String>,
    /// Copies whose lag is watched.
    replica_lag_settings: Vec<ReplicaLag>,
}

/// A copy whose lag is watched.
#[derive(Settings, Debug)]
struct ReplicaLag {
    /// Where it is.
    #[setting]
    data_source: Secret,
}

/// Teams.
#[derive(Settings, Debug)]
#[settings(section = "TeamSettings")]
struct Team {
    /// How many people a team has at most.
    #[setting(default = 50)]
    max_users_per_team: u32,
}

/// Logs.
#[derive(Settings, Debug)]
#[settings(section = "LogSettings")]
struct Log {
    /// Targets of the log.
    #[setting(key = "AdvancedLoggingJSON")]
    advanced: Option<Json>,
}

/// Exports.
#[derive(Settings, Debug)]
#[settings(section = "MessageExportSettings")]
struct Export {
    global_relay: Relay,
}

/// A relay.
#[derive(Settings, Debug)]
#[settings(section = "GlobalRelaySettings")]
struct Relay {
    /// Its password.
    #[setting(key = "SMTPPassword")]
    smtp_password: Secret,
}

/// Flagged messages.
#[derive(Settings, Debug)]
#[settings(section = "ContentFlaggingSettings")]
struct Flagging {
    /// Whether messages can be flagged.
    #[setting(default = false)]
    enable_content_flagging: bool,
}

fn given(file: &str, variables: &[(&str, &str)]) -> Resolution<Server> {
    let environment = Environment::from_iter(variables.iter().copied());
    resolve(Layers::new().file("config.json", file).environment(environment))
}

fn env(variables: &[(&str, &str)]) -> Resolution<Server> {
    given("{}", variables)
}

#[track_caller]
fn good(resolution: Resolution<Server>) -> Server {
    assert!(resolution.report().diagnostics().is_empty(), "{}", resolution.report());
    resolution.into_result().unwrap()
}

/// What is told, and that it stands against a start.
#[track_caller]
fn refused(resolution: &Resolution<Server>, code: &str) {
    let codes: Vec<_> = resolution.report().diagnostics().iter().map(|told| told.code.name()).collect();
    assert_eq!(codes, [code], "{}", resolution.report());
    assert!(resolution.value().is_none());
}

#[track_caller]
fn origin(resolution: &Resolution<Server>, path: &str) -> (Layer, String) {
    let effective = resolution.setting(path).unwrap();
    (effective.layer(), effective.origin.to_string())
}

/// What a file holds after another setting of it was changed while these variables were set.
fn saved(name: &str, file: &str, variables: &[(&str, &str)]) -> String {
    let folder = Folder::new(name);
    let path = folder.write("config.json", file);
    let environment = Environment::from_iter(variables.iter().copied());
    let mut store = Store::<Server>::open(&path, Layers::new().environment(environment)).unwrap();
    store.set("TeamSettings.MaxUsersPerTeam", &["60"]).unwrap();
    assert!(matches!(store.save().unwrap(), SaveOutcome::Written { .. }));
    std::fs::read_to_string(path).unwrap()
}

const BOTH_PLUGINS: &str = "{\n\t\"com.example.plugin-1\": {\"key1\": \"other-value\"},\n\t\"com_example_plugin-2\": {\"key2\": \"other-value\"}\n}";

#[test]
fn e01_maps_come_whole_from_their_variables() {
    let file = r#"{"ServiceSettings": {"TLSMinVer": "1.4"}, "PluginSettings": {"PluginStates": {"plugin1": {"Enable": false}},
        "Plugins": {"com.example.plugin-1": {"key1": "value1"}, "com_example_plugin-2": {"key2": "value2"}}}}"#;
    let server = good(given(
        file,
        &[
            ("MM_SERVICESETTINGS_TLSMINVER", "1.5"),
            ("MM_PLUGINSETTINGS_PLUGINSTATES", r#"{"plugin1": {"Enable": true}}"#),
            ("MM_PLUGINSETTINGS_PLUGINS", BOTH_PLUGINS),
        ],
    ));
    assert_eq!(server.service.tls_min_ver, "1.5");
    assert!(server.plugins.plugin_states["plugin1"].enable);
    assert_eq!(server.plugins.plugins["com.example.plugin-1"]["key1"].as_str(), "\"other-value\"");
    assert_eq!(server.plugins.plugins["com_example_plugin-2"]["key2"].as_str(), "\"other-value\"");
}

#[test]
fn e02_a_flag() {
    let file = r#"{"FeatureFlags": {"TestFeature": "somevalue"}}"#;
    let server = good(given(file, &[("MM_FEATUREFLAGS_TESTFEATURE", "correctvalue")]));
    assert_eq!(server.flags.test_feature, "correctvalue");
}

#[test]
fn e03_a_whole_number() {
    let file = r#"{"ClusterSettings": {"GossipPort": 500}}"#;
    assert_eq!(good(given(file, &[("MM_CLUSTERSETTINGS_GOSSIPPORT", "600")])).cluster.gossip_port, 600);
}

#[test]
fn e04_a_large_whole_number() {
    let file = r#"{"ServiceSettings": {"TLSStrictTransportMaxAge": 500}}"#;
    let variables = [("MM_SERVICESETTINGS_TLSSTRICTTRANSPORTMAXAGE", "4294967294")];
    assert_eq!(good(given(file, &variables)).service.max_age, 4_294_967_294);
}

#[test]
fn e05_a_bool() {
    let file = r#"{"ClusterSettings": {"UseIPAddress": false}}"#;
    assert!(good(given(file, &[("MM_CLUSTERSETTINGS_USEIPADDRESS", "true")])).cluster.use_ip_address);
}

#[test]
fn e06_a_list_of_words() {
    let file = r#"{"SqlSettings": {"DataSourceReplicas": ["something"]}}"#;
    let server = good(given(file, &[("MM_SQLSETTINGS_DATASOURCEREPLICAS", "otherthing alsothis")]));
    assert_eq!(server.sql.data_source_replicas, ["otherthing", "alsothis"]);
}

/// The value is kept to the letter; a key of a setting in another letter case works and warns, in two it is an error.
#[test]
fn e07_nested_json_is_kept_to_the_letter() {
    let text = r#"{"com.example.plugin-1": {"key": {"key": "(?P<key>KEY)-(?P<id>\\d{1,6})(?P<comma>[,;]*)", "value": "[$key-$id](https://example.com/?$project-$id)$comma"}}}"#;
    let server = good(env(&[
        ("MM_PLUGINSETTINGS_PLUGINSTATES", r#"{"com.example.plugin-1": {"Enable": true}}"#),
        ("MM_PLUGINSETTINGS_PLUGINS", text),
    ]));
    assert!(server.plugins.plugin_states["com.example.plugin-1"].enable);
    let kept: serde_json::Value =
        serde_json::from_str(server.plugins.plugins["com.example.plugin-1"]["key"].as_str()).unwrap();
    assert_eq!(kept["key"], r"(?P<key>KEY)-(?P<id>\d{1,6})(?P<comma>[,;]*)");
    assert_eq!(kept["value"], "[$key-$id](https://example.com/?$project-$id)$comma");
    let lower = env(&[("MM_PLUGINSETTINGS_PLUGINSTATES", r#"{"com.example.plugin-1": {"enable": true}}"#)]);
    assert!(lower.report().to_string().contains("`enable` is read as"), "{}", lower.report());
    assert!(lower.into_result().unwrap().plugins.plugin_states["com.example.plugin-1"].enable);
    let both = r#"{"com.example.plugin-1": {"enable": true, "Enable": false}}"#;
    let both = env(&[("MM_PLUGINSETTINGS_PLUGINSTATES", both)]);
    assert!(
        both.report().has_errors() && both.report().to_string().contains("`Enable` twice"),
        "{}",
        both.report()
    );
}

/// Nothing changes, and what has the prefix is noted; a section's own name is a warning.
#[test]
fn e08_variables_that_name_nothing() {
    let resolution = env(&[
        ("MM_SERVICESETTINGS", "huh?"),
        ("NOTMM", "huh?"),
        ("MM_NOTEXIST", "huh?"),
        ("MM_NOTEXIST_MORE_AND_MORE", "huh?"),
        ("MM_", "huh?"),
        ("MM", "huh?"),
        ("MM__", "huh?"),
        ("_", "huh?"),
    ]);
    assert!(resolution.settings().all(|setting| setting.layer() == Layer::Defaults));
    let [warning, note] = resolution.report().diagnostics() else { panic!("{}", resolution.report()) };
    assert_eq!((warning.severity, note.severity), (Severity::Warning, Severity::Note));
    assert!(warning.message.contains("`MM_SERVICESETTINGS` has no effect: a section has no variable"));
    assert_eq!(warning.help, "set `MM_SERVICESETTINGS_SITEURL`, for instance");
    assert!(note.message.contains("MM_NOTEXIST_MORE_AND_MORE") && !note.message.contains("NOTMM"));
    assert!(resolution.value().is_some());
}

#[test]
fn e09_an_overridden_text_knows_its_origin() {
    let file = r#"{"ServiceSettings": {"SiteURL": "http://stored"}}"#;
    let resolution = given(file, &[("MM_SERVICESETTINGS_SITEURL", "http://override")]);
    let expected = (Layer::Environment, "variable MM_SERVICESETTINGS_SITEURL".to_owned());
    assert_eq!(origin(&resolution, "ServiceSettings.SiteURL"), expected);
    assert_eq!(resolution.setting("ServiceSettings.SiteURL").unwrap().overridden.len(), 2);
    assert_eq!(good(resolution).service.site_url, "http://override");
    assert_eq!(origin(&given(file, &[]), "ServiceSettings.SiteURL").0, Layer::File);
}

#[test]
fn e10_an_overridden_bool_knows_its_origin() {
    let file = r#"{"PluginSettings": {"EnableUploads": false}}"#;
    let resolution = given(file, &[("MM_PLUGINSETTINGS_ENABLEUPLOADS", "true")]);
    assert_eq!(origin(&resolution, "PluginSettings.EnableUploads").0, Layer::Environment);
    assert!(good(resolution).plugins.enable_uploads);
}

#[test]
fn e11_an_overridden_number_knows_its_origin() {
    let resolution =
        given(r#"{"TeamSettings": {"MaxUsersPerTeam": 50}}"#, &[("MM_TEAMSETTINGS_MAXUSERSPERTEAM", "3000")]);
    assert_eq!(origin(&resolution, "TeamSettings.MaxUsersPerTeam").0, Layer::Environment);
    assert_eq!(good(resolution).team.max_users_per_team, 3000);
}

#[test]
fn e12_an_overridden_large_number_knows_its_origin() {
    let variables = [("MM_SERVICESETTINGS_TLSSTRICTTRANSPORTMAXAGE", "123456")];
    let resolution = given(r#"{"ServiceSettings": {"TLSStrictTransportMaxAge": 63072000}}"#, &variables);
    assert_eq!(origin(&resolution, "ServiceSettings.TLSStrictTransportMaxAge").0, Layer::Environment);
    assert_eq!(good(resolution).service.max_age, 123_456);
}

#[test]
fn e13_an_overridden_list_knows_its_origin() {
    for (text, count) in [("user:pw@tcp(a)/db", 1), ("a b c", 3)] {
        let resolution = given(
            r#"{"SqlSettings": {"DataSourceReplicas": []}}"#,
            &[("MM_SQLSETTINGS_DATASOURCEREPLICAS", text)],
        );
        assert_eq!(origin(&resolution, "SqlSettings.DataSourceReplicas").0, Layer::Environment);
        assert_eq!(good(resolution).sql.data_source_replicas.len(), count);
    }
}

#[test]
fn e14_what_the_environment_says_is_never_saved() {
    let file = r#"{"ServiceSettings": {"SiteURL": "http://stored", "TLSStrictTransportMaxAge": 1},
        "PluginSettings": {"EnableUploads": false}, "ClusterSettings": {"GossipPort": 500},
        "SqlSettings": {"DataSourceReplicas": ["a", "b", "c"]}, "TeamSettings": {"MaxUsersPerTeam": 50}}"#;
    let variables = [
        ("MM_PLUGINSETTINGS_PLUGINS", r#"{"a": {"b": 1}}"#),
        ("MM_PLUGINSETTINGS_PLUGINSTATES_com.example.calls", r#"{"Enable": true}"#),
        ("MM_SQLSETTINGS_REPLICALAGSETTINGS", r#"[{"DataSource": "k4n4ry"}]"#),
        ("MM_LOGSETTINGS_ADVANCEDLOGGINGJSON", "{}"),
        ("MM_EMAILSETTINGS_CONNECTIONSECURITY", "TLS"),
        ("MM_EMAILSETTINGS_SMTPSERVERTIMEOUT", "20s"),
        ("MM_EMAILSETTINGS_SMTPPASSWORD", "k4n4ry"),
        ("MM_EMAILSETTINGS_SMTPUSERNAME", "chat"),
        ("MM_EMAILSETTINGS_ENABLESMTPAUTH", "true"),
        ("MM_SERVICESETTINGS_SITEURL", "http://override"),
        ("MM_SERVICESETTINGS_TLSSTRICTTRANSPORTMAXAGE", "2"),
        ("MM_PLUGINSETTINGS_ENABLEUPLOADS", "true"),
        ("MM_CLUSTERSETTINGS_GOSSIPPORT", "600"),
        ("MM_SQLSETTINGS_DATASOURCEREPLICAS", "d"),
    ];
    assert_eq!(saved("e14", file, &variables), file.replace(": 50}", ": 60}"));
    let from_none = r#"{"SqlSettings": {"DataSourceReplicas": []}, "TeamSettings": {"MaxUsersPerTeam": 50}}"#;
    let replicas = [("MM_SQLSETTINGS_DATASOURCEREPLICAS", "d e")];
    assert_eq!(saved("e14-none", from_none, &replicas), from_none.replace(": 50}", ": 60}"));
}

/// The environment stays stronger, and whoever sets what it shadows is told so.
#[test]
fn e15_a_shadowed_setting_is_not_set_silently() {
    let folder = Folder::new("e15");
    let path = folder.path("config.json");
    let environment = Environment::from_iter([("MM_SERVICESETTINGS_SITEURL", "http://overridden")]);
    let mut store = Store::<Server>::open(&path, Layers::new().environment(environment)).unwrap();
    let refused = store.set("ServiceSettings.SiteURL", &["http://other"]).unwrap_err().to_string();
    assert!(refused.contains("MM_SERVICESETTINGS_SITEURL"), "{refused}");
    drop(store);
    let told = ["--config", &path, "set", "EmailSettings.SMTPServer", "other.example.com"];
    let shadow = [("MM_EMAILSETTINGS_SMTPSERVER", "shadow.example.com")];
    assert_eq!(settings(&told, &shadow).code, 1);
    assert!(!std::path::Path::new(&path).exists());
    let asked = settings(&[&told[..], &["--shadowed"]].concat(), &shadow);
    assert_eq!(asked.code, 0, "{asked:?}");
    assert!(std::fs::read_to_string(&path).unwrap().contains("other.example.com"));
    let get = ["--config", &path, "get", "EmailSettings.SMTPServer"];
    assert_eq!(settings(&get, &shadow).out, "shadow.example.com\n");
    assert_eq!(settings(&get, &[]).out, "other.example.com\n");
}

#[test]
fn e16_without_the_environment_the_stored_value_is_back() {
    let variables = [("MM_SERVICESETTINGS_SITEURL", "http://overridden")];
    assert_eq!(good(env(&variables)).service.site_url, "http://overridden");
    assert_eq!(good(env(&[])).service.site_url, "");
    let file = r#"{"ServiceSettings": {"SiteURL": "http://stored"}}"#;
    assert_eq!(good(given(file, &variables)).service.site_url, "http://overridden");
    assert_eq!(good(given(file, &[])).service.site_url, "http://stored");
}

/// Told with the variable's name.
#[test]
fn e17_a_bad_url_is_refused() {
    let resolution = env(&[("MM_SERVICESETTINGS_SITEURL", "invalid_url")]);
    refused(&resolution, "malformed");
    let report = resolution.report().to_lines();
    assert!(report.starts_with("variable MM_SERVICESETTINGS_SITEURL: error"), "{report}");
}

#[test]
fn e18_two_resolutions_differ_in_what_changed_alone() {
    let (before, after) = (env(&[]), env(&[("MM_SERVICESETTINGS_SITEURL", "http://override")]));
    let changed: Vec<_> = before
        .settings()
        .zip(after.settings())
        .filter(|(before, after)| before.value != after.value)
        .map(|(before, _)| before.path.to_string())
        .collect();
    assert_eq!(changed, ["ServiceSettings.SiteURL"]);
}

#[test]
fn e19_the_overridden_settings_can_be_listed() {
    let resolution =
        env(&[("MM_SERVICESETTINGS_SITEURL", "http://a"), ("MM_SERVICESETTINGS_ENABLECUSTOMEMOJI", "false")]);
    let overridden = resolution.settings().filter(|setting| setting.layer() == Layer::Environment);
    let overridden: Vec<_> = overridden.map(|setting| setting.path.to_string()).collect();
    assert_eq!(overridden, ["ServiceSettings.SiteURL", "ServiceSettings.EnableCustomEmoji"]);
    assert!(!good(resolution).service.enable_custom_emoji);
}

#[test]
fn e20_letter_case_of_variables_does_not_matter() {
    assert_eq!(good(env(&[("mm_emailsettings_smtpserver", "mx")])).email.smtp_server, "mx");
}

/// Others read it as the server.
#[test]
fn e21_a_variable_with_a_tail_sets_nothing() {
    let resolution = env(&[("MM_EMAILSETTINGS_SMTPSERVER_X", "mx")]);
    assert_eq!(resolution.setting("EmailSettings.SMTPServer").unwrap().layer(), Layer::Defaults);
    assert_eq!(resolution.report().count(Severity::Warning), 1, "{}", resolution.report());
    assert!(resolution.report().to_string().contains("MM_EMAILSETTINGS_SMTPSERVER_X"));
}

#[test]
fn e22_the_empty_text_is_a_text() {
    let resolution = env(&[("MM_EMAILSETTINGS_SMTPSERVER", "")]);
    assert_eq!(origin(&resolution, "EmailSettings.SMTPServer").0, Layer::Environment);
    assert_eq!(resolution.value().unwrap().email.smtp_server, "");
}

/// Told at the start, and not when the first mail fails.
#[test]
fn e23_a_port_is_never_empty() {
    refused(&env(&[("MM_EMAILSETTINGS_SMTPPORT", "")]), "unparsable");
}

/// A number, in the file's text form too.
#[test]
fn e24_a_port_is_a_number() {
    assert_eq!(good(env(&[("MM_EMAILSETTINGS_SMTPPORT", "2525")])).email.smtp_port, 2525);
    assert_eq!(good(given(r#"{"EmailSettings": {"SMTPPort": "2525"}}"#, &[])).email.smtp_port, 2525);
}

/// A duration with a unit is read; what can't be read is an error and no silent default.
#[test]
fn e25_a_timeout_that_is_none() {
    const NAME: &str = "MM_EMAILSETTINGS_SMTPSERVERTIMEOUT";
    for text in ["abc", "", " 10", "1.5"] {
        let resolution = env(&[(NAME, text)]);
        refused(&resolution, "unparsable");
        assert_eq!(origin(&resolution, "EmailSettings.SMTPServerTimeout").0, Layer::Defaults);
    }
    assert_eq!(good(env(&[(NAME, "10s")])).email.smtp_server_timeout.as_secs(), 10);
}

/// Told at the start, and not when every mail fails.
#[test]
fn e26_a_timeout_that_nothing_can_meet() {
    for text in ["0", "-1"] {
        refused(&env(&[("MM_EMAILSETTINGS_SMTPSERVERTIMEOUT", text)]), "out-of-range");
    }
}

/// The value stays, as elsewhere, but as an error that says what to write.
#[test]
fn e27_words_that_are_no_bool() {
    for text in ["yes", "on", "tRUE", " true", "2", ""] {
        let resolution = env(&[("MM_EMAILSETTINGS_ENABLESMTPAUTH", text)]);
        refused(&resolution, "unparsable");
        assert_eq!(origin(&resolution, "EmailSettings.EnableSMTPAuth").0, Layer::Defaults);
    }
    assert!(
        env(&[("MM_EMAILSETTINGS_ENABLESMTPAUTH", "yes")])
            .report()
            .to_string()
            .contains("did you mean `true`")
    );
}

#[test]
fn e28_every_spelling_of_a_bool() {
    let of = |text| good(env(&[("MM_PLUGINSETTINGS_ENABLEUPLOADS", text)])).plugins.enable_uploads;
    for text in ["1", "t", "T", "TRUE", "true", "True"] {
        assert!(of(text), "{text}");
    }
    for text in ["0", "f", "F", "FALSE", "false", "False"] {
        assert!(!of(text), "{text}");
    }
}

#[test]
fn e29_encryption_alone_does_not_log_in() {
    let email = good(env(&[("MM_EMAILSETTINGS_CONNECTIONSECURITY", "TLS")])).email;
    assert_eq!((email.connection_security, email.enable_smtp_auth), (ConnectionSecurity::Tls, false));
}

#[test]
fn e30_an_unknown_encryption_is_refused() {
    for text in ["tls", "SSL"] {
        refused(&env(&[("MM_EMAILSETTINGS_CONNECTIONSECURITY", text)]), "not-in-list");
    }
    let report = env(&[("MM_EMAILSETTINGS_CONNECTIONSECURITY", "tls")]).report().to_string();
    assert!(report.contains("did you mean `\"TLS\"`?"), "{report}");
}

/// A word for "no encryption" that nobody documents is no value.
#[test]
fn e31_a_legacy_word_is_refused() {
    refused(&env(&[("MM_EMAILSETTINGS_CONNECTIONSECURITY", "PLAIN")]), "not-in-list");
}

/// The documented name works, and so does the other one, with a warning.
#[test]
fn e32_both_names_of_the_security_alert_work() {
    assert!(
        !good(env(&[("MM_EMAILSETTINGS_ENABLESECURITYFIXALERT", "false")])).email.enable_security_fix_alert
    );
    let resolution = env(&[("MM_SERVICESETTINGS_ENABLESECURITYFIXALERT", "false")]);
    let [warning] = resolution.report().diagnostics() else { panic!("{}", resolution.report()) };
    assert_eq!((warning.code.name(), warning.severity), ("alias", Severity::Warning));
    assert!(!resolution.value().unwrap().email.enable_security_fix_alert);
}

/// A list of sections is JSON; anything else is an error.
#[test]
fn e33_a_list_of_sections_by_a_variable() {
    const NAME: &str = "MM_SQLSETTINGS_REPLICALAGSETTINGS";
    refused(&env(&[(NAME, "anything")]), "unparsable");
    let server = good(env(&[(NAME, r#"[{"DataSource": "postgres://a"}]"#)]));
    assert_eq!(server.sql.replica_lag_settings[0].data_source.expose(), "postgres://a");
}

#[test]
fn e34_text_that_is_no_json_is_refused() {
    let resolution = env(&[("MM_LOGSETTINGS_ADVANCEDLOGGINGJSON", "not-json")]);
    refused(&resolution, "unparsable");
    assert_eq!(
        good(env(&[("MM_LOGSETTINGS_ADVANCEDLOGGINGJSON", "{\"a\": 1}")])).log.advanced.unwrap().as_str(),
        "{\"a\":1}"
    );
}

/// Applied, listed with its origin, and never saved.
#[test]
fn e35_a_secret_of_a_nested_section() {
    const NAME: &str = "MM_MESSAGEEXPORTSETTINGS_GLOBALRELAYSETTINGS_SMTPPASSWORD";
    let resolution = env(&[(NAME, "k4n4ry")]);
    let path = "MessageExportSettings.GlobalRelaySettings.SMTPPassword";
    assert_eq!(origin(&resolution, path), (Layer::Environment, format!("variable {NAME}")));
    assert_eq!(good(resolution).export.global_relay.smtp_password.expose(), "k4n4ry");
    assert!(!saved("e35", "{}", &[(NAME, "k4n4ry")]).contains("k4n4ry"));
}

/// No element, where others make one empty element.
#[test]
fn e36_the_empty_text_is_an_empty_list() {
    let file = r#"{"SqlSettings": {"DataSourceReplicas": ["a"]}}"#;
    let server = good(given(file, &[("MM_SQLSETTINGS_DATASOURCEREPLICAS", "")]));
    assert_eq!(server.sql.data_source_replicas, [""; 0]);
}

/// As any other setting: listed with its origin, and never saved.
#[test]
fn e37_no_setting_is_special() {
    const NAME: &str = "MM_CONTENTFLAGGINGSETTINGS_ENABLECONTENTFLAGGING";
    let resolution = env(&[(NAME, "true")]);
    let path = "ContentFlaggingSettings.EnableContentFlagging";
    assert_eq!(origin(&resolution, path).0, Layer::Environment);
    assert!(good(resolution).flagging.enable_content_flagging);
    assert!(!saved("e37", "{}", &[(NAME, "true")]).contains("Flagging"));
}
