//! The sources of settings: folders, standard input, profiles, variables that name files, and flags of the struct.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::net::SocketAddr;
use std::process::{Command, Stdio};

use clap::{CommandFactory as _, Parser};
use settings_cli::{All, Context, CoreCommand, Flags, Selection, Sources};
use settings_core::resolve::{Code, Environment, Layers, resolve};
use settings_core::store::history;
use settings_core::store::watch::{Debounce, Event, Watch};
use settings_core::{Secret, Settings};
use settings_tests::cli::{Folder, run, settings};
use settings_tests::program::Program;

/// Returns the lines of `explain` about the value of a setting.
fn value_of(path: &str, arguments: &[&str], environment: &[(&str, &str)]) -> String {
    let run = run::<Program>(&[arguments, &["explain", path]].concat(), environment);
    assert_eq!(run.code, 0, "{run:?}");
    run.out.split("\nvalue").nth(1).unwrap_or_default().to_owned()
}

#[test]
fn a_folder_is_its_files_in_order_each_in_its_own_format() {
    let folder = Folder::new("conf-d");
    folder.write("10-mail.toml", "[EmailSettings]\nSMTPPort = 25\nSMTPServer = 'a.example'\n");
    folder.write("20-mail.yaml", "EmailSettings:\n  SMTPPort: 587\n");
    folder.write("30-mail.json", "{\"EmailSettings\": {\"SMTPServer\": \"b.example\"}}");
    folder.write("40-mail.ini", "SMTPPort=1\n");
    folder.write(".50-mail.json", "{");
    let path = folder.path("");
    let port = value_of("EmailSettings.SMTPPort", &["--config", &path], &[]);
    assert!(port.contains("587\n          from ") && port.contains("20-mail.yaml:2:13"), "{port}");
    assert!(port.contains("overrides 25 from ") && port.contains("10-mail.toml:2:12"), "{port}");
    let server = value_of("EmailSettings.SMTPServer", &["--config", &path], &[]);
    assert!(server.contains("b.example") && server.contains("a.example"), "{server}");
    let validated = run::<Program>(&["--config", &path, "validate"], &[]);
    assert!(
        validated.out.contains("40-mail.ini:1:1") && validated.out.contains("ignored-file"),
        "{validated:?}"
    );
}

#[test]
fn a_change_goes_to_the_last_file_of_a_folder() {
    let folder = Folder::new("conf-d-write");
    let first = folder.write("10.toml", "[EmailSettings]\nSMTPPort = 25 # first\n");
    let last = folder.write("20.yaml", "# second\nServiceSettings:\n  MaxUsers: 5\n");
    let path = folder.path("");
    let changed = run::<Program>(&["--config", &path, "set", "EmailSettings.SMTPPort=587"], &[]);
    assert_eq!((changed.code, changed.out), (0, format!("wrote {last} (version 2)\n")));
    assert_eq!(fs::read_to_string(&first).unwrap(), "[EmailSettings]\nSMTPPort = 25 # first\n");
    assert_eq!(
        fs::read_to_string(&last).unwrap(),
        "# second\nServiceSettings:\n  MaxUsers: 5\nEmailSettings:\n  SMTPPort: 587\n"
    );
    // an empty folder gets the default file
    let empty = Folder::new("conf-d-empty");
    let changed = run::<Program>(&["--config", &empty.path(""), "set", "ServiceSettings.MaxUsers=7"], &[]);
    assert_eq!(changed.code, 0, "{changed:?}");
    assert!(fs::read_to_string(empty.path("config.json")).unwrap().contains("\"MaxUsers\": 7"));
}

#[test]
fn standard_input_is_a_file_in_the_format_that_it_looks_like() {
    let inputs = [
        ("{\"EmailSettings\": {\"SMTPPort\": 1}}", "standard input:1:32"),
        ("[EmailSettings]\nSMTPPort = 1\n", "standard input:2:12"),
        ("EmailSettings:\n  SMTPPort: 1\n", "standard input:2:13"),
    ];
    for (text, place) in inputs {
        let run = |arguments: &[&str]| {
            let mut child = Command::new(env!("CARGO_BIN_EXE_operated"))
                .args(["--config", "-"])
                .args(arguments)
                .env_clear()
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
            child.wait_with_output().unwrap()
        };
        let explained = run(&["explain", "EmailSettings.SMTPPort"]);
        let explained = String::from_utf8(explained.stdout).unwrap();
        assert!(explained.contains(&format!("value     1\n          from {place}")), "{explained}");
        let refused = run(&["set", "EmailSettings.SMTPPort=2"]);
        assert_eq!(refused.status.code(), Some(2));
        let error = String::from_utf8(refused.stderr).unwrap();
        assert!(error.contains("standard input can't be changed"), "{error}");
    }
}

