//! The build cost of 680 annotated settings, in a crate of their own: this repository's derive next to plain serde,
//! confique, schemars and conf, all in one run.
//!
//! `cargo run -p settings-tests --example measure [LIBRARY…]`; takes some minutes, most of them for the first build of
//! each library's dependencies. Times are the processors' (user and system), so that other work on the machine counts
//! less; of several tries the least is reported. Everything is made in `target/measure`.

use std::error::Error;
use std::path::Path;

use settings_tests::build_cost::{Measured, measure, print};
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

fn main() -> Result<(), Box<dyn Error>> {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("no workspace")?;
    let program = Program::full();
    let mut all = Vec::new();
    for subject in SUBJECTS.iter().filter(|it| wanted.is_empty() || wanted.iter().any(|name| name == it.name))
    {
        let measured = Measured {
            name: subject.name,
            dependencies: subject.dependencies,
            library: format!("{}{}", subject.items, subject.library.source(&program)),
            program: format!(
                "use measured::Full;\n\nfn main() -> Result<(), Box<dyn std::error::Error>> {{\n\
                 let text = std::fs::read_to_string(\"config.json\")?;\n{}\nOk(())\n}}\n",
                subject.main
            ),
            file: ("config.json", program.file()),
        };
        all.push(measure(root, "measure", &measured)?);
        print("680 fields", &all);
    }
    Ok(())
}
