//! The subjects: each way to resolve a generated program from its file and the process's environment.

mod ours;
#[cfg(feature = "peers")]
mod peers;
mod plain;

use serde_json::Value;
use settings_core::FileFormat;
use settings_tests::generate::{Layer, Program};

/// A generated program with what its layers hold.
pub struct Input {
    pub name: &'static str,
    pub format: FileFormat,
    pub file: String,
    pub environment: Vec<(String, String)>,
    expected_of_file: Value,
    expected: Value,
}

/// Takes the subjects one after the other; the first is what the others are compared with.
pub trait Visitor {
    /// `run` resolves; `to_json` returns the result.
    fn subject<T>(
        &mut self,
        name: &str,
        run: impl Fn() -> T,
        to_json: impl Fn(&T) -> Value,
        expected: &Value,
    );
}

/// The flat program of nine settings, and the one of 680 in each format.
pub const NAMES: [&str; 4] = ["nine", "full", "full-toml", "full-yaml"];

impl Input {
    pub fn of(name: &'static str) -> Self {
        let program = if name == "nine" { Program::nine() } else { Program::full() };
        let format = match name {
            "full-toml" => FileFormat::Toml,
            "full-yaml" => FileFormat::Yaml,
            _ => FileFormat::Json,
        };
        let expected = |strongest| {
            serde_json::from_str(&program.expected(strongest)).expect("the generator writes JSON")
        };
        Self {
            name,
            format,
            file: in_format(format, program.file()),
            environment: program.environment(),
            expected_of_file: expected(Layer::File),
            expected: expected(Layer::Environment),
        }
    }

    /// Requires that a subject made of the layers what they hold.
    ///
    /// # Panics
    /// If it didn't.
    pub fn check(&self, subject: &str, found: &Value, expected: &Value) {
        assert_eq!(found, expected, "{subject} resolves {} to something else", self.name);
    }

    /// Shows every way to resolve it.
    pub fn each(&self, visitor: &mut impl Visitor) {
        match self.name {
            "nine" => {
                plain::nine(self, visitor);
                ours::nine(self, visitor);
                #[cfg(feature = "peers")]
                peers::nine(self, visitor);
            }
            _ => {
                plain::full(self, visitor);
                ours::full(self, visitor);
                #[cfg(feature = "peers")]
                peers::full(self, visitor);
            }
        }
    }
}

/// A command that runs this program again in `input`'s environment and no other.
pub fn again(input: &Input) -> std::io::Result<std::process::Command> {
    let mut command = std::process::Command::new(std::env::current_exe()?);
    command.env_clear().envs(input.environment.iter().map(|(name, value)| (name, value)));
    Ok(command)
}

/// Returns a JSON file in a format.
fn in_format(format: FileFormat, json: String) -> String {
    let value = || serde_json::from_str::<Value>(&json).expect("the generator writes JSON");
    match format {
        FileFormat::Toml => toml::to_string(&value()).expect("TOML has every value of the file"),
        FileFormat::Yaml => serde_saphyr::to_string(&value()).expect("YAML has every value of the file"),
        _ => json,
    }
}