#[test]
fn a_profile_is_above_its_file_and_must_have_one() {
    let folder = Folder::new("profile");
    let config = folder.write("config.toml", "[EmailSettings]\nSMTPPort = 25\nSMTPServer = 'a.example'\n");
    folder.write("config.prod.toml", "[EmailSettings]\nSMTPPort = 587\n");
    let arguments = ["--config", &config, "--profile", "prod"];
    let port = value_of("EmailSettings.SMTPPort", &arguments, &[]);
    assert!(port.contains("config.prod.toml:2:12") && port.contains("overrides 25"), "{port}");
    assert!(value_of("EmailSettings.SMTPServer", &arguments, &[]).contains("config.toml:3"));
    let port = value_of("EmailSettings.SMTPPort", &["--config", &config], &[("MM_PROFILE", "prod")]);
    assert!(port.contains("config.prod.toml:2:12"), "{port}");
    // changes are for the profile
    let changed = run::<Program>(&[&arguments[..], &["set", "EmailSettings.SMTPPort=26"]].concat(), &[]);
    assert!(changed.out.contains("config.prod.toml"), "{changed:?}");
    let unknown = run::<Program>(&["--config", &config, "--profile", "prodd", "validate"], &[]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.error.contains("config.prodd.toml: the profile `prodd` has no file"), "{unknown:?}");
    let path = run::<Program>(&["--config", &config, "--profile", "../x", "validate"], &[]);
    assert!(path.code == 2 && path.error.contains("expected letters"), "{path:?}");
    for command in [&["validate"][..], &["set", "EmailSettings.SMTPPort=1"]] {
        let path = run::<Program>(&[&["--config", &config], command].concat(), &[("MM_PROFILE", "../x")]);
        assert!(path.code == 2 && path.error.contains("expected letters"), "{path:?}");
    }
}

#[test]
fn a_variable_names_the_files_where_no_option_does() {
    let folder = Folder::new("variable");
    let [first, second, third] = [("a.json", 1), ("b.json", 2), ("c.json", 3)]
        .map(|(name, port)| folder.write(name, format!("{{\"EmailSettings\": {{\"SMTPPort\": {port}}}}}")));
    let paths = std::env::join_paths([&first, &second]).unwrap().into_string().unwrap();
    let environment = [("MM_CONFIG", paths.as_str())];
    let port = value_of("EmailSettings.SMTPPort", &[], &environment);
    assert!(port.contains(&format!("from {second}")) && port.contains(&format!("1 from {first}")), "{port}");
    let port = value_of("EmailSettings.SMTPPort", &["--config", &third], &environment);
    assert!(port.contains(&format!("from {third}")) && !port.contains(&first), "{port}");
    // it is an option, not a variable that sets nothing
    let validated = run::<Program>(&["validate", "--strict"], &environment);
    assert_eq!(validated.code, 0, "{validated:?}");
    assert!(!validated.out.contains("MM_CONFIG"), "{validated:?}");
    let missing = run::<Program>(&["validate"], &[("MM_CONFIG", "/nonexistent/config.json")]);
    assert!(missing.code == 2 && missing.error.contains("/nonexistent/config.json"), "{missing:?}");
    let changed = run::<Program>(&["set", "EmailSettings.SMTPPort=4"], &environment);
    assert!(changed.out.contains(&second), "{changed:?}");
}

#[test]
fn the_usual_files_take_the_place_of_the_default_file() {
    let folder = Folder::new("usual");
    let base = folder.path("");
    let environment =
        Environment::from_iter([("XDG_CONFIG_HOME", &base), ("XDG_CONFIG_DIRS", &folder.path("etc"))]);
    fs::create_dir_all(folder.path("etc/usual-test")).unwrap();
    fs::create_dir_all(folder.path("usual-test/conf.d")).unwrap();
    let user = folder.path("usual-test/config.json");
    let sources = Sources::default().with_usual_files("usual-test", &environment);
    assert_eq!(sources.config_path().to_str().unwrap(), user);
    let port = |name: &str, port: u16| folder.write(name, format!("[EmailSettings]\nSMTPPort = {port}\n"));
    let system = port("etc/usual-test/config.toml", 1);
    assert_eq!(sources.config_path().to_str().unwrap(), system);
    let last = port("usual-test/conf.d/10.toml", 2);
    assert_eq!(sources.config_path().to_str().unwrap(), last);
    let resolution = resolve::<Program>(sources.layers(environment).unwrap());
    let port = resolution.setting("EmailSettings.SMTPPort").unwrap();
    assert_eq!((port.shown(), port.overridden.len()), ("2".to_owned(), 2));
}

