//! Writes the folder `reference` whenever the structs change.

use settings_core::docs;

#[path = "src/settings.rs"]
#[allow(dead_code, unreachable_pub)]
mod settings;

fn main() -> Result<(), docs::BuildError> {
    println!("cargo::rerun-if-changed=src/settings.rs");
    docs::build::<settings::Worker>("reference", Vec::new())
}
