//! Writes the folder `reference` whenever the structs change.

use settings_core::docs;

#[path = "src/settings.rs"]
#[expect(dead_code, reason = "only the schema is used here")]
mod settings;

fn main() -> Result<(), docs::BuildError> {
    println!("cargo::rerun-if-changed=src/settings.rs");
    docs::build::<settings::Worker>("reference", Vec::new())
}
