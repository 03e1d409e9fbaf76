//! The build cost of 680 annotated settings, in a crate of their own: this repository's derive next to plain serde,
//! confique, schemars and conf, all in one run.
//!
//! `cargo run -p settings-tests --example measure [LIBRARY…]`; takes some minutes, most of them for the first build of
//! each library's dependencies. Times are the processors' (user and system), so that other work on the machine counts
//! less; of several tries the least is reported. Everything is made in `target/measure`.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use settings_tests::generate::{Library, Program};

/// One library's crate.
struct Subject {
    name: &'static str,
    library: Library,
    /// Its dependencies, as Cargo.toml has them.
    dependencies: &'static str,
    /// The code next to the structs.
    items: &'static str,
    /// The body of a program that resolves a file (and the environment, where the library does that).
    main: &'static str,
}

const LEVEL: &str = "#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = \"lowercase\")]
pub enum Level { Debug, Info, Warn, Error }
";

const LEVEL_AS_SCHEMA: &str =
    "#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = \"lowercase\")]
pub enum Level { Debug, Info, Warn, Error }
";

const LEVEL_AS_TEXT: &str = "#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = \"lowercase\")]
pub enum Level { Debug, Info, Warn, Error }
impl std::str::FromStr for Level {
    type Err = serde::de::value::Error;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        use serde::de::IntoDeserializer as _;
        <Self as serde::Deserialize>::deserialize(text.into_deserializer())
    }
}
impl std::fmt::Display for Level {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { serde::Serialize::serialize(self, f) }
}
fn json<T: serde::de::DeserializeOwned>(text: &str) -> serde_json::Result<T> { serde_json::from_str(text) }
";

