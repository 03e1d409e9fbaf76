//! Templates read back by parsers that are not ours: YAML, systemd's rules, a real shell.

use std::collections::BTreeMap;
use std::process::Command;

use every::Every;
use settings_core::Settings;
use settings_core::resolve::{Environment, Layer, Layers, Severity, resolve};
use settings_core::schema::Section;
use settings_core::template;
use settings_tests::cli::{Folder, settings};
use settings_tests::generated::full::Full;
use settings_tests::left_out;
use settings_tests::program::Program;
use yaml_rust2::{Yaml, YamlLoader};

/// 680 settings of every kind; its fields are resolved and not read.
#[allow(dead_code)]
mod every {
    include!(concat!(env!("OUT_DIR"), "/every.rs"));
}

/// Texts that quoting goes wrong with; they are only resolved.
#[allow(dead_code)]
#[derive(Settings, Clone, Debug)]
#[settings(section = "Texts")]
#[rustfmt::skip]
struct Texts {
    /// Ends with a backslash, as C:\
    #[setting(default = "'single' \"double\" `tick` $HOME ${HOME} $(id) %n \\ \\n")]
    quotes: String,
    /// It is *bold*: `- # not a comment`.
    #[setting(default = "  spaces at both ends\t ")]
    spaces: String,
    /// Lines.
    #[setting(default = "one\n# two\n\n\tthree=3;\\\n'four\n")]
    lines: String,
    /// Not text in YAML.
    #[setting(default = "no")]
    boolean: String,
    /// Not text in YAML either.
    #[setting(default = "0o17")]
    number: String,
    /// Nothing.
    #[setting(default = "")]
    nothing: String,
    /// Starts with what means something in YAML.
    #[setting(default = "*anchor & !tag | > @ ` , [ ] { } : #")]
    signs: String,
    /// Beyond ASCII.
    #[setting(default = "ü 日本 😀 \u{85}\u{2028}\u{feff}\u{a0}\u{7f}\u{1}")]
    unicode: String,
    /// A list.
    #[setting(default = ["a b", "it's \"c\""])]
    list: Vec<String>,
    /// A map.
    #[setting(default = {"a b": 1})]
    map: BTreeMap<String, u32>,
}

/// A program of awkward texts.
#[derive(Settings, Clone, Debug)]
#[settings(env_prefix = "AW")]
struct Awkward {
    /// The texts.
    texts: Texts,
}

type Variables = Vec<(String, String)>;

/// The entries of a Kubernetes object's field, and its name.
fn object(text: &str, kind: &str, field: &str) -> (String, Variables) {
    let documents = YamlLoader::load_from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let [object] = documents.as_slice() else { panic!("{} documents", documents.len()) };
    assert_eq!((object["apiVersion"].as_str(), object["kind"].as_str()), (Some("v1"), Some(kind)));
    let text = |yaml: &Yaml| yaml.as_str().unwrap_or_else(|| panic!("{yaml:?} is not text")).to_owned();
    let entries = object[field].as_hash().expect("the field is a map");
    let entries = entries.iter().map(|(name, value)| (text(name), text(value))).collect();
    (text(&object["metadata"]["name"]), entries)
}

/// Every variable that a template gives resolves to the default, from the environment.
#[track_caller]
fn gives_the_defaults<T: Settings>(variables: Variables, secrets: Option<bool>) {
    let given = variables.len();
    let names: Vec<_> = variables.iter().map(|(name, _)| name.clone()).collect();
    let resolution = resolve::<T>(Layers::new().environment(variables.into_iter().collect()));
    let bad =
        resolution.report().diagnostics().iter().filter(|diagnostic| diagnostic.severity > Severity::Note);
    let bad: Vec<_> = bad.collect();
    assert!(bad.is_empty(), "{bad:#?}");
    let defaults = resolve::<T>(Layers::new());
    let mut found = 0;
    for (effective, default) in resolution.settings().zip(defaults.settings()) {
        let is_given = effective.layer() == Layer::Environment;
        found += usize::from(is_given);
        assert_eq!(is_given, names.contains(&effective.env_name), "{}", effective.path);
        assert_eq!(effective.value, default.value, "{}", effective.path);
        assert!(!is_given || secrets.is_none_or(|secret| effective.setting.kind.is_secret() == secret));
    }
    assert_eq!(found, given);
}

