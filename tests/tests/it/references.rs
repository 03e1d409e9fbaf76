//! References in values of files, over all formats and kinds.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use clap::{CommandFactory as _, Parser};
use settings_cli::{Context, CoreCommand, Flags, Marked, Sources};
use settings_core::resolve::{Code, Environment, Layers, Place, References, Resolution, resolve};
use settings_core::store::{SaveOutcome, Store};
use settings_core::value::ByteSize;
use settings_core::{FileFormat, Secret, SettingValue, Settings};

use tempfile::TempDir;

/// A program with a setting of each kind.
#[derive(Settings, Debug)]
#[settings(env_prefix = "APP")]
struct Program {
    /// The port.
    #[setting(default = 25, range = 1..=65535, alias = "Listen")]
    port: u32,
    /// The switch.
    #[setting(default = false)]
    on: bool,
    /// The share.
    #[setting(default = 0.5)]
    share: f64,
    /// The name.
    #[setting(default = "")]
    name: String,
    /// The site.
    #[setting(default = "", format = "url")]
    site: String,
    /// The password.
    #[setting]
    password: Secret,
    /// The level.
    #[setting(default = Level::Low)]
    level: Level,
    /// The time to wait.
    #[setting(default = 10, unit = "seconds")]
    timeout: Duration,
    /// The largest upload.
    #[setting(default = "1MiB")]
    upload: ByteSize,
    /// The hosts.
    #[setting(default = [])]
    hosts: Vec<String>,
    /// The ports.
    #[setting(default = [])]
    ports: BTreeSet<u16>,
    /// The limits.
    #[setting(default = [1, 2])]
    limits: [u16; 2],
    /// The most.
    #[setting]
    most: Option<u16>,
    /// The quotas.
    #[setting]
    quotas: BTreeMap<String, u32>,
    /// The keys.
    #[setting]
    keys: BTreeMap<String, Secret>,
    /// The relays.
    relays: Vec<Relay>,
}

/// A relay.
#[derive(Settings, Debug)]
struct Relay {
    /// The host.
    #[setting]
    host: String,
    /// The port.
    #[setting(default = 25)]
    port: u16,
}

/// An amount.
#[derive(SettingValue, Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    /// Little.
    #[value(text = "low")]
    Low,
    /// Much.
    #[value(text = "high")]
    High,
}

const FORMATS: [FileFormat; 3] = [FileFormat::Json, FileFormat::Toml, FileFormat::Yaml];

/// Returns lines of `key: text` as a document; the texts are strings as all three formats write them.
fn document(format: FileFormat, lines: &[(&str, &str)]) -> String {
    let lines: Vec<_> = lines
        .iter()
        .map(|(key, text)| match format {
            FileFormat::Json => format!("  \"{key}\": {text}"),
            FileFormat::Toml => format!("{key} = {text}"),
            _ => format!("{key}: {text}"),
        })
        .collect();
    match format {
        FileFormat::Json => format!("{{\n{}\n}}\n", lines.join(",\n")),
        _ => lines.join("\n") + "\n",
    }
}

fn layers(format: FileFormat, text: &str, variables: &[(&str, &str)]) -> Layers {
    Layers::new().file_in(format, "app", text).environment(variables.iter().copied().collect())
}

fn resolved(format: FileFormat, lines: &[(&str, &str)], variables: &[(&str, &str)]) -> Resolution<Program> {
    resolve(layers(format, &document(format, lines), variables).expand(References::new()))
}

/// Returns each finding with its place, and the text that its caret marks.
fn findings(resolution: &Resolution<Program>) -> Vec<(Code, usize, usize, String, String)> {
    let all = resolution.report().diagnostics().iter().map(|found| {
        let Place::File { line, column, snippet, .. } = &found.place else {
            panic!("{found:?}");
        };
        let snippet = snippet.as_ref().unwrap_or_else(|| panic!("{found:?}"));
        let marked = snippet.line.chars().skip(snippet.start).take(snippet.len).collect();
        (found.code, *line, *column, found.message.clone(), marked)
    });
    all.collect()
}

