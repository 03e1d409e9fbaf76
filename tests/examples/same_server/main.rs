//! The settings of `examples/chat-server`, written with this crate, with serde and figment, and with confique: lines of code,
//! time to check, crates, and program size, all in one run.
//!
//! `cargo run -p settings-tests --example same_server [NAME…]`; takes some minutes, most of them for the first build of each
//! one's dependencies. Everything is made in `target/same_server`. Each program reads the same file with the same values.

use std::error::Error;
use std::path::Path;

use settings_tests::build_cost::{Measured, measure, print};

const OURS: &str = include_str!("../../../examples/chat-server/src/settings.rs");
const FIGMENT: &str = include_str!("figment.rs");
const CONFIQUE: &str = include_str!("confique.rs");

/// The file of the settings; its keys are words with capitals for ours, and in snake case for the others.
const FILE: &str = "Name = \"Chat\"\n[HTTP]\nListen = \"0.0.0.0:80\"\nMaxBody = \"2MiB\"\nRequestTimeout = \"20s\"\n\
    [Database]\nURL = \"postgres://a@b/c\"\nMaxConnections = 20\n[[Database.Replicas]]\nURL = \"postgres://a@d/c\"\n\
    [Auth]\nSessionKey = \"0123456789abcdef0123456789abcdef\"\nSessionLength = \"10d\"\n\
    [Auth.Providers.google]\nIssuerURL = \"https://accounts.google.com\"\nClientID = \"x\"\n\
    [Limits]\nUploadSize = \"10MiB\"\nRequestsPerMinute = { free = 10 }\n[TLS]\nMinimumVersion = \"1.3\"\n";

fn main() -> Result<(), Box<dyn Error>> {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("no workspace")?;
    let load = |body: &str| {
        format!(
            "use measured::ChatSettings;\n\nfn main() -> Result<(), Box<dyn std::error::Error>> {{\n{body}\n\
             assert_eq!((settings.http.request_timeout.as_secs(), settings.database.replicas.len()), (20, 1));\n\
             assert_eq!(settings.auth.providers[\"google\"].client_id, \"x\");\n\
             println!(\"{{settings:?}}\");\nOk(())\n}}\n"
        )
    };
    let others = "serde = { version = \"1\", features = [\"derive\", \"rc\"] }\nbytesize = { version = \"2\", features = [\"serde\"] }\n\
        humantime-serde = \"1\"\nsecrecy = { version = \"0.10\", features = [\"serde\"] }\n\
        url = { version = \"2\", features = [\"serde\"] }\n";
    let figment = format!("figment = {{ version = \"0.10\", features = [\"env\", \"toml\"] }}\n{others}");
    let confique = format!(
        "confique = {{ version = \"0.4\", default-features = false, features = [\"toml\"] }}\n{others}"
    );
    let subjects = [
        Measured {
            name: "ours",
            dependencies: "settings-core = { path = \"ROOT/settings-core\", features = [\"toml\"] }\n",
            library: OURS.to_owned(),
            program: load(
                "use settings_core::resolve::{Environment, Layers, resolve};
                let layers = Layers::new().read_file(\"config.toml\")?.environment(Environment::from_process());
                let settings: ChatSettings = resolve(layers).into_result()?;",
            ),
            file: ("config.toml", FILE.to_owned()),
        },
        Measured {
            name: "figment",
            dependencies: &figment,
            library: FIGMENT.to_owned(),
            program: load("let settings = ChatSettings::load(\"config.toml\")?;"),
            file: ("config.toml", snake_case(FILE)),
        },
        Measured {
            name: "confique",
            dependencies: &confique,
            library: CONFIQUE.to_owned(),
            program: load("let settings = ChatSettings::load(\"config.toml\")?;"),
            file: ("config.toml", snake_case(FILE)),
        },
    ];
    let mut all = Vec::new();
    for subject in subjects.iter().filter(|it| wanted.is_empty() || wanted.iter().any(|name| name == it.name))
    {
        all.push(measure(root, "same_server", subject)?);
        print("70 fields", &all);
    }
    println!("\n{:10} {:>6} {:>16}", "lines", "code", "without checks");
    for subject in &subjects {
        let (code, unchecked) = (lines(&subject.library), lines(&without_checks(&subject.library)));
        println!("{:10} {code:>6} {unchecked:>16}", subject.name);
    }
    Ok(())
}

/// Counts the lines that are neither blank nor comments.
fn lines(source: &str) -> usize {
    source.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//")).count()
}

/// Removes the functions that check values, which serde and confique leave to the author.
fn without_checks(source: &str) -> String {
    let (mut out, mut is_within) = (String::new(), false);
    for line in source.lines() {
        is_within |= line.starts_with("    fn check(") || line.starts_with("fn within<");
        if !is_within {
            out.push_str(line);
            out.push('\n');
        }
        is_within &= line != "    }" && line != "}";
    }
    out
}

/// Writes the keys of a file in snake case, as serde has them.
fn snake_case(file: &str) -> String {
    let mut out = String::new();
    for line in file.lines() {
        let (key, value) = line.split_once('=').unwrap_or((line, ""));
        let mut before = '[';
        for c in key.chars() {
            if c.is_ascii_uppercase() && before.is_ascii_lowercase() {
                out.push('_');
            }
            out.push(c.to_ascii_lowercase());
            before = c;
        }
        out.push_str(if value.is_empty() { "" } else { "=" });
        out.push_str(value);
        out.push('\n');
    }
    out
}