fn kubernetes_gives_the_defaults<T: Settings>(count: usize) {
    let (_, map) = object(&template::config_map(T::SCHEMA, "server"), "ConfigMap", "data");
    let (name, secret) = object(&template::secret(T::SCHEMA, "server-1"), "Secret", "stringData");
    assert_eq!(name, "server-1");
    assert!(map.len() + secret.len() >= count, "{} and {}", map.len(), secret.len());
    gives_the_defaults::<T>(map, Some(false));
    gives_the_defaults::<T>(secret, Some(true));
}

#[test]
fn yaml_reads_kubernetes_objects_to_the_defaults() {
    kubernetes_gives_the_defaults::<Program>(15);
    kubernetes_gives_the_defaults::<Awkward>(10);
    kubernetes_gives_the_defaults::<Full>(500);
    kubernetes_gives_the_defaults::<Every>(500);
}

#[test]
fn a_secret_mounted_as_a_folder_gives_its_settings() {
    let folder = Folder::new("mounted-secret");
    let (_, secrets) = object(&template::secret(Program::SCHEMA, "server"), "Secret", "stringData");
    for (name, _) in &secrets {
        folder.write(name, format!("k4n4ry of {name}"));
    }
    let resolution = resolve::<Program>(Layers::new().secrets_dir(folder.path("")).unwrap());
    let from_secrets = resolution.settings().filter(|effective| effective.layer() == Layer::Secrets).count();
    assert_eq!((from_secrets, secrets.len()), (4, 4));
}

/// An `EnvironmentFile` as systemd reads it, by the rules of systemd.exec(5) and the states of its parser.
fn systemd(text: &str) -> Variables {
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        Line,
        Comment,
        CommentEscape,
        Key,
        BeforeValue,
        Value,
        ValueEscape,
        Single,
        Double,
        DoubleEscape,
    }
    use State::*;
    let (mut state, mut key, mut value, mut out) = (Line, String::new(), String::new(), Vec::new());
    // how much of an unquoted value is more than blanks at its end
    let mut solid = 0;
    for c in text.chars().chain(['\n']) {
        state = match (state, c) {
            (Line, '#' | ';') => Comment,
            (Line, c) if c.is_ascii_whitespace() => Line,
            (Line, c) => {
                key = c.to_string();
                Key
            }
            (Comment, '\\') => CommentEscape,
            (Comment, '\n') => Line,
            (Comment | CommentEscape, _) => Comment,
            (Key, '\n') => Line,
            (Key, '=') => {
                (value, solid) = (String::new(), 0);
                BeforeValue
            }
            (Key, c) => {
                key.push(c);
                Key
            }
            (BeforeValue | Value, '\n') => {
                value.truncate(solid);
                out.push((key.trim_end().to_owned(), std::mem::take(&mut value)));
                Line
            }
            (BeforeValue, '\'') => Single,
            (BeforeValue, '"') => Double,
            (BeforeValue | Value, '\\') => ValueEscape,
            (BeforeValue, c) if c.is_ascii_whitespace() => BeforeValue,
            (BeforeValue | Value, c) => {
                value.push(c);
                solid = if c.is_ascii_whitespace() { solid } else { value.len() };
                Value
            }
            (ValueEscape, c) => {
                if c != '\n' {
                    value.push(c);
                    solid = value.len();
                }
                Value
            }
            (Single, '\'') | (Double, '"') => {
                solid = value.len();
                BeforeValue
            }
            (Double, '\\') => DoubleEscape,
            (Single | Double, c) => {
                value.push(c);
                state
            }
            (DoubleEscape, c) => {
                if !"\"\\`$\n".contains(c) {
                    value.push('\\');
                }
                value.extend(Some(c).filter(|c| *c != '\n'));
                Double
            }
        };
    }
    out
}