const SUBJECTS: [Subject; 5] = [
    Subject {
        name: "serde",
        library: Library::Serde,
        dependencies: "serde = { version = \"1\", features = [\"derive\"] }\nserde_json = \"1\"\n",
        items: LEVEL,
        main: "let full: Full = serde_json::from_str(&text)?;\nprintln!(\"{full:?}\");",
    },
    Subject {
        name: "ours",
        library: Library::Ours,
        dependencies: "settings-core = { path = \"ROOT/settings-core\" }\n",
        items: "",
        main: "use settings_core::resolve::{Environment, Layers, resolve};
            let layers = Layers::new().file(\"config.json\", text).environment(Environment::from_process());
            let full: Full = resolve(layers).into_result()?;\nprintln!(\"{full:?}\");",
    },
    Subject {
        name: "confique",
        library: Library::Confique,
        dependencies: "confique = { version = \"0.4\", default-features = false }\n\
            serde = { version = \"1\", features = [\"derive\"] }\nserde_json = \"1\"\n",
        items: LEVEL,
        main: "use confique::Config as _;
            let file: <Full as confique::Config>::Layer = serde_json::from_str(&text)?;
            let full = Full::builder().env().preloaded(file).load()?;
            println!(\"{}\", serde_json::to_string(&full)?);",
    },
    Subject {
        name: "schemars",
        library: Library::Schemars,
        dependencies: "schemars = \"1\"\nserde = { version = \"1\", features = [\"derive\"] }\nserde_json = \"1\"\n",
        items: LEVEL_AS_SCHEMA,
        main: "let full: Full = serde_json::from_str(&text)?;
            println!(\"{full:?}\\n{}\", serde_json::to_string(&schemars::schema_for!(Full))?);",
    },
    Subject {
        name: "conf",
        library: Library::Conf,
        dependencies: "conf = \"0.4\"\nserde = { version = \"1\", features = [\"derive\"] }\nserde_json = \"1\"\n",
        items: LEVEL_AS_TEXT,
        main: "use conf::Conf as _;
            let document: serde_json::Value = serde_json::from_str(&text)?;
            let full = Full::conf_builder().args([\"program\"]).doc(\"config.json\", document).try_parse()?;
            println!(\"{}\", serde_json::to_string(&full)?);",
    },
];

/// The measurements of one library.
struct Measures {
    name: &'static str,
    /// Everything, from nothing.
    clean: f64,
    /// The crate of the structs alone, checked from nothing.
    check: f64,
    /// The same after a line of it has changed.
    edit: f64,
    expanded: usize,
    crates: usize,
    /// The optimized, stripped program, in KiB.
    size: u64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("no workspace")?.to_owned();
    let mut all = Vec::new();
    for subject in SUBJECTS.iter().filter(|it| wanted.is_empty() || wanted.iter().any(|name| name == it.name))
    {
        all.push(Project::new(&root, subject)?.measure()?);
        print(&all);
    }
    Ok(())
}

fn print(all: &[Measures]) {
    println!(
        "\n{:10} {:>9} {:>9} {:>11} {:>9} {:>11} {:>9} {:>7} {:>9}",
        "680 fields", "clean s", "check s", "over first", "edit s", "over first", "expanded", "crates", "KiB"
    );
    for it in all {
        let over = |of: fn(&Measures) -> f64| format!("{:+.2}", of(it) - all.first().map_or(0.0, of));
        println!(
            "{:10} {:>9.1} {:>9.2} {:>11} {:>9.2} {:>11} {:>9} {:>7} {:>9}",
            it.name,
            it.clean,
            it.check,
            over(|it| it.check),
            it.edit,
            over(|it| it.edit),
            it.expanded,
            it.crates,
            it.size
        );
    }
}

struct Project<'s> {
    subject: &'s Subject,
    folder: PathBuf,
    source: String,
}

impl<'s> Project<'s> {
    fn new(root: &Path, subject: &'s Subject) -> Result<Self, Box<dyn Error>> {
        let folder = root.join("target/measure").join(subject.name);
        fs::create_dir_all(folder.join("src"))?;
        let dependencies =
            subject.dependencies.replace("ROOT", root.to_str().ok_or("the path is not UTF-8")?);
        let manifest = format!(
            "[package]\nname = \"measured\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n{dependencies}\n\
             [profile.dev]\ndebug = \"line-tables-only\"\n\n[profile.release]\nstrip = true\n\n[workspace]\n"
        );
        fs::write(folder.join("Cargo.toml"), manifest)?;
        fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
        let program = Program::full();
        let source = format!("{}{}", subject.items, subject.library.source(&program));
        fs::write(folder.join("src/lib.rs"), &source)?;
        fs::write(
            folder.join("src/main.rs"),
            format!(
                "use measured::Full;\n\nfn main() -> Result<(), Box<dyn std::error::Error>> {{\n\
                 let text = std::fs::read_to_string(\"config.json\")?;\n{}\nOk(())\n}}\n",
                subject.main
            ),
        )?;
        fs::write(folder.join("config.json"), program.file())?;
        Ok(Self { subject, folder, source })
    }

    fn measure(&self) -> Result<Measures, Box<dyn Error>> {
        let _ = fs::remove_dir_all(self.folder.join("target"));
        self.run(&["fetch"])?;
        let clean = self.time(&["build", "--lib"])?;
        let crates = self.text(&["tree", "--edges", "normal", "--prefix", "none", "--format", "{p}"], &[])?;
        let mut crates: Vec<_> = crates.lines().map(|line| line.trim_end_matches(" (*)")).collect();
        crates.sort_unstable();
        crates.dedup();
        self.run(&["check", "--lib"])?;
        let mut check = f64::MAX;
        for _ in 0..3 {
            self.run(&["clean", "--package", "measured"])?;
            check = check.min(self.time(&["check", "--lib"])?);
        }
        let mut edit = f64::MAX;
        for number in 0..5 {
            // a line in the middle moves every line after it, as an edit does
            let at = self.source.len() / 2;
            let at = at
                + self
                    .source
                    .get(at..)
                    .and_then(|rest| rest.find("\n#[derive"))
                    .ok_or("no struct follows")?;
            let (before, after) = self.source.split_at(at);
            let edited = format!("{before}\npub const EDITED: u32 = {number};{after}");
            fs::write(self.folder.join("src/lib.rs"), edited)?;
            edit = edit.min(self.time(&["check", "--lib"])?);
        }
        fs::write(self.folder.join("src/lib.rs"), &self.source)?;
        // unstable, but the one flag that every compiler has for it
        let unstable = [("RUSTC_BOOTSTRAP", "1")];
        let expanded = self.text(&["rustc", "--lib", "--quiet", "--", "-Zunpretty=expanded"], &unstable)?;
        self.run(&["build", "--release"])?;
        let program = self.folder.join("target/release/measured");
        let works =
            Command::new(&program).current_dir(&self.folder).stdout(Stdio::null()).env_clear().status()?;
        if !works.success() {
            return Err(format!("{}: the program does not resolve its file", self.subject.name).into());
        }
        Ok(Measures {
            name: self.subject.name,
            clean,
            check,
            edit,
            expanded: expanded.lines().count(),
            crates: crates.len() - 1,
            size: fs::metadata(program)?.len() / 1024,
        })
    }

    fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.current_dir(&self.folder).args(arguments).env("CARGO_TARGET_DIR", self.folder.join("target"));
        command
    }

    fn run(&self, arguments: &[&str]) -> Result<(), Box<dyn Error>> {
        let output = self.cargo(arguments).stdout(Stdio::null()).stderr(Stdio::piped()).output()?;
        if output.status.success() {
            return Ok(());
        }
        Err(format!(
            "{}: cargo {arguments:?}: {}",
            self.subject.name,
            String::from_utf8_lossy(&output.stderr)
        )
        .into())
    }

    fn text(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Result<String, Box<dyn Error>> {
        let output = self.cargo(arguments).envs(environment.iter().copied()).output()?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
        }
        Ok(String::from_utf8(output.stdout)?)
    }

    /// The processors' seconds that a run took with all that it started.
    fn time(&self, arguments: &[&str]) -> Result<f64, Box<dyn Error>> {
        let before = children()?;
        self.run(arguments)?;
        Ok(children()? - before)
    }
}

/// The processors' seconds of all children that have ended (`cutime` and `cstime` of proc(5), in hundredths).
fn children() -> Result<f64, Box<dyn Error>> {
    let text = fs::read_to_string("/proc/self/stat")?;
    let fields = text.rsplit_once(')').ok_or("no name")?.1;
    let ticks: u64 = fields.split_whitespace().skip(13).take(2).map(|field| field.parse().unwrap_or(0)).sum();
    Ok(ticks as f64 / 100.0)
}
