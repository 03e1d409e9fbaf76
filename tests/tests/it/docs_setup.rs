//! A server's own repository: the three lines of its build script, its check in CI, and the loop of an author.

#![cfg(unix)]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use settings_core::docs;
use settings_tests::cli::Folder;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// Long enough for a busy machine to compile a small crate.
const PATIENCE: Duration = Duration::from_secs(240);

fn target() -> PathBuf {
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| Path::new(ROOT).join("target"), PathBuf::from);
    std::path::absolute(target).unwrap()
}

/// A workspace of a server and its documentation, as the guide describes it.
fn repository(folder: &Folder) {
    let core = std::fs::canonicalize(Path::new(ROOT).join("settings-core")).unwrap();
    for below in ["server/src", "docs/src"] {
        std::fs::create_dir_all(folder.path(below)).unwrap();
    }
    let dependency = format!("settings-core = {{ path = {core:?}, features = [\"docs\", \"json-schema\"] }}");
    let package =
        |name: &str| format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
    // Few symbols, for the target folder is the workspace's.
    folder.write(
        "Cargo.toml",
        "[workspace]\nresolver = \"3\"\nmembers = [\"server\", \"docs\"]\n\n[profile.dev]\ndebug = \"line-tables-only\"\n",
    );
    folder.write("server/Cargo.toml", format!("{}\n[dependencies]\n{dependency}\n", package("my-server")));
    folder.write("server/src/lib.rs", SERVER);
    folder.write(
        "docs/Cargo.toml",
        format!(
            "{}\n[build-dependencies]\n{dependency}\nmy-server = {{ path = \"../server\" }}\n",
            package("my-server-docs")
        ),
    );
    folder.write("docs/src/lib.rs", "");
    // The guide's own three lines.
    let guide = std::fs::read_to_string(Path::new(ROOT).join("docs/guides/reference.rst")).unwrap();
    let from = guide.find("   fn main()").expect("the guide shows the build script");
    let end = guide[from..].find("\n\n").unwrap();
    let script: Vec<&str> =
        guide[from..from + end].lines().map(|line| line.trim_start_matches("   ")).collect();
    assert_eq!(script.len(), 3, "{script:?}");
    folder.write("docs/build.rs", script.join("\n"));
    std::fs::copy(Path::new(ROOT).join("Cargo.lock"), folder.path("Cargo.lock")).unwrap();
}

const SERVER: &str = "use settings_core::Settings;

/// Outgoing mail.
#[derive(Settings, Clone, Debug)]
#[settings(section = \"MailSettings\", page = \"Mail\")]
pub struct MailSettings {
    /// The port on which the relay listens.
    #[setting(default = 25)]
    pub port: u16,
}

/// All settings.
#[derive(Settings, Clone, Debug)]
#[settings(env_prefix = \"MY\")]
pub struct ServerSettings {
    pub mail: MailSettings,
}
";

fn cargo(folder: &Folder) -> Command {
    let mut command = Command::new(env!("CARGO"));
    // Nothing is fetched, and one folder of artefacts serves all tests.
    command.current_dir(folder.path("docs")).args(["build", "--quiet", "--offline", "--target-dir"]);
    command.arg(target());
    command.env_remove(docs::generate::CHECK_VARIABLE);
    command
}

fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn three_lines_keep_a_repositorys_pages_current() {
    let folder = Folder::new("setup-build");
    repository(&folder);
    let built = cargo(&folder).output().unwrap();
    assert!(built.status.success(), "{}", errors(&built));
    let page = std::fs::read_to_string(folder.path("docs/reference/mail.rst")).unwrap();
    assert!(page.contains("MY_MAILSETTINGS_PORT") && page.contains("Default is ``25``"), "{page}");
    for file in ["config.schema.json", "config.default.json"] {
        assert!(Path::new(&folder.path(&format!("docs/reference/{file}"))).exists(), "{file}");
    }

    // In CI: current pages pass, stale ones fail with a diff and are left alone.
    let checked = cargo(&folder).env(docs::generate::CHECK_VARIABLE, "1").output().unwrap();
    assert!(checked.status.success(), "{}", errors(&checked));
    folder.write("server/src/lib.rs", SERVER.replace("default = 25", "default = 587"));
    let stale = cargo(&folder).env(docs::generate::CHECK_VARIABLE, "1").output().unwrap();
    let said = errors(&stale);
    assert!(!stale.status.success());
    assert!(said.contains("Default is ``587``") && said.contains(docs::generate::CHECK_VARIABLE), "{said}");
    assert_eq!(std::fs::read_to_string(folder.path("docs/reference/mail.rst")).unwrap(), page);

    // At home: the next build brings them up to date.
    let built = cargo(&folder).output().unwrap();
    assert!(built.status.success(), "{}", errors(&built));
    let page = std::fs::read_to_string(folder.path("docs/reference/mail.rst")).unwrap();
    assert!(page.contains("Default is ``587``"), "{page}");

    author_loop(&folder);
}