/// The variables that a real shell reads from the lines.
fn shell(text: &str, names: &[String]) -> Result<Variables, String> {
    let folder = Folder::new(&format!("shell-{}", names.len()));
    let file = folder.write("server.env", text);
    let run = Command::new("bash")
        .args(["-c", "set -ea; . \"$1\"; exec env -0", "bash", &file])
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .output()
        .map_err(|error| format!("bash: {error}"))?;
    assert!(run.status.success() && run.stderr.is_empty(), "{}", String::from_utf8_lossy(&run.stderr));
    let text = String::from_utf8(run.stdout).unwrap();
    let variables = text.split('\0').filter_map(|variable| variable.split_once('='));
    let wanted = variables.filter(|(name, _)| names.iter().any(|wanted| wanted == name));
    Ok(wanted.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

fn systemd_gives_the_defaults<T: Settings>(count: usize) {
    let text = template::systemd_env(T::SCHEMA);
    let variables = systemd(&text);
    assert!(variables.len() >= count, "{}\n{text}", variables.len());
    let names: Vec<_> = variables.iter().map(|(name, _)| name.clone()).collect();
    match shell(&text, &names) {
        Ok(mut read) => {
            read.sort();
            let mut expected = variables.clone();
            expected.sort();
            assert_eq!(read, expected);
        }
        Err(why) => left_out("systemd_and_shells_read_environment_files_to_the_defaults", &why),
    }
    gives_the_defaults::<T>(variables, None);
}

#[test]
fn systemd_and_shells_read_environment_files_to_the_defaults() {
    systemd_gives_the_defaults::<Program>(15);
    // the control characters of one can't be given
    systemd_gives_the_defaults::<Awkward>(9);
    systemd_gives_the_defaults::<Full>(500);
    systemd_gives_the_defaults::<Every>(500);
    assert!(
        !systemd(&template::systemd_env(Awkward::SCHEMA)).iter().any(|(name, _)| name.contains("UNICODE"))
    );
}

#[test]
fn env_files_read_back_to_the_defaults() {
    fn check(schema: &'static Section) -> Environment {
        let mut environment = Environment::default();
        environment.add_file(".env", &template::env(schema));
        environment
    }
    let resolution = resolve::<Awkward>(Layers::new().environment(check(Awkward::SCHEMA)));
    assert!(!resolution.report().has_errors(), "{}", resolution.report());
    let text = resolution.into_result().unwrap().texts;
    assert_eq!((text.lines.as_str(), text.number.as_str()), ("one\n# two\n\n\tthree=3;\\\n'four\n", "0o17"));
    assert!(text.quotes.ends_with(" \\ \\n") && text.spaces.ends_with("\t "), "{text:?}");
}

#[test]
fn the_program_prints_every_form() {
    let print = |arguments: &[&str]| settings(&[&["template", "--format"], arguments].concat(), &[]);
    let (name, map) = object(&print(&["configmap", "--name", "mail.example"]).out, "ConfigMap", "data");
    assert_eq!(name, "mail.example");
    assert!(map.contains(&("MM_EMAILSETTINGS_SMTPPORT".to_owned(), "10025".to_owned())), "{map:?}");
    assert!(!map.iter().any(|(name, _)| name.contains("PASSWORD")), "{map:?}");
    let (name, secret) = object(&print(&["secret"]).out, "Secret", "stringData");
    assert_eq!((name.as_str(), secret.len()), ("settings", 3));
    assert!(secret.contains(&("MM_EMAILSETTINGS_SMTPPASSWORD".to_owned(), String::new())), "{secret:?}");
    assert!(print(&["systemd"]).out.contains("\nMM_EMAILSETTINGS_SMTPPORT=10025\n"));
    assert_eq!(print(&["configmap", "--name", "Not a name"]).code, 2);
}