#[test]
fn a_file_of_changes_is_one_change_or_none() {
    let folder = Folder::new("changes");
    let config = folder.write("config.json", "{}\n");
    let good = folder.write(
        "good.changes",
        "# for the move\nEmailSettings.SMTPServer=mail.example.com # new\nEmailSettings.SMTPPort=587\n\
         ServiceSettings.Greeting='two words'\n",
    );
    let changed = run::<Program>(&["--config", &config, "set", "--from", &good], &[]);
    assert_eq!((changed.code, changed.out), (0, format!("wrote {config} (version 2)\n")));
    let text = fs::read_to_string(&config).unwrap();
    assert!(
        text.contains("\"SMTPServer\": \"mail.example.com\"") && text.contains("\"two words\""),
        "{text}"
    );
    assert_eq!(history(&config).unwrap().len(), 2);
    for (lines, code, expected) in [
        ("EmailSettings.SMTPPort=25\nEmailSettings.SMTPServr=x\n", 2, "EmailSettings.SMTPServer"),
        ("EmailSettings.SMTPPort=25\nServiceSettings.MaxUsers=none\n", 1, "ServiceSettings.MaxUsers"),
        ("EmailSettings.SMTPPort=25\nEmailSettings.SMTPPort=26\n", 2, "nothing is written"),
        ("EmailSettings.SMTPPort=25\nnonsense\n", 2, "nothing is written"),
        ("# nothing\n", 2, "no lines"),
    ] {
        let bad = folder.write("bad.changes", lines);
        let refused = run::<Program>(&["--config", &config, "set", "--from", &bad], &[]);
        assert_eq!(refused.code, code, "{lines}: {refused:?}");
        assert!(refused.error.contains(expected), "{refused:?}");
        assert_eq!(fs::read_to_string(&config).unwrap(), text, "{lines}");
    }
    let both =
        run::<Program>(&["--config", &config, "set", "--from", &good, "EmailSettings.SMTPPort=1"], &[]);
    assert_eq!(both.code, 2, "{both:?}");
    assert_eq!(settings(&["set"], &[]).code, 2);
}

/// A server whose flags are the section of the service and one setting of mail.
#[derive(Parser)]
#[command(name = "server")]
struct Server {
    #[command(flatten)]
    sources: Sources,
    #[command(flatten)]
    flags: Flags<Program, ServerFlags>,
    #[command(subcommand)]
    command: CoreCommand,
}

struct ServerFlags;

impl Selection for ServerFlags {
    const PATHS: &[&str] =
        &["ServiceSettings", "EmailSettings.ConnectionSecurity", "EmailSettings.EnableSMTPAuth"];
}

/// Runs the server's command with these arguments.
fn server(arguments: &[&str], environment: &[(&str, &str)]) -> (Result<String, String>, String) {
    let cli = match Server::try_parse_from(["server"].iter().chain(arguments)) {
        Ok(cli) => cli,
        Err(error) => return (Err(error.to_string()), String::new()),
    };
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let sources = cli.sources.with_flags(&cli.flags);
    let mut context = Context::new(sources, environment.iter().copied().collect(), &mut out, &mut err);
    let outcome = cli.command.run::<Program>(&mut context);
    let failed = outcome.err().map(|error| error.to_string());
    let out = String::from_utf8(out).unwrap();
    (failed.map_or(Ok(out), Err), String::from_utf8(err).unwrap())
}