/// A running `docs build --watch`, killed at the end.
struct Watching {
    child: Child,
    lines: Receiver<String>,
}

impl Watching {
    fn start(arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_operated"))
            .args(["docs", "build", "--watch"])
            .args(arguments)
            .envs(environment.iter().copied())
            .env_remove(docs::generate::CHECK_VARIABLE)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || {
            output.lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        let watching = Self { child, lines };
        watching.until("watching ");
        watching
    }

    /// Reads up to a line that says so.
    fn until(&self, words: &str) -> String {
        loop {
            let line = self.lines.recv_timeout(PATIENCE).expect("the program says something");
            if line.contains(words) {
                return line;
            }
        }
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sources edited while the loop runs: the pages follow, and a mistake does not end it.
fn author_loop(folder: &Folder) {
    let source = folder.path("server/src/lib.rs");
    let command = format!(
        "{} build --quiet --offline --manifest-path {} --target-dir {}",
        env!("CARGO"),
        folder.path("docs/Cargo.toml"),
        target().display()
    );
    let out = folder.path("own");
    let watching =
        Watching::start(&["--out", &out, "--source", &folder.path("server/src"), "--rebuild", &command], &[]);
    std::fs::write(&source, SERVER.replace("default = 25", "default = \"no number\"")).unwrap();
    let changed = watching.until("changed ");
    assert!(changed.contains("lib.rs"), "{changed}");
    watching.until("not rebuilt: ");
    std::fs::write(&source, SERVER.replace("default = 25", "default = 2525")).unwrap();
    watching.until("changed ");
    watching.until("rebuilt");
    let page = std::fs::read_to_string(folder.path("docs/reference/mail.rst")).unwrap();
    assert!(page.contains("Default is ``2525``"), "{page}");
}

#[test]
fn pages_follow_their_model() {
    let folder = Folder::new("setup-model");
    let text = "Port\n~~~~\n\n+------+----------------------------------------------------+\n\
                | One. | - ``config.json setting``: ``\".MailSettings.Port\",`` |\n\
                +------+----------------------------------------------------+\n";
    let read = docs::read("mail.rst", text.as_bytes()).unwrap();
    let json = docs::import::to_json(&read.page);
    let model = folder.write("model.json", &json);
    let out = folder.path("out");
    let watching = Watching::start(&["--from", &model, "--out", &out], &[]);
    let page = folder.path("out/mail.rst");
    assert_eq!(std::fs::read_to_string(&page).unwrap(), text);

    std::fs::write(&model, json.replace("One.", "Two.")).unwrap();
    let wrote = watching.until("wrote ");
    assert!(wrote.ends_with("mail.rst"), "{wrote}");
    assert!(std::fs::read_to_string(&page).unwrap().contains("| Two. |"));

    // An incomplete model is reported; the next write is awaited.
    std::fs::write(&model, "{").unwrap();
    watching.until("not a page model");
    std::fs::write(&model, &json).unwrap();
    watching.until("wrote ");
    assert_eq!(std::fs::read_to_string(&page).unwrap(), text);
}

#[test]
fn wrong_use_is_reported() {
    use settings_tests::cli::settings;
    let nothing = settings(&["docs", "build", "--watch", "--out", "/nonexistent/out", "--source", "x"], &[]);
    assert_ne!(nothing.code, 0);
    for arguments in [
        &["docs", "build", "--watch", "--check"][..],
        &["docs", "build", "--watch", "--out", "-"],
        &["docs", "build", "--source", "src"],
        &["docs", "build", "--watch", "--from", "m.json", "--rebuild", "make"],
    ] {
        let run = settings(arguments, &[]);
        assert_eq!(run.code, 2, "{arguments:?}: {}", run.error);
    }
}
