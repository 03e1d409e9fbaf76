//! The lines of the guide "Come from another crate" compile: the right column, and clap's on the left.

#![allow(dead_code)] // the code is compiled, and most of it is not run

use std::error::Error;

use settings_core::resolve::{Environment, Layers, Resolution, resolve};
use settings_core::{FileFormat, SettingValue, Settings, template};

const GUIDE: &str = include_str!("../../../docs/guides/migrate.rst");
const CODE: &str = include_str!("guide_migrate.rs");

/// All settings.
#[derive(Settings)]
#[settings(env_prefix = "APP")]
struct Config {
    /// The port.
    #[setting(default = 8080)]
    port: u16,
    /// The name.
    #[setting(required)]
    name: String,
    /// The text on the front page.
    #[setting]
    banner: Option<String>,
    /// The servers.
    #[setting]
    hosts: Vec<String>,
    /// The least severe messages.
    #[setting(default = Level::Info)]
    level: Level,
    http: Http,
}

/// The HTTP interface.
#[derive(Settings)]
#[settings(section = "HTTP")]
struct Http {
    /// The port.
    #[setting(default = 8080, range = 1..=65535)]
    port: u16,
}

/// A severity.
#[derive(SettingValue)]
enum Level {
    /// Failures.
    Error,
    /// Events.
    Info,
}

fn whole(arguments: &clap::ArgMatches) -> Result<Config, Box<dyn Error>> {
    let arguments = <there::Arguments as clap::FromArgMatches>::from_arg_matches(arguments)?;
    let layers = Layers::new()
        .read_file_if_exists("app.toml")?
        .environment(Environment::from_process())
        .set_given("Port", arguments.port, "--port")
        .set("Port", "9000", "code");
    Ok(resolve::<Config>(layers).into_result()?)
}

fn only_variables() -> Result<Config, Box<dyn Error>> {
    Ok(resolve::<Config>(Layers::new().environment(Environment::from_process())).into_result()?)
}

fn with_env_file() -> Result<u16, Box<dyn Error>> {
    let mut environment = Environment::from_process();
    environment.read_file(".env")?;
    let config = resolve::<Config>(Layers::new().environment(environment)).into_result()?;
    Ok(config.port)
}

fn origin(resolution: &Resolution<Config>) -> Result<String, Box<dyn Error>> {
    Ok(resolution.setting("Port")?.origin.to_string())
}

fn starting_file() -> String {
    template::config(FileFormat::Toml, Config::SCHEMA, true)
}

/// The same with clap.
mod there {
    use clap::{Parser, ValueEnum};

    #[derive(Parser)]
    pub(super) struct Arguments {
        #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
        pub(super) port: Option<u16>,
    }

    #[derive(Parser)]
    struct WithDefaults {
        #[arg(long, env = "APP_PORT", default_value_t = 8080)]
        port: u16,
        #[arg(long, value_enum, default_value_t = Level::Info)]
        level: Level,
        #[arg(long, value_delimiter = ',')]
        hosts: Vec<String>,
    }

    #[derive(Parser)]
    struct WithRange {
        #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
        port: u16,
    }

    #[derive(ValueEnum, Clone)]
    enum Level {
        Error,
        Info,
    }
}

/// Code without blanks, and without the commas that a formatter adds.
fn bare(code: &str) -> String {
    let code: String = code.split_whitespace().collect();
    code.replace(",}", "}").replace(",)", ")").replace("structConfig{", "structConfig")
}

/// The rows of the guide's tables: the section, the left and the right cell.
fn rows() -> Vec<(&'static str, String, String)> {
    let lines: Vec<&str> = GUIDE.lines().collect();
    let mut section = "";
    let mut rows = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        if number > 0 && line.starts_with("---") {
            section = lines[number - 1];
        }
        let cell = |line: &str, lead: &str| {
            Some(line.strip_prefix(lead)?.strip_prefix("``")?.strip_suffix("``")?.to_owned())
        };
        if let Some(left) = cell(line, "   * - ") {
            let right = cell(lines[number + 1], "     - ").expect("a row has two cells");
            rows.push((section, left, right));
        }
    }
    rows
}

#[test]
fn each_line_of_the_guide_is_compiled() {
    let code = bare(CODE.split("/// Code without blanks").next().unwrap_or_default());
    let rows = rows();
    assert!(rows.len() >= 24, "{} rows", rows.len());
    for (section, left, right) in rows {
        assert!(code.contains(&bare(&right)), "{section}: {right}");
        assert!(section != "clap" || code.contains(&bare(&left)), "{section}: {left}");
    }
}

#[test]
fn its_file_is_one_to_start_with() {
    let layers =
        Layers::new().file_in(FileFormat::Toml, "app.toml", starting_file()).set("Name", "x", "test");
    assert_eq!(resolve::<Config>(layers).report().diagnostics(), []);
}