#[test]
fn the_flags_of_the_struct_are_a_layer_with_their_names_as_origin() {
    Server::command().debug_assert();
    let environment = [("MM_SERVICESETTINGS_MAXUSERS", "5")];
    let arguments = [
        "--service-settings-max-users",
        "7",
        "--email-settings-connection-security=STARTTLS",
        "--email-settings-enable-smtp-auth",
        "--service-settings-allowed-hosts",
        "a.example",
        "--service-settings-allowed-hosts",
        "b.example",
        "--service-settings-quotas",
        "{\"free\": 3}",
        "show",
        "--origin",
    ];
    let (out, err) = server(&arguments, &environment);
    let out = out.unwrap();
    let after =
        |path: &str| out.split(path).nth(1).unwrap_or_default().lines().take(3).collect::<Vec<_>>().join("|");
    let users = after("ServiceSettings.MaxUsers ");
    assert!(users.contains("= 7|") && users.contains("from --service-settings-max-users"), "{users}");
    assert!(users.contains("overrides 5 from variable MM_SERVICESETTINGS_MAXUSERS"), "{users}");
    assert!(after("EmailSettings.EnableSMTPAuth ").contains("from --email-settings-enable-smtp-auth"));
    assert!(after("EmailSettings.ConnectionSecurity ").contains("from --email-settings-connection-security"));
    assert!(after("ServiceSettings.AllowedHosts ").contains("[\"a.example\", \"b.example\"]"), "{out}");
    assert!(after("ServiceSettings.Quotas ").contains("{\"free\": 3}"), "{out}");
    assert!(err.is_empty() || !err.contains("error"), "{err}");
    // a value that the setting refuses is reported by the resolver, at the flag
    let (_, err) = server(&["--service-settings-max-users", "none", "show"], &[]);
    assert!(err.contains("--service-settings-max-users"), "{err}");
    // clap knows the choices
    let (refused, _) = server(&["--email-settings-connection-security=SSL", "show"], &[]);
    let refused = refused.unwrap_err();
    assert!(refused.contains("[possible values: ") && refused.contains("STARTTLS"), "{refused}");
    let (shown, _) =
        server(&["--email-settings-enable-smtp-auth=false", "get", "EmailSettings.EnableSMTPAuth"], &[]);
    assert_eq!(shown.unwrap(), "false\n");
}

#[test]
fn the_help_of_flags_is_that_of_the_struct_and_secrets_have_none() {
    let help = Server::command().render_long_help().to_string();
    let users =
        help.split("--service-settings-max-users <NUMBER>").nth(1).unwrap_or_else(|| panic!("{help}"));
    let users = users.split("\n\n").next().unwrap_or_default();
    assert!(users.contains("How many users may be logged in"), "{users}");
    assert!(users.contains("[default: 100] [env: MM_SERVICESETTINGS_MAXUSERS]"), "{users}");
    assert!(help.contains("\nServiceSettings:\n"), "{help}");
    assert!(!help.contains("licence") && !help.contains("--email-settings-smtp-port"), "{help}");
    let all = <Flags<Program, All> as clap::Args>::augment_args(clap::Command::new("all"));
    all.clone().debug_assert();
    let flags: Vec<_> = all.get_arguments().filter_map(clap::Arg::get_long).collect();
    assert!(flags.contains(&"email-settings-smtp-server-timeout"), "{flags:?}");
    assert!(!flags.iter().any(|flag| flag.ends_with("password") || flag.ends_with("licence")), "{flags:?}");
}

#[test]
fn a_selection_of_nothing_is_a_mistake_of_the_program() {
    struct Misspelt;
    impl Selection for Misspelt {
        const PATHS: &[&str] = &["ServiceSettings.MaxUser"];
    }
    let augment = || <Flags<Program, Misspelt> as clap::Args>::augment_args(clap::Command::new("none"));
    let panic = std::panic::catch_unwind(augment).unwrap_err();
    let message = panic.downcast_ref::<String>().unwrap();
    assert_eq!(message, "`ServiceSettings.MaxUser` is neither a section nor a setting of the program");
}

#[test]
fn a_file_that_may_be_absent_is_read_if_it_exists() {
    let folder = Folder::new("optional");
    let path = folder.path("config.toml");
    let absent = Layers::new().read_file_if_exists(&path).unwrap();
    assert_eq!(absent.files(), [std::path::PathBuf::from(&path)]);
    folder.write("config.toml", "[EmailSettings]\nSMTPPort = 0\n");
    let resolution = resolve::<Program>(Layers::new().read_file_if_exists(&path).unwrap());
    assert!(resolution.report().diagnostics().iter().any(|found| found.code == Code::OutOfRange));
}