#[test]
fn texts_of_references_become_values_of_every_kind() {
    let lines = [
        ("Port", r#""${P}""#),
        ("On", r#""${ON}""#),
        ("Share", r#""${SHARE}""#),
        ("Name", r#""a \"${NAME}\" of ${NAME}""#),
        ("Site", r#""https://${HOST:-chat}.example.com""#),
        ("Password", r#""${PASSWORD}""#),
        ("Level", r#""${LEVEL:-high}""#),
        ("Timeout", r#""${TIMEOUT}""#),
        ("Upload", r#""${UPLOAD}""#),
        ("Hosts", r#"["${HOST:-one}", "$${two}"]"#),
        ("Ports", r#""${PORTS}""#),
        ("Limits", r#"["${P}", 4]"#),
        ("Most", r#""${MOST:-7}""#),
    ];
    let variables = [
        ("P", "8080"),
        ("ON", "true"),
        ("SHARE", "0.25"),
        ("NAME", "x\"\\\n${P}"),
        ("PASSWORD", "123"),
        ("TIMEOUT", "1m30s"),
        ("UPLOAD", "10MiB"),
        ("PORTS", "80, 443"),
        ("MOST", ""),
    ];
    for format in FORMATS {
        let resolution = resolved(format, &lines, &variables);
        assert!(resolution.report().diagnostics().is_empty(), "{format:?}: {}", resolution.report());
        let program = resolution.value().unwrap_or_else(|| panic!("{format:?}"));
        assert_eq!((program.port, program.on, program.share), (8080, true, 0.25));
        assert_eq!(program.name, "a \"x\"\\\n${P}\" of x\"\\\n${P}", "texts of variables stay as they are");
        assert_eq!(program.site, "https://chat.example.com");
        assert_eq!(program.password.expose(), "123");
        assert_eq!((program.level, program.timeout), (Level::High, Duration::from_secs(90)));
        assert_eq!(program.upload.bytes(), 10 << 20);
        assert_eq!(program.hosts, ["one", "${two}"]);
        assert_eq!(program.ports, BTreeSet::from([80, 443]));
        assert_eq!((program.limits, program.most), ([8080, 4], Some(7)));
        let origin = |path: &str| resolution.setting(path).unwrap().origin.to_string();
        let (line, column) = match format {
            FileFormat::Json => (2, 11),
            FileFormat::Toml => (1, 8),
            _ => (1, 7),
        };
        assert_eq!(origin("Port"), format!("app:{line}:{column} (${{P}})"));
        assert!(origin("Hosts").ends_with(" (${HOST}, $${)"), "{}", origin("Hosts"));
    }
}

#[test]
fn entries_and_fields_are_expanded_with_origins_of_their_own() {
    let files = [
        (
            FileFormat::Json,
            r#"{"Quotas": {"a": "${A}", "b": 2}, "Keys": {"k": "${KEY}"}, "Relays": [{"Host": "h", "Port": "${P}"}]}"#,
        ),
        (
            FileFormat::Toml,
            "[Quotas]\na = '${A}'\nb = 2\n[Keys]\nk = '''${KEY}'''\n[[Relays]]\nHost = 'h'\nPort = \"${P}\"\n",
        ),
        (
            FileFormat::Yaml,
            "Quotas:\n  a: ${A}\n  b: 2\nKeys:\n  k: |-\n    ${KEY}\nRelays:\n- Host: h\n  Port: ${P}\n",
        ),
    ];
    for (format, text) in files {
        let stronger = "{\"Quotas\": {\"c\": 3}}";
        let layers = layers(format, text, &[("A", "1"), ("KEY", "hidden"), ("P", "26")]);
        let resolution = resolve::<Program>(layers.file("more.json", stronger).expand(References::new()));
        assert!(resolution.report().diagnostics().is_empty(), "{}", resolution.report());
        let program = resolution.value().unwrap();
        let quotas: Vec<_> = program.quotas.iter().map(|(key, value)| (key.as_str(), *value)).collect();
        assert_eq!(quotas, [("a", 1), ("b", 2), ("c", 3)]);
        assert_eq!(program.keys["k"].expose(), "hidden");
        assert_eq!((program.relays[0].host.as_str(), program.relays[0].port), ("h", 26));
        let quotas = resolution.setting("Quotas").unwrap();
        let origins: Vec<_> = quotas.parts.iter().map(|part| part.origin.to_string()).collect();
        assert!(origins[0].ends_with(" (${A})") && !origins[1].contains('$'), "{format:?}: {origins:?}");
        assert!(!format!("{:?}{}", resolution.setting("Keys"), resolution.report()).contains("hidden"));
    }
}

#[test]
fn mistakes_are_found_within_the_text() {
    let lines = [
        ("Port", r#""${PROT}""#),
        ("Name", r#""\t\"ä\" ${A} and ${B:-${C}}""#),
        ("Site", r#""https://${host name}/""#),
        ("Hosts", r#"["ok", "x ${file:a}"]"#),
        ("Level", r#""${OPEN""#),
    ];
    for format in FORMATS {
        let resolution = resolved(format, &lines, &[("PORT", "1"), ("A", "a")]);
        let found = findings(&resolution);
        let marked: Vec<_> = found.iter().map(|(.., marked)| marked.as_str()).collect();
        assert_eq!(
            marked,
            ["${PROT}", "${B:-${C}", "${host name}", "${file:a}", "${"],
            "{format:?}: {found:?}"
        );
        assert!(found.iter().all(|(code, ..)| *code == Code::Reference), "{format:?}: {found:?}");
        let report = resolution.report().to_string();
        assert!(report.contains("`Port`: the variable `PROT` is not set"), "{report}");
        assert!(report.contains("did you mean `${PORT}`?"), "{report}");
        assert!(report.contains("`Hosts[1]`: this program reads no files"), "{report}");
        let (_, line, column, ..) = &found[1];
        let text = document(format, &lines);
        let at: usize = text.lines().take(line - 1).map(|line| line.len() + 1).sum();
        let before: String = text[at..].chars().take(column - 1).collect();
        assert!(before.ends_with("and "), "{format:?}: {before}");
    }
}

#[test]
fn a_reference_that_an_escape_hides_is_marked_as_a_whole() {
    let json = r#"{"Name": "x \u0024{NONE}"}"#;
    let found = findings(&resolve(layers(FileFormat::Json, json, &[]).expand(References::new())));
    assert_eq!(found[0].4, r#""x \u0024{NONE}""#);
    let toml = "Name = \"\"\"\nfirst\n${NONE}\"\"\"\n";
    let found = findings(&resolve(layers(FileFormat::Toml, toml, &[]).expand(References::new())));
    assert_eq!((found[0].1, found[0].2, found[0].4.as_str()), (3, 1, "${NONE}"));
    let yaml = "Name: >\n  first\n  ${NONE}\n";
    let found = findings(&resolve(layers(FileFormat::Yaml, yaml, &[]).expand(References::new())));
    assert_eq!((found[0].1, found[0].2, found[0].4.as_str()), (3, 3, "${NONE}"));
}

#[test]
fn texts_that_the_kind_refuses_are_not_shown() {
    let lines = [("Port", r#""${TOKEN}""#), ("Level", r#""${TOKEN}""#), ("Ports", r#"["1", "${TOKEN}"]"#)];
    for format in FORMATS {
        let resolution = resolved(format, &lines, &[("TOKEN", "hunter2")]);
        let report = resolution.report().to_string();
        assert!(
            !report.contains("hunter2") && !resolution.report().to_json().contains("hunter2"),
            "{report}"
        );
        assert_eq!(report.matches("found the text of `${TOKEN}`").count(), 3, "{report}");
    }
}

#[test]
fn nothing_of_a_secret_is_shown() {
    let texts = ["pa${ss}word", "${ss", "x${file:word}", "${A:-word}${NONE}", "${word word}"];
    for format in FORMATS {
        for text in texts {
            let quoted = format!("\"{text}\"");
            let lines = [("Password", quoted.as_str())];
            let resolution = resolved(format, &lines, &[]);
            assert!(resolution.report().has_errors(), "{text}");
            let shown = format!("{} {:?}", resolution.report(), resolution.report());
            let parts = ["word}", "ss}", "{ss", ":-word"];
            assert!(!parts.iter().any(|part| shown.contains(part)), "{shown}");
        }
        let resolution = resolved(format, &[("Password", "\"${NONE}\"")], &[]);
        assert!(resolution.report().to_string().contains("the variable `NONE` is not set"));
    }
}

#[test]
fn references_are_text_unless_the_program_allows_them() {
    for format in FORMATS {
        let text = document(format, &[("Name", "\"${HOME} $${x}\"")]);
        let resolution = resolve::<Program>(layers(format, &text, &[("HOME", "/root")]));
        assert_eq!(resolution.value().unwrap().name, "${HOME} $${x}");
    }
}

#[test]
fn only_files_are_expanded_and_only_once() {
    let lines = [("Name", "\"${A}\"")];
    let document = document(FileFormat::Json, &lines);
    let variables = [("A", "${B}"), ("B", "b"), ("APP_SITE", "http://${B}")];
    let layers = layers(FileFormat::Json, &document, &variables).set("Hosts", "${B}", "--set");
    let resolution = resolve::<Program>(layers.expand(References::new()));
    let again = resolve::<Program>(resolution.layers().clone());
    for resolution in [resolution, again] {
        let name = |path| resolution.setting(path).unwrap().shown();
        assert_eq!((name("Name"), name("Hosts")), ("\"${B}\"".to_owned(), "[\"${B}\"]".to_owned()));
        assert!(!name("Site").contains("//b"));
    }
}

#[test]
fn old_names_and_other_letter_case_are_expanded_too() {
    let text = r#"{"listen": "${P}", "NAME": "${P}"}"#;
    let resolution =
        resolve::<Program>(layers(FileFormat::Json, text, &[("P", "99")]).expand(References::new()));
    let program = resolution.value().unwrap_or_else(|| panic!("{}", resolution.report()));
    assert_eq!((program.port, program.name.as_str()), (99, "99"));
}

#[test]
fn a_text_does_not_grow_without_limit() {
    let many = format!("\"{}\"", "${A}".repeat(5000));
    let large = "x".repeat(1 << 10);
    let resolution = resolved(FileFormat::Json, &[("Name", &many)], &[("A", &large)]);
    let report = resolution.report().to_string();
    assert!(report.contains("too large") && report.matches("error[").count() == 1, "{report}");
}

#[test]
fn files_are_read_below_the_folder_alone() {
    let dir = TempDir::new().unwrap();
    let folder = dir.path().join("secrets");
    fs::create_dir_all(folder.join("db")).unwrap();
    fs::write(folder.join("db/password"), "hunter2\n").unwrap();
    fs::write(folder.join("port"), "8080").unwrap();
    fs::write(folder.join("empty"), "").unwrap();
    fs::write(folder.join("large"), vec![b'x'; (1 << 20) + 1]).unwrap();
    fs::write(dir.path().join("outside"), "outside").unwrap();
    let references = References::new().files_in(&folder);
    let resolved = |reference: &str| {
        let text =
            format!("{{\"Password\": \"${{file:db/password}}\", \"Name\": \"${{file:{reference}}}\"}}");
        resolve::<Program>(Layers::new().file("app.json", text).expand(references.clone()))
    };
    let inside = format!("{}/port", folder.display());
    for path in ["port", inside.as_str()] {
        let resolution = resolved(path);
        let program = resolution.value().unwrap_or_else(|| panic!("{}", resolution.report()));
        assert_eq!((program.name.as_str(), program.password.expose()), ("8080", "hunter2"));
        assert_eq!(
            resolution.setting("Password").unwrap().origin.to_string(),
            "app.json:1:14 (${file:db/password})"
        );
        let files: Vec<PathBuf> = resolution.layers().files().to_vec();
        assert_eq!(files, [folder.join("db/password"), folder.join("port")], "a watch follows them");
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(dir.path().join("outside"), folder.join("link")).unwrap();
        std::os::unix::fs::symlink(dir.path(), folder.join("up")).unwrap();
    }
    let outside = format!("{}/outside", dir.path().display());
    let sly = format!("{}/../outside", folder.display());
    for (path, why) in [
        ("../outside", "is not a path in the folder"),
        ("db/../../outside", "is not a path in the folder"),
        (".", "is not a path in the folder"),
        ("/", "is not a path in the folder"),
        (outside.as_str(), "is not a path in the folder"),
        (sly.as_str(), "is not a path in the folder"),
        ("none", "No such file"),
        ("db", "not a regular file"),
        ("empty", "the file is empty"),
        ("large", "larger than 1 MiB"),
        #[cfg(unix)]
        ("link", "a link"),
        #[cfg(unix)]
        ("up/outside", "a link"),
    ] {
        let report = resolved(path).report().to_string();
        assert!(report.contains(why) && report.contains("error[reference]"), "{path}: {report}");
    }
}

#[test]
fn changes_keep_references_in_the_file() {
    for format in FORMATS {
        let dir = TempDir::new().unwrap();
        let ending = format!("{format:?}").to_lowercase();
        let path = dir.path().join(format!("app.{ending}"));
        let lines = [("Name", "\"${NAME}\""), ("Port", "\"${P}\"")];
        fs::write(&path, document(format, &lines)).unwrap();
        let environment: Environment = [("NAME", "chat"), ("P", "80")].into_iter().collect();
        let others = Layers::new().environment(environment).expand(References::new());
        let mut store = Store::<Program>::open(&path, others).unwrap();
        assert_eq!(store.stored().setting("Port").unwrap().shown(), "80");
        store.set("On", &["true"]).unwrap();
        assert!(matches!(store.save().unwrap(), SaveOutcome::Written { .. }));
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains("\"${NAME}\"") && text.contains("\"${P}\""), "{text}");
        store.set("Port", &["81"]).unwrap();
        store.save().unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains("\"${NAME}\"") && text.contains("81") && !text.contains("${P}"), "{text}");
    }
}

/// A program of another style of names.
#[derive(Settings, Debug)]
#[settings(env_prefix = "STYLED", env_case = "SCREAMING_SNAKE_CASE", env_separator = "__")]
#[allow(dead_code)] // resolved for its names alone
struct Styled {
    /// The database.
    #[setting(default = "", env = ["DATABASE_URL", "DB_URL"], flag)]
    database: String,
    #[settings(section = "MaxSizes")]
    sizes: Sizes,
}

/// Sizes.
#[derive(Settings, Debug)]
#[allow(dead_code)] // resolved for its names alone
struct Sizes {
    /// The largest upload.
    #[setting(default = 1, flag)]
    max_upload: u32,
    /// The quotas.
    #[setting(default = {"first": 1})]
    quotas: BTreeMap<String, u32>,
    /// The depth.
    #[setting(default = 1)]
    depth: u32,
}

#[derive(Parser)]
#[command(name = "styled")]
struct StyledCli {
    #[command(flatten)]
    sources: Sources,
    #[command(flatten)]
    flags: Flags<Styled, Marked>,
    #[command(subcommand)]
    command: CoreCommand,
}

#[test]
fn marked_settings_have_flags_that_show_all_their_variables() {
    let help = StyledCli::command().render_long_help().to_string();
    for shown in [
        "--database",
        "[env: DATABASE_URL, DB_URL]",
        "--max-sizes-max-upload",
        "[env: STYLED_MAX_SIZES__MAX_UPLOAD]",
    ] {
        assert!(help.contains(shown), "{shown}: {help}");
    }
    assert!(!help.contains("--max-sizes-depth"), "{help}");
}

#[test]
fn the_variable_of_an_entry_is_one_that_sets_it() {
    let resolution = resolve::<Styled>(Layers::new());
    let quotas = resolution.setting("MaxSizes.Quotas").unwrap();
    assert_eq!(quotas.parts[0].env_name, "STYLED_MAX_SIZES__QUOTAS__FIRST");
    let environment: Environment = [(quotas.parts[0].env_name.as_str(), "5")].into_iter().collect();
    let resolution = resolve::<Styled>(Layers::new().environment(environment));
    assert!(resolution.report().diagnostics().is_empty(), "{}", resolution.report());
    assert_eq!(resolution.value().unwrap().sizes.quotas["first"], 5);
}

fn styled(arguments: &[&str], variables: &[(&str, &str)]) -> String {
    let cli = StyledCli::parse_from(["styled"].iter().chain(arguments));
    let sources = cli.sources.with_flags(&cli.flags).with_references(References::new());
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let environment = variables.iter().copied().collect();
    let mut context = Context::new(sources, environment, &mut out, &mut err);
    let verdict = cli.command.run::<Styled>(&mut context);
    assert!(verdict.is_ok(), "{verdict:?}");
    format!("{}{}", String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

#[test]
fn commands_expand_references_and_show_them() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("styled.toml");
    let file = path.to_str().unwrap();
    fs::write(&path, "Database = \"db://${HOST}\"\n[MaxSizes]\nMaxUpload = \"${UPLOAD:-7}\"\n").unwrap();
    let variables = [("HOST", "one")];
    let shown = styled(&["--config", file, "show", "--origin"], &variables);
    for expected in
        ["\"db://one\"", &format!("{file}:1:12 (${{HOST}})"), &format!("{file}:3:13 (${{UPLOAD}})")]
    {
        assert!(shown.contains(expected), "{expected}: {shown}");
    }
    let explained = styled(&["--config", file, "explain", "MaxSizes.MaxUpload"], &variables);
    assert!(explained.contains("(${UPLOAD})"), "{explained}");
    let flag = ["--config", file, "--max-sizes-max-upload", "9", "get", "MaxSizes.MaxUpload"];
    assert_eq!(styled(&flag, &variables), "9\n");
    styled(&["--config", file, "set", "MaxSizes.Depth=3"], &variables);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains("\"db://${HOST}\"") && text.contains("\"${UPLOAD:-7}\""), "{text}");
    let history = styled(&["--config", file, "history"], &variables);
    assert!(!history.contains("MaxUpload"), "no value changed: {history}");
    let other = dir.path().join("other.toml");
    fs::write(&other, "Database = \"db://one\"\n[MaxSizes]\nMaxUpload = 7\nDepth = 3\n").unwrap();
    let differences = styled(&["diff", file, other.to_str().unwrap()], &variables);
    assert!(!differences.contains("Database") && !differences.contains("MaxUpload"), "{differences}");
}
