//! The bodies of the fuzz targets, shared with the runs of fixed length that `cargo test` makes.
//!
//! A body panics where a promise is broken; nothing else is wrong about any bytes.

pub mod edit;
pub mod environment;
pub mod file;
pub mod formats;
pub mod program;
pub mod rst;

/// A target: its name, its body, and small inputs to start from.
pub struct Target {
    /// The target's name.
    pub name: &'static str,
    /// Runs the target on the bytes and returns whether they were accepted.
    pub run: fn(&[u8]) -> bool,
    /// Inputs that reach most of what there is to reach.
    pub seeds: &'static [&'static str],
    /// Parts to put into inputs.
    pub words: &'static [&'static str],
}

/// All of them.
pub const TARGETS: [Target; 8] = [
    Target { name: "file", run: file::run, seeds: file::SEEDS, words: file::WORDS },
    Target {
        name: "environment",
        run: environment::run,
        seeds: environment::SEEDS,
        words: environment::WORDS,
    },
    Target { name: "toml", run: formats::toml, seeds: formats::TOML_SEEDS, words: formats::TOML_WORDS },
    Target { name: "yaml", run: formats::yaml, seeds: formats::YAML_SEEDS, words: formats::YAML_WORDS },
    Target {
        name: "edit_toml",
        run: formats::edit_toml,
        seeds: formats::TOML_EDIT_SEEDS,
        words: formats::TOML_WORDS,
    },
    Target {
        name: "edit_yaml",
        run: formats::edit_yaml,
        seeds: formats::YAML_EDIT_SEEDS,
        words: formats::YAML_WORDS,
    },
    Target { name: "edit", run: edit::run, seeds: edit::SEEDS, words: edit::WORDS },
    Target { name: "rst", run: rst::run, seeds: rst::SEEDS, words: rst::WORDS },
];