#[test]
fn a_new_file_in_a_folder_is_followed() {
    let folder = Folder::new("conf-d-watch");
    let path = folder.path("");
    let watch =
        Watch::<Program>::start(move || Layers::new().read_folder(&path), Debounce::default()).unwrap();
    let events = watch.subscribe();
    assert!(matches!(&*events.recv().unwrap(), Event::Current(_)));
    let next = |port: u16| match &*events.recv_timeout(std::time::Duration::from_secs(20)).unwrap() {
        Event::Changed(changed) => assert_eq!(changed.value.email.smtp_port, port),
        other => panic!("{other:?}"),
    };
    folder.write("20.toml", "EmailSettings.SMTPPort = 20\n");
    next(20);
    folder.write("10.toml", "EmailSettings.SMTPPort = 10\n");
    folder.write("30.yaml", "EmailSettings: {SMTPPort: 30}\n");
    next(30);
    fs::remove_file(folder.path("30.yaml")).unwrap();
    next(20);
}

/// A server whose users log in at other servers.
#[derive(Settings, Debug)]
#[settings(env_prefix = "CHATD")]
struct Chat {
    #[settings(section = "HTTP")]
    http: Http,
    #[settings(section = "Limits")]
    limits: Limits,
    #[settings(section = "Auth")]
    auth: Auth,
}

/// The HTTP interface.
#[derive(Settings, Debug)]
struct Http {
    /// The address to listen on.
    #[setting(default = "127.0.0.1:8065")]
    listen: SocketAddr,
    /// The text on the front page.
    #[setting(default = "Welcome!")]
    greeting: String,
}

/// Limits.
#[derive(Settings, Debug)]
struct Limits {
    /// The most messages.
    #[setting(default = 1000)]
    messages: u32,
}

/// Logging in.
#[derive(Settings, Debug)]
struct Auth {
    /// The servers by name.
    providers: BTreeMap<String, Provider>,
}

/// A server for logins.
#[derive(Settings, Debug)]
struct Provider {
    /// The name at the server.
    #[setting(key = "ClientID", default = "")]
    client_id: String,
    /// The password at the server.
    #[setting]
    client_secret: Secret,
}

#[derive(Parser)]
#[command(name = "chatd")]
struct Chatd {
    #[command(flatten)]
    sources: Sources,
    #[command(flatten)]
    flags: Flags<Chat>,
    #[command(subcommand)]
    command: CoreCommand,
}

#[test]
fn files_a_folder_a_flag_and_a_variable_are_used_at_once() {
    let folder = Folder::new("at-once");
    let google = "[HTTP]\nGreeting = \"from the file\"\n[Auth.Providers.google]\nClientID = \"chat\"\n";
    let config = folder.write("config.toml", google);
    fs::create_dir(folder.path("conf.d")).unwrap();
    let limits = folder.write("conf.d/10-limits.toml", "[Limits]\nMessages = 500\n");
    let secret = folder.write("client-secret", "k4n4ry\n");
    let conf_d = folder.path("conf.d");
    let arguments = [
        "chatd",
        "--config",
        &config,
        "--config",
        &conf_d,
        "--http-listen",
        "0.0.0.0:80",
        "show",
        "--origin",
    ];
    let cli = Chatd::parse_from(arguments);
    let environment =
        Environment::from_iter([("CHATD_AUTH_PROVIDERS_GOOGLE_CLIENTSECRET_FILE", secret.as_str())]);
    let sources = cli.sources.with_flags(&cli.flags);
    let chat = resolve::<Chat>(sources.layers(environment.clone()).unwrap()).into_result().unwrap();
    assert_eq!((chat.http.listen.port(), chat.http.greeting.as_str()), (80, "from the file"));
    let provider = &chat.auth.providers["google"];
    assert_eq!((provider.client_id.as_str(), provider.client_secret.expose()), ("chat", "k4n4ry"));
    assert_eq!(chat.limits.messages, 500);

    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut context = Context::new(sources, environment, &mut out, &mut err);
    cli.command.run::<Chat>(&mut context).unwrap();
    let out = String::from_utf8(out).unwrap();
    assert_eq!(String::from_utf8(err).unwrap(), "");
    for expected in [
        "from --http-listen".to_owned(),
        format!("from {config}:2:12"),
        format!("from {limits}:2:12"),
        format!("Auth.Providers.google.ClientID from {config}:4:12"),
        format!(
            "Auth.Providers.google.ClientSecret from variable CHATD_AUTH_PROVIDERS_GOOGLE_CLIENTSECRET_FILE -> {secret}"
        ),
    ] {
        assert!(out.contains(&expected), "no {expected:?} in\n{out}");
    }
    assert!(!out.contains("k4n4ry"), "{out}");
}
